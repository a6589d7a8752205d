/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine-readable mark in the pictures of a marked camera. Its layout is
 * described in mark.c and read back by tests/support/marks.py. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define GST_EDGE_MARK_MAX_CAMERA 255
#define GST_EDGE_MARK_MAX_FRAMES 65536

guint16 gst_edge_mark_checksum (guint8 camera, guint16 frame);
void gst_edge_mark_draw (GstVideoFrame * video, guint8 camera, guint16 frame);
gboolean gst_edge_mark_read (GstVideoFrame * video, guint8 * camera, guint16 * frame);

G_END_DECLS
