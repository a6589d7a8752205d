/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Many sinks, many starts and stops, servers that are not there: nothing is lost uncounted, nothing is left behind. */

#include <malloc.h>
#include <string.h>

#include "amqp-peer.h"
#include "proc.h"
#include "sink-rig.h"

#define N_SINKS 10
#define N_FRAMES 100
#define N_CYCLES 200
#define N_WARM_UP 40

static const gchar *factories[] = { "amqpsink", "metadatapub", "redisframesink" };

/* @n rigs, camera cam0 and so on; frames without identity, which they stamp themselves. */
static void
rigs_init (SinkRig *rigs, guint n, const gchar *factory, const gchar *properties)
{
  guint i;

  for (i = 0; i < n; i++) {
    gchar *line = g_strdup_printf ("camera-id=cam%u %s", i, properties);

    sink_rig_init (&rigs[i], factory, NULL, line);
    sink_rig_play (&rigs[i]);
    g_free (line);
  }
}

static void
push_plain (SinkRig *rig)
{
  g_assert_cmpint (gst_harness_push (rig->h, gst_buffer_new_allocate (NULL, 1000, NULL)), ==, GST_FLOW_OK);
}

/* All elements that name one server share one connection and its thread. */
static void
test_one_connection (void)
{
  SinkRig rigs[3][N_SINKS];
  guint i, j, n_threads;

  /* sanitizers start a thread of their own with the first one */
  rigs_init (rigs[0], 1, factories[0], "");
  sink_rig_clear (&rigs[0][0]);
  n_threads = proc_count_threads ();
  for (i = 0; i < 3; i++)
    rigs_init (rigs[i], N_SINKS, factories[i], "");
  for (i = 0; i < 3; i++) {
    for (j = 0; j < N_SINKS; j++) {
      push_plain (&rigs[i][j]);
      sink_rig_await_stat (&rigs[i][j], "delivered", 1);
      g_assert_cmpuint (sink_rig_get_stat (&rigs[i][j], "connects"), ==, 1);
    }
  }
  g_assert_cmpuint (sink_rig_count_connections ("amqpsink"), ==, 1);
  g_assert_cmpuint (sink_rig_count_connections ("redisframesink"), ==, 1);
  /* a link for each server, and the watchdog of all links */
  g_assert_cmpuint (proc_count_threads (), ==, n_threads + 3);
  for (i = 0; i < 3; i++) {
    for (j = 0; j < N_SINKS; j++)
      sink_rig_clear (&rigs[i][j]);
  }
  g_assert_cmpuint (proc_count_threads (), ==, n_threads);
  g_assert_cmpuint (sink_rig_count_connections ("amqpsink"), ==, 0);
}

/* Unless they are told not to. */
static void
test_link_group (void)
{
  SinkRig a, b;

  sink_rig_init (&a, "amqpsink", NULL, NULL);
  sink_rig_init (&b, "amqpsink", NULL, "link-group=b");
  sink_rig_play (&a);
  sink_rig_play (&b);
  sink_rig_await_state (&a, "ready");
  sink_rig_await_state (&b, "ready");
  g_assert_cmpuint (sink_rig_count_connections ("amqpsink"), ==, 2);
  sink_rig_clear (&a);
  g_assert_cmpuint (sink_rig_count_connections ("amqpsink"), ==, 1);
  sink_rig_clear (&b);
}

static gpointer
push_frames (gpointer rig)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++)
    push_plain (rig);
  sink_rig_push_eos (rig);
  return NULL;
}

/* Looks at every element all the time. */
typedef struct
{
  SinkRig *rigs;
  gint stop;                    /* atomic */
  guint n_looks;
} Watcher;

static gpointer
watch (gpointer data)
{
  Watcher *watcher = data;
  guint i;

  while (!g_atomic_int_get (&watcher->stop)) {
    for (i = 0; i < N_SINKS; i++)
      sink_rig_assert_balanced (watcher->rigs[i].element);
    watcher->n_looks++;
  }
  return NULL;
}

static void
push_all_watched (SinkRig *rigs)
{
  Watcher watcher = { rigs, FALSE, 0 };
  GThread *threads[N_SINKS], *watching = g_thread_new ("watch", watch, &watcher);
  guint i;

  for (i = 0; i < N_SINKS; i++)
    threads[i] = g_thread_new ("push", push_frames, &rigs[i]);
  for (i = 0; i < N_SINKS; i++)
    g_thread_join (threads[i]);
  g_atomic_int_set (&watcher.stop, TRUE);
  g_thread_join (watching);
  g_assert_cmpuint (watcher.n_looks, >, 0);
}

/* 10 cameras x 100 frames through @properties. Returns how many were delivered in all; the rest was dropped. */
static guint64
run_all (const gchar *factory, const gchar *properties)
{
  SinkRig rigs[N_SINKS];
  guint64 delivered = 0;
  guint i;

  rigs_init (rigs, N_SINKS, factory, properties);
  push_all_watched (rigs);
  for (i = 0; i < N_SINKS; i++) {
    g_assert_cmpuint (sink_rig_get_stat (&rigs[i], "in"), ==, N_FRAMES);
    g_assert_cmpuint (sink_rig_get_stat (&rigs[i], "delivered") + sink_rig_get_stat (&rigs[i], "dropped-full"), ==,
        N_FRAMES);
    g_assert_cmpuint (sink_rig_count (&rigs[i], GST_MESSAGE_EOS), ==, 1);
    g_assert_cmpuint (sink_rig_count (&rigs[i], GST_MESSAGE_ERROR | GST_MESSAGE_WARNING), ==, 0);
    delivered += sink_rig_get_stat (&rigs[i], "delivered");
    sink_rig_clear (&rigs[i]);
  }
  return delivered;
}

static void
test_everything_arrives (gconstpointer factory)
{
  g_assert_cmpuint (run_all (factory, "leaky=no"), ==, N_SINKS * N_FRAMES);
  g_assert_cmpuint (run_all (factory, "leaky=no max-size-buffers=1 max-in-flight=1"), ==, N_SINKS * N_FRAMES);
}

/* What the sinks say that they delivered is what the broker has. */
static void
test_overload (void)
{
  AmqpPeer *peer = amqp_peer_new ();
  guint64 delivered;

  amqp_peer_declare (peer, "cameras", "topic");
  amqp_peer_bind (peer, NULL, "cameras", "#");
  delivered = run_all ("amqpsink", "leaky=upstream max-size-buffers=2 max-in-flight=2");
  g_assert_cmpuint (amqp_peer_count (peer), ==, delivered);
  g_test_message ("%" G_GUINT64_FORMAT " of %u", delivered, N_SINKS * N_FRAMES);
  amqp_peer_purge (peer);
  delivered = run_all ("amqpsink", "leaky=downstream max-size-buffers=2 max-in-flight=2");
  g_assert_cmpuint (amqp_peer_count (peer), ==, delivered);
  amqp_peer_free (peer);
}

/* Everything at once, as fast as it goes. */
static GstElement *
make_pipeline (void)
{
  gchar *line = g_strdup_printf ("fakesrc sizetype=fixed sizemax=2000 filltype=zero format=time datarate=2000000"
      " ! framestamp camera-id=cam1 ! tee name=t"
      " t. ! queue ! amqpsink name=a uri=%s"
      " t. ! queue ! redisframesink uri=%s ! metadatapub name=b uri=%s"
      " t. ! workerpool ! redisframesink uri=%s key={camera-id} ! workerpool ! metadatapub uri=%s leaky=no",
      sink_rig_uri ("amqpsink"), sink_rig_uri ("redisframesink"), sink_rig_uri ("metadatapub"),
      sink_rig_uri ("redisframesink"), sink_rig_uri ("metadatapub"));
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  g_assert_no_error (error);
  g_free (line);
  return pipeline;
}

/* Runs until something came through, or not even that long: every moment is one at which to stop. */
static void
run_for_a_moment (GstElement *pipeline, guint cycle)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), cycle % 2 == 0 ? "a" : "b");
  gint64 end = g_get_monotonic_time () + SINK_RIG_PATIENCE;

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  if (cycle % 4 < 2) {
    while (sink_rig_element_stat (sink, "delivered") < cycle % 7 && g_get_monotonic_time () < end)
      g_usleep (100);
  } else {
    g_usleep (g_test_rand_int_range (0, 20000));
  }
  if (cycle % 5 == 0)
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_set_state (pipeline, cycle % 3 == 0 ? GST_STATE_READY : GST_STATE_NULL);
  sink_rig_assert_balanced (sink);
  gst_object_unref (sink);
}

/* GLib keeps threads of its pools for a while. */
static void
await_threads (guint max)
{
  gint64 end = g_get_monotonic_time () + SINK_RIG_PATIENCE;

  g_thread_pool_stop_unused_threads ();
  while (proc_count_threads () > max) {
    if (g_get_monotonic_time () > end)
      g_error ("%u threads and not %u", proc_count_threads (), max);
    g_usleep (10000);
  }
}

static void
test_cycles (void)
{
  GstElement *pipeline = make_pipeline ();
  GstBus *bus = gst_element_get_bus (pipeline);
  guint cycle, max_fds = 0, max_threads = 0;
  gsize bytes = 0;

  for (cycle = 0; cycle < N_CYCLES; cycle++) {
    GstMessage *message;

    run_for_a_moment (pipeline, cycle);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    g_assert_null (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    if (cycle < N_WARM_UP) {
      max_fds = MAX (max_fds, proc_count_fds ());
      max_threads = MAX (max_threads, proc_count_threads ());
      bytes = mallinfo2 ().uordblks;
    }
  }
  g_test_message ("fds %u of %u, threads %u of %u, bytes %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, proc_count_fds (),
      max_fds, proc_count_threads (), max_threads, (gsize) mallinfo2 ().uordblks, bytes);
  g_assert_cmpuint (proc_count_fds (), <=, max_fds);
  await_threads (max_threads);
  g_assert_cmpuint (mallinfo2 ().uordblks, <, bytes + 1000000);
  g_assert_cmpuint (sink_rig_count_connections ("amqpsink"), ==, 0);
  g_assert_cmpuint (sink_rig_count_connections ("redisframesink"), ==, 0);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

/* Nobody is there at the start: one warning, patience, and in the end everything arrives. */
static void
test_absent (void)
{
  SinkRig rigs[3];
  guint i;

  sink_rig_servers ("kill", "rabbitmq", NULL);
  sink_rig_servers ("kill", "redis", NULL);
  for (i = 0; i < 3; i++) {
    /* one that shares a link is spoken for by the other */
    sink_rig_init (&rigs[i], factories[i], NULL, i == 1 ? "link-group=own" : NULL);
    sink_rig_play (&rigs[i]);
    sink_rig_push_range (&rigs[i], 1, 20);
  }
  for (i = 0; i < 3; i++) {
    gchar *sentence;

    sink_rig_await_message (&rigs[i], GST_MESSAGE_WARNING);
    sentence = sink_rig_dup_sentence (&rigs[i], GST_MESSAGE_WARNING, NULL);
    g_test_message ("%s", sentence);
    g_assert_nonnull (strstr (sentence, "could not connect"));
    g_free (sentence);
    g_assert_cmpuint (sink_rig_get_stat (&rigs[i], "queued"), ==, 20);
  }
  sink_rig_servers ("start", "redis", NULL);
  sink_rig_await_stat (&rigs[2], "delivered", 20);
  sink_rig_servers ("start", "rabbitmq", NULL);
  sink_rig_await_stat (&rigs[0], "delivered", 20);
  sink_rig_await_stat (&rigs[1], "delivered", 20);
  for (i = 0; i < 3; i++) {
    g_assert_cmpuint (sink_rig_count (&rigs[i], GST_MESSAGE_ERROR), ==, 0);
    g_assert_cmpuint (sink_rig_count (&rigs[i], GST_MESSAGE_WARNING), ==, 1);
    sink_rig_clear (&rigs[i]);
  }
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/sink-stress/one-connection", test_one_connection);
  g_test_add_func ("/sink-stress/link-group", test_link_group);
  for (i = 0; i < G_N_ELEMENTS (factories); i++) {
    gchar *path = g_strdup_printf ("/sink-stress/everything-arrives/%s", factories[i]);

    g_test_add_data_func (path, factories[i], test_everything_arrives);
    g_free (path);
  }
  g_test_add_func ("/sink-stress/overload", test_overload);
  g_test_add_func ("/sink-stress/cycles", test_cycles);
  g_test_add_func ("/sink-stress/absent", test_absent);
  return g_test_run ();
}
