/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A host with several addresses, of which the first does not answer at all, as IPv6 does where it is broken: its accept
 * queue is full. */

#include <gio/gio.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connect.h"
#include "net/edge-error.h"

#define DEAD "127.0.0.2"
#define ALIVE "127.0.0.1"
#define N_FILL 4

/* ---- a resolver that knows one host ---- */

typedef GResolver TestResolver;
typedef GResolverClass TestResolverClass;

static GType test_resolver_get_type (void);

G_DEFINE_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER);

static void
lookup_async (GResolver *resolver, const gchar *name, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  GTask *task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  GList *addresses = g_list_append (NULL, g_inet_address_new_from_string (DEAD));

  return g_list_append (addresses, g_inet_address_new_from_string (ALIVE));
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  klass->lookup_by_name_async = lookup_async;
  klass->lookup_by_name_finish = lookup_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

/* ---- its addresses ---- */

static gint
listen_at (const gchar *address, guint16 *port)
{
  struct sockaddr_in in = {.sin_family = AF_INET,.sin_port = g_htons (*port) };
  socklen_t length = sizeof (in);
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  GInetAddress *inet = g_inet_address_new_from_string (address);

  memcpy (&in.sin_addr, g_inet_address_to_bytes (inet), sizeof (in.sin_addr));
  g_object_unref (inet);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &in, length), ==, 0);
  g_assert_cmpint (listen (fd, 0), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &in, &length), ==, 0);
  *port = g_ntohs (in.sin_port);
  return fd;
}

/* FALSE where the system answers all the same. */
static gboolean
fill (gint listener, gint fds[N_FILL])
{
  struct sockaddr_in in;
  socklen_t length = sizeof (in);
  struct pollfd last;
  guint i;

  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &in, &length), ==, 0);
  for (i = 0; i < N_FILL; i++) {
    fds[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect (fds[i], (struct sockaddr *) &in, length) == 0)
      continue;
    last = (struct pollfd) { fds[i], POLLOUT, 0 };
    poll (&last, 1, i == 0 ? -1 : 100);
  }
  return last.fd == fds[N_FILL - 1] && last.revents == 0;
}

static void
test_next_address (void)
{
  GstEdgeHost host = { (gchar *) "two.example", 0 };
  GCancellable *cancellable = g_cancellable_new ();
  GResolver *resolver = g_object_new (test_resolver_get_type (), NULL);
  struct sockaddr_in peer;
  socklen_t length = sizeof (peer);
  gint alive, dead, fd, waiting[N_FILL];
  GError *error = NULL;
  guint i;

  g_resolver_set_default (resolver);
  alive = listen_at (ALIVE, &host.port);
  dead = listen_at (DEAD, &host.port);
  if (fill (dead, waiting)) {
    fd = gst_edge_connect_tcp (&host, g_get_monotonic_time () + G_TIME_SPAN_SECOND, cancellable, &error);
    g_assert_no_error (error);
    g_assert_cmpint (getpeername (fd, (struct sockaddr *) &peer, &length), ==, 0);
    g_assert_cmpuint (g_ntohl (peer.sin_addr.s_addr), ==, INADDR_LOOPBACK);
    close (fd);
  } else {
    g_test_skip ("an accept queue is never full here");
  }
  for (i = 0; i < N_FILL; i++)
    close (waiting[i]);
  close (alive);
  close (dead);
  g_object_unref (cancellable);
  g_object_unref (resolver);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connect/next-address", test_next_address);
  return g_test_run ();
}
