/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What workerpool does at intervals: stats messages, and the deadline for what is queued when EOS comes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"

#include "element/element-error.h"

#define GST_CAT_DEFAULT gst_worker_pool_debug

GstStructure *
gst_worker_pool_get_stats (GstWorkerPool *self)
{
  GstEdgeWorkerPool *pool = NULL;
  GstStructure *stats, *pool_stats;
  GstEdgeLane *lane;

  g_mutex_lock (&self->lock);
  if (self->lane == NULL) {
    stats = self->last_stats != NULL ? gst_structure_copy (self->last_stats)
        : gst_structure_new_empty ("edge-worker-stats");
    g_mutex_unlock (&self->lock);
    return stats;
  }
  lane = gst_edge_lane_ref (self->lane);
  pool = gst_edge_worker_pool_ref (self->pool);
  g_mutex_unlock (&self->lock);

  stats = gst_edge_lane_get_stats (lane, "edge-worker-stats");
  pool_stats = gst_edge_worker_pool_get_stats (pool);
  gst_structure_set (stats, "pool", GST_TYPE_STRUCTURE, pool_stats, NULL);
  gst_structure_free (pool_stats);
  gst_edge_lane_unref (lane);
  gst_edge_worker_pool_unref (pool);
  return stats;
}

static void
post_stats (gpointer data)
{
  GstWorkerPool *self = data;
  GstEdgeWorkerPool *pool = NULL;
  GstClockTime interval;

  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_worker_pool_get_stats (self)));

  g_mutex_lock (&self->lock);
  interval = self->stats_interval;
  if (self->pool != NULL)
    pool = gst_edge_worker_pool_ref (self->pool);
  g_mutex_unlock (&self->lock);
  if (pool == NULL)
    return;
  /* one of all the elements of the pool writes the line */
  gst_edge_worker_pool_log (pool, interval - interval / 10);
  gst_edge_worker_pool_unref (pool);
}

/* Ticks are removed with lock released, as their calls take it. */
static void
replace_tick_unlock (GstWorkerPool *self, GstEdgeTick **place, GstEdgeTick *tick)
{
  GstEdgeTick *before = *place;

  *place = tick;
  g_mutex_unlock (&self->lock);
  if (before != NULL)
    gst_edge_ticker_remove (before);
}

static void
remove_tick (GstWorkerPool *self, GstEdgeTick **place)
{
  g_mutex_lock (&self->lock);
  replace_tick_unlock (self, place, NULL);
}

static GstEdgeTick *
add_tick (GstWorkerPool *self, GstClockTime interval, GstEdgeTickFunc func, GError **error)
{
  return gst_edge_ticker_add ((gint64) MAX (GST_TIME_AS_USECONDS (interval), 1),
      func, self, error);
}

/* Frames go on without what happens at intervals. Takes @error (nullable); no lock may be held. */
static void
warn_of_missing_thread (GstWorkerPool *self, const gchar *property, GError *error)
{
  if (error == NULL)
    return;
  gst_edge_element_warn_of_missing_thread (GST_ELEMENT (self), property, error);
  g_error_free (error);
}

void
gst_worker_pool_start_stats_tick (GstWorkerPool *self)
{
  GstEdgeTick *tick = NULL;
  GError *error = NULL;

  g_mutex_lock (&self->lock);
  if (self->lane != NULL && self->stats_interval > 0)
    tick = add_tick (self, self->stats_interval, post_stats, &error);
  replace_tick_unlock (self, &self->stats_tick, tick);
  warn_of_missing_thread (self, "stats-interval", error);
}

void
gst_worker_pool_stop_stats_tick (GstWorkerPool *self)
{
  remove_tick (self, &self->stats_tick);
}

static guint64
get_n_out (GstEdgeLane *lane)
{
  GstStructure *stats = gst_edge_lane_get_stats (lane, "stats");
  guint64 out = 0, errors = 0;

  gst_structure_get (stats, "out", G_TYPE_UINT64, &out,
      "errors", G_TYPE_UINT64, &errors, NULL);
  gst_structure_free (stats);
  return out + errors;
}

/* Time in PAUSED does not count: nothing can go out there. What must not leak may take its time, as long as it gets
 * anywhere. And when upstream went on, or flushed, it is not the end any more. */
static gboolean
is_too_late (GstWorkerPool *self, GstEdgeLane *lane)
{
  gboolean ending, must_not_leak, moved;
  guint64 n_out = get_n_out (lane);

  g_mutex_lock (&self->lock);
  ending = self->playing && self->eos;
  must_not_leak = self->limits.leaky == GST_EDGE_LEAKY_NO;
  g_mutex_unlock (&self->lock);

  moved = n_out != self->n_before_deadline;
  self->n_before_deadline = n_out;
  return ending && !(must_not_leak && moved);
}

static void
enforce_deadline (gpointer data)
{
  GstWorkerPool *self = data;
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  guint cancelled = 0;

  if (lane == NULL)
    return;
  if (is_too_late (self, lane))
    cancelled = gst_edge_lane_cancel (lane);
  gst_edge_lane_unref (lane);
  if (cancelled > 0)
    GST_ELEMENT_WARNING (self, STREAM, FAILED,
        ("%u buffers did not go out within drain-timeout after the end of the stream and were cancelled. "
            "A larger drain-timeout, or 0, would let them.", cancelled), (NULL));
}

void
gst_worker_pool_start_deadline (GstWorkerPool *self)
{
  GstEdgeTick *tick = NULL;
  GError *error = NULL;

  gst_worker_pool_stop_deadline (self);
  self->n_before_deadline = get_n_out (self->lane);

  g_mutex_lock (&self->lock);
  if (self->drain_timeout > 0)
    tick = add_tick (self, self->drain_timeout, enforce_deadline, &error);
  replace_tick_unlock (self, &self->deadline_tick, tick);
  warn_of_missing_thread (self, "drain-timeout", error);
}

void
gst_worker_pool_stop_deadline (GstWorkerPool *self)
{
  remove_tick (self, &self->deadline_tick);
}
