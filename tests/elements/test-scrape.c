/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whoever looks at the process waits for none of the locks that frames need, and what he sees adds up. */

#include <gio/gio.h>
#include <gst/check/gstharness.h>

#include "../support/fake-transport.h"
#include "../support/gate.h"
#include "element/link-sink-private.h"
#include "metrics/metrics-service.h"
#include "metrics/snapshot.h"
#include "net/link-private.h"
#include "work/lane-private.h"

#define PATIENCE 20             /* seconds; of a test that fails */
#define N_ITEMS 200000
#define POOL "scrape"

/* Items of a lane: nothing to do, or a gate to wait at. */
static gint
run_item (gpointer data, guint flags, gpointer user_data)
{
  if (user_data != NULL)
    gate_pass (user_data);
  return TRUE;
}

static void
drop_item (gpointer data, gint reason, gpointer user_data)
{
}

/* A sink whose server is not there, and a lane whose worker is held at the gate: each has three frames. */
typedef struct
{
  GstObject *service;
  gchar *location;
  GstHarness *h;
  GstEdgeLink *link;
  GstEdgeWorkerPool *pool;
  GstEdgeLane *lane;
  GstEdgeCameraRecord *camera;
  Gate gate;
} Rig;

static GstEdgeLink *
get_link (GstHarness *h)
{
  GstElement *sink = gst_harness_find_element (h, "amqpsink");
  GstEdgeLinkSinkPrivate *priv = (GstEdgeLinkSinkPrivate *) g_type_instance_get_private ((GTypeInstance *) sink,
      GST_EDGE_TYPE_LINK_SINK);

  gst_object_unref (sink);
  return priv->client->link;
}

static void
rig_init (Rig *rig)
{
  GstStructure *options = gst_structure_new ("options", "port", G_TYPE_INT, 0, NULL);
  const GstEdgeQueueItem item = {.data = rig,.bytes = 10,.n_buffers = 1 };
  GError *error = NULL;
  guint i;

  memset (rig, 0, sizeof (*rig));
  rig->service = gst_edge_metrics_service_start (options, &rig->location, &error);
  g_assert_no_error (error);
  gst_structure_free (options);

  rig->h = gst_harness_new_parse ("amqpsink uri=amqp://127.0.0.1:1/%2f camera-id=cam1 drain-timeout=0");
  rig->link = get_link (rig->h);
  gst_harness_set_src_caps_str (rig->h, "image/jpeg,width=64,height=48,framerate=10/1");

  gate_init (&rig->gate);
  rig->pool = gst_edge_worker_pool_get (POOL, 1, NULL);
  rig->lane = gst_edge_lane_new (rig->pool, "lane", run_item, drop_item, &rig->gate);
  rig->camera = gst_edge_camera_record_use ("cam2");
  gst_edge_lane_set_camera (rig->lane, rig->camera);
  for (i = 0; i < 3; i++) {
    g_assert_cmpint (gst_harness_push (rig->h, gst_buffer_new_allocate (NULL, 100, NULL)), ==, GST_FLOW_OK);
    g_assert_cmpint (gst_edge_lane_submit (rig->lane, &item, FALSE), ==, GST_EDGE_LANE_ACCEPTED);
  }
  gate_await_waiting (&rig->gate, 1);
}

static void
rig_clear (Rig *rig)
{
  gate_set_open (&rig->gate, TRUE);
  gst_edge_lane_free (rig->lane);
  gst_edge_camera_record_unuse (rig->camera);
  gst_edge_worker_pool_unref (rig->pool);
  gst_harness_teardown (rig->h);
  gst_object_unref (rig->service);
  g_free (rig->location);
  gate_clear (&rig->gate);
}

/* (transfer full) (nullable): the answer with its headers, NULL when none came. */
static gchar *
ask (Rig *rig, const gchar *path)
{
  GSocketClient *client = g_socket_client_new ();
  GSocketConnection *connection;
  gchar *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  GOutputStream *answer = g_memory_output_stream_new_resizable ();
  gchar *text = NULL;

  g_socket_client_set_timeout (client, PATIENCE);
  connection = g_socket_client_connect_to_uri (client, rig->location, 80, NULL, NULL);
  g_assert_nonnull (connection);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
          strlen (request), NULL, NULL, NULL));
  if (g_output_stream_splice (answer, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
          G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL) > 0) {
    g_output_stream_write_all (answer, "", 1, NULL, NULL, NULL);
    g_output_stream_close (answer, NULL, NULL);
    text = g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (answer));
  }
  g_object_unref (answer);
  g_object_unref (connection);
  g_object_unref (client);
  g_free (request);
  return text;
}

/* @locked: what is held, for the message of a test that fails. */
static void
check_answers (Rig *rig, const gchar *locked)
{
  static const gchar *expected[][2] = {
    {"/metrics", "edge_video_frames_pending{camera=\"cam1\",stage=\"published\"} 3\n"},
    {"/metrics", "edge_video_frames_pending{camera=\"cam2\",stage=\"pool\"} 3\n"},
    {"/metrics", "edge_video_pool_queued_frames{pool=\"scrape\"} 2\n"},
    {"/metrics", "edge_video_pool_queued_bytes{pool=\"scrape\"} 20\n"},
    {"/metrics", "edge_video_pool_workers_busy{pool=\"scrape\"} 1\n"},
    {"/readyz", "503 Service Unavailable"},
    {"/stats.json", "\"queued\":3"},
    {"/cameras/cam1.jpg", "200 OK"},
    {"/", "200 OK"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    gchar *text = ask (rig, expected[i][0]);

    if (text == NULL)
      g_error ("no answer to %s while the lock of the %s is held", expected[i][0], locked);
    if (strstr (text, expected[i][1]) == NULL)
      g_error ("%s is not in %s", expected[i][1], text);
    g_free (text);
  }
}

static void
looking_waits_for_no_lock_of_the_frames (void)
{
  Rig rig;
  guint i;

  rig_init (&rig);
  {
    const struct
    {
      const gchar *name;
      GMutex *lock;
    } hot[] = {
      {"lane", &rig.lane->lock},
      {"pool", &rig.pool->lock},
      {"ready lanes", &rig.pool->ready.lock},
      {"link", &rig.link->lock},
    };

    for (i = 0; i < G_N_ELEMENTS (hot); i++) {
      g_mutex_lock (hot[i].lock);
      check_answers (&rig, hot[i].name);
      g_mutex_unlock (hot[i].lock);
    }
  }
  rig_clear (&rig);
}

/* What one thread counts while others look. */
typedef struct
{
  GstEdgeLane *lane;
  GstEdgeLinkClient *client;
  GstEdgeTarget *target;
  gint done;                    /* atomic */
} Feeder;

static gpointer
feed_lane (gpointer data)
{
  Feeder *feeder = data;
  const GstEdgeQueueItem item = {.data = feeder,.bytes = 1,.n_buffers = 1 };
  guint i;

  for (i = 0; i < N_ITEMS; i++)
    gst_edge_lane_submit (feeder->lane, &item, FALSE);
  g_atomic_int_set (&feeder->done, TRUE);
  return NULL;
}

typedef struct
{
  guint64 in;
  guint64 out;
  guint n_looks;
} Seen;

static void
look_at_lane (GstEdgeCameraRecord *camera, const GstEdgeStageCounts *counts, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_cmpuint (counts->in, ==, counts->out + gst_edge_stage_counts_get_lost (counts) + counts->queued
      + counts->in_flight);
  /* nothing twice: the rest would be negative */
  g_assert_cmpuint (counts->queued, <=, N_ITEMS);
  g_assert_cmpuint (counts->in_flight, <=, 1);
  g_assert_cmpuint (counts->in, >=, seen->in);
  g_assert_cmpuint (counts->out, >=, seen->out);
  seen->in = counts->in;
  seen->out = counts->out;
  seen->n_looks++;
}

static void
ignore_pool (const GstEdgeWorkerPoolReport *report, gpointer user_data)
{
}

static void
what_a_lane_counts_adds_up_in_every_moment (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get (POOL, 1, NULL);
  GstEdgeCameraRecord *camera = gst_edge_camera_record_use ("cam3");
  Feeder feeder = {.lane = gst_edge_lane_new (pool, "lane", run_item, drop_item, NULL) };
  Seen seen = { 0, };
  GThread *thread;

  gst_edge_lane_set_camera (feeder.lane, camera);
  thread = g_thread_new ("feed", feed_lane, &feeder);
  while (!g_atomic_int_get (&feeder.done))
    gst_edge_worker_pools_report (ignore_pool, look_at_lane, &seen);
  g_thread_join (thread);
  g_assert_true (gst_edge_lane_drain (feeder.lane, PATIENCE * G_TIME_SPAN_SECOND));
  gst_edge_worker_pools_report (ignore_pool, look_at_lane, &seen);
  g_assert_cmpuint (seen.in, ==, N_ITEMS);
  g_assert_cmpuint (seen.n_looks, >, 1);

  gst_edge_lane_free (feeder.lane);
  gst_edge_camera_record_unuse (camera);
  gst_edge_worker_pool_unref (pool);
}

#define N_LANES 1000
#define N_ROUNDS 60
#define N_OTHERS 500            /* cameras, so that a look takes its time */

typedef struct
{
  GstEdgeLane *lanes[N_LANES];
  gint n_left;                  /* atomic: some of the first ones are there */
} Leavers;

static gpointer
leave (gpointer data)
{
  Leavers *leavers = data;
  gint i;

  for (i = N_LANES - 1; i >= 0; i--) {
    gst_edge_lane_free (leavers->lanes[i]);
    g_atomic_int_set (&leavers->n_left, i);
  }
  return NULL;
}

static guint64
look_at_camera (const gchar *id)
{
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();
  guint64 in = gst_edge_snapshot_find_camera (snapshot, id)->stages[GST_EDGE_STAGE_POOL].in;

  gst_edge_snapshot_free (snapshot);
  return in;
}

/* However many lanes of a camera go in the middle of a look, nothing of what they counted is missing in it. */
static void
what_goes_is_counted_in_every_moment (void)
{
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get (POOL, 1, NULL);
  GstEdgeCameraRecord *camera = gst_edge_camera_record_use ("cam4");
  const GstEdgeQueueItem item = {.data = camera,.bytes = 1,.n_buffers = 1 };
  GstEdgeCameraRecord *others[N_OTHERS];
  gchar id[16];
  Leavers leavers;
  GThread *thread;
  guint i, round;

  for (i = 0; i < N_OTHERS; i++) {
    g_snprintf (id, sizeof (id), "other%u", i);
    others[i] = gst_edge_camera_record_use (id);
  }
  for (round = 1; round <= N_ROUNDS; round++) {
    for (i = 0; i < N_LANES; i++) {
      leavers.lanes[i] = gst_edge_lane_new (pool, "lane", run_item, drop_item, NULL);
      gst_edge_lane_set_camera (leavers.lanes[i], camera);
      gst_edge_lane_submit (leavers.lanes[i], &item, FALSE);
    }
    g_atomic_int_set (&leavers.n_left, N_LANES);
    thread = g_thread_new ("leave", leave, &leavers);
    while (g_atomic_int_get (&leavers.n_left) > 0)
      g_assert_cmpuint (look_at_camera ("cam4"), ==, round * N_LANES);
    g_thread_join (thread);
  }
  for (i = 0; i < N_OTHERS; i++)
    gst_edge_camera_record_unuse (others[i]);
  gst_edge_camera_record_unuse (camera);
  gst_edge_worker_pool_unref (pool);
}

/* A server that takes every message but each third, at once. */

static GstEdgeTransport *
peer_open (GstEdgeLink *link, guint host_index, GError **error)
{
  return g_malloc0 (sizeof (guint));
}

static void
peer_close (GstEdgeTransport *transport)
{
  g_free (transport);
}

static gint64
peer_get_timer (GstEdgeTransport *transport)
{
  return G_MAXINT64;
}

static gboolean
peer_send (GstEdgeTransport *transport, GstEdgeMessage *message, GError **error)
{
  guint *n_sent = (guint *) transport;

  if (++*n_sent % 3 != 0)
    return TRUE;
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "not this one");
  return FALSE;
}

static gboolean
peer_service (GstEdgeTransport *transport, gshort revents, GError **error)
{
  return TRUE;
}

static void
on_completed (GstEdgeMessage *message, GstEdgeResult result, const gchar *detail, gpointer user_data)
{
}

static void
on_state_changed (GstEdgeLinkState state, const gchar *reason, gboolean warn, gpointer user_data)
{
}

static void
on_failed (const GError *error, gboolean by_target, gpointer user_data)
{
}

static gpointer
feed_link (gpointer data)
{
  Feeder *feeder = data;
  GstEdgeFrameIdentity identity;
  guint i;

  memset (&identity, 0, sizeof (identity));
  for (i = 0; i < N_ITEMS / 4; i++) {
    gst_edge_link_client_submit (feeder->client, gst_edge_message_new (gst_edge_target_ref (feeder->target),
            g_strdup ("key"), gst_buffer_new (), &identity));
  }
  g_atomic_int_set (&feeder->done, TRUE);
  return NULL;
}

static void
look_at_link (Feeder *feeder, GstEdgeLinkCounters *before)
{
  GstEdgeLinkCounters now;
  guint64 dropped = 0;
  guint i;

  gst_edge_link_client_read_counters (feeder->client, &now);
  for (i = 0; i < GST_EDGE_LINK_N_DROPS; i++)
    dropped += now.dropped[i];
  g_assert_cmpuint (now.in, ==, now.unconfirmed + now.rejected + dropped + now.queued + now.in_flight);
  g_assert_cmpuint (now.queued, <=, N_ITEMS);
  g_assert_cmpuint (now.in_flight, <=, N_ITEMS);        /* what nobody confirms takes no place in the window */
  g_assert_cmpuint (now.in, >=, before->in);
  g_assert_cmpuint (now.unconfirmed, >=, before->unconfirmed);
  g_assert_cmpuint (now.rejected, >=, before->rejected);
  *before = now;
}

static void
what_a_link_counts_adds_up_in_every_moment (void)
{
  static const GstEdgeTransportClass transport = {
    .name = "test",.open = peer_open,.close = peer_close,.get_poll = fake_transport_get_poll,
    .get_timer = peer_get_timer,.is_blocked = fake_transport_is_blocked,.can_send = fake_transport_can_send,
    .prepare = fake_transport_prepare,.send = peer_send,.service = peer_service
  };
  static const GstEdgeLinkClientFuncs funcs = { on_completed, on_state_changed, on_failed };
  const GstEdgeLinkSettings settings = {.timeout = G_USEC_PER_SEC,.max_in_flight = 8 };
  const GstEdgeQueueLimits limits = {.max_buffers = 10,.leaky = GST_EDGE_LEAKY_DOWNSTREAM };
  GstEdgeEndpoint *endpoint = gst_edge_endpoint_new_redis ("redis://127.0.0.1:1/0", NULL);
  GstEdgeTarget *target = g_new0 (GstEdgeTarget, 1);
  Feeder feeder = {.target = target };
  GstEdgeLinkCounters seen = { 0, };
  GThread *thread;

  gst_edge_target_init (target, g_free);
  target->unconfirmed = TRUE;
  feeder.client = gst_edge_link_client_new (&transport, endpoint, &settings, target, FALSE, &funcs, NULL, NULL);
  gst_edge_link_client_set_limits (feeder.client, &limits);
  thread = g_thread_new ("feed", feed_link, &feeder);
  while (!g_atomic_int_get (&feeder.done))
    look_at_link (&feeder, &seen);
  g_thread_join (thread);
  g_assert_cmpint (gst_edge_link_client_drain (feeder.client, PATIENCE * G_TIME_SPAN_SECOND), ==,
      GST_EDGE_DRAIN_DONE);
  look_at_link (&feeder, &seen);
  g_assert_cmpuint (seen.in, ==, N_ITEMS / 4);
  g_assert_cmpuint (seen.queued + seen.in_flight, ==, 0);
  g_assert_cmpuint (MIN (seen.rejected, seen.unconfirmed), >, 0);

  gst_edge_link_client_free (feeder.client);
  gst_edge_target_unref (target);
  gst_edge_endpoint_unref (endpoint);
}

/* No check: it forks, which ThreadSanitizer does not like. */
int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/scrape/no-lock-of-the-frames", looking_waits_for_no_lock_of_the_frames);
  g_test_add_func ("/scrape/lane-adds-up", what_a_lane_counts_adds_up_in_every_moment);
  g_test_add_func ("/scrape/what-goes", what_goes_is_counted_in_every_moment);
  g_test_add_func ("/scrape/link-adds-up", what_a_link_counts_adds_up_in_every_moment);
  return g_test_run ();
}
