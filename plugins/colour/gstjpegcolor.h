/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * jpegcolor: gives video the colours that a JPEG means. */

#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_JPEG_COLOR (gst_jpeg_color_get_type ())
G_DECLARE_FINAL_TYPE (GstJpegColor, gst_jpeg_color, GST, JPEG_COLOR, GstVideoFilter)

GST_ELEMENT_REGISTER_DECLARE (jpegcolor);

G_END_DECLS
