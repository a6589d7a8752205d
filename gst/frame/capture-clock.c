/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Maps frames to UTC: the sender's time when it is known, else one shared mapping per pipeline clock. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <time.h>

#include "frame/capture-clock.h"

GST_DEBUG_CATEGORY_STATIC (capture_clock_debug);
#define GST_CAT_DEFAULT capture_clock_debug

/* seconds from 1900 (NTP) to 1970 (Unix) */
#define NTP_TO_UNIX (G_GUINT64_CONSTANT (2208988800) * GST_SECOND)

/* The wall clock is slewed all the time and sometimes set. Below this difference the mapping stays, so that
 * frames of one instant agree to the nanosecond; above it, it follows. */
#define MAX_DEVIATION (5 * GST_MSECOND)

#define CHECK_INTERVAL GST_SECOND

#define MAX_EXTRAPOLATION ((GstClockTimeDiff) (10 * GST_SECOND))

/* How far UTC is ahead of a clock. One per clock, kept on the clock object itself. */
typedef struct
{
  GMutex lock;
  gboolean valid;               /* lock */
  gint64 offset;                /* lock: UTC - clock time */
  GstClockTime checked_at;      /* lock: clock time of the last comparison */
} Anchor;

static void
anchor_free (gpointer data)
{
  Anchor *anchor = data;

  g_mutex_clear (&anchor->lock);
  g_free (anchor);
}

static Anchor *
anchor_of (GstClock *clock)
{
  static gsize quark = 0;
  Anchor *anchor;

  if (g_once_init_enter (&quark)) {
    GST_DEBUG_CATEGORY_INIT (capture_clock_debug, "edge-captureclock", 0,
        "capture times of gst-edge-video");
    g_once_init_leave (&quark, g_quark_from_static_string ("gst-edge-capture-anchor"));
  }

  GST_OBJECT_LOCK (clock);
  anchor = g_object_get_qdata (G_OBJECT (clock), (GQuark) quark);
  if (anchor == NULL) {
    anchor = g_new0 (Anchor, 1);
    g_mutex_init (&anchor->lock);
    g_object_set_qdata_full (G_OBJECT (clock), (GQuark) quark, anchor, anchor_free);
  }
  GST_OBJECT_UNLOCK (clock);
  return anchor;
}

gint64
gst_edge_utc_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (gint64) now.tv_sec * GST_SECOND + now.tv_nsec;
}

/* Reads both clocks as close to each other as a preemptible thread can. */
static gint64
sample_offset (GstClock *clock, GstClockTime *at)
{
  gint64 best_gap = G_MAXINT64, offset = 0;
  guint attempt;

  for (attempt = 0; attempt < 3 && best_gap > 20 * GST_USECOND; attempt++) {
    GstClockTime before = gst_clock_get_time (clock);
    gint64 utc = gst_edge_utc_now ();
    GstClockTime after = gst_clock_get_time (clock);
    gint64 gap = GST_CLOCK_DIFF (before, after);

    if (gap < best_gap) {
      best_gap = gap;
      offset = utc - (gint64) before - gap / 2;
      *at = after;
    }
  }
  return offset;
}

static gint64
utc_offset (GstClock *clock)
{
  Anchor *anchor = anchor_of (clock);
  GstClockTime now = gst_clock_get_time (clock), at = now;
  gint64 offset;

  g_mutex_lock (&anchor->lock);
  if (!anchor->valid || now >= anchor->checked_at + CHECK_INTERVAL) {
    offset = sample_offset (clock, &at);
    if (!anchor->valid || ABS (offset - anchor->offset) > (gint64) MAX_DEVIATION) {
      if (anchor->valid)
        GST_INFO_OBJECT (clock, "wall clock moved by %" GST_STIME_FORMAT ", capture times follow",
            GST_STIME_ARGS (offset - anchor->offset));
      anchor->offset = offset;
      anchor->valid = TRUE;
    }
    anchor->checked_at = at;
  }
  offset = anchor->offset;
  g_mutex_unlock (&anchor->lock);

  return offset;
}

static gboolean
sender_time (GstBuffer *buffer, gint64 *utc)
{
  static GstStaticCaps ntp_caps = GST_STATIC_CAPS ("timestamp/x-ntp");
  static GstStaticCaps unix_caps = GST_STATIC_CAPS ("timestamp/x-unix");
  GstReferenceTimestampMeta *meta;
  GstCaps *caps;
  gboolean found = FALSE;

  caps = gst_static_caps_get (&ntp_caps);
  meta = gst_buffer_get_reference_timestamp_meta (buffer, caps);
  gst_caps_unref (caps);
  if (meta != NULL && meta->timestamp > NTP_TO_UNIX) {
    *utc = (gint64) (meta->timestamp - NTP_TO_UNIX);
    return TRUE;
  }

  caps = gst_static_caps_get (&unix_caps);
  meta = gst_buffer_get_reference_timestamp_meta (buffer, caps);
  gst_caps_unref (caps);
  if (meta != NULL && GST_CLOCK_TIME_IS_VALID (meta->timestamp)) {
    *utc = (gint64) meta->timestamp;
    found = TRUE;
  }
  return found;
}

/* From the last frame that came with the sender's time; drift is nothing over so short a time. */
static gboolean
extrapolate (const GstEdgeSenderClock *sender, GstClockTime clock_time, gint64 *utc)
{
  GstClockTimeDiff since;

  if (sender == NULL || !sender->valid || !GST_CLOCK_TIME_IS_VALID (clock_time)
      || !GST_CLOCK_TIME_IS_VALID (sender->clock_time))
    return FALSE;
  since = GST_CLOCK_DIFF (sender->clock_time, clock_time);
  if (ABS (since) > MAX_EXTRAPOLATION)
    return FALSE;
  *utc = sender->utc + since;
  return TRUE;
}

static void
remember (GstEdgeSenderClock *sender, GstClockTime clock_time, gint64 utc)
{
  if (sender == NULL)
    return;
  sender->valid = TRUE;
  sender->clock_time = clock_time;
  sender->utc = utc;
}

gint64
gst_edge_capture_time (GstEdgeSenderClock *sender, GstBuffer *buffer, const GstSegment *segment,
    GstClock *clock, GstClockTime base_time)
{
  GstClockTime running_time = GST_CLOCK_TIME_NONE, clock_time = GST_CLOCK_TIME_NONE;
  gint64 utc;

  if (segment != NULL && segment->format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID (buffer))
    running_time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (running_time) && GST_CLOCK_TIME_IS_VALID (base_time))
    clock_time = base_time + running_time;

  if (sender_time (buffer, &utc)) {
    remember (sender, clock_time, utc);
    return utc;
  }
  if (extrapolate (sender, clock_time, &utc))
    return utc;
  if (clock == NULL || !GST_CLOCK_TIME_IS_VALID (clock_time))
    return gst_edge_utc_now ();

  return (gint64) clock_time + utc_offset (clock);
}
