/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A measured table. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "jpeg-quality.h"

/* The quality of jpegenc (libjpeg-turbo 2.1) whose files are as large as those of ffmpeg 5.1 -c:v mjpeg -huffman
 * default -q:v 2, 3, … 31: 4:2:0, 1280x720, full range; the mean of ten frames of a street scene and eight of a
 * surveillance scene (vtest.avi of opencv-doc), which differ by at most 4. With optimal Huffman tables, which jpegenc
 * does not make, ffmpeg's files are 4 % smaller. */
static const guint8 qualities[] = {
  86, 77, 67, 59, 49, 42, 36, 32, 29, 26, 24, 23, 21, 20, 19,   /* 2 … 16 */
  18, 17, 17, 16, 16, 15, 15, 14, 14, 13, 13, 13, 13, 12, 12,   /* 17 … 31 */
};

guint
gst_edge_jpeg_quality_of (guint frame_quality)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (qualities) == GST_EDGE_FRAME_QUALITY_MAX - GST_EDGE_FRAME_QUALITY_MIN + 1);

  frame_quality = CLAMP (frame_quality, GST_EDGE_FRAME_QUALITY_MIN, GST_EDGE_FRAME_QUALITY_MAX);
  return qualities[frame_quality - GST_EDGE_FRAME_QUALITY_MIN];
}
