/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps one camera connected: what the connection says, and what the thread does about it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-keeper-private.h"
#include "camera-report.h"

/* 1. What the connection says, from its threads. */

static void
on_alive (gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  g_mutex_lock (&keeper->lock);
  keeper->alive = TRUE;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

static void
on_failed (GstEdgeCameraReason reason, const gchar *detail, gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  g_mutex_lock (&keeper->lock);
  keeper->failed = TRUE;
  keeper->failure = reason;
  g_free (keeper->failure_detail);
  keeper->failure_detail = g_strdup (detail);
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

static void
on_refused (GstFlowReturn flow, gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  g_mutex_lock (&keeper->lock);
  keeper->refusal = flow;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

static void
on_forward (GstMessage *message, gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  gst_element_post_message (keeper->element, gst_message_ref (message));
}

static void
on_source_setup (GstElement *source, gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  g_signal_emit_by_name (keeper->element, "source-setup", source);
}

/* 2. What the thread does. */

static void
open_session (GstEdgeCameraKeeper *keeper)
{
  static const GstEdgeCameraSessionFuncs funcs = {
    on_alive, on_failed, on_refused, on_forward, on_source_setup
  };
  GstEdgeCameraSession *session;
  GstClockTime base_time;
  GstClock *clock;

  g_mutex_lock (&keeper->lock);
  clock = gst_object_ref (keeper->clock);
  base_time = keeper->base_time;
  keeper->alive = keeper->failed = FALSE;
  g_mutex_unlock (&keeper->lock);

  GST_EDGE_CAMERA_COUNT (keeper->camera.counters.connects, 1);
  gst_edge_camera_outlet_mark_gap (keeper->camera.outlet);
  session = gst_edge_camera_session_open (&keeper->camera,
      ++keeper->connections, clock, base_time, &funcs, keeper);
  gst_object_unref (clock);

  g_mutex_lock (&keeper->lock);
  keeper->session = session;
  g_mutex_unlock (&keeper->lock);
}

static void
close_session (GstEdgeCameraKeeper *keeper)
{
  GstEdgeCameraSession *session;

  g_mutex_lock (&keeper->lock);
  session = g_steal_pointer (&keeper->session);
  g_mutex_unlock (&keeper->lock);
  if (session != NULL)
    gst_edge_camera_session_close (session);
}

static gboolean
is_quitting (GstEdgeCameraKeeper *keeper)
{
  gboolean quitting;

  g_mutex_lock (&keeper->lock);
  quitting = keeper->quit;
  g_mutex_unlock (&keeper->lock);
  return quitting;
}

/* A handler may stop the element here, and start it again: then nothing more is to be said. */
static void
set_health (GstEdgeCameraKeeper *keeper, const GstEdgeCameraHealth *health)
{
  gboolean changed;

  g_mutex_lock (&keeper->lock);
  changed = keeper->health.state != health->state;
  keeper->health = *health;
  g_mutex_unlock (&keeper->lock);
  if (changed)
    g_object_notify (G_OBJECT (keeper->element), "state");
}

static void
update_latency (GstEdgeCameraKeeper *keeper)
{
  GstPad *inlet = gst_edge_camera_session_get_inlet (keeper->session);
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min = 0;
  gboolean more = FALSE;

  if (gst_pad_peer_query (inlet, query))
    gst_query_parse_latency (query, NULL, &min, NULL);
  gst_query_unref (query);

  g_mutex_lock (&keeper->lock);
  if (GST_CLOCK_TIME_IS_VALID (min)
      && min > keeper->camera.settings.latency + keeper->latency) {
    keeper->latency = min - keeper->camera.settings.latency;
    more = TRUE;
  }
  g_mutex_unlock (&keeper->lock);
  if (more)
    gst_element_post_message (keeper->element,
        gst_message_new_latency (GST_OBJECT (keeper->element)));
}

static void
camera_is_alive (GstEdgeCameraKeeper *keeper)
{
  GstEdgeCameraHealth health = keeper->health;

  keeper->delivered = TRUE;
  gst_edge_camera_health_succeeded (&health, g_get_monotonic_time ());
  set_health (keeper, &health);
  if (is_quitting (keeper))
    return;
  gst_edge_camera_report (keeper->element, &keeper->camera.settings,
      keeper->source, &health, NULL, TRUE);
  update_latency (keeper);
}

static void
camera_failed (GstEdgeCameraKeeper *keeper, GstEdgeCameraReason reason,
    const gchar *detail, gboolean had_frames)
{
  GstEdgeCameraHealth health = keeper->health;
  gboolean is_news;

  close_session (keeper);
  if (reason == GST_EDGE_CAMERA_DECODE && !had_frames)
    keeper->camera.decoder_index++;
  GST_EDGE_CAMERA_COUNT (keeper->camera.counters.failures, 1);
  is_news = gst_edge_camera_health_failed (&health, reason,
      g_get_monotonic_time (), g_random_double ());
  set_health (keeper, &health);
  if (!is_quitting (keeper))
    gst_edge_camera_report (keeper->element, &keeper->camera.settings,
        keeper->source, &health, detail, is_news);
}

static void
stream_refused (GstEdgeCameraKeeper *keeper, GstFlowReturn flow)
{
  /* Caps that fitted once: it is the camera that has changed. */
  if (flow == GST_FLOW_NOT_NEGOTIATED && keeper->delivered) {
    camera_failed (keeper, GST_EDGE_CAMERA_DECODE,
        "what follows does not accept this video", TRUE);
    return;
  }
  close_session (keeper);
  if (flow != GST_FLOW_EOS)
    gst_edge_camera_report_refusal (keeper->element, &keeper->camera.settings,
        flow);
  gst_edge_camera_outlet_send_eos (keeper->camera.outlet);
  keeper->halted = TRUE;
}

void
gst_edge_camera_keeper_reset_health (GstEdgeCameraKeeper *keeper)
{
  const GstEdgeCameraSettings *settings = &keeper->camera.settings;
  GstEdgeCameraHealth health;

  gst_edge_camera_health_init (&health,
      (gint64) (settings->reconnect_min_delay / GST_USECOND),
      (gint64) (settings->reconnect_max_delay / GST_USECOND),
      settings->circuit_max_failures,
      (gint64) (settings->circuit_reset / GST_USECOND));
  set_health (keeper, &health);
}

/* Deals with one thing that the connection has said. FALSE when there was none. */
static gboolean
serve_session (GstEdgeCameraKeeper *keeper, gint64 *deadline)
{
  gboolean alive, failed, was_alive;
  GstEdgeCameraReason reason;
  GstFlowReturn refusal;
  gchar *detail;

  g_mutex_lock (&keeper->lock);
  was_alive = keeper->health.state == GST_RTSP_CAMERA_SRC_STATE_ACTIVE;
  alive = keeper->alive && !was_alive;
  failed = keeper->failed;
  reason = keeper->failure;
  refusal = keeper->refusal;
  detail = g_steal_pointer (&keeper->failure_detail);
  keeper->failed = FALSE;
  keeper->refusal = GST_FLOW_OK;
  g_mutex_unlock (&keeper->lock);

  if (alive) {
    camera_is_alive (keeper);
    if (is_quitting (keeper)) {
      g_free (detail);
      return TRUE;
    }
  }
  if (!failed && refusal == GST_FLOW_OK) {
    reason = gst_edge_camera_session_check (keeper->session, deadline);
    failed = reason != GST_EDGE_CAMERA_OK;
  }
  if (refusal != GST_FLOW_OK)
    stream_refused (keeper, refusal);
  else if (failed)
    camera_failed (keeper, reason, detail, alive || was_alive);
  g_free (detail);
  return alive || failed || refusal != GST_FLOW_OK;
}

/* One step. Returns when the next is due at the latest; 0 = at once. */
static gint64
step (GstEdgeCameraKeeper *keeper, guint playing, gboolean end_stream)
{
  gint64 deadline = G_MAXINT64, now;
  GstEdgeCameraHealth health;

  if (end_stream && !keeper->halted) {
    gst_edge_camera_outlet_send_eos (keeper->camera.outlet);
    keeper->halted = TRUE;
  }
  if (playing != keeper->session_playing || keeper->halted)
    close_session (keeper);
  if (playing == 0 || keeper->halted) {
    if (keeper->health.state != GST_RTSP_CAMERA_SRC_STATE_INACTIVE
        || keeper->health.backoff.failures > 0)
      gst_edge_camera_keeper_reset_health (keeper);
    return G_MAXINT64;
  }
  if (keeper->session != NULL)
    return serve_session (keeper, &deadline) ? 0 : deadline;

  now = g_get_monotonic_time ();
  health = keeper->health;
  if (!gst_edge_camera_health_may_connect (&health, now))
    return MAX (health.retry_at, now + 1);
  set_health (keeper, &health);
  keeper->session_playing = playing;
  open_session (keeper);
  return 0;
}

static gboolean
has_news_locked (GstEdgeCameraKeeper *keeper, guint playing, gboolean end_stream)
{
  gboolean active = keeper->health.state == GST_RTSP_CAMERA_SRC_STATE_ACTIVE;

  return keeper->quit || keeper->playing != playing
      || keeper->end_stream != end_stream
      || (keeper->session != NULL && (keeper->failed
          || keeper->refusal != GST_FLOW_OK || (keeper->alive && !active)));
}

gpointer
gst_edge_camera_keeper_run (gpointer data)
{
  GstEdgeCameraKeeper *keeper = data;
  gboolean end_stream;
  gint64 deadline;
  guint playing;

  g_mutex_lock (&keeper->lock);
  while (!keeper->quit) {
    playing = keeper->playing;
    end_stream = keeper->end_stream;
    g_mutex_unlock (&keeper->lock);

    deadline = step (keeper, playing, end_stream);

    g_mutex_lock (&keeper->lock);
    while (!has_news_locked (keeper, playing, end_stream)
        && g_get_monotonic_time () < deadline)
      if (deadline == G_MAXINT64)
        g_cond_wait (&keeper->changed, &keeper->lock);
      else
        g_cond_wait_until (&keeper->changed, &keeper->lock, deadline);
  }
  g_mutex_unlock (&keeper->lock);

  close_session (keeper);
  gst_edge_camera_keeper_reset_health (keeper);

  g_mutex_lock (&keeper->lock);
  keeper->finished = TRUE;
  g_cond_broadcast (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
  gst_edge_camera_keeper_unref (keeper);
  return NULL;
}
