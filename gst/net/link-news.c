/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a link tells its clients: its state, and that they can never work. Telling also prepares a client for a new
 * connection. On the link's thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/link-private.h"

#define GST_CAT_DEFAULT gst_edge_link_debug

const gchar *
gst_edge_link_state_get_name (GstEdgeLinkState state)
{
  static const gchar *names[] = {
    "closed", "connecting", "ready", "blocked", "backing-off", "circuit-open", "circuit-half-open", "failed"
  };

  return names[state];
}

static gboolean
is_trouble (GstEdgeLinkState state)
{
  return state == GST_EDGE_LINK_BACKING_OFF || state == GST_EDGE_LINK_CIRCUIT_OPEN
      || state == GST_EDGE_LINK_CIRCUIT_HALF_OPEN || state == GST_EDGE_LINK_BLOCKED;
}

/* Tells the clients through their news; logs each change once. */
void
gst_edge_link_set_state (GstEdgeLink *link, GstEdgeLinkState state, const gchar *reason)
{
  gboolean changed;

  g_mutex_lock (&link->lock);
  changed = link->state != state || g_strcmp0 (link->reason, reason) != 0;
  if (is_trouble (state) && !link->in_outage)
    link->in_outage = link->unwarned = TRUE;
  if (changed) {
    GST_EDGE_COUNTER_SET (link->state, state);
    g_free (link->reason);
    link->reason = g_strdup (reason);
    link->state_serial++;
    link->client_news = TRUE;
  }
  g_mutex_unlock (&link->lock);

  if (changed)
    GST_INFO ("%s: %s%s%s", gst_edge_endpoint_get_text (link->endpoint),
        gst_edge_link_state_get_name (state), reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

#define PUT_OFF_MIN (100 * G_TIME_SPAN_MILLISECOND)
#define PUT_OFF_MAX (30 * G_TIME_SPAN_SECOND)

/* What was usable once will be again: it is tried now and then, and the others go on. The tries are further and further
 * apart until something is delivered: what is only refused when it is used looks usable before. */
static void
put_off_client (GstEdgeLinkClient *client, const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  client->preparing.min = PUT_OFF_MIN;
  client->preparing.max = PUT_OFF_MAX;
  client->prepare_at = now + gst_edge_backoff_next (&client->preparing, now, g_random_double ());
  if (g_strcmp0 (client->trouble, error->message) == 0)
    return;
  g_free (client->trouble);
  client->trouble = g_strdup (error->message);
  if (client->preparing.failures == 1)
    client->trouble_unwarned = TRUE;
  client->told_serial = 0;      /* whatever it was told, it is told this */
  GST_EDGE_COUNTER_SET (client->is_put_off, TRUE);
}

static void
end_put_off (GstEdgeLinkClient *client)
{
  client->prepare_at = 0;
  if (client->trouble == NULL)
    return;
  g_clear_pointer (&client->trouble, g_free);
  client->told_serial = 0;
  GST_EDGE_COUNTER_SET (client->is_put_off, FALSE);
}

/* Makes a client's target usable on this connection. FALSE when the connection is not usable any more. */
static gboolean
prepare_client (GstEdgeLink *link, GstEdgeLinkClient *client)
{
  GError *error = NULL;
  gboolean lost = FALSE;

  if (link->klass->prepare (link->transport, client->target, &lost, &error)) {
    client->was_prepared = TRUE;
    end_put_off (client);
    g_mutex_lock (&link->lock);
    client->prepared = TRUE;
    gst_edge_link_client_set_pending_locked (client);
    g_mutex_unlock (&link->lock);
    return TRUE;
  }

  if (error->code == GST_EDGE_ERROR_TRANSIENT || error->code == GST_EDGE_ERROR_CANCELLED) {
    gst_edge_link_lose_connection (link, error);
    g_error_free (error);
    return FALSE;
  }
  /* only this client is wrong; the others go on, with a new connection if need be */
  if (client->was_prepared)
    put_off_client (client, error);
  else
    gst_edge_link_client_fail (client, error, TRUE);
  g_error_free (error);
  if (lost) {
    gst_edge_link_close_connection (link);
    link->retry_at = 0;
  }
  return !lost;
}

static void
refuse_client (GstEdgeLinkClient *client, const GError *error)
{
  if (gst_edge_link_client_has_worked (client))
    put_off_client (client, error);
  else
    gst_edge_link_client_fail (client, error, TRUE);
}

static gboolean
has_sent_to_locked (GstEdgeLink *link, GstEdgeLinkClient *client, const gchar *destination)
{
  GList *node;

  for (node = link->in_flight.head; node != NULL; node = node->next) {
    GstEdgeMessage *message = node->data;

    if (message->client == client && g_str_equal (message->destination, destination))
      return TRUE;
  }
  return g_strcmp0 (client->sent_to, destination) == 0;
}

void
gst_edge_link_refuse_clients (GstEdgeLink *link, gboolean (*matches) (GstEdgeTarget *target, gpointer data),
    gpointer data, const gchar *destination, const GError *error)
{
  GstEdgeLinkClient *found;
  gint64 now = g_get_monotonic_time ();

  do {
    guint i;

    found = NULL;
    g_mutex_lock (&link->lock);
    for (i = 0; i < link->clients->len && found == NULL; i++) {
      GstEdgeLinkClient *client = g_ptr_array_index (link->clients, i);

      if (!client->failed && client->prepare_at <= now && matches (client->target, data)
          && (destination == NULL || has_sent_to_locked (link, client, destination))
          && gst_edge_link_client_enter_locked (client))
        found = client;
    }
    link->client_news = TRUE;
    g_mutex_unlock (&link->lock);
    if (found != NULL) {
      refuse_client (found, error);
      g_mutex_lock (&link->lock);
      gst_edge_link_client_leave_locked (found);
      g_mutex_unlock (&link->lock);
    }
  } while (found != NULL);
}

/* The first one that still works speaks for all. */
static gboolean
speaks_locked (GstEdgeLink *link, GstEdgeLinkClient *client)
{
  guint i;

  for (i = 0; i < link->clients->len; i++) {
    GstEdgeLinkClient *first = g_ptr_array_index (link->clients, i);

    if (!first->failed)
      return first == client;
  }
  return FALSE;
}

/* A server that takes nothing does not answer either: who asked would wait until the connection counts as lost. */
static gboolean
can_prepare (GstEdgeLink *link)
{
  const gchar *reason;

  return link->transport != NULL && !link->blocked && !link->klass->is_blocked (link->transport, &reason);
}

/* Picks a client that has to be prepared or told something, and keeps it from leaving. */
static GstEdgeLinkClient *
next_client_with_news (GstEdgeLink *link, gboolean *speaker)
{
  GstEdgeLinkClient *found = NULL;
  gboolean may_prepare = can_prepare (link);
  gint64 now = g_get_monotonic_time ();
  guint i;

  link->prepare_at = G_MAXINT64;
  g_mutex_lock (&link->lock);
  for (i = 0; i < link->clients->len && found == NULL; i++) {
    GstEdgeLinkClient *client = g_ptr_array_index (link->clients, i);
    gboolean unprepared = may_prepare && !client->prepared && !client->failed;

    if (unprepared && client->prepare_at > now) {
      link->prepare_at = MIN (link->prepare_at, client->prepare_at);
      unprepared = FALSE;
    }
    if ((unprepared || client->told_serial != link->state_serial)
        && gst_edge_link_client_enter_locked (client)) {
      found = client;
      *speaker = speaks_locked (link, client);
    }
  }
  if (found == NULL)
    link->client_news = FALSE;
  g_mutex_unlock (&link->lock);
  return found;
}

static void
tell_state (GstEdgeLink *link, GstEdgeLinkClient *client, gboolean speaker)
{
  GstEdgeLinkState state;
  gchar *reason = NULL;
  gboolean warn;

  g_mutex_lock (&link->lock);
  state = link->state;
  warn = speaker && link->unwarned && is_trouble (state);
  if (warn)
    link->unwarned = FALSE;
  if (client->told_serial != link->state_serial)
    reason = g_strdup (link->reason);
  else
    state = GST_EDGE_LINK_CLOSED;       /* nothing new */
  client->told_serial = link->state_serial;
  g_mutex_unlock (&link->lock);
  if (state == GST_EDGE_LINK_READY && client->trouble != NULL) {
    state = GST_EDGE_LINK_BACKING_OFF;
    g_free (reason);
    reason = g_strdup (client->trouble);
    warn = client->trouble_unwarned;
    client->trouble_unwarned = FALSE;
  }

  if (state != GST_EDGE_LINK_CLOSED && !client->failed)
    client->funcs.state_changed (state, reason, warn, client->user_data);
  if (state == GST_EDGE_LINK_FAILED)
    gst_edge_link_client_fail (client, link->failure, FALSE);
  g_free (reason);
}

void
gst_edge_link_serve_news (GstEdgeLink *link)
{
  GstEdgeLinkClient *client;
  gboolean speaker;

  while ((client = next_client_with_news (link, &speaker)) != NULL) {
    if (!can_prepare (link) || client->prepared || client->failed
        || client->prepare_at > g_get_monotonic_time () || prepare_client (link, client))
      tell_state (link, client, speaker);
    g_mutex_lock (&link->lock);
    gst_edge_link_client_leave_locked (client);
    g_mutex_unlock (&link->lock);
  }
}
