/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The bytes that all lanes of a pool may hold together.
 *
 * A lane reserves before it pushes. When there is no room, the fullest lane that may leak gives way, oldest buffers
 * first; if that is the lane itself and it leaks upstream, its new buffer does not get in. A lane that must not leak
 * takes from fuller ones, otherwise it waits, but never while it is empty: it could never go on. So the budget is
 * exceeded by no more than one buffer of each lane that does not leak, or by a single buffer larger than it.
 *
 * Each lane knows what it holds (bytes), the pool the sum. What was reserved is part of both until the push is over;
 * then bytes is set to what the queue really holds, so it does not matter what else the push dropped. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/lane-private.h"
#include "work/worker-pool-private.h"

static guint64
get_bytes (GstEdgeLane *lane)
{
  return __atomic_load_n (&lane->bytes, __ATOMIC_RELAXED);
}

/* Without asking. */
static void
reserve (GstEdgeLane *lane, guint64 bytes)
{
  __atomic_fetch_add (&lane->pool->total_bytes, bytes, __ATOMIC_SEQ_CST);
  __atomic_fetch_add (&lane->reserved, bytes, __ATOMIC_RELAXED);
  __atomic_fetch_add (&lane->bytes, bytes, __ATOMIC_RELAXED);
}

/* A buffer larger than the whole budget may be there alone. */
static gboolean
try_reserve (GstEdgeLane *lane, guint64 bytes)
{
  GstEdgeWorkerPool *pool = lane->pool;
  guint64 max = __atomic_load_n (&pool->max_total_bytes, __ATOMIC_RELAXED);
  guint64 total = __atomic_load_n (&pool->total_bytes, __ATOMIC_SEQ_CST);

  do {
    if (total > 0 && total + bytes > max)
      return FALSE;
  } while (!__atomic_compare_exchange_n (&pool->total_bytes, &total,
          total + bytes, TRUE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  __atomic_fetch_add (&lane->reserved, bytes, __ATOMIC_RELAXED);
  __atomic_fetch_add (&lane->bytes, bytes, __ATOMIC_RELAXED);
  return TRUE;
}

/* (transfer full) (nullable): the lane that leaks and holds most, if that is more than @least. */
static GstEdgeLane *
ref_fullest (GstEdgeWorkerPool *pool, guint64 least)
{
  GstEdgeLane *fullest = NULL;
  guint i;

  g_mutex_lock (&pool->lock);
  for (i = 0; i < pool->lanes->len; i++) {
    GstEdgeLane *lane = g_ptr_array_index (pool->lanes, i);

    if (!__atomic_load_n (&lane->leaks, __ATOMIC_RELAXED)
        || get_bytes (lane) <= least)
      continue;
    fullest = lane;
    least = get_bytes (lane);
  }
  if (fullest != NULL)
    gst_edge_lane_ref (fullest);
  g_mutex_unlock (&pool->lock);
  return fullest;
}

/* Drops the oldest buffer of @lane, which may be more than is asked for: who waits looks again. FALSE when another
 * thread was faster. */
static gboolean
give_way (GstEdgeLane *lane)
{
  GArray *dropped = NULL;
  gboolean gave, wake;

  g_mutex_lock (&lane->lock);
  gave = gst_edge_queue_drop_oldest (lane->queue, &dropped);
  wake = gst_edge_lane_settle_budget_locked (lane);
  if (dropped != NULL)
    gst_edge_lane_free_dropped_locked (lane, dropped);
  g_mutex_unlock (&lane->lock);
  if (wake)
    gst_edge_worker_pool_wake_budget (lane->pool);
  return gave;
}

/* A lane that may leak. */
static GstEdgeBudgetResult
reserve_leaky (GstEdgeLane *lane, guint64 bytes, GstEdgeLeaky leaky)
{
  while (!try_reserve (lane, bytes)) {
    GstEdgeLane *fullest = ref_fullest (lane->pool, 0);
    gboolean gave = FALSE;

    if (fullest != NULL && (fullest != lane
            || leaky == GST_EDGE_LEAKY_DOWNSTREAM))
      gave = give_way (fullest);
    if (fullest != NULL)
      gst_edge_lane_unref (fullest);
    if (!gave)
      return GST_EDGE_BUDGET_REFUSED;
  }
  return GST_EDGE_BUDGET_GRANTED;
}

/* Takes from a fuller lane. FALSE: there is none. */
static gboolean
take_from_fuller (GstEdgeLane *lane)
{
  GstEdgeLane *fullest = ref_fullest (lane->pool, get_bytes (lane));
  gboolean gave;

  if (fullest == NULL)
    return FALSE;
  gave = give_way (fullest);
  gst_edge_lane_unref (fullest);
  return gave;
}

/* Waits for what others give back, or for this lane to be empty. Who gives back first changes the sum and then looks
 * for who waits; who waits first says so and then looks at the sum: none of them misses the other. */
static GstEdgeBudgetResult
reserve_blocking (GstEdgeLane *lane, guint64 bytes)
{
  GstEdgeWorkerPool *pool = lane->pool;
  GstEdgeQueueLevel level;
  gboolean granted = FALSE, refused = FALSE, took = TRUE;

  __atomic_fetch_add (&pool->n_awaiting_budget, 1, __ATOMIC_SEQ_CST);
  g_mutex_lock (&lane->lock);
  lane->n_awaiting_budget++;
  for (;;) {
    refused = lane->flushing || lane->closed || lane->suspended;
    granted = !refused && try_reserve (lane, bytes);
    gst_edge_queue_get_level (lane->queue, &level);
    if (refused || granted || level.buffers == 0)
      break;
    if (took) {
      g_mutex_unlock (&lane->lock);
      took = take_from_fuller (lane);
      g_mutex_lock (&lane->lock);
      continue;                 /* a lot may have happened meanwhile */
    }
    gst_edge_lane_wait_room_or_help_locked (lane);
    took = TRUE;
  }
  lane->n_awaiting_budget--;
  g_mutex_unlock (&lane->lock);
  __atomic_fetch_sub (&pool->n_awaiting_budget, 1, __ATOMIC_SEQ_CST);

  if (refused)
    return GST_EDGE_BUDGET_FLUSHING;
  if (!granted)
    reserve (lane, bytes);      /* empty: it must go on */
  return GST_EDGE_BUDGET_GRANTED;
}

GstEdgeBudgetResult
gst_edge_lane_reserve_budget (GstEdgeLane *lane, guint64 bytes, gboolean may_block)
{
  GstEdgeQueueLimits limits;

  if (try_reserve (lane, bytes))
    return GST_EDGE_BUDGET_GRANTED;

  g_mutex_lock (&lane->lock);
  gst_edge_queue_get_limits (lane->queue, &limits);
  g_mutex_unlock (&lane->lock);

  if (limits.leaky != GST_EDGE_LEAKY_NO)
    return reserve_leaky (lane, bytes, limits.leaky);
  if (may_block && !gst_edge_lane_is_own (lane))
    return reserve_blocking (lane, bytes);
  while (take_from_fuller (lane))
    if (try_reserve (lane, bytes))
      return GST_EDGE_BUDGET_GRANTED;
  return GST_EDGE_BUDGET_REFUSED;
}

void
gst_edge_lane_release_budget_locked (GstEdgeLane *lane, guint64 bytes)
{
  __atomic_fetch_sub (&lane->reserved, bytes, __ATOMIC_RELAXED);
}

gboolean
gst_edge_lane_settle_budget_locked (GstEdgeLane *lane)
{
  GstEdgeWorkerPool *pool = lane->pool;
  GstEdgeQueueLevel level;
  guint64 before, now;

  if (!gst_edge_lane_has_budget (lane))
    return FALSE;
  gst_edge_queue_get_level (lane->queue, &level);
  now = level.bytes + __atomic_load_n (&lane->reserved, __ATOMIC_RELAXED);
  before = __atomic_exchange_n (&lane->bytes, now, __ATOMIC_RELAXED);
  if (now == before)
    return FALSE;
  __atomic_fetch_add (&pool->total_bytes, now - before, __ATOMIC_SEQ_CST);
  return now < before
      && __atomic_load_n (&pool->n_awaiting_budget, __ATOMIC_SEQ_CST) > 0;
}

void
gst_edge_worker_pool_wake_budget (GstEdgeWorkerPool *pool)
{
  guint i;

  g_mutex_lock (&pool->lock);
  for (i = 0; i < pool->lanes->len; i++) {
    GstEdgeLane *lane = g_ptr_array_index (pool->lanes, i);

    g_mutex_lock (&lane->lock);
    if (lane->n_awaiting_budget > 0)
      g_cond_broadcast (&lane->room);
    g_mutex_unlock (&lane->lock);
  }
  g_mutex_unlock (&pool->lock);
}
