/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When a camera is tried again, when a connection counts as dead, and capture times. */

#include "camera-state.h"
#include "camera-times.h"
#include "camera-watch.h"

#define S G_USEC_PER_SEC

static void
test_outage (void)
{
  GstEdgeCameraHealth health;
  gint64 now = 1000 * S;
  guint i;

  gst_edge_camera_health_init (&health, S / 10, 30 * S, 3, 60 * S);
  g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_INACTIVE);
  g_assert_true (gst_edge_camera_health_may_connect (&health, now));

  /* the same failure again is no news */
  g_assert_true (gst_edge_camera_health_failed (&health,
          GST_EDGE_CAMERA_CONNECT, now, 0.5));
  g_assert_false (gst_edge_camera_health_may_connect (&health, now));
  now = health.retry_at;
  g_assert_true (gst_edge_camera_health_may_connect (&health, now));
  g_assert_false (gst_edge_camera_health_failed (&health,
          GST_EDGE_CAMERA_CONNECT, now, 0.5));
  g_assert_cmpuint (health.backoff.failures, ==, 2);

  /* restarting takes a while, which is no reason to be offline */
  while (now < 1009 * S) {
    now = health.retry_at;
    g_assert_true (gst_edge_camera_health_may_connect (&health, now));
    g_assert_false (gst_edge_camera_health_failed (&health,
            GST_EDGE_CAMERA_CONNECT, now, 0.5));
    g_assert_cmpint (health.retry_at - now, <=, S / 2);
  }

  /* but then the third failure opens the circuit */
  for (i = 0, now = 1010 * S; i < 3; i++) {
    g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_INACTIVE);
    now = MAX (now, health.retry_at);
    gst_edge_camera_health_failed (&health, GST_EDGE_CAMERA_CONNECT, now, 0.5);
  }
  g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_OFFLINE);
  g_assert_cmpint (health.retry_at, ==, now + 60 * S);
  g_assert_false (gst_edge_camera_health_may_connect (&health, now + 59 * S));

  /* one try, and it works */
  now = health.retry_at;
  g_assert_true (gst_edge_camera_health_may_connect (&health, now));
  gst_edge_camera_health_succeeded (&health, now);
  g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_ACTIVE);
  g_assert_cmpint (health.reason, ==, GST_EDGE_CAMERA_OK);
  g_assert_cmpuint (health.backoff.failures, ==, 0);
  g_assert_true (gst_edge_camera_health_failed (&health, GST_EDGE_CAMERA_STALL,
          now + S, 0.5));
  g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_INACTIVE);
}

/* Wrong passwords are not tried in a hurry, and soon not at all. */
static void
test_wrong_password (void)
{
  GstEdgeCameraHealth health;
  gint64 now = 1000 * S;
  guint i;

  gst_edge_camera_health_init (&health, S / 10, 30 * S, 3, 60 * S);
  for (i = 0; i < 3; i++) {
    g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_INACTIVE);
    gst_edge_camera_health_failed (&health, GST_EDGE_CAMERA_AUTH, now, 0.5);
    g_assert_cmpint (health.retry_at - now, >=, 10 * S);
    now = health.retry_at;
  }
  g_assert_cmpint (health.state, ==, GST_RTSP_CAMERA_SRC_STATE_OFFLINE);
}

static void
check (const GstEdgeCameraWatch *watch, gint64 now, GstEdgeCameraReason reason)
{
  gint64 deadline = 0;

  g_assert_cmpint (gst_edge_camera_watch_check (watch, now, &deadline), ==,
      reason);
  if (reason == GST_EDGE_CAMERA_OK)
    g_assert_cmpint (deadline, >, now);
}

static void
picture (GstEdgeCameraWatch *watch, gint64 now, gboolean unit, gboolean fed, gboolean frame)
{
  gst_edge_camera_watch_data (watch, now);
  if (unit)
    gst_edge_camera_watch_unit (watch, now);
  if (fed)
    gst_edge_camera_watch_fed (watch, now);
  if (frame)
    gst_edge_camera_watch_frame (watch, now);
}

static void
test_watch_silence (void)
{
  GstEdgeCameraWatch watch;

  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  check (&watch, 104 * S, GST_EDGE_CAMERA_OK);
  check (&watch, 105 * S, GST_EDGE_CAMERA_TIMEOUT);

  picture (&watch, 101 * S, TRUE, TRUE, TRUE);
  check (&watch, 110 * S, GST_EDGE_CAMERA_OK);
  check (&watch, 111 * S, GST_EDGE_CAMERA_STALL);

  /* a decoder that waits for the next picture is not to blame */
  picture (&watch, 112 * S, TRUE, TRUE, FALSE);
  check (&watch, 122 * S, GST_EDGE_CAMERA_STALL);

  /* neither is the camera when it was held up */
  gst_edge_camera_watch_resume (&watch, 200 * S);
  check (&watch, 209 * S, GST_EDGE_CAMERA_OK);
}

static void
test_watch_garbage (void)
{
  GstEdgeCameraWatch watch;
  guint i;

  /* the decoder makes nothing of it */
  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  for (i = 0; i < 10; i++)
    picture (&watch, (100 + i) * S, TRUE, TRUE, FALSE);
  check (&watch, 109 * S, GST_EDGE_CAMERA_OK);
  check (&watch, 110 * S, GST_EDGE_CAMERA_DECODE);

  /* the parser finds no picture */
  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  for (i = 0; i < 10; i++)
    picture (&watch, (100 + i) * S, FALSE, FALSE, FALSE);
  check (&watch, 110 * S, GST_EDGE_CAMERA_DECODE);

  /* keyframes may be rare, but not absent */
  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  for (i = 0; i < 60; i++) {
    picture (&watch, (100 + i) * S, TRUE, i == 30, i == 30);
    check (&watch, (100 + i) * S, GST_EDGE_CAMERA_OK);
  }
  for (; i < 90; i++)
    picture (&watch, (100 + i) * S, TRUE, FALSE, FALSE);
  check (&watch, 190 * S, GST_EDGE_CAMERA_DECODE);
}

/* A decoder makes something out of noise, too, now and then. */
static void
test_watch_mostly_garbage (void)
{
  GstEdgeCameraWatch watch;
  guint i;

  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  for (i = 0; i < 200; i++) {
    picture (&watch, 100 * S + i * S / 20, TRUE, TRUE, i % 25 == 7);
    check (&watch, 100 * S + i * S / 20, GST_EDGE_CAMERA_OK);
  }
  check (&watch, 110 * S, GST_EDGE_CAMERA_DECODE);

  /* one third that is missing is a bad network; after that, half of the next stretch is still good */
  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  for (i = 0; i < 600; i++) {
    picture (&watch, 100 * S + i * S / 20, TRUE, TRUE, i < 500 ? i % 3 > 0 : i % 25 == 7);
    check (&watch, 100 * S + i * S / 20, GST_EDGE_CAMERA_OK);
  }
  for (; i < 800; i++)
    picture (&watch, 100 * S + i * S / 20, TRUE, TRUE, i % 25 == 7);
  check (&watch, 140 * S, GST_EDGE_CAMERA_DECODE);

  /* too few to judge by */
  gst_edge_camera_watch_start (&watch, 5 * S, 10 * S, 100 * S);
  for (i = 0; i < 15; i++)
    picture (&watch, (100 + i) * S, TRUE, TRUE, i == 7);
  check (&watch, 114 * S, GST_EDGE_CAMERA_OK);
}

static GstBuffer *
make_packet (GstClockTime pts, GstCaps *reference, GstClockTime time)
{
  GstBuffer *buffer = gst_buffer_new ();

  GST_BUFFER_PTS (buffer) = pts;
  if (reference != NULL)
    gst_buffer_add_reference_timestamp_meta (buffer, reference, time,
        GST_CLOCK_TIME_NONE);
  return buffer;
}

static void
note (GstEdgeCameraTimes *times, GstClockTime pts, GstCaps *reference, GstClockTime time)
{
  GstBuffer *packet = make_packet (pts, reference, time);

  gst_edge_camera_times_note (times, packet);
  gst_buffer_unref (packet);
}

static GstClockTime
apply (GstEdgeCameraTimes *times, GstClockTime pts)
{
  GstBuffer *picture = gst_edge_camera_times_apply (times,
      make_packet (pts, NULL, 0));
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (picture, NULL);
  GstClockTime time = meta != NULL ? meta->timestamp : GST_CLOCK_TIME_NONE;

  gst_buffer_unref (picture);
  return time;
}

static void
test_times (void)
{
  GstCaps *ntp = gst_caps_new_empty_simple ("timestamp/x-ntp");
  GstEdgeCameraTimes times = { 0, };
  guint i;

  /* before the first sender report there are none */
  note (&times, 1, NULL, 0);
  g_assert_false (GST_CLOCK_TIME_IS_VALID (apply (&times, 1)));

  /* several packets make a picture; the next one may begin before it comes out */
  for (i = 10; i < 20; i++) {
    note (&times, i, ntp, 1000 + i);
    note (&times, i, ntp, 1000 + i);
    note (&times, i + 1, ntp, 1000 + i + 1);
    g_assert_cmpuint (apply (&times, i), ==, 1000 + i);
  }
  g_assert_false (GST_CLOCK_TIME_IS_VALID (apply (&times, 11)));
  g_assert_false (GST_CLOCK_TIME_IS_VALID (apply (&times, 99)));

  gst_edge_camera_times_clear (&times);
  gst_caps_unref (ntp);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-state/outage", test_outage);
  g_test_add_func ("/camera-state/wrong-password", test_wrong_password);
  g_test_add_func ("/camera-watch/silence", test_watch_silence);
  g_test_add_func ("/camera-watch/garbage", test_watch_garbage);
  g_test_add_func ("/camera-watch/mostly-garbage", test_watch_mostly_garbage);
  g_test_add_func ("/camera-times/all", test_times);
  return g_test_run ();
}
