/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What amqp-link-sink.c and amqp-link-sink-properties.c share. */

#pragma once

#include "element/amqp-link-sink.h"
#include "frame/frame-template.h"

G_BEGIN_DECLS

/* All guarded by the object lock. */
typedef struct
{
  gchar *exchange;
  gchar *exchange_type;
  gchar *routing_key;
  gchar *content_type;          /* nullable: what the body is */
  gchar *app_id;                /* nullable */
  GstStructure *headers;        /* nullable */
  GstClockTime expiration;      /* 0 = none */
  gint priority;                /* -1 = none */
  guint delivery_mode;
  gboolean declare;
  gboolean mandatory;
  gboolean confirms;
} GstEdgeAmqpLinkSinkSettings;

typedef struct
{
  GstEdgeAmqpLinkSinkSettings settings; /* object lock */

  /* Set before streaming starts, constant until it has ended. */
  GstEdgeFrameTemplate *key_template;
  const gchar *content_type;    /* interned; nullable */
} GstEdgeAmqpLinkSinkPrivate;

GstEdgeAmqpLinkSinkPrivate *gst_edge_amqp_link_sink_get_private (gpointer self);

/* amqp-link-sink-properties.c */
void gst_edge_amqp_link_sink_install_properties (GObjectClass * klass);
void gst_edge_amqp_link_sink_init_settings (GstEdgeAmqpLinkSinkSettings * settings);
void gst_edge_amqp_link_sink_clear_settings (GstEdgeAmqpLinkSinkSettings * settings);

G_END_DECLS
