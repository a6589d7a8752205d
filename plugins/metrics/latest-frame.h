/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The latest frame of a camera over HTTP. */

#pragma once

#include "http-server.h"

G_BEGIN_DECLS

/* /cameras/ID.jpg */
#define GST_EDGE_LATEST_FRAME_PATH "/cameras/"

void gst_edge_latest_frame_serve (const GstEdgeHttpRequest * request, GstEdgeHttpReply * reply);

G_END_DECLS
