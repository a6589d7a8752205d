/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a camera is well, why not, and when to try it again. Pure: the caller brings the clock and the dice. */

#pragma once

#include "camera-enums.h"
#include "net/backoff.h"
#include "net/breaker.h"

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_CAMERA_OK,
  GST_EDGE_CAMERA_CONNECT,      /* nobody answers there, or not RTSP */
  GST_EDGE_CAMERA_AUTH,         /* user or password refused */
  GST_EDGE_CAMERA_NOT_FOUND,    /* the camera does not know the path */
  GST_EDGE_CAMERA_TIMEOUT,      /* no video in time after connecting */
  GST_EDGE_CAMERA_EOS,          /* the camera ended the stream */
  GST_EDGE_CAMERA_STALL,        /* video stopped coming */
  GST_EDGE_CAMERA_DECODE,       /* video comes, but no frame can be made of it */
} GstEdgeCameraReason;

/* As in messages and statistics. */
const gchar *gst_edge_camera_reason_get_name (GstEdgeCameraReason reason);
const gchar *gst_edge_camera_state_get_name (GstRtspCameraSrcState state);

/* Times in microseconds of the monotonic clock. */
typedef struct
{
  GstEdgeBackoff backoff;
  GstEdgeBreaker breaker;
  GstRtspCameraSrcState state;
  GstEdgeCameraReason reason;   /* of the last failure, OK while active */
  gint64 retry_at;
  gint64 active_since;
} GstEdgeCameraHealth;

void gst_edge_camera_health_init (GstEdgeCameraHealth * health, gint64 min_delay, gint64 max_delay,
    guint circuit_max_failures, gint64 circuit_reset);

/* May the camera be connected to? After TRUE, succeeded() or failed() must follow. */
gboolean gst_edge_camera_health_may_connect (GstEdgeCameraHealth * health, gint64 now);

/* A frame came. */
void gst_edge_camera_health_succeeded (GstEdgeCameraHealth * health, gint64 now);

/**
 * gst_edge_camera_health_failed:
 * @health: the health
 * @reason: what went wrong
 * @now: when
 * @dice: a random number in [0, 1)
 *
 * Sets the time of the next try.
 *
 * Returns: whether this is news: the state or the reason differs from before
 */
gboolean gst_edge_camera_health_failed (GstEdgeCameraHealth * health, GstEdgeCameraReason reason, gint64 now,
    gdouble dice);

G_END_DECLS
