/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What lanes need from their pool, and the files of the pool from each other.
 *
 * Locks, in the order in which they are taken: that of all camera records (when a lane goes), registry, pool, census or
 * lane, ready queue, ticker. Of the pool, a lane calls only gst_edge_worker_pool_schedule() with its lock held. Who
 * holds the census waits for no lane: it is what those take who only look on. */

#pragma once

#include "work/autoscale.h"
#include "work/cpu-load.h"
#include "work/ready-queue.h"
#include "work/ticker.h"
#include "work/work-stats.h"
#include "work/worker-pool.h"

G_BEGIN_DECLS

struct _GstEdgeLane;

struct _GstEdgeWorkerPool
{
  guint n_users;                /* registry lock: with the last one its threads end, and it has no name any more */
  guint n_refs;                 /* atomic: the users together, each lane, each worker */
  gchar *name;                  /* const */
  GThreadPool *threads;         /* const; exclusive; each of its tasks is a worker */

  GMutex lock;
  GstEdgeWorkerPoolOptions options;     /* lock */
  guint n_tasks;                /* lock: pushed to @threads and not told to leave */
  guint workers;                /* lock to write, atomic: how many there should be, without replacements */
  guint max_workers;            /* lock to write, atomic: as @options say */
  gint n_held;                  /* lock: workers that a paused pipeline holds and that were replaced */
  GMutex census;
  GPtrArray *lanes;             /* lock and census to write, one of them to read: of GstEdgeLane, not owned */
  GstEdgeWorkStats gone;        /* lock and census to write, one of them to read: of lanes that were removed */
  gint64 logged_at;             /* lock */

  GstEdgeReadyQueue ready;      /* of GstEdgeLane: those that wait for a worker */
  guint n_busy;                 /* atomic: workers that run a lane */

  /* autoscale */
  gboolean autoscale;           /* atomic, written once */
  guint peak_busy;              /* atomic: most of n_busy since the last tick */
  gint64 longest_wait;          /* atomic: of a lane for a worker since the last tick, microseconds */
  GstEdgeTick *scale_tick;      /* lock */
  GstEdgeAutoscale scale;       /* ticker thread */
  GstEdgeCpuLoad cpu_load;      /* ticker thread */

  /* budget */
  guint64 max_total_bytes;      /* atomic, written once; 0 = no budget */
  guint64 total_bytes;          /* atomic: of all lanes, while there is a budget */
  guint n_awaiting_budget;      /* atomic: threads that wait for room in it */
};

/* Takes a reference of @lane and gives it to the next free worker. */
G_GNUC_INTERNAL void gst_edge_worker_pool_schedule (GstEdgeWorkerPool * pool, struct _GstEdgeLane *lane);

/* TRUE when a lane waits for a worker: the others should be brief. */
static inline gboolean
gst_edge_worker_pool_has_ready (GstEdgeWorkerPool * pool)
{
  return gst_edge_ready_queue_get_length (&pool->ready) > 0;
}

/* Adds one worker for one that will be held for as long as a pipeline is paused, and takes it away again. */
G_GNUC_INTERNAL void gst_edge_worker_pool_replace_held (GstEdgeWorkerPool * pool, gboolean held);

/* A lane is a user of its pool until its owner frees it. The memory stays for as long as the lane. */
G_GNUC_INTERNAL void gst_edge_worker_pool_add_lane (GstEdgeWorkerPool * pool, struct _GstEdgeLane *lane);
G_GNUC_INTERNAL void gst_edge_worker_pool_remove_lane (GstEdgeWorkerPool * pool, struct _GstEdgeLane *lane);
G_GNUC_INTERNAL void gst_edge_worker_pool_release (GstEdgeWorkerPool * pool);

/* worker-pool.c */
G_GNUC_INTERNAL guint gst_edge_worker_pool_get_max_workers_locked (GstEdgeWorkerPool * pool);
G_GNUC_INTERNAL void gst_edge_worker_pool_resize_locked (GstEdgeWorkerPool * pool, guint workers);

/* worker-pool-scale.c: watches the pool from now on. FALSE: the thread that does could not be started. */
G_GNUC_INTERNAL gboolean gst_edge_worker_pool_start_scaling_locked (GstEdgeWorkerPool * pool, GError ** error);
G_GNUC_INTERNAL void gst_edge_worker_pool_stop_scaling (GstEdgeWorkerPool * pool);

/* For the registry. */
G_GNUC_INTERNAL GstEdgeWorkerPool *gst_edge_worker_pool_new (const gchar * name,
    const GstEdgeWorkerPoolOptions * options, GError ** error);
G_GNUC_INTERNAL void gst_edge_worker_pool_shut_down (GstEdgeWorkerPool * pool);
G_GNUC_INTERNAL GstEdgeWorkerPoolFields gst_edge_worker_pool_merge_options (GstEdgeWorkerPool * pool,
    const GstEdgeWorkerPoolOptions * options);

/* @past: (nullable): what pools of that name counted that are gone */
typedef void (*GstEdgeWorkerPoolFunc) (GstEdgeWorkerPool * pool, const GstEdgeWorkStats * past, gpointer user_data);

/* Calls @func, which must be brief, for each pool; none comes or goes meanwhile. */
G_GNUC_INTERNAL void gst_edge_worker_pools_foreach (GstEdgeWorkerPoolFunc func, gpointer user_data);

/* The category "workerpool", which the element shares. */
G_GNUC_INTERNAL GstDebugCategory *gst_edge_work_get_debug_category (void);

G_END_DECLS
