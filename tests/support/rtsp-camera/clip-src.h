/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A live source that plays a clip round and round, by the wall clock. */

#pragma once

#include <gst/base/gstpushsrc.h>

#include "clip.h"
#include "faults.h"

G_BEGIN_DECLS

#define GST_EDGE_TYPE_CLIP_SRC (gst_edge_clip_src_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeClipSrc, gst_edge_clip_src, GST_EDGE, CLIP_SRC,
    GstPushSrc)

GstElement *gst_edge_clip_src_new (GstEdgeClip * clip, GstClockTime phase,
    GstEdgeFaults * faults);

G_END_DECLS
