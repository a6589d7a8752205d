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

typedef struct _GstEdgeAmqpHeaders GstEdgeAmqpHeaders;

/**
 * GstEdgeAmqpTarget:
 * @exchange: where to publish
 * @exchange_type: its type, when it is declared
 * @declare: declare it (durable); else it must exist
 * @mandatory: a message that no queue takes comes back and counts as returned
 * @persistent: delivery mode 2 instead of 1
 * @frame_headers: send the identity as headers
 * @priority: 0…9, or -1 for none
 * @expiration: (nullable): milliseconds after which a queue forgets the message, as text
 * @app_id: (nullable): who published it
 * @headers: (nullable): further headers, the same for all messages
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
  gint priority;
  gchar *expiration;
  gchar *app_id;
  GstEdgeAmqpHeaders *headers;
} GstEdgeAmqpTarget;

/* (transfer full): the strings are copied. Unref with gst_edge_target_unref(). */
GST_EDGE_API GstEdgeAmqpTarget *gst_edge_amqp_target_new (const gchar * exchange, const gchar * exchange_type);

/* Takes the fields of @structure (nullable) as further headers: strings, integers, doubles and booleans.
 * FALSE and @error for another type, a name that the frame headers use, or too many or too large ones. */
GST_EDGE_API gboolean gst_edge_amqp_target_set_headers (GstEdgeAmqpTarget * target, const GstStructure * structure,
    GError ** error);

GST_EDGE_API const GstEdgeTransportClass *gst_edge_amqp_transport_get_class (void);

G_END_DECLS
