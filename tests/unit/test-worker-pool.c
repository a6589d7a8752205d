/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pools by name, settings that disagree, what is known of pools that are gone, ticker, jobs. */

#include <gio/gio.h>
#include <gst/gst.h>

#include "../support/gate.h"
#include "../support/stats.h"
#include "work/jobs.h"
#include "work/ticker.h"
#include "work/work-report.h"

/* ---- pools by name ---- */

static void
test_sharing (void)
{
  GstEdgeWorkerPool *a = gst_edge_worker_pool_get ("a", 3, NULL);
  GstEdgeWorkerPool *b = gst_edge_worker_pool_get ("b", 0, NULL);
  GstEdgeWorkerPool *again = gst_edge_worker_pool_get ("a", 0, NULL);

  g_assert_true (a == again);
  g_assert_true (a != b);
  g_assert_cmpstr (gst_edge_worker_pool_get_name (a), ==, "a");
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (a), ==, 3);
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (b), ==,
      2 * g_get_num_processors ());
  gst_edge_worker_pool_unref (again);
  gst_edge_worker_pool_unref (a);
  gst_edge_worker_pool_unref (b);

  /* gone with its last user: the next one decides anew */
  a = gst_edge_worker_pool_get ("a", 5, NULL);
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (a), ==, 5);
  gst_edge_worker_pool_unref (a);
}

static void
test_settings (void)
{
  GstEdgeWorkerPoolOptions options = { 0, }, in_force;
  GstEdgeWorkerPoolFields refused;
  GstEdgeWorkerPool *pool, *other;
  GstStructure *stats;

  /* nobody asks: automatic; then somebody does */
  pool = gst_edge_worker_pool_get_full ("a", &options, &refused, NULL);
  g_assert_cmpuint (refused, ==, 0);
  options.fields = GST_EDGE_WORKER_POOL_MAX_WORKERS;
  options.max_workers = 3;
  other = gst_edge_worker_pool_get_full ("a", &options, &refused, NULL);
  g_assert_true (other == pool);
  g_assert_cmpuint (refused, ==, 0);
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (pool), ==, 3);
  gst_edge_worker_pool_unref (other);

  /* the same again is no conflict; something else is, and changes nothing; what nobody had asked for is taken */
  other = gst_edge_worker_pool_get_full ("a", &options, &refused, NULL);
  g_assert_cmpuint (refused, ==, 0);
  gst_edge_worker_pool_unref (other);
  options.fields |= GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES;
  options.max_workers = 4;
  options.max_total_bytes = 1000;
  other = gst_edge_worker_pool_get_full ("a", &options, &refused, NULL);
  g_assert_cmpuint (refused, ==, GST_EDGE_WORKER_POOL_MAX_WORKERS);
  gst_edge_worker_pool_get_options (pool, &in_force);
  g_assert_cmpuint (in_force.max_workers, ==, 3);
  g_assert_cmpuint (in_force.max_total_bytes, ==, 1000);
  gst_edge_worker_pool_unref (other);

  stats = gst_edge_worker_pool_get_stats (pool);
  g_assert_cmpstr (gst_structure_get_name (stats), ==, "edge-pool-stats");
  g_assert_cmpuint (stats_get (stats, "workers"), ==, 3);
  g_assert_cmpuint (stats_get (stats, "busy"), ==, 0);
  g_assert_cmpuint (stats_get (stats, "processed"), ==, 0);
  gst_structure_free (stats);
  gst_edge_worker_pool_unref (pool);
}

/* ---- pools that are gone ---- */

#define PAST_POOLS 64           /* as many are remembered */

static gboolean
succeed (gpointer data, GError **error)
{
  return TRUE;
}

static void
run_one_job (const gchar *name)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get (name, 1, NULL);
  GstEdgeJobs *jobs = gst_edge_jobs_new (pool, "jobs", 1, NULL, NULL);

  g_assert_true (gst_edge_jobs_submit (jobs, succeed, NULL, NULL, TRUE));
  g_assert_true (gst_edge_jobs_drain (jobs, -1));
  gst_edge_jobs_free (jobs);
  gst_edge_worker_pool_unref (pool);
}

static void
run_one_job_in_others (const gchar *prefix, guint n)
{
  for (; n > 0; n--) {
    gchar *name = g_strdup_printf ("%s%u", prefix, n);

    run_one_job (name);
    g_free (name);
  }
}

static void
read_out (const GstEdgeWorkerPoolReport *report, gpointer user_data)
{
  g_assert_cmpstr (report->name, ==, "past");
  *(guint64 *) user_data = report->stats->out;
}

static void
ignore_lane (GstEdgeCameraRecord *camera, const GstEdgeStageCounts *counts, gpointer user_data)
{
}

static guint64
get_reported_out (const gchar *name)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get (name, 1, NULL);
  guint64 out = G_MAXUINT64;

  gst_edge_worker_pools_report (read_out, ignore_lane, &out);
  gst_edge_worker_pool_unref (pool);
  return out;
}

static void
ignore_pool (const GstEdgeWorkerPoolReport *report, gpointer user_data)
{
}

static gpointer
look_again_and_again (gpointer done)
{
  while (!g_atomic_int_get ((gint *) done))
    gst_edge_worker_pools_report (ignore_pool, ignore_lane, NULL);
  return NULL;
}

/* Who looks is no user, for whom a pool would stay as it is. */
static void
test_onlookers_keep_nothing (void)
{
  GstEdgeWorkerPoolOptions options = {.fields = GST_EDGE_WORKER_POOL_MAX_WORKERS };
  gint done = FALSE;
  GThread *thread = g_thread_new ("onlooker", look_again_and_again, &done);
  guint i;

  for (i = 0; i < 500; i++) {
    GstEdgeWorkerPoolFields refused;
    GstEdgeWorkerPool *pool;

    options.max_workers = 1 + i % 2;
    pool = gst_edge_worker_pool_get_full ("watched", &options, &refused, NULL);
    g_assert_cmpuint (refused, ==, 0);
    g_assert_cmpuint (gst_edge_worker_pool_get_workers (pool), ==, options.max_workers);
    gst_edge_worker_pool_unref (pool);
  }
  g_atomic_int_set (&done, TRUE);
  g_thread_join (thread);
}

/* The counters of a pool that comes back go on, unless too many others have been there since, and while it was not. */
static void
test_past (void)
{
  GstEdgeWorkerPool *pool;

  run_one_job ("past");
  run_one_job ("past");
  g_assert_cmpuint (get_reported_out ("past"), ==, 2);
  run_one_job_in_others ("a", PAST_POOLS - 1);
  run_one_job_in_others ("a", PAST_POOLS - 1);
  g_assert_cmpuint (get_reported_out ("past"), ==, 2);
  pool = gst_edge_worker_pool_get ("past", 1, NULL);
  run_one_job_in_others ("b", PAST_POOLS);
  g_assert_cmpuint (get_reported_out ("past"), ==, 2);
  gst_edge_worker_pool_unref (pool);
  run_one_job_in_others ("c", PAST_POOLS);
  g_assert_cmpuint (get_reported_out ("past"), ==, 0);
}

/* ---- ticker ---- */

typedef struct
{
  GMutex lock;
  GCond changed;
  guint count;
  GstEdgeTick *self;            /* removes itself at the third call */
} Counter;

static void
count_tick (gpointer data)
{
  Counter *counter = data;

  g_mutex_lock (&counter->lock);
  if (++counter->count == 3 && counter->self != NULL)
    gst_edge_ticker_remove (g_steal_pointer (&counter->self));
  g_cond_broadcast (&counter->changed);
  g_mutex_unlock (&counter->lock);
}

static guint
get_count (Counter *counter)
{
  guint count;

  g_mutex_lock (&counter->lock);
  count = counter->count;
  g_mutex_unlock (&counter->lock);
  return count;
}

static void
await_count (Counter *counter, guint count)
{
  g_mutex_lock (&counter->lock);
  while (counter->count < count)
    g_cond_wait (&counter->changed, &counter->lock);
  g_mutex_unlock (&counter->lock);
}

static void
test_ticker (void)
{
  Counter a = { 0, }, b = { 0, };
  GstEdgeTick *tick;
  guint i, count;

  for (i = 0; i < 3; i++) {
    tick = gst_edge_ticker_add (1000, count_tick, &a, NULL);
    g_mutex_lock (&b.lock);
    b.count = 0;
    b.self = gst_edge_ticker_add (500, count_tick, &b, NULL);
    g_mutex_unlock (&b.lock);
    await_count (&a, get_count (&a) + 5);
    await_count (&b, 3);
    gst_edge_ticker_remove (tick);
    count = get_count (&a);
    g_thread_yield ();
    g_assert_cmpuint (get_count (&a), ==, count);
    g_assert_cmpuint (get_count (&b), ==, 3);
  }
}

/* ---- jobs ---- */

typedef struct
{
  gint done, freed, failed;     /* atomic */
  gint running, most_running;   /* atomic */
  GstEdgeJobs *jobs;
} Work;

typedef struct
{
  Work *work;
  guint id;
} Job;

static Job *
new_job (Work *work, guint id)
{
  Job *job = g_new (Job, 1);

  job->work = work;
  job->id = id;
  return job;
}

static void
free_job (gpointer data)
{
  Job *job = data;

  g_atomic_int_inc (&job->work->freed);
  g_free (job);
}

/* What stands for I/O here is the only sleep: ten milliseconds of work. */
static gboolean
work_10_ms (gpointer data, GError **error)
{
  Work *work = ((Job *) data)->work;
  gint running = g_atomic_int_add (&work->running, 1) + 1;

  for (;;) {
    gint most = g_atomic_int_get (&work->most_running);

    if (running <= most || g_atomic_int_compare_and_exchange
        (&work->most_running, most, running))
      break;
  }
  g_usleep (10 * 1000);
  g_atomic_int_add (&work->running, -1);
  g_atomic_int_inc (&work->done);
  return TRUE;
}

static void
test_jobs_blocking (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("jobs", 4, NULL);
  Work work = { 0, };
  gint64 start = g_get_monotonic_time ();
  gdouble seconds;
  guint i;

  work.jobs = gst_edge_jobs_new (pool, "jobs", 100, NULL, NULL);
  for (i = 0; i < 1000; i++)
    g_assert_true (gst_edge_jobs_submit (work.jobs, work_10_ms,
            new_job (&work, i), free_job, TRUE));
  g_assert_true (gst_edge_jobs_drain (work.jobs, -1));
  seconds = (gdouble) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;

  g_assert_cmpint (work.done, ==, 1000);
  g_assert_cmpint (work.freed, ==, 1000);
  g_assert_cmpint (work.most_running, ==, 4);
  g_assert_cmpfloat (seconds, >=, 2.5);
  g_test_message ("1000 jobs of 10 ms on 4 workers: %.2f s", seconds);
  gst_edge_jobs_free (work.jobs);
  gst_edge_worker_pool_unref (pool);
}

static void
test_jobs_not_blocking (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("jobs", 4, NULL);
  Work work = { 0, };
  guint i, accepted = 0;
  GstStructure *stats;

  work.jobs = gst_edge_jobs_new (pool, "jobs", 100, NULL, NULL);
  for (i = 0; i < 1000; i++)
    accepted += gst_edge_jobs_submit (work.jobs, work_10_ms,
        new_job (&work, i), free_job, FALSE);
  g_assert_cmpuint (gst_edge_jobs_finish (work.jobs, -1), ==, 0);
  g_assert_cmpint (work.done, ==, (gint) accepted);
  g_assert_cmpint (work.freed, ==, 1000);
  g_assert_cmpuint (accepted, >=, 100);

  stats = gst_edge_jobs_get_stats (work.jobs);
  g_assert_cmpuint (stats_get (stats, "in"), ==, 1000);
  g_assert_cmpuint (stats_get (stats, "out"), ==, accepted);
  g_assert_cmpuint (stats_get (stats, "dropped-new"), ==, 1000 - accepted);
  gst_structure_free (stats);
  gst_edge_jobs_free (work.jobs);
  gst_edge_worker_pool_unref (pool);
}

static gboolean
fail_odd (gpointer data, GError **error)
{
  Job *job = data;

  if (job->id % 2 == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "job %u", job->id);
  return FALSE;
}

static void
note_failure (gpointer data, const GError *error, gpointer user_data)
{
  Job *job = data;
  gchar *expected = g_strdup_printf ("job %u", job->id);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, expected);
  g_free (expected);
  g_atomic_int_inc (&((Work *) user_data)->failed);
}

static void
test_jobs_failing (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("jobs", 4, NULL);
  Work work = { 0, };
  GstStructure *stats;
  guint i;

  work.jobs = gst_edge_jobs_new (pool, "jobs", 0, note_failure, &work);
  for (i = 0; i < 500; i++)
    gst_edge_jobs_submit (work.jobs, fail_odd, new_job (&work, i), free_job,
        TRUE);
  g_assert_true (gst_edge_jobs_drain (work.jobs, -1));
  g_assert_cmpint (work.failed, ==, 250);
  g_assert_cmpint (work.freed, ==, 500);
  stats = gst_edge_jobs_get_stats (work.jobs);
  g_assert_cmpuint (stats_get (stats, "errors"), ==, 250);
  gst_structure_free (stats);
  gst_edge_jobs_free (work.jobs);
  gst_edge_worker_pool_unref (pool);
}

static gboolean
count_job (gpointer data, GError **error)
{
  g_atomic_int_inc (&((Job *) data)->work->done);
  return TRUE;
}

/* Every worker waits for room in the queue that the workers serve. */
static gboolean
spawn (gpointer data, GError **error)
{
  Work *work = ((Job *) data)->work;
  guint i;

  for (i = 0; i < 10; i++)
    g_assert_true (gst_edge_jobs_submit (work->jobs, count_job,
            new_job (work, i), free_job, TRUE));
  return TRUE;
}

static void
test_jobs_in_jobs (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("jobs", 2, NULL);
  Work work = { 0, };
  guint i;

  work.jobs = gst_edge_jobs_new (pool, "jobs", 2, NULL, NULL);
  for (i = 0; i < 100; i++)
    gst_edge_jobs_submit (work.jobs, spawn, new_job (&work, i), free_job, TRUE);
  g_assert_true (gst_edge_jobs_drain (work.jobs, -1));
  g_assert_cmpint (work.done, ==, 1000);
  g_assert_cmpint (work.freed, ==, 1100);
  gst_edge_jobs_free (work.jobs);
  gst_edge_worker_pool_unref (pool);
}

static gboolean
wait_at_job_gate (gpointer data, GError **error)
{
  gate_pass (data);
  return TRUE;
}

static void
test_jobs_cancelled (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("jobs", 1, NULL);
  GstEdgeJobs *jobs = gst_edge_jobs_new (pool, "jobs", 10, NULL, NULL);
  GstStructure *stats;
  Gate gate;
  guint i;

  gate_init (&gate);
  for (i = 0; i < 3; i++)
    gst_edge_jobs_submit (jobs, wait_at_job_gate, &gate, NULL, TRUE);
  gate_await_waiting (&gate, 1);
  g_assert_cmpuint (gst_edge_jobs_finish (jobs, 1000), ==, 2);
  g_assert_false (gst_edge_jobs_submit (jobs, wait_at_job_gate, &gate, NULL,
          TRUE));
  gate_set_open (&gate, TRUE);
  g_assert_true (gst_edge_jobs_drain (jobs, -1));
  stats = gst_edge_jobs_get_stats (jobs);
  g_assert_cmpuint (stats_get (stats, "out"), ==, 1);
  g_assert_cmpuint (stats_get (stats, "cancelled"), ==, 3);
  gst_structure_free (stats);
  gst_edge_jobs_free (jobs);
  gst_edge_worker_pool_unref (pool);
  gate_clear (&gate);
}

/* The last user of a pool may be one of its workers: here the one that runs the lane as its owner frees it. */
typedef struct
{
  GstEdgeWorkerPool *pool;
  GstEdgeLane *lane;
  Gate gate;
} Last;

static gint
drop_everything (gpointer data, guint flags, gpointer user_data)
{
  Last *last = user_data;

  gst_edge_worker_pool_unref (g_steal_pointer (&last->pool));
  gst_edge_lane_free (g_steal_pointer (&last->lane));
  gate_set_open (&last->gate, TRUE);
  return TRUE;
}

static void
ignore (gpointer data, gint reason, gpointer user_data)
{
}

static void
test_unref_on_worker (void)
{
  GstEdgeQueueItem item = { NULL, 0, 1, GST_CLOCK_TIME_NONE,
    GST_CLOCK_TIME_NONE
  };
  guint i;

  for (i = 0; i < 100; i++) {
    Last last = { 0, };

    gate_init (&last.gate);
    last.pool = gst_edge_worker_pool_get ("last", 2, NULL);
    last.lane =
        gst_edge_lane_new (last.pool, "last", drop_everything, ignore, &last);
    gst_edge_lane_submit (last.lane, &item, TRUE);
    gate_pass (&last.gate);
    gate_clear (&last.gate);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/pool/sharing", test_sharing);
  g_test_add_func ("/pool/settings", test_settings);
  g_test_add_func ("/pool/unref-on-worker", test_unref_on_worker);
  g_test_add_func ("/pool/past", test_past);
  g_test_add_func ("/pool/onlookers", test_onlookers_keep_nothing);
  g_test_add_func ("/ticker", test_ticker);
  g_test_add_func ("/jobs/blocking", test_jobs_blocking);
  g_test_add_func ("/jobs/not-blocking", test_jobs_not_blocking);
  g_test_add_func ("/jobs/failing", test_jobs_failing);
  g_test_add_func ("/jobs/in-jobs", test_jobs_in_jobs);
  g_test_add_func ("/jobs/cancelled", test_jobs_cancelled);
  return g_test_run ();
}
