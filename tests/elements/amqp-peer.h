/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Another AMQP client: what a consumer gets, with all its properties. */

#pragma once

#include <gst/gst.h>

#include "amqp/rabbitmq-c-compat.h"

G_BEGIN_DECLS

typedef struct _AmqpPeer AmqpPeer;

typedef struct
{
  GstStructure *headers;        /* strings and gint64, only of the types of the wire contract */
  gchar *exchange;
  gchar *routing_key;
  gchar *content_type;          /* nullable */
  gchar *message_id;            /* nullable */
  gchar *expiration;            /* nullable */
  gchar *app_id;                /* nullable */
  guint priority;
  guint64 timestamp;
  guint delivery_mode;
  guint flags;                  /* which properties there were, AMQP_BASIC_…_FLAG */
  gboolean redelivered;
  GBytes *body;
} AmqpLetter;

/* Connects to the server of run-with-servers. */
AmqpPeer *amqp_peer_new (void);
void amqp_peer_free (AmqpPeer * peer);

/* A durable exchange, and its end. */
void amqp_peer_declare (AmqpPeer * peer, const gchar * exchange, const gchar * type);
void amqp_peer_delete (AmqpPeer * peer, const gchar * exchange);

/* A queue for what is published to @exchange with @key. @name: (nullable): makes a durable queue of that name that
 * outlives the connection and the server; else it is the connection's own. */
void amqp_peer_bind (AmqpPeer * peer, const gchar * name, const gchar * exchange, const gchar * key);

/* The next message, waits for it. */
AmqpLetter *amqp_peer_get (AmqpPeer * peer);
void amqp_letter_free (AmqpLetter * letter);

/* How many messages lie in the queue. */
guint amqp_peer_count (AmqpPeer * peer);
void amqp_peer_purge (AmqpPeer * peer);

G_END_DECLS
