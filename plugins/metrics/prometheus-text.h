/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes families of metrics in the text format of Prometheus or in OpenMetrics. */

#pragma once

#include "metric-table.h"
#include "stats/histogram.h"

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_FORMAT_PROMETHEUS,   /* text format 0.0.4 */
  GST_EDGE_FORMAT_OPENMETRICS,  /* 1.0.0 */
} GstEdgeMetricsFormat;

typedef struct
{
  GString *text;
  GstEdgeMetricsFormat format;
  const GstEdgeMetric *metric;  /* the family being written */
} GstEdgeMetricsWriter;

/* What to answer to an Accept header; @accept: (nullable). */
GstEdgeMetricsFormat gst_edge_metrics_format_choose (const gchar * accept);
const gchar *gst_edge_metrics_format_get_content_type (GstEdgeMetricsFormat format);

void gst_edge_metrics_writer_init (GstEdgeMetricsWriter * writer, GstEdgeMetricsFormat format);

/* (transfer full): ends the text */
GString *gst_edge_metrics_writer_finish (GstEdgeMetricsWriter * writer);

/* Begins a family: HELP, TYPE, UNIT. Its samples follow. */
void gst_edge_metrics_begin (GstEdgeMetricsWriter * writer, GstEdgeMetricId id);

/* @labels: values, in the order of the table; "" leaves a label out. */
void gst_edge_metrics_uint (GstEdgeMetricsWriter * writer, guint64 value, const gchar * const *labels);
void gst_edge_metrics_double (GstEdgeMetricsWriter * writer, gdouble value, const gchar * const *labels);
void gst_edge_metrics_histogram (GstEdgeMetricsWriter * writer, const GstEdgeHistogram * histogram,
    const gchar * const *labels);

#define GST_EDGE_LABELS(...) ((const gchar *const[]) { __VA_ARGS__, NULL })

G_END_DECLS
