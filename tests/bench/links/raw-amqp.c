/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plainest publisher with confirms that librabbitmq allows: as many messages in flight as the window says. When it
 * is asked to, it sends what amqpsink sends, which is more work for the broker. */

#include <stdlib.h>
#include <string.h>

#include "amqp/rabbitmq-c-compat.h"
#include "bench-links.h"

#define CHANNEL 1
#define N_HEADERS 6

static void
check (amqp_rpc_reply_t reply, const gchar *doing)
{
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    g_error ("could not %s", doing);
}

static amqp_connection_state_t
open_connection (const BenchOptions *options)
{
  amqp_connection_state_t connection = amqp_new_connection ();
  amqp_socket_t *socket = amqp_tcp_socket_new (connection);

  if (amqp_socket_open (socket, "127.0.0.1", options->port) != AMQP_STATUS_OK)
    g_error ("could not connect");
  check (amqp_login (connection, "/", 1, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "log in");
  amqp_channel_open (connection, CHANNEL);
  check (amqp_get_rpc_reply (connection), "open a channel");
  amqp_confirm_select (connection, CHANNEL);
  check (amqp_get_rpc_reply (connection), "ask for confirms");
  amqp_exchange_declare (connection, CHANNEL, amqp_cstring_bytes (BENCH_EXCHANGE),
      amqp_cstring_bytes ("topic"), FALSE, TRUE, FALSE, FALSE, amqp_empty_table);
  check (amqp_get_rpc_reply (connection), "declare the exchange");
  return connection;
}

/* What amqpsink says about a frame, of the same names, types and lengths. */
static void
add_headers (amqp_basic_properties_t *props, amqp_table_entry_t entries[N_HEADERS], gchar id[64], const gchar *camera,
    guint64 number)
{
  static const gchar *numbers[] = { "timestamp_ns", "sequence", "width", "height" };
  gint64 now = g_get_real_time () * 1000;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (numbers); i++) {
    entries[i].key = amqp_cstring_bytes (numbers[i]);
    entries[i].value.kind = AMQP_FIELD_KIND_I64;
    entries[i].value.value.i64 = i == 0 ? now : (gint64) number;
  }
  entries[4].key = amqp_cstring_bytes ("camera_id");
  entries[4].value.kind = AMQP_FIELD_KIND_UTF8;
  entries[4].value.value.bytes = amqp_cstring_bytes (camera);
  entries[5].key = amqp_cstring_bytes ("encoding");
  entries[5].value.kind = AMQP_FIELD_KIND_UTF8;
  entries[5].value.value.bytes = amqp_cstring_bytes ("jpeg");
  g_snprintf (id, 64, "%s-%" G_GINT64_FORMAT "-%05u", camera, now, (guint) number);
  props->_flags |= AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG;
  props->headers.num_entries = N_HEADERS;
  props->headers.entries = entries;
  props->message_id = amqp_cstring_bytes (id);
  props->timestamp = (guint64) now / G_GUINT64_CONSTANT (1000000000);
}

static void
publish (amqp_connection_state_t connection, const BenchOptions *options, guint64 number, amqp_bytes_t body)
{
  amqp_basic_properties_t props = { 0 };
  amqp_table_entry_t entries[N_HEADERS];
  gchar key[32], id[64];

  g_snprintf (key, sizeof (key), "camera.cam%u", (guint) (number % (guint64) options->keys) + 1);
  props._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
  props.delivery_mode = 1;
  props.content_type = amqp_cstring_bytes ("image/jpeg");
  if (options->headers)
    add_headers (&props, entries, id, key + strlen ("camera."), number);
  if (amqp_basic_publish (connection, CHANNEL, amqp_cstring_bytes (BENCH_EXCHANGE), amqp_cstring_bytes (key),
          FALSE, FALSE, &props, body) != AMQP_STATUS_OK)
    g_error ("could not publish");
}

/* Returns how many messages are confirmed now. */
static guint64
wait_confirm (amqp_connection_state_t connection, guint64 confirmed)
{
  amqp_frame_t frame;
  amqp_basic_ack_t *ack;

  if (amqp_simple_wait_frame (connection, &frame) != AMQP_STATUS_OK
      || frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
    g_error ("no confirm");
  ack = frame.payload.method.decoded;
  confirmed = ack->multiple ? ack->delivery_tag : confirmed + 1;
  amqp_maybe_release_buffers (connection);
  return confirmed;
}

void
bench_raw_amqp (const BenchOptions *options, BenchResult *result)
{
  amqp_connection_state_t connection = open_connection (options);
  amqp_bytes_t body = amqp_bytes_malloc ((gsize) options->size);
  guint64 sent = 0, confirmed = 0, counted_from = 0;
  gint64 begin = g_get_monotonic_time (), end = 0;
  BenchClock start = { 0 };

  memset (body.bytes, 0x55, body.len);
  for (;;) {
    gint64 now = g_get_monotonic_time ();

    if (end == 0 && now - begin >= BENCH_WARM_UP) {
      start = bench_clock_read ();
      counted_from = confirmed;
      end = now + (gint64) (options->seconds * G_USEC_PER_SEC);
    }
    if (end != 0 && now >= end)
      break;
    while (sent - confirmed < (guint64) options->window) {
      publish (connection, options, sent, body);
      sent++;
    }
    confirmed = wait_confirm (connection, confirmed);
  }
  bench_result_set (result, confirmed - counted_from, &start);
  amqp_bytes_free (body);
  amqp_destroy_connection (connection);
}
