/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-jpegcolor
 * @title: jpegcolor
 *
 * Gives video the colours that a JPEG means. Put it in front of `jpegenc`.
 *
 * A JPEG (JFIF) is read as BT.601 with full range: black is 0, white is 255. Cameras send BT.709 or BT.601 with
 * limited range, where black is 16 and white is 235, and `jpegenc` writes it as it comes: white becomes grey. This
 * element converts 8-bit 4:2:0 video and does nothing else, so that it takes a tenth of the time of `videoconvert`.
 * What has the right colours already passes through untouched.
 *
 * Cameras that tell nothing about their colours are understood as everywhere in GStreamer, by the height of the
 * picture: up to 576 lines BT.601, above that BT.709, from 2160 lines on BT.2020; always limited range.
 *
 * Other formats (4:2:2, 10 bit, RGB) need `videoconvert ! jpegcolor ! jpegenc`; `videoconvert` costs nothing where
 * it has nothing to do.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=1 ! video/x-raw,colorimetry=bt709 ! jpegcolor ! jpegenc \
 *   ! filesink location=bars.jpg
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjpegcolor.h"

#include "colour-matrix.h"
#include "colour-rows.h"

GST_DEBUG_CATEGORY_STATIC (gst_jpeg_color_debug);
#define GST_CAT_DEFAULT gst_jpeg_color_debug

/* Full range, BT.601; neither transfer function nor primaries, of which a JPEG says nothing. */
#define JPEG_COLORIMETRY "1:4:0:0"
#define VIDEO_CAPS GST_VIDEO_CAPS_MAKE ("{ I420, YV12, NV12, NV21 }")

struct _GstJpegColor
{
  GstVideoFilter parent;

  /* streaming thread */
  GstEdgeColourMatrix matrix;
  GstEdgeColourConvert convert;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS (VIDEO_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC,
    GST_PAD_ALWAYS, GST_STATIC_CAPS (VIDEO_CAPS ", colorimetry = (string) " JPEG_COLORIMETRY));

G_DEFINE_FINAL_TYPE (GstJpegColor, gst_jpeg_color, GST_TYPE_VIDEO_FILTER);
GST_ELEMENT_REGISTER_DEFINE (jpegcolor, "jpegcolor", GST_RANK_NONE, GST_TYPE_JPEG_COLOR);

/* Takes the caps. */
static GstCaps *
filter_caps (GstCaps *caps, GstCaps *filter)
{
  GstCaps *filtered;

  if (filter == NULL)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

static GstCaps *
with_any_colours (const GstCaps *caps)
{
  GstCaps *any = gst_caps_copy (caps);
  guint i;

  for (i = 0; i < gst_caps_get_size (any); i++)
    gst_structure_remove_field (gst_caps_get_structure (any, i), "colorimetry");
  return any;
}

/* Any colours become those of a JPEG; everything else stays. */
static GstCaps *
gst_jpeg_color_transform_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *other;

  if (direction == GST_PAD_SRC)
    return filter_caps (with_any_colours (caps), filter);
  other = gst_caps_copy (caps);
  gst_caps_set_simple (other, "colorimetry", G_TYPE_STRING, JPEG_COLORIMETRY, NULL);
  return filter_caps (other, filter);
}

/* GstBaseTransform tells upstream that it would like best what can pass, and so asks for the colours of a JPEG. Video
 * whose colours are not told would be given that name by `videoconvert`, without being converted. */
static gboolean
gst_jpeg_color_query (GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
  GstCaps *caps, *filter;

  if (!GST_BASE_TRANSFORM_CLASS (gst_jpeg_color_parent_class)->query (trans, direction, query))
    return FALSE;
  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS || direction != GST_PAD_SINK)
    return TRUE;
  gst_query_parse_caps (query, &filter);
  gst_query_parse_caps_result (query, &caps);
  if (caps == NULL || gst_caps_is_any (caps))
    return TRUE;
  caps = filter_caps (gst_caps_simplify (with_any_colours (caps)), filter);
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
  return TRUE;
}

static gboolean
gst_jpeg_color_set_info (GstVideoFilter *filter, GstCaps *incaps, GstVideoInfo *in_info, GstCaps *outcaps,
    GstVideoInfo *out_info)
{
  GstJpegColor *self = GST_JPEG_COLOR (filter);
  const GstVideoColorimetry *colours = &GST_VIDEO_INFO_COLORIMETRY (in_info);
  gboolean ready = gst_edge_colour_is_jpeg (colours);

  if (!ready && !gst_edge_colour_matrix_init (&self->matrix, colours,
          GST_VIDEO_INFO_FORMAT (in_info) == GST_VIDEO_FORMAT_NV21)) {
    GST_ERROR_OBJECT (self, "the matrix of these colours is not known: %" GST_PTR_FORMAT, incaps);
    return FALSE;
  }
  self->convert = gst_edge_colour_rows_get (GST_VIDEO_INFO_N_PLANES (in_info) == 2, FALSE);
  GST_DEBUG_OBJECT (self, "%s %" GST_PTR_FORMAT, ready ? "passing" : "converting", incaps);
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), ready);
  return TRUE;
}

/* Two rows of luma from @row on, and the row of chroma that belongs to both. */
static GstEdgeColourRows
rows_of (GstVideoFrame *frame, gint row, gint height)
{
  gboolean interleaved = GST_VIDEO_FRAME_N_PLANES (frame) == 2;
  guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  gssize stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  GstEdgeColourRows rows = { {luma + row * stride, luma + MIN (row + 1, height - 1) * stride} };
  guint i;

  for (i = 0; i < 2; i++) {
    guint plane = interleaved ? 1 : GST_VIDEO_FRAME_COMP_PLANE (frame, i + 1);

    rows.chroma[i] = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, plane)
        + row / 2 * (gssize) GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
  }
  return rows;
}

static GstFlowReturn
gst_jpeg_color_transform_frame (GstVideoFilter *filter, GstVideoFrame *in, GstVideoFrame *out)
{
  GstJpegColor *self = GST_JPEG_COLOR (filter);
  /* as negotiated: the frames themselves may be larger, with padding */
  gint width = GST_VIDEO_INFO_WIDTH (&filter->in_info);
  gint height = GST_VIDEO_INFO_HEIGHT (&filter->in_info);
  gint row;

  for (row = 0; row < height; row += 2) {
    GstEdgeColourRows from = rows_of (in, row, height);
    GstEdgeColourRows to = rows_of (out, row, height);

    self->convert (&self->matrix, &from, &to, (gsize) width);
  }
  return GST_FLOW_OK;
}

/* The picture is the same, in other memory and other colours. */
static gboolean
gst_jpeg_color_transform_meta (GstBaseTransform *trans, GstBuffer *outbuf, GstMeta *meta, GstBuffer *inbuf)
{
  GType api = meta->info->api;

  return !gst_meta_api_type_has_tag (api, g_quark_from_static_string (GST_META_TAG_MEMORY_STR))
      && !gst_meta_api_type_has_tag (api, g_quark_from_static_string (GST_META_TAG_MEMORY_REFERENCE_STR))
      && !gst_meta_api_type_has_tag (api, g_quark_from_static_string (GST_META_TAG_VIDEO_COLORSPACE_STR));
}

static void
gst_jpeg_color_class_init (GstJpegColorClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstVideoFilterClass *filter_class = GST_VIDEO_FILTER_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_jpeg_color_debug, "jpegcolor", 0, "colours of a JPEG");

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "JPEG colours", "Filter/Converter/Video",
      "Gives 8-bit 4:2:0 video the colours that a JPEG means: BT.601, full range. Goes in front of jpegenc",
      "the gst-edge-video authors");

  trans_class->transform_caps = gst_jpeg_color_transform_caps;
  trans_class->query = gst_jpeg_color_query;
  trans_class->transform_meta = gst_jpeg_color_transform_meta;
  trans_class->passthrough_on_same_caps = FALSE;
  trans_class->transform_ip_on_passthrough = FALSE;
  filter_class->set_info = gst_jpeg_color_set_info;
  filter_class->transform_frame = gst_jpeg_color_transform_frame;
}

static void
gst_jpeg_color_init (GstJpegColor *self)
{
  /* frames are left out where that is counted, not here */
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), FALSE);
}
