/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory of decoded pictures that a decoder and those behind it look at together, instead of a copy for each.
 *
 * libav's decoders keep a picture mapped for writing as long as later pictures refer to it, although they only read it
 * by then. GStreamer therefore copies each one, 1.4 MB for 720p, when the decoder gives it out. This memory gives a view
 * instead: the same bytes, read-only, so that who wants to write gets a copy then. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* (transfer full): makes memory for pictures. */
GstAllocator *gst_edge_camera_picture_allocator_new (void);

/* Of the memory that a decoder writes into, nothing for other memory: from @lent on, until the first copy or FALSE, a
 * copy is a view. Who has it must not write any more once there is a view. */
void gst_edge_camera_picture_memory_set_lent (GstMemory * memory, gboolean lent);

/* Whether somebody looks at @memory, so that it cannot be used for another picture. From any thread; nobody but who has
 * @memory can make it TRUE. */
gboolean gst_edge_camera_picture_memory_has_view (GstMemory * memory);

G_END_DECLS
