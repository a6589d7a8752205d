/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is followed of a camera that sends its clients elsewhere. */

#pragma once

#include <gst/rtsp/rtsp.h>

G_BEGIN_DECLS

/* Of one connection; zero is a valid start. */
typedef struct
{
  GstRTSPMethod last_method;    /* that was sent */
  gchar *opened;                /* nullable: asked for no description yet; may contain a password */
  gchar *described;             /* nullable; may contain a password */
  guint n_redirections;
  guint n_returns;              /* to where it was */
  gboolean redirected;
  gboolean astray;              /* not followed any more */
} GstEdgeCameraRedirections;

void gst_edge_camera_redirections_clear (GstEdgeCameraRedirections * self);

/**
 * gst_edge_camera_redirections_begin:
 * @self: the redirections
 * @location: (transfer full) (nullable): where
 *
 * The source is about to send OPTIONS, with which it begins from the start. Comes before
 * gst_edge_camera_redirections_allow().
 */
void gst_edge_camera_redirections_begin (GstEdgeCameraRedirections * self, gchar * location);

/**
 * gst_edge_camera_redirections_allow:
 * @self: the redirections
 * @method: what the source is about to send
 * @wrong: (out) (nullable): a sentence, once: why it is not followed any more
 *
 * Returns: whether it may
 */
gboolean gst_edge_camera_redirections_allow (GstEdgeCameraRedirections * self, GstRTSPMethod method,
    const gchar ** wrong);

/**
 * gst_edge_camera_redirections_check:
 * @from: the camera's own address
 * @to: where it asks its clients to go in the middle of a connection
 *
 * Returns: (transfer full) (nullable): where the next connection goes; without the credentials in @to
 */
gchar *gst_edge_camera_redirections_check (const gchar * from, const gchar * to);

G_END_DECLS
