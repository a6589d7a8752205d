/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties that all sinks that publish to an AMQP exchange have. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/amqp-link-sink-private.h"

#define DEFAULT_EXCHANGE_TYPE "topic"
#define DEFAULT_DELIVERY_MODE 1
#define MAX_EXPIRATION (30 * 24 * 3600 * GST_SECOND)

enum
{
  PROP_0,
  PROP_EXCHANGE,
  PROP_EXCHANGE_TYPE,
  PROP_DECLARE,
  PROP_ROUTING_KEY,
  PROP_CONTENT_TYPE,
  PROP_DELIVERY_MODE,
  PROP_MANDATORY,
  PROP_CONFIRMS,
  PROP_EXPIRATION,
  PROP_PRIORITY,
  PROP_APP_ID,
  PROP_HEADERS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

void
gst_edge_amqp_link_sink_init_settings (GstEdgeAmqpLinkSinkSettings *settings)
{
  settings->exchange_type = g_strdup (DEFAULT_EXCHANGE_TYPE);
  settings->delivery_mode = DEFAULT_DELIVERY_MODE;
  settings->declare = TRUE;
  settings->confirms = TRUE;
  settings->priority = -1;
}

void
gst_edge_amqp_link_sink_clear_settings (GstEdgeAmqpLinkSinkSettings *settings)
{
  g_free (settings->exchange);
  g_free (settings->exchange_type);
  g_free (settings->routing_key);
  g_free (settings->content_type);
  g_free (settings->app_id);
  g_clear_pointer (&settings->headers, gst_structure_free);
}

/* Where a string property is kept; NULL for the others. */
static gchar **
string_place (GstEdgeAmqpLinkSinkSettings *settings, guint prop_id)
{
  switch (prop_id) {
    case PROP_EXCHANGE:
      return &settings->exchange;
    case PROP_EXCHANGE_TYPE:
      return &settings->exchange_type;
    case PROP_ROUTING_KEY:
      return &settings->routing_key;
    case PROP_CONTENT_TYPE:
      return &settings->content_type;
    case PROP_APP_ID:
      return &settings->app_id;
    default:
      return NULL;
  }
}

static void
set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstEdgeAmqpLinkSinkSettings *settings = &gst_edge_amqp_link_sink_get_private (object)->settings;
  gchar **place = string_place (settings, prop_id);

  GST_OBJECT_LOCK (object);
  if (place != NULL) {
    g_free (*place);
    *place = g_value_dup_string (value);
    GST_OBJECT_UNLOCK (object);
    return;
  }
  switch (prop_id) {
    case PROP_DECLARE:
      settings->declare = g_value_get_boolean (value);
      break;
    case PROP_DELIVERY_MODE:
      settings->delivery_mode = g_value_get_uint (value);
      break;
    case PROP_MANDATORY:
      settings->mandatory = g_value_get_boolean (value);
      break;
    case PROP_CONFIRMS:
      settings->confirms = g_value_get_boolean (value);
      break;
    case PROP_EXPIRATION:
      settings->expiration = g_value_get_uint64 (value);
      break;
    case PROP_PRIORITY:
      settings->priority = g_value_get_int (value);
      break;
    case PROP_HEADERS:
      g_clear_pointer (&settings->headers, gst_structure_free);
      settings->headers = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeAmqpLinkSinkSettings *settings = &gst_edge_amqp_link_sink_get_private (object)->settings;
  gchar **place = string_place (settings, prop_id);

  GST_OBJECT_LOCK (object);
  if (place != NULL) {
    g_value_set_string (value, *place);
    GST_OBJECT_UNLOCK (object);
    return;
  }
  switch (prop_id) {
    case PROP_DECLARE:
      g_value_set_boolean (value, settings->declare);
      break;
    case PROP_DELIVERY_MODE:
      g_value_set_uint (value, settings->delivery_mode);
      break;
    case PROP_MANDATORY:
      g_value_set_boolean (value, settings->mandatory);
      break;
    case PROP_CONFIRMS:
      g_value_set_boolean (value, settings->confirms);
      break;
    case PROP_EXPIRATION:
      g_value_set_uint64 (value, settings->expiration);
      break;
    case PROP_PRIORITY:
      g_value_set_int (value, settings->priority);
      break;
    case PROP_HEADERS:
      g_value_set_boxed (value, settings->headers);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
install_message_properties (GParamFlags flags)
{
  properties[PROP_EXCHANGE] = g_param_spec_string ("exchange", "Exchange",
      "Exchange to publish to; \"\" is the broker's default exchange", NULL, flags);
  properties[PROP_EXCHANGE_TYPE] = g_param_spec_string ("exchange-type", "Exchange type",
      "Type of the exchange: topic, direct, fanout or headers", DEFAULT_EXCHANGE_TYPE, flags);
  properties[PROP_DECLARE] = g_param_spec_boolean ("declare", "Declare",
      "Declare the exchange (durable); otherwise it must exist when the sink starts, and when it is missing later, "
      "frames wait in the queue until it is back", TRUE, flags);
  properties[PROP_ROUTING_KEY] = g_param_spec_string ("routing-key", "Routing key",
      "Template of the routing key, with the fields {camera-id}, {capture-time} (Unix ns), {sequence}, "
      "{width}, {height}, {encoding} and {tenant} (the vhost)", NULL, flags);
  properties[PROP_CONTENT_TYPE] = g_param_spec_string ("content-type", "Content type",
      "Media type of the messages; NULL = what the body is: from the caps, as image/jpeg, or "
      "application/json", NULL, flags);
  properties[PROP_DELIVERY_MODE] = g_param_spec_uint ("delivery-mode", "Delivery mode",
      "1 = transient, 2 = persistent: survives a restart of the broker in a durable queue, about four "
      "times slower", 1, 2, DEFAULT_DELIVERY_MODE, flags);
  properties[PROP_MANDATORY] = g_param_spec_boolean ("mandatory", "Mandatory",
      "Messages that no queue is bound for come back and count as rejected and returned; otherwise the "
      "broker takes and forgets them", FALSE, flags);
  properties[PROP_CONFIRMS] = g_param_spec_boolean ("confirms", "Publisher confirms",
      "Wait for the broker's confirm before a message counts as delivered; otherwise it counts as "
      "unconfirmed once it is sent, and is lost with the connection", TRUE, flags);
  properties[PROP_EXPIRATION] = g_param_spec_uint64 ("expiration", "Expiration",
      "After this time queues forget the message, in ns, rounded to ms (0 = never)", 0, MAX_EXPIRATION, 0,
      flags);
  properties[PROP_PRIORITY] = g_param_spec_int ("priority", "Priority",
      "Priority of the messages in a priority queue, 0 to 9 (-1 = none)", -1, 9, -1, flags);
  properties[PROP_APP_ID] = g_param_spec_string ("app-id", "Application id",
      "The application that the messages say they are from; NULL = none", NULL, flags);
  properties[PROP_HEADERS] = g_param_spec_boxed ("headers", "Headers",
      "Further headers of every message: a structure of strings, integers, doubles and booleans, as in "
      "headers=\"headers,site=(string)north,lane=(int)3\"", GST_TYPE_STRUCTURE, flags);
}

void
gst_edge_amqp_link_sink_install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  klass->set_property = set_property;
  klass->get_property = get_property;
  install_message_properties (flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}
