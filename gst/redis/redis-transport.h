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

/**
 * GstEdgeRedisTarget:
 * @ttl: seconds that a frame stays, at least 1
 * @key_prefix: (nullable): what the keys of the extras start with, before the camera id
 * @latest: also set `{key_prefix}{camera-id}:latest` to the key of the frame
 * @index: also add the key to the sorted set `{key_prefix}{camera-id}:index` by capture time in microseconds
 *
 * What the messages of one element have in common.
 */
typedef struct
{
  GstEdgeTarget parent;
  guint ttl;
  gchar *key_prefix;
  gboolean latest;
  gboolean index;
} GstEdgeRedisTarget;

/* (transfer full): unref with gst_edge_target_unref(). */
GST_EDGE_API GstEdgeRedisTarget *gst_edge_redis_target_new (guint ttl, const gchar * key_prefix);

GST_EDGE_API const GstEdgeTransportClass *gst_edge_redis_transport_get_class (void);

G_END_DECLS
