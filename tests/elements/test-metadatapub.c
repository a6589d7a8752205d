/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * metadatapub against a real broker: the event to the byte; and the three ways out of one frame, which agree. */

#include <string.h>

#include "amqp-peer.h"
#include "sink-rig.h"

static AmqpPeer *
play_and_bind (SinkRig *rig)
{
  AmqpPeer *peer = amqp_peer_new ();

  sink_rig_play (rig);
  sink_rig_push (rig, 0);
  sink_rig_await_stat (rig, "delivered", 1);
  g_assert_cmpuint (sink_rig_get_stat (rig, "latency-p50"), >, 0);
  g_assert_cmpuint (sink_rig_get_stat (rig, "latency-p99"), >=, sink_rig_get_stat (rig, "latency-p50"));
  amqp_peer_bind (peer, NULL, "camera.metadata", "camera.metadata.event");
  return peer;
}

static void
assert_body (AmqpLetter *letter, const gchar *expected)
{
  gsize size;
  const gchar *data = g_bytes_get_data (letter->body, &size);
  gchar *text = g_strndup (data, size);

  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_contract (void)
{
  SinkRig rig;
  AmqpPeer *peer;
  AmqpLetter *letter;

  sink_rig_init (&rig, "metadatapub", NULL, NULL);
  peer = play_and_bind (&rig);
  amqp_peer_declare (peer, "camera.metadata", "topic");
  sink_rig_push (&rig, 17);
  letter = amqp_peer_get (peer);
  assert_body (letter, "{\"event_type\":\"frame\",\"camera_id\":\"cam1\","
      "\"timestamp\":\"2024-11-08T00:00:00.140456789Z\","
      "\"width\":640,\"height\":480,\"encoding\":\"jpeg\",\"size_bytes\":1000,\"sequence\":17,"
      "\"timestamp_ns\":1731024000140456789}");
  g_assert_cmpstr (letter->exchange, ==, "camera.metadata");
  g_assert_cmpstr (letter->routing_key, ==, "camera.metadata.event");
  g_assert_cmpstr (letter->content_type, ==, "application/json");
  g_assert_cmpuint (letter->delivery_mode, ==, 1);
  g_assert_cmpuint (letter->timestamp, ==, 1731024000);
  g_assert_null (letter->headers);
  amqp_letter_free (letter);
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

/* A key is a text, whatever is in it. */
static void
test_redis_key (void)
{
  GstEdgeFrameIdentity identity;
  GstBuffer *buffer = sink_rig_frame (1, 12);
  SinkRig rig;
  AmqpPeer *peer;
  AmqpLetter *letter;

  gst_edge_frame_identity_copy (gst_edge_buffer_get_identity (buffer), &identity);
  identity.redis_key = g_ref_string_new ("/:\"\\\n:\xc3\xa4");
  gst_edge_buffer_set_identity (buffer, &identity);
  gst_edge_frame_identity_clear (&identity);

  sink_rig_init (&rig, "metadatapub", NULL, NULL);
  peer = play_and_bind (&rig);
  g_assert_cmpint (gst_harness_push (rig.h, buffer), ==, GST_FLOW_OK);
  letter = amqp_peer_get (peer);
  assert_body (letter, "{\"event_type\":\"frame\",\"camera_id\":\"cam1\","
      "\"timestamp\":\"2024-11-08T00:00:00.124456789Z\","
      "\"redis_key\":\"/:\\\"\\\\\\n:\xc3\xa4\",\"width\":640,\"height\":480,\"encoding\":\"jpeg\",\"size_bytes\":12,"
      "\"sequence\":1,\"timestamp_ns\":1731024000124456789}");
  amqp_letter_free (letter);
  amqp_peer_free (peer);
  sink_rig_clear (&rig);
}

static const gchar *
find_text (const gchar *json, const gchar *name)
{
  gchar *start = g_strdup_printf ("\"%s\":", name);
  const gchar *found = strstr (json, start);

  g_assert_nonnull (found);
  found += strlen (start);
  g_free (start);
  return found;
}

/* One frame, three ways: what the headers of the frame say is what the key says is what the event says. */
static void
assert_agree (AmqpLetter *frame, AmqpLetter *event)
{
  gint64 captured, sequence, width, height;
  gchar *json = g_strndup (g_bytes_get_data (event->body, NULL), g_bytes_get_size (event->body));
  gchar *key, *expected;

  g_assert_true (gst_structure_get_int64 (frame->headers, "timestamp_ns", &captured));
  g_assert_true (gst_structure_get_int64 (frame->headers, "sequence", &sequence));
  g_assert_true (gst_structure_get_int64 (frame->headers, "width", &width));
  g_assert_true (gst_structure_get_int64 (frame->headers, "height", &height));
  key = g_strndup (find_text (json, "redis_key") + 1, strcspn (find_text (json, "redis_key") + 1, "\""));
  expected = g_strdup_printf ("/:frames:cam7:%" G_GINT64_FORMAT ":%05" G_GINT64_FORMAT, captured, sequence);
  g_assert_cmpstr (key, ==, expected);
  g_assert_cmpint (g_ascii_strtoll (find_text (json, "timestamp_ns"), NULL, 10), ==, captured);
  g_assert_cmpint (g_ascii_strtoll (find_text (json, "sequence"), NULL, 10), ==, sequence);
  g_assert_cmpint (g_ascii_strtoll (find_text (json, "width"), NULL, 10), ==, width);
  g_assert_cmpint (g_ascii_strtoll (find_text (json, "height"), NULL, 10), ==, height);
  g_assert_cmpint (width, ==, 320);
  g_assert_cmpuint (g_ascii_strtoull (find_text (json, "size_bytes"), NULL, 10), ==, g_bytes_get_size (frame->body));
  g_assert_true (g_str_has_prefix (find_text (json, "encoding"), "\"jpeg\""));
  g_assert_cmpstr (frame->message_id, ==, event->message_id);
  g_free (expected);
  g_free (key);
  g_free (json);
}

/* Not inlined: tests/tsan.supp knows it by its name. */
static void __attribute__((noinline))
    await_message (GstElement *pipeline, GstMessageType type)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, type | GST_MESSAGE_ERROR);

  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, type);
  gst_message_unref (message);
  gst_object_unref (bus);
}

static void
test_three_ways (void)
{
  gchar *line = g_strdup_printf ("videotestsrc num-buffers=50"
      " ! video/x-raw,width=320,height=240,framerate=25/1 ! jpegenc"
      " ! framestamp camera-id=cam7 ! tee name=t t. ! amqpsink uri=%s"
      " t. ! workerpool ! redisframesink uri=%s ! metadatapub uri=%s", sink_rig_uri ("amqpsink"),
      sink_rig_uri ("redisframesink"), sink_rig_uri ("metadatapub"));
  AmqpPeer *frames = amqp_peer_new (), *events = amqp_peer_new ();
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  guint i;

  g_assert_no_error (error);
  amqp_peer_declare (frames, "cameras", "topic");
  amqp_peer_declare (events, "camera.metadata", "topic");
  amqp_peer_bind (frames, NULL, "cameras", "camera.cam7");
  amqp_peer_bind (events, NULL, "camera.metadata", "#");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  await_message (pipeline, GST_MESSAGE_EOS);

  /* EOS: all that there is has been confirmed */
  g_assert_cmpuint (amqp_peer_count (frames), ==, 50);
  g_assert_cmpuint (amqp_peer_count (events), ==, 50);
  for (i = 0; i < 50; i++) {
    AmqpLetter *frame = amqp_peer_get (frames), *event = amqp_peer_get (events);

    assert_agree (frame, event);
    amqp_letter_free (frame);
    amqp_letter_free (event);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  amqp_peer_free (frames);
  amqp_peer_free (events);
  g_free (line);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/metadatapub/contract", test_contract);
  g_test_add_func ("/metadatapub/redis-key", test_redis_key);
  g_test_add_func ("/metadatapub/three-ways", test_three_ways);
  return g_test_run ();
}
