/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which pictures are held back, and for how long. */

#include "camera-batch.h"
#include "camera-limiter.h"

#define MS GST_MSECOND

static gboolean
hold_unit (GstEdgeCameraBatch *batch, GstClockTime time, gsize size, gboolean patient)
{
  GstBuffer *unit = gst_buffer_new_allocate (NULL, size, NULL);
  gboolean held = gst_edge_camera_batch_hold (batch, unit, time, patient);

  GST_BUFFER_PTS (unit) = time;
  if (!held)
    gst_buffer_unref (unit);
  return held;
}

static gboolean
hold (GstEdgeCameraBatch *batch, GstClockTime time)
{
  return hold_unit (batch, time, 1000, FALSE);
}

static void
test_bounds (void)
{
  GstEdgeCameraBatch batch = { G_QUEUE_INIT, 0, 0 };
  GstBuffer *unit;
  guint i;

  /* so many */
  for (i = 0; i < GST_EDGE_CAMERA_BATCH_MAX_UNITS; i++)
    g_assert_true (hold (&batch, i * MS));
  g_assert_false (hold (&batch, i * MS));
  /* in order */
  for (i = 0; (unit = gst_edge_camera_batch_pop (&batch)) != NULL; i++) {
    g_assert_cmpuint (GST_BUFFER_PTS (unit), ==, i * MS);
    gst_buffer_unref (unit);
  }
  g_assert_cmpuint (i, ==, GST_EDGE_CAMERA_BATCH_MAX_UNITS);

  /* so long */
  g_assert_true (hold (&batch, 1000 * MS));
  g_assert_true (hold (&batch, 1000 * MS + GST_EDGE_CAMERA_BATCH_MAX_TIME));
  g_assert_false (hold (&batch, 1001 * MS + GST_EDGE_CAMERA_BATCH_MAX_TIME));
  gst_edge_camera_batch_clear (&batch);
  g_assert_null (gst_edge_camera_batch_pop (&batch));
}

/* What will most likely be dropped is held for longer, in number and in bytes; once that is not likely any more, all of
 * it has to be decoded. The oldest makes room. */
static void
test_patience (void)
{
  GstEdgeCameraBatch batch = { G_QUEUE_INIT, 0, 0 };
  guint i;

  for (i = 0; i < GST_EDGE_CAMERA_BATCH_MAX_PATIENT_UNITS; i++)
    g_assert_true (hold_unit (&batch, i * GST_SECOND, 1000, TRUE));
  g_assert_false (hold_unit (&batch, i * GST_SECOND, 1000, TRUE));
  gst_buffer_unref (gst_edge_camera_batch_pop (&batch));
  g_assert_true (hold_unit (&batch, i * GST_SECOND, 1000, TRUE));
  g_assert_cmpuint (batch.size, ==, 1000 * GST_EDGE_CAMERA_BATCH_MAX_PATIENT_UNITS);
  gst_edge_camera_batch_clear (&batch);

  g_assert_true (hold_unit (&batch, 0, GST_EDGE_CAMERA_BATCH_MAX_PATIENT_SIZE - 1, TRUE));
  g_assert_true (hold_unit (&batch, 0, 1, TRUE));
  g_assert_false (hold_unit (&batch, 0, 1, TRUE));
  gst_edge_camera_batch_clear (&batch);

  for (i = 0; i <= GST_EDGE_CAMERA_BATCH_MAX_UNITS; i++)
    g_assert_true (hold_unit (&batch, i * MS, 1000, TRUE));
  g_assert_false (hold (&batch, i * MS));
  gst_edge_camera_batch_clear (&batch);
}

/* What is not expected is not wanted once it is offered. Being offered, a frame tells the limiter about the camera's
 * rate, which may tip the scales; that is rare even with a camera that knows no rate. */
static void
test_expectation (void)
{
  GRand *random = g_rand_new_with_seed (1);
  guint run, i, unexpected = 0, wrong = 0;

  for (run = 0; run < 100; run++) {
    GstEdgeCameraLimiter limiter = { 0, };
    GstClockTime time = 1000 * GST_SECOND;

    gst_edge_camera_limiter_set_rate (&limiter, (guint) g_rand_int_range (random, 1, 31), 1);
    for (i = 0; i < 500; i++) {
      gboolean expected = gst_edge_camera_limiter_expects (&limiter, time);
      gboolean wanted = gst_edge_camera_limiter_wants (&limiter, time);

      if (wanted)
        gst_edge_camera_limiter_take (&limiter, time);
      unexpected += !expected;
      wrong += wanted && !expected;
      time += (GstClockTime) g_rand_int_range (random, 20, 50) * MS;
      if (i % 100 == 99)
        time += 20 * GST_SECOND;
    }
  }
  g_test_message ("%u unexpected, %u of them wanted", unexpected, wrong);
  g_assert_cmpuint (unexpected, >, 1000);
  g_assert_cmpuint (wrong, <, unexpected / 50);
  g_rand_free (random);
}

/* A frame that is passed over instead of offered changes nothing. */
static void
test_passing (void)
{
  GstEdgeCameraLimiter offered = { 0, }, passed = { 0, };
  guint i, out = 0;

  gst_edge_camera_limiter_set_rate (&offered, 10, 1);
  gst_edge_camera_limiter_set_rate (&passed, 10, 1);
  for (i = 0; i < 3000; i++) {
    GstClockTime time = gst_util_uint64_scale (i, GST_SECOND, 25);
    gboolean wanted = gst_edge_camera_limiter_wants (&offered, time);

    if (!gst_edge_camera_limiter_expects (&passed, time)) {
      g_assert_false (wanted);
      gst_edge_camera_limiter_pass (&passed);
      continue;
    }
    g_assert_true (gst_edge_camera_limiter_wants (&passed, time) == wanted);
    if (!wanted)
      continue;
    gst_edge_camera_limiter_take (&offered, time);
    gst_edge_camera_limiter_take (&passed, time);
    out++;
  }
  g_assert_cmpuint (out, ==, 1200);
}

/* What can wait is what is not wanted before, by the same limiter. */
static void
test_waiting (void)
{
  GstEdgeCameraLimiter limiter = { 0, };
  guint i, waited = 0;

  g_assert_false (gst_edge_camera_limiter_can_wait (&limiter, GST_SECOND));     /* no limit */
  gst_edge_camera_limiter_set_rate (&limiter, 10, 1);
  g_assert_false (gst_edge_camera_limiter_can_wait (&limiter, GST_SECOND));     /* nothing known yet */
  for (i = 0; i < 300; i++) {
    GstClockTime time = gst_util_uint64_scale (i, GST_SECOND, 30);
    GstClockTime keyframe = gst_util_uint64_scale (i / 30 * 30 + 30, GST_SECOND, 30);

    if (gst_edge_camera_limiter_can_wait (&limiter, keyframe)) {
      g_assert_cmpuint (i % 30, >=, 28);        /* 27 is the last one that is wanted */
      g_assert_false (gst_edge_camera_limiter_expects (&limiter, time));
      waited++;
    }
    if (gst_edge_camera_limiter_wants (&limiter, time))
      gst_edge_camera_limiter_take (&limiter, time);
  }
  g_assert_cmpuint (waited, ==, 20);
}

/* Returns how many of @seconds frames a second's first ones are among those that go out. */
static guint
count_in_step (guint fps_n, guint fps_d, guint gop, guint first, guint seconds, guint *out)
{
  GstEdgeCameraLimiter limiter = { 0, };
  guint i, in_step = 0;

  *out = 0;
  gst_edge_camera_limiter_set_rate (&limiter, 10, 1);
  for (i = first; i < first + seconds * 30; i++) {
    GstClockTime time = gst_util_uint64_scale (i, GST_SECOND * fps_d, fps_n);

    if (i % gop == 0)
      gst_edge_camera_limiter_lean (&limiter, time, gop * GST_SECOND / 30 / 250);
    if (!gst_edge_camera_limiter_wants (&limiter, time))
      continue;
    gst_edge_camera_limiter_take (&limiter, time);
    in_step += i % gop == 0;
    ++*out;
  }
  return in_step;
}

/* One frame per minute, keyframes every 2 seconds beside the schedule. */
static guint
count_long (void)
{
  GstEdgeCameraLimiter limiter = { 0, };
  GstClockTime last = 0;
  guint i, out = 0;

  gst_edge_camera_limiter_set_rate (&limiter, 1, 60);
  for (i = 1; i < 660 * 10; i++) {
    GstClockTime time = i * 100 * MS;

    if (i % 20 == 0)
      gst_edge_camera_limiter_lean (&limiter, time, 8 * MS);
    if (!gst_edge_camera_limiter_wants (&limiter, time))
      continue;
    gst_edge_camera_limiter_take (&limiter, time);
    if (out++ > 0)
      g_assert_cmpuint (time, >, last + 59 * GST_SECOND);
    last = time;
  }
  return out;
}

static void
test_leaning (void)
{
  guint out;

  /* a schedule that begins beside the keyframes comes to them at the first one, by being late */
  g_assert_cmpuint (count_in_step (30, 1, 30, 1, 100, &out), >=, 99);
  g_assert_cmpuint (out, >=, 999);
  g_assert_cmpuint (out, <=, 1001);
  g_assert_cmpuint (count_in_step (30, 1, 30, 2, 100, &out), >=, 99);
  g_assert_cmpuint (out, >=, 999);
  g_assert_cmpuint (out, <=, 1001);
  /* and stays with them, of whatever camera */
  g_assert_cmpuint (count_in_step (30000, 1001, 30, 0, 1000, &out), >=, 990);
  g_assert_cmpuint (count_in_step (300003, 10000, 60, 0, 1000, &out), >=, 495);
  /* also with a period of minutes, and not one too many */
  g_assert_cmpuint (count_long (), ==, 11);
  /* where that is impossible, the rate remains what was asked for */
  count_in_step (30, 1, 31, 0, 1000, &out);
  g_assert_cmpuint (out, >=, 9960);
  g_assert_cmpuint (out, <=, 10040);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-batch/bounds", test_bounds);
  g_test_add_func ("/camera-batch/patience", test_patience);
  g_test_add_func ("/camera-batch/expectation", test_expectation);
  g_test_add_func ("/camera-batch/passing", test_passing);
  g_test_add_func ("/camera-batch/waiting", test_waiting);
  g_test_add_func ("/camera-batch/leaning", test_leaning);
  return g_test_run ();
}
