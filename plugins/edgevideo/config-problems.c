/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Collects mistakes, so that all of them can be corrected at once. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-problems.h"
#include "config-value.h"

#define MAX_TOLD 20

typedef struct
{
  gsize line;
  gsize column;
  gchar *text;
} Problem;

struct _GstEdgeConfigProblems
{
  gchar *file;
  GArray *list;                 /* of Problem */
};

static void
problem_clear (gpointer data)
{
  g_free (((Problem *) data)->text);
}

GstEdgeConfigProblems *
gst_edge_config_problems_new (const gchar *file)
{
  GstEdgeConfigProblems *self = g_new (GstEdgeConfigProblems, 1);

  self->file = g_strdup (file);
  self->list = g_array_new (FALSE, FALSE, sizeof (Problem));
  g_array_set_clear_func (self->list, problem_clear);
  return self;
}

void
gst_edge_config_problems_free (GstEdgeConfigProblems *self)
{
  g_free (self->file);
  g_array_unref (self->list);
  g_free (self);
}

void
gst_edge_config_problems_add (GstEdgeConfigProblems *self, gsize line, gsize column, const gchar *path,
    gchar *sentence)
{
  Problem problem = { line, column, NULL };

  problem.text = g_strdup_printf ("%s:%" G_GSIZE_FORMAT ":%" G_GSIZE_FORMAT ": %s%s%s", self->file, line + 1,
      column + 1, path, path[0] != '\0' ? ": " : "", sentence);
  g_free (sentence);
  g_array_append_val (self->list, problem);
}

guint
gst_edge_config_problems_get_count (const GstEdgeConfigProblems *self)
{
  return self->list->len;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Problem *x = a, *y = b;

  if (x->line != y->line)
    return x->line < y->line ? -1 : 1;
  return x->column < y->column ? -1 : x->column > y->column;
}

gboolean
gst_edge_config_problems_check (GstEdgeConfigProblems *self, GError **error)
{
  GString *text;
  guint i;

  if (self->list->len == 0)
    return TRUE;
  g_array_sort (self->list, compare);
  text = g_string_new (NULL);
  for (i = 0; i < self->list->len && i < MAX_TOLD; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", g_array_index (self->list, Problem, i).text);
  if (self->list->len > MAX_TOLD)
    g_string_append_printf (text, "\n… and %u more", self->list->len - MAX_TOLD);
  g_set_error_literal (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_CONTENT, text->str);
  g_string_free (text, TRUE);
  return FALSE;
}
