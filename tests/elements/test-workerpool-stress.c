/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * 40 lanes at 30 frames per second on a few workers for 20 s (or as many as EDGE_STRESS_SECONDS says), downstream
 * stalling at random, with flushes, caps and stops in between: no deadlock, no growth, nothing unaccounted for. */

#include <gst/gst.h>
#include <stdlib.h>

#include "../support/stats.h"

#define N_LANES 40
#define N_WORKERS 4
#define FPS 30
#define MAX_BUFFERS 10

/* Sanitizers keep what is freed for a while. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_TRUE FALSE
#else
#define MEMORY_IS_TRUE TRUE
#endif

typedef struct
{
  GstElement *element;
  GstPad *srcpad;               /* ours, in front of it */
  GstPad *sinkpad;              /* ours, behind it */
  GRand *rand;                  /* of the worker */
  gint n_inside;                /* atomic: the canary */
  gint n_received;              /* atomic */
  guint64 last;                 /* of the worker: number of the last buffer */
  gboolean flushed;             /* atomic: numbers may jump */
  guint64 n_pushed;
} Lane;

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Lane *lane = gst_pad_get_element_private (pad);
  guint64 number = GST_BUFFER_OFFSET (buffer);

  g_assert_cmpint (g_atomic_int_add (&lane->n_inside, 1), ==, 0);
  g_assert_cmpuint (number, >, lane->last);
  /* what is missing in between has been dropped, and that shows */
  if (number != lane->last + 1 && !__atomic_exchange_n (&lane->flushed, FALSE,
          __ATOMIC_ACQ_REL))
    g_assert_true (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  lane->last = number;
  g_atomic_int_inc (&lane->n_received);

  /* stands for a network that is slow at times */
  if (g_rand_int_range (lane->rand, 0, 100) == 0)
    g_usleep ((gulong) g_rand_int_range (lane->rand, 0, 100 * 1000));
  g_atomic_int_add (&lane->n_inside, -1);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
chain_flushing (Lane *lane)
{
  return gst_pad_push_event (lane->srcpad, gst_event_new_flush_start ())
      && gst_pad_push_event (lane->srcpad, gst_event_new_flush_stop (TRUE))
      ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static void
begin_stream (Lane *lane)
{
  GstCaps *caps = gst_caps_new_empty_simple ("image/jpeg");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (lane->srcpad, gst_event_new_stream_start ("lane"));
  gst_pad_push_event (lane->srcpad, gst_event_new_caps (caps));
  gst_pad_push_event (lane->srcpad, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

static void
lane_init (Lane *lane, guint number)
{
  GstPad *pad;

  memset (lane, 0, sizeof (*lane));
  lane->rand = g_rand_new_with_seed (g_test_rand_int () ^ number);
  lane->element = gst_element_factory_make ("workerpool", NULL);
  gst_object_ref_sink (lane->element);
  g_object_set (lane->element, "pool", "stress", "max-workers", N_WORKERS,
      "max-size-buffers", MAX_BUFFERS, "leaky", 1 + number % 2,
      "max-total-bytes", (guint64) 1000000, NULL);

  lane->srcpad = gst_pad_new ("src", GST_PAD_SRC);
  lane->sinkpad = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (lane->sinkpad, chain);
  gst_pad_set_element_private (lane->sinkpad, lane);
  pad = gst_element_get_static_pad (lane->element, "sink");
  gst_pad_link (lane->srcpad, pad);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (lane->element, "src");
  gst_pad_link (pad, lane->sinkpad);
  gst_object_unref (pad);

  gst_pad_set_active (lane->sinkpad, TRUE);
  gst_element_set_state (lane->element, GST_STATE_PLAYING);
  gst_pad_set_active (lane->srcpad, TRUE);
  begin_stream (lane);
}

/* Returns: the number of threads of the pool. */
static guint64
check_stats (Lane *lane)
{
  const GstStructure *pool;
  GstStructure *stats;
  guint64 threads;

  g_object_get (lane->element, "stats", &stats, NULL);
  stats_assert_conserved (stats);
  g_assert_cmpuint (stats_get (stats, "queued"), <=, MAX_BUFFERS);
  g_assert_cmpuint (stats_get (stats, "errors"), ==, 0);
  pool = stats_get_pool (stats);
  g_assert_cmpuint (stats_get (pool, "busy"), <=, N_WORKERS);
  g_assert_cmpuint (stats_get (pool, "queued-bytes"), <=, 1000000);
  threads = stats_get (pool, "threads");
  gst_structure_free (stats);
  return threads;
}

static void
lane_clear (Lane *lane)
{
  GstStructure *stats;

  gst_pad_push_event (lane->srcpad, gst_event_new_eos ());
  gst_element_set_state (lane->element, GST_STATE_NULL);
  gst_pad_set_active (lane->srcpad, FALSE);
  gst_pad_set_active (lane->sinkpad, FALSE);
  g_object_get (lane->element, "stats", &stats, NULL);
  g_assert_cmpuint (stats_get (stats, "queued") + stats_get (stats, "running"),
      ==, 0);
  gst_structure_free (stats);
  gst_object_unref (lane->srcpad);
  gst_object_unref (lane->sinkpad);
  gst_object_unref (lane->element);
  g_rand_free (lane->rand);
}

static void
push (Lane *lane)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10000, NULL);
  GstFlowReturn ret;

  GST_BUFFER_OFFSET (buffer) = ++lane->n_pushed;
  GST_BUFFER_PTS (buffer) = lane->n_pushed * GST_SECOND / FPS;
  ret = gst_pad_push (lane->srcpad, buffer);
  g_assert_cmpint (ret, ==, GST_FLOW_OK);
}

/* Once in a while something else than a frame. */
static void
disturb (Lane *lane)
{
  switch (g_test_rand_int_range (0, 500)) {
    case 0:
      __atomic_store_n (&lane->flushed, TRUE, __ATOMIC_RELEASE);
      g_assert_cmpint (chain_flushing (lane), ==, GST_FLOW_OK);
      begin_stream (lane);
      __atomic_store_n (&lane->flushed, TRUE, __ATOMIC_RELEASE);
      break;
    case 1:
      gst_pad_push_event (lane->srcpad,
          gst_event_new_gap (lane->n_pushed * GST_SECOND / FPS, 1));
      break;
    default:
      break;
  }
}

static guint64
get_resident_bytes (void)
{
  gchar *text;
  guint64 pages;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  pages = g_ascii_strtoull (strchr (text, ' '), NULL, 10);
  g_free (text);
  return pages * 4096;
}

static void
run_tick (Lane *lanes, gint64 *next)
{
  gint64 now;
  guint i;

  for (i = 0; i < N_LANES; i++) {
    push (&lanes[i]);
    disturb (&lanes[i]);
  }
  *next += G_USEC_PER_SEC / FPS;
  now = g_get_monotonic_time ();
  if (*next > now)
    g_usleep ((gulong) (*next - now));
  else
    *next = now;                /* a busy machine */
}

static void
test_stress (void)
{
  const gchar *wanted = g_getenv ("EDGE_STRESS_SECONDS");
  guint ticks = FPS * (wanted != NULL ? (guint) atoi (wanted) : 20);
  gint64 next = g_get_monotonic_time ();
  guint64 settled = 0, received = 0, pushed = 0;
  Lane *lanes = g_new (Lane, N_LANES);
  guint i, tick;

  for (i = 0; i < N_LANES; i++)
    lane_init (&lanes[i], i);
  for (tick = 0; tick < ticks; tick++) {
    run_tick (lanes, &next);
    if (tick % 30 != 0)
      continue;
    for (i = 0; i < N_LANES; i++)
      g_assert_cmpuint (check_stats (&lanes[i]), ==, N_WORKERS);
    if (tick <= ticks / 2)
      settled = get_resident_bytes ();
  }
  if (MEMORY_IS_TRUE)           /* the queues alone may hold 4 MB */
    g_assert_cmpuint (get_resident_bytes (), <, settled + (8 << 20));

  for (i = 0; i < N_LANES; i++) {
    lane_clear (&lanes[i]);
    received += (guint64) lanes[i].n_received;
    pushed += lanes[i].n_pushed;
    g_assert_cmpint (lanes[i].n_received, >, 0);
  }
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
      " frames delivered", received, pushed);
  g_free (lanes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/workerpool/stress", test_stress);
  return g_test_run ();
}
