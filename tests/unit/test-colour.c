/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The colours of a JPEG: the loops of 16 bits against the formula in floating point. */

#include <math.h>

#include "colour-matrix.h"
#include "colour-rows.h"

/* From the exact value, of which half is rounding. */
#define TOLERANCE 0.6

static const gchar *const all_colours[] = {
  "bt709", "bt601", "bt2020", "smpte240m", "2:2:0:0",   /* limited; the last one is FCC */
  "1:3:5:1", "1:4:7:1", "1:2:0:0", "1:5:0:0", "1:6:0:0", /* full */
};

static GstVideoColorimetry
parse (const gchar *text)
{
  GstVideoColorimetry colours;

  g_assert_true (gst_video_colorimetry_from_string (&colours, text));
  return colours;
}

typedef struct
{
  gdouble y, cb, cr;
} Exact;

/* As the standards write it: to RGB, and from there as JFIF says. */
static Exact
formula (const GstVideoColorimetry *colours, gint y, gint cb, gint cr)
{
  gboolean full = colours->range == GST_VIDEO_COLOR_RANGE_0_255;
  gdouble kr, kb, ey, eb, er, r, g, b;
  Exact to;

  g_assert_true (gst_video_color_matrix_get_Kr_Kb (colours->matrix, &kr, &kb));
  ey = full ? y / 255.0 : (y - 16) / 219.0;
  eb = (cb - 128) / (full ? 255.0 : 224.0);
  er = (cr - 128) / (full ? 255.0 : 224.0);
  r = 255 * (ey + 2 * (1 - kr) * er);
  b = 255 * (ey + 2 * (1 - kb) * eb);
  g = (255 * ey - kr * r - kb * b) / (1 - kr - kb);
  to.y = CLAMP (0.299 * r + 0.587 * g + 0.114 * b, 0, 255);
  to.cb = CLAMP (-0.168735892 * r - 0.331264108 * g + 0.5 * b + 128, 0, 255);
  to.cr = CLAMP (0.5 * r - 0.418687589 * g - 0.081312411 * b + 128, 0, 255);
  return to;
}

/* All lumas with one pair of chroma. */
static void
check_chroma (GstEdgeColourConvert convert, const gchar *text, gint cb, gint cr)
{
  GstVideoColorimetry colours = parse (text);
  guint8 luma[256], chroma[2][128], new_luma[2][256], new_chroma[2][128];
  GstEdgeColourRows from = { {luma, luma}, {chroma[0], chroma[1]} };
  GstEdgeColourRows to = { {new_luma[0], new_luma[1]}, {new_chroma[0], new_chroma[1]} };
  GstEdgeColourMatrix matrix;
  Exact exact = { 0, 0, 0 };
  gint y;

  for (y = 0; y < 256; y++)
    luma[y] = (guint8) y;
  memset (chroma[0], cb, 128);
  memset (chroma[1], cr, 128);
  g_assert_true (gst_edge_colour_matrix_init (&matrix, &colours, FALSE));
  convert (&matrix, &from, &to, 256);
  for (y = 0; y < 256; y++) {
    exact = formula (&colours, y, cb, cr);
    if (fabs (new_luma[0][y] - exact.y) > TOLERANCE || fabs (new_chroma[0][y / 2] - exact.cb) > TOLERANCE
        || fabs (new_chroma[1][y / 2] - exact.cr) > TOLERANCE)
      g_error ("%s: %d %d %d became %d %d %d, not %f %f %f", text, y, cb, cr, new_luma[0][y], new_chroma[0][y / 2],
          new_chroma[1][y / 2], exact.y, exact.cb, exact.cr);
  }
  g_assert_cmpmem (new_luma[0], 256, new_luma[1], 256);
}

static void
test_formula (void)
{
  guint i;
  gint cb, cr;

  for (i = 0; i < G_N_ELEMENTS (all_colours); i++)
    for (cb = 0; cb <= 255; cb += 5)
      for (cr = 0; cr <= 255; cr += 5) {
        check_chroma (gst_edge_colour_rows_get (FALSE, TRUE), all_colours[i], cb, cr);
        check_chroma (gst_edge_colour_rows_get (FALSE, FALSE), all_colours[i], cb, cr);
      }
}

/* Black, white and greys have no colour before and none after. */
static void
test_grey (void)
{
  GstVideoColorimetry colours = parse ("bt709");
  guint8 luma[4] = { 16, 235, 126, 255 }, chroma[2] = { 128, 128 };
  guint8 new_luma[4], new_chroma[2][2];
  GstEdgeColourRows from = { {luma, luma}, {chroma, chroma} };
  GstEdgeColourRows to = { {new_luma, new_luma}, {new_chroma[0], new_chroma[1]} };
  GstEdgeColourMatrix matrix;

  g_assert_true (gst_edge_colour_matrix_init (&matrix, &colours, FALSE));
  gst_edge_colour_rows_get (FALSE, FALSE) (&matrix, &from, &to, 4);
  g_assert_cmpint (new_luma[0], ==, 0);
  g_assert_cmpint (new_luma[1], ==, 255);
  g_assert_cmpint (new_luma[2], ==, 128);
  g_assert_cmpint (new_luma[3], ==, 255);
  g_assert_cmpint (new_chroma[0][0], ==, 128);
  g_assert_cmpint (new_chroma[1][1], ==, 128);
}

#define WIDEST 1100
#define CHROMA ((WIDEST + 1) / 2)
#define UNTOUCHED 0xa5

typedef struct
{
  guint8 luma[2][WIDEST + 1];
  guint8 chroma[2][2 * CHROMA + 1];     /* the first one may hold both */
} Picture;

static GstEdgeColourRows
rows_of (Picture *picture)
{
  return (GstEdgeColourRows) {
    {
    picture->luma[0], picture->luma[1]}
    , {
    picture->chroma[0], picture->chroma[1]}
  };
}

static void
convert_picture (GstEdgeColourConvert convert, Picture *from, Picture *to, gsize width, gboolean cr_first)
{
  GstVideoColorimetry colours = parse ("bt709");
  GstEdgeColourRows from_rows = rows_of (from), to_rows = rows_of (to);
  GstEdgeColourMatrix matrix;

  memset (to, UNTOUCHED, sizeof (*to));
  g_assert_true (gst_edge_colour_matrix_init (&matrix, &colours, cr_first));
  convert (&matrix, &from_rows, &to_rows, width);
}

/* Each width, on this processor and as on any: the same, and nothing beyond the end is written. Interleaved chroma, in
 * both orders, become what they become apart. */
static void
test_widths (void)
{
  GRand *rand = g_rand_new_with_seed (1);
  Picture from, plain, fast, from_both, both;
  gsize width, chroma, i;
  gint cr_first;

  for (i = 0; i < sizeof (from); i++)
    ((guint8 *) & from)[i] = (guint8) g_rand_int (rand);
  for (width = 1; width <= WIDEST; width += width < 70 ? 1 : 37) {
    chroma = (width + 1) / 2;
    convert_picture (gst_edge_colour_rows_get (FALSE, TRUE), &from, &plain, width, FALSE);
    convert_picture (gst_edge_colour_rows_get (FALSE, FALSE), &from, &fast, width, FALSE);
    g_assert_cmpmem (&plain, sizeof (plain), &fast, sizeof (fast));
    for (i = 0; i < 2; i++) {
      g_assert_cmpint (plain.luma[i][width], ==, UNTOUCHED);
      g_assert_cmpint (plain.chroma[i][chroma], ==, UNTOUCHED);
    }
    for (cr_first = 0; cr_first < 2; cr_first++) {
      memcpy (from_both.luma, from.luma, sizeof (from.luma));
      for (i = 0; i < chroma; i++) {
        from_both.chroma[0][2 * i] = from.chroma[cr_first][i];
        from_both.chroma[0][2 * i + 1] = from.chroma[!cr_first][i];
      }
      convert_picture (gst_edge_colour_rows_get (TRUE, cr_first), &from_both, &both, width, cr_first);
      g_assert_cmpmem (both.luma, sizeof (both.luma), plain.luma, sizeof (plain.luma));
      for (i = 0; i < chroma; i++) {
        g_assert_cmpint (both.chroma[0][2 * i], ==, plain.chroma[cr_first][i]);
        g_assert_cmpint (both.chroma[0][2 * i + 1], ==, plain.chroma[!cr_first][i]);
      }
      g_assert_cmpint (both.chroma[0][2 * chroma], ==, UNTOUCHED);
    }
  }
  g_rand_free (rand);
}

static void
test_ready (void)
{
  GstVideoColorimetry colours = parse ("1:4:7:1");
  GstEdgeColourMatrix matrix;

  g_assert_true (gst_edge_colour_is_jpeg (&colours));
  colours = parse ("bt601");
  g_assert_false (gst_edge_colour_is_jpeg (&colours));
  colours = parse ("1:3:5:1");
  g_assert_false (gst_edge_colour_is_jpeg (&colours));

  colours.matrix = GST_VIDEO_COLOR_MATRIX_UNKNOWN;
  g_assert_false (gst_edge_colour_matrix_init (&matrix, &colours, FALSE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/colour/formula", test_formula);
  g_test_add_func ("/colour/grey", test_grey);
  g_test_add_func ("/colour/widths", test_widths);
  g_test_add_func ("/colour/ready", test_ready);
  return g_test_run ();
}
