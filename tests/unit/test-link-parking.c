/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server that says "not now" is left alone for a while, and asked again after that, however late it has become when
 * the link looks at the time. */

#include <gst/gst.h>

#include "../support/fake-transport.h"

#define N_REFUSALS 20

/* The link's thread only. */
static struct
{
  guint64 unanswered;           /* the tag of the message that waits for its answer; 0 = none */
  guint refusals;               /* that are still to come */
  gboolean late;                /* time passes when the link looks at its timers next */
} server;

static gint later;              /* seconds that it is later than the machine's clock says */

gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (g_atomic_int_get (&later) + now.tv_sec) * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* It is the link, as far as this server needs it. */
static GstEdgeTransport *
server_open (GstEdgeLink *link, guint host_index, GError **error)
{
  return (GstEdgeTransport *) link;
}

static void
server_close (GstEdgeTransport *transport)
{
}

/* As with Redis, nothing but an answer or a wake-up ends the sleep. An answer is there as soon as it is wanted. */
static gint64
server_get_timer (GstEdgeTransport *transport)
{
  if (server.unanswered != 0)
    return 0;
  if (server.late)
    g_atomic_int_add (&later, 11);
  server.late = FALSE;
  return G_MAXINT64;
}

static gboolean
server_send (GstEdgeTransport *transport, GstEdgeMessage *message, GError **error)
{
  server.unanswered = message->tag;
  return TRUE;
}

static gboolean
server_service (GstEdgeTransport *transport, gshort revents, GError **error)
{
  guint64 tag = server.unanswered;

  if (tag == 0)
    return TRUE;
  server.unanswered = 0;
  server.late = server.refusals > 0;
  if (server.refusals > 0) {
    server.refusals--;
    gst_edge_link_complete ((GstEdgeLink *) transport, tag, FALSE, GST_EDGE_RETRY, "not now");
  } else {
    gst_edge_link_complete ((GstEdgeLink *) transport, tag, FALSE, GST_EDGE_DELIVERED, NULL);
  }
  return TRUE;
}

static const GstEdgeTransportClass transport = {
  .name = "test",
  .open = server_open,
  .close = server_close,
  .get_poll = fake_transport_get_poll,
  .get_timer = server_get_timer,
  .is_blocked = fake_transport_is_blocked,
  .can_send = fake_transport_can_send,
  .prepare = fake_transport_prepare,
  .send = server_send,
  .service = server_service,
};

static GMutex lock;
static GCond cond;
static gboolean delivered;      /* lock */

static void
on_completed (GstEdgeMessage *message, GstEdgeResult result, const gchar *detail, gpointer user_data)
{
  g_assert_cmpint (result, ==, GST_EDGE_DELIVERED);
  g_mutex_lock (&lock);
  delivered = TRUE;
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);
}

static void
on_state_changed (GstEdgeLinkState state, const gchar *reason, gboolean warn, gpointer user_data)
{
}

static void
test_late_look (void)
{
  static const GstEdgeLinkClientFuncs funcs = { on_completed, on_state_changed, fake_transport_never_fails };
  const GstEdgeLinkSettings settings = {.timeout = 600 * G_TIME_SPAN_SECOND,.max_in_flight = 4 };
  GstEdgeTarget *target = g_new0 (GstEdgeTarget, 1);
  GstEdgeFrameIdentity identity = { 0 };
  GstEdgeLinkClient *client;

  server.refusals = N_REFUSALS;
  gst_edge_target_init (target, g_free);
  client = fake_transport_join (&transport, &settings, FALSE, &funcs);
  gst_edge_link_client_submit (client, gst_edge_message_new (target, g_strdup ("x"),
          gst_buffer_new_allocate (NULL, 10, NULL), &identity));

  g_mutex_lock (&lock);
  while (!delivered)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  gst_edge_link_client_free (client);
  g_assert_cmpuint (server.refusals, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/link/parking/late-look", test_late_look);
  return g_test_run ();
}
