/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What has to happen to get from one config to another. Pure. */

#pragma once

#include "video-config.h"

G_BEGIN_DECLS

/**
 * GstEdgeConfigDiff:
 * @added: ids
 * @removed: ids
 * @changed: ids of cameras that must be restarted to get what the new config says
 * @unchanged: ids of cameras that go on
 * @full_restart: (nullable): the keys whose change no camera may see while another one still has the old value, so
 *   that all stop before the first starts
 * @lane_size_changed: the share of each camera of the pool's buffer is another one; takes effect at once
 */
typedef struct
{
  GPtrArray *added;
  GPtrArray *removed;
  GPtrArray *changed;
  GPtrArray *unchanged;
  gchar *full_restart;
  gboolean lane_size_changed;
} GstEdgeConfigDiff;

GstEdgeConfigDiff *gst_edge_config_diff_new (const GstEdgeConfig * before, const GstEdgeConfig * after);
void gst_edge_config_diff_free (GstEdgeConfigDiff * self);

/* Whether the camera @id, which is in both, can go on as it is. */
gboolean gst_edge_config_is_same_camera (const GstEdgeConfig * before, const GstEdgeConfig * after, const gchar * id);

/* Whether cameras of the two may run at the same time. */
gboolean gst_edge_config_may_coexist (const GstEdgeConfig * before, const GstEdgeConfig * after);

/* Whether events about cameras go the same way. */
gboolean gst_edge_config_has_same_events (const GstEdgeConfig * before, const GstEdgeConfig * after);

/* Whether the server of the live page can go on as it is. */
gboolean gst_edge_config_has_same_metrics (const GstEdgeConfig * before, const GstEdgeConfig * after);

/* (transfer full): "added: cam4; changed: cam1, cam2; …" */
gchar *gst_edge_config_diff_to_text (const GstEdgeConfigDiff * self);

G_END_DECLS
