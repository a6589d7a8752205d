/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bounded FIFO that says what it accepted and what it dropped. Pure: no lock, no thread, no clock.
 * The caller holds its own lock around every call and frees what was dropped after releasing it. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/**
 * GstEdgeLeaky:
 * @GST_EDGE_LEAKY_NO: not leaky: a full queue makes the producer wait
 * @GST_EDGE_LEAKY_UPSTREAM: leaky on upstream: a full queue drops the new buffer
 * @GST_EDGE_LEAKY_DOWNSTREAM: leaky on downstream: a full queue drops the oldest buffer, the latest frame wins
 *
 * Where a full queue leaks; the meaning and the nicks are those of the `queue` element.
 */
typedef enum
{
  GST_EDGE_LEAKY_NO,
  GST_EDGE_LEAKY_UPSTREAM,
  GST_EDGE_LEAKY_DOWNSTREAM,
} GstEdgeLeaky;

/**
 * GstEdgeQueueItemFlags:
 * @GST_EDGE_QUEUE_ITEM_DELTA: cannot be decoded without the buffers before it
 * @GST_EDGE_QUEUE_ITEM_CONTROL: an event or query: takes no room, is never dropped by a leak, keeps its place
 * @GST_EDGE_QUEUE_ITEM_DISCONT: set by the queue: something was dropped between this item and the one before
 * @GST_EDGE_QUEUE_ITEM_DROPPABLE: nothing depends on it: when it is dropped, the delta units after it stay decodable
 */
typedef enum
{
  GST_EDGE_QUEUE_ITEM_DELTA = 1 << 0,
  GST_EDGE_QUEUE_ITEM_CONTROL = 1 << 1,
  GST_EDGE_QUEUE_ITEM_DISCONT = 1 << 2,
  GST_EDGE_QUEUE_ITEM_DROPPABLE = 1 << 3,
} GstEdgeQueueItemFlags;

/**
 * GstEdgeQueueItem:
 * @data: what is queued; the queue never looks at it
 * @flags: #GstEdgeQueueItemFlags
 * @bytes: size that counts against max-size-bytes
 * @start: running time at which the item begins, or GST_CLOCK_TIME_NONE
 * @end: running time at which it ends, or GST_CLOCK_TIME_NONE
 * @queued_at: monotonic time in microseconds (g_get_monotonic_time()) at which the caller queued it
 * @n_buffers: how many buffers it stands for (a buffer list); 0 is 1
 */
typedef struct
{
  gpointer data;
  guint flags;
  guint64 bytes;
  GstClockTime start;
  GstClockTime end;
  gint64 queued_at;
  guint n_buffers;
} GstEdgeQueueItem;

/* How many buffers @item counts for: 0 for control items. */
static inline guint
gst_edge_queue_item_get_n_buffers (const GstEdgeQueueItem * item)
{
  if (item->flags & GST_EDGE_QUEUE_ITEM_CONTROL)
    return 0;
  return item->n_buffers == 0 ? 1 : item->n_buffers;
}

typedef enum
{
  GST_EDGE_DROP_NEW,            /* the queue was full and leaks upstream */
  GST_EDGE_DROP_OLD,            /* the queue was full and leaks downstream */
  GST_EDGE_DROP_GOP,            /* undecodable because a buffer before it was dropped */
  GST_EDGE_DROP_AGE,            /* waited longer than max_age */
  GST_EDGE_N_DROP_REASONS
} GstEdgeDropReason;

/* What leaves a queue other than through its head. */
typedef struct
{
  GstEdgeQueueItem item;
  GstEdgeDropReason reason;
} GstEdgeDroppedItem;

/**
 * GstEdgeQueueLimits:
 * @max_buffers: most buffers, 0 = no limit
 * @max_bytes: most bytes, 0 = no limit
 * @max_time: longest stretch of running time in nanoseconds, 0 = no limit
 * @max_age: longest wait in microseconds, 0 = no limit; enforced when the item is popped
 * @leaky: what happens when a limit is reached
 *
 * @max_buffers and @max_bytes are never exceeded, with one exception: a single item larger than a limit is accepted
 * by an empty queue, as it could never pass otherwise. @max_time is reached when the running time between the start of
 * the oldest and the end of the newest buffer is that long, as on `queue`.
 */
typedef struct
{
  guint max_buffers;
  guint64 max_bytes;
  GstClockTime max_time;
  gint64 max_age;
  GstEdgeLeaky leaky;
} GstEdgeQueueLimits;

typedef struct
{
  guint buffers;
  guint64 bytes;
  GstClockTime time;
} GstEdgeQueueLevel;

typedef enum
{
  GST_EDGE_QUEUE_ACCEPTED,
  GST_EDGE_QUEUE_DROPPED,       /* the new item is the last entry of @dropped */
  GST_EDGE_QUEUE_FULL,          /* leaky=no: nothing happened; wait for room, then push again */
} GstEdgeQueueResult;

typedef struct _GstEdgeQueue GstEdgeQueue;

GST_EDGE_API GstEdgeQueue *gst_edge_queue_new (void);
GST_EDGE_API void gst_edge_queue_free (GstEdgeQueue * queue);   /* must be empty */

/* Takes effect with the next push or pop; shrinking drops nothing by itself. */
GST_EDGE_API void gst_edge_queue_set_limits (GstEdgeQueue * queue, const GstEdgeQueueLimits * limits);
GST_EDGE_API void gst_edge_queue_get_limits (GstEdgeQueue * queue, GstEdgeQueueLimits * limits);

/* @dropped: (inout): an array of GstEdgeDroppedItem, created when NULL and something is dropped. The caller owns
 * it and every item->data in it. With GST_EDGE_QUEUE_ACCEPTED it may hold older items that had to leave. */
GST_EDGE_API GstEdgeQueueResult gst_edge_queue_push (GstEdgeQueue * queue, const GstEdgeQueueItem * item,
    GArray ** dropped);

/* Tells the queue that the caller dropped a buffer instead of pushing it (after GST_EDGE_QUEUE_FULL): the next one gets
 * DISCONT, and delta units that depend on @item will be dropped. */
GST_EDGE_API void gst_edge_queue_skip (GstEdgeQueue * queue, const GstEdgeQueueItem * item);

/* Takes the oldest item that is not older than max_age at @now (monotonic microseconds). FALSE when none is left;
 * what was too old is in @dropped. */
GST_EDGE_API gboolean gst_edge_queue_pop (GstEdgeQueue * queue, gint64 now, GstEdgeQueueItem * item,
    GArray ** dropped);

/* Makes the oldest buffer leave (for budgets shared by several queues); FALSE when the queue holds none.
 * Follows the rule of keyframes, so more than one item may end in @dropped. */
GST_EDGE_API gboolean gst_edge_queue_drop_oldest (GstEdgeQueue * queue, GArray ** dropped);

/* Takes the oldest buffer, past control items, whatever its age: for cancelling what is left of a stream while its
 * events still go out. FALSE when there is none. */
GST_EDGE_API gboolean gst_edge_queue_cancel_one (GstEdgeQueue * queue, GstEdgeQueueItem * item);

/* Takes the oldest item whatever its age: for flushing. Also forgets pending DISCONT and keyframe waits
 * once the queue is empty. */
GST_EDGE_API gboolean gst_edge_queue_flush_one (GstEdgeQueue * queue, GstEdgeQueueItem * item);

GST_EDGE_API guint gst_edge_queue_get_length (GstEdgeQueue * queue);    /* buffers and control items */
GST_EDGE_API void gst_edge_queue_get_level (GstEdgeQueue * queue, GstEdgeQueueLevel * level);
GST_EDGE_API gboolean gst_edge_queue_is_full (GstEdgeQueue * queue);

/* The bytes of the level, from any thread and without the caller's lock. */
GST_EDGE_API guint64 gst_edge_queue_read_bytes (GstEdgeQueue * queue);

/* At most half of every limit is used up, or nothing is left: a good moment to wake a producer that waits, which would
 * otherwise run and stop again for each single item. */
GST_EDGE_API gboolean gst_edge_queue_is_half_empty (GstEdgeQueue * queue);

/* The monotonic time at which the oldest item was queued, or -1. */
GST_EDGE_API gint64 gst_edge_queue_peek_queued_at (GstEdgeQueue * queue);

G_END_DECLS
