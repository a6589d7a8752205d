/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base of the sinks that publish to an AMQP exchange: exchange, routing key and their checks. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "amqp/amqp-transport.h"
#include "element/amqp-link-sink.h"
#include "frame/frame-template.h"

#define DEFAULT_EXCHANGE_TYPE "topic"
#define DEFAULT_DELIVERY_MODE 1

typedef struct
{
  /* Object lock. */
  gchar *exchange;
  gchar *exchange_type;
  gchar *routing_key;
  gchar *content_type;          /* nullable: from caps */
  gboolean declare;
  gboolean mandatory;
  guint delivery_mode;

  /* Set before streaming starts, constant until it has ended. */
  GstEdgeFrameTemplate *key_template;
  const gchar *fixed_content_type;      /* interned; nullable */
} GstEdgeAmqpLinkSinkPrivate;

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
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstEdgeAmqpLinkSink, gst_edge_amqp_link_sink,
    GST_EDGE_TYPE_LINK_SINK);

static GstEdgeAmqpLinkSinkPrivate *
get_private (gpointer self)
{
  return gst_edge_amqp_link_sink_get_instance_private (self);
}

static gboolean
check_name (const gchar *name, const gchar *what, GError **error)
{
  if (name != NULL && strlen (name) <= GST_EDGE_AMQP_MAX_NAME && g_utf8_validate (name, -1, NULL))
    return TRUE;
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
      "%s must be UTF-8 of at most %d bytes", what, GST_EDGE_AMQP_MAX_NAME);
  return FALSE;
}

static GstEdgeTarget *
gst_edge_amqp_link_sink_prepare (GstEdgeLinkSink *sink, GstEdgeEndpoint *endpoint, const gchar **property,
    GError **error)
{
  GstEdgeAmqpLinkSinkPrivate *priv = get_private (sink);
  GstEdgeAmqpTarget *target;
  gchar *key;

  GST_OBJECT_LOCK (sink);
  target = gst_edge_amqp_target_new (priv->exchange, priv->exchange_type);
  target->declare = priv->declare;
  target->mandatory = priv->mandatory;
  target->persistent = priv->delivery_mode == 2;
  target->frame_headers = GST_EDGE_AMQP_LINK_SINK_GET_CLASS (sink)->frame_headers;
  key = g_strdup (priv->routing_key);
  priv->fixed_content_type = g_intern_string (priv->content_type);
  GST_OBJECT_UNLOCK (sink);

  *property = "exchange";
  if (check_name (target->exchange, "the name of an exchange", error)) {
    *property = "exchange-type";
    if (check_name (target->exchange_type, "the type of an exchange", error)) {
      *property = "routing-key";
      if (check_name (key, "a routing key", error))
        priv->key_template = gst_edge_frame_template_new (key,
            gst_edge_endpoint_get_vhost (endpoint), NULL, error);
    }
  }
  g_free (key);
  if (priv->key_template == NULL) {
    gst_edge_target_unref (&target->parent);
    return NULL;
  }
  return &target->parent;
}

static void
gst_edge_amqp_link_sink_unprepare (GstEdgeLinkSink *sink)
{
  g_clear_pointer (&get_private (sink)->key_template, gst_edge_frame_template_free);
}

static GstEdgeMessage *
gst_edge_amqp_link_sink_create_message (GstEdgeLinkSink *sink, GstBuffer *buffer,
    const GstEdgeFrameIdentity *identity, GError **error)
{
  GstEdgeAmqpLinkSinkPrivate *priv = get_private (sink);
  GstEdgeAmqpLinkSinkClass *klass = GST_EDGE_AMQP_LINK_SINK_GET_CLASS (sink);
  gchar *key = gst_edge_frame_template_format (priv->key_template, identity);
  GstEdgeMessage *message;

  if (strlen (key) > GST_EDGE_AMQP_MAX_NAME) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "its routing key would be longer than %d bytes", GST_EDGE_AMQP_MAX_NAME);
    g_free (key);
    return NULL;
  }
  message = gst_edge_message_new (gst_edge_target_ref (gst_edge_link_sink_get_target (sink)), key,
      klass->create_body (GST_EDGE_AMQP_LINK_SINK (sink), buffer, identity), identity);
  if (priv->fixed_content_type != NULL)
    message->content_type = priv->fixed_content_type;
  else if (klass->content_type != NULL)
    message->content_type = klass->content_type;
  else
    message->content_type = gst_edge_link_sink_get_media_type (sink);
  return message;
}

static void
replace_string (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
}

static void
gst_edge_amqp_link_sink_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstEdgeAmqpLinkSinkPrivate *priv = get_private (object);

  GST_OBJECT_LOCK (object);
  switch (prop_id) {
    case PROP_EXCHANGE:
      replace_string (&priv->exchange, value);
      break;
    case PROP_EXCHANGE_TYPE:
      replace_string (&priv->exchange_type, value);
      break;
    case PROP_DECLARE:
      priv->declare = g_value_get_boolean (value);
      break;
    case PROP_ROUTING_KEY:
      replace_string (&priv->routing_key, value);
      break;
    case PROP_CONTENT_TYPE:
      replace_string (&priv->content_type, value);
      break;
    case PROP_DELIVERY_MODE:
      priv->delivery_mode = g_value_get_uint (value);
      break;
    case PROP_MANDATORY:
      priv->mandatory = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
gst_edge_amqp_link_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeAmqpLinkSinkPrivate *priv = get_private (object);

  GST_OBJECT_LOCK (object);
  switch (prop_id) {
    case PROP_EXCHANGE:
      g_value_set_string (value, priv->exchange);
      break;
    case PROP_EXCHANGE_TYPE:
      g_value_set_string (value, priv->exchange_type);
      break;
    case PROP_DECLARE:
      g_value_set_boolean (value, priv->declare);
      break;
    case PROP_ROUTING_KEY:
      g_value_set_string (value, priv->routing_key);
      break;
    case PROP_CONTENT_TYPE:
      g_value_set_string (value, priv->content_type);
      break;
    case PROP_DELIVERY_MODE:
      g_value_set_uint (value, priv->delivery_mode);
      break;
    case PROP_MANDATORY:
      g_value_set_boolean (value, priv->mandatory);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
gst_edge_amqp_link_sink_finalize (GObject *object)
{
  GstEdgeAmqpLinkSinkPrivate *priv = get_private (object);

  g_free (priv->exchange);
  g_free (priv->exchange_type);
  g_free (priv->routing_key);
  g_free (priv->content_type);
  G_OBJECT_CLASS (gst_edge_amqp_link_sink_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  properties[PROP_EXCHANGE] = g_param_spec_string ("exchange", "Exchange",
      "Exchange to publish to; \"\" is the broker's default exchange", NULL, flags);
  properties[PROP_EXCHANGE_TYPE] = g_param_spec_string ("exchange-type", "Exchange type",
      "Type of the exchange: topic, direct, fanout or headers", DEFAULT_EXCHANGE_TYPE, flags);
  properties[PROP_DECLARE] = g_param_spec_boolean ("declare", "Declare",
      "Declare the exchange (durable); otherwise it must exist", TRUE, flags);
  properties[PROP_ROUTING_KEY] = g_param_spec_string ("routing-key", "Routing key",
      "Template of the routing key, with the fields {camera-id}, {capture-time} (Unix ns), {sequence}, "
      "{width}, {height}, {encoding} and {tenant} (the vhost)", NULL, flags);
  properties[PROP_CONTENT_TYPE] = g_param_spec_string ("content-type", "Content type",
      "Media type of the messages; NULL = what the body is: from the caps, as image/jpeg, or application/json", NULL, flags);
  properties[PROP_DELIVERY_MODE] = g_param_spec_uint ("delivery-mode", "Delivery mode",
      "1 = transient, 2 = persistent: survives a restart of the broker in a durable queue, about four "
      "times slower", 1, 2, DEFAULT_DELIVERY_MODE, flags);
  properties[PROP_MANDATORY] = g_param_spec_boolean ("mandatory", "Mandatory",
      "Messages that no queue is bound for come back and count as rejected and returned; otherwise the "
      "broker takes and forgets them", FALSE, flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
gst_edge_amqp_link_sink_class_init (GstEdgeAmqpLinkSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstEdgeLinkSinkClass *sink_class = GST_EDGE_LINK_SINK_CLASS (klass);

  object_class->set_property = gst_edge_amqp_link_sink_set_property;
  object_class->get_property = gst_edge_amqp_link_sink_get_property;
  object_class->finalize = gst_edge_amqp_link_sink_finalize;
  install_properties (object_class);

  sink_class->transport = gst_edge_amqp_transport_get_class ();
  sink_class->parse_uri = gst_edge_endpoint_new_amqp;
  sink_class->default_uri = "amqp://localhost";
  sink_class->max_message_size = GST_EDGE_AMQP_MAX_BODY;
  sink_class->prepare = gst_edge_amqp_link_sink_prepare;
  sink_class->unprepare = gst_edge_amqp_link_sink_unprepare;
  sink_class->create_message = gst_edge_amqp_link_sink_create_message;

  gst_type_mark_as_plugin_api (GST_EDGE_TYPE_AMQP_LINK_SINK, 0);
}

static void
gst_edge_amqp_link_sink_init (GstEdgeAmqpLinkSink *self)
{
  GstEdgeAmqpLinkSinkPrivate *priv = get_private (self);

  priv->exchange_type = g_strdup (DEFAULT_EXCHANGE_TYPE);
  priv->declare = TRUE;
  priv->delivery_mode = DEFAULT_DELIVERY_MODE;
}
