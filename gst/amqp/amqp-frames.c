/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the broker sends by itself: confirms, returned messages, alarms, the end of the channel or connection. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "amqp/amqp-private.h"

static void
set_closed_error (GError **error, const gchar *what, guint16 code, amqp_bytes_t text)
{
  gchar *reply = g_utf8_make_valid (text.bytes, (gssize) text.len);

  /* 406 is about what was published: larger than this broker takes, a bad expiration or user-id */
  g_set_error (error, GST_EDGE_ERROR,
      code == AMQP_PRECONDITION_FAILED ? GST_EDGE_ERROR_MESSAGE : GST_EDGE_ERROR_TRANSIENT,
      "the broker closed the %s: %u %s", what, code, reply);
  g_free (reply);
}

/* "message size 6000 is larger than configured max size 5000" */
static void
learn_max_size (GstEdgeTransport *self, guint16 code, const gchar *said)
{
  const gchar *limit = strstr (said, "max size ");
  guint64 size;

  if (code != AMQP_PRECONDITION_FAILED || limit == NULL || strstr (said, "larger than") == NULL)
    return;
  size = g_ascii_strtoull (limit + strlen ("max size "), NULL, 10);
  if (size > 0)
    gst_edge_link_limit_size (self->link, size, said);
}

static gboolean
publishes_to (GstEdgeTarget *target, gpointer exchange)
{
  return g_str_equal (((GstEdgeAmqpTarget *) target)->exchange, exchange);
}

/* A quoted name in what the broker says: what follows @before and ends with @after. NULL when there is none. */
static gchar *
dup_name (const gchar *said, const gchar *before, const gchar *after)
{
  const gchar *start = strstr (said, before), *end;

  if (start == NULL)
    return NULL;
  start += strlen (before);
  end = strstr (start, after);
  return end != NULL ? g_strndup (start, (gsize) (end - start)) : NULL;
}

static GError *
new_refusal (const gchar *exchange, const gchar *key, const GError *closed)
{
  if (key != NULL)
    return g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_AUTH, "the user may not publish with routing key \"%s\" to "
        "exchange \"%s\"; grant it the topic permission, or correct user, exchange or routing-key: %s", key, exchange,
        closed->message);
  return g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_AUTH, "the user may not write to exchange \"%s\"; grant it the "
      "permission, or correct user or exchange: %s", exchange, closed->message);
}

/* The rights are only checked when something is published: "access to exchange 'cameras' in vhost", also for the one
 * without a name, or "access to topic 'camera.cam3' in exchange 'cameras' in vhost". The latter is about one routing
 * key: who uses others goes on. The end of a long text is missing. */
static void
fail_refused_clients (GstEdgeTransport *self, const GError *closed)
{
  gchar *key = dup_name (closed->message, "access to topic '", "' in exchange ");
  const gchar *place = strstr (closed->message, key != NULL ? "' in exchange " : "access to exchange ");
  gchar *exchange = place != NULL ? dup_name (place + 1, "'", "'") : NULL;
  GError *error;

  if (exchange != NULL) {
    if (g_str_equal (exchange, "amq.default"))
      exchange[0] = '\0';
    error = new_refusal (exchange, key, closed);
    gst_edge_link_refuse_clients (self->link, publishes_to, exchange, key, error);
    g_error_free (error);
  }
  g_free (exchange);
  g_free (key);
}

static void
begin_return (GstEdgeTransport *self, const amqp_basic_return_t *method)
{
  g_free (self->return_exchange);
  g_free (self->return_key);
  self->return_exchange = g_strndup (method->exchange.bytes, method->exchange.len);
  self->return_key = g_strndup (method->routing_key.bytes, method->routing_key.len);
  self->in_return = TRUE;
}

static gboolean
wants_returns (GstEdgeTarget *target, gpointer exchange)
{
  return ((GstEdgeAmqpTarget *) target)->mandatory && publishes_to (target, exchange);
}

/* Over TLS the broker is heard right before a message is sent: nothing that it says then may be about that one. */
static gboolean
handle_confirm (GstEdgeTransport *self, guint64 tag, gboolean multiple, GstEdgeResult result, const gchar *detail,
    GError **error)
{
  if (tag > self->published) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "the broker confirmed a message that was not sent");
    return FALSE;
  }
  gst_edge_link_complete (self->link, tag, multiple, result, detail);
  return TRUE;
}

static gboolean
handle_method (GstEdgeTransport *self, amqp_channel_t channel, const amqp_method_t *method, GError **error)
{
  switch (method->id) {
    case AMQP_BASIC_ACK_METHOD:{
      const amqp_basic_ack_t *ack = method->decoded;

      return handle_confirm (self, ack->delivery_tag, ack->multiple, GST_EDGE_DELIVERED, NULL, error);
    }
    case AMQP_BASIC_NACK_METHOD:{
      const amqp_basic_nack_t *nack = method->decoded;

      return handle_confirm (self, nack->delivery_tag, nack->multiple, GST_EDGE_REJECTED,
          "the broker refused the message (basic.nack); is a queue full?", error);
    }
    case AMQP_BASIC_RETURN_METHOD:
      begin_return (self, method->decoded);
      return TRUE;
    case AMQP_CONNECTION_BLOCKED_METHOD:{
      const amqp_connection_blocked_t *blocked = method->decoded;

      g_free (self->blocked_reason);
      self->blocked_reason = g_utf8_make_valid (blocked->reason.bytes, (gssize) blocked->reason.len);
      return TRUE;
    }
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      g_clear_pointer (&self->blocked_reason, g_free);
      return TRUE;
    case AMQP_CHANNEL_CLOSE_METHOD:{
      const amqp_channel_close_t *close = method->decoded;

      self->channel_closed = channel == GST_EDGE_AMQP_CHANNEL;
      set_closed_error (error, "channel", close->reply_code, close->reply_text);
      learn_max_size (self, close->reply_code, (*error)->message);
      if (close->reply_code == AMQP_ACCESS_REFUSED)
        fail_refused_clients (self, *error);
      return FALSE;
    }
    case AMQP_CONNECTION_CLOSE_METHOD:{
      const amqp_connection_close_t *close = method->decoded;

      set_closed_error (error, "connection", close->reply_code, close->reply_text);
      return FALSE;
    }
    default:
      return TRUE;
  }
}

/* The header and the body of a returned message; only its message-id matters. */
static void
handle_content (GstEdgeTransport *self, const amqp_frame_t *frame)
{
  if (!self->in_return)
    return;

  if (frame->frame_type == AMQP_FRAME_HEADER) {
    const amqp_basic_properties_t *props = frame->payload.properties.decoded;

    if (props->_flags & AMQP_BASIC_MESSAGE_ID_FLAG) {
      gchar *id = g_strndup (props->message_id.bytes, props->message_id.len);

      gst_edge_link_mark_returned (self->link, id, self->return_key, wants_returns, self->return_exchange);
      g_free (id);
    }
    self->return_body_left = frame->payload.properties.body_size;
  } else {
    self->return_body_left -= MIN (self->return_body_left, frame->payload.body_fragment.len);
  }
  if (self->return_body_left == 0)
    self->in_return = FALSE;
}

/* Asking the socket once more, only to hear that there is nothing, costs two system calls. */
static gboolean
may_have_more (GstEdgeTransport *self)
{
  return self->is_tls || amqp_frames_enqueued (self->connection) || amqp_data_in_buffer (self->connection);
}

/* What a call put aside while it waited for another answer comes from the former life of the channel: a confirm there
 * would settle a message of this one that has the same tag. */
gboolean
gst_edge_amqp_forget_channel (GstEdgeTransport *self, GError **error)
{
  struct timeval no_wait = { 0, 0 };
  gboolean ok = TRUE;
  amqp_frame_t frame;

  while (ok && amqp_frames_enqueued (self->connection)
      && amqp_simple_wait_frame_noblock (self->connection, &frame, &no_wait) == AMQP_STATUS_OK) {
    if (frame.channel != GST_EDGE_AMQP_CHANNEL && frame.frame_type == AMQP_FRAME_METHOD)
      ok = handle_method (self, frame.channel, &frame.payload.method, error);
  }
  return ok;
}

gboolean
gst_edge_amqp_read_frames (GstEdgeTransport *self, GError **error)
{
  struct timeval no_wait = { 0, 0 };
  gboolean ok = TRUE, more = TRUE;
  gint status = AMQP_STATUS_TIMEOUT;

  gst_edge_link_begin_call (self->link, self->fd);
  while (ok && more) {
    amqp_frame_t frame;

    status = amqp_simple_wait_frame_noblock (self->connection, &frame, &no_wait);
    if (status != AMQP_STATUS_OK)
      break;
    if (frame.frame_type == AMQP_FRAME_METHOD)
      ok = handle_method (self, frame.channel, &frame.payload.method, error);
    else
      handle_content (self, &frame);
    more = may_have_more (self);
  }
  if (ok && status != AMQP_STATUS_OK && status != AMQP_STATUS_TIMEOUT) {
    gst_edge_amqp_set_status_error (error, "keep the connection", status);
    ok = FALSE;
  }
  if (!gst_edge_link_end_call (self->link, error))
    ok = FALSE;

  amqp_maybe_release_buffers (self->connection);
  self->service_at = g_get_monotonic_time () + self->service_interval;
  return ok;
}
