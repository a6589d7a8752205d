/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How long a client may take for a request and for its answer, in all. The server itself only knows how long ago the
 * last byte came, so a client that sends a byte now and then would keep a connection for ever, and a few dozen of them
 * all there are. */

#pragma once

#include <glib.h>
#include <microhttpd.h>

G_BEGIN_DECLS

typedef struct _GstEdgeHttpDeadlines GstEdgeHttpDeadlines;

GstEdgeHttpDeadlines *gst_edge_http_deadlines_new (GError ** error);

/* After the server has stopped. */
void gst_edge_http_deadlines_free (GstEdgeHttpDeadlines * deadlines);

/* For MHD_OPTION_NOTIFY_CONNECTION and MHD_OPTION_NOTIFY_COMPLETED, with the deadlines as @cls. */
void gst_edge_http_deadlines_notify_connection (void *cls, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code);
void gst_edge_http_deadlines_notify_completed (void *cls, struct MHD_Connection *connection, void **request_data,
    enum MHD_RequestTerminationCode code);

/* The request is complete: now the client has time to take the answer. */
void gst_edge_http_deadlines_request_came (GstEdgeHttpDeadlines * deadlines, struct MHD_Connection *connection);

G_END_DECLS
