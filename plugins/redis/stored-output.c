/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lane behind the source pad. Frames come out of the store later than they went in, so the sticky events that
 * were in force when a frame went in travel with it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "stored-output.h"

struct _GstStoredOutput
{
  GstPad *pad;
  GstEdgeLane *lane;
  GPtrArray *sticky;            /* streaming thread: replaced, never changed, once somebody else refers to it */

  gint flow;                    /* atomic: GstFlowReturn */
  guint64 pushed;               /* atomic */
  guint64 not_pushed;           /* atomic: stored, but downstream was too slow or refused */
};

typedef struct
{
  GstMiniObject *object;
  GPtrArray *sticky;            /* nullable */
} Output;

static void
output_free (Output *output)
{
  gst_mini_object_unref (output->object);
  g_clear_pointer (&output->sticky, g_ptr_array_unref);
  g_slice_free (Output, output);
}

static void
count (guint64 *counter)
{
  __atomic_fetch_add (counter, 1, __ATOMIC_RELAXED);
}

static gboolean
has_sticky (GstPad *pad, GstEvent *event)
{
  gboolean same = FALSE;
  GstEvent *known;
  guint i;

  /* of some types, as tags, there are several */
  for (i = 0; !same && (known = gst_pad_get_sticky_event (pad, GST_EVENT_TYPE (event), i)) != NULL; i++) {
    same = known == event;
    gst_event_unref (known);
  }
  return same;
}

static void
push_sticky (GstPad *pad, GPtrArray *sticky)
{
  guint i;

  for (i = 0; i < sticky->len; i++) {
    GstEvent *event = g_ptr_array_index (sticky, i);

    if (!has_sticky (pad, event))
      gst_pad_push_event (pad, gst_event_ref (event));
  }
}

/* On a worker. The pad's stream lock is what deactivating the pad waits for. */
static gboolean
run_output (gpointer data, guint flags, gpointer user_data)
{
  GstStoredOutput *self = user_data;
  Output *output = data;
  GstFlowReturn flow = GST_FLOW_OK;
  gboolean is_event = GST_IS_EVENT (output->object);

  gst_edge_lane_may_be_held (self->lane);
  GST_PAD_STREAM_LOCK (self->pad);
  if (output->sticky != NULL)
    push_sticky (self->pad, output->sticky);
  if (is_event)
    gst_pad_push_event (self->pad, GST_EVENT (gst_mini_object_ref (output->object)));
  else
    flow = gst_pad_push (self->pad, GST_BUFFER (gst_mini_object_ref (output->object)));
  GST_PAD_STREAM_UNLOCK (self->pad);

  output_free (output);
  if (is_event)
    return TRUE;
  __atomic_store_n (&self->flow, flow, __ATOMIC_RELAXED);
  count (flow == GST_FLOW_OK ? &self->pushed : &self->not_pushed);
  return flow == GST_FLOW_OK || flow == GST_FLOW_FLUSHING;
}

static void
drop_output (gpointer data, gint reason, gpointer user_data)
{
  GstStoredOutput *self = user_data;
  Output *output = data;

  if (GST_IS_BUFFER (output->object))
    count (&self->not_pushed);
  output_free (output);
}

GstStoredOutput *
gst_stored_output_new (GstPad *pad, const gchar *pool, const GstEdgeQueueLimits *limits, GError **error)
{
  GstEdgeWorkerPool *workers = gst_edge_worker_pool_get (pool, 0, error);
  GstStoredOutput *self;
  gchar *name;

  if (workers == NULL)
    return NULL;
  self = g_new0 (GstStoredOutput, 1);
  self->pad = gst_object_ref (pad);
  self->sticky = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_event_unref);
  name = gst_object_get_path_string (GST_OBJECT (pad));
  self->lane = gst_edge_lane_new_continuation (workers, name, run_output, drop_output, self);
  gst_edge_lane_set_limits (self->lane, limits);
  gst_edge_worker_pool_unref (workers); /* the lane has its own reference */
  g_free (name);
  return self;
}

void
gst_stored_output_free (GstStoredOutput *self)
{
  gst_edge_lane_free (self->lane);
  g_ptr_array_unref (self->sticky);
  gst_object_unref (self->pad);
  g_free (self);
}

/* What a pad does: of the types of which there may be several, as tags, one of each name. */
static gboolean
takes_place_of (GstEvent *event, GstEvent *old)
{
  const GstStructure *structure = gst_event_get_structure (event);

  if (GST_EVENT_TYPE (old) != GST_EVENT_TYPE (event))
    return FALSE;
  return (GST_EVENT_TYPE (event) & GST_EVENT_TYPE_STICKY_MULTI) == 0 || structure == NULL
      || gst_event_has_name (old, gst_structure_get_name (structure));
}

void
gst_stored_output_add_sticky (GstStoredOutput *self, GstEvent *event)
{
  GPtrArray *next = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_event_unref);
  gboolean replaced = FALSE;
  guint i;

  /* a new stream starts with nothing; otherwise an event takes the place of the one before it: new caps go out before
   * the old segment where neither has */
  for (i = 0; i < self->sticky->len && GST_EVENT_TYPE (event) != GST_EVENT_STREAM_START; i++) {
    GstEvent *old = g_ptr_array_index (self->sticky, i);
    gboolean same = takes_place_of (event, old);

    g_ptr_array_add (next, gst_event_ref (same ? event : old));
    replaced |= same;
  }
  if (!replaced)
    g_ptr_array_add (next, gst_event_ref (event));
  g_ptr_array_unref (self->sticky);
  self->sticky = next;
}

GPtrArray *
gst_stored_output_ref_sticky (GstStoredOutput *self)
{
  return g_ptr_array_ref (self->sticky);
}

void
gst_stored_output_push (GstStoredOutput *self, GstMiniObject *object, GPtrArray *sticky)
{
  Output *output = g_slice_new (Output);
  GstEdgeQueueItem item = {.data = output,.start = GST_CLOCK_TIME_NONE,.end = GST_CLOCK_TIME_NONE,
    .queued_at = g_get_monotonic_time ()
  };

  output->object = object;
  output->sticky = sticky;
  if (GST_IS_BUFFER (object))
    item.bytes = gst_buffer_get_size (GST_BUFFER (object));
  else
    item.flags = GST_EDGE_QUEUE_ITEM_CONTROL;
  gst_edge_lane_submit (self->lane, &item, FALSE);
}

void
gst_stored_output_push_flush (GstStoredOutput *self, GstEvent *event)
{
  gst_pad_push_event (self->pad, gst_event_ref (event));
}

void
gst_stored_output_set_flushing (GstStoredOutput *self, gboolean flushing)
{
  gst_edge_lane_set_flushing (self->lane, flushing);
  if (!flushing)
    __atomic_store_n (&self->flow, GST_FLOW_OK, __ATOMIC_RELAXED);
}

gboolean
gst_stored_output_drain (GstStoredOutput *self, gint64 timeout)
{
  return gst_edge_lane_drain (self->lane, timeout);
}

void
gst_stored_output_set_paused (GstStoredOutput *self, gboolean paused)
{
  gst_edge_lane_set_paused (self->lane, paused);
}

GstFlowReturn
gst_stored_output_get_flow (GstStoredOutput *self)
{
  return __atomic_load_n (&self->flow, __ATOMIC_RELAXED);
}

void
gst_stored_output_end (GstStoredOutput *self)
{
  gst_edge_lane_set_flushing (self->lane, TRUE);
  gst_edge_lane_wait_idle (self->lane);
}

guint64
gst_stored_output_get_not_pushed (GstStoredOutput *self)
{
  return __atomic_load_n (&self->not_pushed, __ATOMIC_RELAXED);
}

void
gst_stored_output_add_stats (GstStoredOutput *self, GstStructure *stats)
{
  GstEdgeQueueLevel level;

  gst_edge_lane_get_level (self->lane, &level);
  gst_structure_set (stats,
      "pushed", G_TYPE_UINT64, __atomic_load_n (&self->pushed, __ATOMIC_RELAXED),
      "not-pushed", G_TYPE_UINT64, gst_stored_output_get_not_pushed (self),
      "waiting-to-be-pushed", G_TYPE_UINT, level.buffers, NULL);
}
