/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pictures that must be decoded only because later ones refer to them, kept until such a one is wanted, or a keyframe
 * shows that none will be. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A decoder that gets several pictures in a row finds its own data in the CPU's caches. More than these few gain little
 * more, and the frame that is wanted comes out later by the time that they take to decode. */
#define GST_EDGE_CAMERA_BATCH_MAX_UNITS 4
#define GST_EDGE_CAMERA_BATCH_MAX_TIME (250 * GST_MSECOND)

/* Where a keyframe is expected before anything is wanted, what is held will be dropped for it. If it does not come after
 * all, the next wanted frame comes out later by the time that so many take to decode. */
#define GST_EDGE_CAMERA_BATCH_MAX_PATIENT_UNITS 64
#define GST_EDGE_CAMERA_BATCH_MAX_PATIENT_SIZE (4 << 20)

/* Zero is a valid start. */
typedef struct
{
  GQueue units;                 /* of GstBuffer */
  GstClockTime first;           /* time of the first of them */
  gsize size;                   /* bytes of all */
} GstEdgeCameraBatch;

/**
 * gst_edge_camera_batch_hold:
 * @batch: the batch
 * @unit: (transfer full): a picture
 * @time: of it, by any clock
 * @patient: whether it will most likely not have to be decoded
 *
 * Returns: whether it was taken; otherwise what is held must be decoded now, all of it and @unit, or if @patient as much
 * of it as makes room for @unit
 */
gboolean gst_edge_camera_batch_hold (GstEdgeCameraBatch * batch, GstBuffer * unit, GstClockTime time,
    gboolean patient);

/* (transfer full) (nullable): the oldest one that is held. */
GstBuffer *gst_edge_camera_batch_pop (GstEdgeCameraBatch * batch);

/* Returns how many were held. */
guint gst_edge_camera_batch_clear (GstEdgeCameraBatch * batch);

G_END_DECLS
