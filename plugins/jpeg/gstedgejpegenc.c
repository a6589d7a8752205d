/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-edgejpegenc
 * @title: edgejpegenc
 * @see_also: rtspcamerasrc, framestamp, jpegcolor, jpegenc
 *
 * JPEGs of whatever a camera sends. Raw video is converted to the colours that a JPEG means (BT.601, full range:
 * white is white) and encoded; what is a JPEG already passes through untouched. A stream may change from one to the
 * other.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 -e rtspcamerasrc uri=rtsp://camera/stream framerate=10/1 ! edgejpegenc ! amqpsink camera-id=cam1
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstedgejpegenc-private.h"

#define DEFAULT_QUALITY 85

enum
{
  PROP_0,
  PROP_QUALITY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstEdgeJpegEnc, gst_edge_jpeg_enc, GST_TYPE_BIN);
GST_ELEMENT_REGISTER_DEFINE (edgejpegenc, "edgejpegenc", GST_RANK_NONE, GST_TYPE_EDGE_JPEG_ENC);

static GstElement *
add (GstEdgeJpegEnc *self, const gchar *factory, const gchar *name)
{
  GstElement *element = gst_element_factory_make (factory, name);

  if (element != NULL)
    gst_bin_add (GST_BIN (self), element);
  else if (self->missing == NULL)
    self->missing = factory;
  return element;
}

static void
build (GstEdgeJpegEnc *self)
{
  /* the first one only has something to do with formats that the second one does not know, and costs nothing else */
  GstElement *format = add (self, "videoconvert", "format"), *colours = add (self, "jpegcolor", "colours");

  /* frames are left out where that is counted, not here */
  if (format != NULL)
    g_object_set (format, "qos", FALSE, NULL);
  self->encoder = add (self, "jpegenc", "encoder");
  if (self->missing != NULL) {
    gst_edge_jpeg_enc_make_pads (self, NULL, NULL);
    return;
  }
  gst_element_link_many (format, colours, self->encoder, NULL);
  gst_edge_jpeg_enc_make_pads (self, format, self->encoder);
}

static GstStateChangeReturn
gst_edge_jpeg_enc_change_state (GstElement *element, GstStateChange transition)
{
  GstEdgeJpegEnc *self = GST_EDGE_JPEG_ENC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && self->missing != NULL) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
        ("the element %s is missing; install gstreamer1.0-plugins-base, gstreamer1.0-plugins-good and all plugins of "
                "one version of gst-edge-video", self->missing),
        (NULL));
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    gst_edge_jpeg_enc_set_active (self, TRUE);
  result = GST_ELEMENT_CLASS (gst_edge_jpeg_enc_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_edge_jpeg_enc_set_active (self, FALSE);
  return result;
}

static void
gst_edge_jpeg_enc_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstEdgeJpegEnc *self = GST_EDGE_JPEG_ENC (object);

  if (prop_id != PROP_QUALITY)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (self->encoder != NULL)
    g_object_set (self->encoder, "quality", g_value_get_int (value), NULL);
}

static void
gst_edge_jpeg_enc_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeJpegEnc *self = GST_EDGE_JPEG_ENC (object);

  if (prop_id != PROP_QUALITY)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (self->encoder != NULL)
    g_object_get_property (G_OBJECT (self->encoder), "quality", value);
}

static void
gst_edge_jpeg_enc_finalize (GObject *object)
{
  gst_edge_jpeg_enc_free_pads (GST_EDGE_JPEG_ENC (object));
  G_OBJECT_CLASS (gst_edge_jpeg_enc_parent_class)->finalize (object);
}

static void
gst_edge_jpeg_enc_class_init (GstEdgeJpegEncClass *klass)
{
  static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
      GST_STATIC_CAPS ("image/jpeg; video/x-raw"));
  static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
      GST_STATIC_CAPS ("image/jpeg"));
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_edge_jpeg_enc_set_property;
  object_class->get_property = gst_edge_jpeg_enc_get_property;
  object_class->finalize = gst_edge_jpeg_enc_finalize;
  properties[PROP_QUALITY] = g_param_spec_int ("quality", "Quality",
      "Quality of the JPEGs that are made of raw video; what is a JPEG already stays as it is", 0, 100,
      DEFAULT_QUALITY, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  element_class->change_state = gst_edge_jpeg_enc_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Edge JPEG encoder", "Codec/Encoder/Image",
      "Makes JPEGs with the right colours of raw video, and passes JPEGs through", "the gst-edge-video authors");
}

static void
gst_edge_jpeg_enc_init (GstEdgeJpegEnc *self)
{
  build (self);
}
