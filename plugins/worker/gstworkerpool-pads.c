/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pads of workerpool, and what a flush or a deactivation has to do. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"

#define GST_CAT_DEFAULT gst_worker_pool_debug

#define MAX_KEPT_EVENTS 64      /* upstream may ignore an error and go on sending tags for ever */

gboolean
gst_worker_pool_is_restart (GstEvent *event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START
      || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT;
}

void
gst_worker_pool_keep_sticky_locked (GstWorkerPool *self, GstEvent *event)
{
  if (!GST_EVENT_IS_STICKY (event)
      || GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
      || GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    return;
  g_queue_push_tail (&self->kept_events, gst_event_ref (event));
  if (self->kept_events.length > MAX_KEPT_EVENTS)
    gst_event_unref (g_queue_pop_head (&self->kept_events));
}

void
gst_worker_pool_store_kept_events (GstWorkerPool *self)
{
  GstEvent *event;

  for (;;) {
    g_mutex_lock (&self->lock);
    event = g_queue_pop_head (&self->kept_events);
    g_mutex_unlock (&self->lock);
    if (event == NULL)
      return;
    gst_pad_store_sticky_event (self->srcpad, event);
    gst_event_unref (event);
  }
}

static void
forget_kept_events (GstWorkerPool *self)
{
  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->kept_events, (GDestroyNotify) gst_event_unref);
  g_mutex_unlock (&self->lock);
}

void
gst_worker_pool_reset_flow (GstWorkerPool *self, GstFlowReturn srcresult)
{
  g_mutex_lock (&self->lock);
  __atomic_store_n (&self->srcresult, srcresult, __ATOMIC_RELAXED);
  self->generation++;
  if (srcresult == GST_FLOW_OK) {
    self->eos = FALSE;
    self->skipping = FALSE;
    self->n_restarts = 0;
  }
  g_mutex_unlock (&self->lock);
}

static gboolean
gst_worker_pool_sink_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active) {
    gst_segment_init (&self->segment, GST_FORMAT_TIME);
    self->has_delta_units = TRUE;
    gst_worker_pool_reset_flow (self, GST_FLOW_OK);
    return TRUE;
  }
  /* unblock the streaming thread; the core then waits for it */
  gst_worker_pool_reset_flow (self, GST_FLOW_FLUSHING);
  if (self->lane != NULL)
    gst_edge_lane_set_flushing (self->lane, TRUE);
  return TRUE;
}

static gboolean
gst_worker_pool_src_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstWorkerPool *self = GST_WORKER_POOL (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (self->lane == NULL)
    return !active;
  if (active) {
    /* upstream may have sent some after the end of the flow, when only this pad was stopped yet */
    forget_kept_events (self);
    gst_worker_pool_reset_flow (self, GST_FLOW_OK);
    gst_edge_lane_set_suspended (self->lane, FALSE);
    gst_edge_lane_set_flushing (self->lane, FALSE);
    return TRUE;
  }
  /* 1. refuse and drop; 2. the pad is flushing already, so the worker comes back; 3. wait for it */
  gst_worker_pool_reset_flow (self, GST_FLOW_FLUSHING);
  gst_edge_lane_set_flushing (self->lane, TRUE);
  gst_edge_lane_wait_idle (self->lane);
  forget_kept_events (self);
  return TRUE;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

void
gst_worker_pool_init_pad_templates (GstElementClass *element_class)
{
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

void
gst_worker_pool_init_pads (GstWorkerPool *self)
{
  GstElement *element = GST_ELEMENT (self);

  self->srcresult = GST_FLOW_FLUSHING;
  g_queue_init (&self->kept_events);
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
