/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How soon a link finds a server that is back. Time passes only here, and only when the link sleeps: an hour takes no
 * time, and a busy machine none of the hour. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* ppoll */
#endif

#include <poll.h>
#include <string.h>

#include <gst/gst.h>

#include "../support/fake-transport.h"

#define MS G_TIME_SPAN_MILLISECOND
#define S G_TIME_SPAN_SECOND

/* So long the server is there between two outages: long enough for the next one to be one of its own. */
#define UP (11 * S)

/* The link's thread only, but for the time before and after it. */
static struct
{
  gint64 shortest, longest;     /* of the outages; what lies between is tried in turn */
  guint n_outages;
  guint outages;                /* that have begun */
  gint64 changes_at;            /* when it goes, or comes back */
  gint64 tried_at;              /* 0 = not in this outage */
  guint tries;                  /* that failed */
  gint64 longest_pause;         /* between two tries */
  gint64 latest;                /* from the server's return to the try that found it */
} server;

static GMutex lock;
static GCond cond;
static gboolean done;           /* lock */

static gint clock_ms = 1000;
static __thread gboolean is_link;

gint64
g_get_monotonic_time (void)
{
  return g_atomic_int_get (&clock_ms) * MS;
}

/* Who sleeps for a while has slept. Nobody but the link does that on this clock. */
int
poll (struct pollfd *fds, nfds_t n_fds, int timeout)
{
  const struct timespec at_once = { 0, 0 }, given = { timeout / 1000, timeout % 1000 * 1000000 };
  gint n;

  if (!is_link)
    return ppoll (fds, n_fds, timeout < 0 ? NULL : &given, NULL);
  n = ppoll (fds, n_fds, timeout < 0 ? NULL : &at_once, NULL);
  if (n == 0)
    g_atomic_int_add (&clock_ms, timeout);
  return n;
}

static gint64
next_outage (void)
{
  return server.shortest + (server.longest - server.shortest) * server.outages / server.n_outages;
}

/* It is the link, as far as this server needs it. */
static GstEdgeTransport *
server_open (GstEdgeLink *link, guint host_index, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  is_link = TRUE;
  if (server.tried_at != 0)
    server.longest_pause = MAX (server.longest_pause, now - server.tried_at);
  server.tried_at = now;
  if (now < server.changes_at) {
    server.tries++;
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "gone");
    return NULL;
  }
  if (server.outages > 0)
    server.latest = MAX (server.latest, now - server.changes_at);
  server.changes_at = now + UP;
  server.tried_at = 0;
  if (server.outages == server.n_outages) {
    g_mutex_lock (&lock);
    done = TRUE;
    g_cond_signal (&cond);
    g_mutex_unlock (&lock);
  }
  return (GstEdgeTransport *) link;
}

static void
server_close (GstEdgeTransport *transport)
{
}

static gint64
server_get_timer (GstEdgeTransport *transport)
{
  return server.outages < server.n_outages ? server.changes_at : G_MAXINT64;
}

static gboolean
server_service (GstEdgeTransport *transport, gshort revents, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  if (now < server.changes_at || server.outages == server.n_outages)
    return TRUE;
  server.changes_at = now + next_outage ();
  server.outages++;
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "gone");
  return FALSE;
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
  .service = server_service,
};

static void
on_completed (GstEdgeMessage *message, GstEdgeResult result, const gchar *detail, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_state_changed (GstEdgeLinkState state, const gchar *reason, gboolean warn, gpointer user_data)
{
}

/* From the shortest to the longest, one after the other, of one link. */
static void
run_outages (guint n, gint64 shortest, gint64 longest, guint circuit_max_failures)
{
  static const GstEdgeLinkClientFuncs funcs = { on_completed, on_state_changed, fake_transport_never_fails };
  const GstEdgeLinkSettings settings = {.timeout = 5 * S,.max_in_flight = 4,
    .circuit_max_failures = circuit_max_failures,.circuit_reset = 60 * S
  };
  GstEdgeLinkClient *client;

  memset (&server, 0, sizeof (server));
  server.n_outages = n;
  server.shortest = shortest;
  server.longest = longest;
  done = FALSE;
  client = fake_transport_join (&transport, &settings, FALSE, &funcs);
  g_mutex_lock (&lock);
  while (!done)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  gst_edge_link_client_free (client);
  g_test_message ("%u tries in vain, %.3f s at most between two, found within %.3f s", server.tries,
      (gdouble) server.longest_pause / S, (gdouble) server.latest / S);
}

/* A server that was away for less than ten seconds is found within one, and the circuit stays closed. It is not asked
 * all the time. */
static void
test_short_outages (void)
{
  run_outages (200, 0, 10 * S, 5);
  g_assert_cmpint (server.latest, <=, S);
  g_assert_cmpint (server.longest_pause, <=, S);
  g_assert_cmpint (server.tries, <=, 200 * 5 * S / (100 * MS) + 200);
}

/* In long ones the pauses grow, up to half a minute. */
static void
test_long_outages (void)
{
  run_outages (20, 600 * S, 3600 * S, 0);
  g_assert_cmpint (server.latest, <=, 31 * S);
  g_assert_cmpint (server.longest_pause, <=, 31 * S);
  g_assert_cmpint (server.longest_pause, >, 20 * S);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/link/reconnect/short-outages", test_short_outages);
  g_test_add_func ("/link/reconnect/long-outages", test_long_outages);
  return g_test_run ();
}
