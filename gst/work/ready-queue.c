/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lanes that are ready, and workers that sleep or doze. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/ready-queue.h"

/* So many items at once are worth shaking it. */
#define DOZE_LENGTH 8

/* So many items on average must be there after a doze. A timer costs as much as waking somebody, so below one it costs
 * more than it saves (measured). */
#define DOZE_WORTH 1.2

/* The rate is counted over at least this long. */
#define COUNT_US (10 * 1000)

/* How often the one that stands by looks. */
#define STAND_BY_US (10 * 1000)

/* What is left for the same worker to do after the item that it takes: others are called when it is more than this. */
#define SHORT_US 200

/* A worker that was held up for long says no more about the next items than this. */
#define LONG_US (10 * 1000)

void
gst_edge_ready_queue_init (GstEdgeReadyQueue *queue)
{
  g_mutex_init (&queue->lock);
  g_cond_init (&queue->wake);
  g_cond_init (&queue->shake);
  queue->items = gst_queue_array_new (16);
}

void
gst_edge_ready_queue_clear (GstEdgeReadyQueue *queue)
{
  gst_queue_array_free (queue->items);
  g_cond_clear (&queue->shake);
  g_cond_clear (&queue->wake);
  g_mutex_clear (&queue->lock);
}

static gboolean
call_one_locked (GstEdgeReadyQueue *queue)
{
  if (queue->n_sleeping <= queue->n_called)
    return FALSE;
  queue->n_called++;
  return TRUE;
}

void
gst_edge_ready_queue_put (GstEdgeReadyQueue *queue, gpointer item)
{
  gboolean shake = FALSE, wake = FALSE;

  g_mutex_lock (&queue->lock);
  gst_queue_array_push_tail (queue->items, item);
  __atomic_store_n (&queue->length, queue->length + 1, __ATOMIC_RELAXED);
  queue->n_put++;
  if (queue->dozing)
    shake = queue->length == DOZE_LENGTH;
  else
    wake = call_one_locked (queue);
  g_mutex_unlock (&queue->lock);

  /* without the lock, or who wakes up would run into it */
  if (shake)
    g_cond_signal (&queue->shake);
  if (wake)
    g_cond_signal (&queue->wake);
}

static gpointer
pop_locked (GstEdgeReadyQueue *queue)
{
  if (queue->length == 0)
    return NULL;
  __atomic_store_n (&queue->length, queue->length - 1, __ATOMIC_RELAXED);
  return gst_queue_array_pop_head (queue->items);
}

static void
count_locked (GstEdgeReadyQueue *queue, gint64 now)
{
  gint64 elapsed = now - queue->counted_at;

  if (elapsed < COUNT_US)
    return;
  queue->busy = (gdouble) queue->n_put * GST_EDGE_READY_QUEUE_DOZE >=
      DOZE_WORTH * (gdouble) elapsed;
  queue->n_put = 0;
  queue->counted_at = now;
}

static void
doze_locked (GstEdgeReadyQueue *queue, gint64 now)
{
  queue->dozing = TRUE;
  g_cond_wait_until (&queue->shake, &queue->lock, now + GST_EDGE_READY_QUEUE_DOZE);
  queue->dozing = FALSE;
}

static void
sleep_locked (GstEdgeReadyQueue *queue, gint64 now)
{
  gboolean stand_by = queue->busy && !queue->standing_by;

  queue->n_sleeping++;
  if (stand_by) {
    queue->standing_by = TRUE;
    g_cond_wait_until (&queue->wake, &queue->lock, now + STAND_BY_US);
    queue->standing_by = FALSE;
  } else {
    g_cond_wait (&queue->wake, &queue->lock);
  }
  queue->n_sleeping--;
  queue->n_called -= queue->n_called > 0;
}

static void
wait_locked (GstEdgeReadyQueue *queue)
{
  gint64 now = g_get_monotonic_time ();

  count_locked (queue, now);
  if (!queue->busy || queue->dozing) {
    sleep_locked (queue, now);
    return;
  }
  if (!queue->standing_by && call_one_locked (queue))
    g_cond_signal (&queue->wake);
  doze_locked (queue, now);
}

/* Whether the worker that has just taken an item can see to the others after that, instead of somebody else now. */
static gboolean
can_wait_locked (GstEdgeReadyQueue *queue)
{
  if (queue->length == 0 || queue->dozing || queue->n_called > 0)
    return TRUE;
  return queue->standing_by && queue->length * queue->work_us < SHORT_US;
}

gpointer
gst_edge_ready_queue_take (GstEdgeReadyQueue *queue, gint64 *took_at)
{
  gint64 now = g_get_monotonic_time ();
  gpointer item = NULL;
  gboolean wake = FALSE;

  g_mutex_lock (&queue->lock);
  if (*took_at > 0)
    queue->work_us += ((gdouble) MIN (now - *took_at, LONG_US) - queue->work_us) / 8;
  while (queue->n_leaving == 0 && (item = pop_locked (queue)) == NULL) {
    wait_locked (queue);
    now = 0;
  }
  if (item == NULL)
    queue->n_leaving--;
  if (item == NULL || !can_wait_locked (queue))
    wake = queue->length > 0 && call_one_locked (queue);
  g_mutex_unlock (&queue->lock);

  if (wake)
    g_cond_signal (&queue->wake);
  *took_at = now > 0 ? now : g_get_monotonic_time ();
  return item;
}

gpointer
gst_edge_ready_queue_try_take (GstEdgeReadyQueue *queue)
{
  gpointer item;

  g_mutex_lock (&queue->lock);
  item = pop_locked (queue);
  g_mutex_unlock (&queue->lock);
  return item;
}

void
gst_edge_ready_queue_dismiss (GstEdgeReadyQueue *queue, guint n)
{
  g_mutex_lock (&queue->lock);
  queue->n_leaving += n;
  queue->n_called = queue->n_sleeping;
  g_cond_broadcast (&queue->wake);
  g_cond_broadcast (&queue->shake);
  g_mutex_unlock (&queue->lock);
}

guint
gst_edge_ready_queue_keep (GstEdgeReadyQueue *queue, guint n)
{
  g_mutex_lock (&queue->lock);
  n = MIN (n, queue->n_leaving);
  queue->n_leaving -= n;
  g_mutex_unlock (&queue->lock);
  return n;
}
