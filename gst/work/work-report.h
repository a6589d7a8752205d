/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All pools of the process, and the lanes whose camera is known, for metrics. */

#pragma once

#include "stats/camera-record.h"
#include "work/work-stats.h"

G_BEGIN_DECLS

/**
 * GstEdgeWorkerPoolReport:
 * @stats: counters of all lanes, of those that are gone and of earlier pools of that name
 *
 * One moment of a pool. Valid during the call.
 */
typedef struct
{
  const gchar *name;
  guint workers;
  guint max_workers;
  guint busy;
  guint lanes;
  const GstEdgeWorkStats *stats;
} GstEdgeWorkerPoolReport;

/* Brief, and without calls to pools or lanes: locks are held that pools and lanes need to come and go. */
typedef void (*GstEdgeLaneReportFunc) (GstEdgeCameraRecord * camera, const GstEdgeStageCounts * counts,
    gpointer user_data);
typedef void (*GstEdgeWorkerPoolReportFunc) (const GstEdgeWorkerPoolReport * report, gpointer user_data);

/* Calls @lane for each lane with a camera, and @pool for each pool. Takes no lock that a frame may have to wait for, and
 * none of those that its way through a lane needs. */
GST_EDGE_API void gst_edge_worker_pools_report (GstEdgeWorkerPoolReportFunc pool, GstEdgeLaneReportFunc lane,
    gpointer user_data);

G_END_DECLS
