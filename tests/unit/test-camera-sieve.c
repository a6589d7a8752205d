/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which packets of a camera are not even taken in: those of pictures that will not be decoded. */

#include "camera-sieve.h"

#define PASS GST_EDGE_CAMERA_SIEVE_PASS
#define HOLD GST_EDGE_CAMERA_SIEVE_HOLD
#define DROP GST_EDGE_CAMERA_SIEVE_DROP

#define CLOCK_RATE 90000

static const GstEdgeCameraSieveRules keyframes = { FALSE, TRUE, GST_SECOND, CLOCK_RATE };
static const GstEdgeCameraSieveRules all = { FALSE, FALSE, GST_SECOND, CLOCK_RATE };
static const GstEdgeCameraSieveRules keyframes_h265 = { TRUE, TRUE, GST_SECOND, CLOCK_RATE };

/* The first slice of a picture: first macroblock 0 ("1"), then the type. */
static const guint8 h264_idr[] = { 0x65, 0x88, 0x80, 0x00 };
static const guint8 h264_p[] = { 0x41, 0x9a, 0x00, 0x00 };      /* 1 00110 = type 5 */
static const guint8 h264_p0[] = { 0x41, 0xe0, 0x00, 0x00 };     /* 1 1 = type 0 */
static const guint8 h264_i[] = { 0x41, 0xb0, 0x00, 0x00 };      /* 1 011 = type 2, no IDR */
static const guint8 h264_i7[] = { 0x61, 0x88, 0x00, 0x00 };     /* 1 0001000 = type 7 */
static const guint8 h264_aud[] = { 0x09, 0xf0 };
static const guint8 h264_sps[] = { 0x67, 0x42, 0x00, 0x1f };
static const guint8 h264_sei[] = { 0x06, 0x05, 0x01, 0x00 };
static const guint8 h264_fu_idr_start[] = { 0x7c, 0x85, 0x88, 0x80 };
static const guint8 h264_fu_idr_middle[] = { 0x7c, 0x05, 0x12, 0x34 };
static const guint8 h264_fu_p_start[] = { 0x5c, 0x81, 0x9a, 0x00 };
static const guint8 h264_fu_i_start[] = { 0x5c, 0x81, 0xb0, 0x00 };
static const guint8 h264_fu_p_middle[] = { 0x5c, 0x01, 0xb0, 0x00 };
static const guint8 h264_stap_sps_idr[] = { 0x78, 0, 4, 0x67, 0x42, 0x00, 0x1f, 0, 4, 0x65, 0x88, 0x80, 0x00 };
static const guint8 h264_stap_sei_p[] = { 0x78, 0, 4, 0x06, 0x05, 0x01, 0x00, 0, 4, 0x41, 0x9a, 0x00, 0x00 };
static const guint8 h264_stap_broken[] = { 0x78, 0, 99, 0x06 };
static const guint8 h264_mtap[] = { 0x7a, 0, 0, 0, 0 };
static const guint8 h265_idr[] = { 0x26, 0x01, 0xaf, 0x00 };    /* type 19 */
static const guint8 h265_cra[] = { 0x2a, 0x01, 0xaf, 0x00 };    /* type 21 */
static const guint8 h265_p[] = { 0x02, 0x01, 0xd0, 0x00 };      /* 1 1 010 = type 1 */
static const guint8 h265_i[] = { 0x02, 0x01, 0xd8, 0x00 };      /* 1 1 011 = type 2 */
static const guint8 h265_vps[] = { 0x40, 0x01, 0x0c, 0x01 };
static const guint8 h265_aud[] = { 0x46, 0x01, 0x50 };
static const guint8 h265_fu_idr_start[] = { 0x62, 0x01, 0x93, 0xaf };
static const guint8 h265_fu_p_start[] = { 0x62, 0x01, 0x81, 0xd0 };
static const guint8 h265_ap_vps_idr[] = { 0x60, 0x01, 0, 4, 0x40, 0x01, 0x0c, 0x01, 0, 4, 0x26, 0x01, 0xaf, 0x00 };

typedef struct
{
  const gchar *name;
  const GstEdgeCameraSieveRules *rules;
  const guint8 *payload;
  gsize size;
  GstEdgeCameraSieveVerdict verdict;
} Case;

#define H264(what, verdict) {#what, &keyframes, what, sizeof (what), verdict}
#define H265(what, verdict) {#what, &keyframes_h265, what, sizeof (what), verdict}

static const Case cases[] = {
  H264 (h264_idr, PASS), H264 (h264_p, DROP), H264 (h264_p0, DROP), H264 (h264_i, PASS), H264 (h264_i7, PASS),
  H264 (h264_aud, HOLD), H264 (h264_sps, HOLD), H264 (h264_sei, HOLD), H264 (h264_fu_idr_start, PASS),
  H264 (h264_fu_idr_middle, PASS), H264 (h264_fu_p_start, DROP), H264 (h264_fu_i_start, PASS),
  H264 (h264_fu_p_middle, DROP), H264 (h264_stap_sps_idr, PASS), H264 (h264_stap_sei_p, DROP),
  H264 (h264_stap_broken, PASS), H264 (h264_mtap, PASS),
  H265 (h265_idr, PASS), H265 (h265_cra, PASS), H265 (h265_p, DROP), H265 (h265_i, PASS), H265 (h265_vps, HOLD),
  H265 (h265_aud, HOLD), H265 (h265_fu_idr_start, PASS), H265 (h265_fu_p_start, DROP), H265 (h265_ap_vps_idr, PASS),
};

static void
test_packet (gconstpointer data)
{
  const Case *c = data;
  /* there was one just now, so that no sign of life is due */
  GstEdgeCameraSieve sieve = {.has_passed = TRUE,.last_passed = 1000 };
  gsize size;

  g_assert_cmpint (gst_edge_camera_sieve_judge (&sieve, c->rules, c->payload, c->size, 1000, FALSE), ==,
      c->verdict);
  /* cut off anywhere it may be anything, but nothing is read behind its end */
  for (size = 0; size < c->size; size++) {
    guint8 *part = g_memdup2 (c->payload, size);

    sieve.started = FALSE;
    gst_edge_camera_sieve_judge (&sieve, c->rules, part, size, 1000, FALSE);
    g_free (part);
  }
}

#define JUDGE(sieve, rules, payload, time, last) \
    gst_edge_camera_sieve_judge (sieve, rules, payload, sizeof (payload), time, last)

/* What comes before the picture data goes where that goes. */
static void
test_whole_pictures (void)
{
  GstEdgeCameraSieve sieve = { 0, };
  guint32 time = G_MAXUINT32 - 4500;    /* about to wrap around */

  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_aud, time, FALSE), ==, HOLD);
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_sps, time, FALSE), ==, HOLD);
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_fu_idr_start, time, FALSE), ==, PASS);
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_fu_idr_middle, time, FALSE), ==, PASS);
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_sei, time, TRUE), ==, PASS);

  time += 3000;
  g_assert_true (gst_edge_camera_sieve_is_new_picture (&sieve, time));
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_aud, time, FALSE), ==, HOLD);
  g_assert_false (gst_edge_camera_sieve_is_new_picture (&sieve, time));
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_p, time, FALSE), ==, DROP);
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_sps, time, TRUE), ==, DROP);

  /* parameters by themselves */
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_sps, time, TRUE), ==, PASS);

  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_stap_sei_p, time, TRUE), ==, DROP);
}

/* Decoding all again begins with a keyframe. */
static void
test_change_of_rules (void)
{
  GstEdgeCameraSieve sieve = { 0, };
  guint32 time = 0;

  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, TRUE), ==, PASS);
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_p, time, TRUE), ==, DROP);
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, TRUE), ==, DROP);
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_idr, time, TRUE), ==, PASS);
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, TRUE), ==, PASS);

  /* within a picture nothing changes */
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, FALSE), ==, PASS);
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_p, time, TRUE), ==, PASS);

  /* a camera whose keyframes are not recognised gets through all the same, after a while */
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &keyframes, h264_p, time, TRUE), ==, DROP);
  time += 9 * CLOCK_RATE;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, TRUE), ==, DROP);
  time += 2 * CLOCK_RATE;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, TRUE), ==, PASS);
  time += 3000;
  g_assert_cmpint (JUDGE (&sieve, &all, h264_p, time, TRUE), ==, PASS);
}

/* A picture now and then, for those who measure. */
static void
test_sign_of_life (void)
{
  GstEdgeCameraSieve sieve = { 0, };
  GstEdgeCameraSieveRules rules = keyframes;
  guint passed = 0;
  guint32 time;

  g_assert_cmpint (JUDGE (&sieve, &rules, h264_idr, 0, TRUE), ==, PASS);
  for (time = 3000; time < 125 * CLOCK_RATE / 100; time += 3000)
    g_assert_cmpint (JUDGE (&sieve, &rules, h264_p, time, TRUE), ==, DROP);
  g_assert_cmpint (JUDGE (&sieve, &rules, h264_p, time, TRUE), ==, PASS);

  rules.period = 60 * GST_SECOND;
  for (guint i = 1; i <= 60 * 30; i++)
    passed += JUDGE (&sieve, &rules, h264_p, time + i * 3000, TRUE) == PASS;
  g_assert_cmpuint (passed, >=, 29);
  g_assert_cmpuint (passed, <=, 30);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *path = g_strdup_printf ("/camera-sieve/packet/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_packet);
    g_free (path);
  }
  g_test_add_func ("/camera-sieve/whole-pictures", test_whole_pictures);
  g_test_add_func ("/camera-sieve/change-of-rules", test_change_of_rules);
  g_test_add_func ("/camera-sieve/sign-of-life", test_sign_of_life);
  return g_test_run ();
}
