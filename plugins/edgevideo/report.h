/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The report of a deployment: one structure, from which log, message and JSON file are made. */

#pragma once

#include "tally.h"

G_BEGIN_DECLS

typedef struct _GstEdgeReport GstEdgeReport;

typedef struct
{
  const gchar *id;
  const gchar *state;
  guint starts;                 /* how often its graph was started */
  gdouble uptime;               /* seconds since it was added */
  gdouble framing;              /* seconds since its first frame, 0 = none */
  const gchar *last_error;      /* nullable */
} GstEdgeReportCamera;

/* @capacity: frames that may wait for workers, of all cameras */
GstEdgeReport *gst_edge_report_new (const gchar * config_file, gdouble uptime, guint64 capacity);
void gst_edge_report_add_camera (GstEdgeReport * self, const GstEdgeReportCamera * camera, const GstEdgeTally * tally);

/* (transfer full): "edge-video-report" with config, uptime, cameras (array of structures with id, state, frames, fps,
 * published, stored, announced, dropped, starts, uptime, last-error), totals, pool and errors (array of texts). Frees
 * the report. */
GstStructure *gst_edge_report_finish (GstEdgeReport * self);

/* (transfer full): lines for people */
gchar *gst_edge_report_to_text (const GstStructure * report);

G_END_DECLS
