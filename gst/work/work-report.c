/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All pools of the process, and the lanes whose camera is known, for metrics. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/lane-private.h"
#include "work/work-report.h"

void
gst_edge_work_stats_to_counts (const GstEdgeWorkStats *stats, GstEdgeStageCounts *counts)
{
  memset (counts, 0, sizeof (*counts));
  counts->in = stats->in;
  counts->out = stats->out;
  counts->lost[GST_EDGE_LOSS_FULL] = stats->dropped[GST_EDGE_DROP_NEW];
  counts->lost[GST_EDGE_LOSS_OLDEST] = stats->dropped[GST_EDGE_DROP_OLD];
  counts->lost[GST_EDGE_LOSS_KEYFRAME] = stats->dropped[GST_EDGE_DROP_GOP];
  counts->lost[GST_EDGE_LOSS_AGE] = stats->dropped[GST_EDGE_DROP_AGE];
  counts->lost[GST_EDGE_LOSS_CANCELLED] = stats->cancelled;
  counts->lost[GST_EDGE_LOSS_ERROR] = stats->errors;
  counts->queued = stats->queued;
  counts->in_flight = stats->running;
}

static void
report_lane (GstEdgeLane *lane, GstEdgeWorkStats *sum, GstEdgeLaneReportFunc func,
    gpointer user_data)
{
  GstEdgeCameraRecord *camera = __atomic_load_n (&lane->camera, __ATOMIC_ACQUIRE);
  GstEdgeWorkStats stats;
  GstEdgeStageCounts counts;

  gst_edge_lane_read_work_stats (lane, &stats);
  gst_edge_lane_add_to_sum (lane, &stats, sum);
  if (camera == NULL)
    return;
  gst_edge_work_stats_to_counts (&stats, &counts);
  func (camera, &counts, user_data);
}

static void
report_pool (GstEdgeWorkerPool *pool, GstEdgeWorkerPoolReportFunc func, GstEdgeLaneReportFunc lane_func,
    gpointer user_data)
{
  GstEdgeWorkStats sum = { 0, };
  GstEdgeWorkerPoolReport report = {.name = pool->name,.stats = &sum };
  guint i;

  gst_edge_worker_pool_add_past (pool->name, &sum);
  report.max_workers = gst_edge_worker_pool_get_max_workers (pool);
  report.workers = gst_edge_worker_pool_get_workers (pool);
  g_mutex_lock (&pool->census);
  gst_edge_work_stats_add (&sum, &pool->gone);
  report.lanes = pool->lanes->len;
  for (i = 0; i < pool->lanes->len; i++)
    report_lane (g_ptr_array_index (pool->lanes, i), &sum, lane_func, user_data);
  g_mutex_unlock (&pool->census);
  report.busy = __atomic_load_n (&pool->n_busy, __ATOMIC_RELAXED);
  func (&report, user_data);
}

void
gst_edge_worker_pools_report (GstEdgeWorkerPoolReportFunc pool, GstEdgeLaneReportFunc lane,
    gpointer user_data)
{
  GPtrArray *pools = gst_edge_worker_pools_list ();
  guint i;

  for (i = 0; i < pools->len; i++)
    report_pool (g_ptr_array_index (pools, i), pool, lane, user_data);
  g_ptr_array_unref (pools);
}
