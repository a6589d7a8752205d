/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An element's end of a link: outbox, counters, waiting. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/link-private.h"

#define GST_CAT_DEFAULT gst_edge_link_debug

const gchar *
gst_edge_link_drop_get_name (GstEdgeLinkDrop drop)
{
  static const gchar *names[] = { "full", "circuit-open", "age", "oversize", "flush", "shutdown" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == GST_EDGE_LINK_N_DROPS);
  return names[drop];
}

static void
client_unref (GstEdgeLinkClient *client)
{
  if (!g_atomic_ref_count_dec (&client->refcount))
    return;
  gst_edge_queue_free (client->queue);
  gst_edge_target_unref (client->target);
  g_free (client->trouble);
  g_free (client->sent_to);
  g_cond_clear (&client->cond);
  g_free (client);
}

static gboolean
has_messages_locked (GstEdgeLinkClient *client)
{
  return client->resend.length > 0 || gst_edge_queue_get_length (client->queue) > 0;
}

/* Makes the client take its turn if it has something to send and may send. */
void
gst_edge_link_client_set_pending_locked (GstEdgeLinkClient *client)
{
  if (client->is_pending || !client->prepared || client->leaving || !has_messages_locked (client))
    return;
  client->is_pending = TRUE;
  g_queue_push_tail_link (&client->link->pending[client->class], &client->pending_node);
}

static void
unset_pending_locked (GstEdgeLinkClient *client)
{
  if (!client->is_pending)
    return;
  client->is_pending = FALSE;
  g_queue_unlink (&client->link->pending[client->class], &client->pending_node);
}

/* Room or an empty outbox: whoever waits in submit or drain looks again. */
void
gst_edge_link_client_changed_locked (GstEdgeLinkClient *client)
{
  if (client->waits_idle + client->waits_room > 0)      /* a broadcast is a system call, also to nobody */
    g_cond_broadcast (&client->cond);
}

/* What counts as sent without an answer was taken by a server that has answered something later. */
gboolean
gst_edge_link_client_has_worked (GstEdgeLinkClient *client)
{
  if (client->first_sent != 0 && client->first_sent <= client->link->answered_tag) {
    client->first_sent = 0;
    client->worked = TRUE;
    gst_edge_backoff_reset (&client->preparing);
  }
  return client->worked || client->counters.delivered > 0;
}

gboolean
gst_edge_link_client_enter_locked (GstEdgeLinkClient *client)
{
  if (client->leaving)
    return FALSE;
  g_atomic_ref_count_inc (&client->refcount);
  client->in_callback = TRUE;
  return TRUE;
}

/* May free the client; the link's lock stays held. */
void
gst_edge_link_client_leave_locked (GstEdgeLinkClient *client)
{
  client->in_callback = FALSE;
  if (client->waits_idle > 0)
    g_cond_broadcast (&client->cond);
  client_unref (client);
}

static void
count_dropped_locked (GstEdgeLinkClient *client, GArray *dropped)
{
  GstEdgeLinkState state = client->link->state;
  GstEdgeLinkDrop full = state == GST_EDGE_LINK_CIRCUIT_OPEN || state == GST_EDGE_LINK_CIRCUIT_HALF_OPEN
      ? GST_EDGE_LINK_DROP_CIRCUIT : GST_EDGE_LINK_DROP_FULL;
  guint i;

  for (i = 0; dropped != NULL && i < dropped->len; i++) {
    GstEdgeDropReason reason = g_array_index (dropped, GstEdgeDroppedItem, i).reason;

    GST_EDGE_COUNTER_ADD (client->counters.dropped[reason == GST_EDGE_DROP_AGE ? GST_EDGE_LINK_DROP_AGE : full], 1);
  }
}

void
gst_edge_link_free_dropped (GArray *dropped)
{
  guint i;

  if (dropped == NULL)
    return;
  for (i = 0; i < dropped->len; i++)
    gst_edge_message_free (g_array_index (dropped, GstEdgeDroppedItem, i).item.data);
  g_array_unref (dropped);
}

static GArray *
join_dropped (GArray *dropped, GArray *more)
{
  if (dropped == NULL)
    return more;
  g_array_append_vals (dropped, more->data, more->len);
  g_array_unref (more);
  return dropped;
}

/* What comes back from a lost connection goes first. */
static GstEdgeMessage *
pop_locked (GstEdgeLinkClient *client, gint64 now, GArray **dropped)
{
  GstEdgeQueueItem item;
  GArray *aged = NULL;
  GList *node = g_queue_pop_head_link (&client->resend);

  if (node != NULL)
    return node->data;
  if (!gst_edge_queue_pop (client->queue, now, &item, &aged))
    item.data = NULL;
  if (aged != NULL) {
    count_dropped_locked (client, aged);
    *dropped = join_dropped (*dropped, aged);
  }
  return item.data;
}

/* FALSE, and why, when it must not be sent any more. */
static gboolean
is_worth_sending_locked (GstEdgeLinkClient *client, const GstEdgeMessage *message, gint64 now, GstEdgeLinkDrop *why)
{
  guint64 max_size = client->link->max_size;
  GstEdgeQueueLimits limits;

  gst_edge_queue_get_limits (client->queue, &limits);
  if (limits.max_age > 0 && now - message->submitted_at > limits.max_age) {
    *why = GST_EDGE_LINK_DROP_AGE;
    return FALSE;
  }
  *why = GST_EDGE_LINK_DROP_OVERSIZE;
  return max_size == 0 || message->size <= max_size;
}

static GArray *
discard_locked (GstEdgeLinkClient *client, GstEdgeMessage *message, GstEdgeLinkDrop why, GArray *dropped)
{
  GstEdgeDroppedItem gone = {.item = {.data = message} };

  GST_EDGE_COUNTER_ADD (client->counters.dropped[why], 1);
  if (dropped == NULL)
    dropped = g_array_new (FALSE, FALSE, sizeof (GstEdgeDroppedItem));
  return g_array_append_val (dropped, gone);
}

GstEdgeMessage *
gst_edge_link_client_take_locked (GstEdgeLinkClient *client, gint64 now, GArray **dropped)
{
  GstEdgeMessage *message;
  GstEdgeLinkDrop why;

  while ((message = pop_locked (client, now, dropped)) != NULL
      && !is_worth_sending_locked (client, message, now, &why))
    *dropped = discard_locked (client, message, why, *dropped);

  /* who waits for room is not woken for each message: that would be two switches of threads for each */
  if (message == NULL || gst_edge_queue_get_length (client->queue) <= client->room_at)
    gst_edge_link_client_changed_locked (client);
  return message;
}

/* Empties the outbox into @messages, a list to be freed without the lock. */
static guint
take_all_locked (GstEdgeLinkClient *client, GQueue *messages)
{
  GstEdgeQueueItem item;
  GList *node;

  while ((node = g_queue_pop_head_link (&client->resend)) != NULL)
    g_queue_push_tail_link (messages, node);
  while (gst_edge_queue_flush_one (client->queue, &item))
    g_queue_push_tail_link (messages, &((GstEdgeMessage *) item.data)->node);
  unset_pending_locked (client);
  gst_edge_link_client_changed_locked (client);
  return messages->length;
}

static void
free_messages (GQueue *messages)
{
  GList *node;

  while ((node = g_queue_pop_head_link (messages)) != NULL)
    gst_edge_message_free (node->data);
}

GstEdgeLinkClient *
gst_edge_link_client_new (const GstEdgeTransportClass *transport, GstEdgeEndpoint *endpoint,
    const GstEdgeLinkSettings *settings, GstEdgeTarget *target, gboolean urgent,
    const GstEdgeLinkClientFuncs *funcs, gpointer user_data, GError **error)
{
  GstEdgeLink *link = gst_edge_link_acquire (transport, endpoint, settings, error);
  GstEdgeLinkClient *client;

  if (link == NULL)
    return NULL;
  client = g_new0 (GstEdgeLinkClient, 1);
  g_atomic_ref_count_init (&client->refcount);
  client->link = link;
  client->target = gst_edge_target_ref (target);
  client->funcs = *funcs;
  client->user_data = user_data;
  client->class = urgent ? URGENT : NORMAL;
  client->queue = gst_edge_queue_new ();
  client->pending_node.data = client;
  g_cond_init (&client->cond);

  g_mutex_lock (&link->lock);
  g_ptr_array_add (link->clients, client);
  link->client_news = TRUE;
  if (link->state == GST_EDGE_LINK_FAILED) {    /* a new hope */
    GST_EDGE_COUNTER_SET (link->state, GST_EDGE_LINK_CONNECTING);
    g_clear_pointer (&link->reason, g_free);
    link->state_serial++;
  }
  g_mutex_unlock (&link->lock);
  gst_edge_link_wake (link);
  return client;
}

/* Shutdown in steps:
 * 1. refuse new messages and wake who waits in submit or drain;
 * 2. forget the messages: the queued ones are freed, those in flight lose their client;
 * 3. wait for a callback that runs, unless this is it;
 * 4. (in free) leave the link, which stops when it has no user left. */
void
gst_edge_link_client_retire (GstEdgeLinkClient *client)
{
  GstEdgeLink *link = client->link;
  GQueue messages = G_QUEUE_INIT;
  guint n_lost;
  GList *node;

  g_mutex_lock (&link->lock);
  client->flushing = client->leaving = TRUE;
  g_ptr_array_remove (link->clients, client);
  n_lost = take_all_locked (client, &messages) + client->in_flight;
  GST_EDGE_COUNTER_SET (client->in_flight, 0);
  GST_EDGE_COUNTER_ADD (client->counters.dropped[GST_EDGE_LINK_DROP_SHUTDOWN], n_lost);
  for (node = link->in_flight.head; node != NULL; node = node->next) {
    GstEdgeMessage *message = node->data;

    if (message->client == client)
      message->client = NULL;
  }
  client->waits_idle++;
  while (client->in_callback && g_thread_self () != link->thread)
    g_cond_wait (&client->cond, &link->lock);
  client->waits_idle--;
  g_mutex_unlock (&link->lock);
  free_messages (&messages);
}

void
gst_edge_link_client_free (GstEdgeLinkClient *client)
{
  if (!client->leaving)
    gst_edge_link_client_retire (client);
  gst_edge_link_release (client->link);
  client_unref (client);
}

void
gst_edge_link_client_set_limits (GstEdgeLinkClient *client, const GstEdgeQueueLimits *limits)
{
  g_mutex_lock (&client->link->lock);
  gst_edge_queue_set_limits (client->queue, limits);
  gst_edge_link_client_changed_locked (client);
  g_mutex_unlock (&client->link->lock);
}

/* Flushing ends the wait only: GstBaseSink also says it for a moment on the way to PAUSED, where nothing may be
 * lost. */
static GstEdgeSubmitResult
push_locked (GstEdgeLinkClient *client, const GstEdgeQueueItem *item, GArray **dropped)
{
  guint64 max_size = client->link->max_size;

  if (max_size > 0 && item->bytes > max_size)
    return GST_EDGE_SUBMIT_OVERSIZE;
  while (!client->failed && !client->leaving) {
    switch (gst_edge_queue_push (client->queue, item, dropped)) {
      case GST_EDGE_QUEUE_ACCEPTED:
        return GST_EDGE_SUBMIT_ACCEPTED;
      case GST_EDGE_QUEUE_DROPPED:
        return GST_EDGE_SUBMIT_DROPPED;
      case GST_EDGE_QUEUE_FULL:
        break;
    }
    if (client->flushing)
      return GST_EDGE_SUBMIT_FLUSHING;
    client->room_at = gst_edge_queue_get_length (client->queue) / 2;
    client->waits_room++;
    g_cond_wait (&client->cond, &client->link->lock);
    client->waits_room--;
  }
  return client->failed ? GST_EDGE_SUBMIT_FAILED : GST_EDGE_SUBMIT_FLUSHING;
}

GstEdgeSubmitResult
gst_edge_link_client_submit (GstEdgeLinkClient *client, GstEdgeMessage *message)
{
  GstEdgeLink *link = client->link;
  gint64 now = g_get_monotonic_time ();
  GstEdgeQueueItem item = {.data = message,.bytes = message->size,.start = GST_CLOCK_TIME_NONE,
    .end = GST_CLOCK_TIME_NONE,.queued_at = now
  };
  GstEdgeSubmitResult result;
  GArray *dropped = NULL;
  gboolean wake = FALSE;

  message->submitted_at = now;
  message->client = client;

  g_mutex_lock (&link->lock);
  result = push_locked (client, &item, &dropped);
  if (result != GST_EDGE_SUBMIT_FLUSHING)
    GST_EDGE_COUNTER_ADD (client->counters.in, 1);
  if (result == GST_EDGE_SUBMIT_ACCEPTED) {
    gst_edge_link_client_set_pending_locked (client);
    wake = link->wants_submits;
    link->wants_submits = FALSE;
  } else if (result == GST_EDGE_SUBMIT_FAILED) {
    GST_EDGE_COUNTER_ADD (client->counters.rejected, 1);
  } else if (result == GST_EDGE_SUBMIT_OVERSIZE) {
    GST_EDGE_COUNTER_ADD (client->counters.dropped[GST_EDGE_LINK_DROP_OVERSIZE], 1);
  }
  count_dropped_locked (client, dropped);
  g_mutex_unlock (&link->lock);

  if (wake)
    gst_edge_link_wake (link);
  gst_edge_link_free_dropped (dropped); /* the new one, too, when that was dropped */
  if (result == GST_EDGE_SUBMIT_FAILED || result == GST_EDGE_SUBMIT_OVERSIZE)
    gst_edge_message_free (message);
  return result;
}

void
gst_edge_link_client_count_drop (GstEdgeLinkClient *client, GstEdgeLinkDrop reason)
{
  g_mutex_lock (&client->link->lock);
  GST_EDGE_COUNTER_ADD (client->counters.in, 1);
  GST_EDGE_COUNTER_ADD (client->counters.dropped[reason], 1);
  g_mutex_unlock (&client->link->lock);
}

void
gst_edge_link_client_set_flushing (GstEdgeLinkClient *client, gboolean flushing)
{
  g_mutex_lock (&client->link->lock);
  client->flushing = flushing;
  gst_edge_link_client_changed_locked (client);
  g_mutex_unlock (&client->link->lock);
}

void
gst_edge_link_client_flush (GstEdgeLinkClient *client)
{
  GQueue messages = G_QUEUE_INIT;

  g_mutex_lock (&client->link->lock);
  GST_EDGE_COUNTER_ADD (client->counters.dropped[GST_EDGE_LINK_DROP_FLUSH], take_all_locked (client, &messages));
  g_mutex_unlock (&client->link->lock);
  free_messages (&messages);
}

/* A message that was answered counts until its callback has run: what that does is part of the delivery. */
static gboolean
is_busy_locked (GstEdgeLinkClient *client)
{
  return has_messages_locked (client) || client->in_flight > 0 || client->in_callback;
}

GstEdgeDrainResult
gst_edge_link_client_drain (GstEdgeLinkClient *client, gint64 timeout)
{
  GstEdgeLink *link = client->link;
  gint64 deadline = g_get_monotonic_time () + timeout;
  GstEdgeDrainResult result = GST_EDGE_DRAIN_DONE;
  gboolean in_time = TRUE;

  g_mutex_lock (&link->lock);
  client->waits_idle++;
  while (in_time && !client->flushing && !client->failed && is_busy_locked (client))
    in_time = g_cond_wait_until (&client->cond, &link->lock, deadline);
  client->waits_idle--;
  if (is_busy_locked (client))
    result = client->flushing ? GST_EDGE_DRAIN_FLUSHING : GST_EDGE_DRAIN_TIMEOUT;
  g_mutex_unlock (&link->lock);
  return result;
}

static void
reject_all (GstEdgeLinkClient *client, gboolean and_more)
{
  GQueue messages = G_QUEUE_INIT;

  g_mutex_lock (&client->link->lock);
  client->failed |= and_more;
  GST_EDGE_COUNTER_ADD (client->counters.rejected, take_all_locked (client, &messages));
  g_mutex_unlock (&client->link->lock);
  free_messages (&messages);
}

/* Whoever is told something may end the client there and then, on the link's thread. */
static gboolean
is_leaving (GstEdgeLinkClient *client)
{
  gboolean leaving;

  g_mutex_lock (&client->link->lock);
  leaving = client->leaving;
  g_mutex_unlock (&client->link->lock);
  return leaving;
}

/* On the link's thread, between enter and leave. What is wrong is said before the stream can fail: the first error that
 * an application sees is the one that it shows. */
void
gst_edge_link_client_fail (GstEdgeLinkClient *client, const GError *error, gboolean by_target)
{
  gboolean first = !client->failed && !is_leaving (client);

  reject_all (client, FALSE);
  if (first)
    client->funcs.failed (error, by_target, client->user_data);
  reject_all (client, TRUE);
}

/* From the end of the way to its beginning, see counter.h; what was sent may come back to the outbox, but from there it
 * does not count as anything that is read here. */
void
gst_edge_link_client_read_counters (GstEdgeLinkClient *client, GstEdgeLinkCounters *counters)
{
  const GstEdgeLinkCounters *counting = &client->counters;
  guint64 gone;
  guint i;

  memset (counters, 0, sizeof (*counters));
  counters->delivered = GST_EDGE_COUNTER_GET (counting->delivered);
  counters->delivered_bytes = GST_EDGE_COUNTER_GET (counting->delivered_bytes);
  counters->unconfirmed = GST_EDGE_COUNTER_GET (counting->unconfirmed);
  counters->returned = GST_EDGE_COUNTER_GET (counting->returned);
  counters->rejected = GST_EDGE_COUNTER_GET (counting->rejected);
  counters->resent = GST_EDGE_COUNTER_GET (counting->resent);
  gone = counters->delivered + counters->unconfirmed + counters->rejected;
  for (i = 0; i < GST_EDGE_LINK_N_DROPS; i++) {
    counters->dropped[i] = GST_EDGE_COUNTER_GET (counting->dropped[i]);
    gone += counters->dropped[i];
  }
  counters->in_flight = GST_EDGE_COUNTER_GET (client->in_flight);
  counters->in = GST_EDGE_COUNTER_GET (counting->in);
  counters->queued = (guint) (counters->in - gone - counters->in_flight);
  counters->queued_bytes = gst_edge_queue_read_bytes (client->queue);
  counters->state = GST_EDGE_COUNTER_GET (client->link->state);
  if (counters->state == GST_EDGE_LINK_READY && GST_EDGE_COUNTER_GET (client->is_put_off))
    counters->state = GST_EDGE_LINK_BACKING_OFF;
  counters->connects = GST_EDGE_COUNTER_GET (client->link->connects);
}

void
gst_edge_link_client_get_counters (GstEdgeLinkClient *client, GstEdgeLinkCounters *counters)
{
  GstEdgeQueueLevel level;

  g_mutex_lock (&client->link->lock);
  gst_edge_link_client_read_counters (client, counters);
  gst_edge_queue_get_level (client->queue, &level);
  counters->queued = level.buffers + client->resend.length;
  g_mutex_unlock (&client->link->lock);
}

const GstEdgeHistogram *
gst_edge_link_client_get_latency (GstEdgeLinkClient *client)
{
  return &client->latency;
}
