/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Starts the server of metrics, health and the live page from an element. The server is in the plugin edgemetrics,
 * which need not be installed. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/**
 * gst_edge_metrics_service_start:
 * @options: the parameters of edgemetrics as fields: port (int), address (string) …; its name does not matter
 * @location: (out) (transfer full): address of the live page
 * @error: why there is none
 *
 * Everyone in the process who asks for the same address and port shares one server.
 *
 * Returns: (transfer full) (nullable): what to unref when the server is not needed any more
 */
GST_EDGE_API GstObject *gst_edge_metrics_service_start (const GstStructure * options, gchar ** location,
    GError ** error);

G_END_DECLS
