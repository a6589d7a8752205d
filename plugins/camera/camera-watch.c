/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Notices when a connection has stopped to deliver. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-watch.h"

/* Some cameras send keyframes this rarely, and until one comes nothing can be decoded. */
#define KEYFRAME_TIMEOUT (60 * G_USEC_PER_SEC)

#define MIN_SAMPLE 16

void
gst_edge_camera_watch_start (GstEdgeCameraWatch *watch,
    gint64 connect_timeout, gint64 stall_timeout, gint64 now)
{
  *watch = (GstEdgeCameraWatch) {
  .connect_timeout = connect_timeout,.stall_timeout = stall_timeout,.started =
        now};
}

void
gst_edge_camera_watch_data (GstEdgeCameraWatch *watch, gint64 now)
{
  if (watch->first_data == 0)
    watch->first_data = now;
  watch->last_data = now;
}

void
gst_edge_camera_watch_unit (GstEdgeCameraWatch *watch, gint64 now)
{
  watch->last_unit = now;
}

/* Something comes out of noise, too, now and then: a slice that the decoder takes for one. */
static gboolean
is_mostly_garbage (const GstEdgeCameraWatch *watch)
{
  return watch->sample_fed >= MIN_SAMPLE && watch->sample_frames < watch->sample_fed / 8;
}

/* Not before there is enough to judge by: with few pictures per second it takes longer. */
static gint64
get_sample_end (const GstEdgeCameraWatch *watch)
{
  return watch->sample_fed >= MIN_SAMPLE ? watch->sample_began + watch->stall_timeout : G_MAXINT64;
}

void
gst_edge_camera_watch_fed (GstEdgeCameraWatch *watch, gint64 now)
{
  watch->last_fed = now;
  if (watch->fed_unanswered == 0)
    watch->fed_unanswered = now;
  if (now >= get_sample_end (watch) && !is_mostly_garbage (watch))
    watch->sample_fed = watch->sample_frames = 0;
  if (watch->sample_fed++ == 0)
    watch->sample_began = now;
}

void
gst_edge_camera_watch_frame (GstEdgeCameraWatch *watch, gint64 now)
{
  watch->last_frame = now;
  watch->fed_unanswered = 0;
  watch->sample_frames++;
}

static void
touch (gint64 *time, gint64 now)
{
  if (*time != 0)
    *time = now;
}

void
gst_edge_camera_watch_resume (GstEdgeCameraWatch *watch, gint64 now)
{
  touch (&watch->last_data, now);
  touch (&watch->last_unit, now);
  touch (&watch->last_fed, now);
  touch (&watch->fed_unanswered, now);
  touch (&watch->last_frame, now);
  watch->sample_fed = watch->sample_frames = 0;
}

GstEdgeCameraReason
gst_edge_camera_watch_check (const GstEdgeCameraWatch *watch, gint64 now, gint64 *deadline)
{
  const gint64 stall = watch->stall_timeout;
  const struct
  {
    gint64 at;
    GstEdgeCameraReason reason;
  } limits[] = {
    {watch->last_data + stall, GST_EDGE_CAMERA_STALL},
    {MAX (watch->last_unit, watch->first_data) + stall, GST_EDGE_CAMERA_DECODE},
    {watch->fed_unanswered != 0 ? watch->fed_unanswered + stall : G_MAXINT64,
        GST_EDGE_CAMERA_DECODE},
    {MAX (watch->last_fed, watch->first_data) + MAX (stall, KEYFRAME_TIMEOUT),
        GST_EDGE_CAMERA_DECODE},
    {is_mostly_garbage (watch) ? get_sample_end (watch) : G_MAXINT64, GST_EDGE_CAMERA_DECODE},
  };
  /* Without, it is not the decoder that is to blame. */
  const gboolean data_comes = now - watch->last_data < stall / 2;
  guint i;

  if (watch->first_data == 0) {
    *deadline = watch->started + watch->connect_timeout;
    return now >= *deadline ? GST_EDGE_CAMERA_TIMEOUT : GST_EDGE_CAMERA_OK;
  }

  *deadline = G_MAXINT64;
  for (i = 0; i < G_N_ELEMENTS (limits); i++) {
    if (now < limits[i].at)
      *deadline = MIN (*deadline, limits[i].at);
    else if (limits[i].reason == GST_EDGE_CAMERA_STALL || data_comes)
      return limits[i].reason;
  }
  return GST_EDGE_CAMERA_OK;
}
