/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Several lanes on a pool: fairness, lanes that are stuck or paused, workers that help while they wait, and the budget
 * that all lanes share. */

#include "lane-recorder.h"

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
submit_20_bytes (gpointer data)
{
  return GINT_TO_POINTER (submit_full (data, 3, 0, 20, TRUE));
}

/* What a leak gives back beyond what was asked for is there for a lane that waits. */
static void
test_budget_leak_wakes (void)
{
  guint round;

  for (round = 0; round < 50; round++) {
    GstEdgeWorkerPool *pool = get_pool_with_budget (100);
    Recorder waiter, full, small;
    GThread *thread;

    recorder_init (&waiter, pool, 0, GST_EDGE_LEAKY_NO);
    recorder_init (&full, pool, 0, GST_EDGE_LEAKY_DOWNSTREAM);
    recorder_init (&small, pool, 0, GST_EDGE_LEAKY_DOWNSTREAM);
    waiter.gated = TRUE;
    submit_full (&waiter, 1, 0, 1, TRUE);
    gate_await_waiting (&waiter.gate, 1);       /* with the only worker */
    submit_full (&waiter, 2, 0, 60, TRUE);
    submit_full (&full, 4, 0, 30, TRUE);
    thread = g_thread_new ("submit", submit_20_bytes, &waiter);
    if (round % 2 == 0)
      g_thread_yield ();
    submit_full (&small, 5, 0, 15, TRUE);
    g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, GST_EDGE_LANE_ACCEPTED);

    gate_set_open (&waiter.gate, TRUE);
    g_assert_true (gst_edge_lane_drain (waiter.lane, -1));
    recorder_clear (&waiter);
    recorder_clear (&full);
    recorder_clear (&small);
    gst_edge_worker_pool_unref (pool);
  }
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

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
  g_test_add_func ("/lane/budget-leak-wakes", test_budget_leak_wakes);
  return g_test_run ();
}
