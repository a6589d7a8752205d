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
  return TRUE;
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
