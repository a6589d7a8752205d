/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Shuts the sockets of clients that take too long; the server notices and closes them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>
#include <sys/socket.h>

#include "http-deadlines.h"
#include "work/ticker.h"

GST_DEBUG_CATEGORY_EXTERN (gst_edge_metrics_debug);
#define GST_CAT_DEFAULT gst_edge_metrics_debug

#define REQUEST_TIME (10 * G_TIME_SPAN_SECOND)  /* a browser's or Prometheus' headers come at once */
#define ANSWER_TIME (60 * G_TIME_SPAN_SECOND)   /* a picture over a bad mobile network takes a while */
#define TICK G_TIME_SPAN_SECOND

typedef struct
{
  gint fd;
  gint64 deadline;              /* lock: monotonic */
} Client;

struct _GstEdgeHttpDeadlines
{
  GMutex lock;
  GPtrArray *clients;           /* lock: of Client; one is there as long as its socket is open */
  GstEdgeTick *tick;
};

static void
shut_late_ones (gpointer data)
{
  GstEdgeHttpDeadlines *deadlines = data;
  gint64 now = g_get_monotonic_time ();
  guint i;

  g_mutex_lock (&deadlines->lock);
  for (i = 0; i < deadlines->clients->len; i++) {
    Client *client = g_ptr_array_index (deadlines->clients, i);

    if (now < client->deadline)
      continue;
    GST_DEBUG ("a client takes too long");
    shutdown (client->fd, SHUT_RDWR);
    client->deadline = G_MAXINT64;
  }
  g_mutex_unlock (&deadlines->lock);
}

GstEdgeHttpDeadlines *
gst_edge_http_deadlines_new (GError **error)
{
  GstEdgeHttpDeadlines *deadlines = g_new0 (GstEdgeHttpDeadlines, 1);

  g_mutex_init (&deadlines->lock);
  deadlines->clients = g_ptr_array_new_with_free_func (g_free);
  deadlines->tick = gst_edge_ticker_add (TICK, shut_late_ones, deadlines, error);
  if (deadlines->tick == NULL)
    g_clear_pointer (&deadlines, gst_edge_http_deadlines_free);
  return deadlines;
}

void
gst_edge_http_deadlines_free (GstEdgeHttpDeadlines *deadlines)
{
  g_clear_pointer (&deadlines->tick, gst_edge_ticker_remove);
  g_ptr_array_unref (deadlines->clients);
  g_mutex_clear (&deadlines->lock);
  g_free (deadlines);
}

static void
set_deadline (GstEdgeHttpDeadlines *deadlines, Client *client, gint64 time)
{
  if (client == NULL)
    return;
  g_mutex_lock (&deadlines->lock);
  client->deadline = g_get_monotonic_time () + time;
  g_mutex_unlock (&deadlines->lock);
}

static Client *
get_client (struct MHD_Connection *connection)
{
  return MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* Closed is said before the socket is, so that its number cannot be another's yet. */
void
gst_edge_http_deadlines_notify_connection (void *cls, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code)
{
  GstEdgeHttpDeadlines *deadlines = cls;

  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    Client *client = g_new0 (Client, 1);

    client->fd = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    client->deadline = g_get_monotonic_time () + REQUEST_TIME;
    *context = client;
    g_mutex_lock (&deadlines->lock);
    g_ptr_array_add (deadlines->clients, client);
    g_mutex_unlock (&deadlines->lock);
  } else {
    g_mutex_lock (&deadlines->lock);
    g_ptr_array_remove_fast (deadlines->clients, *context);
    g_mutex_unlock (&deadlines->lock);
    *context = NULL;
  }
}

void
gst_edge_http_deadlines_notify_completed (void *cls, struct MHD_Connection *connection, void **request_data,
    enum MHD_RequestTerminationCode code)
{
  set_deadline (cls, get_client (connection), REQUEST_TIME);
}

void
gst_edge_http_deadlines_request_came (GstEdgeHttpDeadlines *deadlines, struct MHD_Connection *connection)
{
  set_deadline (deadlines, get_client (connection), ANSWER_TIME);
}
