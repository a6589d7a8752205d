/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way of a message through a link: outbox, in flight, answered or back to the outbox. On the link's thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/link-private.h"

#define GST_CAT_DEFAULT gst_edge_link_debug

/* The client libraries copy what they send; this bounds the copies. One message may always be in flight. */
#define MAX_IN_FLIGHT_BYTES (16 * 1024 * 1024)

/* Then the link looks whether the server has something to say: an answer, an alarm, the end. */
#define MAX_SENDS_PER_ROUND 64

/* A window for each class: events pass when the one of the frames is full, and do not take the frames' places. */
static gboolean
window_is_open (GstEdgeLink *link, guint class)
{
  if (link->in_flight.length == 0)
    return TRUE;
  if (link->parking.failures > 0)       /* a single probe, until the server takes one again */
    return FALSE;
  if (link->suspects > 0)       /* one at a time, until it is clear which one it was */
    return FALSE;
  return link->in_flight_of[class] < link->max_in_flight
      && (class == URGENT || link->in_flight_bytes < MAX_IN_FLIGHT_BYTES);
}

gboolean
gst_edge_link_can_send (GstEdgeLink *link)
{
  return !link->blocked && (window_is_open (link, URGENT) || window_is_open (link, NORMAL))
      && link->klass->can_send (link->transport);
}

gboolean
gst_edge_link_has_sendable_locked (GstEdgeLink *link)
{
  guint class;

  for (class = URGENT; class < N_CLASSES; class++) {
    if (link->pending[class].length > 0 && window_is_open (link, class))
      return TRUE;
  }
  return FALSE;
}

static GstEdgeMessage *
take_from_class_locked (GstEdgeLink *link, guint class, gint64 now, GArray **dropped)
{
  GList *node;

  while ((node = g_queue_pop_head_link (&link->pending[class])) != NULL) {
    GstEdgeLinkClient *client = node->data;
    GstEdgeMessage *message = gst_edge_link_client_take_locked (client, now, dropped);

    client->is_pending = FALSE;
    gst_edge_link_client_set_pending_locked (client);   /* to the back: every client in turn */
    if (message != NULL) {
      message->class = class;
      GST_EDGE_COUNTER_ADD (client->in_flight, 1);
      if (message->sends++ > 0)
        GST_EDGE_COUNTER_ADD (client->counters.resent, 1);
      return message;
    }
  }
  return NULL;
}

/* Only what waits for an answer takes a place in the window. */
static void
count_in_flight (GstEdgeLink *link, const GstEdgeMessage *message, gint change)
{
  if (message->target->unconfirmed) {
    link->n_unconfirmed += change;
    return;
  }
  link->in_flight_of[message->class] += change;
  link->in_flight_bytes += change * (gint64) message->size;
}

/* Moves the next message from the outbox to those in flight. */
static GstEdgeMessage *
take_next (GstEdgeLink *link)
{
  GstEdgeMessage *message = NULL;
  GArray *dropped = NULL;
  gint64 now = g_get_monotonic_time ();
  guint class;

  g_mutex_lock (&link->lock);
  for (class = URGENT; class < N_CLASSES && message == NULL; class++) {
    if (window_is_open (link, class))
      message = take_from_class_locked (link, class, now, &dropped);
  }
  if (message != NULL) {
    message->tag = ++link->last_tag;
    message->sent_at = now;
    message->returned = FALSE;
    g_queue_push_tail_link (&link->in_flight, &message->node);
    count_in_flight (link, message, 1);
  }
  g_mutex_unlock (&link->lock);
  gst_edge_link_free_dropped (dropped);
  return message;
}

static void
unlink_in_flight_locked (GstEdgeLink *link, GstEdgeMessage *message)
{
  g_queue_unlink (&link->in_flight, &message->node);
  count_in_flight (link, message, -1);
  if (message->client != NULL)
    GST_EDGE_COUNTER_SUB (message->client->in_flight, 1);
}

/* Back to the outbox, in its old place: before everything that was submitted later. */
static void
return_to_outbox_locked (GstEdgeLink *link, GstEdgeMessage *message, GQueue *orphans)
{
  GstEdgeLinkClient *client = message->client;
  GList *later;

  unlink_in_flight_locked (link, message);
  if (client == NULL || client->failed) {
    if (client != NULL)
      GST_EDGE_COUNTER_ADD (client->counters.rejected, 1);
    g_queue_push_tail_link (orphans, &message->node);
    return;
  }
  for (later = client->resend.head; later != NULL; later = later->next) {
    if (((GstEdgeMessage *) later->data)->submitted_at > message->submitted_at)
      break;
  }
  g_queue_insert_before_link (&client->resend, later, &message->node);
  gst_edge_link_client_set_pending_locked (client);
}

static void
free_orphans (GQueue *orphans)
{
  GList *node;

  while ((node = g_queue_pop_head_link (orphans)) != NULL)
    gst_edge_message_free (node->data);
}

void
gst_edge_link_requeue_in_flight (GstEdgeLink *link)
{
  GQueue orphans = G_QUEUE_INIT;

  g_mutex_lock (&link->lock);
  while (link->in_flight.head != NULL)
    return_to_outbox_locked (link, link->in_flight.head->data, &orphans);
  g_mutex_unlock (&link->lock);
  free_orphans (&orphans);
}

/* The last one was not sent after all; unless that it was settled while it was. */
static void
take_back (GstEdgeLink *link, guint64 tag)
{
  GstEdgeMessage *last = g_queue_peek_tail (&link->in_flight);
  GQueue orphans = G_QUEUE_INIT;

  if (last == NULL || last->tag != tag)
    return;
  g_mutex_lock (&link->lock);
  return_to_outbox_locked (link, last, &orphans);
  g_mutex_unlock (&link->lock);
  free_orphans (&orphans);
}

/* The server cannot take it now: keep it, and leave the server alone for a while. */
static void
park (GstEdgeLink *link, GstEdgeMessage *message, const gchar *detail)
{
  GQueue orphans = G_QUEUE_INIT;
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&link->lock);
  return_to_outbox_locked (link, message, &orphans);
  g_free (link->park_reason);
  link->park_reason = g_strdup (detail);
  g_mutex_unlock (&link->lock);
  free_orphans (&orphans);

  if (link->parked_until <= now)
    link->parked_until = now + gst_edge_backoff_next (&link->parking, now, g_random_double ());
}

static void
count_answer_locked (GstEdgeLinkClient *client, GstEdgeMessage *message, GstEdgeResult result)
{
  GstEdgeLinkCounters *counters = &client->counters;

  if (result == GST_EDGE_DELIVERED) {
    gst_edge_histogram_add (&client->latency, g_get_monotonic_time () - message->submitted_at);
    GST_EDGE_COUNTER_ADD (counters->delivered_bytes, message->size);
    GST_EDGE_COUNTER_ADD (counters->delivered, 1);      /* last: who sees it sees the others */
  } else if (result == GST_EDGE_SENT) {
    GST_EDGE_COUNTER_ADD (counters->unconfirmed, 1);
  } else if (result == GST_EDGE_OVERSIZE) {
    GST_EDGE_COUNTER_ADD (counters->dropped[GST_EDGE_LINK_DROP_OVERSIZE], 1);
  } else {
    GST_EDGE_COUNTER_ADD (counters->rejected, 1);
    if (result == GST_EDGE_RETURNED)
      GST_EDGE_COUNTER_ADD (counters->returned, 1);
  }
}

/* The server may refuse later what counts as sent already: then it matters who sent it, and whether it ever took such a
 * message. Mostly all messages of a client go to the same place. */
static void
remember_sent_locked (GstEdgeLinkClient *client, const GstEdgeMessage *message)
{
  if (client->first_sent == 0)
    client->first_sent = message->tag;
  if (g_strcmp0 (client->sent_to, message->destination) == 0)
    return;
  g_free (client->sent_to);
  client->sent_to = g_strdup (message->destination);
}

/* What is refused for good from the beginning can never work. */
static void
fail_useless (GstEdgeLinkClient *client, const gchar *detail)
{
  GError *error;

  if (gst_edge_link_client_has_worked (client))
    return;
  error = g_error_new_literal (GST_EDGE_ERROR, GST_EDGE_ERROR_AUTH, detail);
  gst_edge_link_client_fail (client, error, FALSE);
  g_error_free (error);
}

static void
settle (GstEdgeLink *link, GstEdgeMessage *message, GstEdgeResult result, const gchar *detail)
{
  gboolean taken = result == GST_EDGE_DELIVERED;
  GstEdgeLinkClient *client;

  if (result == GST_EDGE_RETRY) {
    park (link, message, detail);
    return;
  }
  if (result == GST_EDGE_DELIVERED && message->returned)
    result = GST_EDGE_RETURNED;
  if (result != GST_EDGE_SENT) {        /* the server has said something */
    if (link->suspects > 0)
      link->suspects--;
    gst_edge_backoff_reset (&link->backoff);
    gst_edge_backoff_reset (&link->parking);
    link->in_recovery = FALSE;
    if (!link->blocked)
      link->in_outage = FALSE;
  }
  if (result == GST_EDGE_DELIVERED && message->target->unconfirmed)
    result = GST_EDGE_SENT;     /* it came before the last byte of those behind it had left */
  if (result == GST_EDGE_SENT)
    link->sent_tag = MAX (link->sent_tag, message->tag);

  g_mutex_lock (&link->lock);
  client = message->client;
  unlink_in_flight_locked (link, message);
  if (client != NULL) {
    if (taken)
      gst_edge_backoff_reset (&client->preparing);
    if (result == GST_EDGE_SENT)
      remember_sent_locked (client, message);
    count_answer_locked (client, message, result);
    if (!gst_edge_link_client_enter_locked (client))
      client = NULL;
  }
  g_mutex_unlock (&link->lock);

  if (client != NULL) {
    client->funcs.completed (message, result, detail, client->user_data);
    if (result == GST_EDGE_NEVER)
      fail_useless (client, detail);
    g_mutex_lock (&link->lock);
    gst_edge_link_client_leave_locked (client);
    g_mutex_unlock (&link->lock);
  }
  gst_edge_message_free (message);
}

/* The server closed the connection because of a message that it had not answered. TRUE when it is clear which one, and
 * that nothing like it will be sent again. Else, when there is only one, it is that one; and of several each will be
 * sent alone, so that the next time there is only one. What counts as sent already may have been the one, too: it is
 * gone, and the next like it will be alone. */
gboolean
gst_edge_link_suspect_in_flight (GstEdgeLink *link, const gchar *detail)
{
  gboolean may_be_sent = link->sent_tag > link->answered_tag;

  if (link->found_oversize) {
    link->found_oversize = FALSE;
    return TRUE;
  }
  if (link->in_flight.length == 1 && !may_be_sent)
    settle (link, g_queue_peek_head (&link->in_flight), GST_EDGE_REJECTED, detail);
  else
    link->suspects = link->in_flight.length + may_be_sent;
  return FALSE;
}

void
gst_edge_link_limit_size (GstEdgeLink *link, guint64 max_size, const gchar *detail)
{
  GList *node, *next;

  if (link->max_size > 0 && link->max_size <= max_size) /* nothing larger was sent: it counts in another way */
    return;
  GST_WARNING ("%s: messages of more than %" G_GUINT64_FORMAT " bytes are not sent any more: %s",
      gst_edge_endpoint_get_text (link->endpoint), max_size, detail);
  g_mutex_lock (&link->lock);
  link->max_size = max_size;
  g_mutex_unlock (&link->lock);
  link->found_oversize = TRUE;  /* also when it was one that counts as sent already */

  for (node = link->in_flight.head; node != NULL; node = next) {
    GstEdgeMessage *message = node->data;

    next = node->next;
    if (message->size > max_size)
      settle (link, message, GST_EDGE_OVERSIZE, detail);
  }
}

gsize
gst_edge_link_get_size (GstEdgeLink *link, guint64 tag)
{
  GList *node;

  for (node = link->in_flight.head; node != NULL; node = node->next) {
    GstEdgeMessage *message = node->data;

    if (message->tag == tag)
      return message->size;
  }
  return 0;
}

static void
complete (GstEdgeLink *link, guint64 tag, gboolean multiple, GstEdgeResult result, const gchar *detail)
{
  GList *node, *next;

  for (node = link->in_flight.head; node != NULL; node = next) {
    GstEdgeMessage *message = node->data;

    next = node->next;
    if (message->tag > tag)
      break;
    if (multiple || message->tag == tag)
      settle (link, message, result, detail);
  }
}

void
gst_edge_link_complete (GstEdgeLink *link, guint64 tag, gboolean multiple, GstEdgeResult result, const gchar *detail)
{
  link->answered_tag = MAX (link->answered_tag, tag);
  complete (link, tag, multiple, result, detail);
}

/* Nobody waits for the answers to some messages: those are settled when they have left. Before that a server that
 * stalls is noticed by them as by the others, and what a lost connection has cut is sent again. While it is not clear
 * which message a server does not take, all wait for their answers. */
void
gst_edge_link_settle_sent (GstEdgeLink *link)
{
  GList *node, *next;

  if (link->n_unconfirmed == 0 || link->suspects > 0
      || (link->klass->is_sending != NULL && link->klass->is_sending (link->transport)))
    return;
  for (node = link->in_flight.head; node != NULL; node = next) {
    GstEdgeMessage *message = node->data;

    next = node->next;
    if (message->target->unconfirmed)
      settle (link, message, GST_EDGE_SENT, NULL);
  }
}

/* Several elements may send the same frame; the first one that fits is meant, as the server answers in order. */
void
gst_edge_link_mark_returned (GstEdgeLink *link, const gchar *message_id, const gchar *destination,
    gboolean (*matches) (GstEdgeTarget *target, gpointer data), gpointer data)
{
  GList *node;

  for (node = link->in_flight.head; node != NULL; node = node->next) {
    GstEdgeMessage *message = node->data;
    gchar *id = gst_edge_frame_identity_to_message_id (&message->identity);
    gboolean found = !message->returned && g_str_equal (id, message_id)
        && g_str_equal (message->destination, destination) && matches (message->target, data);

    g_free (id);
    if (found) {
      message->returned = TRUE;
      return;
    }
  }
}

/* FALSE when the connection is lost. A message that can never be sent is settled here: it would be in the way of all
 * others for ever. */
static gboolean
send_message (GstEdgeLink *link, GstEdgeMessage *message, GError **error)
{
  guint64 tag = message->tag;
  GError *local = NULL;

  GST_TRACE ("%s: sending %s, tag %" G_GUINT64_FORMAT, gst_edge_endpoint_get_text (link->endpoint),
      message->destination, tag);
  if (link->klass->send (link->transport, message, &local))
    return TRUE;
  if (!g_error_matches (local, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS)) {
    take_back (link, tag);
    g_propagate_error (error, local);
    return FALSE;
  }
  complete (link, tag, FALSE, GST_EDGE_REJECTED, local->message);
  link->last_tag--;             /* the server never saw it */
  g_error_free (local);
  return TRUE;
}

/* FALSE when the connection is lost. */
static gboolean
send_some (GstEdgeLink *link, GError **error)
{
  GstEdgeMessage *message;
  const gchar *reason;
  guint i;

  for (i = 0; i < MAX_SENDS_PER_ROUND; i++) {
    if (!gst_edge_link_can_send (link) || (message = take_next (link)) == NULL)
      return TRUE;
    if (!send_message (link, message, error))
      return FALSE;
    if (link->klass->is_blocked (link->transport, &reason))
      return TRUE;
  }
  return TRUE;
}

/* Not all that there is, but one round: between rounds the link reads what the server has to say. */
gboolean
gst_edge_link_send_pending (GstEdgeLink *link, GError **error)
{
  if (!send_some (link, error) || (link->klass->flush != NULL && !link->klass->flush (link->transport, error)))
    return FALSE;
  gst_edge_link_settle_sent (link);
  return TRUE;
}
