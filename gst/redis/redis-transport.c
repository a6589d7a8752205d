/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A Redis connection on a non-blocking context that the link's poll loop drives. Commands are pipelined by
 * themselves: one is appended whenever the last one has left for the kernel, answers come in order. After any
 * error the context is thrown away: a used one may return the answer to another command. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <hiredis.h>

#include "net/connect.h"
#include "redis/redis-reply.h"
#include "redis/redis-transport.h"

struct _GstEdgeTransport
{
  GstEdgeLink *link;
  redisContext *context;
  gboolean writing;             /* the last command has not left completely */
  guint64 answered;             /* commands since the handshake */
};

static void
target_free (gpointer data)
{
  g_free (data);
}

GstEdgeRedisTarget *
gst_edge_redis_target_new (guint ttl)
{
  GstEdgeRedisTarget *target = g_new0 (GstEdgeRedisTarget, 1);

  gst_edge_target_init (&target->parent, target_free);
  target->ttl = ttl;
  return target;
}

static void
redis_transport_close (GstEdgeTransport *self)
{
  redisFree (self->context);
  g_free (self);
}

static gboolean
fail_with_context_error (GstEdgeTransport *self, GError **error)
{
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "connection lost: %s",
      self->context->err != 0 ? self->context->errstr : "unknown reason");
  return FALSE;
}

static gboolean
write_some (GstEdgeTransport *self, GError **error)
{
  gint done = 0;

  if (redisBufferWrite (self->context, &done) != REDIS_OK)
    return fail_with_context_error (self, error);
  self->writing = !done;
  return TRUE;
}

/* The handshake only: waits for the socket until @deadline or a stop of the link. */
static gboolean
wait_socket (GstEdgeTransport *self, gint64 deadline, GError **error)
{
  GCancellable *cancellable = gst_edge_link_get_cancellable (self->link);
  gint64 left = (deadline - g_get_monotonic_time () + 999) / 1000;
  struct pollfd fds[2] = {
    {.fd = self->context->fd,.events = (gshort) (POLLIN | (self->writing ? POLLOUT : 0))},
    {.fd = g_cancellable_get_fd (cancellable),.events = POLLIN},
  };
  gint n = left > 0 ? poll (fds, 2, (gint) MIN (left, G_MAXINT)) : 0;

  g_cancellable_release_fd (cancellable);
  if (n < 0 && errno == EINTR)
    return TRUE;
  if (g_cancellable_is_cancelled (cancellable)) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_CANCELLED, "stopped");
    return FALSE;
  }
  if (n <= 0) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "the server accepted the connection but did not answer in time");
    return FALSE;
  }
  if (self->writing && !write_some (self, error))
    return FALSE;
  if ((fds[0].revents & ~POLLOUT) != 0 && redisBufferRead (self->context) != REDIS_OK)
    return fail_with_context_error (self, error);
  return TRUE;
}

/* One command of the handshake. NULL on failure of the connection. */
static redisReply *
ask (GstEdgeTransport *self, gint argc, const gchar **argv, GError **error)
{
  gint64 deadline = gst_edge_link_get_deadline (self->link);
  gpointer reply = NULL;

  redisAppendCommandArgv (self->context, argc, argv, NULL);
  self->writing = TRUE;
  while (reply == NULL) {
    if (!wait_socket (self, deadline, error))
      return NULL;
    if (redisGetReplyFromReader (self->context, &reply) != REDIS_OK) {
      fail_with_context_error (self, error);
      return NULL;
    }
  }
  return reply;
}

/* @refused: the error code when the server says no and it is nothing that heals by itself */
static gboolean
command (GstEdgeTransport *self, gint argc, const gchar **argv, GstEdgeError refused,
    const gchar *doing, GError **error)
{
  redisReply *reply = ask (self, argc, argv, error);
  gboolean ok;

  if (reply == NULL)
    return FALSE;
  ok = reply->type != REDIS_REPLY_ERROR;
  if (!ok) {
    GstEdgeRedisVerdict verdict = gst_edge_redis_judge_error (reply->str);
    gint code = refused;

    if (g_str_has_prefix (reply->str, "NOAUTH"))
      code = GST_EDGE_ERROR_AUTH;
    else if (verdict != GST_EDGE_REDIS_REFUSED)
      code = GST_EDGE_ERROR_TRANSIENT;
    g_set_error (error, GST_EDGE_ERROR, code, "%s: the server says %s%s", doing, reply->str,
        gst_edge_redis_advise (reply->str));
  }
  freeReplyObject (reply);
  return ok;
}

static gboolean
authenticate (GstEdgeTransport *self, GstEdgeEndpoint *endpoint, GError **error)
{
  const gchar *user = gst_edge_endpoint_get_user (endpoint);
  const gchar *password = gst_edge_endpoint_get_password (endpoint);
  const gchar *with_user[] = { "AUTH", user, password };
  const gchar *without_user[] = { "AUTH", password };

  if (password == NULL)
    return TRUE;
  return user != NULL
      ? command (self, 3, with_user, GST_EDGE_ERROR_AUTH, "user or password refused, correct them in uri",
      error)
      : command (self, 2, without_user, GST_EDGE_ERROR_AUTH, "password refused, correct it in uri", error);
}

/* A server that wants a password says so only when something is asked. */
static gboolean
greet (GstEdgeTransport *self, GstEdgeEndpoint *endpoint, GError **error)
{
  gchar *database = g_strdup_printf ("%u", gst_edge_endpoint_get_database (endpoint));
  const gchar *select[] = { "SELECT", database };
  gboolean ok = command (self, 2, select, GST_EDGE_ERROR_NOT_FOUND, "could not select the database that "
      "uri names", error);

  g_free (database);
  return ok;
}

static gint
open_socket (GstEdgeLink *link, guint host_index, GError **error)
{
  GstEdgeEndpoint *endpoint = gst_edge_link_get_endpoint (link);
  const gchar *path = gst_edge_endpoint_get_socket_path (endpoint);
  GCancellable *cancellable = gst_edge_link_get_cancellable (link);
  gint64 deadline = gst_edge_link_get_deadline (link);

  if (path != NULL)
    return gst_edge_connect_unix (path, deadline, cancellable, error);
  return gst_edge_connect_tcp (gst_edge_endpoint_get_host (endpoint, host_index), deadline, cancellable,
      error);
}

static GstEdgeTransport *
redis_transport_open (GstEdgeLink *link, guint host_index, GError **error)
{
  GstEdgeEndpoint *endpoint = gst_edge_link_get_endpoint (link);
  GstEdgeTransport *self;
  gint fd = open_socket (link, host_index, error);

  if (fd < 0)
    return NULL;
  self = g_new0 (GstEdgeTransport, 1);
  self->link = link;
  self->context = redisConnectFd (fd);  /* closes it from now on */
  if (self->context == NULL)
    g_error ("out of memory");
  self->context->flags &= ~REDIS_BLOCK;

  if (!authenticate (self, endpoint, error) || !greet (self, endpoint, error)) {
    redis_transport_close (self);
    return NULL;
  }
  return self;
}

static void
redis_transport_get_poll (GstEdgeTransport *self, gint *fd, gshort *events)
{
  *fd = self->context->fd;
  *events = (gshort) (POLLIN | (self->writing ? POLLOUT : 0));
}

static gint64
redis_transport_get_timer (GstEdgeTransport *self)
{
  return G_MAXINT64;
}

static gboolean
redis_transport_is_blocked (GstEdgeTransport *self, const gchar **reason)
{
  *reason = NULL;
  return FALSE;
}

static gboolean
redis_transport_can_send (GstEdgeTransport *self)
{
  return !self->writing;
}

static gboolean
redis_transport_prepare (GstEdgeTransport *self, GstEdgeTarget *target, GError **error)
{
  return TRUE;
}

static gboolean
redis_transport_send (GstEdgeTransport *self, GstEdgeMessage *message, GError **error)
{
  const GstEdgeRedisTarget *target = (const GstEdgeRedisTarget *) message->target;
  const gchar *argv[5];
  gsize lengths[5];
  gchar ttl[16];
  GstMapInfo map;
  gint i, status;

  if (!gst_buffer_map (message->payload, &map, GST_MAP_READ)) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not map a buffer");
    return FALSE;
  }
  g_snprintf (ttl, sizeof (ttl), "%u", target->ttl);
  argv[0] = "SET";
  argv[1] = message->destination;
  argv[2] = (const gchar *) map.data;
  argv[3] = "EX";
  argv[4] = ttl;
  for (i = 0; i < 5; i++)
    lengths[i] = i == 2 ? map.size : strlen (argv[i]);
  status = redisAppendCommandArgv (self->context, 5, argv, lengths);
  gst_buffer_unmap (message->payload, &map);

  return status == REDIS_OK ? write_some (self, error) : fail_with_context_error (self, error);
}

/* FALSE when the connection is of no use any more. */
static gboolean
take_reply (GstEdgeTransport *self, const redisReply *reply, GError **error)
{
  guint64 tag = ++self->answered;
  gchar *detail;

  if (reply->type == REDIS_REPLY_STATUS && g_str_equal (reply->str, "OK")) {
    gst_edge_link_complete (self->link, tag, FALSE, GST_EDGE_DELIVERED, NULL);
    return TRUE;
  }
  if (reply->type != REDIS_REPLY_ERROR) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "the server answered something else than OK to SET");
    return FALSE;
  }

  detail = g_strdup_printf ("the server says %s%s", reply->str, gst_edge_redis_advise (reply->str));
  switch (gst_edge_redis_judge_error (reply->str)) {
    case GST_EDGE_REDIS_BUSY:
      gst_edge_link_complete (self->link, tag, FALSE, GST_EDGE_RETRY, detail);
      break;
    case GST_EDGE_REDIS_RECONNECT:
      g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, detail);
      g_free (detail);
      return FALSE;
    default:
      gst_edge_link_complete (self->link, tag, FALSE, GST_EDGE_REJECTED, detail);
      break;
  }
  g_free (detail);
  return TRUE;
}

static gboolean
read_replies (GstEdgeTransport *self, GError **error)
{
  gpointer reply;
  gboolean ok = TRUE;

  if (redisBufferRead (self->context) != REDIS_OK)
    return fail_with_context_error (self, error);
  while (ok) {
    if (redisGetReplyFromReader (self->context, &reply) != REDIS_OK)
      return fail_with_context_error (self, error);
    if (reply == NULL)
      break;
    ok = take_reply (self, reply, error);
    freeReplyObject (reply);
  }
  return ok;
}

static gboolean
redis_transport_service (GstEdgeTransport *self, gshort revents, GError **error)
{
  if ((revents & POLLOUT) != 0 && self->writing && !write_some (self, error))
    return FALSE;
  if ((revents & ~POLLOUT) != 0)
    return read_replies (self, error);
  return TRUE;
}

const GstEdgeTransportClass *
gst_edge_redis_transport_get_class (void)
{
  static const GstEdgeTransportClass klass = {
    .name = "redis",
    .open = redis_transport_open,
    .close = redis_transport_close,
    .get_poll = redis_transport_get_poll,
    .get_timer = redis_transport_get_timer,
    .is_blocked = redis_transport_is_blocked,
    .can_send = redis_transport_can_send,
    .prepare = redis_transport_prepare,
    .send = redis_transport_send,
    .service = redis_transport_service,
  };

  return &klass;
}
