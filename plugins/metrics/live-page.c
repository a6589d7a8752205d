/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The live page. Its own script and style are all that a browser may run on it: the policy names them by their hash. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gio/gio.h>
#include <string.h>

#include "live-page-resource.h"
#include "live-page.h"

#define RESOURCE "/edge-video/live-page.html"

/* (transfer full): 'sha256-…' of what stands between <@tag> and </@tag> */
static gchar *
make_hash (const gchar *html, const gchar *tag)
{
  gchar *opening = g_strdup_printf ("<%s>", tag), *closing = g_strdup_printf ("</%s>", tag), *base64, *hash;
  const gchar *start = strstr (html, opening), *end = strstr (html, closing);
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof (digest);

  g_assert (start != NULL && end != NULL);
  start += strlen (opening);
  g_checksum_update (checksum, (const guchar *) start, end - start);
  g_checksum_get_digest (checksum, digest, &length);
  base64 = g_base64_encode (digest, length);
  hash = g_strdup_printf ("'sha256-%s'", base64);

  g_checksum_free (checksum);
  g_free (base64);
  g_free (opening);
  g_free (closing);
  return hash;
}

static gchar *
make_policy (const gchar *html)
{
  gchar *script = make_hash (html, "script"), *style = make_hash (html, "style");
  gchar *policy = g_strdup_printf ("default-src 'none'; script-src %s; style-src %s; img-src 'self' blob: data:; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'", script, style);

  g_free (script);
  g_free (style);
  return policy;
}

void
gst_edge_live_page_serve (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply, gpointer user_data)
{
  static GBytes *page;
  static gchar *policy;
  static gsize known;

  if (g_once_init_enter (&known)) {
    page = g_resource_lookup_data (gst_edge_live_page_get_resource (), RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    policy = make_policy (g_bytes_get_data (page, NULL));
    g_once_init_leave (&known, 1);
  }
  reply->content_type = "text/html; charset=utf-8";
  reply->policy = policy;
  reply->body = (gchar *) g_bytes_get_data (page, &reply->length);
}
