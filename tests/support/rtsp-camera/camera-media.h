/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A GstRTSPMedia with truthful and frequent sender reports. */

#pragma once

#include <gst/rtsp-server/rtsp-server.h>

G_BEGIN_DECLS

#define GST_EDGE_TYPE_CAMERA_MEDIA (gst_edge_camera_media_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeCameraMedia, gst_edge_camera_media, GST_EDGE,
    CAMERA_MEDIA, GstRTSPMedia)

G_END_DECLS
