/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the quality scale of ffmpeg to that of jpegenc. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_EDGE_FRAME_QUALITY_MIN 2
#define GST_EDGE_FRAME_QUALITY_MAX 31

/* The quality of jpegenc (1…100) that makes JPEGs about as large as ffmpeg -q:v @frame_quality (2…31) does. */
guint gst_edge_jpeg_quality_of (guint frame_quality);

G_END_DECLS
