/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-metadatapub
 * @title: metadatapub
 * @see_also: redisframesink, amqpsink, framestamp
 *
 * Publishes one JSON event per buffer, made from the identity of the frame, never from its pixels. Behind the
 * source pad of `redisframesink` the event carries the Redis key of the frame, and is sent only once the frame is
 * stored. Events go before frames on a connection that both share.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 -e videotestsrc num-buffers=30 ! edgejpegenc ! framestamp camera-id=cam1 ! redisframesink uri=redis://localhost:6379/0 ! metadatapub uri=amqp://guest:guest@localhost:5672/%2f
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmetadatapub.h"

#include "frame-event.h"

struct _GstMetadataPub
{
  GstEdgeAmqpLinkSink parent;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_FINAL_TYPE (GstMetadataPub, gst_metadata_pub, GST_EDGE_TYPE_AMQP_LINK_SINK);
GST_ELEMENT_REGISTER_DEFINE (metadatapub, "metadatapub", GST_RANK_NONE, GST_TYPE_METADATA_PUB);

static GstBuffer *
gst_metadata_pub_create_body (GstEdgeAmqpLinkSink *sink, GstBuffer *buffer,
    const GstEdgeFrameIdentity *identity)
{
  gsize length;
  gchar *json = gst_frame_event_to_json (identity, gst_buffer_get_size (buffer), &length);

  return gst_buffer_new_wrapped (json, length);
}

static void
gst_metadata_pub_class_init (GstMetadataPubClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstEdgeAmqpLinkSinkClass *sink_class = GST_EDGE_AMQP_LINK_SINK_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Metadata publisher", "Sink/Network",
      "Announces every frame as one JSON event on an AMQP exchange (RabbitMQ)",
      "the gst-edge-video authors");

  GST_EDGE_LINK_SINK_CLASS (klass)->stage = GST_EDGE_STAGE_ANNOUNCED;
  GST_EDGE_LINK_SINK_CLASS (klass)->urgent = TRUE;
  sink_class->content_type = "application/json";
  sink_class->create_body = gst_metadata_pub_create_body;
}

static void
gst_metadata_pub_init (GstMetadataPub *self)
{
  g_object_set (self, "exchange", "camera.metadata", "routing-key", "camera.metadata.event", NULL);
}
