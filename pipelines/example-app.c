/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An application to start from: cameras on all three ways, and what it is told about them.
 *
 *   gcc -Wall -o example-app pipelines/example-app.c $(pkg-config --cflags --libs gstreamer-1.0)
 *   ./example-app amqp://guest:guest@localhost:5672/%2f redis://localhost:6379/0 rtsp://camera1/stream …
 *
 * Prints each change of a server and of a camera. Ctrl-C ends it as it should end: with EOS, so that what is queued is
 * still delivered. Then it prints what became of the frames.
 *
 * Other users of the machine see the arguments of a process: take passwords from a file or the environment. */

#include <glib-unix.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  GPtrArray *sinks;             /* whose counters are printed at the end */
  GHashTable *told;             /* server or camera -> what was printed of it last */
  gboolean ending;
  gint status;
} App;

static GstElement *
add (App *app, const gchar *factory, const gchar *camera)
{
  gchar *name = g_strdup_printf ("%s-%s", camera, factory);
  GstElement *element = gst_element_factory_make (factory, name);

  g_free (name);
  if (element == NULL) {
    g_printerr ("There is no element %s; install it, or name its folder in GST_PLUGIN_PATH\n", factory);
    exit (2);
  }
  gst_bin_add (GST_BIN (app->pipeline), element);
  return element;
}

static GstElement *
add_sink (App *app, const gchar *factory, const gchar *camera)
{
  GstElement *sink = add (app, factory, camera);

  g_ptr_array_add (app->sinks, gst_object_ref (sink));
  return sink;
}

/* What {tenant} is in the keys: the name of the vhost, which stands in the URI as "/" does, escaped. */
static gchar *
get_tenant (const gchar *amqp)
{
  const gchar *host = strstr (amqp, "://"), *vhost = host != NULL ? strchr (host + 3, '/') : NULL;

  return vhost != NULL ? g_uri_unescape_segment (vhost + 1, strchr (vhost, '?'), NULL) : g_strdup ("/");
}

/* A password that is set as a property stays out of logs; one in a line for gst_parse_launch() does not. */
static void
add_camera (App *app, const gchar *id, const gchar *url, const gchar *amqp, const gchar *redis)
{
  GstElement *source = add (app, "rtspcamerasrc", id), *encoder = add (app, "edgejpegenc", id);
  GstElement *stamp = add (app, "framestamp", id), *tee = add (app, "tee", id);
  GstElement *publish = add_sink (app, "amqpsink", id), *workers = add (app, "workerpool", id);
  GstElement *store = add_sink (app, "redisframesink", id), *announce = add_sink (app, "metadatapub", id);
  gchar *tenant = get_tenant (amqp);

  g_object_set (source, "uri", url, "camera-id", id, "framerate", 10, 1, NULL);
  g_object_set (stamp, "camera-id", id, NULL);
  g_object_set (publish, "uri", amqp, NULL);
  g_object_set (store, "uri", redis, "ttl", 300, "tenant", tenant, NULL);
  g_object_set (announce, "uri", amqp, NULL);
  if (!gst_element_link_many (source, encoder, stamp, tee, publish, NULL)
      || !gst_element_link_many (tee, workers, store, announce, NULL)) {
    g_printerr ("The elements of camera %s do not fit together\n", id);
    exit (2);
  }
  g_free (tenant);
}

/* All sinks of a server tell the state of the one link they share, and a camera tells every try: print what is new. */
static void
tell (App *app, const gchar *what, const gchar *name, const gchar *state, const gchar *why)
{
  gchar *text = g_strconcat (state, why != NULL ? ": " : NULL, why, NULL);

  if (g_strcmp0 (g_hash_table_lookup (app->told, name), text) != 0)
    g_print ("%s %s: %s\n", what, name, text);
  g_hash_table_insert (app->told, g_strdup (name), text);
}

static void
on_link_state (App *app, const GstStructure *s)
{
  tell (app, "link", gst_structure_get_string (s, "server"), gst_structure_get_string (s, "state"),
      gst_structure_get_string (s, "reason"));
}

static void
on_camera_state (App *app, const GstStructure *s)
{
  tell (app, "camera", gst_structure_get_string (s, "camera-id"), gst_structure_get_string (s, "state"),
      gst_structure_get_string (s, "reason"));
}

static void
end (App *app, gint status)
{
  app->status = status;
  g_main_loop_quit (app->loop);
}

/* What can never work, as a wrong URI. */
static void
on_error (App *app, GstMessage *message)
{
  GError *error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("error: %s: %s\n", GST_MESSAGE_SRC_NAME (message), error->message);
  g_error_free (error);
  end (app, 1);
}

/* What passes by itself, as a server that is down, is a warning: nothing has to be done in the pipeline. */
static void
on_warning (GstMessage *message)
{
  GError *error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  g_printerr ("warning: %s: %s\n", GST_MESSAGE_SRC_NAME (message), error->message);
  g_error_free (error);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  App *app = user_data;

  if (gst_message_has_name (message, "link-state"))
    on_link_state (app, gst_message_get_structure (message));
  else if (gst_message_has_name (message, "camera-state"))
    on_camera_state (app, gst_message_get_structure (message));
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    on_error (app, message);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    on_warning (message);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    end (app, 0);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer user_data)
{
  App *app = user_data;

  if (app->ending) {
    end (app, 1);
    return G_SOURCE_REMOVE;
  }
  app->ending = TRUE;
  g_print ("ending: what is queued is still delivered; Ctrl-C again ends it at once\n");
  gst_element_send_event (app->pipeline, gst_event_new_eos ());
  return G_SOURCE_CONTINUE;
}

static void
print_counters (gpointer item, gpointer user_data)
{
  guint64 in = 0, delivered = 0, dropped = 0, rejected = 0;
  GstStructure *stats = NULL;

  g_object_get (item, "stats", &stats, NULL);
  gst_structure_get (stats, "in", G_TYPE_UINT64, &in, "delivered", G_TYPE_UINT64, &delivered,
      "dropped", G_TYPE_UINT64, &dropped, "rejected", G_TYPE_UINT64, &rejected, NULL);
  g_print ("%s: %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " delivered, %" G_GUINT64_FORMAT " dropped, %"
      G_GUINT64_FORMAT " rejected\n", GST_OBJECT_NAME (item), in, delivered, dropped, rejected);
  gst_structure_free (stats);
}

int
main (int argc, char **argv)
{
  App app = { 0 };
  GstBus *bus;
  gint i;

  gst_init (&argc, &argv);
  if (argc < 4) {
    g_printerr ("usage: %s AMQP-URI REDIS-URI RTSP-URI…\n", argv[0]);
    return 2;
  }

  app.pipeline = gst_pipeline_new (NULL);
  app.loop = g_main_loop_new (NULL, FALSE);
  app.sinks = g_ptr_array_new_with_free_func (gst_object_unref);
  app.told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (i = 3; i < argc; i++) {
    gchar *id = g_strdup_printf ("cam%d", i - 2);

    add_camera (&app, id, argv[i], argv[1], argv[2]);
    g_free (id);
  }

  bus = gst_element_get_bus (app.pipeline);
  gst_bus_add_watch (bus, on_message, &app);
  g_unix_signal_add (SIGINT, on_signal, &app);
  g_unix_signal_add (SIGTERM, on_signal, &app);
  /* If this fails, the bus says why. */
  gst_element_set_state (app.pipeline, GST_STATE_PLAYING);
  g_main_loop_run (app.loop);

  /* Counters are final, and still there, once the elements have stopped. */
  gst_element_set_state (app.pipeline, GST_STATE_NULL);
  g_ptr_array_foreach (app.sinks, print_counters, NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  gst_object_unref (app.pipeline);
  g_ptr_array_unref (app.sinks);
  g_hash_table_unref (app.told);
  g_main_loop_unref (app.loop);
  return app.status;
}
