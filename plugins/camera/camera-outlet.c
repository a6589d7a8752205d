/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way out of rtspcamerasrc: makes one stream of the streams of many connections. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-outlet.h"

struct _GstEdgeCameraOutlet
{
  GstPad *pad;                  /* the element's, which outlives this */
  const GstEdgeCameraRate *rate;
  GstEdgeCameraCounters *counters;

  /* Only one thread at a time is inside: enter() and leave(). No lock is held while it pushes. */
  GMutex lock;
  GCond left;
  gboolean busy;                /* lock */
  gboolean ended;               /* lock */
  gint64 blocked_since;         /* atomic */
  gint discont;                 /* atomic */

  /* whoever is inside */
  gboolean started;
  gboolean has_segment;
  gboolean raw;                 /* frames come in the order in which they are shown */
  GstClockTime last_time;
  GstCaps *caps;                /* nullable, as the connection said */
  GstEdgeCameraRate caps_rate;
};

GstEdgeCameraOutlet *
gst_edge_camera_outlet_new (GstPad *pad, const GstEdgeCameraRate *rate, GstEdgeCameraCounters *counters)
{
  GstEdgeCameraOutlet *outlet = g_new0 (GstEdgeCameraOutlet, 1);

  outlet->pad = pad;
  outlet->rate = rate;
  outlet->counters = counters;
  g_mutex_init (&outlet->lock);
  g_cond_init (&outlet->left);
  return outlet;
}

void
gst_edge_camera_outlet_free (GstEdgeCameraOutlet *outlet)
{
  gst_clear_caps (&outlet->caps);
  g_mutex_clear (&outlet->lock);
  g_cond_clear (&outlet->left);
  g_free (outlet);
}

static gboolean
enter (GstEdgeCameraOutlet *outlet, gboolean end)
{
  gboolean ok;

  g_mutex_lock (&outlet->lock);
  while (outlet->busy)
    g_cond_wait (&outlet->left, &outlet->lock);
  ok = !outlet->ended;
  outlet->busy = ok;
  outlet->ended |= end;
  g_mutex_unlock (&outlet->lock);
  if (ok)
    __atomic_store_n (&outlet->blocked_since, g_get_monotonic_time (),
        __ATOMIC_RELAXED);
  return ok;
}

static void
leave (GstEdgeCameraOutlet *outlet)
{
  __atomic_store_n (&outlet->blocked_since, 0, __ATOMIC_RELAXED);
  g_mutex_lock (&outlet->lock);
  outlet->busy = FALSE;
  g_cond_broadcast (&outlet->left);
  g_mutex_unlock (&outlet->lock);
}

void
gst_edge_camera_outlet_reset (GstEdgeCameraOutlet *outlet)
{
  outlet->ended = FALSE;
  outlet->started = FALSE;
  outlet->has_segment = FALSE;
  outlet->last_time = GST_CLOCK_TIME_NONE;
  gst_clear_caps (&outlet->caps);
  g_atomic_int_set (&outlet->discont, TRUE);
}

void
gst_edge_camera_outlet_mark_gap (GstEdgeCameraOutlet *outlet)
{
  g_atomic_int_set (&outlet->discont, TRUE);
}

gint64
gst_edge_camera_outlet_blocked_since (GstEdgeCameraOutlet *outlet)
{
  return __atomic_load_n (&outlet->blocked_since, __ATOMIC_RELAXED);
}

static void
start_stream (GstEdgeCameraOutlet *outlet)
{
  GstElement *element = gst_pad_get_parent_element (outlet->pad);
  gchar *id;
  GstEvent *event;

  if (outlet->started || element == NULL) {
    gst_clear_object (&element);
    return;
  }
  id = gst_pad_create_stream_id (outlet->pad, element, NULL);
  event = gst_event_new_stream_start (id);
  gst_event_set_group_id (event, gst_util_group_id_next ());
  gst_pad_push_event (outlet->pad, event);
  outlet->started = TRUE;
  g_free (id);
  gst_object_unref (element);
}

static void
start_segment (GstEdgeCameraOutlet *outlet)
{
  GstSegment segment;

  if (outlet->has_segment)
    return;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (outlet->pad, gst_event_new_segment (&segment));
  outlet->has_segment = TRUE;
}

/* Tells a lower frame rate than the camera's where one is set. */
static GstCaps *
limit_rate (GstCaps *caps, GstEdgeCameraRate rate)
{
  const gint n = (gint) GST_EDGE_CAMERA_RATE_N (rate);
  const gint d = (gint) GST_EDGE_CAMERA_RATE_D (rate);
  gint caps_n, caps_d;

  if (n == 0 || !gst_structure_get_fraction (gst_caps_get_structure (caps, 0),
          "framerate", &caps_n, &caps_d) || caps_n == 0
      || gst_util_fraction_compare (caps_n, caps_d, n, d) <= 0)
    return gst_caps_ref (caps);
  caps = gst_caps_copy (caps);
  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, n, d, NULL);
  return caps;
}

static gboolean
push_caps (GstEdgeCameraOutlet *outlet, GstEdgeCameraRate rate)
{
  GstCaps *caps = limit_rate (outlet->caps, rate);
  GstCaps *current = gst_pad_get_current_caps (outlet->pad);
  gboolean ok = TRUE;

  outlet->caps_rate = rate;
  outlet->raw = gst_structure_has_name (gst_caps_get_structure (caps, 0),
      "video/x-raw");
  if (current == NULL || !gst_caps_is_equal (current, caps))
    ok = gst_pad_push_event (outlet->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_clear_caps (&current);
  return ok;
}

gboolean
gst_edge_camera_outlet_set_caps (GstEdgeCameraOutlet *outlet, GstCaps *caps)
{
  gboolean ok;

  if (!enter (outlet, FALSE))
    return FALSE;
  start_stream (outlet);
  gst_caps_replace (&outlet->caps, caps);
  ok = push_caps (outlet, GST_EDGE_CAMERA_GET (*outlet->rate));
  leave (outlet);
  return ok;
}

static GstClockTime
to_running_time (const GstSegment *segment, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (time) || segment->format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
}

static GstClockTime
get_time_now (GstEdgeCameraOutlet *outlet)
{
  GstElement *element = gst_pad_get_parent_element (outlet->pad);
  GstClockTime now = GST_CLOCK_TIME_NONE;

  if (element != NULL)
    now = gst_element_get_current_running_time (element);
  gst_clear_object (&element);
  return now;
}

/* For what a jitter buffer that has lost its way gave none at all. The present is later than what the next encoded
 * picture may say, which nobody may put in order here. */
static GstClockTime
make_up_time (GstEdgeCameraOutlet *outlet)
{
  const GstClockTime now = get_time_now (outlet);

  if (outlet->raw || !GST_CLOCK_TIME_IS_VALID (outlet->last_time))
    return now;
  if (GST_CLOCK_TIME_IS_VALID (now) && now > outlet->last_time + GST_SECOND)
    return now - GST_SECOND;
  return outlet->last_time + 1;
}

/* The segment downstream begins at 0, so a timestamp is the running time. A new connection's clock may start a bit
 * before the last one's end. */
static void
set_times (GstEdgeCameraOutlet *outlet, GstBuffer *buffer, const GstSegment *segment)
{
  GstClockTime time = to_running_time (segment, GST_BUFFER_PTS (buffer));
  GstClockTime decoding = outlet->raw ? GST_CLOCK_TIME_NONE : to_running_time (segment, GST_BUFFER_DTS (buffer));

  if (!GST_CLOCK_TIME_IS_VALID (time) && !GST_CLOCK_TIME_IS_VALID (decoding))
    time = make_up_time (outlet);
  if (GST_CLOCK_TIME_IS_VALID (time)) {
    const gboolean later = !GST_CLOCK_TIME_IS_VALID (outlet->last_time) || time > outlet->last_time;

    if (outlet->raw && !later)
      time = outlet->last_time + 1;
    if (outlet->raw || later)
      outlet->last_time = time;
  }
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = decoding;
}

static void
set_discont (GstEdgeCameraOutlet *outlet, GstBuffer *buffer)
{
  if (g_atomic_int_compare_and_exchange (&outlet->discont, TRUE, FALSE))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else if (outlet->raw)         /* a decoder marks what was skipped on purpose */
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
}

static GstFlowReturn
push_inside (GstEdgeCameraOutlet *outlet, GstBuffer *buffer, const GstSegment *segment)
{
  GstEdgeCameraRate rate = GST_EDGE_CAMERA_GET (*outlet->rate);
  GstFlowReturn flow;

  start_stream (outlet);
  if (outlet->caps != NULL && rate != outlet->caps_rate)
    push_caps (outlet, rate);
  start_segment (outlet);
  buffer = gst_buffer_make_writable (buffer);
  set_times (outlet, buffer, segment);
  set_discont (outlet, buffer);
  flow = gst_pad_push (outlet->pad, buffer);

  if (flow == GST_FLOW_OK) {
    GST_EDGE_CAMERA_COUNT (outlet->counters->out, 1);
    return flow;
  }
  GST_EDGE_CAMERA_COUNT (outlet->counters->lost, 1);
  g_atomic_int_set (&outlet->discont, TRUE);
  return flow == GST_FLOW_FLUSHING ? GST_FLOW_OK : flow;
}

GstFlowReturn
gst_edge_camera_outlet_push (GstEdgeCameraOutlet *outlet, GstBuffer *buffer, const GstSegment *segment)
{
  GstFlowReturn flow;

  if (!enter (outlet, FALSE)) {
    GST_EDGE_CAMERA_COUNT (outlet->counters->lost, 1);
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  flow = push_inside (outlet, buffer, segment);
  leave (outlet);
  return flow;
}

void
gst_edge_camera_outlet_send_eos (GstEdgeCameraOutlet *outlet)
{
  if (!enter (outlet, TRUE))
    return;
  start_stream (outlet);
  start_segment (outlet);
  gst_pad_push_event (outlet->pad, gst_event_new_eos ());
  leave (outlet);
}

void
gst_edge_camera_outlet_close (GstEdgeCameraOutlet *outlet, gint64 deadline)
{
  g_mutex_lock (&outlet->lock);
  while (outlet->busy && !outlet->ended)
    if (!g_cond_wait_until (&outlet->left, &outlet->lock, deadline))
      break;
  outlet->ended = TRUE;
  g_mutex_unlock (&outlet->lock);
}

/* The frame rate is the only thing that differs between a connection's caps and downstream's. */
static void
answer_caps (GstEdgeCameraOutlet *outlet, GstQuery *query)
{
  GstCaps *filter, *caps = gst_pad_peer_query_caps (outlet->pad, NULL);
  guint i;

  gst_query_parse_caps (query, &filter);
  caps = gst_caps_make_writable (caps);
  for (i = 0; i < gst_caps_get_size (caps); i++)
    gst_structure_remove_fields (gst_caps_get_structure (caps, i), "framerate",
        "max-framerate", NULL);
  if (filter != NULL) {
    GstCaps *both = gst_caps_intersect_full (filter, caps,
        GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = both;
  }
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
}

static gboolean
answer_accept_caps (GstEdgeCameraOutlet *outlet, GstQuery *query)
{
  GstCaps *caps, *limited;

  gst_query_parse_accept_caps (query, &caps);
  limited = limit_rate (caps, GST_EDGE_CAMERA_GET (*outlet->rate));
  gst_query_set_accept_caps_result (query,
      gst_pad_peer_query_accept_caps (outlet->pad, limited));
  gst_caps_unref (limited);
  return TRUE;
}

gboolean
gst_edge_camera_outlet_query (GstEdgeCameraOutlet *outlet, GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps (outlet, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      return answer_accept_caps (outlet, query);
    case GST_QUERY_ALLOCATION:
    case GST_QUERY_CONTEXT:
      return gst_pad_peer_query (outlet->pad, query);
    default:
      return FALSE;
  }
}
