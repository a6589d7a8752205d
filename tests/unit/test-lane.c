/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lanes on a pool: order, leaks, fairness, flushing, draining, workers that help while they wait, and random schedules
 * whose seed is printed (run with --seed to repeat). */

#include <gst/gst.h>

#include "../support/gate.h"
#include "work/lane.h"

#ifdef __SANITIZE_THREAD__
#define N_SCHEDULES 2000        /* each takes twenty times as long */
#else
#define N_SCHEDULES 10000
#endif
#define N_STEPS 25

/* Items are numbers. What happens to each is recorded in the order in which it happens. */
typedef struct
{
  GstEdgeLane *lane;
  Gate gate;                    /* in front of every item when gated */
  gboolean gated;
  gint n_inside;                /* atomic: threads in the run function */
  guint fail_every;

  GMutex lock;
  GArray *run;                  /* lock: of guint */
  GArray *dropped;              /* lock: of guint */
  GArray *reasons;              /* lock: of gint */

    gint (*on_run) (guint id, gpointer data);
  gpointer on_run_data;
} Recorder;

static gint
record_run (gpointer data, guint flags, gpointer user_data)
{
  Recorder *r = user_data;
  guint id = GPOINTER_TO_UINT (data);
  gint result = TRUE;

  /* the canary: an ordered lane never runs two at once */
  g_assert_cmpint (g_atomic_int_add (&r->n_inside, 1), ==, 0);
  if (r->gated)
    gate_pass (&r->gate);
  if (r->on_run != NULL)
    result = r->on_run (id, r->on_run_data);
  if (r->fail_every > 0 && id % r->fail_every == 0)
    result = FALSE;
  g_mutex_lock (&r->lock);
  g_array_append_val (r->run, id);
  g_mutex_unlock (&r->lock);
  g_atomic_int_add (&r->n_inside, -1);
  return result;
}

static void
record_drop (gpointer data, gint reason, gpointer user_data)
{
  Recorder *r = user_data;
  guint id = GPOINTER_TO_UINT (data);

  g_mutex_lock (&r->lock);
  g_array_append_val (r->dropped, id);
  g_array_append_val (r->reasons, reason);
  g_mutex_unlock (&r->lock);
}

static void
recorder_init (Recorder *r, GstEdgeWorkerPool *pool, guint max_buffers, GstEdgeLeaky leaky)
{
  const GstEdgeQueueLimits limits = {.max_buffers = max_buffers,.leaky = leaky
  };

  memset (r, 0, sizeof (*r));
  gate_init (&r->gate);
  g_mutex_init (&r->lock);
  r->run = g_array_new (FALSE, FALSE, sizeof (guint));
  r->dropped = g_array_new (FALSE, FALSE, sizeof (guint));
  r->reasons = g_array_new (FALSE, FALSE, sizeof (gint));
  r->lane = gst_edge_lane_new (pool, "recorder", record_run, record_drop, r);
  gst_edge_lane_set_limits (r->lane, &limits);
}

static void
recorder_clear (Recorder *r)
{
  if (r->lane != NULL)
    gst_edge_lane_free (r->lane);
  gate_clear (&r->gate);
  g_mutex_clear (&r->lock);
  g_array_unref (r->run);
  g_array_unref (r->dropped);
  g_array_unref (r->reasons);
}

static GstEdgeLaneResult
submit_full (Recorder *r, guint id, guint flags, guint64 bytes, gboolean may_block)
{
  GstEdgeQueueItem item = { GUINT_TO_POINTER (id), flags, bytes,
    GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE
  };

  return gst_edge_lane_submit (r->lane, &item, may_block);
}

static GstEdgeLaneResult
submit (Recorder *r, guint id)
{
  return submit_full (r, id, 0, 1, TRUE);
}

static void
submit_range (Recorder *r, guint from, guint to)
{
  for (; from <= to; from++)
    submit (r, from);
}

static gchar *
ids_to_string (Recorder *r, GArray *ids)
{
  GString *text = g_string_new (NULL);
  guint i;

  g_mutex_lock (&r->lock);
  for (i = 0; i < ids->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? " " : "",
        g_array_index (ids, guint, i));
  g_mutex_unlock (&r->lock);
  return g_string_free (text, FALSE);
}

static void
assert_ids (Recorder *r, GArray *ids, const gchar *expected)
{
  gchar *actual = ids_to_string (r, ids);

  g_assert_cmpstr (actual, ==, expected);
  g_free (actual);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const guint *id_a = a, *id_b = b;

  return *id_a < *id_b ? -1 : *id_a > *id_b;
}

static guint64
get_field (const GstStructure *stats, const gchar *field)
{
  guint64 value = 0;
  guint value32 = 0;

  if (gst_structure_get_uint64 (stats, field, &value))
    return value;
  g_assert_true (gst_structure_get_uint (stats, field, &value32));
  return value32;
}

static guint64
get_stat (Recorder *r, const gchar *field)
{
  GstStructure *stats = gst_edge_lane_get_stats (r->lane, "stats");
  guint64 value = get_field (stats, field);

  gst_structure_free (stats);
  return value;
}

static GstEdgeWorkerPool *
get_pool (guint workers)
{
  GError *error = NULL;
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("test", workers, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (gst_edge_worker_pool_get_max_workers (pool), ==, workers);
  return pool;
}

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

/* A lane of 3 whose worker stands at the gate with item 1. */
static void
start_gated (Recorder *r, GstEdgeWorkerPool *pool, GstEdgeLeaky leaky)
{
  recorder_init (r, pool, 3, leaky);
  r->gated = TRUE;
  submit (r, 1);
  gate_await_waiting (&r->gate, 1);
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
  g_assert_false (gst_edge_lane_drain (r.lane, 1000));
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

/* ---- several lanes ---- */

static gint
note_turn (guint id, gpointer data)
{
  GArray *turns = data;

  g_array_append_val (turns, id);
  return TRUE;
}

/* One lane with 10,000 items and 39 with one each, one worker: the many wait for one turn of the big one, not for
 * all of its items. Items of the big lane are 0. */
static void
test_fairness (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder blocker, big, small[39];
  GArray *turns = g_array_new (FALSE, FALSE, sizeof (guint));
  guint i, big_turns = 0, small_done = 0;

  start_gated (&blocker, pool, GST_EDGE_LEAKY_NO);
  recorder_init (&big, pool, 0, GST_EDGE_LEAKY_NO);
  big.on_run = note_turn;
  big.on_run_data = turns;
  for (i = 0; i < 10000; i++)
    submit (&big, 0);
  for (i = 0; i < G_N_ELEMENTS (small); i++) {
    recorder_init (&small[i], pool, 0, GST_EDGE_LEAKY_NO);
    small[i].on_run = note_turn;
    small[i].on_run_data = turns;
    submit (&small[i], i + 1);
  }
  gate_set_open (&blocker.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (big.lane, -1));
  for (i = 0; i < G_N_ELEMENTS (small); i++)
    g_assert_true (gst_edge_lane_drain (small[i].lane, -1));

  g_assert_cmpuint (turns->len, ==, 10000 + G_N_ELEMENTS (small));
  for (i = 0; i < turns->len && small_done < G_N_ELEMENTS (small); i++) {
    guint id = g_array_index (turns, guint, i);

    if (id > 0)
      small_done++;
    else if (i == 0 || g_array_index (turns, guint, i - 1) > 0)
        big_turns++;
  }
  g_assert_cmpuint (big_turns, <=, 1);

  recorder_clear (&blocker);
  recorder_clear (&big);
  for (i = 0; i < G_N_ELEMENTS (small); i++)
    recorder_clear (&small[i]);
  g_array_unref (turns);
  gst_edge_worker_pool_unref (pool);
}

static void
test_blocked_lane (void)
{
  GstEdgeWorkerPool *pool = get_pool (2);
  Recorder blocked, other;

  start_gated (&blocked, pool, GST_EDGE_LEAKY_UPSTREAM);
  recorder_init (&other, pool, 0, GST_EDGE_LEAKY_UPSTREAM);
  submit_range (&other, 1, 1000);
  submit_range (&blocked, 2, 10);
  g_assert_true (gst_edge_lane_drain (other.lane, -1));
  g_assert_cmpuint (other.run->len, ==, 1000);
  g_assert_cmpuint (blocked.run->len, ==, 0);
  gate_set_open (&blocked.gate, TRUE);
  g_assert_true (gst_edge_lane_drain (blocked.lane, -1));
  assert_ids (&blocked, blocked.run, "1 2 3 4");
  recorder_clear (&blocked);
  recorder_clear (&other);
  gst_edge_worker_pool_unref (pool);
}

/* At a high rate workers look after several lanes in a row, and nobody is woken for each: but when one of them gets
 * stuck, somebody must see to the others, even if nothing more comes in. */
static void
test_stuck_at_high_rate (void)
{
  GstEdgeWorkerPool *pool = get_pool (3);
  Recorder lanes[20];
  guint i, round;

  for (i = 0; i < G_N_ELEMENTS (lanes); i++)
    recorder_init (&lanes[i], pool, 0, GST_EDGE_LEAKY_NO);
  for (round = 0; round < 20; round++) {
    gint64 until = g_get_monotonic_time () + 25 * 1000;
    Recorder *stuck = &lanes[round];
    guint id = 1;

    while (g_get_monotonic_time () < until) {
      submit (&lanes[id % G_N_ELEMENTS (lanes)], id);
      id++;
      g_usleep (100);
    }
    g_assert_true (gst_edge_lane_drain (stuck->lane, -1));
    stuck->gated = TRUE;
    for (i = 0; i < G_N_ELEMENTS (lanes); i++)
      submit (&lanes[i], id);
    gate_await_waiting (&stuck->gate, 1);
    for (i = 0; i < G_N_ELEMENTS (lanes); i++)
      if (&lanes[i] != stuck)
        g_assert_true (gst_edge_lane_drain (lanes[i].lane, -1));
    gate_set_open (&stuck->gate, TRUE);
    g_assert_true (gst_edge_lane_drain (stuck->lane, -1));
  }
  for (i = 0; i < G_N_ELEMENTS (lanes); i++)
    recorder_clear (&lanes[i]);
  gst_edge_worker_pool_unref (pool);
}

/* ---- a worker that waits ---- */

static gint
submit_to (guint id, gpointer data)
{
  g_assert_cmpint (submit (data, id), ==, GST_EDGE_LANE_ACCEPTED);
  return TRUE;
}

/* The only worker waits for room in a lane that it would have to serve itself. */
static void
test_help_full (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder first, second;

  recorder_init (&first, pool, 0, GST_EDGE_LEAKY_NO);
  recorder_init (&second, pool, 2, GST_EDGE_LEAKY_NO);
  first.on_run = submit_to;
  first.on_run_data = &second;
  submit_range (&first, 1, 1000);
  g_assert_true (gst_edge_lane_drain (first.lane, -1));
  g_assert_true (gst_edge_lane_drain (second.lane, -1));
  g_assert_cmpuint (second.run->len, ==, 1000);
  g_assert_cmpuint (g_array_index (second.run, guint, 999), ==, 1000);
  recorder_clear (&first);
  recorder_clear (&second);
  gst_edge_worker_pool_unref (pool);
}

static gint
submit_and_drain (guint id, gpointer data)
{
  Recorder *other = data;

  submit_range (other, 10 * id, 10 * id + 4);
  g_assert_true (gst_edge_lane_drain (other->lane, -1));
  return TRUE;
}

static void
test_help_drain (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder first, second;

  recorder_init (&first, pool, 0, GST_EDGE_LEAKY_NO);
  recorder_init (&second, pool, 0, GST_EDGE_LEAKY_NO);
  first.on_run = submit_and_drain;
  first.on_run_data = &second;
  submit_range (&first, 1, 3);
  g_assert_true (gst_edge_lane_drain (first.lane, -1));
  assert_ids (&second, second.run,
      "10 11 12 13 14 20 21 22 23 24 30 31 32 33 34");
  recorder_clear (&first);
  recorder_clear (&second);
  gst_edge_worker_pool_unref (pool);
}

static gboolean
has_run_5 (gpointer data)
{
  Recorder *r = data;
  gboolean has;

  g_mutex_lock (&r->lock);
  has = r->run->len > 0 && g_array_index (r->run, guint, r->run->len - 1) == 5;
  g_mutex_unlock (&r->lock);
  return has;
}

static gint
submit_and_wait_for_5 (guint id, gpointer data)
{
  Recorder *other = data;

  submit_range (other, 1, 4);
  submit_full (other, 5, GST_EDGE_QUEUE_ITEM_CONTROL, 0, FALSE);
  gst_edge_lane_wait_until (other->lane, has_run_5, other);
  return TRUE;
}

static void
test_help_answer (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder first, second;

  recorder_init (&first, pool, 0, GST_EDGE_LEAKY_NO);
  recorder_init (&second, pool, 2, GST_EDGE_LEAKY_NO);
  first.on_run = submit_and_wait_for_5;
  first.on_run_data = &second;
  submit (&first, 1);
  g_assert_true (gst_edge_lane_drain (first.lane, -1));
  assert_ids (&second, second.run, "1 2 3 4 5");
  recorder_clear (&first);
  recorder_clear (&second);
  gst_edge_worker_pool_unref (pool);
}

static gint
submit_to_itself (guint id, gpointer data)
{
  Recorder *r = data;

  if (id == 1) {
    g_assert_cmpint (submit (r, 2), ==, GST_EDGE_LANE_ACCEPTED);
    g_assert_cmpint (submit (r, 3), ==, GST_EDGE_LANE_DROPPED);
    g_assert_false (gst_edge_lane_drain (r->lane, -1));
    gst_edge_lane_wait_idle (r->lane);
  }
  return TRUE;
}

static void
test_own_lane (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder r;

  recorder_init (&r, pool, 1, GST_EDGE_LEAKY_NO);
  r.on_run = submit_to_itself;
  r.on_run_data = &r;
  submit (&r, 1);
  g_assert_true (gst_edge_lane_drain (r.lane, -1));
  assert_ids (&r, r.run, "1 2");
  recorder_clear (&r);
  gst_edge_worker_pool_unref (pool);
}

/* ---- pauses ---- */

static gint
may_be_held (guint id, gpointer data)
{
  Recorder *r = data;

  gst_edge_lane_may_be_held (r->lane);
  gate_pass (&r->gate);
  return TRUE;
}

/* As many paused lanes as you like, and the one that plays still has its worker. */
static void
test_paused (void)
{
  GstEdgeWorkerPool *pool = get_pool (1);
  Recorder paused[5], playing;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (paused); i++) {
    recorder_init (&paused[i], pool, 3, GST_EDGE_LEAKY_NO);
    paused[i].on_run = may_be_held;
    paused[i].on_run_data = &paused[i];
    gst_edge_lane_set_paused (paused[i].lane, TRUE);
    submit (&paused[i], i + 1);
    gate_await_waiting (&paused[i].gate, 1);
  }
  recorder_init (&playing, pool, 3, GST_EDGE_LEAKY_NO);
  submit_range (&playing, 1, 100);
  g_assert_true (gst_edge_lane_drain (playing.lane, -1));
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (pool), ==, 1);

  for (i = 0; i < G_N_ELEMENTS (paused); i++) {
    gst_edge_lane_set_paused (paused[i].lane, FALSE);
    gate_set_open (&paused[i].gate, TRUE);
    recorder_clear (&paused[i]);
  }
  recorder_clear (&playing);
  gst_edge_worker_pool_unref (pool);
}

/* ---- budget ---- */

static GstEdgeWorkerPool *
get_pool_with_budget (guint64 max_total_bytes)
{
  const GstEdgeWorkerPoolOptions options = {
    .fields = GST_EDGE_WORKER_POOL_MAX_WORKERS
        | GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES,
    .max_workers = 1,
    .max_total_bytes = max_total_bytes,
  };

  return gst_edge_worker_pool_get_full ("test", &options, NULL, NULL);
}

static void
test_budget_fullest (void)
{
  GstEdgeWorkerPool *pool = get_pool_with_budget (100);
  Recorder big, small, upstream;

  recorder_init (&big, pool, 0, GST_EDGE_LEAKY_DOWNSTREAM);
  recorder_init (&small, pool, 0, GST_EDGE_LEAKY_DOWNSTREAM);
  recorder_init (&upstream, pool, 0, GST_EDGE_LEAKY_UPSTREAM);
  gst_edge_lane_set_suspended (big.lane, TRUE);
  gst_edge_lane_set_suspended (small.lane, TRUE);
  gst_edge_lane_set_suspended (upstream.lane, TRUE);

  submit_full (&big, 1, 0, 30, TRUE);
  submit_full (&big, 2, 0, 30, TRUE);
  submit_full (&big, 3, 0, 30, TRUE);
  submit_full (&small, 4, 0, 10, TRUE);
  g_assert_cmpuint (big.dropped->len + small.dropped->len, ==, 0);
  /* the fullest gives way, whoever comes */
  submit_full (&small, 5, 0, 10, TRUE);
  assert_ids (&big, big.dropped, "1");
  submit_full (&big, 6, 0, 30, TRUE);
  assert_ids (&big, big.dropped, "1 2");
  submit_full (&upstream, 7, 0, 50, TRUE);
  assert_ids (&big, big.dropped, "1 2 3");
  assert_ids (&small, small.dropped, "");
  /* the fullest itself leaks upstream: its new buffer does not get in */
  g_assert_cmpint (submit_full (&upstream, 8, 0, 1, TRUE), ==,
      GST_EDGE_LANE_DROPPED);
  g_assert_cmpuint (get_stat (&upstream, "dropped-new"), ==, 1);

  gst_edge_lane_set_suspended (big.lane, FALSE);
  gst_edge_lane_set_suspended (small.lane, FALSE);
  gst_edge_lane_set_suspended (upstream.lane, FALSE);
  g_assert_true (gst_edge_lane_drain (big.lane, -1));
  g_assert_true (gst_edge_lane_drain (small.lane, -1));
  g_assert_true (gst_edge_lane_drain (upstream.lane, -1));
  /* a single buffer may be larger than everything */
  g_assert_cmpint (submit_full (&big, 9, 0, 1000, TRUE), ==,
      GST_EDGE_LANE_ACCEPTED);
  g_assert_true (gst_edge_lane_drain (big.lane, -1));
  assert_ids (&big, big.run, "6 9");
  assert_ids (&small, small.run, "4 5");
  assert_ids (&upstream, upstream.run, "7");
  recorder_clear (&big);
  recorder_clear (&small);
  recorder_clear (&upstream);
  gst_edge_worker_pool_unref (pool);
}

static gpointer
submit_60_bytes (gpointer data)
{
  return GINT_TO_POINTER (submit_full (data, 7, 0, 60, TRUE));
}

/* A lane that must not leak waits for what another one gives back. */
static void
test_budget_waits (void)
{
  GstEdgeWorkerPool *pool = get_pool_with_budget (100);
  Recorder holder, waiter;
  GThread *thread;

  recorder_init (&holder, pool, 0, GST_EDGE_LEAKY_NO);
  recorder_init (&waiter, pool, 0, GST_EDGE_LEAKY_NO);
  holder.gated = TRUE;
  submit_full (&holder, 1, 0, 1, TRUE);
  gate_await_waiting (&holder.gate, 1);
  submit_full (&holder, 2, 0, 60, TRUE);
  submit_full (&waiter, 6, 0, 10, TRUE);
  thread = g_thread_new ("submit", submit_60_bytes, &waiter);
  gate_set_open (&holder.gate, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_EDGE_LANE_ACCEPTED);
  g_assert_true (gst_edge_lane_drain (holder.lane, -1));
  g_assert_true (gst_edge_lane_drain (waiter.lane, -1));

  /* a flush ends the wait */
  gate_set_open (&holder.gate, FALSE);
  submit_full (&holder, 3, 0, 1, TRUE);
  gate_await_waiting (&holder.gate, 1);
  submit_full (&holder, 4, 0, 60, TRUE);
  submit_full (&waiter, 8, 0, 10, TRUE);
  thread = g_thread_new ("submit", submit_60_bytes, &waiter);
  gst_edge_lane_set_flushing (waiter.lane, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_EDGE_LANE_FLUSHING);
  gate_set_open (&holder.gate, TRUE);
  recorder_clear (&holder);
  recorder_clear (&waiter);
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
  guint64 sum = get_field (stats, "out") + get_field (stats, "errors")
      + get_field (stats, "dropped") + get_field (stats, "cancelled")
      + get_field (stats, "queued") + get_field (stats, "running");

  g_assert_cmpuint (get_field (stats, "in"), ==, sum);
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
  g_test_add_func ("/lane/max-age", test_max_age);
  g_test_add_func ("/lane/free-in-run", test_free_in_run);
  g_test_add_func ("/lane/fairness", test_fairness);
  g_test_add_func ("/lane/blocked-lane", test_blocked_lane);
  g_test_add_func ("/lane/stuck-at-high-rate", test_stuck_at_high_rate);
  g_test_add_func ("/lane/help-full", test_help_full);
  g_test_add_func ("/lane/help-drain", test_help_drain);
  g_test_add_func ("/lane/help-answer", test_help_answer);
  g_test_add_func ("/lane/own-lane", test_own_lane);
  g_test_add_func ("/lane/paused", test_paused);
  g_test_add_func ("/lane/budget-fullest", test_budget_fullest);
  g_test_add_func ("/lane/budget-waits", test_budget_waits);
  g_test_add_func ("/lane/random-schedules", test_random_schedules);
  return g_test_run ();
}
