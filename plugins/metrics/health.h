/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Judges a snapshot: in which state each camera is, and what keeps the whole from being ready. */

#pragma once

#include "metrics/snapshot.h"

G_BEGIN_DECLS

/* As its source says; without one that does, by the age of the last frame. */
typedef enum
{
  GST_EDGE_HEALTH_ACTIVE,
  GST_EDGE_HEALTH_INACTIVE,     /* stalled, reconnecting, or nothing has come yet */
  GST_EDGE_HEALTH_OFFLINE,
  GST_EDGE_N_HEALTHS
} GstEdgeHealth;

const gchar *gst_edge_health_get_name (GstEdgeHealth health);

/* @stale_after: microseconds without a frame that make a camera inactive; three times as long, offline.
 * @reason: (out) (optional) (transfer full) (nullable): why it is not active, for people */
GstEdgeHealth gst_edge_health_judge_camera (const GstEdgeCameraSnapshot * camera, gint64 stale_after,
    gchar ** reason);

/* Not the pseudo camera of elements that handle several. */
gboolean gst_edge_health_is_camera (const GstEdgeCameraSnapshot * camera);

void gst_edge_health_count_cameras (const GstEdgeSnapshot * snapshot, gint64 stale_after,
    guint counts[GST_EDGE_N_HEALTHS]);

/* Each link ready, and at least one camera active. @json: (out) (transfer full): which are not */
gboolean gst_edge_health_is_ready (const GstEdgeSnapshot * snapshot, gint64 stale_after, gchar ** json);

G_END_DECLS
