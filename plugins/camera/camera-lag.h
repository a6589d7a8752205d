/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tells when decoding falls behind the camera. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Zero is a valid start. */
typedef struct
{
  gboolean started;
  GstClockTime start;
  GstClockTimeDiff base;        /* the smallest delay there was, those of the beginning apart */

  gboolean is_far;              /* more than that by too much */
  GstClockTime far_since;
  GstClockTimeDiff far_delay;   /* at that time */

  gboolean behind;              /* pictures are being dropped until it has caught up */
  GstClockTime behind_since;
} GstEdgeCameraLag;

/**
 * gst_edge_camera_lag_is_behind:
 * @lag: the state
 * @now: running time
 * @time: running time of the picture that is to be decoded
 *
 * A machine that only paused catches up by decoding, which costs no picture; so it has to be behind for a while without
 * getting better.
 *
 * Returns: whether to drop it undecoded, because the pictures behind it have waited too long already
 */
gboolean gst_edge_camera_lag_is_behind (GstEdgeCameraLag * lag, GstClockTime now, GstClockTime time);

G_END_DECLS
