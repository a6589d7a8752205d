/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lets through at most so many frames per second, by their timestamps. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-limiter.h"

void
gst_edge_camera_limiter_restart (GstEdgeCameraLimiter *limiter)
{
  limiter->started = FALSE;
  limiter->interval = 0;
}

void
gst_edge_camera_limiter_set_rate (GstEdgeCameraLimiter *limiter, guint fps_n, guint fps_d)
{
  GstClockTime period =
      fps_n > 0 ? gst_util_uint64_scale_round (GST_SECOND, fps_d, fps_n) : 0;

  if (period == limiter->period)
    return;
  limiter->period = period;
  limiter->started = FALSE;
}

/* Times may begin to come from another clock, or the sender's is set. Pictures come in another order by less, and what
 * is less than a jump costs all frames until the time is reached again. */
#define JUMP_BACK (2 * GST_SECOND)
#define JUMP_AHEAD (3600 * GST_SECOND)

static gboolean
is_jump (const GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  return limiter->started && (time + JUMP_BACK < limiter->last
      || time > MAX (limiter->last, limiter->due) + JUMP_AHEAD);
}

static void
observe (GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  if (is_jump (limiter, time))
    gst_edge_camera_limiter_restart (limiter);
  if (limiter->started && time > limiter->last) {
    GstClockTime delta = (time - limiter->last) / (limiter->passed + 1);

    limiter->interval = limiter->interval == 0 ? delta
        : (7 * limiter->interval + delta) / 8;
  }
  limiter->last = time;
  limiter->passed = 0;
  if (!limiter->started) {
    limiter->due = time;
    limiter->leaned = FALSE;
  }
  limiter->started = TRUE;
}

/* Within half a frame of its time no other frame is nearer. */
static gboolean
is_due (const GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  return time + MIN (limiter->interval, limiter->period) / 2 >= limiter->due;
}

gboolean
gst_edge_camera_limiter_expects (const GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  return limiter->period == 0 || !GST_CLOCK_TIME_IS_VALID (time)
      || !limiter->started || limiter->interval == 0 || is_jump (limiter, time)
      || is_due (limiter, time);
}

gboolean
gst_edge_camera_limiter_can_wait (const GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  return limiter->period > 0 && limiter->started && limiter->interval > 0 && !is_jump (limiter, time)
      && !is_due (limiter, time - MIN (limiter->interval, time));
}

void
gst_edge_camera_limiter_lean (GstEdgeCameraLimiter *limiter, GstClockTime time, GstClockTime slack)
{
  const GstClockTimeDiff period = (GstClockTimeDiff) limiter->period;
  GstClockTimeDiff away;

  if (period == 0 || !limiter->started || is_jump (limiter, time))
    return;
  away = GST_CLOCK_DIFF (limiter->due, time) % period;
  if (away < 0)
    away += period;
  if (limiter->leaned)
    away = away <= period / 2 ? MIN (away, (GstClockTimeDiff) slack) : MAX (away - period, -(GstClockTimeDiff) slack);
  limiter->due += (GstClockTime) away;
  limiter->leaned = TRUE;
}

/* Only counted: pictures come in another order than frames do. */
void
gst_edge_camera_limiter_pass (GstEdgeCameraLimiter *limiter)
{
  limiter->passed++;
}

gboolean
gst_edge_camera_limiter_wants (GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  if (limiter->period == 0 || !GST_CLOCK_TIME_IS_VALID (time))
    return TRUE;
  observe (limiter, time);
  return is_due (limiter, time);
}

void
gst_edge_camera_limiter_take (GstEdgeCameraLimiter *limiter, GstClockTime time)
{
  if (limiter->period == 0 || !GST_CLOCK_TIME_IS_VALID (time))
    return;
  limiter->due += limiter->period;
  /* A frame that comes late does not move the schedule, or those after it, which are in time, would come too early for
   * it and be lost. After a gap, or with a camera slower than the limit, one frame at most is caught up on. */
  if (time >= limiter->due + limiter->period)
    limiter->due += (time - limiter->due) / limiter->period * limiter->period;
}
