/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-amqpsink
 * @title: amqpsink
 * @see_also: metadatapub, redisframesink, framestamp
 *
 * Publishes every buffer as one AMQP 0-9-1 message, to RabbitMQ for example, and counts it as delivered when the
 * broker has confirmed it. The streaming thread never waits for the network. What is accepted and not confirmed is
 * kept within the bounds of the queue and sent again, with the same message-id, after a reconnect.
 *
 * All sinks of the process that name the same broker with the same credentials share one connection.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 -e videotestsrc num-buffers=30 ! edgejpegenc ! amqpsink camera-id=cam1 uri=amqp://guest:guest@localhost:5672/%2f
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstamqpsink.h"

struct _GstAmqpSink
{
  GstEdgeAmqpLinkSink parent;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static const gchar *const *
get_protocols (GType type)
{
  static const gchar *protocols[] = { "amqp", "amqps", NULL };

  return protocols;
}

static void
uri_handler_init (gpointer iface, gpointer data)
{
  gst_edge_link_sink_uri_handler_init (iface);
  ((GstURIHandlerInterface *) iface)->get_protocols = get_protocols;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAmqpSink, gst_amqp_sink, GST_EDGE_TYPE_AMQP_LINK_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, uri_handler_init));
GST_ELEMENT_REGISTER_DEFINE (amqpsink, "amqpsink", GST_RANK_NONE, GST_TYPE_AMQP_SINK);

/* The frame itself, untouched. */
static GstBuffer *
gst_amqp_sink_create_body (GstEdgeAmqpLinkSink *sink, GstBuffer *buffer, const GstEdgeFrameIdentity *identity)
{
  return gst_buffer_ref (buffer);
}

static void
gst_amqp_sink_class_init (GstAmqpSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstEdgeAmqpLinkSinkClass *sink_class = GST_EDGE_AMQP_LINK_SINK_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "AMQP sink", "Sink/Network",
      "Publishes every buffer as one AMQP 0-9-1 message (RabbitMQ), with publisher confirms",
      "the gst-edge-video authors");

  GST_EDGE_LINK_SINK_CLASS (klass)->stage = GST_EDGE_STAGE_PUBLISHED;
  sink_class->frame_headers = TRUE;
  sink_class->create_body = gst_amqp_sink_create_body;
}

static void
gst_amqp_sink_init (GstAmqpSink *self)
{
  g_object_set (self, "exchange", "cameras", "routing-key", "camera.{camera-id}", NULL);
}
