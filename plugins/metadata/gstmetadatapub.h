/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * metadatapub: publishes one JSON event per buffer. */

#pragma once

#include "element/amqp-link-sink.h"

G_BEGIN_DECLS

#define GST_TYPE_METADATA_PUB (gst_metadata_pub_get_type ())
G_DECLARE_FINAL_TYPE (GstMetadataPub, gst_metadata_pub, GST, METADATA_PUB, GstEdgeAmqpLinkSink)

GST_ELEMENT_REGISTER_DECLARE (metadatapub);

G_END_DECLS
