/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parameters of edgemetrics say: a table of fields. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gio/gio.h>

#include "metrics-options.h"

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_STALE_AFTER (10 * G_TIME_SPAN_SECOND)
#define DEFAULT_LOG_INTERVAL (30 * G_TIME_SPAN_SECOND)

typedef enum
{
  TEXT,
  PORT,
  SECONDS,
  SWITCH,
} FieldType;

static const struct
{
  const gchar *name;
  FieldType type;
  glong offset;
  const gchar *allowed;
} fields[] = {
  {"address", TEXT, G_STRUCT_OFFSET (GstEdgeMetricsOptions, address), "an IP address"},
  {"port", PORT, G_STRUCT_OFFSET (GstEdgeMetricsOptions, port), "0 to 65535"},
  {"token-file", TEXT, G_STRUCT_OFFSET (GstEdgeMetricsOptions, token_file), "the name of a file"},
  {"stale-after", SECONDS, G_STRUCT_OFFSET (GstEdgeMetricsOptions, stale_after), "seconds"},
  {"pictures", SWITCH, G_STRUCT_OFFSET (GstEdgeMetricsOptions, pictures), "true or false"},
  {"log-interval", SECONDS, G_STRUCT_OFFSET (GstEdgeMetricsOptions, log_interval), "seconds, 0 = never"},
  {"log-json", TEXT, G_STRUCT_OFFSET (GstEdgeMetricsOptions, log_file), "the name of a file"},
};

static gboolean
take_text (const GValue *value, gchar **place)
{
  if (!G_VALUE_HOLDS_STRING (value) || g_value_get_string (value)[0] == '\0')
    return FALSE;
  g_free (*place);
  *place = g_value_dup_string (value);
  return TRUE;
}

static gboolean
take_port (const GValue *value, guint16 *place)
{
  if (!G_VALUE_HOLDS_INT (value) || g_value_get_int (value) < 0 || g_value_get_int (value) > G_MAXUINT16)
    return FALSE;
  *place = (guint16) g_value_get_int (value);
  return TRUE;
}

static gboolean
take_seconds (const GValue *value, gint64 *place)
{
  gdouble seconds = -1;

  if (G_VALUE_HOLDS_INT (value))
    seconds = g_value_get_int (value);
  else if (G_VALUE_HOLDS_DOUBLE (value))
    seconds = g_value_get_double (value);
  if (!(seconds >= 0 && seconds <= 86400 * 365))
    return FALSE;
  *place = (gint64) (seconds * G_USEC_PER_SEC);
  return TRUE;
}

/* An unquoted word is a string for GstStructure, unless its type is given. */
static gboolean
take_switch (const GValue *value, gboolean *place)
{
  const gchar *word;

  if (G_VALUE_HOLDS_BOOLEAN (value)) {
    *place = g_value_get_boolean (value);
    return TRUE;
  }
  word = G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : "";
  if (!g_str_equal (word, "true") && !g_str_equal (word, "false"))
    return FALSE;
  *place = g_str_equal (word, "true");
  return TRUE;
}

static gboolean
take (const GValue *value, FieldType type, gpointer place)
{
  switch (type) {
    case TEXT:
      return take_text (value, place);
    case PORT:
      return take_port (value, place);
    case SECONDS:
      return take_seconds (value, place);
    default:
      return take_switch (value, place);
  }
}

static gchar *
list_names (void)
{
  GString *list = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", fields[i].name);
  return g_string_free (list, FALSE);
}

static gboolean
fail (GError **error, const gchar *name, const gchar *allowed)
{
  gchar *names = list_names ();

  if (allowed != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: write %s", name, allowed);
  else if (name != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: there is no such parameter; there are %s", name,
        names);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "cannot be understood; write "
        "GST_TRACERS=\"edgemetrics(port=%u)\"; there are %s", GST_EDGE_METRICS_DEFAULT_PORT, names);
  g_free (names);
  return FALSE;
}

static gboolean
take_all (GstEdgeMetricsOptions *options, const GstStructure *structure, GError **error)
{
  gint i, j;

  for (i = 0; i < gst_structure_n_fields (structure); i++) {
    const gchar *name = gst_structure_nth_field_name (structure, (guint) i);

    for (j = 0; j < (gint) G_N_ELEMENTS (fields) && !g_str_equal (fields[j].name, name); j++);
    if (j == G_N_ELEMENTS (fields))
      return fail (error, name, NULL);
    if (!take (gst_structure_get_value (structure, name), fields[j].type,
            G_STRUCT_MEMBER_P (options, fields[j].offset)))
      return fail (error, name, fields[j].allowed);
  }
  return TRUE;
}

gboolean
gst_edge_metrics_options_parse (GstEdgeMetricsOptions *options, const gchar *params, GError **error)
{
  GstStructure *structure;
  gchar *text;
  gboolean ok;

  memset (options, 0, sizeof (*options));
  options->address = g_strdup (DEFAULT_ADDRESS);
  options->port = GST_EDGE_METRICS_DEFAULT_PORT;
  options->stale_after = DEFAULT_STALE_AFTER;
  options->pictures = TRUE;
  options->log_interval = DEFAULT_LOG_INTERVAL;
  if (params == NULL || params[0] == '\0')
    return TRUE;

  text = g_strdup_printf ("edgemetrics,%s", params);
  structure = gst_structure_from_string (text, NULL);
  g_free (text);
  ok = structure != NULL ? take_all (options, structure, error) : fail (error, NULL, NULL);
  if (structure != NULL)
    gst_structure_free (structure);
  if (!ok)
    gst_edge_metrics_options_clear (options);
  return ok;
}

void
gst_edge_metrics_options_clear (GstEdgeMetricsOptions *options)
{
  g_clear_pointer (&options->address, g_free);
  g_clear_pointer (&options->token_file, g_free);
  g_clear_pointer (&options->log_file, g_free);
}
