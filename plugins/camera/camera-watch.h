/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Notices when a connection has stopped to deliver. Pure: the caller brings the clock and the lock. */

#pragma once

#include "camera-state.h"

G_BEGIN_DECLS

/* Times in microseconds of the monotonic clock; 0 = has not happened. */
typedef struct
{
  gint64 connect_timeout;
  gint64 stall_timeout;
  gint64 started;               /* connecting began */
  gint64 first_data;
  gint64 last_data;             /* a piece of video arrived */
  gint64 last_unit;             /* a picture was found in it */
  gint64 last_fed;              /* a picture was worth decoding */
  gint64 fed_unanswered;        /* the first one given to the decoder since a frame came out */
  gint64 last_frame;            /* a frame came out */

  /* how much of what the decoder gets comes out again */
  gint64 sample_began;
  guint sample_fed;
  guint sample_frames;
} GstEdgeCameraWatch;

void gst_edge_camera_watch_start (GstEdgeCameraWatch * watch, gint64 connect_timeout, gint64 stall_timeout,
    gint64 now);

void gst_edge_camera_watch_data (GstEdgeCameraWatch * watch, gint64 now);
void gst_edge_camera_watch_unit (GstEdgeCameraWatch * watch, gint64 now);
void gst_edge_camera_watch_fed (GstEdgeCameraWatch * watch, gint64 now);
void gst_edge_camera_watch_frame (GstEdgeCameraWatch * watch, gint64 now);

/* Time that did not count, because what follows the camera held up everything, ends. */
void gst_edge_camera_watch_resume (GstEdgeCameraWatch * watch, gint64 now);

/**
 * gst_edge_camera_watch_check:
 * @watch: the watch
 * @now: the time
 * @deadline: (out): when to check again at the latest
 *
 * Returns: %GST_EDGE_CAMERA_OK, or what is wrong
 */
GstEdgeCameraReason gst_edge_camera_watch_check (const GstEdgeCameraWatch * watch, gint64 now,
    gint64 * deadline);

G_END_DECLS
