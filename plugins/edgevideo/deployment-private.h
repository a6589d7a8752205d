/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The deployment, shared by its files: deployment.c (its life, who runs), deployment-cameras.c (how a camera starts and
 * ends) and deployment-status.c (what is heard from cameras and told about them). */

#pragma once

#include "camera-slot.h"
#include "deployment.h"
#include "status-events.h"

G_BEGIN_DECLS

/* "manager": its thread while there is one, before and after it whoever changes the state of the bin. Slots are changed
 * by the manager only, with lock held; so the manager may read them without.
 *
 * Whatever the manager does with elements, and all that it posts, may call a handler of the application that stops the
 * bin, and perhaps starts it again: then this deployment is abandoned when the handler returns, its cameras are gone,
 * and nothing more is to be done. */
struct _GstEdgeDeployment
{
  gatomicrefcount refcount;
  GstBin *bin;                  /* constant; outlives the manager */
  GstEdgeDeploymentSettings settings;   /* constant */
  gchar *pool;                  /* constant */
  gint64 started_at;            /* constant */

  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  gboolean abandoned;           /* manager: its own thread has stopped this */
  gboolean started;             /* constant while there is a thread: cameras are brought to their state by it */

  GMutex lock;
  GCond changed;                /* n_stopping */
  GstEdgeConfig *wanted;        /* lock */
  gboolean news;                /* lock: wanted is new to the manager */
  gboolean settled;             /* lock */
  GstMessage *early_error;      /* lock: the first one before that. Nullable */
  gboolean scheduled;           /* lock: the manager will reconcile */
  gboolean finishing;           /* lock */
  gint64 deadline;              /* lock: when finishing: for all */
  gboolean over;                /* lock: the manager does nothing more */
  guint n_stopping;             /* lock: cameras that a thread is stopping */
  gint64 ended_at;              /* lock: 0 = still runs */
  GPtrArray *slots;             /* lock: of GstEdgeCameraSlot, in the order in which they appeared */

  GstEdgeStatusEvents *events;  /* manager, changed with lock held; nullable */
  GstEdgeConfig *events_config; /* manager: that events was made for */
  guint told_total;             /* manager: in the last system_status */
  guint told_active;            /* manager */
};

/* Does @func on the manager's thread. */
void gst_edge_deployment_queue (GstEdgeDeployment * self, guint delay_ms, GSourceFunc func, gpointer data,
    GDestroyNotify destroy);
void gst_edge_deployment_schedule (GstEdgeDeployment * self);
void gst_edge_deployment_schedule_locked (GstEdgeDeployment * self);

GstEdgeCameraSlot *gst_edge_deployment_find_slot (GstEdgeDeployment * self, const gchar * id);

/* deployment-cameras.c, manager */
gboolean gst_edge_deployment_start_camera (GstEdgeDeployment * self, GstEdgeCameraSlot * slot, GstEdgeConfig * config,
    GError ** error);
void gst_edge_deployment_stop_camera (GstEdgeDeployment * self, GstEdgeCameraSlot * slot, gint64 deadline);
/* This thread is in the middle of that: a handler of what an element says meanwhile. */
gboolean gst_edge_deployment_is_stopping_camera (GstEdgeDeployment * self);
void gst_edge_deployment_retire_camera (GstEdgeDeployment * self, GstEdgeCameraSlot * slot);
/* @camera failed: posts a WARNING, tries again later unless @permanent. */
void gst_edge_deployment_fail_camera (GstEdgeDeployment * self, GstEdgeCameraSlot * slot, const gchar * reason,
    gboolean permanent);

/* deployment-status.c, manager */
void gst_edge_deployment_open_events (GstEdgeDeployment * self, GstEdgeConfig * config);
/* @wait: for what is not delivered yet, in microseconds; what is not then is counted in the log */
void gst_edge_deployment_close_events (GstEdgeDeployment * self, gint64 wait);
void gst_edge_deployment_tell_camera (GstEdgeDeployment * self, GstEdgeCameraSlot * slot, const gchar * message);
/* @always: also when nothing has changed */
void gst_edge_deployment_tell_system (GstEdgeDeployment * self, gboolean always, const gchar * message);

GST_DEBUG_CATEGORY_EXTERN (gst_edge_video_bin_debug);

G_END_DECLS
