/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands that store one frame. Without extras it is one SET with its TTL; with extras a transaction, so that
 * nobody finds the key of a frame that is not there:
 *
 *   MULTI
 *   SET {key} {JPEG} EX {ttl}
 *   SET {camera}:latest {key} EX {ttl}
 *   ZADD {camera}:index {capture time in us} {key}
 *   ZREMRANGEBYSCORE {camera}:index -inf ({capture time - ttl}
 *   EXPIRE {camera}:index {ttl}
 *   EXEC
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "redis/redis-private.h"
#include "redis/redis-reply.h"

static void
target_free (gpointer data)
{
  GstEdgeRedisTarget *target = data;

  g_free (target->key_prefix);
  g_free (target);
}

GstEdgeRedisTarget *
gst_edge_redis_target_new (guint ttl, const gchar *key_prefix)
{
  GstEdgeRedisTarget *target = g_new0 (GstEdgeRedisTarget, 1);

  gst_edge_target_init (&target->parent, target_free);
  target->ttl = ttl;
  target->key_prefix = g_strdup (key_prefix);
  return target;
}

static void
add_latest (GstEdgeRedisOutput *output, const GstEdgeRedisTarget *target, const GstEdgeMessage *message,
    const gchar *ttl)
{
  gchar *key = g_strconcat (target->key_prefix, message->identity.camera_id, ":latest", NULL);

  gst_edge_redis_output_add (output, "SET", key, message->destination, "EX", ttl, NULL);
  g_free (key);
}

/* A score is a double: microseconds of this century are exact in it, nanoseconds are not. */
static void
add_index (GstEdgeRedisOutput *output, const GstEdgeRedisTarget *target, const GstEdgeMessage *message,
    const gchar *ttl)
{
  gint64 captured = message->identity.capture_time / 1000;
  gchar *key = g_strconcat (target->key_prefix, message->identity.camera_id, ":index", NULL);
  gchar *score = g_strdup_printf ("%" G_GINT64_FORMAT, captured);
  gchar *expired = g_strdup_printf ("(%" G_GINT64_FORMAT, captured - (gint64) target->ttl * G_USEC_PER_SEC);

  gst_edge_redis_output_add (output, "ZADD", key, score, message->destination, NULL);
  gst_edge_redis_output_add (output, "ZREMRANGEBYSCORE", key, "-inf", expired, NULL);
  gst_edge_redis_output_add (output, "EXPIRE", key, ttl, NULL);
  g_free (key);
  g_free (score);
  g_free (expired);
}

guint
gst_edge_redis_output_add_store (GstEdgeRedisOutput *output, const GstEdgeMessage *message)
{
  const GstEdgeRedisTarget *target = (const GstEdgeRedisTarget *) message->target;
  gboolean extras = target->latest || target->index;
  gchar ttl[16];

  g_snprintf (ttl, sizeof (ttl), "%u", target->ttl);
  if (extras)
    gst_edge_redis_output_add (output, "MULTI", NULL);
  if (!gst_edge_redis_output_add_frame (output, message->destination, message->payload, ttl))
    return 0;
  if (!extras)
    return 1;
  if (target->latest)
    add_latest (output, target, message, ttl);
  if (target->index)
    add_index (output, target, message, ttl);
  gst_edge_redis_output_add (output, "EXEC", NULL);
  return 3 + (target->latest ? 1 : 0) + (target->index ? 3 : 0);
}

static gboolean
is_ok (const redisReply *reply)
{
  return reply->type == REDIS_REPLY_STATUS && g_str_equal (reply->str, "OK");
}

GstEdgeResult
gst_edge_redis_judge_store (guint n_replies, const redisReply *last, const gchar *first_error,
    gboolean *reconnect)
{
  const redisReply *set = last;

  *reconnect = FALSE;
  if (n_replies > 1 && last->type == REDIS_REPLY_ARRAY && last->elements > 0)
    set = last->element[0];
  if (first_error == NULL && is_ok (set))
    return GST_EDGE_DELIVERED;
  if (first_error == NULL && set->type == REDIS_REPLY_ERROR)
    first_error = set->str;
  if (first_error == NULL) {
    *reconnect = TRUE;          /* an answer that makes no sense: nothing that follows can be trusted */
    return GST_EDGE_RETRY;
  }

  switch (gst_edge_redis_judge_error (first_error)) {
    case GST_EDGE_REDIS_BUSY:
      return GST_EDGE_RETRY;
    case GST_EDGE_REDIS_RECONNECT:
      *reconnect = TRUE;
      return GST_EDGE_RETRY;
    case GST_EDGE_REDIS_NEVER:
      return GST_EDGE_NEVER;
    default:
      return GST_EDGE_REJECTED;
  }
}
