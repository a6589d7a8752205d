/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who a frame is: camera, capture time, sequence number and what its caps say. Carried by a GstMeta that survives
 * tee, queue, workerpool, encoders and copies. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

#define GST_EDGE_SEQUENCE_MAX 99999

/**
 * GstEdgeFrameIdentity:
 * @camera_id: a valid camera id, see gst_edge_camera_id_is_valid()
 * @capture_time: nanoseconds since the Unix epoch, UTC
 * @sequence: counts the frames of the camera, 1…99999, then 1 again
 * @width: in pixels, 0 when unknown
 * @height: in pixels, 0 when unknown
 * @encoding: (nullable): "jpeg", "h264", "raw" …, NULL when unknown
 * @redis_key: (nullable): where the frame is stored; NULL until the server has said so
 *
 * The strings are reference counted, so that a copy allocates nothing.
 */
typedef struct
{
  GRefString *camera_id;
  gint64 capture_time;
  guint sequence;
  guint width;
  guint height;
  GRefString *encoding;
  GRefString *redis_key;
} GstEdgeFrameIdentity;

/* @dest may be uninitialised; clear it with gst_edge_frame_identity_clear(). */
GST_EDGE_API void gst_edge_frame_identity_copy (const GstEdgeFrameIdentity * src, GstEdgeFrameIdentity * dest);
GST_EDGE_API void gst_edge_frame_identity_clear (GstEdgeFrameIdentity * identity);

/**
 * gst_edge_frame_identity_set_caps:
 *
 * Sets width, height and encoding from @caps, those of the very buffer that is described; what @caps does not say
 * is left as it is.
 */
GST_EDGE_API void gst_edge_frame_identity_set_caps (GstEdgeFrameIdentity * identity, const GstCaps * caps);

/**
 * gst_edge_frame_identity_to_message_id:
 *
 * Returns: (transfer full): an id that is unique to the frame and the same wherever and however often it is sent
 */
GST_EDGE_API gchar *gst_edge_frame_identity_to_message_id (const GstEdgeFrameIdentity * identity);

#define GST_EDGE_RFC3339_SIZE 48

/* Writes @unix_ns as RFC 3339 UTC with nanoseconds, e.g. 2026-11-23T12:34:56.123456789Z, into @text. */
GST_EDGE_API void gst_edge_format_rfc3339 (gint64 unix_ns, gchar text[GST_EDGE_RFC3339_SIZE]);

typedef struct
{
  GstMeta meta;
  GstEdgeFrameIdentity identity;
} GstEdgeFrameMeta;

GST_EDGE_API GType gst_edge_frame_meta_api_get_type (void);
GST_EDGE_API const GstMetaInfo *gst_edge_frame_meta_get_info (void);

/* The identity of @buffer, owned by the buffer, or NULL. */
GST_EDGE_API const GstEdgeFrameIdentity *gst_edge_buffer_get_identity (GstBuffer * buffer);

/* Attaches a copy of @identity to @buffer, which must be writable; an identity it had is replaced. */
GST_EDGE_API void gst_edge_buffer_set_identity (GstBuffer * buffer, const GstEdgeFrameIdentity * identity);

G_END_DECLS
