/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A lane is one element's serial, bounded queue on a shared worker pool: what is submitted runs in order, one
 * worker at a time, while other lanes run in parallel. */

#pragma once

#include "queue/bounded-queue.h"
#include "stats/camera-record.h"
#include "work/worker-pool.h"

G_BEGIN_DECLS

typedef struct _GstEdgeLane GstEdgeLane;

/**
 * GstEdgeLaneRunFunc:
 * @data: (transfer full): what was submitted
 * @flags: #GstEdgeQueueItemFlags of the item
 * @user_data: of gst_edge_lane_new()
 *
 * Runs on a worker (or on a thread that helps while it waits, see gst_edge_lane_drain()), never twice at once for
 * one lane, with no lock held.
 *
 * Returns: TRUE when the work is done; FALSE when it failed, which is counted as an error, and the lane goes on;
 *   %GST_EDGE_LANE_CANCELLED when it was given up without trying, which is counted as cancelled
 */
typedef gint (*GstEdgeLaneRunFunc) (gpointer data, guint flags, gpointer user_data);

#define GST_EDGE_LANE_CANCELLED (-1)

/* Frees what will not run (dropped, flushed, cancelled); @reason as for a queue, or -1 when flushed or cancelled.
 * Any thread, no lock held. */
typedef void (*GstEdgeLaneDropFunc) (gpointer data, gint reason, gpointer user_data);

typedef enum
{
  GST_EDGE_LANE_ACCEPTED,
  GST_EDGE_LANE_DROPPED,        /* full and leaking: the drop function has been called with the item */
  GST_EDGE_LANE_FLUSHING,       /* refused: flushing, closed, or full and suspended; the drop function was called */
} GstEdgeLaneResult;

/* @name is for stats and logs. @pool is referenced. Without limits a lane takes 100 items and leaks upstream. */
GST_EDGE_API GstEdgeLane *gst_edge_lane_new (GstEdgeWorkerPool * pool, const gchar * name, GstEdgeLaneRunFunc run,
    GstEdgeLaneDropFunc drop, gpointer user_data);

/* A lane whose items have been in the pool before: a frame that was stored and goes on. The pool does not count them once
 * more among what waits, may wait, came and went, but says how many wait as "continuing". */
GST_EDGE_API GstEdgeLane *gst_edge_lane_new_continuation (GstEdgeWorkerPool * pool, const gchar * name,
    GstEdgeLaneRunFunc run, GstEdgeLaneDropFunc drop, gpointer user_data);

/* For one who calls a lane that its owner may free meanwhile: it stays valid, but refuses everything. */
GST_EDGE_API GstEdgeLane *gst_edge_lane_ref (GstEdgeLane * lane);
GST_EDGE_API void gst_edge_lane_unref (GstEdgeLane * lane);

/* Refuses new items, cancels the queued ones, waits for the running one and frees the lane. From the lane's own
 * run function it does not wait for itself. */
GST_EDGE_API void gst_edge_lane_free (GstEdgeLane * lane);

/* Whose frames run through the lane, for metrics; @camera must be in use until the lane is freed. Any thread. */
GST_EDGE_API void gst_edge_lane_set_camera (GstEdgeLane * lane, GstEdgeCameraRecord * camera);

GST_EDGE_API void gst_edge_lane_set_limits (GstEdgeLane * lane, const GstEdgeQueueLimits * limits);
GST_EDGE_API void gst_edge_lane_get_level (GstEdgeLane * lane, GstEdgeQueueLevel * level);

/* All that is queued, control items too. */
GST_EDGE_API guint gst_edge_lane_get_length (GstEdgeLane * lane);

/* Takes item->data in every case. Never blocks unless leaky is GST_EDGE_LEAKY_NO and @may_block is TRUE;
 * with may_block FALSE a full lane that is not leaky drops the item as new. */
GST_EDGE_API GstEdgeLaneResult gst_edge_lane_submit (GstEdgeLane * lane, const GstEdgeQueueItem * item,
    gboolean may_block);

/* TRUE: refuses items, cancels what is queued, wakes who waits. Does not wait for the running item.
 * FALSE: accepts again. */
GST_EDGE_API void gst_edge_lane_set_flushing (GstEdgeLane * lane, gboolean flushing);

/* TRUE: refuses items like flushing, but what is queued still runs. Set before a drain at the end; FALSE or the end of a
 * flush opens it again. */
GST_EDGE_API void gst_edge_lane_set_closed (GstEdgeLane * lane, gboolean closed);

/* TRUE: items stay where they are. New ones are accepted while there is room; who would wait for it is refused. */
GST_EDGE_API void gst_edge_lane_set_suspended (GstEdgeLane * lane, gboolean suspended);

/* Drops what is queued except control items, which still run. Returns: how many buffers that were. */
GST_EDGE_API guint gst_edge_lane_cancel (GstEdgeLane * lane);

/* Waits until nothing runs (only useful while flushing). */
GST_EDGE_API void gst_edge_lane_wait_idle (GstEdgeLane * lane);

/* Waits until everything submitted so far has run, at most @timeout microseconds (-1: for ever); a waiting
 * worker helps by running the lane's items itself, so that workers that wait for lanes cannot starve them. In the
 * lane's own run function it does not wait.
 * Returns: TRUE when the lane was empty and idle at some moment; FALSE on timeout or flush, and at once when it is not
 *   empty and suspended. */
GST_EDGE_API gboolean gst_edge_lane_drain (GstEdgeLane * lane, gint64 timeout);

/* Waits until @is_done returns TRUE, asked after each item that was run or dropped; a waiting worker helps. For one
 * who submitted a control item and needs its result. @is_done is called with a lock held and must be brief. */
GST_EDGE_API void gst_edge_lane_wait_until (GstEdgeLane * lane, gboolean (*is_done) (gpointer data), gpointer data);

/* TRUE: from now on a run function may not return before FALSE is set, because the pipeline is paused or prerolls.
 * The pool then replaces the worker that this lane holds, so that paused pipelines cannot starve the others: call
 * gst_edge_lane_may_be_held() in the run function before what may wait for the end of the pause. */
GST_EDGE_API void gst_edge_lane_set_paused (GstEdgeLane * lane, gboolean paused);
GST_EDGE_API void gst_edge_lane_may_be_held (GstEdgeLane * lane);

/* (transfer full): a structure of that @name with the counters of the lane, named as those of
 * gst_edge_worker_pool_get_stats(). */
GST_EDGE_API GstStructure *gst_edge_lane_get_stats (GstEdgeLane * lane, const gchar * name);

G_END_DECLS
