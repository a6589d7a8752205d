/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the clips of marked cameras. */

#pragma once

#include "clip.h"

G_BEGIN_DECLS

typedef struct
{
  gint width;
  gint height;
  gint fps_n;
  gint fps_d;
  guint gop;                    /* frames from one keyframe to the next */
  guint frames;                 /* length of the loop */
  gboolean no_aud;              /* no access unit delimiters: SPS first, as most cameras send it */
} GstEdgeMarkedFormat;

GPtrArray *gst_edge_marked_clips_new (const GstEdgeMarkedFormat * format,
    guint n_cameras, GError ** error);

G_END_DECLS
