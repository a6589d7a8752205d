/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the messages of one element have in common, with the user's own headers ready for the wire. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "amqp/amqp-private.h"

#define MAX_HEADER_NAME 128

/* They go into one frame, together with the properties and headers of every message. */
#define MAX_HEADERS_SIZE (GST_EDGE_AMQP_FRAME_MAX - 4096)

static void
headers_free (GstEdgeAmqpHeaders *headers)
{
  g_free (headers->entries);
  gst_structure_free (headers->structure);
  g_free (headers);
}

static void
target_free (gpointer data)
{
  GstEdgeAmqpTarget *target = data;

  g_clear_pointer (&target->headers, headers_free);
  g_free (target->exchange);
  g_free (target->exchange_type);
  g_free (target->expiration);
  g_free (target->app_id);
  g_free (target);
}

GstEdgeAmqpTarget *
gst_edge_amqp_target_new (const gchar *exchange, const gchar *exchange_type)
{
  GstEdgeAmqpTarget *target = g_new0 (GstEdgeAmqpTarget, 1);

  gst_edge_target_init (&target->parent, target_free);
  target->exchange = g_strdup (exchange);
  target->exchange_type = g_strdup (exchange_type);
  target->priority = -1;
  return target;
}

static gboolean
is_reserved (const gchar *name)
{
  static const gchar *reserved[] = { "camera_id", "timestamp_ns", "sequence", "width", "height", "encoding" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (reserved); i++) {
    if (g_str_equal (name, reserved[i]))
      return TRUE;
  }
  return FALSE;
}

/* FALSE when AMQP, or we, have nothing like it. */
static gboolean
set_value (amqp_field_value_t *field, const GValue *value)
{
  GValue number = G_VALUE_INIT;

  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL) {
    field->kind = AMQP_FIELD_KIND_UTF8;
    field->value.bytes = amqp_cstring_bytes (g_value_get_string (value));
    return TRUE;
  }
  if (G_VALUE_HOLDS_BOOLEAN (value)) {
    field->kind = AMQP_FIELD_KIND_BOOLEAN;
    field->value.boolean = g_value_get_boolean (value);
    return TRUE;
  }
  if (G_VALUE_HOLDS_DOUBLE (value)) {
    field->kind = AMQP_FIELD_KIND_F64;
    field->value.f64 = g_value_get_double (value);
    return TRUE;
  }
  if (!G_VALUE_HOLDS_INT (value) && !G_VALUE_HOLDS_UINT (value) && !G_VALUE_HOLDS_INT64 (value))
    return FALSE;
  g_value_init (&number, G_TYPE_INT64);
  g_value_transform (value, &number);
  field->kind = AMQP_FIELD_KIND_I64;
  field->value.i64 = g_value_get_int64 (&number);
  return TRUE;
}

static gboolean
add_header (GstEdgeAmqpHeaders *headers, guint index, GError **error)
{
  const gchar *name = gst_structure_nth_field_name (headers->structure, index);
  const GValue *value = gst_structure_get_value (headers->structure, name);

  if (is_reserved (name) || strlen (name) > MAX_HEADER_NAME) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "a header cannot be called %s; that is a "
        "header of every frame, or longer than %d bytes", name, MAX_HEADER_NAME);
    return FALSE;
  }
  headers->entries[index].key = amqp_cstring_bytes (name);
  if (!set_value (&headers->entries[index].value, value)) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "header %s is a %s; use a string, an "
        "integer, a double or a boolean", name, G_VALUE_TYPE_NAME (value));
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_size (const GstEdgeAmqpHeaders *headers, GError **error)
{
  amqp_basic_properties_t properties = {._flags = AMQP_BASIC_HEADERS_FLAG,
    .headers = {.num_entries = (gint) headers->n_entries,.entries = headers->entries}
  };
  amqp_bytes_t room = { MAX_HEADERS_SIZE, g_malloc (MAX_HEADERS_SIZE) };
  gint length = amqp_encode_properties (AMQP_BASIC_CLASS, &properties, room);

  g_free (room.bytes);
  if (length >= 0)
    return TRUE;
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "all headers together cannot be larger than %d bytes",
      MAX_HEADERS_SIZE);
  return FALSE;
}

gboolean
gst_edge_amqp_target_set_headers (GstEdgeAmqpTarget *target, const GstStructure *structure, GError **error)
{
  GstEdgeAmqpHeaders *headers;
  guint i, n;

  n = structure != NULL ? (guint) gst_structure_n_fields (structure) : 0;
  if (n == 0)
    return TRUE;
  if (n > GST_EDGE_AMQP_MAX_HEADERS) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "%u headers are more than %d", n,
        GST_EDGE_AMQP_MAX_HEADERS);
    return FALSE;
  }

  headers = g_new0 (GstEdgeAmqpHeaders, 1);
  headers->structure = gst_structure_copy (structure);
  headers->entries = g_new0 (amqp_table_entry_t, n);
  headers->n_entries = n;
  target->headers = headers;
  for (i = 0; i < n; i++) {
    if (!add_header (headers, i, error))
      return FALSE;
  }
  return check_size (headers, error);
}
