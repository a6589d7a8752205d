/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc: one camera that heals itself. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_RTSP_CAMERA_SRC (gst_rtsp_camera_src_get_type ())
G_DECLARE_FINAL_TYPE (GstRtspCameraSrc, gst_rtsp_camera_src, GST, RTSP_CAMERA_SRC, GstElement)

GST_ELEMENT_REGISTER_DECLARE (rtspcamerasrc);

G_END_DECLS
