/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A parsed server URI. Immutable, reference counted. It never shows its password: gst_edge_endpoint_get_text() is
 * the only text of it there is. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *name;                  /* host name or address, without brackets */
  guint16 port;
} GstEdgeHost;

typedef struct _GstEdgeEndpoint GstEdgeEndpoint;

/**
 * gst_edge_endpoint_new_amqp:
 * @uri: `amqp://[user[:password]@]host[:port][,host[:port]…][/vhost][?heartbeat=SECONDS]`
 * @error: a sentence that never quotes the URI
 *
 * Defaults: guest:guest, port 5672, vhost `/`.
 */
GST_EDGE_API GstEdgeEndpoint *gst_edge_endpoint_new_amqp (const gchar * uri, GError ** error);

/**
 * gst_edge_endpoint_new_redis:
 * @uri: `redis://[[user]:password@]host[:port][/database]` or `redis+unix://[[user]:password@]/path[?db=N]`
 * @error: a sentence that never quotes the URI
 *
 * Defaults: no credentials, port 6379, database 0.
 */
GST_EDGE_API GstEdgeEndpoint *gst_edge_endpoint_new_redis (const gchar * uri, GError ** error);

GST_EDGE_API GstEdgeEndpoint *gst_edge_endpoint_ref (GstEdgeEndpoint * self);
GST_EDGE_API void gst_edge_endpoint_unref (GstEdgeEndpoint * self);

/* Same servers, credentials and everything else that makes a connection. */
GST_EDGE_API gboolean gst_edge_endpoint_equal (const GstEdgeEndpoint * a, const GstEdgeEndpoint * b);

/* The URI as it may be shown: a password is `***`. Owned by the endpoint. */
GST_EDGE_API const gchar *gst_edge_endpoint_get_text (const GstEdgeEndpoint * self);

GST_EDGE_API guint gst_edge_endpoint_get_n_hosts (const GstEdgeEndpoint * self);
GST_EDGE_API const GstEdgeHost *gst_edge_endpoint_get_host (const GstEdgeEndpoint * self, guint index);
GST_EDGE_API const gchar *gst_edge_endpoint_get_socket_path (const GstEdgeEndpoint * self);     /* nullable */
GST_EDGE_API const gchar *gst_edge_endpoint_get_user (const GstEdgeEndpoint * self);    /* nullable */
GST_EDGE_API const gchar *gst_edge_endpoint_get_password (const GstEdgeEndpoint * self);        /* nullable */
GST_EDGE_API const gchar *gst_edge_endpoint_get_vhost (const GstEdgeEndpoint * self);   /* AMQP */
GST_EDGE_API guint gst_edge_endpoint_get_heartbeat (const GstEdgeEndpoint * self);      /* AMQP, seconds */
GST_EDGE_API guint gst_edge_endpoint_get_database (const GstEdgeEndpoint * self);       /* Redis */

G_END_DECLS
