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
 * @rate: the frame rate
 *
 * Starts the thread, which does not connect yet.
 */
GstEdgeCameraKeeper *gst_edge_camera_keeper_new (GstElement * element, GstPad * pad,
    GstEdgeCameraSettings * settings, GstEdgeCameraRate rate);

/* None of these waits. */
void gst_edge_camera_keeper_play (GstEdgeCameraKeeper * keeper, GstClock * clock, GstClockTime base_time);
void gst_edge_camera_keeper_pause (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_end_stream (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_quit (GstEdgeCameraKeeper * keeper);
void gst_edge_camera_keeper_set_rate (GstEdgeCameraKeeper * keeper, GstEdgeCameraRate rate);

/* Waits for the end after gst_edge_camera_keeper_quit(), but not longer than 2 s after that: a driver that hangs
 * keeps its thread, not the application. */
void gst_edge_camera_keeper_free (GstEdgeCameraKeeper * keeper);

GstRtspCameraSrcState gst_edge_camera_keeper_get_state (GstEdgeCameraKeeper * keeper);
GstStructure *gst_edge_camera_keeper_get_stats (GstEdgeCameraKeeper * keeper);

/* What the connection adds to the latency, besides #GstEdgeCameraSettings.latency. */
GstClockTime gst_edge_camera_keeper_get_latency (GstEdgeCameraKeeper * keeper);

/* (transfer full): an event from downstream, for the connection if there is one. */
gboolean gst_edge_camera_keeper_send_upstream (GstEdgeCameraKeeper * keeper, GstEvent * event);

G_END_DECLS
