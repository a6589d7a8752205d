/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker's side of a lane: turns, and help.
 *
 * A worker that has to wait for a lane (room in it, an answer from it, its end) must not just sleep: with every worker
 * asleep nobody would be left to serve what they wait for. It helps: when nobody runs the lane it runs an item of it
 * itself. So each worker either makes progress or waits for a thread that does, and the chain of those ends in
 * downstream. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/syscall.h>
#include <unistd.h>

#include "work/lane-private.h"

/* A turn ends after this long, and not before, when other lanes wait for a worker: long enough to hide the cost of the
 * change, short against the time between frames. */
#define QUANTUM_US 1000

/* A producer that waits for room gets to know of it no more often than this, unless there is a lot. */
#define ROOM_INTERVAL_US 1000

/* The turns that this thread is in, innermost first. */
typedef struct _Turn Turn;
struct _Turn
{
  GstEdgeLane *lane;
  Turn *outer;
};

static __thread Turn *current_turn;
static __thread gint current_tid;

static gint
get_tid (void)
{
  if (current_tid == 0)
    current_tid = (gint) syscall (SYS_gettid);
  return current_tid;
}

guint
gst_edge_lane_count_own_turns (GstEdgeLane *lane)
{
  const Turn *turn;
  guint count = 0;

  for (turn = current_turn; turn != NULL; turn = turn->outer)
    count += turn->lane == lane;
  return count;
}

gboolean
gst_edge_lane_is_own (GstEdgeLane *lane)
{
  return lane->ordered && gst_edge_lane_count_own_turns (lane) > 0;
}

static gboolean
has_work_locked (GstEdgeLane *lane)
{
  return !lane->suspended && lane->n_running < lane->parallel
      && gst_edge_queue_get_length (lane->queue) > 0;
}

/* Jobs may run inside of a job that waits: with all workers in such jobs nobody else would. */
static gboolean
can_help_locked (GstEdgeLane *lane)
{
  if (current_turn == NULL)
    return FALSE;
  if (lane->ordered)
    return has_work_locked (lane);
  return !lane->suspended && gst_edge_queue_get_length (lane->queue) > 0;
}

void
gst_edge_lane_schedule_locked (GstEdgeLane *lane)
{
  if (!has_work_locked (lane)
      || lane->n_running + lane->n_scheduled >= lane->parallel
      || lane->n_scheduled >= gst_edge_queue_get_length (lane->queue))
    return;
  lane->n_scheduled++;
  gst_edge_worker_pool_schedule (lane->pool, gst_edge_lane_ref (lane));
}

void
gst_edge_lane_free_dropped_locked (GstEdgeLane *lane, GArray *dropped)
{
  guint i;

  for (i = 0; i < dropped->len; i++) {
    GstEdgeDroppedItem *entry = &g_array_index (dropped, GstEdgeDroppedItem, i);

    GST_EDGE_COUNTER_ADD (lane->stats.dropped[entry->reason], gst_edge_queue_item_get_n_buffers (&entry->item));
  }
  lane->n_dropping++;
  g_mutex_unlock (&lane->lock);
  for (i = 0; i < dropped->len; i++) {
    GstEdgeDroppedItem *entry = &g_array_index (dropped, GstEdgeDroppedItem, i);

    lane->drop (entry->item.data, (gint) entry->reason, lane->user_data);
  }
  g_array_set_size (dropped, 0);
  g_mutex_lock (&lane->lock);
  lane->n_dropping--;
  gst_edge_lane_signal_locked (lane);

  if (lane->spare == NULL)
    lane->spare = dropped;
  else
    g_array_unref (dropped);
}

/* Not for each item: a producer that waits would run and stop again for each of them, as long as they go fast. The time
 * is taken with the lock: so a producer that began to wait when the interval was over is told. */
static void
tell_room_locked (GstEdgeLane *lane)
{
  gint64 now = g_get_monotonic_time ();

  if (now - lane->room_told_at < ROOM_INTERVAL_US && !gst_edge_queue_is_half_empty (lane->queue))
    return;
  lane->room_told_at = now;
  g_cond_broadcast (&lane->room);
}

static gboolean
pop_locked (GstEdgeLane *lane, gint64 now, GstEdgeQueueItem *item)
{
  GArray *dropped = NULL;
  gboolean popped, wake;

  if (lane->suspended)
    return FALSE;
  popped = gst_edge_queue_pop (lane->queue, now, item, &dropped);
  if (popped)
    GST_EDGE_COUNTER_ADD (lane->stats.running, gst_edge_queue_item_get_n_buffers (item));
  wake = gst_edge_lane_settle_budget_locked (lane);
  if (dropped != NULL)
    gst_edge_lane_free_dropped_locked (lane, dropped);
  if (lane->n_waiting_room > 0)
    tell_room_locked (lane);
  if (wake) {
    g_mutex_unlock (&lane->lock);
    gst_edge_worker_pool_wake_budget (lane->pool);
    g_mutex_lock (&lane->lock);
  }
  return popped;
}

/* Runs one item that was just taken out; returns the time after it. */
static gint64
run_item_locked (GstEdgeLane *lane, const GstEdgeQueueItem *item, gint64 now)
{
  guint n_buffers = gst_edge_queue_item_get_n_buffers (item);
  gint64 end;
  gint result;

  g_mutex_unlock (&lane->lock);
  result = lane->run (item->data, item->flags, lane->user_data);
  end = g_get_monotonic_time ();
  if (n_buffers > 0) {
    gst_edge_histogram_add (&lane->stats.wait, now - item->queued_at);
    gst_edge_histogram_add (&lane->stats.run, end - now);
  }
  g_mutex_lock (&lane->lock);

  GST_EDGE_COUNTER_SUB (lane->stats.running, n_buffers);
  if (result == GST_EDGE_LANE_CANCELLED)
    GST_EDGE_COUNTER_ADD (lane->stats.cancelled, n_buffers);
  else if (result)
    GST_EDGE_COUNTER_ADD (lane->stats.out, n_buffers);
  else
    GST_EDGE_COUNTER_ADD (lane->stats.errors, n_buffers);
  gst_edge_lane_signal_locked (lane);
  return end;
}

static void
run_turn_locked (GstEdgeLane *lane, guint max_items)
{
  Turn turn = { lane, current_turn };
  gint64 start = g_get_monotonic_time ();
  gint64 now = start;
  GstEdgeQueueItem item;

  current_turn = &turn;
  lane->n_running++;
  __atomic_store_n (&lane->runner, get_tid (), __ATOMIC_RELAXED);
  while (max_items > 0 && pop_locked (lane, now, &item)) {
    now = run_item_locked (lane, &item, now);
    max_items--;
    if (now - start >= QUANTUM_US
        && gst_edge_worker_pool_has_ready (lane->pool))
      break;
  }
  lane->n_running--;
  if (lane->n_running == 0)
    __atomic_store_n (&lane->runner, 0, __ATOMIC_RELAXED);
  current_turn = turn.outer;
  gst_edge_lane_signal_all_locked (lane);
}

void
gst_edge_lane_work (GstEdgeLane *lane)
{
  g_mutex_lock (&lane->lock);
  lane->n_scheduled--;
  /* a thread that helps may be at it: it sees to what is left */
  if (has_work_locked (lane))
    run_turn_locked (lane, G_MAXUINT);
  gst_edge_lane_schedule_locked (lane);
  g_mutex_unlock (&lane->lock);
}

/* TRUE: this thread ran an item instead of waiting. */
static gboolean
help_locked (GstEdgeLane *lane)
{
  if (!can_help_locked (lane))
    return FALSE;
  run_turn_locked (lane, 1);
  gst_edge_lane_schedule_locked (lane);
  return TRUE;
}

gboolean
gst_edge_lane_wait_or_help_locked (GstEdgeLane *lane, gint64 end_time)
{
  gboolean in_time = TRUE;

  if (help_locked (lane))
    return end_time < 0 || g_get_monotonic_time () < end_time;
  lane->n_waiting++;
  if (end_time < 0)
    g_cond_wait (&lane->changed, &lane->lock);
  else
    in_time = g_cond_wait_until (&lane->changed, &lane->lock, end_time);
  lane->n_waiting--;
  return in_time;
}

void
gst_edge_lane_wait_room_or_help_locked (GstEdgeLane *lane)
{
  gint64 interval_end;

  if (help_locked (lane))
    return;
  /* until then an item may leave and nobody tell, and that item may take for ever */
  interval_end = lane->room_told_at + ROOM_INTERVAL_US;
  lane->n_waiting_room++;
  if (g_get_monotonic_time () < interval_end)
    g_cond_wait_until (&lane->room, &lane->lock, interval_end);
  else
    g_cond_wait (&lane->room, &lane->lock);
  lane->n_waiting_room--;
}
