/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The socket under an AMQP connection: plain TCP is opened by us, TLS by librabbitmq, which wants the host name to
 * verify the certificate against. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "amqp/amqp-private.h"
#include "net/connect.h"

/* What the kernel keeps that it has not sent yet: an event stands behind so much of the frames, and no more. */
#define MAX_UNSENT (512 * 1024)

#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

static gboolean
fail (GError **error, const gchar *sentence, const gchar *which)
{
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "%s%s", sentence, which);
  return FALSE;
}

static gboolean
open_tcp (GstEdgeTransport *self, const GstEdgeHost *host, GError **error)
{
  amqp_socket_t *socket;

  self->fd = gst_edge_connect_tcp (host, gst_edge_link_get_deadline (self->link),
      gst_edge_link_get_cancellable (self->link), error);
  if (self->fd < 0)
    return FALSE;
  socket = amqp_tcp_socket_new (self->connection);
  if (socket == NULL)
    g_error ("out of memory");
  amqp_tcp_socket_set_sockfd (socket, self->fd);        /* the connection closes it from now on */
  return TRUE;
}

static gboolean
load_files (amqp_socket_t *socket, const GstEdgeTls *tls, GError **error)
{
  const gchar *ca_file = tls->ca_file != NULL ? tls->ca_file : SYSTEM_CA_FILE;

  amqp_ssl_socket_set_verify_peer (socket, !tls->insecure);
  amqp_ssl_socket_set_verify_hostname (socket, !tls->insecure);
  if (amqp_ssl_socket_set_ssl_versions (socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != AMQP_STATUS_OK)
    return fail (error, "this librabbitmq has no TLS 1.2", "");
  if (!tls->insecure && amqp_ssl_socket_set_cacert (socket, ca_file) != AMQP_STATUS_OK)
    return fail (error, "ca-file: could not read PEM certificates from ", ca_file);
  if (tls->cert_file != NULL
      && amqp_ssl_socket_set_key (socket, tls->cert_file,
          tls->key_file != NULL ? tls->key_file : tls->cert_file) != AMQP_STATUS_OK)
    return fail (error, "cert-file, key-file: could not read a PEM certificate and its "
        "key from ", tls->cert_file);
  return TRUE;
}

static gboolean
explain_tls_status (gint status, const GstEdgeHost *host, GError **error)
{
  switch (status) {
    case AMQP_STATUS_OK:
      return TRUE;
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
      return fail (error, "the certificate is not signed by an authority in ca-file: ",
          host->name);
    case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
      return fail (error, "the certificate is not for this host; use the name it was "
          "made for, not an address: ", host->name);
    default:
      gst_edge_amqp_set_status_error (error, "connect with TLS", status);
      return FALSE;
  }
}

static gboolean
open_tls (GstEdgeTransport *self, const GstEdgeHost *host, const GstEdgeTls *tls, GError **error)
{
  gint64 timeout = gst_edge_link_get_timeout (self->link);
  struct timeval tv = { timeout / G_USEC_PER_SEC, timeout % G_USEC_PER_SEC };
  amqp_socket_t *socket = amqp_ssl_socket_new (self->connection);
  GList *addresses;
  gint status;

  if (socket == NULL)
    g_error ("out of memory");
  if (!load_files (socket, tls, error))
    return FALSE;

  /* The library resolves the name again, without a limit of time; ask first whether that will go well. */
  addresses = gst_edge_resolve (host->name, gst_edge_link_get_deadline (self->link),
      gst_edge_link_get_cancellable (self->link), error);
  if (addresses == NULL)
    return FALSE;
  g_list_free_full (addresses, g_object_unref);

  status = amqp_socket_open_noblock (socket, host->name, host->port, &tv);
  if (!explain_tls_status (status, host, error))
    return FALSE;
  self->fd = amqp_get_sockfd (self->connection);
  return TRUE;
}

gboolean
gst_edge_amqp_open_socket (GstEdgeTransport *self, const GstEdgeHost *host, GError **error)
{
  const GstEdgeTls *tls = gst_edge_endpoint_get_tls (gst_edge_link_get_endpoint (self->link));

  return tls != NULL ? open_tls (self, host, tls, error) : open_tcp (self, host, error);
}

/* Otherwise it takes some megabytes, which is seconds on a slow way. It costs the link more turns, and some throughput
 * where that is all that counts: so only for those who have events to send. */
void
gst_edge_amqp_limit_unsent (GstEdgeTransport *self)
{
  gint size = MAX_UNSENT;

  setsockopt (self->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &size, sizeof (size));
}
