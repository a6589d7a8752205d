/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How long to wait before the next try: exponential with jitter. Pure: the caller brings the clock and the dice. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/* All times in microseconds. Zero but for min and max is a valid start. */
typedef struct
{
  gint64 min;                   /* shortest wait */
  gint64 max;                   /* longest wait */
  guint failures;               /* in a row */
  gint64 failing_since;         /* when the first of them happened */
} GstEdgeBackoff;

/**
 * gst_edge_backoff_next:
 * @backoff: the state
 * @now: monotonic microseconds
 * @dice: a random number in [0, 1)
 *
 * Counts one more failure. While an outage is shorter than ten seconds no wait is longer than half a second, so
 * that a server that was only restarted is found again within a second; then waits grow up to the maximum.
 *
 * Returns: microseconds to wait
 */
GST_EDGE_API gint64 gst_edge_backoff_next (GstEdgeBackoff * backoff, gint64 now, gdouble dice);

/* Is the outage still so short that the server may just be restarting? Then it is no reason to give up. */
GST_EDGE_API gboolean gst_edge_backoff_is_short_outage (const GstEdgeBackoff * backoff, gint64 now);

/* After a success. */
GST_EDGE_API void gst_edge_backoff_reset (GstEdgeBackoff * backoff);

G_END_DECLS
