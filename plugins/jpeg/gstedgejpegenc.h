/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The edgejpegenc element. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_EDGE_JPEG_ENC (gst_edge_jpeg_enc_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeJpegEnc, gst_edge_jpeg_enc, GST, EDGE_JPEG_ENC, GstBin)

GST_ELEMENT_REGISTER_DECLARE (edgejpegenc);

G_END_DECLS
