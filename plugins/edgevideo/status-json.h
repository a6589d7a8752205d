/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON of edgevideobin: events about cameras, and the final report. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is told about a camera. */
typedef struct
{
  const gchar *id;
  const gchar *state;           /* active, inactive or offline */
  guint consecutive_failures;
  const gchar *last_error;      /* nullable */
  const gchar *message;         /* a sentence */
} GstEdgeCameraStatus;

/* (transfer full): events of the wire contract; @time in Unix ns */
gchar *gst_edge_camera_status_to_json (const GstEdgeCameraStatus * status, gint64 time, gsize * length);
gchar *gst_edge_system_status_to_json (guint total, guint active, const gchar * message, gint64 time, gsize * length);

/* (transfer full): any structure of numbers, booleans, texts, structures and arrays of them; a '-' in a name becomes
 * a '_'. */
gchar *gst_edge_structure_to_json (const GstStructure * structure);

G_END_DECLS
