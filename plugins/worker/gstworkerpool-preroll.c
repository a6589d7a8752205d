/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Workers that a pipeline holds because it is paused or prerolls.
 *
 * A sink that prerolls keeps the worker that brings its first buffer until all sinks of the pipeline have theirs. With
 * more sinks than workers the others would never get it, so the lane's worker is replaced meanwhile (lane.h). It is not
 * only in PAUSED: a live pipeline goes on to PLAYING before its sinks have a buffer, and a flush makes sinks preroll
 * again in PLAYING. But then a first push may as well take long for another reason, and for that no worker must be
 * added: the pipeline itself says whether it still waits for sinks.
 *
 * What follows a lane has prerolled when a push has come back in PLAYING, or when the pipeline waits for nobody. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"

static gboolean
is_prerolling (GstWorkerPool *self)
{
  return __atomic_load_n (&self->prerolling, __ATOMIC_RELAXED);
}

static void
set_prerolling_locked (GstWorkerPool *self, gboolean prerolling)
{
  __atomic_store_n (&self->prerolling, prerolling, __ATOMIC_RELAXED);
  if (self->lane != NULL)
    gst_edge_lane_set_paused (self->lane, prerolling || !self->playing);
}

/* All elements are in the state that somebody wants them to be in. */
static gboolean
has_pipeline_settled (GstWorkerPool *self)
{
  GstObject *top = gst_object_ref (self), *parent;
  gboolean settled;

  while ((parent = gst_object_get_parent (top)) != NULL) {
    gst_object_unref (top);
    top = parent;
  }
  GST_OBJECT_LOCK (top);
  settled = GST_STATE_PENDING (top) == GST_STATE_VOID_PENDING && GST_STATE_RETURN (top) != GST_STATE_CHANGE_ASYNC;
  GST_OBJECT_UNLOCK (top);
  gst_object_unref (top);
  return settled;
}

static void
end_preroll (GstWorkerPool *self)
{
  g_mutex_lock (&self->lock);
  if (self->playing && self->prerolling)
    set_prerolling_locked (self, FALSE);
  g_mutex_unlock (&self->lock);
}

void
gst_worker_pool_begin_preroll (GstWorkerPool *self)
{
  g_mutex_lock (&self->lock);
  set_prerolling_locked (self, TRUE);
  g_mutex_unlock (&self->lock);
}

void
gst_worker_pool_set_playing (GstWorkerPool *self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  self->playing = playing;
  set_prerolling_locked (self, self->prerolling);
  g_mutex_unlock (&self->lock);
}

void
gst_worker_pool_before_push (GstWorkerPool *self)
{
  if (is_prerolling (self) && has_pipeline_settled (self))
    end_preroll (self);
  gst_edge_lane_may_be_held (self->lane);
}

void
gst_worker_pool_after_push (GstWorkerPool *self)
{
  if (is_prerolling (self))
    end_preroll (self);
}
