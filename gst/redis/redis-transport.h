/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hiredis behind a link: pipelined SET with a TTL. */

#pragma once

#include "net/link.h"

G_BEGIN_DECLS

/* The server's own limit of a string. */
#define GST_EDGE_REDIS_MAX_VALUE (512 * 1024 * 1024)

/* What the messages of one element have in common. */
typedef struct
{
  GstEdgeTarget parent;
  guint ttl;                    /* seconds, at least 1 */
} GstEdgeRedisTarget;

/* (transfer full): unref with gst_edge_target_unref(). */
GST_EDGE_API GstEdgeRedisTarget *gst_edge_redis_target_new (guint ttl);

GST_EDGE_API const GstEdgeTransportClass *gst_edge_redis_transport_get_class (void);

G_END_DECLS
