/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Buffers for decoded pictures that need not be copied on their way out of libav's decoders, see
 * camera-picture-memory.h. */

#pragma once

#include <gst/video/gstvideopool.h>

G_BEGIN_DECLS

/* (transfer full): a pool as gst_video_buffer_pool_new() makes it, of such memory. A buffer of which a view is left does
 * not come back into it. */
GstBufferPool *gst_edge_camera_picture_pool_new (void);

/* Has @decoder, if it is one of libav's, use such a pool whenever what follows knows video meta and has none of its own
 * kind. Before it runs. */
void gst_edge_camera_picture_pool_offer_to (GstElement * decoder);

G_END_DECLS
