/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gst-launch-1.0 that can be asked how far it is: plays the pipeline that stands in a file. For each line on its
 * standard input it prints one line for each element that has statistics, its name and what they are, one for the
 * memory that malloc() has given out and has free, and then one with a dot. The end of the input ends it. */

#include <gst/gst.h>
#include <malloc.h>
#include <stdio.h>

static void
tell_element (const GValue *item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stats");
  GstStructure *stats = NULL;
  gchar *text;

  if (pspec == NULL || G_PARAM_SPEC_VALUE_TYPE (pspec) != GST_TYPE_STRUCTURE)
    return;
  g_object_get (element, "stats", &stats, NULL);
  if (stats == NULL)
    return;
  text = gst_structure_to_string (stats);
  printf ("%s %s\n", GST_OBJECT_NAME (element), text);
  g_free (text);
  gst_structure_free (stats);
}

static void
tell_memory (void)
{
  const struct mallinfo2 info = mallinfo2 ();

  printf ("malloc used=%zu free=%zu\n", info.uordblks + info.hblkhd, info.fordblks);
}

static void
tell (GstElement *pipeline)
{
  GstIterator *iterator = gst_bin_iterate_recurse (GST_BIN (pipeline));

  while (gst_iterator_foreach (iterator, tell_element, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (iterator);
  gst_iterator_free (iterator);
  tell_memory ();
  puts (".");
  fflush (stdout);
}

static gboolean
has_failed (GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean failed = FALSE;
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      GError *error = NULL;

      gst_message_parse_error (message, &error, NULL);
      fprintf (stderr, "bench-launch: %s: %s\n", GST_MESSAGE_SRC_NAME (message), error->message);
      g_error_free (error);
      failed = TRUE;
    }
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  return failed;
}

static gboolean
run (GstElement *pipeline)
{
  gchar line[16];
  gboolean ok = gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;

  while (ok && fgets (line, sizeof (line), stdin) != NULL) {
    tell (pipeline);
    ok = !has_failed (pipeline);
  }
  if (!ok)
    has_failed (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return ok;
}

int
main (int argc, char **argv)
{
  GstElement *pipeline;
  GError *error = NULL;
  gchar *text = NULL;
  gboolean ok;

  gst_init (&argc, &argv);
  if (argc != 2 || !g_file_get_contents (argv[1], &text, NULL, NULL)) {
    fprintf (stderr, "usage: bench-launch FILE\n");
    return 2;
  }
  pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_free (text);
  if (pipeline == NULL) {
    fprintf (stderr, "bench-launch: %s\n", error->message);
    g_error_free (error);
    return 1;
  }
  if (!GST_IS_PIPELINE (pipeline)) {
    GstElement *only = pipeline;

    pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (pipeline), only);
  }
  ok = run (pipeline);
  gst_object_unref (pipeline);
  return ok ? 0 : 1;
}
