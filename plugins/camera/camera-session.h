/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera, from connecting to the first thing that goes wrong. */

#pragma once

#include "camera-decode.h"
#include "camera-limiter.h"
#include "camera-outlet.h"
#include "camera-settings.h"
#include "camera-state.h"

G_BEGIN_DECLS

/* What all connections to a camera share. */
typedef struct
{
  GstEdgeCameraSettings settings;       /* constant */
  GstEdgeCameraRate rate;       /* atomic */
  GstEdgeCameraCounters counters;       /* atomic */
  GstEdgeCameraOutlet *outlet;
  guint decoder_index;          /* between connections */
  gchar *moved_to;              /* nullable: where the camera sends the next connection; set by one, taken by the next */
  GstEdgeCameraDecode decode;   /* the connection's lock */
  GstEdgeCameraLimiter limiter; /* the connection's lock */
} GstEdgeCamera;

/* Called from any thread of the connection: they only take note. At most one of failed and refused is called. */
typedef struct
{
  /* A frame came out: the connection works. Called once. */
  void (*alive) (gpointer user_data);
  /* @detail: (nullable): a sentence without secrets */
  void (*failed) (GstEdgeCameraReason reason, const gchar * detail, gpointer user_data);
  /* Downstream did not take a frame, for a reason that is not the camera's. */
  void (*refused) (GstFlowReturn flow, gpointer user_data);
  /* An element of the connection asks the application for something (a display, for example). */
  void (*forward) (GstMessage * message, gpointer user_data);
  /* The source was made; the application may set it up. */
  void (*source_setup) (GstElement * source, gpointer user_data);
} GstEdgeCameraSessionFuncs;

typedef struct _GstEdgeCameraSession GstEdgeCameraSession;

/**
 * gst_edge_camera_session_open:
 * @camera: what outlives the connection
 * @number: for names in the log
 * @clock: the clock of the element's pipeline
 * @base_time: and the element's base time
 *
 * Begins to connect. The connection lives in a pipeline of its own, which is no child of the element: so its errors,
 * its state changes and the credentials in its properties stay there.
 */
GstEdgeCameraSession *gst_edge_camera_session_open (GstEdgeCamera * camera, guint64 number, GstClock * clock,
    GstClockTime base_time, const GstEdgeCameraSessionFuncs * funcs, gpointer user_data);

/* Waits until all threads of the connection have ended. Never from one of them. */
void gst_edge_camera_session_close (GstEdgeCameraSession * session);

/* See gst_edge_camera_watch_check(). */
GstEdgeCameraReason gst_edge_camera_session_check (GstEdgeCameraSession * session, gint64 * deadline);

/* The pad at the end of the connection. */
GstPad *gst_edge_camera_session_get_inlet (GstEdgeCameraSession * session);

G_END_DECLS
