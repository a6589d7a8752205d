/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may ask. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gio/gio.h>
#include <string.h>

#include "http-access.h"

#define ENV_NAME "EDGE_METRICS_TOKEN"

gchar *
gst_edge_http_secret_read (const gchar *file, GError **error)
{
  const gchar *env = g_getenv (ENV_NAME);
  gchar *text;

  if (file == NULL)
    return env != NULL && env[0] != '\0' ? g_strdup (env) : NULL;

  if (!g_file_get_contents (file, &text, NULL, error))
    return NULL;
  text[strcspn (text, "\r\n")] = '\0';
  if (text[0] == '\0') {
    g_free (text);
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: the first line is empty; write a token there, "
        "or user:password", file);
    return NULL;
  }
  return text;
}

void
gst_edge_http_secret_free (gchar *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static gboolean
is_equal (const gchar *a, const gchar *b)
{
  gsize length_a = strlen (a), length_b = strlen (b), i;
  guint differences = length_a != length_b;

  for (i = 0; i < length_a; i++)
    differences |= (guchar) a[i] ^ (guchar) (length_b > 0 ? b[i % length_b] : 0);
  return differences == 0;
}

/* (transfer full): user:password of HTTP Basic */
static gchar *
decode_basic (const gchar *base64)
{
  gsize length;
  guchar *bytes = g_base64_decode (base64, &length);
  gchar *text = g_strndup ((const gchar *) bytes, length);

  g_free (bytes);
  return text;
}

gboolean
gst_edge_http_is_authorized (const gchar *secret, const gchar *authorization)
{
  gboolean is_token = strchr (secret, ':') == NULL;
  const gchar *password;
  gboolean authorized;
  gchar *basic;

  if (authorization == NULL)
    return FALSE;
  if (g_ascii_strncasecmp (authorization, "Bearer ", strlen ("Bearer ")) == 0)
    return is_equal (authorization + strlen ("Bearer "), secret) && is_token;
  if (g_ascii_strncasecmp (authorization, "Basic ", strlen ("Basic ")) != 0)
    return FALSE;

  basic = decode_basic (authorization + strlen ("Basic "));
  password = strchr (basic, ':');
  if (is_token)
    authorized = password != NULL && is_equal (password + 1, secret);
  else
    authorized = is_equal (basic, secret);
  gst_edge_http_secret_free (basic);
  return authorized;
}

/* With or without a port. */
static gboolean
host_is (const gchar *host, const gchar *name)
{
  gsize length = strlen (name);

  return g_ascii_strncasecmp (host, name, length) == 0 && (host[length] == '\0' || host[length] == ':');
}

gboolean
gst_edge_http_host_is_local (const gchar *host, const gchar *address)
{
  static const gchar *names[] = { "localhost", "127.0.0.1", "[::1]" };
  gboolean bare = strchr (address, ':') == NULL;        /* an IPv6 address stands in brackets there */
  guint i;

  if (host == NULL)             /* HTTP/1.0: no browser */
    return TRUE;
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if (host_is (host, names[i]))
      return TRUE;
  return bare && host_is (host, address);
}

gboolean
gst_edge_http_address_is_loopback (const gchar *address)
{
  GInetAddress *inet = g_inet_address_new_from_string (address);
  gboolean loopback = inet != NULL && g_inet_address_get_is_loopback (inet);

  g_clear_object (&inet);
  return loopback;
}
