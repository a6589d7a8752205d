/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The snapshot as JSON. Times are seconds. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <json-glib/json-glib.h>

#include "frame/frame-identity.h"
#include "health.h"
#include "process-stats.h"
#include "stats-json.h"

static void
add_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_int (JsonBuilder *builder, const gchar *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_double (JsonBuilder *builder, const gchar *name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

/* Seconds, or null when there is none. */
static void
add_time (JsonBuilder *builder, const gchar *name, gint64 microseconds)
{
  json_builder_set_member_name (builder, name);
  if (microseconds >= 0)
    json_builder_add_double_value (builder, (gdouble) microseconds / G_USEC_PER_SEC);
  else
    json_builder_add_null_value (builder);
}

static void
add_boolean (JsonBuilder *builder, const gchar *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
begin (JsonBuilder *builder, const gchar *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

static void
add_camera_drops (JsonBuilder *builder, const GstEdgeCameraSnapshot *camera)
{
  GstEdgeStage stage;
  GstEdgeLoss loss;

  begin (builder, "dropped");
  for (stage = 0; stage < GST_EDGE_N_STAGES; stage++) {
    if (camera->stages[stage].in == 0)
      continue;
    begin (builder, gst_edge_stage_get_name (stage));
    for (loss = 0; loss < GST_EDGE_N_LOSSES; loss++) {
      if (gst_edge_stage_has_loss (stage, loss))
        add_int (builder, gst_edge_loss_get_name (loss), camera->stages[stage].lost[loss]);
    }
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
}

/* Another picture has another text: nanoseconds are more than a JavaScript number holds. */
static void
add_picture (JsonBuilder *builder, const GstEdgeCameraSnapshot *camera, gboolean pictures)
{
  gchar *text = NULL;

  if (pictures && camera->picture_time != 0)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, camera->picture_time);
  add_string (builder, "picture", text);
  g_free (text);
}

static void
add_camera (JsonBuilder *builder, const GstEdgeCameraSnapshot *camera, gint64 stale_after, gboolean pictures)
{
  GstEdgeStage stage;
  guint64 dropped = 0, rejected = 0;
  gchar *reason = NULL;
  GstEdgeHealth health = gst_edge_health_judge_camera (camera, stale_after, &reason);

  add_string (builder, "id", camera->id);
  add_string (builder, "state", gst_edge_health_get_name (health));
  add_string (builder, "reason", reason);
  add_double (builder, "fps", camera->rate);
  add_time (builder, "last_frame_age", camera->age);
  add_int (builder, "reconnects", camera->reconnects);
  add_int (builder, "bytes", camera->bytes);
  add_picture (builder, camera, pictures);

  begin (builder, "frames");
  add_int (builder, "in", camera->frames);
  for (stage = GST_EDGE_STAGE_PUBLISHED; stage < GST_EDGE_N_STAGES; stage++) {
    if (camera->stages[stage].in > 0)
      add_int (builder, gst_edge_stage_get_name (stage), camera->stages[stage].out);
  }
  json_builder_end_object (builder);

  begin (builder, "delay");
  for (stage = GST_EDGE_STAGE_PUBLISHED; stage < GST_EDGE_N_STAGES; stage++) {
    if (camera->stages[stage].in > 0)
      add_time (builder, gst_edge_stage_get_name (stage), camera->delay[stage]);
  }
  json_builder_end_object (builder);

  add_camera_drops (builder, camera);
  for (stage = 0; stage < GST_EDGE_N_STAGES; stage++) {
    dropped += gst_edge_stage_counts_get_lost (&camera->stages[stage]);
    rejected += camera->stages[stage].refused + camera->stages[stage].returned;
  }
  add_int (builder, "dropped_total", dropped);
  add_int (builder, "rejected_total", rejected);
  g_free (reason);
}

static gint64
quantile (const GstEdgeHistogram *histogram, gdouble q)
{
  if (gst_edge_histogram_get_count (histogram) == 0)
    return -1;
  return (gint64) (gst_edge_histogram_get_quantile (histogram, q) / GST_USECOND);
}

static void
add_pool (JsonBuilder *builder, const GstEdgePoolSnapshot *pool)
{
  guint64 dropped = 0;
  guint i;

  for (i = 0; i < GST_EDGE_N_DROP_REASONS; i++)
    dropped += pool->stats.dropped[i];
  add_string (builder, "name", pool->name);
  add_int (builder, "workers", pool->workers);
  add_int (builder, "max_workers", pool->max_workers);
  add_int (builder, "busy", pool->busy);
  add_int (builder, "lanes", pool->lanes);
  add_int (builder, "queued", pool->stats.queued);
  add_int (builder, "queued_bytes", pool->stats.bytes);
  add_int (builder, "capacity", pool->stats.unlimited ? 0 : pool->stats.capacity);
  add_int (builder, "in", pool->stats.in);
  add_int (builder, "done", pool->stats.out);
  add_int (builder, "errors", pool->stats.errors);
  add_int (builder, "dropped", dropped);
  add_int (builder, "cancelled", pool->stats.cancelled);
  add_time (builder, "wait_p50", quantile (&pool->stats.wait, 0.5));
  add_time (builder, "wait_p99", quantile (&pool->stats.wait, 0.99));
  add_time (builder, "run_p50", quantile (&pool->stats.run, 0.5));
  add_time (builder, "run_p99", quantile (&pool->stats.run, 0.99));
}

static void
add_link (JsonBuilder *builder, const GstEdgeLinkSnapshot *link)
{
  add_string (builder, "server", link->server);
  add_string (builder, "group", link->group);
  add_string (builder, "state", gst_edge_link_state_get_name (link->state));
  add_string (builder, "reason", link->trouble);
  add_int (builder, "elements", link->sinks);
  add_int (builder, "connects", link->connects);
  add_int (builder, "queued", link->counts.queued);
  add_int (builder, "in_flight", link->counts.in_flight);
  add_int (builder, "in", link->counts.in);
  add_int (builder, "delivered", link->counts.out);
  add_int (builder, "resent", link->counts.resent);
  add_int (builder, "rejected", link->counts.refused + link->counts.returned);
  add_int (builder, "dropped", gst_edge_stage_counts_get_lost (&link->counts));
  add_time (builder, "latency_p50", quantile (&link->latency, 0.5));
  add_time (builder, "latency_p99", quantile (&link->latency, 0.99));
}

static void
add_process (JsonBuilder *builder)
{
  GstEdgeProcessStats stats;

  gst_edge_process_stats_read (&stats);
  begin (builder, "process");
  add_double (builder, "cpu_seconds", stats.cpu_seconds);
  add_int (builder, "resident_bytes", stats.resident_bytes);
  add_int (builder, "threads", stats.threads);
  add_int (builder, "open_fds", stats.open_fds);
  add_double (builder, "uptime", (gdouble) g_get_real_time () / G_USEC_PER_SEC - stats.start_time);
  json_builder_end_object (builder);
}

/* (transfer full) */
static gchar *
finish (JsonBuilder *builder)
{
  JsonNode *root = json_builder_get_root (builder);
  gchar *text = json_to_string (root, FALSE);

  json_node_unref (root);
  g_object_unref (builder);
  return text;
}

gchar *
gst_edge_stats_json_make (const GstEdgeSnapshot *snapshot, gint64 stale_after, gboolean pictures)
{
  JsonBuilder *builder = json_builder_new ();
  guint i;

  json_builder_begin_object (builder);
  add_string (builder, "version", VERSION);
  add_double (builder, "time", (gdouble) g_get_real_time () / G_USEC_PER_SEC);
  add_boolean (builder, "pictures", pictures);
  add_process (builder);

  json_builder_set_member_name (builder, "cameras");
  json_builder_begin_array (builder);
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = g_ptr_array_index (snapshot->cameras, i);

    if (!gst_edge_health_is_camera (camera))
      continue;
    json_builder_begin_object (builder);
    add_camera (builder, camera, stale_after, pictures);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "pools");
  json_builder_begin_array (builder);
  for (i = 0; i < snapshot->pools->len; i++) {
    json_builder_begin_object (builder);
    add_pool (builder, g_ptr_array_index (snapshot->pools, i));
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "links");
  json_builder_begin_array (builder);
  for (i = 0; i < snapshot->links->len; i++) {
    json_builder_begin_object (builder);
    add_link (builder, g_ptr_array_index (snapshot->links, i));
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return finish (builder);
}

static JsonBuilder *
begin_line (const gchar *event)
{
  JsonBuilder *builder = json_builder_new ();
  gchar time[GST_EDGE_RFC3339_SIZE];

  gst_edge_format_rfc3339 (g_get_real_time () * 1000, time);
  json_builder_begin_object (builder);
  add_string (builder, "time", time);
  add_string (builder, "level", "INFO");
  add_string (builder, "event", event);
  return builder;
}

gchar *
gst_edge_stats_json_make_camera_line (const GstEdgeCameraSnapshot *camera, gint64 stale_after)
{
  JsonBuilder *builder = begin_line ("camera");

  add_camera (builder, camera, stale_after, FALSE);
  json_builder_end_object (builder);
  return finish (builder);
}

gchar *
gst_edge_stats_json_make_pool_line (const GstEdgePoolSnapshot *pool)
{
  JsonBuilder *builder = begin_line ("pool");

  add_pool (builder, pool);
  json_builder_end_object (builder);
  return finish (builder);
}

gchar *
gst_edge_stats_json_make_link_line (const GstEdgeLinkSnapshot *link)
{
  JsonBuilder *builder = begin_line ("link");

  add_link (builder, link);
  json_builder_end_object (builder);
  return finish (builder);
}
