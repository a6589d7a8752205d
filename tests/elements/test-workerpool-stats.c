/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * workerpool: what it tells, as statistics, in messages and in the log. */

#include "../support/stats.h"
#include "workerpool-rig.h"

static GstMessage *
await_message (GstBus *bus)
{
  return gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT);
}

/* One runs, three wait, one was dropped: in the lane as in the pool, which has no other lane. */
static void
assert_counters (const GstStructure *stats)
{
  static const gchar *const zero[] = { "out", "dropped-old", "dropped-gop", "dropped-age", "cancelled", "errors" };
  static const gchar *const times[] = { "wait-p50", "wait-p99", "run-p50", "run-p99" };
  guint i;

  g_assert_cmpuint (stats_get (stats, "in"), ==, 5);
  g_assert_cmpuint (stats_get (stats, "running"), ==, 1);
  g_assert_cmpuint (stats_get (stats, "queued"), ==, 3);
  g_assert_cmpuint (stats_get (stats, "queued-bytes"), ==, 30);
  g_assert_cmpuint (stats_get (stats, "capacity"), ==, 3);
  g_assert_cmpuint (stats_get (stats, "dropped"), ==, 1);
  g_assert_cmpuint (stats_get (stats, "dropped-new"), ==, 1);
  for (i = 0; i < G_N_ELEMENTS (zero); i++)
    g_assert_cmpuint (stats_get (stats, zero[i]), ==, 0);
  for (i = 0; i < G_N_ELEMENTS (times); i++)
    g_assert_true (gst_structure_has_field_typed (stats, times[i], GST_TYPE_CLOCK_TIME));
}

static void
test_stats_message (void)
{
  GstBus *bus = gst_bus_new ();
  const GstStructure *stats, *pool;
  GstElement *element;
  GstMessage *message;
  Rig rig;

  rig_init_held (&rig, "pool=told max-workers=2 max-size-buffers=3", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  gst_element_set_bus (element, bus);
  rig_push_range (&rig, 1, 4);
  g_object_set (element, "stats-interval", GST_MSECOND, NULL);
  message = await_message (bus);
  stats = gst_message_get_structure (message);
  g_assert_true (gst_structure_has_name (stats, "edge-worker-stats"));
  assert_counters (stats);
  pool = stats_get_pool (stats);
  assert_counters (pool);
  g_assert_cmpstr (gst_structure_get_string (pool, "name"), ==, "told");
  g_assert_cmpuint (stats_get (pool, "workers"), ==, 2);
  g_assert_cmpuint (stats_get (pool, "threads"), ==, 2);
  g_assert_cmpuint (stats_get (pool, "busy"), ==, 1);
  g_assert_cmpuint (stats_get (pool, "lanes"), ==, 1);
  gst_message_unref (message);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  gst_object_unref (bus);
  rig_clear (&rig);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  gchar *line;                  /* lock: the first one about a pool */
} Reader;

static void
read_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint number,
    GObject *object, GstDebugMessage *message, gpointer data)
{
  const gchar *text = gst_debug_message_get (message);
  Reader *reader = data;

  if (!g_str_has_prefix (text, "Worker pool "))
    return;
  g_assert_cmpint (level, ==, GST_LEVEL_INFO);
  g_mutex_lock (&reader->lock);
  if (reader->line == NULL)
    reader->line = g_strdup (text);
  g_cond_broadcast (&reader->changed);
  g_mutex_unlock (&reader->lock);
}

static void
test_log_line (void)
{
  Reader reader = { 0, };
  Rig rig;

  g_mutex_init (&reader.lock);
  g_cond_init (&reader.changed);
  rig_init_held (&rig, "pool=told max-workers=2 max-size-buffers=3", JPEG);
  rig_push_range (&rig, 1, 4);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (read_log, &reader, NULL);
  gst_debug_set_threshold_for_name ("workerpool", GST_LEVEL_INFO);
  gst_harness_set (rig.h, "workerpool", "stats-interval", GST_MSECOND, NULL);
  g_mutex_lock (&reader.lock);
  while (reader.line == NULL)
    g_cond_wait (&reader.changed, &reader.lock);
  g_mutex_unlock (&reader.lock);
  g_assert_cmpstr (reader.line, ==, "Worker pool told: Workers: 2, Queue: 3/3, Processing: 1");

  rig_clear (&rig);
  gst_debug_unset_threshold_for_name ("workerpool");
  gst_debug_remove_log_function (read_log);
  gst_debug_add_log_function (gst_debug_log_default, NULL, NULL);
  g_free (reader.line);
  g_cond_clear (&reader.changed);
  g_mutex_clear (&reader.lock);
}

/* The first that sets it decides, another one is told; who sets nothing gets what is there. */
static void
test_conflict (void)
{
  GstElement *a = gst_element_factory_make ("workerpool", NULL);
  GstElement *b = gst_element_factory_make ("workerpool", NULL);
  GstElement *c = gst_element_factory_make ("workerpool", NULL);
  GstBus *bus = gst_bus_new ();
  GstStructure *stats;
  GstMessage *message;

  g_object_set (a, "pool", "shared", "max-workers", 3, NULL);
  g_object_set (b, "pool", "shared", "max-workers", 5, NULL);
  g_object_set (c, "pool", "shared", NULL);
  gst_element_set_bus (b, bus);
  gst_element_set_bus (c, bus);
  gst_element_set_state (a, GST_STATE_PLAYING);
  gst_element_set_state (c, GST_STATE_PLAYING);
  gst_element_set_state (b, GST_STATE_PLAYING);

  message = await_message (bus);
  g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (b));
  g_assert_true (gst_message_has_name (message, "edge-pool-conflict"));
  g_assert_cmpstr (gst_structure_get_string (gst_message_get_structure
          (message), "ignored"), ==, "max-workers");
  gst_message_unref (message);
  g_object_get (b, "stats", &stats, NULL);
  g_assert_cmpuint (stats_get (stats_get_pool (stats), "workers"), ==, 3);
  gst_structure_free (stats);

  gst_element_set_state (a, GST_STATE_NULL);
  gst_element_set_state (b, GST_STATE_NULL);
  gst_element_set_state (c, GST_STATE_NULL);
  gst_element_set_bus (b, NULL);        /* whose messages refer to the elements */
  gst_element_set_bus (c, NULL);
  gst_object_unref (a);
  gst_object_unref (b);
  gst_object_unref (c);
  gst_object_unref (bus);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/workerpool/stats-message", test_stats_message);
  g_test_add_func ("/workerpool/log-line", test_log_line);
  g_test_add_func ("/workerpool/conflict", test_conflict);
  return g_test_run ();
}
