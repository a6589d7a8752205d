/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a deployment knows about one camera id, over all the graphs that were started for it. No locks of its own. */

#pragma once

#include "net/backoff.h"
#include "report.h"
#include "stats/camera-record.h"
#include "video-camera.h"

G_BEGIN_DECLS

/* All times are monotonic microseconds. */
typedef struct
{
  gchar *id;

  GstEdgeVideoCamera *camera;   /* nullable: running or stopping */
  GstEdgeConfig *config;        /* nullable: what it runs with */
  gboolean initial;             /* started with the element: the application is waiting to hear of errors */
  gboolean stopping;
  gboolean stopped;             /* and it has arrived at NULL */
  gboolean restart;             /* stop it, though nothing has changed */
  gint64 stopping_at;

  gboolean given_up;            /* cannot work with this config */
  gint64 retry_at;              /* not before */
  GstEdgeBackoff backoff;

  const gchar *state;           /* active, inactive or offline */
  guint consecutive_failures;
  gchar *last_error;            /* nullable */

  GstEdgeCameraSource *source;  /* nullable: in the config, so that metrics show it also while it has no elements */

  guint starts;
  gint64 added_at;              /* 0 = not in the config now */
  gint64 uptime_before;         /* from earlier times in the config */
  gint64 framing_before;        /* of earlier graphs: from the first frame to the stop */
  GstEdgeTally tally;           /* of earlier graphs */
} GstEdgeCameraSlot;

GstEdgeCameraSlot *gst_edge_camera_slot_new (const gchar * id);
void gst_edge_camera_slot_free (GstEdgeCameraSlot * self);

void gst_edge_camera_slot_set_added (GstEdgeCameraSlot * self, gboolean added);

/* A new graph. */
void gst_edge_camera_slot_set_camera (GstEdgeCameraSlot * self, GstEdgeVideoCamera * camera, GstEdgeConfig * config);

/* The graph has ended: takes its numbers, @tally, and gives the camera back (transfer full). */
GstEdgeVideoCamera *gst_edge_camera_slot_take_camera (GstEdgeCameraSlot * self, const GstEdgeTally * tally);

void gst_edge_camera_slot_set_error (GstEdgeCameraSlot * self, const gchar * error);

/* It has failed, and does not run until gst_edge_camera_slot_set_camera(). */
void gst_edge_camera_slot_set_offline (GstEdgeCameraSlot * self, const gchar * error);

/* Metrics show it no longer. */
void gst_edge_camera_slot_hide (GstEdgeCameraSlot * self);

/* @tally: of the graph that runs now, in addition. */
void gst_edge_camera_slot_report (const GstEdgeCameraSlot * self, GstEdgeReport * report, const GstEdgeTally * tally);

G_END_DECLS
