/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the Redis transport share. All of it belongs to the link's thread. */

#pragma once

#include <hiredis.h>

#include "redis/redis-transport.h"

G_BEGIN_DECLS

/* The commands of one message; at most one of them has a frame, which is not copied. */
typedef struct
{
  GString *head;                /* up to the frame */
  GstBuffer *payload;           /* nullable; mapped while it is here */
  GstMapInfo map;
  GString *tail;                /* behind the frame */
  gsize sent;                   /* bytes of all three */
} GstEdgeRedisOutput;

struct _GstEdgeTransport
{
  GstEdgeLink *link;
  redisContext *context;        /* non-blocking; thrown away after any error */
  GstEdgeRedisOutput output;    /* the last message, while it has not left completely */
  gboolean writing;             /* the last message or command has not left completely */
  guint64 answered;             /* messages since the handshake */

  /* Replies to the oldest unanswered message. */
  GQueue expected;              /* how many each unanswered message gets, as GUINT_TO_POINTER */
  guint replies;                /* how many it has got */
  gchar *first_error;           /* nullable */
};

/* redis-context.c: a non-blocking context that is waited for with a deadline, for the handshake */
gboolean gst_edge_redis_connect (GstEdgeTransport * self, const GstEdgeHost * host, GError ** error);
gboolean gst_edge_redis_connect_path (GstEdgeTransport * self, const gchar * path, GError ** error);
void gst_edge_redis_disconnect (GstEdgeTransport * self);
gboolean gst_edge_redis_write (GstEdgeTransport * self, GError ** error);
gboolean gst_edge_redis_fail (GstEdgeTransport * self, GError ** error);

/* (transfer full): the reply to one command, or NULL when the connection is lost. */
redisReply *gst_edge_redis_ask (GstEdgeTransport * self, gint argc, const gchar ** argv, GError ** error);

/* What the server says, for people: it need not be UTF-8, as messages of the bus are. */
gchar *gst_edge_redis_dup_text (const redisReply * reply);

/* redis-tls.c: right after connecting; only where hiredis has TLS */
gboolean gst_edge_redis_start_tls (GstEdgeTransport * self, const GstEdgeHost * host, GError ** error);

/* redis-login.c: AUTH, SELECT, and the way from sentinels to a primary */
gboolean gst_edge_redis_log_in (GstEdgeTransport * self, guint host_index, GError ** error);

/* redis-output.c */
void gst_edge_redis_output_init (GstEdgeRedisOutput * self);
void gst_edge_redis_output_clear (GstEdgeRedisOutput * self);
void gst_edge_redis_output_reset (GstEdgeRedisOutput * self);
gboolean gst_edge_redis_output_is_empty (const GstEdgeRedisOutput * self);

/* A command of text arguments up to NULL. */
void gst_edge_redis_output_add (GstEdgeRedisOutput * self, ...) G_GNUC_NULL_TERMINATED;

/* SET key payload EX ttl; FALSE when the payload cannot be read */
gboolean gst_edge_redis_output_add_frame (GstEdgeRedisOutput * self, const gchar * key, GstBuffer * payload,
    const gchar * ttl);

/* Sends what the socket takes now; it is empty when all has left. FALSE and errno when the connection is lost. */
gboolean gst_edge_redis_output_send (GstEdgeRedisOutput * self, gint fd);

/* Gives it to hiredis instead, for TLS; it is empty then. */
gboolean gst_edge_redis_output_append_to (GstEdgeRedisOutput * self, redisContext * context);

/* redis-store.c: the commands of one message; returns how many replies they get, 0 on failure */
guint gst_edge_redis_output_add_store (GstEdgeRedisOutput * self, const GstEdgeMessage * message);

/* Was the frame stored? @last: the last reply, @first_error (nullable): of any reply. */
GstEdgeResult gst_edge_redis_judge_store (guint n_replies, const redisReply * last, const gchar * first_error,
    gboolean * reconnect);

G_END_DECLS
