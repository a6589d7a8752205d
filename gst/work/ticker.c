/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One thread for everything that happens at intervals. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/ticker.h"

struct _GstEdgeTick
{
  GstEdgeTickFunc func;         /* const */
  gpointer data;                /* const */
  gint64 interval;              /* const */
  gint64 due;                   /* ticker_lock */
  gboolean removed;             /* ticker_lock: in its own call */
};

static GMutex ticker_lock;
static GCond ticker_changed;    /* the list, or the call that runs */
static GList *ticks;            /* ticker_lock: of GstEdgeTick, a handful */
static GThread *ticker;         /* ticker_lock */
static GstEdgeTick *running;    /* ticker_lock: whose call is on its way */

static GstEdgeTick *
find_next_locked (void)
{
  GstEdgeTick *next = NULL;
  GList *l;

  for (l = ticks; l != NULL; l = l->next) {
    GstEdgeTick *tick = l->data;

    if (next == NULL || tick->due < next->due)
      next = tick;
  }
  return next;
}

static void
call_locked (GstEdgeTick *tick)
{
  gint64 now;

  running = tick;
  g_mutex_unlock (&ticker_lock);
  tick->func (tick->data);
  now = g_get_monotonic_time ();
  g_mutex_lock (&ticker_lock);

  running = NULL;
  /* what was late is not made up for */
  tick->due = MAX (tick->due + tick->interval, now);
  if (tick->removed)
    g_free (tick);
  g_cond_broadcast (&ticker_changed);
}

static gpointer
tick_on (gpointer unused)
{
  GstEdgeTick *next;

  g_mutex_lock (&ticker_lock);
  while ((next = find_next_locked ()) != NULL) {
    if (g_get_monotonic_time () >= next->due)
      call_locked (next);
    else
      g_cond_wait_until (&ticker_changed, &ticker_lock, next->due);
  }
  g_thread_unref (g_steal_pointer (&ticker));
  g_mutex_unlock (&ticker_lock);
  return NULL;
}

/* The thread finds the first tick when it gets the lock. */
static gboolean
ensure_thread_locked (GError **error)
{
  if (ticker == NULL)
    ticker = g_thread_try_new ("edge-ticker", tick_on, NULL, error);
  return ticker != NULL;
}

GstEdgeTick *
gst_edge_ticker_add (gint64 interval, GstEdgeTickFunc func, gpointer data, GError **error)
{
  GstEdgeTick *tick = NULL;

  g_return_val_if_fail (interval > 0, NULL);

  g_mutex_lock (&ticker_lock);
  if (ensure_thread_locked (error)) {
    tick = g_new0 (GstEdgeTick, 1);
    tick->func = func;
    tick->data = data;
    tick->interval = interval;
    tick->due = g_get_monotonic_time () + interval;
    ticks = g_list_prepend (ticks, tick);
    g_cond_broadcast (&ticker_changed);
  }
  g_mutex_unlock (&ticker_lock);
  return tick;
}

void
gst_edge_ticker_remove (GstEdgeTick *tick)
{
  g_mutex_lock (&ticker_lock);
  ticks = g_list_remove (ticks, tick);
  g_cond_broadcast (&ticker_changed);
  if (running == tick && ticker == g_thread_self ()) {
    tick->removed = TRUE;       /* the caller frees it */
  } else {
    while (running == tick)
      g_cond_wait (&ticker_changed, &ticker_lock);
    g_free (tick);
  }
  g_mutex_unlock (&ticker_lock);
}
