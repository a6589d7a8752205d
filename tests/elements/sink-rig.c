/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sink in a harness. Waiting is polling here: what is waited for are counters of the element. */

#include "sink-rig.h"

#include <string.h>

#include "proc.h"

#define POLL_INTERVAL 500       /* microseconds */

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  SinkRig *rig = user_data;

  g_mutex_lock (&rig->lock);
  g_ptr_array_add (rig->messages, message);    /* it was given to us, as it is dropped */
  g_cond_broadcast (&rig->changed);
  g_mutex_unlock (&rig->lock);
  return GST_BUS_DROP;
}

const gchar *
sink_rig_uri (const gchar *factory)
{
  const gchar *name = g_str_equal (factory, "redisframesink") ? "EDGE_REDIS_URI" : "EDGE_AMQP_URI";
  const gchar *uri = g_getenv (name);

  if (uri == NULL)
    g_error ("%s is not set; run this with tests/support/run-with-servers", name);
  return uri;
}

/* scheme://userinfo@host:port/path */
gchar *
sink_rig_uri_with (const gchar *factory, const gchar *userinfo, const gchar *path)
{
  const gchar *uri = sink_rig_uri (factory);
  const gchar *hosts = strchr (uri, '@') != NULL ? strchr (uri, '@') + 1 : strstr (uri, "://") + 3;
  gchar *scheme = g_strndup (uri, (gsize) (strstr (uri, "://") - uri));
  gchar *host = g_strndup (hosts, strcspn (hosts, "/"));
  gchar *result = g_strdup_printf ("%s://%s%s%s/%s", scheme, userinfo != NULL ? userinfo : "",
      userinfo != NULL ? "@" : "", host, path);

  g_free (scheme);
  g_free (host);
  return result;
}

void
sink_rig_init (SinkRig *rig, const gchar *factory, const gchar *uri, const gchar *properties)
{
  gchar *line = g_strdup_printf ("%s %s", factory, properties != NULL ? properties : "");
  GError *error = NULL;
  GstBus *bus = gst_bus_new ();

  memset (rig, 0, sizeof (*rig));
  g_mutex_init (&rig->lock);
  g_cond_init (&rig->changed);
  rig->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_message_unref);
  rig->element = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_assert_no_error (error);
  gst_object_ref_sink (rig->element);
  g_object_set (rig->element, "uri", uri != NULL ? uri : sink_rig_uri (factory), NULL);
  gst_bus_set_sync_handler (bus, on_message, rig, NULL);
  gst_element_set_bus (rig->element, bus);
  gst_object_unref (bus);
  g_free (line);
}

void
sink_rig_play (SinkRig *rig)
{
  rig->h = gst_harness_new_with_element (rig->element, "sink", NULL);
  gst_harness_set_src_caps_str (rig->h, "image/jpeg,width=640,height=480");
}

void
sink_rig_stop (SinkRig *rig)
{
  gst_element_set_state (rig->element, GST_STATE_NULL);
  sink_rig_assert_balanced (rig->element);
}

void
sink_rig_clear (SinkRig *rig)
{
  sink_rig_stop (rig);
  gst_element_set_bus (rig->element, NULL);
  g_clear_pointer (&rig->h, gst_harness_teardown);
  gst_object_unref (rig->element);
  g_ptr_array_unref (rig->messages);
  g_mutex_clear (&rig->lock);
  g_cond_clear (&rig->changed);
}

GstBuffer *
sink_rig_frame (guint sequence, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstEdgeFrameIdentity identity = {.sequence = sequence,.width = 640,.height = 480 };

  gst_buffer_memset (buffer, 0, (guint8) sequence, size);
  identity.camera_id = g_ref_string_new ("cam1");
  identity.capture_time = SINK_RIG_EPOCH + (gint64) sequence *(gint64) GST_MSECOND;
  gst_edge_buffer_set_identity (buffer, &identity);
  gst_edge_frame_identity_clear (&identity);
  GST_BUFFER_PTS (buffer) = sequence * GST_MSECOND;
  return buffer;
}

gboolean
sink_rig_is_frame (gconstpointer data, gsize size, guint sequence, gsize expected_size)
{
  const guint8 *bytes = data;
  gsize i;

  if (size != expected_size)
    return FALSE;
  for (i = 0; i < size; i++) {
    if (bytes[i] != (guint8) sequence)
      return FALSE;
  }
  return TRUE;
}

GstFlowReturn
sink_rig_push (SinkRig *rig, guint sequence)
{
  return gst_harness_push (rig->h, sink_rig_frame (sequence, 1000));
}

void
sink_rig_push_range (SinkRig *rig, guint from, guint to)
{
  guint i;

  for (i = from; i <= to; i++)
    g_assert_cmpint (sink_rig_push (rig, i), ==, GST_FLOW_OK);
}

void
sink_rig_push_eos (SinkRig *rig)
{
  g_assert_true (gst_harness_push_event (rig->h, gst_event_new_eos ()));
}

static guint64
get_number (const GstStructure *stats, const gchar *name)
{
  guint64 large = 0;
  guint small = 0;

  if (!gst_structure_get_uint64 (stats, name, &large)) {
    if (!gst_structure_get_uint (stats, name, &small))
      g_error ("no number %s in stats", name);
    large = small;
  }
  return large;
}

guint64
sink_rig_element_stat (GstElement *element, const gchar *name)
{
  GstStructure *stats;
  guint64 number;

  g_object_get (element, "stats", &stats, NULL);
  number = get_number (stats, name);
  gst_structure_free (stats);
  return number;
}

guint64
sink_rig_get_stat (SinkRig *rig, const gchar *name)
{
  return sink_rig_element_stat (rig->element, name);
}

void
sink_rig_assert_balanced (GstElement *element)
{
  static const gchar *parts[] = { "delivered", "unconfirmed", "rejected", "dropped", "queued", "in-flight" };
  GstStructure *stats;
  guint64 sum = 0;
  guint i;

  g_object_get (element, "stats", &stats, NULL);
  for (i = 0; i < G_N_ELEMENTS (parts); i++)
    sum += get_number (stats, parts[i]);
  if (sum != get_number (stats, "in")) {
    gchar *text = gst_structure_to_string (stats);

    g_error ("not balanced: %s", text);
  }
  gst_structure_free (stats);
}

void
sink_rig_await_stat (SinkRig *rig, const gchar *name, guint64 value)
{
  gint64 end = g_get_monotonic_time () + SINK_RIG_PATIENCE;
  guint64 is;

  while ((is = sink_rig_get_stat (rig, name)) != value) {
    sink_rig_assert_balanced (rig->element);
    if (g_get_monotonic_time () > end)
      g_error ("%s is %" G_GUINT64_FORMAT " and not %" G_GUINT64_FORMAT, name, is, value);
    g_usleep (POLL_INTERVAL);
  }
}

void
sink_rig_await_state (SinkRig *rig, const gchar *state)
{
  gint64 end = g_get_monotonic_time () + SINK_RIG_PATIENCE;
  gboolean reached = FALSE;

  while (!reached) {
    GstStructure *stats;

    g_object_get (rig->element, "stats", &stats, NULL);
    reached = g_strcmp0 (gst_structure_get_string (stats, "state"), state) == 0;
    gst_structure_free (stats);
    if (g_get_monotonic_time () > end)
      g_error ("never %s", state);
    g_usleep (POLL_INTERVAL);
  }
}

static guint
count_locked (SinkRig *rig, GstMessageType type, GstMessage **last)
{
  guint i, n = 0;

  for (i = 0; i < rig->messages->len; i++) {
    GstMessage *message = g_ptr_array_index (rig->messages, i);

    if (GST_MESSAGE_TYPE (message) & type) {
      n++;
      if (last != NULL)
        *last = message;
    }
  }
  return n;
}

guint
sink_rig_count (SinkRig *rig, GstMessageType type)
{
  guint n;

  g_mutex_lock (&rig->lock);
  n = count_locked (rig, type, NULL);
  g_mutex_unlock (&rig->lock);
  return n;
}

void
sink_rig_await_message (SinkRig *rig, GstMessageType type)
{
  gint64 end = g_get_monotonic_time () + SINK_RIG_PATIENCE;

  g_mutex_lock (&rig->lock);
  while (count_locked (rig, type, NULL) == 0) {
    if (!g_cond_wait_until (&rig->changed, &rig->lock, end))
      g_error ("no message of type %s came", gst_message_type_get_name (type));
  }
  g_mutex_unlock (&rig->lock);
}

gchar *
sink_rig_dup_sentence (SinkRig *rig, GstMessageType type, gchar **property)
{
  const GstStructure *details = NULL;
  GstMessage *message = NULL;
  GError *error = NULL;
  gchar *sentence;

  g_mutex_lock (&rig->lock);
  g_assert_cmpuint (count_locked (rig, type, &message), ==, 1);
  if (type == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    gst_message_parse_error_details (message, &details);
  } else {
    gst_message_parse_warning (message, &error, NULL);
    gst_message_parse_warning_details (message, &details);
  }
  sentence = g_strdup (error->message);
  if (property != NULL)
    *property = g_strdup (details != NULL ? gst_structure_get_string (details, "property") : NULL);
  g_mutex_unlock (&rig->lock);
  g_error_free (error);
  return sentence;
}

void
sink_rig_assert_warned (SinkRig *rig, const gchar *words)
{
  gchar *property, *sentence = sink_rig_dup_sentence (rig, GST_MESSAGE_WARNING, &property);

  g_test_message ("%s", sentence);
  g_assert_nonnull (strstr (sentence, words));
  g_free (property);
  g_free (sentence);
}

void
sink_rig_servers (const gchar *command, const gchar *server, const gchar *argument)
{
  const gchar *argv[] = { g_getenv ("EDGE_SERVERS"), command, server, argument, NULL };

  proc_run (argv);
}

void
sink_rig_rabbitmqctl (const gchar *arguments)
{
  gchar *line = g_strdup_printf ("%s --quiet %s", g_getenv ("EDGE_RABBITMQCTL"), arguments);
  gchar **argv = g_strsplit (line, " ", -1);

  proc_run ((const gchar **) argv);
  g_strfreev (argv);
  g_free (line);
}

guint
sink_rig_count_connections (const gchar *factory)
{
  return proc_count_connections ((guint16) g_ascii_strtoull (strrchr (sink_rig_uri (factory), ':') + 1, NULL, 10));
}
