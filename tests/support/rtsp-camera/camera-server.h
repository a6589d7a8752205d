/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The RTSP server with its mounts, on the loopback interface only. */

#pragma once

#include "clip.h"
#include "faults.h"

G_BEGIN_DECLS

typedef struct _GstEdgeCameraServer GstEdgeCameraServer;

GstEdgeCameraServer *gst_edge_camera_server_new (const gchar * user,
    const gchar * password);
void gst_edge_camera_server_add (GstEdgeCameraServer * self, guint camera,
    GstEdgeClip * clip, GstClockTime phase, GstEdgeClip * second_clip);
GstEdgeFaults *gst_edge_camera_server_get_faults (GstEdgeCameraServer * self,
    guint camera);
void gst_edge_camera_server_hang_up (GstEdgeCameraServer * self,
    guint camera);
gint gst_edge_camera_server_listen (GstEdgeCameraServer * self, gint port,
    GError ** error);
void gst_edge_camera_server_count (GstEdgeCameraServer * self,
    guint * clients, guint * sessions);
void gst_edge_camera_server_free (GstEdgeCameraServer * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstEdgeCameraServer,
    gst_edge_camera_server_free)

G_END_DECLS
