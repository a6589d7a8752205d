/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lanes of a pool, and their counters summed up. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/lane-private.h"
#include "work/worker-pool-private.h"

#define GST_CAT_DEFAULT gst_edge_work_get_debug_category ()

void
gst_edge_worker_pool_add_lane (GstEdgeWorkerPool *pool, GstEdgeLane *lane)
{
  gst_edge_worker_pool_ref (pool);
  __atomic_fetch_add (&pool->n_refs, 1, __ATOMIC_RELAXED);

  g_mutex_lock (&pool->lock);
  g_mutex_lock (&pool->census);
  g_ptr_array_add (pool->lanes, lane);
  g_mutex_unlock (&pool->census);
  g_mutex_unlock (&pool->lock);
}

/* Keeps its counters, but not what is only true of a lane that exists. An item that runs is its owner's own turn, in
 * which it frees the lane: it will have run. */
void
gst_edge_worker_pool_remove_lane (GstEdgeWorkerPool *pool, GstEdgeLane *lane)
{
  GstEdgeCameraRecord *camera = __atomic_load_n (&lane->camera,
      __ATOMIC_ACQUIRE);
  GstEdgeWorkStats stats;
  GstEdgeStageCounts counts;

  gst_edge_lane_get_work_stats (lane, &stats);
  stats.out += stats.running;
  stats.running = 0;
  stats.capacity = 0;
  stats.unlimited = FALSE;
  gst_edge_work_stats_to_counts (&stats, &counts);

  gst_edge_camera_records_lock ();
  g_mutex_lock (&pool->lock);
  g_mutex_lock (&pool->census);
  g_ptr_array_remove_fast (pool->lanes, lane);
  if (!lane->continuation)
    gst_edge_work_stats_add (&pool->gone, &stats);
  if (camera != NULL)
    gst_edge_camera_record_add_gone (camera, GST_EDGE_STAGE_POOL, &counts);
  g_mutex_unlock (&pool->census);
  g_mutex_unlock (&pool->lock);
  gst_edge_camera_records_unlock ();

  gst_edge_worker_pool_unref (pool);
}

static void
sum_lanes_locked (GstEdgeWorkerPool *pool, GstEdgeWorkStats *sum)
{
  GstEdgeWorkStats stats;
  guint i;

  *sum = pool->gone;
  for (i = 0; i < pool->lanes->len; i++) {
    GstEdgeLane *lane = g_ptr_array_index (pool->lanes, i);

    gst_edge_lane_get_work_stats (lane, &stats);
    gst_edge_lane_add_to_sum (lane, &stats, sum);
  }
}

GstStructure *
gst_edge_worker_pool_get_stats (GstEdgeWorkerPool *pool)
{
  GstEdgeWorkStats sum;
  GstStructure *structure;

  g_mutex_lock (&pool->lock);
  sum_lanes_locked (pool, &sum);
  structure = gst_structure_new ("edge-pool-stats",
      "name", G_TYPE_STRING, pool->name,
      "workers", G_TYPE_UINT, pool->workers,
      "threads", G_TYPE_UINT, g_thread_pool_get_num_threads (pool->threads),
      "busy", G_TYPE_UINT, __atomic_load_n (&pool->n_busy, __ATOMIC_RELAXED),
      "lanes", G_TYPE_UINT, pool->lanes->len,
      "processed", G_TYPE_UINT64, sum.out + sum.errors, NULL);
  g_mutex_unlock (&pool->lock);

  gst_edge_work_stats_to_structure (&sum, structure);
  gst_structure_set (structure, "max-workers", G_TYPE_UINT,
      gst_edge_worker_pool_get_max_workers (pool),
      "continuing", G_TYPE_UINT, sum.continuing, NULL);
  return structure;
}

void
gst_edge_worker_pool_log (GstEdgeWorkerPool *pool, GstClockTime interval)
{
  GstEdgeWorkStats sum;
  gint64 now = g_get_monotonic_time ();
  guint workers;

  g_mutex_lock (&pool->lock);
  if (pool->logged_at != 0
      && (GstClockTime) (now - pool->logged_at) * GST_USECOND < interval) {
    g_mutex_unlock (&pool->lock);
    return;
  }
  pool->logged_at = now;
  workers = pool->workers;
  sum_lanes_locked (pool, &sum);
  g_mutex_unlock (&pool->lock);

  GST_INFO ("Worker pool %s: Workers: %u, Queue: %u/%" G_GUINT64_FORMAT
      ", Processing: %u", pool->name, workers, sum.queued,
      sum.unlimited ? 0 : sum.capacity,
      __atomic_load_n (&pool->n_busy, __ATOMIC_RELAXED));
}
