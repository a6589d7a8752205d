/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What else may refer to a picture, as its slices say. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * gst_edge_camera_is_disposable:
 * @caps: (nullable): of the picture, as a parser says them
 * @picture: a whole one
 *
 * Returns: whether it is certain that no other picture refers to this one, so that it need not be decoded if it is
 * not wanted itself
 */
gboolean gst_edge_camera_is_disposable (const GstCaps * caps, GstBuffer * picture);

/**
 * gst_edge_camera_is_idr:
 * @caps: (nullable): of the picture, as a parser says them
 * @picture: a whole one
 *
 * Not every keyframe is: pictures after others may refer to what was before them.
 *
 * Returns: whether it is certain that from this one on, in decoding and in showing, no picture refers to one before it
 */
gboolean gst_edge_camera_is_idr (const GstCaps * caps, GstBuffer * picture);

G_END_DECLS
