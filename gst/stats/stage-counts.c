/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names and sums of what became of frames. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "stats/stage-counts.h"

#define IN_POOL (1 << 0)
#define IN_LINKS (1 << 1)

static const struct
{
  const gchar *name;
  guint where;
} losses[] = {
  [GST_EDGE_LOSS_FULL] = {"full", IN_POOL | IN_LINKS},
  [GST_EDGE_LOSS_OLDEST] = {"oldest", IN_POOL},
  [GST_EDGE_LOSS_KEYFRAME] = {"keyframe", IN_POOL},
  [GST_EDGE_LOSS_AGE] = {"age", IN_POOL | IN_LINKS},
  [GST_EDGE_LOSS_CIRCUIT_OPEN] = {"circuit-open", IN_LINKS},
  [GST_EDGE_LOSS_OVERSIZE] = {"oversize", IN_LINKS},
  [GST_EDGE_LOSS_FLUSH] = {"flush", IN_LINKS},
  [GST_EDGE_LOSS_SHUTDOWN] = {"shutdown", IN_LINKS},
  [GST_EDGE_LOSS_CANCELLED] = {"cancelled", IN_POOL},
  [GST_EDGE_LOSS_ERROR] = {"error", IN_POOL},
};

G_STATIC_ASSERT (G_N_ELEMENTS (losses) == GST_EDGE_N_LOSSES);

const gchar *
gst_edge_stage_get_name (GstEdgeStage stage)
{
  static const gchar *names[] = { "pool", "published", "stored", "announced" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == GST_EDGE_N_STAGES);
  return names[stage];
}

const gchar *
gst_edge_loss_get_name (GstEdgeLoss loss)
{
  return losses[loss].name;
}

gboolean
gst_edge_stage_has_loss (GstEdgeStage stage, GstEdgeLoss loss)
{
  return (losses[loss].where & (stage == GST_EDGE_STAGE_POOL ? IN_POOL : IN_LINKS)) != 0;
}

void
gst_edge_stage_counts_add (GstEdgeStageCounts *sum, const GstEdgeStageCounts *counts)
{
  guint i;

  sum->in += counts->in;
  sum->out += counts->out;
  sum->bytes += counts->bytes;
  sum->unconfirmed += counts->unconfirmed;
  sum->refused += counts->refused;
  sum->returned += counts->returned;
  sum->resent += counts->resent;
  sum->not_passed_on += counts->not_passed_on;
  for (i = 0; i < GST_EDGE_N_LOSSES; i++)
    sum->lost[i] += counts->lost[i];
  sum->queued += counts->queued;
  sum->in_flight += counts->in_flight;
}

guint64
gst_edge_stage_counts_get_lost (const GstEdgeStageCounts *counts)
{
  guint64 lost = 0;
  guint i;

  for (i = 0; i < GST_EDGE_N_LOSSES; i++)
    lost += counts->lost[i];
  return lost;
}
