/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two steps, video to RGB and RGB to JPEG, in one matrix of 16-bit numbers. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "colour-matrix.h"

typedef struct
{
  gdouble y, cb, cr;
} Ycc;

gboolean
gst_edge_colour_is_jpeg (const GstVideoColorimetry *colours)
{
  return colours->range == GST_VIDEO_COLOR_RANGE_0_255 && colours->matrix == GST_VIDEO_COLOR_MATRIX_BT601;
}

/* Y from 0 to 1 and Cb, Cr from -0.5 to 0.5, from one matrix to that of BT.601. */
static Ycc
to_bt601 (Ycc from, gdouble kr, gdouble kb)
{
  gdouble r = from.y + 2 * (1 - kr) * from.cr;
  gdouble b = from.y + 2 * (1 - kb) * from.cb;
  gdouble g = (from.y - kr * r - kb * b) / (1 - kr - kb);
  Ycc to;

  to.y = 0.299 * r + 0.587 * g + 0.114 * b;
  to.cb = (b - to.y) / (2 * (1 - 0.114));
  to.cr = (r - to.y) / (2 * (1 - 0.299));
  return to;
}

static gint16
fixed (gdouble value, gint bits)
{
  return (gint16) CLAMP (lrint (ldexp (value, bits)), G_MININT16, G_MAXINT16);
}

gboolean
gst_edge_colour_matrix_init (GstEdgeColourMatrix *matrix, const GstVideoColorimetry *colours, gboolean cr_first)
{
  const GstVideoFormatInfo *format = gst_video_format_get_info (GST_VIDEO_FORMAT_I420);
  gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
  gint cb = cr_first ? 1 : 0;
  gint cr = cr_first ? 0 : 1;
  gdouble kr, kb, luma, chroma;
  Ycc of_cb, of_cr;

  if (!gst_video_color_matrix_get_Kr_Kb (colours->matrix, &kr, &kb))
    return FALSE;
  gst_video_color_range_offsets (colours->range, format, offset, scale);
  luma = 255.0 / scale[0];
  chroma = 255.0 / scale[1];
  of_cb = to_bt601 ((Ycc) {
      0, 1, 0}
      , kr, kb);
  of_cr = to_bt601 ((Ycc) {
      0, 0, 1}
      , kr, kb);

  matrix->luma = fixed (luma, 7);
  /* For colour-rows.c both lumas start at -128; 64 rounds, and 1 is what it cuts off the two products of the chroma,
   * half each on average. */
  matrix->luma_base = (gint16) (fixed ((128 - offset[0]) * luma - 128, 7) - 128 * matrix->luma + 64 + 1);
  matrix->to_luma[cb] = fixed (of_cb.y * chroma, 15);
  matrix->to_luma[cr] = fixed (of_cr.y * chroma, 15);
  matrix->chroma[cb][cb] = fixed (of_cb.cb * chroma, 14);
  matrix->chroma[cb][cr] = fixed (of_cr.cb * chroma, 14);
  matrix->chroma[cr][cb] = fixed (of_cb.cr * chroma, 14);
  matrix->chroma[cr][cr] = fixed (of_cr.cr * chroma, 14);
  return TRUE;
}
