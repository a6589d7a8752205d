/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which pictures are held back, for how long, and which need not be decoded at all. */

#include "camera-batch.h"
#include "camera-limiter.h"

#define MS GST_MSECOND

static gboolean
hold (GstEdgeCameraBatch *batch, GstClockTime time)
{
  GstBuffer *unit = gst_buffer_new ();
  gboolean held = gst_edge_camera_batch_hold (batch, unit, time);

  GST_BUFFER_PTS (unit) = time;
  if (!held)
    gst_buffer_unref (unit);
  return held;
}

static void
test_bounds (void)
{
  GstEdgeCameraBatch batch = { G_QUEUE_INIT, 0 };
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

static GstCaps *
make_caps (const gchar *name, const guint8 *record, gsize size)
{
  GstBuffer *data = gst_buffer_new_memdup (record, size);
  GstCaps *caps = gst_caps_new_simple (name, "codec_data", GST_TYPE_BUFFER, data, NULL);

  gst_buffer_unref (data);
  return caps;
}

/* @headers: of NAL units with 2 bytes of header each and 4 of length; 0 ends it */
static gboolean
is_disposable (GstCaps *caps, const guint *headers, gboolean keyframe)
{
  GstBuffer *picture;
  GByteArray *bytes = g_byte_array_new ();
  gboolean disposable;
  gsize size;

  for (; *headers != 0; headers++) {
    const guint8 nal[] = { 0, 0, 0, 4, (guint8) (*headers >> 8), (guint8) *headers, 0xaa, 0xbb };

    g_byte_array_append (bytes, nal, sizeof (nal));
  }
  size = bytes->len;
  picture = gst_buffer_new_wrapped (g_byte_array_free (bytes, FALSE), size);
  if (!keyframe)
    GST_BUFFER_FLAG_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT);
  disposable = gst_edge_camera_is_disposable (caps, picture);
  gst_buffer_unref (picture);
  return disposable;
}

#define CHECK(caps, keyframe, ...) is_disposable (caps, (const guint[]) { __VA_ARGS__, 0 }, keyframe)

static void
test_h264 (void)
{
  const guint8 record[] = { 1, 100, 0, 31, 0xff, 0xe1, 0 };
  GstCaps *caps = make_caps ("video/x-h264", record, sizeof (record));

  /* nal_ref_idc 0, slice of a P or B picture; with delimiter and SEI; several slices */
  g_assert_true (CHECK (caps, FALSE, 0x0110));
  g_assert_true (CHECK (caps, FALSE, 0x0910, 0x0610, 0x0110, 0x0110));
  /* a reference, also if only one of two fields is */
  g_assert_false (CHECK (caps, FALSE, 0x4110));
  g_assert_false (CHECK (caps, FALSE, 0x0110, 0x4110));
  /* nothing of a picture in it; marked as keyframe; unknown format */
  g_assert_false (CHECK (caps, FALSE, 0x0910, 0x0610));
  g_assert_false (CHECK (caps, TRUE, 0x0110));
  g_assert_false (CHECK (NULL, FALSE, 0x0110));
  gst_caps_unref (caps);
  caps = gst_caps_new_empty_simple ("video/x-h264");
  g_assert_false (CHECK (caps, FALSE, 0x0110));
  gst_caps_unref (caps);
}

static void
test_start_codes (void)
{
  static const struct
  {
    guint8 bytes[16];
    gsize size;
    gboolean disposable;
  } pictures[] = {
    {{0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x01, 0xaa, 0xbb, 0xcc}, 13, TRUE},
    {{0, 0, 1, 0x01, 0xaa, 0xbb, 0, 0, 1, 0x01, 0xaa, 0xbb}, 12, TRUE},
    {{0, 0, 1, 0x01, 0xaa, 0xbb, 0, 0, 1, 0x41, 0xaa, 0xbb}, 12, FALSE},
    {{0, 0, 1, 0x41, 0xaa, 0xbb, 0, 0, 1, 0x01, 0xaa, 0xbb}, 12, FALSE},
    {{0, 0, 0, 1, 0x09, 0x10, 0, 0, 1}, 9, FALSE},
    {{0x01, 0xaa, 0xbb, 0xcc}, 4, FALSE},
  };
  GstCaps *caps = gst_caps_new_simple ("video/x-h264", "stream-format", G_TYPE_STRING, "byte-stream", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pictures); i++) {
    GstBuffer *picture = gst_buffer_new_memdup (pictures[i].bytes, pictures[i].size);

    GST_BUFFER_FLAG_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT);
    g_assert_true (gst_edge_camera_is_disposable (caps, picture) == pictures[i].disposable);
    gst_buffer_unref (picture);
  }
  gst_caps_unref (caps);
}

static void
test_broken (void)
{
  const guint8 record[] = { 1, 100, 0, 31, 0xff, 0xe1, 0 };
  GstCaps *caps = make_caps ("video/x-h264", record, sizeof (record));
  const guint8 bytes[] = { 0, 0, 0, 4, 0x01, 0x10, 1, 2, 0xff, 0xff, 0xff, 0xff, 0x01 };
  gsize size;

  /* whatever is cut off */
  for (size = 1; size <= sizeof (bytes); size++) {
    GstBuffer *picture = gst_buffer_new_memdup (bytes, size);

    GST_BUFFER_FLAG_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT);
    g_assert_true (gst_edge_camera_is_disposable (caps, picture) == (size == 8));
    gst_buffer_unref (picture);
  }
  gst_caps_unref (caps);
}

static void
test_h265 (void)
{
  guint8 record[23] = { 1, };
  GstCaps *one, *two, *unknown;

  record[21] = 1 << 3 | 3;
  one = make_caps ("video/x-h265", record, sizeof (record));
  record[21] = 2 << 3 | 3;
  two = make_caps ("video/x-h265", record, sizeof (record));
  record[21] = 3;
  unknown = make_caps ("video/x-h265", record, sizeof (record));

  /* TRAIL_N, RASL_N; TRAIL_R; parameter sets and SEI */
  g_assert_true (CHECK (one, FALSE, 0x0001));
  g_assert_true (CHECK (one, FALSE, 0x4e01, 0x1001));
  g_assert_false (CHECK (one, FALSE, 0x0201));
  g_assert_false (CHECK (one, FALSE, 0x4e01));
  /* in a lower layer it may be what the higher one refers to */
  g_assert_false (CHECK (two, FALSE, 0x0001));
  g_assert_true (CHECK (two, FALSE, 0x0002));
  g_assert_false (CHECK (unknown, FALSE, 0x0001));
  gst_caps_unref (one);
  gst_caps_unref (two);
  gst_caps_unref (unknown);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-batch/bounds", test_bounds);
  g_test_add_func ("/camera-batch/expectation", test_expectation);
  g_test_add_func ("/camera-batch/passing", test_passing);
  g_test_add_func ("/camera-batch/h264", test_h264);
  g_test_add_func ("/camera-batch/start-codes", test_start_codes);
  g_test_add_func ("/camera-batch/broken", test_broken);
  g_test_add_func ("/camera-batch/h265", test_h265);
  return g_test_run ();
}
