/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The keeper of a camera, between the files that make it. */

#pragma once

#include "camera-keeper.h"
#include "stats/camera-record.h"

G_BEGIN_DECLS

struct _GstEdgeCameraKeeper
{
  gatomicrefcount refs;         /* the element's and the thread's */
  GstElement *element;
  GstEdgeCamera camera;
  GstEdgeCameraSource *source;  /* constant: its state, for others of the process; nullable */
  GThread *thread;

  GMutex lock;
  GCond changed;

  /* lock: what is asked for */
  guint playing;                /* 0 = no, else a number of its own each time */
  guint times_played;
  gboolean end_stream;
  gboolean quit;
  gint64 quit_at;
  GstClock *clock;
  GstClockTime base_time;

  /* lock: what the connection says */
  gboolean alive;
  gboolean failed;
  GstEdgeCameraReason failure;
  gchar *failure_detail;
  GstFlowReturn refusal;        /* OK = none */

  /* lock: what others may see; written by the thread only */
  GstEdgeCameraSession *session;
  GstEdgeCameraHealth health;
  GstClockTime latency;
  gboolean finished;

  /* thread */
  guint session_playing;        /* what `playing` was when the connection was made */
  guint64 connections;
  gboolean delivered;           /* there was a frame since the stream began */
  gboolean halted;              /* the stream has ended */
};

/* The thread. Takes a reference of the keeper. */
gpointer gst_edge_camera_keeper_run (gpointer keeper);
void gst_edge_camera_keeper_reset_health (GstEdgeCameraKeeper * keeper);

G_END_DECLS
