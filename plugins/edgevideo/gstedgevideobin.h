/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The edgevideobin element. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_EDGE_VIDEO_BIN (gst_edge_video_bin_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeVideoBin, gst_edge_video_bin, GST, EDGE_VIDEO_BIN, GstBin)

GST_ELEMENT_REGISTER_DECLARE (edgevideobin);

G_END_DECLS
