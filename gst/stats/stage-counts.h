/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What became of the frames of one camera at one of the stages they pass, in one struct that can be summed. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/**
 * GstEdgeStage:
 * @GST_EDGE_STAGE_POOL: a lane of a worker pool
 * @GST_EDGE_STAGE_PUBLISHED: amqpsink
 * @GST_EDGE_STAGE_STORED: redisframesink
 * @GST_EDGE_STAGE_ANNOUNCED: metadatapub
 */
typedef enum
{
  GST_EDGE_STAGE_POOL,
  GST_EDGE_STAGE_PUBLISHED,
  GST_EDGE_STAGE_STORED,
  GST_EDGE_STAGE_ANNOUNCED,
  GST_EDGE_N_STAGES
} GstEdgeStage;

/* Why a frame was dropped. A stage knows some of them: see gst_edge_stage_has_loss(). */
typedef enum
{
  GST_EDGE_LOSS_FULL,           /* no room for the new one */
  GST_EDGE_LOSS_OLDEST,         /* made room for a newer one */
  GST_EDGE_LOSS_KEYFRAME,       /* depends on one that was dropped */
  GST_EDGE_LOSS_AGE,            /* waited longer than max-age */
  GST_EDGE_LOSS_CIRCUIT_OPEN,   /* no room, because the server is away */
  GST_EDGE_LOSS_OVERSIZE,       /* larger than can be sent */
  GST_EDGE_LOSS_FLUSH,          /* a seek or flush discarded it */
  GST_EDGE_LOSS_SHUTDOWN,       /* the element stopped first */
  GST_EDGE_LOSS_CANCELLED,      /* flushed, or given up when the element stopped */
  GST_EDGE_LOSS_ERROR,          /* what follows failed */
  GST_EDGE_N_LOSSES
} GstEdgeLoss;

/* in = out + refused + returned + unconfirmed + lost[…] + queued + in_flight */
typedef struct
{
  guint64 in;
  guint64 out;                  /* the server, or what follows, has it */
  guint64 bytes;                /* of those in out */
  guint64 unconfirmed;          /* sent without asking for an answer */
  guint64 refused;
  guint64 returned;             /* no queue is bound for it */
  guint64 resent;
  guint64 not_passed_on;        /* of those in out: what follows was too slow, or failed */
  guint64 lost[GST_EDGE_N_LOSSES];
  guint queued;
  guint in_flight;
} GstEdgeStageCounts;

/* As in metrics and JSON. */
GST_EDGE_API const gchar *gst_edge_stage_get_name (GstEdgeStage stage);
GST_EDGE_API const gchar *gst_edge_loss_get_name (GstEdgeLoss loss);

GST_EDGE_API gboolean gst_edge_stage_has_loss (GstEdgeStage stage, GstEdgeLoss loss);

GST_EDGE_API void gst_edge_stage_counts_add (GstEdgeStageCounts * sum, const GstEdgeStageCounts * counts);
GST_EDGE_API guint64 gst_edge_stage_counts_get_lost (const GstEdgeStageCounts * counts);

G_END_DECLS
