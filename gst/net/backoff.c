/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Exponential backoff with full jitter. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/backoff.h"

#define SHORT_OUTAGE (10 * G_USEC_PER_SEC)
#define SHORT_OUTAGE_MAX (G_USEC_PER_SEC / 2)

gint64
gst_edge_backoff_next (GstEdgeBackoff *backoff, gint64 now, gdouble dice)
{
  gint64 ceiling;

  if (backoff->failures == 0)
    backoff->failing_since = now;
  ceiling = backoff->min << MIN (backoff->failures, 20);
  if (backoff->failures < G_MAXUINT)
    backoff->failures++;

  if (now - backoff->failing_since < SHORT_OUTAGE)
    ceiling = MIN (ceiling, SHORT_OUTAGE_MAX);
  ceiling = CLAMP (ceiling, backoff->min, backoff->max);
  return backoff->min + (gint64) (dice * (gdouble) (ceiling - backoff->min));
}

void
gst_edge_backoff_reset (GstEdgeBackoff *backoff)
{
  backoff->failures = 0;
}
