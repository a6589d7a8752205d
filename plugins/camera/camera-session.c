/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera: its pipeline, from the beginning to the end. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-session-private.h"

void
gst_edge_camera_session_fail (GstEdgeCameraSession *session, GstEdgeCameraReason reason, const gchar *detail)
{
  if (!g_atomic_int_compare_and_exchange (&session->over, FALSE, TRUE))
    return;
  session->funcs.failed (reason, detail, session->user_data);
}

void
gst_edge_camera_session_refuse (GstEdgeCameraSession *session, GstFlowReturn flow)
{
  if (!g_atomic_int_compare_and_exchange (&session->over, FALSE, TRUE))
    return;
  session->funcs.refused (flow, session->user_data);
}

/* 1. What comes in at the end of the connection. */

static GstFlowReturn
inlet_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstEdgeCameraSession *session = pad->chaindata;
  gint64 before = g_get_monotonic_time (), after;
  GstFlowReturn flow;

  if (g_atomic_int_get (&session->over)) {
    GST_EDGE_CAMERA_COUNT (session->camera->counters.lost, 1);
    gst_buffer_unref (buffer);
    return GST_FLOW_FLUSHING;
  }
  flow = gst_edge_camera_outlet_push (session->camera->outlet, buffer,
      &session->frame_segment);

  after = g_get_monotonic_time ();
  if (after - before > G_TIME_SPAN_SECOND / 10) {
    g_mutex_lock (&session->lock);
    gst_edge_camera_watch_resume (&session->watch, after);
    g_mutex_unlock (&session->lock);
  }
  if (flow != GST_FLOW_OK)
    gst_edge_camera_session_refuse (session, flow);
  return flow;
}

static gboolean
inlet_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstEdgeCameraSession *session = pad->chaindata;
  gboolean ok = TRUE;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      ok = gst_edge_camera_outlet_set_caps (session->camera->outlet, caps);
      if (!ok)
        g_atomic_int_set (&session->caps_refused, TRUE);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &session->frame_segment);
      break;
    case GST_EVENT_EOS:
      gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_EOS, NULL);
      break;
    default:                   /* what else there is concerns the connection only */
      break;
  }
  gst_event_unref (event);
  return ok;
}

static gboolean
inlet_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstEdgeCameraSession *session = pad->chaindata;
  gboolean ok = gst_edge_camera_outlet_query (session->camera->outlet, query);
  gboolean accepted = TRUE;

  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS)
    gst_query_parse_accept_caps_result (query, &accepted);
  if (!accepted)
    g_atomic_int_set (&session->caps_refused, TRUE);
  return ok;
}

static GstPad *
make_inlet (GstEdgeCameraSession *session)
{
  GstPad *pad = gst_pad_new ("inlet", GST_PAD_SINK);

  gst_object_ref_sink (pad);
  gst_pad_set_chain_function_full (pad, inlet_chain, session, NULL);
  gst_pad_set_event_function (pad, inlet_event);
  gst_pad_set_query_function (pad, inlet_query);
  gst_pad_set_active (pad, TRUE);
  return pad;
}

/* 2. Beginning and end. */

static void
make_pipeline (GstEdgeCameraSession *session, guint64 number)
{
  gchar *name = g_strdup_printf ("%s-connection%" G_GUINT64_FORMAT,
      session->camera->settings.name, number);
  GstBus *bus;

  session->pipeline = gst_object_ref_sink (gst_pipeline_new (name));
  g_free (name);
  /* The element's time is the connection's time: timestamps need no mapping. */
  gst_pipeline_use_clock (GST_PIPELINE (session->pipeline), session->clock);
  gst_element_set_start_time (session->pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (session->pipeline, session->base_time);
  bus = gst_element_get_bus (session->pipeline);
  gst_bus_set_sync_handler (bus, gst_edge_camera_session_on_message, session, NULL);
  gst_object_unref (bus);
}

GstEdgeCameraSession *
gst_edge_camera_session_open (GstEdgeCamera *camera, guint64 number,
    GstClock *clock, GstClockTime base_time, const GstEdgeCameraSessionFuncs *funcs, gpointer user_data)
{
  GstEdgeCameraSession *session = g_new0 (GstEdgeCameraSession, 1);
  const GstEdgeCameraSettings *settings = &camera->settings;

  session->camera = camera;
  session->funcs = *funcs;
  session->user_data = user_data;
  session->clock = gst_object_ref (clock);
  session->base_time = base_time;
  g_mutex_init (&session->lock);
  gst_edge_camera_watch_start (&session->watch,
      (gint64) (settings->connect_timeout / GST_USECOND),
      (gint64) (settings->stall_timeout / GST_USECOND),
      g_get_monotonic_time ());
  gst_edge_camera_decode_restart (&camera->decode);
  gst_edge_camera_limiter_restart (&camera->limiter);
  gst_segment_init (&session->picture_segment, GST_FORMAT_UNDEFINED);
  gst_segment_init (&session->frame_segment, GST_FORMAT_UNDEFINED);
  session->inlet = make_inlet (session);
  make_pipeline (session, number);

  session->source = gst_edge_camera_session_make_source (session);
  if (session->source == NULL) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_CONNECT,
        "the element rtspsrc is not installed (gstreamer1.0-plugins-good)");
    return session;
  }
  gst_bin_add (GST_BIN (session->pipeline), session->source);
  if (gst_element_set_state (session->pipeline,
          GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_CONNECT, NULL);
  return session;
}

static void
stop_child (const GValue *value, gpointer user_data)
{
  gst_element_set_state (g_value_get_object (value), GST_STATE_NULL);
}

/* An element that was added while the pipeline went down may have missed it. */
static void
stop_children (GstBin *bin)
{
  GstIterator *it = gst_bin_iterate_elements (bin);

  while (gst_iterator_foreach (it, stop_child, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (it);
  gst_iterator_free (it);
}

void
gst_edge_camera_session_close (GstEdgeCameraSession *session)
{
  GstBus *bus = gst_element_get_bus (session->pipeline);

  /* 1. nothing counts any more */
  g_atomic_int_set (&session->over, TRUE);
  /* 2. end and join the threads */
  gst_element_set_state (session->pipeline, GST_STATE_NULL);
  stop_children (GST_BIN (session->pipeline));
  gst_pad_set_active (session->inlet, FALSE);
  /* 3. forget */
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_object_unref (bus);
  gst_object_unref (session->pipeline);
  gst_object_unref (session->inlet);
  gst_object_unref (session->clock);
  gst_edge_camera_times_clear (&session->times);
  GST_EDGE_CAMERA_COUNT (session->camera->counters.skipped, gst_edge_camera_batch_clear (&session->batch));
  g_queue_clear_full (&session->held_packets, (GDestroyNotify) gst_buffer_unref);
  g_queue_clear (&session->gaps);
  gst_edge_camera_redirections_clear (&session->redirections);
  g_mutex_clear (&session->lock);
  g_free (session);
}

GstEdgeCameraReason
gst_edge_camera_session_check (GstEdgeCameraSession *session, gint64 *deadline)
{
  gint64 now = g_get_monotonic_time ();
  GstEdgeCameraReason reason;

  if (gst_edge_camera_outlet_blocked_since (session->camera->outlet) != 0) {
    *deadline = now + session->watch.stall_timeout;
    return GST_EDGE_CAMERA_OK;
  }
  g_mutex_lock (&session->lock);
  reason = gst_edge_camera_watch_check (&session->watch, now, deadline);
  g_mutex_unlock (&session->lock);
  return reason;
}

GstPad *
gst_edge_camera_session_get_inlet (GstEdgeCameraSession *session)
{
  return session->inlet;
}
