/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the pool calls on a lane, and the files of the lane share. */

#pragma once

#include "stats/camera-record.h"
#include "stats/counter.h"
#include "work/lane.h"
#include "work/work-stats.h"
#include "work/worker-pool-private.h"

G_BEGIN_DECLS

struct _GstEdgeLane
{
  guint ref_count;              /* atomic: the owner, each turn that waits for a worker */
  GstEdgeWorkerPool *pool;      /* const */
  gchar *name;                  /* const */
  GstEdgeLaneRunFunc run;       /* const */
  GstEdgeLaneDropFunc drop;     /* const */
  gpointer user_data;           /* const */
  GstEdgeCameraRecord *camera;  /* atomic: whose frames it has; nullable */
  gboolean ordered;             /* const: one item at a time, in order */
  gboolean continuation;        /* const: its items have been in the pool before */
  guint parallel;               /* const: how many workers may run it at once */

  GMutex lock;
  GCond changed;                /* an item is done, a turn ended, what is accepted or run */
  GCond room;                   /* the same, and items left the queue */
  GstEdgeQueue *queue;          /* lock */
  GArray *spare;                /* lock: empty array for what the next push drops */
  guint n_waiting;              /* lock: threads that wait for @changed */
  guint n_waiting_room;         /* lock: threads that wait for @room */
  gint64 room_told_at;          /* lock: monotonic time */
  guint n_scheduled;            /* lock: turns that wait for a worker */
  guint n_running;              /* lock: threads in a turn */
  guint n_dropping;             /* lock: threads that call @drop */
  gboolean flushing;            /* lock */
  gboolean closed;              /* lock: accepts nothing, runs what is queued */
  gboolean freed;               /* lock: the owner is gone */
  gboolean suspended;           /* lock */
  gboolean paused;              /* lock to write, atomic */
  gboolean held;                /* lock: the pool has replaced a worker for it */

  gint runner;                  /* atomic: thread id of the last one in a turn, 0 = none */
  gint64 ready_since;           /* atomic: monotonic time at which it began to wait for a worker, 0 = does not */

  guint64 bytes;                /* atomic: what it holds of the budget of the pool, with what is reserved */
  guint64 reserved;             /* atomic: what pushes on their way have reserved */
  gboolean leaks;               /* atomic: it may give some of it back */
  guint n_awaiting_budget;      /* lock: threads that wait for room in the budget */

  guint capacity;               /* atomic: of the queue, 0 = no limit */
  GstEdgeWorkStats stats;       /* lock to write: counters; the histograms are atomic */
};

/* A turn of @lane: some of its items, then back to the end of the line. On a worker, no lock held. */
G_GNUC_INTERNAL void gst_edge_lane_work (GstEdgeLane * lane);

/* A lane without order, on as many workers as there are. */
G_GNUC_INTERNAL GstEdgeLane *gst_edge_lane_new_unordered (GstEdgeWorkerPool * pool, const gchar * name,
    GstEdgeLaneRunFunc run, GstEdgeLaneDropFunc drop, gpointer user_data);

/* Whether this thread would wait for itself: it runs an item of this ordered lane, nobody else can. */
G_GNUC_INTERNAL gboolean gst_edge_lane_is_own (GstEdgeLane * lane);

/* Exact: takes the lock. */
G_GNUC_INTERNAL void gst_edge_lane_get_work_stats (GstEdgeLane * lane, GstEdgeWorkStats * stats);

/* For those who look on from outside: waits for nobody. */
G_GNUC_INTERNAL void gst_edge_lane_read_work_stats (GstEdgeLane * lane, GstEdgeWorkStats * stats);

/* What @stats of a lane say about the frames of its camera. */
G_GNUC_INTERNAL void gst_edge_work_stats_to_counts (const GstEdgeWorkStats * stats, GstEdgeStageCounts * counts);

/* Adds the @stats of the lane to a @sum over all lanes of the pool. */
static inline void
gst_edge_lane_add_to_sum (const GstEdgeLane * lane, const GstEdgeWorkStats * stats, GstEdgeWorkStats * sum)
{
  if (lane->continuation)
    sum->continuing += stats->queued;
  else
    gst_edge_work_stats_add (sum, stats);
}

/* lane-run.c */

/* When there is something to run and nobody for it, gives the lane to the next free worker. With the lock held, so that
 * whoever frees the lane, and with it maybe the pool, comes before or after this. */
G_GNUC_INTERNAL void gst_edge_lane_schedule_locked (GstEdgeLane * lane);

/* Waits for a change of the lane, or runs one of its items when this thread is a worker and nobody else does.
 * FALSE: monotonic @end_time passed (-1: never). */
G_GNUC_INTERNAL gboolean gst_edge_lane_wait_or_help_locked (GstEdgeLane * lane, gint64 end_time);
G_GNUC_INTERNAL void gst_edge_lane_wait_room_or_help_locked (GstEdgeLane * lane);

/* Whether this thread is in a run function of the lane, and waiting for the lane to be idle would never end. */
G_GNUC_INTERNAL guint gst_edge_lane_count_own_turns (GstEdgeLane * lane);

/* Counts @dropped and gives it to the drop function, with the lock released meanwhile. Takes the array. */
G_GNUC_INTERNAL void gst_edge_lane_free_dropped_locked (GstEdgeLane * lane, GArray * dropped);

/* byte-budget.c: what the lanes of a pool hold together. */

typedef enum
{
  GST_EDGE_BUDGET_GRANTED,
  GST_EDGE_BUDGET_REFUSED,
  GST_EDGE_BUDGET_FLUSHING,
} GstEdgeBudgetResult;

/* Makes room for @bytes more, at the expense of the fullest lane; a lane that must not leak waits for it if it may.
 * No lock held. */
G_GNUC_INTERNAL GstEdgeBudgetResult gst_edge_lane_reserve_budget (GstEdgeLane * lane, guint64 bytes,
    gboolean may_block);

/* The push is over that reserved @bytes. */
G_GNUC_INTERNAL void gst_edge_lane_release_budget_locked (GstEdgeLane * lane, guint64 bytes);

/* After each change of the queue: corrects what is reserved to what is there. TRUE: somebody waits for what became
 * free; call gst_edge_worker_pool_wake_budget() with no lock held. */
G_GNUC_INTERNAL gboolean gst_edge_lane_settle_budget_locked (GstEdgeLane * lane);
G_GNUC_INTERNAL void gst_edge_worker_pool_wake_budget (GstEdgeWorkerPool * pool);

static inline gboolean
gst_edge_lane_has_budget (GstEdgeLane * lane)
{
  return __atomic_load_n (&lane->pool->max_total_bytes, __ATOMIC_RELAXED) > 0;
}

static inline void
gst_edge_lane_signal_locked (GstEdgeLane * lane)
{
  if (lane->n_waiting > 0)
    g_cond_broadcast (&lane->changed);
}

static inline void
gst_edge_lane_signal_all_locked (GstEdgeLane * lane)
{
  gst_edge_lane_signal_locked (lane);
  if (lane->n_waiting_room > 0)
    g_cond_broadcast (&lane->room);
}

G_END_DECLS
