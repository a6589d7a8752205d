/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A latency histogram that any thread may fill without a lock: four buckets per octave of microseconds, relative
 * error of a quantile under 25 %. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

#define GST_EDGE_HISTOGRAM_BUCKETS 128

/* All zero is empty. Filled with relaxed atomics; readers see a near consistent picture. */
typedef struct
{
  guint64 count[GST_EDGE_HISTOGRAM_BUCKETS];    /* atomic */
  guint64 sum;                  /* atomic, microseconds */
} GstEdgeHistogram;

GST_EDGE_API void gst_edge_histogram_add (GstEdgeHistogram * histogram, gint64 microseconds);
GST_EDGE_API guint64 gst_edge_histogram_get_count (const GstEdgeHistogram * histogram);

/* Adds what @histogram has to @sum, which is the caller's own. */
GST_EDGE_API void gst_edge_histogram_merge (GstEdgeHistogram * sum, const GstEdgeHistogram * histogram);

/* @quantile in 0…1; the upper edge of its bucket in nanoseconds, 0 when the histogram is empty. */
GST_EDGE_API GstClockTime gst_edge_histogram_get_quantile (const GstEdgeHistogram * histogram, gdouble quantile);

/* Upper edge of bucket @index in microseconds. */
GST_EDGE_API guint64 gst_edge_histogram_get_bucket_edge (guint index);

G_END_DECLS
