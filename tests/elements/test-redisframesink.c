/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * redisframesink against a real server: key, value and TTL, and what leaves its source pad, when and in which order. */

#include <string.h>

#include <hiredis.h>

#include "../support/gate.h"
#include "frame/frame-identity.h"
#include "sink-rig.h"
#include "work/lane.h"

static redisContext *
connect_redis (void)
{
  const gchar *hosts = strstr (sink_rig_uri ("redisframesink"), "://") + 3;
  gchar *host = g_strndup (hosts, strcspn (hosts, ":"));
  redisContext *redis = redisConnect (host, atoi (strchr (hosts, ':') + 1));

  g_assert_true (redis != NULL && redis->err == 0);
  g_free (host);
  return redis;
}

/* Returns an integer reply; of others nothing. */
static gint64
ask (redisContext *redis, const gchar *command, const gchar *key)
{
  redisReply *reply = redisCommand (redis, key != NULL ? "%s %s" : "%s", command, key);
  gint64 number;

  g_assert_true (reply != NULL && reply->type != REDIS_REPLY_ERROR);
  number = reply->integer;
  freeReplyObject (reply);
  return number;
}

static void
assert_stored (redisContext *redis, const gchar *key, guint sequence, gint64 ttl)
{
  redisReply *reply = redisCommand (redis, "GET %s", key);
  gint64 left;

  g_assert_true (reply != NULL && reply->type == REDIS_REPLY_STRING);
  g_assert_true (sink_rig_is_frame (reply->str, reply->len, sequence, 1000));
  freeReplyObject (reply);
  left = ask (redis, "TTL", key);
  g_assert_cmpint (left, <=, ttl);
  g_assert_cmpint (left, >, ttl - 30);
}

static gchar *
key_of (const gchar *start, guint sequence)
{
  return g_strdup_printf ("%s:cam1:%" G_GINT64_FORMAT ":%05u", start,
      SINK_RIG_EPOCH + (gint64) sequence * (gint64) GST_MSECOND, sequence);
}

static void
test_contract (void)
{
  redisContext *redis = connect_redis ();
  SinkRig rig;
  guint i;

  ask (redis, "FLUSHALL", NULL);
  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  sink_rig_play (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "latency-p99"), ==, 0);
  sink_rig_push_range (&rig, 1, 3);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "latency-p50"), >, 0);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "latency-p99"), >=, sink_rig_get_stat (&rig, "latency-p50"));
  g_assert_cmpint (ask (redis, "DBSIZE", NULL), ==, 3);
  for (i = 1; i <= 3; i++) {
    gchar *key = key_of ("/:frames", i);

    assert_stored (redis, key, i, 300);
    g_free (key);
  }
  sink_rig_clear (&rig);
  redisFree (redis);
}

static void
test_properties (void)
{
  redisContext *redis = connect_redis ();
  gchar *uri = sink_rig_uri_with ("redisframesink", NULL, "3");
  gchar *key = key_of ("client a%2f:{x}", 5);
  SinkRig rig;

  ask (redis, "FLUSHALL", NULL);
  sink_rig_init (&rig, "redisframesink", uri, "ttl=1000 tenant=\"client a%2f\" prefix={x}");
  sink_rig_play (&rig);
  sink_rig_push (&rig, 5);
  sink_rig_push_eos (&rig);
  g_assert_cmpint (ask (redis, "DBSIZE", NULL), ==, 0);
  ask (redis, "SELECT", "3");
  assert_stored (redis, key, 5, 1000);
  sink_rig_clear (&rig);

  sink_rig_init (&rig, "redisframesink", uri, "key=latest/{camera-id}");
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 6, 9);
  sink_rig_push_eos (&rig);
  assert_stored (redis, "latest/cam1", 9, 300);
  sink_rig_clear (&rig);
  g_free (key);
  g_free (uri);
  redisFree (redis);
}

/* A source pad only where it is asked for. */
static void
test_no_source_pad (void)
{
  SinkRig rig;
  GstPad *pad;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  g_assert_cmpuint (rig.element->numsrcpads, ==, 0);
  pad = gst_element_request_pad_simple (rig.element, "src");
  g_assert_nonnull (pad);
  gst_element_release_request_pad (rig.element, pad);
  gst_object_unref (pad);
  pad = gst_element_request_pad_simple (rig.element, "src");
  g_assert_nonnull (pad);
  gst_element_release_request_pad (rig.element, pad);
  gst_object_unref (pad);
  sink_rig_clear (&rig);
}

/* What stands behind the source pad: at the moment a frame comes, its key must be in the server. */
typedef struct
{
  redisContext *redis;
  guint n_buffers;
  guint last;                   /* sequence */
  GString *log;
} Downstream;

static GstPadProbeReturn
on_output (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Downstream *down = user_data;
  const GstEdgeFrameIdentity *identity;
  GstCaps *caps;

  if (!(GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)) {
    g_string_append_printf (down->log, "%s ", GST_EVENT_TYPE_NAME (GST_PAD_PROBE_INFO_EVENT (info)));
    return GST_PAD_PROBE_OK;
  }
  identity = gst_edge_buffer_get_identity (GST_PAD_PROBE_INFO_BUFFER (info));
  assert_stored (down->redis, identity->redis_key, identity->sequence, 300);
  g_assert_cmpuint (identity->sequence, >, down->last);
  down->last = identity->sequence;
  down->n_buffers++;
  caps = gst_pad_get_current_caps (pad);
  g_assert_cmpint (g_str_equal (identity->encoding, "png"), ==, identity->sequence > 50);
  gst_caps_unref (caps);
  g_string_append_printf (down->log, "%u ", identity->sequence);
  return GST_PAD_PROBE_OK;
}

static void
add_downstream (SinkRig *rig, Downstream *down)
{
  GstPad *pad;

  memset (down, 0, sizeof (*down));
  down->redis = connect_redis ();
  down->log = g_string_new (NULL);
  rig->h = gst_harness_new_with_element (rig->element, "sink", "src");
  pad = gst_element_get_static_pad (rig->element, "src");
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      on_output, down, NULL);
  gst_object_unref (pad);
}

static void
clear_downstream (Downstream *down)
{
  redisFree (down->redis);
  g_string_free (down->log, TRUE);
}

/* Caps that change before anything is stored: they go out in their place, not behind the segment. */
static void
test_new_caps_first (void)
{
  GstCaps *caps = gst_caps_from_string ("image/png,width=640,height=480");
  Downstream down;
  SinkRig rig;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  add_downstream (&rig, &down);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  g_assert_true (gst_harness_push_event (rig.h, gst_event_new_caps (caps)));
  gst_caps_unref (caps);
  sink_rig_push_range (&rig, 51, 52);
  sink_rig_push_eos (&rig);
  g_assert_cmpstr (down.log->str, ==, "stream-start caps segment 51 52 eos ");
  sink_rig_clear (&rig);
  clear_downstream (&down);
}

/* Tags that change all the time: those that are in force go out, once. */
static void
test_many_tags (void)
{
  Downstream down;
  SinkRig rig;
  guint i;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  add_downstream (&rig, &down);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  for (i = 0; i < 1000; i++)
    gst_harness_push_event (rig.h, gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE, i, NULL)));
  for (i = 0; i < 4; i++)
    gst_harness_push_event (rig.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
            gst_structure_new_empty (i % 2 == 0 ? "even" : "odd")));
  sink_rig_push_range (&rig, 1, 3);
  sink_rig_push_eos (&rig);
  g_assert_cmpstr (down.log->str, ==, "stream-start caps segment tag custom-downstream-sticky "
      "custom-downstream-sticky 1 2 3 eos ");
  sink_rig_clear (&rig);
  clear_downstream (&down);
}

static void
test_output (void)
{
  Downstream down;
  SinkRig rig;
  guint i;

  sink_rig_init (&rig, "redisframesink", NULL, "max-size-buffers=0");
  add_downstream (&rig, &down);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  sink_rig_push_range (&rig, 1, 50);
  gst_harness_set_src_caps_str (rig.h, "image/png,width=640,height=480");
  sink_rig_push_range (&rig, 51, 100);
  sink_rig_push_eos (&rig);

  /* everything is out when EOS is on the bus, each event in its place and once */
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_EOS), ==, 1);
  g_assert_cmpuint (down.n_buffers, ==, 100);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "pushed"), ==, 100);
  g_test_message ("%s", down.log->str);
  g_assert_true (g_str_has_prefix (down.log->str, "stream-start caps segment 1 2 3 "));
  g_assert_nonnull (strstr (down.log->str, " 49 50 caps segment 51 52 "));
  g_assert_true (g_str_has_suffix (down.log->str, " 99 100 eos "));
  for (i = 1; i <= 100; i++) {
    GstBuffer *buffer = gst_harness_pull (rig.h);

    g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 1000);
    gst_buffer_unref (buffer);
  }
  sink_rig_clear (&rig);
  clear_downstream (&down);
}

/* What stands in front of the sink keeps its own identity, without the key, and the pixels are not copied. */
static void
test_input_is_untouched (void)
{
  Downstream down;
  SinkRig rig;
  GstBuffer *in = sink_rig_frame (1, 1000), *out;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  add_downstream (&rig, &down);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  gst_harness_push (rig.h, gst_buffer_ref (in));
  out = gst_harness_pull (rig.h);
  g_assert_null (gst_edge_buffer_get_identity (in)->redis_key);
  g_assert_nonnull (gst_edge_buffer_get_identity (out)->redis_key);
  g_assert_true (gst_buffer_peek_memory (in, 0) == gst_buffer_peek_memory (out, 0));
  gst_buffer_unref (in);
  gst_buffer_unref (out);
  sink_rig_clear (&rig);
  clear_downstream (&down);
}

/* What the server refuses does not come out; the rest does. */
static void
test_refused (void)
{
  redisContext *redis = connect_redis ();
  gchar *uri = sink_rig_uri_with ("redisframesink", "writer:pw", "0");
  redisReply *reply = redisCommand (redis, "ACL SETUSER writer on >pw +@all %%R~%s %%W~%s", "*", "*0");
  Downstream down;
  SinkRig rig;

  g_assert_cmpint (reply->type, ==, REDIS_REPLY_STATUS);
  freeReplyObject (reply);
  sink_rig_init (&rig, "redisframesink", uri, NULL);
  add_downstream (&rig, &down);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  sink_rig_push_range (&rig, 10, 20);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 2);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "rejected"), ==, 9);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "pushed"), ==, 2);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  clear_downstream (&down);
  g_free (uri);
  redisFree (redis);
}

/* A server without memory is a trouble that passes: nothing comes out until it is over, nothing is lost. */
static void
test_out_of_memory (void)
{
  redisContext *redis = connect_redis ();
  Downstream down;
  SinkRig rig;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  add_downstream (&rig, &down);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  freeReplyObject (redisCommand (redis, "CONFIG SET maxmemory 1"));
  sink_rig_push_range (&rig, 1, 20);
  sink_rig_await_message (&rig, GST_MESSAGE_WARNING);
  sink_rig_await_state (&rig, "blocked");
  g_assert_cmpuint (down.n_buffers, ==, 0);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 0);
  freeReplyObject (redisCommand (redis, "CONFIG SET maxmemory 0"));
  sink_rig_await_stat (&rig, "delivered", 20);
  sink_rig_await_stat (&rig, "pushed", 20);
  sink_rig_await_state (&rig, "ready");
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_WARNING), ==, 1);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 0);
  sink_rig_clear (&rig);
  clear_downstream (&down);
  redisFree (redis);
}

/* Downstream ends or fails: the store goes on, an error stops the stream. */
static void
test_downstream_results (void)
{
  SinkRig rig;
  GstFlowReturn flow;
  GstPad *pad;
  guint i;

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  pad = gst_element_request_pad_simple (rig.element, "src");
  sink_rig_play (&rig);         /* nothing is linked */
  sink_rig_push_range (&rig, 1, 10);
  sink_rig_await_stat (&rig, "not-pushed", 10);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 10);
  sink_rig_stop (&rig);
  gst_element_release_request_pad (rig.element, pad);
  gst_object_unref (pad);
  sink_rig_clear (&rig);

  sink_rig_init (&rig, "redisframesink", NULL, NULL);
  rig.h = gst_harness_new_with_element (rig.element, "sink", "src");
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  gst_harness_set_sink_caps_str (rig.h, "image/png");
  flow = GST_FLOW_OK;
  for (i = 1; i <= 100000 && flow == GST_FLOW_OK; i++)
    flow = sink_rig_push (&rig, i);
  g_assert_cmpint (flow, ==, GST_FLOW_NOT_NEGOTIATED);
  sink_rig_clear (&rig);
}

/* Until its first frame stands at @gate, stored and on its way out of the source pad. */
static void
play_to_gate (SinkRig *rig, const gchar *properties, Gate *gate)
{
  GstPad *pad;

  gate_init (gate);
  sink_rig_init (rig, "redisframesink", NULL, properties);
  rig->h = gst_harness_new_with_element (rig->element, "sink", "src");
  gst_harness_set_src_caps_str (rig->h, "image/jpeg,width=640,height=480");
  pad = gst_element_get_static_pad (rig->element, "src");
  gate_put_in (gate, pad);
  gst_object_unref (pad);
  sink_rig_push (rig, 1);
  gate_await_waiting (gate, 1);
}

/* What is stored and waits because downstream does not return is bounded as the queue is, and counted. */
static void
test_downstream_waits (void)
{
  SinkRig rig;
  Gate gate;

  play_to_gate (&rig, "max-size-bytes=10000 leaky=no", &gate);
  sink_rig_push_range (&rig, 2, 50);
  sink_rig_await_stat (&rig, "delivered", 50);
  sink_rig_await_stat (&rig, "not-pushed", 39);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "waiting-to-be-pushed"), ==, 10);

  gate_set_open (&gate, TRUE);
  sink_rig_await_stat (&rig, "pushed", 11);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "not-pushed"), ==, 39);
  sink_rig_clear (&rig);
  gate_clear (&gate);
}

static gint
run_number (gpointer data, guint flags, gpointer user_data)
{
  return TRUE;
}

static void
drop_number (gpointer data, gint reason, gpointer user_data)
{
}

static gint
run_at_gate (gpointer data, guint flags, gpointer gate)
{
  gate_pass (gate);
  return TRUE;
}

/* What is stored and still waits for a worker at the end is counted, too. */
static void
test_stopped_before_pushed (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("busy", 1, NULL);
  const GstEdgeQueueItem item = {.data = GUINT_TO_POINTER (1),.start = GST_CLOCK_TIME_NONE,.end = GST_CLOCK_TIME_NONE };
  GstEdgeLane *other;
  SinkRig rig;
  Gate gate;

  gate_init (&gate);
  other = gst_edge_lane_new (pool, "other", run_at_gate, drop_number, &gate);
  gst_edge_lane_submit (other, &item, FALSE);
  gate_await_waiting (&gate, 1);
  sink_rig_init (&rig, "redisframesink", NULL, "pool=busy");
  rig.h = gst_harness_new_with_element (rig.element, "sink", "src");
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  sink_rig_push_range (&rig, 1, 5);
  sink_rig_await_stat (&rig, "delivered", 5);
  sink_rig_await_stat (&rig, "waiting-to-be-pushed", 5);
  sink_rig_stop (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 5);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "not-pushed"), ==, 5);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "waiting-to-be-pushed"), ==, 0);
  sink_rig_clear (&rig);
  gate_set_open (&gate, TRUE);
  gst_edge_lane_free (other);
  gst_edge_worker_pool_unref (pool);
  gate_clear (&gate);
}

/* A worker that what is behind a paused sink keeps is replaced: the pool goes on. */
static void
test_paused (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("paused", 1, NULL);
  GstEdgeLane *other = gst_edge_lane_new (pool, "other", run_number, drop_number, NULL);
  const GstEdgeQueueItem item = {.data = GUINT_TO_POINTER (1),.start = GST_CLOCK_TIME_NONE,.end = GST_CLOCK_TIME_NONE };
  SinkRig rig;
  Gate gate;

  play_to_gate (&rig, "pool=paused", &gate);
  gst_element_set_state (rig.element, GST_STATE_PAUSED);

  gst_edge_lane_submit (other, &item, FALSE);
  g_assert_true (gst_edge_lane_drain (other, -1));

  gate_set_open (&gate, TRUE);
  gst_element_set_state (rig.element, GST_STATE_PLAYING);
  sink_rig_await_stat (&rig, "pushed", 1);
  sink_rig_clear (&rig);
  gst_edge_lane_free (other);
  gst_edge_worker_pool_unref (pool);
  gate_clear (&gate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/redisframesink/contract", test_contract);
  g_test_add_func ("/redisframesink/properties", test_properties);
  g_test_add_func ("/redisframesink/no-source-pad", test_no_source_pad);
  g_test_add_func ("/redisframesink/output", test_output);
  g_test_add_func ("/redisframesink/many-tags", test_many_tags);
  g_test_add_func ("/redisframesink/new-caps-first", test_new_caps_first);
  g_test_add_func ("/redisframesink/input-is-untouched", test_input_is_untouched);
  g_test_add_func ("/redisframesink/refused", test_refused);
  g_test_add_func ("/redisframesink/out-of-memory", test_out_of_memory);
  g_test_add_func ("/redisframesink/downstream-results", test_downstream_results);
  g_test_add_func ("/redisframesink/downstream-waits", test_downstream_waits);
  g_test_add_func ("/redisframesink/stopped-before-pushed", test_stopped_before_pushed);
  g_test_add_func ("/redisframesink/paused", test_paused);
  return g_test_run ();
}
