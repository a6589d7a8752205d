/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is wrong with one camera at the moment. */

#include "faults.h"

#include <string.h>

#define NAL_HEADER_SLICE 0x41
#define NAL_HEADER_IDR 0x65

/**
 * gst_edge_faults_new:
 * @second_clip: (nullable): what the camera can change to
 *
 * Returns: (transfer full): no fault yet
 */
GstEdgeFaults *
gst_edge_faults_new (GstEdgeClip *second_clip)
{
  GstEdgeFaults *faults = g_new0 (GstEdgeFaults, 1);

  g_atomic_ref_count_init (&faults->refs);
  if (second_clip != NULL)
    faults->second_clip = gst_edge_clip_ref (second_clip);

  return faults;
}

/**
 * gst_edge_faults_ref:
 * @faults: the faults of a camera
 *
 * Returns: (transfer full): @faults with one more reference
 */
GstEdgeFaults *
gst_edge_faults_ref (GstEdgeFaults *faults)
{
  g_atomic_ref_count_inc (&faults->refs);

  return faults;
}

/**
 * gst_edge_faults_unref:
 * @faults: (transfer full): the faults of a camera
 *
 * Drops a reference.
 */
void
gst_edge_faults_unref (GstEdgeFaults *faults)
{
  if (!g_atomic_ref_count_dec (&faults->refs))
    return;

  g_clear_pointer (&faults->second_clip, gst_edge_clip_unref);
  g_free (faults);
}

/**
 * gst_edge_faults_find:
 * @faults: the faults of a camera
 * @name: silent, garbage or second-size
 *
 * Returns: (nullable): the switch, to be set atomically
 */
gint *
gst_edge_faults_find (GstEdgeFaults *faults, const gchar *name)
{
  if (g_str_equal (name, "silent"))
    return &faults->silent;
  if (g_str_equal (name, "garbage"))
    return &faults->garbage;
  if (g_str_equal (name, "second-size") && faults->second_clip != NULL)
    return &faults->second_size;

  return NULL;
}

/**
 * gst_edge_faults_make_garbage:
 * @unit: (transfer full): an access unit
 * @keyframe: whether it is one
 *
 * Returns: (transfer full): as many bytes with the same times, that look like
 * one NAL unit from outside
 */
GstBuffer *
gst_edge_faults_make_garbage (GstBuffer *unit, gboolean keyframe)
{
  gsize size = MAX (gst_buffer_get_size (unit), 64);
  guint8 *data = g_malloc (size);
  GstBuffer *garbage;

  for (gsize i = 0; i < size; i++)
    data[i] = g_random_int () | 1;      /* no start codes */
  GST_WRITE_UINT32_BE (data, size - 4);
  data[4] = keyframe ? NAL_HEADER_IDR : NAL_HEADER_SLICE;

  garbage = gst_buffer_new_wrapped (data, size);
  gst_buffer_copy_into (garbage, unit,
      GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  gst_buffer_unref (unit);

  return garbage;
}
