/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text -> field. Sentences quote a value only where it cannot be a secret. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "config-value.h"
#include "frame/camera-id.h"

#define LONGEST_QUOTE 64

G_DEFINE_QUARK (gst-edge-config-error-quark, gst_edge_config_error);

void
gst_edge_config_text_clear (GstEdgeConfigText *self)
{
  gst_edge_free_secret (self->text);
  self->text = NULL;
}

/* ---- ${NAME} ---- */

static gsize
length_of_name (const gchar *text)
{
  gsize n = 0;

  while (g_ascii_isalnum (text[n]) || text[n] == '_')
    n++;
  return n > 0 && !g_ascii_isdigit (text[0]) ? n : 0;
}

static const gchar *
expand_variable (const gchar *start, GString *out, gchar **problem)
{
  gsize n = length_of_name (start + 2);
  const gchar *value;
  gchar *name;

  if (n == 0 || start[2 + n] != '}') {
    *problem = g_strdup ("\"${\" must be followed by the name of an environment variable and \"}\"; "
        "write $${ for the characters themselves");
    return NULL;
  }
  name = g_strndup (start + 2, n);
  value = g_getenv (name);
  if (value == NULL)
    *problem = g_strdup_printf ("the environment variable %s is not defined; set it, or write $${%s} for the "
        "text itself", name, name);
  else if (!g_utf8_validate (value, -1, NULL))
    *problem = g_strdup_printf ("the environment variable %s is not UTF-8", name);
  else
    g_string_append (out, value);
  g_free (name);
  return *problem == NULL ? start + 2 + n + 1 : NULL;
}

gboolean
gst_edge_config_text_expand (GstEdgeConfigText *self, gchar **problem)
{
  const gchar *p = self->text;
  GString *out;

  if (strstr (p, "${") == NULL)
    return TRUE;
  out = g_string_new (NULL);
  while (p != NULL && *p != '\0') {
    if (g_str_has_prefix (p, "$${")) {
      g_string_append (out, "${");
      p += 3;
    } else if (g_str_has_prefix (p, "${")) {
      p = expand_variable (p, out, problem);
      /* in { } it cannot be written without quotes */
      self->hidden = TRUE;
      self->quoted = FALSE;
    } else {
      g_string_append_c (out, *p++);
    }
  }
  gst_edge_free_secret (self->text);
  self->text = g_string_free (out, FALSE);
  return p != NULL;
}

/* ---- types ---- */

/* A URL under another key than its own may have a password in it. */
static gboolean
may_be_shown (const GstEdgeConfigKey *key, const GstEdgeConfigText *value)
{
  const gchar *p;

  if (key->secret || value->hidden || strlen (value->text) > LONGEST_QUOTE
      || strstr (value->text, "://") != NULL || strchr (value->text, '@') != NULL)
    return FALSE;
  for (p = value->text; *p != '\0'; p = g_utf8_next_char (p)) {
    if (!g_unichar_isprint (g_utf8_get_char (p)) || *p == '"')
      return FALSE;
  }
  return TRUE;
}

static gboolean
refuse (const GstEdgeConfigKey *key, const GstEdgeConfigText *value, gchar **problem)
{
  const gchar *hint = "";

  if (value->quoted && key->type <= GST_EDGE_VALUE_RATE)
    hint = " without quotes";
  if (may_be_shown (key, value))
    *problem = g_strdup_printf ("\"%s\" is not allowed; write %s%s", value->text, key->allowed, hint);
  else
    *problem = g_strdup_printf ("this value is not allowed; write %s%s", key->allowed, hint);
  return FALSE;
}

static gboolean
is_null (const GstEdgeConfigText *value)
{
  static const gchar *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };

  return !value->quoted && !value->hidden && g_strv_contains (nulls, value->text);
}

static gboolean
to_flag (const GstEdgeConfigText *value, gboolean *field)
{
  *field = g_str_equal (value->text, "true");
  return !value->quoted && (*field || g_str_equal (value->text, "false"));
}

static gboolean
to_number (const GstEdgeConfigKey *key, const GstEdgeConfigText *value, guint *field)
{
  guint64 number;

  if (value->quoted || !g_ascii_string_to_unsigned (value->text, 10, key->min, key->max, &number, NULL))
    return FALSE;
  *field = (guint) number;
  return TRUE;
}

static gboolean
to_rate (const GstEdgeConfigText *value, GstEdgeRate *field)
{
  gsize length = strlen (value->text);
  gdouble number;

  if (value->quoted || length == 0 || length > 12 || strspn (value->text, "0123456789.") != length
      || value->text[0] == '.')
    return FALSE;
  number = g_ascii_strtod (value->text, NULL);
  if (number > GST_EDGE_CONFIG_MAX_RATE || (number < 0.001 && number != 0))
    return FALSE;
  gst_util_double_to_fraction (number, &field->n, &field->d);
  return strchr (value->text, '.') == strrchr (value->text, '.');
}

static gboolean
to_size (const GstEdgeConfigText *value, guint *field)
{
  const gchar *x = strchr (value->text, 'x');
  guint64 width, height;
  gchar *first;
  gboolean ok;

  if (x == NULL)
    return FALSE;
  first = g_strndup (value->text, (gsize) (x - value->text));
  ok = g_ascii_string_to_unsigned (first, 10, GST_EDGE_CONFIG_MIN_SIZE, GST_EDGE_CONFIG_MAX_SIZE, &width, NULL)
      && g_ascii_string_to_unsigned (x + 1, 10, GST_EDGE_CONFIG_MIN_SIZE, GST_EDGE_CONFIG_MAX_SIZE, &height,
      NULL);
  g_free (first);
  if (ok) {
    field[0] = (guint) width;
    field[1] = (guint) height;
  }
  return ok;
}

static gboolean
to_text (const GstEdgeConfigKey *key, const GstEdgeConfigText *value, gchar **field)
{
  gsize length = strlen (value->text);
  gsize i;

  if (length < key->min || length > key->max)
    return FALSE;
  for (i = 0; i < length; i++) {
    if (g_ascii_iscntrl (value->text[i]))
      return FALSE;
  }
  gst_edge_free_secret (*field);
  *field = g_strdup (value->text);
  return TRUE;
}

static gboolean
to_choice (const GstEdgeConfigKey *key, const GstEdgeConfigText *value, guint *field)
{
  for (*field = 0; key->choices[*field] != NULL; (*field)++) {
    if (g_str_equal (key->choices[*field], value->text))
      return TRUE;
  }
  return FALSE;
}

static gboolean
set_field (const GstEdgeConfigKey *key, gpointer field, const GstEdgeConfigText *value)
{
  switch (key->type) {
    case GST_EDGE_VALUE_FLAG:
      return to_flag (value, field);
    case GST_EDGE_VALUE_NUMBER:
      return to_number (key, value, field);
    case GST_EDGE_VALUE_RATE:
      return to_rate (value, field);
    case GST_EDGE_VALUE_SIZE:
      return to_size (value, field);
    case GST_EDGE_VALUE_ID:
      return gst_edge_camera_id_is_valid (value->text) && to_text (key, value, field);
    case GST_EDGE_VALUE_CHOICE:
      return to_choice (key, value, field);
    default:
      return to_text (key, value, field);
  }
}

gboolean
gst_edge_config_key_set (const GstEdgeConfigKey *key, gpointer base, const GstEdgeConfigText *value,
    gchar **problem)
{
  if (is_null (value)) {
    *problem = g_strdup_printf ("there is no value; write %s", key->allowed);
    return FALSE;
  }
  if (!set_field (key, (guint8 *) base + key->offset, value))
    return refuse (key, value, problem);
  return TRUE;
}

gboolean
gst_edge_config_key_is_same (const GstEdgeConfigKey *a, const GstEdgeConfigKey *b)
{
  return a->offset == b->offset;
}

const gchar *
gst_edge_frame_settings_check (const GstEdgeFrameSettings *frames)
{
  if (frames->frame_quality != 0 && frames->jpeg_quality != 0)
    return "the quality is given twice; keep either frame_quality (2 to 31, as ffmpeg -q:v) or jpeg_quality "
        "(1 to 100)";
  return NULL;
}
