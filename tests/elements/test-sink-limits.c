/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all sinks do with more than the server takes: the server is frozen, so that exact numbers can be expected. */

#include <string.h>

#include "amqp-peer.h"
#include "sink-rig.h"

typedef struct
{
  const gchar *factory;
  const gchar *server;
} Kind;

static const Kind kinds[] = {
  {"amqpsink", "rabbitmq"},
  {"metadatapub", "rabbitmq"},
  {"redisframesink", "redis"},
};

#define N_QUEUED 10
#define LIMITS "max-in-flight=1 max-size-buffers=10 timeout=60000000000 "

/* Everything that is sent from now on stays in flight or in the queue. One frame, number 0, has been delivered. */
static void
play_and_freeze (SinkRig *rig, const Kind *kind, const gchar *properties)
{
  gchar *line = g_strconcat (LIMITS, properties, NULL);

  sink_rig_init (rig, kind->factory, NULL, line);
  sink_rig_play (rig);
  sink_rig_push (rig, 0);
  sink_rig_await_stat (rig, "delivered", 1);
  sink_rig_servers ("freeze", kind->server, NULL);
  g_free (line);
}

static void
thaw (const Kind *kind)
{
  sink_rig_servers ("thaw", kind->server, NULL);
}

/* Frames from number 1 on, until one is in flight and the queue is full. Returns the last number. */
static guint
fill (SinkRig *rig)
{
  sink_rig_push (rig, 1);
  sink_rig_await_stat (rig, "in-flight", 1);
  sink_rig_push_range (rig, 2, 1 + N_QUEUED);
  g_assert_cmpuint (sink_rig_get_stat (rig, "queued"), ==, N_QUEUED);
  return 1 + N_QUEUED;
}

static void
test_leaky (gconstpointer data)
{
  static const gchar *modes[] = { "leaky=upstream", "leaky=downstream" };
  const Kind *kind = data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (modes); i++) {
    SinkRig rig;
    guint last;

    play_and_freeze (&rig, kind, modes[i]);
    last = fill (&rig);
    sink_rig_push_range (&rig, last + 1, last + 25);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "in"), ==, 1 + last + 25);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-full"), ==, 25);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped"), ==, 25);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "queued"), ==, N_QUEUED);
    sink_rig_assert_balanced (rig.element);
    thaw (kind);
    sink_rig_push_eos (&rig);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 1 + last);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "resent"), ==, 0);
    sink_rig_clear (&rig);
  }
}

/* Which ones are lost: the new ones, or the old ones. */
static void
check_survivors (const gchar *mode, guint first_survivor)
{
  AmqpPeer *peer = amqp_peer_new ();
  SinkRig rig;
  guint i;

  amqp_peer_declare (peer, "cameras", "topic");
  amqp_peer_bind (peer, NULL, "cameras", "#");
  play_and_freeze (&rig, &kinds[0], mode);
  fill (&rig);
  sink_rig_push_range (&rig, 12, 31);
  thaw (&kinds[0]);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (amqp_peer_count (peer), ==, 12);
  for (i = 0; i < 12; i++) {
    AmqpLetter *letter = amqp_peer_get (peer);
    gint64 sequence;

    g_assert_true (gst_structure_get_int64 (letter->headers, "sequence", &sequence));
    g_assert_cmpint (sequence, ==, i < 2 ? i : first_survivor + i - 2);
    amqp_letter_free (letter);
  }
  sink_rig_clear (&rig);
  amqp_peer_free (peer);
}

static void
test_survivors (void)
{
  check_survivors ("leaky=upstream", 2);
  check_survivors ("leaky=downstream", 22);
}

static void
test_bytes (void)
{
  SinkRig rig;

  play_and_freeze (&rig, &kinds[0], "max-size-buffers=0 max-size-bytes=5500");
  sink_rig_push (&rig, 1);
  sink_rig_await_stat (&rig, "in-flight", 1);
  sink_rig_push_range (&rig, 2, 11);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "queued"), ==, 5);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "queued-bytes"), ==, 5000);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-full"), ==, 5);
  /* limits may change while it plays */
  g_object_set (rig.element, "max-size-bytes", G_GUINT64_CONSTANT (7000), NULL);
  sink_rig_push_range (&rig, 12, 14);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "queued"), ==, 7);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-full"), ==, 6);
  thaw (&kinds[0]);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 9);
  sink_rig_clear (&rig);
}

static void
test_age (void)
{
  SinkRig rig;

  play_and_freeze (&rig, &kinds[2], "max-age=100000000");
  fill (&rig);
  g_usleep (150 * 1000);        /* what is tested is that time passes */
  thaw (&kinds[2]);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-age"), ==, N_QUEUED);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 2);
  sink_rig_clear (&rig);
}

/* A streaming thread that waits for room. */
typedef struct
{
  SinkRig *rig;
  guint from, to;
  GstFlowReturn flow;
  GThread *thread;
} Pusher;

static gpointer
push_until_refused (gpointer data)
{
  Pusher *pusher = data;
  guint i;

  for (i = pusher->from; i <= pusher->to && pusher->flow == GST_FLOW_OK; i++)
    pusher->flow = sink_rig_push (pusher->rig, i);
  return NULL;
}

static void
pusher_start (Pusher *pusher, SinkRig *rig, guint from, guint to)
{
  *pusher = (Pusher) { rig, from, to, GST_FLOW_OK, NULL };
  pusher->thread = g_thread_new ("push", push_until_refused, pusher);
}

/* The thread has had its time to run on, and did not. */
static void
assert_stays (SinkRig *rig, guint64 in)
{
  sink_rig_await_stat (rig, "in", in);
  g_usleep (50 * 1000);
  g_assert_cmpuint (sink_rig_get_stat (rig, "in"), ==, in);
  sink_rig_assert_balanced (rig->element);
}

static void
test_not_leaky (gconstpointer data)
{
  const Kind *kind = data;
  Pusher pusher;
  SinkRig rig;
  guint last;

  play_and_freeze (&rig, kind, "leaky=no");
  last = fill (&rig);
  pusher_start (&pusher, &rig, last + 1, last + 40);
  assert_stays (&rig, 1 + last);
  thaw (kind);
  g_thread_join (pusher.thread);
  g_assert_cmpint (pusher.flow, ==, GST_FLOW_OK);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 1 + last + 40);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped"), ==, 0);
  sink_rig_clear (&rig);
}

/* A pause in the middle of the wait loses nothing and ends nothing. */
static void
test_pause (gconstpointer data)
{
  const Kind *kind = data;
  Pusher pusher;
  SinkRig rig;
  guint last;

  play_and_freeze (&rig, kind, "leaky=no");
  last = fill (&rig);
  pusher_start (&pusher, &rig, last + 1, last + 3);
  assert_stays (&rig, 1 + last);
  g_assert_cmpint (gst_element_set_state (rig.element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  assert_stays (&rig, 1 + last);
  g_assert_cmpint (gst_element_set_state (rig.element, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  thaw (kind);
  g_thread_join (pusher.thread);
  g_assert_cmpint (pusher.flow, ==, GST_FLOW_OK);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 1 + last + 3);
  sink_rig_clear (&rig);
}

static void
test_flush (gconstpointer data)
{
  const Kind *kind = data;
  Pusher pusher;
  SinkRig rig;
  guint last;

  play_and_freeze (&rig, kind, "leaky=no");
  last = fill (&rig);
  pusher_start (&pusher, &rig, last + 1, last + 10);
  assert_stays (&rig, 1 + last);
  g_assert_true (gst_harness_push_event (rig.h, gst_event_new_flush_start ()));
  g_thread_join (pusher.thread);
  g_assert_cmpint (pusher.flow, ==, GST_FLOW_FLUSHING);
  g_assert_true (gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE)));
  g_assert_cmpuint (sink_rig_get_stat (&rig, "queued"), ==, 0);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-flush"), ==, N_QUEUED + 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "in-flight"), ==, 1);

  /* and goes on */
  thaw (kind);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  sink_rig_push_range (&rig, 100, 110);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 1 + 1 + 11);
  sink_rig_clear (&rig);
}

static void
test_stop (gconstpointer data)
{
  const Kind *kind = data;
  Pusher pusher;
  SinkRig rig;
  guint last;

  play_and_freeze (&rig, kind, "leaky=no");
  last = fill (&rig);
  pusher_start (&pusher, &rig, last + 1, last + 10);
  assert_stays (&rig, 1 + last);
  sink_rig_stop (&rig);
  g_thread_join (pusher.thread);
  g_assert_cmpint (pusher.flow, ==, GST_FLOW_FLUSHING);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-shutdown"), ==, last);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "dropped-flush"), ==, 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 1);
  sink_rig_clear (&rig);
  thaw (kind);
}

/* EOS waits for the answers, but not for ever; and the answers that come later still count. */
static void
test_drain_timeout (gconstpointer data)
{
  const Kind *kind = data;
  SinkRig rig;
  gint64 before;
  guint last;

  play_and_freeze (&rig, kind, "drain-timeout=300000000");
  last = fill (&rig);
  before = g_get_monotonic_time ();
  sink_rig_push_eos (&rig);
  g_assert_cmpint (g_get_monotonic_time () - before, >=, 300 * 1000);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_EOS), ==, 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 1);
  thaw (kind);
  sink_rig_await_stat (&rig, "delivered", 1 + last);
  sink_rig_clear (&rig);
}

static gpointer
push_eos (gpointer harness)
{
  gst_harness_push_event (harness, gst_event_new_eos ());
  return NULL;
}

/* Both end a drain that would last ten minutes. */
static void
test_drain_is_interrupted (gconstpointer data)
{
  const Kind *kind = data;
  guint round;

  for (round = 0; round < 2; round++) {
    SinkRig rig;
    GThread *thread;

    play_and_freeze (&rig, kind, "drain-timeout=600000000000");
    fill (&rig);
    thread = g_thread_new ("eos", push_eos, rig.h);
    g_usleep (50 * 1000);       /* most likely it is in the drain by now; if not, the test is the weaker for it */
    g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_EOS), ==, 0);
    if (round == 0)
      gst_harness_push_event (rig.h, gst_event_new_flush_start ());
    else
      sink_rig_stop (&rig);
    g_thread_join (thread);
    g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_EOS), ==, 0);
    sink_rig_clear (&rig);
    thaw (kind);
  }
}

/* What waits for the server costs nothing but memory: no thread spins. */
static void
test_waiting_is_idle (gconstpointer data)
{
  const Kind *kind = data;
  SinkRig rig;
  clock_t before;

  play_and_freeze (&rig, kind, "leaky=downstream");
  fill (&rig);
  before = clock ();
  g_usleep (400 * 1000);
  g_assert_cmpfloat ((gdouble) (clock () - before) / CLOCKS_PER_SEC, <, 0.1);
  thaw (kind);
  sink_rig_clear (&rig);
}

static void
add (const gchar *name, GTestDataFunc func)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    gchar *path = g_strdup_printf ("/sink-limits/%s/%s", name, kinds[i].factory);

    g_test_add_data_func (path, &kinds[i], func);
    g_free (path);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  add ("leaky", test_leaky);
  g_test_add_func ("/sink-limits/survivors", test_survivors);
  g_test_add_func ("/sink-limits/bytes", test_bytes);
  g_test_add_func ("/sink-limits/age", test_age);
  add ("not-leaky", test_not_leaky);
  add ("pause", test_pause);
  add ("flush", test_flush);
  add ("stop", test_stop);
  add ("drain-timeout", test_drain_timeout);
  add ("drain-is-interrupted", test_drain_is_interrupted);
  add ("waiting-is-idle", test_waiting_is_idle);
  return g_test_run ();
}
