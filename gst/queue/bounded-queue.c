/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bounded FIFO that leaks like `queue` does, but only along keyframes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/base/gstqueuearray.h>

#include "queue/bounded-queue.h"
#include "stats/counter.h"

#define INITIAL_SIZE 16

struct _GstEdgeQueue
{
  GstQueueArray *items;         /* of GstEdgeQueueItem */
  GstEdgeQueueLimits limits;

  guint n_buffers;
  guint64 n_bytes;              /* a counter: read without the caller's lock */
  GstClockTime tail_time;       /* running time where the newest buffer ends */

  gboolean tail_discont;        /* the next buffer follows something that was dropped */
  gboolean tail_broken;         /* delta units cannot be decoded until a keyframe comes */
};

GstEdgeQueue *
gst_edge_queue_new (void)
{
  GstEdgeQueue *queue = g_new0 (GstEdgeQueue, 1);

  queue->items =
      gst_queue_array_new_for_struct (sizeof (GstEdgeQueueItem), INITIAL_SIZE);
  queue->tail_time = GST_CLOCK_TIME_NONE;
  return queue;
}

void
gst_edge_queue_free (GstEdgeQueue *queue)
{
  g_return_if_fail (gst_queue_array_is_empty (queue->items));

  gst_queue_array_free (queue->items);
  g_free (queue);
}

void
gst_edge_queue_set_limits (GstEdgeQueue *queue, const GstEdgeQueueLimits *limits)
{
  queue->limits = *limits;
}

void
gst_edge_queue_get_limits (GstEdgeQueue *queue, GstEdgeQueueLimits *limits)
{
  *limits = queue->limits;
}

static inline gboolean
is_control (const GstEdgeQueueItem *item)
{
  return (item->flags & GST_EDGE_QUEUE_ITEM_CONTROL) != 0;
}

static inline gboolean
is_delta (const GstEdgeQueueItem *item)
{
  return (item->flags & GST_EDGE_QUEUE_ITEM_DELTA) != 0;
}

/* Losing @item makes the delta units after it undecodable. */
static inline gboolean
is_depended_on (const GstEdgeQueueItem *item)
{
  return (item->flags & GST_EDGE_QUEUE_ITEM_DROPPABLE) == 0;
}

static inline GstEdgeQueueItem *
peek_nth (GstEdgeQueue *queue, guint index)
{
  return gst_queue_array_peek_nth_struct (queue->items, index);
}

/* Index of the first buffer at or after @index, or the length of the queue. Control items in between are few. */
static guint
find_buffer (GstEdgeQueue *queue, guint index)
{
  guint length = gst_queue_array_get_length (queue->items);

  while (index < length && is_control (peek_nth (queue, index)))
    index++;
  return index;
}

static void
subtract (GstEdgeQueue *queue, const GstEdgeQueueItem *item)
{
  if (is_control (item))
    return;
  queue->n_buffers -= gst_edge_queue_item_get_n_buffers (item);
  GST_EDGE_COUNTER_SUB (queue->n_bytes, item->bytes);
}

/* Takes out the buffer at @index: the control items in front of it move up by one, their order and place
 * before the buffers that stay are kept. Costs as many copies as there are control items. */
static GstEdgeQueueItem
take_nth (GstEdgeQueue *queue, guint index)
{
  GstEdgeQueueItem item = *peek_nth (queue, index);

  for (; index > 0; index--)
    *peek_nth (queue, index) = *peek_nth (queue, index - 1);
  gst_queue_array_pop_head_struct (queue->items);
  subtract (queue, &item);
  return item;
}

static void
add_dropped (GArray **dropped, const GstEdgeQueueItem *item, GstEdgeDropReason reason)
{
  GstEdgeDroppedItem entry = { *item, reason };

  if (*dropped == NULL)
    *dropped = g_array_new (FALSE, FALSE, sizeof (GstEdgeDroppedItem));
  g_array_append_val (*dropped, entry);
}

/* Takes out the oldest buffer, at @index, and the delta units that depended on it, up to the next keyframe. */
static void
drop_buffer_at (GstEdgeQueue *queue, guint index, GstEdgeDropReason reason, GArray **dropped)
{
  GstEdgeQueueItem item = take_nth (queue, index);
  gboolean broken = is_depended_on (&item);
  guint length = gst_queue_array_get_length (queue->items);

  add_dropped (dropped, &item, reason);

  while ((index = find_buffer (queue, index)) < length) {
    GstEdgeQueueItem *next = peek_nth (queue, index);

    if (!broken || !is_delta (next)) {
      next->flags |= GST_EDGE_QUEUE_ITEM_DISCONT;
      return;
    }
    item = take_nth (queue, index);
    length--;
    add_dropped (dropped, &item, GST_EDGE_DROP_GOP);
  }
  queue->tail_discont = TRUE;
  queue->tail_broken |= broken;
}

static GstClockTime
get_time_level (GstEdgeQueue *queue)
{
  GstClockTime start;

  if (queue->n_buffers == 0)
    return 0;
  start = peek_nth (queue, find_buffer (queue, 0))->start;
  if (!GST_CLOCK_TIME_IS_VALID (start)
      || !GST_CLOCK_TIME_IS_VALID (queue->tail_time)
      || queue->tail_time < start)
    return 0;
  return queue->tail_time - start;
}

/* Whether @n_buffers and @n_bytes more go beyond a limit. */
static gboolean
has_no_room_for (GstEdgeQueue *queue, guint n_buffers, guint64 n_bytes)
{
  const GstEdgeQueueLimits *limits = &queue->limits;

  if (queue->n_buffers == 0)
    return FALSE;
  if (limits->max_buffers > 0
      && queue->n_buffers + n_buffers > limits->max_buffers)
    return TRUE;
  if (limits->max_bytes > 0 && queue->n_bytes + n_bytes > limits->max_bytes)
    return TRUE;
  return limits->max_time > 0 && get_time_level (queue) >= limits->max_time;
}

static void
append (GstEdgeQueue *queue, const GstEdgeQueueItem *item)
{
  GstEdgeQueueItem copy = *item;

  copy.flags &= ~GST_EDGE_QUEUE_ITEM_DISCONT;
  if (!is_control (item)) {
    if (queue->tail_discont)
      copy.flags |= GST_EDGE_QUEUE_ITEM_DISCONT;
    queue->tail_discont = FALSE;
    queue->tail_broken = FALSE;

    /* without a timestamp it goes on where the one before ended, as on `queue` */
    if (!GST_CLOCK_TIME_IS_VALID (copy.start))
      copy.start = queue->tail_time;
    queue->tail_time =
        GST_CLOCK_TIME_IS_VALID (copy.end) ? copy.end : copy.start;
    queue->n_buffers += gst_edge_queue_item_get_n_buffers (item);
    GST_EDGE_COUNTER_ADD (queue->n_bytes, copy.bytes);
  }
  gst_queue_array_push_tail_struct (queue->items, &copy);
}

void
gst_edge_queue_skip (GstEdgeQueue *queue, const GstEdgeQueueItem *item)
{
  queue->tail_discont = TRUE;
  queue->tail_broken |= is_depended_on (item);
}

static GstEdgeQueueResult
drop_new (GstEdgeQueue *queue, const GstEdgeQueueItem *item, GstEdgeDropReason reason, GArray **dropped)
{
  gst_edge_queue_skip (queue, item);
  add_dropped (dropped, item, reason);
  return GST_EDGE_QUEUE_DROPPED;
}

GstEdgeQueueResult
gst_edge_queue_push (GstEdgeQueue *queue, const GstEdgeQueueItem *item, GArray **dropped)
{
  guint n_buffers = gst_edge_queue_item_get_n_buffers (item);

  if (is_control (item)) {
    append (queue, item);
    return GST_EDGE_QUEUE_ACCEPTED;
  }
  /* what cannot be decoded must not push out what can */
  if (queue->tail_broken && is_delta (item))
    return drop_new (queue, item, GST_EDGE_DROP_GOP, dropped);

  while (has_no_room_for (queue, n_buffers, item->bytes)) {
    if (queue->limits.leaky == GST_EDGE_LEAKY_NO)
      return GST_EDGE_QUEUE_FULL;
    if (queue->limits.leaky == GST_EDGE_LEAKY_UPSTREAM)
      return drop_new (queue, item, GST_EDGE_DROP_NEW, dropped);
    gst_edge_queue_drop_oldest (queue, dropped);
  }
  /* the leak above may have taken what this one depends on */
  if (queue->tail_broken && is_delta (item))
    return drop_new (queue, item, GST_EDGE_DROP_GOP, dropped);

  append (queue, item);
  return GST_EDGE_QUEUE_ACCEPTED;
}

gboolean
gst_edge_queue_pop (GstEdgeQueue *queue, gint64 now, GstEdgeQueueItem *item, GArray **dropped)
{
  GstEdgeQueueItem *head;

  while ((head = gst_queue_array_peek_head_struct (queue->items)) != NULL) {
    if (is_control (head) || queue->limits.max_age <= 0
        || now - head->queued_at <= queue->limits.max_age) {
      *item = *head;
      gst_queue_array_pop_head_struct (queue->items);
      subtract (queue, item);
      return TRUE;
    }
    drop_buffer_at (queue, 0, GST_EDGE_DROP_AGE, dropped);
  }
  return FALSE;
}

gboolean
gst_edge_queue_drop_oldest (GstEdgeQueue *queue, GArray **dropped)
{
  if (queue->n_buffers == 0)
    return FALSE;
  drop_buffer_at (queue, find_buffer (queue, 0), GST_EDGE_DROP_OLD, dropped);
  return TRUE;
}

gboolean
gst_edge_queue_cancel_one (GstEdgeQueue *queue, GstEdgeQueueItem *item)
{
  if (queue->n_buffers == 0)
    return FALSE;
  *item = take_nth (queue, find_buffer (queue, 0));
  gst_edge_queue_skip (queue, item);
  return TRUE;
}

gboolean
gst_edge_queue_flush_one (GstEdgeQueue *queue, GstEdgeQueueItem *item)
{
  GstEdgeQueueItem *head = gst_queue_array_pop_head_struct (queue->items);

  if (head != NULL) {
    *item = *head;
    subtract (queue, item);
  }
  if (gst_queue_array_is_empty (queue->items)) {
    queue->tail_discont = FALSE;
    queue->tail_broken = FALSE;
    queue->tail_time = GST_CLOCK_TIME_NONE;
  }
  return head != NULL;
}

guint
gst_edge_queue_get_length (GstEdgeQueue *queue)
{
  return gst_queue_array_get_length (queue->items);
}

void
gst_edge_queue_get_level (GstEdgeQueue *queue, GstEdgeQueueLevel *level)
{
  level->buffers = queue->n_buffers;
  level->bytes = queue->n_bytes;
  level->time = get_time_level (queue);
}

guint64
gst_edge_queue_read_bytes (GstEdgeQueue *queue)
{
  return GST_EDGE_COUNTER_GET (queue->n_bytes);
}

gboolean
gst_edge_queue_is_full (GstEdgeQueue *queue)
{
  return has_no_room_for (queue, 1, 1);
}

gboolean
gst_edge_queue_is_half_empty (GstEdgeQueue *queue)
{
  const GstEdgeQueueLimits *limits = &queue->limits;

  if (queue->n_buffers == 0)
    return TRUE;
  return (limits->max_buffers == 0 || queue->n_buffers <= limits->max_buffers / 2)
      && (limits->max_bytes == 0 || queue->n_bytes <= limits->max_bytes / 2)
      && (limits->max_time == 0 || get_time_level (queue) <= limits->max_time / 2);
}

gint64
gst_edge_queue_peek_queued_at (GstEdgeQueue *queue)
{
  GstEdgeQueueItem *head = gst_queue_array_peek_head_struct (queue->items);

  return head != NULL ? head->queued_at : -1;
}
