/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TLS to a Redis server. hiredis would verify the certificate but not the host name, so the SSL object is made
 * here. The handshake alone runs on a blocking socket, under the watchdog. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <fcntl.h>

#include <hiredis.h>
#include <hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "redis/redis-private.h"

static gboolean
fail (GError **error, const gchar *sentence, const gchar *which)
{
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "%s%s", sentence, which);
  return FALSE;
}

static gboolean
load_files (SSL_CTX *context, const GstEdgeTls *tls, GError **error)
{
  const gchar *key_file = tls->key_file != NULL ? tls->key_file : tls->cert_file;

  if (tls->insecure)
    SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
  else
    SSL_CTX_set_verify (context, SSL_VERIFY_PEER, NULL);
  if (tls->ca_file == NULL)
    SSL_CTX_set_default_verify_paths (context);
  else if (SSL_CTX_load_verify_locations (context, tls->ca_file, NULL) != 1)
    return fail (error, "ca-file: could not read PEM certificates from ", tls->ca_file);
  if (tls->cert_file != NULL && (SSL_CTX_use_certificate_chain_file (context, tls->cert_file) != 1
          || SSL_CTX_use_PrivateKey_file (context, key_file, SSL_FILETYPE_PEM) != 1))
    return fail (error, "cert-file, key-file: could not read a PEM certificate and its key from ",
        tls->cert_file);
  return TRUE;
}

/* An address is verified as one, a name as a name. */
static void
expect_host (SSL *ssl, const GstEdgeHost *host)
{
  X509_VERIFY_PARAM *param = SSL_get0_param (ssl);

  if (g_hostname_is_ip_address (host->name)) {
    X509_VERIFY_PARAM_set1_ip_asc (param, host->name);
  } else {
    X509_VERIFY_PARAM_set1_host (param, host->name, 0);
    SSL_set_tlsext_host_name (ssl, host->name);
  }
}

static void
set_blocking (gint fd, gboolean blocking)
{
  gint flags = fcntl (fd, F_GETFL);

  fcntl (fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

static gboolean
shake_hands (GstEdgeTransport *self, SSL *ssl, const GstEdgeHost *host, GError **error)
{
  redisContext *context = self->context;
  GError *local = NULL;
  gint status;
  glong verified;

  set_blocking (context->fd, TRUE);
  context->flags |= REDIS_BLOCK;
  gst_edge_link_begin_call (self->link, context->fd);
  SSL_up_ref (ssl);
  status = redisInitiateSSL (context, ssl);
  if (status != REDIS_OK)
    SSL_free (ssl);             /* the context has taken the reference only when all went well */
  verified = SSL_get_verify_result (ssl);
  if (status != REDIS_OK && verified != X509_V_OK)
    g_set_error (&local, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "the certificate of %s is not accepted: %s; see ca-file", host->name,
        X509_verify_cert_error_string (verified));
  else if (status != REDIS_OK)
    g_set_error (&local, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not start TLS: %s",
        context->errstr);
  gst_edge_link_end_call (self->link, &local);
  context->flags &= ~REDIS_BLOCK;
  set_blocking (context->fd, FALSE);
  ERR_clear_error ();

  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

gboolean
gst_edge_redis_start_tls (GstEdgeTransport *self, const GstEdgeHost *host, GError **error)
{
  const GstEdgeTls *tls = gst_edge_endpoint_get_tls (gst_edge_link_get_endpoint (self->link));
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());
  SSL *ssl = NULL;
  gboolean ok;

  if (context == NULL)
    g_error ("out of memory");
  SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION);
  ok = load_files (context, tls, error);
  if (ok) {
    ssl = SSL_new (context);
    if (ssl == NULL)
      g_error ("out of memory");
    if (!tls->insecure)
      expect_host (ssl, host);
    ok = shake_hands (self, ssl, host, error);
    SSL_free (ssl);
  }
  SSL_CTX_free (context);
  return ok;
}
