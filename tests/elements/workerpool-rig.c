/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The harness of the workerpool tests. */

#include "../support/stats.h"
#include "workerpool-rig.h"

static void
write_down (Rig *rig, const gchar *format, ...)
G_GNUC_PRINTF (2, 3);

     static void write_down (Rig *rig, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_mutex_lock (&rig->lock);
  if (rig->log->len > 0)
    g_string_append_c (rig->log, ' ');
  g_string_append_vprintf (rig->log, format, args);
  g_cond_broadcast (&rig->changed);
  g_mutex_unlock (&rig->lock);
  va_end (args);
}

static void
write_event (Rig *rig, GstEvent *event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      write_down (rig, "%s",
          gst_structure_get_name (gst_caps_get_structure (caps, 0)));
      break;
    case GST_EVENT_FLUSH_START:
      /* downstream unblocks */
      gate_set_open (&rig->gate, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      break;
    default:
      write_down (rig, "%s", GST_EVENT_TYPE_NAME (event));
  }
}

static GstFlowReturn
take_buffers (Rig *rig, GstPadProbeInfo *info)
{
  GstFlowReturn result;

  /* the canary: one worker at a time */
  g_assert_cmpint (g_atomic_int_add (&rig->n_inside, 1), ==, 0);
  gate_pass (&rig->gate);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
    GstBuffer *first = gst_buffer_list_get (list, 0);

    write_down (rig, "list(%u)%s", gst_buffer_list_length (list),
        GST_BUFFER_FLAG_IS_SET (first, GST_BUFFER_FLAG_DISCONT) ? "!" : "");
  } else {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

    write_down (rig, "%u%s", (guint) GST_BUFFER_OFFSET (buffer),
        GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT) ? "!" : "");
  }
  g_mutex_lock (&rig->lock);
  result = rig->result;
  g_mutex_unlock (&rig->lock);
  g_atomic_int_add (&rig->n_inside, -1);
  return result;
}

static GstPadProbeReturn
probe (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Rig *rig = user_data;
  GstFlowReturn result;

  if (info->type & (GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
          | GST_PAD_PROBE_TYPE_EVENT_FLUSH)) {
    write_event (rig, GST_PAD_PROBE_INFO_EVENT (info));
    return GST_PAD_PROBE_OK;
  }
  result = take_buffers (rig, info);
  if (result == GST_FLOW_OK)
    return GST_PAD_PROBE_OK;
  gst_mini_object_unref (info->data);
  info->data = NULL;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = result;
  return GST_PAD_PROBE_HANDLED;
}

void
rig_init (Rig *rig, const gchar *properties, const gchar *caps)
{
  gchar *line = g_strdup_printf ("workerpool %s", properties);

  memset (rig, 0, sizeof (*rig));
  gate_init (&rig->gate);
  gate_set_open (&rig->gate, TRUE);
  g_mutex_init (&rig->lock);
  g_cond_init (&rig->changed);
  rig->log = g_string_new (NULL);
  rig->h = gst_harness_new_parse (line);
  /* the peer of the element: what comes in there has left it */
  gst_pad_add_probe (rig->h->sinkpad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM
      | GST_PAD_PROBE_TYPE_EVENT_FLUSH, probe, rig, NULL);
  if (caps != NULL)
    gst_harness_set_src_caps_str (rig->h, caps);
  g_free (line);
}

void
rig_init_held (Rig *rig, const gchar *properties, const gchar *caps)
{
  rig_init (rig, properties, caps);
  gate_set_open (&rig->gate, FALSE);
  rig_push (rig, 0);
  gate_await_waiting (&rig->gate, 1);
}

void
rig_clear (Rig *rig)
{
  gate_set_open (&rig->gate, TRUE);
  gst_harness_teardown (rig->h);
  g_string_free (rig->log, TRUE);
  g_mutex_clear (&rig->lock);
  g_cond_clear (&rig->changed);
  gate_clear (&rig->gate);
}

GstBuffer *
rig_buffer (guint id, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  GST_BUFFER_OFFSET (buffer) = id;
  GST_BUFFER_PTS (buffer) = id * GST_SECOND;
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  return buffer;
}

GstFlowReturn
rig_push_flags (Rig *rig, guint id, GstBufferFlags flags)
{
  GstBuffer *buffer = rig_buffer (id, 10);

  GST_BUFFER_FLAG_SET (buffer, flags);
  return gst_harness_push (rig->h, buffer);
}

GstFlowReturn
rig_push (Rig *rig, guint id)
{
  return rig_push_flags (rig, id, 0);
}

void
rig_push_range (Rig *rig, guint from, guint to)
{
  for (; from <= to; from++)
    g_assert_cmpint (rig_push (rig, from), ==, GST_FLOW_OK);
}

void
rig_set_result (Rig *rig, GstFlowReturn result)
{
  g_mutex_lock (&rig->lock);
  rig->result = result;
  g_mutex_unlock (&rig->lock);
}

void
rig_await (Rig *rig, const gchar *word)
{
  g_mutex_lock (&rig->lock);
  while (!g_str_has_suffix (rig->log->str, word))
    g_cond_wait (&rig->changed, &rig->lock);
  g_mutex_unlock (&rig->lock);
}

void
rig_assert_log (Rig *rig, const gchar *expected)
{
  g_mutex_lock (&rig->lock);
  g_assert_cmpstr (rig->log->str, ==, expected);
  g_mutex_unlock (&rig->lock);
}

void
rig_clear_log (Rig *rig)
{
  g_mutex_lock (&rig->lock);
  g_string_set_size (rig->log, 0);
  g_mutex_unlock (&rig->lock);
}

static GstStructure *
get_stats (Rig *rig)
{
  GstElement *element = gst_harness_find_element (rig->h, "workerpool");
  GstStructure *stats;

  g_object_get (element, "stats", &stats, NULL);
  gst_object_unref (element);
  return stats;
}

guint64
rig_get_stat (Rig *rig, const gchar *field)
{
  GstStructure *stats = get_stats (rig);
  guint64 value = stats_get (stats, field);

  gst_structure_free (stats);
  return value;
}

void
rig_assert_conserved (Rig *rig)
{
  GstStructure *stats = get_stats (rig);

  stats_assert_conserved (stats);
  gst_structure_free (stats);
}
