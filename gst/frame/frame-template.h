/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts with fields of a frame in braces: routing keys and Redis keys. */

#pragma once

#include "frame/frame-identity.h"

G_BEGIN_DECLS

#define GST_EDGE_FRAME_TEMPLATE_FIELDS \
    "{camera-id}, {capture-time}, {sequence}, {width}, {height}, {encoding}, {tenant}, {prefix}"

typedef struct _GstEdgeFrameTemplate GstEdgeFrameTemplate;

/**
 * gst_edge_frame_template_new:
 * @text: e.g. `camera.{camera-id}`; `{{` and `}}` are literal braces
 * @tenant: (nullable): the value of {tenant}; NULL makes the field unknown
 * @prefix: (nullable): the value of {prefix}; NULL makes the field unknown
 * @error: says which field is unknown or where a brace is unbalanced
 *
 * {capture-time} is in Unix nanoseconds, {sequence} has five digits.
 */
GST_EDGE_API GstEdgeFrameTemplate *gst_edge_frame_template_new (const gchar * text, const gchar * tenant,
    const gchar * prefix, GError ** error);
GST_EDGE_API void gst_edge_frame_template_free (GstEdgeFrameTemplate * self);

/* (transfer full) */
GST_EDGE_API gchar *gst_edge_frame_template_format (const GstEdgeFrameTemplate * self,
    const GstEdgeFrameIdentity * identity);

G_END_DECLS
