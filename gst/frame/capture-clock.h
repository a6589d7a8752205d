/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When a frame was captured, in UTC. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/**
 * GstEdgeSenderClock:
 *
 * The last frame of a camera that came with the sender's own time. Depayloaders lose that time now and then (of
 * keyframes that start with parameter sets, for one); such a frame is placed relative to the last one that has it.
 * All zero is none yet. Not locked: one streaming thread.
 */
typedef struct
{
  gboolean valid;
  GstClockTime clock_time;      /* of the pipeline's clock, which goes on in PAUSED as the sender's does */
  gint64 utc;
} GstEdgeSenderClock;

/**
 * gst_edge_capture_time:
 * @sender: (inout) (nullable): the sender's clock as known so far
 * @buffer: a frame
 * @segment: (nullable): the segment it belongs to
 * @clock: (nullable): the pipeline's clock
 * @base_time: the element's base time on that clock
 *
 * The sender's NTP time where the buffer has a #GstReferenceTimestampMeta of it, or where @sender had it within the last
 * ten seconds; else the buffer's running time on @clock mapped to UTC; else now. The mapping is shared by everybody who
 * uses @clock and changes only when the wall clock was set, so that two frames of one instant get one capture time.
 *
 * Returns: nanoseconds since the Unix epoch, UTC
 */
GST_EDGE_API gint64 gst_edge_capture_time (GstEdgeSenderClock * sender, GstBuffer * buffer,
    const GstSegment * segment, GstClock * clock, GstClockTime base_time);

/* Nanoseconds since the Unix epoch, now. */
GST_EDGE_API gint64 gst_edge_utc_now (void);

G_END_DECLS
