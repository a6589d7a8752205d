/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a user may do at the broker: who may not write is told so and holds up nobody else; who once could, waits until
 * it may again. */

#include "amqp-peer.h"
#include "sink-rig.h"

/* A user of the broker, and the uri of who logs in as that. */
static gchar *
add_user (const gchar *write)
{
  gchar *line = g_strdup_printf ("set_permissions writer .* %s .*", write);

  sink_rig_rabbitmqctl ("add_user writer pw");
  sink_rig_rabbitmqctl (line);
  g_free (line);
  return sink_rig_uri_with ("amqpsink", "writer:pw", "%2f");
}

static void
delete_user (gchar *uri)
{
  sink_rig_rabbitmqctl ("delete_user writer");
  g_free (uri);
}

/* The right to write is taken from one of two that had it: that one waits and says why, later and later; the other one
 * goes on. */
static void
test_right_taken_away (void)
{
  gchar *uri = add_user (".*");
  guint64 resent;
  SinkRig rig, other;

  sink_rig_init (&other, "amqpsink", uri, "exchange=t-other");
  sink_rig_init (&rig, "amqpsink", uri, "exchange=t-taken");
  sink_rig_play (&other);
  sink_rig_play (&rig);
  sink_rig_push_range (&other, 1, 5);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&other, "delivered", 5);
  sink_rig_await_stat (&rig, "delivered", 5);

  sink_rig_rabbitmqctl ("set_permissions writer .* t-other .*");
  sink_rig_rabbitmqctl ("close_all_connections test");  /* a channel remembers its rights */
  sink_rig_push_range (&rig, 6, 10);
  sink_rig_await_message (&rig, GST_MESSAGE_WARNING);
  sink_rig_assert_warned (&rig, "may not write to exchange \"t-taken\"");
  sink_rig_push_range (&other, 6, 10);
  sink_rig_await_stat (&other, "delivered", 10);
  resent = sink_rig_get_stat (&rig, "resent");
  while (sink_rig_get_stat (&rig, "resent") == resent)  /* it is tried again, and is not warned of again */
    g_usleep (1000);
  sink_rig_assert_warned (&rig, "may not write");

  sink_rig_rabbitmqctl ("set_permissions writer .* .* .*");
  sink_rig_push_eos (&rig);
  sink_rig_push_eos (&other);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 10);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR) + sink_rig_count (&other, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  delete_user (uri);
}

/* A frame now and then, while something is waited for. */
static void
push_next (SinkRig *rig, guint *n)
{
  sink_rig_push (rig, ++*n);
  g_usleep (1000);
}

/* Nobody waits for the answers to its messages; that it could write is known from what the broker answered to another
 * one. */
static void
test_taken_away_unconfirmed (void)
{
  gchar *uri = add_user (".*");
  guint n_told, n = 5;
  SinkRig rig, other;
  AmqpPeer *peer;

  sink_rig_init (&other, "amqpsink", uri, "exchange=t-other");
  sink_rig_init (&rig, "amqpsink", uri, "exchange=t-taken confirms=false");
  sink_rig_play (&other);
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, n);
  sink_rig_await_stat (&rig, "unconfirmed", n);
  sink_rig_push_range (&other, 1, 5);
  sink_rig_await_stat (&other, "delivered", 5);

  sink_rig_rabbitmqctl ("set_permissions writer .* t-other .*");
  sink_rig_rabbitmqctl ("close_all_connections test");
  while (sink_rig_count (&rig, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR) == 0)
    push_next (&rig, &n);
  sink_rig_assert_warned (&rig, "may not write to exchange \"t-taken\"");
  n_told = sink_rig_count (&rig, GST_MESSAGE_ELEMENT);
  while (sink_rig_count (&rig, GST_MESSAGE_ELEMENT) < n_told + 4)       /* it is tried again, and not warned of */
    push_next (&rig, &n);
  sink_rig_assert_warned (&rig, "may not write");
  sink_rig_push_range (&other, 6, 10);
  sink_rig_await_stat (&other, "delivered", 10);

  sink_rig_rabbitmqctl ("set_permissions writer .* .* .*");
  peer = amqp_peer_new ();
  amqp_peer_bind (peer, NULL, "t-taken", "#");
  while (amqp_peer_count (peer) == 0)
    push_next (&rig, &n);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR) + sink_rig_count (&other, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  amqp_peer_free (peer);
  delete_user (uri);
}

/* Who never could write fails, also when others of the connection can. */
static void
test_never_had (void)
{
  gchar *uri = add_user ("t-other"), *sentence;
  SinkRig rig, other;

  sink_rig_init (&other, "amqpsink", uri, "exchange=t-other");
  sink_rig_init (&rig, "amqpsink", uri, "exchange=t-taken confirms=false");
  sink_rig_play (&other);
  sink_rig_push_range (&other, 1, 5);
  sink_rig_await_stat (&other, "delivered", 5);
  sink_rig_play (&rig);
  sink_rig_push (&rig, 1);
  sink_rig_push_range (&other, 6, 10);
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  sentence = sink_rig_dup_sentence (&rig, GST_MESSAGE_ERROR, NULL);
  g_assert_nonnull (strstr (sentence, "may not write to exchange \"t-taken\""));
  sink_rig_push_eos (&other);
  g_assert_cmpuint (sink_rig_get_stat (&other, "delivered"), ==, 10);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  delete_user (uri);
  g_free (sentence);
}

/* Of two on one exchange, one has a routing key that the user may not use: only that one fails. */
static void
test_topic_refused (gconstpointer properties)
{
  gchar *uri = add_user (".*"), *line, *sentence, *property;
  SinkRig rig, other;

  sink_rig_rabbitmqctl ("set_topic_permissions writer t-topics ^camera\\.cam1$ .*");
  line = g_strdup_printf ("exchange=t-topics routing-key=camera.cam3 %s", (const gchar *) properties);
  sink_rig_init (&other, "amqpsink", uri, "exchange=t-topics max-size-buffers=0");
  sink_rig_init (&rig, "amqpsink", uri, line);
  sink_rig_play (&other);
  sink_rig_play (&rig);
  sink_rig_push_range (&other, 1, 50);
  sink_rig_push (&rig, 1);
  sink_rig_push_range (&other, 51, 100);
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  sentence = sink_rig_dup_sentence (&rig, GST_MESSAGE_ERROR, &property);
  g_test_message ("%s", sentence);
  g_assert_nonnull (strstr (sentence, "routing key \"camera.cam3\" to exchange \"t-topics\""));
  g_assert_cmpstr (property, ==, "exchange");

  sink_rig_push_range (&other, 101, 150);
  sink_rig_push_eos (&other);
  g_assert_cmpuint (sink_rig_get_stat (&other, "delivered"), ==, 150);
  g_assert_cmpuint (sink_rig_get_stat (&other, "connects"), ==, 1);
  g_assert_cmpuint (sink_rig_count (&other, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING), ==, 0);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  delete_user (uri);
  g_free (sentence);
  g_free (property);
  g_free (line);
}

/* A vhost that takes one connection at a time: the second one waits for the end of the first. */
static void
test_connection_limit (void)
{
  gchar *uri = sink_rig_uri_with ("amqpsink", "guest:guest", "small");
  SinkRig rig, other;

  sink_rig_rabbitmqctl ("add_vhost small");
  sink_rig_rabbitmqctl ("set_permissions -p small guest .* .* .*");
  sink_rig_rabbitmqctl ("set_vhost_limits -p small {\"max-connections\":1}");
  sink_rig_init (&other, "amqpsink", uri, "link-group=other");
  sink_rig_init (&rig, "amqpsink", uri, "link-group=waits circuit-max-failures=0");
  sink_rig_play (&other);
  sink_rig_push (&other, 1);
  sink_rig_await_stat (&other, "delivered", 1);
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_message (&rig, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  sink_rig_assert_warned (&rig, "connection limit (1) is reached");
  sink_rig_await_state (&rig, "backing-off");
  sink_rig_stop (&other);
  sink_rig_await_stat (&rig, "delivered", 5);
  sink_rig_await_state (&rig, "ready");
  sink_rig_assert_warned (&rig, "limit");
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  sink_rig_rabbitmqctl ("delete_vhost small");
  g_free (uri);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/sink-rights/taken-away", test_right_taken_away);
  g_test_add_func ("/sink-rights/taken-away-unconfirmed", test_taken_away_unconfirmed);
  g_test_add_func ("/sink-rights/never-had", test_never_had);
  g_test_add_data_func ("/sink-rights/topic/confirmed", "confirms=true", test_topic_refused);
  g_test_add_data_func ("/sink-rights/topic/unconfirmed", "confirms=false", test_topic_refused);
  g_test_add_func ("/sink-rights/connection-limit", test_connection_limit);
  return g_test_run ();
}
