/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one list of all metrics: what is served, and what the documentation says, is made from it. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_METRIC_COUNTER,
  GST_EDGE_METRIC_GAUGE,
  GST_EDGE_METRIC_HISTOGRAM,
} GstEdgeMetricType;

typedef enum
{
  GST_EDGE_METRIC_FRAMES,
  GST_EDGE_METRIC_FRAME_BYTES,
  GST_EDGE_METRIC_FRAMES_DROPPED,
  GST_EDGE_METRIC_FRAMES_REJECTED,
  GST_EDGE_METRIC_FRAMES_NOT_PASSED_ON,
  GST_EDGE_METRIC_FRAMES_PENDING,
  GST_EDGE_METRIC_CAMERA_RATE,
  GST_EDGE_METRIC_CAMERA_AGE,
  GST_EDGE_METRIC_CAMERA_DELAY,
  GST_EDGE_METRIC_CAMERA_STATE,
  GST_EDGE_METRIC_CAMERA_RECONNECTS,
  GST_EDGE_METRIC_CAMERAS,
  GST_EDGE_METRIC_POOL_WORKERS,
  GST_EDGE_METRIC_POOL_WORKERS_MAX,
  GST_EDGE_METRIC_POOL_WORKERS_BUSY,
  GST_EDGE_METRIC_POOL_LANES,
  GST_EDGE_METRIC_POOL_QUEUED_FRAMES,
  GST_EDGE_METRIC_POOL_QUEUED_BYTES,
  GST_EDGE_METRIC_POOL_CAPACITY,
  GST_EDGE_METRIC_POOL_FRAMES,
  GST_EDGE_METRIC_POOL_FRAMES_DROPPED,
  GST_EDGE_METRIC_POOL_WAIT,
  GST_EDGE_METRIC_POOL_RUN,
  GST_EDGE_METRIC_LINK_STATE,
  GST_EDGE_METRIC_LINK_ELEMENTS,
  GST_EDGE_METRIC_LINK_CONNECTS,
  GST_EDGE_METRIC_LINK_QUEUED,
  GST_EDGE_METRIC_LINK_IN_FLIGHT,
  GST_EDGE_METRIC_LINK_MESSAGES,
  GST_EDGE_METRIC_LINK_RESENT,
  GST_EDGE_METRIC_LINK_LATENCY,
  GST_EDGE_METRIC_PROCESS_CPU,
  GST_EDGE_METRIC_PROCESS_RESIDENT,
  GST_EDGE_METRIC_PROCESS_VIRTUAL,
  GST_EDGE_METRIC_PROCESS_THREADS,
  GST_EDGE_METRIC_PROCESS_OPEN_FDS,
  GST_EDGE_METRIC_PROCESS_MAX_FDS,
  GST_EDGE_METRIC_PROCESS_START,
  GST_EDGE_METRIC_BUILD,
  GST_EDGE_METRIC_COLLECTION,
  GST_EDGE_N_METRICS
} GstEdgeMetricId;

/**
 * GstEdgeMetric:
 * @name: as in the text format, with _total where it is a counter
 * @unit: (nullable): seconds or bytes, the last part of the name
 * @labels: comma-separated
 */
typedef struct
{
  const gchar *name;
  GstEdgeMetricType type;
  const gchar *unit;
  const gchar *labels;
  const gchar *help;
} GstEdgeMetric;

const GstEdgeMetric *gst_edge_metric_get (GstEdgeMetricId id);
const gchar *gst_edge_metric_type_get_name (GstEdgeMetricType type);

/* (transfer full): the table as Markdown, as it stands in the documentation. */
gchar *gst_edge_metric_table_to_markdown (void);

G_END_DECLS
