/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Capture times: from the sender, from a clock, from nowhere; and that frames of one instant agree. */

#include <gst/gst.h>
#include <gst/check/gsttestclock.h>

#include "frame/capture-clock.h"

#define NTP_TO_UNIX (G_GUINT64_CONSTANT (2208988800) * GST_SECOND)
#define CAPTURED (G_GUINT64_CONSTANT (1731024000123456789))

static GstBuffer *
make_buffer (GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new ();

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

static void
add_reference (GstBuffer *buffer, const gchar *name, GstClockTime time)
{
  GstCaps *caps = gst_caps_from_string (name);

  gst_buffer_add_reference_timestamp_meta (buffer, caps, time, GST_CLOCK_TIME_NONE);
  gst_caps_unref (caps);
}

static void
make_segment (GstSegment *segment, GstClockTime start)
{
  gst_segment_init (segment, GST_FORMAT_TIME);
  segment->start = segment->time = start;
}

/* Takes the buffer. */
static gint64
time_of (GstBuffer *buffer, GstSegment *segment, GstClock *clock, GstClockTime base_time)
{
  gint64 time = gst_edge_capture_time (NULL, buffer, segment, clock, base_time);

  gst_buffer_unref (buffer);
  return time;
}

static void
assert_is_now (gint64 time)
{
  g_assert_cmpint (ABS (gst_edge_utc_now () - time), <, 10 * GST_SECOND);
}

/* The sender's time wins over everything else. */
static void
test_ntp (void)
{
  GstClock *clock = gst_system_clock_obtain ();
  GstBuffer *buffer = make_buffer (5 * GST_SECOND);
  GstSegment segment;

  make_segment (&segment, 0);
  add_reference (buffer, "timestamp/x-unix", 1);
  add_reference (buffer, "timestamp/x-ntp", CAPTURED + NTP_TO_UNIX);
  g_assert_cmpint (time_of (buffer, &segment, clock, 0), ==, CAPTURED);
  gst_object_unref (clock);
}

static void
test_unix (void)
{
  GstBuffer *buffer = make_buffer (GST_CLOCK_TIME_NONE);

  add_reference (buffer, "timestamp/x-unix", CAPTURED);
  g_assert_cmpint (time_of (buffer, NULL, NULL, GST_CLOCK_TIME_NONE), ==, CAPTURED);
}

/* Cameras that never heard of the date, and references that are none of ours. */
static void
test_useless_references (void)
{
  GstBuffer *buffer = make_buffer (GST_CLOCK_TIME_NONE);

  add_reference (buffer, "timestamp/x-ntp", 12345);
  assert_is_now (time_of (buffer, NULL, NULL, 0));

  buffer = make_buffer (GST_CLOCK_TIME_NONE);
  add_reference (buffer, "timestamp/x-ptp", CAPTURED);
  assert_is_now (time_of (buffer, NULL, NULL, 0));
}

static void
test_nothing_known (void)
{
  GstClock *clock = gst_system_clock_obtain ();
  GstSegment segment, bytes;

  make_segment (&segment, 0);
  gst_segment_init (&bytes, GST_FORMAT_BYTES);
  assert_is_now (time_of (make_buffer (0), NULL, clock, 0));
  assert_is_now (time_of (make_buffer (0), &segment, NULL, 0));
  assert_is_now (time_of (make_buffer (0), &bytes, clock, 0));
  assert_is_now (time_of (make_buffer (0), &segment, clock, GST_CLOCK_TIME_NONE));
  assert_is_now (time_of (make_buffer (GST_CLOCK_TIME_NONE), &segment, clock, 0));
  /* outside of the segment there is no running time */
  make_segment (&segment, 10 * GST_SECOND);
  assert_is_now (time_of (make_buffer (0), &segment, clock, 0));
  gst_object_unref (clock);
}

/* A frame of now has the time of now, also on a clock that knows no date. */
static void
test_maps_clock (void)
{
  GstClock *clock = gst_test_clock_new_with_start_time (1000 * GST_SECOND);
  GstSegment segment;
  gint64 time;

  make_segment (&segment, 0);
  time = time_of (make_buffer (5 * GST_SECOND), &segment, clock, 995 * GST_SECOND);
  assert_is_now (time);
  /* and one of an hour ago that of an hour ago */
  time -= time_of (make_buffer (0), &segment, clock, 0);
  g_assert_cmpint (time, ==, 1000 * GST_SECOND);
  gst_object_unref (clock);
}

/* Two elements with other base times and segments: one running instant, one capture time, to the nanosecond. */
static void
test_one_instant_one_time (void)
{
  GstClock *clock = gst_system_clock_obtain ();
  GstClockTime now = gst_clock_get_time (clock);
  GstSegment one, other;
  guint i;

  make_segment (&one, 0);
  make_segment (&other, 777);
  for (i = 0; i < 1000; i++) {
    GstClockTime instant = i * 33333333;
    gint64 a = time_of (make_buffer (instant), &one, clock, now);
    gint64 b = time_of (make_buffer (instant + 777 + 5), &other, clock, now - 5);

    g_assert_cmpint (a, ==, b);
  }
  gst_object_unref (clock);
}

static gpointer
ask_often (gpointer clock)
{
  GstSegment segment;
  gint64 first = 0;
  guint i;

  make_segment (&segment, 0);
  for (i = 0; i < 20000; i++) {
    gint64 time = time_of (make_buffer (42), &segment, clock, 0);

    if (i == 0)
      first = time;
    g_assert_cmpint (time, ==, first);
  }
  return g_memdup2 (&first, sizeof (first));
}

/* The mapping is made once, whoever asks first. */
static void
test_threads_agree (void)
{
  GstClock *clock = gst_test_clock_new_with_start_time (GST_SECOND);
  GThread *threads[4];
  gint64 *times[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_often, clock);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    times[i] = g_thread_join (threads[i]);
  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_assert_cmpint (*times[i], ==, *times[0]);
  }
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_free (times[i]);
  gst_object_unref (clock);
}

/* The test clock jumps against the wall clock as if that had been set: times follow, but only when it is looked at
 * again, a second later. */
static void
test_follows_wall_clock (void)
{
  GstClock *clock = gst_test_clock_new_with_start_time (0);
  GstSegment segment;
  gint64 before, after;

  make_segment (&segment, 0);
  before = time_of (make_buffer (0), &segment, clock, 0);
  gst_test_clock_set_time (GST_TEST_CLOCK (clock), GST_SECOND / 2);
  g_assert_cmpint (time_of (make_buffer (0), &segment, clock, 0), ==, before);
  gst_test_clock_set_time (GST_TEST_CLOCK (clock), 3600 * GST_SECOND);
  after = time_of (make_buffer (3600 * GST_SECOND), &segment, clock, 0);
  assert_is_now (after);
  g_assert_cmpint (before - time_of (make_buffer (0), &segment, clock, 0), >, 3500 * (gint64) GST_SECOND);
  gst_object_unref (clock);
}

/* A frame without the sender's time is placed relative to the last one that had it, for a while. */
static void
test_sender_clock (void)
{
  GstEdgeSenderClock sender = { 0 };
  GstClock *clock = gst_system_clock_obtain ();
  GstBuffer *with = make_buffer (5 * GST_SECOND);
  GstBuffer *next = make_buffer (5 * GST_SECOND + 40 * GST_MSECOND);
  GstBuffer *before = make_buffer (5 * GST_SECOND - 40 * GST_MSECOND);
  GstBuffer *late = make_buffer (20 * GST_SECOND);
  GstSegment segment;

  make_segment (&segment, 0);
  add_reference (with, "timestamp/x-ntp", CAPTURED + NTP_TO_UNIX);
  g_assert_cmpint (gst_edge_capture_time (&sender, next, &segment, clock, 0), !=,
      CAPTURED + 40 * GST_MSECOND);
  g_assert_cmpint (gst_edge_capture_time (&sender, with, &segment, clock, 0), ==, CAPTURED);
  g_assert_cmpint (gst_edge_capture_time (&sender, next, &segment, clock, 0), ==,
      CAPTURED + 40 * GST_MSECOND);
  g_assert_cmpint (gst_edge_capture_time (&sender, before, &segment, clock, 0), ==,
      CAPTURED - 40 * GST_MSECOND);
  g_assert_cmpint (gst_edge_capture_time (&sender, late, &segment, clock, 0), !=,
      CAPTURED + 15 * GST_SECOND);
  /* the same running time, after an hour's pause */
  g_assert_cmpint (gst_edge_capture_time (&sender, next, &segment, clock, 3600 * GST_SECOND), !=,
      CAPTURED + 40 * GST_MSECOND);

  gst_buffer_unref (with);
  gst_buffer_unref (next);
  gst_buffer_unref (before);
  gst_buffer_unref (late);
  gst_object_unref (clock);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/capture-clock/ntp", test_ntp);
  g_test_add_func ("/capture-clock/unix", test_unix);
  g_test_add_func ("/capture-clock/useless-references", test_useless_references);
  g_test_add_func ("/capture-clock/nothing-known", test_nothing_known);
  g_test_add_func ("/capture-clock/maps-clock", test_maps_clock);
  g_test_add_func ("/capture-clock/one-instant-one-time", test_one_instant_one_time);
  g_test_add_func ("/capture-clock/threads-agree", test_threads_agree);
  g_test_add_func ("/capture-clock/follows-wall-clock", test_follows_wall_clock);
  g_test_add_func ("/capture-clock/sender-clock", test_sender_clock);
  return g_test_run ();
}
