/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc: its states, its pad and what it is asked. */

/**
 * SECTION:element-rtspcamerasrc
 * @title: rtspcamerasrc
 * @see_also: framestamp, rtspsrc
 *
 * One RTSP camera as one stream that does not end: whatever happens to the camera or the network, the element
 * connects again, with growing pauses, and the stream goes on, marked as discontinuous. Downstream sees one stream
 * with monotonic running time; the pipeline never gets an ERROR because of the camera, also when it is not there at
 * the start.
 *
 * H.264 and H.265 are decoded, by the decoder with the highest rank that works; JPEG passes through as it is where
 * downstream takes it and no scaling is asked. #GstRtspCameraSrc:framerate is the most that comes out. With
 * #GstRtspCameraSrc:decode=auto, a low frame rate costs a fraction: while the camera's keyframes are enough for it,
 * nothing else is decoded.
 *
 * A pipeline with several cameras should have sinks with `async=false`, as those of this project are by default: other
 * sinks make GStreamer wait, at the start, until each of them has got a frame.
 *
 * The stream ends when the application sends EOS to the element or to the pipeline (`gst-launch-1.0 -e`).
 *
 * ## Messages
 *
 * Each change is told by the element message `camera-state`: `state` (inactive, active, offline), `reason` (connect,
 * auth, not-found, timeout, eos, stall, decode), `camera-id`, `consecutive-failures` (guint), `next-retry` (guint64,
 * ns from now), `uri` (without password) and `message` (a sentence). A WARNING is posted when an outage begins.
 *
 * ## Secrets
 *
 * The password is in no property that can be read, in no message and in no log line of this element, and the
 * connection's own pipeline, whose rtspsrc must know it, is no child of the element, so it is in no DOT file. Not in
 * this element's hands: at log level 4 (INFO) and above gst_parse_launch() prints the line it was given, and any user
 * of the machine can see the arguments of gst-launch-1.0.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -e rtspcamerasrc uri=rtsp://user:password@192.168.1.10/1 camera-id=cam1 framerate=10 \
 *   ! videoconvert ! autovideosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/element-error.h"
#include "gstrtspcamerasrc-private.h"

GST_DEBUG_CATEGORY (gst_rtsp_camera_src_debug);
#define GST_CAT_DEFAULT gst_rtsp_camera_src_debug

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw(ANY); image/jpeg; "
        "video/x-h264, stream-format={avc, byte-stream}, alignment={au, nal}; "
        "video/x-h265, stream-format={hvc1, hev1, byte-stream}, "
        "alignment={au, nal}"));

G_DEFINE_FINAL_TYPE (GstRtspCameraSrc, gst_rtsp_camera_src, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (rtspcamerasrc, "rtspcamerasrc", GST_RANK_NONE,
    GST_TYPE_RTSP_CAMERA_SRC);

/* 1. The keeper. */

static gboolean
start (GstRtspCameraSrc *self)
{
  GstEdgeCameraSettings settings;
  GstEdgeCameraKeeper *keeper;
  const gchar *property = NULL;
  GError *error = NULL;

  if (!gst_rtsp_camera_src_make_settings (self, &settings, &property, &error)) {
    g_prefix_error (&error, "%s: ", property);
    gst_edge_element_post_error (GST_ELEMENT (self), error, property, NULL);
    g_error_free (error);
    return FALSE;
  }
  keeper = gst_edge_camera_keeper_new (GST_ELEMENT (self), self->pad,
      &settings, &error);
  if (keeper == NULL) {
    gst_edge_element_post_error (GST_ELEMENT (self), error, NULL, NULL);
    g_error_free (error);
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  self->keeper = keeper;
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_mutex_unlock (&self->lock);
  gst_rtsp_camera_src_rate_changed (self);
  return TRUE;
}

/* May wait for the end of a connection, for at most two seconds after quit(). */
static void
stop (GstRtspCameraSrc *self)
{
  GstEdgeCameraKeeper *keeper;

  if (self->keeper == NULL)
    return;
  gst_edge_camera_keeper_end (self->keeper);
  g_mutex_lock (&self->lock);
  self->last_stats = gst_edge_camera_keeper_get_stats (self->keeper);
  keeper = g_steal_pointer (&self->keeper);
  g_mutex_unlock (&self->lock);
  gst_edge_camera_keeper_unref (keeper);
}

static void
play (GstRtspCameraSrc *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base_time = gst_element_get_base_time (GST_ELEMENT (self));

  if (clock == NULL) {          /* outside of any pipeline */
    clock = gst_system_clock_obtain ();
    base_time = gst_clock_get_time (clock);
  }
  gst_edge_camera_keeper_play (self->keeper, clock, base_time);
  gst_object_unref (clock);
}

/* Connections are ended while other elements change their state too, and are waited for only at the very end: so many
 * cameras stop in the time of one. */
static GstStateChangeReturn
gst_rtsp_camera_src_change_state (GstElement *element, GstStateChange transition)
{
  GstRtspCameraSrc *self = GST_RTSP_CAMERA_SRC (element);
  GstStateChangeReturn result;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      stop (self);
      if (!start (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      gst_edge_camera_keeper_pause (self->keeper);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_edge_camera_keeper_quit (self->keeper);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      stop (self);
      break;
    default:
      break;
  }

  result = GST_ELEMENT_CLASS (gst_rtsp_camera_src_parent_class)->change_state
      (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      return GST_STATE_CHANGE_NO_PREROLL;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      play (self);
      return result;
    default:
      return result;
  }
}

void
gst_rtsp_camera_src_rate_changed (GstRtspCameraSrc *self)
{
  GstEdgeCameraRate rate;

  GST_OBJECT_LOCK (self);
  rate = self->properties.rate;
  GST_OBJECT_UNLOCK (self);
  g_mutex_lock (&self->lock);
  if (self->keeper != NULL)
    gst_edge_camera_keeper_set_rate (self->keeper, rate);
  g_mutex_unlock (&self->lock);
}

GstRtspCameraSrcState
gst_rtsp_camera_src_get_state (GstRtspCameraSrc *self)
{
  GstRtspCameraSrcState state = GST_RTSP_CAMERA_SRC_STATE_INACTIVE;

  g_mutex_lock (&self->lock);
  if (self->keeper != NULL)
    state = gst_edge_camera_keeper_get_state (self->keeper);
  g_mutex_unlock (&self->lock);
  return state;
}

GstStructure *
gst_rtsp_camera_src_get_stats (GstRtspCameraSrc *self)
{
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  if (self->keeper != NULL)
    stats = gst_edge_camera_keeper_get_stats (self->keeper);
  else if (self->last_stats != NULL)
    stats = gst_structure_copy (self->last_stats);
  else
    stats = gst_structure_new_empty ("rtsp-camera-src-stats");
  g_mutex_unlock (&self->lock);
  return stats;
}

/* 2. What it is asked. */

static gboolean
gst_rtsp_camera_src_send_event (GstElement *element, GstEvent *event)
{
  GstRtspCameraSrc *self = GST_RTSP_CAMERA_SRC (element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (gst_rtsp_camera_src_parent_class)->send_event
        (element, event);
  g_mutex_lock (&self->lock);
  if (self->keeper != NULL)
    gst_edge_camera_keeper_end_stream (self->keeper);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
answer_latency (GstRtspCameraSrc *self, GstQuery *query)
{
  GstClockTime latency;

  GST_OBJECT_LOCK (self);
  latency = self->properties.plain.latency;
  GST_OBJECT_UNLOCK (self);
  g_mutex_lock (&self->lock);
  if (self->keeper != NULL)
    latency += gst_edge_camera_keeper_get_latency (self->keeper);
  g_mutex_unlock (&self->lock);
  gst_query_set_latency (query, TRUE, latency, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
pad_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    return answer_latency (GST_RTSP_CAMERA_SRC (parent), query);
  return gst_pad_query_default (pad, parent, query);
}

/* Only what a decoder has to know about its downstream is for the connection: a camera can neither be sought nor be
 * slowed down. */
static gboolean
pad_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstRtspCameraSrc *self = GST_RTSP_CAMERA_SRC (parent);
  gboolean ok = GST_EVENT_TYPE (event) == GST_EVENT_LATENCY;

  if (GST_EVENT_TYPE (event) != GST_EVENT_RECONFIGURE) {
    gst_event_unref (event);
    return ok;
  }
  g_mutex_lock (&self->lock);
  if (self->keeper != NULL)
    ok = gst_edge_camera_keeper_send_upstream (self->keeper, event);
  else
    gst_event_unref (event);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* 3. The class. */

static void
gst_rtsp_camera_src_finalize (GObject *object)
{
  GstRtspCameraSrc *self = GST_RTSP_CAMERA_SRC (object);

  gst_rtsp_camera_src_clear_properties (&self->properties);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_rtsp_camera_src_parent_class)->finalize (object);
}

static void
gst_rtsp_camera_src_class_init (GstRtspCameraSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_rtsp_camera_src_debug, "rtspcamerasrc", 0,
      "cameras that heal themselves");

  object_class->finalize = gst_rtsp_camera_src_finalize;
  gst_rtsp_camera_src_install_properties (object_class);

  /**
   * GstRtspCameraSrc::source-setup:
   * @source: the `rtspsrc` of a new connection
   *
   * For an application that wants to set what has no property here. It is called for each connection, from a thread
   * of the element.
   */
  g_signal_new ("source-setup", GST_TYPE_RTSP_CAMERA_SRC, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, GST_TYPE_ELEMENT);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "RTSP camera",
      "Source/Network/Video",
      "One RTSP camera that connects again by itself, decoded and limited to a "
      "frame rate", "the gst-edge-video authors");
  element_class->change_state = gst_rtsp_camera_src_change_state;
  element_class->send_event = gst_rtsp_camera_src_send_event;
}

static void
gst_rtsp_camera_src_init (GstRtspCameraSrc *self)
{
  g_mutex_init (&self->lock);
  gst_rtsp_camera_src_init_properties (&self->properties);
  self->pad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (self->pad, pad_query);
  gst_pad_set_event_function (self->pad, pad_event);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
