/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * workerpool by itself: order, leaks with exact counts, flow returns, flushes, the end. */

#include "work/ticker.h"
#include "workerpool-rig.h"

#define DELTA GST_BUFFER_FLAG_DELTA_UNIT

/* ---- order ---- */

static void
test_order (void)
{
  GstBufferList *list = gst_buffer_list_new ();
  Rig rig;

  rig_init (&rig, "", JPEG);
  rig_push_range (&rig, 0, 2);
  gst_harness_set_src_caps_str (rig.h, H264);
  rig_push (&rig, 3);
  gst_buffer_list_add (list, rig_buffer (4, 10));
  gst_buffer_list_add (list, rig_buffer (5, 10));
  g_assert_cmpint (gst_pad_push_list (rig.h->srcpad, list), ==, GST_FLOW_OK);
  gst_harness_push_event (rig.h, gst_event_new_gap (6 * GST_SECOND, GST_SECOND));
  rig_push (&rig, 7);
  gst_harness_push_event (rig.h, gst_event_new_eos ());
  rig_await (&rig, "eos");
  /* the harness takes lists apart */
  rig_assert_log (&rig,
      BEGIN " 0 1 2 video/x-h264 segment 3 list(2) 4 5 gap 7 eos");
  g_assert_cmpuint (rig_get_stat (&rig, "in"), ==, 7);
  g_assert_cmpuint (rig_get_stat (&rig, "out"), ==, 7);

  /* nothing after EOS, until a new stream begins */
  g_assert_cmpint (rig_push (&rig, 8), ==, GST_FLOW_EOS);
  rig_clear_log (&rig);
  gst_harness_push_event (rig.h, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (rig.h, JPEG);
  g_assert_cmpint (rig_push (&rig, 9), ==, GST_FLOW_OK);
  rig_await (&rig, "9");
  rig_assert_log (&rig, BEGIN " 9");
  rig_clear (&rig);
}

/* ---- leaks ---- */

static void
finish_with_eos (Rig *rig)
{
  gate_set_open (&rig->gate, TRUE);
  g_assert_true (gst_harness_push_event (rig->h, gst_event_new_eos ()));
  rig_await (rig, "eos");
}

static void
test_leaky_upstream (void)
{
  guint level;
  Rig rig;

  rig_init_held (&rig, "max-size-buffers=3", JPEG);
  rig_push_range (&rig, 1, 5);
  level = gst_harness_buffers_received (rig.h);
  g_assert_cmpuint (level, ==, 0);
  gst_harness_get (rig.h, "workerpool", "current-level-buffers", &level, NULL);
  g_assert_cmpuint (level, ==, 3);
  rig_assert_conserved (&rig);
  gate_set_open (&rig.gate, TRUE);
  rig_await (&rig, "3");
  rig_push (&rig, 6);
  finish_with_eos (&rig);
  rig_assert_log (&rig, BEGIN " 0 1 2 3 6! eos");
  g_assert_cmpuint (rig_get_stat (&rig, "dropped-new"), ==, 2);
  rig_clear (&rig);
}

static void
test_leaky_downstream (void)
{
  Rig rig;

  rig_init_held (&rig, "max-size-buffers=3 leaky=downstream", JPEG);
  rig_push_range (&rig, 1, 2);
  gst_harness_push_event (rig.h, gst_event_new_gap (0, 0));
  rig_push_range (&rig, 3, 5);
  finish_with_eos (&rig);
  rig_assert_log (&rig, BEGIN " 0 gap 3! 4 5 eos");
  g_assert_cmpuint (rig_get_stat (&rig, "dropped-old"), ==, 2);
  rig_clear (&rig);
}

/* A lane that stands still does not grow, whatever comes. */
static void
test_many_events (void)
{
  guint i;
  Rig rig;

  rig_init_held (&rig, "max-size-buffers=3", JPEG);
  for (i = 0; i < 5000; i++) {
    gst_harness_push_event (rig.h, gst_event_new_gap (i, 1));
    gst_harness_push_event (rig.h, gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE, i + 1, NULL)));
  }
  finish_with_eos (&rig);
  g_mutex_lock (&rig.lock);
  g_assert_cmpuint (rig.log->len, <, 1100 * strlen (" gap"));
  g_mutex_unlock (&rig.lock);
  rig_clear (&rig);
}

static gpointer
push_5 (gpointer data)
{
  return GINT_TO_POINTER (rig_push (data, 5));
}

static void
test_not_leaky (void)
{
  GThread *thread;
  Rig rig;

  rig_init_held (&rig, "max-size-buffers=4 leaky=no", JPEG);
  rig_push_range (&rig, 1, 4);
  thread = g_thread_new ("push", push_5, &rig);
  /* room comes from a larger limit, or from a worker */
  gst_harness_set (rig.h, "workerpool", "max-size-buffers", 5, NULL);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, GST_FLOW_OK);
  thread = g_thread_new ("push", push_5, &rig);
  gate_set_open (&rig.gate, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, GST_FLOW_OK);
  finish_with_eos (&rig);
  rig_assert_log (&rig, BEGIN " 0 1 2 3 4 5 5 eos");
  g_assert_cmpuint (rig_get_stat (&rig, "dropped"), ==, 0);
  rig_clear (&rig);
}

static void
test_bytes_and_time (void)
{
  guint64 bytes, time;
  Rig rig;

  rig_init_held (&rig, "max-size-bytes=25", JPEG);
  rig_push_range (&rig, 1, 3);
  gst_harness_get (rig.h, "workerpool", "current-level-bytes", &bytes,
      "current-level-time", &time, NULL);
  g_assert_cmpuint (bytes, ==, 20);
  g_assert_cmpuint (time, ==, 2 * GST_SECOND);
  gst_harness_set (rig.h, "workerpool", "max-size-bytes", (guint64) 0,
      "max-size-time", 4 * GST_SECOND, NULL);
  rig_push_range (&rig, 4, 6);
  finish_with_eos (&rig);
  rig_assert_log (&rig, BEGIN " 0 1 2 4! eos");
  g_assert_cmpuint (rig_get_stat (&rig, "dropped-new"), ==, 3);
  rig_clear (&rig);
}

static void
test_keyframes (void)
{
  Rig rig;

  rig_init_held (&rig, "max-size-buffers=2", H264);
  rig_push_flags (&rig, 1, DELTA);
  rig_push_flags (&rig, 2, DELTA);
  rig_push_flags (&rig, 3, DELTA);
  gate_set_open (&rig.gate, TRUE);
  rig_await (&rig, "2");
  rig_push_flags (&rig, 4, DELTA);
  rig_push (&rig, 5);
  rig_await (&rig, "5!");
  rig_push_flags (&rig, 6, DELTA);
  finish_with_eos (&rig);
  rig_assert_log (&rig, "stream-start video/x-h264 segment 0 1 2 5! 6 eos");
  g_assert_cmpuint (rig_get_stat (&rig, "dropped-new"), ==, 1);
  g_assert_cmpuint (rig_get_stat (&rig, "dropped-gop"), ==, 1);
  rig_clear (&rig);

  /* each JPEG stands alone, whatever its flags say */
  rig_init_held (&rig, "max-size-buffers=2", JPEG);
  rig_push_flags (&rig, 1, DELTA);
  rig_push_flags (&rig, 2, DELTA);
  rig_push_flags (&rig, 3, DELTA);
  gate_set_open (&rig.gate, TRUE);
  rig_await (&rig, "2");
  rig_push_flags (&rig, 4, DELTA);
  finish_with_eos (&rig);
  rig_assert_log (&rig, BEGIN " 0 1 2 4! eos");
  rig_clear (&rig);
}

static void
test_max_age (void)
{
  Rig rig;

  rig_init_held (&rig, "", JPEG);
  gst_harness_set (rig.h, "workerpool", "max-age", (guint64) 1, NULL);
  rig_push_range (&rig, 1, 3);
  gate_set_open (&rig.gate, TRUE);
  g_assert_true (gst_harness_push_event (rig.h, gst_event_new_eos ()));
  rig_await (&rig, "eos");
  g_assert_cmpuint (rig_get_stat (&rig, "dropped-age"), >=, 1);
  rig_assert_conserved (&rig);
  rig_clear (&rig);
}

/* ---- flow returns ---- */

static void
push_time_segment (Rig *rig)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (rig->h, gst_event_new_segment (&segment));
}

static void
test_error (void)
{
  Rig rig;

  rig_init_held (&rig, "", JPEG);
  rig_push_range (&rig, 1, 3);
  rig_set_result (&rig, GST_FLOW_ERROR);
  gate_set_open (&rig.gate, TRUE);
  while (rig_push (&rig, 4) == GST_FLOW_OK)
    g_thread_yield ();
  g_assert_cmpint (rig_push (&rig, 5), ==, GST_FLOW_ERROR);
  rig_assert_log (&rig, BEGIN " 0");
  while (rig_get_stat (&rig, "running") > 0)
    g_thread_yield ();
  g_assert_cmpuint (rig_get_stat (&rig, "errors"), ==, 1);
  g_assert_cmpuint (rig_get_stat (&rig, "cancelled"), >=, 3);
  rig_assert_conserved (&rig);

  /* a flush makes it good */
  rig_set_result (&rig, GST_FLOW_OK);
  gst_harness_push_event (rig.h, gst_event_new_flush_start ());
  gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE));
  rig_clear_log (&rig);
  push_time_segment (&rig);
  g_assert_cmpint (rig_push (&rig, 6), ==, GST_FLOW_OK);
  finish_with_eos (&rig);
  rig_assert_log (&rig, "segment 6 eos");
  rig_clear (&rig);
}

static void
test_eos_from_downstream (void)
{
  Rig rig;

  rig_init_held (&rig, "leaky=no", JPEG);       /* a drop would make 6 a DISCONT */
  rig_push_range (&rig, 1, 3);
  rig_set_result (&rig, GST_FLOW_EOS);
  gate_set_open (&rig.gate, TRUE);
  while (rig_push (&rig, 4) == GST_FLOW_OK)
    g_thread_yield ();
  g_assert_cmpint (rig_push (&rig, 5), ==, GST_FLOW_EOS);
  rig_assert_log (&rig, BEGIN " 0");

  /* a segment lets data through again */
  rig_set_result (&rig, GST_FLOW_OK);
  push_time_segment (&rig);
  g_assert_cmpint (rig_push (&rig, 6), ==, GST_FLOW_OK);
  finish_with_eos (&rig);
  rig_assert_log (&rig, BEGIN " 0 segment 6 eos");
  rig_assert_conserved (&rig);
  rig_clear (&rig);
}

/* Upstream learns of it even while it waits for room; linked again, what is queued goes on. */
static void
test_not_linked (void)
{
  GThread *thread;
  Rig rig;

  rig_init_held (&rig, "leaky=no max-size-buffers=2", JPEG);
  rig_push_range (&rig, 1, 2);
  rig_set_result (&rig, GST_FLOW_NOT_LINKED);
  thread = g_thread_new ("push", push_5, &rig);
  gate_set_open (&rig.gate, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_FLOW_NOT_LINKED);
  g_assert_cmpint (rig_push (&rig, 6), ==, GST_FLOW_NOT_LINKED);

  rig_clear_log (&rig);
  rig_set_result (&rig, GST_FLOW_OK);
  gst_harness_push_upstream_event (rig.h, gst_event_new_reconfigure ());
  g_assert_cmpint (rig_push (&rig, 7), ==, GST_FLOW_OK);
  rig_await (&rig, "7");
  rig_assert_log (&rig, "1 2 7");
  rig_assert_conserved (&rig);
  rig_clear (&rig);
}

/* With EOS in the queue nobody pushes any more who could learn of the error. */
static void
test_error_before_eos (void)
{
  GstBus *bus = gst_bus_new ();
  GstElement *element;
  GstMessage *message;
  Rig rig;

  rig_init_held (&rig, "", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  gst_element_set_bus (element, bus);
  rig_push (&rig, 1);
  gst_harness_push_event (rig.h, gst_event_new_eos ());
  rig_set_result (&rig, GST_FLOW_ERROR);
  gate_set_open (&rig.gate, TRUE);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR);
  gst_message_unref (message);
  rig_await (&rig, "eos");
  rig_assert_log (&rig, BEGIN " 0 eos");
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  gst_object_unref (bus);
  rig_clear (&rig);
}

/* ---- flushes ---- */

static gpointer
push_flush_start (gpointer data)
{
  Rig *rig = data;

  gst_harness_push_event (rig->h, gst_event_new_flush_start ());
  return NULL;
}

/* While the worker is blocked downstream and upstream waits for room. */
static void
test_flush (void)
{
  GThread *pusher, *flusher;
  GstCaps *caps;
  Rig rig;

  rig_init_held (&rig, "max-size-buffers=4 leaky=no", JPEG);
  rig_push_range (&rig, 1, 3);
  gst_harness_set_src_caps_str (rig.h, H264);
  rig_push (&rig, 4);
  pusher = g_thread_new ("push", push_5, &rig);
  flusher = g_thread_new ("flush", push_flush_start, &rig);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (pusher)), ==,
      GST_FLOW_FLUSHING);
  g_thread_join (flusher);
  g_assert_cmpint (rig_push (&rig, 6), ==, GST_FLOW_FLUSHING);
  gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE));
  rig_assert_log (&rig, BEGIN " 0");

  /* the caps that were queued have not been lost */
  rig_clear_log (&rig);
  push_time_segment (&rig);
  g_assert_cmpint (rig_push (&rig, 7), ==, GST_FLOW_OK);
  rig_await (&rig, "7");
  rig_assert_log (&rig, "video/x-h264 segment 7");
  caps = gst_pad_get_current_caps (rig.h->sinkpad);
  g_assert_true (gst_structure_has_name (gst_caps_get_structure (caps, 0),
          "video/x-h264"));
  gst_caps_unref (caps);
  g_assert_cmpuint (rig_get_stat (&rig, "cancelled"), >=, 4);
  rig_assert_conserved (&rig);
  rig_clear (&rig);
}

/* An event that came while the element was being stopped is none of the stream that begins when it starts again. */
static void
test_event_while_stopping (void)
{
  GstElement *element;
  GstPad *sink, *src;
  Rig rig;

  rig_init (&rig, "", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  sink = gst_element_get_static_pad (element, "sink");
  src = gst_element_get_static_pad (element, "src");

  gst_pad_set_active (src, FALSE);      /* as a stop begins */
  g_assert_true (gst_pad_send_event (sink,
          gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "before", NULL))));
  gst_element_set_state (element, GST_STATE_READY);
  gst_element_set_state (element, GST_STATE_PLAYING);
  gst_harness_push_event (rig.h, gst_event_new_flush_start ());
  gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE));
  g_assert_null (gst_pad_get_sticky_event (src, GST_EVENT_TAG, 0));

  gst_object_unref (sink);
  gst_object_unref (src);
  gst_object_unref (element);
  rig_clear (&rig);
}

/* ---- the end ---- */

static GstMessage *
await_message (GstBus *bus, GstMessageType type)
{
  return gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, type);
}

static void
test_drain_timeout (void)
{
  GstBus *bus = gst_bus_new ();
  GstElement *element;
  Rig rig;

  rig_init_held (&rig, "drain-timeout=20000000", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  gst_element_set_bus (element, bus);
  rig_push_range (&rig, 1, 5);
  gst_harness_push_event (rig.h, gst_event_new_eos ());
  gst_message_unref (await_message (bus, GST_MESSAGE_WARNING));
  g_assert_cmpuint (rig_get_stat (&rig, "cancelled"), ==, 5);
  gate_set_open (&rig.gate, TRUE);
  rig_await (&rig, "eos");
  rig_assert_log (&rig, BEGIN " 0 eos");
  rig_assert_conserved (&rig);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  gst_object_unref (bus);
  rig_clear (&rig);
}

static void
count_tick (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

/* What has passed when a call after it has come: calls come in the order in which they are due. */
static void
await_tick (gint64 interval)
{
  gint count = 0;
  GstEdgeTick *tick = gst_edge_ticker_add (interval, count_tick, &count, NULL);

  while (g_atomic_int_get (&count) == 0)
    g_thread_yield ();
  gst_edge_ticker_remove (tick);
}

/* The next stream comes before EOS is out: it is not the end any more, and nothing has to be out by some time. */
static void
test_next_stream (void)
{
  Rig rig;

  rig_init_held (&rig, "drain-timeout=20000000", JPEG);
  rig_push_range (&rig, 1, 2);
  gst_harness_push_event (rig.h, gst_event_new_eos ());
  gst_harness_push_event (rig.h, gst_event_new_stream_start ("next"));
  gst_harness_set_src_caps_str (rig.h, JPEG);
  rig_push_range (&rig, 3, 4);
  await_tick (25000);
  g_assert_cmpuint (rig_get_stat (&rig, "cancelled"), ==, 0);
  gate_set_open (&rig.gate, TRUE);
  rig_await (&rig, "4");
  rig_assert_log (&rig, BEGIN " 0 1 2 eos " BEGIN " 3 4");
  rig_assert_conserved (&rig);
  rig_clear (&rig);
}

static gpointer
stop_element (gpointer data)
{
  gst_element_set_state (data, GST_STATE_NULL);
  return NULL;
}

static void
test_drain_on_stop (void)
{
  GstElement *element;
  GThread *thread;
  Rig rig;

  rig_init_held (&rig, "drain-on-stop=true", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  rig_push_range (&rig, 1, 5);
  thread = g_thread_new ("stop", stop_element, element);
  /* it accepts no more, finishes the rest */
  while (rig_push (&rig, 6) != GST_FLOW_FLUSHING)
    g_thread_yield ();
  gate_set_open (&rig.gate, TRUE);
  g_thread_join (thread);
  g_assert_true (g_str_has_prefix (rig.log->str, BEGIN " 0 1 2 3 4 5"));
  g_assert_cmpuint (rig_get_stat (&rig, "cancelled"), ==, 1);
  rig_assert_conserved (&rig);
  gst_object_unref (element);
  rig_clear (&rig);

  /* without it, or in vain: cancelled and counted */
  rig_init_held (&rig, "drain-on-stop=true drain-timeout=1000000", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  rig_push_range (&rig, 1, 5);
  thread = g_thread_new ("stop", stop_element, element);
  while (rig_get_stat (&rig, "cancelled") < 5)
    g_thread_yield ();
  gate_set_open (&rig.gate, TRUE);
  g_thread_join (thread);
  rig_assert_log (&rig, BEGIN " 0");
  rig_assert_conserved (&rig);
  gst_object_unref (element);
  rig_clear (&rig);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/workerpool/order", test_order);
  g_test_add_func ("/workerpool/leaky-upstream", test_leaky_upstream);
  g_test_add_func ("/workerpool/leaky-downstream", test_leaky_downstream);
  g_test_add_func ("/workerpool/many-events", test_many_events);
  g_test_add_func ("/workerpool/not-leaky", test_not_leaky);
  g_test_add_func ("/workerpool/bytes-and-time", test_bytes_and_time);
  g_test_add_func ("/workerpool/keyframes", test_keyframes);
  g_test_add_func ("/workerpool/max-age", test_max_age);
  g_test_add_func ("/workerpool/error", test_error);
  g_test_add_func ("/workerpool/eos-from-downstream", test_eos_from_downstream);
  g_test_add_func ("/workerpool/not-linked", test_not_linked);
  g_test_add_func ("/workerpool/error-before-eos", test_error_before_eos);
  g_test_add_func ("/workerpool/flush", test_flush);
  g_test_add_func ("/workerpool/event-while-stopping", test_event_while_stopping);
  g_test_add_func ("/workerpool/drain-timeout", test_drain_timeout);
  g_test_add_func ("/workerpool/next-stream", test_next_stream);
  g_test_add_func ("/workerpool/drain-on-stop", test_drain_on_stop);
  return g_test_run ();
}
