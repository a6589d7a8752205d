/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Named, process-wide pools of workers, the threads of one exclusive GThreadPool each. What they are given are lanes that
 * have something to do, never single items, so that what waits for a worker is bounded by the number of lanes. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

#define GST_EDGE_WORKER_POOL_DEFAULT "default"

typedef struct _GstEdgeWorkerPool GstEdgeWorkerPool;

/* Which fields of #GstEdgeWorkerPoolOptions a user of a pool asks for. */
typedef enum
{
  GST_EDGE_WORKER_POOL_MAX_WORKERS = 1 << 0,
  GST_EDGE_WORKER_POOL_MIN_WORKERS = 1 << 1,
  GST_EDGE_WORKER_POOL_AUTOSCALE = 1 << 2,
  GST_EDGE_WORKER_POOL_TARGET_WAIT = 1 << 3,
  GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES = 1 << 4,
} GstEdgeWorkerPoolFields;

/**
 * GstEdgeWorkerPoolOptions:
 * @fields: which of the others are asked for
 * @max_workers: number of workers, 0 = automatic (2 x online CPUs)
 * @min_workers: with @autoscale the number never falls below, 0 = automatic (1)
 * @autoscale: adapt the number of workers to what waits
 * @target_wait: with @autoscale: add a worker when lanes wait longer than this, in nanoseconds
 * @max_total_bytes: most bytes queued in all lanes of the pool together, 0 = no limit
 *
 * A pool belongs to everyone who names it. Who asks for a setting first decides; who does not ask takes it as it is;
 * who asks later for something else is told so and changes nothing.
 */
typedef struct
{
  guint fields;
  guint max_workers;
  guint min_workers;
  gboolean autoscale;
  GstClockTime target_wait;
  guint64 max_total_bytes;
} GstEdgeWorkerPoolOptions;

#define GST_EDGE_WORKER_POOL_DEFAULT_TARGET_WAIT (20 * GST_MSECOND)

/**
 * gst_edge_worker_pool_get:
 * @name: the pool's name
 * @max_workers: number of workers, 0 = does not matter (a new pool gets 2 x online CPUs). The first user that asks
 *   for a number decides; another number asked for later is not applied and is warned about in the log
 * @error: set when the threads could not be started
 *
 * Returns: (transfer full) (nullable): the process-wide pool of that name
 */
GST_EDGE_API GstEdgeWorkerPool *gst_edge_worker_pool_get (const gchar * name, guint max_workers, GError ** error);

/* The same with all settings. @refused: (out) (optional): the fields where another user's value stays. */
GST_EDGE_API GstEdgeWorkerPool *gst_edge_worker_pool_get_full (const gchar * name,
    const GstEdgeWorkerPoolOptions * options, GstEdgeWorkerPoolFields * refused, GError ** error);

GST_EDGE_API GstEdgeWorkerPool *gst_edge_worker_pool_ref (GstEdgeWorkerPool * pool);

/* The last one waits for the threads and frees the pool; safe on a worker of the pool. */
GST_EDGE_API void gst_edge_worker_pool_unref (GstEdgeWorkerPool * pool);

GST_EDGE_API const gchar *gst_edge_worker_pool_get_name (GstEdgeWorkerPool * pool);
GST_EDGE_API guint gst_edge_worker_pool_get_max_workers (GstEdgeWorkerPool * pool);

/* How many workers there are now, without those that stand in for workers that a paused pipeline holds. */
GST_EDGE_API guint gst_edge_worker_pool_get_workers (GstEdgeWorkerPool * pool);

/* The settings in force. */
GST_EDGE_API void gst_edge_worker_pool_get_options (GstEdgeWorkerPool * pool, GstEdgeWorkerPoolOptions * options);

/* (transfer full): "edge-pool-stats" with name, workers, max-workers, threads, busy, lanes, and summed over all lanes,
 * gone ones included: queued, capacity, in, out, processed (= out + errors), errors, dropped (all reasons),
 * dropped-new, dropped-old, dropped-gop, dropped-age, cancelled, wait-p50, wait-p99, run-p50, run-p99. A frame that
 * goes on in the pool after it was stored is counted once, and while it waits for that also in continuing. */
GST_EDGE_API GstStructure *gst_edge_worker_pool_get_stats (GstEdgeWorkerPool * pool);

/* "Worker pool default: Workers: 16, Queue: 45/1000, Processing: 12" in the log (category workerpool, INFO), unless
 * somebody wrote it less than @interval ago. */
GST_EDGE_API void gst_edge_worker_pool_log (GstEdgeWorkerPool * pool, GstClockTime interval);

G_END_DECLS
