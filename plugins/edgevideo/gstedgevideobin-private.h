/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The instance of edgevideobin, shared by its files: gstedgevideobin.c (properties, states, messages),
 * gstedgevideobin-config.c (which config is in force), gstedgevideobin-metrics.c (the live page) and
 * gstedgevideobin-report.c (what it says at the end). */

#pragma once

#include "deployment.h"
#include "gstedgevideobin.h"
#include "watch.h"

G_BEGIN_DECLS

struct _GstEdgeVideoBin
{
  GstBin parent;

  /* Properties: object lock. */
  gchar *config_file;           /* nullable */
  gchar *report_file;           /* nullable */
  gchar *pool;
  guint metrics_port;           /* 0 = as the config says */
  gboolean check_only;
  gboolean watch;
  GstClockTime shutdown_timeout;
  GstClockTime status_interval;

  GMutex config_lock;           /* one change of the config at a time; before the object lock. Nothing of the application
                                 * is called with it held: see gst_edge_video_bin_tell() */
  GQueue news;                  /* config_lock */
  GstEdgeConfig *config;        /* object lock, changed under config_lock: in force from READY on; nullable */
  gchar *digest;                /* config_lock: of the file as last read; nullable */

  GstEdgeDeployment *deployment;        /* object lock: from PAUSED on, until the next one; nullable */
  GstEdgeWatch *file_watch;     /* state changes; nullable */
  GstObject *metrics;           /* config_lock: the server of the live page; nullable */
  GstEdgeConfig *metrics_config;        /* config_lock: what it was started with; nullable */
  GstEdgeConfig *metrics_refused;       /* config_lock: what it could not be started with, last; nullable */
  gboolean running;             /* object lock: between READY and PAUSED */
  gboolean finishing;           /* object lock: EOS came */
  gboolean reported;            /* object lock */
  guint32 eos_seqnum;           /* object lock */
};

/* gstedgevideobin-config.c */

/* (transfer full) (nullable): of the file, with the cameras that the application has added. */
GstEdgeConfig *gst_edge_video_bin_read_config (GstEdgeVideoBin * self, GError ** error);
/* NULL -> READY. */
gboolean gst_edge_video_bin_load (GstEdgeVideoBin * self);
void gst_edge_video_bin_unload (GstEdgeVideoBin * self);
/* config_lock. What was told meanwhile is posted after it is released. */
void gst_edge_video_bin_unlock_config (GstEdgeVideoBin * self);
/* config_lock held. @structure: (transfer full) (nullable): an element message. @warning: (transfer full) (nullable):
 * about metrics-port. */
void gst_edge_video_bin_tell (GstEdgeVideoBin * self, GstStructure * structure, GError * warning);
/* GSourceFunc: the file may have changed. */
gboolean gst_edge_video_bin_on_file_changed (gpointer user_data);

/* Action signals. */
gboolean gst_edge_video_bin_reload (GstEdgeVideoBin * self);
gboolean gst_edge_video_bin_add_camera (GstEdgeVideoBin * self, const GstStructure * camera);
gboolean gst_edge_video_bin_remove_camera (GstEdgeVideoBin * self, const gchar * id);

/* gstedgevideobin.c: (transfer full) (nullable) */
GstEdgeDeployment *gst_edge_video_bin_ref_deployment (GstEdgeVideoBin * self);

/* gstedgevideobin-metrics.c, config_lock held */
void gst_edge_video_bin_update_metrics (GstEdgeVideoBin * self);
void gst_edge_video_bin_stop_metrics (GstEdgeVideoBin * self);
/* Somebody asks to read the file: the next update tries all of it. */
void gst_edge_video_bin_forget_refused_metrics (GstEdgeVideoBin * self);

/* gstedgevideobin-report.c */

/* (transfer full) (nullable) */
gchar *gst_edge_video_bin_describe (GstEdgeVideoBin * self, GError ** error);
GstStructure *gst_edge_video_bin_make_stats (GstEdgeVideoBin * self);
/* The final report, once for each run. */
void gst_edge_video_bin_report (GstEdgeVideoBin * self);
/* Whether the config could run; says so. */
gboolean gst_edge_video_bin_report_check (GstEdgeVideoBin * self);

GST_DEBUG_CATEGORY_EXTERN (gst_edge_video_bin_debug);

G_END_DECLS
