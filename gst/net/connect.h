/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opens sockets within a deadline, interruptibly: name resolution included. */

#pragma once

#include <gio/gio.h>

#include "net/endpoint.h"

G_BEGIN_DECLS

/**
 * gst_edge_connect_tcp:
 * @host: a host
 * @deadline: monotonic microseconds
 * @cancellable: cancel it to make the call return at once
 * @error: %GST_EDGE_ERROR_TRANSIENT or %GST_EDGE_ERROR_CANCELLED
 *
 * Tries each address of the host in turn. Blocks: call it from a link's thread only.
 *
 * Returns: a connected, non-blocking, close-on-exec socket with TCP_NODELAY and keep-alive, or -1
 */
gint gst_edge_connect_tcp (const GstEdgeHost * host, gint64 deadline, GCancellable * cancellable, GError ** error);

/* Resolves @name within the same limits: a list of GInetAddress to free with g_object_unref(), or NULL. */
GList *gst_edge_resolve (const gchar * name, gint64 deadline, GCancellable * cancellable, GError ** error);

/* The same for a unix socket. */
gint gst_edge_connect_unix (const gchar * path, gint64 deadline, GCancellable * cancellable, GError ** error);

G_END_DECLS
