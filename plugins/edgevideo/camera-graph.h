/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The graph of one camera: which elements, with which properties. */

#pragma once

#include "graph.h"
#include "video-config.h"

G_BEGIN_DECLS

/* Names of the elements are these, a '-' and the id of the camera. */
#define GST_EDGE_CAMERA_SOURCE "source"
#define GST_EDGE_CAMERA_STAMP "stamp"
#define GST_EDGE_CAMERA_TEE "tee"
#define GST_EDGE_CAMERA_PUBLISH "publish"
#define GST_EDGE_CAMERA_WORKERS "workers"
#define GST_EDGE_CAMERA_STORE "store"
#define GST_EDGE_CAMERA_ANNOUNCE "announce"

/* @pool: name of the worker pool */
GstEdgeGraph *gst_edge_camera_graph_new (const GstEdgeConfig * config, const gchar * id, const gchar * pool);

G_END_DECLS
