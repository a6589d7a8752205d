/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The owner's side of a lane: submit, flush, drain, free. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/lane-private.h"

#define DEFAULT_MAX_BUFFERS 100

static GstEdgeLane *
new_lane (GstEdgeWorkerPool *pool, const gchar *name, gboolean ordered,
    gboolean continuation, GstEdgeLaneRunFunc run, GstEdgeLaneDropFunc drop, gpointer user_data)
{
  const GstEdgeQueueLimits limits = {
    .max_buffers = DEFAULT_MAX_BUFFERS,
    .leaky = GST_EDGE_LEAKY_UPSTREAM,
  };
  GstEdgeLane *lane = g_new0 (GstEdgeLane, 1);

  lane->ref_count = 1;
  lane->pool = pool;
  lane->name = g_strdup (name);
  lane->ordered = ordered;
  lane->continuation = continuation;
  lane->parallel = ordered ? 1 : gst_edge_worker_pool_get_max_workers (pool);
  lane->run = run;
  lane->drop = drop;
  lane->user_data = user_data;
  g_mutex_init (&lane->lock);
  g_cond_init (&lane->changed);
  g_cond_init (&lane->room);
  lane->queue = gst_edge_queue_new ();
  gst_edge_queue_set_limits (lane->queue, &limits);
  lane->capacity = limits.max_buffers;
  lane->leaks = TRUE;
  gst_edge_worker_pool_add_lane (pool, lane);
  return lane;
}

GstEdgeLane *
gst_edge_lane_new (GstEdgeWorkerPool *pool, const gchar *name,
    GstEdgeLaneRunFunc run, GstEdgeLaneDropFunc drop, gpointer user_data)
{
  return new_lane (pool, name, TRUE, FALSE, run, drop, user_data);
}

GstEdgeLane *
gst_edge_lane_new_continuation (GstEdgeWorkerPool *pool, const gchar *name,
    GstEdgeLaneRunFunc run, GstEdgeLaneDropFunc drop, gpointer user_data)
{
  return new_lane (pool, name, TRUE, TRUE, run, drop, user_data);
}

GstEdgeLane *
gst_edge_lane_new_unordered (GstEdgeWorkerPool *pool, const gchar *name,
    GstEdgeLaneRunFunc run, GstEdgeLaneDropFunc drop, gpointer user_data)
{
  return new_lane (pool, name, FALSE, FALSE, run, drop, user_data);
}

GstEdgeLane *
gst_edge_lane_ref (GstEdgeLane *lane)
{
  __atomic_fetch_add (&lane->ref_count, 1, __ATOMIC_RELAXED);
  return lane;
}

void
gst_edge_lane_unref (GstEdgeLane *lane)
{
  GstEdgeWorkerPool *pool = lane->pool;

  if (__atomic_fetch_sub (&lane->ref_count, 1, __ATOMIC_ACQ_REL) > 1)
    return;

  gst_edge_queue_free (lane->queue);
  if (lane->spare != NULL)
    g_array_unref (lane->spare);
  g_cond_clear (&lane->room);
  g_cond_clear (&lane->changed);
  g_mutex_clear (&lane->lock);
  g_free (lane->name);
  g_free (lane);
  gst_edge_worker_pool_release (pool);
}

/* Takes everything out and gives it to the drop function. */
static void
cancel_queued_locked (GstEdgeLane *lane, gboolean also_control, guint *cancelled)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (GstEdgeQueueItem));
  GstEdgeQueueItem item;
  guint i, n = 0;
  gboolean wake;

  while (also_control ? gst_edge_queue_flush_one (lane->queue, &item)
      : gst_edge_queue_cancel_one (lane->queue, &item)) {
    n += gst_edge_queue_item_get_n_buffers (&item);
    g_array_append_val (items, item);
  }
  GST_EDGE_COUNTER_ADD (lane->stats.cancelled, n);
  wake = gst_edge_lane_settle_budget_locked (lane);
  lane->n_dropping++;
  gst_edge_lane_signal_all_locked (lane);
  g_mutex_unlock (&lane->lock);

  if (wake)
    gst_edge_worker_pool_wake_budget (lane->pool);
  for (i = 0; i < items->len; i++)
    lane->drop (g_array_index (items, GstEdgeQueueItem, i).data, -1,
        lane->user_data);
  g_array_unref (items);
  if (cancelled != NULL)
    *cancelled = n;

  g_mutex_lock (&lane->lock);
  lane->n_dropping--;
  gst_edge_lane_signal_all_locked (lane);
}

static void
wait_idle_locked (GstEdgeLane *lane)
{
  while (lane->n_running > gst_edge_lane_count_own_turns (lane)
      || lane->n_dropping > 0)
    gst_edge_lane_wait_or_help_locked (lane, -1);
}

void
gst_edge_lane_free (GstEdgeLane *lane)
{
  gst_edge_lane_set_paused (lane, FALSE);

  g_mutex_lock (&lane->lock);
  lane->flushing = TRUE;
  lane->freed = TRUE;
  cancel_queued_locked (lane, TRUE, NULL);
  wait_idle_locked (lane);
  g_mutex_unlock (&lane->lock);

  gst_edge_worker_pool_remove_lane (lane->pool, lane);
  gst_edge_lane_unref (lane);
}

void
gst_edge_lane_set_camera (GstEdgeLane *lane, GstEdgeCameraRecord *camera)
{
  __atomic_store_n (&lane->camera, camera, __ATOMIC_RELEASE);
}

void
gst_edge_lane_set_limits (GstEdgeLane *lane, const GstEdgeQueueLimits *limits)
{
  g_mutex_lock (&lane->lock);
  gst_edge_queue_set_limits (lane->queue, limits);
  __atomic_store_n (&lane->leaks, limits->leaky != GST_EDGE_LEAKY_NO,
      __ATOMIC_RELAXED);
  __atomic_store_n (&lane->capacity, limits->max_buffers, __ATOMIC_RELAXED);
  gst_edge_lane_signal_all_locked (lane);   /* there may be room now */
  g_mutex_unlock (&lane->lock);
}

guint
gst_edge_lane_get_length (GstEdgeLane *lane)
{
  guint length;

  g_mutex_lock (&lane->lock);
  length = gst_edge_queue_get_length (lane->queue);
  g_mutex_unlock (&lane->lock);
  return length;
}

void
gst_edge_lane_get_level (GstEdgeLane *lane, GstEdgeQueueLevel *level)
{
  g_mutex_lock (&lane->lock);
  gst_edge_queue_get_level (lane->queue, level);
  g_mutex_unlock (&lane->lock);
}

/* Puts the array away in which nothing was dropped. */
static void
keep_spare_locked (GstEdgeLane *lane, GArray *dropped)
{
  if (lane->spare == NULL)
    lane->spare = dropped;
  else if (dropped != NULL)
    g_array_unref (dropped);
}

static GstEdgeLaneResult
drop_new_locked (GstEdgeLane *lane, const GstEdgeQueueItem *item, GArray **dropped)
{
  const GstEdgeDroppedItem entry = { *item, GST_EDGE_DROP_NEW };

  gst_edge_queue_skip (lane->queue, item);
  if (*dropped == NULL)
    *dropped = g_array_new (FALSE, FALSE, sizeof (GstEdgeDroppedItem));
  g_array_append_val (*dropped, entry);
  return GST_EDGE_LANE_DROPPED;
}

/* Pushes, waits for room where that is wanted, and says what became of @item; what has to be dropped is in @dropped. */
static GstEdgeLaneResult
push_locked (GstEdgeLane *lane, const GstEdgeQueueItem *item, gboolean may_block, GArray **dropped)
{
  while (!lane->flushing && !lane->closed) {
    switch (gst_edge_queue_push (lane->queue, item, dropped)) {
      case GST_EDGE_QUEUE_ACCEPTED:
        return GST_EDGE_LANE_ACCEPTED;
      case GST_EDGE_QUEUE_DROPPED:
        return GST_EDGE_LANE_DROPPED;
      case GST_EDGE_QUEUE_FULL:
        break;
    }
    /* nobody but this thread makes room in a lane that it runs itself */
    if (!may_block || gst_edge_lane_is_own (lane))
      return drop_new_locked (lane, item, dropped);
    /* nor anybody, as long as it stands still */
    if (lane->suspended)
      break;
    gst_edge_lane_wait_room_or_help_locked (lane);
  }
  return GST_EDGE_LANE_FLUSHING;
}

/* The same, within the budget of the pool. */
static GstEdgeLaneResult
push_within_budget_locked (GstEdgeLane *lane, const GstEdgeQueueItem *item,
    gboolean may_block, GArray **dropped)
{
  GstEdgeBudgetResult budget;
  GstEdgeLaneResult result;

  g_mutex_unlock (&lane->lock);
  budget = gst_edge_lane_reserve_budget (lane, item->bytes, may_block);
  g_mutex_lock (&lane->lock);

  if (budget == GST_EDGE_BUDGET_FLUSHING)
    return GST_EDGE_LANE_FLUSHING;
  if (budget == GST_EDGE_BUDGET_REFUSED)
    return drop_new_locked (lane, item, dropped);
  result = push_locked (lane, item, may_block, dropped);
  gst_edge_lane_release_budget_locked (lane, item->bytes);
  return result;
}

/* The end of a submit: gives away what was dropped, looks for a worker, unlocks. */
static void
finish_submit_unlock (GstEdgeLane *lane, GArray *dropped)
{
  gboolean wake = gst_edge_lane_settle_budget_locked (lane);

  gst_edge_lane_schedule_locked (lane);
  if (dropped != NULL && dropped->len > 0)
    gst_edge_lane_free_dropped_locked (lane, dropped);
  else
    keep_spare_locked (lane, dropped);
  if (!wake) {
    g_mutex_unlock (&lane->lock);
    return;                     /* from here on its run function may free it */
  }
  gst_edge_lane_ref (lane);
  g_mutex_unlock (&lane->lock);
  gst_edge_worker_pool_wake_budget (lane->pool);
  gst_edge_lane_unref (lane);
}

GstEdgeLaneResult
gst_edge_lane_submit (GstEdgeLane *lane, const GstEdgeQueueItem *item, gboolean may_block)
{
  guint n_buffers = gst_edge_queue_item_get_n_buffers (item);
  GstEdgeQueueItem copy = *item;
  GstEdgeLaneResult result;
  GArray *dropped;

  if (copy.queued_at == 0)
    copy.queued_at = g_get_monotonic_time ();

  g_mutex_lock (&lane->lock);
  dropped = g_steal_pointer (&lane->spare);
  if (n_buffers > 0 && gst_edge_lane_has_budget (lane))
    result = push_within_budget_locked (lane, &copy, may_block, &dropped);
  else
    result = push_locked (lane, &copy, may_block, &dropped);
  GST_EDGE_COUNTER_ADD (lane->stats.in, n_buffers);
  if (result == GST_EDGE_LANE_FLUSHING)
    GST_EDGE_COUNTER_ADD (lane->stats.cancelled, n_buffers);
  finish_submit_unlock (lane, dropped);

  if (result == GST_EDGE_LANE_FLUSHING)
    lane->drop (item->data, -1, lane->user_data);
  return result;
}

void
gst_edge_lane_set_flushing (GstEdgeLane *lane, gboolean flushing)
{
  g_mutex_lock (&lane->lock);
  lane->flushing = flushing || lane->freed;
  if (flushing)
    cancel_queued_locked (lane, TRUE, NULL);
  else
    lane->closed = FALSE;
  g_mutex_unlock (&lane->lock);
}

void
gst_edge_lane_set_closed (GstEdgeLane *lane, gboolean closed)
{
  g_mutex_lock (&lane->lock);
  lane->closed = closed;
  gst_edge_lane_signal_all_locked (lane);
  g_mutex_unlock (&lane->lock);
}

void
gst_edge_lane_set_suspended (GstEdgeLane *lane, gboolean suspended)
{
  g_mutex_lock (&lane->lock);
  lane->suspended = suspended;
  gst_edge_lane_signal_all_locked (lane);
  gst_edge_lane_schedule_locked (lane);
  g_mutex_unlock (&lane->lock);
}

guint
gst_edge_lane_cancel (GstEdgeLane *lane)
{
  guint cancelled;

  g_mutex_lock (&lane->lock);
  cancel_queued_locked (lane, FALSE, &cancelled);
  g_mutex_unlock (&lane->lock);
  return cancelled;
}

void
gst_edge_lane_wait_idle (GstEdgeLane *lane)
{
  g_mutex_lock (&lane->lock);
  wait_idle_locked (lane);
  g_mutex_unlock (&lane->lock);
}

gboolean
gst_edge_lane_drain (GstEdgeLane *lane, gint64 timeout)
{
  gint64 end_time = timeout < 0 ? -1 : g_get_monotonic_time () + timeout;
  gboolean in_time = TRUE;
  gboolean drained;
  guint own;

  g_mutex_lock (&lane->lock);
  own = gst_edge_lane_count_own_turns (lane);
  for (;;) {
    drained = gst_edge_queue_get_length (lane->queue) == 0
        && lane->n_running == own && !lane->flushing;
    if (drained || lane->flushing || !in_time || own > 0)
      break;
    if (lane->suspended && lane->n_running == 0)
      break;                    /* what stands still does not get empty */
    in_time = gst_edge_lane_wait_or_help_locked (lane, end_time);
  }
  g_mutex_unlock (&lane->lock);
  return drained;
}

void
gst_edge_lane_wait_until (GstEdgeLane *lane, gboolean (*is_done) (gpointer data), gpointer data)
{
  g_mutex_lock (&lane->lock);
  while (!is_done (data))
    gst_edge_lane_wait_or_help_locked (lane, -1);
  g_mutex_unlock (&lane->lock);
}

/* A worker is held or no longer so: tells the pool, with the lock released meanwhile. */
static void
set_held_locked (GstEdgeLane *lane, gboolean held)
{
  if (lane->held == held)
    return;
  lane->held = held;
  g_mutex_unlock (&lane->lock);
  gst_edge_worker_pool_replace_held (lane->pool, held);
  g_mutex_lock (&lane->lock);
}

void
gst_edge_lane_set_paused (GstEdgeLane *lane, gboolean paused)
{
  g_mutex_lock (&lane->lock);
  __atomic_store_n (&lane->paused, paused, __ATOMIC_RELAXED);
  set_held_locked (lane, paused && lane->n_running > 0);
  g_mutex_unlock (&lane->lock);
}

void
gst_edge_lane_may_be_held (GstEdgeLane *lane)
{
  if (!__atomic_load_n (&lane->paused, __ATOMIC_RELAXED))
    return;
  g_mutex_lock (&lane->lock);
  if (lane->paused)
    set_held_locked (lane, TRUE);
  g_mutex_unlock (&lane->lock);
}

void
gst_edge_lane_read_work_stats (GstEdgeLane *lane, GstEdgeWorkStats *stats)
{
  guint capacity = __atomic_load_n (&lane->capacity, __ATOMIC_RELAXED);

  gst_edge_work_stats_read (&lane->stats, stats);
  stats->bytes = gst_edge_queue_read_bytes (lane->queue);
  stats->capacity = capacity;
  stats->unlimited = capacity == 0;
}

void
gst_edge_lane_get_work_stats (GstEdgeLane *lane, GstEdgeWorkStats *stats)
{
  GstEdgeQueueLevel level;

  g_mutex_lock (&lane->lock);
  gst_edge_lane_read_work_stats (lane, stats);
  gst_edge_queue_get_level (lane->queue, &level);
  stats->queued = level.buffers;
  g_mutex_unlock (&lane->lock);
}

GstStructure *
gst_edge_lane_get_stats (GstEdgeLane *lane, const gchar *name)
{
  GstStructure *structure = gst_structure_new_empty (name);
  GstEdgeWorkStats stats;

  gst_edge_lane_get_work_stats (lane, &stats);
  gst_edge_work_stats_to_structure (&stats, structure);
  return structure;
}
