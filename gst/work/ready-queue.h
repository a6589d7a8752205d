/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the workers of a pool find what to do next, first come, first served, and where they wait for it.
 *
 * At a high rate most of the cost of a hand-over is waking a thread for each item. So then one of the workers that have
 * nothing to do dozes instead of sleeping: it looks again after a moment by itself, and whoever puts something in wakes
 * nobody. What it finds then are several items, mostly, which it sees to one after the other if they are short work. In
 * case it gets stuck in one of them, another worker stands by, who looks from time to time whether something is left
 * lying. At a low rate, or when much has come in, somebody is woken at once. */

#pragma once

#include <gst/base/gstqueuearray.h>

#include "edge-api.h"

G_BEGIN_DECLS

/* How long the dozing worker looks away, in microseconds: an item waits no longer than that for it. Together with what a
 * timer adds it stays below a millisecond. */
#define GST_EDGE_READY_QUEUE_DOZE 850

typedef struct
{
  GMutex lock;
  GCond wake;                   /* for those that sleep */
  GCond shake;                  /* for the one that dozes */
  GstQueueArray *items;         /* lock */
  guint n_sleeping;             /* lock */
  guint n_called;               /* lock: of these, how many have been woken and are on their way */
  gboolean dozing;              /* lock */
  gboolean standing_by;         /* lock: one of those that sleep wakes up by itself */
  guint n_leaving;              /* lock: workers that are one too many */

  guint n_put;                  /* lock: items since @counted_at */
  gint64 counted_at;            /* lock */
  gboolean busy;                /* lock: items come at a high rate */

  gdouble work_us;              /* lock: how long workers were busy with an item lately */

  guint length;                 /* lock to write, atomic */
} GstEdgeReadyQueue;

G_GNUC_INTERNAL void gst_edge_ready_queue_init (GstEdgeReadyQueue * queue);
G_GNUC_INTERNAL void gst_edge_ready_queue_clear (GstEdgeReadyQueue * queue);

G_GNUC_INTERNAL void gst_edge_ready_queue_put (GstEdgeReadyQueue * queue, gpointer item);

/* Waits. @took_at: (inout): when this worker took what it has done now, 0 at first.
 * Returns: (nullable): NULL when the worker shall leave. */
G_GNUC_INTERNAL gpointer gst_edge_ready_queue_take (GstEdgeReadyQueue * queue, gint64 * took_at);

/* Does not wait. */
G_GNUC_INTERNAL gpointer gst_edge_ready_queue_try_take (GstEdgeReadyQueue * queue);

/* Makes @n workers leave, as soon as they have nothing in hand. */
G_GNUC_INTERNAL void gst_edge_ready_queue_dismiss (GstEdgeReadyQueue * queue, guint n);

/* Takes that back for as many as @n that have not left yet. Returns: how many. */
G_GNUC_INTERNAL guint gst_edge_ready_queue_keep (GstEdgeReadyQueue * queue, guint n);

/* How many items wait; without a lock. */
static inline guint
gst_edge_ready_queue_get_length (GstEdgeReadyQueue * queue)
{
  return __atomic_load_n (&queue->length, __ATOMIC_RELAXED);
}

G_END_DECLS
