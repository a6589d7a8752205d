/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * redisframesink: stores every buffer in Redis and, where it is linked on, passes it on once it is stored. */

#pragma once

#include "element/link-sink.h"

G_BEGIN_DECLS

#define GST_TYPE_REDIS_FRAME_SINK (gst_redis_frame_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstRedisFrameSink, gst_redis_frame_sink, GST, REDIS_FRAME_SINK, GstEdgeLinkSink)

GST_ELEMENT_REGISTER_DECLARE (redisframesink);

G_END_DECLS
