/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An RTSP URI, taken apart so that its password never travels with it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "camera-uri.h"
#include "edge-error.h"

#define EXAMPLE "rtsp://user:password@host:554/path"

void
gst_edge_camera_free_secret (gchar *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
gst_edge_camera_uri_clear (GstEdgeCameraUri *parsed)
{
  g_clear_pointer (&parsed->location, g_free);
  g_clear_pointer (&parsed->user, g_free);
  g_clear_pointer (&parsed->password, gst_edge_camera_free_secret);
}

static gboolean
fail (GError **error, const gchar *sentence)
{
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
      sentence);
  return FALSE;
}

/* What is no valid escape is meant as it stands. */
static gchar *
unescape (const gchar *text, gsize length)
{
  gchar *raw = g_strndup (text, length);
  gchar *plain = g_uri_unescape_string (raw, NULL);

  if (plain == NULL)
    return raw;
  gst_edge_camera_free_secret (raw);
  return plain;
}

static void
take_userinfo (GstEdgeCameraUri *parsed, const gchar *text, gsize length)
{
  const gchar *colon = memchr (text, ':', length);
  gsize user_length = colon != NULL ? (gsize) (colon - text) : length;

  if (user_length > 0)
    parsed->user = unescape (text, user_length);
  if (colon != NULL && user_length + 1 < length)
    parsed->password = unescape (colon + 1, length - user_length - 1);
}

static gboolean
check_host (const gchar *text, gsize length, GError **error)
{
  gchar *authority = g_strndup (text, length);
  gchar *host = authority, *port = NULL, *p;
  gboolean ok = TRUE;

  if (host[0] == '[') {
    gchar *end = strchr (host, ']');

    ok = end != NULL && (end[1] == '\0' || end[1] == ':');
    if (ok) {
      port = end[1] == ':' ? end + 2 : NULL;
      *end = '\0';
      ok = g_hostname_is_ip_address (host + 1);
    }
    if (!ok)
      fail (error, "an IPv6 address must stand in brackets: rtsp://[::1]:554/");
  } else {
    port = strchr (host, ':');
    if (port != NULL)
      *port++ = '\0';
    for (p = host; ok && *p != '\0'; p++)
      ok = g_ascii_isalnum (*p) || strchr (".-_", *p) != NULL;
    ok = ok && p > host && p - host <= 253;
    if (!ok)
      fail (error, "the URI names no host, or one with a character that no "
          "host name has; write it as " EXAMPLE
          ", with %2f for a '/' in the password");
  }
  if (ok && port != NULL
      && !g_ascii_string_to_unsigned (port, 10, 1, 65535, NULL, NULL))
    ok = fail (error, "the port must be a number from 1 to 65535; a '/' in the "
        "password must be written %2f");
  g_free (authority);
  return ok;
}

/* In the path, or in the query when there is no path: a query behind a path may well have one. */
static gboolean
has_at_behind (const gchar *end)
{
  gsize length = end[0] == '/' ? strcspn (end, "?") : strlen (end);

  return memchr (end, '@', length) != NULL;
}

gboolean
gst_edge_camera_uri_parse (const gchar *uri, GstEdgeCameraUri *parsed, GError **error)
{
  const gchar *rest, *end, *at;
  gsize scheme_length;

  memset (parsed, 0, sizeof (*parsed));
  if (uri == NULL || uri[0] == '\0')
    return fail (error, "not set; write it as " EXAMPLE);
  if (g_ascii_strncasecmp (uri, "rtsp://", 7) == 0)
    scheme_length = 7;
  else if (g_ascii_strncasecmp (uri, "rtsps://", 8) == 0)
    scheme_length = 8;
  else
    return fail (error, "must begin with rtsp:// or rtsps://, as in " EXAMPLE);
  if (strpbrk (uri, " \t\r\n") != NULL || !g_utf8_validate (uri, -1, NULL))
    return fail (error, "contains white space or is not UTF-8");

  rest = uri + scheme_length;
  end = rest + strcspn (rest, "/?");
  /* it would be taken for a port and a path, and the path is shown and sent to what is taken for the host */
  if (memchr (rest, ':', (gsize) (end - rest)) != NULL && has_at_behind (end))
    return fail (error, "there is an '@' behind the first '/' or '?'; if that is part of a password, write %2f or "
        "%3f for it, else %40 for the '@'");
  at = g_strrstr_len (rest, end - rest, "@");
  if (at != NULL) {
    take_userinfo (parsed, rest, (gsize) (at - rest));
    rest = at + 1;
  }
  if (!check_host (rest, (gsize) (end - rest), error))
    return FALSE;
  parsed->location = g_strconcat (scheme_length == 7 ? "rtsp://" : "rtsps://",
      rest, NULL);
  return TRUE;
}

gchar *
gst_edge_camera_uri_make_text (const gchar *location, const gchar *user, gboolean has_password)
{
  const gchar *host = strstr (location, "://") + 3;
  const gchar *query = strchr (host, '?');
  gsize path_end = query != NULL ? (gsize) (query - host) : strlen (host);
  gsize host_end = strcspn (host, "/?");
  gboolean hide_path = memchr (host, '=', path_end) != NULL;
  GString *text = g_string_new_len (location, host - location);

  if (user != NULL || has_password) {
    g_string_append_uri_escaped (text, user != NULL ? user : "", NULL, TRUE);
    g_string_append (text, has_password ? ":***@" : "@");
  }
  g_string_append_len (text, host, hide_path ? host_end : path_end);
  if (hide_path)
    g_string_append (text, "/***");
  if (query != NULL)
    g_string_append (text, "?***");
  return g_string_free (text, FALSE);
}
