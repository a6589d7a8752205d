/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One running camera of edgevideobin: a bin, named by the id of the camera, with the graph of that camera. */

#pragma once

#include "tally.h"
#include "video-config.h"

G_BEGIN_DECLS

#define GST_EDGE_TYPE_VIDEO_CAMERA (gst_edge_video_camera_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeVideoCamera, gst_edge_video_camera, GST_EDGE, VIDEO_CAMERA, GstBin)

/* (transfer floating) (nullable): a camera of @config. @pool: name of the worker pool */
GstEdgeVideoCamera *gst_edge_video_camera_new (const GstEdgeConfig * config, const gchar * id, const gchar * pool,
    GError ** error);

/* Takes from @config, where the camera is the same, what may change while it runs. */
void gst_edge_video_camera_update (GstEdgeVideoCamera * self, const GstEdgeConfig * config);

/* (transfer full): as a line for gst-launch-1.0, without secrets. */
gchar *gst_edge_video_camera_describe (GstEdgeVideoCamera * self);

/* Ends the camera: stops its source, then waits until what it gave has gone all its ways, at most until @deadline
 * (monotonic microseconds), then goes to NULL. Blocks. Not from a streaming thread. */
void gst_edge_video_camera_stop (GstEdgeVideoCamera * self, gint64 deadline);

/* All sinks have posted EOS. Any thread. */
void gst_edge_video_camera_set_drained (GstEdgeVideoCamera * self);

/* Lets a stop that waits go on at once. Any thread. */
void gst_edge_video_camera_cancel (GstEdgeVideoCamera * self);

/* Adds what the camera has counted so far; final after it was stopped. */
void gst_edge_video_camera_add_to_tally (GstEdgeVideoCamera * self, GstEdgeTally * tally);

/* For how long the camera has given frames, until @end (monotonic microseconds); 0 = none yet. */
gint64 gst_edge_video_camera_get_framing (GstEdgeVideoCamera * self, gint64 end);

G_END_DECLS
