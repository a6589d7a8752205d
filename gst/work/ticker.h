/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls functions at intervals, all on one thread of the process, which exists as long as somebody wants a call. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

typedef struct _GstEdgeTick GstEdgeTick;

/* Must be brief: others wait for it. */
typedef void (*GstEdgeTickFunc) (gpointer data);

/**
 * gst_edge_ticker_add:
 * @interval: monotonic microseconds until the first call and between calls
 * @error: set when the thread could not be started
 *
 * Returns: (transfer full) (nullable): what gst_edge_ticker_remove() takes
 */
GST_EDGE_API GstEdgeTick *gst_edge_ticker_add (gint64 interval, GstEdgeTickFunc func, gpointer data, GError ** error);

/* Waits for a call that is on its way, except in that call itself. */
GST_EDGE_API void gst_edge_ticker_remove (GstEdgeTick * tick);

G_END_DECLS
