/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One simulated camera: the media factory behind one mount point. Its clients
 * share one pipeline, clip source ! RTP payloader, which exists while there are
 * clients. */

#include "camera-factory.h"

#include "camera-media.h"
#include "clip-src.h"

struct _GstEdgeCameraFactory
{
  GstRTSPMediaFactory parent;

  GstEdgeClip *clip;            /* set once, before use */
  GstClockTime phase;           /* set once, before use */
  GstEdgeFaults *faults;        /* set once, before use */
};

G_DEFINE_FINAL_TYPE (GstEdgeCameraFactory, gst_edge_camera_factory,
    GST_TYPE_RTSP_MEDIA_FACTORY);

static GstElement *
gst_edge_camera_factory_create_element (GstRTSPMediaFactory *factory, const GstRTSPUrl *url)
{
  GstEdgeCameraFactory *self = GST_EDGE_CAMERA_FACTORY (factory);
  GstElement *bin = gst_bin_new (NULL);
  GstElement *source = gst_edge_clip_src_new (self->clip, self->phase,
      self->faults);
  GstElement *payloader = gst_element_factory_make ("rtph264pay", "pay0");

  if (payloader == NULL) {
    g_printerr ("element rtph264pay is missing\n");
    gst_object_unref (source);
    gst_object_unref (bin);
    return NULL;
  }

  /* SPS and PPS with every keyframe, so that a client may join at each. */
  g_object_set (payloader, "config-interval", -1, "pt", 96, NULL);
  gst_bin_add_many (GST_BIN (bin), source, payloader, NULL);
  gst_element_link (source, payloader);

  return bin;
}

static void
gst_edge_camera_factory_finalize (GObject *object)
{
  GstEdgeCameraFactory *self = GST_EDGE_CAMERA_FACTORY (object);

  g_clear_pointer (&self->clip, gst_edge_clip_unref);
  g_clear_pointer (&self->faults, gst_edge_faults_unref);

  G_OBJECT_CLASS (gst_edge_camera_factory_parent_class)->finalize (object);
}

static void
gst_edge_camera_factory_class_init (GstEdgeCameraFactoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_edge_camera_factory_finalize;
  GST_RTSP_MEDIA_FACTORY_CLASS (klass)->create_element =
      gst_edge_camera_factory_create_element;
}

static void
gst_edge_camera_factory_init (GstEdgeCameraFactory *self)
{
}

/**
 * gst_edge_camera_factory_new:
 * @clip: what the camera shows
 * @phase: how far it is ahead of the wall clock in its loop
 * @faults: what is wrong with it
 *
 * Returns: (transfer full): a factory for one mount point
 */
GstRTSPMediaFactory *
gst_edge_camera_factory_new (GstEdgeClip *clip, GstClockTime phase, GstEdgeFaults *faults)
{
  GstEdgeCameraFactory *self =
      g_object_new (GST_EDGE_TYPE_CAMERA_FACTORY, NULL);
  GstRTSPMediaFactory *factory = GST_RTSP_MEDIA_FACTORY (self);

  self->clip = gst_edge_clip_ref (clip);
  self->phase = phase;
  self->faults = gst_edge_faults_ref (faults);
  gst_rtsp_media_factory_set_media_gtype (factory, GST_EDGE_TYPE_CAMERA_MEDIA);
  gst_rtsp_media_factory_set_shared (factory, TRUE);

  return factory;
}
