/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Buffers for decoded pictures that need not be copied on their way out of libav's decoders.
 *
 * Such a decoder decodes into the pool of whoever answers its ALLOCATION query, if that pool can align as FFmpeg
 * needs it. A buffer comes back when FFmpeg does not refer to its picture any more. The frame that was made of it may
 * still be around then, in a queue for instance, and in the decoder's own books it always is: its bytes must stay, so
 * such a buffer is not used again. Its memory is, once all have gone. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/video/video.h>

#include "camera-picture-memory.h"
#include "camera-picture-pool.h"

/* Of H.264; H.265's are less, which may cost a pool that would have fitted. */
#define MACROBLOCK 16

/* So many pools in a row were not used for a frame. */
#define MAX_IN_VAIN 4

/* What a decoder was offered: by its streaming thread, one at a time. */
typedef struct
{
  guint n_frames;               /* since the last offer */
  guint n_in_vain;
} Offers;

typedef struct
{
  GstVideoBufferPool parent;
  GstAllocator *allocator;      /* const */
} GstEdgeCameraPicturePool;

typedef struct
{
  GstVideoBufferPoolClass parent_class;
} GstEdgeCameraPicturePoolClass;

static GType gst_edge_camera_picture_pool_get_type (void);
G_DEFINE_TYPE (GstEdgeCameraPicturePool, gst_edge_camera_picture_pool, GST_TYPE_VIDEO_BUFFER_POOL)
#define PARENT_CLASS GST_BUFFER_POOL_CLASS (gst_edge_camera_picture_pool_parent_class)
     static gboolean set_config (GstBufferPool *pool, GstStructure *config)
{
  GstAllocationParams params;

  if (!gst_buffer_pool_config_get_allocator (config, NULL, &params))
    gst_allocation_params_init (&params);
  gst_buffer_pool_config_set_allocator (config, ((GstEdgeCameraPicturePool *) pool)->allocator, &params);
  return PARENT_CLASS->set_config (pool, config);
}

static void
set_lent (GstBuffer *buffer, gboolean lent)
{
  if (gst_buffer_n_memory (buffer) == 1)
    gst_edge_camera_picture_memory_set_lent (gst_buffer_peek_memory (buffer, 0), lent);
}

static GstFlowReturn
acquire_buffer (GstBufferPool *pool, GstBuffer **buffer, GstBufferPoolAcquireParams *params)
{
  GstFlowReturn ret = PARENT_CLASS->acquire_buffer (pool, buffer, params);

  if (ret == GST_FLOW_OK)
    set_lent (*buffer, TRUE);
  return ret;
}

static void
release_buffer (GstBufferPool *pool, GstBuffer *buffer)
{
  /* The flag says "not the memory that it was made with", and so has the buffer freed. */
  if (gst_buffer_n_memory (buffer) == 1
      && gst_edge_camera_picture_memory_has_view (gst_buffer_peek_memory (buffer, 0)))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);
  PARENT_CLASS->release_buffer (pool, buffer);
}

static void
gst_edge_camera_picture_pool_finalize (GObject *object)
{
  gst_object_unref (((GstEdgeCameraPicturePool *) object)->allocator);
  G_OBJECT_CLASS (gst_edge_camera_picture_pool_parent_class)->finalize (object);
}

static void
gst_edge_camera_picture_pool_class_init (GstEdgeCameraPicturePoolClass *klass)
{
  GstBufferPoolClass *pool_class = GST_BUFFER_POOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_edge_camera_picture_pool_finalize;
  pool_class->set_config = set_config;
  pool_class->acquire_buffer = acquire_buffer;
  pool_class->release_buffer = release_buffer;
}

static void
gst_edge_camera_picture_pool_init (GstEdgeCameraPicturePool *self)
{
  self->allocator = gst_edge_camera_picture_allocator_new ();
}

GstBufferPool *
gst_edge_camera_picture_pool_new (void)
{
  return gst_object_ref_sink (g_object_new (gst_edge_camera_picture_pool_get_type (), NULL));
}

/* Pools of special memory, as for a display, stay. */
static gboolean
is_ordinary (GstBufferPool *pool)
{
  return pool == NULL || G_OBJECT_TYPE (pool) == GST_TYPE_VIDEO_BUFFER_POOL;
}

/* A decoder takes pools for frames, and decodes pictures. Where these are wider, the rest being cropped, it finds each
 * time that the pool does not fit, makes one of its own, and asks again for the next picture. */
static gboolean
fits (Offers *offers, const GstVideoInfo *info)
{
  offers->n_in_vain = offers->n_frames < 2 ? offers->n_in_vain + 1 : 0;
  offers->n_frames = 0;
  return info->width % MACROBLOCK == 0 && offers->n_in_vain < MAX_IN_VAIN;
}

static void
remove_ordinary (GstQuery *query)
{
  GstBufferPool *pool;
  guint i;

  for (i = gst_query_get_n_allocation_pools (query); i-- > 0;) {
    gst_query_parse_nth_allocation_pool (query, i, &pool, NULL, NULL, NULL);
    if (is_ordinary (pool))
      gst_query_remove_nth_allocation_pool (query, i);
    gst_clear_object (&pool);
  }
}

static void
offer (Offers *offers, GstQuery *query)
{
  GstBufferPool *theirs = NULL, *ours;
  guint size = 0, min = 0, max = 0;
  GstVideoInfo info;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  if (caps == NULL || !gst_caps_features_is_equal (gst_caps_get_features (caps, 0),
          GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY) || !gst_video_info_from_caps (&info, caps)
      || !gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL))
    return;
  if (!fits (offers, &info)) {
    remove_ordinary (query);
    return;
  }

  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &theirs, &size, &min, &max);
  if (is_ordinary (theirs)) {
    ours = gst_edge_camera_picture_pool_new ();
    size = MAX (size, (guint) info.size);
    if (gst_query_get_n_allocation_pools (query) > 0)
      gst_query_set_nth_allocation_pool (query, 0, ours, size, min, 0);
    else
      gst_query_add_allocation_pool (query, ours, size, min, 0);
    gst_object_unref (ours);
  }
  gst_clear_object (&theirs);
}

static GstPadProbeReturn
on_output (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Offers *offers = user_data;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    /* Not copied, so the decoder has let go of it, and whoever gets it may write. */
    set_lent (GST_PAD_PROBE_INFO_BUFFER (info), FALSE);
    offers->n_frames++;
  } else if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_PULL) /* answered */
      &&GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_ALLOCATION) {
    offer (offers, GST_PAD_PROBE_INFO_QUERY (info));
  }
  return GST_PAD_PROBE_OK;
}

void
gst_edge_camera_picture_pool_offer_to (GstElement *decoder)
{
  GstElementFactory *factory = gst_element_get_factory (decoder);
  GstPad *pad;

  if (factory == NULL || !g_str_has_prefix (GST_OBJECT_NAME (factory), "avdec_"))
    return;
  pad = gst_element_get_static_pad (decoder, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_output,
      g_new0 (Offers, 1), g_free);
  gst_object_unref (pad);
}
