/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes families of metrics in the text format of Prometheus or in OpenMetrics. No printf per sample: a scrape of
 * 100 cameras is thousands of lines. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "prometheus-text.h"

#define TOTAL "_total"

/* Buckets end at powers of two of microseconds, 128 us to 67 s: exactly where octaves of the histogram end. */
#define FIRST_POWER 7
#define LAST_POWER 26

GstEdgeMetricsFormat
gst_edge_metrics_format_choose (const gchar *accept)
{
  if (accept != NULL && strstr (accept, "application/openmetrics-text") != NULL)
    return GST_EDGE_FORMAT_OPENMETRICS;
  return GST_EDGE_FORMAT_PROMETHEUS;
}

const gchar *
gst_edge_metrics_format_get_content_type (GstEdgeMetricsFormat format)
{
  if (format == GST_EDGE_FORMAT_OPENMETRICS)
    return "application/openmetrics-text; version=1.0.0; charset=utf-8";
  return "text/plain; version=0.0.4; charset=utf-8";
}

void
gst_edge_metrics_writer_init (GstEdgeMetricsWriter *writer, GstEdgeMetricsFormat format)
{
  writer->text = g_string_sized_new (64 * 1024);
  writer->format = format;
  writer->metric = NULL;
}

GString *
gst_edge_metrics_writer_finish (GstEdgeMetricsWriter *writer)
{
  if (writer->format == GST_EDGE_FORMAT_OPENMETRICS)
    g_string_append (writer->text, "# EOF\n");
  return g_steal_pointer (&writer->text);
}

static void
append_family_name (GstEdgeMetricsWriter *writer)
{
  gsize length = strlen (writer->metric->name);

  if (writer->format == GST_EDGE_FORMAT_OPENMETRICS && g_str_has_suffix (writer->metric->name, TOTAL))
    length -= strlen (TOTAL);
  g_string_append_len (writer->text, writer->metric->name, (gssize) length);
}

void
gst_edge_metrics_begin (GstEdgeMetricsWriter *writer, GstEdgeMetricId id)
{
  writer->metric = gst_edge_metric_get (id);
  g_string_append (writer->text, "# HELP ");
  append_family_name (writer);
  g_string_append_printf (writer->text, " %s\n# TYPE ", writer->metric->help);
  append_family_name (writer);
  g_string_append_printf (writer->text, " %s\n", gst_edge_metric_type_get_name (writer->metric->type));
  if (writer->format == GST_EDGE_FORMAT_OPENMETRICS && writer->metric->unit != NULL) {
    g_string_append (writer->text, "# UNIT ");
    append_family_name (writer);
    g_string_append_printf (writer->text, " %s\n", writer->metric->unit);
  }
}

static void
append_escaped (GString *text, const gchar *value)
{
  for (; *value != '\0'; value++) {
    if (*value == '\\' || *value == '"')
      g_string_append_c (text, '\\');
    if (*value == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_c (text, *value);
  }
}

static void
append_uint (GString *text, guint64 value)
{
  gchar digits[24];
  guint i = sizeof (digits);

  do {
    digits[--i] = (gchar) ('0' + value % 10);
    value /= 10;
  } while (value > 0);
  g_string_append_len (text, digits + i, sizeof (digits) - i);
}

static void
append_double (GString *text, gdouble value)
{
  gchar digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (digits, sizeof (digits), "%.15g", value));
}

/* {camera="cam1",stage="stored",le="…"}; @le: (nullable) */
static void
append_labels (GstEdgeMetricsWriter *writer, const gchar *const *values, const gchar *le)
{
  GString *text = writer->text;
  const gchar *name = writer->metric->labels;
  gchar before = '{';

  for (; values != NULL && *values != NULL && *name != '\0'; values++) {
    gsize length = strcspn (name, ",");

    if (**values != '\0') {
      g_string_append_c (text, before);
      g_string_append_len (text, name, (gssize) length);
      g_string_append (text, "=\"");
      append_escaped (text, *values);
      g_string_append_c (text, '"');
      before = ',';
    }
    name += length + (name[length] == ',');
  }
  if (le != NULL) {
    g_string_append_c (text, before);
    g_string_append (text, "le=\"");
    g_string_append (text, le);
    g_string_append_c (text, '"');
    before = ',';
  }
  if (before == ',')
    g_string_append_c (text, '}');
  g_string_append_c (text, ' ');
}

void
gst_edge_metrics_uint (GstEdgeMetricsWriter *writer, guint64 value, const gchar *const *labels)
{
  g_string_append (writer->text, writer->metric->name);
  append_labels (writer, labels, NULL);
  append_uint (writer->text, value);
  g_string_append_c (writer->text, '\n');
}

void
gst_edge_metrics_double (GstEdgeMetricsWriter *writer, gdouble value, const gchar *const *labels)
{
  g_string_append (writer->text, writer->metric->name);
  append_labels (writer, labels, NULL);
  append_double (writer->text, value);
  g_string_append_c (writer->text, '\n');
}

static void
append_bucket (GstEdgeMetricsWriter *writer, const gchar *const *labels, const gchar *le, guint64 count)
{
  g_string_append (writer->text, writer->metric->name);
  g_string_append (writer->text, "_bucket");
  append_labels (writer, labels, le);
  append_uint (writer->text, count);
  g_string_append_c (writer->text, '\n');
}

/* Values are whole microseconds, rounded down: those under 2^n us are in buckets whose edge is at most 2^n - 1. */
void
gst_edge_metrics_histogram (GstEdgeMetricsWriter *writer, const GstEdgeHistogram *histogram,
    const gchar *const *labels)
{
  guint64 seen = 0;
  guint power, i = 0;

  for (power = FIRST_POWER; power <= LAST_POWER; power++) {
    gdouble edge = (gdouble) (G_GUINT64_CONSTANT (1) << power);
    gchar le[G_ASCII_DTOSTR_BUF_SIZE];

    for (; (gdouble) gst_edge_histogram_get_bucket_edge (i) < edge; i++)
      seen += histogram->count[i];
    append_bucket (writer, labels, g_ascii_formatd (le, sizeof (le), "%.9g", edge / G_USEC_PER_SEC), seen);
  }
  for (; i < GST_EDGE_HISTOGRAM_BUCKETS; i++)
    seen += histogram->count[i];
  append_bucket (writer, labels, "+Inf", seen);

  g_string_append (writer->text, writer->metric->name);
  g_string_append (writer->text, "_sum");
  append_labels (writer, labels, NULL);
  append_double (writer->text, (gdouble) histogram->sum / G_USEC_PER_SEC);
  g_string_append_c (writer->text, '\n');
  g_string_append (writer->text, writer->metric->name);
  g_string_append (writer->text, "_count");
  append_labels (writer, labels, NULL);
  append_uint (writer->text, seen);
  g_string_append_c (writer->text, '\n');
}
