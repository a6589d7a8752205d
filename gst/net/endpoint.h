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

/**
 * GstEdgeTls:
 * @ca_file: (nullable): PEM file of the authorities to trust; NULL = those of the system
 * @cert_file: (nullable): PEM file of the client's certificate chain
 * @key_file: (nullable): PEM file of the client's key
 * @insecure: verify neither the certificate nor the host name
 */
typedef struct
{
  gchar *ca_file;
  gchar *cert_file;
  gchar *key_file;
  gboolean insecure;
} GstEdgeTls;

typedef struct _GstEdgeEndpoint GstEdgeEndpoint;

/**
 * gst_edge_endpoint_new_amqp:
 * @uri: `amqp://[user[:password]@]host[:port][,host[:port]…][/vhost][?heartbeat=SECONDS]`, or `amqps://`
 * @error: a sentence that never quotes the URI
 *
 * Defaults: guest:guest, port 5672 (amqps: 5671), vhost `/`.
 */
GST_EDGE_API GstEdgeEndpoint *gst_edge_endpoint_new_amqp (const gchar * uri, GError ** error);

/**
 * gst_edge_endpoint_new_redis:
 * @uri: `redis://[[user]:password@]host[:port][,host[:port]…][/database]`,
 *   `redis+unix://[[user]:password@]/path[?db=N]`, or
 *   `redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/name[/database]`
 * @error: a sentence that never quotes the URI
 *
 * Defaults: no credentials, port 6379 (sentinels: 26379), database 0.
 */
GST_EDGE_API GstEdgeEndpoint *gst_edge_endpoint_new_redis (const gchar * uri, GError ** error);

GST_EDGE_API GstEdgeEndpoint *gst_edge_endpoint_ref (GstEdgeEndpoint * self);
GST_EDGE_API void gst_edge_endpoint_unref (GstEdgeEndpoint * self);

/* Only before the endpoint is given to anybody else; copies @tls. */
GST_EDGE_API void gst_edge_endpoint_set_tls (GstEdgeEndpoint * self, const GstEdgeTls * tls);

/* NULL when the scheme has no TLS; else what was set, or the defaults. */
GST_EDGE_API const GstEdgeTls *gst_edge_endpoint_get_tls (const GstEdgeEndpoint * self);

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
GST_EDGE_API const gchar *gst_edge_endpoint_get_sentinel_name (const GstEdgeEndpoint * self);   /* nullable */
GST_EDGE_API guint gst_edge_endpoint_get_database (const GstEdgeEndpoint * self);       /* Redis */

G_END_DECLS
