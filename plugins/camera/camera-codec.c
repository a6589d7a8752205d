/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The kinds of video that cameras send, and the elements for them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-codec.h"
#include "camera-picture-pool.h"

static const GstEdgeCameraCodec codecs[] = {
  {"H264", "rtph264depay", "h264parse",
      "video/x-h264, stream-format={avc, byte-stream}, alignment=au", "video/x-h264, stream-format=avc", FALSE, FALSE},
  {"H265", "rtph265depay", "h265parse",
      "video/x-h265, stream-format={hvc1, byte-stream}, alignment=au", "video/x-h265, stream-format=hvc1", FALSE, TRUE},
  {"JPEG", "rtpjpegdepay", NULL, "image/jpeg", NULL, TRUE, FALSE},
};

const GstEdgeCameraCodec *
gst_edge_camera_codec_find (const GstCaps *rtp_caps)
{
  const GstStructure *s = gst_caps_get_structure (rtp_caps, 0);
  const gchar *name = gst_structure_get_string (s, "encoding-name");
  guint i;

  if (g_strcmp0 (gst_structure_get_string (s, "media"), "video") != 0
      || name == NULL)
    return NULL;
  for (i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_ascii_strcasecmp (name, codecs[i].encoding_name) == 0)
      return &codecs[i];
  return NULL;
}

static gboolean
makes (GstElementFactory *factory, const GstCaps *downstream)
{
  return gst_element_factory_can_src_any_caps (factory, downstream);
}

static GList *
list_decoders_of_rank (const GstEdgeCameraCodec *codec, const GstCaps *downstream, GstRank rank)
{
  GstCaps *caps = gst_caps_from_string (codec->caps);
  GList *all = gst_element_factory_list_get_elements
      (GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO, rank);
  GList *fitting = gst_element_factory_list_filter (all, caps, GST_PAD_SINK,
      FALSE);
  GList *walk, *next;

  for (walk = fitting; walk != NULL; walk = next) {
    next = walk->next;
    if (makes (walk->data, downstream))
      continue;
    gst_object_unref (walk->data);
    fitting = g_list_delete_link (fitting, walk);
  }
  gst_plugin_feature_list_free (all);
  gst_caps_unref (caps);
  return g_list_sort (fitting, gst_plugin_feature_rank_compare_func);
}

/* Usable decoders by rank. Those that are good for little are for where there are no others: a camera that sends
 * garbage for a while would end up with one. */
static GList *
list_decoders (const GstEdgeCameraCodec *codec, const GstCaps *downstream)
{
  GList *decoders = list_decoders_of_rank (codec, downstream, GST_RANK_SECONDARY);

  return decoders != NULL ? decoders : list_decoders_of_rank (codec, downstream, GST_RANK_MARGINAL);
}

static void
set_if_there (GstElement *element, const gchar *property, const gchar *value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property))
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

/* One thread each: with many cameras the cores are busy anyway, and every further thread of a decoder costs memory
 * for its pictures and time for handing over. A frame that arrives late is still wanted. */
static void
set_up (GstElement *decoder)
{
  set_if_there (decoder, "max-threads", "1");
  set_if_there (decoder, "output-corrupt", "false");
  set_if_there (decoder, "qos", "false");
  gst_edge_camera_picture_pool_offer_to (decoder);
}

GstElement *
gst_edge_camera_codec_make_decoder (const GstEdgeCameraCodec *codec, guint index, const GstCaps *downstream)
{
  GList *factories = list_decoders (codec, downstream);
  guint n = g_list_length (factories), i;
  GstElement *decoder = NULL;

  for (i = 0; i < n && decoder == NULL; i++) {
    decoder = gst_element_factory_create (g_list_nth_data (factories,
            (index + i) % n), NULL);
    if (decoder == NULL)
      continue;
    set_up (decoder);
    /* Here hardware that is not there, or has no session left, says so. */
    if (gst_element_set_state (decoder,
            GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
      gst_element_set_state (decoder, GST_STATE_NULL);
      gst_clear_object (&decoder);
    }
  }
  gst_plugin_feature_list_free (factories);
  return decoder;
}

gboolean
gst_edge_camera_codec_repeats_headers (const GstEdgeCameraCodec *codec, GstElement *decoder)
{
  GstPadTemplate *sink = gst_element_get_pad_template (decoder, "sink");
  GstCaps *in_caps, *taken;
  gboolean repeats;

  if (codec->caps_with_headers == NULL || sink == NULL)
    return FALSE;
  in_caps = gst_caps_from_string (codec->caps_with_headers);
  taken = gst_pad_template_get_caps (sink);
  repeats = !gst_caps_can_intersect (in_caps, taken);
  gst_caps_unref (taken);
  gst_caps_unref (in_caps);
  return repeats;
}
