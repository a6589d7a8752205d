/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Out of workerpool: what a worker does with the items of the lane, and the source pad. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"

#define GST_CAT_DEFAULT gst_worker_pool_debug

/* With EOS in the lane upstream will not call again to learn about a failure: tell the application, and let what is
 * downstream end. */
static void
fail_after_eos (GstWorkerPool *self, GstFlowReturn ret)
{
  GST_ELEMENT_FLOW_ERROR (self, ret);
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
}

/* When a push began: what happened since decides what its result means. */
typedef struct
{
  guint generation;
  guint n_reconfigures;
} PushMark;

static void
note_flow_return (GstWorkerPool *self, GstFlowReturn ret, const PushMark *mark)
{
  gboolean eos;

  g_mutex_lock (&self->lock);
  if (mark->generation != self->generation || self->srcresult != GST_FLOW_OK
      || (ret == GST_FLOW_NOT_LINKED
          && mark->n_reconfigures != self->n_reconfigures)) {
    g_mutex_unlock (&self->lock);
    return;                     /* flushed, or linked again, meanwhile */
  }
  if (ret == GST_FLOW_EOS)
    self->skipping = TRUE;
  else
    __atomic_store_n (&self->srcresult, ret, __ATOMIC_RELAXED);
  /* a reconfigure event goes on with what is queued */
  if (ret == GST_FLOW_NOT_LINKED)
    gst_edge_lane_set_suspended (self->lane, TRUE);
  eos = self->eos;
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "downstream returned %s", gst_flow_get_name (ret));
  if (ret == GST_FLOW_EOS)
    return;
  /* the rest starts anew after a flush */
  if (ret != GST_FLOW_NOT_LINKED)
    gst_edge_lane_set_flushing (self->lane, TRUE);
  if (eos && (ret == GST_FLOW_NOT_LINKED || ret < GST_FLOW_EOS))
    fail_after_eos (self, ret);
}

/* FALSE: nothing is wanted any more. */
static gboolean
begin_push (GstWorkerPool *self, PushMark *mark)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->srcresult == GST_FLOW_OK && !self->skipping;
  mark->generation = self->generation;
  mark->n_reconfigures = self->n_reconfigures;
  g_mutex_unlock (&self->lock);
  return wanted;
}

static gboolean
mark_discont (GstBuffer **buffer, guint index, gpointer user_data)
{
  *buffer = gst_buffer_make_writable (*buffer);
  GST_BUFFER_FLAG_SET (*buffer, GST_BUFFER_FLAG_DISCONT);
  return FALSE;                 /* only the first one */
}

static gint
push_data (GstWorkerPool *self, GstMiniObject *object, guint flags)
{
  GstFlowReturn ret;
  PushMark mark;

  if (!begin_push (self, &mark)) {
    gst_mini_object_unref (object);
    return GST_EDGE_LANE_CANCELLED;
  }
  gst_worker_pool_before_push (self);

  if (GST_IS_BUFFER_LIST (object)) {
    GstBufferList *list = GST_BUFFER_LIST_CAST (object);

    if (flags & GST_EDGE_QUEUE_ITEM_DISCONT) {
      list = gst_buffer_list_make_writable (list);
      gst_buffer_list_foreach (list, mark_discont, NULL);
    }
    ret = gst_pad_push_list (self->srcpad, list);
  } else {
    GstBuffer *buffer = GST_BUFFER_CAST (object);

    if (flags & GST_EDGE_QUEUE_ITEM_DISCONT)
      mark_discont (&buffer, 0, NULL);
    ret = gst_pad_push (self->srcpad, buffer);
  }
  gst_worker_pool_after_push (self);

  if (ret == GST_FLOW_OK)
    return TRUE;
  note_flow_return (self, ret, &mark);
  if (ret == GST_FLOW_FLUSHING || ret == GST_FLOW_EOS)
    return GST_EDGE_LANE_CANCELLED;
  return FALSE;
}

static gint
push_event (GstWorkerPool *self, GstEvent *event)
{
  gboolean skip, result;

  g_mutex_lock (&self->lock);
  if (gst_worker_pool_is_restart (event)) {
    self->n_restarts -= self->n_restarts > 0;
    self->skipping = FALSE;
  }
  skip = self->skipping && !GST_EVENT_IS_STICKY (event);
  g_mutex_unlock (&self->lock);

  if (skip) {
    gst_event_unref (event);
    return GST_EDGE_LANE_CANCELLED;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_worker_pool_stop_deadline (self);
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS && GST_EVENT_TYPE (event) != GST_EVENT_GAP)
    return gst_pad_push_event (self->srcpad, event);

  gst_worker_pool_before_push (self);
  result = gst_pad_push_event (self->srcpad, event);
  gst_worker_pool_after_push (self);
  return result;
}

static gint
push_query (GstWorkerPool *self, QueryJob *job)
{
  PushMark mark;

  if (query_job_advance (job, QUERY_QUEUED, QUERY_RUNNING)) {
    job->result = begin_push (self, &mark)
        && gst_pad_peer_query (self->srcpad, job->query);
    query_job_advance (job, QUERY_RUNNING, QUERY_DONE);
  }
  query_job_unref (job);
  return TRUE;
}

static void
drop_query (QueryJob *job)
{
  query_job_advance (job, QUERY_QUEUED, QUERY_DONE);
  query_job_unref (job);
}

gint
gst_worker_pool_run (gpointer data, guint flags, gpointer user_data)
{
  GstWorkerPool *self = gst_object_ref (user_data);
  gint result;

  /* whoever deactivates the pad waits for this lock */
  GST_PAD_STREAM_LOCK (self->srcpad);
  if (IS_QUERY_JOB (data))
    result = push_query (self, TO_QUERY_JOB (data));
  else if (GST_IS_EVENT (data))
    result = push_event (self, GST_EVENT_CAST (data));
  else
    result = push_data (self, GST_MINI_OBJECT_CAST (data), flags);
  GST_PAD_STREAM_UNLOCK (self->srcpad);

  gst_object_unref (self);
  return result;
}

void
gst_worker_pool_drop (gpointer data, gint reason, gpointer user_data)
{
  GstWorkerPool *self = user_data;
  GstEvent *event;

  if (IS_QUERY_JOB (data)) {
    drop_query (TO_QUERY_JOB (data));
    return;
  }
  if (!GST_IS_EVENT (data)) {
    gst_mini_object_unref (data);
    return;
  }

  event = GST_EVENT_CAST (data);
  g_mutex_lock (&self->lock);
  if (gst_worker_pool_is_restart (event))
    self->n_restarts -= self->n_restarts > 0;
  gst_worker_pool_keep_sticky_locked (self, event);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
}

gboolean
gst_worker_pool_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);

  if (GST_EVENT_TYPE (event) != GST_EVENT_RECONFIGURE)
    return gst_pad_event_default (pad, parent, event);

  /* when downstream was not linked, it may be now */
  g_mutex_lock (&self->lock);
  self->n_reconfigures++;
  if (self->srcresult == GST_FLOW_NOT_LINKED && self->lane != NULL) {
    __atomic_store_n (&self->srcresult, GST_FLOW_OK, __ATOMIC_RELAXED);
    gst_edge_lane_set_suspended (self->lane, FALSE);
  }
  g_mutex_unlock (&self->lock);
  return gst_pad_push_event (self->sinkpad, event);
}

/* The peer's answer is about what went in; what is queued has not been seen downstream yet. */
static void
adjust_position (GstWorkerPool *self, GstQuery *query)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  GstEdgeQueueLevel level = { 0, };
  GstFormat format;
  gint64 position;

  if (lane != NULL) {
    gst_edge_lane_get_level (lane, &level);
    gst_edge_lane_unref (lane);
  }
  gst_query_parse_position (query, &format, &position);
  if (format == GST_FORMAT_BYTES)
    position -= (gint64) level.bytes;
  else if (format == GST_FORMAT_TIME)
    position -= (gint64) level.time;
  else
    return;
  gst_query_set_position (query, format, MAX (position, 0));
}

/* Nothing is delayed on purpose, so the minimum stays. A lane can hold max-size-time; without that limit it can hold
 * any time. One that leaks never makes upstream wait, as queue has it. */
static void
adjust_latency (GstWorkerPool *self, GstQuery *query)
{
  GstClockTime min, max, max_time;
  GstEdgeLeaky leaky;
  gboolean live;

  g_mutex_lock (&self->lock);
  max_time = self->limits.max_time;
  leaky = self->limits.leaky;
  g_mutex_unlock (&self->lock);

  gst_query_parse_latency (query, &live, &min, &max);
  if (max_time == 0 || !GST_CLOCK_TIME_IS_VALID (max))
    max = GST_CLOCK_TIME_NONE;
  else if (leaky == GST_EDGE_LEAKY_NO)
    max += max_time;
  else
    max = MAX (max, max_time);
  gst_query_set_latency (query, live, min, max);
}

gboolean
gst_worker_pool_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
      gst_query_add_scheduling_mode (query, GST_PAD_MODE_PUSH);
      return TRUE;
    case GST_QUERY_POSITION:
      if (!gst_pad_query_default (pad, parent, query))
        return FALSE;
      adjust_position (self, query);
      return TRUE;
    case GST_QUERY_LATENCY:
      if (!gst_pad_query_default (pad, parent, query))
        return FALSE;
      adjust_latency (self, query);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}
