/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The loops that the compiler makes vectors of (meson.build asks for -O3): nothing in them is wider than 16 bits, there
 * are no branches and no tables. On x86-64, where only SSE2 is certain, they exist a second time for AVX2, which needs
 * half the instructions. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "colour-rows.h"

/* so that each caller compiles it for its own processor */
#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* Pixels at a time, even: what the chroma add to the luma stays in the first-level cache, and on the stack. */
#define BLOCK 512

/* A product's upper half: one instruction for 8 or 16 of them. */
static ALWAYS_INLINE gint16
multiply_high (gint16 a, gint16 b)
{
  return (gint16) (((gint32) a * b) >> 16);
}

static ALWAYS_INLINE guint8
to_byte (gint16 value)
{
  value = MAX (value, 0);
  value = MIN (value, 255);
  return (guint8) value;
}

/* Products of a chroma (8 bits and 8 of fraction) and a factor (14 or 15 of fraction) keep 6 or 7 of fraction. */
static ALWAYS_INLINE gint16
centred (guint8 chroma)
{
  return (gint16) ((chroma - 128) * 256);
}

static ALWAYS_INLINE guint8
new_chroma (const gint16 factors[2], gint16 c0, gint16 c1)
{
  gint16 sum = (gint16) (multiply_high (factors[0], c0) + multiply_high (factors[1], c1) + 128 * 64 + 32 + 1);

  return to_byte ((gint16) (sum >> 6));
}

/* @added: for each pixel, what the luma gets from the chroma. @step: 1, or 2 where the chroma lie interleaved. */
static ALWAYS_INLINE void
convert_chroma (const GstEdgeColourMatrix *matrix, const guint8 *restrict from0, const guint8 *restrict from1,
    guint8 *restrict to0, guint8 *restrict to1, gsize step, gint16 *restrict added, gsize count)
{
  const GstEdgeColourMatrix m = *matrix;
  gsize i;

  for (i = 0; i < count; i++) {
    gint16 c0 = centred (from0[i * step]);
    gint16 c1 = centred (from1[i * step]);
    gint16 luma = (gint16) (multiply_high (m.to_luma[0], c0) + multiply_high (m.to_luma[1], c1) + m.luma_base);

    to0[i * step] = new_chroma (m.chroma[0], c0, c1);
    to1[i * step] = new_chroma (m.chroma[1], c0, c1);
    added[2 * i] = luma;
    added[2 * i + 1] = luma;
  }
}

static ALWAYS_INLINE void
convert_luma (gint16 factor, const guint8 *restrict from, guint8 *restrict to, const gint16 *restrict added,
    gsize count)
{
  gsize i;

  /* modulo 65536: the sum is within 16 bits, the product alone need not be */
  for (i = 0; i < count; i++) {
    gint16 sum = (gint16) (from[i] * factor + added[i]);

    to[i] = to_byte ((gint16) ((sum >> 7) + 128));
  }
}

static ALWAYS_INLINE void
convert (const GstEdgeColourMatrix *matrix, const GstEdgeColourRows *from, const GstEdgeColourRows *to, gsize width,
    gboolean interleaved)
{
  gint16 added[BLOCK];
  gsize x, count;

  for (x = 0; x < width; x += BLOCK) {
    count = MIN (width - x, BLOCK);
    if (interleaved)
      convert_chroma (matrix, from->chroma[0] + x, from->chroma[0] + x + 1, to->chroma[0] + x, to->chroma[0] + x + 1,
          2, added, (count + 1) / 2);
    else
      convert_chroma (matrix, from->chroma[0] + x / 2, from->chroma[1] + x / 2, to->chroma[0] + x / 2,
          to->chroma[1] + x / 2, 1, added, (count + 1) / 2);
    convert_luma (matrix->luma, from->luma[0] + x, to->luma[0] + x, added, count);
    convert_luma (matrix->luma, from->luma[1] + x, to->luma[1] + x, added, count);
  }
}

static void
convert_planar (const GstEdgeColourMatrix *matrix, const GstEdgeColourRows *from, const GstEdgeColourRows *to,
    gsize width)
{
  convert (matrix, from, to, width, FALSE);
}

static void
convert_interleaved (const GstEdgeColourMatrix *matrix, const GstEdgeColourRows *from, const GstEdgeColourRows *to,
    gsize width)
{
  convert (matrix, from, to, width, TRUE);
}

/* Chosen by hand: target_clones would do the same with a resolver that runs before the sanitizers are ready. */
#ifdef __x86_64__
__attribute__((target ("avx2")))
     static void
         convert_planar_avx2 (const GstEdgeColourMatrix *matrix, const GstEdgeColourRows *from,
    const GstEdgeColourRows *to, gsize width)
{
  convert (matrix, from, to, width, FALSE);
}

__attribute__((target ("avx2")))
     static void
         convert_interleaved_avx2 (const GstEdgeColourMatrix *matrix, const GstEdgeColourRows *from,
    const GstEdgeColourRows *to, gsize width)
{
  convert (matrix, from, to, width, TRUE);
}
#endif

GstEdgeColourConvert
gst_edge_colour_rows_get (gboolean interleaved, gboolean plain)
{
#ifdef __x86_64__
  if (!plain && __builtin_cpu_supports ("avx2"))
    return interleaved ? convert_interleaved_avx2 : convert_planar_avx2;
#endif
  return interleaved ? convert_interleaved : convert_planar;
}
