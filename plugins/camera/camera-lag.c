/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tells when decoding falls behind the camera. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-lag.h"

#define TOO_FAR (2 * (GstClockTimeDiff) GST_SECOND)
#define CLOSE_ENOUGH (200 * (GstClockTimeDiff) GST_MSECOND)

/* Dropping catches up at once. If it does not, it is the camera's clock that is behind, not we. */
#define GIVE_UP (3 * GST_SECOND)

gboolean
gst_edge_camera_lag_is_behind (GstEdgeCameraLag *lag, GstClockTime now, GstClockTime time)
{
  GstClockTimeDiff delay = GST_CLOCK_DIFF (time, now);

  if (!lag->started || delay < lag->base)
    lag->base = delay;
  lag->started = TRUE;

  if (!lag->behind && delay - lag->base > TOO_FAR) {
    lag->behind = TRUE;
    lag->behind_since = now;
  } else if (lag->behind && delay - lag->base < CLOSE_ENOUGH) {
    lag->behind = FALSE;
  } else if (lag->behind && now - lag->behind_since > GIVE_UP) {
    lag->base = delay;
    lag->behind = FALSE;
  }
  return lag->behind;
}
