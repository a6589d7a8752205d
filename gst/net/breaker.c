/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Circuit breaker. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/breaker.h"

gboolean
gst_edge_breaker_allows (GstEdgeBreaker *breaker, gint64 now)
{
  switch (breaker->state) {
    case GST_EDGE_BREAKER_CLOSED:
      return TRUE;
    case GST_EDGE_BREAKER_OPEN:
      if (now - breaker->opened_at < breaker->reset_after)
        return FALSE;
      breaker->state = GST_EDGE_BREAKER_HALF_OPEN;
      return TRUE;
    case GST_EDGE_BREAKER_HALF_OPEN:
      return FALSE;
  }
  g_return_val_if_reached (FALSE);
}

gint64
gst_edge_breaker_get_wait (const GstEdgeBreaker *breaker, gint64 now)
{
  if (breaker->state != GST_EDGE_BREAKER_OPEN)
    return 0;
  return MAX (breaker->opened_at + breaker->reset_after - now, 0);
}

void
gst_edge_breaker_success (GstEdgeBreaker *breaker)
{
  breaker->failures = 0;
  breaker->state = GST_EDGE_BREAKER_CLOSED;
}

void
gst_edge_breaker_failure (GstEdgeBreaker *breaker, gint64 now)
{
  if (breaker->failures < G_MAXUINT)
    breaker->failures++;
  if (breaker->max_failures == 0)
    return;
  if (breaker->state == GST_EDGE_BREAKER_HALF_OPEN || breaker->failures >= breaker->max_failures) {
    breaker->state = GST_EDGE_BREAKER_OPEN;
    breaker->opened_at = now;
  }
}
