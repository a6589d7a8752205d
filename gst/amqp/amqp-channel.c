/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one channel of a connection, and the exchanges that are published to. */

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

gboolean
gst_edge_amqp_prepare (GstEdgeTransport *self, GstEdgeTarget *base, GError **error)
{
  const GstEdgeAmqpTarget *target = (const GstEdgeAmqpTarget *) base;
  GError *local = NULL;
  amqp_rpc_reply_t reply;
  gchar *doing, *key;

  if (target->exchange[0] == '\0')      /* the default exchange is always there */
    return TRUE;
  key = prepared_key (target);
  if (g_hash_table_contains (self->prepared, key)) {
    g_free (key);
    return TRUE;
  }

  gst_edge_link_begin_call (self->link, self->fd);
  amqp_exchange_declare (self->connection, GST_EDGE_AMQP_CHANNEL, amqp_cstring_bytes (target->exchange),
      amqp_cstring_bytes (target->exchange_type), !target->declare, TRUE, FALSE, FALSE,
      amqp_empty_table);
  reply = amqp_get_rpc_reply (self->connection);
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
    doing = g_strdup_printf ("%s exchange \"%s\"", target->declare ? "declare" : "find",
        target->exchange);
    gst_edge_amqp_set_reply_error (&local, doing, reply);
    explain (&local, target);
    g_free (doing);
  }
  gst_edge_link_end_call (self->link, &local);
  if (local == NULL) {
    g_hash_table_add (self->prepared, key);
    return TRUE;
  }
  g_free (key);
  g_propagate_error (error, local);
  return FALSE;
}
