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
  gint64 ceiling, outage;

  if (backoff->failures == 0)
    backoff->failing_since = now;
  outage = now - backoff->failing_since;
  ceiling = backoff->min << MIN (backoff->failures, 20);
  if (backoff->failures < G_MAXUINT)
    backoff->failures++;

  if (outage < SHORT_OUTAGE)
    ceiling = MIN (ceiling, SHORT_OUTAGE_MAX);
  else
    ceiling = MIN (ceiling, outage / 4);        /* an outage of 12 s must not become one of 40 s */
  ceiling = CLAMP (ceiling, backoff->min, backoff->max);
  return backoff->min + (gint64) (dice * (gdouble) (ceiling - backoff->min));
}

gboolean
gst_edge_backoff_is_short_outage (const GstEdgeBackoff *backoff, gint64 now)
{
  return backoff->failures == 0 || now - backoff->failing_since < SHORT_OUTAGE;
}

void
gst_edge_backoff_reset (GstEdgeBackoff *backoff)
{
  backoff->failures = 0;
}
