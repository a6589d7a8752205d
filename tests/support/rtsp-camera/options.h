/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line of edge-rtsp-camera. */

#pragma once

#include "marked-clip.h"

G_BEGIN_DECLS

typedef struct
{
  gint port;
  gint cameras;
  gchar *clip;                  /* NULL if marked */
  gchar *user;
  gchar *password;
  gboolean marked;
  gboolean exit_with_stdin;
  GstEdgeMarkedFormat format;
  GstEdgeMarkedFormat second_format;    /* width 0: none */
} GstEdgeOptions;

gboolean gst_edge_options_parse (GstEdgeOptions * options, gint * argc,
    gchar *** argv, GError ** error);
void gst_edge_options_clear (GstEdgeOptions * options);

G_END_DECLS
