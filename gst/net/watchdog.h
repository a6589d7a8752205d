/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ends calls into a client library that hang: shuts their socket down when a deadline passes. One thread for the
 * whole process, there only while somebody holds a watch, asleep unless a deadline passes. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

typedef struct _GstEdgeWatch GstEdgeWatch;

/* NULL and @error when the process may not have the thread. */
GstEdgeWatch *gst_edge_watch_new (GError ** error);
void gst_edge_watch_free (GstEdgeWatch * watch);

/* Around a call that may hang. @fd must stay open until gst_edge_watch_disarm() has returned. */
void gst_edge_watch_arm (GstEdgeWatch * watch, gint fd, gint64 deadline);

/* Returns: TRUE when the socket was shut down in between */
gboolean gst_edge_watch_disarm (GstEdgeWatch * watch);

/* Any thread: the call that is being watched, and each later one, ends at once. */
void gst_edge_watch_interrupt (GstEdgeWatch * watch);

G_END_DECLS
