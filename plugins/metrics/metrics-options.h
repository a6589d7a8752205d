/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parameters of edgemetrics say. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_EDGE_METRICS_DEFAULT_PORT 9464

typedef struct
{
  gchar *address;
  guint16 port;                 /* 0 = any free one */
  gchar *token_file;            /* nullable */
  gint64 stale_after;           /* microseconds */
  gboolean pictures;
  gint64 log_interval;          /* microseconds, 0 = no summaries */
  gchar *log_file;              /* nullable: JSON lines */
} GstEdgeMetricsOptions;

/* @params: (nullable): "port=9464,address=127.0.0.1": what stands between the brackets in GST_TRACERS. */
gboolean gst_edge_metrics_options_parse (GstEdgeMetricsOptions * options, const gchar * params, GError ** error);
void gst_edge_metrics_options_clear (GstEdgeMetricsOptions * options);

G_END_DECLS
