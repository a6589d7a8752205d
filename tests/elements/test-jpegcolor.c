/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * jpegcolor: what happens to frames, and what a JPEG of them looks like. The arithmetic is in test-colour.c. */

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "frame/frame-identity.h"

/* A frame whose rows are longer than the picture is wide. */
static GstBuffer *
make_frame (const GstVideoInfo *info, guint padding, guint8 y, guint8 cb, guint8 cr)
{
  GstVideoInfo padded = *info;
  GstVideoAlignment align;
  GstVideoFrame frame;
  GstBuffer *buffer;
  guint8 values[3] = { y, cb, cr };
  gint i, row, column;

  gst_video_alignment_reset (&align);
  align.padding_right = padding;
  align.padding_bottom = padding;
  g_assert_true (gst_video_info_align (&padded, &align));
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&padded), NULL);
  gst_buffer_memset (buffer, 0, 0x55, GST_VIDEO_INFO_SIZE (&padded));
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (info),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info), padded.offset,
      padded.stride);
  g_assert_true (gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE));
  for (i = 0; i < 3; i++)
    for (row = 0; row < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, i); row++)
      for (column = 0; column < GST_VIDEO_FRAME_COMP_WIDTH (&frame, i); column++)
        GST_VIDEO_FRAME_COMP_DATA (&frame, i)[row * GST_VIDEO_FRAME_COMP_STRIDE (&frame, i)
            + column * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, i)] = values[i];
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

/* Everywhere, within 1 */
static void
assert_colour (GstBuffer *buffer, const GstVideoInfo *info, gint y, gint cb, gint cr)
{
  gint values[3] = { y, cb, cr };
  GstVideoFrame frame;
  gint i, row, column;

  g_assert_true (gst_video_frame_map (&frame, info, buffer, GST_MAP_READ));
  for (i = 0; i < 3; i++)
    for (row = 0; row < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, i); row++)
      for (column = 0; column < GST_VIDEO_FRAME_COMP_WIDTH (&frame, i); column++)
        g_assert_cmpint (ABS (GST_VIDEO_FRAME_COMP_DATA (&frame, i)[row * GST_VIDEO_FRAME_COMP_STRIDE (&frame, i)
                    + column * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, i)] - values[i]), <=, 1);
  gst_video_frame_unmap (&frame);
}

static GstHarness *
harness_of (const gchar *caps, GstVideoInfo *info)
{
  GstHarness *h = gst_harness_new ("jpegcolor");
  GstCaps *parsed = gst_caps_from_string (caps);

  g_assert_true (gst_video_info_from_caps (info, parsed));
  gst_harness_set_src_caps (h, parsed);
  return h;
}

static GstVideoInfo
negotiated (GstHarness *h)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GstVideoInfo info;

  g_assert_nonnull (caps);
  g_assert_true (gst_video_info_from_caps (&info, caps));
  g_assert_cmpstr (gst_structure_get_string (gst_caps_get_structure (caps, 0), "colorimetry"), ==, "1:4:0:0");
  gst_caps_unref (caps);
  return info;
}

/* BT.709's red of 75 %, in each format, at sizes without a middle, with and without padding */
static void
test_formats (void)
{
  static const gchar *const formats[] = { "I420", "YV12", "NV12", "NV21" };
  static const gint sizes[][2] = { {1, 1}, {2, 2}, {3, 3}, {33, 17}, {640, 5}, {1281, 3} };
  guint f, s, padding;

  for (f = 0; f < G_N_ELEMENTS (formats); f++)
    for (s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (padding = 0; padding <= 13; padding += 13) {
        gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=%d,height=%d,framerate=30/1,colorimetry=bt709",
            formats[f], sizes[s][0], sizes[s][1]);
        GstVideoInfo in, out;
        GstHarness *h = harness_of (caps, &in);
        GstBuffer *buffer = gst_harness_push_and_pull (h, make_frame (&in, padding, 51, 109, 212));

        out = negotiated (h);
        g_assert_cmpint (GST_VIDEO_INFO_FORMAT (&out), ==, GST_VIDEO_INFO_FORMAT (&in));
        assert_colour (buffer, &out, 57, 96, 224);
        gst_buffer_unref (buffer);
        gst_harness_teardown (h);
        g_free (caps);
      }
}

/* Full range of BT.601 goes through as it is, whatever else its name says. */
static void
test_passes (void)
{
  static const gchar *const names[] = { "1:4:0:0", "1:4:7:1", "1:4:5:1", "1:4:16:4" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gchar *caps = g_strdup_printf ("video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=%s",
        names[i]);
    GstVideoInfo info;
    GstHarness *h = harness_of (caps, &info);
    GstBuffer *buffer = make_frame (&info, 0, 10, 20, 30), *out;

    out = gst_harness_push_and_pull (h, gst_buffer_ref (buffer));
    g_assert_true (out == buffer);
    negotiated (h);
    gst_buffer_unref (out);
    gst_buffer_unref (buffer);
    gst_harness_teardown (h);
    g_free (caps);
  }
}

/* A stream may change its colours. */
static void
test_change (void)
{
  GstVideoInfo info;
  GstHarness *h = harness_of ("video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=bt601", &info);
  GstBuffer *buffer = gst_harness_push_and_pull (h, make_frame (&info, 0, 235, 128, 128));

  assert_colour (buffer, &info, 255, 128, 128);
  gst_buffer_unref (buffer);
  gst_harness_set_src_caps_str (h, "video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=1:4:7:1");
  buffer = gst_harness_push_and_pull (h, make_frame (&info, 0, 235, 128, 128));
  assert_colour (buffer, &info, 235, 128, 128);
  gst_buffer_unref (buffer);
  gst_harness_set_src_caps_str (h, "video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=bt601");
  buffer = gst_harness_push_and_pull (h, make_frame (&info, 0, 235, 128, 128));
  assert_colour (buffer, &info, 255, 128, 128);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

/* A decoder still needs the frame that it has given away. */
static void
test_input_stays (void)
{
  GstVideoInfo info;
  GstHarness *h = harness_of ("video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=bt601", &info);
  GstBuffer *buffer = make_frame (&info, 0, 235, 128, 128), *copy, *out;

  copy = gst_buffer_copy (buffer);      /* the memory is shared */
  g_assert_true (gst_buffer_is_writable (buffer));
  out = gst_harness_push_and_pull (h, buffer);
  assert_colour (out, &info, 255, 128, 128);
  assert_colour (copy, &info, 235, 128, 128);
  gst_buffer_unref (out);
  gst_buffer_unref (copy);
  gst_harness_teardown (h);
}

/* Frames come from a pool: what downstream gave back is used again. */
static void
test_pool (void)
{
  GstVideoInfo info;
  GstHarness *h = harness_of ("video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=bt601", &info);
  GstBuffer *buffer;
  gpointer first = NULL;
  GstMapInfo map;
  guint i;

  for (i = 0; i < 20; i++) {
    buffer = gst_harness_push_and_pull (h, make_frame (&info, 0, 235, 128, 128));
    g_assert_nonnull (buffer->pool);
    g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
    if (first == NULL)
      first = map.data;
    g_assert_true (map.data == first);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (h);
}

static void
test_metas (void)
{
  GstVideoInfo info;
  GstHarness *h = harness_of ("video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=bt601", &info);
  GstBuffer *buffer = make_frame (&info, 13, 235, 128, 128);
  GstEdgeFrameIdentity identity = { g_ref_string_new ("cam1"), 1234567890, 7, 64, 48, NULL, NULL };
  GstCaps *reference = gst_caps_from_string ("timestamp/x-unix");
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);
  GstReferenceTimestampMeta *time;
  const GstEdgeFrameIdentity *found;

  crop->x = 1;
  crop->y = 2;
  crop->width = 32;
  crop->height = 16;
  gst_edge_buffer_set_identity (buffer, &identity);
  gst_buffer_add_reference_timestamp_meta (buffer, reference, 42, GST_CLOCK_TIME_NONE);
  GST_BUFFER_PTS (buffer) = 5 * GST_SECOND;
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);

  buffer = gst_harness_push_and_pull (h, buffer);
  found = gst_edge_buffer_get_identity (buffer);
  g_assert_nonnull (found);
  g_assert_cmpstr (found->camera_id, ==, "cam1");
  g_assert_cmpuint (found->sequence, ==, 7);
  time = gst_buffer_get_reference_timestamp_meta (buffer, reference);
  g_assert_nonnull (time);
  g_assert_cmpuint (time->timestamp, ==, 42);
  crop = gst_buffer_get_video_crop_meta (buffer);
  g_assert_nonnull (crop);
  g_assert_cmpuint (crop->width, ==, 32);
  g_assert_cmpuint (crop->y, ==, 2);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, 5 * GST_SECOND);
  g_assert_cmpuint (GST_BUFFER_DURATION (buffer), ==, GST_SECOND);
  g_assert_true (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  assert_colour (buffer, &info, 255, 128, 128); /* its own strides, not those of the input */

  gst_buffer_unref (buffer);
  gst_caps_unref (reference);
  gst_edge_frame_identity_clear (&identity);
  gst_harness_teardown (h);
}

/* ---- with real elements ---- */

/* The middle of the picture after these elements, in the colours of a JPEG. */
static void
middle_of (const gchar *caps, const guint8 ycc[3], const gchar *elements, guint8 found[3])
{
  GstHarness *h = gst_harness_new_parse (elements);
  GstCaps *parsed = gst_caps_from_string (caps);
  GstVideoInfo info;
  GstVideoFrame frame;
  GstBuffer *buffer;
  gint i;

  g_assert_true (gst_video_info_from_caps (&info, parsed));
  gst_harness_set_src_caps (h, parsed);
  buffer = gst_harness_push_and_pull (h, make_frame (&info, 0, ycc[0], ycc[1], ycc[2]));
  parsed = gst_pad_get_current_caps (h->sinkpad);
  g_assert_true (gst_video_info_from_caps (&info, parsed));
  g_assert_cmpint (GST_VIDEO_INFO_FORMAT (&info), ==, GST_VIDEO_FORMAT_I420);
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (i = 0; i < 3; i++)
    found[i] = GST_VIDEO_FRAME_COMP_DATA (&frame, i)[GST_VIDEO_FRAME_COMP_STRIDE (&frame, i) * 8 + 8];
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  gst_caps_unref (parsed);
  gst_harness_teardown (h);
}

/* That is how exact videoconvert is; another matrix or range makes more of at least one of the patches. */
#define NEAR 4

#define JPEG "! jpegenc quality=100 ! jpegdec"

static const guint8 patches[][3] = {
  {16, 128, 128}, {126, 128, 128}, {235, 128, 128}, {51, 109, 212}, {133, 63, 52}, {28, 212, 120}, {168, 44, 136},
};

/* The JPEG says the same as with `videoconvert`, for all that a camera may say about its colours, or not say. */
static void
test_as_videoconvert (void)
{
  static const gchar *const colours[] = {
    "", ",colorimetry=2:0:0:0", /* these are decided by the height */
    ",colorimetry=bt709", ",colorimetry=bt601", ",colorimetry=1:3:5:1", ",colorimetry=2:3:0:0", ",colorimetry=bt2020",
    ",colorimetry=0:3:5:1",
  };
  static const gint heights[] = { 48, 576, 578, 2160 };
  guint c, h, p;
  gint i;

  for (c = 0; c < G_N_ELEMENTS (colours); c++)
    for (h = 0; h < (c < 2 ? G_N_ELEMENTS (heights) : 1); h++)
      for (p = 0; p < G_N_ELEMENTS (patches); p++) {
        gchar *caps = g_strdup_printf ("video/x-raw,format=I420,width=64,height=%d,framerate=30/1%s", heights[h],
            colours[c]);
        guint8 found[3], right[3];

        middle_of (caps, patches[p], "jpegcolor " JPEG, found);
        middle_of (caps, patches[p], "videoconvert ! video/x-raw,format=YV12,colorimetry=1:2:0:0 " JPEG, right);
        for (i = 0; i < 3; i++)
          if (ABS (found[i] - right[i]) > NEAR)
            g_error ("%s: %d %d %d became %d %d %d, by videoconvert %d %d %d", caps, patches[p][0], patches[p][1],
                patches[p][2], found[0], found[1], found[2], right[0], right[1], right[2]);
        g_free (caps);
      }
}

static GstCaps *
caps_of (GstHarness *h, const gchar *factory, const gchar *pad_name)
{
  GstElement *element = gst_harness_find_element (h, factory);
  GstPad *pad = gst_element_get_static_pad (element, pad_name);
  GstCaps *caps = gst_pad_get_current_caps (pad);

  g_assert_nonnull (caps);
  gst_object_unref (pad);
  gst_object_unref (element);
  return caps;
}

/* `videoconvert` in front is for formats that jpegcolor does not take, and lets the others pass, colours and all. */
static void
test_behind_videoconvert (void)
{
  static const struct
  {
    const gchar *caps;
    gboolean same;
  } cases[] = {
    {"format=I420,colorimetry=bt709", TRUE},
    {"format=I420,colorimetry=bt601", TRUE},
    {"format=I420,colorimetry=1:4:7:1", TRUE},
    {"format=I420", TRUE},
    {"format=NV12,colorimetry=bt709", TRUE},
    {"format=I420_10LE,colorimetry=bt709", FALSE},
    {"format=Y42B", FALSE},
    {"format=BGRx", FALSE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstHarness *h = gst_harness_new_parse ("videoconvert ! jpegcolor ! jpegenc");
    gchar *text = g_strdup_printf ("video/x-raw,%s,width=64,height=48,framerate=30/1", cases[i].caps);
    GstCaps *before, *behind, *encoded;
    GstVideoInfo info;

    gst_harness_set_src_caps_str (h, text);
    before = caps_of (h, "videoconvert", "sink");
    g_assert_true (gst_video_info_from_caps (&info, before));
    gst_buffer_unref (gst_harness_push_and_pull (h, gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL)));
    behind = caps_of (h, "videoconvert", "src");
    encoded = caps_of (h, "jpegenc", "sink");
    g_assert_cmpint (gst_caps_is_equal (before, behind), ==, cases[i].same);
    g_assert_cmpstr (gst_structure_get_string (gst_caps_get_structure (encoded, 0), "colorimetry"), ==, "1:4:0:0");
    gst_caps_unref (before);
    gst_caps_unref (behind);
    gst_caps_unref (encoded);
    gst_harness_teardown (h);
    g_free (text);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/jpegcolor/formats", test_formats);
  g_test_add_func ("/jpegcolor/passes", test_passes);
  g_test_add_func ("/jpegcolor/change", test_change);
  g_test_add_func ("/jpegcolor/input-stays", test_input_stays);
  g_test_add_func ("/jpegcolor/pool", test_pool);
  g_test_add_func ("/jpegcolor/metas", test_metas);
  g_test_add_func ("/jpegcolor/as-videoconvert", test_as_videoconvert);
  g_test_add_func ("/jpegcolor/behind-videoconvert", test_behind_videoconvert);
  return g_test_run ();
}
