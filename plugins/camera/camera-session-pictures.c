/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera: which pictures are decoded and which frames go out. Runs for each of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/video/video.h>

#include "camera-picture-kind.h"
#include "camera-session-private.h"

/* The frame rate may be off by this part of it where that brings the keyframes among the frames that go out. */
#define MAX_LEAN 250

/* Decoders give frames the time of their pictures, but may round it. */
#define ALONE_TOLERANCE (10 * GST_MSECOND)

static GstClockTime
running_time (const GstSegment *segment, GstClockTime time)
{
  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
}

/* For counting frames: the camera's own time where it is known, which does not show how the packets travelled. */
static GstClockTime
beat_time (const GstSegment *segment, GstBuffer *buffer)
{
  GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta (buffer, NULL);

  return meta != NULL ? meta->timestamp : running_time (segment, GST_BUFFER_PTS (buffer));
}

static gboolean
apply_time (GstBuffer **buffer, guint index, gpointer user_data)
{
  *buffer = gst_edge_camera_times_apply (user_data, *buffer);
  return TRUE;
}

static gsize
take_times (GstEdgeCameraSession *session, GstPadProbeInfo *info)
{
  GstBufferList *list;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    info->data = gst_edge_camera_times_apply (&session->times, info->data);
    return gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  }
  list = gst_buffer_list_make_writable (info->data);
  gst_buffer_list_foreach (list, apply_time, &session->times);
  info->data = list;
  return gst_buffer_list_calculate_size (list);
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  gsize size = take_times (session, info);

  GST_EDGE_CAMERA_COUNT (session->camera->counters.bytes, size);
  g_mutex_lock (&session->lock);
  gst_edge_camera_watch_data (&session->watch, g_get_monotonic_time ());
  g_mutex_unlock (&session->lock);
  return GST_PAD_PROBE_OK;
}

void
gst_edge_camera_session_probe_data (GstEdgeCameraSession *session, GstPad *pad)
{
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_data,
      session, NULL);
}

static gboolean
is_behind (GstEdgeCameraSession *session, GstClockTime time)
{
  GstClockTime now = gst_clock_get_time (session->clock);

  if (!GST_CLOCK_TIME_IS_VALID (time) || now < session->base_time)
    return FALSE;
  return gst_edge_camera_lag_is_behind (&session->lag,
      now - session->base_time, time);
}

/* A frame came out: decoded, or encoded when nothing is decoded. */
static void
on_frame_locked (GstEdgeCameraSession *session)
{
  GST_EDGE_CAMERA_COUNT (session->camera->counters.frames, 1);
  gst_edge_camera_watch_frame (&session->watch, g_get_monotonic_time ());
  gst_edge_camera_decode_answered (&session->camera->decode);
}

static void
tell_alive (GstEdgeCameraSession *session)
{
  if (!g_atomic_int_get (&session->over)
      && g_atomic_int_compare_and_exchange (&session->alive, FALSE, TRUE))
    session->funcs.alive (session->user_data);
}

/* Encoded pictures that refer to each other can only be thinned to the keyframes. */
static GstPadProbeReturn
judge_encoded_locked (GstEdgeCameraSession *session, GstClockTime time, gboolean keyframe)
{
  GstEdgeCamera *camera = session->camera;

  if (keyframe)
    camera->decode.wait_keyframe = FALSE;
  if (camera->decode.wait_keyframe
      || (camera->limiter.period > 0 && !keyframe)) {
    GST_EDGE_CAMERA_COUNT (camera->counters.skipped, 1);
    session->skipped = TRUE;
    return GST_PAD_PROBE_DROP;
  }
  gst_edge_camera_watch_fed (&session->watch, g_get_monotonic_time ());
  on_frame_locked (session);
  if (!gst_edge_camera_limiter_wants (&camera->limiter, time)) {
    GST_EDGE_CAMERA_COUNT (camera->counters.limited, 1);
    session->skipped = !session->codec->all_keyframes;
    return GST_PAD_PROBE_DROP;
  }
  gst_edge_camera_limiter_take (&camera->limiter, time);
  if (session->skipped)
    gst_edge_camera_outlet_mark_gap (camera->outlet);
  session->skipped = FALSE;
  return GST_PAD_PROBE_OK;
}

/* gst_edge_camera_is_…() for what @pad has caps of. */
static gboolean
is_of_kind (GstPad *pad, GstBuffer *buffer, gboolean (*is) (const GstCaps *caps, GstBuffer *picture))
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gboolean result = is (caps, buffer);

  gst_clear_caps (&caps);
  return result;
}

/* Pictures that will never be decoded, whose frames nobody wants. */
static void
drop_held_locked (GstEdgeCameraSession *session)
{
  GstEdgeCamera *camera = session->camera;

  for (guint i = 0; i < session->batch.units.length; i++)
    gst_edge_camera_limiter_pass (&camera->limiter);
  GST_EDGE_CAMERA_COUNT (camera->counters.skipped, gst_edge_camera_batch_clear (&session->batch));
}

/* A decoder that puts pictures in order keeps a frame until those after it have come. */
static gboolean
has_answered_locked (GstEdgeCameraSession *session)
{
  return session->frame_time >= session->wanted_time;
}

/* Nothing that is held is needed any more if no picture from here on refers to it. The more is held at a keyframe, the
 * better, and most it is where the frames that go out are in step with the keyframes. */
static void
judge_keyframe_locked (GstEdgeCameraSession *session, GstPad *pad, GstBuffer *buffer, GstClockTime time)
{
  GstEdgeCamera *camera = session->camera;

  session->begins_anew = is_of_kind (pad, buffer, gst_edge_camera_is_idr);
  if (!session->begins_anew)
    return;
  drop_held_locked (session);
  if (GST_CLOCK_TIME_IS_VALID (time) && camera->decode.steady && has_answered_locked (session))
    gst_edge_camera_limiter_lean (&camera->limiter, time, camera->decode.interval / MAX_LEAN);
}

/* A picture whose frame will be dropped for the frame rate. */
static GstEdgeCameraVerdict
judge_unwanted_locked (GstEdgeCameraSession *session, GstPad *pad, GstBuffer *buffer, GstClockTime time)
{
  GstEdgeCamera *camera = session->camera;
  GstClockTime keyframe;

  if (session->codec->all_keyframes || is_of_kind (pad, buffer, gst_edge_camera_is_disposable)) {
    gst_edge_camera_limiter_pass (&camera->limiter);
    return GST_EDGE_CAMERA_VERDICT_SKIP;
  }
  session->patient = session->begins_anew && has_answered_locked (session)
      && gst_edge_camera_decode_awaits_keyframe (&camera->decode, time, &keyframe)
      && gst_edge_camera_limiter_can_wait (&camera->limiter, keyframe);
  return GST_EDGE_CAMERA_VERDICT_LATER;
}

static GstEdgeCameraVerdict
judge_locked (GstEdgeCameraSession *session, GstPad *pad, GstBuffer *buffer, GstClockTime time, gboolean keyframe)
{
  GstEdgeCamera *camera = session->camera;
  gboolean waited = camera->decode.wait_keyframe;
  GstEdgeCameraVerdict verdict =
      gst_edge_camera_decode_judge (&camera->decode, time, keyframe,
      camera->limiter.period);

  session->resumes |= waited && verdict == GST_EDGE_CAMERA_VERDICT_DECODE && session->wanted_time > 0;
  if (camera->decode.keyframes_only || camera->decode.wait_keyframe)
    drop_held_locked (session);         /* a keyframe alone needs nothing of it */
  else if (keyframe)
    judge_keyframe_locked (session, pad, buffer, time);
  if (verdict == GST_EDGE_CAMERA_VERDICT_SKIP && !camera->decode.keyframes_only)
    gst_edge_camera_limiter_pass (&camera->limiter);
  if (verdict == GST_EDGE_CAMERA_VERDICT_ALONE) {
    /* one that the frame rate does not want need not be decoded */
    if (gst_edge_camera_limiter_wants (&camera->limiter, time)) {
      gst_edge_camera_limiter_take (&camera->limiter, time);
      gst_edge_camera_decode_fed_alone (&camera->decode);
      session->alone_time = running_time (&session->picture_segment, GST_BUFFER_PTS (buffer));
      session->alone_out = FALSE;
    } else {
      verdict = GST_EDGE_CAMERA_VERDICT_SKIP;
    }
  }
  if (verdict == GST_EDGE_CAMERA_VERDICT_DECODE && !gst_edge_camera_limiter_expects (&camera->limiter, time))
    verdict = judge_unwanted_locked (session, pad, buffer, time);
  if (verdict == GST_EDGE_CAMERA_VERDICT_DECODE && GST_CLOCK_TIME_IS_VALID (time))
    session->wanted_time = time;
  if (verdict == GST_EDGE_CAMERA_VERDICT_SKIP)
    GST_EDGE_CAMERA_COUNT (camera->counters.skipped, 1);
  /* a keyframe that is not wanted now shows all the same that one could be had */
  if (verdict != GST_EDGE_CAMERA_VERDICT_SKIP || keyframe)
    session->watch.last_fed = g_get_monotonic_time ();
  if (verdict == GST_EDGE_CAMERA_VERDICT_DECODE || verdict == GST_EDGE_CAMERA_VERDICT_ALONE)
    gst_edge_camera_watch_fed (&session->watch, session->watch.last_fed);
  GST_EDGE_CAMERA_SET (camera->counters.keyframes_only,
      camera->decode.keyframes_only);
  GST_EDGE_CAMERA_SET (camera->counters.keyframe_interval,
      camera->decode.interval);
  return verdict;
}

/* Makes the decoder give out what it has kept to put it in order, and forget what later pictures would have referred
 * to. (In GStreamer 1.22 an event that says that a group of streams is done does not do that.) */
static void
drain_decoder (GstPad *pad)
{
  GstPad *peer = gst_pad_get_peer (pad);

  if (peer != NULL)
    gst_pad_send_event (peer, gst_video_event_new_still_frame (TRUE));
  gst_clear_object (&peer);
}

/* Pictures were left out: without the drain those behind the keyframe would be made of those before the gap. */
static void
resume (GstEdgeCameraSession *session, GstPad *pad)
{
  if (session->resumes)
    drain_decoder (pad);
  session->resumes = FALSE;
}

static gboolean
is_alone_out (GstEdgeCameraSession *session)
{
  gboolean is_out;

  g_mutex_lock (&session->lock);
  is_out = session->alone_out;
  g_mutex_unlock (&session->lock);
  return is_out;
}

/* A decoder may wait for the next pictures before it gives this one out, to put them in order. None will come. */
static GstPadProbeReturn
decode_alone (GstEdgeCameraSession *session, GstPad *pad, GstPadProbeInfo *info)
{
  GstPad *peer = gst_pad_get_peer (pad);

  if (peer == NULL)
    return GST_PAD_PROBE_OK;
  info->ABI.abi.flow_ret =
      gst_pad_chain (peer, gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  info->data = NULL;
  if (info->ABI.abi.flow_ret == GST_FLOW_OK && !is_alone_out (session))
    drain_decoder (pad);
  gst_object_unref (peer);
  return GST_PAD_PROBE_HANDLED;
}

/* The oldest of what the decoder has been kept waiting for. */
static GstFlowReturn
decode_oldest (GstEdgeCameraSession *session, GstPad *pad)
{
  GstPad *peer = gst_pad_get_peer (pad);
  GstBuffer *held = gst_edge_camera_batch_pop (&session->batch);
  GstFlowReturn flow = GST_FLOW_NOT_LINKED;

  resume (session, pad);
  if (peer != NULL)
    flow = gst_pad_chain (peer, held);
  else
    gst_buffer_unref (held);
  gst_clear_object (&peer);
  return flow;
}

static GstFlowReturn
decode_held (GstEdgeCameraSession *session, GstPad *pad)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (flow == GST_FLOW_OK && session->batch.units.length > 0)
    flow = decode_oldest (session, pad);
  if (flow != GST_FLOW_OK)
    GST_EDGE_CAMERA_COUNT (session->camera->counters.skipped, gst_edge_camera_batch_clear (&session->batch));
  return flow;
}

/* Takes the picture out of the stream. */
static GstPadProbeReturn
handled (GstPadProbeInfo *info, GstFlowReturn flow)
{
  info->data = NULL;
  info->ABI.abi.flow_ret = flow;
  return GST_PAD_PROBE_HANDLED;
}

static GstPadProbeReturn
decode (GstEdgeCameraSession *session, GstPad *pad, GstPadProbeInfo *info, GstEdgeCameraVerdict verdict)
{
  GstFlowReturn flow = decode_held (session, pad);

  resume (session, pad);
  if (flow != GST_FLOW_OK) {
    gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
    return handled (info, flow);
  }
  return verdict == GST_EDGE_CAMERA_VERDICT_ALONE ? decode_alone (session, pad, info) : GST_PAD_PROBE_OK;
}

/* Returns whether @buffer is kept for later. What most likely need not be decoded stays, but for as much as there is no
 * room for. */
static gboolean
hold (GstEdgeCameraSession *session, GstPad *pad, GstBuffer *buffer, GstClockTime time, GstFlowReturn *flow)
{
  gboolean held = FALSE;

  *flow = GST_FLOW_OK;
  while (*flow == GST_FLOW_OK
      && !(held = gst_edge_camera_batch_hold (&session->batch, buffer, time, session->patient))
      && session->patient && session->batch.units.length > 0)
    *flow = decode_oldest (session, pad);
  return held;
}

static GstPadProbeReturn
on_picture (GstEdgeCameraSession *session, GstPad *pad, GstPadProbeInfo *info)
{
  GstEdgeCamera *camera = session->camera;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstEdgeCameraRate rate = GST_EDGE_CAMERA_GET (camera->rate);
  gboolean keyframe = session->codec->all_keyframes
      || !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  GstClockTime time = beat_time (&session->picture_segment, buffer);
  GstEdgeCameraVerdict verdict = GST_EDGE_CAMERA_VERDICT_SKIP;
  GstPadProbeReturn result = GST_PAD_PROBE_DROP;
  GstFlowReturn flow;

  if (g_atomic_int_get (&session->over))
    return GST_PAD_PROBE_DROP;
  GST_EDGE_CAMERA_COUNT (camera->counters.pictures, 1);
  if (keyframe)
    GST_EDGE_CAMERA_COUNT (camera->counters.keyframes, 1);

  g_mutex_lock (&session->lock);
  gst_edge_camera_limiter_set_rate (&camera->limiter,
      GST_EDGE_CAMERA_RATE_N (rate), GST_EDGE_CAMERA_RATE_D (rate));
  gst_edge_camera_watch_unit (&session->watch, g_get_monotonic_time ());
  if (session->gap)
    gst_edge_camera_decode_lost (&camera->decode);
  session->gap = FALSE;
  if (is_behind (session, running_time (&session->picture_segment, GST_BUFFER_PTS (buffer)))) {
    gst_edge_camera_decode_late (&camera->decode, time, keyframe, camera->limiter.period);
    GST_EDGE_CAMERA_COUNT (camera->counters.late, 1);
    drop_held_locked (session);
    gst_edge_camera_limiter_pass (&camera->limiter);
    session->skipped = TRUE;
  } else if (session->decoder == NULL) {
    result = judge_encoded_locked (session, time, keyframe);
  } else {
    verdict = judge_locked (session, pad, buffer, time, keyframe);
  }
  g_mutex_unlock (&session->lock);

  if (session->decoder == NULL) {
    if (result == GST_PAD_PROBE_OK)
      tell_alive (session);
    return result;
  }
  if (verdict == GST_EDGE_CAMERA_VERDICT_SKIP)
    return GST_PAD_PROBE_DROP;
  if (verdict == GST_EDGE_CAMERA_VERDICT_LATER && hold (session, pad, buffer, time, &flow))
    return handled (info, flow);
  return decode (session, pad, info, verdict);
}

/* What a decoder would take memory for, many times, before it has seen more than a few bytes. */
static gboolean
is_too_large (GstEvent *event, gint *width, gint *height)
{
  GstStructure *structure;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  structure = gst_caps_get_structure (caps, 0);
  return gst_structure_get_int (structure, "width", width)
      && gst_structure_get_int (structure, "height", height)
      && (*width > GST_EDGE_CAMERA_MAX_SIDE || *height > GST_EDGE_CAMERA_MAX_SIDE
      || (gint64) * width * *height > GST_EDGE_CAMERA_MAX_PIXELS);
}

static GstPadProbeReturn
refuse_size (GstEdgeCameraSession *session, gint width, gint height)
{
  gchar *detail = g_strdup_printf ("it says that its pictures are of %dx%d; more than %d megapixels are not decoded",
      width, height, GST_EDGE_CAMERA_MAX_PIXELS / 1000000);

  gst_edge_camera_session_fail (session, GST_EDGE_CAMERA_DECODE, detail);
  g_free (detail);
  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_picture_or_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  gint width, height;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    return on_picture (session, pad, info);
  if (session->decoder != NULL && GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS
      && is_too_large (GST_PAD_PROBE_INFO_EVENT (info), &width, &height))
    return refuse_size (session, width, height);
  /* tags, of which a parser has many, do not matter to a decoder */
  if (GST_EVENT_IS_SERIALIZED (GST_PAD_PROBE_INFO_EVENT (info))
      && GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_TAG)
    decode_held (session, pad);
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT)
    gst_event_copy_segment (GST_PAD_PROBE_INFO_EVENT (info),
        &session->picture_segment);
  return GST_PAD_PROBE_OK;
}

void
gst_edge_camera_session_probe_pictures (GstEdgeCameraSession *session, GstPad *pad)
{
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_picture_or_event, session, NULL);
}

static gint
even (guint64 size)
{
  return (gint) CLAMP ((size + 1) / 2 * 2, 2, GST_EDGE_CAMERA_MAX_SIDE);
}

/* Only now is the camera's size known, of which the one that was not asked for follows. */
static void
scale_from (GstEdgeCameraSession *session, GstCaps *caps)
{
  const GstEdgeCameraSettings *settings = &session->camera->settings;
  GstVideoInfo info;
  GstCaps *scaled;
  guint64 w, h;

  if (!gst_video_info_from_caps (&info, caps))
    return;
  w = (guint64) info.width * (guint) info.par_n;
  h = (guint64) info.height * (guint) info.par_d;
  scaled = gst_caps_new_simple ("video/x-raw",
      "width", G_TYPE_INT, settings->width > 0 ? (gint) settings->width
      : even (gst_util_uint64_scale_round (settings->height, w, h)),
      "height", G_TYPE_INT, settings->height > 0 ? (gint) settings->height
      : even (gst_util_uint64_scale_round (settings->width, h, w)),
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
  g_object_set (session->scale_filter, "caps", scaled, NULL);
  gst_caps_unref (scaled);
}

static void
on_frame_event (GstEdgeCameraSession *session, GstEvent *event)
{
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS && session->scale_filter) {
    gst_event_parse_caps (event, &caps);
    scale_from (session, caps);
  }
}

/* Whether a frame that came out belongs to the keyframe that was decoded alone, and was asked for. A decoder that puts
 * pictures in order may have kept others since all of them were decoded, and gives them out before it. */
static gboolean
is_alone_locked (GstEdgeCameraSession *session, GstBuffer *frame)
{
  GstClockTime time = running_time (&session->picture_segment, GST_BUFFER_PTS (frame));

  return !GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (session->alone_time)
      || time + ALONE_TOLERANCE >= session->alone_time;
}

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;
  GstEdgeCamera *camera = session->camera;
  GstClockTime time;
  gboolean wanted;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    on_frame_event (session, GST_PAD_PROBE_INFO_EVENT (info));
    return GST_PAD_PROBE_OK;
  }
  time = beat_time (&session->picture_segment, GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&session->lock);
  on_frame_locked (session);
  if (GST_CLOCK_TIME_IS_VALID (time))
    session->frame_time = time;
  if (camera->decode.keyframes_only) {
    wanted = is_alone_locked (session, GST_PAD_PROBE_INFO_BUFFER (info));       /* was asked before decoding */
    session->alone_out |= wanted;
  } else {
    wanted = gst_edge_camera_limiter_wants (&camera->limiter, time);
    if (wanted)
      gst_edge_camera_limiter_take (&camera->limiter, time);
  }
  if (!wanted)
    GST_EDGE_CAMERA_COUNT (camera->counters.limited, 1);
  g_mutex_unlock (&session->lock);

  tell_alive (session);
  return wanted ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

void
gst_edge_camera_session_probe_frames (GstEdgeCameraSession *session, GstPad *pad)
{
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_frame,
      session, NULL);
}
