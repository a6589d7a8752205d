/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All that is wrong with a config file, in the order of its lines. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstEdgeConfigProblems GstEdgeConfigProblems;

GstEdgeConfigProblems *gst_edge_config_problems_new (const gchar * file);
void gst_edge_config_problems_free (GstEdgeConfigProblems * self);

/* @line, @column: from 0. @path: of the key, "" for the whole file. @sentence: (transfer full) */
void gst_edge_config_problems_add (GstEdgeConfigProblems * self, gsize line, gsize column, const gchar * path,
    gchar * sentence);

guint gst_edge_config_problems_get_count (const GstEdgeConfigProblems * self);

/* Sets @error and returns FALSE when there are any. */
gboolean gst_edge_config_problems_check (GstEdgeConfigProblems * self, GError ** error);

G_END_DECLS
