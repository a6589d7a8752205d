/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process costs, from /proc/self. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gdouble cpu_seconds;
  guint64 resident_bytes;
  guint64 virtual_bytes;
  guint threads;
  guint open_fds;
  guint64 max_fds;
  gdouble start_time;           /* Unix seconds */
} GstEdgeProcessStats;

/* What cannot be read is 0. */
void gst_edge_process_stats_read (GstEdgeProcessStats * stats);

/* The text of /proc/PID/stat: @start_ticks after boot. Returns: whether it could be understood */
gboolean gst_edge_process_stats_parse (const gchar * text, GstEdgeProcessStats * stats, guint64 * start_ticks);

G_END_DECLS
