/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * amqpsink against a real broker: the wire contract to the byte, order, mandatory, what the properties do. */

#include "amqp-peer.h"
#include "sink-rig.h"

/* The sink is there and has declared its exchange; a queue is bound to it with @key. */
static AmqpPeer *
play_and_bind (SinkRig *rig, const gchar *exchange, const gchar *key)
{
  AmqpPeer *peer = amqp_peer_new ();

  sink_rig_play (rig);
  sink_rig_await_state (rig, "ready");
  sink_rig_push (rig, 0);       /* it is confirmed only once the exchange is declared */
  sink_rig_await_stat (rig, "delivered", 1);
  amqp_peer_bind (peer, NULL, exchange, key);
  return peer;
}

static void
assert_integer (const GstStructure *headers, const gchar *name, gint64 expected)
{
  gint64 value;

  g_assert_true (gst_structure_get_int64 (headers, name, &value));
  g_assert_cmpint (value, ==, expected);
}

/* Everything that existing consumers read. */
static void
test_contract (void)
{
  SinkRig rig;
  AmqpPeer *peer;
  AmqpLetter *letter;
  guint i;

  sink_rig_init (&rig, "amqpsink", NULL, NULL);
  peer = play_and_bind (&rig, "cameras", "camera.*");
  amqp_peer_declare (peer, "cameras", "topic"); /* durable, or this is a 406 */
  for (i = 1; i <= 3; i++)
    sink_rig_push (&rig, i);

  for (i = 1; i <= 3; i++) {
    gint64 captured = SINK_RIG_EPOCH + (gint64) i * (gint64) GST_MSECOND;
    gchar *id = g_strdup_printf ("cam1-%" G_GINT64_FORMAT "-%05u", captured, i);
    gsize size;
    gconstpointer data;

    letter = amqp_peer_get (peer);
    data = g_bytes_get_data (letter->body, &size);
    g_assert_true (sink_rig_is_frame (data, size, i, 1000));
    g_assert_cmpstr (letter->exchange, ==, "cameras");
    g_assert_cmpstr (letter->routing_key, ==, "camera.cam1");
    g_assert_cmpstr (letter->content_type, ==, "image/jpeg");
    g_assert_cmpuint (letter->delivery_mode, ==, 1);
    g_assert_cmpuint (letter->timestamp, ==, (guint64) (captured / (gint64) GST_SECOND));
    g_assert_cmpstr (letter->message_id, ==, id);
    g_assert_cmpuint (letter->flags, ==, AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG
        | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_HEADERS_FLAG);
    g_assert_cmpint (gst_structure_n_fields (letter->headers), ==, 6);
    g_assert_cmpstr (gst_structure_get_string (letter->headers, "camera_id"), ==, "cam1");
    g_assert_cmpstr (gst_structure_get_string (letter->headers, "encoding"), ==, "jpeg");
    assert_integer (letter->headers, "timestamp_ns", captured);
    assert_integer (letter->headers, "sequence", i);
    assert_integer (letter->headers, "width", 640);
    assert_integer (letter->headers, "height", 480);
    g_free (id);
    amqp_letter_free (letter);
  }
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

/* Frames without an identity get one here. */
static void
test_stamps_itself (void)
{
  SinkRig rig;
  AmqpPeer *peer;
  AmqpLetter *letter;
  guint i;

  sink_rig_init (&rig, "amqpsink", NULL, "camera-id=door_1");
  peer = play_and_bind (&rig, "cameras", "camera.door_1");
  gst_harness_set_src_caps_str (rig.h, "image/png,width=320,height=200");
  for (i = 1; i <= 2; i++) {
    g_assert_cmpint (gst_harness_push (rig.h, gst_buffer_new_allocate (NULL, 5, NULL)), ==, GST_FLOW_OK);
    letter = amqp_peer_get (peer);
    g_assert_cmpstr (letter->content_type, ==, "image/png");
    g_assert_cmpstr (gst_structure_get_string (letter->headers, "camera_id"), ==, "door_1");
    g_assert_cmpstr (gst_structure_get_string (letter->headers, "encoding"), ==, "png");
    assert_integer (letter->headers, "sequence", i);
    assert_integer (letter->headers, "width", 320);
    assert_integer (letter->headers, "height", 200);
    amqp_letter_free (letter);
  }
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

static void
test_properties (void)
{
  SinkRig rig;
  AmqpPeer *peer;
  AmqpLetter *letter;

  sink_rig_init (&rig, "amqpsink", NULL, "exchange=t-direct exchange-type=direct content-type=x/y delivery-mode=2 "
      "routing-key=\"{tenant}.{camera-id}.{sequence}.{width}x{height}.{encoding}\" "
      "expiration=60000000000 priority=3 app-id=box-7 headers=\"extra,site=north,rack=(int)4\"");
  peer = play_and_bind (&rig, "t-direct", "/.cam1.00007.640x480.jpeg");
  sink_rig_push (&rig, 7);
  letter = amqp_peer_get (peer);
  g_assert_cmpstr (letter->content_type, ==, "x/y");
  g_assert_cmpuint (letter->delivery_mode, ==, 2);
  g_assert_cmpstr (letter->expiration, ==, "60000");    /* ms */
  g_assert_cmpuint (letter->priority, ==, 3);
  g_assert_cmpstr (letter->app_id, ==, "box-7");
  g_assert_cmpstr (gst_structure_get_string (letter->headers, "site"), ==, "north");
  assert_integer (letter->headers, "rack", 4);
  assert_integer (letter->headers, "sequence", 7);
  amqp_letter_free (letter);
  amqp_peer_delete (peer, "t-direct");
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

/* The default exchange leads to the queue that the key names; it is not declared. */
static void
test_default_exchange (void)
{
  SinkRig rig;
  AmqpPeer *peer = amqp_peer_new ();
  AmqpLetter *letter;

  amqp_peer_declare (peer, "t-any", "fanout");
  amqp_peer_bind (peer, "t-default", "t-any", "");
  sink_rig_init (&rig, "amqpsink", NULL, "exchange=\"\" routing-key=t-default");
  sink_rig_play (&rig);
  sink_rig_push (&rig, 1);
  letter = amqp_peer_get (peer);
  g_assert_cmpstr (letter->exchange, ==, "");
  amqp_letter_free (letter);
  amqp_peer_delete (peer, "t-any");
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

/* EOS is on the bus only after the broker has everything, in the order in which it went in. */
static void
test_order_and_eos (void)
{
  SinkRig rig;
  AmqpPeer *peer;
  guint i;

  sink_rig_init (&rig, "amqpsink", NULL, "max-size-buffers=0");
  peer = play_and_bind (&rig, "cameras", "#");
  sink_rig_push_range (&rig, 1, 500);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_EOS), ==, 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 501);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "latency-p50"), >, 0);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "latency-p99"), >=, sink_rig_get_stat (&rig, "latency-p50"));
  g_assert_cmpuint (amqp_peer_count (peer), ==, 500);
  for (i = 1; i <= 500; i++) {
    AmqpLetter *letter = amqp_peer_get (peer);

    assert_integer (letter->headers, "sequence", i);
    amqp_letter_free (letter);
  }
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

/* What no queue takes is not delivered when that was asked for, and is when it was not. Two sinks send the same frame
 * over one connection: each is told of its own. */
static void
test_mandatory (void)
{
  SinkRig strict, lax, other;
  guint i;

  sink_rig_init (&strict, "amqpsink", NULL, "exchange=t-empty mandatory=true");
  sink_rig_init (&lax, "amqpsink", NULL, "exchange=t-empty");
  sink_rig_init (&other, "amqpsink", NULL, "exchange=\"\" routing-key=t-default mandatory=true");
  sink_rig_play (&other);
  sink_rig_play (&lax);
  sink_rig_play (&strict);
  for (i = 1; i <= 20; i++) {
    sink_rig_push (&other, i);
    sink_rig_push (&lax, i);
    sink_rig_push (&strict, i);
  }
  sink_rig_push_eos (&strict);
  sink_rig_push_eos (&lax);
  sink_rig_push_eos (&other);
  g_assert_cmpuint (sink_rig_get_stat (&strict, "returned"), ==, 20);
  g_assert_cmpuint (sink_rig_get_stat (&strict, "rejected"), ==, 20);
  g_assert_cmpuint (sink_rig_get_stat (&strict, "delivered"), ==, 0);
  g_assert_cmpuint (sink_rig_get_stat (&lax, "delivered"), ==, 20);
  g_assert_cmpuint (sink_rig_get_stat (&other, "delivered"), ==, 20);
  g_assert_cmpuint (sink_rig_get_stat (&other, "returned"), ==, 0);
  sink_rig_clear (&strict);
  sink_rig_clear (&lax);
  sink_rig_clear (&other);
}

/* A routing key that cannot be sent loses one frame, not the connection. */
static void
test_long_key (void)
{
  gchar *filler = g_strnfill (240, 'x'), *camera_id = g_strnfill (64, 'c');
  gchar *line = g_strdup_printf ("camera-id=%s routing-key=%s{camera-id}", camera_id, filler);
  SinkRig rig;

  sink_rig_init (&rig, "amqpsink", NULL, line);
  sink_rig_play (&rig);
  g_assert_cmpint (gst_harness_push (rig.h, gst_buffer_new ()), ==, GST_FLOW_OK);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-oversize"), ==, 1);
  sink_rig_push (&rig, 1);      /* of cam1 */
  sink_rig_await_stat (&rig, "delivered", 1);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  g_free (line);
  g_free (camera_id);
  g_free (filler);
}

/* Empty and large bodies, and bodies in many pieces. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 131064, 131072, 131073, 3000000 };
  SinkRig rig;
  AmqpPeer *peer;
  guint i;

  sink_rig_init (&rig, "amqpsink", NULL, NULL);
  peer = play_and_bind (&rig, "cameras", "#");
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstBuffer *buffer = sink_rig_frame (i, sizes[i]);
    AmqpLetter *letter;

    if (sizes[i] > 1000) {      /* in two memories */
      GstBuffer *whole = buffer;

      buffer = gst_buffer_append (gst_buffer_copy_region (whole, GST_BUFFER_COPY_ALL, 0, 1000),
          gst_buffer_copy_region (whole, GST_BUFFER_COPY_MEMORY, 1000, -1));
      gst_buffer_unref (whole);
    }
    g_assert_cmpint (gst_harness_push (rig.h, buffer), ==, GST_FLOW_OK);
    letter = amqp_peer_get (peer);
    g_assert_true (sink_rig_is_frame (g_bytes_get_data (letter->body, NULL), g_bytes_get_size (letter->body), i,
            sizes[i]));
    amqp_letter_free (letter);
  }
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

static void
test_uri_handler (void)
{
  GError *error = NULL;
  GstElement *sink = gst_element_make_from_uri (GST_URI_SINK, "amqp://u:c4n4ry@h/v", NULL, &error);
  gchar *uri;

  g_assert_no_error (error);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (sink), ==, "GstAmqpSink");
  uri = gst_uri_handler_get_uri (GST_URI_HANDLER (sink));
  g_assert_cmpstr (uri, ==, "amqp://u:***@h:5672/v");
  g_free (uri);
  g_assert_false (gst_uri_handler_set_uri (GST_URI_HANDLER (sink), "amqp://u:c4n4ry@", &error));
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
  g_assert_null (strstr (error->message, "c4n4ry"));
  g_error_free (error);
  gst_object_unref (sink);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/amqpsink/contract", test_contract);
  g_test_add_func ("/amqpsink/stamps-itself", test_stamps_itself);
  g_test_add_func ("/amqpsink/properties", test_properties);
  g_test_add_func ("/amqpsink/default-exchange", test_default_exchange);
  g_test_add_func ("/amqpsink/order-and-eos", test_order_and_eos);
  g_test_add_func ("/amqpsink/mandatory", test_mandatory);
  g_test_add_func ("/amqpsink/long-key", test_long_key);
  g_test_add_func ("/amqpsink/sizes", test_sizes);
  g_test_add_func ("/amqpsink/uri-handler", test_uri_handler);
  return g_test_run ();
}
