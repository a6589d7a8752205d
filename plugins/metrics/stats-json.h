/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The snapshot as JSON, for the live page and for programs. */

#pragma once

#include "metrics/snapshot.h"

G_BEGIN_DECLS

/* (transfer full). @pictures: whether who asks may see them */
gchar *gst_edge_stats_json_make (const GstEdgeSnapshot * snapshot, gint64 stale_after, gboolean pictures);

/* (transfer full): one line for a log. */
gchar *gst_edge_stats_json_make_camera_line (const GstEdgeCameraSnapshot * camera, gint64 stale_after);
gchar *gst_edge_stats_json_make_pool_line (const GstEdgePoolSnapshot * pool);
gchar *gst_edge_stats_json_make_link_line (const GstEdgeLinkSnapshot * link);

G_END_DECLS
