/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes a snapshot as metrics. */

#pragma once

#include "health.h"
#include "prometheus-text.h"

G_BEGIN_DECLS

/* (transfer full): takes a snapshot and writes everything in @format. */
GString *gst_edge_exposition_make (GstEdgeMetricsFormat format, gint64 stale_after);

/* The same of a snapshot that was taken; @started: monotonic microseconds. */
GString *gst_edge_exposition_write (const GstEdgeSnapshot * snapshot, GstEdgeMetricsFormat format,
    gint64 stale_after, gint64 started);

G_END_DECLS
