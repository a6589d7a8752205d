/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps one camera connected, on a thread of its own. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-keeper.h"
#include "camera-report.h"
#include "camera-uri.h"

GST_DEBUG_CATEGORY_EXTERN (gst_rtsp_camera_src_debug);
#define GST_CAT_DEFAULT gst_rtsp_camera_src_debug

#define MAX_QUIT_TIME (2 * G_TIME_SPAN_SECOND)

struct _GstEdgeCameraKeeper
{
  gatomicrefcount refs;         /* the element's and the thread's */
  GstElement *element;
  GstEdgeCamera camera;
  GThread *thread;

  GMutex lock;
  GCond changed;

  /* lock: what is asked for */
  guint playing;                /* 0 = no, else a number of its own each time */
  guint times_played;
  gboolean end_stream;
  gboolean quit;
  gint64 quit_at;
  GstClock *clock;
  GstClockTime base_time;

  /* lock: what the connection says */
  gboolean alive;
  gboolean failed;
  GstEdgeCameraReason failure;
  gchar *failure_detail;
  GstFlowReturn refusal;        /* OK = none */

  /* lock: what others may see; written by the thread only */
  GstEdgeCameraSession *session;
  GstEdgeCameraHealth health;
  GstClockTime latency;
  gboolean finished;

  /* thread */
  guint session_playing;        /* what `playing` was when the connection was made */
  guint64 connections;
  gboolean delivered;           /* there was a frame since the stream began */
  gboolean halted;              /* the stream has ended */
};

static void
settings_clear (GstEdgeCameraSettings * settings)
{
  g_free (settings->camera_id);
  g_free (settings->name);
  g_free (settings->location);
  g_free (settings->user);
  gst_edge_camera_free_secret (settings->password);
  g_free (settings->text);
}

static void
keeper_unref (GstEdgeCameraKeeper * keeper)
{
  if (!g_atomic_ref_count_dec (&keeper->refs))
    return;
  gst_edge_camera_outlet_free (keeper->camera.outlet);
  settings_clear (&keeper->camera.settings);
  gst_clear_object (&keeper->clock);
  g_free (keeper->failure_detail);
  gst_object_unref (keeper->element);
  g_mutex_clear (&keeper->lock);
  g_cond_clear (&keeper->changed);
  g_free (keeper);
}

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
on_failed (GstEdgeCameraReason reason, const gchar * detail, gpointer user_data)
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
on_forward (GstMessage * message, gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  gst_element_post_message (keeper->element, gst_message_ref (message));
}

static void
on_source_setup (GstElement * source, gpointer user_data)
{
  GstEdgeCameraKeeper *keeper = user_data;

  g_signal_emit_by_name (keeper->element, "source-setup", source);
}

/* 2. What the thread does. */

static void
open_session (GstEdgeCameraKeeper * keeper)
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
close_session (GstEdgeCameraKeeper * keeper)
{
  GstEdgeCameraSession *session;

  g_mutex_lock (&keeper->lock);
  session = g_steal_pointer (&keeper->session);
  g_mutex_unlock (&keeper->lock);
  if (session != NULL)
    gst_edge_camera_session_close (session);
}

static void
set_health (GstEdgeCameraKeeper * keeper, const GstEdgeCameraHealth * health)
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
update_latency (GstEdgeCameraKeeper * keeper)
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
camera_is_alive (GstEdgeCameraKeeper * keeper)
{
  GstEdgeCameraHealth health = keeper->health;

  keeper->delivered = TRUE;
  gst_edge_camera_health_succeeded (&health, g_get_monotonic_time ());
  set_health (keeper, &health);
  gst_edge_camera_report (keeper->element, &keeper->camera.settings, &health,
      NULL, TRUE);
  update_latency (keeper);
}

static void
camera_failed (GstEdgeCameraKeeper * keeper, GstEdgeCameraReason reason,
    const gchar * detail, gboolean had_frames)
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
  gst_edge_camera_report (keeper->element, &keeper->camera.settings, &health,
      detail, is_news);
}

static void
stream_refused (GstEdgeCameraKeeper * keeper, GstFlowReturn flow)
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

static void
reset_health (GstEdgeCameraKeeper * keeper)
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
serve_session (GstEdgeCameraKeeper * keeper, gint64 * deadline)
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

  if (alive)
    camera_is_alive (keeper);
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
step (GstEdgeCameraKeeper * keeper, guint playing, gboolean end_stream)
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
      reset_health (keeper);
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
has_news_locked (GstEdgeCameraKeeper * keeper, guint playing,
    gboolean end_stream)
{
  gboolean active = keeper->health.state == GST_RTSP_CAMERA_SRC_STATE_ACTIVE;

  return keeper->quit || keeper->playing != playing
      || keeper->end_stream != end_stream
      || (keeper->session != NULL && (keeper->failed
          || keeper->refusal != GST_FLOW_OK || (keeper->alive && !active)));
}

static gpointer
run (gpointer data)
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
  reset_health (keeper);

  g_mutex_lock (&keeper->lock);
  keeper->finished = TRUE;
  g_cond_broadcast (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
  keeper_unref (keeper);
  return NULL;
}

/* 3. What the element asks for. */

GstEdgeCameraKeeper *
gst_edge_camera_keeper_new (GstElement * element, GstPad * pad,
    GstEdgeCameraSettings * settings, GstEdgeCameraRate rate)
{
  GstEdgeCameraKeeper *keeper = g_new0 (GstEdgeCameraKeeper, 1);
  GstEdgeCamera *camera = &keeper->camera;
  gchar *thread_name;

  g_atomic_ref_count_init (&keeper->refs);
  keeper->element = gst_object_ref (element);
  g_mutex_init (&keeper->lock);
  g_cond_init (&keeper->changed);
  camera->settings = *settings;
  camera->rate = rate;
  camera->outlet = gst_edge_camera_outlet_new (pad, &camera->rate,
      &camera->counters);
  gst_edge_camera_outlet_reset (camera->outlet);
  gst_edge_camera_decode_init (&camera->decode, settings->decode);
  reset_health (keeper);

  g_atomic_ref_count_inc (&keeper->refs);
  thread_name = g_strdup_printf ("camera:%s", settings->name);
  keeper->thread = g_thread_new (thread_name, run, keeper);
  g_free (thread_name);
  return keeper;
}

void
gst_edge_camera_keeper_play (GstEdgeCameraKeeper * keeper, GstClock * clock,
    GstClockTime base_time)
{
  g_mutex_lock (&keeper->lock);
  gst_object_replace ((GstObject **) & keeper->clock, GST_OBJECT (clock));
  keeper->base_time = base_time;
  keeper->playing = ++keeper->times_played;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_pause (GstEdgeCameraKeeper * keeper)
{
  g_mutex_lock (&keeper->lock);
  keeper->playing = 0;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_end_stream (GstEdgeCameraKeeper * keeper)
{
  g_mutex_lock (&keeper->lock);
  keeper->end_stream = TRUE;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_quit (GstEdgeCameraKeeper * keeper)
{
  g_mutex_lock (&keeper->lock);
  if (!keeper->quit)
    keeper->quit_at = g_get_monotonic_time ();
  keeper->quit = TRUE;
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->lock);
}

void
gst_edge_camera_keeper_set_rate (GstEdgeCameraKeeper * keeper,
    GstEdgeCameraRate rate)
{
  GST_EDGE_CAMERA_SET (keeper->camera.rate, rate);
}

void
gst_edge_camera_keeper_free (GstEdgeCameraKeeper * keeper)
{
  gboolean finished;

  gst_edge_camera_keeper_quit (keeper);
  g_mutex_lock (&keeper->lock);
  while (!keeper->finished)
    if (!g_cond_wait_until (&keeper->changed, &keeper->lock,
            keeper->quit_at + MAX_QUIT_TIME))
      break;
  finished = keeper->finished;
  g_mutex_unlock (&keeper->lock);

  if (finished) {
    g_thread_join (keeper->thread);
  } else {
    GST_WARNING_OBJECT (keeper->element, "the last connection of camera %s "
        "does not end; it is left behind", keeper->camera.settings.name);
    g_thread_unref (keeper->thread);
  }
  keeper_unref (keeper);
}

GstRtspCameraSrcState
gst_edge_camera_keeper_get_state (GstEdgeCameraKeeper * keeper)
{
  GstRtspCameraSrcState state;

  g_mutex_lock (&keeper->lock);
  state = keeper->health.state;
  g_mutex_unlock (&keeper->lock);
  return state;
}

GstClockTime
gst_edge_camera_keeper_get_latency (GstEdgeCameraKeeper * keeper)
{
  GstClockTime latency;

  g_mutex_lock (&keeper->lock);
  latency = keeper->latency;
  g_mutex_unlock (&keeper->lock);
  return latency;
}

gboolean
gst_edge_camera_keeper_send_upstream (GstEdgeCameraKeeper * keeper,
    GstEvent * event)
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
gst_edge_camera_keeper_get_stats (GstEdgeCameraKeeper * keeper)
{
  const GstEdgeCameraCounters *c = &keeper->camera.counters;
  const gint64 now = g_get_monotonic_time ();
  GstEdgeCameraHealth health;
  gboolean active;

  g_mutex_lock (&keeper->lock);
  health = keeper->health;
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
      "dropped-late", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->late),
      "frames", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->frames),
      "dropped-rate", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->limited),
      "dropped-flushing", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->lost),
      "dropped-packets", G_TYPE_UINT64,
      GST_EDGE_CAMERA_GET (c->blocked_packets),
      "out", G_TYPE_UINT64, GST_EDGE_CAMERA_GET (c->out), NULL);
}
