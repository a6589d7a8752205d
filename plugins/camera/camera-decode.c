/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which pictures of a camera are decoded. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-decode.h"

/* So many short intervals between keyframes are needed at first, and after they had become too long. */
#define NEEDED_AT_FIRST 2
#define NEEDED_AGAIN 5

#define MAX_UNANSWERED 3

/* Cameras are not exact: an interval may be longer than the period by a tenth. Too long it is by a quarter. */
#define SHORT_ENOUGH(interval, period) ((interval) <= (period) + (period) / 10)
#define TOO_LONG(interval, period) ((interval) > (period) + (period) / 4)

/* Of pictures that are shown before the keyframe that they come after: reordering is a matter of a few pictures. */
#define MAX_LEAD (2 * GST_SECOND)

/* Intervals that differ by less than this part of them are as long as each other. */
#define REGULAR 10

void
gst_edge_camera_decode_init (GstEdgeCameraDecode *decode, GstRtspCameraSrcDecode mode)
{
  *decode = (GstEdgeCameraDecode) {
  .mode = mode,.needed = NEEDED_AT_FIRST};
  decode->keyframes_only = mode == GST_RTSP_CAMERA_SRC_DECODE_KEYFRAMES;
  gst_edge_camera_decode_restart (decode);
}

void
gst_edge_camera_decode_restart (GstEdgeCameraDecode *decode)
{
  decode->wait_keyframe = TRUE;
  decode->keyframes_fail = FALSE;
  decode->last_keyframe = GST_CLOCK_TIME_NONE;
  decode->unanswered = 0;
}

static void
decode_all (GstEdgeCameraDecode *decode)
{
  decode->keyframes_only = FALSE;
  decode->wait_keyframe = TRUE;
  decode->needed = NEEDED_AGAIN;
  decode->good = 0;
  decode->unanswered = 0;
}

static void
measure (GstEdgeCameraDecode *decode, GstClockTime time, GstClockTime period)
{
  if (GST_CLOCK_TIME_IS_VALID (decode->last_keyframe)
      && time > decode->last_keyframe) {
    const GstClockTime interval = time - decode->last_keyframe;

    decode->steady = ABS (GST_CLOCK_DIFF (interval, decode->interval)) <= (GstClockTimeDiff) (interval / REGULAR);
    decode->interval = interval;
    if (SHORT_ENOUGH (decode->interval, period))
      decode->good = MIN (decode->good + 1, NEEDED_AGAIN);
    else
      decode->good = 0;
  }
  decode->last_keyframe = time;
}

/* Times may begin to come from another clock. */
#define JUMP_BACK (10 * GST_SECOND)
#define JUMP_AHEAD (3600 * GST_SECOND)

static void
notice_jump (GstEdgeCameraDecode *decode, GstClockTime time)
{
  if (GST_CLOCK_TIME_IS_VALID (decode->last_keyframe)
      && (time + JUMP_BACK < decode->last_keyframe || time > decode->last_keyframe + JUMP_AHEAD))
    decode->last_keyframe = GST_CLOCK_TIME_NONE;
}

static void
choose (GstEdgeCameraDecode *decode, GstClockTime time, gboolean keyframe, GstClockTime period)
{
  gboolean rare = period == 0
      || (GST_CLOCK_TIME_IS_VALID (decode->last_keyframe)
      && time > decode->last_keyframe
      && TOO_LONG (time - decode->last_keyframe, period));

  if (decode->keyframes_only && decode->unanswered >= MAX_UNANSWERED) {
    decode->keyframes_fail = TRUE;
    decode_all (decode);
  } else if (decode->keyframes_only && rare) {
    decode_all (decode);
  }
  if (keyframe)
    measure (decode, time, period);
  if (keyframe && !decode->keyframes_only && !decode->keyframes_fail
      && period > 0 && decode->good >= decode->needed) {
    decode->keyframes_only = TRUE;
    decode->unanswered = 0;
  }
}

static void
note (GstEdgeCameraDecode *decode, GstClockTime time, gboolean keyframe, GstClockTime period)
{
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  notice_jump (decode, time);
  if (decode->mode == GST_RTSP_CAMERA_SRC_DECODE_AUTO)
    choose (decode, time, keyframe, period);
  else if (keyframe)
    measure (decode, time, period);
}

/* Pictures that come after a keyframe and are shown before it, of which an open GOP has some, refer to what came before
 * it as well. Times that are much earlier are of another clock. */
static gboolean
is_leading (GstEdgeCameraDecode *decode, GstClockTime time, gboolean keyframe)
{
  if (decode->leads_until > 0 && !keyframe && GST_CLOCK_TIME_IS_VALID (time)
      && time < decode->leads_until && time + MAX_LEAD > decode->leads_until)
    return TRUE;
  decode->leads_until = 0;
  return FALSE;
}

GstEdgeCameraVerdict
gst_edge_camera_decode_judge (GstEdgeCameraDecode *decode, GstClockTime time,
    gboolean keyframe, GstClockTime period)
{
  gboolean leading;

  note (decode, time, keyframe, period);
  leading = is_leading (decode, time, keyframe);
  if (keyframe && decode->wait_keyframe && GST_CLOCK_TIME_IS_VALID (time))
    decode->leads_until = time;
  if (keyframe)
    decode->wait_keyframe = FALSE;
  if (decode->keyframes_only)
    return keyframe ? GST_EDGE_CAMERA_VERDICT_ALONE : GST_EDGE_CAMERA_VERDICT_SKIP;
  return decode->wait_keyframe || leading ? GST_EDGE_CAMERA_VERDICT_SKIP : GST_EDGE_CAMERA_VERDICT_DECODE;
}

gboolean
gst_edge_camera_decode_awaits_keyframe (const GstEdgeCameraDecode *decode, GstClockTime time, GstClockTime *keyframe)
{
  if (!decode->steady || !GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (decode->last_keyframe))
    return FALSE;
  *keyframe = decode->last_keyframe + decode->interval;
  return time <= *keyframe + decode->interval / REGULAR;
}

void
gst_edge_camera_decode_lost (GstEdgeCameraDecode *decode)
{
  decode->wait_keyframe = TRUE;
}

/* Whoever cannot decode all is the one who needs to know most that keyframes are enough. */
void
gst_edge_camera_decode_late (GstEdgeCameraDecode *decode, GstClockTime time, gboolean keyframe, GstClockTime period)
{
  note (decode, time, keyframe, period);
  decode->wait_keyframe = TRUE;
}

void
gst_edge_camera_decode_fed_alone (GstEdgeCameraDecode *decode)
{
  decode->unanswered++;
}

void
gst_edge_camera_decode_answered (GstEdgeCameraDecode *decode)
{
  decode->unanswered = 0;
}
