/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera: its source, and what its pipeline says. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-session-private.h"
#include "net/camera-uri.h"

/* Downstream that blocks for longer than this costs packets instead of memory. */
#define MAX_BLOCKED (2 * G_TIME_SPAN_SECOND)

/* The watch comes first, so that a camera that is silent is always called that. */
#define SOURCE_TIMEOUT_LATER GST_SECOND

/* 1. What the pipeline says. */

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
on_source_error (GstEdgeCameraSession *session, const GError *error, const GstStructure *details)
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
        ? "its certificate is not trusted (ca-file, tls-validation-flags)" : NULL);
  }
}

/* The text of the message may name anything, so only its codes are used. */
static void
on_error (GstEdgeCameraSession *session, GstMessage *message)
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
    gst_edge_camera_session_refuse (session, GST_FLOW_NOT_NEGOTIATED);
  } else if (flow == GST_FLOW_NOT_NEGOTIATED) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE,
        "what follows does not accept this video");
  } else if (error->domain == GST_RESOURCE_ERROR
      && gst_object_has_as_ancestor (GST_MESSAGE_SRC (message),
          GST_OBJECT (session->source))) {
    on_source_error (session, error, details);
  } else if (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND)
      && GST_MESSAGE_SRC (message) == GST_OBJECT (session->source) && session->codec != NULL) {
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_CONNECT,
        "it sends its video by none of the ways that protocols allows");
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

GstBusSyncReply
gst_edge_camera_session_on_message (GstBus *bus, GstMessage *message, gpointer user_data)
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

/* 2. What the source says. */

static gboolean
on_select_stream (GstElement *source, guint number, GstCaps *caps, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (session->codec != NULL)
    return FALSE;
  session->codec = gst_edge_camera_codec_find (caps);
  return session->codec != NULL;
}

static void
on_pad_added (GstElement *source, GstPad *pad, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (!g_atomic_int_get (&session->over) && session->codec != NULL
      && !gst_pad_is_linked (session->inlet))
    gst_edge_camera_session_build (session, pad);
}

static void
on_no_more_pads (GstElement *source, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (!gst_pad_is_linked (session->inlet))
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE,
        "it offers no H.264, H.265 or JPEG video");
}

static gboolean
on_accept_certificate (GstElement *source, gpointer connection,
    gpointer certificate, guint flags, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  g_atomic_int_set (&session->untrusted, TRUE);
  return FALSE;
}

static void
on_sdp (GstElement *source, gpointer sdp, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  session->codec = NULL;        /* streams are about to be selected */
}

static GstBuffer *
get_first_packet (GstPadProbeInfo *info)
{
  return GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER ? GST_PAD_PROBE_INFO_BUFFER (info)
      : gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), 0);
}

/* The source would keep everything while downstream blocks. */
static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  gint64 since = gst_edge_camera_outlet_blocked_since (session->camera->outlet);

  if (since == 0 || g_get_monotonic_time () - since < MAX_BLOCKED) {
    if (session->dropping)
      session->dropping = !gst_edge_camera_session_note_gap (session, get_first_packet (info));
    return GST_PAD_PROBE_OK;
  }
  GST_EDGE_CAMERA_COUNT (session->camera->counters.blocked_packets, 1);
  session->dropping = TRUE;
  return GST_PAD_PROBE_DROP;
}

static void
on_new_jitterbuffer (GstElement *rtpbin, GstElement *jitterbuffer,
    guint session_id, guint ssrc, gpointer user_data)
{
  GstPad *pad = gst_element_get_static_pad (jitterbuffer, "sink");

  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
      user_data, NULL);
  gst_object_unref (pad);
}

static void
on_new_manager (GstElement *source, GstElement *rtpbin, gpointer user_data)
{
  if (g_signal_lookup ("new-jitterbuffer", G_OBJECT_TYPE (rtpbin)) != 0)
    g_signal_connect (rtpbin, "new-jitterbuffer",
        G_CALLBACK (on_new_jitterbuffer), user_data);
  gst_edge_camera_session_probe_received (user_data, rtpbin);
}

/* rtspsrc answers a server that asks its clients to go elsewhere, and stays. The next connection goes there; the one
 * after it begins at the camera's own URI again. */
static void
on_request (GstElement *source, gpointer request, gpointer response, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  gchar *to = NULL, *location = NULL, *text = NULL, *detail;
  GstRTSPMethod method;

  if (gst_rtsp_message_parse_request (request, &method, NULL, NULL) != GST_RTSP_OK || method != GST_RTSP_REDIRECT)
    return;
  if (gst_rtsp_message_get_header (request, GST_RTSP_HDR_LOCATION, &to, 0) == GST_RTSP_OK)
    location = gst_edge_camera_redirections_check (session->camera->settings.location, to);
  if (location != NULL) {
    text = gst_edge_camera_uri_make_text (location, NULL, FALSE);
    g_free (session->camera->moved_to);
    session->camera->moved_to = location;
  }
  detail = text != NULL ? g_strdup_printf ("it asks its clients to go to %s", text)
      : g_strdup ("it asks its clients to connect anew");
  gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_EOS, detail);
  g_free (detail);
  g_free (text);
}

static gboolean
on_before_send (GstElement *source, gpointer request, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  const gchar *wrong = NULL;
  gchar *location = NULL;
  GstRTSPMethod method;
  gboolean allowed;

  if (gst_rtsp_message_parse_request (request, &method, NULL, NULL) != GST_RTSP_OK)
    return TRUE;
  if (method == GST_RTSP_OPTIONS) {
    g_object_get (source, "location", &location, NULL);
    gst_edge_camera_redirections_begin (&session->redirections, location);
  }
  allowed = gst_edge_camera_redirections_allow (&session->redirections, method, &wrong);
  if (wrong != NULL)
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_CONNECT, wrong);
  return allowed;
}

/* So long without a packet over UDP, the source tries TCP where both are allowed. That has to be well before the
 * connection is given up. */
static guint64
get_udp_timeout (const GstEdgeCameraSettings *settings)
{
  const gboolean may_fall_back = (settings->protocols & GST_RTSP_LOWER_TRANS_TCP) != 0;

  return settings->connect_timeout / GST_USECOND / (may_fall_back ? 3 : 1);
}

GstElement *
gst_edge_camera_session_make_source (GstEdgeCameraSession *session)
{
  const GstEdgeCameraSettings *settings = &session->camera->settings;
  GstElement *source = gst_element_factory_make ("rtspsrc", "source");
  guint64 timeout = settings->connect_timeout + SOURCE_TIMEOUT_LATER;
  gchar *moved_to = g_steal_pointer (&session->camera->moved_to);

  if (source == NULL) {
    g_free (moved_to);
    return NULL;
  }
  g_object_set (source, "location", moved_to != NULL ? moved_to : settings->location,
      "user-id", settings->user, "user-pw", settings->password,
      "protocols", settings->protocols,
      "latency", (guint) (settings->latency / GST_MSECOND),
      "tcp-timeout", timeout / GST_USECOND,
      "timeout", get_udp_timeout (settings),
      "tls-validation-flags", settings->tls_validation_flags,
      "tls-database", settings->tls_database,
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
  g_signal_connect (source, "handle-request", G_CALLBACK (on_request), session);
  g_signal_connect (source, "before-send", G_CALLBACK (on_before_send), session);
  g_free (moved_to);
  session->funcs.source_setup (source, session->user_data);
  return source;
}
