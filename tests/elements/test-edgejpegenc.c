/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * edgejpegenc: raw video becomes JPEGs with the right colours, JPEGs stay what they are. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#define SIDE 64
#define RAW(colours) "video/x-raw,format=I420,width=64,height=64,framerate=10/1" colours
#define RAW_422 "video/x-raw,format=Y42B,width=64,height=64,framerate=10/1,colorimetry=(string)bt709"
#define CAMERA ",colorimetry=(string)bt709"

/* One of the camera's colours: 235 is its white, 16 its black. */
static GstBuffer *
make_raw (guint8 luma)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, SIDE * SIDE * 3 / 2, NULL);

  gst_buffer_memset (buffer, 0, luma, SIDE * SIDE);
  gst_buffer_memset (buffer, SIDE * SIDE, 128, SIDE * SIDE / 2);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

/* Not a picture, so that whoever looked into it would complain. */
static GstBuffer *
make_jpeg (void)
{
  GstBuffer *buffer = gst_buffer_new_wrapped (g_strdup ("no picture"), 10);

  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

static void
assert_is_jpeg (GstBuffer *buffer)
{
  guint8 head[2];

  gst_buffer_extract (buffer, 0, head, 2);
  assert_equals_int (head[0] << 8 | head[1], 0xffd8);
}

/* The luma of the picture, which in a JPEG is full range. Takes @jpeg. */
static guint8
decode (GstBuffer *jpeg)
{
  GstHarness *h = gst_harness_new ("jpegdec");
  GstBuffer *picture;
  guint8 luma;

  gst_harness_set_src_caps_str (h, "image/jpeg,width=64,height=64,framerate=10/1");
  picture = gst_harness_push_and_pull (h, jpeg);
  gst_buffer_extract (picture, SIDE * 8 + 8, &luma, 1);
  gst_buffer_unref (picture);
  gst_harness_teardown (h);
  return luma;
}

/* Whether there is something that is both. */
static gboolean
fit (GstCaps *caps, const gchar *text)
{
  GstCaps *other = gst_caps_from_string (text);
  gboolean result = gst_caps_can_intersect (caps, other);

  gst_caps_unref (other);
  return result;
}

/* Whoever is late behind it, frames for others are not left out here. */
GST_START_TEST (test_late)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  guint i;

  gst_harness_set_src_caps_str (h, RAW (CAMERA));
  gst_buffer_unref (gst_harness_push_and_pull (h, make_raw (235)));
  gst_harness_push_upstream_event (h, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, GST_SECOND, 0));
  for (i = 1; i < 5; i++) {
    GstBuffer *raw = make_raw (235);

    GST_BUFFER_PTS (raw) = i * 100 * GST_MSECOND;
    gst_buffer_unref (gst_harness_push_and_pull (h, raw));
  }
  assert_equals_int (gst_harness_buffers_received (h), 5);
  gst_harness_teardown (h);
}

GST_END_TEST
GST_START_TEST (test_colours)
{
  static const gchar *const colours[] = { CAMERA, ",colorimetry=(string)bt601", "" };
  GstHarness *h;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (colours); i++) {
    gchar *caps = g_strconcat (RAW (""), colours[i], NULL);

    h = gst_harness_new ("edgejpegenc");
    gst_harness_set_src_caps_str (h, caps);
    assert_equals_int (CLAMP (decode (gst_harness_push_and_pull (h, make_raw (235))), 252, 255),
        decode (gst_harness_push_and_pull (h, make_raw (235))));
    assert_equals_int (CLAMP (decode (gst_harness_push_and_pull (h, make_raw (16))), 0, 3),
        decode (gst_harness_push_and_pull (h, make_raw (16))));
    gst_harness_teardown (h);
    g_free (caps);
  }
}

GST_END_TEST;

/* What waits behind it for the network holds no memory that it does not need. */
GST_START_TEST (test_memory)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  GstBuffer *out;
  gsize size, most;

  gst_harness_set_src_caps_str (h, RAW (CAMERA));
  out = gst_harness_push_and_pull (h, make_raw (100));
  size = gst_buffer_get_sizes (out, NULL, &most);
  fail_unless (most < 2 * size, "%" G_GSIZE_FORMAT " bytes for %" G_GSIZE_FORMAT, most, size);
  assert_is_jpeg (out);
  assert_equals_uint64 (GST_BUFFER_PTS (out), 0);
  gst_buffer_unref (out);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* A format that is not what most cameras' decoders give. */
GST_START_TEST (test_other_format)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, SIDE * SIDE * 2, NULL);

  gst_harness_set_src_caps_str (h, RAW_422);
  gst_buffer_memset (buffer, 0, 235, SIDE * SIDE);
  gst_buffer_memset (buffer, SIDE * SIDE, 128, SIDE * SIDE);
  GST_BUFFER_PTS (buffer) = 0;
  fail_unless (decode (gst_harness_push_and_pull (h, buffer)) >= 252);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_jpeg_stays)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  GstBuffer *in = make_jpeg (), *out;
  GstCaps *caps;

  gst_harness_set_src_caps_str (h, "image/jpeg,width=320,height=180,framerate=5/1");
  out = gst_harness_push_and_pull (h, gst_buffer_ref (in));
  fail_unless (out == in);
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (fit (caps, "image/jpeg,width=320,height=180,framerate=5/1"));
  gst_caps_unref (caps);
  gst_buffer_unref (out);
  gst_buffer_unref (in);
  gst_harness_teardown (h);
}

GST_END_TEST;

static gboolean
has_caps (GstHarness *h, const gchar *text)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  gboolean result = fit (caps, text);

  gst_caps_unref (caps);
  return result;
}

/* A camera whose codec is changed. Downstream sees one stream: one segment, caps that are told once per change. */
GST_START_TEST (test_changes)
{
  static const gchar *const jpegs = "image/jpeg,width=320,height=180,framerate=5/1";
  GstHarness *h = gst_harness_new ("edgejpegenc");
  guint i, n_caps = 0;
  GstEvent *event;
  GstBuffer *buffer;

  for (i = 0; i < 6; i++) {
    gst_harness_set_src_caps_str (h, i % 2 ? jpegs : RAW (CAMERA));
    assert_equals_int (gst_harness_push (h, i % 2 ? make_jpeg () : make_raw (100)), GST_FLOW_OK);
    buffer = gst_harness_pull (h);
    if (i % 2 == 0)
      assert_is_jpeg (buffer);
    else
      assert_equals_int (gst_buffer_get_size (buffer), 10);
    fail_unless (has_caps (h, i % 2 ? jpegs : "image/jpeg,width=64,height=64,framerate=10/1"));
    gst_buffer_unref (buffer);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  while ((event = gst_harness_pull_event (h)) != NULL) {
    GstEventType type = GST_EVENT_TYPE (event);

    n_caps += type == GST_EVENT_CAPS;
    gst_event_unref (event);
    if (type == GST_EVENT_EOS)
      break;
  }
  assert_equals_int (n_caps, 6);
  event = gst_pad_get_sticky_event (h->sinkpad, GST_EVENT_SEGMENT, 0);
  fail_unless (event != NULL);
  gst_event_unref (event);
  gst_harness_teardown (h);
}

GST_END_TEST;

static GstPadProbeReturn
flush_before_jpeg (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = gst_pad_probe_info_get_event (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (!fit (caps, "image/jpeg"))
    return GST_PAD_PROBE_OK;
  gst_harness_push_event (user_data, gst_event_new_flush_start ());
  return GST_PAD_PROBE_REMOVE;
}

/* A flush that begins while the stream is raw and ends when it is JPEGs. */
GST_START_TEST (test_flush_across_change)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");
  GstBuffer *buffer;
  GstCaps *jpeg = gst_caps_new_empty_simple ("image/jpeg");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_set_src_caps_str (h, RAW (CAMERA));
  gst_buffer_unref (gst_harness_push_and_pull (h, make_raw (100)));
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, flush_before_jpeg, h, NULL);
  gst_pad_push_event (h->srcpad, gst_event_new_caps (jpeg));
  gst_caps_unref (jpeg);
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));

  gst_harness_set_src_caps_str (h, "image/jpeg,width=64,height=64,framerate=10/1");
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
  buffer = gst_harness_push_and_pull (h, make_jpeg ());
  assert_equals_int (gst_buffer_get_size (buffer), 10);
  gst_buffer_unref (buffer);
  gst_harness_set_src_caps_str (h, RAW (CAMERA));
  assert_equals_int (gst_harness_push (h, make_raw (100)), GST_FLOW_OK);
  buffer = gst_harness_pull (h);
  assert_is_jpeg (buffer);
  gst_buffer_unref (buffer);
  gst_object_unref (pad);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* What could be had as a JPEG is asked for as a JPEG; what follows may not want one of that size. */
GST_START_TEST (test_what_is_accepted)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");
  GstCaps *caps, *filter = gst_caps_from_string ("video/x-raw; image/jpeg");

  caps = gst_pad_query_caps (pad, NULL);
  fail_unless (gst_structure_has_name (gst_caps_get_structure (caps, 0), "image/jpeg"));
  fail_unless (fit (caps, RAW (CAMERA)));
  gst_caps_unref (caps);

  gst_harness_set_sink_caps_str (h, "image/jpeg,width=100,height=100");
  caps = gst_caps_from_string ("image/jpeg,width=64,height=64");
  fail_if (gst_pad_query_accept_caps (pad, caps));
  gst_caps_unref (caps);
  caps = gst_pad_query_caps (pad, filter);
  fail_unless (fit (caps, "image/jpeg,width=100,height=100"));
  gst_caps_unref (caps);
  gst_caps_unref (filter);
  gst_object_unref (pad);
  gst_harness_teardown (h);
}

GST_END_TEST;

static gsize
size_at (GstHarness *h, gint quality)
{
  GstBuffer *raw = make_raw (100), *jpeg;
  GstMapInfo map;
  gsize size, i;

  gst_buffer_map (raw, &map, GST_MAP_WRITE);
  for (i = 0; i < SIDE * SIDE; i++)
    map.data[i] = (guint8) (i * 7919 >> 4);
  gst_buffer_unmap (raw, &map);
  g_object_set (h->element, "quality", quality, NULL);
  jpeg = gst_harness_push_and_pull (h, raw);
  size = gst_buffer_get_size (jpeg);
  gst_buffer_unref (jpeg);
  return size;
}

GST_START_TEST (test_quality)
{
  GstHarness *h = gst_harness_new ("edgejpegenc");
  gint quality;
  gsize best;

  g_object_get (h->element, "quality", &quality, NULL);
  assert_equals_int (quality, 85);
  gst_harness_set_src_caps_str (h, RAW (CAMERA));
  best = size_at (h, 95);
  fail_unless (size_at (h, 20) < best / 2);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_cycles)
{
  guint i;

  for (i = 0; i < 20; i++) {
    GstElement *pipeline = gst_parse_launch (i % 2 ? "videotestsrc num-buffers=3 ! jpegenc ! edgejpegenc ! fakesink" :
        "videotestsrc num-buffers=3 ! edgejpegenc ! jpegdec ! edgejpegenc ! fakesink", NULL);
    GstBus *bus = gst_element_get_bus (pipeline);
    GstMessage *message;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
    gst_message_unref (message);
    gst_element_set_state (pipeline, i % 3 ? GST_STATE_NULL : GST_STATE_READY);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (pipeline);
  }
}

GST_END_TEST;

static Suite *
edgejpegenc_suite (void)
{
  Suite *suite = suite_create ("edgejpegenc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_colours);
  tcase_add_test (tc, test_late);
  tcase_add_test (tc, test_memory);
  tcase_add_test (tc, test_other_format);
  tcase_add_test (tc, test_jpeg_stays);
  tcase_add_test (tc, test_changes);
  tcase_add_test (tc, test_flush_across_change);
  tcase_add_test (tc, test_what_is_accepted);
  tcase_add_test (tc, test_quality);
  tcase_add_test (tc, test_cycles);
  return suite;
}

GST_CHECK_MAIN (edgejpegenc);
