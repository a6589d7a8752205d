/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sink pad of workerpool: buffers, serialized events and queries go into the lane, the rest goes through at once.
 * What each of them means for the flow follows core's queue. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"
#include "frame/frame-identity.h"

#define GST_CAT_DEFAULT gst_worker_pool_debug
#define LOG_EVERY 100           /* of repeated failures: the first, then each 100th */
#define MAX_QUEUED_EVENTS 1000

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

/* For metrics. A lane that had frames of several cameras stays one of several: its counters cannot be taken apart. */
static void
note_camera (GstWorkerPool *self, GstBuffer *buffer)
{
  const GstEdgeFrameIdentity *identity = gst_edge_buffer_get_identity (buffer);
  GstEdgeCameraRecord *before = self->camera;
  const gchar *known = before != NULL ? gst_edge_camera_record_get_id (before)
      : NULL;

  if (identity == NULL || (known != NULL
          && (g_str_equal (known, identity->camera_id)
              || g_str_equal (known, GST_EDGE_CAMERA_SEVERAL))))
    return;
  self->camera = gst_edge_camera_record_use (before == NULL
      ? identity->camera_id : GST_EDGE_CAMERA_SEVERAL);
  gst_edge_lane_set_camera (self->lane, self->camera);
  if (before != NULL)
    gst_edge_camera_record_unuse (before);
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

GstFlowReturn
gst_worker_pool_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);
  GstFlowReturn ret = get_flow_return (self);
  GstEdgeQueueItem item = { buffer, };

  if (G_UNLIKELY (ret != GST_FLOW_OK))
    return refuse (self, GST_MINI_OBJECT_CAST (buffer), ret);

  GST_CAT_LOG_OBJECT (gst_worker_pool_data_debug, self,
      "received %" GST_PTR_FORMAT, buffer);
  note_camera (self, buffer);
  describe_buffer (self, buffer, &item);
  return submit (self, &item);
}

GstFlowReturn
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

  note_camera (self, gst_buffer_list_get (list, 0));
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
  return !g_str_has_prefix (name, "image/")
      && !g_str_has_suffix (name, "/x-raw")
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

/* Whether a serialized event may go into the lane now; takes it when not. */
static gboolean
admit_event (GstWorkerPool *self, GstEvent *event, GstFlowReturn *ret)
{
  gboolean sticky = GST_EVENT_IS_STICKY (event);
  gboolean restart = gst_worker_pool_is_restart (event);
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
      gst_worker_pool_keep_sticky_locked (self, event);
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

/* Events take no room in the lane, but one that stands still must not grow for ever by gaps, tags and the like. */
static gboolean
is_one_too_many (GstWorkerPool *self, GstEvent *event)
{
  GstEdgeQueueLevel level;

  if (GST_EVENT_IS_STICKY (event) && GST_EVENT_TYPE (event) != GST_EVENT_TAG)
    return FALSE;
  gst_edge_lane_get_level (self->lane, &level);
  return gst_edge_lane_get_length (self->lane) > level.buffers + MAX_QUEUED_EVENTS;
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
  if (is_one_too_many (self, event)) {
    GST_DEBUG_OBJECT (self, "dropping %" GST_PTR_FORMAT ", too many wait", event);
    gst_event_unref (event);
    return GST_FLOW_OK;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_worker_pool_start_deadline (self);
  return submit (self, &item);
}

static gboolean
flush_start (GstWorkerPool *self, GstEvent *event)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  gboolean ret;

  /* 1. refuse what comes */
  gst_worker_pool_reset_flow (self, GST_FLOW_FLUSHING);
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
  gst_worker_pool_store_kept_events (self);
  return ret;
}

static gboolean
flush_stop (GstWorkerPool *self, GstEvent *event)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  gboolean ret = gst_pad_push_event (self->srcpad, event);

  gst_worker_pool_store_kept_events (self);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  gst_worker_pool_reset_flow (self, GST_FLOW_OK);
  gst_worker_pool_begin_preroll (self);
  if (lane != NULL) {
    if (gst_pad_is_active (self->srcpad)) {
      gst_edge_lane_set_suspended (lane, FALSE);
      gst_edge_lane_set_flushing (lane, FALSE);
    }
    gst_edge_lane_unref (lane);
  }
  return ret;
}

GstFlowReturn
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

/* An answer, or the certainty that none will come: a lane whose downstream failed stands still. */
static gboolean
is_query_over (gpointer data)
{
  QueryJob *job = data;

  if (g_atomic_int_get (&job->state) == QUERY_DONE)
    return TRUE;
  return __atomic_load_n (&job->self->srcresult, __ATOMIC_RELAXED) != GST_FLOW_OK
      && query_job_advance (job, QUERY_QUEUED, QUERY_ABANDONED);
}

static gboolean
queue_query (GstWorkerPool *self, GstQuery *query)
{
  GstEdgeQueueItem item = { NULL, GST_EDGE_QUEUE_ITEM_CONTROL, 0,
    GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE
  };
  QueryJob *job;
  gboolean result;

  if (get_flow_return (self) != GST_FLOW_OK)
    return FALSE;

  job = g_new0 (QueryJob, 1);
  job->query = query;
  job->self = self;
  job->n_refs = 2;
  item.data = FROM_QUERY_JOB (job);
  gst_edge_lane_submit (self->lane, &item, FALSE);
  gst_edge_lane_wait_until (self->lane, is_query_over, job);
  result = g_atomic_int_get (&job->state) == QUERY_DONE && job->result;
  query_job_unref (job);
  return result;
}

gboolean
gst_worker_pool_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_IS_SERIALIZED (query))
    return queue_query (GST_WORKER_POOL (parent), query);
  return gst_pad_query_default (pad, parent, query);
}
