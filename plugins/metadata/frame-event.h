/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that announces a frame. */

#pragma once

#include "frame/frame-identity.h"

G_BEGIN_DECLS

/* (transfer full): the text of the event; @size is that of the frame in bytes. */
gchar *gst_frame_event_to_json (const GstEdgeFrameIdentity * identity, gsize size, gsize * length);

G_END_DECLS
