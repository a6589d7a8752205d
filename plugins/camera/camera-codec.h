/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The kinds of video that cameras send, and the elements for them. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  const gchar *encoding_name;   /* in the SDP */
  const gchar *depayloader;
  const gchar *parser;          /* nullable */
  const gchar *caps;            /* what a decoder gets */
  const gchar *caps_with_headers;       /* nullable: of those, what has the parameter sets in the caps */
  gboolean all_keyframes;
  gboolean is_h265;
} GstEdgeCameraCodec;

/* The codec of a stream of rtspsrc, or NULL when it is not video of a known kind. */
const GstEdgeCameraCodec *gst_edge_camera_codec_find (const GstCaps * rtp_caps);

/**
 * gst_edge_camera_codec_make_decoder:
 * @codec: what is to be decoded
 * @index: which one, by rank; wraps around, so that after a broken decoder comes the next and then the first again
 * @downstream: what may come out
 *
 * Hardware decoders have the highest rank where they are installed and usable. Software decoders are set up for
 * many cameras: one thread each.
 *
 * Returns: (transfer floating) (nullable): a decoder in state READY, or %NULL when none is installed
 */
GstElement *gst_edge_camera_codec_make_decoder (const GstEdgeCameraCodec * codec, guint index,
    const GstCaps * downstream);

/* Whether @decoder, as those of V4L2 and NVDEC, takes parameter sets only within the stream. With a first keyframe that is
 * not decoded they would be lost, unless each has them. */
gboolean gst_edge_camera_codec_repeats_headers (const GstEdgeCameraCodec * codec, GstElement * decoder);

G_END_DECLS
