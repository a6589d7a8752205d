/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc, between the files that make it. */

#pragma once

#include "camera-keeper.h"
#include "net/camera-uri.h"
#include "gstrtspcamerasrc.h"

G_BEGIN_DECLS

/* As set by the user. */
typedef struct
{
  GstEdgeCameraUri uri;         /* location NULL: not set, or wrong */
  GError *uri_error;            /* nullable: what is wrong with it */
  gchar *camera_id;
  gchar *user;                  /* nullable; the URI's counts where this is not set */
  gchar *password;
  gchar *ca_file;               /* nullable */
  GstEdgeCameraRate rate;
  GstEdgeCameraSettings plain;  /* its strings are not used */
} GstRtspCameraSrcProperties;

struct _GstRtspCameraSrc
{
  GstElement parent;

  GstPad *pad;
  GstRtspCameraSrcProperties properties;        /* object lock */

  GMutex lock;                  /* never taken with the object lock held */
  GstEdgeCameraKeeper *keeper;  /* lock; exists from PAUSED until READY is left downwards */
  GstStructure *last_stats;     /* lock: when there is no keeper */
};

void gst_rtsp_camera_src_install_properties (GObjectClass * klass);
void gst_rtsp_camera_src_init_properties (GstRtspCameraSrcProperties * properties);
void gst_rtsp_camera_src_clear_properties (GstRtspCameraSrcProperties * properties);

/* Checks and copies what is set. @property is what is wrong when it returns FALSE. */
gboolean gst_rtsp_camera_src_make_settings (GstRtspCameraSrc * self, GstEdgeCameraSettings * settings,
    const gchar ** property, GError ** error);

GstStructure *gst_rtsp_camera_src_get_stats (GstRtspCameraSrc * self);
GstRtspCameraSrcState gst_rtsp_camera_src_get_state (GstRtspCameraSrc * self);
void gst_rtsp_camera_src_rate_changed (GstRtspCameraSrc * self);

G_END_DECLS
