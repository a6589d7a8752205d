/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Views of decoded pictures: no copy while the decoder keeps its own, one as soon as somebody writes, and no buffer is
 * decoded into that somebody still looks at. */

#include <gst/video/video.h>

#include "camera-picture-pool.h"

static GstBufferPool *
start_pool (void)
{
  GstBufferPool *pool = gst_edge_camera_picture_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = gst_caps_from_string ("video/x-raw,format=I420,width=64,height=48");

  gst_buffer_pool_config_set_params (config, caps, 64 * 48 * 3 / 2, 0, 0);
  gst_caps_unref (caps);
  g_assert_true (gst_buffer_pool_set_config (pool, config));
  g_assert_true (gst_buffer_pool_set_active (pool, TRUE));
  return pool;
}

static void
stop_pool (GstBufferPool *pool)
{
  g_assert_true (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
}

static GstBuffer *
acquire (GstBufferPool *pool)
{
  GstBuffer *buffer;

  g_assert_cmpint (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL), ==, GST_FLOW_OK);
  return buffer;
}

static guint8 *
peek_data (GstBuffer *buffer)
{
  GstMapInfo map;
  guint8 *data;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  data = map.data;
  gst_buffer_unmap (buffer, &map);
  return data;
}

/* What a decoder does that keeps the picture: maps it, and gives it out as a writable buffer. */
static GstBuffer *
decode (GstBuffer *picture, GstMapInfo *map, guint8 value)
{
  g_assert_true (gst_buffer_map (picture, map, GST_MAP_READWRITE));
  memset (map->data, value, map->size);
  return gst_buffer_make_writable (gst_buffer_ref (picture));
}

static void
test_view (void)
{
  GstBufferPool *pool = start_pool ();
  GstBuffer *picture = acquire (pool), *frame;
  GstMapInfo map, read;

  frame = decode (picture, &map, 7);
  g_assert_true (frame != picture);
  g_assert_true (gst_buffer_is_writable (frame));
  g_assert_true (peek_data (frame) == map.data);
  gst_buffer_unmap (picture, &map);
  gst_buffer_unref (picture);
  stop_pool (pool);

  /* it stays, whatever has gone */
  g_assert_true (gst_buffer_map (frame, &read, GST_MAP_READ));
  g_assert_cmpuint (read.size, ==, 64 * 48 * 3 / 2);
  g_assert_cmpuint (read.data[read.size - 1], ==, 7);
  gst_buffer_unmap (frame, &read);
  gst_buffer_unref (frame);
}

/* Who writes has bytes of its own from then on. */
static void
test_write (void)
{
  GstBufferPool *pool = start_pool ();
  GstBuffer *picture = acquire (pool), *frame, *shared;
  GstMapInfo map, write;

  frame = decode (picture, &map, 7);
  shared = gst_buffer_copy (frame);
  g_assert_true (peek_data (shared) == map.data);
  g_assert_true (gst_buffer_map (frame, &write, GST_MAP_WRITE));
  g_assert_true (write.data != map.data);
  g_assert_cmpuint (write.data[0], ==, 7);
  memset (write.data, 9, write.size);
  gst_buffer_unmap (frame, &write);
  g_assert_cmpuint (map.data[0], ==, 7);
  g_assert_cmpuint (peek_data (shared)[0], ==, 7);
  g_assert_cmpuint (peek_data (frame)[0], ==, 9);

  gst_buffer_unref (shared);
  gst_buffer_unref (frame);
  gst_buffer_unmap (picture, &map);
  gst_buffer_unref (picture);
  stop_pool (pool);
}

/* Only what comes out of the decoder is a view: whoever copies later gets a copy. */
static void
test_copy_once (void)
{
  GstBufferPool *pool = start_pool ();
  GstBuffer *picture = acquire (pool), *frame, *copy;
  GstMapInfo map;

  frame = decode (picture, &map, 7);
  copy = gst_buffer_copy_deep (picture);
  g_assert_true (peek_data (copy) != map.data);
  gst_buffer_unref (copy);
  copy = gst_buffer_copy_deep (frame);
  g_assert_true (peek_data (copy) != map.data);
  g_assert_cmpuint (peek_data (copy)[0], ==, 7);
  gst_buffer_unref (copy);
  copy = gst_buffer_copy_region (frame, GST_BUFFER_COPY_ALL, 64, 32);
  g_assert_true (peek_data (copy) == map.data + 64);
  gst_buffer_unref (frame);
  g_assert_cmpuint (peek_data (copy)[31], ==, 7);
  gst_buffer_unref (copy);
  gst_buffer_unmap (picture, &map);
  gst_buffer_unref (picture);
  stop_pool (pool);
}

static void
test_recycling (void)
{
  GstBufferPool *pool = start_pool ();
  GstBuffer *picture = acquire (pool), *frame, *next;
  guint8 *data = peek_data (picture);
  GstMapInfo map, next_map;

  /* somebody still looks at it */
  frame = decode (picture, &map, 7);
  gst_buffer_unmap (picture, &map);
  gst_buffer_unref (picture);
  next = acquire (pool);
  g_assert_true (gst_buffer_map (next, &next_map, GST_MAP_WRITE));
  memset (next_map.data, 9, next_map.size);
  g_assert_true (next_map.data != data);
  g_assert_cmpuint (peek_data (frame)[100], ==, 7);
  gst_buffer_unmap (next, &next_map);
  gst_buffer_unref (frame);

  /* the view goes last, as with libav: its memory serves again, too */
  data = peek_data (next);
  for (guint i = 0; i < 10; i++) {
    frame = decode (next, &map, 1);
    gst_buffer_unmap (next, &map);
    gst_buffer_unref (next);
    gst_buffer_unref (frame);
    next = acquire (pool);
    g_assert_true (peek_data (next) == data);
  }

  /* nobody does: the same buffer serves for ever */
  data = peek_data (next);
  for (guint i = 0; i < 10; i++) {
    frame = decode (next, &map, 1);
    gst_buffer_unref (frame);
    gst_buffer_unmap (next, &map);
    gst_buffer_unref (next);
    next = acquire (pool);
    g_assert_true (peek_data (next) == data);
  }
  gst_buffer_unref (next);
  stop_pool (pool);
}

/* ---- libav's decoder ---- */

typedef struct
{
  guint n_views;
  guint n_others;
  guint n_queries;
  GChecksum *pictures;
} Seen;

static GstPadProbeReturn
know_video_meta (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  ((Seen *) user_data)->n_queries++;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

static GstPadProbeReturn
look (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Seen *seen = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstCaps *caps = gst_pad_get_current_caps (pad);
  GstVideoInfo video;
  GstVideoFrame frame;
  gint line;

  if (gst_memory_is_type (memory, "EdgeCameraPicture") && GST_MEMORY_IS_READONLY (memory))
    seen->n_views++;
  else
    seen->n_others++;
  g_assert_true (gst_video_info_from_caps (&video, caps));
  gst_caps_unref (caps);
  g_assert_true (gst_video_frame_map (&frame, &video, buffer, GST_MAP_READ));
  for (line = 0; line < video.height; line++)
    g_checksum_update (seen->pictures, (guchar *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + line * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), video.width);
  gst_video_frame_unmap (&frame);
  return GST_PAD_PROBE_OK;
}

static void
decode_clip (Seen *seen, guint width, gboolean offer)
{
  gchar *line = g_strdup_printf ("videotestsrc num-buffers=60 pattern=ball "
      "! video/x-raw,format=I420,width=%u,height=180,framerate=30/1 "
      "! x264enc key-int-max=30 bframes=2 speed-preset=ultrafast threads=1 ! video/x-h264,profile=main ! h264parse "
      "! avdec_h264 name=decoder max-threads=1 ! queue max-size-buffers=3 max-size-bytes=0 max-size-time=0 "
      "! fakesink name=sink", width);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *decoder = gst_bin_get_by_name (GST_BIN (pipeline), "decoder");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  g_free (line);
  *seen = (Seen) {.pictures = g_checksum_new (G_CHECKSUM_SHA256) };
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, look, seen, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH, know_video_meta, seen, NULL);
  if (offer)
    gst_edge_camera_picture_pool_offer_to (decoder);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (decoder);
  gst_object_unref (pipeline);
}

static void
test_decoder (void)
{
  Seen stock, ours;

  decode_clip (&stock, 320, FALSE);
  decode_clip (&ours, 320, TRUE);
  g_assert_cmpuint (stock.n_views, ==, 0);
  g_assert_cmpuint (stock.n_others, ==, 60);
  g_assert_cmpuint (ours.n_views + ours.n_others, ==, 60);
  g_assert_cmpuint (ours.n_others, <=, 5);      /* decoded before anybody had answered */
  g_assert_cmpstr (g_checksum_get_string (ours.pictures), ==, g_checksum_get_string (stock.pictures));
  g_checksum_free (stock.pictures);
  g_checksum_free (ours.pictures);
}

/* The pictures are 368 wide: a pool for frames does not fit, and the decoder must not be made to try it each time. */
static void
test_cropped (void)
{
  Seen stock, ours;

  decode_clip (&stock, 360, FALSE);
  decode_clip (&ours, 360, TRUE);
  g_assert_cmpuint (ours.n_others, ==, 60);
  g_assert_cmpuint (ours.n_queries, <=, stock.n_queries);
  g_assert_cmpstr (g_checksum_get_string (ours.pictures), ==, g_checksum_get_string (stock.pictures));
  g_checksum_free (stock.pictures);
  g_checksum_free (ours.pictures);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-pool/view", test_view);
  g_test_add_func ("/picture-pool/write", test_write);
  g_test_add_func ("/picture-pool/copy-once", test_copy_once);
  g_test_add_func ("/picture-pool/recycling", test_recycling);
  g_test_add_func ("/picture-pool/decoder", test_decoder);
  g_test_add_func ("/picture-pool/cropped", test_cropped);
  return g_test_run ();
}
