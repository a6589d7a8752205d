/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a reply of a Redis server means for a message and for the connection. Pure. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_REDIS_OK,
  GST_EDGE_REDIS_BUSY,          /* cannot take it now: OOM, LOADING, MISCONF, BUSY, CLUSTERDOWN… */
  GST_EDGE_REDIS_RECONNECT,     /* not on this connection: READONLY, NOAUTH */
  GST_EDGE_REDIS_TOO_LARGE,     /* larger than proto-max-bulk-len; the server closes the connection */
  GST_EDGE_REDIS_NEVER,         /* nor any other from this element: NOPERM for a command */
  GST_EDGE_REDIS_REFUSED,       /* not this one: NOPERM for a key, MOVED, and everything unknown */
} GstEdgeRedisVerdict;

/* @text: what followed '-' in an error reply */
GST_EDGE_API GstEdgeRedisVerdict gst_edge_redis_judge_error (const gchar * text);

/* What a person can do about it; a static string, empty when there is nothing to add. */
GST_EDGE_API const gchar *gst_edge_redis_advise (const gchar * text);

G_END_DECLS
