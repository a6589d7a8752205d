/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The elements, each fed by a thread of its own as fast as it takes buffers. All buffers show the same bytes, so that
 * what is measured is the element and its link; but not by one GstMemory, which would look through a list of all its
 * buffers whenever one is freed. */

#include <gst/gst.h>
#include <string.h>

#include "bench-links.h"

typedef struct
{
  GstElement *sink;
  GstPad *pad;
  gpointer bytes;
  gsize size;
  GThread *thread;
} Feeder;

static gpointer
feed (gpointer data)
{
  Feeder *feeder = data;
  GstFlowReturn flow = GST_FLOW_OK;

  while (flow == GST_FLOW_OK) {
    flow = gst_pad_push (feeder->pad, gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, feeder->bytes,
            feeder->size, 0, feeder->size, NULL, NULL));
  }
  return NULL;
}

static void
feeder_start (Feeder *feeder, GstElement *pipeline, const gchar *template, guint number)
{
  gchar *n = g_strdup_printf ("%u", number);
  GString *text = g_string_new (template);
  GError *error = NULL;
  GstPad *sinkpad;
  GstSegment segment;

  g_string_replace (text, "{n}", n, 0);
  feeder->sink = gst_parse_launch (text->str, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  g_string_free (text, TRUE);
  gst_bin_add (GST_BIN (pipeline), feeder->sink);
  feeder->pad = gst_pad_new ("src", GST_PAD_SRC);
  sinkpad = gst_element_get_static_pad (feeder->sink, "sink");
  gst_pad_link (feeder->pad, sinkpad);
  gst_object_unref (sinkpad);
  gst_pad_set_active (feeder->pad, TRUE);
  gst_element_sync_state_with_parent (feeder->sink);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (feeder->pad, gst_event_new_stream_start (n));
  gst_pad_push_event (feeder->pad, gst_event_new_caps (gst_static_caps_get (&(GstStaticCaps)
              GST_STATIC_CAPS ("image/jpeg,width=1280,height=720"))));
  gst_pad_push_event (feeder->pad, gst_event_new_segment (&segment));
  feeder->thread = g_thread_new ("feeder", feed, feeder);
  g_free (n);
}

static guint64
count_delivered (Feeder *feeders, guint n)
{
  guint64 total = 0, one;
  guint i;

  for (i = 0; i < n; i++) {
    GstStructure *stats;

    g_object_get (feeders[i].sink, "stats", &stats, NULL);
    gst_structure_get_uint64 (stats, "delivered", &one);
    total += one;
    gst_structure_free (stats);
  }
  return total;
}

void
bench_elements (const BenchOptions *options, const gchar *sink, BenchResult *result)
{
  guint i, n = (guint) options->elements;
  GstElement *pipeline = gst_pipeline_new (NULL);
  gpointer bytes = g_malloc ((gsize) options->size);
  Feeder *feeders = g_new0 (Feeder, n);
  guint64 before;
  BenchClock start;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  memset (bytes, 0x55, (gsize) options->size);
  for (i = 0; i < n; i++) {
    feeders[i].bytes = bytes;
    feeders[i].size = (gsize) options->size;
    feeder_start (&feeders[i], pipeline, sink, i + 1);
  }
  while (count_delivered (feeders, n) == 0)
    g_usleep (1000);
  g_usleep (BENCH_WARM_UP);

  start = bench_clock_read ();
  before = count_delivered (feeders, n);
  g_usleep ((gulong) (options->seconds * G_USEC_PER_SEC));
  bench_result_set (result, count_delivered (feeders, n) - before, &start);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (i = 0; i < n; i++) {
    g_thread_join (feeders[i].thread);
    gst_object_unref (feeders[i].pad);
  }
  gst_object_unref (pipeline);
  g_free (bytes);
  g_free (feeders);
}
