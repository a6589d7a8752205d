/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * In which order a link sends what its elements give it, seen by a server that only takes notes, and what it tells them
 * when that server is away. */

#include <gst/gst.h>

#include "../support/fake-transport.h"

#define WINDOW 4

static struct
{
  GMutex lock;
  GCond cond;
  gboolean is_open;             /* lock: it takes messages */
  guint refuses;                /* lock: so many connections */
  gboolean refuses_for_good;    /* lock: and this one */
  GstEdgeLinkClient *quitter;   /* lock: who leaves when it is told that */
  GString *told;                /* lock: the states that a link was told to be in, whether that was a warning, and "end"
                                 * for a client that can never work */
  GString *seen;                /* lock: the destinations of the messages, a letter each */
} server;

/* How much later it is than the machine's clock says: an outage lasts long before a circuit opens. */
static gint later;

G_MODULE_EXPORT gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (g_atomic_int_get (&later) + now.tv_sec) * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static GstEdgeTransport *
server_open (GstEdgeLink *link, guint host_index, GError **error)
{
  gboolean refused, for_good;

  g_mutex_lock (&server.lock);
  refused = server.refuses > 0;
  server.refuses -= refused;
  for_good = server.refuses_for_good;
  g_mutex_unlock (&server.lock);
  if (for_good) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_AUTH, "away");
    return NULL;
  }
  if (!refused)
    return g_malloc0 (1);
  g_atomic_int_add (&later, 11);
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "away");
  return NULL;
}

static void
server_close (GstEdgeTransport *transport)
{
  g_free (transport);
}

/* It has no socket that would wake the link when it opens. */
static gint64
server_get_timer (GstEdgeTransport *transport)
{
  return g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND;
}

static gboolean
server_can_send (GstEdgeTransport *transport)
{
  gboolean is_open;

  g_mutex_lock (&server.lock);
  is_open = server.is_open;
  g_mutex_unlock (&server.lock);
  return is_open;
}

static gboolean
server_send (GstEdgeTransport *transport, GstEdgeMessage *message, GError **error)
{
  g_mutex_lock (&server.lock);
  g_string_append (server.seen, message->destination);
  g_cond_signal (&server.cond);
  g_mutex_unlock (&server.lock);
  return TRUE;
}

static gboolean
server_service (GstEdgeTransport *transport, gshort revents, GError **error)
{
  return TRUE;
}

static const GstEdgeTransportClass transport = {
  .name = "test",
  .open = server_open,
  .close = server_close,
  .get_poll = fake_transport_get_poll,
  .get_timer = server_get_timer,
  .is_blocked = fake_transport_is_blocked,
  .can_send = server_can_send,
  .prepare = fake_transport_prepare,
  .send = server_send,
  .service = server_service,
};

static void
on_completed (GstEdgeMessage *message, GstEdgeResult result, const gchar *detail, gpointer user_data)
{
}

static void
on_state_changed (GstEdgeLinkState state, const gchar *reason, gboolean warn, gpointer user_data)
{
  GstEdgeLinkClient *quitter;

  g_mutex_lock (&server.lock);
  quitter = state == GST_EDGE_LINK_FAILED ? g_steal_pointer (&server.quitter) : NULL;
  g_string_append_printf (server.told, "%s%s ", gst_edge_link_state_get_name (state), warn ? "!" : "");
  g_assert_cmpstr (reason, ==, state == GST_EDGE_LINK_READY || state == GST_EDGE_LINK_CONNECTING ? NULL : "away");
  g_cond_signal (&server.cond);
  g_mutex_unlock (&server.lock);
  g_clear_pointer (&quitter, gst_edge_link_client_free);
}

static void
on_failed (const GError *error, gboolean by_target, gpointer user_data)
{
  g_mutex_lock (&server.lock);
  g_string_append (server.told, "end ");
  g_cond_signal (&server.cond);
  g_mutex_unlock (&server.lock);
}

/* An element on the one link. */
static GstEdgeLinkClient *
join (gboolean urgent)
{
  static const GstEdgeLinkClientFuncs funcs = { on_completed, on_state_changed, on_failed };
  const GstEdgeLinkSettings settings = {.timeout = 600 * G_TIME_SPAN_SECOND,.max_in_flight = WINDOW,
    .circuit_max_failures = 2,.circuit_reset = G_TIME_SPAN_MILLISECOND
  };

  return fake_transport_join (&transport, &settings, urgent, &funcs);
}

/* @confirmed: they stay in flight, as the server never answers. */
static void
submit (GstEdgeLinkClient *client, const gchar *letter, guint n, gsize size, gboolean confirmed)
{
  GstEdgeFrameIdentity identity = { 0 };
  guint i;

  for (i = 0; i < n; i++) {
    GstEdgeTarget *target = g_new0 (GstEdgeTarget, 1);

    gst_edge_target_init (target, g_free);
    target->unconfirmed = !confirmed;
    g_assert_cmpint (gst_edge_link_client_submit (client, gst_edge_message_new (target, g_strdup (letter),
                gst_buffer_new_allocate (NULL, size, NULL), &identity)), ==, GST_EDGE_SUBMIT_ACCEPTED);
  }
}

static void
set_open (gboolean is_open)
{
  g_mutex_lock (&server.lock);
  server.is_open = is_open;
  g_mutex_unlock (&server.lock);
}

static void
await_seen (const gchar *expected)
{
  g_mutex_lock (&server.lock);
  while (server.seen->len < strlen (expected))
    g_cond_wait (&server.cond, &server.lock);
  g_assert_cmpstr (server.seen->str, ==, expected);
  g_mutex_unlock (&server.lock);
}

static void
forget (void)
{
  g_mutex_lock (&server.lock);
  g_string_truncate (server.seen, 0);
  server.is_open = FALSE;
  g_mutex_unlock (&server.lock);
}

/* Megabytes of frames wait when the events come. */
static void
test_events_first (void)
{
  GstEdgeLinkClient *frames = join (FALSE), *events = join (TRUE);

  submit (frames, "f", 10, 1000000, FALSE);
  submit (events, "e", 5, 300, FALSE);
  set_open (TRUE);
  await_seen ("eeeeeffffffffff");
  gst_edge_link_client_free (frames);
  gst_edge_link_client_free (events);
  forget ();
}

/* As many frames as may be have no answer when the events come; the events have places of their own, and leave the
 * frames theirs. */
static void
test_events_pass_full_window (void)
{
  GstEdgeLinkClient *frames = join (FALSE), *events = join (TRUE);

  set_open (TRUE);
  submit (frames, "f", 10, 100000, TRUE);
  await_seen ("ffff");
  submit (events, "e", 3, 300, TRUE);
  await_seen ("ffffeee");
  gst_edge_link_client_free (frames);
  gst_edge_link_client_free (events);
  forget ();
}

/* And as many bytes: one frame larger than all that may be in flight. */
static void
test_events_pass_full_bytes (void)
{
  GstEdgeLinkClient *frames = join (FALSE), *events = join (TRUE);

  set_open (TRUE);
  submit (frames, "f", 2, 20000000, TRUE);
  await_seen ("f");
  submit (events, "e", 3, 300, TRUE);
  await_seen ("feee");
  gst_edge_link_client_free (frames);
  gst_edge_link_client_free (events);
  forget ();
}

/* One element with a long queue, two with a short one: each in turn. */
static void
test_each_in_turn (void)
{
  GstEdgeLinkClient *a = join (FALSE), *b = join (FALSE), *c = join (FALSE);

  submit (a, "a", 6, 1000, FALSE);
  submit (b, "b", 2, 1000, FALSE);
  submit (c, "c", 3, 1000, FALSE);
  set_open (TRUE);
  g_mutex_lock (&server.lock);
  while (server.seen->len < 11)
    g_cond_wait (&server.cond, &server.lock);
  g_mutex_unlock (&server.lock);
  /* who comes first depends on when the link met them */
  g_assert_cmpuint (strcspn (server.seen->str, "a"), <, 3);
  g_assert_cmpuint (strcspn (server.seen->str, "b"), <, 3);
  g_assert_cmpuint (strcspn (server.seen->str, "c"), <, 3);
  g_assert_cmpstr (server.seen->str + 8, ==, "aaa");
  gst_edge_link_client_free (a);
  gst_edge_link_client_free (b);
  gst_edge_link_client_free (c);
  forget ();
}

/* The single try of an open circuit is told as a state of its own, before it is made, and is no warning. */
static void
test_circuit (void)
{
  const gchar *tries = "circuit-open circuit-half-open circuit-open circuit-half-open circuit-open circuit-half-open ";
  gchar *expected = g_strconcat ("backing-off! ", tries, "ready ", NULL);
  GstEdgeLinkClient *client;
  const gchar *told;

  g_mutex_lock (&server.lock);  /* no try is over before it is told what there is */
  server.refuses = 5;
  g_string_truncate (server.told, 0);
  client = join (FALSE);
  while (strstr (server.told->str, "ready") == NULL)
    g_cond_wait (&server.cond, &server.lock);
  told = server.told->str + (g_str_has_prefix (server.told->str, "connecting ") ? strlen ("connecting ") : 0);
  g_assert_cmpstr (told, ==, expected);
  g_mutex_unlock (&server.lock);
  gst_edge_link_client_free (client);
  g_free (expected);
}

/* Who leaves when it is told that the link has failed is not told anything more. */
static void
test_leaves_when_told (void)
{
  GstEdgeLinkClient *stays;

  g_mutex_lock (&server.lock);  /* no try is over before both are there */
  g_string_truncate (server.told, 0);
  server.refuses_for_good = TRUE;
  server.quitter = join (FALSE);
  stays = join (FALSE);
  do
    g_cond_wait (&server.cond, &server.lock);
  while (g_strrstr (server.told->str, "failed") == strstr (server.told->str, "failed")
      || !g_str_has_suffix (server.told->str, "end "));
  g_assert_true (g_str_has_suffix (server.told->str, "failed failed end "));
  server.refuses_for_good = FALSE;
  g_mutex_unlock (&server.lock);
  gst_edge_link_client_free (stays);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  server.seen = g_string_new (NULL);
  server.told = g_string_new (NULL);

  g_test_add_func ("/link/events-first", test_events_first);
  g_test_add_func ("/link/events-pass-full-window", test_events_pass_full_window);
  g_test_add_func ("/link/events-pass-full-bytes", test_events_pass_full_bytes);
  g_test_add_func ("/link/each-in-turn", test_each_in_turn);
  g_test_add_func ("/link/circuit", test_circuit);
  g_test_add_func ("/link/leaves-when-told", test_leaves_when_told);
  return g_test_run ();
}
