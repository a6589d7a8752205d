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

typedef struct
{
  GstEdgeWorkerPoolReportFunc pool;
  GstEdgeLaneReportFunc lane;
  gpointer user_data;
} Listener;

static void
report_pool (GstEdgeWorkerPool *pool, const GstEdgeWorkStats *past, gpointer user_data)
{
  const Listener *listener = user_data;
  GstEdgeWorkStats sum = { 0, };
  GstEdgeWorkerPoolReport report = {.name = pool->name,.stats = &sum };
  guint i;

  if (past != NULL)
    gst_edge_work_stats_add (&sum, past);
  report.max_workers = gst_edge_worker_pool_get_max_workers (pool);
  report.workers = gst_edge_worker_pool_get_workers (pool);
  g_mutex_lock (&pool->census);
  gst_edge_work_stats_add (&sum, &pool->gone);
  report.lanes = pool->lanes->len;
  for (i = 0; i < pool->lanes->len; i++)
    report_lane (g_ptr_array_index (pool->lanes, i), &sum, listener->lane, listener->user_data);
  g_mutex_unlock (&pool->census);
  report.busy = __atomic_load_n (&pool->n_busy, __ATOMIC_RELAXED);
  listener->pool (&report, listener->user_data);
}

void
gst_edge_worker_pools_report (GstEdgeWorkerPoolReportFunc pool, GstEdgeLaneReportFunc lane,
    gpointer user_data)
{
  Listener listener = { pool, lane, user_data };

  gst_edge_worker_pools_foreach (report_pool, &listener);
}
