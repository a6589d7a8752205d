/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gives the frames of one camera their identity: used by framestamp, and by a sink whose frames have none. */

#pragma once

#include "frame/capture-clock.h"
#include "frame/frame-identity.h"

G_BEGIN_DECLS

/**
 * GstEdgeFrameStamper:
 *
 * Not locked: owned by the element, used by its streaming thread. The sequence goes on over restarts of the
 * element, so that no number is used twice for one camera within its life.
 */
typedef struct
{
  GstEdgeFrameIdentity caps_part;       /* width, height, encoding of the current caps */
  GRefString *camera_id;        /* of the last frame; nullable */
  guint last_sequence;
  GstEdgeSenderClock sender;    /* for gst_edge_capture_time() */
} GstEdgeFrameStamper;

GST_EDGE_API void gst_edge_frame_stamper_clear (GstEdgeFrameStamper * stamper);
GST_EDGE_API void gst_edge_frame_stamper_set_caps (GstEdgeFrameStamper * stamper, const GstCaps * caps);

/* Fills @identity (cleared by the caller later) for the next frame of @camera_id. */
GST_EDGE_API void gst_edge_frame_stamper_next (GstEdgeFrameStamper * stamper, const gchar * camera_id,
    gint64 capture_time, GstEdgeFrameIdentity * identity);

/* Copies @known, the identity that the frame already has, with what the current caps say about it. */
GST_EDGE_API void gst_edge_frame_stamper_describe (GstEdgeFrameStamper * stamper,
    const GstEdgeFrameIdentity * known, GstEdgeFrameIdentity * identity);

G_END_DECLS
