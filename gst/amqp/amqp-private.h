/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the AMQP transport share. All of it belongs to the link's thread. */

#pragma once

#include "amqp/rabbitmq-c-compat.h"

#include "amqp/amqp-transport.h"

G_BEGIN_DECLS

/* Messages, and on a channel of its own what the broker may refuse: a refusal closes the channel. */
#define GST_EDGE_AMQP_CHANNEL 1
#define GST_EDGE_AMQP_SETUP_CHANNEL 2
#define GST_EDGE_AMQP_N_CHANNELS 2

/* What is proposed to the broker, which may want less. 0 would negotiate 4096 bytes: many small frames, many calls. */
#define GST_EDGE_AMQP_FRAME_MAX 131072

#define GST_EDGE_AMQP_MAX_HEADERS 32
#define GST_EDGE_AMQP_N_FRAME_HEADERS 6

struct _GstEdgeAmqpHeaders
{
  GstStructure *structure;      /* owns what the entries point to */
  amqp_table_entry_t *entries;
  guint n_entries;
};

/* The frames of messages that have not left completely. */
typedef struct
{
  GByteArray *text;             /* everything but the bodies */
  GArray *pieces;               /* what goes out in turn: text and bodies */
  GArray *bodies;               /* mapped while they are here */
  guint next;                   /* the first piece that has not left */
  gsize bytes;                  /* that have not left */
} GstEdgeAmqpOutput;

struct _GstEdgeTransport
{
  GstEdgeLink *link;
  amqp_connection_state_t connection;
  gint fd;
  gboolean is_tls;              /* then librabbitmq sends, and there is no output */
  GstEdgeAmqpOutput output;
  gboolean writing;             /* the socket did not take all of the output */
  gint64 library_sent_at;       /* when librabbitmq sent something, at the earliest */
  gint64 heartbeat;             /* microseconds; 0 = none */
  gint64 service_at;            /* when heartbeats want to be served */
  gint64 service_interval;      /* microseconds */
  gchar *blocked_reason;        /* the server's alarm; NULL = not blocked */
  gboolean waits_for_room;      /* the socket was full before anything was sent */
  gboolean in_return;           /* between basic.return and the end of its body */
  gchar *return_exchange;       /* of the last basic.return; nullable */
  gchar *return_key;
  guint64 return_body_left;
  guint64 published;            /* messages on this channel: the last one has that tag */
  gboolean channel_closed;      /* by the broker, which waits for a word about that */
  gboolean has_setup_channel;
  GHashTable *prepared;         /* exchanges that were found or declared on this connection, see prepared_key() */
};

/* amqp-error.c: what a failed call means. @doing: "log in", "declare exchange \"cameras\"" */
void gst_edge_amqp_set_reply_error (GError ** error, const gchar * doing, amqp_rpc_reply_t reply);
void gst_edge_amqp_set_status_error (GError ** error, const gchar * doing, gint status);

/* amqp-socket.c */
gboolean gst_edge_amqp_open_socket (GstEdgeTransport * self, const GstEdgeHost * host, GError ** error);

/* For a connection that urgent messages share with large ones. */
void gst_edge_amqp_limit_unsent (GstEdgeTransport * self);

/* amqp-channel.c */
gboolean gst_edge_amqp_open_channel (GstEdgeTransport * self, GError ** error);

/* When the broker has closed the channel and nothing else: opens it again, for messages from tag 1 on. */
gboolean gst_edge_amqp_reopen_channel (GstEdgeTransport * self);

gboolean gst_edge_amqp_prepare (GstEdgeTransport * self, GstEdgeTarget * target, gboolean * lost, GError ** error);

/* amqp-frames.c: reads what has arrived, without waiting. FALSE when the connection or the channel is gone. */
gboolean gst_edge_amqp_read_frames (GstEdgeTransport * self, GError ** error);

/* After the channel was opened again: drops what was read meanwhile and belongs to the channel that it was before. */
gboolean gst_edge_amqp_forget_channel (GstEdgeTransport * self, GError ** error);

/* amqp-properties.c: of one message; valid as long as the message is */
typedef struct
{
  amqp_basic_properties_t basic;
  amqp_table_entry_t entries[GST_EDGE_AMQP_N_FRAME_HEADERS + GST_EDGE_AMQP_MAX_HEADERS];
  gchar *message_id;
} GstEdgeAmqpProperties;

void gst_edge_amqp_properties_init (GstEdgeAmqpProperties * self, const GstEdgeMessage * message);
void gst_edge_amqp_properties_clear (GstEdgeAmqpProperties * self);

/* amqp-output.c */
void gst_edge_amqp_output_init (GstEdgeAmqpOutput * self);
void gst_edge_amqp_output_clear (GstEdgeAmqpOutput * self);

/* Appends one message. A librabbitmq status: unless it is AMQP_STATUS_OK, nothing was and never will be sent of it. */
gint gst_edge_amqp_output_add (GstEdgeAmqpOutput * self, const GstEdgeMessage * message, gsize frame_max);

/* For who sends by other means: the same status for the properties of a message. Nothing is appended. */
gint gst_edge_amqp_output_check (GstEdgeAmqpOutput * self, GstEdgeAmqpProperties * properties, gsize frame_max);

/* Sends what the socket takes now; bytes is 0 when all has left. FALSE and errno when the connection is lost. */
gboolean gst_edge_amqp_output_send (GstEdgeAmqpOutput * self, gint fd);

/* amqp-publish.c: the way of messages to the socket */
gboolean gst_edge_amqp_can_publish (GstEdgeTransport * self);
gboolean gst_edge_amqp_publish (GstEdgeTransport * self, GstEdgeMessage * message, GError ** error);
gboolean gst_edge_amqp_flush (GstEdgeTransport * self, GError ** error);

/* Sends all that is left, waiting for the socket, so that librabbitmq may send. */
gboolean gst_edge_amqp_finish_output (GstEdgeTransport * self, GError ** error);

/* FALSE while a call that reads could send a heartbeat into the middle of a message. */
gboolean gst_edge_amqp_may_read (GstEdgeTransport * self);

G_END_DECLS
