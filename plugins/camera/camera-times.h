/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Carries the capture times of the sender over the depayloader. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_EDGE_CAMERA_TIMES_SIZE 4

/**
 * GstEdgeCameraTimes:
 *
 * The source puts the sender's time on each packet, as #GstReferenceTimestampMeta. The depayloaders of GStreamer 1.22
 * lose it where a picture is made of several NAL units, so with every keyframe. The packets of a picture have its
 * timestamp, by which it is found again. Zero is a valid start.
 */
typedef struct
{
  struct
  {
    GstClockTime pts;
    GstClockTime time;
    GstClockTime duration;
  } known[GST_EDGE_CAMERA_TIMES_SIZE];
  guint n;
  GstCaps *reference;           /* nullable */
} GstEdgeCameraTimes;

void gst_edge_camera_times_clear (GstEdgeCameraTimes * times);

/* A packet on its way into the depayloader. */
void gst_edge_camera_times_note (GstEdgeCameraTimes * times, GstBuffer * packet);

/* (transfer full): a picture that comes out of it. Returns it, with its time if that is known. */
GstBuffer *gst_edge_camera_times_apply (GstEdgeCameraTimes * times, GstBuffer * picture);

G_END_DECLS
