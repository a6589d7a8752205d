/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps one camera connected, on a thread of its own: connects, watches, tears down, waits, connects again. */

#pragma once

#include "camera-session.h"

G_BEGIN_DECLS

typedef struct _GstEdgeCameraKeeper GstEdgeCameraKeeper;

/**
 * gst_edge_camera_keeper_new:
 * @element: whose camera it is; posts the messages
 * @pad: its source pad
 * @settings: (transfer full): the contents are taken
 * @error: what to tell the user, if the thread cannot be started
 *
 * Starts the thread, which does not connect yet. The frame rate is that of the camera until it is set.
 *
 * Returns: (nullable): the keeper
 */
GstEdgeCameraKeeper *gst_edge_camera_keeper_new (GstElement * element, GstPad * pad,
    GstEdgeCameraSettings * settings, GError ** error);

/* None of these waits. */
void gst_edge_camera_keeper_play (GstEdgeCameraKeeper * keeper, GstClock * clock, GstClockTime base_time);
void gst_edge_camera_keeper_pause (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_end_stream (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_quit (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_set_rate (GstEdgeCameraKeeper * keeper, GstEdgeCameraRate rate);

/* Waits for the end after gst_edge_camera_keeper_quit(), but not longer than 2 s after that: a driver that hangs
 * keeps its thread, not the application. Once, and then only what follows here and unref() may be called. From the
 * keeper's own thread (a handler of its messages and notifications) it does not wait: that ends when it returns. */
void gst_edge_camera_keeper_end (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_unref (GstEdgeCameraKeeper * keeper);

GstRtspCameraSrcState gst_edge_camera_keeper_get_state (GstEdgeCameraKeeper * keeper);
GstStructure *gst_edge_camera_keeper_get_stats (GstEdgeCameraKeeper * keeper);

/* What the connection adds to the latency, besides #GstEdgeCameraSettings.latency. */
GstClockTime gst_edge_camera_keeper_get_latency (GstEdgeCameraKeeper * keeper);

/* (transfer full): an event from downstream, for the connection if there is one. */
gboolean gst_edge_camera_keeper_send_upstream (GstEdgeCameraKeeper * keeper, GstEvent * event);

G_END_DECLS
