/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What can never work: one ERROR, that says what to change; and no secret in anything that the sinks say. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>

#include <hiredis.h>

#include "amqp-peer.h"
#include "sink-rig.h"

/* Stands for every password here. */
#define CANARY "c4n4ry"

typedef struct
{
  const gchar *name;
  const gchar *factory;
  const gchar *uri;             /* nullable: made of the next two */
  const gchar *userinfo;
  const gchar *path;            /* nullable: %2f, 0 */
  const gchar *properties;
  const gchar *property;        /* the one that the details name */
  const gchar *says;
  gboolean at_start;            /* known before a server is asked */
} Case;

static const Case cases[] = {
  {"uri", "amqpsink", "amqp://u:" CANARY "@", NULL, NULL, NULL, "uri", "names no host", TRUE},
  {"uri", "redisframesink", "redis://:" CANARY "@h/x", NULL, NULL, NULL, "uri", "database number", TRUE},
#ifndef HAVE_HIREDIS_SSL
  {"tls", "redisframesink", "rediss://u:" CANARY "@h/0", NULL, NULL, NULL, "uri", "hiredis 1.0", TRUE},
#endif
  {"uri", "metadatapub", "amqp://u:12/" CANARY "@h", NULL, NULL, NULL, "uri", "%2f", TRUE},
  {"camera-id", "amqpsink", NULL, NULL, NULL, "camera-id=\"a b\"", "camera-id", "\"a b\"", TRUE},
  {"camera-id", "redisframesink", NULL, NULL, NULL, "camera-id=../x", "camera-id", "../x", TRUE},
  {"template", "amqpsink", NULL, NULL, NULL, "routing-key={nope}", "routing-key", "{nope}", TRUE},
  {"template", "metadatapub", NULL, NULL, NULL, "routing-key=a}", "routing-key", "brace", TRUE},
  {"template", "redisframesink", NULL, NULL, NULL, "key={nope}", "key", "{nope}", TRUE},
  {"exchange-type", "amqpsink", NULL, NULL, NULL, "exchange=t-x exchange-type=nonsense", "exchange", "exchange-type",
      FALSE},
  {"other-type", "amqpsink", NULL, NULL, NULL, "exchange=t-fanout", "exchange", "t-fanout", FALSE},
  {"other-type", "metadatapub", NULL, NULL, NULL, "exchange=t-fanout", "exchange", "t-fanout", FALSE},
  {"missing-exchange", "amqpsink", NULL, NULL, NULL, "exchange=t-missing declare=false", "exchange", "declare=true",
      FALSE},
  {"password", "amqpsink", NULL, "guest:" CANARY, NULL, NULL, "uri", "uri", FALSE},
  {"password", "metadatapub", NULL, "guest:" CANARY, NULL, NULL, "uri", "uri", FALSE},
  {"password", "redisframesink", NULL, ":" CANARY "x", NULL, NULL, "uri", "uri", FALSE},
  {"user", "redisframesink", NULL, "nobody:" CANARY, NULL, NULL, "uri", "uri", FALSE},
  {"no-password", "redisframesink", NULL, NULL, "0", NULL, "uri", "add a password to uri", FALSE},
  {"vhost", "amqpsink", NULL, "guest:guest", "nope", NULL, "uri", "\"nope\"", FALSE},
  {"database", "redisframesink", NULL, ":" CANARY, "99", NULL, "uri", "database", FALSE},
};

/* The server wants @after from now on; empty is none. */
static void
change_redis_password (const gchar *before, const gchar *after)
{
  const gchar *port = strrchr (sink_rig_uri ("redisframesink"), ':') + 1;
  redisContext *redis = redisConnect ("127.0.0.1", atoi (port));

  if (before[0] != '\0')
    freeReplyObject (redisCommand (redis, "AUTH %s", before));
  freeReplyObject (redisCommand (redis, "CONFIG SET requirepass %s", after));
  g_assert_cmpint (redis->err, ==, 0);
  redisFree (redis);
}

static gchar *
make_uri (const Case *c)
{
  gboolean redis = g_str_equal (c->factory, "redisframesink");

  if (c->uri != NULL)
    return g_strdup (c->uri);
  if (c->userinfo == NULL && c->path == NULL)
    return redis ? sink_rig_uri_with (c->factory, ":" CANARY, "0") : g_strdup (sink_rig_uri (c->factory));
  return sink_rig_uri_with (c->factory, c->userinfo, c->path != NULL ? c->path : redis ? "0" : "%2f");
}

static void
assert_sentence (SinkRig *rig, const Case *c)
{
  gchar *property, *sentence = sink_rig_dup_sentence (rig, GST_MESSAGE_ERROR, &property);

  g_test_message ("%s", sentence);
  g_assert_cmpstr (property, ==, c->property);
  g_assert_nonnull (strstr (sentence, c->property));
  g_assert_nonnull (strstr (sentence, c->says));
  g_assert_null (strstr (sentence, CANARY));
  g_free (property);
  g_free (sentence);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  gchar *uri = make_uri (c);
  guint n = 0;
  SinkRig rig;

  sink_rig_init (&rig, c->factory, uri, c->properties);
  if (c->at_start) {
    g_assert_cmpint (gst_element_set_state (rig.element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  } else {
    sink_rig_play (&rig);
    sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
    while (sink_rig_push (&rig, ++n) == GST_FLOW_OK)    /* the sentence comes before the stream fails */
      g_thread_yield ();
    g_assert_cmpint (sink_rig_push (&rig, ++n), ==, GST_FLOW_ERROR);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "in"), ==, n);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "rejected") + sink_rig_get_stat (&rig, "dropped"), ==, n);
    sink_rig_push_eos (&rig);   /* has nothing to wait for */
  }
  assert_sentence (&rig, c);
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_WARNING), ==, 0);
  sink_rig_clear (&rig);
  g_free (uri);
}

/* What waited in the queue when the refusal came is counted. */
static void
test_queued_before (void)
{
  SinkRig rig;
  guint i, n = 0;

  sink_rig_init (&rig, "amqpsink", NULL, "exchange=t-fanout");
  sink_rig_play (&rig);
  for (i = 1; sink_rig_push (&rig, i) == GST_FLOW_OK; i++)
    n++;
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "in"), >=, n);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 0);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "rejected") + sink_rig_get_stat (&rig, "dropped"), ==,
      sink_rig_get_stat (&rig, "in"));
  g_assert_cmpuint (sink_rig_count (&rig, GST_MESSAGE_ERROR), ==, 1);
  sink_rig_clear (&rig);
}

/* One sink that is wrong does not take the others of its connection down. */
static void
test_others_go_on (void)
{
  SinkRig good, bad;

  sink_rig_init (&good, "amqpsink", NULL, "max-size-buffers=0");
  sink_rig_play (&good);
  sink_rig_push_range (&good, 1, 100);
  sink_rig_init (&bad, "amqpsink", NULL, "exchange=t-fanout");
  sink_rig_play (&bad);
  sink_rig_push_range (&good, 101, 200);
  sink_rig_await_message (&bad, GST_MESSAGE_ERROR);
  sink_rig_push_range (&good, 201, 300);
  sink_rig_push_eos (&good);
  g_assert_cmpuint (sink_rig_get_stat (&good, "delivered"), ==, 300);
  g_assert_cmpuint (sink_rig_count (&good, GST_MESSAGE_ERROR), ==, 0);
  g_assert_cmpuint (sink_rig_count (&bad, GST_MESSAGE_ERROR), ==, 1);
  sink_rig_clear (&good);
  sink_rig_clear (&bad);
}

static void
test_no_camera_id (gconstpointer factory)
{
  gchar *uri = g_str_equal (factory, "redisframesink") ? sink_rig_uri_with (factory, ":" CANARY, "0") : NULL;
  const Case c = {.property = "camera-id",.says = "framestamp" };
  SinkRig rig;

  sink_rig_init (&rig, factory, uri, NULL);
  sink_rig_play (&rig);
  g_assert_cmpint (gst_harness_push (rig.h, gst_buffer_new ()), ==, GST_FLOW_ERROR);
  assert_sentence (&rig, &c);
  sink_rig_clear (&rig);
  g_free (uri);
}

/* What does not fit into a message is known before a broker is asked. */
static void
test_too_long (gconstpointer property)
{
  const Case c = {.property = property,.says = "bytes" };
  gboolean is_headers = g_str_equal (property, "headers");
  gchar *text = g_strnfill (is_headers ? 130000 : 256, 'x');
  GstStructure *headers = gst_structure_new ("headers", "site", G_TYPE_STRING, text, NULL);
  SinkRig rig;

  sink_rig_init (&rig, "amqpsink", NULL, NULL);
  if (is_headers)
    g_object_set (rig.element, "headers", headers, NULL);
  else
    g_object_set (rig.element, property, text, NULL);
  g_assert_cmpint (gst_element_set_state (rig.element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  assert_sentence (&rig, &c);
  sink_rig_clear (&rig);
  gst_structure_free (headers);
  g_free (text);
}

/* The broker calls the exchange without a name by another one. */
static void
test_may_not_write (gconstpointer exchange)
{
  const Case c = {.property = "exchange",.says = "may not write" };
  gchar *uri = sink_rig_uri_with ("amqpsink", "reader:" CANARY, "%2f");
  gchar *line = g_strdup_printf ("exchange=\"%s\"", (const gchar *) exchange);
  SinkRig rig;

  sink_rig_rabbitmqctl ("add_user reader " CANARY);
  sink_rig_rabbitmqctl ("set_permissions reader .* ^$ .*");
  sink_rig_init (&rig, "amqpsink", uri, line);
  sink_rig_play (&rig);
  sink_rig_push (&rig, 1);
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  assert_sentence (&rig, &c);
  sink_rig_clear (&rig);
  sink_rig_rabbitmqctl ("delete_user reader");
  g_free (line);
  g_free (uri);
}

/* After a failure the element can be set right and started again. */
static void
test_recovers (void)
{
  SinkRig rig;

  sink_rig_init (&rig, "amqpsink", NULL, "exchange=t-fanout");
  sink_rig_play (&rig);
  sink_rig_await_message (&rig, GST_MESSAGE_ERROR);
  gst_element_set_state (rig.element, GST_STATE_READY);
  g_object_set (rig.element, "exchange", "cameras", NULL);
  gst_element_set_state (rig.element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (rig.h, "image/jpeg,width=640,height=480");
  sink_rig_push_range (&rig, 1, 10);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 10);
  sink_rig_clear (&rig);
}

/* Memory that cannot be mapped, as that of a graphics card may be. */
typedef GstAllocator UnreadableAllocator;
typedef GstAllocatorClass UnreadableAllocatorClass;

static GType unreadable_allocator_get_type (void);
G_DEFINE_TYPE (UnreadableAllocator, unreadable_allocator, GST_TYPE_ALLOCATOR);

static GstMemory *
unreadable_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  GstMemory *memory = g_new0 (GstMemory, 1);

  gst_memory_init (memory, GST_MEMORY_FLAG_NO_SHARE, allocator, NULL, size, 0, 0, size);
  return memory;
}

static void
unreadable_free (GstAllocator *allocator, GstMemory *memory)
{
  g_free (memory);
}

static gpointer
unreadable_map (GstMemory *memory, gsize size, GstMapFlags flags)
{
  return NULL;
}

static void
unreadable_allocator_class_init (UnreadableAllocatorClass *klass)
{
  klass->alloc = unreadable_alloc;
  klass->free = unreadable_free;
}

static void
unreadable_allocator_init (UnreadableAllocator *self)
{
  self->mem_type = "unreadable";
  self->mem_map = unreadable_map;
}

/* It is refused, and what comes behind it is not held up. */
static void
test_unreadable (gconstpointer factory)
{
  gchar *uri = g_str_equal (factory, "redisframesink") ? sink_rig_uri_with (factory, ":" CANARY, "0") : NULL;
  GstAllocator *allocator = g_object_new (unreadable_allocator_get_type (), NULL);
  GstBuffer *buffer = sink_rig_frame (3, 0);
  SinkRig rig;

  gst_object_ref_sink (allocator);
  gst_buffer_append_memory (buffer, gst_allocator_alloc (allocator, 1000, NULL));
  sink_rig_init (&rig, factory, uri, NULL);
  sink_rig_play (&rig);
  sink_rig_push_range (&rig, 1, 2);
  g_assert_cmpint (gst_harness_push (rig.h, buffer), ==, GST_FLOW_OK);
  sink_rig_push_range (&rig, 4, 9);
  sink_rig_push_eos (&rig);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 8);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "rejected"), ==, 1);
  g_assert_cmpuint (sink_rig_get_stat (&rig, "connects"), ==, 1);
  sink_rig_clear (&rig);
  gst_object_unref (allocator);
  g_free (uri);
}

/* The canary: everything that a sink says is searched for its password, the log at level 9 included. */

static gint n_searched, n_found;        /* atomic */

static void
search (const gchar *text, const gchar *where)
{
  g_atomic_int_inc (&n_searched);
  if (text == NULL || strstr (text, CANARY) == NULL)
    return;
  if (g_atomic_int_add (&n_found, 1) < 5)
    g_printerr ("the password is in %s: %s\n", where, text);
}

static void
on_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
    GObject *object, GstDebugMessage *message, gpointer user_data)
{
  search (gst_debug_message_get (message), gst_debug_category_get_name (category));
}

static void
search_messages (SinkRig *rig)
{
  guint i;

  g_mutex_lock (&rig->lock);
  for (i = 0; i < rig->messages->len; i++) {
    GstMessage *message = g_ptr_array_index (rig->messages, i);
    const GstStructure *structure = gst_message_get_structure (message);
    gchar *text = structure != NULL ? gst_structure_to_string (structure) : NULL, *debug = NULL;
    GError *error = NULL;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, &debug);
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
      gst_message_parse_warning (message, &error, &debug);
    search (text, "a message");
    search (debug, "the debug text of a message");
    search (error != NULL ? error->message : NULL, "the sentence of a message");
    g_clear_error (&error);
    g_free (debug);
    g_free (text);
  }
  g_mutex_unlock (&rig->lock);
}

static void
search_properties (GstElement *element)
{
  guint n, i;
  GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;
    gchar *text;

    if (!(specs[i]->flags & G_PARAM_READABLE))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (G_OBJECT (element), specs[i]->name, &value);
    if (!GST_VALUE_HOLDS_STRUCTURE (&value))
      text = g_strdup_value_contents (&value);
    else
      text = g_value_get_boxed (&value) != NULL ? gst_structure_to_string (g_value_get_boxed (&value)) : NULL;
    search (text, specs[i]->name);
    g_free (text);
    g_value_unset (&value);
  }
  g_free (specs);
}

static void
search_graph (GstElement *element)
{
  GstElement *bin = gst_bin_new (NULL);
  gchar *dot;

  gst_bin_add (GST_BIN (bin), element);
  dot = gst_debug_bin_to_dot_data (GST_BIN (bin), GST_DEBUG_GRAPH_SHOW_VERBOSE);
  search (dot, "the graph");
  g_free (dot);
  gst_bin_remove (GST_BIN (bin), element);
  gst_object_unref (bin);
}

static void
run_with_canary (const gchar *factory, const gchar *uri, gboolean works)
{
  SinkRig rig;

  sink_rig_init (&rig, factory, uri, NULL);
  sink_rig_play (&rig);
  search_properties (rig.element);
  if (works) {
    sink_rig_push_range (&rig, 1, 5);
    sink_rig_push_eos (&rig);
    g_assert_cmpuint (sink_rig_get_stat (&rig, "delivered"), ==, 5);
  } else {
    sink_rig_await_message (&rig, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  }
  search_properties (rig.element);
  sink_rig_stop (&rig);
  search_properties (rig.element);
  search_messages (&rig);
  search_graph (rig.element);
  sink_rig_clear (&rig);
}

static void
test_canary (void)
{
  static const gchar *factories[] = { "amqpsink", "metadatapub", "redisframesink" };
  guint i;

  sink_rig_rabbitmqctl ("add_user bird " CANARY);
  sink_rig_rabbitmqctl ("set_permissions bird .* .* .*");
  gst_debug_remove_log_function (NULL);
  gst_debug_add_log_function (on_log, NULL, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
  for (i = 0; i < G_N_ELEMENTS (factories); i++) {
    gboolean redis = g_str_equal (factories[i], "redisframesink");
    gchar *good = sink_rig_uri_with (factories[i], redis ? "default:" CANARY : "bird:" CANARY, redis ? "0" : "%2f");
    gchar *bad = sink_rig_uri_with (factories[i], redis ? ":x" CANARY : "guest:" CANARY, redis ? "0" : "%2f");
    gchar *absent = g_strdup_printf ("%s://u:" CANARY "@127.0.0.1:1", redis ? "redis" : "amqp");

    run_with_canary (factories[i], good, TRUE);
    run_with_canary (factories[i], bad, FALSE);
    run_with_canary (factories[i], absent, FALSE);
    g_free (good);
    g_free (bad);
    g_free (absent);
  }
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (on_log);
  sink_rig_rabbitmqctl ("delete_user bird");
  g_test_message ("%d texts", n_searched);
  g_assert_cmpint (n_searched, >, 1000);
  g_assert_cmpint (n_found, ==, 0);
}

int
main (int argc, char **argv)
{
  AmqpPeer *peer;
  gint result;
  guint i;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  peer = amqp_peer_new ();
  amqp_peer_declare (peer, "t-fanout", "fanout");
  amqp_peer_free (peer);
  change_redis_password ("", CANARY);

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *path = g_strdup_printf ("/sink-errors/%s/%s", cases[i].name, cases[i].factory);

    g_test_add_data_func (path, &cases[i], test_case);
    g_free (path);
  }
  g_test_add_func ("/sink-errors/queued-before", test_queued_before);
  g_test_add_func ("/sink-errors/others-go-on", test_others_go_on);
  g_test_add_data_func ("/sink-errors/no-camera-id/amqpsink", "amqpsink", test_no_camera_id);
  g_test_add_data_func ("/sink-errors/no-camera-id/metadatapub", "metadatapub", test_no_camera_id);
  g_test_add_data_func ("/sink-errors/no-camera-id/redisframesink", "redisframesink", test_no_camera_id);
  g_test_add_func ("/sink-errors/recovers", test_recovers);
  g_test_add_data_func ("/sink-errors/too-long/content-type", "content-type", test_too_long);
  g_test_add_data_func ("/sink-errors/too-long/app-id", "app-id", test_too_long);
  g_test_add_data_func ("/sink-errors/too-long/headers", "headers", test_too_long);
  g_test_add_data_func ("/sink-errors/unreadable/amqpsink", "amqpsink", test_unreadable);
  g_test_add_data_func ("/sink-errors/unreadable/redisframesink", "redisframesink", test_unreadable);
  g_test_add_data_func ("/sink-errors/may-not-write/named", "cameras", test_may_not_write);
  g_test_add_data_func ("/sink-errors/may-not-write/default", "", test_may_not_write);
  g_test_add_func ("/sink-errors/canary", test_canary);
  result = g_test_run ();

  change_redis_password (CANARY, "");
  return result;
}
