/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be the id of a camera. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

#define GST_EDGE_CAMERA_ID_MAX_LENGTH 64
#define GST_EDGE_CAMERA_ID_RULE "1 to 64 of the characters A-Z a-z 0-9 _ -"

/**
 * gst_edge_camera_id_is_valid:
 * @id: (nullable): a camera id
 *
 * The id becomes part of routing keys, Redis keys, JSON and logs, so only `[A-Za-z0-9_-]{1,64}` is one.
 */
GST_EDGE_API gboolean gst_edge_camera_id_is_valid (const gchar * id);

G_END_DECLS
