/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera: its pipeline, what the pipeline says, and its end. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-session-private.h"

GST_DEBUG_CATEGORY_EXTERN (gst_rtsp_camera_src_debug);
#define GST_CAT_DEFAULT gst_rtsp_camera_src_debug

/* Downstream that blocks for longer than this costs packets instead of memory. */
#define MAX_BLOCKED (2 * G_TIME_SPAN_SECOND)

/* The watch comes first, so that a camera that is silent is always called that. */
#define SOURCE_TIMEOUT_LATER GST_SECOND

void
gst_edge_camera_session_fail (GstEdgeCameraSession * session,
    GstEdgeCameraReason reason, const gchar * detail)
{
  if (!g_atomic_int_compare_and_exchange (&session->over, FALSE, TRUE))
    return;
  session->funcs.failed (reason, detail, session->user_data);
}

static void
refuse (GstEdgeCameraSession * session, GstFlowReturn flow)
{
  if (!g_atomic_int_compare_and_exchange (&session->over, FALSE, TRUE))
    return;
  session->funcs.refused (flow, session->user_data);
}

/* 1. What comes in at the end of the connection. */

static GstFlowReturn
inlet_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
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
    refuse (session, flow);
  return flow;
}

static gboolean
inlet_event (GstPad * pad, GstObject * parent, GstEvent * event)
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
inlet_query (GstPad * pad, GstObject * parent, GstQuery * query)
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
make_inlet (GstEdgeCameraSession * session)
{
  GstPad *pad = gst_pad_new ("inlet", GST_PAD_SINK);

  gst_object_ref_sink (pad);
  gst_pad_set_chain_function_full (pad, inlet_chain, session, NULL);
  gst_pad_set_event_function (pad, inlet_event);
  gst_pad_set_query_function (pad, inlet_query);
  gst_pad_set_active (pad, TRUE);
  return pad;
}

/* 2. What the pipeline says. */

static GstEdgeCameraReason
reason_of_status (guint status)
{
  switch (status) {
    case 401:
    case 403:
    case 407:
      return GST_EDGE_CAMERA_AUTH;
    case 404:
    case 410:
      return GST_EDGE_CAMERA_NOT_FOUND;
    default:
      return GST_EDGE_CAMERA_CONNECT;
  }
}

static void
on_source_error (GstEdgeCameraSession * session, const GError * error,
    const GstStructure * details)
{
  gboolean was_connected;
  guint status = 0;
  gchar *detail;

  g_mutex_lock (&session->lock);
  was_connected = session->watch.first_data != 0;
  g_mutex_unlock (&session->lock);

  if (details != NULL
      && gst_structure_get_uint (details, "rtsp-status-code", &status)) {
    detail = g_strdup_printf ("RTSP status %u", status);
    gst_edge_camera_session_fail (session, reason_of_status (status), detail);
    g_free (detail);
  } else if (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NOT_AUTHORIZED)) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_AUTH, NULL);
  } else if (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NOT_FOUND)) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_NOT_FOUND, NULL);
  } else if (was_connected) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_EOS, NULL);
  } else {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_CONNECT,
        g_atomic_int_get (&session->untrusted)
        ? "its certificate is not trusted (tls-validation-flags)" : NULL);
  }
}

/* The text of the message may name anything, so only its codes are used. */
static void
on_error (GstEdgeCameraSession * session, GstMessage * message)
{
  const GstStructure *details = NULL;
  GError *error = NULL;
  gint flow = GST_FLOW_OK;
  gchar *detail;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  if (details != NULL)
    gst_structure_get_int (details, "flow-return", &flow);

  if (flow == GST_FLOW_NOT_NEGOTIATED
      && g_atomic_int_get (&session->caps_refused)) {
    refuse (session, GST_FLOW_NOT_NEGOTIATED);
  } else if (flow == GST_FLOW_NOT_NEGOTIATED) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE,
        "what follows does not accept this video");
  } else if (error->domain == GST_RESOURCE_ERROR
      && gst_object_has_as_ancestor (GST_MESSAGE_SRC (message),
          GST_OBJECT (session->source))) {
    on_source_error (session, error, details);
  } else if (error->domain == GST_STREAM_ERROR
      || error->domain == GST_LIBRARY_ERROR
      || error->domain == GST_RESOURCE_ERROR) {
    detail = g_strdup_printf ("%s failed (%s %d)",
        GST_OBJECT_NAME (GST_MESSAGE_SRC (message)),
        g_quark_to_string (error->domain), error->code);
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE, detail);
    g_free (detail);
  } else {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_CONNECT, NULL);
  }
  g_error_free (error);
}

static GstBusSyncReply
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      on_error (session, message);
      break;
    case GST_MESSAGE_NEED_CONTEXT:
    case GST_MESSAGE_HAVE_CONTEXT:
      session->funcs.forward (message, session->user_data);
      break;
    default:
      break;
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* 3. What the source says. */

static gboolean
on_select_stream (GstElement * source, guint number, GstCaps * caps,
    gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (session->codec != NULL)
    return FALSE;
  session->codec = gst_edge_camera_codec_find (caps);
  return session->codec != NULL;
}

static void
on_pad_added (GstElement * source, GstPad * pad, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (!g_atomic_int_get (&session->over) && session->codec != NULL
      && !gst_pad_is_linked (session->inlet))
    gst_edge_camera_session_build (session, pad);
}

static void
on_no_more_pads (GstElement * source, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (!gst_pad_is_linked (session->inlet))
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE,
        "it offers no H.264, H.265 or JPEG video");
}

static gboolean
on_accept_certificate (GstElement * source, gpointer connection,
    gpointer certificate, guint flags, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  g_atomic_int_set (&session->untrusted, TRUE);
  return FALSE;
}

static void
on_sdp (GstElement * source, gpointer sdp, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  session->codec = NULL;        /* streams are about to be selected */
}

/* The source would keep everything while downstream blocks. */
static GstPadProbeReturn
on_packet (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  gint64 since = gst_edge_camera_outlet_blocked_since (session->camera->outlet);

  if (since == 0 || g_get_monotonic_time () - since < MAX_BLOCKED)
    return GST_PAD_PROBE_OK;
  GST_EDGE_CAMERA_COUNT (session->camera->counters.blocked_packets, 1);
  g_atomic_int_set (&session->packets_lost, TRUE);
  return GST_PAD_PROBE_DROP;
}

static void
on_new_jitterbuffer (GstElement * rtpbin, GstElement * jitterbuffer,
    guint session_id, guint ssrc, gpointer user_data)
{
  GstPad *pad = gst_element_get_static_pad (jitterbuffer, "sink");

  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
      user_data, NULL);
  gst_object_unref (pad);
}

static void
on_new_manager (GstElement * source, GstElement * rtpbin, gpointer user_data)
{
  if (g_signal_lookup ("new-jitterbuffer", G_OBJECT_TYPE (rtpbin)) != 0)
    g_signal_connect (rtpbin, "new-jitterbuffer",
        G_CALLBACK (on_new_jitterbuffer), user_data);
}

static GstElement *
make_source (GstEdgeCameraSession * session)
{
  const GstEdgeCameraSettings *settings = &session->camera->settings;
  GstElement *source = gst_element_factory_make ("rtspsrc", "source");
  guint64 timeout = settings->connect_timeout + SOURCE_TIMEOUT_LATER;

  if (source == NULL)
    return NULL;
  g_object_set (source, "location", settings->location,
      "user-id", settings->user, "user-pw", settings->password,
      "protocols", settings->protocols,
      "latency", (guint) (settings->latency / GST_MSECOND),
      "tcp-timeout", timeout / GST_USECOND,
      "timeout", settings->connect_timeout / GST_USECOND,
      "tls-validation-flags", settings->tls_validation_flags,
      "add-reference-timestamp-meta", TRUE, NULL);
  g_signal_connect (source, "select-stream", G_CALLBACK (on_select_stream),
      session);
  g_signal_connect (source, "on-sdp", G_CALLBACK (on_sdp), session);
  g_signal_connect (source, "pad-added", G_CALLBACK (on_pad_added), session);
  g_signal_connect (source, "no-more-pads", G_CALLBACK (on_no_more_pads),
      session);
  g_signal_connect (source, "new-manager", G_CALLBACK (on_new_manager),
      session);
  g_signal_connect (source, "accept-certificate",
      G_CALLBACK (on_accept_certificate), session);
  session->funcs.source_setup (source, session->user_data);
  return source;
}

/* 4. Beginning and end. */

static void
make_pipeline (GstEdgeCameraSession * session, guint64 number)
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
  gst_bus_set_sync_handler (bus, on_message, session, NULL);
  gst_object_unref (bus);
}

GstEdgeCameraSession *
gst_edge_camera_session_open (GstEdgeCamera * camera, guint64 number,
    GstClock * clock, GstClockTime base_time,
    const GstEdgeCameraSessionFuncs * funcs, gpointer user_data)
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

  session->source = make_source (session);
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
stop_child (const GValue * value, gpointer user_data)
{
  gst_element_set_state (g_value_get_object (value), GST_STATE_NULL);
}

/* An element that was added while the pipeline went down may have missed it. */
static void
stop_children (GstBin * bin)
{
  GstIterator *it = gst_bin_iterate_elements (bin);

  while (gst_iterator_foreach (it, stop_child, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (it);
  gst_iterator_free (it);
}

void
gst_edge_camera_session_close (GstEdgeCameraSession * session)
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
  g_mutex_clear (&session->lock);
  g_free (session);
}

GstEdgeCameraReason
gst_edge_camera_session_check (GstEdgeCameraSession * session,
    gint64 * deadline)
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
gst_edge_camera_session_get_inlet (GstEdgeCameraSession * session)
{
  return session->inlet;
}
