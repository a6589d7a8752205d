/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sockets with a deadline. The client libraries' own connect functions resolve names without a limit of time and
 * cannot be interrupted; they are given sockets that are connected already. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/connect.h"
#include "net/edge-error.h"

static void
set_cancelled (GError **error)
{
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_CANCELLED, "stopped while connecting");
}

/* 0 when the socket is connected, else an errno; ECANCELED when cancelled. */
static gint
wait_connected (gint fd, gint64 deadline, GCancellable *cancellable)
{
  GPollFD cancel_poll;
  struct pollfd fds[2];
  gint result = ETIMEDOUT, n;
  socklen_t length = sizeof (result);

  if (!g_cancellable_make_pollfd (cancellable, &cancel_poll))
    return EMFILE;
  do {
    gint64 left = (deadline - g_get_monotonic_time () + 999) / 1000;

    fds[0] = (struct pollfd) { fd, POLLOUT, 0 };
    fds[1] = (struct pollfd) { cancel_poll.fd, POLLIN, 0 };
    n = left > 0 ? poll (fds, 2, (gint) MIN (left, G_MAXINT)) : 0;
  } while (n < 0 && errno == EINTR);

  if (n > 0 && fds[1].revents != 0)
    result = ECANCELED;
  else if (n > 0 && getsockopt (fd, SOL_SOCKET, SO_ERROR, &result, &length) < 0)
    result = errno;
  g_cancellable_release_fd (cancellable);
  return result;
}

/* Returns the socket, or -1 with the errno in @err. */
static gint
connect_address (const struct sockaddr *address, socklen_t length, gint64 deadline,
    GCancellable *cancellable, gint *err)
{
  gint one = 1;
  gint fd = socket (address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0) {
    *err = errno;
    return -1;
  }
  if (address->sa_family != AF_UNIX) {
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof (one));
    setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof (one));
  }
  *err = connect (fd, address, length) == 0 ? 0 : errno;
  if (*err == EINPROGRESS)
    *err = wait_connected (fd, deadline, cancellable);
  if (*err == 0)
    return fd;
  close (fd);
  return -1;
}

static gint
connect_inet (GInetAddress *inet, const GstEdgeHost *host, gint64 deadline,
    GCancellable *cancellable, GError **error)
{
  GSocketAddress *address = g_inet_socket_address_new (inet, host->port);
  struct sockaddr_storage native;
  gssize size = g_socket_address_get_native_size (address);
  gint err = EINVAL, fd = -1;

  if (g_socket_address_to_native (address, &native, sizeof (native), NULL))
    fd = connect_address ((struct sockaddr *) &native, (socklen_t) size, deadline, cancellable, &err);
  g_object_unref (address);

  if (fd < 0 && err == ECANCELED)
    set_cancelled (error);
  else if (fd < 0)
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not connect to %s port %u: %s",
        host->name, host->port, g_strerror (err));
  return fd;
}

typedef struct
{
  GMainLoop *loop;
  GList *addresses;
  GError *error;
} Lookup;

static void
on_looked_up (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;

  lookup->addresses =
      g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &lookup->error);
  g_main_loop_quit (lookup->loop);
}

static gboolean
on_deadline (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* getaddrinfo() has no time limit; GResolver runs it in a thread of its own that we may stop waiting for. */
GList *
gst_edge_resolve (const gchar *name, gint64 deadline, GCancellable *cancellable, GError **error)
{
  GMainContext *context = g_main_context_new ();
  GCancellable *inner = g_cancellable_new ();
  GResolver *resolver = g_resolver_get_default ();
  Lookup lookup = { g_main_loop_new (context, FALSE), NULL, NULL };
  GSource *timer = g_timeout_source_new ((guint) MAX ((deadline - g_get_monotonic_time ()) / 1000, 1));
  gulong handler;

  g_main_context_push_thread_default (context);
  g_source_set_callback (timer, on_deadline, inner, NULL);
  g_source_attach (timer, context);
  g_resolver_lookup_by_name_async (resolver, name, inner, on_looked_up, &lookup);
  handler = g_cancellable_connect (cancellable, G_CALLBACK (on_outer_cancelled), inner, NULL);
  g_main_loop_run (lookup.loop);
  g_cancellable_disconnect (cancellable, handler);
  g_main_context_pop_thread_default (context);

  if (lookup.addresses == NULL) {
    if (g_cancellable_is_cancelled (cancellable))
      set_cancelled (error);
    else
      g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not resolve %s: %s", name,
          g_cancellable_is_cancelled (inner) ? "no answer in time" : lookup.error->message);
  }
  g_clear_error (&lookup.error);
  g_source_destroy (timer);
  g_source_unref (timer);
  g_main_loop_unref (lookup.loop);
  g_main_context_unref (context);
  g_object_unref (resolver);
  g_object_unref (inner);
  return lookup.addresses;
}

/* An address that does not answer at all, as that of a broken IPv6, leaves time for the others. */
static gint64
share_time (gint64 deadline, guint n_addresses)
{
  gint64 now = g_get_monotonic_time ();

  return now + (deadline - now) / n_addresses;
}

gint
gst_edge_connect_tcp (const GstEdgeHost *host, gint64 deadline, GCancellable *cancellable,
    GError **error)
{
  GInetAddress *literal = g_inet_address_new_from_string (host->name);
  GList *addresses, *l;
  GError *last = NULL;
  gint fd = -1;

  addresses = literal != NULL ? g_list_append (NULL, literal)
      : gst_edge_resolve (host->name, deadline, cancellable, error);
  if (addresses == NULL)
    return -1;

  for (l = addresses; l != NULL && fd < 0; l = l->next) {
    g_clear_error (&last);
    fd = connect_inet (l->data, host, share_time (deadline, g_list_length (l)), cancellable, &last);
    if (fd < 0 && g_error_matches (last, GST_EDGE_ERROR, GST_EDGE_ERROR_CANCELLED))
      break;
  }
  g_list_free_full (addresses, g_object_unref);
  if (fd < 0)
    g_propagate_error (error, last);
  return fd;
}

gint
gst_edge_connect_unix (const gchar *path, gint64 deadline, GCancellable *cancellable, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gint err, fd;

  g_strlcpy (address.sun_path, path, sizeof (address.sun_path));
  fd = connect_address ((struct sockaddr *) &address, sizeof (address), deadline, cancellable, &err);
  if (fd < 0 && err == ECANCELED)
    set_cancelled (error);
  else if (fd < 0)
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not connect to %s: %s", path,
        g_strerror (err));
  return fd;
}
