/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way out of rtspcamerasrc: makes one stream of the streams of many connections. */

#pragma once

#include "camera-settings.h"

G_BEGIN_DECLS

typedef struct _GstEdgeCameraOutlet GstEdgeCameraOutlet;

/**
 * gst_edge_camera_outlet_new:
 * @pad: the source pad of the element
 * @rate: the frame rate that caps have to tell; read atomically
 * @counters: counts `out` and `lost`
 */
GstEdgeCameraOutlet *gst_edge_camera_outlet_new (GstPad * pad, const GstEdgeCameraRate * rate,
    GstEdgeCameraCounters * counters);
void gst_edge_camera_outlet_free (GstEdgeCameraOutlet * outlet);

/* A new stream begins; the pad has been activated anew. */
void gst_edge_camera_outlet_reset (GstEdgeCameraOutlet * outlet);

/* The next buffer does not continue the last one. */
void gst_edge_camera_outlet_mark_gap (GstEdgeCameraOutlet * outlet);

/* Takes caps from a connection. Streaming thread of the connection, as push(). */
gboolean gst_edge_camera_outlet_set_caps (GstEdgeCameraOutlet * outlet, GstCaps * caps);

/**
 * gst_edge_camera_outlet_push:
 * @outlet: the outlet
 * @buffer: (transfer full): a frame
 * @segment: of the connection, whose clock and base time are the element's
 *
 * Returns: what downstream said; a flush in progress is no reason for a connection to end, so that is %GST_FLOW_OK
 */
GstFlowReturn gst_edge_camera_outlet_push (GstEdgeCameraOutlet * outlet, GstBuffer * buffer,
    const GstSegment * segment);

/* Answers a connection's query, from what is downstream. */
gboolean gst_edge_camera_outlet_query (GstEdgeCameraOutlet * outlet, GstQuery * query);

/* Ends the stream, after the buffer that is on its way. Nothing comes out any more until a reset. Any thread. */
void gst_edge_camera_outlet_send_eos (GstEdgeCameraOutlet * outlet);

/* Nothing comes out any more. Waits for what is on its way, but not for the end of a stream, which may be what leads
 * here, and not longer than until @deadline. */
void gst_edge_camera_outlet_close (GstEdgeCameraOutlet * outlet, gint64 deadline);

/* Since when downstream has not returned from a push, in monotonic microseconds; 0 = nothing is on its way. */
gint64 gst_edge_camera_outlet_blocked_since (GstEdgeCameraOutlet * outlet);

G_END_DECLS
