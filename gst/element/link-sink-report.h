/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All sinks with a link that the process has, for metrics. */

#pragma once

#include "net/link-client.h"
#include "stats/camera-record.h"

G_BEGIN_DECLS

/**
 * GstEdgeLinkSinkReport:
 * @stage: what the sink does
 * @camera: (nullable): whose frames it delivers; NULL before the first one
 * @server: the server as it may be shown
 * @group: its link-group, "" = the common one
 * @state: of its link
 * @trouble: (nullable): why the state is a bad one
 * @counts: of this run of the element
 * @latency: from submit to the server's answer
 *
 * One moment of a sink. Valid during the call.
 */
typedef struct
{
  GstEdgeStage stage;
  GstEdgeCameraRecord *camera;
  const gchar *server;
  const gchar *group;
  GstEdgeLinkState state;
  const gchar *trouble;
  GstEdgeStageCounts counts;
  const GstEdgeHistogram *latency;
} GstEdgeLinkSinkReport;

/**
 * GstEdgeGoneLinkReport:
 *
 * What sinks counted that were stopped, all that named the same server and group together.
 */
typedef struct
{
  const gchar *server;
  const gchar *group;
  GstEdgeStageCounts counts;
  GstEdgeHistogram latency;
} GstEdgeGoneLinkReport;

/* Brief, and without calls to sinks: a lock is held that sinks need to start and stop. */
typedef void (*GstEdgeLinkSinkReportFunc) (const GstEdgeLinkSinkReport * report, gpointer user_data);
typedef void (*GstEdgeGoneLinkReportFunc) (const GstEdgeGoneLinkReport * report, gpointer user_data);

/* Calls @sink for each sink that is started, then @gone for each server that stopped ones named. Takes no lock
 * that a frame may have to wait for, and none of those that its way through a link needs. */
GST_EDGE_API void gst_edge_link_sinks_report (GstEdgeLinkSinkReportFunc sink, GstEdgeGoneLinkReportFunc gone,
    gpointer user_data);

G_END_DECLS
