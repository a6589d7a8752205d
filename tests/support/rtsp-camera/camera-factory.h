/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One simulated camera: the media factory behind one mount point. */

#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include "clip.h"
#include "faults.h"

G_BEGIN_DECLS

#define GST_EDGE_TYPE_CAMERA_FACTORY (gst_edge_camera_factory_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeCameraFactory, gst_edge_camera_factory, GST_EDGE,
    CAMERA_FACTORY, GstRTSPMediaFactory)

GstRTSPMediaFactory *gst_edge_camera_factory_new (GstEdgeClip * clip,
    GstClockTime phase, GstEdgeFaults * faults);

G_END_DECLS
