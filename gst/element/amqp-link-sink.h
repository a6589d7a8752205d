/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the sinks that publish to an AMQP exchange have in common. Abstract: the elements say what the body is. */

#pragma once

#include "element/link-sink.h"

G_BEGIN_DECLS

#define GST_EDGE_TYPE_AMQP_LINK_SINK (gst_edge_amqp_link_sink_get_type ())
GST_EDGE_API G_DECLARE_DERIVABLE_TYPE (GstEdgeAmqpLinkSink, gst_edge_amqp_link_sink, GST_EDGE, AMQP_LINK_SINK, GstEdgeLinkSink)

/**
 * GstEdgeAmqpLinkSinkClass:
 * @frame_headers: send the identity of the frame as message headers
 * @content_type: (nullable): of all messages; NULL = the media type of the caps
 * @create_body: (transfer full): the body of the message for one buffer; streaming thread
 */
struct _GstEdgeAmqpLinkSinkClass
{
  GstEdgeLinkSinkClass parent_class;

  gboolean frame_headers;
  const gchar *content_type;
  GstBuffer *(*create_body) (GstEdgeAmqpLinkSink * self, GstBuffer * buffer, const GstEdgeFrameIdentity * identity);
};

G_END_DECLS
