/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes through workerpool: buffers, events and queries into the lane, and out of it on a worker.
 * What each of them means for the flow follows core's queue. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"

#define GST_CAT_DEFAULT gst_worker_pool_debug
#define LOG_EVERY 100           /* of repeated failures: the first, then each 100th */
#define MAX_FLUSHED_EVENTS 64   /* upstream may ignore an error and go on sending tags for ever */

/* A serialized query on its way through the lane. It belongs to the thread that waits for it, which may give up. */
typedef struct
{
  GstQuery *query;
  gboolean running;             /* lock of the element, as the rest */
  gboolean done;
  gboolean result;
  gboolean abandoned;           /* nobody waits: whoever takes it out frees it */
} QueryJob;

/* Items of the lane are mini objects, or a QueryJob with the lowest bit set. */
#define IS_QUERY_JOB(data) (((guintptr) (data) & 1) != 0)
#define FROM_QUERY_JOB(job) ((gpointer) ((guintptr) (job) | 1))
#define TO_QUERY_JOB(data) ((QueryJob *) ((guintptr) (data) & ~(guintptr) 1))

static gboolean
is_restart (GstEvent *event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START
      || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT;
}

/* ---- sink pad ---- */

static GstFlowReturn
refuse (GstWorkerPool *self, GstMiniObject *object, GstFlowReturn ret)
{
  guint64 n_refused;

  g_mutex_lock (&self->lock);
  n_refused = self->n_refused++;
  g_mutex_unlock (&self->lock);

  if (n_refused % LOG_EVERY == 0)
    GST_DEBUG_OBJECT (self, "refusing buffer: %s (%" G_GUINT64_FORMAT
        " refused so far)", gst_flow_get_name (ret), n_refused + 1);
  gst_mini_object_unref (object);
  return ret;
}

static GstFlowReturn
get_flow_return (GstWorkerPool *self)
{
  GstFlowReturn ret;

  g_mutex_lock (&self->lock);
  ret = self->srcresult;
  if (ret == GST_FLOW_OK
      && (self->eos || (self->skipping && self->n_restarts == 0)))
    ret = GST_FLOW_EOS;
  g_mutex_unlock (&self->lock);
  return ret;
}

static GstClockTime
to_running_time (GstWorkerPool *self, GstClockTime position)
{
  if (!GST_CLOCK_TIME_IS_VALID (position)
      || self->segment.format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME,
      position);
}

static void
describe_buffer (GstWorkerPool *self, GstBuffer *buffer, GstEdgeQueueItem *item)
{
  GstClockTime start = GST_BUFFER_DTS_OR_PTS (buffer);

  item->start = to_running_time (self, start);
  if (GST_CLOCK_TIME_IS_VALID (start) && GST_BUFFER_DURATION_IS_VALID (buffer))
    item->end = to_running_time (self, start + GST_BUFFER_DURATION (buffer));
  else
    item->end = GST_CLOCK_TIME_NONE;
  item->bytes = gst_buffer_get_size (buffer);

  if (!self->has_delta_units)
    return;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    item->flags |= GST_EDGE_QUEUE_ITEM_DELTA;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DROPPABLE))
    item->flags |= GST_EDGE_QUEUE_ITEM_DROPPABLE;
}

static GstFlowReturn
submit (GstWorkerPool *self, const GstEdgeQueueItem *item)
{
  GstFlowReturn ret;

  switch (gst_edge_lane_submit (self->lane, item, TRUE)) {
    case GST_EDGE_LANE_FLUSHING:
      ret = get_flow_return (self);
      return ret == GST_FLOW_OK ? GST_FLOW_FLUSHING : ret;
    case GST_EDGE_LANE_DROPPED:
      GST_CAT_LOG_OBJECT (gst_worker_pool_data_debug, self, "leaked a buffer");
      return GST_FLOW_OK;
    default:
      return GST_FLOW_OK;
  }
}

static GstFlowReturn
gst_worker_pool_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);
  GstFlowReturn ret = get_flow_return (self);
  GstEdgeQueueItem item = { buffer, };

  if (G_UNLIKELY (ret != GST_FLOW_OK))
    return refuse (self, GST_MINI_OBJECT_CAST (buffer), ret);

  GST_CAT_LOG_OBJECT (gst_worker_pool_data_debug, self,
      "received %" GST_PTR_FORMAT, buffer);
  describe_buffer (self, buffer, &item);
  return submit (self, &item);
}

static GstFlowReturn
gst_worker_pool_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);
  GstFlowReturn ret = get_flow_return (self);
  GstEdgeQueueItem item = { list, }, last = { NULL, };
  guint length = gst_buffer_list_length (list);

  if (G_UNLIKELY (ret != GST_FLOW_OK))
    return refuse (self, GST_MINI_OBJECT_CAST (list), ret);
  if (length == 0) {
    gst_buffer_list_unref (list);
    return GST_FLOW_OK;
  }

  /* flags and start are those of the first buffer, the end is that of the last */
  describe_buffer (self, gst_buffer_list_get (list, 0), &item);
  describe_buffer (self, gst_buffer_list_get (list, length - 1), &last);
  item.end = GST_CLOCK_TIME_IS_VALID (last.end) ? last.end : last.start;
  item.bytes = gst_buffer_list_calculate_size (list);
  item.n_buffers = length;
  return submit (self, &item);
}

/* Caps whose buffers are all keyframes: nothing depends on another buffer, whatever flags upstream sets. */
static gboolean
caps_may_have_delta_units (GstCaps *caps)
{
  const gchar *name;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return TRUE;
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  return !g_str_has_prefix (name, "image/") && !g_str_has_suffix (name, "/x-raw")
      && !g_str_equal (name, "video/x-bayer");
}

static void
note_event (GstWorkerPool *self, GstEvent *event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      self->has_delta_units = caps_may_have_delta_units (caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    default:
      break;
  }
}

/* For store_flushed_events(). */
static void
keep_sticky_locked (GstWorkerPool *self, GstEvent *event)
{
  if (!GST_EVENT_IS_STICKY (event) || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
      || GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    return;
  g_queue_push_tail (&self->flushed_events, gst_event_ref (event));
  if (self->flushed_events.length > MAX_FLUSHED_EVENTS)
    gst_event_unref (g_queue_pop_head (&self->flushed_events));
}

/* Whether a serialized event may go into the lane now; takes it when not. */
static gboolean
admit_event (GstWorkerPool *self, GstEvent *event, GstFlowReturn *ret)
{
  gboolean sticky = GST_EVENT_IS_STICKY (event);
  gboolean restart = is_restart (event);
  gboolean eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  gboolean admitted;

  g_mutex_lock (&self->lock);
  if (self->eos && restart)
    self->eos = FALSE;
  if (self->srcresult == GST_FLOW_OK) {
    admitted = !self->eos;
    *ret = GST_FLOW_EOS;
  } else {
    /* as in queue: sticky events are kept, they cause no harm before data flows, but nobody comes back after EOS to
     * learn that something is wrong */
    admitted = self->srcresult == GST_FLOW_NOT_LINKED && sticky && !eos;
    *ret = self->srcresult;
    if (!admitted && sticky && !eos) {
      keep_sticky_locked (self, event);
      *ret = GST_FLOW_OK;
    }
  }
  if (admitted && eos)
    self->eos = TRUE;
  if (admitted && restart)
    self->n_restarts++;
  g_mutex_unlock (&self->lock);

  if (admitted)
    return TRUE;
  GST_DEBUG_OBJECT (self, "refusing %" GST_PTR_FORMAT ": %s", event,
      gst_flow_get_name (*ret));
  if (eos && (*ret == GST_FLOW_NOT_LINKED || *ret < GST_FLOW_EOS))
    GST_ELEMENT_FLOW_ERROR (self, *ret);
  gst_event_unref (event);
  return FALSE;
}

static GstFlowReturn
queue_event (GstWorkerPool *self, GstEvent *event)
{
  GstEdgeQueueItem item = { event, GST_EDGE_QUEUE_ITEM_CONTROL, 0,
    GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE
  };
  GstFlowReturn ret;

  note_event (self, event);
  if (!admit_event (self, event, &ret))
    return ret;
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_worker_pool_start_deadline (self);
  return submit (self, &item);
}

/* Sticky events that a flush took out must not get lost: nobody would send them again. Only once no worker pushes
 * older ones any more. */
static void
store_flushed_events (GstWorkerPool *self)
{
  GstEvent *event;

  for (;;) {
    g_mutex_lock (&self->lock);
    event = g_queue_pop_head (&self->flushed_events);
    g_mutex_unlock (&self->lock);
    if (event == NULL)
      return;
    gst_pad_store_sticky_event (self->srcpad, event);
    gst_event_unref (event);
  }
}

static gboolean
flush_start (GstWorkerPool *self, GstEvent *event)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  gboolean ret;

  /* 1. refuse what comes */
  gst_worker_pool_flow_reset (self, GST_FLOW_FLUSHING);
  gst_worker_pool_stop_deadline (self);
  /* 2. drop what is queued and wake who waits for room */
  if (lane != NULL)
    gst_edge_lane_set_flushing (lane, TRUE);
  /* 3. unblock the worker */
  ret = gst_pad_push_event (self->srcpad, event);
  /* 4. wait for it, unless it is this thread */
  if (lane != NULL) {
    gst_edge_lane_wait_idle (lane);
    gst_edge_lane_unref (lane);
  }
  store_flushed_events (self);
  return ret;
}

static gboolean
flush_stop (GstWorkerPool *self, GstEvent *event)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  gboolean ret = gst_pad_push_event (self->srcpad, event);

  store_flushed_events (self);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  gst_worker_pool_flow_reset (self, GST_FLOW_OK);
  if (lane != NULL) {
    if (gst_pad_is_active (self->srcpad)) {
      gst_edge_lane_set_suspended (lane, FALSE);
      gst_edge_lane_set_flushing (lane, FALSE);
    }
    gst_edge_lane_unref (lane);
  }
  return ret;
}

static GstFlowReturn
gst_worker_pool_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);
  gboolean ok;

  GST_LOG_OBJECT (self, "received %" GST_PTR_FORMAT, event);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      ok = flush_start (self, event);
      break;
    case GST_EVENT_FLUSH_STOP:
      ok = flush_stop (self, event);
      break;
    default:
      if (GST_EVENT_IS_SERIALIZED (event))
        return queue_event (self, event);
      ok = gst_pad_push_event (self->srcpad, event);
      break;
  }
  return ok ? GST_FLOW_OK : GST_FLOW_ERROR;
}

typedef struct
{
  GstWorkerPool *self;
  QueryJob *job;
} QueryWait;

/* An answer, or the certainty that none will come: a lane without a peer stands still. */
static gboolean
is_query_over (gpointer data)
{
  const QueryWait *wait = data;
  gboolean over;

  g_mutex_lock (&wait->self->lock);
  over = wait->job->done || (!wait->job->running
      && wait->self->srcresult != GST_FLOW_OK);
  g_mutex_unlock (&wait->self->lock);
  return over;
}

static gboolean
queue_query (GstWorkerPool *self, GstQuery *query)
{
  QueryJob *job;
  QueryWait wait;
  GstEdgeQueueItem item = { NULL, GST_EDGE_QUEUE_ITEM_CONTROL, 0,
    GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE
  };
  gboolean result, done;

  if (get_flow_return (self) != GST_FLOW_OK)
    return FALSE;

  job = g_new0 (QueryJob, 1);
  job->query = query;
  item.data = FROM_QUERY_JOB (job);
  wait.self = self;
  wait.job = job;
  gst_edge_lane_submit (self->lane, &item, FALSE);
  gst_edge_lane_wait_until (self->lane, is_query_over, &wait);

  g_mutex_lock (&self->lock);
  result = job->result;
  done = job->done;
  job->abandoned = TRUE;
  g_mutex_unlock (&self->lock);
  if (done)
    g_free (job);
  return result;
}

static gboolean
gst_worker_pool_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_IS_SERIALIZED (query))
    return queue_query (GST_WORKER_POOL (parent), query);
  return gst_pad_query_default (pad, parent, query);
}

/* ---- the lane: on a worker ---- */

/* With EOS in the lane upstream will not call again to learn about a failure: tell the application, and let what is
 * downstream end. */
static void
fail_after_eos (GstWorkerPool *self, GstFlowReturn ret)
{
  GST_ELEMENT_FLOW_ERROR (self, ret);
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
}

static void
note_flow_return (GstWorkerPool *self, GstFlowReturn ret, guint generation)
{
  gboolean eos;

  g_mutex_lock (&self->lock);
  if (generation != self->generation || self->srcresult != GST_FLOW_OK) {
    g_mutex_unlock (&self->lock);
    return;                     /* flushed meanwhile */
  }
  if (ret == GST_FLOW_EOS)
    self->skipping = TRUE;
  else
    self->srcresult = ret;
  eos = self->eos;
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "downstream returned %s", gst_flow_get_name (ret));
  if (ret == GST_FLOW_EOS)
    return;
  /* a reconfigure event goes on with what is queued; the rest starts anew after a flush */
  if (ret == GST_FLOW_NOT_LINKED)
    gst_edge_lane_set_suspended (self->lane, TRUE);
  else
    gst_edge_lane_set_flushing (self->lane, TRUE);
  if (eos && (ret == GST_FLOW_NOT_LINKED || ret < GST_FLOW_EOS))
    fail_after_eos (self, ret);
}

/* FALSE: @object is not wanted any more. */
static gboolean
begin_push (GstWorkerPool *self, guint *generation)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->srcresult == GST_FLOW_OK && !self->skipping;
  *generation = self->generation;
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
  guint generation;

  if (!begin_push (self, &generation)) {
    gst_mini_object_unref (object);
    return GST_EDGE_LANE_CANCELLED;
  }
  gst_edge_lane_may_be_held (self->lane);

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

  if (ret == GST_FLOW_OK)
    return TRUE;
  note_flow_return (self, ret, generation);
  if (ret == GST_FLOW_FLUSHING || ret == GST_FLOW_EOS)
    return GST_EDGE_LANE_CANCELLED;
  return FALSE;
}

static gint
push_event (GstWorkerPool *self, GstEvent *event)
{
  gboolean skip;

  g_mutex_lock (&self->lock);
  if (is_restart (event)) {
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
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS
      || GST_EVENT_TYPE (event) == GST_EVENT_GAP)
    gst_edge_lane_may_be_held (self->lane);
  return gst_pad_push_event (self->srcpad, event);
}

static void
finish_query (GstWorkerPool *self, QueryJob *job, gboolean result)
{
  gboolean abandoned;

  g_mutex_lock (&self->lock);
  job->running = FALSE;
  job->done = TRUE;
  job->result = result;
  abandoned = job->abandoned;
  g_mutex_unlock (&self->lock);
  if (abandoned)
    g_free (job);
}

static gint
push_query (GstWorkerPool *self, QueryJob *job)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = !job->abandoned && self->srcresult == GST_FLOW_OK && !self->skipping;
  job->running = wanted;
  g_mutex_unlock (&self->lock);

  finish_query (self, job,
      wanted && gst_pad_peer_query (self->srcpad, job->query));
  return TRUE;
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
    finish_query (self, TO_QUERY_JOB (data), FALSE);
    return;
  }
  if (!GST_IS_EVENT (data)) {
    gst_mini_object_unref (data);
    return;
  }

  event = GST_EVENT_CAST (data);
  g_mutex_lock (&self->lock);
  if (is_restart (event))
    self->n_restarts -= self->n_restarts > 0;
  keep_sticky_locked (self, event);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
}

/* ---- source pad ---- */

static gboolean
gst_worker_pool_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);
  GstEdgeLane *lane;
  gboolean resume;

  if (GST_EVENT_TYPE (event) != GST_EVENT_RECONFIGURE)
    return gst_pad_event_default (pad, parent, event);

  /* when downstream was not linked, it may be now */
  g_mutex_lock (&self->lock);
  resume = self->srcresult == GST_FLOW_NOT_LINKED;
  if (resume)
    self->srcresult = GST_FLOW_OK;
  g_mutex_unlock (&self->lock);

  lane = gst_worker_pool_ref_lane (self);
  if (lane != NULL) {
    if (resume)
      gst_edge_lane_set_suspended (lane, FALSE);
    gst_edge_lane_unref (lane);
  }
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

static gboolean
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

/* ---- activation ---- */

void
gst_worker_pool_flow_reset (GstWorkerPool *self, GstFlowReturn srcresult)
{
  g_mutex_lock (&self->lock);
  self->srcresult = srcresult;
  self->generation++;
  if (srcresult == GST_FLOW_OK) {
    self->eos = FALSE;
    self->skipping = FALSE;
    self->n_restarts = 0;
  }
  g_mutex_unlock (&self->lock);
}

static gboolean
gst_worker_pool_sink_activate_mode (GstPad *pad, GstObject *parent,
    GstPadMode mode, gboolean active)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active) {
    gst_segment_init (&self->segment, GST_FORMAT_TIME);
    self->has_delta_units = TRUE;
    gst_worker_pool_flow_reset (self, GST_FLOW_OK);
    return TRUE;
  }
  /* unblock the streaming thread; the core then waits for it */
  gst_worker_pool_flow_reset (self, GST_FLOW_FLUSHING);
  if (self->lane != NULL)
    gst_edge_lane_set_flushing (self->lane, TRUE);
  return TRUE;
}

static gboolean
gst_worker_pool_src_activate_mode (GstPad *pad, GstObject *parent,
    GstPadMode mode, gboolean active)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);
  GstEvent *event;

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (self->lane == NULL)
    return !active;
  if (active) {
    gst_worker_pool_flow_reset (self, GST_FLOW_OK);
    gst_edge_lane_set_suspended (self->lane, FALSE);
    gst_edge_lane_set_flushing (self->lane, FALSE);
    return TRUE;
  }
  /* 1. refuse and drop; 2. the pad is flushing already, so the worker comes back; 3. wait for it */
  gst_worker_pool_flow_reset (self, GST_FLOW_FLUSHING);
  gst_edge_lane_set_flushing (self->lane, TRUE);
  gst_edge_lane_wait_idle (self->lane);
  while ((event = g_queue_pop_head (&self->flushed_events)) != NULL)
    gst_event_unref (event);
  return TRUE;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

void
gst_worker_pool_flow_class_init (GstElementClass *element_class)
{
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

void
gst_worker_pool_flow_init (GstWorkerPool *self)
{
  GstElement *element = GST_ELEMENT (self);

  self->srcresult = GST_FLOW_FLUSHING;
  g_queue_init (&self->flushed_events);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gst_worker_pool_chain);
  gst_pad_set_chain_list_function (self->sinkpad, gst_worker_pool_chain_list);
  gst_pad_set_event_full_function (self->sinkpad, gst_worker_pool_sink_event);
  gst_pad_set_query_function (self->sinkpad, gst_worker_pool_sink_query);
  gst_pad_set_activatemode_function (self->sinkpad,
      gst_worker_pool_sink_activate_mode);
  GST_PAD_SET_PROXY_CAPS (self->sinkpad);
  gst_element_add_pad (element, self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, gst_worker_pool_src_event);
  gst_pad_set_query_function (self->srcpad, gst_worker_pool_src_query);
  gst_pad_set_activatemode_function (self->srcpad,
      gst_worker_pool_src_activate_mode);
  GST_PAD_SET_PROXY_CAPS (self->srcpad);
  gst_element_add_pad (element, self->srcpad);
}
