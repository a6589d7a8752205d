/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lets through at most so many frames per second, by their timestamps. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstEdgeCameraLimiter:
 *
 * Keeps a schedule of one frame per period, so that the rate is exact in the long run whatever the camera's own
 * rate is, but for what gst_edge_camera_limiter_lean() moves it, and takes the frame that is nearest to each point of it, so that network jitter costs no frame.
 * Zero is a valid start.
 */
typedef struct
{
  GstClockTime period;          /* 0 = no limit */
  gboolean started;
  GstClockTime due;             /* when the next frame should be */
  GstClockTime last;            /* last frame that was offered */
  GstClockTime interval;        /* smoothed, between frames; 0 = not known */
  guint passed;                 /* frames that were not offered, since the last one that was */
  gboolean leaned;              /* since it started */
} GstEdgeCameraLimiter;

/* A new connection: the schedule goes on from its first frame. */
void gst_edge_camera_limiter_restart (GstEdgeCameraLimiter * limiter);

/* The period may change at any time. */
void gst_edge_camera_limiter_set_rate (GstEdgeCameraLimiter * limiter, guint fps_n, guint fps_d);

/**
 * gst_edge_camera_limiter_wants:
 * @limiter: the limiter
 * @time: of the frame, by any clock; each frame is offered once, in order
 *
 * Returns: whether the frame should go out; if it does, gst_edge_camera_limiter_take() must follow
 */
gboolean gst_edge_camera_limiter_wants (GstEdgeCameraLimiter * limiter, GstClockTime time);

/**
 * gst_edge_camera_limiter_expects:
 * @limiter: the limiter
 * @time: of a frame that may be offered later
 *
 * Returns: whether it would be wanted if it were offered now. Changes nothing.
 */
gboolean gst_edge_camera_limiter_expects (const GstEdgeCameraLimiter * limiter, GstClockTime time);

/**
 * gst_edge_camera_limiter_can_wait:
 * @limiter: the limiter
 * @time: of a frame that comes later
 *
 * Returns: whether no frame before that one will be wanted, by all that is known. Changes nothing.
 */
gboolean gst_edge_camera_limiter_can_wait (const GstEdgeCameraLimiter * limiter, GstClockTime time);

/**
 * gst_edge_camera_limiter_lean:
 * @limiter: the limiter
 * @time: of a frame that had better be one of those that are wanted
 * @slack: by so much at most
 *
 * Moves the schedule towards that frame. The first time after a start, which is as good as any other time, it goes all
 * the way, and only to later times, so that no frame is one too many.
 */
void gst_edge_camera_limiter_lean (GstEdgeCameraLimiter * limiter, GstClockTime time, GstClockTime slack);

/* There is a frame that will not be offered, since it would not be wanted. */
void gst_edge_camera_limiter_pass (GstEdgeCameraLimiter * limiter);

void gst_edge_camera_limiter_take (GstEdgeCameraLimiter * limiter, GstClockTime time);

G_END_DECLS
