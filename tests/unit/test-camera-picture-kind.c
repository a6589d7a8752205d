/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is known of a picture by its slices: whether nobody refers to it, whether all begins anew with it. */

#include "camera-picture-kind.h"

static GstCaps *
make_caps (const gchar *name, const guint8 *record, gsize size)
{
  GstBuffer *data = gst_buffer_new_memdup (record, size);
  GstCaps *caps = gst_caps_new_simple (name, "codec_data", GST_TYPE_BUFFER, data, NULL);

  gst_buffer_unref (data);
  return caps;
}

typedef gboolean (*Question) (const GstCaps *caps, GstBuffer *picture);

static gboolean
ask_bytes (Question question, GstCaps *caps, const guint8 *bytes, gsize size, gboolean keyframe)
{
  GstBuffer *picture = gst_buffer_new_memdup (bytes, size);
  gboolean answer;

  if (!keyframe)
    GST_BUFFER_FLAG_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT);
  answer = question (caps, picture);
  gst_buffer_unref (picture);
  return answer;
}

/* @headers: of NAL units with 2 bytes of header each and 4 of length; 0 ends it */
static gboolean
ask (Question question, GstCaps *caps, const guint *headers, gboolean keyframe)
{
  GByteArray *bytes = g_byte_array_new ();
  gboolean answer;

  for (; *headers != 0; headers++) {
    const guint8 nal[] = { 0, 0, 0, 4, (guint8) (*headers >> 8), (guint8) *headers, 0xaa, 0xbb };

    g_byte_array_append (bytes, nal, sizeof (nal));
  }
  answer = ask_bytes (question, caps, bytes->data, bytes->len, keyframe);
  g_byte_array_unref (bytes);
  return answer;
}

#define ASK(question, caps, keyframe, ...) ask (question, caps, (const guint[]) { __VA_ARGS__, 0 }, keyframe)
#define CHECK(caps, keyframe, ...) ASK (gst_edge_camera_is_disposable, caps, keyframe, __VA_ARGS__)
#define CHECK_IDR(caps, keyframe, ...) ASK (gst_edge_camera_is_idr, caps, keyframe, __VA_ARGS__)

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
  /* IDR, with parameter sets; other keyframes: a recovery point, what is not marked as one */
  g_assert_true (CHECK_IDR (caps, TRUE, 0x6510));
  g_assert_true (CHECK_IDR (caps, TRUE, 0x0910, 0x6710, 0x6810, 0x0610, 0x6510, 0x6510));
  g_assert_false (CHECK_IDR (caps, TRUE, 0x0610, 0x4110));
  g_assert_false (CHECK_IDR (caps, TRUE, 0x6710, 0x6810));
  g_assert_false (CHECK_IDR (caps, FALSE, 0x6510));
  g_assert_false (CHECK_IDR (NULL, TRUE, 0x6510));
  gst_caps_unref (caps);
  caps = gst_caps_new_empty_simple ("video/x-h264");
  g_assert_false (CHECK_IDR (caps, TRUE, 0x6510));
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
  const guint8 h265_idr[] = { 0, 0, 0, 1, 0x40, 1, 0xaa, 0, 0, 1, 0x26, 1, 0xaf, 0x00 };
  const guint8 h265_trail_n[] = { 0, 0, 0, 1, 0x00, 1, 0xaf, 0x00 };
  GstCaps *caps = gst_caps_new_simple ("video/x-h264", "stream-format", G_TYPE_STRING, "byte-stream", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pictures); i++)
    g_assert_true (ask_bytes (gst_edge_camera_is_disposable, caps, pictures[i].bytes, pictures[i].size, FALSE)
        == pictures[i].disposable);
  gst_caps_unref (caps);

  caps = gst_caps_new_simple ("video/x-h265", "stream-format", G_TYPE_STRING, "byte-stream", NULL);
  g_assert_true (ask_bytes (gst_edge_camera_is_idr, caps, h265_idr, sizeof (h265_idr), TRUE));
  /* how many temporal layers there are is not known */
  g_assert_false (ask_bytes (gst_edge_camera_is_disposable, caps, h265_trail_n, sizeof (h265_trail_n), FALSE));
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
  for (size = 1; size <= sizeof (bytes); size++)
    g_assert_true (ask_bytes (gst_edge_camera_is_disposable, caps, bytes, size, FALSE) == (size == 8));
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
  /* IDR_W_RADL, IDR_N_LP; CRA and BLA, which may be followed by what refers to what was before; TRAIL_R */
  g_assert_true (CHECK_IDR (one, TRUE, 0x4001, 0x2601));
  g_assert_true (CHECK_IDR (two, TRUE, 0x2801));
  g_assert_false (CHECK_IDR (one, TRUE, 0x2a01));
  g_assert_false (CHECK_IDR (one, TRUE, 0x2001));
  g_assert_false (CHECK_IDR (one, TRUE, 0x0201));
  gst_caps_unref (one);
  gst_caps_unref (two);
  gst_caps_unref (unknown);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-picture-kind/h264", test_h264);
  g_test_add_func ("/camera-picture-kind/start-codes", test_start_codes);
  g_test_add_func ("/camera-picture-kind/broken", test_broken);
  g_test_add_func ("/camera-picture-kind/h265", test_h265);
  return g_test_run ();
}
