/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The values of a config file: how their text becomes a field of a struct, and what is said when it cannot. */

#pragma once

#include "video-config.h"

G_BEGIN_DECLS

#define GST_EDGE_CONFIG_ERROR (gst_edge_config_error_quark ())
GQuark gst_edge_config_error_quark (void);

typedef enum
{
  GST_EDGE_CONFIG_ERROR_FILE,   /* cannot be read */
  GST_EDGE_CONFIG_ERROR_CONTENT,
} GstEdgeConfigError;

typedef enum
{
  GST_EDGE_VALUE_FLAG,          /* gboolean */
  GST_EDGE_VALUE_NUMBER,        /* guint from min to max */
  GST_EDGE_VALUE_RATE,          /* GstEdgeRate */
  GST_EDGE_VALUE_SIZE,          /* guint width, followed by guint height */
  GST_EDGE_VALUE_TEXT,          /* gchar * of at least min, at most max bytes */
  GST_EDGE_VALUE_ID,            /* gchar *, a camera id */
  GST_EDGE_VALUE_CHOICE,        /* guint: index into choices */
} GstEdgeValueType;

/**
 * GstEdgeConfigKey:
 * @name: as written in the file
 * @offset: of the field
 * @allowed: goes on after "write …"
 * @secret: its value is never quoted
 * @choices: for GST_EDGE_VALUE_CHOICE
 */
typedef struct
{
  const gchar *name;
  GstEdgeValueType type;
  gsize offset;
  guint min;
  guint max;
  const gchar *allowed;
  gboolean secret;
  const gchar *const *choices;
} GstEdgeConfigKey;

/* Text of a value and where it is from. */
typedef struct
{
  gchar *text;
  gboolean quoted;              /* in quotes: never a number */
  gboolean hidden;              /* must not be shown */
} GstEdgeConfigText;

void gst_edge_config_text_clear (GstEdgeConfigText * self);

/* Replaces ${NAME} by what the environment says, and $${ by ${. When something was replaced, @hidden becomes TRUE, and
 * @quoted FALSE: it may be a number. */
gboolean gst_edge_config_text_expand (GstEdgeConfigText * self, gchar ** problem);

/* Sets the field of @key in @base, or @problem (transfer full) to a sentence without place. */
gboolean gst_edge_config_key_set (const GstEdgeConfigKey * key, gpointer base, const GstEdgeConfigText * value,
    gchar ** problem);

/* The keys of the file that stand in no section; ends with a NULL name. Fields of GstEdgeConfig, as the sections'. */
extern const GstEdgeConfigKey gst_edge_config_top_keys[];

typedef struct
{
  const gchar *name;
  const GstEdgeConfigKey *keys;
} GstEdgeConfigSection;

/* Ends with a NULL name. */
extern const GstEdgeConfigSection gst_edge_config_sections[];

/* The keys of one camera, as in the file; ends with a NULL name. Fields of GstEdgeCameraConfig. */
extern const GstEdgeConfigKey gst_edge_camera_keys[];

/* Keys with the same field: the first name in the table is the one to tell people. */
gboolean gst_edge_config_key_is_same (const GstEdgeConfigKey * a, const GstEdgeConfigKey * b);

/* What no single key can tell: what is missing, the URL, and what must not be given together. @name: (out): the key
 * that is wrong. @problem: (transfer full): a sentence without place. */
gboolean gst_edge_camera_config_check (const GstEdgeCameraConfig * camera, const gchar ** name, gchar ** problem);

/* NULL, or why the settings contradict each other. */
const gchar *gst_edge_frame_settings_check (const GstEdgeFrameSettings * frames);

/* HOST:PORT */
gboolean gst_edge_server_address_is_valid (const gchar * address);

/* The same of a server. @has_tls: whether the connection is encrypted, @how: what to write so that it is. */
gboolean gst_edge_server_config_check (const GstEdgeServerConfig * self, gboolean has_tls, const gchar * how,
    const gchar ** name, gchar ** problem);

/* The same of the section metrics. */
gboolean gst_edge_config_check_metrics (const GstEdgeConfig * self, const gchar ** name, gchar ** problem);

/* (transfer full) (nullable): a camera from the fields of @structure, whose names are the keys of the file. */
GstEdgeCameraConfig *gst_edge_camera_config_from_structure (const GstStructure * structure, GError ** error);

G_END_DECLS
