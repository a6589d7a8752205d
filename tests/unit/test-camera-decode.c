/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which pictures of a camera are decoded, how many frames go out, and what happens when decoding is too slow. */

#include "camera-decode.h"
#include "camera-lag.h"
#include "camera-limiter.h"

#define MS GST_MSECOND

/* When the next keyframe comes is known as long as they come regularly. */
static void
test_next_keyframe (void)
{
  const GstClockTime interval = 2 * GST_SECOND;
  GstClockTime time = 100 * GST_SECOND, keyframe = 0;
  GstEdgeCameraDecode decode;
  guint i;

  gst_edge_camera_decode_init (&decode, GST_RTSP_CAMERA_SRC_DECODE_ALL);
  for (i = 0; i < 3; i++, time += interval) {
    g_assert_false (gst_edge_camera_decode_awaits_keyframe (&decode, time, &keyframe));
    gst_edge_camera_decode_judge (&decode, time, TRUE, 100 * MS);
  }
  g_assert_true (gst_edge_camera_decode_awaits_keyframe (&decode, time - interval + 40 * MS, &keyframe));
  g_assert_cmpuint (keyframe, ==, time);
  /* a bit late is late; later is not known */
  g_assert_true (gst_edge_camera_decode_awaits_keyframe (&decode, time + 100 * MS, &keyframe));
  g_assert_false (gst_edge_camera_decode_awaits_keyframe (&decode, time + 300 * MS, &keyframe));
  g_assert_false (gst_edge_camera_decode_awaits_keyframe (&decode, GST_CLOCK_TIME_NONE, &keyframe));
  /* out of turn, and a new connection, of which only the interval is known */
  gst_edge_camera_decode_judge (&decode, time - interval / 2, TRUE, 100 * MS);
  g_assert_false (gst_edge_camera_decode_awaits_keyframe (&decode, time, &keyframe));
  gst_edge_camera_decode_judge (&decode, time, TRUE, 100 * MS);
  g_assert_true (gst_edge_camera_decode_awaits_keyframe (&decode, time, &keyframe));
  gst_edge_camera_decode_restart (&decode);
  g_assert_false (gst_edge_camera_decode_awaits_keyframe (&decode, time, &keyframe));
}

/* A camera with @fps and a keyframe every @gop pictures, for the policy and the limiter together. */
typedef struct
{
  GstEdgeCameraDecode decode;
  GstEdgeCameraLimiter limiter;
  GstClockTime time;
  GstClockTime period;          /* that is wanted */
  guint fps;
  guint gop;
  guint n;                      /* pictures since the last keyframe */
  guint decoded;
  guint out;
} Camera;

static void
camera_init (Camera *camera, GstRtspCameraSrcDecode mode, guint fps, guint gop, guint rate_n, guint rate_d)
{
  *camera = (Camera) {
  .fps = fps,.gop = gop};
  gst_edge_camera_decode_init (&camera->decode, mode);
  gst_edge_camera_limiter_set_rate (&camera->limiter, rate_n, rate_d);
  camera->period = camera->limiter.period;
}

static void
run (Camera *camera, guint seconds)
{
  guint i;

  camera->decoded = camera->out = 0;
  for (i = 0; i < seconds * camera->fps; i++) {
    gboolean keyframe = camera->n == 0;
    GstEdgeCameraVerdict verdict;

    camera->n = (camera->n + 1) % camera->gop;
    verdict = gst_edge_camera_decode_judge (&camera->decode, camera->time,
        keyframe, camera->period);
    if (verdict != GST_EDGE_CAMERA_VERDICT_SKIP) {
      camera->decoded++;
      gst_edge_camera_decode_answered (&camera->decode);
      if (gst_edge_camera_limiter_wants (&camera->limiter, camera->time)) {
        gst_edge_camera_limiter_take (&camera->limiter, camera->time);
        camera->out++;
      }
    }
    camera->time += GST_SECOND / camera->fps;
  }
}

static void
test_auto (void)
{
  Camera camera;

  /* one frame a second, a keyframe a second: after three of them only they are decoded */
  camera_init (&camera, GST_RTSP_CAMERA_SRC_DECODE_AUTO, 30, 30, 1, 1);
  run (&camera, 2);
  g_assert_cmpuint (camera.decoded, ==, 60);
  run (&camera, 10);
  g_assert_true (camera.decode.keyframes_only);
  g_assert_cmpuint (camera.decoded, ==, 10);
  g_assert_cmpuint (camera.out, ==, 10);

  /* they get rarer: all again, from the next keyframe on */
  camera.gop = 120;
  run (&camera, 12);
  g_assert_false (camera.decode.keyframes_only);
  run (&camera, 12);
  g_assert_cmpuint (camera.decoded, ==, 360);
  g_assert_cmpuint (camera.out, ==, 12);

  /* and more frequent again: it takes a while to be believed */
  camera.gop = 30;
  run (&camera, 8);
  g_assert_true (camera.decode.keyframes_only);

  /* the sender's clock becomes known, which is years ahead */
  camera.time += G_GUINT64_CONSTANT (4000000000) * GST_SECOND;
  run (&camera, 10);
  g_assert_true (camera.decode.keyframes_only);
  g_assert_cmpuint (camera.decoded, ==, 10);
  g_assert_cmpuint (camera.out, ==, 10);

  /* a new connection to the same camera needs not learn again */
  gst_edge_camera_decode_restart (&camera.decode);
  gst_edge_camera_limiter_restart (&camera.limiter);
  camera.n = 0;
  run (&camera, 10);
  g_assert_cmpuint (camera.decoded, ==, 10);
  g_assert_cmpuint (camera.out, ==, 10);
}

static void
test_auto_stays_with_all (void)
{
  Camera camera;

  /* ten a second, but one keyframe a second */
  camera_init (&camera, GST_RTSP_CAMERA_SRC_DECODE_AUTO, 30, 30, 10, 1);
  run (&camera, 20);
  g_assert_cmpuint (camera.decoded, ==, 600);
  g_assert_cmpuint (camera.out, ==, 200);

  /* all frames */
  camera_init (&camera, GST_RTSP_CAMERA_SRC_DECODE_AUTO, 30, 1, 0, 1);
  run (&camera, 10);
  g_assert_cmpuint (camera.decoded, ==, 300);
  g_assert_cmpuint (camera.out, ==, 300);
}

static void
test_forced (void)
{
  Camera camera;

  camera_init (&camera, GST_RTSP_CAMERA_SRC_DECODE_KEYFRAMES, 30, 60, 0, 1);
  run (&camera, 20);
  g_assert_cmpuint (camera.decoded, ==, 10);
  g_assert_cmpuint (camera.out, ==, 10);

  camera_init (&camera, GST_RTSP_CAMERA_SRC_DECODE_ALL, 30, 30, 1, 1);
  run (&camera, 20);
  g_assert_cmpuint (camera.decoded, ==, 600);
  g_assert_cmpuint (camera.out, ==, 20);
}

static GstEdgeCameraVerdict
judge (GstEdgeCameraDecode *decode, guint second, gboolean keyframe)
{
  return gst_edge_camera_decode_judge (decode, second * GST_SECOND, keyframe,
      GST_SECOND);
}

/* Begins, and goes on after a loss, with a keyframe. */
static void
test_reference_lost (void)
{
  GstEdgeCameraDecode decode;

  gst_edge_camera_decode_init (&decode, GST_RTSP_CAMERA_SRC_DECODE_ALL);
  g_assert_cmpint (judge (&decode, 0, FALSE), ==, GST_EDGE_CAMERA_VERDICT_SKIP);
  g_assert_cmpint (judge (&decode, 1, TRUE), ==,
      GST_EDGE_CAMERA_VERDICT_DECODE);
  g_assert_cmpint (judge (&decode, 2, FALSE), ==,
      GST_EDGE_CAMERA_VERDICT_DECODE);
  gst_edge_camera_decode_lost (&decode);
  g_assert_cmpint (judge (&decode, 3, FALSE), ==, GST_EDGE_CAMERA_VERDICT_SKIP);
  g_assert_cmpint (judge (&decode, 4, TRUE), ==,
      GST_EDGE_CAMERA_VERDICT_DECODE);
}

/* Pictures that follow the keyframe at which decoding begins, but are shown before it, refer to what was not
 * decoded. */
static void
test_leading (void)
{
  static const guint order[] = { 13, 11, 12, 16, 14, 15 };
  GstEdgeCameraDecode decode;
  guint i, skipped = 0;

  gst_edge_camera_decode_init (&decode, GST_RTSP_CAMERA_SRC_DECODE_ALL);
  for (i = 0; i < G_N_ELEMENTS (order); i++)
    skipped += gst_edge_camera_decode_judge (&decode, order[i] * 40 * MS, i == 0, 0) == GST_EDGE_CAMERA_VERDICT_SKIP;
  g_assert_cmpuint (skipped, ==, 2);
  /* all is there for those of the next one */
  for (i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpint (gst_edge_camera_decode_judge (&decode, (order[i] + 6) * 40 * MS, i == 0, 0), ==,
        GST_EDGE_CAMERA_VERDICT_DECODE);
  /* times of another clock lead nowhere */
  gst_edge_camera_decode_lost (&decode);
  g_assert_cmpint (judge (&decode, 100, TRUE), ==, GST_EDGE_CAMERA_VERDICT_DECODE);
  g_assert_cmpint (judge (&decode, 1, FALSE), ==, GST_EDGE_CAMERA_VERDICT_DECODE);
}

/* What is marked as keyframes of this camera are none. */
static void
test_keyframes_that_fail (void)
{
  GstEdgeCameraDecode decode;
  guint second, alone = 0;

  gst_edge_camera_decode_init (&decode, GST_RTSP_CAMERA_SRC_DECODE_AUTO);
  for (second = 0; second < 60; second++) {
    if (judge (&decode, second, TRUE) == GST_EDGE_CAMERA_VERDICT_ALONE) {
      gst_edge_camera_decode_fed_alone (&decode);
      alone++;
    } else {
      gst_edge_camera_decode_answered (&decode);
    }
  }
  g_assert_cmpuint (alone, ==, 3);
  g_assert_false (decode.keyframes_only);
}

/* Frames of @in per second over ten minutes, with up to @jitter; returns how many are let out. */
static guint
limit (guint in, guint rate_n, guint rate_d, GstClockTime jitter)
{
  GRand *rand = g_rand_new_with_seed (1);
  GstEdgeCameraLimiter limiter = { 0, };
  guint i, out = 0;

  gst_edge_camera_limiter_set_rate (&limiter, rate_n, rate_d);
  for (i = 0; i < 600 * in; i++) {
    GstClockTime time = GST_SECOND + gst_util_uint64_scale (i, GST_SECOND, in);

    if (jitter > 0)
      time += g_rand_int_range (rand, 0, (gint32) jitter);
    if (gst_edge_camera_limiter_wants (&limiter, time)) {
      gst_edge_camera_limiter_take (&limiter, time);
      out++;
    }
  }
  g_rand_free (rand);
  return out;
}

static void
test_rate_is_exact (void)
{
  g_assert_cmpuint (limit (30, 10, 1, 0), ==, 6000);
  g_assert_cmpuint (limit (30, 10, 1, 10 * MS), ==, 6000);
  g_assert_cmpuint (limit (25, 10, 1, 5 * MS), ==, 6000);
  g_assert_cmpuint (limit (30, 25, 1, 5 * MS), ==, 15000);
  g_assert_cmpuint (limit (30, 1, 1, 5 * MS), ==, 600);
  g_assert_cmpuint (limit (30, 1, 10, 5 * MS), ==, 60);
  g_assert_cmpuint (limit (15, 15, 2, 5 * MS), ==, 4500);
  /* a camera that is slower, or just as fast, loses nothing */
  g_assert_cmpuint (limit (8, 10, 1, 20 * MS), ==, 4800);
  g_assert_cmpuint (limit (10, 10, 1, 40 * MS), ==, 6000);
  g_assert_cmpuint (limit (30, 0, 1, 0), ==, 18000);
}

static void
test_no_burst_after_gap (void)
{
  GstEdgeCameraLimiter limiter = { 0, };
  guint i, out = 0;

  gst_edge_camera_limiter_set_rate (&limiter, 10, 1);
  for (i = 0; i < 90; i++) {
    GstClockTime time = i * 33 * MS + (i >= 30 ? 60 * GST_SECOND : 0);

    if (gst_edge_camera_limiter_wants (&limiter, time)) {
      gst_edge_camera_limiter_take (&limiter, time);
      out++;
    }
  }
  g_assert_cmpuint (out, >=, 29);
  g_assert_cmpuint (out, <=, 32);
}

/* The sender's clock is set back by 3 s. */
static void
test_clock_set_back (void)
{
  GstEdgeCameraLimiter limiter = { 0, };
  guint i, out = 0;

  gst_edge_camera_limiter_set_rate (&limiter, 10, 1);
  for (i = 0; i < 200; i++) {
    GstClockTime time = 10 * GST_SECOND + i * 50 * MS - (i >= 100 ? 3 * GST_SECOND : 0);

    if (gst_edge_camera_limiter_wants (&limiter, time)) {
      gst_edge_camera_limiter_take (&limiter, time);
      out++;
    }
  }
  g_assert_cmpuint (out, ==, 100);
}

/* On a busy machine some frames come late, and the next ones in time again. The camera sends no more than is wanted, so
 * all are. */
static void
test_late_frames (void)
{
  GstEdgeCameraLimiter limiter = { 0, };
  GstClockTime last = 0;
  guint i, out = 0;

  gst_edge_camera_limiter_set_rate (&limiter, 10, 1);
  for (i = 0; i < 1000; i++) {
    GstClockTime time = i * 100 * MS + (i % 20 == 10 ? 170 * MS : i % 7 == 3 ? 60 * MS : 0);

    last = time = MAX (time, last + MS);
    if (gst_edge_camera_limiter_wants (&limiter, time)) {
      gst_edge_camera_limiter_take (&limiter, time);
      out++;
    }
  }
  g_assert_cmpuint (out, ==, 1000);
}

/* A camera with 25 fps whose pictures arrive 300 ms after their time. */
typedef struct
{
  GstEdgeCameraLag lag;
  GstClockTime time;            /* of the last picture */
  GstClockTime now;             /* when the decoder is free */
  guint dropped;
  GstClockTimeDiff worst;
} Late;

static void
decode (Late *late, guint pictures, GstClockTime cost)
{
  guint i;

  late->dropped = 0;
  late->worst = 0;
  for (i = 0; i < pictures; i++) {
    late->time += 40 * MS;
    late->now = MAX (late->now, late->time + 300 * MS);
    late->worst = MAX (late->worst, GST_CLOCK_DIFF (late->time, late->now));
    if (gst_edge_camera_lag_is_behind (&late->lag, late->now, late->time))
      late->dropped++;
    else
      late->now += cost;
  }
}

static void
test_lag_overload (void)
{
  Late late = { {0}, };
  guint i;

  /* decoding a picture takes twice as long as it lasts; dropping takes no time, so it catches up */
  decode (&late, 1000, 80 * MS);
  g_assert_cmpuint (late.dropped, >, 350);
  g_assert_cmpuint (late.dropped, <, 600);
  g_assert_cmpint (late.worst, <, (GstClockTimeDiff) (4500 * MS));

  /* a clock that jumps back is believed after a while */
  for (i = 0; i < 100; i++) {
    late.now += 100 * MS;
    late.time = late.now - 60 * GST_SECOND;
    gst_edge_camera_lag_is_behind (&late.lag, late.now, late.time);
  }
  g_assert_false (gst_edge_camera_lag_is_behind (&late.lag, late.now, late.time));
}

/* Of a camera with 25 fps and a keyframe per second, one frame per second is wanted. Many such cameras have begun at
 * the same time, and decoding all takes five times as long as there is time. That must not keep it from being found
 * that keyframes are enough. */
static void
test_auto_overload (void)
{
  GstEdgeCameraDecode policy;
  Late late = { {0}, };
  guint i;

  gst_edge_camera_decode_init (&policy, GST_RTSP_CAMERA_SRC_DECODE_AUTO);
  for (i = 0; i < 1000; i++) {
    const gboolean keyframe = i % 25 == 0;
    const GstClockTime period = GST_SECOND;

    late.time += 40 * MS;
    late.now = MAX (late.now, late.time + 300 * MS);
    if (gst_edge_camera_lag_is_behind (&late.lag, late.now, late.time)) {
      gst_edge_camera_decode_late (&policy, late.time, keyframe, period);
      late.dropped++;
    } else if (gst_edge_camera_decode_judge (&policy, late.time, keyframe, period) != GST_EDGE_CAMERA_VERDICT_SKIP) {
      late.now += 200 * MS;
      gst_edge_camera_decode_answered (&policy);
    }
  }
  g_assert_true (policy.keyframes_only);
  g_assert_cmpuint (late.dropped, <, 200);
}

/* The machine did something else for a while; then it is fast enough. */
static void
test_lag_pause (void)
{
  const GstClockTime pauses[] = { 1900 * MS, 2500 * MS, 5 * GST_SECOND, 9 * GST_SECOND };
  Late late = { {0}, };
  guint i;

  decode (&late, 500, 4 * MS);
  g_assert_cmpuint (late.dropped, ==, 0);
  for (i = 0; i < G_N_ELEMENTS (pauses); i++) {
    late.now += pauses[i];
    decode (&late, 500, 4 * MS);
    g_assert_cmpuint (late.dropped, ==, 0);
    g_assert_cmpint (GST_CLOCK_DIFF (late.time, late.now), <, (GstClockTimeDiff) (400 * MS));
  }

  /* one that just about copes would be late for minutes */
  late.now += 5 * GST_SECOND;
  decode (&late, 500, 38 * MS);
  g_assert_cmpuint (late.dropped, >, 50);
  g_assert_cmpuint (late.dropped, <, 200);
}

/* What a camera has kept since its last keyframe comes first, all at once, before its time. That sets no standard. */
static void
test_lag_burst (void)
{
  Late late = { {0}, };

  late.time = 2 * GST_SECOND;   /* ahead of the clock */
  late.lag.started = FALSE;
  while (late.now < 1700 * MS) {
    gst_edge_camera_lag_is_behind (&late.lag, late.now, late.time);
    late.now += 40 * MS;
    late.time += 20 * MS;
  }
  decode (&late, 200, 4 * MS);
  late.now += 1800 * MS;
  decode (&late, 500, 20 * MS);
  g_assert_cmpuint (late.dropped, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-decode/auto", test_auto);
  g_test_add_func ("/camera-decode/auto-stays-with-all",
      test_auto_stays_with_all);
  g_test_add_func ("/camera-decode/forced", test_forced);
  g_test_add_func ("/camera-decode/reference-lost", test_reference_lost);
  g_test_add_func ("/camera-decode/leading", test_leading);
  g_test_add_func ("/camera-decode/keyframes-that-fail",
      test_keyframes_that_fail);
  g_test_add_func ("/camera-decode/next-keyframe", test_next_keyframe);
  g_test_add_func ("/camera-limiter/rate-is-exact", test_rate_is_exact);
  g_test_add_func ("/camera-limiter/no-burst-after-gap",
      test_no_burst_after_gap);
  g_test_add_func ("/camera-limiter/late-frames", test_late_frames);
  g_test_add_func ("/camera-limiter/clock-set-back", test_clock_set_back);
  g_test_add_func ("/camera-lag/overload", test_lag_overload);
  g_test_add_func ("/camera-lag/auto", test_auto_overload);
  g_test_add_func ("/camera-lag/pause", test_lag_pause);
  g_test_add_func ("/camera-lag/burst", test_lag_burst);
  return g_test_run ();
}
