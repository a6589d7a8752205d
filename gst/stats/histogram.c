/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Latency histogram with logarithmic buckets. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "stats/histogram.h"

#define SUB_BITS 2              /* 4 buckets per octave */
#define SUB_COUNT (1 << SUB_BITS)

static guint
bucket_of (guint64 value)
{
  guint msb, index;

  if (value < SUB_COUNT)
    return (guint) value;
  msb = 63 - (guint) __builtin_clzll (value);
  index = (msb - SUB_BITS + 1) * SUB_COUNT
      + (guint) ((value >> (msb - SUB_BITS)) & (SUB_COUNT - 1));
  return MIN (index, GST_EDGE_HISTOGRAM_BUCKETS - 1);
}

guint64
gst_edge_histogram_get_bucket_edge (guint index)
{
  guint octave;

  if (index < SUB_COUNT)
    return index;
  octave = index / SUB_COUNT - 1;
  return ((guint64) (SUB_COUNT + index % SUB_COUNT + 1) << octave) - 1;
}

void
gst_edge_histogram_add (GstEdgeHistogram *histogram, gint64 microseconds)
{
  guint64 value = (guint64) MAX (microseconds, 0);

  __atomic_fetch_add (&histogram->count[bucket_of (value)], 1, __ATOMIC_RELAXED);
  __atomic_fetch_add (&histogram->sum, value, __ATOMIC_RELAXED);
}

void
gst_edge_histogram_merge (GstEdgeHistogram *sum, const GstEdgeHistogram *histogram)
{
  guint i;

  for (i = 0; i < GST_EDGE_HISTOGRAM_BUCKETS; i++)
    sum->count[i] += __atomic_load_n (&histogram->count[i], __ATOMIC_RELAXED);
  sum->sum += __atomic_load_n (&histogram->sum, __ATOMIC_RELAXED);
}

guint64
gst_edge_histogram_get_count (const GstEdgeHistogram *histogram)
{
  guint64 total = 0;
  guint i;

  for (i = 0; i < GST_EDGE_HISTOGRAM_BUCKETS; i++)
    total += __atomic_load_n (&histogram->count[i], __ATOMIC_RELAXED);
  return total;
}

GstClockTime
gst_edge_histogram_get_quantile (const GstEdgeHistogram *histogram, gdouble quantile)
{
  guint64 total = gst_edge_histogram_get_count (histogram);
  guint64 wanted, seen = 0;
  guint i;

  if (total == 0)
    return 0;

  wanted = (guint64) (quantile * (gdouble) total);
  wanted = CLAMP (wanted, 1, total);
  for (i = 0; i < GST_EDGE_HISTOGRAM_BUCKETS - 1; i++) {
    seen += __atomic_load_n (&histogram->count[i], __ATOMIC_RELAXED);
    if (seen >= wanted)
      break;
  }
  return gst_edge_histogram_get_bucket_edge (i) * GST_USECOND;
}
