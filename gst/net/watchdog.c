/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The watchdog's lock guards everything here. shutdown() is called with it held: it does not block, and only so
 * can gst_edge_watch_disarm() promise that the descriptor is not touched after it has returned. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/socket.h>

#include "net/watchdog.h"

struct _GstEdgeWatch
{
  gint fd;                      /* lock: -1 while not armed */
  gint64 deadline;              /* lock: monotonic microseconds */
  gboolean fired;               /* lock */
  gboolean interrupted;         /* lock: for good */
};

static struct
{
  GMutex lock;
  GCond cond;                   /* lock: an earlier deadline, or stopping */
  GMutex life_lock;             /* taken before lock: start and join of the thread */
  GPtrArray *watches;           /* lock */
  GThread *thread;              /* life_lock */
  gint64 wakes_at;              /* lock: when the thread looks next, G_MAXINT64 = not by itself */
  gboolean stopping;            /* lock */
} dog;

static void
fire_locked (GstEdgeWatch *watch)
{
  shutdown (watch->fd, SHUT_RDWR);
  watch->fired = TRUE;
  watch->deadline = G_MAXINT64;
}

static gpointer
watchdog_thread (gpointer data)
{
  g_mutex_lock (&dog.lock);
  while (!dog.stopping) {
    gint64 now = g_get_monotonic_time ();
    guint i;

    dog.wakes_at = G_MAXINT64;
    for (i = 0; i < dog.watches->len; i++) {
      GstEdgeWatch *watch = g_ptr_array_index (dog.watches, i);

      if (watch->fd < 0)
        continue;
      if (watch->deadline <= now)
        fire_locked (watch);
      dog.wakes_at = MIN (dog.wakes_at, watch->deadline);
    }
    if (dog.wakes_at == G_MAXINT64)
      g_cond_wait (&dog.cond, &dog.lock);
    else
      g_cond_wait_until (&dog.cond, &dog.lock, dog.wakes_at);
  }
  g_mutex_unlock (&dog.lock);
  return NULL;
}

/* There is a thread as long as there are watches: when it cannot be had, this was the first one. */
GstEdgeWatch *
gst_edge_watch_new (GError **error)
{
  GstEdgeWatch *watch = g_new0 (GstEdgeWatch, 1);

  watch->fd = -1;
  g_mutex_lock (&dog.life_lock);
  g_mutex_lock (&dog.lock);
  if (dog.watches == NULL)
    dog.watches = g_ptr_array_new ();
  g_ptr_array_add (dog.watches, watch);
  dog.stopping = FALSE;
  g_mutex_unlock (&dog.lock);
  if (dog.thread == NULL)
    dog.thread = g_thread_try_new ("edge-watchdog", watchdog_thread, NULL, error);
  if (dog.thread == NULL) {
    g_clear_pointer (&dog.watches, g_ptr_array_unref);
    g_clear_pointer (&watch, g_free);
  }
  g_mutex_unlock (&dog.life_lock);
  return watch;
}

void
gst_edge_watch_free (GstEdgeWatch *watch)
{
  g_mutex_lock (&dog.life_lock);
  g_mutex_lock (&dog.lock);
  g_ptr_array_remove_fast (dog.watches, watch);
  if (dog.watches->len == 0) {
    dog.stopping = TRUE;
    g_cond_signal (&dog.cond);
  }
  g_mutex_unlock (&dog.lock);
  if (dog.stopping) {
    g_thread_join (g_steal_pointer (&dog.thread));
    g_clear_pointer (&dog.watches, g_ptr_array_unref);
  }
  g_mutex_unlock (&dog.life_lock);
  g_free (watch);
}

void
gst_edge_watch_arm (GstEdgeWatch *watch, gint fd, gint64 deadline)
{
  g_mutex_lock (&dog.lock);
  watch->fd = fd;
  watch->deadline = deadline;
  watch->fired = FALSE;
  if (watch->interrupted)
    fire_locked (watch);
  else if (deadline < dog.wakes_at)
    g_cond_signal (&dog.cond);
  g_mutex_unlock (&dog.lock);
}

gboolean
gst_edge_watch_disarm (GstEdgeWatch *watch)
{
  gboolean fired;

  g_mutex_lock (&dog.lock);
  watch->fd = -1;
  fired = watch->fired;
  g_mutex_unlock (&dog.lock);
  return fired;
}

void
gst_edge_watch_interrupt (GstEdgeWatch *watch)
{
  g_mutex_lock (&dog.lock);
  watch->interrupted = TRUE;
  if (watch->fd >= 0)
    fire_locked (watch);
  g_mutex_unlock (&dog.lock);
}
