/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of a process: routes, and what runs along with it. Everyone who asks for the same address and port shares
 * one. */

#pragma once

#include "metrics-options.h"

G_BEGIN_DECLS

typedef struct _GstEdgeMetricsServer GstEdgeMetricsServer;

/* The first one who asks for an address and port decides the rest; who wants another token file, log or choice of
 * pictures is refused. */
GstEdgeMetricsServer *gst_edge_metrics_server_get (const GstEdgeMetricsOptions * options, GError ** error);
void gst_edge_metrics_server_unref (GstEdgeMetricsServer * server);

/* http://127.0.0.1:9464/ */
const gchar *gst_edge_metrics_server_get_uri (GstEdgeMetricsServer * server);

G_END_DECLS
