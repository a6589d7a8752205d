/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the AMQP transport share. All of it belongs to the link's thread. */

#pragma once

#include "amqp/rabbitmq-c-compat.h"

#include "amqp/amqp-transport.h"

G_BEGIN_DECLS

#define GST_EDGE_AMQP_CHANNEL 1

#define GST_EDGE_AMQP_MAX_HEADERS 32

struct _GstEdgeAmqpHeaders
{
  GstStructure *structure;      /* owns what the entries point to */
  amqp_table_entry_t *entries;
  guint n_entries;
};

struct _GstEdgeTransport
{
  GstEdgeLink *link;
  amqp_connection_state_t connection;
  gint fd;
  gint64 service_at;            /* when heartbeats want to be served */
  gint64 service_interval;      /* microseconds */
  gchar *blocked_reason;        /* the server's alarm; NULL = not blocked */
  gboolean wants_write;         /* the socket was full */
  gboolean wants_read;          /* something had arrived */
  gboolean in_return;           /* between basic.return and the end of its body */
  gchar *return_exchange;       /* of the last basic.return; nullable */
  gchar *return_key;
  guint64 return_body_left;
  GHashTable *prepared;         /* exchanges that were found or declared on this connection, see prepared_key() */
};

/* amqp-error.c: what a failed call means. @doing: "log in", "declare exchange \"cameras\"" */
void gst_edge_amqp_set_reply_error (GError ** error, const gchar * doing, amqp_rpc_reply_t reply);
void gst_edge_amqp_set_status_error (GError ** error, const gchar * doing, gint status);

/* amqp-socket.c */
gboolean gst_edge_amqp_open_socket (GstEdgeTransport * self, const GstEdgeHost * host, GError ** error);

/* amqp-channel.c */
gboolean gst_edge_amqp_open_channel (GstEdgeTransport * self, GError ** error);
gboolean gst_edge_amqp_prepare (GstEdgeTransport * self, GstEdgeTarget * target, GError ** error);

/* amqp-frames.c: reads what has arrived, without waiting. FALSE when the connection or the channel is gone. */
gboolean gst_edge_amqp_read_frames (GstEdgeTransport * self, GError ** error);

/* amqp-publish.c */
gint gst_edge_amqp_publish (GstEdgeTransport * self, GstEdgeMessage * message);

G_END_DECLS
