/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A small HTTP server for a table of routes: GET and HEAD only, one thread, bounded in connections, header size and
 * time. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_EDGE_HTTP_NOT_FOUND 404

typedef struct _GstEdgeHttpServer GstEdgeHttpServer;

/**
 * GstEdgeHttpReply:
 * @status: 200, unless the handler says otherwise
 * @content_type: lives for ever
 * @body: (nullable): freed with @free_body
 * @buffer: (nullable): instead of @body: sent by reference
 */
typedef struct
{
  guint status;
  const gchar *content_type;
  gchar *body;
  gsize length;
  GDestroyNotify free_body;
  GstBuffer *buffer;
  const gchar *policy;          /* Content-Security-Policy, lives as long as the server; nullable */
} GstEdgeHttpReply;

typedef struct
{
  const gchar *path;
  const gchar *accept;          /* nullable */
} GstEdgeHttpRequest;

/**
 * GstEdgeHttpRoute:
 * @path: the whole path, or, when it ends with '/' and is longer, the beginning of it
 * @open: served without the credential
 *
 * Handlers run on the server's thread, one at a time.
 */
typedef struct
{
  const gchar *path;
  gboolean open;
  void (*handle) (const GstEdgeHttpRequest * request, GstEdgeHttpReply * reply, gpointer user_data);
} GstEdgeHttpRoute;

/**
 * GstEdgeHttpOptions:
 * @address: numerical, IPv4 or IPv6
 * @port: 0 = any free one
 * @secret: (nullable): "user:password", or a token
 */
typedef struct
{
  const gchar *address;
  guint16 port;
  const gchar *secret;
} GstEdgeHttpOptions;

/* @routes: ends with one without a path; lives as long as the server. */
GstEdgeHttpServer *gst_edge_http_server_new (const GstEdgeHttpOptions * options, const GstEdgeHttpRoute * routes,
    gpointer user_data, GError ** error);

/* Ends requests that are being served. */
void gst_edge_http_server_free (GstEdgeHttpServer * server);

guint16 gst_edge_http_server_get_port (GstEdgeHttpServer * server);

/* Takes @text. */
void gst_edge_http_reply_set_text (GstEdgeHttpReply * reply, const gchar * content_type, gchar * text);
void gst_edge_http_reply_set_error (GstEdgeHttpReply * reply, guint status, const gchar * sentence);

G_END_DECLS
