/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * amqpsink: publishes every buffer as one AMQP message. */

#pragma once

#include "element/amqp-link-sink.h"

G_BEGIN_DECLS

#define GST_TYPE_AMQP_SINK (gst_amqp_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstAmqpSink, gst_amqp_sink, GST, AMQP_SINK, GstEdgeAmqpLinkSink)

GST_ELEMENT_REGISTER_DECLARE (amqpsink);

G_END_DECLS
