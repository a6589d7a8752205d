/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a file, or the output of an encoder, into a list of access units. */

#include "clip.h"

#include <gst/app/app.h>

#define DEFAULT_FPS_N 30
#define DEFAULT_FPS_D 1

static void
access_unit_clear (gpointer data)
{
  GstEdgeAccessUnit *unit = data;

  gst_clear_buffer (&unit->buffer);
}

static GstEdgeClip *
clip_new (void)
{
  GstEdgeClip *clip = g_new0 (GstEdgeClip, 1);

  g_atomic_ref_count_init (&clip->refs);
  clip->units = g_array_new (FALSE, TRUE, sizeof (GstEdgeAccessUnit));
  g_array_set_clear_func (clip->units, access_unit_clear);

  return clip;
}

/**
 * gst_edge_clip_ref:
 * @clip: a #GstEdgeClip
 *
 * Returns: (transfer full): @clip with one more reference
 */
GstEdgeClip *
gst_edge_clip_ref (GstEdgeClip *clip)
{
  g_atomic_ref_count_inc (&clip->refs);

  return clip;
}

/**
 * gst_edge_clip_unref:
 * @clip: (transfer full): a #GstEdgeClip
 *
 * Drops a reference; the last one frees the access units.
 */
void
gst_edge_clip_unref (GstEdgeClip *clip)
{
  if (!g_atomic_ref_count_dec (&clip->refs))
    return;

  g_array_unref (clip->units);
  gst_clear_caps (&clip->caps);
  g_free (clip);
}

/**
 * gst_edge_clip_get_unit:
 * @clip: a #GstEdgeClip
 * @index: less than the number of units
 *
 * Returns: (transfer none): the access unit at @index, in decoding order
 */
const GstEdgeAccessUnit *
gst_edge_clip_get_unit (const GstEdgeClip *clip, guint index)
{
  return &g_array_index (clip->units, GstEdgeAccessUnit, index);
}

/**
 * gst_edge_clip_find_keyframe:
 * @clip: a #GstEdgeClip
 * @offset: a time in the loop
 * @index: (out): the first keyframe that is not before @offset
 *
 * Returns: %FALSE if that is the first frame of the next turn
 */
gboolean
gst_edge_clip_find_keyframe (const GstEdgeClip *clip, GstClockTime offset, guint *index)
{
  for (guint i = 0; i < clip->units->len; i++) {
    const GstEdgeAccessUnit *unit = gst_edge_clip_get_unit (clip, i);

    if (unit->keyframe && unit->dts >= offset) {
      *index = i;
      return TRUE;
    }
  }

  *index = 0;
  return FALSE;
}

static void
clip_take_caps (GstEdgeClip *clip, GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  clip->caps = gst_caps_ref (caps);
  gst_structure_get_int (s, "width", &clip->width);
  gst_structure_get_int (s, "height", &clip->height);
  if (!gst_structure_get_fraction (s, "framerate", &clip->fps_n, &clip->fps_d)
      || clip->fps_n <= 0) {
    clip->fps_n = DEFAULT_FPS_N;
    clip->fps_d = DEFAULT_FPS_D;
  }
}

/* Times as the file tells them; a bare byte stream tells none, then the frame
 * rate does. */
static void
clip_append (GstEdgeClip *clip, GstBuffer *buffer)
{
  GstEdgeAccessUnit unit = { 0, };

  unit.dts = GST_BUFFER_DTS_OR_PTS (buffer);
  unit.pts = GST_BUFFER_PTS (buffer);
  if (!GST_CLOCK_TIME_IS_VALID (unit.dts)) {
    unit.dts = gst_util_uint64_scale (clip->units->len,
        GST_SECOND * clip->fps_d, clip->fps_n);
  }
  if (!GST_CLOCK_TIME_IS_VALID (unit.pts) || unit.pts < unit.dts)
    unit.pts = unit.dts;
  unit.keyframe = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);

  unit.buffer = gst_buffer_copy (buffer);
  GST_BUFFER_FLAG_UNSET (unit.buffer, GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_OFFSET (unit.buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END (unit.buffer) = GST_BUFFER_OFFSET_NONE;

  g_array_append_val (clip->units, unit);
}

/* Makes times relative to the first unit and the loop's length that of its
 * frames, so that the last frame lasts as long as the others. */
static gboolean
clip_finish (GstEdgeClip *clip, GError **error)
{
  guint n = clip->units->len;
  GstClockTime first, nominal;

  if (n == 0 || !gst_edge_clip_get_unit (clip, 0)->keyframe) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX,
        "no H.264 video that starts with a keyframe");
    return FALSE;
  }

  first = gst_edge_clip_get_unit (clip, 0)->dts;
  for (guint i = 0; i < n; i++) {
    GstEdgeAccessUnit *unit = &g_array_index (clip->units, GstEdgeAccessUnit,
        i);

    unit->dts -= first;
    unit->pts -= first;
    if (i > 0 && unit->dts <= gst_edge_clip_get_unit (clip, i - 1)->dts) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX,
          "frame %u is not later than the one before it", i);
      return FALSE;
    }
  }

  /* The container's rounding would add up over the turns. */
  nominal = gst_util_uint64_scale_round (n, GST_SECOND * clip->fps_d,
      clip->fps_n);
  clip->duration = gst_edge_clip_get_unit (clip, n - 1)->dts
      + gst_util_uint64_scale_round (GST_SECOND, clip->fps_d, clip->fps_n);
  if (ABS (GST_CLOCK_DIFF (nominal, clip->duration)) <= GST_MSECOND)
    clip->duration = nominal;

  return TRUE;
}

static gboolean
take_bus_error (GstElement *pipeline, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  if (message == NULL)
    return FALSE;

  gst_message_parse_error (message, error, NULL);
  return TRUE;
}

/**
 * gst_edge_clip_new_from_sink:
 * @pipeline: a pipeline in state PLAYING
 * @appsink: its appsink, which gets video/x-h264 in whole access units
 * @error: return location for a #GError
 *
 * Collects everything until the end of the stream.
 *
 * Returns: (transfer full): the clip, or %NULL
 */
GstEdgeClip *
gst_edge_clip_new_from_sink (GstElement *pipeline, GstElement *appsink, GError **error)
{
  g_autoptr (GstEdgeClip) clip = clip_new ();

  while (TRUE) {
    g_autoptr (GstSample) sample = NULL;

    /* An error does not end the appsink, so look at the bus now and then. */
    sample = gst_app_sink_try_pull_sample (GST_APP_SINK (appsink),
        200 * GST_MSECOND);
    if (sample != NULL) {
      if (clip->caps == NULL)
        clip_take_caps (clip, gst_sample_get_caps (sample));
      clip_append (clip, gst_sample_get_buffer (sample));
      continue;
    }
    if (take_bus_error (pipeline, error))
      return NULL;
    if (gst_app_sink_is_eos (GST_APP_SINK (appsink)))
      break;
  }

  if (!clip_finish (clip, error))
    return NULL;

  return g_steal_pointer (&clip);
}

static void
on_parsebin_pad (GstElement *parsebin, GstPad *pad, GstElement *parser)
{
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (parser, "sink");

  if (!gst_pad_is_linked (sink) && gst_caps_get_size (caps) > 0
      && gst_structure_has_name (gst_caps_get_structure (caps, 0),
          "video/x-h264"))
    gst_pad_link (pad, sink);
}

/**
 * gst_edge_clip_new_from_file:
 * @path: a file with H.264 video in any container, or a bare byte stream
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the clip, or %NULL
 */
GstEdgeClip *
gst_edge_clip_new_from_file (const gchar *path, GError **error)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) parsebin = NULL;
  g_autoptr (GstElement) parser = NULL;
  g_autoptr (GstElement) sink = NULL;
  GstEdgeClip *clip;

  pipeline = gst_parse_launch ("filesrc name=source ! parsebin name=parsebin "
      "h264parse name=parser ! "
      "video/x-h264, stream-format=avc, alignment=au ! "
      "appsink name=sink sync=false", error);
  if (pipeline == NULL)
    return NULL;

  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  parsebin = gst_bin_get_by_name (GST_BIN (pipeline), "parsebin");
  parser = gst_bin_get_by_name (GST_BIN (pipeline), "parser");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (source, "location", path, NULL);
  g_signal_connect (parsebin, "pad-added", G_CALLBACK (on_parsebin_pad),
      parser);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  clip = gst_edge_clip_new_from_sink (pipeline, sink, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (clip == NULL)
    g_prefix_error (error, "%s: ", path);

  return clip;
}
