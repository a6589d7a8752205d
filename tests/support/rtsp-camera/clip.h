/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An encoded clip held in memory as a list of access units: parsed once, then
 * shared, read-only, by every camera that loops over it. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* One H.264 access unit. Times count from the start of the loop. */
typedef struct
{
  GstBuffer *buffer;            /* never written to: its memory is shared */
  GstClockTime dts;
  GstClockTime pts;             /* >= dts */
  gboolean keyframe;
} GstEdgeAccessUnit;

/* Immutable once made, apart from the reference count. */
typedef struct
{
  gatomicrefcount refs;
  GstCaps *caps;                /* video/x-h264, avc, alignment au */
  GArray *units;                /* of GstEdgeAccessUnit, in decoding order */
  GstClockTime duration;        /* of the whole loop */
  gint width;
  gint height;
  gint fps_n;
  gint fps_d;
} GstEdgeClip;

GstEdgeClip *gst_edge_clip_new_from_file (const gchar * path, GError ** error);
GstEdgeClip *gst_edge_clip_new_from_sink (GstElement * pipeline,
    GstElement * appsink, GError ** error);
GstEdgeClip *gst_edge_clip_ref (GstEdgeClip * clip);
void gst_edge_clip_unref (GstEdgeClip * clip);
const GstEdgeAccessUnit *gst_edge_clip_get_unit (const GstEdgeClip * clip,
    guint index);
gboolean gst_edge_clip_find_keyframe (const GstEdgeClip * clip,
    GstClockTime offset, guint * index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstEdgeClip, gst_edge_clip_unref)

G_END_DECLS
