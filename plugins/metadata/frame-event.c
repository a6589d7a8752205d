/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that announces a frame: the wire contract of events. tests/schema holds its schema. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <json-glib/json-glib.h>

#include "frame-event.h"

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

gchar *
gst_frame_event_to_json (const GstEdgeFrameIdentity *identity, gsize size, gsize *length)
{
  JsonBuilder *builder = json_builder_new_immutable ();
  JsonGenerator *generator = json_generator_new ();
  gchar timestamp[GST_EDGE_RFC3339_SIZE], *text;
  JsonNode *root;

  gst_edge_format_rfc3339 (identity->capture_time, timestamp);
  json_builder_begin_object (builder);
  add_string (builder, "event_type", "frame");
  add_string (builder, "camera_id", identity->camera_id);
  add_string (builder, "timestamp", timestamp);
  if (identity->redis_key != NULL)
    add_string (builder, "redis_key", identity->redis_key);
  add_integer (builder, "width", identity->width);
  add_integer (builder, "height", identity->height);
  add_string (builder, "encoding", identity->encoding != NULL ? identity->encoding : "");
  add_integer (builder, "size_bytes", (gint64) size);
  add_integer (builder, "sequence", identity->sequence);
  add_integer (builder, "timestamp_ns", identity->capture_time);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, length);
  json_node_unref (root);
  g_object_unref (generator);
  g_object_unref (builder);
  return text;
}
