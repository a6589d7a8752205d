/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The report of a deployment. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "report.h"

struct _GstEdgeReport
{
  GstStructure *structure;
  guint64 capacity;
  GValue cameras;
  GValue errors;
  GstEdgeTally totals;
  gdouble fps;
};

GstEdgeReport *
gst_edge_report_new (const gchar *config_file, gdouble uptime, guint64 capacity)
{
  GstEdgeReport *self = g_new0 (GstEdgeReport, 1);

  self->structure = gst_structure_new ("edge-video-report", "config", G_TYPE_STRING, config_file,
      "uptime", G_TYPE_DOUBLE, uptime, NULL);
  self->capacity = capacity;
  g_value_init (&self->cameras, GST_TYPE_ARRAY);
  g_value_init (&self->errors, GST_TYPE_ARRAY);
  gst_edge_tally_init (&self->totals);
  return self;
}

static void
append_structure (GValue *array, GstStructure *structure)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, structure);
  gst_value_array_append_and_take_value (array, &value);
}

static void
append_error (GValue *array, const gchar *id, const gchar *error)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_take_string (&value, g_strdup_printf ("%s: %s", id, error));
  gst_value_array_append_and_take_value (array, &value);
}

static void
set_counts (GstStructure *structure, const GstEdgeTally *tally, gdouble fps)
{
  gst_structure_set (structure,
      "frames", G_TYPE_UINT64, tally->frames,
      "fps", G_TYPE_DOUBLE, fps,
      "published", G_TYPE_UINT64, tally->published,
      "stored", G_TYPE_UINT64, tally->stored,
      "announced", G_TYPE_UINT64, tally->announced, "dropped", GST_TYPE_STRUCTURE, tally->dropped, NULL);
}

void
gst_edge_report_add_camera (GstEdgeReport *self, const GstEdgeReportCamera *camera, const GstEdgeTally *tally)
{
  GstStructure *s = gst_structure_new ("camera", "id", G_TYPE_STRING, camera->id, "state", G_TYPE_STRING,
      camera->state, NULL);
  gdouble fps = camera->framing > 0 ? (gdouble) tally->frames / camera->framing : 0;

  set_counts (s, tally, fps);
  gst_structure_set (s, "starts", G_TYPE_UINT, camera->starts, "uptime", G_TYPE_DOUBLE, camera->uptime, NULL);
  if (camera->last_error != NULL) {
    gst_structure_set (s, "last-error", G_TYPE_STRING, camera->last_error, NULL);
    append_error (&self->errors, camera->id, camera->last_error);
  }
  append_structure (&self->cameras, s);
  gst_edge_tally_add (&self->totals, tally);
  self->fps += fps;
}

static guint64
get_number (const GstStructure *s, const gchar *name)
{
  guint64 value = 0;
  guint small;

  if (gst_structure_get_uint (s, name, &small))
    return small;
  gst_structure_get_uint64 (s, name, &value);
  return value;
}

/* The pool's own capacity shrinks while cameras leave at the end. */
static GstStructure *
make_pool (const GstStructure *stats, guint64 capacity)
{
  static const gchar *const names[] = { "workers", "processed", "dropped" };
  GstStructure *pool = gst_structure_new_empty ("pool");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    gst_structure_set (pool, names[i], G_TYPE_UINT64, stats != NULL ? get_number (stats, names[i]) : 0, NULL);
  gst_structure_set (pool, "capacity", G_TYPE_UINT64, capacity, NULL);
  return pool;
}

GstStructure *
gst_edge_report_finish (GstEdgeReport *self)
{
  GstStructure *structure = self->structure, *totals = gst_structure_new_empty ("totals");
  GstStructure *pool = make_pool (self->totals.pool, self->capacity);

  set_counts (totals, &self->totals, self->fps);
  gst_structure_take_value (structure, "cameras", &self->cameras);
  gst_structure_set (structure, "totals", GST_TYPE_STRUCTURE, totals, "pool", GST_TYPE_STRUCTURE, pool, NULL);
  gst_structure_take_value (structure, "errors", &self->errors);
  gst_structure_free (totals);
  gst_structure_free (pool);
  gst_edge_tally_clear (&self->totals);
  g_free (self);
  return structure;
}

/* ---- for people ---- */

static gboolean
append_drop (GQuark id, const GValue *value, gpointer user_data)
{
  g_string_append_printf (user_data, ", %s %" G_GUINT64_FORMAT, g_quark_to_string (id),
      g_value_get_uint64 (value));
  return TRUE;
}

static void
append_counts (GString *text, const gchar *name, const GstStructure *s)
{
  gdouble fps = 0;
  GstStructure *dropped = NULL;

  gst_structure_get (s, "fps", G_TYPE_DOUBLE, &fps, "dropped", GST_TYPE_STRUCTURE, &dropped, NULL);
  g_string_append_printf (text, "\n%s: %" G_GUINT64_FORMAT " frames, %.1f fps, published %" G_GUINT64_FORMAT
      ", stored %" G_GUINT64_FORMAT ", announced %" G_GUINT64_FORMAT, name, get_number (s, "frames"), fps,
      get_number (s, "published"), get_number (s, "stored"), get_number (s, "announced"));
  g_string_append (text, gst_structure_n_fields (dropped) > 0 ? "; dropped" : "; nothing dropped");
  if (gst_structure_n_fields (dropped) > 0) {
    gsize start = text->len;

    gst_structure_foreach (dropped, append_drop, text);
    g_string_erase (text, (gssize) start, 1);   /* the first comma */
  }
  gst_structure_free (dropped);
}

static void
append_camera (GString *text, const GstStructure *camera)
{
  const gchar *error = gst_structure_get_string (camera, "last-error");
  gdouble uptime = 0;

  append_counts (text, gst_structure_get_string (camera, "id"), camera);
  gst_structure_get_double (camera, "uptime", &uptime);
  g_string_append_printf (text, "; up %.1f s, started %u times", uptime, (guint) get_number (camera, "starts"));
  if (error != NULL)
    g_string_append_printf (text, "; last error: %s", error);
}

gchar *
gst_edge_report_to_text (const GstStructure *report)
{
  const GValue *cameras = gst_structure_get_value (report, "cameras");
  const GstStructure *totals = gst_value_get_structure (gst_structure_get_value (report, "totals"));
  GString *text = g_string_new (NULL);
  gdouble uptime = 0;
  guint i;

  gst_structure_get_double (report, "uptime", &uptime);
  g_string_append_printf (text, "%s: %u cameras, %.1f s", gst_structure_get_string (report, "config"),
      gst_value_array_get_size (cameras), uptime);
  for (i = 0; i < gst_value_array_get_size (cameras); i++)
    append_camera (text, gst_value_get_structure (gst_value_array_get_value (cameras, i)));
  append_counts (text, "total", totals);
  return g_string_free (text, FALSE);
}
