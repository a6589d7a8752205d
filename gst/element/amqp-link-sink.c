/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base of the sinks that publish to an AMQP exchange: what a message is made of, and what can be known to be wrong
 * about it before a broker is asked. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "amqp/amqp-transport.h"
#include "element/amqp-link-sink-private.h"

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstEdgeAmqpLinkSink, gst_edge_amqp_link_sink,
    GST_EDGE_TYPE_LINK_SINK);

GstEdgeAmqpLinkSinkPrivate *
gst_edge_amqp_link_sink_get_private (gpointer self)
{
  return gst_edge_amqp_link_sink_get_instance_private (self);
}

static gboolean
check_name (const gchar *name, GError **error)
{
  if (name != NULL && strlen (name) <= GST_EDGE_AMQP_MAX_NAME && g_utf8_validate (name, -1, NULL))
    return TRUE;
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
      "must be UTF-8 of at most %d bytes", GST_EDGE_AMQP_MAX_NAME);
  return FALSE;
}

static GstEdgeAmqpTarget *
make_target (const GstEdgeAmqpLinkSinkSettings *settings, gboolean frame_headers)
{
  GstEdgeAmqpTarget *target = gst_edge_amqp_target_new (settings->exchange, settings->exchange_type);

  target->parent.unconfirmed = !settings->confirms;
  target->declare = settings->declare;
  target->mandatory = settings->mandatory;
  target->persistent = settings->delivery_mode == 2;
  target->frame_headers = frame_headers;
  target->priority = settings->priority;
  target->app_id = g_strdup (settings->app_id);
  if (settings->expiration > 0)
    target->expiration = g_strdup_printf ("%" G_GUINT64_FORMAT,
        MAX (settings->expiration / GST_MSECOND, 1));
  return target;
}

/* @property says which one the error is about. */
static gboolean
check_target (GstEdgeAmqpTarget *target, const GstStructure *headers, const gchar *content_type, const gchar *key,
    const gchar **property, GError **error)
{
  return (*property = "exchange", check_name (target->exchange, error))
      && (*property = "exchange-type", check_name (target->exchange_type, error))
      && (*property = "app-id", check_name (target->app_id != NULL ? target->app_id : "", error))
      && (*property = "content-type", check_name (content_type != NULL ? content_type : "", error))
      && (*property = "headers", gst_edge_amqp_target_set_headers (target, headers, error))
      && (*property = "routing-key", check_name (key, error));
}

static GstEdgeTarget *
gst_edge_amqp_link_sink_prepare (GstEdgeLinkSink *sink, GstEdgeEndpoint *endpoint, const gchar **property,
    GError **error)
{
  GstEdgeAmqpLinkSinkPrivate *priv = gst_edge_amqp_link_sink_get_private (sink);
  GstEdgeAmqpLinkSinkSettings *settings = &priv->settings;
  GstEdgeAmqpTarget *target;
  GstStructure *headers;
  gchar *key;

  GST_OBJECT_LOCK (sink);
  target = make_target (settings, GST_EDGE_AMQP_LINK_SINK_GET_CLASS (sink)->frame_headers);
  target->parent.urgent = GST_EDGE_LINK_SINK_GET_CLASS (sink)->urgent;
  headers = settings->headers != NULL ? gst_structure_copy (settings->headers) : NULL;
  key = g_strdup (settings->routing_key);
  priv->content_type = g_intern_string (settings->content_type);
  GST_OBJECT_UNLOCK (sink);

  if (check_target (target, headers, priv->content_type, key, property, error))
    priv->key_template = gst_edge_frame_template_new (key, gst_edge_endpoint_get_vhost (endpoint), NULL,
        error);
  g_clear_pointer (&headers, gst_structure_free);
  g_free (key);
  if (priv->key_template != NULL)
    return &target->parent;
  gst_edge_target_unref (&target->parent);
  return NULL;
}

static void
gst_edge_amqp_link_sink_unprepare (GstEdgeLinkSink *sink)
{
  g_clear_pointer (&gst_edge_amqp_link_sink_get_private (sink)->key_template,
      gst_edge_frame_template_free);
}

static const gchar *
content_type_of (GstEdgeLinkSink *sink)
{
  GstEdgeAmqpLinkSinkPrivate *priv = gst_edge_amqp_link_sink_get_private (sink);
  GstEdgeAmqpLinkSinkClass *klass = GST_EDGE_AMQP_LINK_SINK_GET_CLASS (sink);

  if (priv->content_type != NULL)
    return priv->content_type;
  return klass->content_type != NULL ? klass->content_type : gst_edge_link_sink_get_media_type (sink);
}

static GstEdgeMessage *
gst_edge_amqp_link_sink_create_message (GstEdgeLinkSink *sink, GstBuffer *buffer,
    const GstEdgeFrameIdentity *identity, GError **error)
{
  GstEdgeAmqpLinkSinkPrivate *priv = gst_edge_amqp_link_sink_get_private (sink);
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
  message->content_type = content_type_of (sink);
  return message;
}

static void
gst_edge_amqp_link_sink_finalize (GObject *object)
{
  gst_edge_amqp_link_sink_clear_settings (&gst_edge_amqp_link_sink_get_private (object)->settings);
  G_OBJECT_CLASS (gst_edge_amqp_link_sink_parent_class)->finalize (object);
}

static void
gst_edge_amqp_link_sink_class_init (GstEdgeAmqpLinkSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstEdgeLinkSinkClass *sink_class = GST_EDGE_LINK_SINK_CLASS (klass);

  object_class->finalize = gst_edge_amqp_link_sink_finalize;
  gst_edge_amqp_link_sink_install_properties (object_class);

  sink_class->transport = gst_edge_amqp_transport_get_class ();
  sink_class->parse_uri = gst_edge_endpoint_new_amqp;
  sink_class->default_uri = "amqp://localhost";
  sink_class->target_property = "exchange";
  sink_class->max_message_size = GST_EDGE_AMQP_MAX_BODY;
  sink_class->prepare = gst_edge_amqp_link_sink_prepare;
  sink_class->unprepare = gst_edge_amqp_link_sink_unprepare;
  sink_class->create_message = gst_edge_amqp_link_sink_create_message;

  gst_type_mark_as_plugin_api (GST_EDGE_TYPE_AMQP_LINK_SINK, 0);
}

static void
gst_edge_amqp_link_sink_init (GstEdgeAmqpLinkSink *self)
{
  gst_edge_amqp_link_sink_init_settings (&gst_edge_amqp_link_sink_get_private (self)->settings);
}
