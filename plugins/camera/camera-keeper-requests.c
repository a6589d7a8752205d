/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps one camera connected: its beginning and end, and what the element asks for. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-keeper-private.h"
#include "net/camera-uri.h"

GST_DEBUG_CATEGORY_EXTERN (gst_rtsp_camera_src_debug);
#define GST_CAT_DEFAULT gst_rtsp_camera_src_debug

#define MAX_QUIT_TIME (2 * G_TIME_SPAN_SECOND)

void
gst_edge_camera_settings_clear (GstEdgeCameraSettings *settings)
{
  g_free (settings->camera_id);
  g_free (settings->name);
  g_free (settings->location);
  g_free (settings->user);
  gst_edge_camera_free_secret (settings->password);
  g_free (settings->text);
  g_clear_object (&settings->tls_database);
}

void
gst_edge_camera_keeper_unref (GstEdgeCameraKeeper *keeper)
{
  if (!g_atomic_ref_count_dec (&keeper->refs))
    return;
  gst_edge_camera_outlet_free (keeper->camera.outlet);
  gst_edge_camera_settings_clear (&keeper->camera.settings);
  g_free (keeper->camera.moved_to);
  gst_clear_object (&keeper->clock);
  g_free (keeper->failure_detail);
  g_clear_pointer (&keeper->source, gst_edge_camera_source_free);
  gst_object_unref (keeper->element);
  g_mutex_clear (&keeper->lock);
  g_cond_clear (&keeper->changed);
  g_free (keeper);
}

GstEdgeCameraKeeper *
gst_edge_camera_keeper_new (GstElement *element, GstPad *pad,
    GstEdgeCameraSettings *settings, GError **error)
{
  GstEdgeCameraKeeper *keeper = g_new0 (GstEdgeCameraKeeper, 1);
  GstEdgeCamera *camera = &keeper->camera;
  GError *local = NULL;
  gchar *thread_name;

  g_atomic_ref_count_init (&keeper->refs);
  keeper->element = gst_object_ref (element);
  g_mutex_init (&keeper->lock);
  g_cond_init (&keeper->changed);
  camera->settings = *settings;
  if (settings->camera_id != NULL)
    keeper->source = gst_edge_camera_source_new (settings->camera_id);
  camera->rate = GST_EDGE_CAMERA_RATE (0, 1);
  camera->outlet = gst_edge_camera_outlet_new (pad, &camera->rate,
      &camera->counters);
  gst_edge_camera_outlet_reset (camera->outlet);
  gst_edge_camera_decode_init (&camera->decode, settings->decode);
  gst_edge_camera_keeper_reset_health (keeper);

  g_atomic_ref_count_inc (&keeper->refs);
  thread_name = g_strdup_printf ("camera:%s", settings->name);
  keeper->thread = g_thread_try_new (thread_name,
      gst_edge_camera_keeper_run, keeper, &local);
  g_free (thread_name);
  if (keeper->thread != NULL)
    return keeper;
  g_set_error (error, local->domain, local->code, "The thread of camera %s "
      "could not be started: %s. Allow this process more threads.", settings->name, local->message);
  g_error_free (local);
  gst_edge_camera_keeper_unref (keeper);        /* the thread's */
  gst_edge_camera_keeper_unref (keeper);
  return NULL;
}

void
gst_edge_camera_keeper_play (GstEdgeCameraKeeper *keeper, GstClock *clock, GstClockTime base_time)
{
  g_mutex_lock (&keeper->lock);
  gst_object_replace ((GstObject **) & keeper->clock, GST_OBJECT (clock));
  keeper->base_time = base_time;
  keeper->playing = ++keeper->times_played;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_pause (GstEdgeCameraKeeper *keeper)
{
  g_mutex_lock (&keeper->lock);
  keeper->playing = 0;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_end_stream (GstEdgeCameraKeeper *keeper)
{
  g_mutex_lock (&keeper->lock);
  keeper->end_stream = TRUE;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_quit (GstEdgeCameraKeeper *keeper)
{
  g_mutex_lock (&keeper->lock);
  if (!keeper->quit)
    keeper->quit_at = g_get_monotonic_time ();
  keeper->quit = TRUE;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_set_rate (GstEdgeCameraKeeper *keeper, GstEdgeCameraRate rate)
{
  GST_EDGE_CAMERA_SET (keeper->camera.rate, rate);
}

void
gst_edge_camera_keeper_end (GstEdgeCameraKeeper *keeper)
{
  const gboolean is_own_thread = g_thread_self () == keeper->thread;
  gboolean finished;

  gst_edge_camera_keeper_quit (keeper);
  g_mutex_lock (&keeper->lock);
  while (!keeper->finished && !is_own_thread)
    if (!g_cond_wait_until (&keeper->changed, &keeper->lock,
            keeper->quit_at + MAX_QUIT_TIME))
      break;
  finished = keeper->finished;
  g_mutex_unlock (&keeper->lock);

  /* a thread that is left behind may still find out something, but not of this camera */
  if (keeper->source != NULL)
    gst_edge_camera_source_detach (keeper->source);
  if (finished) {
    g_thread_join (keeper->thread);
    return;
  }
  /* The pad may soon be another keeper's. */
  gst_edge_camera_outlet_close (keeper->camera.outlet, keeper->quit_at + MAX_QUIT_TIME);
  if (!is_own_thread)
    GST_WARNING_OBJECT (keeper->element, "the last connection of camera %s "
        "does not end; it is left behind", keeper->camera.settings.name);
  g_thread_unref (keeper->thread);
}

GstRtspCameraSrcState
gst_edge_camera_keeper_get_state (GstEdgeCameraKeeper *keeper)
{
  GstRtspCameraSrcState state;

  g_mutex_lock (&keeper->lock);
  state = keeper->health.state;
  g_mutex_unlock (&keeper->lock);
  return state;
}

GstClockTime
gst_edge_camera_keeper_get_latency (GstEdgeCameraKeeper *keeper)
{
  GstClockTime latency;

  g_mutex_lock (&keeper->lock);
  latency = keeper->latency;
  g_mutex_unlock (&keeper->lock);
  return latency;
}

gboolean
gst_edge_camera_keeper_send_upstream (GstEdgeCameraKeeper *keeper, GstEvent *event)
{
  GstPad *inlet = NULL;
  gboolean ok = FALSE;

  g_mutex_lock (&keeper->lock);
  if (keeper->session != NULL)
    inlet = gst_object_ref (gst_edge_camera_session_get_inlet
        (keeper->session));
  g_mutex_unlock (&keeper->lock);
  if (inlet == NULL) {
    gst_event_unref (event);
    return FALSE;
  }
  ok = gst_pad_push_event (inlet, event);
  gst_object_unref (inlet);
  return ok;
}

GstStructure *
gst_edge_camera_keeper_get_stats (GstEdgeCameraKeeper *keeper)
{
  const GstEdgeCameraCounters *c = &keeper->camera.counters;
  GstEdgeCameraHealth health;
  gboolean active;
  gint64 now;

  g_mutex_lock (&keeper->lock);
  health = keeper->health;
  now = g_get_monotonic_time ();        /* not before what is in there */
  g_mutex_unlock (&keeper->lock);
  active = health.state == GST_RTSP_CAMERA_SRC_STATE_ACTIVE;

  return gst_structure_new ("rtsp-camera-src-stats",
      "state", G_TYPE_STRING, gst_edge_camera_state_get_name (health.state),
      "reason", G_TYPE_STRING, gst_edge_camera_reason_get_name (health.reason),
      "consecutive-failures", G_TYPE_UINT, health.backoff.failures,
      "next-retry", G_TYPE_UINT64, active || health.retry_at <= now ? 0
      : (guint64) (health.retry_at - now) * GST_USECOND,
      "uptime", G_TYPE_UINT64, active
      ? (guint64) (now - health.active_since) * GST_USECOND : 0,
      "connects", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->connects),
      "failures", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->failures),
      "bytes", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->bytes),
      "pictures", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->pictures),
      "keyframes", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->keyframes),
      "keyframe-interval", G_TYPE_UINT64,
      GST_EDGE_CAMERA_GET (c->keyframe_interval),
      "keyframes-only", G_TYPE_BOOLEAN,
      GST_EDGE_CAMERA_GET (c->keyframes_only),
      "skipped", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->skipped),
      "skipped-packets", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->skipped_packets),
      "dropped-late", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->late),
      "frames", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->frames),
      "dropped-rate", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->limited),
      "dropped-flushing", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->lost),
      "dropped-packets", G_TYPE_UINT64,
      GST_EDGE_CAMERA_GET (c->blocked_packets),
      "out", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->out), NULL);
}
