/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tells when a file may have changed. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstEdgeWatch GstEdgeWatch;

/**
 * gst_edge_watch_new:
 * @file: path
 * @context: where @changed is called
 * @changed: called 200 ms after something has happened to @file or on the way to it, and after the beginning
 * @error: the folder of the file cannot be watched
 *
 * It is folders that are watched, each for one name: editors write another file and rename it, mounted config maps swap
 * a link, deployments swap the link of a folder or put another folder in its place. So each part of the path is watched
 * where it stands, and links are followed. Whoever is told looks whether the content is another one.
 */
GstEdgeWatch *gst_edge_watch_new (const gchar * file, GMainContext * context, GSourceFunc changed, gpointer user_data,
    GError ** error);

/* In @context's thread. */
void gst_edge_watch_free (GstEdgeWatch * self);

G_END_DECLS
