/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A process that may not have any more threads: nothing aborts, what needs them says so, and frames that need none go
 * on. GLib finds the pthread_create of this program before that of libc: limits of the system do not hold for root. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif
#include <dlfcn.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "work/ticker.h"
#include "work/worker-pool.h"

typedef int (*PthreadCreate) (pthread_t *thread, const pthread_attr_t *attr, void *(*func) (void *),
    void *arg);

static gint threads_left = G_MAXINT;    /* atomic */

__attribute__((visibility ("default")))
     int pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*func) (void *), void *arg)
{
  PthreadCreate create = (PthreadCreate) dlsym (RTLD_NEXT, "pthread_create");
  gint left;

  do {
    left = g_atomic_int_get (&threads_left);
    if (left == 0)
      return EAGAIN;
  } while (left != G_MAXINT && !g_atomic_int_compare_and_exchange (&threads_left, left, left - 1));
  return create (thread, attr, func, arg);
}

static void
allow_threads (void)
{
  g_atomic_int_set (&threads_left, G_MAXINT);
}

static void
count_tick (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

/* From now on only so many new ones; what was there for others before is gone. */
static void
allow_new_threads (gint n)
{
  gint count = 0;
  GstEdgeTick *tick;

  g_atomic_int_set (&threads_left, 0);
  while ((tick = gst_edge_ticker_add (G_MAXINT, count_tick, &count, NULL)) != NULL) {
    gst_edge_ticker_remove (tick);
    g_thread_yield ();
  }
  g_atomic_int_set (&threads_left, n);
}

static void
test_ticker (void)
{
  GError *error = NULL;
  GstEdgeTick *tick;
  gint count = 0;

  g_atomic_int_set (&threads_left, 0);
  g_assert_null (gst_edge_ticker_add (1, count_tick, &count, &error));
  g_assert_error (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN);
  g_clear_error (&error);
  g_assert_null (gst_edge_ticker_add (1, count_tick, &count, NULL));

  allow_threads ();
  tick = gst_edge_ticker_add (1, count_tick, &count, &error);
  g_assert_no_error (error);
  while (g_atomic_int_get (&count) == 0)
    g_thread_yield ();
  gst_edge_ticker_remove (tick);
}

static GstEdgeWorkerPool *
get_pool (gboolean autoscale, GError **error)
{
  GstEdgeWorkerPoolOptions options = { 0, };
  GstEdgeWorkerPoolFields refused;

  options.fields = GST_EDGE_WORKER_POOL_MIN_WORKERS | GST_EDGE_WORKER_POOL_MAX_WORKERS;
  options.min_workers = 2;
  options.max_workers = 4;
  if (autoscale) {
    options.fields |= GST_EDGE_WORKER_POOL_AUTOSCALE;
    options.autoscale = TRUE;
  }
  return gst_edge_worker_pool_get_full ("no-threads", &options, &refused, error);
}

/* Without workers, with some of them, with all but no thread to watch them. */
static void
test_pool (void)
{
  GstEdgeWorkerPool *pool;
  GError *error = NULL;
  gint n;

  for (n = 0; n <= 2; n++) {
    allow_new_threads (n);
    g_assert_null (get_pool (TRUE, &error));
    g_assert_error (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN);
    g_clear_error (&error);
  }
  allow_new_threads (3);
  pool = get_pool (TRUE, &error);
  g_assert_no_error (error);
  allow_threads ();
  gst_edge_worker_pool_unref (pool);
}

/* One that exists goes on with what it has. */
static void
test_pool_cannot_scale (void)
{
  GError *error = NULL;
  GstEdgeWorkerPool *pool = get_pool (FALSE, &error), *again;

  g_assert_no_error (error);
  allow_new_threads (0);
  again = get_pool (TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (again == pool);
  g_assert_cmpuint (gst_edge_worker_pool_get_workers (pool), ==, 4);
  allow_threads ();
  gst_edge_worker_pool_unref (again);
  gst_edge_worker_pool_unref (pool);
}

static GstBus *
watch (GstHarness *h)
{
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (h->element, bus);
  return bus;
}

/* Takes @bus. */
static void
assert_one_message (GstHarness *h, GstBus *bus, GstMessageType type, const gchar *word)
{
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  GError *error = NULL;

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, type);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, "more threads"));
  g_error_free (error);
  gst_message_unref (message);
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
  gst_element_set_bus (h->element, NULL);
  gst_object_unref (bus);
}

static void
stop (GstElement *element)
{
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
}

static void
push_one (GstHarness *h)
{
  gst_harness_set_src_caps_str (h, "image/jpeg,width=16,height=16");
  gst_buffer_unref (gst_harness_push_and_pull (h, gst_harness_create_buffer (h, 10)));
}

/* Twice: what was not begun is not ended. */
static void
test_framestamp (void)
{
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=cam1");
  GstBus *bus;
  guint i;

  for (i = 0; i < 2; i++) {
    stop (h->element);
    bus = watch (h);
    allow_new_threads (0);
    gst_harness_play (h);
    push_one (h);
    allow_threads ();
    assert_one_message (h, bus, GST_MESSAGE_WARNING, "stats-interval");
  }
  gst_harness_teardown (h);
}

/* A worker, but nothing at intervals: neither statistics nor the deadline at EOS. */
static void
test_workerpool (void)
{
  GstHarness *h = gst_harness_new_parse ("workerpool pool=no-threads max-workers=1");
  GstBus *bus;

  stop (h->element);
  bus = watch (h);
  allow_new_threads (1);
  gst_harness_play (h);
  push_one (h);
  assert_one_message (h, bus, GST_MESSAGE_WARNING, "stats-interval");

  bus = watch (h);
  g_assert_true (gst_harness_push_event (h, gst_event_new_eos ()));
  assert_one_message (h, bus, GST_MESSAGE_WARNING, "drain-timeout");
  allow_threads ();
  gst_harness_teardown (h);
}

static void
test_workerpool_without_workers (void)
{
  GstElement *element = gst_element_factory_make ("workerpool", NULL);
  GstHarness *h = gst_harness_new_with_element (element, NULL, NULL);
  GstBus *bus;

  g_object_set (element, "pool", "no-threads", NULL);
  stop (element);
  bus = watch (h);
  allow_new_threads (0);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  allow_threads ();
  assert_one_message (h, bus, GST_MESSAGE_ERROR, "'no-threads'");
  stop (element);
  gst_harness_teardown (h);
  gst_object_unref (element);
}

#ifdef HAVE_AMQP
/* Neither the thread of the link nor the one that watches over its calls, then all but the link's. Nobody is at that
 * address. Afterwards it starts as if nothing had been. */
static void
test_sink (void)
{
  GstElement *element = gst_element_factory_make ("amqpsink", NULL);
  GstHarness *h = gst_harness_new_with_element (element, NULL, NULL);
  GstBus *bus;
  gint n;

  g_object_set (element, "uri", "amqp://user:canary@127.0.0.1:1/x", "camera-id", "cam1", NULL);
  for (n = 0; n < 2; n++) {
    stop (element);
    bus = watch (h);
    allow_new_threads (n);
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    allow_threads ();
    assert_one_message (h, bus, GST_MESSAGE_ERROR, "amqp://user:***@127.0.0.1:1/x");
  }
  stop (element);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  stop (element);
  gst_harness_teardown (h);
  gst_object_unref (element);
}
#endif

/* Afterwards it starts as if nothing had been. */
static void
test_camera (void)
{
  GstElement *element = gst_element_factory_make ("rtspcamerasrc", NULL);
  GstHarness *h = gst_harness_new_with_element (element, NULL, NULL);
  GstBus *bus;

  g_object_set (element, "uri", "rtsp://user:canary@127.0.0.1:1/cam1", "camera-id", "cam1", NULL);
  stop (element);
  bus = watch (h);
  allow_new_threads (0);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  allow_threads ();
  assert_one_message (h, bus, GST_MESSAGE_ERROR, "camera cam1");
  stop (element);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_NO_PREROLL);
  stop (element);
  gst_harness_teardown (h);
  gst_object_unref (element);
}

#ifdef HAVE_EDGEVIDEOBIN
#define CONFIG "amqp: { amqp_url: \"amqp://user:canary@127.0.0.1:1/x\" }\n" \
    "cameras: [ { id: cam1, url: \"rtsp://127.0.0.1:%u/cam1\" } ]\n"

/* Somebody who takes connections and says nothing. */
static gint
listen_somewhere (guint *port)
{
  struct sockaddr_in address = {.sin_family = AF_INET,.sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof (address);
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static void
set_state (GstElement *element, GstState state)
{
  g_assert_cmpint (gst_element_set_state (element, state), !=, GST_STATE_CHANGE_FAILURE);
}

/* Without the thread that looks after the cameras it is an ERROR, and afterwards it starts as if nothing had been. A
 * camera that has to stop does, also when nobody can be spared for it: the end waits for it. */
static void
test_deployment (void)
{
  GstElement *element = gst_element_factory_make ("edgevideobin", NULL);
  GstHarness *h = gst_harness_new_with_element (element, NULL, NULL);
  gchar *file, *config;
  gint listener, camera;
  gboolean removed;
  GstBus *bus;
  guint port;

  g_close (g_file_open_tmp ("edge-test-XXXXXX.yaml", &file, NULL), NULL);
  listener = listen_somewhere (&port);
  config = g_strdup_printf (CONFIG, port);
  g_assert_true (g_file_set_contents (file, config, -1, NULL));
  g_free (config);
  stop (element);
  bus = watch (h);
  g_object_set (element, "config", file, NULL);
  allow_new_threads (0);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  allow_threads ();
  assert_one_message (h, bus, GST_MESSAGE_ERROR, "looks after the cameras");
  g_assert_cmpint (GST_BIN_NUMCHILDREN (element), ==, 0);
  stop (element);

  set_state (element, GST_STATE_PLAYING);
  camera = accept (listener, NULL, NULL);       /* what connects has its thread */
  g_assert_cmpint (camera, >=, 0);
  g_atomic_int_set (&threads_left, 0);
  g_signal_emit_by_name (element, "remove-camera", "cam1", &removed);
  g_assert_true (removed);
  while (gst_child_proxy_get_children_count (GST_CHILD_PROXY (element)) > 0)
    g_thread_yield ();
  allow_threads ();
  stop (element);
  close (camera);
  close (listener);
  g_unlink (file);
  g_free (file);
  gst_harness_teardown (h);
  gst_object_unref (element);
}
#endif

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_thread_pool_set_max_unused_threads (0);
  g_test_add_func ("/no-threads/ticker", test_ticker);
  g_test_add_func ("/no-threads/pool", test_pool);
  g_test_add_func ("/no-threads/pool-cannot-scale", test_pool_cannot_scale);
  g_test_add_func ("/no-threads/framestamp", test_framestamp);
  g_test_add_func ("/no-threads/workerpool", test_workerpool);
  g_test_add_func ("/no-threads/workerpool-without-workers", test_workerpool_without_workers);
  g_test_add_func ("/no-threads/camera", test_camera);
#ifdef HAVE_AMQP
  g_test_add_func ("/no-threads/sink", test_sink);
#endif
#ifdef HAVE_EDGEVIDEOBIN
  g_test_add_func ("/no-threads/deployment", test_deployment);
#endif
  return g_test_run ();
}
