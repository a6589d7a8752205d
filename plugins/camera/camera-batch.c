/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pictures that must be decoded only because later ones refer to them, kept until such a one is wanted. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-batch.h"

static gboolean
has_room (const GstEdgeCameraBatch *batch, gsize size, GstClockTime time, gboolean patient)
{
  if (patient)
    return batch->units.length < GST_EDGE_CAMERA_BATCH_MAX_PATIENT_UNITS
        && batch->size + size <= GST_EDGE_CAMERA_BATCH_MAX_PATIENT_SIZE;
  return batch->units.length < GST_EDGE_CAMERA_BATCH_MAX_UNITS
      && time <= batch->first + GST_EDGE_CAMERA_BATCH_MAX_TIME;
}

gboolean
gst_edge_camera_batch_hold (GstEdgeCameraBatch *batch, GstBuffer *unit, GstClockTime time, gboolean patient)
{
  const gsize size = gst_buffer_get_size (unit);

  if (batch->units.length == 0)
    batch->first = time;
  if (!has_room (batch, size, time, patient))
    return FALSE;
  g_queue_push_tail (&batch->units, unit);
  batch->size += size;
  return TRUE;
}

GstBuffer *
gst_edge_camera_batch_pop (GstEdgeCameraBatch *batch)
{
  GstBuffer *unit = g_queue_pop_head (&batch->units);

  if (unit != NULL)
    batch->size -= gst_buffer_get_size (unit);
  return unit;
}

guint
gst_edge_camera_batch_clear (GstEdgeCameraBatch *batch)
{
  const guint n = batch->units.length;

  g_queue_clear_full (&batch->units, (GDestroyNotify) gst_buffer_unref);
  batch->size = 0;
  return n;
}
