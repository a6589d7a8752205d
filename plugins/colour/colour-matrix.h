/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the colours of a video to those of a JPEG (JFIF): BT.601, full range. Pure. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/**
 * GstEdgeColourMatrix:
 * @luma: how much of the luma goes into the new luma, 1/128
 * @luma_base: what is added to it, 1/128
 * @to_luma: how much of each chroma goes into the new luma, 1/32768
 * @chroma: how much of each chroma goes into each new chroma, 1/16384
 *
 * Grey stays grey, so no luma goes into the chroma. Everything fits into 16 bits, which is what makes it fast: see
 * colour-rows.c. The chroma are numbered as they lie in memory, Cb first except in NV21.
 */
typedef struct
{
  gint16 luma;
  gint16 luma_base;
  gint16 to_luma[2];
  gint16 chroma[2][2];
} GstEdgeColourMatrix;

/* TRUE when a JPEG may be made of it as it is: BT.601, full range. */
gboolean gst_edge_colour_is_jpeg (const GstVideoColorimetry * colours);

/* FALSE when @colours has no matrix that is known. @cr_first: as in NV21. */
gboolean gst_edge_colour_matrix_init (GstEdgeColourMatrix * matrix, const GstVideoColorimetry * colours,
    gboolean cr_first);

G_END_DECLS
