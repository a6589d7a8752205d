/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * List of elements -> elements, list of elements -> text. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "graph.h"
#include "video-config.h"

typedef struct
{
  gchar *name;
  gchar *value;
  gboolean secret;
} Property;

struct _GstEdgeGraphNode
{
  gchar *factory;
  gchar *name;
  GArray *properties;           /* of Property */
};

typedef struct
{
  gchar *from;                  /* nullable */
  GPtrArray *nodes;
} Chain;

struct _GstEdgeGraph
{
  GPtrArray *chains;
};

static void
property_clear (gpointer data)
{
  Property *property = data;

  g_free (property->name);
  gst_edge_free_secret (property->value);
}

static void
node_free (gpointer data)
{
  GstEdgeGraphNode *node = data;

  g_free (node->factory);
  g_free (node->name);
  g_array_unref (node->properties);
  g_free (node);
}

static void
chain_free (gpointer data)
{
  Chain *chain = data;

  g_free (chain->from);
  g_ptr_array_unref (chain->nodes);
  g_free (chain);
}

GstEdgeGraph *
gst_edge_graph_new (void)
{
  GstEdgeGraph *self = g_new (GstEdgeGraph, 1);

  self->chains = g_ptr_array_new_with_free_func (chain_free);
  return self;
}

void
gst_edge_graph_free (GstEdgeGraph *self)
{
  g_ptr_array_unref (self->chains);
  g_free (self);
}

void
gst_edge_graph_begin_chain (GstEdgeGraph *self, const gchar *from)
{
  Chain *chain = g_new (Chain, 1);

  chain->from = g_strdup (from);
  chain->nodes = g_ptr_array_new_with_free_func (node_free);
  g_ptr_array_add (self->chains, chain);
}

GstEdgeGraphNode *
gst_edge_graph_add (GstEdgeGraph *self, const gchar *factory, const gchar *name)
{
  Chain *chain = g_ptr_array_index (self->chains, self->chains->len - 1);
  GstEdgeGraphNode *node = g_new (GstEdgeGraphNode, 1);

  node->factory = g_strdup (factory);
  node->name = g_strdup (name);
  node->properties = g_array_new (FALSE, FALSE, sizeof (Property));
  g_array_set_clear_func (node->properties, property_clear);
  g_ptr_array_add (chain->nodes, node);
  return node;
}

static void
add_property (GstEdgeGraphNode *node, const gchar *name, const gchar *value, gboolean secret)
{
  Property property = { g_strdup (name), g_strdup (value), secret };

  g_array_append_val (node->properties, property);
}

void
gst_edge_graph_set (GstEdgeGraphNode *node, const gchar *property, const gchar *value)
{
  add_property (node, property, value, FALSE);
}

void
gst_edge_graph_set_uint (GstEdgeGraphNode *node, const gchar *property, guint64 value)
{
  gchar text[24];

  g_snprintf (text, sizeof (text), "%" G_GUINT64_FORMAT, value);
  add_property (node, property, text, FALSE);
}

void
gst_edge_graph_set_secret (GstEdgeGraphNode *node, const gchar *property, const gchar *value)
{
  add_property (node, property, value, TRUE);
}

/* ---- building ---- */

/* gst_util_set_object_arg() would take a text apart as a value of its type; a text is a text. */
static void
set_property (GstElement *element, const Property *property)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), property->name);

  if (G_PARAM_SPEC_VALUE_TYPE (pspec) == G_TYPE_STRING)
    g_object_set (element, property->name, property->value, NULL);
  else
    gst_util_set_object_arg (G_OBJECT (element), property->name, property->value);
}

static GstElement *
make_element (const GstEdgeGraphNode *node, GError **error)
{
  GstElement *element = gst_element_factory_make (node->factory, node->name);
  guint i;

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "the element %s is missing; install the plugin that has it", node->factory);
    return NULL;
  }
  for (i = 0; i < node->properties->len; i++) {
    const Property *property = &g_array_index (node->properties, Property, i);

    if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property->name) == NULL) {
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          "the element %s has no property %s; install plugins of one version", node->factory, property->name);
      gst_object_unref (gst_object_ref_sink (element));
      return NULL;
    }
    set_property (element, property);
  }
  return element;
}

static gboolean
link_elements (GstElement *before, GstElement *after, GError **error)
{
  if (gst_element_link (before, after))
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "%s cannot be linked to %s",
      GST_OBJECT_NAME (before), GST_OBJECT_NAME (after));
  return FALSE;
}

static gboolean
build_chain (const Chain *chain, GstBin *bin, GError **error)
{
  GstElement *before = chain->from != NULL ? gst_bin_get_by_name (bin, chain->from) : NULL;
  gboolean ok = TRUE;
  guint i;

  for (i = 0; ok && i < chain->nodes->len; i++) {
    GstElement *element = make_element (g_ptr_array_index (chain->nodes, i), error);

    ok = element != NULL && gst_bin_add (bin, gst_object_ref (element))
        && (before == NULL || link_elements (before, element, error));
    gst_clear_object (&before);
    before = element;
  }
  gst_clear_object (&before);
  return ok;
}

gboolean
gst_edge_graph_build (const GstEdgeGraph *self, GstBin *bin, GError **error)
{
  guint i;

  for (i = 0; i < self->chains->len; i++) {
    if (!build_chain (g_ptr_array_index (self->chains, i), bin, error))
      return FALSE;
  }
  return TRUE;
}

static void
update_node (const GstEdgeGraphNode *node, const GstEdgeGraphNode *before, GstBin *bin)
{
  GstElement *element = gst_bin_get_by_name (bin, node->name);
  guint i;

  for (i = 0; element != NULL && i < MIN (node->properties->len, before->properties->len); i++) {
    const Property *property = &g_array_index (node->properties, Property, i);
    const Property *old = &g_array_index (before->properties, Property, i);
    GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), property->name);

    if (!g_str_equal (property->value, old->value) && (pspec->flags & GST_PARAM_MUTABLE_PLAYING) != 0)
      set_property (element, property);
  }
  gst_clear_object (&element);
}

void
gst_edge_graph_update (const GstEdgeGraph *self, const GstEdgeGraph *before, GstBin *bin)
{
  guint i, j;

  for (i = 0; i < MIN (self->chains->len, before->chains->len); i++) {
    const Chain *chain = g_ptr_array_index (self->chains, i), *old = g_ptr_array_index (before->chains, i);

    for (j = 0; j < MIN (chain->nodes->len, old->nodes->len); j++)
      update_node (g_ptr_array_index (chain->nodes, j), g_ptr_array_index (old->nodes, j), bin);
  }
}

/* ---- describing ---- */

/* Quotes what gst-launch-1.0 or a shell would take apart. */
static void
append_value (GString *text, const gchar *value)
{
  gboolean plain = value[0] != '\0' && strspn (value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
      "0123456789_-.:/@%+") == strlen (value);
  const gchar *p;

  if (plain) {
    g_string_append (text, value);
    return;
  }
  g_string_append_c (text, '"');
  for (p = value; *p != '\0'; p++) {
    if (strchr ("\"\\$`", *p) != NULL)
      g_string_append_c (text, '\\');
    g_string_append_c (text, *p);
  }
  g_string_append_c (text, '"');
}

/* (transfer full) */
static gchar *
ask_element (GstElement *element, const gchar *property)
{
  GParamSpec *pspec = NULL;
  gchar *value = NULL;

  if (element != NULL)
    pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), property);
  if (pspec != NULL && (pspec->flags & G_PARAM_READABLE) != 0 && G_PARAM_SPEC_VALUE_TYPE (pspec) == G_TYPE_STRING)
    g_object_get (element, property, &value, NULL);
  return value != NULL ? value : g_strdup ("***");
}

static void
describe_node (GString *text, const GstEdgeGraphNode *node, GstBin *bin)
{
  GstElement *element = gst_bin_get_by_name (bin, node->name);
  guint i;

  g_string_append_printf (text, "%s name=%s", node->factory, node->name);
  for (i = 0; i < node->properties->len; i++) {
    const Property *property = &g_array_index (node->properties, Property, i);

    g_string_append_printf (text, " %s=", property->name);
    if (property->secret) {
      gchar *shown = ask_element (element, property->name);

      append_value (text, shown);
      g_free (shown);
    } else {
      append_value (text, property->value);
    }
  }
  gst_clear_object (&element);
}

gchar *
gst_edge_graph_to_text (const GstEdgeGraph *self, GstBin *bin)
{
  GString *text = g_string_new (NULL);
  guint i, j;

  for (i = 0; i < self->chains->len; i++) {
    const Chain *chain = g_ptr_array_index (self->chains, i);

    if (chain->from != NULL)
      g_string_append_printf (text, " %s. ! ", chain->from);
    for (j = 0; j < chain->nodes->len; j++) {
      g_string_append (text, j > 0 ? " ! " : "");
      describe_node (text, g_ptr_array_index (chain->nodes, j), bin);
    }
  }
  return g_string_free (text, FALSE);
}
