/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may ask: a credential from a file or from the environment, and the Host header. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): the first line of @file, or else the variable EDGE_METRICS_TOKEN; NULL without @error:
 * there is none. */
gchar *gst_edge_http_secret_read (const gchar * file, GError ** error);

/* Overwrites before it frees. Takes NULL. */
void gst_edge_http_secret_free (gchar * secret);

/* @authorization: (nullable): the header. A @secret "user:password" wants HTTP Basic; a token comes as Bearer, or as
 * the password of HTTP Basic with any user. Takes the same time whatever is wrong. */
gboolean gst_edge_http_is_authorized (const gchar * secret, const gchar * authorization);

/* @host: (nullable): the header; @address: numerical, on which the server listens. Whether the former names this machine:
 * pages of other sites can make a browser ask a server on loopback, but only under a name of their own. */
gboolean gst_edge_http_host_is_local (const gchar * host, const gchar * address);

/* @address: numerical */
gboolean gst_edge_http_address_is_loopback (const gchar * address);

G_END_DECLS
