/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The live page: one HTML file that is built into the plugin. */

#pragma once

#include "http-server.h"

G_BEGIN_DECLS

void gst_edge_live_page_serve (const GstEdgeHttpRequest * request, GstEdgeHttpReply * reply, gpointer user_data);

G_END_DECLS
