/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs what a config says inside of a bin: one thread compares what is wanted with what runs, starts and stops cameras,
 * and tells about them. */

#pragma once

#include "video-config.h"

G_BEGIN_DECLS

typedef struct _GstEdgeDeployment GstEdgeDeployment;

/**
 * GstEdgeDeploymentSettings:
 * @pool: name of the worker pool
 * @shutdown_timeout: longest time that a camera may take to deliver what it has given, microseconds
 * @status_interval: microseconds from one system_status event to the next; 0 = only when something changes
 * @finished: after gst_edge_deployment_finish(): all cameras have ended. The deployment's thread, which holds a
 *   reference of the bin
 */
typedef struct
{
  const gchar *pool;
  gint64 shutdown_timeout;
  gint64 status_interval;
  void (*finished) (GstBin * bin, gpointer user_data);
  gpointer user_data;
} GstEdgeDeploymentSettings;

/* Between READY and PAUSED: puts the cameras of @config into @bin, which then changes their states as any bin does. */
GstEdgeDeployment *gst_edge_deployment_new (GstBin * bin, GstEdgeConfig * config,
    const GstEdgeDeploymentSettings * settings, GError ** error);

/* The bin has reached PLAYING: from now on no error of a camera is the bin's. Returns: (transfer full) (nullable): the
 * first one that was. */
GstMessage *gst_edge_deployment_set_settled (GstEdgeDeployment * self);

/* Where its thread runs; until gst_edge_deployment_stop(). */
GMainContext *gst_edge_deployment_get_context (GstEdgeDeployment * self);

/* Something else is wanted. Any thread, does not wait. */
void gst_edge_deployment_set_config (GstEdgeDeployment * self, GstEdgeConfig * config);

/* Ends all cameras: stop, drain, flush. Any thread, does not wait. */
void gst_edge_deployment_finish (GstEdgeDeployment * self);

/* Before the bin goes to READY: ends the thread, and gives up what is still draining. On that thread, in a handler of
 * what it said, it does not wait: the thread ends when that returns. */
void gst_edge_deployment_stop (GstEdgeDeployment * self);

/* After the bin went to READY: takes the cameras out of it. The report stays. */
void gst_edge_deployment_clear (GstEdgeDeployment * self);

/* Who only reads may keep it past the next run of the bin. */
GstEdgeDeployment *gst_edge_deployment_ref (GstEdgeDeployment * self);
void gst_edge_deployment_unref (GstEdgeDeployment * self);

/* (transfer full): see gst_edge_report_finish(). Any thread. */
GstStructure *gst_edge_deployment_make_report (GstEdgeDeployment * self);

/* A message of a camera or of something in it. Any thread. @message: (transfer full) when TRUE is returned: it is not
 * for the application. */
gboolean gst_edge_deployment_take_message (GstEdgeDeployment * self, GstMessage * message);

G_END_DECLS
