/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wraps the chain function of a pad. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chain-timer.h"

#define N_SAMPLES 65536

typedef struct
{
  GstPadChainFunction chain;    /* the pad's own */

  GMutex lock;
  guint32 *samples;             /* lock */
  guint64 n;                    /* lock */
  gint64 max;                   /* lock */
  gint64 held;                  /* lock */
  guint64 n_held;               /* lock */
  gint64 running_since;         /* lock: 0 = nobody is in the chain function */
} ChainTimer;

static GQuark
timer_quark (void)
{
  return g_quark_from_static_string ("chain-timer");
}

static void
timer_free (gpointer data)
{
  ChainTimer *timer = data;

  g_mutex_clear (&timer->lock);
  g_free (timer->samples);
  g_free (timer);
}

/* Microseconds that this thread was ready to run and did not (0 where the kernel does not tell), or ran: by its own
 * account, so what a host takes away from its CPU is among them. */
static gint64
get_awake (void)
{
  struct timespec ran = { 0, 0 };
  gint fd = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  gchar text[100], *end;
  gssize length = 0;

  if (fd >= 0) {
    length = read (fd, text, sizeof (text) - 1);
    close (fd);
  }
  text[MAX (length, 0)] = '\0';
  g_ascii_strtoull (text, &end, 10);    /* on a CPU, up to the kernel's last look at it */
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ran);
  return (gint64) (g_ascii_strtoull (end, NULL, 10) / 1000) + ran.tv_sec * G_USEC_PER_SEC + ran.tv_nsec / 1000;
}

static void
count_locked (ChainTimer *timer, gint64 took, gint64 held)
{
  timer->samples[timer->n++ % N_SAMPLES] = (guint32) MIN (took, G_MAXUINT32);
  timer->max = MAX (timer->max, took);
  timer->held = MAX (timer->held, held);
  if (held > CHAIN_TIMER_HELD)
    timer->n_held++;
}

static GstFlowReturn
timed_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ChainTimer *timer = g_object_get_qdata (G_OBJECT (pad), timer_quark ());
  GstFlowReturn flow;
  gint64 took, awake;

  awake = get_awake ();
  g_mutex_lock (&timer->lock);
  timer->running_since = g_get_monotonic_time ();
  g_mutex_unlock (&timer->lock);

  flow = timer->chain (pad, parent, buffer);

  took = g_get_monotonic_time ();
  awake = get_awake () - awake;
  g_mutex_lock (&timer->lock);
  took -= timer->running_since;
  timer->running_since = 0;
  count_locked (timer, took, took - awake);
  g_mutex_unlock (&timer->lock);
  return flow;
}

void
chain_timer_attach (GstPad *pad)
{
  ChainTimer *timer = g_new0 (ChainTimer, 1);

  g_mutex_init (&timer->lock);
  timer->samples = g_new0 (guint32, N_SAMPLES);
  timer->chain = GST_PAD_CHAINFUNC (pad);
  g_object_set_qdata_full (G_OBJECT (pad), timer_quark (), timer, timer_free);
  gst_pad_set_chain_function (pad, timed_chain);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

gboolean
chain_timer_read (GstPad *pad, ChainTimes *times)
{
  ChainTimer *timer = g_object_get_qdata (G_OBJECT (pad), timer_quark ());
  guint32 *sorted = NULL;
  gsize n;

  if (timer == NULL)
    return FALSE;
  memset (times, 0, sizeof (*times));
  g_mutex_lock (&timer->lock);
  times->n = timer->n;
  times->max = timer->max;
  times->held = timer->held;
  times->n_held = timer->n_held;
  if (timer->running_since != 0)
    times->max = MAX (times->max, g_get_monotonic_time () - timer->running_since);
  n = (gsize) MIN (timer->n, N_SAMPLES);
  if (n > 0)
    sorted = g_memdup2 (timer->samples, n * sizeof (guint32));
  g_mutex_unlock (&timer->lock);

  if (n > 0) {
    qsort (sorted, n, sizeof (guint32), compare);
    times->p50 = sorted[n / 2];
    times->p99 = sorted[n * 99 / 100];
  }
  g_free (sorted);
  return TRUE;
}
