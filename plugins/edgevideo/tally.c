/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sums the statistics of elements. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "tally.h"

void
gst_edge_tally_init (GstEdgeTally *self)
{
  memset (self, 0, sizeof (*self));
  self->dropped = gst_structure_new_empty ("dropped");
}

void
gst_edge_tally_clear (GstEdgeTally *self)
{
  g_clear_pointer (&self->dropped, gst_structure_free);
  g_clear_pointer (&self->pool, gst_structure_free);
}

static guint64
get (const GstStructure *stats, const gchar *name)
{
  guint64 value = 0;

  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

static void
add_drop (GstEdgeTally *self, const gchar *name, guint64 count)
{
  if (count > 0)
    gst_structure_set (self->dropped, name, G_TYPE_UINT64, get (self->dropped, name) + count, NULL);
}

static void
add_way_drop (GstEdgeTally *self, const gchar *way, const gchar *reason, guint64 count)
{
  gchar *name = g_strdup_printf ("%s-%s", way, reason);

  add_drop (self, name, count);
  g_free (name);
}

void
gst_edge_tally_add_stamp (GstEdgeTally *self, const GstStructure *stats)
{
  if (stats != NULL)
    self->frames += get (stats, "in");
}

/* "dropped-REASON" of any sink, without knowing the reasons. */
static void
add_reasons (GstEdgeTally *self, const gchar *way, const GstStructure *stats)
{
  gint i;

  for (i = 0; i < gst_structure_n_fields (stats); i++) {
    const gchar *name = gst_structure_nth_field_name (stats, (guint) i);

    if (g_str_has_prefix (name, "dropped-"))
      add_way_drop (self, way, name + strlen ("dropped-"), get (stats, name));
  }
}

void
gst_edge_tally_add_sink (GstEdgeTally *self, const gchar *way, guint64 *delivered, const GstStructure *stats)
{
  if (stats == NULL)
    return;
  *delivered += get (stats, "delivered");
  add_reasons (self, way, stats);
  add_way_drop (self, way, "unconfirmed", get (stats, "unconfirmed"));
  add_way_drop (self, way, "rejected", get (stats, "rejected"));
  add_way_drop (self, way, "not-passed-on", get (stats, "not-pushed"));
}

/* The newest numbers; what only counts up cannot have become less. */
static void
set_pool (GstEdgeTally *self, const GstStructure *pool)
{
  static const gchar *const largest[] = { "processed", "dropped" };
  GstStructure *copy = gst_structure_copy (pool);
  guint i;

  for (i = 0; self->pool != NULL && i < G_N_ELEMENTS (largest); i++)
    gst_structure_set (copy, largest[i], G_TYPE_UINT64, MAX (get (copy, largest[i]), get (self->pool, largest[i])),
        NULL);
  g_clear_pointer (&self->pool, gst_structure_free);
  self->pool = copy;
}

void
gst_edge_tally_add_workers (GstEdgeTally *self, const GstStructure *stats)
{
  const GValue *pool;

  if (stats == NULL)
    return;
  add_reasons (self, "pool", stats);
  add_way_drop (self, "pool", "cancelled", get (stats, "cancelled"));
  add_way_drop (self, "pool", "errors", get (stats, "errors"));

  pool = gst_structure_get_value (stats, "pool");
  if (pool != NULL && GST_VALUE_HOLDS_STRUCTURE (pool))
    set_pool (self, gst_value_get_structure (pool));
}

static gboolean
add_field (GQuark id, const GValue *value, gpointer user_data)
{
  add_drop (user_data, g_quark_to_string (id), g_value_get_uint64 (value));
  return TRUE;
}

void
gst_edge_tally_add (GstEdgeTally *self, const GstEdgeTally *other)
{
  self->frames += other->frames;
  self->published += other->published;
  self->stored += other->stored;
  self->announced += other->announced;
  gst_structure_foreach (other->dropped, add_field, self);
  if (other->pool != NULL)
    set_pool (self, other->pool);
}

static gboolean
sum_field (GQuark id, const GValue *value, gpointer user_data)
{
  *(guint64 *) user_data += g_value_get_uint64 (value);
  return TRUE;
}

guint64
gst_edge_tally_get_dropped (const GstEdgeTally *self)
{
  guint64 sum = 0;

  gst_structure_foreach (self->dropped, sum_field, &sum);
  return sum;
}
