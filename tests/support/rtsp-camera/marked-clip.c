/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the clips of marked cameras: a moving background with the mark on top,
 * encoded once. Frame k of the loop carries the number k. */

#include "marked-clip.h"

#include <gst/app/app.h>

#include "mark.h"

/* Enough for a clean picture: the mark is proof, it must not be lossy. */
#define BITS_PER_PIXEL 0.12

/* The background moves by this many pixels per frame, right and down. */
#define SPEED_X 3
#define SPEED_Y 1
#define TILE 256                /* power of two */

typedef struct
{
  const GstEdgeMarkedFormat *format;
  const guint8 *tile;           /* TILE x TILE luma samples */
  GPtrArray *clips;             /* element i belongs to camera i + 1's job */
  GMutex lock;
  GError *error;                /* lock; the first one */
} Workshop;

/* Soft blobs of all sizes, the same in every run. */
static guint8 *
make_tile (void)
{
  guint8 *tile = g_malloc (TILE * TILE);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261123);
  gint16 *sum = g_new0 (gint16, TILE * TILE);

  for (guint cell = 8; cell <= 64; cell *= 2) {
    guint n = TILE / cell;
    g_autofree gint16 *level = g_new (gint16, n * n);

    for (guint i = 0; i < n * n; i++)
      level[i] = g_rand_int_range (rand, -(gint) cell / 2 - 8, cell / 2 + 9);
    for (guint y = 0; y < TILE; y++)
      for (guint x = 0; x < TILE; x++)
        sum[y * TILE + x] += level[(y / cell) * n + x / cell];
  }
  for (guint i = 0; i < TILE * TILE; i++)
    tile[i] = CLAMP (sum[i] + 120, 20, 230);
  g_free (sum);

  return tile;
}

/* The tile, moved on with every frame; one colour per camera for the eye. */
static void
draw_background (GstVideoFrame *video, const guint8 *tile, guint camera, guint frame)
{
  guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (video, 0);
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (video, 0);
  gint width = GST_VIDEO_FRAME_WIDTH (video);
  gint height = GST_VIDEO_FRAME_HEIGHT (video);
  guint start_x = frame * SPEED_X + camera * 37;

  for (gint y = 0; y < height; y++) {
    const guint8 *row = tile + ((y + frame * SPEED_Y) % TILE) * TILE;

    for (gint x = 0; x < width;) {
      guint from = (start_x + x) % TILE;
      gint n = MIN ((gint) (TILE - from), width - x);

      memcpy (luma + (gsize) y * stride + x, row + from, n);
      x += n;
    }
  }

  for (guint plane = 1; plane < 3; plane++) {
    guint8 chroma = 128 + 16 * ((gint) ((camera * (plane == 1 ? 3 : 5)) % 7)
        - 3);

    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (video, plane); y++)
      memset ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (video, plane)
          + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (video, plane), chroma,
          GST_VIDEO_FRAME_COMP_WIDTH (video, plane));
  }
}

static GstBuffer *
draw_frame (const Workshop *shop, const GstVideoInfo *info, guint camera, guint frame)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  GstVideoFrame video;
  guint64 second = GST_SECOND * shop->format->fps_d;

  gst_video_frame_map (&video, info, buffer, GST_MAP_WRITE);
  draw_background (&video, shop->tile, camera, frame);
  gst_edge_mark_draw (&video, camera, frame);
  gst_video_frame_unmap (&video);

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale_round (frame, second,
      shop->format->fps_n);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale_round (frame + 1,
      second, shop->format->fps_n) - GST_BUFFER_PTS (buffer);

  return buffer;
}

static GstElement *
make_encoder (const GstEdgeMarkedFormat *format, GError **error)
{
  guint bitrate = (gdouble) format->width * format->height * format->fps_n
      / format->fps_d * BITS_PER_PIXEL / 1000;
  g_autofree gchar *text = g_strdup_printf ("appsrc name=source format=time "
      "block=true max-buffers=4 max-bytes=0 max-time=0 ! "
      "x264enc speed-preset=superfast tune=zerolatency threads=1 "
      "sliced-threads=false aud=%s bframes=0 key-int-max=%u bitrate=%u "
      "vbv-buf-capacity=1000 option-string=scenecut=0 ! "
      "h264parse ! video/x-h264, stream-format=avc, alignment=au ! "
      "appsink name=sink sync=false", format->no_aud ? "false" : "true",
      format->gop, MAX (bitrate, 100));

  return gst_parse_launch (text, error);
}

static GstEdgeClip *
make_clip (const Workshop *shop, guint camera, GError **error)
{
  const GstEdgeMarkedFormat *format = shop->format;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;
  GstEdgeClip *clip;

  pipeline = make_encoder (format, error);
  if (pipeline == NULL)
    return NULL;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, format->width,
      format->height);
  info.fps_n = format->fps_n;
  info.fps_d = format->fps_d;
  caps = gst_video_info_to_caps (&info);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (source, "caps", caps, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < format->frames; i++) {
    if (gst_app_src_push_buffer (GST_APP_SRC (source), draw_frame (shop, &info,
                camera, i)) != GST_FLOW_OK)
      break;
  }
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  clip = gst_edge_clip_new_from_sink (pipeline, sink, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  if (clip != NULL && clip->units->len != format->frames) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_ENCODE,
        "%u frames went into the encoder, %u came out", format->frames,
        clip->units->len);
    g_clear_pointer (&clip, gst_edge_clip_unref);
  }

  return clip;
}

static void
make_clip_job (gpointer data, gpointer user_data)
{
  guint camera = GPOINTER_TO_UINT (data);
  Workshop *shop = user_data;
  GError *error = NULL;
  GstEdgeClip *clip = make_clip (shop, camera, &error);

  g_mutex_lock (&shop->lock);
  g_ptr_array_index (shop->clips, camera - 1) = clip;
  if (error != NULL && shop->error == NULL)
    shop->error = g_steal_pointer (&error);
  g_mutex_unlock (&shop->lock);
  g_clear_error (&error);
}

static void
clip_unref0 (gpointer clip)
{
  if (clip != NULL)
    gst_edge_clip_unref (clip);
}

/**
 * gst_edge_marked_clips_new:
 * @format: size, rate and length
 * @n_cameras: how many clips, for the cameras 1 to @n_cameras
 * @error: return location for a #GError
 *
 * Encodes on all processors, one clip on each.
 *
 * Returns: (transfer full): the clips, or %NULL
 */
GPtrArray *
gst_edge_marked_clips_new (const GstEdgeMarkedFormat *format, guint n_cameras, GError **error)
{
  g_autofree guint8 *tile = make_tile ();
  Workshop shop = {.format = format,.tile = tile };
  GThreadPool *pool;

  g_mutex_init (&shop.lock);
  shop.clips = g_ptr_array_new_with_free_func (clip_unref0);
  g_ptr_array_set_size (shop.clips, n_cameras);

  pool = g_thread_pool_new (make_clip_job, &shop, g_get_num_processors (),
      FALSE, NULL);
  for (guint camera = 1; camera <= n_cameras; camera++)
    g_thread_pool_push (pool, GUINT_TO_POINTER (camera), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  g_mutex_clear (&shop.lock);

  if (shop.error != NULL) {
    g_propagate_error (error, shop.error);
    g_ptr_array_unref (shop.clips);
    return NULL;
  }

  return shop.clips;
}
