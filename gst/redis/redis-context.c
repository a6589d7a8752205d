/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A hiredis context that never blocks by itself. During the handshake we wait for it here, with a deadline and
 * interruptibly; afterwards the link's poll loop does. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <poll.h>

#include "net/connect.h"
#include "redis/redis-private.h"

static gboolean
use_socket (GstEdgeTransport *self, gint fd)
{
  if (fd < 0)
    return FALSE;
  self->context = redisConnectFd (fd);  /* closes it from now on */
  if (self->context == NULL)
    g_error ("out of memory");
  self->context->flags &= ~REDIS_BLOCK;
  return TRUE;
}

gboolean
gst_edge_redis_connect (GstEdgeTransport *self, const GstEdgeHost *host, GError **error)
{
  if (!use_socket (self, gst_edge_connect_tcp (host, gst_edge_link_get_deadline (self->link),
              gst_edge_link_get_cancellable (self->link), error)))
    return FALSE;
#ifdef HAVE_HIREDIS_SSL
  if (gst_edge_endpoint_get_tls (gst_edge_link_get_endpoint (self->link)) != NULL)
    return gst_edge_redis_start_tls (self, host, error);
#endif
  return TRUE;
}

gboolean
gst_edge_redis_connect_path (GstEdgeTransport *self, const gchar *path, GError **error)
{
  return use_socket (self, gst_edge_connect_unix (path, gst_edge_link_get_deadline (self->link),
          gst_edge_link_get_cancellable (self->link), error));
}

void
gst_edge_redis_disconnect (GstEdgeTransport *self)
{
  g_clear_pointer (&self->context, redisFree);
  gst_edge_redis_output_reset (&self->output);
  self->writing = FALSE;
}

gboolean
gst_edge_redis_fail (GstEdgeTransport *self, GError **error)
{
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "connection lost: %s",
      self->context->err != 0 ? self->context->errstr : "unknown reason");
  return FALSE;
}

gboolean
gst_edge_redis_write (GstEdgeTransport *self, GError **error)
{
  gint done = 0;

  if (!gst_edge_redis_output_is_empty (&self->output)) {
    if (!gst_edge_redis_output_send (&self->output, self->context->fd)) {
      g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "connection lost: %s", g_strerror (errno));
      return FALSE;
    }
    self->writing = !gst_edge_redis_output_is_empty (&self->output);
    return TRUE;
  }
  if (redisBufferWrite (self->context, &done) != REDIS_OK)
    return gst_edge_redis_fail (self, error);
  self->writing = !done;
  return TRUE;
}

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
  gboolean again = n < 0 && errno == EINTR;

  if (fds[1].fd >= 0)           /* there may be no descriptor left for it */
    g_cancellable_release_fd (cancellable);
  if (again)
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
  if (self->writing && !gst_edge_redis_write (self, error))
    return FALSE;
  if ((fds[0].revents & ~POLLOUT) != 0 && redisBufferRead (self->context) != REDIS_OK)
    return gst_edge_redis_fail (self, error);
  return TRUE;
}

redisReply *
gst_edge_redis_ask (GstEdgeTransport *self, gint argc, const gchar **argv, GError **error)
{
  gint64 deadline = gst_edge_link_get_deadline (self->link);
  gpointer reply = NULL;

  redisAppendCommandArgv (self->context, argc, argv, NULL);
  self->writing = TRUE;
  while (reply == NULL) {
    if (!wait_socket (self, deadline, error))
      return NULL;
    if (redisGetReplyFromReader (self->context, &reply) != REDIS_OK) {
      gst_edge_redis_fail (self, error);
      return NULL;
    }
  }
  return reply;
}

gchar *
gst_edge_redis_dup_text (const redisReply *reply)
{
  return g_utf8_make_valid (reply->str, (gssize) reply->len);
}
