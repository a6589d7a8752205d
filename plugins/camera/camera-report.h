/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What rtspcamerasrc says about its camera. The only poster of its messages. */

#pragma once

#include "camera-settings.h"
#include "camera-state.h"
#include "stats/camera-record.h"

G_BEGIN_DECLS

/**
 * gst_edge_camera_report:
 * @element: rtspcamerasrc
 * @settings: its settings
 * @source: (nullable): for metrics and the live page
 * @health: the camera's state after what happened
 * @detail: (nullable): more about the reason, without secrets
 * @is_news: whether to log it too
 *
 * Posts the element message `camera-state`, and a WARNING when an outage begins.
 */
void gst_edge_camera_report (GstElement * element, const GstEdgeCameraSettings * settings,
    GstEdgeCameraSource * source, const GstEdgeCameraHealth * health, const gchar * detail, gboolean is_news);

/* Posts an ERROR: what follows the element can not take what it gives out. */
void gst_edge_camera_report_refusal (GstElement * element, const GstEdgeCameraSettings * settings,
    GstFlowReturn flow);

G_END_DECLS
