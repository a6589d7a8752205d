/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The thread of a link: connect, serve, lose the connection, wait, connect again. It sleeps in one poll() on the
 * socket and on an eventfd that everybody else uses to wake it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/link-connects.h"
#include "net/link-private.h"

GST_DEBUG_CATEGORY (gst_edge_link_debug);
#define GST_CAT_DEFAULT gst_edge_link_debug

#define BACKOFF_MIN (100 * G_TIME_SPAN_MILLISECOND)
#define BACKOFF_MAX (30 * G_TIME_SPAN_SECOND)
#define PARKING_MAX (2 * G_TIME_SPAN_SECOND)

/* A connection that lived as long as this was a good one: the next loss starts counting anew. */
#define STABLE_AFTER (10 * G_TIME_SPAN_SECOND)

/* What a broker refuses again and again costs a connection, which has a growing pause and is told, unless it is as rare
 * as this and others are answered in between. */
#define RECOVERY_INTERVAL G_TIME_SPAN_SECOND

#define NEVER G_MAXINT64

#define MAX_STOP_WAIT G_TIME_SPAN_SECOND

/* How often, when there was no descriptor left for the eventfd. */
#define LOOK_AROUND (50 * G_TIME_SPAN_MILLISECOND)

GstEdgeEndpoint *
gst_edge_link_get_endpoint (GstEdgeLink *link)
{
  return link->endpoint;
}

GCancellable *
gst_edge_link_get_cancellable (GstEdgeLink *link)
{
  return link->cancellable;
}

gint64
gst_edge_link_get_timeout (GstEdgeLink *link)
{
  return link->timeout;
}

gint64
gst_edge_link_get_deadline (GstEdgeLink *link)
{
  return g_get_monotonic_time () + link->timeout;
}

void
gst_edge_link_begin_call (GstEdgeLink *link, gint fd)
{
  gst_edge_watch_arm (link->watch, fd, gst_edge_link_get_deadline (link));
}

gboolean
gst_edge_link_end_call (GstEdgeLink *link, GError **error)
{
  if (!gst_edge_watch_disarm (link->watch))
    return TRUE;
  g_clear_error (error);
  if (g_cancellable_is_cancelled (link->cancellable))
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_CANCELLED, "stopped");
  else
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "the server did not take or answer anything for %.1f s", (gdouble) link->timeout / G_USEC_PER_SEC);
  return FALSE;
}

void
gst_edge_link_wake (GstEdgeLink *link)
{
  guint64 one = 1;
  gssize n;

  if (link->wakeup_fd < 0)
    return;
  do {
    n = write (link->wakeup_fd, &one, sizeof (one));
  } while (n < 0 && errno == EINTR);
}

static void
clear_wakeup (GstEdgeLink *link)
{
  guint64 count;
  gssize n;

  do {
    n = read (link->wakeup_fd, &count, sizeof (count));
  } while (n < 0 && errno == EINTR);
}

/* What was sent will be sent again, and every target has to be prepared again. */
static void
begin_anew (GstEdgeLink *link)
{
  guint i;

  gst_edge_link_requeue_in_flight (link);

  g_mutex_lock (&link->lock);
  for (i = 0; i < link->clients->len; i++) {
    GstEdgeLinkClient *client = g_ptr_array_index (link->clients, i);

    client->prepared = FALSE;
    gst_edge_link_client_has_worked (client);   /* to remember it */
    client->first_sent = 0;
    if (client->is_pending)
      g_queue_unlink (&link->pending[client->class], &client->pending_node);
    client->is_pending = FALSE;
  }
  link->client_news = TRUE;
  g_mutex_unlock (&link->lock);
  link->last_tag = 0;
  link->answered_tag = 0;
  link->sent_tag = 0;
}

void
gst_edge_link_close_connection (GstEdgeLink *link)
{
  if (link->transport == NULL)
    return;
  link->klass->close (g_steal_pointer (&link->transport));
  begin_anew (link);
  link->parked_until = 0;
  link->blocked = FALSE;
}

static gboolean
is_final (GstEdgeLink *link, const GError *error)
{
  return !link->was_ready && error->domain == GST_EDGE_ERROR
      && (error->code == GST_EDGE_ERROR_AUTH || error->code == GST_EDGE_ERROR_NOT_FOUND
      || error->code == GST_EDGE_ERROR_SETTINGS);
}

/* Connecting failed, or a connection was lost: decides when to try again. */
static void
back_off (GstEdgeLink *link, const GError *error)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = gst_edge_backoff_next (&link->backoff, now, g_random_double ());
  guint failures = link->backoff.failures;
  gboolean open;

  /* a half-open circuit closes or opens with its single probe, whatever the outage's age */
  if (!gst_edge_backoff_is_short_outage (&link->backoff, now)
      || link->breaker.state == GST_EDGE_BREAKER_HALF_OPEN)
    gst_edge_breaker_failure (&link->breaker, now);
  open = link->breaker.state == GST_EDGE_BREAKER_OPEN;
  if (open)
    wait = gst_edge_breaker_get_wait (&link->breaker, now);
  link->retry_at = now + wait;

  if (failures == 1 || failures % 100 == 0)
    GST_WARNING ("%s: %s (failure %u in a row; next try in %.1f s)",
        gst_edge_endpoint_get_text (link->endpoint), error->message, failures,
        (gdouble) wait / G_USEC_PER_SEC);
  gst_edge_link_set_state (link, open ? GST_EDGE_LINK_CIRCUIT_OPEN : GST_EDGE_LINK_BACKING_OFF, error->message);
}

/* Only a part of the connection has ended, as a channel that the broker closes because of a message. That needs no
 * pause while the link @sheds what the broker does not take: each time there is one less of those. */
static gboolean
recover (GstEdgeLink *link, const GError *error, gboolean sheds)
{
  gint64 now = g_get_monotonic_time ();

  if (link->klass->recover == NULL
      || (!sheds && (link->in_recovery || now - link->recovered_at < RECOVERY_INTERVAL))
      || !link->klass->recover (link->transport))
    return FALSE;
  GST_INFO ("%s: goes on with the same connection: %s", gst_edge_endpoint_get_text (link->endpoint),
      error->message);
  link->recovered_at = now;
  link->in_recovery = TRUE;
  begin_anew (link);
  return TRUE;
}

void
gst_edge_link_lose_connection (GstEdgeLink *link, const GError *error)
{
  gint64 now = g_get_monotonic_time ();
  gboolean by_message = g_error_matches (error, GST_EDGE_ERROR, GST_EDGE_ERROR_MESSAGE), at_once = FALSE;
  gboolean sheds = by_message && link->in_flight.length > 0;    /* not when it was one that counts as sent already */

  if (now - link->ready_since > STABLE_AFTER) {
    gst_edge_backoff_reset (&link->backoff);
    gst_edge_breaker_success (&link->breaker);
    link->in_outage = FALSE;
  }
  if (by_message)
    at_once = gst_edge_link_suspect_in_flight (link, error->message);
  if (recover (link, error, sheds || at_once))
    return;
  if (!by_message) {
    g_mutex_lock (&link->lock);
    link->max_size = 0;         /* the next server may take more */
    g_mutex_unlock (&link->lock);
    link->found_oversize = FALSE;
  }
  gst_edge_link_close_connection (link);
  if (at_once)
    link->retry_at = 0;
  else if (!g_error_matches (error, GST_EDGE_ERROR, GST_EDGE_ERROR_CANCELLED))
    back_off (link, error);
}

/* The single try of a half-open circuit is a state of its own; it is told before that try, which may take long. */
static void
tell_half_open (GstEdgeLink *link)
{
  gchar *reason;

  g_mutex_lock (&link->lock);
  reason = g_strdup (link->reason);
  g_mutex_unlock (&link->lock);
  gst_edge_link_set_state (link, GST_EDGE_LINK_CIRCUIT_HALF_OPEN, reason);
  gst_edge_link_serve_news (link);
  g_free (reason);
}

static void
connect_now (GstEdgeLink *link)
{
  GError *error = NULL;
  guint n_hosts = MAX (gst_edge_endpoint_get_n_hosts (link->endpoint), 1);

  if (!gst_edge_breaker_allows (&link->breaker, g_get_monotonic_time ()))
    return;
  if (link->breaker.state == GST_EDGE_BREAKER_HALF_OPEN)
    tell_half_open (link);
  if (link->host_index >= n_hosts)
    link->host_index = 0;
  link->transport = link->klass->open (link, link->host_index, &error);

  if (link->transport != NULL) {
    link->ready_since = g_get_monotonic_time ();
    link->was_ready = TRUE;
    g_mutex_lock (&link->lock);
    GST_EDGE_COUNTER_ADD (link->connects, 1);
    g_mutex_unlock (&link->lock);
    gst_edge_link_connects_count (gst_edge_endpoint_get_text (link->endpoint), link->group);
    gst_edge_breaker_success (&link->breaker);
    gst_edge_link_set_state (link, GST_EDGE_LINK_READY, NULL);
    return;
  }

  link->host_index++;
  if (is_final (link, error)) {
    gst_edge_breaker_success (&link->breaker);  /* the server is there: whoever comes next may try at once */
    gst_edge_link_set_state (link, GST_EDGE_LINK_FAILED, error->message);
  } else if (!g_error_matches (error, GST_EDGE_ERROR, GST_EDGE_ERROR_CANCELLED))
    back_off (link, error);
  g_clear_error (&link->failure);
  link->failure = error;
}

/* Sleeps until @deadline, an event on the socket or a wake-up. Returns the socket's events. */
static gshort
sleep_until (GstEdgeLink *link, gint64 deadline, gboolean wants_submits)
{
  struct pollfd fds[2] = { {.fd = link->wakeup_fd,.events = POLLIN}, {.fd = -1} };
  gint64 now = g_get_monotonic_time ();
  gint timeout = -1;

  if (link->transport != NULL)
    link->klass->get_poll (link->transport, &fds[1].fd, &fds[1].events);
  if (link->wakeup_fd < 0)      /* nobody can wake us: look around by ourselves */
    deadline = MIN (deadline, now + LOOK_AROUND);
  if (deadline != NEVER)
    timeout = (gint) CLAMP ((deadline - now + 999) / 1000, 0, G_MAXINT);

  g_mutex_lock (&link->lock);
  if (link->stopping || link->client_news
      || (wants_submits && gst_edge_link_has_sendable_locked (link)))
    timeout = 0;
  link->wants_submits = wants_submits;
  g_mutex_unlock (&link->lock);

  if (poll (fds, 2, timeout) < 0)
    return 0;                   /* EINTR: look around and come back */

  g_mutex_lock (&link->lock);
  link->wants_submits = FALSE;
  g_mutex_unlock (&link->lock);
  if (fds[0].revents != 0)
    clear_wakeup (link);
  return fds[1].revents;
}

/* The server's alarm, or our own consideration for one that said "not now". */
static void
update_blocked (GstEdgeLink *link)
{
  gint64 now = g_get_monotonic_time ();
  const gchar *reason = NULL;
  gchar *park_reason = NULL;
  gboolean blocked = link->klass->is_blocked (link->transport, &reason);
  gboolean parked = now < link->parked_until, was_blocked = link->blocked;
  GList *node;

  link->blocked = blocked || parked;
  if (!parked)
    link->parked_until = 0;
  if (was_blocked && !link->blocked) {
    /* nobody could answer in the meantime: the deadlines start now */
    for (node = link->in_flight.head; node != NULL; node = node->next)
      ((GstEdgeMessage *) node->data)->sent_at = now;
    g_mutex_lock (&link->lock);
    link->client_news = TRUE;   /* who came in the meantime is not prepared yet */
    g_mutex_unlock (&link->lock);
  }

  if (!blocked && (parked || link->parking.failures > 0)) {
    g_mutex_lock (&link->lock);
    park_reason = g_strdup (link->park_reason);
    g_mutex_unlock (&link->lock);
    reason = park_reason;
    blocked = TRUE;
  }
  gst_edge_link_set_state (link, blocked ? GST_EDGE_LINK_BLOCKED : GST_EDGE_LINK_READY, blocked ? reason : NULL);
  g_free (park_reason);
}

static gint64
answer_deadline (GstEdgeLink *link)
{
  GstEdgeMessage *oldest = g_queue_peek_head (&link->in_flight);

  return oldest != NULL && !link->blocked ? oldest->sent_at + link->timeout : NEVER;
}

/* One round with a connection: send what may be sent, sleep, read what came. FALSE: the connection is lost. */
static gboolean
serve_connection (GstEdgeLink *link, GError **error)
{
  gint64 deadline;
  gshort revents;

  update_blocked (link);
  if (!gst_edge_link_send_pending (link, error))
    return FALSE;
  update_blocked (link);

  deadline = MIN (answer_deadline (link), link->klass->get_timer (link->transport));
  deadline = MIN (deadline, link->prepare_at);
  if (link->parked_until != 0)  /* also when it is over by now: update_blocked() has not seen that yet */
    deadline = MIN (deadline, link->parked_until);
  revents = sleep_until (link, deadline, gst_edge_link_can_send (link));

  if (!link->klass->service (link->transport, revents, error))
    return FALSE;
  gst_edge_link_settle_sent (link);
  if (g_get_monotonic_time () >= answer_deadline (link)) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "the server did not answer for %.1f s", (gdouble) link->timeout / G_USEC_PER_SEC);
    return FALSE;
  }
  return TRUE;
}

static gboolean
is_stopping (GstEdgeLink *link)
{
  gboolean stopping;

  g_mutex_lock (&link->lock);
  stopping = link->stopping;
  g_mutex_unlock (&link->lock);
  return stopping;
}

static gboolean
has_failed (GstEdgeLink *link)
{
  gboolean failed;

  g_mutex_lock (&link->lock);
  failed = link->state == GST_EDGE_LINK_FAILED;
  g_mutex_unlock (&link->lock);
  return failed;
}

static void
link_free (GstEdgeLink *link)
{
  g_clear_error (&link->failure);
  g_ptr_array_unref (link->clients);
  g_clear_pointer (&link->watch, gst_edge_watch_free);
  gst_edge_endpoint_unref (link->endpoint);
  g_object_unref (link->cancellable);
  if (link->wakeup_fd >= 0)
    close (link->wakeup_fd);
  g_cond_clear (&link->ended_cond);
  g_mutex_clear (&link->lock);
  g_free (link->reason);
  g_free (link->park_reason);
  g_free (link->group);
  g_free (link);
}

/* The client libraries write with plain write(): a closed socket must not kill the process. */
static void
block_sigpipe (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
}

static gpointer
link_thread (gpointer data)
{
  GstEdgeLink *link = data;
  GError *error = NULL;
  gboolean frees_itself;

  block_sigpipe ();
  while (!is_stopping (link)) {
    gst_edge_link_serve_news (link);
    if (link->transport != NULL) {
      if (!serve_connection (link, &error)) {
        gst_edge_link_lose_connection (link, error);
        g_clear_error (&error);
      }
    } else if (has_failed (link)) {
      sleep_until (link, NEVER, FALSE);
    } else if (g_get_monotonic_time () < link->retry_at) {
      sleep_until (link, link->retry_at, FALSE);
    } else {
      connect_now (link);
    }
  }
  gst_edge_link_close_connection (link);      /* its messages have no clients any more: this frees them */

  g_mutex_lock (&link->lock);
  link->ended = TRUE;
  frees_itself = link->frees_itself;
  g_cond_signal (&link->ended_cond);
  g_mutex_unlock (&link->lock);
  if (frees_itself)
    link_free (link);
  return NULL;
}

static GstEdgeLink *
link_new (const GstEdgeTransportClass *klass, GstEdgeEndpoint *endpoint, const GstEdgeLinkSettings *settings)
{
  GstEdgeLink *link = g_new0 (GstEdgeLink, 1);

  link->klass = klass;
  link->endpoint = gst_edge_endpoint_ref (endpoint);
  link->timeout = settings->timeout;
  link->max_in_flight = settings->max_in_flight;
  link->breaker_max_failures = settings->circuit_max_failures;
  link->breaker_reset = settings->circuit_reset;
  link->group = g_strdup (settings->group);
  link->wakeup_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (link->wakeup_fd < 0)
    GST_WARNING ("%s: no eventfd: %s; the link looks around every %d ms instead",
        gst_edge_endpoint_get_text (endpoint), g_strerror (errno), (gint) (LOOK_AROUND / 1000));
  link->cancellable = g_cancellable_new ();
  link->clients = g_ptr_array_new ();
  link->state = GST_EDGE_LINK_CONNECTING;
  link->state_serial = 1;
  link->prepare_at = NEVER;
  link->backoff = (GstEdgeBackoff) {.min = BACKOFF_MIN,.max = BACKOFF_MAX };
  link->parking = (GstEdgeBackoff) {.min = BACKOFF_MIN,.max = PARKING_MAX };
  link->breaker = (GstEdgeBreaker) {.max_failures = settings->circuit_max_failures,
    .reset_after = settings->circuit_reset
  };
  g_mutex_init (&link->lock);
  g_cond_init (&link->ended_cond);
  return link;
}

GstEdgeLink *
gst_edge_link_start (const GstEdgeTransportClass *klass, GstEdgeEndpoint *endpoint,
    const GstEdgeLinkSettings *settings, GError **error)
{
  static gsize once = 0;
  GstEdgeLink *link;
  GError *local = NULL;
  gchar *name;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (gst_edge_link_debug, "edge-link", 0, "connections to servers");
    g_once_init_leave (&once, 1);
  }

  link = link_new (klass, endpoint, settings);
  name = g_strdup_printf ("edge-%s", klass->name);
  link->watch = gst_edge_watch_new (&local);
  if (link->watch != NULL)
    link->thread = g_thread_try_new (name, link_thread, link, &local);
  g_free (name);
  if (link->thread != NULL)
    return link;
  g_set_error (error, local->domain, local->code, "The threads of the connection to %s could not be started: %s. Allow "
      "this process more threads.", gst_edge_endpoint_get_text (endpoint), local->message);
  g_error_free (local);
  link_free (link);
  return NULL;
}

/* Shutdown in steps:
 * 1. say so, and interrupt what the thread may hang in: connecting, a library call, poll();
 * 2. wait for the thread, but not for ever: a TLS handshake inside the library can only run into its timeout;
 * 3. join and free; or, when it is late or this is that very thread, let it free the link when it ends. */
void
gst_edge_link_stop (GstEdgeLink *link)
{
  gint64 deadline = g_get_monotonic_time () + MAX_STOP_WAIT;
  GThread *thread = link->thread;
  gboolean ended, in_time = TRUE;

  g_cancellable_cancel (link->cancellable);
  gst_edge_watch_interrupt (link->watch);
  g_mutex_lock (&link->lock);
  link->stopping = TRUE;
  gst_edge_link_wake (link);
  while (g_thread_self () != thread && !link->ended && in_time)
    in_time = g_cond_wait_until (&link->ended_cond, &link->lock, deadline);
  ended = link->ended;
  link->frees_itself = !ended;
  g_mutex_unlock (&link->lock);

  if (ended) {
    g_thread_join (thread);
    link_free (link);
  } else {
    g_thread_unref (thread);
  }
}
