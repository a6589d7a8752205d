/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What lanes count, in one struct that can be summed over the lanes of a pool. Counters are in buffers:
 * in = out + errors + dropped + cancelled + queued + running, always. Where lanes count they are those of
 * stats/counter.h. */

#pragma once

#include "queue/bounded-queue.h"
#include "stats/histogram.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 in;
  guint64 out;                  /* run and succeeded */
  guint64 errors;               /* run and failed */
  guint64 dropped[GST_EDGE_N_DROP_REASONS];
  guint64 cancelled;            /* flushed, refused or given up at the end */

  guint queued;
  guint64 bytes;
  guint running;
  guint64 capacity;             /* sum of max-size-buffers; 0 when one has no limit */
  gboolean unlimited;
  guint continuing;             /* in a sum: wait in lanes whose items have been in the pool before */

  GstEdgeHistogram wait;        /* queued until run */
  GstEdgeHistogram run;
} GstEdgeWorkStats;

/* Reads what a lane has counted and goes on counting, without its lock; queued is what the others leave. */
G_GNUC_INTERNAL void gst_edge_work_stats_read (const GstEdgeWorkStats * counting, GstEdgeWorkStats * stats);

G_GNUC_INTERNAL void gst_edge_work_stats_add (GstEdgeWorkStats * sum, const GstEdgeWorkStats * stats);
G_GNUC_INTERNAL guint64 gst_edge_work_stats_get_dropped (const GstEdgeWorkStats * stats);
G_GNUC_INTERNAL void gst_edge_work_stats_to_structure (const GstEdgeWorkStats * stats, GstStructure * structure);

G_END_DECLS
