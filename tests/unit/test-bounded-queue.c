/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The bounded queue: limits, leaks along keyframes, and random schedules checked against what must hold after each
 * of them. The seed of the random ones is printed; run with --seed to repeat. */

#include <gst/gst.h>

#include "queue/bounded-queue.h"

#define N_SCHEDULES 10000
#define N_STEPS 60

/* Items carry a number instead of a pointer. */
static GstEdgeQueueItem
make_item (guint id, guint flags)
{
  GstEdgeQueueItem item = { GUINT_TO_POINTER (id), flags, 10,
    id * GST_SECOND, (id + 1) * GST_SECOND, id, 0
  };

  return item;
}

static guint
id_of (const GstEdgeQueueItem *item)
{
  return GPOINTER_TO_UINT (item->data);
}

static GstEdgeQueue *
make_queue (GstEdgeLeaky leaky, guint max_buffers)
{
  const GstEdgeQueueLimits limits = {.max_buffers = max_buffers,.leaky = leaky
  };
  GstEdgeQueue *queue = gst_edge_queue_new ();

  gst_edge_queue_set_limits (queue, &limits);
  return queue;
}

/* Pushes "K" keyframes, "d" delta units, "p" droppable delta units and "c" control items numbered from @id; returns
 * what became of each: "." accepted, "x" dropped, "f" full. */
static gchar *
push_all (GstEdgeQueue *queue, guint id, const gchar *kinds, GArray **dropped)
{
  GString *results = g_string_new (NULL);

  for (; *kinds != '\0'; kinds++, id++) {
    guint flags = *kinds == 'd' ? GST_EDGE_QUEUE_ITEM_DELTA
        : *kinds ==
        'p' ? GST_EDGE_QUEUE_ITEM_DELTA | GST_EDGE_QUEUE_ITEM_DROPPABLE : *kinds
        == 'c' ? GST_EDGE_QUEUE_ITEM_CONTROL : 0;
    GstEdgeQueueItem item = make_item (id, flags);

    g_string_append_c (results,
        ".xf"[gst_edge_queue_push (queue, &item, dropped)]);
  }
  return g_string_free (results, FALSE);
}

/* Pops everything: "1 3! 4", with ! for DISCONT. */
static gchar *
pop_all (GstEdgeQueue *queue, gint64 now, GArray **dropped)
{
  GString *ids = g_string_new (NULL);
  GstEdgeQueueItem item;

  while (gst_edge_queue_pop (queue, now, &item, dropped))
    g_string_append_printf (ids, "%s%u%s", ids->len > 0 ? " " : "",
        id_of (&item), item.flags & GST_EDGE_QUEUE_ITEM_DISCONT ? "!" : "");
  return g_string_free (ids, FALSE);
}

/* "2new 3gop" */
static gchar *
describe_dropped (GArray *dropped)
{
  static const gchar *names[] = { "new", "old", "gop", "age" };
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; dropped != NULL && i < dropped->len; i++) {
    GstEdgeDroppedItem *entry = &g_array_index (dropped, GstEdgeDroppedItem, i);

    g_string_append_printf (text, "%s%u%s", i > 0 ? " " : "",
        id_of (&entry->item), names[entry->reason]);
  }
  return g_string_free (text, FALSE);
}

static void
assert_takes (gchar *actual, const gchar *expected)
{
  g_assert_cmpstr (actual, ==, expected);
  g_free (actual);
}

static void
finish (GstEdgeQueue *queue, GArray *dropped)
{
  gst_edge_queue_free (queue);
  if (dropped != NULL)
    g_array_unref (dropped);
}

static void
test_order_and_level (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_NO, 0);
  GArray *dropped = NULL;
  GstEdgeQueueLevel level;

  g_assert_cmpint (gst_edge_queue_peek_queued_at (queue), ==, -1);
  assert_takes (push_all (queue, 1, "KKcK", &dropped), "....");
  gst_edge_queue_get_level (queue, &level);
  g_assert_cmpuint (level.buffers, ==, 3);
  g_assert_cmpuint (level.bytes, ==, 30);
  g_assert_cmpuint (level.time, ==, 4 * GST_SECOND);
  g_assert_cmpuint (gst_edge_queue_get_length (queue), ==, 4);
  g_assert_cmpint (gst_edge_queue_peek_queued_at (queue), ==, 1);
  assert_takes (pop_all (queue, 0, &dropped), "1 2 3 4");
  gst_edge_queue_get_level (queue, &level);
  g_assert_cmpuint (level.buffers + level.bytes + level.time, ==, 0);
  g_assert_null (dropped);
  finish (queue, dropped);
}

static void
test_not_leaky (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_NO, 2);
  GArray *dropped = NULL;

  assert_takes (push_all (queue, 1, "KKKc", &dropped), "..f.");
  g_assert_true (gst_edge_queue_is_full (queue));
  g_assert_null (dropped);
  assert_takes (pop_all (queue, 0, &dropped), "1 2 4");
  finish (queue, dropped);
}

static void
test_leaky_upstream (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_UPSTREAM, 2);
  GArray *dropped = NULL;

  assert_takes (push_all (queue, 1, "KKKcK", &dropped), "..x.x");
  assert_takes (describe_dropped (dropped), "3new 5new");
  assert_takes (pop_all (queue, 0, &dropped), "1 2 4");
  assert_takes (push_all (queue, 6, "KK", &dropped), "..");
  assert_takes (pop_all (queue, 0, &dropped), "6! 7");
  finish (queue, dropped);
}

static void
test_leaky_downstream (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_DOWNSTREAM, 2);
  GArray *dropped = NULL;

  /* events keep their place while the buffers around them go */
  assert_takes (push_all (queue, 1, "cKcKcKK", &dropped), ".......");
  assert_takes (describe_dropped (dropped), "2old 4old");
  assert_takes (pop_all (queue, 0, &dropped), "1 3 5 6! 7");
  finish (queue, dropped);
}

static void
test_bytes (void)
{
  const GstEdgeQueueLimits limits = {.max_bytes = 25,.leaky =
        GST_EDGE_LEAKY_DOWNSTREAM
  };
  GstEdgeQueue *queue = gst_edge_queue_new ();
  GstEdgeQueueItem big = make_item (9, 0);
  GArray *dropped = NULL;

  gst_edge_queue_set_limits (queue, &limits);
  assert_takes (push_all (queue, 1, "KKK", &dropped), "...");
  assert_takes (describe_dropped (dropped), "1old");
  /* larger than the limit: alone it may pass */
  big.bytes = 100;
  g_assert_cmpint (gst_edge_queue_push (queue, &big, &dropped), ==,
      GST_EDGE_QUEUE_ACCEPTED);
  assert_takes (describe_dropped (dropped), "1old 2old 3old");
  assert_takes (pop_all (queue, 0, &dropped), "9!");
  finish (queue, dropped);
}

static void
test_time (void)
{
  const GstEdgeQueueLimits limits = {.max_time = 3 * GST_SECOND,.leaky =
        GST_EDGE_LEAKY_UPSTREAM
  };
  GstEdgeQueue *queue = gst_edge_queue_new ();
  GstEdgeQueueItem untimed = make_item (5, 0);
  GstEdgeQueueLevel level;
  GArray *dropped = NULL;

  gst_edge_queue_set_limits (queue, &limits);
  assert_takes (push_all (queue, 1, "KKKK", &dropped), "...x");
  gst_edge_queue_get_level (queue, &level);
  g_assert_cmpuint (level.time, ==, 3 * GST_SECOND);
  assert_takes (pop_all (queue, 0, &dropped), "1 2 3");

  /* no timestamps, no time */
  untimed.start = untimed.end = GST_CLOCK_TIME_NONE;
  gst_edge_queue_push (queue, &untimed, &dropped);
  gst_edge_queue_get_level (queue, &level);
  g_assert_cmpuint (level.time, ==, 0);
  assert_takes (pop_all (queue, 0, &dropped), "5!");
  finish (queue, dropped);
}

static void
test_lists (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_UPSTREAM, 4);
  GstEdgeQueueItem list = make_item (1, 0);
  GstEdgeQueueLevel level;
  GArray *dropped = NULL;

  list.n_buffers = 3;
  g_assert_cmpint (gst_edge_queue_push (queue, &list, &dropped), ==,
      GST_EDGE_QUEUE_ACCEPTED);
  g_assert_cmpint (gst_edge_queue_push (queue, &list, &dropped), ==,
      GST_EDGE_QUEUE_DROPPED);
  gst_edge_queue_get_level (queue, &level);
  g_assert_cmpuint (level.buffers, ==, 3);
  assert_takes (push_all (queue, 2, "KK", &dropped), ".x");
  assert_takes (pop_all (queue, 0, &dropped), "1 2!");
  finish (queue, dropped);
}

static void
test_keyframes_upstream (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_UPSTREAM, 2);
  GArray *dropped = NULL;

  assert_takes (push_all (queue, 1, "Kdd", &dropped), "..x");
  assert_takes (pop_all (queue, 0, &dropped), "1 2");
  /* there is room, but nobody could decode these */
  assert_takes (push_all (queue, 4, "ddKd", &dropped), "xx..");
  assert_takes (describe_dropped (dropped), "3new 4gop 5gop");
  assert_takes (pop_all (queue, 0, &dropped), "6! 7");
  finish (queue, dropped);
}

static void
test_keyframes_downstream (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_DOWNSTREAM, 4);
  GArray *dropped = NULL;

  assert_takes (push_all (queue, 1, "KdcKdd", &dropped), "......");
  assert_takes (describe_dropped (dropped), "1old 2gop");
  assert_takes (pop_all (queue, 0, &dropped), "3 4! 5 6");

  /* the leak takes what the new one depends on */
  assert_takes (push_all (queue, 10, "KdddddK", &dropped), "....xx.");
  assert_takes (pop_all (queue, 0, &dropped), "16!");
  finish (queue, dropped);
}

static void
test_droppable (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_UPSTREAM, 2);
  GArray *dropped = NULL;

  assert_takes (push_all (queue, 1, "Kdp", &dropped), "..x");
  assert_takes (pop_all (queue, 0, &dropped), "1 2");
  assert_takes (push_all (queue, 4, "dp", &dropped), "..");
  assert_takes (pop_all (queue, 0, &dropped), "4! 5");
  finish (queue, dropped);
}

static void
test_age (void)
{
  const GstEdgeQueueLimits limits = {.max_age = 10,.leaky = GST_EDGE_LEAKY_NO };
  GstEdgeQueue *queue = gst_edge_queue_new ();
  GArray *dropped = NULL;

  /* items are queued at the time of their number */
  gst_edge_queue_set_limits (queue, &limits);
  assert_takes (push_all (queue, 1, "K", &dropped), ".");
  assert_takes (push_all (queue, 2, "d", &dropped), ".");
  assert_takes (push_all (queue, 5, "c", &dropped), ".");
  assert_takes (push_all (queue, 12, "dKd", &dropped), "...");
  assert_takes (pop_all (queue, 12, &dropped), "5 13! 14");
  assert_takes (describe_dropped (dropped), "1age 2gop 12gop");
  finish (queue, dropped);
}

static void
test_skip_and_cancel (void)
{
  GstEdgeQueue *queue = make_queue (GST_EDGE_LEAKY_NO, 3);
  GstEdgeQueueItem item = make_item (4, GST_EDGE_QUEUE_ITEM_DELTA);
  GArray *dropped = NULL;

  assert_takes (push_all (queue, 1, "Kdd", &dropped), "...");
  gst_edge_queue_skip (queue, &item);
  g_assert_true (gst_edge_queue_pop (queue, 0, &item, &dropped));
  assert_takes (push_all (queue, 5, "dcK", &dropped), "x..");
  g_assert_true (gst_edge_queue_cancel_one (queue, &item));
  g_assert_cmpuint (id_of (&item), ==, 2);
  g_assert_true (gst_edge_queue_cancel_one (queue, &item));
  g_assert_cmpuint (id_of (&item), ==, 3);
  g_assert_true (gst_edge_queue_cancel_one (queue, &item));
  g_assert_cmpuint (id_of (&item), ==, 7);
  g_assert_false (gst_edge_queue_cancel_one (queue, &item));
  assert_takes (pop_all (queue, 0, &dropped), "6");
  finish (queue, dropped);
}

/* ---- random schedules ---- */

typedef enum
{ PENDING, POPPED, LOST, FLUSHED } Fate;

typedef struct
{
  guint flags;
  guint64 bytes;
  gint64 queued_at;
  guint n_buffers;
  guint epoch;                  /* number of flushes before it was pushed */
  Fate fate;
} Sent;

typedef struct
{
  GstEdgeQueue *queue;
  GArray *sent;                 /* of Sent, by id */
  GArray *dropped;
  GstEdgeQueueLimits limits;
  gint64 now;
  guint epoch;
  gint last_popped;             /* id, -1 at the start and after a flush */
  gint last_popped_data;
} Schedule;

static Sent *
sent_of (Schedule *s, guint id)
{
  return &g_array_index (s->sent, Sent, id);
}

static void
settle_dropped (Schedule *s)
{
  guint i;

  for (i = 0; s->dropped != NULL && i < s->dropped->len; i++) {
    GstEdgeDroppedItem *entry =
        &g_array_index (s->dropped, GstEdgeDroppedItem, i);
    Sent *sent = sent_of (s, id_of (&entry->item));

    g_assert_cmpint (sent->fate, ==, PENDING);
    g_assert_false (sent->flags & GST_EDGE_QUEUE_ITEM_CONTROL);
    if (entry->reason == GST_EDGE_DROP_GOP)
      g_assert_true (sent->flags & GST_EDGE_QUEUE_ITEM_DELTA);
    if (entry->reason == GST_EDGE_DROP_AGE)
      g_assert_cmpint (s->now - sent->queued_at, >, s->limits.max_age);
    sent->fate = LOST;
  }
  if (s->dropped != NULL)
    g_array_set_size (s->dropped, 0);
}

/* Sums up what must be in the queue now. */
static void
check_level (Schedule *s)
{
  GstEdgeQueueLevel level;
  guint i, buffers = 0, length = 0;
  guint64 bytes = 0;

  for (i = 0; i < s->sent->len; i++) {
    Sent *sent = sent_of (s, i);

    if (sent->fate != PENDING)
      continue;
    length++;
    if (sent->flags & GST_EDGE_QUEUE_ITEM_CONTROL)
      continue;
    buffers += sent->n_buffers;
    bytes += sent->bytes;
  }
  gst_edge_queue_get_level (s->queue, &level);
  g_assert_cmpuint (level.buffers, ==, buffers);
  g_assert_cmpuint (level.bytes, ==, bytes);
  g_assert_cmpuint (gst_edge_queue_get_length (s->queue), ==, length);
}

static void
step_push (Schedule *s)
{
  GstEdgeQueueItem item = make_item (s->sent->len, 0);
  GstEdgeQueueLevel before, after;
  Sent sent = { 0, };
  gint kind = g_test_rand_int_range (0, 10);

  if (kind == 0)
    item.flags = GST_EDGE_QUEUE_ITEM_CONTROL;
  else if (kind < 6)
    item.flags = GST_EDGE_QUEUE_ITEM_DELTA;
  else if (kind < 8)
    item.flags = GST_EDGE_QUEUE_ITEM_DELTA | GST_EDGE_QUEUE_ITEM_DROPPABLE;
  item.bytes = (guint64) g_test_rand_int_range (0, 40);
  item.queued_at = s->now;
  item.n_buffers = (guint) g_test_rand_int_range (0, 4);
  sent.flags = item.flags;
  sent.bytes = item.bytes;
  sent.queued_at = item.queued_at;
  sent.n_buffers = MAX (item.n_buffers, 1);
  sent.epoch = s->epoch;

  gst_edge_queue_get_level (s->queue, &before);
  g_array_append_val (s->sent, sent);
  switch (gst_edge_queue_push (s->queue, &item, &s->dropped)) {
    case GST_EDGE_QUEUE_ACCEPTED:
      settle_dropped (s);
      g_assert_cmpint (sent_of (s, id_of (&item))->fate, ==, PENDING);
      break;
    case GST_EDGE_QUEUE_DROPPED:
      settle_dropped (s);
      g_assert_cmpint (sent_of (s, id_of (&item))->fate, ==, LOST);
      break;
    case GST_EDGE_QUEUE_FULL:
      g_assert_cmpint (s->limits.leaky, ==, GST_EDGE_LEAKY_NO);
      g_assert_true (s->dropped == NULL || s->dropped->len == 0);
      gst_edge_queue_skip (s->queue, &item);
      sent_of (s, id_of (&item))->fate = LOST;
      break;
  }
  gst_edge_queue_get_level (s->queue, &after);
  if (s->limits.max_buffers > 0 && after.buffers > before.buffers)
    g_assert_true (after.buffers <= s->limits.max_buffers
        || after.buffers == sent.n_buffers);
  if (s->limits.max_bytes > 0 && after.bytes > before.bytes)
    g_assert_true (after.bytes <= s->limits.max_bytes
        || after.bytes == sent.bytes);
}

/* A popped delta unit has all it depends on in front of it, and DISCONT says exactly where buffers are missing. */
static void
check_popped (Schedule *s, const GstEdgeQueueItem *item)
{
  gint id = (gint) id_of (item), i;
  gboolean lost = FALSE;
  Sent *sent = sent_of (s, id_of (item));

  g_assert_cmpint (sent->fate, ==, PENDING);
  g_assert_cmpint (id, >, s->last_popped);
  s->last_popped = id;
  sent->fate = POPPED;
  if (sent->flags & GST_EDGE_QUEUE_ITEM_CONTROL) {
    g_assert_false (item->flags & GST_EDGE_QUEUE_ITEM_DISCONT);
    return;
  }

  for (i = id - 1; i > s->last_popped_data; i--) {
    Sent *other = sent_of (s, (guint) i);

    g_assert_true (other->fate != PENDING);
    if (other->fate == LOST && other->epoch == sent->epoch)
      lost = TRUE;
  }
  g_assert_cmpint (lost, ==, (item->flags & GST_EDGE_QUEUE_ITEM_DISCONT) != 0);
  s->last_popped_data = id;

  if ((sent->flags & GST_EDGE_QUEUE_ITEM_DELTA) == 0)
    return;
  for (i = id - 1; i >= 0; i--) {
    Sent *other = sent_of (s, (guint) i);

    if (other->epoch != sent->epoch)
      break;                    /* a flush forgets */
    if (other->flags & (GST_EDGE_QUEUE_ITEM_CONTROL |
            GST_EDGE_QUEUE_ITEM_DROPPABLE))
      continue;
    g_assert_cmpint (other->fate, ==, POPPED);
    if ((other->flags & GST_EDGE_QUEUE_ITEM_DELTA) == 0)
      break;
  }
}

static void
step_pop (Schedule *s)
{
  GstEdgeQueueItem item;
  gboolean popped = gst_edge_queue_pop (s->queue, s->now, &item, &s->dropped);

  settle_dropped (s);
  if (popped)
    check_popped (s, &item);
  else
    g_assert_cmpuint (gst_edge_queue_get_length (s->queue), ==, 0);
}

static void
step_flush (Schedule *s)
{
  GstEdgeQueueItem item;

  while (gst_edge_queue_flush_one (s->queue, &item)) {
    g_assert_cmpint (sent_of (s, id_of (&item))->fate, ==, PENDING);
    sent_of (s, id_of (&item))->fate = FLUSHED;
  }
  s->epoch++;
  s->last_popped_data = (gint) s->sent->len - 1;
}

static void
random_limits (Schedule *s)
{
  s->limits.max_buffers = (guint) g_test_rand_int_range (0, 12);
  s->limits.max_bytes = (guint64) g_test_rand_int_range (0, 3) * 60;
  s->limits.max_time = (GstClockTime) g_test_rand_int_range (0, 3) * 6 *
      GST_SECOND;
  s->limits.max_age = g_test_rand_int_range (0, 3) * 8;
  s->limits.leaky = (GstEdgeLeaky) g_test_rand_int_range (0, 3);
  gst_edge_queue_set_limits (s->queue, &s->limits);
}

static void
run_schedule (void)
{
  Schedule s = { 0, };
  guint step;

  s.queue = gst_edge_queue_new ();
  s.sent = g_array_new (FALSE, FALSE, sizeof (Sent));
  s.last_popped = s.last_popped_data = -1;
  random_limits (&s);

  for (step = 0; step < N_STEPS; step++) {
    gint dice = g_test_rand_int_range (0, 100);

    s.now += g_test_rand_int_range (0, 4);
    if (dice < 60)
      step_push (&s);
    else if (dice < 90)
      step_pop (&s);
    else if (dice < 95) {
      gst_edge_queue_drop_oldest (s.queue, &s.dropped);
      settle_dropped (&s);
    } else if (dice < 98)
      random_limits (&s);
    else
      step_flush (&s);
    check_level (&s);
  }
  step_flush (&s);
  check_level (&s);

  gst_edge_queue_free (s.queue);
  g_array_unref (s.sent);
  if (s.dropped != NULL)
    g_array_unref (s.dropped);
}

static void
test_random_schedules (void)
{
  guint i;

  for (i = 0; i < N_SCHEDULES; i++)
    run_schedule ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/queue/order-and-level", test_order_and_level);
  g_test_add_func ("/queue/not-leaky", test_not_leaky);
  g_test_add_func ("/queue/leaky-upstream", test_leaky_upstream);
  g_test_add_func ("/queue/leaky-downstream", test_leaky_downstream);
  g_test_add_func ("/queue/bytes", test_bytes);
  g_test_add_func ("/queue/time", test_time);
  g_test_add_func ("/queue/lists", test_lists);
  g_test_add_func ("/queue/keyframes-upstream", test_keyframes_upstream);
  g_test_add_func ("/queue/keyframes-downstream", test_keyframes_downstream);
  g_test_add_func ("/queue/droppable", test_droppable);
  g_test_add_func ("/queue/age", test_age);
  g_test_add_func ("/queue/skip-and-cancel", test_skip_and_cancel);
  g_test_add_func ("/queue/random-schedules", test_random_schedules);
  return g_test_run ();
}
