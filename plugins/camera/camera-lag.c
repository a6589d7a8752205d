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

/* Cameras begin with what they have kept, which arrives before its time. */
#define SETTLE_TIME (3 * GST_SECOND)

/* Too far behind, so much of it has to be gone after so long. */
#define PATIENCE GST_SECOND
#define PROGRESS (GstClockTimeDiff) (PATIENCE / 4)

/* There is no patience with this. */
#define MUCH_TOO_FAR (10 * (GstClockTimeDiff) GST_SECOND)

/* Dropping catches up at once. If it does not, it is the camera's clock that is behind, not we. */
#define GIVE_UP (3 * GST_SECOND)

/* Whether decoding does not catch up. */
static gboolean
falls_behind (GstEdgeCameraLag *lag, GstClockTime now, GstClockTimeDiff delay)
{
  if (delay - lag->base <= TOO_FAR) {
    lag->is_far = FALSE;
    return FALSE;
  }
  if (!lag->is_far || delay <= lag->far_delay - PROGRESS) {
    lag->is_far = TRUE;
    lag->far_since = now;
    lag->far_delay = delay;
  }
  return delay - lag->base > MUCH_TOO_FAR || now - lag->far_since > PATIENCE;
}

gboolean
gst_edge_camera_lag_is_behind (GstEdgeCameraLag *lag, GstClockTime now, GstClockTime time)
{
  GstClockTimeDiff delay = GST_CLOCK_DIFF (time, now);

  if (!lag->started)
    lag->start = now;
  lag->started = TRUE;
  if (now - lag->start < SETTLE_TIME || delay < lag->base)
    lag->base = delay;

  if (lag->behind && delay - lag->base < CLOSE_ENOUGH) {
    lag->behind = lag->is_far = FALSE;
  } else if (lag->behind && now - lag->behind_since > GIVE_UP) {
    lag->base = delay;
    lag->behind = lag->is_far = FALSE;
  } else if (!lag->behind && falls_behind (lag, now, delay)) {
    lag->behind = TRUE;
    lag->behind_since = now;
  }
  return lag->behind;
}
