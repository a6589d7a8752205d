/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a URI to a connection that takes commands: AUTH, SELECT, and, where the URI names sentinels, the way from
 * them to the present primary. Always from scratch: a reconnect repeats all of it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "redis/redis-private.h"
#include "redis/redis-reply.h"

/* @refused: the error code when the server says no and it is nothing that heals by itself */
static GstEdgeError
code_of (const gchar *said, GstEdgeError refused)
{
  if (g_str_has_prefix (said, "NOAUTH") || gst_edge_redis_judge_error (said) == GST_EDGE_REDIS_NEVER)
    return GST_EDGE_ERROR_AUTH;
  return gst_edge_redis_judge_error (said) == GST_EDGE_REDIS_REFUSED ? refused : GST_EDGE_ERROR_TRANSIENT;
}

static gboolean
accept_reply (const redisReply *reply, GstEdgeError refused, const gchar *doing, GError **error)
{
  gchar *said;

  if (reply->type != REDIS_REPLY_ERROR)
    return TRUE;
  said = gst_edge_redis_dup_text (reply);
  g_set_error (error, GST_EDGE_ERROR, code_of (said, refused), "%s: the server says %s%s", doing, said,
      gst_edge_redis_advise (said));
  g_free (said);
  return FALSE;
}

/* What a server says to AUTH is not repeated: one that does not know the command repeats the password. */
static const gchar *
explain_auth (const gchar *said)
{
  static const gchar *known[][2] = {
    {"WRONGPASS", "says WRONGPASS"},
    {"ERR invalid password", "says that the password is invalid"},
    {"ERR AUTH", "has no password; take it out of uri"},
    {"ERR Client sent AUTH", "has no password; take it out of uri"},
    {"ERR unknown command", "does not know AUTH; was it renamed, or is that a proxy?"},
    {"ERR wrong number", "knows passwords without a user only"},
    {"LOADING", "has just started and reads its data"},
    {"ERR max number of clients", "has too many clients; raise maxclients"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known); i++) {
    if (g_str_has_prefix (said, known[i][0]))
      return known[i][1];
  }
  return "says no";
}

static gboolean
send_auth (GstEdgeTransport *self, gint argc, const gchar **argv, const gchar *refused, GError **error)
{
  redisReply *reply = gst_edge_redis_ask (self, argc, argv, error);
  gboolean ok = reply != NULL && reply->type != REDIS_REPLY_ERROR;

  if (reply != NULL && !ok) {
    GstEdgeError code = code_of (reply->str, GST_EDGE_ERROR_AUTH);

    g_set_error (error, GST_EDGE_ERROR, code, "%s: the server %s",
        code == GST_EDGE_ERROR_AUTH ? refused : "could not log in", explain_auth (reply->str));
  }
  g_clear_pointer (&reply, freeReplyObject);
  return ok;
}

static gboolean
authenticate (GstEdgeTransport *self, GError **error)
{
  GstEdgeEndpoint *endpoint = gst_edge_link_get_endpoint (self->link);
  const gchar *user = gst_edge_endpoint_get_user (endpoint);
  const gchar *password = gst_edge_endpoint_get_password (endpoint);
  const gchar *with_user[] = { "AUTH", user, password };
  const gchar *without_user[] = { "AUTH", password };

  if (password == NULL)
    return TRUE;
  return user != NULL ? send_auth (self, 3, with_user, "user or password refused, correct them in uri", error)
      : send_auth (self, 2, without_user, "password refused, correct it in uri", error);
}

/* Always sent: a server that wants a password says so only when something is asked. A connection begins with database
 * 0, so who may not select has that. */
static gboolean
select_database (GstEdgeTransport *self, GError **error)
{
  guint database = gst_edge_endpoint_get_database (gst_edge_link_get_endpoint (self->link));
  gchar *number = g_strdup_printf ("%u", database);
  const gchar *argv[] = { "SELECT", number };
  redisReply *reply = gst_edge_redis_ask (self, 2, argv, error);
  gboolean ok = FALSE;

  g_free (number);
  if (reply == NULL)
    return FALSE;
  if (database == 0 && reply->type == REDIS_REPLY_ERROR
      && gst_edge_redis_judge_error (reply->str) == GST_EDGE_REDIS_NEVER)
    ok = TRUE;
  else
    ok = accept_reply (reply, GST_EDGE_ERROR_NOT_FOUND, "could not select the database that uri names", error);
  freeReplyObject (reply);
  return ok;
}

/* A replica takes connections but no frames; and right after a failover sentinels may still name the old primary.
 * Who may not ask for the role is believed. */
static gboolean
check_role (GstEdgeTransport *self, GError **error)
{
  const gchar *argv[] = { "ROLE" };
  redisReply *reply = gst_edge_redis_ask (self, 1, argv, error);
  gboolean is_replica;

  if (reply == NULL)
    return FALSE;
  is_replica = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0
      && reply->element[0]->type == REDIS_REPLY_STRING && g_str_equal (reply->element[0]->str, "slave");
  if (is_replica)
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "READONLY: the server is a replica; name the primary in uri");
  freeReplyObject (reply);
  return !is_replica;
}

static gboolean
read_address (const redisReply *reply, const gchar *name, GstEdgeHost *primary, GError **error)
{
  guint64 port;

  if (reply->type == REDIS_REPLY_NIL) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_NOT_FOUND,
        "the sentinel does not watch \"%s\"; correct the name in uri", name);
    return FALSE;
  }
  if (!accept_reply (reply, GST_EDGE_ERROR_TRANSIENT, "could not ask the sentinel", error))
    return FALSE;
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2
      || reply->element[0]->type != REDIS_REPLY_STRING || reply->element[1]->type != REDIS_REPLY_STRING
      || !g_ascii_string_to_unsigned (reply->element[1]->str, 10, 1, 65535, &port, NULL)) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "the sentinel's answer could not be understood; is it a sentinel?");
    return FALSE;
  }
  primary->name = gst_edge_redis_dup_text (reply->element[0]);
  primary->port = (guint16) port;
  return TRUE;
}

/* A sentinel may want the same password as the servers it watches. */
static redisReply *
ask_sentinel (GstEdgeTransport *self, const gchar *name, GError **error)
{
  const gchar *argv[] = { "SENTINEL", "get-master-addr-by-name", name };
  redisReply *reply = gst_edge_redis_ask (self, 3, argv, error);

  if (reply == NULL || reply->type != REDIS_REPLY_ERROR || !g_str_has_prefix (reply->str, "NOAUTH"))
    return reply;
  freeReplyObject (reply);
  return authenticate (self, error) ? gst_edge_redis_ask (self, 3, argv, error) : NULL;
}

static gboolean
connect_through_sentinel (GstEdgeTransport *self, const GstEdgeHost *sentinel, const gchar *name,
    GError **error)
{
  GstEdgeHost primary = { NULL, 0 };
  redisReply *reply;
  gboolean ok = FALSE;

  if (!gst_edge_redis_connect (self, sentinel, error))
    return FALSE;
  reply = ask_sentinel (self, name, error);
  if (reply != NULL) {
    ok = read_address (reply, name, &primary, error);
    freeReplyObject (reply);
  }
  gst_edge_redis_disconnect (self);
  ok = ok && gst_edge_redis_connect (self, &primary, error) && authenticate (self, error);
  g_free (primary.name);
  return ok;
}

gboolean
gst_edge_redis_log_in (GstEdgeTransport *self, guint host_index, GError **error)
{
  GstEdgeEndpoint *endpoint = gst_edge_link_get_endpoint (self->link);
  const gchar *path = gst_edge_endpoint_get_socket_path (endpoint);
  const gchar *sentinel_name = gst_edge_endpoint_get_sentinel_name (endpoint);
  gboolean ok;

  if (path != NULL)
    ok = gst_edge_redis_connect_path (self, path, error) && authenticate (self, error);
  else if (sentinel_name != NULL)
    ok = connect_through_sentinel (self, gst_edge_endpoint_get_host (endpoint, host_index), sentinel_name,
        error);
  else
    ok = gst_edge_redis_connect (self, gst_edge_endpoint_get_host (endpoint, host_index), error)
        && authenticate (self, error);
  return ok && select_database (self, error) && check_role (self, error);
}
