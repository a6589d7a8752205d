/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One moment of everything that the process counts, in plain structs: what metrics, health, the live page and the log
 * are made from. */

#pragma once

#include "element/link-sink-report.h"
#include "stats/camera-record.h"
#include "work/work-report.h"

G_BEGIN_DECLS

/* All workerpool elements with the same pool. */
typedef struct
{
  gchar *name;
  guint workers;
  guint max_workers;
  guint busy;
  guint lanes;
  GstEdgeWorkStats stats;
} GstEdgePoolSnapshot;

/**
 * GstEdgeLinkSnapshot:
 * @server: as it may be shown
 * @group: "" = the common one
 * @state: of the connection; of several with the same text, the worst
 * @trouble: (nullable): why the state is a bad one
 * @sinks: how many elements use it now
 * @connects: how often links with that text became ready, ever
 *
 * All sinks that deliver to the same server.
 */
typedef struct
{
  gchar *server;
  gchar *group;
  GstEdgeLinkState state;
  gchar *trouble;
  guint sinks;
  guint64 connects;
  GstEdgeStageCounts counts;
  GstEdgeHistogram latency;
} GstEdgeLinkSnapshot;

/* Each list in the natural order of its names. Cameras and links that no element has now are left out. */
typedef struct
{
  GPtrArray *cameras;           /* of GstEdgeCameraSnapshot */
  GPtrArray *pools;             /* of GstEdgePoolSnapshot */
  GPtrArray *links;             /* of GstEdgeLinkSnapshot */
} GstEdgeSnapshot;

/* Any thread. Waits for nothing that waits for the network. */
GST_EDGE_API GstEdgeSnapshot *gst_edge_snapshot_new (void);
GST_EDGE_API void gst_edge_snapshot_free (GstEdgeSnapshot * snapshot);

/* (nullable) */
GST_EDGE_API const GstEdgeCameraSnapshot *gst_edge_snapshot_find_camera (const GstEdgeSnapshot * snapshot,
    const gchar * id);

/* Frames that were dropped or refused at any stage. */
GST_EDGE_API guint64 gst_edge_camera_snapshot_get_errors (const GstEdgeCameraSnapshot * camera);

G_END_DECLS
