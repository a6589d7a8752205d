/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes a snapshot as metrics: one function per family or few families. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "exposition.h"
#include "process-stats.h"

#define STAGE_IN "in"

#define CAMERA(snapshot, i) ((const GstEdgeCameraSnapshot *) g_ptr_array_index ((snapshot)->cameras, (i)))
#define POOL(snapshot, i) ((const GstEdgePoolSnapshot *) g_ptr_array_index ((snapshot)->pools, (i)))
#define LINK(snapshot, i) ((const GstEdgeLinkSnapshot *) g_ptr_array_index ((snapshot)->links, (i)))

/* Ways out start behind the pool. */
#define FIRST_WAY_OUT GST_EDGE_STAGE_PUBLISHED

/* A stage that a camera does not have is not there. */
static gboolean
has_stage (const GstEdgeCameraSnapshot *camera, GstEdgeStage stage)
{
  return camera->stages[stage].in > 0;
}

static void
write_frames (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot, gboolean bytes)
{
  GstEdgeStage stage;
  guint i;

  gst_edge_metrics_begin (writer, bytes ? GST_EDGE_METRIC_FRAME_BYTES : GST_EDGE_METRIC_FRAMES);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = CAMERA (snapshot, i);

    if (gst_edge_health_is_camera (camera))
      gst_edge_metrics_uint (writer, bytes ? camera->bytes : camera->frames, GST_EDGE_LABELS (camera->id, STAGE_IN));
    for (stage = FIRST_WAY_OUT; stage < GST_EDGE_N_STAGES; stage++) {
      if (has_stage (camera, stage))
        gst_edge_metrics_uint (writer, bytes ? camera->stages[stage].bytes : camera->stages[stage].out,
            GST_EDGE_LABELS (camera->id, gst_edge_stage_get_name (stage)));
    }
  }
}

static void
write_dropped (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  GstEdgeStage stage;
  GstEdgeLoss loss;
  guint i;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_FRAMES_DROPPED);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = CAMERA (snapshot, i);

    for (stage = 0; stage < GST_EDGE_N_STAGES; stage++) {
      for (loss = 0; has_stage (camera, stage) && loss < GST_EDGE_N_LOSSES; loss++) {
        if (gst_edge_stage_has_loss (stage, loss))
          gst_edge_metrics_uint (writer, camera->stages[stage].lost[loss], GST_EDGE_LABELS (camera->id,
                  gst_edge_stage_get_name (stage), gst_edge_loss_get_name (loss)));
      }
    }
  }
}

static void
write_rejected (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  GstEdgeStage stage;
  guint i;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_FRAMES_REJECTED);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = CAMERA (snapshot, i);

    for (stage = FIRST_WAY_OUT; stage < GST_EDGE_N_STAGES; stage++) {
      const GstEdgeStageCounts *counts = &camera->stages[stage];
      const gchar *name = gst_edge_stage_get_name (stage);

      if (!has_stage (camera, stage))
        continue;
      gst_edge_metrics_uint (writer, counts->refused, GST_EDGE_LABELS (camera->id, name, "refused"));
      gst_edge_metrics_uint (writer, counts->returned, GST_EDGE_LABELS (camera->id, name, "returned"));
    }
  }
}

static void
write_not_passed_on (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  guint i;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_FRAMES_NOT_PASSED_ON);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = CAMERA (snapshot, i);

    if (has_stage (camera, GST_EDGE_STAGE_STORED))
      gst_edge_metrics_uint (writer, camera->stages[GST_EDGE_STAGE_STORED].not_passed_on, GST_EDGE_LABELS (camera->id));
  }
}

static void
write_pending (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  GstEdgeStage stage;
  guint i;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_FRAMES_PENDING);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = CAMERA (snapshot, i);

    for (stage = 0; stage < GST_EDGE_N_STAGES; stage++) {
      if (has_stage (camera, stage))
        gst_edge_metrics_uint (writer, camera->stages[stage].queued + camera->stages[stage].in_flight,
            GST_EDGE_LABELS (camera->id, gst_edge_stage_get_name (stage)));
    }
  }
}

static void
write_camera_readings (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  GstEdgeStage stage;
  guint i;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_CAMERA_RATE);
  for (i = 0; i < snapshot->cameras->len; i++) {
    if (gst_edge_health_is_camera (CAMERA (snapshot, i)))
      gst_edge_metrics_double (writer, CAMERA (snapshot, i)->rate, GST_EDGE_LABELS (CAMERA (snapshot, i)->id));
  }
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_CAMERA_AGE);
  for (i = 0; i < snapshot->cameras->len; i++) {
    if (CAMERA (snapshot, i)->age >= 0)
      gst_edge_metrics_double (writer, (gdouble) CAMERA (snapshot, i)->age / G_USEC_PER_SEC,
          GST_EDGE_LABELS (CAMERA (snapshot, i)->id));
  }
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_CAMERA_DELAY);
  for (i = 0; i < snapshot->cameras->len; i++) {
    for (stage = FIRST_WAY_OUT; stage < GST_EDGE_N_STAGES; stage++) {
      if (CAMERA (snapshot, i)->delay[stage] >= 0)
        gst_edge_metrics_double (writer, (gdouble) CAMERA (snapshot, i)->delay[stage] / G_USEC_PER_SEC,
            GST_EDGE_LABELS (CAMERA (snapshot, i)->id, gst_edge_stage_get_name (stage)));
    }
  }
}

static void
write_camera_states (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot, gint64 stale_after)
{
  guint counts[GST_EDGE_N_HEALTHS];
  GstEdgeHealth state;
  guint i;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_CAMERA_STATE);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = CAMERA (snapshot, i);
    GstEdgeHealth health = gst_edge_health_judge_camera (camera, stale_after, NULL);

    for (state = 0; gst_edge_health_is_camera (camera) && state < GST_EDGE_N_HEALTHS; state++)
      gst_edge_metrics_uint (writer, state == health, GST_EDGE_LABELS (camera->id, gst_edge_health_get_name (state)));
  }
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_CAMERA_RECONNECTS);
  for (i = 0; i < snapshot->cameras->len; i++) {
    if (gst_edge_health_is_camera (CAMERA (snapshot, i)))
      gst_edge_metrics_uint (writer, CAMERA (snapshot, i)->reconnects, GST_EDGE_LABELS (CAMERA (snapshot, i)->id));
  }
  gst_edge_health_count_cameras (snapshot, stale_after, counts);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_CAMERAS);
  for (state = 0; state < GST_EDGE_N_HEALTHS; state++)
    gst_edge_metrics_uint (writer, counts[state], GST_EDGE_LABELS (gst_edge_health_get_name (state)));
}

static guint64
pool_reading (const GstEdgePoolSnapshot *pool, GstEdgeMetricId id)
{
  switch (id) {
    case GST_EDGE_METRIC_POOL_WORKERS:
      return pool->workers;
    case GST_EDGE_METRIC_POOL_WORKERS_MAX:
      return pool->max_workers;
    case GST_EDGE_METRIC_POOL_WORKERS_BUSY:
      return pool->busy;
    case GST_EDGE_METRIC_POOL_LANES:
      return pool->lanes;
    case GST_EDGE_METRIC_POOL_QUEUED_FRAMES:
      return pool->stats.queued;
    case GST_EDGE_METRIC_POOL_QUEUED_BYTES:
      return pool->stats.bytes;
    default:
      return pool->stats.capacity;
  }
}

static void
write_pool_readings (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  GstEdgeMetricId id;
  guint i;

  for (id = GST_EDGE_METRIC_POOL_WORKERS; id <= GST_EDGE_METRIC_POOL_CAPACITY; id++) {
    gst_edge_metrics_begin (writer, id);
    for (i = 0; i < snapshot->pools->len; i++) {
      if (id != GST_EDGE_METRIC_POOL_CAPACITY || !POOL (snapshot, i)->stats.unlimited)
        gst_edge_metrics_uint (writer, pool_reading (POOL (snapshot, i), id),
            GST_EDGE_LABELS (POOL (snapshot, i)->name));
    }
  }
}

static void
write_pool_counters (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  static const struct
  {
    GstEdgeDropReason reason;
    GstEdgeLoss loss;
  } drops[] = {
    {GST_EDGE_DROP_NEW, GST_EDGE_LOSS_FULL},
    {GST_EDGE_DROP_OLD, GST_EDGE_LOSS_OLDEST},
    {GST_EDGE_DROP_GOP, GST_EDGE_LOSS_KEYFRAME},
    {GST_EDGE_DROP_AGE, GST_EDGE_LOSS_AGE},
  };
  guint i, j;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_POOL_FRAMES);
  for (i = 0; i < snapshot->pools->len; i++) {
    const GstEdgePoolSnapshot *pool = POOL (snapshot, i);

    gst_edge_metrics_uint (writer, pool->stats.in, GST_EDGE_LABELS (pool->name, STAGE_IN));
    gst_edge_metrics_uint (writer, pool->stats.out, GST_EDGE_LABELS (pool->name, "done"));
    gst_edge_metrics_uint (writer, pool->stats.errors, GST_EDGE_LABELS (pool->name, "error"));
  }
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_POOL_FRAMES_DROPPED);
  for (i = 0; i < snapshot->pools->len; i++) {
    const GstEdgePoolSnapshot *pool = POOL (snapshot, i);

    for (j = 0; j < G_N_ELEMENTS (drops); j++)
      gst_edge_metrics_uint (writer, pool->stats.dropped[drops[j].reason],
          GST_EDGE_LABELS (pool->name, gst_edge_loss_get_name (drops[j].loss)));
    gst_edge_metrics_uint (writer, pool->stats.cancelled,
        GST_EDGE_LABELS (pool->name, gst_edge_loss_get_name (GST_EDGE_LOSS_CANCELLED)));
  }
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_POOL_WAIT);
  for (i = 0; i < snapshot->pools->len; i++)
    gst_edge_metrics_histogram (writer, &POOL (snapshot, i)->stats.wait, GST_EDGE_LABELS (POOL (snapshot, i)->name));
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_POOL_RUN);
  for (i = 0; i < snapshot->pools->len; i++)
    gst_edge_metrics_histogram (writer, &POOL (snapshot, i)->stats.run, GST_EDGE_LABELS (POOL (snapshot, i)->name));
}

static void
write_link_states (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  guint i, state;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_LINK_STATE);
  for (i = 0; i < snapshot->links->len; i++) {
    const GstEdgeLinkSnapshot *link = LINK (snapshot, i);

    for (state = 0; state <= GST_EDGE_LINK_FAILED; state++)
      gst_edge_metrics_uint (writer, link->state == state, GST_EDGE_LABELS (link->server, link->group,
              gst_edge_link_state_get_name (state)));
  }
}

static guint64
link_reading (const GstEdgeLinkSnapshot *link, GstEdgeMetricId id)
{
  switch (id) {
    case GST_EDGE_METRIC_LINK_ELEMENTS:
      return link->sinks;
    case GST_EDGE_METRIC_LINK_CONNECTS:
      return link->connects;
    case GST_EDGE_METRIC_LINK_QUEUED:
      return link->counts.queued;
    case GST_EDGE_METRIC_LINK_IN_FLIGHT:
      return link->counts.in_flight;
    default:
      return link->counts.resent;
  }
}

static void
write_link_messages (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  guint i, j;

  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_LINK_MESSAGES);
  for (i = 0; i < snapshot->links->len; i++) {
    const GstEdgeLinkSnapshot *link = LINK (snapshot, i);
    const GstEdgeStageCounts *counts = &link->counts;
    const struct
    {
      const gchar *result;
      guint64 count;
    } results[] = {
      {STAGE_IN, counts->in},
      {"delivered", counts->out},
      {"unconfirmed", counts->unconfirmed},
      {"refused", counts->refused},
      {"returned", counts->returned},
      {"dropped", gst_edge_stage_counts_get_lost (counts)},
    };

    for (j = 0; j < G_N_ELEMENTS (results); j++)
      gst_edge_metrics_uint (writer, results[j].count, GST_EDGE_LABELS (link->server, link->group,
              results[j].result));
  }
}

static void
write_links (GstEdgeMetricsWriter *writer, const GstEdgeSnapshot *snapshot)
{
  static const GstEdgeMetricId readings[] = {
    GST_EDGE_METRIC_LINK_ELEMENTS, GST_EDGE_METRIC_LINK_CONNECTS, GST_EDGE_METRIC_LINK_QUEUED,
    GST_EDGE_METRIC_LINK_IN_FLIGHT, GST_EDGE_METRIC_LINK_RESENT
  };
  guint i, j;

  write_link_states (writer, snapshot);
  for (j = 0; j < G_N_ELEMENTS (readings); j++) {
    gst_edge_metrics_begin (writer, readings[j]);
    for (i = 0; i < snapshot->links->len; i++)
      gst_edge_metrics_uint (writer, link_reading (LINK (snapshot, i), readings[j]),
          GST_EDGE_LABELS (LINK (snapshot, i)->server, LINK (snapshot, i)->group));
  }
  write_link_messages (writer, snapshot);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_LINK_LATENCY);
  for (i = 0; i < snapshot->links->len; i++)
    gst_edge_metrics_histogram (writer, &LINK (snapshot, i)->latency,
        GST_EDGE_LABELS (LINK (snapshot, i)->server, LINK (snapshot, i)->group));
}

static void
write_process (GstEdgeMetricsWriter *writer)
{
  GstEdgeProcessStats stats;
  gchar *gstreamer = gst_version_string ();

  gst_edge_process_stats_read (&stats);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_CPU);
  gst_edge_metrics_double (writer, stats.cpu_seconds, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_RESIDENT);
  gst_edge_metrics_uint (writer, stats.resident_bytes, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_VIRTUAL);
  gst_edge_metrics_uint (writer, stats.virtual_bytes, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_THREADS);
  gst_edge_metrics_uint (writer, stats.threads, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_OPEN_FDS);
  gst_edge_metrics_uint (writer, stats.open_fds, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_MAX_FDS);
  gst_edge_metrics_uint (writer, stats.max_fds, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_PROCESS_START);
  gst_edge_metrics_double (writer, stats.start_time, NULL);
  gst_edge_metrics_begin (writer, GST_EDGE_METRIC_BUILD);
  gst_edge_metrics_uint (writer, 1, GST_EDGE_LABELS (VERSION, gstreamer));
  g_free (gstreamer);
}

GString *
gst_edge_exposition_write (const GstEdgeSnapshot *snapshot, GstEdgeMetricsFormat format, gint64 stale_after,
    gint64 started)
{
  GstEdgeMetricsWriter writer;

  gst_edge_metrics_writer_init (&writer, format);
  write_frames (&writer, snapshot, FALSE);
  write_frames (&writer, snapshot, TRUE);
  write_dropped (&writer, snapshot);
  write_rejected (&writer, snapshot);
  write_not_passed_on (&writer, snapshot);
  write_pending (&writer, snapshot);
  write_camera_readings (&writer, snapshot);
  write_camera_states (&writer, snapshot, stale_after);
  write_pool_readings (&writer, snapshot);
  write_pool_counters (&writer, snapshot);
  write_links (&writer, snapshot);
  write_process (&writer);
  gst_edge_metrics_begin (&writer, GST_EDGE_METRIC_COLLECTION);
  gst_edge_metrics_double (&writer, (gdouble) (g_get_monotonic_time () - started) / G_USEC_PER_SEC, NULL);
  return gst_edge_metrics_writer_finish (&writer);
}

GString *
gst_edge_exposition_make (GstEdgeMetricsFormat format, gint64 stale_after)
{
  gint64 started = g_get_monotonic_time ();
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();
  GString *text = gst_edge_exposition_write (snapshot, format, stale_after, started);

  gst_edge_snapshot_free (snapshot);
  return text;
}
