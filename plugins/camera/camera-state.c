/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a camera is well, why not, and when to try it again. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-state.h"

/* Cameras lock users out after a few wrong passwords, so it is not tried quickly again. */
#define AUTH_DELAY (10 * G_USEC_PER_SEC)

const gchar *
gst_edge_camera_reason_get_name (GstEdgeCameraReason reason)
{
  static const gchar *names[] = {
    "ok", "connect", "auth", "not-found", "timeout", "eos", "stall", "decode"
  };

  return names[reason];
}

const gchar *
gst_edge_camera_state_get_name (GstRtspCameraSrcState state)
{
  static const gchar *names[] = { "inactive", "active", "offline" };

  return names[state];
}

void
gst_edge_camera_health_init (GstEdgeCameraHealth *health, gint64 min_delay,
    gint64 max_delay, guint circuit_max_failures, gint64 circuit_reset)
{
  *health = (GstEdgeCameraHealth) {
    .backoff = {.min = min_delay,.max = MAX (min_delay, max_delay)},
    .breaker = {.max_failures = circuit_max_failures,.reset_after =
        circuit_reset},
  };
}

gboolean
gst_edge_camera_health_may_connect (GstEdgeCameraHealth *health, gint64 now)
{
  return now >= health->retry_at
      && gst_edge_breaker_allows (&health->breaker, now);
}

void
gst_edge_camera_health_succeeded (GstEdgeCameraHealth *health, gint64 now)
{
  gst_edge_backoff_reset (&health->backoff);
  gst_edge_breaker_success (&health->breaker);
  health->state = GST_RTSP_CAMERA_SRC_STATE_ACTIVE;
  health->reason = GST_EDGE_CAMERA_OK;
  health->active_since = now;
}

/* A camera that only restarts is not offline. The single try of a half-open circuit decides whatever the outage's
 * age is. */
static gboolean
counts_for_breaker (GstEdgeCameraHealth *health, GstEdgeCameraReason reason, gint64 now)
{
  return reason == GST_EDGE_CAMERA_AUTH
      || health->breaker.state == GST_EDGE_BREAKER_HALF_OPEN
      || !gst_edge_backoff_is_short_outage (&health->backoff, now);
}

gboolean
gst_edge_camera_health_failed (GstEdgeCameraHealth *health,
    GstEdgeCameraReason reason, gint64 now, gdouble dice)
{
  GstRtspCameraSrcState old_state = health->state;
  GstEdgeCameraReason old_reason = health->reason;
  gint64 wait = gst_edge_backoff_next (&health->backoff, now, dice);

  if (reason == GST_EDGE_CAMERA_AUTH)
    wait = MAX (wait, MIN (AUTH_DELAY, health->backoff.max));
  if (counts_for_breaker (health, reason, now))
    gst_edge_breaker_failure (&health->breaker, now);
  if (health->breaker.state == GST_EDGE_BREAKER_OPEN) {
    wait = gst_edge_breaker_get_wait (&health->breaker, now);
    health->state = GST_RTSP_CAMERA_SRC_STATE_OFFLINE;
  } else {
    health->state = GST_RTSP_CAMERA_SRC_STATE_INACTIVE;
  }
  health->reason = reason;
  health->retry_at = now + wait;
  return health->state != old_state || reason != old_reason;
}
