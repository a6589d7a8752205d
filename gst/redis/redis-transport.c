/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A Redis connection that the link's poll loop drives. Commands are pipelined by themselves: those of the next
 * message are appended whenever the last ones have left for the kernel, answers come in order. After any error the
 * context is thrown away: a used one may return the answer to another command. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <poll.h>

#include "redis/redis-private.h"
#include "redis/redis-reply.h"

static void
redis_transport_close (GstEdgeTransport *self)
{
  gst_edge_redis_disconnect (self);
  gst_edge_redis_output_clear (&self->output);
  g_queue_clear (&self->expected);
  g_free (self->first_error);
  g_free (self);
}

static GstEdgeTransport *
redis_transport_open (GstEdgeLink *link, guint host_index, GError **error)
{
  GstEdgeTransport *self = g_new0 (GstEdgeTransport, 1);

  self->link = link;
  gst_edge_redis_output_init (&self->output);
  g_queue_init (&self->expected);
  if (gst_edge_redis_log_in (self, host_index, error))
    return self;
  redis_transport_close (self);
  return NULL;
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
redis_transport_prepare (GstEdgeTransport *self, GstEdgeTarget *target, gboolean *lost, GError **error)
{
  return TRUE;
}

/* All replies to the oldest message are there. FALSE when the connection is of no use any more. */
static gboolean
finish_message (GstEdgeTransport *self, guint n_replies, const redisReply *last, GError **error)
{
  gchar *said = g_steal_pointer (&self->first_error), *detail = NULL;
  gboolean reconnect;
  GstEdgeResult result = gst_edge_redis_judge_store (n_replies, last, said, &reconnect);

  if (result != GST_EDGE_DELIVERED)
    detail = g_strdup_printf ("the server says %s%s", said != NULL ? said : "something else than OK to SET",
        said != NULL ? gst_edge_redis_advise (said) : "");
  self->replies = 0;
  g_queue_pop_head (&self->expected);
  self->answered++;
  if (reconnect)
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, detail);
  else
    gst_edge_link_complete (self->link, self->answered, FALSE, result, detail);
  g_free (said);
  g_free (detail);
  return !reconnect;
}

/* The server reads no further than the length of the frame: it is that of the oldest message, as all before it were
 * answered; nothing that follows will be. */
static gboolean
refuse_size (GstEdgeTransport *self, const redisReply *reply, GError **error)
{
  gsize size = gst_edge_link_get_size (self->link, self->answered + 1);
  gchar *said = gst_edge_redis_dup_text (reply);
  gchar *detail = g_strdup_printf ("the server says %s%s", said, gst_edge_redis_advise (said));

  if (size > 0)
    gst_edge_link_limit_size (self->link, size - 1, detail);
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_MESSAGE, detail);
  g_free (detail);
  g_free (said);
  return FALSE;
}

/* Nobody asked: the server closes the connection and says why. */
static gboolean
refuse_unasked (const redisReply *reply, GError **error)
{
  gchar *said = reply->type == REDIS_REPLY_ERROR ? gst_edge_redis_dup_text (reply) : NULL;

  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "the server says %s",
      said != NULL ? said : "something that was not asked");
  g_free (said);
  return FALSE;
}

static gboolean
take_reply (GstEdgeTransport *self, const redisReply *reply, GError **error)
{
  guint n_replies = GPOINTER_TO_UINT (g_queue_peek_head (&self->expected));

  if (n_replies == 0)
    return refuse_unasked (reply, error);
  if (reply->type == REDIS_REPLY_ERROR && gst_edge_redis_judge_error (reply->str) == GST_EDGE_REDIS_TOO_LARGE)
    return refuse_size (self, reply, error);
  if (reply->type == REDIS_REPLY_ERROR && self->first_error == NULL)
    self->first_error = gst_edge_redis_dup_text (reply);
  if (++self->replies < n_replies)
    return TRUE;
  return finish_message (self, n_replies, reply, error);
}

static gboolean
read_replies (GstEdgeTransport *self, GError **error)
{
  gpointer reply;
  gboolean ok = TRUE;

  if (redisBufferRead (self->context) != REDIS_OK)
    return gst_edge_redis_fail (self, error);
  while (ok) {
    if (redisGetReplyFromReader (self->context, &reply) != REDIS_OK)
      return gst_edge_redis_fail (self, error);
    if (reply == NULL)
      break;
    ok = take_reply (self, reply, error);
    freeReplyObject (reply);
  }
  return ok;
}

/* A server that closes the connection may have said why before. */
static gboolean
write_some (GstEdgeTransport *self, GError **error)
{
  GError *local = NULL;

  if (gst_edge_redis_write (self, &local))
    return TRUE;
  if (read_replies (self, error)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_error_free (local);
  return FALSE;
}

static gboolean
redis_transport_send (GstEdgeTransport *self, GstEdgeMessage *message, GError **error)
{
  guint n_replies = gst_edge_redis_output_add_store (&self->output, message);

  if (n_replies == 0) {
    gst_edge_redis_output_reset (&self->output);
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "its bytes cannot be read");
    return FALSE;
  }
  if (gst_edge_endpoint_get_tls (gst_edge_link_get_endpoint (self->link)) != NULL
      && !gst_edge_redis_output_append_to (&self->output, self->context))
    return gst_edge_redis_fail (self, error);
  g_queue_push_tail (&self->expected, GUINT_TO_POINTER (n_replies));
  return write_some (self, error);
}

static gboolean
redis_transport_service (GstEdgeTransport *self, gshort revents, GError **error)
{
  if ((revents & ~POLLOUT) != 0 && !read_replies (self, error))
    return FALSE;
  return (revents & POLLOUT) == 0 || !self->writing || write_some (self, error);
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
