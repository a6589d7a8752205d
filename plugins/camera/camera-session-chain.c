/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera: what follows the source. Depayloader, parser, and where asked for decoder and scaler. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-session-private.h"

/* Elements from the source to the inlet. */
#define MAX_ELEMENTS 6

typedef struct
{
  GstElement *elements[MAX_ELEMENTS];
  guint n;
} Chain;

static gboolean
add (GstEdgeCameraSession *session, Chain *chain, GstElement *element)
{
  if (element == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (session->pipeline), element);
  if (chain->n > 0
      && !gst_element_link (chain->elements[chain->n - 1], element))
    return FALSE;
  chain->elements[chain->n++] = element;
  return TRUE;
}

static gboolean
add_named (GstEdgeCameraSession *session, Chain *chain, const gchar *factory)
{
  return add (session, chain, gst_element_factory_make (factory, NULL));
}

static GstPad *
get_last_pad (Chain *chain)
{
  return gst_element_get_static_pad (chain->elements[chain->n - 1], "src");
}

/* What may come out, frame rate aside. */
static GstCaps *
query_downstream (GstEdgeCameraSession *session)
{
  GstQuery *query = gst_query_new_caps (NULL);
  GstCaps *caps;

  gst_edge_camera_outlet_query (session->camera->outlet, query);
  gst_query_parse_caps_result (query, &caps);
  gst_caps_ref (caps);
  gst_query_unref (query);
  return caps;
}

static gboolean
has_scaling (const GstEdgeCameraSettings *settings)
{
  return settings->width > 0 || settings->height > 0;
}

static gboolean
needs_decoder (GstEdgeCameraSession *session, const GstCaps *downstream)
{
  const GstEdgeCameraSettings *settings = &session->camera->settings;
  gboolean passes = FALSE;
  GstCaps *caps;

  if (settings->decode == GST_RTSP_CAMERA_SRC_DECODE_NONE)
    return FALSE;
  if (!session->codec->all_keyframes || has_scaling (settings))
    return TRUE;
  caps = gst_caps_from_string (session->codec->caps);
  passes = gst_caps_can_intersect (caps, downstream);
  gst_caps_unref (caps);
  return !passes;
}

static gboolean
add_decoder (GstEdgeCameraSession *session, Chain *chain, const GstCaps *downstream)
{
  const gboolean scaled = has_scaling (&session->camera->settings);
  GstCaps *raw = gst_caps_new_empty_simple ("video/x-raw");
  gchar *detail;
  gboolean ok;

  session->decoder = gst_edge_camera_codec_make_decoder (session->codec,
      session->camera->decoder_index, scaled ? raw : downstream);
  gst_caps_unref (raw);
  if (session->decoder == NULL) {
    detail = g_strdup_printf ("no decoder for %s is installed that makes what "
        "follows accepts (gstreamer1.0-libav)", session->codec->encoding_name);
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE, detail);
    g_free (detail);
    return FALSE;
  }
  if (gst_edge_camera_codec_repeats_headers (session->codec, session->decoder))
    g_object_set (chain->elements[chain->n - 1], "config-interval", -1, NULL);
  ok = add (session, chain, session->decoder);
  if (ok && scaled) {
    ok = add_named (session, chain, "videoscale")
        && add_named (session, chain, "capsfilter");
    session->scale_filter = ok ? chain->elements[chain->n - 1] : NULL;
  }
  return ok;
}

static gboolean
build_chain (GstEdgeCameraSession *session, Chain *chain)
{
  GstCaps *downstream = query_downstream (session);
  gboolean decodes = needs_decoder (session, downstream), ok;
  GstPad *pad;

  ok = add_named (session, chain, session->codec->depayloader);
  if (ok) {
    pad = gst_element_get_static_pad (chain->elements[0], "sink");
    gst_edge_camera_session_probe_packets (session, pad);
    gst_object_unref (pad);
    pad = get_last_pad (chain);
    gst_edge_camera_session_probe_data (session, pad);
    gst_object_unref (pad);
  }
  if (ok && session->codec->parser != NULL)
    ok = add_named (session, chain, session->codec->parser);
  if (ok) {
    pad = get_last_pad (chain);
    gst_edge_camera_session_probe_pictures (session, pad);
    gst_object_unref (pad);
  }
  if (ok && decodes) {
    ok = add_decoder (session, chain, downstream);
    if (ok) {
      pad = gst_element_get_static_pad (session->decoder, "src");
      gst_edge_camera_session_probe_frames (session, pad);
      gst_object_unref (pad);
    }
  }
  gst_caps_unref (downstream);
  return ok;
}

void
gst_edge_camera_session_build (GstEdgeCameraSession *session, GstPad *stream_pad)
{
  Chain chain = { {NULL}, 0 };
  gboolean ok = build_chain (session, &chain);
  GstPad *first, *last;
  guint i;

  if (ok) {
    last = get_last_pad (&chain);
    ok = gst_pad_link (last, session->inlet) == GST_PAD_LINK_OK;
    gst_object_unref (last);
  }
  for (i = chain.n; ok && i > 0; i--)
    ok = gst_element_sync_state_with_parent (chain.elements[i - 1]);
  if (ok) {
    first = gst_element_get_static_pad (chain.elements[0], "sink");
    ok = gst_pad_link (stream_pad, first) == GST_PAD_LINK_OK;
    gst_object_unref (first);
  }
  if (!ok)
    gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE,
        "the elements for its video are not installed, or do not fit what "
        "follows");
}
