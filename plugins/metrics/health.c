/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Judges a snapshot. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <json-glib/json-glib.h>

#include "health.h"

/* A slow camera is not stale between two frames: its rate is not 0 yet. */
#define OFFLINE_FACTOR 3

const gchar *
gst_edge_health_get_name (GstEdgeHealth health)
{
  static const gchar *names[] = { "active", "inactive", "offline" };

  return names[health];
}

gboolean
gst_edge_health_is_camera (const GstEdgeCameraSnapshot *camera)
{
  return !g_str_equal (camera->id, GST_EDGE_CAMERA_SEVERAL);
}

static GstEdgeHealth
judge_by_age (const GstEdgeCameraSnapshot *camera, gint64 stale_after, gchar **reason)
{
  if (camera->age < 0) {
    *reason = g_strdup ("no frame yet");
    return GST_EDGE_HEALTH_INACTIVE;
  }
  if (camera->age < stale_after || camera->rate > 0)
    return GST_EDGE_HEALTH_ACTIVE;
  *reason = g_strdup_printf ("no frame for %" G_GINT64_FORMAT " s", camera->age / G_TIME_SPAN_SECOND);
  return camera->age < OFFLINE_FACTOR * stale_after ? GST_EDGE_HEALTH_INACTIVE : GST_EDGE_HEALTH_OFFLINE;
}

GstEdgeHealth
gst_edge_health_judge_camera (const GstEdgeCameraSnapshot *camera, gint64 stale_after, gchar **reason)
{
  gchar *by_age = NULL;
  GstEdgeHealth health;

  switch (camera->state) {
    case GST_EDGE_CAMERA_STATE_OFFLINE:
      health = GST_EDGE_HEALTH_OFFLINE;
      break;
    case GST_EDGE_CAMERA_STATE_INACTIVE:
      health = GST_EDGE_HEALTH_INACTIVE;
      break;
    default:
      health = judge_by_age (camera, stale_after, &by_age);
      break;
  }
  if (reason != NULL)
    *reason = by_age != NULL ? g_strdup (by_age)
        : health != GST_EDGE_HEALTH_ACTIVE ? g_strdup (camera->reason) : NULL;
  g_free (by_age);
  return health;
}

void
gst_edge_health_count_cameras (const GstEdgeSnapshot *snapshot, gint64 stale_after,
    guint counts[GST_EDGE_N_HEALTHS])
{
  guint i;

  memset (counts, 0, GST_EDGE_N_HEALTHS * sizeof (*counts));
  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = g_ptr_array_index (snapshot->cameras, i);

    if (gst_edge_health_is_camera (camera))
      counts[gst_edge_health_judge_camera (camera, stale_after, NULL)]++;
  }
}

static void
add_problem (JsonBuilder *builder, const gchar *kind, const gchar *name, const gchar *state,
    const gchar *reason)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, kind);
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, state);
  if (reason != NULL) {
    json_builder_set_member_name (builder, "reason");
    json_builder_add_string_value (builder, reason);
  }
  json_builder_end_object (builder);
}

static gboolean
add_links_that_are_not_ready (JsonBuilder *builder, const GstEdgeSnapshot *snapshot)
{
  gboolean ready = TRUE;
  guint i;

  for (i = 0; i < snapshot->links->len; i++) {
    const GstEdgeLinkSnapshot *link = g_ptr_array_index (snapshot->links, i);

    if (link->state == GST_EDGE_LINK_READY)
      continue;
    ready = FALSE;
    add_problem (builder, "link", link->server, gst_edge_link_state_get_name (link->state), link->trouble);
  }
  return ready;
}

/* All of them: with one active the others are no reason to be not ready. */
static void
add_cameras (JsonBuilder *builder, const GstEdgeSnapshot *snapshot, gint64 stale_after)
{
  guint i;

  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = g_ptr_array_index (snapshot->cameras, i);
    GstEdgeHealth health;
    gchar *reason;

    if (!gst_edge_health_is_camera (camera))
      continue;
    health = gst_edge_health_judge_camera (camera, stale_after, &reason);
    add_problem (builder, "camera", camera->id, gst_edge_health_get_name (health), reason);
    g_free (reason);
  }
  if (snapshot->cameras->len == 0)
    add_problem (builder, "camera", "", "inactive", "there is no camera");
}

gboolean
gst_edge_health_is_ready (const GstEdgeSnapshot *snapshot, gint64 stale_after, gchar **json)
{
  JsonBuilder *builder = json_builder_new ();
  guint counts[GST_EDGE_N_HEALTHS];
  JsonNode *root;
  gboolean ready;

  gst_edge_health_count_cameras (snapshot, stale_after, counts);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "not_ready");
  json_builder_begin_array (builder);
  ready = add_links_that_are_not_ready (builder, snapshot);
  if (counts[GST_EDGE_HEALTH_ACTIVE] == 0) {
    ready = FALSE;
    add_cameras (builder, snapshot, stale_after);
  }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "ready");
  json_builder_add_boolean_value (builder, ready);
  json_builder_set_member_name (builder, "active_cameras");
  json_builder_add_int_value (builder, counts[GST_EDGE_HEALTH_ACTIVE]);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  *json = json_to_string (root, FALSE);
  json_node_unref (root);
  g_object_unref (builder);
  return ready;
}
