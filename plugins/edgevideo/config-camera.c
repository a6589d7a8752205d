/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One camera of the config: its keys, its URL, and the same from the structure that an application brings. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "config-value.h"
#include "frame/camera-id.h"
#include "net/camera-uri.h"

#define URL_RULE "a URL like rtsp://host:554/path"
#define RATE_RULE "a number of frames per second from 0 to 240 (0 = all that the camera sends)"
#define QUALITY_RULE "a number from 2 (best) to 31, the scale of ffmpeg -q:v"

#define FIELD(name) G_STRUCT_OFFSET (GstEdgeCameraConfig, name)

static const gchar *const protocols[] = { "tcp", "udp", "auto", NULL };
static const gchar *const decode_modes[] = { "auto", "all", "keyframes", NULL };

const GstEdgeConfigKey gst_edge_camera_keys[] = {
  {"id", GST_EDGE_VALUE_ID, FIELD (id), 1, 64, "an id of " GST_EDGE_CAMERA_ID_RULE},
  {"url", GST_EDGE_VALUE_TEXT, FIELD (url), 1, 2048, URL_RULE, TRUE},
  {"user", GST_EDGE_VALUE_TEXT, FIELD (user), 1, 255, "a user name"},
  {"password", GST_EDGE_VALUE_TEXT, FIELD (password), 0, 255, "a text of at most 255 bytes", TRUE},
  {"fps", GST_EDGE_VALUE_RATE, FIELD (frames.rate), 0, 0, RATE_RULE},
  {"target_fps", GST_EDGE_VALUE_RATE, FIELD (frames.rate), 0, 0, RATE_RULE},
  {"quality", GST_EDGE_VALUE_NUMBER, FIELD (frames.frame_quality), 2, 31, QUALITY_RULE},
  {"frame_quality", GST_EDGE_VALUE_NUMBER, FIELD (frames.frame_quality), 2, 31, QUALITY_RULE},
  {"jpeg_quality", GST_EDGE_VALUE_NUMBER, FIELD (frames.jpeg_quality), 1, 100, "a number from 1 to 100 (best)"},
  {"resolution", GST_EDGE_VALUE_SIZE, FIELD (frames.width), 0, 0,
      "a size from 16x16 to 8192x8192, like 1280x720"},
  {"frame_resolution", GST_EDGE_VALUE_SIZE, FIELD (frames.width), 0, 0,
      "a size from 16x16 to 8192x8192, like 1280x720"},
  {"protocol", GST_EDGE_VALUE_CHOICE, FIELD (protocol), 0, 0, "tcp, udp or auto", FALSE, protocols},
  {"latency_ms", GST_EDGE_VALUE_NUMBER, FIELD (latency_ms), 0, 60000, "a number of milliseconds from 0 to 60000"},
  {"decode", GST_EDGE_VALUE_CHOICE, FIELD (decode), 0, 0, "auto, all or keyframes", FALSE, decode_modes},
  {"stall_timeout_seconds", GST_EDGE_VALUE_NUMBER, FIELD (stall_timeout), 1, 3600,
      "a number of seconds from 1 to 3600"},
  {NULL}
};

/* Returns: (nullable): what is wrong */
static gchar *
check_url (const GstEdgeCameraConfig *camera)
{
  GstEdgeCameraUri parsed;
  GError *error = NULL;
  gchar *problem = NULL;

  if (strpbrk (camera->url, "\"\\<>") != NULL)
    return g_strdup ("a URL has no \", \\, < nor >; write " URL_RULE);
  if (!gst_edge_camera_uri_parse (camera->url, &parsed, &error)) {
    problem = g_strdup (error->message);
    g_error_free (error);
  } else if ((parsed.user != NULL || parsed.password != NULL) && (camera->user != NULL || camera->password != NULL)) {
    problem = g_strdup ("credentials are given twice; keep either those in the URL or the keys user and password");
  }
  gst_edge_camera_uri_clear (&parsed);
  return problem;
}

gboolean
gst_edge_camera_config_check (const GstEdgeCameraConfig *camera, const gchar **name, gchar **problem)
{
  *problem = NULL;
  *name = "id";
  if (camera->id == NULL)
    *problem = g_strdup ("missing; every camera needs an id of " GST_EDGE_CAMERA_ID_RULE);
  if (*problem == NULL) {
    *name = "url";
    *problem = camera->url == NULL ? g_strdup ("missing; every camera needs " URL_RULE) : check_url (camera);
  }
  if (*problem == NULL) {
    *name = "password";
    if (camera->password != NULL && camera->user == NULL)
      *problem = g_strdup ("there is a password but no user; give user too");
  }
  if (*problem == NULL) {
    *name = "jpeg_quality";
    *problem = g_strdup (gst_edge_frame_settings_check (&camera->frames));
  }
  return *problem == NULL;
}

/* ---- from an application ---- */

static const GstEdgeConfigKey *
find_key (const gchar *name)
{
  const GstEdgeConfigKey *key;

  for (key = gst_edge_camera_keys; key->name != NULL; key++) {
    const gchar *a = key->name, *b = name;

    /* fields may be written as properties are: jpeg-quality */
    while (*a != '\0' && (*a == *b || (*a == '_' && *b == '-'))) {
      a++;
      b++;
    }
    if (*a == *b)
      return key;
  }
  return NULL;
}

static gboolean
to_config_text (const GValue *value, GstEdgeConfigText *text)
{
  GValue string = G_VALUE_INIT;

  text->quoted = G_VALUE_HOLDS_STRING (value);
  text->hidden = FALSE;
  if (GST_VALUE_HOLDS_FRACTION (value) && gst_value_get_fraction_denominator (value) != 0) {
    gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

    text->text = g_strdup (g_ascii_formatd (buffer, sizeof (buffer), "%.6f",
            (gdouble) gst_value_get_fraction_numerator (value) / gst_value_get_fraction_denominator (value)));
    return TRUE;
  }
  g_value_init (&string, G_TYPE_STRING);
  if (G_VALUE_HOLDS_DOUBLE (value)) {
    gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

    text->text = g_strdup (g_ascii_formatd (buffer, sizeof (buffer), "%.6f", g_value_get_double (value)));
  } else {
    text->text = g_value_transform (value, &string) ? g_value_dup_string (&string) : NULL;
  }
  g_value_unset (&string);
  return text->text != NULL;
}

typedef struct
{
  GstEdgeCameraConfig *camera;
  const gchar *name;
  gchar *problem;
  const GstEdgeConfigKey *given[G_N_ELEMENTS (gst_edge_camera_keys)];
  guint n_given;
} Fields;

/* Two names of one field, or two ways to write one name. NULL, or the sentence. */
static gchar *
check_synonyms (Fields *fields, const GstEdgeConfigKey *key)
{
  guint i;

  for (i = 0; i < fields->n_given; i++) {
    if (gst_edge_config_key_is_same (fields->given[i], key))
      return g_strdup_printf ("%s is given already, as %s; keep one of them", key->name, fields->given[i]->name);
  }
  fields->given[fields->n_given++] = key;
  return NULL;
}

static gboolean
set_field (GQuark id, const GValue *value, gpointer user_data)
{
  Fields *fields = user_data;
  const GstEdgeConfigKey *key;
  GstEdgeConfigText text = { NULL, };

  fields->name = g_quark_to_string (id);
  key = find_key (fields->name);
  if (key == NULL)
    fields->problem = g_strdup ("unknown field; the fields are the keys of a camera in the config file");
  else if ((fields->problem = check_synonyms (fields, key)) != NULL)
    return FALSE;
  else if (!to_config_text (value, &text))
    fields->problem = g_strdup_printf ("this value is not allowed; write %s", key->allowed);
  else
    gst_edge_config_key_set (key, fields->camera, &text, &fields->problem);
  gst_edge_config_text_clear (&text);
  return fields->problem == NULL;
}

GstEdgeCameraConfig *
gst_edge_camera_config_from_structure (const GstStructure *structure, GError **error)
{
  Fields fields = { gst_edge_camera_config_new (), };

  fields.camera->from_application = TRUE;
  if (gst_structure_foreach (structure, set_field, &fields)
      && gst_edge_camera_config_check (fields.camera, &fields.name, &fields.problem))
    return fields.camera;
  g_set_error (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_CONTENT, "%s: %s", fields.name,
      fields.problem);
  g_free (fields.problem);
  gst_edge_camera_config_free (fields.camera);
  return NULL;
}
