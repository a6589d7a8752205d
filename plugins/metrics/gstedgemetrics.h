/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * edgemetrics: the tracer that serves metrics, health and the live page. */

#pragma once

#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/gsttracer.h>

G_BEGIN_DECLS

#define GST_TYPE_EDGE_METRICS (gst_edge_metrics_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeMetrics, gst_edge_metrics, GST, EDGE_METRICS, GstTracer)

G_END_DECLS
