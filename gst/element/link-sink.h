/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the sinks that deliver over a link have in common: the shared properties, the link, the identity of frames,
 * EOS that waits for answers, statistics. Abstract: the elements say what a message looks like. */

#pragma once

#include <gst/base/gstbasesink.h>

#include "net/link-client.h"
#include "stats/camera-record.h"

G_BEGIN_DECLS

#define GST_EDGE_TYPE_LINK_SINK (gst_edge_link_sink_get_type ())
GST_EDGE_API G_DECLARE_DERIVABLE_TYPE (GstEdgeLinkSink, gst_edge_link_sink, GST_EDGE, LINK_SINK, GstBaseSink)

/**
 * GstEdgeLinkSinkClass:
 * @transport: the protocol
 * @parse_uri: makes an endpoint of the uri property
 * @default_uri: what uri is when it is not set
 * @target_property: (nullable): the property that is to blame when the server refuses the target
 * @stage: what its deliveries mean for a frame
 * @urgent: its messages go before those of sinks that are not
 * @max_message_size: larger payloads are dropped as oversize
 * @prepare: checks the element's own properties, which do not change until @unprepare, and returns the target of
 *   its messages; @property says which property is wrong. Streaming has not started
 * @unprepare: (nullable): after the link has been left
 * @create_message: the message for one buffer, or NULL with @error; streaming thread
 * @answered: (nullable): the server's answer to a message of this sink, link's thread, must not block
 * @drained: (nullable): EOS: everything was answered; waits until @deadline for what the sink itself still does.
 *   Streaming thread
 * @retired: (nullable): the element stops, and no answer comes any more; what the sink itself still counts is counted
 *   when it returns
 * @extend_stats: (nullable): adds fields to the "stats" structure; any thread
 * @extend_counts: (nullable): the same for metrics; any thread, with the census lock
 */
struct _GstEdgeLinkSinkClass
{
  GstBaseSinkClass parent_class;

  const GstEdgeTransportClass *transport;
  GstEdgeEndpoint *(*parse_uri) (const gchar * uri, GError ** error);
  const gchar *default_uri;
  const gchar *target_property;
  GstEdgeStage stage;
  gboolean urgent;
  guint64 max_message_size;

  GstEdgeTarget *(*prepare) (GstEdgeLinkSink * self, GstEdgeEndpoint * endpoint, const gchar ** property,
      GError ** error);
  void (*unprepare) (GstEdgeLinkSink * self);
  GstEdgeMessage *(*create_message) (GstEdgeLinkSink * self, GstBuffer * buffer,
      const GstEdgeFrameIdentity * identity, GError ** error);
  void (*answered) (GstEdgeLinkSink * self, GstEdgeMessage * message, GstEdgeResult result);
  void (*drained) (GstEdgeLinkSink * self, gint64 deadline);
  void (*retired) (GstEdgeLinkSink * self);
  void (*extend_stats) (GstEdgeLinkSink * self, GstStructure * stats);
  void (*extend_counts) (GstEdgeLinkSink * self, GstEdgeStageCounts * counts);
};

/* The target that @prepare returned; owned by the sink. Valid while streaming. */
GST_EDGE_API GstEdgeTarget *gst_edge_link_sink_get_target (GstEdgeLinkSink * self);

/* Media type of the current caps, a string that lives for ever, or NULL. Streaming thread. */
GST_EDGE_API const gchar *gst_edge_link_sink_get_media_type (GstEdgeLinkSink * self);

/* For the sinks that are GstURIHandler: sets everything but get_protocols. */
GST_EDGE_API void gst_edge_link_sink_uri_handler_init (GstURIHandlerInterface * iface);

G_END_DECLS
