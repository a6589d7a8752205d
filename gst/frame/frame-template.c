/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Compiles a text with fields once, formats it for every frame. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "frame/frame-template.h"

typedef enum
{
  FIELD_LITERAL,
  FIELD_CAMERA_ID,
  FIELD_CAPTURE_TIME,
  FIELD_SEQUENCE,
  FIELD_WIDTH,
  FIELD_HEIGHT,
  FIELD_ENCODING,
} Field;

typedef struct
{
  Field field;
  gchar *literal;               /* FIELD_LITERAL only */
} Part;

struct _GstEdgeFrameTemplate
{
  GArray *parts;                /* of Part */
};

static const struct
{
  const gchar *name;
  Field field;
} fields[] = {
  {"camera-id", FIELD_CAMERA_ID},
  {"capture-time", FIELD_CAPTURE_TIME},
  {"sequence", FIELD_SEQUENCE},
  {"width", FIELD_WIDTH},
  {"height", FIELD_HEIGHT},
  {"encoding", FIELD_ENCODING},
};

static void
part_clear (gpointer data)
{
  g_free (((Part *) data)->literal);
}

static void
add_part (GstEdgeFrameTemplate *self, Field field, gchar *literal)
{
  Part part = { field, literal };

  g_array_append_val (self->parts, part);
}

static void
end_literal (GstEdgeFrameTemplate *self, GString *literal)
{
  if (literal->len > 0)
    add_part (self, FIELD_LITERAL, g_strdup (literal->str));
  g_string_truncate (literal, 0);
}

/* Constants become part of the literal around them, fields become parts. */
static gboolean
add_field (GstEdgeFrameTemplate *self, GString *literal, const gchar *name, const gchar *tenant,
    const gchar *prefix)
{
  guint i;

  if (g_str_equal (name, "tenant") && tenant != NULL) {
    g_string_append (literal, tenant);
    return TRUE;
  }
  if (g_str_equal (name, "prefix") && prefix != NULL) {
    g_string_append (literal, prefix);
    return TRUE;
  }
  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    if (g_str_equal (name, fields[i].name)) {
      end_literal (self, literal);
      add_part (self, fields[i].field, NULL);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
compile (GstEdgeFrameTemplate *self, GString *literal, const gchar *text, const gchar *tenant,
    const gchar *prefix, GError **error)
{
  const gchar *p = text;

  while (*p != '\0') {
    const gchar *end;
    gchar *name;
    gboolean known;

    if ((p[0] == '{' && p[1] == '{') || (p[0] == '}' && p[1] == '}')) {
      g_string_append_c (literal, *p);
      p += 2;
      continue;
    }
    if (*p != '{' && *p != '}') {
      g_string_append_c (literal, *p++);
      continue;
    }

    end = *p == '{' ? strpbrk (p + 1, "{}") : NULL;
    if (end == NULL || *end != '}') {
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "unbalanced brace at character %d of \"%s\"; write {{ or }} for a literal brace",
          (gint) (p - text) + 1, text);
      return FALSE;
    }
    name = g_strndup (p + 1, (gsize) (end - p - 1));
    known = add_field (self, literal, name, tenant, prefix);
    if (!known)
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "unknown field {%s} in \"%s\"; the fields are {camera-id}, {capture-time}, {sequence}, "
          "{width}, {height}, {encoding}%s%s", name, text, tenant != NULL ? ", {tenant}" : "",
          prefix != NULL ? ", {prefix}" : "");
    g_free (name);
    if (!known)
      return FALSE;
    p = end + 1;
  }
  end_literal (self, literal);
  return TRUE;
}

GstEdgeFrameTemplate *
gst_edge_frame_template_new (const gchar *text, const gchar *tenant, const gchar *prefix,
    GError **error)
{
  GstEdgeFrameTemplate *self = g_new0 (GstEdgeFrameTemplate, 1);
  GString *literal = g_string_new (NULL);

  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (self->parts, part_clear);
  if (!compile (self, literal, text, tenant, prefix, error))
    g_clear_pointer (&self, gst_edge_frame_template_free);
  g_string_free (literal, TRUE);
  return self;
}

void
gst_edge_frame_template_free (GstEdgeFrameTemplate *self)
{
  g_array_unref (self->parts);
  g_free (self);
}

gchar *
gst_edge_frame_template_format (const GstEdgeFrameTemplate *self,
    const GstEdgeFrameIdentity *identity)
{
  GString *text = g_string_sized_new (96);
  guint i;

  for (i = 0; i < self->parts->len; i++) {
    const Part *part = &g_array_index (self->parts, Part, i);

    switch (part->field) {
      case FIELD_LITERAL:
        g_string_append (text, part->literal);
        break;
      case FIELD_CAMERA_ID:
        g_string_append (text, identity->camera_id);
        break;
      case FIELD_CAPTURE_TIME:
        g_string_append_printf (text, "%" G_GINT64_FORMAT, identity->capture_time);
        break;
      case FIELD_SEQUENCE:
        g_string_append_printf (text, "%05u", identity->sequence);
        break;
      case FIELD_WIDTH:
        g_string_append_printf (text, "%u", identity->width);
        break;
      case FIELD_HEIGHT:
        g_string_append_printf (text, "%u", identity->height);
        break;
      case FIELD_ENCODING:
        g_string_append (text, identity->encoding != NULL ? identity->encoding : "unknown");
        break;
    }
  }
  return g_string_free (text, FALSE);
}
