/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two rows of 4:2:0 video, and the row of chroma between them, to the colours of a JPEG. Pure. */

#pragma once

#include "colour-matrix.h"

G_BEGIN_DECLS

/**
 * GstEdgeColourRows:
 * @luma: two rows; at an odd height the last time both are the same
 * @chroma: one row each; where the chroma lie interleaved (NV12, NV21) only the first is used
 */
typedef struct
{
  guint8 *luma[2];
  guint8 *chroma[2];
} GstEdgeColourRows;

/* @from and @to have nothing in common. */
typedef void (*GstEdgeColourConvert) (const GstEdgeColourMatrix * matrix, const GstEdgeColourRows * from,
    const GstEdgeColourRows * to, gsize width);

/* What does it best on this processor; @plain: as on any (tests compare the two). */
GstEdgeColourConvert gst_edge_colour_rows_get (gboolean interleaved, gboolean plain);

G_END_DECLS
