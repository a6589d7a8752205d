/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pictures that must be decoded only because later ones refer to them, kept until such a one comes. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A decoder that gets several pictures in a row finds its own data in the CPU's caches. More than these few gain little
 * more, and the frame that is wanted comes out later by the time that they take to decode. */
#define GST_EDGE_CAMERA_BATCH_MAX_UNITS 4
#define GST_EDGE_CAMERA_BATCH_MAX_TIME (250 * GST_MSECOND)

/* Zero is a valid start. */
typedef struct
{
  GQueue units;                 /* of GstBuffer */
  GstClockTime first;           /* time of the first of them */
} GstEdgeCameraBatch;

/**
 * gst_edge_camera_batch_hold:
 * @batch: the batch
 * @unit: (transfer full): a picture
 * @time: of it, by any clock
 *
 * Returns: whether it was taken; otherwise what is held and @unit must be decoded now
 */
gboolean gst_edge_camera_batch_hold (GstEdgeCameraBatch * batch, GstBuffer * unit, GstClockTime time);

/* (transfer full) (nullable): the oldest one that is held. */
GstBuffer *gst_edge_camera_batch_pop (GstEdgeCameraBatch * batch);

void gst_edge_camera_batch_clear (GstEdgeCameraBatch * batch);

/**
 * gst_edge_camera_is_disposable:
 * @caps: (nullable): of the picture, as a parser says them
 * @picture: a whole one
 *
 * Returns: whether it is certain that no other picture refers to this one, so that it need not be decoded if it is
 * not wanted itself
 */
gboolean gst_edge_camera_is_disposable (const GstCaps * caps, GstBuffer * picture);

G_END_DECLS
