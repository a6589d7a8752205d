/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The log as JSON lines: everything that GStreamer logs, and summaries of cameras, pools and links. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstEdgeJsonLog GstEdgeJsonLog;

/* Appends to @file, which may be a pipe that somebody reads: lines that it does not take at once are left out, and
 * counted in the log. @interval: of the summaries, microseconds, 0 = none. */
GstEdgeJsonLog *gst_edge_json_log_new (const gchar * file, gint64 interval, gint64 stale_after, GError ** error);
void gst_edge_json_log_free (GstEdgeJsonLog * log);

G_END_DECLS
