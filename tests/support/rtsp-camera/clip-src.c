/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A live source that plays a clip round and round, by the wall clock.
 *
 * The camera's timeline is the wall clock: at the time t (ns since 1970) the
 * frame at (t + phase) modulo the clip's length is due. So the picture of a
 * camera does not depend on when its clients came or came back, and a test that
 * knows a frame's capture time knows which frame it has to be.
 *
 * The clock is read once when the source starts to play; from there on running
 * time, which is monotonic, counts. */

#include "clip-src.h"

GST_DEBUG_CATEGORY_STATIC (gst_edge_clip_src_debug);
#define GST_CAT_DEFAULT gst_edge_clip_src_debug

/* A client needs some time between DESCRIBE and PLAY. What waits in the sink
 * until its time is not late, so the first keyframe is taken from a bit ahead. */
#define FIRST_FRAME_LEAD (500 * GST_MSECOND)

/* Behind by more than this (nobody played, or the process was stopped), frames
 * are skipped, as a camera does not keep them for ever. */
#define MAX_LATENESS (2 * GST_SECOND)

struct _GstEdgeClipSrc
{
  GstPushSrc parent;

  GstEdgeClip *clip;            /* set once, before use */
  GstClockTime phase;           /* set once, before use */
  GstEdgeFaults *faults;        /* set once, before use */

  /* streaming thread */
  GstEdgeClip *playing;         /* the clip or the second clip, not owned */
  guint index;                  /* next unit */
  GstClockTimeDiff loop_start;  /* running time at which unit 0 was due */
  gboolean first;

  GstClockID clock_id;          /* object lock */
  gboolean flushing;            /* object lock */
  gboolean resync;              /* object lock */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-h264, stream-format=avc, alignment=au"));

#define gst_edge_clip_src_parent_class parent_class
G_DEFINE_FINAL_TYPE (GstEdgeClipSrc, gst_edge_clip_src, GST_TYPE_PUSH_SRC);

/* Running time now, and what the wall clock shows at running time 0. */
static gboolean
get_running_time (GstEdgeClipSrc *self, GstClockTimeDiff *now, GstClockTimeDiff *wall_offset)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));

  if (clock == NULL)
    return FALSE;

  *now = GST_CLOCK_DIFF (gst_element_get_base_time (GST_ELEMENT (self)),
      gst_clock_get_time (clock));
  if (wall_offset != NULL)
    *wall_offset = g_get_real_time () * GST_USECOND - *now;

  return TRUE;
}

/* Finds the keyframe to start with. */
static gboolean
join_timeline (GstEdgeClipSrc *self)
{
  GstClockTimeDiff now, wall_offset;
  GstClockTime timeline, position;

  if (!get_running_time (self, &now, &wall_offset))
    return FALSE;

  timeline = now + wall_offset + FIRST_FRAME_LEAD + self->phase;
  position = timeline % self->playing->duration;
  self->loop_start = (GstClockTimeDiff) (timeline - position)
      - wall_offset - (GstClockTimeDiff) self->phase;
  if (!gst_edge_clip_find_keyframe (self->playing, position, &self->index))
    self->loop_start += self->playing->duration;
  self->first = TRUE;

  return TRUE;
}

/* Waits until running time @due; FALSE if unlocked meanwhile. */
static gboolean
wait_until (GstEdgeClipSrc *self, GstClockTimeDiff due)
{
  GstClockID id;

  GST_OBJECT_LOCK (self);
  if (self->flushing || GST_ELEMENT_CLOCK (self) == NULL) {
    GST_OBJECT_UNLOCK (self);
    return FALSE;
  }
  id = gst_clock_new_single_shot_id (GST_ELEMENT_CLOCK (self),
      GST_ELEMENT_CAST (self)->base_time + due);
  self->clock_id = id;
  GST_OBJECT_UNLOCK (self);

  gst_clock_id_wait (id, NULL);

  GST_OBJECT_LOCK (self);
  self->clock_id = NULL;
  gst_clock_id_unref (id);
  if (self->flushing) {
    GST_OBJECT_UNLOCK (self);
    return FALSE;
  }
  GST_OBJECT_UNLOCK (self);

  return TRUE;
}

/* A shallow copy: the memory stays shared, only the times are its own. */
static GstBuffer *
take_unit (GstEdgeClipSrc *self)
{
  const GstEdgeAccessUnit *unit =
      gst_edge_clip_get_unit (self->playing, self->index);
  GstBuffer *buffer = gst_buffer_copy (unit->buffer);

  GST_BUFFER_DTS (buffer) = self->loop_start + unit->dts;
  GST_BUFFER_PTS (buffer) = self->loop_start + unit->pts;
  if (self->first)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->first = FALSE;

  if (++self->index == self->playing->units->len) {
    self->index = 0;
    self->loop_start += self->playing->duration;
  }

  return buffer;
}

static gboolean
is_keyframe (GstBuffer *buffer)
{
  return !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

/* Changes the clip where that has been asked for, with the next unit. */
static gboolean
choose_clip (GstEdgeClipSrc *self)
{
  GstEdgeClip *wanted = g_atomic_int_get (&self->faults->second_size)
      ? self->faults->second_clip : self->clip;

  if (wanted == self->playing)
    return TRUE;

  self->playing = wanted;

  return gst_base_src_set_caps (GST_BASE_SRC (self), wanted->caps)
      && join_timeline (self);
}

static GstFlowReturn
create_unit (GstEdgeClipSrc *self, GstBuffer **buffer)
{
  GstClockTimeDiff now, due;
  gboolean resync;

  if (!choose_clip (self))
    return GST_FLOW_FLUSHING;

  GST_OBJECT_LOCK (self);
  resync = self->resync;
  self->resync = FALSE;
  GST_OBJECT_UNLOCK (self);

  if (resync) {
    /* Goes out at once so that the stream's caps are known and DESCRIBE can be
     * answered; the sink holds it back until it is due. */
    if (!join_timeline (self))
      return GST_FLOW_FLUSHING;
    *buffer = take_unit (self);
    return GST_FLOW_OK;
  }

  due = self->loop_start
      + gst_edge_clip_get_unit (self->playing, self->index)->dts;
  if (!get_running_time (self, &now, NULL))
    return GST_FLOW_FLUSHING;
  if (now - due > (GstClockTimeDiff) MAX_LATENESS) {
    GST_WARNING_OBJECT (self, "%" GST_STIME_FORMAT " late, skipping frames",
        GST_STIME_ARGS (now - due));
    if (!join_timeline (self))
      return GST_FLOW_FLUSHING;
    due = self->loop_start
        + gst_edge_clip_get_unit (self->playing, self->index)->dts;
  }
  if (!wait_until (self, due))
    return GST_FLOW_FLUSHING;

  *buffer = take_unit (self);

  return GST_FLOW_OK;
}

static GstFlowReturn
gst_edge_clip_src_create (GstPushSrc *push_src, GstBuffer **buffer)
{
  GstEdgeClipSrc *self = GST_EDGE_CLIP_SRC (push_src);
  GstFlowReturn flow = create_unit (self, buffer);

  while (flow == GST_FLOW_OK && g_atomic_int_get (&self->faults->silent)) {
    gst_buffer_unref (*buffer);
    flow = create_unit (self, buffer);
  }
  if (flow == GST_FLOW_OK && g_atomic_int_get (&self->faults->garbage))
    *buffer = gst_edge_faults_make_garbage (*buffer, is_keyframe (*buffer));

  return flow;
}

static gboolean
gst_edge_clip_src_start (GstBaseSrc *src)
{
  gst_base_src_set_caps (src, GST_EDGE_CLIP_SRC (src)->playing->caps);

  return TRUE;
}

static GstCaps *
gst_edge_clip_src_get_caps (GstBaseSrc *src, GstCaps *filter)
{
  GstCaps *caps = GST_EDGE_CLIP_SRC (src)->playing->caps;

  if (filter != NULL)
    return gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

  return gst_caps_ref (caps);
}

static gboolean
gst_edge_clip_src_unlock (GstBaseSrc *src)
{
  GstEdgeClipSrc *self = GST_EDGE_CLIP_SRC (src);

  GST_OBJECT_LOCK (self);
  self->flushing = TRUE;
  if (self->clock_id != NULL)
    gst_clock_id_unschedule (self->clock_id);
  GST_OBJECT_UNLOCK (self);

  return TRUE;
}

static gboolean
gst_edge_clip_src_unlock_stop (GstBaseSrc *src)
{
  GstEdgeClipSrc *self = GST_EDGE_CLIP_SRC (src);

  GST_OBJECT_LOCK (self);
  self->flushing = FALSE;
  GST_OBJECT_UNLOCK (self);

  return TRUE;
}

static GstStateChangeReturn
gst_edge_clip_src_change_state (GstElement *element, GstStateChange transition)
{
  GstEdgeClipSrc *self = GST_EDGE_CLIP_SRC (element);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
    /* base time has changed */
    GST_OBJECT_LOCK (self);
    self->resync = TRUE;
    GST_OBJECT_UNLOCK (self);
  }

  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
gst_edge_clip_src_finalize (GObject *object)
{
  GstEdgeClipSrc *self = GST_EDGE_CLIP_SRC (object);

  g_clear_pointer (&self->clip, gst_edge_clip_unref);
  g_clear_pointer (&self->faults, gst_edge_faults_unref);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_edge_clip_src_class_init (GstEdgeClipSrcClass *klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_src_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_src_class = GST_PUSH_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_edge_clip_src_debug, "edgeclipsrc", 0,
      "looping clip source");

  gobject_class->finalize = gst_edge_clip_src_finalize;
  element_class->change_state = gst_edge_clip_src_change_state;
  base_src_class->start = gst_edge_clip_src_start;
  base_src_class->get_caps = gst_edge_clip_src_get_caps;
  base_src_class->unlock = gst_edge_clip_src_unlock;
  base_src_class->unlock_stop = gst_edge_clip_src_unlock_stop;
  push_src_class->create = gst_edge_clip_src_create;

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Looping clip source",
      "Source/Video", "Plays an encoded clip round and round, live",
      "the gst-edge-video authors");
}

static void
gst_edge_clip_src_init (GstEdgeClipSrc *self)
{
  self->resync = TRUE;
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

/**
 * gst_edge_clip_src_new:
 * @clip: what to play
 * @phase: how far this camera is ahead of the wall clock in its loop
 * @faults: what is wrong with the camera
 *
 * Returns: (transfer floating): a new source
 */
GstElement *
gst_edge_clip_src_new (GstEdgeClip *clip, GstClockTime phase, GstEdgeFaults *faults)
{
  GstEdgeClipSrc *self = g_object_new (GST_EDGE_TYPE_CLIP_SRC, NULL);

  self->clip = gst_edge_clip_ref (clip);
  self->phase = phase;
  self->playing = clip;
  self->faults = gst_edge_faults_ref (faults);

  return GST_ELEMENT (self);
}
