/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Another AMQP client, on librabbitmq: one queue, basic.get. */

#include "amqp-peer.h"

#include <string.h>

#include "sink-rig.h"

#define CHANNEL 1

struct _AmqpPeer
{
  amqp_connection_state_t connection;
  gchar *queue;
};

static void
check (amqp_rpc_reply_t reply, const gchar *doing)
{
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    g_error ("could not %s: type %d, %s", doing, reply.reply_type, amqp_error_string2 (reply.library_error));
}

AmqpPeer *
amqp_peer_new (void)
{
  gchar *uri = g_strdup (sink_rig_uri ("amqpsink"));
  AmqpPeer *peer = g_new0 (AmqpPeer, 1);
  struct amqp_connection_info info;
  amqp_socket_t *socket;

  g_assert_cmpint (amqp_parse_url (uri, &info), ==, AMQP_STATUS_OK);
  peer->connection = amqp_new_connection ();
  socket = amqp_tcp_socket_new (peer->connection);
  g_assert_cmpint (amqp_socket_open (socket, info.host, info.port), ==, AMQP_STATUS_OK);
  check (amqp_login (peer->connection, info.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, info.user, info.password),
      "log in");
  amqp_channel_open (peer->connection, CHANNEL);
  check (amqp_get_rpc_reply (peer->connection), "open a channel");
  g_free (uri);
  return peer;
}

void
amqp_peer_free (AmqpPeer *peer)
{
  amqp_connection_close (peer->connection, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection (peer->connection);
  g_free (peer->queue);
  g_free (peer);
}

void
amqp_peer_declare (AmqpPeer *peer, const gchar *exchange, const gchar *type)
{
  amqp_exchange_declare (peer->connection, CHANNEL, amqp_cstring_bytes (exchange), amqp_cstring_bytes (type), FALSE,
      TRUE, FALSE, FALSE, amqp_empty_table);
  check (amqp_get_rpc_reply (peer->connection), "declare an exchange");
}

void
amqp_peer_delete (AmqpPeer *peer, const gchar *exchange)
{
  amqp_exchange_delete (peer->connection, CHANNEL, amqp_cstring_bytes (exchange), FALSE);
  check (amqp_get_rpc_reply (peer->connection), "delete an exchange");
}

void
amqp_peer_bind (AmqpPeer *peer, const gchar *name, const gchar *exchange, const gchar *key)
{
  amqp_queue_declare_ok_t *ok;

  if (peer->queue == NULL) {
    ok = amqp_queue_declare (peer->connection, CHANNEL, name != NULL ? amqp_cstring_bytes (name) : amqp_empty_bytes,
        FALSE, name != NULL, name == NULL, name == NULL, amqp_empty_table);
    check (amqp_get_rpc_reply (peer->connection), "declare a queue");
    peer->queue = g_strndup (ok->queue.bytes, ok->queue.len);
  }
  amqp_queue_bind (peer->connection, CHANNEL, amqp_cstring_bytes (peer->queue), amqp_cstring_bytes (exchange),
      amqp_cstring_bytes (key), amqp_empty_table);
  check (amqp_get_rpc_reply (peer->connection), "bind a queue");
}

static gchar *
dup_bytes (amqp_bytes_t bytes)
{
  return g_strndup (bytes.bytes, bytes.len);
}

static GstStructure *
read_headers (const amqp_table_t *table)
{
  GstStructure *headers = gst_structure_new_empty ("headers");
  gint i;

  for (i = 0; i < table->num_entries; i++) {
    const amqp_table_entry_t *entry = &table->entries[i];
    gchar *name = dup_bytes (entry->key), *text;

    switch (entry->value.kind) {
      case AMQP_FIELD_KIND_I64:
        gst_structure_set (headers, name, G_TYPE_INT64, entry->value.value.i64, NULL);
        break;
      case AMQP_FIELD_KIND_UTF8:
        text = dup_bytes (entry->value.value.bytes);
        gst_structure_set (headers, name, G_TYPE_STRING, text, NULL);
        g_free (text);
        break;
      case AMQP_FIELD_KIND_F64:
        gst_structure_set (headers, name, G_TYPE_DOUBLE, entry->value.value.f64, NULL);
        break;
      case AMQP_FIELD_KIND_BOOLEAN:
        gst_structure_set (headers, name, G_TYPE_BOOLEAN, entry->value.value.boolean, NULL);
        break;
      default:
        g_error ("header %s is of kind %c", name, entry->value.kind);
    }
    g_free (name);
  }
  return headers;
}

static AmqpLetter *
make_letter (const amqp_basic_get_ok_t *got, const amqp_message_t *message)
{
  const amqp_basic_properties_t *props = &message->properties;
  AmqpLetter *letter = g_new0 (AmqpLetter, 1);

  letter->exchange = dup_bytes (got->exchange);
  letter->routing_key = dup_bytes (got->routing_key);
  letter->redelivered = got->redelivered;
  letter->flags = props->_flags;
  if (props->_flags & AMQP_BASIC_CONTENT_TYPE_FLAG)
    letter->content_type = dup_bytes (props->content_type);
  if (props->_flags & AMQP_BASIC_MESSAGE_ID_FLAG)
    letter->message_id = dup_bytes (props->message_id);
  if (props->_flags & AMQP_BASIC_EXPIRATION_FLAG)
    letter->expiration = dup_bytes (props->expiration);
  if (props->_flags & AMQP_BASIC_APP_ID_FLAG)
    letter->app_id = dup_bytes (props->app_id);
  if (props->_flags & AMQP_BASIC_PRIORITY_FLAG)
    letter->priority = props->priority;
  if (props->_flags & AMQP_BASIC_TIMESTAMP_FLAG)
    letter->timestamp = props->timestamp;
  if (props->_flags & AMQP_BASIC_DELIVERY_MODE_FLAG)
    letter->delivery_mode = props->delivery_mode;
  if (props->_flags & AMQP_BASIC_HEADERS_FLAG)
    letter->headers = read_headers (&props->headers);
  letter->body = g_bytes_new (message->body.bytes, message->body.len);
  return letter;
}

AmqpLetter *
amqp_peer_get (AmqpPeer *peer)
{
  gint64 end = g_get_monotonic_time () + SINK_RIG_PATIENCE;

  while (g_get_monotonic_time () < end) {
    amqp_rpc_reply_t reply = amqp_basic_get (peer->connection, CHANNEL, amqp_cstring_bytes (peer->queue), TRUE);
    amqp_message_t message;
    AmqpLetter *letter;

    check (reply, "get a message");
    if (reply.reply.id == AMQP_BASIC_GET_EMPTY_METHOD) {
      amqp_maybe_release_buffers (peer->connection);
      g_usleep (1000);
      continue;
    }
    check (amqp_read_message (peer->connection, CHANNEL, &message, 0), "read a message");
    letter = make_letter (reply.reply.decoded, &message);
    amqp_destroy_message (&message);
    amqp_maybe_release_buffers (peer->connection);
    return letter;
  }
  g_error ("no message came");
}

void
amqp_letter_free (AmqpLetter *letter)
{
  g_clear_pointer (&letter->headers, gst_structure_free);
  g_free (letter->exchange);
  g_free (letter->routing_key);
  g_free (letter->content_type);
  g_free (letter->message_id);
  g_free (letter->expiration);
  g_free (letter->app_id);
  g_bytes_unref (letter->body);
  g_free (letter);
}

guint
amqp_peer_count (AmqpPeer *peer)
{
  amqp_queue_declare_ok_t *ok = amqp_queue_declare (peer->connection, CHANNEL, amqp_cstring_bytes (peer->queue), TRUE,
      FALSE, FALSE, FALSE, amqp_empty_table);

  check (amqp_get_rpc_reply (peer->connection), "look at a queue");
  return ok->message_count;
}

void
amqp_peer_purge (AmqpPeer *peer)
{
  amqp_queue_purge (peer->connection, CHANNEL, amqp_cstring_bytes (peer->queue));
  check (amqp_get_rpc_reply (peer->connection), "purge a queue");
}
