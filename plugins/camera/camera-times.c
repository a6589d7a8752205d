/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Carries the capture times of the sender over the depayloader. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-times.h"

void
gst_edge_camera_times_clear (GstEdgeCameraTimes *times)
{
  gst_clear_caps (&times->reference);
  times->n = 0;
}

void
gst_edge_camera_times_note (GstEdgeCameraTimes *times, GstBuffer *packet)
{
  const guint last = (times->n - 1) % GST_EDGE_CAMERA_TIMES_SIZE;
  const guint next = times->n % GST_EDGE_CAMERA_TIMES_SIZE;
  GstReferenceTimestampMeta *meta;

  if (!GST_BUFFER_PTS_IS_VALID (packet)
      || (times->n > 0 && times->known[last].pts == GST_BUFFER_PTS (packet)))
    return;
  meta = gst_buffer_get_reference_timestamp_meta (packet, NULL);
  if (meta == NULL)
    return;

  gst_caps_replace (&times->reference, meta->reference);
  times->known[next].pts = GST_BUFFER_PTS (packet);
  times->known[next].time = meta->timestamp;
  times->known[next].duration = meta->duration;
  times->n++;
}

GstBuffer *
gst_edge_camera_times_apply (GstEdgeCameraTimes *times, GstBuffer *picture)
{
  guint i;

  if (times->n == 0
      || gst_buffer_get_reference_timestamp_meta (picture, NULL) != NULL)
    return picture;
  for (i = 0; i < MIN (times->n, GST_EDGE_CAMERA_TIMES_SIZE); i++) {
    if (times->known[i].pts != GST_BUFFER_PTS (picture))
      continue;
    picture = gst_buffer_make_writable (picture);
    gst_buffer_add_reference_timestamp_meta (picture, times->reference,
        times->known[i].time, times->known[i].duration);
    break;
  }
  return picture;
}
