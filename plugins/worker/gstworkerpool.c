/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * workerpool: its states, and its place in a pool. */

/**
 * SECTION:element-workerpool
 * @title: workerpool
 *
 * A `queue` without a thread of its own: upstream's thread ends here, and what follows runs on a pool of workers that
 * all workerpool elements of the process with the same #GstWorkerPool:pool share, in whatever pipeline they are. The
 * number of threads stays the same, however many cameras there are.
 *
 * Each element is a lane: its buffers, serialized events and queries keep their order and run on one worker at a time;
 * lanes run in parallel and take turns. A lane that floods or whose downstream blocks takes one worker, not the pool.
 *
 * By default a full lane drops the new buffer, so upstream never waits. What was dropped is counted
 * (#GstWorkerPool:stats), the next buffer is marked as discontinuous, and in a stream with delta units (H.264)
 * everything up to the next keyframe is dropped too, so that what comes out decodes.
 *
 * The elements behind two lanes of one pool must not wait for each other (a muxer that waits for data on all of its
 * pads): with all workers waiting there, none is left to bring what they wait for. Use `queue` in front of those.
 * Waiting for the clock, for the network or in a paused pipeline is fine; a worker that a paused or prerolling pipeline
 * holds is replaced meanwhile.
 *
 * EOS goes out after everything that was queued before it, unless that takes longer than #GstWorkerPool:drain-timeout:
 * then what is left is cancelled, counted, and told in a warning. A flush drops what is queued at once.
 *
 * With more than about a thousand buffers per second in all, workers look after several lanes each time they wake up. A
 * buffer then waits up to 0.9 ms for an idle worker, and costs less CPU time than a thread that is woken for it.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=100 is-live=true ! workerpool ! edgejpegenc ! fakesink \
 *   videotestsrc num-buffers=100 is-live=true pattern=ball ! workerpool ! edgejpegenc ! fakesink
 * ]|
 * Two streams, encoded on the workers of the pool `default`.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"

GstDebugCategory *gst_worker_pool_debug;
GstDebugCategory *gst_worker_pool_data_debug;
#define GST_CAT_DEFAULT gst_worker_pool_debug

G_DEFINE_TYPE (GstWorkerPool, gst_worker_pool, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (workerpool, "workerpool", GST_RANK_NONE,
    GST_TYPE_WORKER_POOL);

GstEdgeLane *
gst_worker_pool_ref_lane (GstWorkerPool *self)
{
  GstEdgeLane *lane;

  g_mutex_lock (&self->lock);
  lane = self->lane != NULL ? gst_edge_lane_ref (self->lane) : NULL;
  g_mutex_unlock (&self->lock);
  return lane;
}

static void
tell_refused_options (GstWorkerPool *self, const gchar *pool_name, GstEdgeWorkerPoolFields refused)
{
  static const struct
  {
    GstEdgeWorkerPoolFields field;
    const gchar *property;
  } names[] = {
    {GST_EDGE_WORKER_POOL_MAX_WORKERS, "max-workers"},
    {GST_EDGE_WORKER_POOL_MIN_WORKERS, "min-workers"},
    {GST_EDGE_WORKER_POOL_AUTOSCALE, "autoscale"},
    {GST_EDGE_WORKER_POOL_TARGET_WAIT, "target-wait"},
    {GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES, "max-total-bytes"},
  };
  GString *list = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if (refused & names[i].field)
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "",
          names[i].property);

  GST_WARNING_OBJECT (self,
      "pool %s is in use with other settings, ignoring: %s", pool_name, list->str);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("edge-pool-conflict", "pool", G_TYPE_STRING,
              pool_name, "ignored", G_TYPE_STRING, list->str, NULL)));
  g_string_free (list, TRUE);
}

/* (transfer full) (nullable): the pool that the properties name; NULL: there is an error on the bus. */
static GstEdgeWorkerPool *
get_pool (GstWorkerPool *self)
{
  GstEdgeWorkerPoolFields refused = 0;
  GstEdgeWorkerPoolOptions options;
  GstEdgeWorkerPool *pool;
  GError *error = NULL;
  gchar *name;

  g_mutex_lock (&self->lock);
  name = g_strdup (self->pool_name);
  options = self->pool_options;
  g_mutex_unlock (&self->lock);

  pool = gst_edge_worker_pool_get_full (name, &options, &refused, &error);
  if (pool == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED,
        ("The threads of worker pool '%s' could not be started. Use a smaller "
            "max-workers, or allow this process more threads.", name), ("%s", error->message));
    g_error_free (error);
  } else if (refused != 0) {
    tell_refused_options (self, name, refused);
  }
  g_free (name);
  return pool;
}

static gboolean
start (GstWorkerPool *self)
{
  GstEdgeWorkerPool *pool = get_pool (self);
  GstEdgeLane *lane;

  if (pool == NULL)
    return FALSE;
  lane = gst_edge_lane_new (pool, GST_OBJECT_NAME (self), gst_worker_pool_run,
      gst_worker_pool_drop, self);

  g_mutex_lock (&self->lock);
  self->pool = pool;
  self->lane = lane;
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_mutex_unlock (&self->lock);
  gst_worker_pool_begin_preroll (self);
  gst_worker_pool_apply_limits (self);
  gst_worker_pool_start_stats_tick (self);
  return TRUE;
}

static void
stop (GstWorkerPool *self)
{
  GstStructure *stats = gst_worker_pool_get_stats (self);
  GstEdgeWorkerPool *pool;
  GstEdgeLane *lane;

  g_mutex_lock (&self->lock);
  lane = g_steal_pointer (&self->lane);
  pool = g_steal_pointer (&self->pool);
  if (self->last_stats != NULL)
    gst_structure_free (self->last_stats);
  self->last_stats = stats;
  g_mutex_unlock (&self->lock);

  gst_worker_pool_stop_stats_tick (self);
  gst_worker_pool_stop_deadline (self);
  if (lane != NULL)
    gst_edge_lane_free (lane);
  if (self->camera != NULL)
    gst_edge_camera_record_unuse (g_steal_pointer (&self->camera));
  if (pool != NULL)
    gst_edge_worker_pool_unref (pool);
}

static void
drain (GstWorkerPool *self)
{
  guint cancelled;
  GstClockTime timeout;
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->drain_on_stop;
  timeout = self->drain_timeout;
  g_mutex_unlock (&self->lock);
  if (!wanted || self->lane == NULL)
    return;

  gst_edge_lane_set_closed (self->lane, TRUE);
  if (gst_edge_lane_drain (self->lane,
          timeout > 0 ? (gint64) GST_TIME_AS_USECONDS (timeout) : -1))
    return;
  cancelled = gst_edge_lane_cancel (self->lane);
  if (cancelled > 0)
    GST_WARNING_OBJECT (self, "cancelled %u buffers that did not go out within "
        "drain-timeout", cancelled);
}

static GstStateChangeReturn
gst_worker_pool_change_state (GstElement *element, GstStateChange transition)
{
  GstWorkerPool *self = GST_WORKER_POOL (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!start (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      gst_worker_pool_set_playing (self, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      drain (self);
      break;
    default:
      break;
  }

  ret = GST_ELEMENT_CLASS (gst_worker_pool_parent_class)->change_state
      (element, transition);

  switch (transition) {
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      gst_worker_pool_set_playing (self, TRUE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      stop (self);
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret == GST_STATE_CHANGE_FAILURE)
        stop (self);
      break;
    default:
      break;
  }
  return ret;
}

static void
gst_worker_pool_finalize (GObject *object)
{
  GstWorkerPool *self = GST_WORKER_POOL (object);

  g_queue_clear_full (&self->kept_events, (GDestroyNotify) gst_event_unref);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_free (self->pool_name);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_worker_pool_parent_class)->finalize (object);
}

static void
gst_worker_pool_class_init (GstWorkerPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_worker_pool_debug, "workerpool", 0,
      "Shared pool of workers");
  GST_DEBUG_CATEGORY_INIT (gst_worker_pool_data_debug, "workerpool-data", 0,
      "Shared pool of workers, every buffer");

  object_class->set_property = gst_worker_pool_set_property;
  object_class->get_property = gst_worker_pool_get_property;
  object_class->finalize = gst_worker_pool_finalize;
  gst_worker_pool_install_properties (object_class);

  element_class->change_state = gst_worker_pool_change_state;
  gst_worker_pool_init_pad_templates (element_class);
  gst_element_class_set_static_metadata (element_class,
      "Worker pool", "Generic",
      "Runs what follows on a pool of workers that all such elements share",
      "the gst-edge-video authors");
}

static void
gst_worker_pool_init (GstWorkerPool *self)
{
  g_mutex_init (&self->lock);
  gst_worker_pool_init_properties (self);
  gst_worker_pool_init_pads (self);
}
