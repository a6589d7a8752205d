/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON lines on standard output. */

#include <stdio.h>
#include <string.h>

#include "chain-timer.h"
#include "report.h"

void
report_send (JsonBuilder *builder)
{
  JsonNode *root = json_builder_get_root (builder);
  gchar *text = json_to_string (root, FALSE);

  flockfile (stdout);
  puts (text);
  fflush (stdout);
  funlockfile (stdout);
  g_free (text);
  json_node_unref (root);
  g_object_unref (builder);
}

static void
set_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value != NULL ? value : "");
}

static void
set_integer (JsonBuilder *builder, const gchar *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static gboolean
add_field (GQuark id, const GValue *value, gpointer user_data)
{
  JsonBuilder *builder = user_data;
  const gchar *name = g_quark_to_string (id);
  gchar *text;

  if (G_VALUE_HOLDS_UINT64 (value)) {
    set_integer (builder, name, (gint64) g_value_get_uint64 (value));
  } else if (G_VALUE_HOLDS_UINT (value)) {
    set_integer (builder, name, g_value_get_uint (value));
  } else if (G_VALUE_HOLDS_STRING (value)) {
    set_string (builder, name, g_value_get_string (value));
  } else {
    text = gst_value_serialize (value);
    set_string (builder, name, text);
    g_free (text);
  }
  return TRUE;
}

static void
add_structure (JsonBuilder *builder, const GstStructure *structure)
{
  json_builder_begin_object (builder);
  gst_structure_foreach (structure, add_field, builder);
  json_builder_end_object (builder);
}

static void
add_times (JsonBuilder *builder, GstElement *element)
{
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  ChainTimes times;

  if (pad != NULL && chain_timer_read (pad, &times)) {
    json_builder_set_member_name (builder, GST_OBJECT_NAME (element));
    json_builder_begin_object (builder);
    set_integer (builder, "n", (gint64) times.n);
    set_integer (builder, "p50", times.p50);
    set_integer (builder, "p99", times.p99);
    set_integer (builder, "max", times.max);
    set_integer (builder, "held", times.held);
    set_integer (builder, "n-held", (gint64) times.n_held);
    json_builder_end_object (builder);
  }
  gst_clear_object (&pad);
}

static void
add_stats (JsonBuilder *builder, GstElement *element)
{
  GstStructure *stats = NULL;

  g_object_get (element, "stats", &stats, NULL);
  json_builder_set_member_name (builder, GST_OBJECT_NAME (element));
  add_structure (builder, stats);
  gst_structure_free (stats);
}

static void
for_each_element (JsonBuilder *builder, GstElement *pipeline, void (*add) (JsonBuilder *, GstElement *))
{
  GstIterator *iterator = gst_bin_iterate_recurse (GST_BIN (pipeline));
  GValue item = G_VALUE_INIT;

  while (gst_iterator_next (iterator, &item) == GST_ITERATOR_OK) {
    GstElement *element = g_value_get_object (&item);
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stats");

    if (spec != NULL && spec->value_type == GST_TYPE_STRUCTURE)
      add (builder, element);
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (iterator);
}

void
report_pipeline (JsonBuilder *builder, GstElement *pipeline)
{
  json_builder_set_member_name (builder, "elements");
  json_builder_begin_object (builder);
  for_each_element (builder, pipeline, add_stats);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "chains");
  json_builder_begin_object (builder);
  for_each_element (builder, pipeline, add_times);
  json_builder_end_object (builder);
}

static guint
count_entries (const gchar *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

static gint64
get_resident_kb (void)
{
  gchar *text = NULL, *line;
  gint64 kb = 0;

  g_file_get_contents ("/proc/self/status", &text, NULL, NULL);
  line = text != NULL ? strstr (text, "VmRSS:") : NULL;
  if (line != NULL)
    kb = g_ascii_strtoll (line + 6, NULL, 10);
  g_free (text);
  return kb;
}

/* Threads end while we look: those are left out. */
static void
add_thread_names (JsonBuilder *builder)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;

  json_builder_set_member_name (builder, "names");
  json_builder_begin_array (builder);
  while ((id = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/comm", id), *name = NULL;

    if (g_file_get_contents (path, &name, NULL, NULL))
      json_builder_add_string_value (builder, g_strchomp (name));
    g_free (name);
    g_free (path);
  }
  json_builder_end_array (builder);
  g_dir_close (dir);
}

void
report_process (JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "process");
  json_builder_begin_object (builder);
  set_integer (builder, "rss_kb", get_resident_kb ());
  set_integer (builder, "threads", count_entries ("/proc/self/task"));
  set_integer (builder, "fds", count_entries ("/proc/self/fd"));
  add_thread_names (builder);
  json_builder_end_object (builder);
}

static void
add_error (JsonBuilder *builder, GstMessage *message)
{
  const GstStructure *details = NULL;
  GError *error = NULL;
  gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, &debug);
    gst_message_parse_error_details (message, &details);
  } else {
    gst_message_parse_warning (message, &error, &debug);
    gst_message_parse_warning_details (message, &details);
  }
  set_string (builder, "text", error->message);
  set_string (builder, "debug", debug);
  if (details != NULL) {
    json_builder_set_member_name (builder, "details");
    add_structure (builder, details);
  }
  g_error_free (error);
  g_free (debug);
}

void
report_message (GstMessage *message)
{
  GstMessageType type = GST_MESSAGE_TYPE (message);
  JsonBuilder *builder;

  if ((type & (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT)) == 0)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  set_string (builder, "bus", gst_message_type_get_name (type));
  set_string (builder, "from", GST_MESSAGE_SRC_NAME (message));
  set_integer (builder, "at", g_get_monotonic_time ());
  if (type == GST_MESSAGE_ELEMENT) {
    set_string (builder, "name", gst_structure_get_name (gst_message_get_structure (message)));
    json_builder_set_member_name (builder, "fields");
    add_structure (builder, gst_message_get_structure (message));
  } else if (type != GST_MESSAGE_EOS) {
    add_error (builder, message);
  }
  json_builder_end_object (builder);
  report_send (builder);
}
