/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands on stdin, answers on stdout, one line each. */

#pragma once

#include "camera-server.h"

G_BEGIN_DECLS

guint gst_edge_control_start (GstEdgeCameraServer * server, GMainLoop * loop);

G_END_DECLS
