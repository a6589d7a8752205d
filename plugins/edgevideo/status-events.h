/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Publishes what happens to cameras, over the connection that the frames take too. */

#pragma once

#include "status-json.h"
#include "video-config.h"

G_BEGIN_DECLS

typedef struct _GstEdgeStatusEvents GstEdgeStatusEvents;

/* Somebody should be told: the broker is away, or refuses events for good. Link's thread, or that of who makes
 * it. */
typedef void (*GstEdgeStatusWarn) (const GError * error, gpointer user_data);

/* Returns: NULL when the process may not have the threads, which was warned of */
GstEdgeStatusEvents *gst_edge_status_events_new (const GstEdgeConfig * config, GstEdgeStatusWarn warn,
    gpointer user_data);

/* Waits at most @wait microseconds for what is not delivered yet, and drops it then. Returns how many that were. */
guint64 gst_edge_status_events_retire (GstEdgeStatusEvents * self, gint64 wait);

/* Drops what was not delivered. */
void gst_edge_status_events_free (GstEdgeStatusEvents * self);

void gst_edge_status_events_send_camera (GstEdgeStatusEvents * self, const GstEdgeCameraStatus * status);
void gst_edge_status_events_send_system (GstEdgeStatusEvents * self, guint total, guint active, const gchar * message);

/* Waits until all was delivered, at most until @deadline (monotonic microseconds). */
void gst_edge_status_events_drain (GstEdgeStatusEvents * self, gint64 deadline);

/* Ends a drain that waits, now and later. Any thread. */
void gst_edge_status_events_cancel (GstEdgeStatusEvents * self);

G_END_DECLS
