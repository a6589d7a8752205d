/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Autoscaling of a pool: measures at each tick, asks the policy, follows it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/lane-private.h"
#include "work/worker-pool-private.h"

#define GST_CAT_DEFAULT gst_edge_work_get_debug_category ()

/* Includes the lanes that still wait: with all workers blocked nobody would report them. */
static gint64
get_longest_wait_locked (GstEdgeWorkerPool *pool)
{
  gint64 longest = __atomic_exchange_n (&pool->longest_wait, 0,
      __ATOMIC_RELAXED);
  gint64 now = g_get_monotonic_time ();
  guint i;

  for (i = 0; i < pool->lanes->len; i++) {
    GstEdgeLane *lane = g_ptr_array_index (pool->lanes, i);
    gint64 since = __atomic_load_n (&lane->ready_since, __ATOMIC_RELAXED);

    if (since > 0)
      longest = MAX (longest, now - since);
  }
  return longest;
}

static guint
count_blocked_locked (GstEdgeWorkerPool *pool)
{
  guint i, n_blocked = 0;

  for (i = 0; i < pool->lanes->len; i++) {
    GstEdgeLane *lane = g_ptr_array_index (pool->lanes, i);
    gint runner = __atomic_load_n (&lane->runner, __ATOMIC_RELAXED);

    if (runner != 0 && gst_edge_cpu_is_thread_asleep (runner))
      n_blocked++;
  }
  return n_blocked;
}

static void
scale (gpointer data)
{
  GstEdgeWorkerPool *pool = data;
  GstEdgeAutoscaleSample sample = { 0, };
  guint busy = __atomic_load_n (&pool->n_busy, __ATOMIC_RELAXED);
  guint peak = __atomic_exchange_n (&pool->peak_busy, busy, __ATOMIC_RELAXED);
  guint held, wanted;

  sample.cpu_load = gst_edge_cpu_load_get (&pool->cpu_load);

  g_mutex_lock (&pool->lock);
  held = (guint) MAX (pool->n_held, 0);
  sample.workers = pool->workers;
  sample.min_workers = pool->options.min_workers;
  sample.max_workers = gst_edge_worker_pool_get_max_workers_locked (pool);
  sample.peak_busy = peak > held ? peak - held : 0;
  sample.wait = get_longest_wait_locked (pool);
  /* what dozing workers add is no reason for more of them */
  sample.target_wait = MAX ((gint64) GST_TIME_AS_USECONDS (pool->options.target_wait),
      2 * GST_EDGE_READY_QUEUE_DOZE);
  if (sample.wait > sample.target_wait
      && sample.cpu_load >= GST_EDGE_AUTOSCALE_SATURATED)
    sample.n_blocked = count_blocked_locked (pool);
  wanted = gst_edge_autoscale_next (&pool->scale, &sample);
  if (wanted != pool->workers) {
    GST_INFO ("pool %s: %u → %u workers (%u busy, longest wait %"
        G_GINT64_FORMAT " us, CPU load %.2f)", pool->name, pool->workers,
        wanted, sample.peak_busy, sample.wait, sample.cpu_load);
    gst_edge_worker_pool_resize_locked (pool, wanted);
  }
  g_mutex_unlock (&pool->lock);
}

gboolean
gst_edge_worker_pool_start_scaling_locked (GstEdgeWorkerPool *pool, GError **error)
{
  if (pool->scale_tick == NULL)
    pool->scale_tick = gst_edge_ticker_add (GST_EDGE_AUTOSCALE_TICK, scale, pool, error);
  __atomic_store_n (&pool->autoscale, pool->scale_tick != NULL, __ATOMIC_RELAXED);
  return pool->scale_tick != NULL;
}

void
gst_edge_worker_pool_stop_scaling (GstEdgeWorkerPool *pool)
{
  g_clear_pointer (&pool->scale_tick, gst_edge_ticker_remove);
}
