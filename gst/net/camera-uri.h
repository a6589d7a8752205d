/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An RTSP URI, taken apart so that its password never travels with it. Pure. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *location;              /* without user and password */
  gchar *user;                  /* nullable, unescaped */
  gchar *password;              /* nullable, unescaped */
} GstEdgeCameraUri;

/**
 * gst_edge_camera_uri_parse:
 * @uri: (nullable): `rtsp[s]://[user[:password]@]host[:port][/path][?query]`
 * @parsed: (out): to be cleared by gst_edge_camera_uri_clear(), also after a failure
 * @error: a sentence that never quotes the URI
 *
 * An `@`, `:` or `%` in the password need not be escaped, as camera manuals do not do it either.
 */
GST_EDGE_API gboolean gst_edge_camera_uri_parse (const gchar * uri, GstEdgeCameraUri * parsed, GError ** error);

GST_EDGE_API void gst_edge_camera_uri_clear (GstEdgeCameraUri * parsed);

/**
 * gst_edge_camera_uri_make_text:
 * @location: of a #GstEdgeCameraUri
 * @user: (nullable): the user
 * @has_password: whether there is one
 *
 * Many cameras want credentials in the query or as key=value in the path, so neither is shown.
 *
 * Returns: (transfer full): the URI as it may be shown
 */
GST_EDGE_API gchar *gst_edge_camera_uri_make_text (const gchar * location, const gchar * user,
    gboolean has_password);

/* Frees a secret after overwriting it. */
GST_EDGE_API void gst_edge_camera_free_secret (gchar * secret);

G_END_DECLS
