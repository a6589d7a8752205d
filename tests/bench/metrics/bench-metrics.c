/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One measurement: N cameras, each a thread that pushes buffers through framestamp (and workerpool) into a pad that
 * does nothing, with or without edgemetrics. Prints the address of the page, if there is one, then, when it is over,
 * one line of JSON. See run.py. */

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "metrics/metrics-service.h"
#include "stats/histogram.h"

#define FRAME_BYTES 50000

static gboolean serve;
static gboolean pictures;
static gboolean pool;
static gint n_cameras = 1;
static gdouble rate;
static gdouble seconds = 2;

static const GOptionEntry entries[] = {
  {"serve", 0, 0, G_OPTION_ARG_NONE, &serve, "with edgemetrics", NULL},
  {"pictures", 0, 0, G_OPTION_ARG_NONE, &pictures, "that keeps pictures", NULL},
  {"pool", 0, 0, G_OPTION_ARG_NONE, &pool, "and workerpool behind framestamp", NULL},
  {"cameras", 0, 0, G_OPTION_ARG_INT, &n_cameras, "streams", "N"},
  {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate, "frames per second of each, 0 = as fast as they are taken", "R"},
  {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "how long", "S"},
  {NULL}
};

typedef struct
{
  GstElement *stamp;
  GstElement *pool;             /* nullable */
  GstPad *srcpad;
  GstPad *sinkpad;
  GThread *thread;
} Camera;

/* Of nanoseconds: the histogram does not mind the unit. */
static GstEdgeHistogram pushes;
static gint stop;               /* atomic */
static guint64 n_frames;        /* atomic */
static GstMemory *memory;

static gint64
now_ns (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (gint64) ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  __atomic_fetch_add (&n_frames, 1, __ATOMIC_RELAXED);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
wait_until (gint64 due)
{
  struct timespec ts = {.tv_sec = due / 1000000000,.tv_nsec = due % 1000000000 };

  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static gpointer
feed (gpointer data)
{
  Camera *camera = data;
  gint64 period = rate > 0 ? (gint64) (1e9 / rate) : 0;
  gint64 due = now_ns () + (period > 0 ? g_random_int () % period : 0);

  while (!g_atomic_int_get (&stop)) {
    GstBuffer *buffer = gst_buffer_new ();
    gint64 start;

    gst_buffer_append_memory (buffer, gst_memory_ref (memory));
    if (period > 0) {
      wait_until (due);
      due += period;
    }
    start = now_ns ();
    gst_pad_push (camera->srcpad, buffer);
    gst_edge_histogram_add (&pushes, now_ns () - start);
  }
  return NULL;
}

static GstElement *
make_element (const gchar *name)
{
  GstElement *element = gst_element_factory_make (name, NULL);

  if (element == NULL) {
    fprintf (stderr, "bench-metrics: no element \"%s\"\n", name);
    exit (1);
  }
  return gst_object_ref_sink (element);
}

static void
link_pads (GstElement *from, GstPad *from_pad, GstElement *to, GstPad *to_pad)
{
  GstPad *src = from != NULL ? gst_element_get_static_pad (from, "src") : gst_object_ref (from_pad);
  GstPad *sink = to != NULL ? gst_element_get_static_pad (to, "sink") : gst_object_ref (to_pad);

  gst_pad_link (src, sink);
  gst_object_unref (src);
  gst_object_unref (sink);
}

static void
camera_start (Camera *camera, gint number)
{
  GstSegment segment;
  gchar *id = g_strdup_printf ("cam%d", number);
  GstCaps *caps = gst_caps_from_string ("image/jpeg,width=1280,height=720,framerate=10/1");

  camera->srcpad = gst_pad_new ("src", GST_PAD_SRC);
  camera->sinkpad = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (camera->sinkpad, chain);
  camera->stamp = make_element ("framestamp");
  g_object_set (camera->stamp, "camera-id", id, NULL);
  if (pool) {
    camera->pool = make_element ("workerpool");
    link_pads (camera->stamp, NULL, camera->pool, NULL);
  }
  link_pads (NULL, camera->srcpad, camera->stamp, NULL);
  link_pads (pool ? camera->pool : camera->stamp, NULL, NULL, camera->sinkpad);

  gst_pad_set_active (camera->sinkpad, TRUE);
  if (pool)
    gst_element_set_state (camera->pool, GST_STATE_PLAYING);
  gst_element_set_state (camera->stamp, GST_STATE_PLAYING);
  gst_pad_set_active (camera->srcpad, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (camera->srcpad, gst_event_new_stream_start (id));
  gst_pad_push_event (camera->srcpad, gst_event_new_caps (caps));
  gst_pad_push_event (camera->srcpad, gst_event_new_segment (&segment));
  camera->thread = g_thread_new ("camera", feed, camera);
  gst_caps_unref (caps);
  g_free (id);
}

static void
camera_stop (Camera *camera)
{
  g_thread_join (camera->thread);
  gst_element_set_state (camera->stamp, GST_STATE_NULL);
  if (pool)
    gst_element_set_state (camera->pool, GST_STATE_NULL);
  gst_pad_set_active (camera->srcpad, FALSE);
  gst_pad_set_active (camera->sinkpad, FALSE);
  gst_object_unref (camera->srcpad);
  gst_object_unref (camera->sinkpad);
  gst_object_unref (camera->stamp);
  gst_clear_object (&camera->pool);
}

static GstObject *
start_service (void)
{
  GstStructure *options = gst_structure_new ("options", "port", G_TYPE_INT, 0, "pictures", G_TYPE_BOOLEAN, pictures,
      NULL);
  GError *error = NULL;
  gchar *location = NULL;
  GstObject *service = gst_edge_metrics_service_start (options, &location, &error);

  if (service == NULL) {
    fprintf (stderr, "bench-metrics: %s\n", error->message);
    exit (1);
  }
  printf ("%s\n", location);
  fflush (stdout);
  gst_structure_free (options);
  g_free (location);
  return service;
}

static gdouble
read_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gdouble) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (gdouble) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
measure (void)
{
  guint64 frames;
  gdouble cpu;

  g_usleep (300 * 1000);        /* until it has found its pace */
  memset (&pushes, 0, sizeof (pushes));
  frames = __atomic_load_n (&n_frames, __ATOMIC_RELAXED);
  cpu = read_cpu ();
  g_usleep ((gulong) (seconds * G_USEC_PER_SEC));
  cpu = read_cpu () - cpu;
  frames = __atomic_load_n (&n_frames, __ATOMIC_RELAXED) - frames;
  printf ("{\"frames\":%" G_GUINT64_FORMAT ",\"cpu\":%.6f,\"p50_ns\":%" G_GUINT64_FORMAT ",\"p99_ns\":%"
      G_GUINT64_FORMAT "}\n", frames, cpu, gst_edge_histogram_get_quantile (&pushes, 0.5) / GST_USECOND,
      gst_edge_histogram_get_quantile (&pushes, 0.99) / GST_USECOND);
}

int
main (int argc, char **argv)
{
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;
  GstObject *service = NULL;
  Camera *cameras;
  gint i;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "bench-metrics: %s\n", error->message);
    return 2;
  }
  g_option_context_free (context);

  memory = gst_allocator_alloc (NULL, FRAME_BYTES, NULL);
  cameras = g_new0 (Camera, n_cameras);
  for (i = 0; i < n_cameras; i++)
    camera_start (&cameras[i], i + 1);
  if (serve)
    service = start_service ();
  measure ();

  g_atomic_int_set (&stop, TRUE);
  for (i = 0; i < n_cameras; i++)
    camera_stop (&cameras[i]);
  gst_clear_object (&service);
  gst_memory_unref (memory);
  g_free (cameras);
  return 0;
}
