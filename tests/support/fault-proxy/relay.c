/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The listening socket, the connections, and the loop that serves them. One thread, no locks. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* accept4(), ppoll() */
#endif
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay.h"

#define BACKLOG 128

typedef struct
{
  gint client;
  gint server;                  /* -1 for a silent one */
  Flow flows[N_FLOWS];
} Connection;

static void
connection_end (Connection *connection, gboolean reset)
{
  struct linger linger = {.l_onoff = 1,.l_linger = 0 };
  gint fds[] = { connection->client, connection->server };
  gchar junk[4096];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fds); i++) {
    if (fds[i] < 0)
      continue;
    if (reset) {
      setsockopt (fds[i], SOL_SOCKET, SO_LINGER, &linger, sizeof (linger));
    } else {
      /* closing with unread bytes would send RST */
      shutdown (fds[i], SHUT_WR);
      while (recv (fds[i], junk, sizeof (junk), MSG_DONTWAIT) > 0) {
      }
    }
    close (fds[i]);
  }
  for (i = 0; i < N_FLOWS; i++)
    flow_clear (&connection->flows[i]);
  g_free (connection);
}

static void
set_no_delay (gint fd)
{
  gint one = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof (one));
}

static gint
make_socket (guint16 port, struct sockaddr_in *address)
{
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  memset (address, 0, sizeof (*address));
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  address->sin_port = htons (port);
  return fd;
}

/* Does not wait: reading or writing tells how it went. */
static gint
start_connect (guint16 port)
{
  struct sockaddr_in address;
  gint fd = make_socket (port, &address);

  if (connect (fd, (struct sockaddr *) &address, sizeof (address)) < 0
      && errno != EINPROGRESS) {
    close (fd);
    return -1;
  }
  return fd;
}

static gboolean
open_listener (Relay *relay, gint backlog)
{
  struct sockaddr_in address;
  socklen_t length = sizeof (address);
  gint one = 1;

  relay->listener = make_socket (relay->port, &address);
  setsockopt (relay->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof (one));
  if (relay->receive_buffer > 0)        /* inherited by what is accepted */
    setsockopt (relay->listener, SOL_SOCKET, SO_RCVBUF, &relay->receive_buffer,
        sizeof (gint));
  if (bind (relay->listener, (struct sockaddr *) &address, sizeof (address)) < 0
      || (backlog >= 0 && listen (relay->listener, backlog) < 0)
      || getsockname (relay->listener, (struct sockaddr *) &address,
          &length) < 0)
    return FALSE;
  relay->port = ntohs (address.sin_port);
  return TRUE;
}

static void
close_fillers (Relay *relay)
{
  guint i;

  for (i = 0; i < relay->fillers->len; i++)
    close (g_array_index (relay->fillers, gint, i));
  g_array_set_size (relay->fillers, 0);
}

/* A full backlog makes the kernel ignore who wants to connect. */
static void
fill_backlog (Relay *relay)
{
  guint i;

  for (i = 0; i < 4; i++) {
    gint fd = start_connect (relay->port);

    if (fd >= 0)
      g_array_append_val (relay->fillers, fd);
  }
}

gboolean
relay_init (Relay *relay, guint16 port, guint16 server_port, gint receive_buffer)
{
  guint i;

  memset (relay, 0, sizeof (*relay));
  relay->port = port;
  relay->server_port = server_port;
  relay->receive_buffer = receive_buffer;
  relay->fillers = g_array_new (FALSE, FALSE, sizeof (gint));
  relay->connections = g_ptr_array_new ();
  for (i = 0; i < N_FLOWS; i++)
    flow_rules_init (&relay->rules[i]);
  return open_listener (relay, BACKLOG);
}

void
relay_clear (Relay *relay)
{
  relay_end_connections (relay, FALSE);
  close_fillers (relay);
  close (relay->listener);
  g_array_unref (relay->fillers);
  g_ptr_array_unref (relay->connections);
}

void
relay_set_mode (Relay *relay, RelayMode mode)
{
  if (mode == relay->mode)
    return;
  close_fillers (relay);
  close (relay->listener);
  relay->mode = mode;
  /* without listen() the port stays ours and refuses */
  if (!open_listener (relay,
          mode == RELAY_REFUSE ? -1 : mode == RELAY_BLACKHOLE ? 0 : BACKLOG))
    g_error ("cannot listen on port %u again: %s", relay->port,
        g_strerror (errno));
  if (mode == RELAY_BLACKHOLE)
    fill_backlog (relay);
}

void
relay_end_connections (Relay *relay, gboolean reset)
{
  while (relay->connections->len > 0)
    connection_end (g_ptr_array_steal_index_fast (relay->connections, 0),
        reset);
}

static void
accept_one (Relay *relay)
{
  gint fd = accept4 (relay->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  Connection *connection;

  if (fd < 0)
    return;
  relay->accepted++;
  connection = g_new0 (Connection, 1);
  connection->client = fd;
  connection->server =
      relay->mode == RELAY_ACCEPT ? start_connect (relay->server_port) : -1;
  set_no_delay (connection->client);
  if (connection->server >= 0)
    set_no_delay (connection->server);
  flow_init (&connection->flows[FLOW_UP], &relay->rules[FLOW_UP],
      connection->client, connection->server);
  flow_init (&connection->flows[FLOW_DOWN], &relay->rules[FLOW_DOWN],
      connection->server, connection->client);
  if (relay->mode == RELAY_ACCEPT && connection->server < 0)
    connection_end (connection, TRUE);
  else
    g_ptr_array_add (relay->connections, connection);
}

/* A descriptor of which nothing is wanted is not polled at all: a frozen one must not report its end. */
static void
add_poll (GArray *polls, gint fd, gboolean in, gboolean out)
{
  struct pollfd p = {.fd = in
        || out ? fd : -1,.events =
        (gshort) ((in ? POLLIN : 0) | (out ? POLLOUT : 0))
  };

  g_array_append_val (polls, p);
}

static gint64
collect (Relay *relay, GArray *polls, gint64 now)
{
  gint64 next = G_MAXINT64;
  guint i, d;

  for (i = 0; i < relay->connections->len; i++) {
    Connection *c = g_ptr_array_index (relay->connections, i);
    Flow *up = &c->flows[FLOW_UP], *down = &c->flows[FLOW_DOWN];

    if (c->server < 0) {
      add_poll (polls, -1, FALSE, FALSE);
      add_poll (polls, -1, FALSE, FALSE);
      continue;
    }
    add_poll (polls, c->client, flow_wants_read (up), flow_wants_write (down,
            now));
    add_poll (polls, c->server, flow_wants_read (down), flow_wants_write (up,
            now));
    for (d = 0; d < N_FLOWS; d++) {
      if (!flow_wants_write (&c->flows[d], now))
        next = MIN (next, flow_get_time (&c->flows[d], now));
    }
  }
  return next;
}

static FlowResult
serve_connection (Connection *c, gshort client_events, gshort server_events)
{
  gint64 now = g_get_monotonic_time ();
  FlowResult result = FLOW_OK;
  Flow *up = &c->flows[FLOW_UP], *down = &c->flows[FLOW_DOWN];

  if ((client_events & ~POLLOUT) != 0 && flow_wants_read (up))
    result = MAX (result, flow_read (up, now));
  if ((server_events & ~POLLOUT) != 0 && flow_wants_read (down))
    result = MAX (result, flow_read (down, now));
  if (result == FLOW_OK)
    result = flow_write (up, now);
  if (result == FLOW_OK)
    result = flow_write (down, now);
  return result;
}

static void
serve_connections (Relay *relay, const struct pollfd *polls, guint n)
{
  guint i;

  /* backwards: one that is taken out is replaced by one that has been served */
  for (i = n; i-- > 0;) {
    Connection *c = g_ptr_array_index (relay->connections, i);
    FlowResult result = FLOW_OK;

    if (c->server >= 0)
      result =
          serve_connection (c, polls[2 * i].revents, polls[2 * i + 1].revents);
    if (result == FLOW_OK && !(c->flows[FLOW_UP].finished
            && c->flows[FLOW_DOWN].finished))
      continue;
    g_ptr_array_remove_index_fast (relay->connections, i);
    connection_end (c, result == FLOW_LOST);
  }
}

gboolean
relay_run_once (Relay *relay, gint control_fd)
{
  GArray *polls = g_array_new (FALSE, FALSE, sizeof (struct pollfd));
  gint64 now = g_get_monotonic_time ();
  gboolean accepts = relay->mode == RELAY_ACCEPT || relay->mode == RELAY_SILENT;
  guint n = relay->connections->len;
  struct timespec timeout;
  struct pollfd *p;
  gboolean control;
  gint64 next;

  add_poll (polls, control_fd, TRUE, FALSE);
  add_poll (polls, relay->listener, accepts, FALSE);
  next = MAX (collect (relay, polls, now) - now, 0);
  timeout.tv_sec = (time_t) MIN (next / G_USEC_PER_SEC, 3600);
  timeout.tv_nsec = next % G_USEC_PER_SEC * 1000;

  p = (struct pollfd *) polls->data;
  if (ppoll (p, polls->len, &timeout, NULL) >= 0) {
    serve_connections (relay, p + 2, n);
    if (p[1].revents != 0)
      accept_one (relay);
  }
  control = p[0].revents != 0;
  g_array_unref (polls);
  return control;
}
