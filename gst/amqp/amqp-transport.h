/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * librabbitmq behind a link: publishing with confirms. */

#pragma once

#include "net/link.h"

G_BEGIN_DECLS

/* RabbitMQ's own default limit; a larger message would close the channel. */
#define GST_EDGE_AMQP_MAX_BODY (128 * 1024 * 1024)

/* Names on the wire are short strings. */
#define GST_EDGE_AMQP_MAX_NAME 255

/**
 * GstEdgeAmqpTarget:
 * @exchange: where to publish
 * @exchange_type: its type, when it is declared
 * @declare: declare it (durable); else it must exist
 * @mandatory: a message that no queue takes comes back and counts as returned
 * @persistent: delivery mode 2 instead of 1
 * @frame_headers: send the identity as headers
 *
 * What the messages of one element have in common.
 */
typedef struct
{
  GstEdgeTarget parent;
  gchar *exchange;
  gchar *exchange_type;
  gboolean declare;
  gboolean mandatory;
  gboolean persistent;
  gboolean frame_headers;
} GstEdgeAmqpTarget;

/* (transfer full): the strings are copied. Unref with gst_edge_target_unref(). */
GST_EDGE_API GstEdgeAmqpTarget *gst_edge_amqp_target_new (const gchar * exchange, const gchar * exchange_type);

GST_EDGE_API const GstEdgeTransportClass *gst_edge_amqp_transport_get_class (void);

G_END_DECLS
