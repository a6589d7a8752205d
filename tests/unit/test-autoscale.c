/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Autoscaling: the policy by simulation, a pool for real. */

#include <gst/gst.h>

#include "../support/gate.h"
#include "work/autoscale.h"
#include "work/lane.h"
#include "work/ticker.h"

static void
test_policy_bounds (void)
{
  GstEdgeAutoscale autoscale = { 0, };
  GstEdgeAutoscaleSample sample = {.workers = 2,.min_workers = 2,.max_workers =
        9,.wait = 100,.target_wait = 10,.peak_busy = 2
  };
  guint i;

  for (i = 0; i < 20; i++) {
    guint workers = gst_edge_autoscale_next (&autoscale, &sample);

    g_assert_cmpuint (workers, >, sample.workers < 9 ? sample.workers : 8);
    g_assert_cmpuint (workers, <=, 9);
    sample.workers = sample.peak_busy = workers;
  }
  sample.wait = 0;
  sample.peak_busy = 0;
  for (i = 0; i < 1000; i++)
    sample.workers = gst_edge_autoscale_next (&autoscale, &sample);
  g_assert_cmpuint (sample.workers, ==, 2);

  /* one more worker does not make a busy CPU faster */
  sample.wait = 100;
  sample.cpu_load = 0.95;
  g_assert_cmpuint (gst_edge_autoscale_next (&autoscale, &sample), ==, 2);

  /* unless those that there are do not want it */
  sample.n_blocked = 1;
  g_assert_cmpuint (gst_edge_autoscale_next (&autoscale, &sample), ==, 3);
}

/* @minutes of load that needs 4 or 5 workers at any moment, and rarely 8. Returns: how often the number of workers
 * changed. */
static guint
simulate (GstEdgeAutoscale *autoscale, GstEdgeAutoscaleSample *sample, guint minutes, gboolean peaks)
{
  guint i, changes = 0;

  for (i = 0; i < minutes * 60 * 10; i++) {
    guint needed = (guint) g_test_rand_int_range (4, 6);
    guint workers;

    if (peaks && g_test_rand_int_range (0, 300) == 0)
      needed = 8;
    sample->peak_busy = MIN (needed, sample->workers);
    sample->wait = needed > sample->workers ? 50000 : 500;
    workers = gst_edge_autoscale_next (autoscale, sample);
    changes += workers != sample->workers;
    sample->workers = workers;
  }
  return changes;
}

/* After it has found its size, it stays there; and it learns from peaks that come again. */
static void
test_policy_steady (void)
{
  GstEdgeAutoscale autoscale = { 0, };
  GstEdgeAutoscaleSample sample = {.workers = 1,.min_workers = 1,.max_workers =
        16,.target_wait = 20000
  };
  guint changes;

  simulate (&autoscale, &sample, 1, FALSE);
  g_assert_cmpuint (simulate (&autoscale, &sample, 60, FALSE), ==, 0);
  g_assert_cmpuint (sample.workers, ==, 6);

  simulate (&autoscale, &sample, 20, TRUE);
  changes = simulate (&autoscale, &sample, 60, TRUE);
  g_test_message ("with a peak every 30 s: %u changes in an hour", changes);
  g_assert_cmpuint (changes, <=, 60);
  g_assert_cmpuint (sample.workers, <=, 12);
}

static gint
wait_at_gate (gpointer data, guint flags, gpointer user_data)
{
  gate_pass (user_data);
  return TRUE;
}

static void
ignore (gpointer data, gint reason, gpointer user_data)
{
}

/* Nobody tells when a pool has shrunk: so look at it at intervals. */
typedef struct
{
  GstEdgeWorkerPool *pool;
  Gate one_left;
} Watch;

static void
look_at_workers (gpointer data)
{
  Watch *watch = data;

  if (gst_edge_worker_pool_get_workers (watch->pool) == 1)
    gate_set_open (&watch->one_left, TRUE);
}

static void
await_one_worker (GstEdgeWorkerPool *pool)
{
  Watch watch = {.pool = pool };
  GstEdgeTick *tick;

  gate_init (&watch.one_left);
  tick = gst_edge_ticker_add (10 * 1000, look_at_workers, &watch, NULL);
  gate_pass (&watch.one_left);
  gst_edge_ticker_remove (tick);
  gate_clear (&watch.one_left);
}

/* Lanes whose downstream blocks: workers are added until each has one, but no more than allowed. Afterwards they go. */
static void
test_autoscale_blocked (void)
{
  const GstEdgeWorkerPoolOptions options = {
    .fields = GST_EDGE_WORKER_POOL_MAX_WORKERS | GST_EDGE_WORKER_POOL_AUTOSCALE
        | GST_EDGE_WORKER_POOL_TARGET_WAIT,
    .max_workers = 6,.autoscale = TRUE,.target_wait = GST_MSECOND,
  };
  GstEdgeQueueItem item = { NULL, 0, 1, GST_CLOCK_TIME_NONE,
    GST_CLOCK_TIME_NONE
  };
  GstEdgeWorkerPool *pool =
      gst_edge_worker_pool_get_full ("scaled", &options, NULL, NULL);
  GstEdgeLane *lanes[8];
  Gate gate;
  guint i;

  g_assert_cmpuint (gst_edge_worker_pool_get_workers (pool), ==, 1);
  gate_init (&gate);
  for (i = 0; i < G_N_ELEMENTS (lanes); i++) {
    lanes[i] = gst_edge_lane_new (pool, "blocked", wait_at_gate, ignore, &gate);
    gst_edge_lane_submit (lanes[i], &item, FALSE);
  }
  gate_await_waiting (&gate, 6);
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (pool), ==, 6);
  g_assert_cmpuint (gate.n_waiting, ==, 6);
  gate_set_open (&gate, TRUE);
  gate_await_passed (&gate, 8);
  for (i = 0; i < G_N_ELEMENTS (lanes); i++)
    gst_edge_lane_free (lanes[i]);
  await_one_worker (pool);
  gst_edge_worker_pool_unref (pool);
  gate_clear (&gate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/autoscale/bounds", test_policy_bounds);
  g_test_add_func ("/autoscale/steady", test_policy_steady);
  g_test_add_func ("/autoscale/blocked", test_autoscale_blocked);
  return g_test_run ();
}
