/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * workerpool in pipelines: few workers for many streams, prerolling and paused pipelines, states that change under
 * load, elements that are unlinked, stopped and removed while a worker is in them. */

#include <gst/gst.h>

#include "../support/gate.h"

/* ---- helpers ---- */

/* @n times @line in one pipeline; each @ in it is replaced by the number. */
static GstElement *
make_pipeline (guint n, const gchar *line)
{
  GString *lines = g_string_new (NULL);
  GstElement *pipeline;
  GError *error = NULL;
  guint i;

  for (i = 0; i < n; i++) {
    gchar *number = g_strdup_printf ("%u", i);
    gchar **parts = g_strsplit (line, "@", -1);
    gchar *numbered = g_strjoinv (number, parts);

    g_string_append_printf (lines, "%s ", numbered);
    g_free (numbered);
    g_strfreev (parts);
    g_free (number);
  }
  pipeline = gst_parse_launch (lines->str, &error);
  g_assert_no_error (error);
  g_string_free (lines, TRUE);
  return pipeline;
}

static void
play_to_eos (GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
}

static void
finish (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static GstStructure *
get_stats (GstElement *element)
{
  GstStructure *stats;

  g_object_get (element, "stats", &stats, NULL);
  return stats;
}

static guint64
get_stat (GstElement *pipeline, const gchar *name, const gchar *field)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstStructure *stats = get_stats (element);
  guint64 value = 0;

  gst_structure_get_uint64 (stats, field, &value);      /* none before it starts */
  gst_structure_free (stats);
  gst_object_unref (element);
  return value;
}

static guint
get_pool_stat (GstElement *pipeline, const gchar *name, const gchar *field)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstStructure *stats = get_stats (element);
  guint value = 0;

  g_assert_true (gst_structure_get_uint (gst_value_get_structure
          (gst_structure_get_value (stats, "pool")), field, &value));
  gst_structure_free (stats);
  gst_object_unref (element);
  return value;
}

/* ---- few workers ---- */

/* The only worker has to make room in the second lane by itself, and to deliver EOS through it. */
static void
test_two_in_a_row (void)
{
  GstElement *pipeline = make_pipeline (1, "fakesrc num-buffers=2000 "
      "! workerpool name=a max-workers=1 leaky=no max-size-buffers=2 "
      "! workerpool name=b leaky=no max-size-buffers=2 ! fakesink");

  play_to_eos (pipeline);
  g_assert_cmpuint (get_stat (pipeline, "a", "out"), ==, 2000);
  g_assert_cmpuint (get_stat (pipeline, "b", "out"), ==, 2000);
  g_assert_cmpuint (get_pool_stat (pipeline, "a", "workers"), ==, 1);
  finish (pipeline);
}

static void
test_many_on_few (void)
{
  GstElement *pipeline = make_pipeline (40, "fakesrc num-buffers=200 "
      "! workerpool name=w@ max-workers=2 leaky=no ! fakesink async=false");

  play_to_eos (pipeline);
  g_assert_cmpuint (get_pool_stat (pipeline, "w0", "lanes"), ==, 40);
  finish (pipeline);
}

/* More sinks than workers want to preroll, each holds the worker that it gets. */
static void
test_preroll (void)
{
  GstElement *pipeline = make_pipeline (10, "fakesrc num-buffers=50 "
      "! workerpool name=w@ max-workers=1 leaky=no ! fakesink async=true");

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  g_assert_cmpint (gst_element_get_state (pipeline, NULL, NULL,
          GST_CLOCK_TIME_NONE), ==, GST_STATE_CHANGE_SUCCESS);
  play_to_eos (pipeline);
  g_assert_cmpuint (get_pool_stat (pipeline, "w0", "workers"), ==, 1);
  finish (pipeline);
}

/* A live pipeline is in PLAYING before its sinks have a buffer. */
static void
test_preroll_live (void)
{
  GstElement *pipeline = make_pipeline (10, "fakesrc is-live=true num-buffers=50 "
      "! workerpool name=w@ max-workers=1 leaky=no ! fakesink async=true");

  play_to_eos (pipeline);
  g_assert_cmpuint (get_pool_stat (pipeline, "w0", "workers"), ==, 1);
  finish (pipeline);
}

/* Sinks preroll again after a flush. */
static void
test_preroll_after_flush (void)
{
  GstElement *pipeline = make_pipeline (10, "videotestsrc "
      "! video/x-raw,format=GRAY8,width=16,height=16,framerate=1000/1 "
      "! workerpool name=w@ max-workers=1 leaky=no ! fakesink async=true");
  GstBus *bus = gst_element_get_bus (pipeline);
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 5; i++) {
    gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
    g_assert_true (gst_element_seek_simple (pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, i * GST_SECOND));
  }
  g_assert_cmpint (gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_true (gst_element_seek (pipeline, 1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_SET, GST_SECOND));
  gst_message_unref (gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS));
  g_assert_cmpuint (get_pool_stat (pipeline, "w0", "workers"), ==, 1);
  gst_object_unref (bus);
  finish (pipeline);
}

/* A paused pipeline keeps nobody else from working. */
static void
test_paused (void)
{
  GstElement *paused = make_pipeline (5, "fakesrc "
      "! workerpool max-workers=2 leaky=no ! fakesink async=true");
  GstElement *playing = make_pipeline (3, "fakesrc num-buffers=500 "
      "! workerpool leaky=no ! fakesink async=false");
  guint i;

  for (i = 0; i < 5; i++) {
    gst_element_set_state (paused, GST_STATE_PLAYING);
    gst_element_get_state (paused, NULL, NULL, GST_CLOCK_TIME_NONE);
    gst_element_set_state (paused, GST_STATE_PAUSED);
    gst_element_get_state (paused, NULL, NULL, GST_CLOCK_TIME_NONE);
    play_to_eos (playing);
    gst_element_set_state (playing, GST_STATE_READY);
  }
  finish (playing);
  finish (paused);
}

static void
test_shared (void)
{
  GstElement *a = make_pipeline (1, "fakesrc ! workerpool name=w pool=x "
      "max-workers=3 leaky=no ! fakesink async=false");
  GstElement *b = make_pipeline (1, "fakesrc num-buffers=100 ! workerpool "
      "name=w pool=x leaky=no ! fakesink async=false");

  gst_element_set_state (a, GST_STATE_PLAYING);
  play_to_eos (b);
  g_assert_cmpuint (get_pool_stat (b, "w", "lanes"), ==, 2);
  g_assert_cmpuint (get_pool_stat (b, "w", "workers"), ==, 3);
  finish (a);
  g_assert_cmpuint (get_pool_stat (b, "w", "lanes"), ==, 1);
  finish (b);
}

/* ---- states ---- */

static void
test_state_cycles (void)
{
  GstElement *pipeline = make_pipeline (4, "fakesrc sizetype=fixed "
      "sizemax=1000 ! workerpool max-workers=2 leaky=downstream "
      "max-size-buffers=5 ! identity ! fakesink async=false");
  guint i;

  for (i = 0; i < 200; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    if (g_test_rand_bit ())
      gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
    if (g_test_rand_bit ())
      gst_element_set_state (pipeline, GST_STATE_PAUSED);
    gst_element_set_state (pipeline,
        g_test_rand_bit ()? GST_STATE_NULL : GST_STATE_READY);
  }
  finish (pipeline);
}

/* ---- in the middle of things ---- */

/* A source pad of the test's own, which pushes and does not mind what comes back. */
typedef struct
{
  GstPad *pad;
  GThread *thread;
  GMutex lock;                  /* held while it pushes */
  gint stop;                    /* atomic */
} Pusher;

static gpointer
push_on (gpointer data)
{
  Pusher *pusher = data;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pusher->pad, gst_event_new_stream_start ("test"));
  gst_pad_push_event (pusher->pad, gst_event_new_segment (&segment));
  while (!g_atomic_int_get (&pusher->stop)) {
    g_mutex_lock (&pusher->lock);
    gst_pad_push (pusher->pad, gst_buffer_new_allocate (NULL, 100, NULL));
    g_mutex_unlock (&pusher->lock);
    g_thread_yield ();
  }
  return NULL;
}

static void
pusher_start (Pusher *pusher, GstElement *element)
{
  GstPad *sinkpad = gst_element_get_static_pad (element, "sink");

  memset (pusher, 0, sizeof (*pusher));
  g_mutex_init (&pusher->lock);
  pusher->pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (pusher->pad, TRUE);
  gst_pad_link (pusher->pad, sinkpad);
  gst_object_unref (sinkpad);
  pusher->thread = g_thread_new ("pusher", push_on, pusher);
}

static void
pusher_stop (Pusher *pusher)
{
  g_atomic_int_set (&pusher->stop, TRUE);
  g_thread_join (pusher->thread);
  gst_pad_set_active (pusher->pad, FALSE);
  gst_object_unref (pusher->pad);
  g_mutex_clear (&pusher->lock);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  guint count;                  /* lock */
} Counter;

static void
count_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  Counter *counter = data;

  g_mutex_lock (&counter->lock);
  counter->count++;
  g_cond_signal (&counter->changed);
  g_mutex_unlock (&counter->lock);
}

static void
await_next (Counter *counter)
{
  guint count;

  g_mutex_lock (&counter->lock);
  count = counter->count;
  while (counter->count == count)
    g_cond_wait (&counter->changed, &counter->lock);
  g_mutex_unlock (&counter->lock);
}

/* A stream of its own in a pipeline: pusher, workerpool, fakesink. */
typedef struct
{
  GstElement *pool;
  GstElement *sink;
  Counter counter;
  Pusher pusher;
} Stream;

static void
stream_start (Stream *stream, GstElement *pipeline)
{
  memset (stream, 0, sizeof (*stream));
  stream->pool = gst_object_ref_sink (gst_element_factory_make ("workerpool", NULL));
  stream->sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  g_object_set (stream->pool, "max-workers", 2, NULL);
  g_object_set (stream->sink, "async", FALSE, "signal-handoffs", TRUE, NULL);
  g_signal_connect (stream->sink, "handoff", G_CALLBACK (count_handoff), &stream->counter);
  gst_bin_add_many (GST_BIN (pipeline), stream->pool, stream->sink, NULL);
  gst_element_link (stream->pool, stream->sink);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  pusher_start (&stream->pusher, stream->pool);
}

static void
stream_stop (Stream *stream, GstElement *pipeline)
{
  pusher_stop (&stream->pusher);
  gst_element_set_state (stream->pool, GST_STATE_NULL);
  gst_element_set_state (stream->sink, GST_STATE_NULL);
  gst_bin_remove_many (GST_BIN (pipeline), stream->pool, stream->sink, NULL);
  gst_object_unref (stream->pool);
  gst_object_unref (stream->sink);
}

/* Downstream is unlinked and linked again while buffers flow. */
static void
test_unlink (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  Stream stream;
  guint i;

  stream_start (&stream, pipeline);
  for (i = 0; i < 200; i++) {
    await_next (&stream.counter);
    gst_element_unlink (stream.pool, stream.sink);
    if (g_test_rand_bit ())
      g_thread_yield ();
    g_assert_true (gst_element_link (stream.pool, stream.sink));
  }
  await_next (&stream.counter);
  stream_stop (&stream, pipeline);
  finish (pipeline);
}

/* One of three is taken out of the running pipeline, stopped, and put back, while a worker is in it; upstream holds
 * still meanwhile, as a blocked pad would. The others do not notice. */
static void
test_remove (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  Stream streams[3];
  GstPad *sinkpad;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (streams); i++)
    stream_start (&streams[i], pipeline);
  sinkpad = gst_element_get_static_pad (streams[1].pool, "sink");
  for (i = 0; i < 200; i++) {
    g_mutex_lock (&streams[1].pusher.lock);
    gst_pad_unlink (streams[1].pusher.pad, sinkpad);
    gst_element_unlink (streams[1].pool, streams[1].sink);
    gst_bin_remove (GST_BIN (pipeline), streams[1].pool);
    gst_element_set_state (streams[1].pool, GST_STATE_NULL);
    gst_bin_add (GST_BIN (pipeline), streams[1].pool);
    gst_element_link (streams[1].pool, streams[1].sink);
    gst_element_sync_state_with_parent (streams[1].pool);
    gst_pad_link (streams[1].pusher.pad, sinkpad);
    g_mutex_unlock (&streams[1].pusher.lock);
    await_next (&streams[i % 3].counter);
  }
  gst_object_unref (sinkpad);
  for (i = 0; i < G_N_ELEMENTS (streams); i++)
    stream_stop (&streams[i], pipeline);
  finish (pipeline);
}

static void
stop_from_worker (GstElement *sink, GstBuffer *buffer, GstPad *pad,
    gpointer data)
{
  Gate *gate = g_object_get_data (G_OBJECT (sink), "gate");

  gst_element_set_state (data, GST_STATE_NULL);
  gate_set_open (gate, TRUE);
}

/* The worker itself stops the element that it works for, which is then freed. */
static void
test_stop_from_worker (void)
{
  guint i;

  for (i = 0; i < 50; i++) {
    GstElement *pool = gst_element_factory_make ("workerpool", NULL);
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    GstPad *pad;
    Pusher pusher;
    Gate gate;

    gate_init (&gate);
    gst_object_ref_sink (pool);
    gst_object_ref_sink (sink);
    g_object_set (sink, "async", FALSE, "signal-handoffs", TRUE, NULL);
    g_object_set_data (G_OBJECT (sink), "gate", &gate);
    g_signal_connect (sink, "handoff", G_CALLBACK (stop_from_worker), pool);
    gst_element_link (pool, sink);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    gst_element_set_state (pool, GST_STATE_PLAYING);
    pusher_start (&pusher, pool);
    gate_pass (&gate);
    pusher_stop (&pusher);

    pad = gst_element_get_static_pad (pool, "src");
    GST_PAD_STREAM_LOCK (pad);  /* the worker has left */
    GST_PAD_STREAM_UNLOCK (pad);
    gst_object_unref (pad);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (pool);
    gst_object_unref (sink);
    gate_clear (&gate);
  }
}

/* Properties change while it runs. */
static void
test_settings_under_load (void)
{
  GstElement *pipeline = make_pipeline (2, "fakesrc sizetype=fixed "
      "sizemax=1000 ! workerpool name=w@ max-workers=2 ! fakesink async=false");
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "w0");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 2000; i++) {
    g_object_set (element, "leaky", g_test_rand_int_range (0, 3),
        "max-size-buffers", g_test_rand_int_range (0, 20),
        "max-size-bytes", (guint64) g_test_rand_int_range (0, 9) * 1000,
        "max-age", (guint64) g_test_rand_int_range (0, 2) * GST_MSECOND,
        "stats-interval", (guint64) g_test_rand_int_range (0, 2) * GST_MSECOND,
        NULL);
    gst_structure_free (get_stats (element));
  }
  gst_object_unref (element);
  finish (pipeline);
}

typedef struct
{
  GstElement *element;
  gint stop;                    /* atomic */
} Renamer;

static gpointer
rename_pool (gpointer data)
{
  Renamer *renamer = data;
  guint i;

  for (i = 0; g_atomic_int_get (&renamer->stop) == 0; i++)
    g_object_set (renamer->element, "pool", i % 2 == 0 ? "one" : "another", "max-workers", 1 + i % 2,
        "max-total-bytes", G_GUINT64_CONSTANT (1000000) << (i % 2), NULL);
  return NULL;
}

/* Another thread changes what is asked of the pool just when the element gets into it. */
static void
test_settings_while_starting (void)
{
  Renamer renamer = { gst_element_factory_make ("workerpool", NULL), 0 };
  GThread *thread = g_thread_new ("rename", rename_pool, &renamer);
  guint i;

  for (i = 0; i < 100; i++) {
    g_assert_cmpint (gst_element_set_state (renamer.element, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state (renamer.element, GST_STATE_READY);
  }
  g_atomic_int_set (&renamer.stop, 1);
  g_thread_join (thread);
  gst_element_set_state (renamer.element, GST_STATE_NULL);
  gst_object_unref (renamer.element);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/pipeline/two-in-a-row", test_two_in_a_row);
  g_test_add_func ("/pipeline/many-on-few", test_many_on_few);
  g_test_add_func ("/pipeline/preroll", test_preroll);
  g_test_add_func ("/pipeline/preroll-live", test_preroll_live);
  g_test_add_func ("/pipeline/preroll-after-flush", test_preroll_after_flush);
  g_test_add_func ("/pipeline/paused", test_paused);
  g_test_add_func ("/pipeline/shared", test_shared);
  g_test_add_func ("/pipeline/state-cycles", test_state_cycles);
  g_test_add_func ("/pipeline/unlink", test_unlink);
  g_test_add_func ("/pipeline/remove", test_remove);
  g_test_add_func ("/pipeline/stop-from-worker", test_stop_from_worker);
  g_test_add_func ("/pipeline/settings-under-load", test_settings_under_load);
  g_test_add_func ("/pipeline/settings-while-starting", test_settings_while_starting);
  return g_test_run ();
}
