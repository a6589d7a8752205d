/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A piece of a pipeline as a list of elements with properties. What is built and what is described come from the same
 * list, so that they cannot differ. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstEdgeGraph GstEdgeGraph;
typedef struct _GstEdgeGraphNode GstEdgeGraphNode;

GstEdgeGraph *gst_edge_graph_new (void);
void gst_edge_graph_free (GstEdgeGraph * self);

/* Begins a chain of elements that is linked behind the element called @from, or behind nothing when that is NULL. */
void gst_edge_graph_begin_chain (GstEdgeGraph * self, const gchar * from);

/* Adds an element to the chain. */
GstEdgeGraphNode *gst_edge_graph_add (GstEdgeGraph * self, const gchar * factory, const gchar * name);

/* @value as gst-launch-1.0 takes it. */
void gst_edge_graph_set (GstEdgeGraphNode * node, const gchar * property, const gchar * value);
void gst_edge_graph_set_uint (GstEdgeGraphNode * node, const gchar * property, guint64 value);

/* A value that is never shown: the text has what the element itself says when it is asked, or ***. */
void gst_edge_graph_set_secret (GstEdgeGraphNode * node, const gchar * property, const gchar * value);

/* Makes all elements in @bin and links them. On failure some may already be there. */
gboolean gst_edge_graph_build (const GstEdgeGraph * self, GstBin * bin, GError ** error);

/* Sets the properties of the elements in @bin that differ from those of @before, which has the same elements, as far as
 * they may change while these play. */
void gst_edge_graph_update (const GstEdgeGraph * self, const GstEdgeGraph * before, GstBin * bin);

/* (transfer full): as a line for gst-launch-1.0. @bin: where it was built */
gchar *gst_edge_graph_to_text (const GstEdgeGraph * self, GstBin * bin);

G_END_DECLS
