/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspsrc follows redirections for ever, and does not even stop when it is told to. After one, in answer to DESCRIBE
 * or PLAY, it begins from the start, with OPTIONS. (One that answers OPTIONS it notes at once and follows later.) */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-redirections.h"
#include "net/camera-uri.h"

#define MAX_REDIRECTIONS 5

void
gst_edge_camera_redirections_clear (GstEdgeCameraRedirections *self)
{
  g_clear_pointer (&self->opened, gst_edge_camera_free_secret);
  g_clear_pointer (&self->described, gst_edge_camera_free_secret);
}

void
gst_edge_camera_redirections_begin (GstEdgeCameraRedirections *self, gchar *location)
{
  self->redirected = self->last_method == GST_RTSP_DESCRIBE;
  gst_edge_camera_free_secret (self->opened);
  self->opened = location;
}

static gboolean
is_encrypted (const gchar *location)
{
  return g_ascii_strncasecmp (location, "rtsps://", 8) == 0;
}

/* rtspsrc goes to its old address if it cannot read the new one, and encrypts what it encrypted before, whatever the
 * new one says. Returns what is wrong. */
static const gchar *
judge (GstEdgeCameraRedirections *self, const gchar *to)
{
  const gboolean same = g_strcmp0 (self->described, to) == 0;
  guint n;

  if (same && self->redirected)
    return "it redirects to itself, or to what is not rtsp://";
  if (!is_encrypted (to) && is_encrypted (self->described))
    return "it redirects from rtsps:// to what is not encrypted";
  if (is_encrypted (to) && !is_encrypted (self->described))
    return "it redirects to rtsps://, write that in uri";
  /* to the same: over TCP instead of UDP; or it answered PLAY with a redirection to itself */
  n = same ? ++self->n_returns : ++self->n_redirections;
  return n > MAX_REDIRECTIONS ? "it redirects again and again" : NULL;
}

gboolean
gst_edge_camera_redirections_allow (GstEdgeCameraRedirections *self, GstRTSPMethod method, const gchar **wrong)
{
  *wrong = NULL;
  self->last_method = method;
  if (method != GST_RTSP_DESCRIBE || self->astray || self->opened == NULL)
    return !self->astray;

  if (self->described != NULL)
    *wrong = judge (self, self->opened);
  gst_edge_camera_free_secret (self->described);
  self->described = g_steal_pointer (&self->opened);
  self->astray = *wrong != NULL;
  return !self->astray;
}

gchar *
gst_edge_camera_redirections_check (const gchar *from, const gchar *to)
{
  GstEdgeCameraUri uri = { NULL, NULL, NULL };
  gchar *location = NULL;

  if (gst_edge_camera_uri_parse (to, &uri, NULL) && is_encrypted (uri.location) == is_encrypted (from))
    location = g_steal_pointer (&uri.location);
  gst_edge_camera_uri_clear (&uri);
  return location;
}
