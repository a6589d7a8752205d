/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Circuit breaker: after so many failures in a row, stop trying for a while, then let a single probe through.
 * Pure: the caller brings the clock. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_BREAKER_CLOSED,
  GST_EDGE_BREAKER_OPEN,
  GST_EDGE_BREAKER_HALF_OPEN,
} GstEdgeBreakerState;

/* Zero but for the two settings is a closed breaker. */
typedef struct
{
  guint max_failures;           /* 0 = never opens */
  gint64 reset_after;           /* microseconds */
  guint failures;               /* in a row */
  gint64 opened_at;             /* monotonic microseconds */
  GstEdgeBreakerState state;
} GstEdgeBreaker;

/* May a try be made at @now? Turns an open breaker half open once its time is over; while half open, only the
 * call that turned it says TRUE. */
GST_EDGE_API gboolean gst_edge_breaker_allows (GstEdgeBreaker * breaker, gint64 now);

/* How long until gst_edge_breaker_allows() can say TRUE, in microseconds; 0 when closed. */
GST_EDGE_API gint64 gst_edge_breaker_get_wait (const GstEdgeBreaker * breaker, gint64 now);

GST_EDGE_API void gst_edge_breaker_success (GstEdgeBreaker * breaker);
GST_EDGE_API void gst_edge_breaker_failure (GstEdgeBreaker * breaker, gint64 now);

G_END_DECLS
