/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * workerpool: properties, states and stats. */

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
 * Waiting for the clock, for the network or in a paused pipeline is fine.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=100 is-live=true ! workerpool ! jpegenc ! fakesink \
 *   videotestsrc num-buffers=100 is-live=true pattern=ball ! workerpool ! jpegenc ! fakesink
 * ]|
 * Two streams, encoded on the workers of the pool `default`.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"
#include "edge-enumtypes.h"

GstDebugCategory *gst_worker_pool_debug;
GstDebugCategory *gst_worker_pool_data_debug;
#define GST_CAT_DEFAULT gst_worker_pool_debug

#define DEFAULT_MAX_BUFFERS 100
#define DEFAULT_LEAKY GST_EDGE_LEAKY_UPSTREAM
#define DEFAULT_DRAIN_TIMEOUT (5 * GST_SECOND)
#define DEFAULT_STATS_INTERVAL (30 * GST_SECOND)
#define MAX_WORKERS 1024

enum
{
  PROP_POOL = 1,
  PROP_MAX_WORKERS,
  PROP_MIN_WORKERS,
  PROP_AUTOSCALE,
  PROP_TARGET_WAIT,
  PROP_MAX_TOTAL_BYTES,
  PROP_MAX_SIZE_BUFFERS,
  PROP_MAX_SIZE_BYTES,
  PROP_MAX_SIZE_TIME,
  PROP_MAX_AGE,
  PROP_LEAKY,
  PROP_DRAIN_TIMEOUT,
  PROP_DRAIN_ON_STOP,
  PROP_STATS_INTERVAL,
  PROP_CURRENT_LEVEL_BUFFERS,
  PROP_CURRENT_LEVEL_BYTES,
  PROP_CURRENT_LEVEL_TIME,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

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

/* ---- properties ---- */

static void
apply_limits (GstWorkerPool *self)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);
  GstEdgeQueueLimits limits;

  if (lane == NULL)
    return;
  g_mutex_lock (&self->lock);
  limits = self->limits;
  g_mutex_unlock (&self->lock);
  gst_edge_lane_set_limits (lane, &limits);
  gst_edge_lane_unref (lane);
}

static void
set_pool_option (GstWorkerPool *self, guint prop_id, const GValue *value)
{
  GstEdgeWorkerPoolOptions *options = &self->pool_options;

  switch (prop_id) {
    case PROP_MAX_WORKERS:
      options->max_workers = g_value_get_uint (value);
      options->fields |= GST_EDGE_WORKER_POOL_MAX_WORKERS;
      /* automatic is what a pool does when nobody asks */
      if (options->max_workers == 0)
        options->fields &= ~(guint) GST_EDGE_WORKER_POOL_MAX_WORKERS;
      break;
    case PROP_MIN_WORKERS:
      options->min_workers = g_value_get_uint (value);
      options->fields |= GST_EDGE_WORKER_POOL_MIN_WORKERS;
      break;
    case PROP_AUTOSCALE:
      options->autoscale = g_value_get_boolean (value);
      options->fields |= GST_EDGE_WORKER_POOL_AUTOSCALE;
      break;
    case PROP_TARGET_WAIT:
      options->target_wait = g_value_get_uint64 (value);
      options->fields |= GST_EDGE_WORKER_POOL_TARGET_WAIT;
      break;
    case PROP_MAX_TOTAL_BYTES:
      options->max_total_bytes = g_value_get_uint64 (value);
      options->fields |= GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES;
      break;
    default:
      g_assert_not_reached ();
  }
}

static void
gst_worker_pool_set_property (GObject *object, guint prop_id,
    const GValue *value, GParamSpec *pspec)
{
  GstWorkerPool *self = GST_WORKER_POOL (object);

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_POOL:
      g_free (self->pool_name);
      self->pool_name = g_value_dup_string (value);
      if (self->pool_name == NULL || self->pool_name[0] == '\0') {
        g_free (self->pool_name);
        self->pool_name = g_strdup (GST_EDGE_WORKER_POOL_DEFAULT);
      }
      break;
    case PROP_MAX_WORKERS:
    case PROP_MIN_WORKERS:
    case PROP_AUTOSCALE:
    case PROP_TARGET_WAIT:
    case PROP_MAX_TOTAL_BYTES:
      set_pool_option (self, prop_id, value);
      break;
    case PROP_MAX_SIZE_BUFFERS:
      self->limits.max_buffers = g_value_get_uint (value);
      break;
    case PROP_MAX_SIZE_BYTES:
      self->limits.max_bytes = g_value_get_uint64 (value);
      break;
    case PROP_MAX_SIZE_TIME:
      self->limits.max_time = g_value_get_uint64 (value);
      break;
    case PROP_MAX_AGE:
      self->limits.max_age =
          (gint64) MIN (GST_TIME_AS_USECONDS (g_value_get_uint64 (value)),
          G_MAXINT64);
      break;
    case PROP_LEAKY:
      self->limits.leaky = g_value_get_enum (value);
      break;
    case PROP_DRAIN_TIMEOUT:
      self->drain_timeout = g_value_get_uint64 (value);
      break;
    case PROP_DRAIN_ON_STOP:
      self->drain_on_stop = g_value_get_boolean (value);
      break;
    case PROP_STATS_INTERVAL:
      self->stats_interval = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);

  if (prop_id == PROP_STATS_INTERVAL)
    gst_worker_pool_start_stats_tick (self);
  else
    apply_limits (self);
}

static void
get_level (GstWorkerPool *self, GstEdgeQueueLevel *level)
{
  GstEdgeLane *lane = gst_worker_pool_ref_lane (self);

  memset (level, 0, sizeof (*level));
  if (lane == NULL)
    return;
  gst_edge_lane_get_level (lane, level);
  gst_edge_lane_unref (lane);
}

/* Properties that are not settings but show what goes on. FALSE: @prop_id is none of them. */
static gboolean
get_reading (GstWorkerPool *self, guint prop_id, GValue *value)
{
  GstEdgeQueueLevel level;

  switch (prop_id) {
    case PROP_CURRENT_LEVEL_BUFFERS:
      get_level (self, &level);
      g_value_set_uint (value, level.buffers);
      return TRUE;
    case PROP_CURRENT_LEVEL_BYTES:
      get_level (self, &level);
      g_value_set_uint64 (value, level.bytes);
      return TRUE;
    case PROP_CURRENT_LEVEL_TIME:
      get_level (self, &level);
      g_value_set_uint64 (value, level.time);
      return TRUE;
    case PROP_STATS:
      g_value_take_boxed (value, gst_worker_pool_get_stats (self));
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_worker_pool_get_property (GObject *object, guint prop_id, GValue *value,
    GParamSpec *pspec)
{
  GstWorkerPool *self = GST_WORKER_POOL (object);

  if (get_reading (self, prop_id, value))
    return;

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_POOL:
      g_value_set_string (value, self->pool_name);
      break;
    case PROP_MAX_WORKERS:
      g_value_set_uint (value, self->pool_options.max_workers);
      break;
    case PROP_MIN_WORKERS:
      g_value_set_uint (value, self->pool_options.min_workers);
      break;
    case PROP_AUTOSCALE:
      g_value_set_boolean (value, self->pool_options.autoscale);
      break;
    case PROP_TARGET_WAIT:
      g_value_set_uint64 (value, self->pool_options.target_wait);
      break;
    case PROP_MAX_TOTAL_BYTES:
      g_value_set_uint64 (value, self->pool_options.max_total_bytes);
      break;
    case PROP_MAX_SIZE_BUFFERS:
      g_value_set_uint (value, self->limits.max_buffers);
      break;
    case PROP_MAX_SIZE_BYTES:
      g_value_set_uint64 (value, self->limits.max_bytes);
      break;
    case PROP_MAX_SIZE_TIME:
      g_value_set_uint64 (value, self->limits.max_time);
      break;
    case PROP_MAX_AGE:
      g_value_set_uint64 (value, (guint64) self->limits.max_age * GST_USECOND);
      break;
    case PROP_LEAKY:
      g_value_set_enum (value, (gint) self->limits.leaky);
      break;
    case PROP_DRAIN_TIMEOUT:
      g_value_set_uint64 (value, self->drain_timeout);
      break;
    case PROP_DRAIN_ON_STOP:
      g_value_set_boolean (value, self->drain_on_stop);
      break;
    case PROP_STATS_INTERVAL:
      g_value_set_uint64 (value, self->stats_interval);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

/* ---- states ---- */

static void
tell_refused_options (GstWorkerPool *self, GstEdgeWorkerPoolFields refused)
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

  GST_WARNING_OBJECT (self, "pool %s is in use with other settings, ignoring: %s",
      self->pool_name, list->str);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("edge-pool-conflict", "pool", G_TYPE_STRING,
              self->pool_name, "ignored", G_TYPE_STRING, list->str, NULL)));
  g_string_free (list, TRUE);
}

static gboolean
start (GstWorkerPool *self)
{
  GstEdgeWorkerPoolFields refused = 0;
  GstEdgeWorkerPool *pool;
  GstEdgeLane *lane;
  GError *error = NULL;

  pool = gst_edge_worker_pool_get_full (self->pool_name, &self->pool_options,
      &refused, &error);
  if (pool == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED,
        ("The threads of worker pool '%s' could not be started. Use a smaller "
            "max-workers, or allow this process more threads.",
            self->pool_name), ("%s", error->message));
    g_error_free (error);
    return FALSE;
  }
  if (refused != 0)
    tell_refused_options (self, refused);

  lane = gst_edge_lane_new (pool, GST_OBJECT_NAME (self), gst_worker_pool_run,
      gst_worker_pool_drop, self);
  gst_edge_lane_set_paused (lane, TRUE);

  g_mutex_lock (&self->lock);
  self->pool = pool;
  self->lane = lane;
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_mutex_unlock (&self->lock);
  apply_limits (self);
  gst_worker_pool_start_stats_tick (self);
  return TRUE;
}

static void
stop (GstWorkerPool *self)
{
  GstStructure *stats = gst_worker_pool_get_stats (self);
  GstEdgeWorkerPool *pool;
  GstEdgeLane *lane;

  gst_worker_pool_stop_stats_tick (self);
  gst_worker_pool_stop_deadline (self);

  g_mutex_lock (&self->lock);
  lane = g_steal_pointer (&self->lane);
  pool = g_steal_pointer (&self->pool);
  if (self->last_stats != NULL)
    gst_structure_free (self->last_stats);
  self->last_stats = stats;
  g_mutex_unlock (&self->lock);

  if (lane != NULL)
    gst_edge_lane_free (lane);
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

static void
set_playing (GstWorkerPool *self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  self->playing = playing;
  g_mutex_unlock (&self->lock);
  gst_edge_lane_set_paused (self->lane, !playing);
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
      set_playing (self, FALSE);
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
      set_playing (self, TRUE);
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

/* ---- object ---- */

static void
gst_worker_pool_finalize (GObject *object)
{
  GstWorkerPool *self = GST_WORKER_POOL (object);

  g_queue_clear_full (&self->flushed_events, (GDestroyNotify) gst_event_unref);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_free (self->pool_name);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_worker_pool_parent_class)->finalize (object);
}

#define SHARED_SETTING " The first element of a pool that sets this decides for all of them"

static void
install_pool_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  properties[PROP_POOL] =
      g_param_spec_string ("pool", "Pool",
      "Name of the pool of workers; all elements of the process with the same "
      "name share it", GST_EDGE_WORKER_POOL_DEFAULT, flags);
  properties[PROP_MAX_WORKERS] =
      g_param_spec_uint ("max-workers", "Max. workers",
      "Number of worker threads of the pool, with autoscale the most of them "
      "(0 = automatic, 2 x CPUs)." SHARED_SETTING, 0, MAX_WORKERS, 0, flags);
  properties[PROP_MIN_WORKERS] =
      g_param_spec_uint ("min-workers", "Min. workers",
      "With autoscale: least number of worker threads of the pool (0 = "
      "automatic, 1)." SHARED_SETTING, 0, MAX_WORKERS, 0, flags);
  properties[PROP_AUTOSCALE] =
      g_param_spec_boolean ("autoscale", "Autoscale",
      "Adapt the number of workers between min-workers and max-workers to what "
      "waits; otherwise it is always max-workers." SHARED_SETTING, FALSE, flags);
  properties[PROP_TARGET_WAIT] =
      g_param_spec_uint64 ("target-wait", "Target wait",
      "With autoscale: add workers while buffers wait longer than this for one "
      "(ns)." SHARED_SETTING, 1, G_MAXINT64,
      GST_EDGE_WORKER_POOL_DEFAULT_TARGET_WAIT, flags);
  properties[PROP_MAX_TOTAL_BYTES] =
      g_param_spec_uint64 ("max-total-bytes", "Max. total bytes",
      "Most bytes queued by all elements of the pool together; the fullest lane "
      "gives way first (bytes, 0 = no limit)." SHARED_SETTING,
      0, G_MAXUINT64, 0, flags);
}

static void
install_lane_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_PLAYING;

  properties[PROP_MAX_SIZE_BUFFERS] =
      g_param_spec_uint ("max-size-buffers", "Max. size (buffers)",
      "Most buffers queued by this element (0 = no limit)", 0, G_MAXUINT,
      DEFAULT_MAX_BUFFERS, flags);
  properties[PROP_MAX_SIZE_BYTES] =
      g_param_spec_uint64 ("max-size-bytes", "Max. size (bytes)",
      "Most bytes queued by this element; a single larger buffer passes through "
      "an empty queue (bytes, 0 = no limit)", 0, G_MAXUINT64, 0, flags);
  properties[PROP_MAX_SIZE_TIME] =
      g_param_spec_uint64 ("max-size-time", "Max. size (ns)",
      "Longest stretch of time queued by this element (ns, 0 = no limit)",
      0, G_MAXUINT64, 0, flags);
  properties[PROP_MAX_AGE] =
      g_param_spec_uint64 ("max-age", "Max. age",
      "Drop buffers that waited longer than this for a worker (ns, 0 = no "
      "limit)", 0, G_MAXINT64, 0, flags);
  properties[PROP_LEAKY] =
      g_param_spec_enum ("leaky", "Leaky",
      "Where a full queue leaks: not at all (upstream waits), upstream (the new "
      "buffer) or downstream (the oldest buffer)",
      GST_TYPE_EDGE_LEAKY, DEFAULT_LEAKY, flags);
}

static void
install_other_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_PLAYING;
  const GParamFlags reading = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_DRAIN_TIMEOUT] =
      g_param_spec_uint64 ("drain-timeout", "Drain timeout",
      "At the end, after EOS or with drain-on-stop, how long queued buffers may "
      "still go out; the rest is cancelled. With leaky=no, EOS waits as long as "
      "they do go out, and gives up this long after the last (ns, 0 = never)",
      0, G_MAXINT64, DEFAULT_DRAIN_TIMEOUT, flags);
  properties[PROP_DRAIN_ON_STOP] =
      g_param_spec_boolean ("drain-on-stop", "Drain on stop",
      "When this element is stopped, first let queued buffers go out, for at "
      "most drain-timeout, instead of dropping them. Of use when what follows "
      "still runs", FALSE, flags);
  properties[PROP_STATS_INTERVAL] =
      g_param_spec_uint64 ("stats-interval", "Stats interval",
      "Time between two element messages with the stats and lines in the log "
      "(ns, 0 = never)", 0, G_MAXINT64, DEFAULT_STATS_INTERVAL, flags);
  properties[PROP_CURRENT_LEVEL_BUFFERS] =
      g_param_spec_uint ("current-level-buffers", "Current level (buffers)",
      "Buffers queued now", 0, G_MAXUINT, 0, reading);
  properties[PROP_CURRENT_LEVEL_BYTES] =
      g_param_spec_uint64 ("current-level-bytes", "Current level (bytes)",
      "Bytes queued now", 0, G_MAXUINT64, 0, reading);
  properties[PROP_CURRENT_LEVEL_TIME] =
      g_param_spec_uint64 ("current-level-time", "Current level (ns)",
      "Stretch of time queued now (ns)", 0, G_MAXUINT64, 0, reading);
  properties[PROP_STATS] =
      g_param_spec_boxed ("stats", "Statistics",
      "Counters of this element in buffers, times in ns, and in the field pool "
      "those of the whole pool", GST_TYPE_STRUCTURE, reading);
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
  install_pool_properties ();
  install_lane_properties ();
  install_other_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);

  element_class->change_state = gst_worker_pool_change_state;
  gst_worker_pool_flow_class_init (element_class);
  gst_element_class_set_static_metadata (element_class,
      "Worker pool", "Generic",
      "Runs what follows on a pool of workers that all such elements share",
      "the gst-edge-video authors");
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_LEAKY, 0);
}

static void
gst_worker_pool_init (GstWorkerPool *self)
{
  g_mutex_init (&self->lock);
  self->pool_name = g_strdup (GST_EDGE_WORKER_POOL_DEFAULT);
  self->pool_options.target_wait = GST_EDGE_WORKER_POOL_DEFAULT_TARGET_WAIT;
  self->limits.max_buffers = DEFAULT_MAX_BUFFERS;
  self->limits.leaky = DEFAULT_LEAKY;
  self->drain_timeout = DEFAULT_DRAIN_TIMEOUT;
  self->stats_interval = DEFAULT_STATS_INTERVAL;
  gst_worker_pool_flow_init (self);
}
