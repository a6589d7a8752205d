/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One measurement: N streams, each from a thread of its own, through an element each (or straight) into a pad that
 * notes how long the buffer took. Prints one line of JSON. See run.py. */

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "stats/histogram.h"

static gchar *element_name = NULL;
static gint n_lanes = 1;
static gint n_workers = 4;
static gdouble rate = 0;
static gdouble seconds = 5;
static gint work_us = 0;

static const GOptionEntry entries[] = {
  {"element", 0, 0, G_OPTION_ARG_STRING, &element_name,
      "none, queue or workerpool", "NAME"},
  {"lanes", 0, 0, G_OPTION_ARG_INT, &n_lanes, "streams", "N"},
  {"workers", 0, 0, G_OPTION_ARG_INT, &n_workers, "of workerpool", "M"},
  {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate,
      "buffers per second of each stream, 0 = as fast as they are taken", "R"},
  {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "how long", "S"},
  {"work", 0, 0, G_OPTION_ARG_INT, &work_us,
      "CPU time that each buffer costs downstream", "US"},
  {NULL}
};

typedef struct
{
  GstElement *element;          /* NULL: straight */
  GstPad *srcpad;
  GstPad *sinkpad;
  GThread *thread;
  guint number;
} Lane;

static GstEdgeHistogram waits;
static gint stop;               /* atomic */
static guint64 n_received;      /* atomic */

static gint64
now_ns (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (gint64) ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
spin (gint us)
{
  gint64 until = now_ns () + (gint64) us * 1000;

  while (now_ns () < until);
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gint64 wait = now_ns () - (gint64) GST_BUFFER_OFFSET (buffer);

  gst_edge_histogram_add (&waits, wait / 1000);
  __atomic_fetch_add (&n_received, 1, __ATOMIC_RELAXED);
  if (work_us > 0)
    spin (work_us);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* The streams are out of step, as cameras are. */
static gpointer
feed (gpointer data)
{
  Lane *lane = data;
  gint64 period = rate > 0 ? (gint64) (1e9 / rate) : 0;
  gint64 due = now_ns () + (period > 0 ? g_random_int () % period : 0);

  while (!g_atomic_int_get (&stop)) {
    GstBuffer *buffer = gst_buffer_new ();

    if (period > 0) {
      struct timespec ts = {.tv_sec = due / 1000000000,.tv_nsec =
            due % 1000000000
      };

      clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
      due += period;
    }
    GST_BUFFER_OFFSET (buffer) = (guint64) now_ns ();
    gst_pad_push (lane->srcpad, buffer);
  }
  return NULL;
}

static GstElement *
make_element (guint number)
{
  GstElement *element = gst_element_factory_make (element_name, NULL);

  if (element == NULL) {
    fprintf (stderr, "bench-pool: no element \"%s\"\n", element_name);
    exit (1);
  }
  if (strcmp (element_name, "workerpool") == 0)
    g_object_set (element, "max-workers", n_workers, "leaky", 0,
        "max-size-buffers", 100, "stats-interval", (guint64) 0, NULL);
  else
    g_object_set (element, "max-size-buffers", 100, "max-size-bytes", 0,
        "max-size-time", (guint64) 0, "silent", TRUE, NULL);
  return gst_object_ref_sink (element);
}

static void
link_lane (Lane *lane)
{
  GstPad *pad;

  if (lane->element == NULL) {
    gst_pad_link (lane->srcpad, lane->sinkpad);
    return;
  }
  pad = gst_element_get_static_pad (lane->element, "sink");
  gst_pad_link (lane->srcpad, pad);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (lane->element, "src");
  gst_pad_link (pad, lane->sinkpad);
  gst_object_unref (pad);
}

static void
lane_start (Lane *lane, guint number)
{
  GstSegment segment;

  lane->number = number;
  lane->srcpad = gst_pad_new ("src", GST_PAD_SRC);
  lane->sinkpad = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (lane->sinkpad, chain);
  if (strcmp (element_name, "none") != 0)
    lane->element = make_element (number);
  link_lane (lane);

  gst_pad_set_active (lane->sinkpad, TRUE);
  if (lane->element != NULL)
    gst_element_set_state (lane->element, GST_STATE_PLAYING);
  gst_pad_set_active (lane->srcpad, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (lane->srcpad, gst_event_new_stream_start ("lane"));
  gst_pad_push_event (lane->srcpad, gst_event_new_segment (&segment));
  lane->thread = g_thread_new ("feed", feed, lane);
}

static void
lane_stop (Lane *lane)
{
  if (lane->element != NULL)
    gst_element_set_state (lane->element, GST_STATE_NULL);
  g_thread_join (lane->thread);
  gst_pad_set_active (lane->srcpad, FALSE);
  gst_pad_set_active (lane->sinkpad, FALSE);
  gst_object_unref (lane->srcpad);
  gst_object_unref (lane->sinkpad);
  gst_clear_object (&lane->element);
}

/* A number of /proc/self/status. */
static glong
get_status (const gchar *field)
{
  gchar *text = NULL;
  const gchar *found;
  glong value = -1;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return -1;
  found = strstr (text, field);
  if (found != NULL)
    value = atol (found + strlen (field));
  g_free (text);
  return value;
}

typedef struct
{
  gint64 at;
  gdouble cpu;
  glong switches;
  guint64 received;
} Reading;

static Reading
take_reading (void)
{
  struct rusage usage;
  Reading reading;

  getrusage (RUSAGE_SELF, &usage);
  reading.at = now_ns ();
  reading.cpu = (gdouble) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (gdouble) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  reading.switches = usage.ru_nvcsw + usage.ru_nivcsw;
  reading.received = __atomic_load_n (&n_received, __ATOMIC_RELAXED);
  return reading;
}

static void
print_result (const Reading *before, const Reading *after, glong threads, glong rss)
{
  gdouble elapsed = (gdouble) (after->at - before->at) / 1e9;
  guint64 received = after->received - before->received;

  printf ("{\"element\":\"%s\",\"lanes\":%d,\"rate\":%g,\"work\":%d,"
      "\"buffers\":%" G_GUINT64_FORMAT ",\"per_second\":%.0f,\"cpu\":%.4f,"
      "\"switches\":%ld,\"threads\":%ld,\"rss_kb\":%ld,"
      "\"p50_us\":%.0f,\"p99_us\":%.0f}\n", element_name, n_lanes, rate,
      work_us, received, (gdouble) received / elapsed,
      after->cpu - before->cpu, after->switches - before->switches, threads,
      rss, (gdouble) gst_edge_histogram_get_quantile (&waits, 0.5) / 1e3,
      (gdouble) gst_edge_histogram_get_quantile (&waits, 0.99) / 1e3);
}

int
main (int argc, char **argv)
{
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;
  Reading before, after;
  glong threads, rss;
  Lane *lanes;
  gint i;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "bench-pool: %s\n", error->message);
    return 2;
  }
  g_option_context_free (context);
  if (element_name == NULL)
    element_name = g_strdup ("workerpool");

  lanes = g_new0 (Lane, n_lanes);
  for (i = 0; i < n_lanes; i++)
    lane_start (&lanes[i], (guint) i);

  g_usleep (500 * 1000);        /* until it has found its pace */
  memset (&waits, 0, sizeof (waits));
  before = take_reading ();
  g_usleep ((gulong) (seconds * G_USEC_PER_SEC));
  after = take_reading ();
  /* without this one and those that feed */
  threads = get_status ("Threads:") - 1 - n_lanes;
  rss = get_status ("VmRSS:");

  g_atomic_int_set (&stop, TRUE);
  for (i = 0; i < n_lanes; i++)
    lane_stop (&lanes[i]);
  print_result (&before, &after, threads, rss);
  g_free (lanes);
  g_free (element_name);
  return 0;
}
