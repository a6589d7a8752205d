/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Troubles in the middle of the work: what passes is waited for, what is too large or too old is dropped once and
 * counted, and the others go on. */

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <hiredis.h>

#include "amqp-peer.h"
#include "sink-rig.h"

#define MIB (1024 * 1024)

static redisContext *
redis_open (void)
{
  redisContext *redis = redisConnect ("127.0.0.1", atoi (strrchr (sink_rig_uri ("redisframesink"), ':') + 1));

  g_assert_nonnull (redis);
  g_assert_cmpint (redis->err, ==, 0);
  return redis;
}

static void
redis_do (redisContext *redis, const gchar *command)
{
  redisReply *reply = redisCommand (redis, command);

  g_assert_nonnull (reply);
  g_assert_cmpint (reply->type, !=, REDIS_REPLY_ERROR);
  freeReplyObject (reply);
}

/* An exchange that others make and delete. While it is missing its sink waits, and says so; a sink with another one
 * keeps the connection. */
static void
test_exchange_comes_back (void)
{
  AmqpPeer *peer = amqp_peer_new ();
  SinkRig rig, other;

  amqp_peer_declare (peer, "t-theirs", "topic");
  sink_rig_init (&rig, "amqpsink", NULL, "exchange=t-theirs declare=false");
  sink_rig_init (&other, "amqpsink", NULL, NULL);
  sink_rig_play (&rig);
  sink_rig_play (&other);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_push_range (&other, 1, 5);
  sink_rig_await_stat (&rig, "delivered", 5);
  sink_rig_await_stat (&other, "delivered", 5);

  amqp_peer_delete (peer, "t-theirs");
  sink_rig_push_range (&rig, 6, 10);
  sink_rig_await_state (&rig, "backing-off");
  sink_rig_await_message (&rig, GST_MESSAGE_WARNING);
  sink_rig_push_range (&other, 6, 50);
  sink_rig_await_stat (&other, "delivered", 50);
  sink_rig_await_state (&rig, "backing-off");
  g_assert_cmpuint (sink_rig_get_stat (&other, "connects"), ==, 1);

  amqp_peer_declare (peer, "t-theirs", "topic");
  sink_rig_await_state (&rig, "ready");
  sink_rig_push_range (&rig, 11, 15);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 15);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 0);
  g_assert_cmpuint (sink_rig_count (&other, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  amqp_peer_delete (peer, "t-theirs");
  amqp_peer_free (peer);
}

/* The broker closes the channel because of one message in a full window and says what it takes: that is learnt once,
 * and from then on nothing larger is sent. The connection stays. */
static void
test_broker_takes_less (void)
{
  SinkRig rig, other;
  guint i;

  sink_rig_servers ("restart", "rabbitmq", "max_message_size = 5000");
  sink_rig_init (&rig, "amqpsink", NULL, "max-size-buffers=0");
  sink_rig_init (&other, "amqpsink", NULL, "max-size-buffers=0");
  sink_rig_play (&other);
  sink_rig_play (&rig);
  for (i = 1; i <= 60; i++) {
    g_assert_cmpint (gst_harness_push (rig.h, sink_rig_frame (i, i % 25 == 0 ? 6000 : 1000)), ==, GST_FLOW_OK);
    sink_rig_push (&other, i);
  }
  sink_rig_await_stat (&rig, "delivered", 58);
  for (i = 61; i <= 80; i++)
    g_assert_cmpint (gst_harness_push (rig.h, sink_rig_frame (i, i % 2 == 0 ? 5001 : 5000)), ==, GST_FLOW_OK);
  sink_rig_push_eos (&rig);
  sink_rig_push_eos (&other);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 68);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-oversize"), ==, 12);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "rejected"), ==, 0);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "connects"), ==, 1);
  g_assert_cmpuint (sink_rig_get_stat (&other, "delivered"), ==, 60);
  g_assert_cmpuint (sink_rig_count (&other, GST_MESSAGE_WARNING), ==, 0);
  sink_rig_assert_warned (&rig, "larger");
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
  sink_rig_servers ("restart", "rabbitmq", NULL);
}

/* Redis says nothing of its limit, and hangs up in the middle of the frame. */
static void
test_redis_takes_less (gconstpointer properties)
{
  redisContext *redis = redis_open ();
  SinkRig rig;
  guint i;

  sink_rig_init (&rig, "redisframesink", NULL, properties);
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&rig, "delivered", 5);
  redis_do (redis, "CONFIG SET proto-max-bulk-len 1mb");
  for (i = 6; i <= 20; i++)
    g_assert_cmpint (gst_harness_push (rig.h, sink_rig_frame (i, i == 10 ? 2 * MIB : 1000)), ==, GST_FLOW_OK);
  sink_rig_await_stat (&rig, "delivered", 19);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "connects"), ==, 2);
  g_assert_cmpint (gst_harness_push (rig.h, sink_rig_frame (21, 2 * MIB)), ==, GST_FLOW_OK);
  sink_rig_push_range (&rig, 22, 25);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 23);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-oversize"), ==, 2);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "connects"), ==, 2);
  sink_rig_assert_warned (&rig, "proto-max-bulk-len");
  sink_rig_clear (&rig);
  redis_do (redis, "CONFIG SET proto-max-bulk-len 512mb");
  redisFree (redis);
}

/* What comes back from a lost connection is not sent again when it is too old by then. The timeout after which the
 * connection counts as lost is longer than the age. */
static void
test_too_old_to_resend (gconstpointer factory)
{
  const gchar *server = g_str_equal (factory, "redisframesink") ? "redis" : "rabbitmq";
  SinkRig rig;

  sink_rig_init (&rig, factory, NULL, "max-age=200000000 timeout=600000000 circuit-max-failures=0");
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&rig, "delivered", 5);
  sink_rig_servers ("freeze", server, NULL);
  sink_rig_push_range (&rig, 6, 10);
  sink_rig_await_state (&rig, "backing-off");
  sink_rig_servers ("thaw", server, NULL);
  sink_rig_await_stat (&rig, "dropped-age", 5);
  sink_rig_push_range (&rig, 11, 15);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 10);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "resent"), ==, 0);
  sink_rig_clear (&rig);
}

/* Nobody waits for an answer, but a frame counts as sent when the system has all of it, and EOS waits for that. */
static void
test_unconfirmed_tail (void)
{
  AmqpPeer *peer = amqp_peer_new ();
  AmqpLetter *letter = NULL;
  SinkRig rig;
  guint i;

  amqp_peer_declare (peer, "cameras", "topic");
  amqp_peer_bind (peer, NULL, "cameras", "#");
  sink_rig_init (&rig, "amqpsink", NULL, "confirms=false timeout=600000000000 max-size-bytes=0");
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&rig, "unconfirmed", 5);
  sink_rig_servers ("freeze", "rabbitmq", NULL);
  g_assert_cmpint (gst_harness_push (rig.h, sink_rig_frame (6, 32 * MIB)), ==, GST_FLOW_OK);
  sink_rig_await_stat (&rig, "in-flight", 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "unconfirmed"), ==, 5);
  sink_rig_servers ("thaw", "rabbitmq", NULL);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "unconfirmed"), ==, 6);
  sink_rig_assert_balanced (rig.element);
  for (i = 1; i <= 6; i++) {
    g_clear_pointer (&letter, amqp_letter_free);
    letter = amqp_peer_get (peer);
  }
  g_assert_cmpuint (g_bytes_get_size (letter->body), ==, 32 * MIB);
  amqp_letter_free (letter);
  sink_rig_clear (&rig);
  amqp_peer_free (peer);
}

/* A broker that stops to read is noticed without an answer to wait for, and half a frame is sent again. The timeout is
 * shorter than what heartbeats would take. */
static void
test_unconfirmed_frozen (void)
{
  SinkRig rig;

  sink_rig_init (&rig, "amqpsink", NULL, "confirms=false timeout=600000000 max-size-bytes=0 circuit-max-failures=0");
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&rig, "unconfirmed", 5);
  sink_rig_servers ("freeze", "rabbitmq", NULL);
  g_assert_cmpint (gst_harness_push (rig.h, sink_rig_frame (6, 32 * MIB)), ==, GST_FLOW_OK);
  sink_rig_await_state (&rig, "backing-off");
  sink_rig_await_message (&rig, GST_MESSAGE_WARNING);
  sink_rig_servers ("thaw", "rabbitmq", NULL);
  sink_rig_push_range (&rig, 7, 9);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "unconfirmed"), ==, 9);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "resent"), >=, 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "connects"), >=, 2);
  sink_rig_assert_balanced (rig.element);
  sink_rig_assert_warned (&rig, "did not");
  sink_rig_clear (&rig);
}

/* A broker in an alarm does not read: a sink that comes then waits for the end of it, and the connection stays. */
static void
test_added_in_alarm (void)
{
  SinkRig rig, other;

  sink_rig_init (&rig, "amqpsink", NULL, "timeout=400000000");
  sink_rig_init (&other, "amqpsink", NULL, "timeout=400000000 exchange=t-added");
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&rig, "delivered", 5);
  sink_rig_rabbitmqctl ("set_vm_memory_high_watermark absolute 1MB");
  sink_rig_push_range (&rig, 6, 10);
  sink_rig_await_state (&rig, "blocked");
  sink_rig_play (&other);
  sink_rig_push_range (&other, 1, 5);
  g_usleep (G_USEC_PER_SEC);    /* what is tested is that time passes */
  sink_rig_await_state (&rig, "blocked");
  sink_rig_await_state (&other, "blocked");
  sink_rig_rabbitmqctl ("set_vm_memory_high_watermark 0.4");
  sink_rig_push_eos (&rig);
  sink_rig_push_eos (&other);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 10);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "resent"), ==, 0);
  g_assert_cmpuint (sink_rig_get_stat (&other, "delivered"), ==, 5);
  g_assert_cmpuint (sink_rig_get_stat (&other, "connects"), ==, 1);
  sink_rig_clear (&rig);
  sink_rig_clear (&other);
}

/* A command that the user may never use is an error from the beginning. */
static void
test_redis_no_permission (void)
{
  redisContext *redis = redis_open ();
  gchar *uri = sink_rig_uri_with ("redisframesink", "reader:pw", "0"), *sentence, *property;
  SinkRig rig;

  redis_do (redis, "ACL SETUSER reader on >pw ~* +@read +select +role");
  sink_rig_init (&rig, "redisframesink", uri, NULL);
  sink_rig_play (&rig);
  sink_rig_push (&rig, 1);
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  sentence = sink_rig_dup_sentence (&rig, GST_MESSAGE_ERROR, &property);
  g_assert_nonnull (strstr (sentence, "grant the user"));
  g_assert_cmpstr (property, ==, "uri");
  sink_rig_clear (&rig);
  redis_do (redis, "ACL DELUSER reader");
  redisFree (redis);
  g_free (sentence);
  g_free (property);
  g_free (uri);
}

/* SET is all that a user needs for database 0; another one cannot be had without SELECT, and that will not change. */
static void
test_redis_least_permissions (void)
{
  redisContext *redis = redis_open ();
  gchar *uri = sink_rig_uri_with ("redisframesink", "writer:pw", "0");
  gchar *other = sink_rig_uri_with ("redisframesink", "writer:pw", "1"), *sentence, *property;
  SinkRig rig;

  redis_do (redis, "ACL SETUSER writer on >pw ~* +set");
  sink_rig_init (&rig, "redisframesink", uri, NULL);
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 3);
  sink_rig_await_stat (&rig, "delivered", 3);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING), ==, 0);
  sink_rig_clear (&rig);

  sink_rig_init (&rig, "redisframesink", other, NULL);
  sink_rig_play (&rig);
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  sentence = sink_rig_dup_sentence (&rig, GST_MESSAGE_ERROR, &property);
  g_assert_nonnull (strstr (sentence, "could not select the database"));
  g_assert_nonnull (strstr (sentence, "grant the user"));
  g_assert_cmpstr (property, ==, "uri");
  sink_rig_clear (&rig);

  redis_do (redis, "ACL DELUSER writer");
  redisFree (redis);
  g_free (sentence);
  g_free (property);
  g_free (uri);
  g_free (other);
}

/* A process without descriptors starts a sink, and gets some later. */
static void
test_no_descriptors (void)
{
  struct rlimit before, none;
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (gint));
  SinkRig rig;
  gint fd;
  guint i;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = before;
  none.rlim_cur = 256;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  while ((fd = dup (STDIN_FILENO)) >= 0)
    g_array_append_val (taken, fd);
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_state (&rig, "backing-off");
  for (i = 0; i < taken->len; i++)
    close (g_array_index (taken, gint, i));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  sink_rig_push_range (&rig, 6, 10);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 10);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  g_array_unref (taken);
}

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean happened;            /* lock */
} Event;

static GstPadProbeReturn
note_eos (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Event *event = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS) {
    g_mutex_lock (&event->lock);
    event->happened = TRUE;
    g_cond_signal (&event->cond);
    g_mutex_unlock (&event->lock);
  }
  return GST_PAD_PROBE_OK;
}

static gpointer
push_eos (gpointer harness)
{
  gst_harness_push_event (harness, gst_event_new_eos ());
  return NULL;
}

/* A chain of a store and its events, which waits long at EOS. */
typedef struct
{
  GstElement *chain, *store, *events;
  GstHarness *harness;
  Event eos;                    /* has come to the events */
  GThread *thread;              /* pushes it */
} EosChain;

static void
eos_chain_init (EosChain *self)
{
  gchar *line = g_strdup_printf ("redisframesink name=store uri=%s drain-timeout=%" G_GUINT64_FORMAT " ! "
      "metadatapub name=events uri=%s timeout=%" G_GUINT64_FORMAT " drain-timeout=%" G_GUINT64_FORMAT,
      sink_rig_uri ("redisframesink"), 600 * GST_SECOND, sink_rig_uri ("metadatapub"), 600 * GST_SECOND,
      600 * GST_SECOND);
  GstPad *pad;

  memset (self, 0, sizeof (EosChain));
  self->chain = gst_parse_bin_from_description (line, FALSE, NULL);
  self->store = gst_bin_get_by_name (GST_BIN (self->chain), "store");
  self->events = gst_bin_get_by_name (GST_BIN (self->chain), "events");
  pad = gst_element_get_static_pad (self->store, "sink");
  gst_element_add_pad (self->chain, gst_ghost_pad_new ("sink", pad));
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (self->events, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_eos, &self->eos, NULL);
  gst_object_unref (pad);
  self->harness = gst_harness_new_with_element (self->chain, "sink", NULL);
  gst_harness_set_src_caps_str (self->harness, "image/jpeg,width=640,height=480");
  g_free (line);
}

static void
eos_chain_push (EosChain *self, guint first, guint last)
{
  guint i;

  for (i = first; i <= last; i++)
    gst_harness_push (self->harness, sink_rig_frame (i, 1000));
}

static void
eos_chain_start_eos (EosChain *self)
{
  self->thread = g_thread_new ("eos", push_eos, self->harness);
  g_mutex_lock (&self->eos.lock);
  while (!self->eos.happened)
    g_cond_wait (&self->eos.cond, &self->eos.lock);
  g_mutex_unlock (&self->eos.lock);
}

/* Nothing may hold it up; it takes as long as the machine takes. */
static void
eos_chain_stop (EosChain *self)
{
  gint64 begin = g_get_monotonic_time ();

  gst_element_set_state (self->chain, GST_STATE_NULL);
  g_thread_join (self->thread);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, SINK_RIG_PATIENCE);
  sink_rig_assert_balanced (self->store);
  sink_rig_assert_balanced (self->events);
}

static void
eos_chain_clear (EosChain *self)
{
  gst_object_unref (self->store);
  gst_object_unref (self->events);
  gst_harness_teardown (self->harness);
  gst_object_unref (self->chain);
}

/* A chain that waits at EOS for a broker that is frozen: stopping it does not. */
static void
test_stop_in_eos (void)
{
  EosChain chain;

  eos_chain_init (&chain);
  eos_chain_push (&chain, 1, 3);
  while (sink_rig_element_stat (chain.events, "delivered") < 3)
    g_usleep (1000);
  sink_rig_servers ("freeze", "rabbitmq", NULL);
  eos_chain_push (&chain, 4, 6);
  eos_chain_start_eos (&chain);
  eos_chain_stop (&chain);
  sink_rig_servers ("thaw", "rabbitmq", NULL);

  g_assert_cmpuint (sink_rig_element_stat (chain.store, "delivered"), ==, 6);
  g_assert_cmpuint (sink_rig_element_stat (chain.events, "delivered"), ==, 3);
  g_assert_cmpuint (sink_rig_element_stat (chain.events, "dropped-shutdown"), ==, 3);
  eos_chain_clear (&chain);
}

/* The store learns that the events have stopped, and that it stops itself, in any order; or that it is flushed. */
static void
test_stop_in_eos_often (gconstpointer flush)
{
  EosChain chain;
  guint i;

  sink_rig_servers ("freeze", "rabbitmq", NULL);
  for (i = 0; i < 200; i++) {
    eos_chain_init (&chain);
    eos_chain_push (&chain, 1, 1);
    eos_chain_start_eos (&chain);
    if (flush != NULL) {
      gst_harness_push_event (chain.harness, gst_event_new_flush_start ());
      gst_harness_push_event (chain.harness, gst_event_new_flush_stop (TRUE));
    }
    eos_chain_stop (&chain);
    eos_chain_clear (&chain);
  }
  sink_rig_servers ("thaw", "rabbitmq", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/sink-healing/exchange-comes-back", test_exchange_comes_back);
  g_test_add_func ("/sink-healing/broker-takes-less", test_broker_takes_less);
  g_test_add_data_func ("/sink-healing/redis-takes-less/plain", "ttl=60", test_redis_takes_less);
  g_test_add_data_func ("/sink-healing/redis-takes-less/extras", "latest=true index=true", test_redis_takes_less);
  g_test_add_data_func ("/sink-healing/too-old-to-resend/redis", "redisframesink", test_too_old_to_resend);
  g_test_add_data_func ("/sink-healing/too-old-to-resend/amqp", "amqpsink", test_too_old_to_resend);
  g_test_add_func ("/sink-healing/unconfirmed-tail", test_unconfirmed_tail);
  g_test_add_func ("/sink-healing/unconfirmed-frozen", test_unconfirmed_frozen);
  g_test_add_func ("/sink-healing/added-in-alarm", test_added_in_alarm);
  g_test_add_func ("/sink-healing/redis-no-permission", test_redis_no_permission);
  g_test_add_func ("/sink-healing/redis-least-permissions", test_redis_least_permissions);
  g_test_add_func ("/sink-healing/no-descriptors", test_no_descriptors);
  g_test_add_func ("/sink-healing/stop-in-eos/once", test_stop_in_eos);
  g_test_add_data_func ("/sink-healing/stop-in-eos/often", NULL, test_stop_in_eos_often);
  g_test_add_data_func ("/sink-healing/stop-in-eos/flushed", "flush", test_stop_in_eos_often);
  return g_test_run ();
}
