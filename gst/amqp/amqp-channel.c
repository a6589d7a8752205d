/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The channels of a connection, and the exchanges that are published to. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "amqp/amqp-private.h"

gboolean
gst_edge_amqp_open_channel (GstEdgeTransport *self, GError **error)
{
  amqp_rpc_reply_t reply;

  amqp_channel_open (self->connection, GST_EDGE_AMQP_CHANNEL);
  reply = amqp_get_rpc_reply (self->connection);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
    amqp_confirm_select (self->connection, GST_EDGE_AMQP_CHANNEL);
    reply = amqp_get_rpc_reply (self->connection);
  }
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
    gst_edge_amqp_set_reply_error (error, "open a channel with publisher confirms", reply);
    return FALSE;
  }
  self->published = 0;
  return TRUE;
}

/* Until it hears channel.close-ok, the broker drops what it gets for this channel, but the frames on the wire must stay
 * whole: what has partly left goes first. In an alarm it reads nothing, and would not answer. Nothing that came before
 * channel.open-ok may be taken for the new channel's, whose tags start at 1 again. */
gboolean
gst_edge_amqp_reopen_channel (GstEdgeTransport *self)
{
  amqp_channel_close_ok_t ok = { 0 };
  GError *error = NULL;
  gint status;

  if (!self->channel_closed || self->blocked_reason != NULL || !gst_edge_amqp_finish_output (self, NULL))
    return FALSE;
  self->channel_closed = self->in_return = self->waits_for_room = FALSE;
  g_hash_table_remove_all (self->prepared);     /* it may have been about an exchange that is gone */

  gst_edge_link_begin_call (self->link, self->fd);
  status = amqp_send_method (self->connection, GST_EDGE_AMQP_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
  if (status != AMQP_STATUS_OK)
    gst_edge_amqp_set_status_error (&error, "close a channel", status);
  else if (gst_edge_amqp_open_channel (self, &error))
    gst_edge_amqp_forget_channel (self, &error);
  gst_edge_link_end_call (self->link, &error);
  if (error == NULL)
    return TRUE;
  g_error_free (error);
  return FALSE;
}

/* Says what to change about an exchange that is not what it should be. */
static void
explain (GError **error, const GstEdgeAmqpTarget *target)
{
  if (error == NULL || *error == NULL)
    return;
  if ((*error)->code == GST_EDGE_ERROR_SETTINGS)
    g_prefix_error (error, "exchange \"%s\" is not a durable exchange of type %s; set exchange or "
        "exchange-type to what the broker has, or delete it there: ", target->exchange,
        target->exchange_type);
  else if ((*error)->code == GST_EDGE_ERROR_NOT_FOUND)
    g_prefix_error (error, "exchange \"%s\" does not exist; create it, or set declare=true: ",
        target->exchange);
  else if ((*error)->code == GST_EDGE_ERROR_AUTH)
    g_prefix_error (error, "the user may not use exchange \"%s\"; grant it the permissions configure and "
        "write: ", target->exchange);
}

/* Forty cameras publish to one exchange: it costs one round trip, not forty. */
static gchar *
prepared_key (const GstEdgeAmqpTarget *target)
{
  return g_strdup_printf ("%d\n%s\n%s", target->declare, target->exchange_type, target->exchange);
}

static gboolean
open_setup_channel (GstEdgeTransport *self, GError **error)
{
  amqp_rpc_reply_t reply;

  if (self->has_setup_channel)
    return TRUE;
  amqp_channel_open (self->connection, GST_EDGE_AMQP_SETUP_CHANNEL);
  reply = amqp_get_rpc_reply (self->connection);
  self->has_setup_channel = reply.reply_type == AMQP_RESPONSE_NORMAL;
  if (!self->has_setup_channel)
    gst_edge_amqp_set_reply_error (error, "open a second channel", reply);
  return self->has_setup_channel;
}

/* A refusal closed the channel: confirms that, so that it can be opened again. FALSE when the whole connection is
 * closed. */
static gboolean
confirm_close (GstEdgeTransport *self, amqp_rpc_reply_t reply)
{
  amqp_channel_close_ok_t ok = { 0 };

  if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION || reply.reply.id != AMQP_CHANNEL_CLOSE_METHOD)
    return FALSE;
  self->has_setup_channel = FALSE;
  return amqp_send_method (self->connection, GST_EDGE_AMQP_SETUP_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD,
      &ok) == AMQP_STATUS_OK;
}

static gboolean
declare (GstEdgeTransport *self, const GstEdgeAmqpTarget *target, gboolean *lost, GError **error)
{
  amqp_rpc_reply_t reply;
  gchar *doing;

  *lost = TRUE;
  if (!open_setup_channel (self, error))
    return FALSE;
  amqp_exchange_declare (self->connection, GST_EDGE_AMQP_SETUP_CHANNEL, amqp_cstring_bytes (target->exchange),
      amqp_cstring_bytes (target->exchange_type), !target->declare, TRUE, FALSE, FALSE,
      amqp_empty_table);
  reply = amqp_get_rpc_reply (self->connection);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL)
    return TRUE;
  doing = g_strdup_printf ("%s exchange \"%s\"", target->declare ? "declare" : "find", target->exchange);
  gst_edge_amqp_set_reply_error (error, doing, reply);
  explain (error, target);
  g_free (doing);
  *lost = !confirm_close (self, reply);
  return FALSE;
}

gboolean
gst_edge_amqp_prepare (GstEdgeTransport *self, GstEdgeTarget *base, gboolean *lost, GError **error)
{
  const GstEdgeAmqpTarget *target = (const GstEdgeAmqpTarget *) base;
  GError *local = NULL;
  gchar *key;

  if (base->urgent)
    gst_edge_amqp_limit_unsent (self);
  if (target->exchange[0] == '\0')      /* the default exchange is always there */
    return TRUE;
  key = prepared_key (target);
  if (g_hash_table_contains (self->prepared, key)) {
    g_free (key);
    return TRUE;
  }

  gst_edge_link_begin_call (self->link, self->fd);
  declare (self, target, lost, &local);
  gst_edge_link_end_call (self->link, &local);
  if (local == NULL) {
    g_hash_table_add (self->prepared, key);
    return TRUE;
  }
  g_free (key);
  g_propagate_error (error, local);
  return FALSE;
}
