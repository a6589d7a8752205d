/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A program under test: cameras that send numbered frames through a piece of pipeline. It obeys commands on its
 * standard input, a line each, and answers each with a line of JSON that has the member "answer"; messages of the
 * bus come as lines of their own, with the member "bus".
 *
 *   make                   make the pipeline, to set properties
 *   start                  make it if need be, and play it
 *   rate F                 F frames per second and camera (0 = none, as at the start)
 *   burst N                N frames of each camera, now
 *   poll                   statistics, times of the chain functions, memory, threads, descriptors
 *   set ELEMENT PROPERTY VALUE
 *   dot                    the pipeline as a graph, with all properties
 *   eos                    end of the stream; the bus tells when it has arrived
 *   stop                   set it to NULL, tell how long that took and the last statistics, and free it
 *   quit                   or the end of the input */

#include <stdio.h>
#include <stdlib.h>

#include "cameras.h"
#include "chain-timer.h"
#include "report.h"

static struct
{
  gint cameras;
  gint size;
  gchar *template;
} options = { 1, 20000, NULL };

static Cameras *cameras;

static void
set_boolean (JsonBuilder *builder, const gchar *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
set_number (JsonBuilder *builder, const gchar *name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  report_message (message);
  gst_message_unref (message);  /* who drops it frees it */
  return GST_BUS_DROP;
}

/* Of everything that has statistics: that is what is under test. */
static void
attach_timers (GstElement *pipeline)
{
  GstIterator *iterator = gst_bin_iterate_recurse (GST_BIN (pipeline));
  GValue item = G_VALUE_INIT;

  while (gst_iterator_next (iterator, &item) == GST_ITERATOR_OK) {
    GstElement *element = g_value_get_object (&item);
    GstPad *pad = gst_element_get_static_pad (element, "sink");

    if (pad != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stats") != NULL)
      chain_timer_attach (pad);
    gst_clear_object (&pad);
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (iterator);
}

static void
make (void)
{
  GError *error = NULL;
  GstElement *pipeline;
  GstBus *bus;

  cameras = cameras_new ((guint) options.cameras, (gsize) options.size, options.template, &error);
  if (cameras == NULL) {
    fprintf (stderr, "%s\n", error->message);
    exit (1);
  }
  pipeline = cameras_get_pipeline (cameras);
  bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, on_message, NULL, NULL);
  gst_object_unref (bus);
  attach_timers (pipeline);
}

static gboolean
start (JsonBuilder *builder)
{
  if (cameras == NULL)
    make ();
  set_boolean (builder, "playing",
      gst_element_set_state (cameras_get_pipeline (cameras), GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE);
  return TRUE;
}

static void
stop (JsonBuilder *builder)
{
  gint64 begin = g_get_monotonic_time ();

  cameras_set_rate (cameras, 0);
  gst_element_set_state (cameras_get_pipeline (cameras), GST_STATE_NULL);
  set_number (builder, "seconds", (gdouble) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
  set_number (builder, "frames", (gdouble) cameras_get_n_frames (cameras));
  report_pipeline (builder, cameras_get_pipeline (cameras));
  g_clear_pointer (&cameras, cameras_free);
}

static void
poll_all (JsonBuilder *builder)
{
  report_process (builder);
  if (cameras == NULL)
    return;
  set_number (builder, "frames", (gdouble) cameras_get_n_frames (cameras));
  report_pipeline (builder, cameras_get_pipeline (cameras));
}

static gboolean
set_property (gchar **words)
{
  GstElement *element;

  if (g_strv_length (words) != 4)
    return FALSE;
  element = gst_bin_get_by_name (GST_BIN (cameras_get_pipeline (cameras)), words[1]);
  if (element == NULL)
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (element), words[2], words[3]);
  gst_object_unref (element);
  return TRUE;
}

static void
dot (JsonBuilder *builder)
{
  gchar *text = gst_debug_bin_to_dot_data (GST_BIN (cameras_get_pipeline (cameras)),
      GST_DEBUG_GRAPH_SHOW_VERBOSE);

  json_builder_set_member_name (builder, "dot");
  json_builder_add_string_value (builder, text);
  g_free (text);
}

static gboolean
obey (gchar **words, JsonBuilder *builder)
{
  const gchar *command = words[0], *argument = words[0] != NULL ? words[1] : NULL;

  if (g_strcmp0 (command, "start") == 0)
    return start (builder);
  if (g_strcmp0 (command, "poll") == 0) {
    poll_all (builder);
    return TRUE;
  }
  if (g_strcmp0 (command, "make") == 0 && cameras == NULL) {
    make ();
    return TRUE;
  }
  if (cameras == NULL || command == NULL)
    return FALSE;
  if (g_str_equal (command, "rate") && argument != NULL)
    cameras_set_rate (cameras, g_ascii_strtod (argument, NULL));
  else if (g_str_equal (command, "burst") && argument != NULL)
    cameras_burst (cameras, (guint) g_ascii_strtoull (argument, NULL, 10));
  else if (g_str_equal (command, "eos"))
    cameras_end_of_stream (cameras);
  else if (g_str_equal (command, "stop"))
    stop (builder);
  else if (g_str_equal (command, "dot"))
    dot (builder);
  else
    return g_str_equal (command, "set") && set_property (words);
  return TRUE;
}

static void
handle_line (const gchar *line)
{
  JsonBuilder *builder = json_builder_new ();
  gchar **words = g_strsplit (line, " ", 4);

  json_builder_begin_object (builder);
  set_boolean (builder, "answer", obey (words, builder));
  json_builder_end_object (builder);
  report_send (builder);
  g_strfreev (words);
}

int
main (int argc, char **argv)
{
  GOptionEntry entries[] = {
    {"cameras", 'c', 0, G_OPTION_ARG_INT, &options.cameras, "Number of cameras (1)", "N"},
    {"size", 's', 0, G_OPTION_ARG_INT, &options.size, "Bytes per frame (20000)", "BYTES"},
    {"pipeline", 'p', 0, G_OPTION_ARG_STRING, &options.template,
        "What follows each camera; {n} is the camera's number", "TEXT"},
    {NULL}
  };
  GOptionContext *context = g_option_context_new ("- numbered frames for tests");
  GError *error = NULL;
  gchar line[4096];

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || options.template == NULL) {
    fprintf (stderr, "%s\n", error != NULL ? error->message : "--pipeline is missing");
    return 2;
  }
  g_option_context_free (context);

  while (fgets (line, sizeof (line), stdin) != NULL) {
    g_strchomp (line);
    if (g_str_equal (line, "quit"))
      break;
    handle_line (line);
  }
  g_clear_pointer (&cameras, cameras_free);
  g_free (options.template);
  gst_deinit ();
  return 0;
}
