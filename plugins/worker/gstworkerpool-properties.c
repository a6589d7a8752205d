/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties of workerpool. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstworkerpool-private.h"
#include "edge-enumtypes.h"

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

void
gst_worker_pool_apply_limits (GstWorkerPool *self)
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

void
gst_worker_pool_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
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
      /* a limit below the resolution is still one */
      self->limits.max_age = (gint64) ((g_value_get_uint64 (value)
              + GST_USECOND - 1) / GST_USECOND);
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
    gst_worker_pool_apply_limits (self);
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

void
gst_worker_pool_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
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

#define SHARED_SETTING " One of the pool: of the elements that set it, the first to start decides, others are told so"

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
      "waits; otherwise it is always max-workers." SHARED_SETTING, FALSE,
      flags);
  properties[PROP_TARGET_WAIT] =
      g_param_spec_uint64 ("target-wait", "Target wait",
      "With autoscale: add workers while buffers wait longer than this for one "
      "(ns)." SHARED_SETTING, 1, G_MAXINT64,
      GST_EDGE_WORKER_POOL_DEFAULT_TARGET_WAIT, flags);
  properties[PROP_MAX_TOTAL_BYTES] =
      g_param_spec_uint64 ("max-total-bytes", "Max. total bytes",
      "Most bytes queued by all elements of the pool together; the fullest lane "
      "gives way first (bytes, 0 = no limit)." SHARED_SETTING, 0, G_MAXUINT64,
      0, flags);
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
      "Counters since the start, in buffers: in = out + errors + dropped + cancelled + queued + running. "
      "dropped: the sum of dropped-new, -old, -gop (up to the next keyframe) and -age; cancelled: refused, flushed, or "
      "given up at the end; wait-p50, wait-p99: for a worker, run-p50, run-p99: of the worker, in ns. "
      "pool: the same of the whole pool", GST_TYPE_STRUCTURE, reading);
}

void
gst_worker_pool_install_properties (GObjectClass *object_class)
{
  install_pool_properties ();
  install_lane_properties ();
  install_other_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_LEAKY, 0);
}

void
gst_worker_pool_init_properties (GstWorkerPool *self)
{
  self->pool_name = g_strdup (GST_EDGE_WORKER_POOL_DEFAULT);
  self->pool_options.target_wait = GST_EDGE_WORKER_POOL_DEFAULT_TARGET_WAIT;
  self->limits.max_buffers = DEFAULT_MAX_BUFFERS;
  self->limits.leaky = DEFAULT_LEAKY;
  self->drain_timeout = DEFAULT_DRAIN_TIMEOUT;
  self->stats_interval = DEFAULT_STATS_INTERVAL;
}
