/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Made with json-glib, never with printf. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <json-glib/json-glib.h>

#include "frame/frame-identity.h"
#include "status-json.h"

static void
add_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_integer (JsonBuilder *builder, const gchar *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_time (JsonBuilder *builder, gint64 time)
{
  gchar timestamp[GST_EDGE_RFC3339_SIZE];

  gst_edge_format_rfc3339 (time, timestamp);
  add_string (builder, "timestamp", timestamp);
}

/* Takes the builder. */
static gchar *
finish (JsonBuilder *builder, gboolean pretty, gsize *length)
{
  JsonGenerator *generator = json_generator_new ();
  JsonNode *root = json_builder_get_root (builder);
  gchar *text;

  json_generator_set_pretty (generator, pretty);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, length);
  json_node_unref (root);
  g_object_unref (generator);
  g_object_unref (builder);
  return text;
}

gchar *
gst_edge_camera_status_to_json (const GstEdgeCameraStatus *status, gint64 time, gsize *length)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  add_string (builder, "event_type", "camera_status");
  add_string (builder, "camera_id", status->id);
  add_time (builder, time);
  add_string (builder, "state", status->state);
  add_integer (builder, "consecutive_failures", status->consecutive_failures);
  add_string (builder, "last_error", status->last_error != NULL ? status->last_error : "");
  add_string (builder, "message", status->message);
  json_builder_end_object (builder);
  return finish (builder, FALSE, length);
}

gchar *
gst_edge_system_status_to_json (guint total, guint active, const gchar *message, gint64 time,
    gsize *length)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  add_string (builder, "event_type", "system_status");
  add_time (builder, time);
  add_integer (builder, "total_cameras", total);
  add_integer (builder, "active_cameras", active);
  add_integer (builder, "inactive_cameras", total - active);
  add_string (builder, "message", message);
  json_builder_end_object (builder);
  return finish (builder, FALSE, length);
}

/* ---- any structure ---- */

static void add_structure (JsonBuilder *builder, const GstStructure *structure);

static void
add_value (JsonBuilder *builder, const GValue *value)
{
  GValue number = G_VALUE_INIT;
  guint i;

  if (G_VALUE_HOLDS_STRING (value)) {
    json_builder_add_string_value (builder, g_value_get_string (value));
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    json_builder_add_boolean_value (builder, g_value_get_boolean (value));
  } else if (G_VALUE_HOLDS_DOUBLE (value)) {
    json_builder_add_double_value (builder, g_value_get_double (value));
  } else if (GST_VALUE_HOLDS_STRUCTURE (value)) {
    add_structure (builder, gst_value_get_structure (value));
  } else if (GST_VALUE_HOLDS_ARRAY (value)) {
    json_builder_begin_array (builder);
    for (i = 0; i < gst_value_array_get_size (value); i++)
      add_value (builder, gst_value_array_get_value (value, i));
    json_builder_end_array (builder);
  } else {
    g_value_init (&number, G_TYPE_INT64);
    if (g_value_transform (value, &number))
      json_builder_add_int_value (builder, g_value_get_int64 (&number));
    else
      json_builder_add_null_value (builder);
    g_value_unset (&number);
  }
}

static gboolean
add_field (GQuark id, const GValue *value, gpointer user_data)
{
  gchar *name = g_strdelimit (g_strdup (g_quark_to_string (id)), "-", '_');

  json_builder_set_member_name (user_data, name);
  add_value (user_data, value);
  g_free (name);
  return TRUE;
}

static void
add_structure (JsonBuilder *builder, const GstStructure *structure)
{
  json_builder_begin_object (builder);
  gst_structure_foreach (structure, add_field, builder);
  json_builder_end_object (builder);
}

gchar *
gst_edge_structure_to_json (const GstStructure *structure)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  add_structure (builder, structure);
  return finish (builder, TRUE, NULL);
}
