/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is wrong with one camera at the moment. */

#pragma once

#include "clip.h"

G_BEGIN_DECLS

/* Shared by those who make faults and the sources that have them. */
typedef struct
{
  gatomicrefcount refs;
  GstEdgeClip *second_clip;     /* set once, before use; nullable */

  /* atomic */
  gint silent;                  /* sends nothing, but stays connected */
  gint garbage;                 /* what should be pictures are random bytes */
  gint second_size;             /* plays second_clip */
} GstEdgeFaults;

GstEdgeFaults *gst_edge_faults_new (GstEdgeClip * second_clip);
GstEdgeFaults *gst_edge_faults_ref (GstEdgeFaults * faults);
void gst_edge_faults_unref (GstEdgeFaults * faults);

/* By the name of the command; NULL if there is none of that name. */
gint *gst_edge_faults_find (GstEdgeFaults * faults, const gchar * name);

GstBuffer *gst_edge_faults_make_garbage (GstBuffer * unit, gboolean keyframe);

G_END_DECLS
