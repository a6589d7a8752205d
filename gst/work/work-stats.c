/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sums counters of lanes and writes them into a GstStructure. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "stats/counter.h"
#include "work/work-stats.h"

/* From the end of the way to its beginning, see counter.h. */
void
gst_edge_work_stats_read (const GstEdgeWorkStats *counting, GstEdgeWorkStats *stats)
{
  guint64 gone;
  guint i;

  memset (stats, 0, sizeof (*stats));
  stats->out = GST_EDGE_COUNTER_GET (counting->out);
  stats->errors = GST_EDGE_COUNTER_GET (counting->errors);
  for (i = 0; i < GST_EDGE_N_DROP_REASONS; i++)
    stats->dropped[i] = GST_EDGE_COUNTER_GET (counting->dropped[i]);
  stats->cancelled = GST_EDGE_COUNTER_GET (counting->cancelled);
  stats->running = GST_EDGE_COUNTER_GET (counting->running);
  stats->in = GST_EDGE_COUNTER_GET (counting->in);

  gone = stats->out + stats->errors + gst_edge_work_stats_get_dropped (stats) + stats->cancelled;
  stats->queued = (guint) (stats->in - gone - stats->running);
  gst_edge_histogram_merge (&stats->wait, &counting->wait);
  gst_edge_histogram_merge (&stats->run, &counting->run);
}

void
gst_edge_work_stats_add (GstEdgeWorkStats *sum, const GstEdgeWorkStats *stats)
{
  guint i;

  sum->in += stats->in;
  sum->out += stats->out;
  sum->errors += stats->errors;
  for (i = 0; i < GST_EDGE_N_DROP_REASONS; i++)
    sum->dropped[i] += stats->dropped[i];
  sum->cancelled += stats->cancelled;
  sum->queued += stats->queued;
  sum->bytes += stats->bytes;
  sum->running += stats->running;
  sum->capacity += stats->capacity;
  sum->unlimited |= stats->unlimited;
  sum->continuing += stats->continuing;
  gst_edge_histogram_merge (&sum->wait, &stats->wait);
  gst_edge_histogram_merge (&sum->run, &stats->run);
}

guint64
gst_edge_work_stats_get_dropped (const GstEdgeWorkStats *stats)
{
  guint64 dropped = 0;
  guint i;

  for (i = 0; i < GST_EDGE_N_DROP_REASONS; i++)
    dropped += stats->dropped[i];
  return dropped;
}

void
gst_edge_work_stats_to_structure (const GstEdgeWorkStats *stats, GstStructure *structure)
{
  gst_structure_set (structure,
      "queued", G_TYPE_UINT, stats->queued,
      "queued-bytes", G_TYPE_UINT64, stats->bytes,
      "running", G_TYPE_UINT, stats->running,
      "capacity", G_TYPE_UINT64, stats->unlimited ? 0 : stats->capacity,
      "in", G_TYPE_UINT64, stats->in,
      "out", G_TYPE_UINT64, stats->out,
      "errors", G_TYPE_UINT64, stats->errors,
      "dropped", G_TYPE_UINT64, gst_edge_work_stats_get_dropped (stats),
      "dropped-new", G_TYPE_UINT64, stats->dropped[GST_EDGE_DROP_NEW],
      "dropped-old", G_TYPE_UINT64, stats->dropped[GST_EDGE_DROP_OLD],
      "dropped-gop", G_TYPE_UINT64, stats->dropped[GST_EDGE_DROP_GOP],
      "dropped-age", G_TYPE_UINT64, stats->dropped[GST_EDGE_DROP_AGE],
      "cancelled", G_TYPE_UINT64, stats->cancelled,
      "wait-p50", GST_TYPE_CLOCK_TIME,
      gst_edge_histogram_get_quantile (&stats->wait, 0.5),
      "wait-p99", GST_TYPE_CLOCK_TIME,
      gst_edge_histogram_get_quantile (&stats->wait, 0.99),
      "run-p50", GST_TYPE_CLOCK_TIME,
      gst_edge_histogram_get_quantile (&stats->run, 0.5),
      "run-p99", GST_TYPE_CLOCK_TIME,
      gst_edge_histogram_get_quantile (&stats->run, 0.99), NULL);
}
