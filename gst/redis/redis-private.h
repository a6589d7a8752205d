/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the Redis transport share. All of it belongs to the link's thread. */

#pragma once

#include <hiredis.h>

#include "redis/redis-transport.h"

G_BEGIN_DECLS

struct _GstEdgeTransport
{
  GstEdgeLink *link;
  redisContext *context;        /* non-blocking; thrown away after any error */
  gboolean writing;             /* the last command has not left completely */
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

/* redis-tls.c: right after connecting; only where hiredis has TLS */
gboolean gst_edge_redis_start_tls (GstEdgeTransport * self, const GstEdgeHost * host, GError ** error);

/* redis-login.c: AUTH, SELECT, and the way from sentinels to a primary */
gboolean gst_edge_redis_log_in (GstEdgeTransport * self, guint host_index, GError ** error);

/* redis-store.c: the commands of one message; returns how many replies they get, 0 on failure */
guint gst_edge_redis_append_store (redisContext * context, const GstEdgeMessage * message);

/* Was the frame stored? @last: the last reply, @first_error (nullable): of any reply. */
GstEdgeResult gst_edge_redis_judge_store (guint n_replies, const redisReply * last, const gchar * first_error,
    gboolean * reconnect);

G_END_DECLS
