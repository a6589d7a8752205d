/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One lane: order, leaks, flushing, draining, closing, and random schedules whose seed is printed (run with --seed to
 * repeat). */

#include "lane-recorder.h"

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define N_SCHEDULES 2000        /* each takes twenty times as long */
#else
#define N_SCHEDULES 10000
#endif
#define N_STEPS 25

/* ---- one lane ---- */

static void
test_order (void)
{
  GstEdgeWorkerPool *pool = get_pool (4);
  Recorder r;
  guint i;

  recorder_init (&r, pool, 10, GST_EDGE_LEAKY_NO);
  r.fail_every = 10;
  submit_range (&r, 1, 5000);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  g_assert_cmpuint (r.run->len, ==, 5000);
  for (i = 0; i < r.run->len; i++)
    g_assert_cmpuint (g_array_index (r.run, guint, i), ==, i + 1);
  g_assert_cmpuint (get_stat (&r, "in"), ==, 5000);
  g_assert_cmpuint (get_stat (&r, "out"), ==, 4500);
  g_assert_cmpuint (get_stat (&r, "errors"), ==, 500);
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}


static void
test_leaky_upstream (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_UPSTREAM);
  submit_range (&r, 2, 4);
  g_assert_cmpint (submit (&r, 5), ==, GST_EDGE_LANE_DROPPED);
  g_assert_cmpuint (get_stat (&r, "queued"), ==, 3);
  g_assert_cmpuint (get_stat (&r, "running"), ==, 1);
  gate_set_open (&r.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 2 3 4");
  assert_ids (&r, r.dropped, "5");
  g_assert_cmpuint (get_stat (&r, "dropped-new"), ==, 1);
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static void
test_leaky_downstream (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_DOWNSTREAM);
  submit_range (&r, 2, 6);
  gate_set_open (&r.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 4 5 6");
  assert_ids (&r, r.dropped, "2 3");
  g_assert_cmpuint (get_stat (&r, "dropped-old"), ==, 2);
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static gpointer
submit_7 (gpointer data)
{
  return GINT_TO_POINTER (submit (data, 7));
}

static void
test_not_leaky (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  GThread *thread;
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_NO);
  submit_range (&r, 2, 4);
  /* who must not block has to drop */
  g_assert_cmpint (submit_full (&r, 5, 0, 1, FALSE), ==, GST_EDGE_LANE_DROPPED);
  /* an event goes in all the same */
  g_assert_cmpint (submit_full (&r, 6, GST_EDGE_QUEUE_ITEM_CONTROL, 0, TRUE),
      ==, GST_EDGE_LANE_ACCEPTED);
  thread = g_thread_new ("submit", submit_7, &r);
  gate_set_open (&r.gate, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_EDGE_LANE_ACCEPTED);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 2 3 4 6 7");
  assert_ids (&r, r.dropped, "5");
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

#define N_LOCKSTEP 500
#define LOCKSTEP_ROOM 4

typedef struct
{
  GMutex lock;
  GCond cond;
  guint submitted;              /* lock */
} Progress;

/* Is not done until the lane has as many as it holds behind this one. */
static gint
await_full_lane (guint id, gpointer data)
{
  Progress *progress = data;

  g_mutex_lock (&progress->lock);
  while (progress->submitted < MIN (id + LOCKSTEP_ROOM, N_LOCKSTEP))
    g_cond_wait (&progress->cond, &progress->lock);
  g_mutex_unlock (&progress->lock);
  return TRUE;
}

/* A producer that waits gets to know of each place that becomes free, also when that was the last one for a while. */
static void
test_room_in_lockstep (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Progress progress = {.submitted = 0 };
  Recorder r;
  guint i;

  recorder_init (&r, pool, LOCKSTEP_ROOM, GST_EDGE_LEAKY_NO);
  r.on_run = await_full_lane;
  r.on_run_data = &progress;
  for (i = 1; i <= N_LOCKSTEP; i++) {
    g_assert_cmpint (submit (&r, i), ==, GST_EDGE_LANE_ACCEPTED);
    g_mutex_lock (&progress.lock);
    progress.submitted = i;
    g_cond_signal (&progress.cond);
    g_mutex_unlock (&progress.lock);
  }
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  g_assert_cmpuint (r.run->len, ==, N_LOCKSTEP);
  g_mutex_clear (&progress.lock);
  g_cond_clear (&progress.cond);
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const guint *id_a = a, *id_b = b;

  return *id_a < *id_b ? -1 : *id_a > *id_b;
}

static void
test_flush (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  GThread *thread;
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_NO);
  submit_range (&r, 2, 4);
  thread = g_thread_new ("submit", submit_7, &r);

  /* while the worker is blocked: what is queued goes at once, who waits wakes up */
  gst_edge_lane_set_flushing (r.lane, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_EDGE_LANE_FLUSHING);
  g_array_sort (r.dropped, compare_ids);        /* two threads dropped */
  assert_ids (&r, r.dropped, "2 3 4 7");
  g_assert_cmpint (submit (&r, 8), ==, GST_EDGE_LANE_FLUSHING);
  g_assert_false (gst_edge_lane_drain (r.lane, -1));

  gate_set_open (&r.gate, TRUE);
  gst_edge_lane_wait_idle (r.lane);
  assert_ids (&r, r.run, "1");
  gst_edge_lane_set_flushing (r.lane, FALSE);
  g_assert_cmpint (submit (&r, 9), ==, GST_EDGE_LANE_ACCEPTED);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 9");
  g_assert_cmpuint (get_stat (&r, "cancelled"), ==, 5);
  g_assert_cmpuint (get_stat (&r, "in"), ==, 7);
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static void
test_close_and_cancel (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_NO);
  submit_range (&r, 2, 3);
  submit_full (&r, 4, GST_EDGE_QUEUE_ITEM_CONTROL, 0, TRUE);
  gst_edge_lane_set_closed (r.lane, TRUE);
  g_assert_cmpint (submit (&r, 5), ==, GST_EDGE_LANE_FLUSHING);
  g_assert_false (gst_edge_lane_drain (r.lane, 1000));
  g_assert_cmpuint (gst_edge_lane_cancel (r.lane), ==, 2);
  gate_set_open (&r.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 4");
  assert_ids (&r, r.dropped, "5 2 3");
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static void
test_suspend (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  recorder_init (&r, pool, 3, GST_EDGE_LEAKY_UPSTREAM);
  gst_edge_lane_set_suspended (r.lane, TRUE);
  submit_range (&r, 1, 4);
  g_assert_false (gst_edge_lane_drain (r.lane, -1));    /* it would be for ever */
  g_assert_cmpuint (get_stat (&r, "queued"), ==, 3);
  gst_edge_lane_set_suspended (r.lane, FALSE);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 2 3");
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static void
test_max_age (void)
{
  const gint64 hour = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
  const GstEdgeQueueLimits limits = {.max_age = hour };
  GstEdgeQueueItem old = { GUINT_TO_POINTER (3), 0, 1, GST_CLOCK_TIME_NONE,
    GST_CLOCK_TIME_NONE, g_get_monotonic_time () - 2 * hour
  };
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_NO);
  gst_edge_lane_set_limits (r.lane, &limits);
  submit (&r, 2);
  gst_edge_lane_submit (r.lane, &old, TRUE);
  submit (&r, 4);
  gate_set_open (&r.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 2 4");
  assert_ids (&r, r.dropped, "3");
  g_assert_cmpuint (get_stat (&r, "dropped-age"), ==, 1);
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

static gint
free_own_lane (guint id, gpointer data)
{
  Recorder *r = data;

  gst_edge_lane_free (g_steal_pointer (&r->lane));
  gate_set_open (&r->gate, TRUE);
  return TRUE;
}

static void
test_free_in_run (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  recorder_init (&r, pool, 3, GST_EDGE_LEAKY_NO);
  r.on_run = free_own_lane;
  r.on_run_data = &r;
  submit (&r, 1);
  gate_pass (&r.gate);
  while (g_atomic_int_get (&r.n_inside) > 0)
    g_thread_yield ();
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

/* Nobody waits for room in a lane that stands still. */
static void
test_suspended_full (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  GThread *thread;
  Recorder r;

  start_gated (&r, pool, GST_EDGE_LEAKY_NO);
  submit_range (&r, 2, 4);
  thread = g_thread_new ("submit", submit_7, &r);
  gst_edge_lane_set_suspended (r.lane, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_EDGE_LANE_FLUSHING);
  gst_edge_lane_set_suspended (r.lane, FALSE);
  gate_set_open (&r.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 2 3 4");
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

/* ---- random schedules ---- */

static void
check_conservation (Recorder *r)
{
  GstStructure *stats = gst_edge_lane_get_stats (r->lane, "stats");

  stats_assert_conserved (stats);
  gst_structure_free (stats);
}

/* Every number ends exactly once, and those that ran did so in order. */
static void
check_fates (Recorder *r, guint n)
{
  guint8 *seen = g_new0 (guint8, n + 1);
  guint i, last = 0;

  for (i = 0; i < r->run->len; i++) {
    guint id = g_array_index (r->run, guint, i);

    g_assert_cmpuint (id, >, last);
    last = id;
    seen[id]++;
  }
  for (i = 0; i < r->dropped->len; i++)
    seen[g_array_index (r->dropped, guint, i)]++;
  for (i = 1; i <= n; i++)
    g_assert_cmpuint (seen[i], ==, 1);
  g_free (seen);
}

static void
random_step (Recorder *r, guint *n)
{
  gint dice = g_test_rand_int_range (0, 100);

  if (dice < 85) {
    guint flags = dice < 30 ? GST_EDGE_QUEUE_ITEM_DELTA
        : dice < 40 ? GST_EDGE_QUEUE_ITEM_CONTROL : 0;

    ++*n;
    submit_full (r, *n, flags, (guint64) g_test_rand_int_range (0, 50),
        g_test_rand_bit ());
  } else if (dice < 90) {
    gst_edge_lane_set_flushing (r->lane, TRUE);
    if (g_test_rand_bit ())
      gst_edge_lane_wait_idle (r->lane);
    if (g_test_rand_bit ())
      submit (r, ++*n);
    gst_edge_lane_set_flushing (r->lane, FALSE);
  } else if (dice < 93) {
    gst_edge_lane_cancel (r->lane);
  } else if (dice < 96) {
    GstEdgeQueueLimits limits = { 0, };

    limits.max_buffers = (guint) g_test_rand_int_range (1, 6);
    limits.max_age = g_test_rand_int_range (0, 2) * 20;
    limits.leaky = (GstEdgeLeaky) g_test_rand_int_range (0, 3);
    gst_edge_lane_set_limits (r->lane, &limits);
  } else {
    g_assert_true (gst_edge_lane_drain (r->lane, -1));
  }
}

static void
test_random_schedules (void)
{
  const GstEdgeWorkerPoolOptions options = {
    .fields = GST_EDGE_WORKER_POOL_MAX_WORKERS
        | GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES,
    .max_workers = 3,
    .max_total_bytes = 200,
  };
  GstEdgeWorkerPool *pool =
      gst_edge_worker_pool_get_full ("test", &options, NULL, NULL);
  guint i, step;

  for (i = 0; i < N_SCHEDULES; i++) {
    Recorder r;
    guint n = 0;

    recorder_init (&r, pool, (guint) g_test_rand_int_range (1, 6),
        (GstEdgeLeaky) g_test_rand_int_range (0, 3));
    r.fail_every = (guint) g_test_rand_int_range (0, 5);
    for (step = 0; step < N_STEPS; step++) {
      random_step (&r, &n);
      check_conservation (&r);
    }
    /* EOS: after everything */
    g_assert_true (gst_edge_lane_drain (r.lane, -1));
    check_conservation (&r);
    g_assert_cmpuint (get_stat (&r, "queued") + get_stat (&r, "running"), ==,
        0);
    gst_edge_lane_free (g_steal_pointer (&r.lane));
    check_fates (&r, n);
    recorder_clear (&r);
  }
  gst_edge_worker_pool_unref (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/lane/order", test_order);
  g_test_add_func ("/lane/leaky-upstream", test_leaky_upstream);
  g_test_add_func ("/lane/leaky-downstream", test_leaky_downstream);
  g_test_add_func ("/lane/not-leaky", test_not_leaky);
  g_test_add_func ("/lane/flush", test_flush);
  g_test_add_func ("/lane/close-and-cancel", test_close_and_cancel);
  g_test_add_func ("/lane/suspend", test_suspend);
  g_test_add_func ("/lane/suspended-full", test_suspended_full);
  g_test_add_func ("/lane/room-in-lockstep", test_room_in_lockstep);
  g_test_add_func ("/lane/max-age", test_max_age);
  g_test_add_func ("/lane/free-in-run", test_free_in_run);
  g_test_add_func ("/lane/random-schedules", test_random_schedules);
  return g_test_run ();
}
