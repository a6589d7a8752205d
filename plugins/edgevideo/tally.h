/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What became of the frames of a camera, summed over its restarts. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstEdgeTally:
 * @frames: that the camera gave, after the frame rate was limited
 * @published: frames that the broker has confirmed
 * @stored: frames that the cache has confirmed
 * @announced: events that the broker has confirmed
 * @dropped: "WAY-REASON" -> guint64, of what was not delivered; a frame may be in it once for each way. For each way:
 *   what goes in = what is delivered + what is dropped + what is still waiting
 * @pool: (nullable): the statistics of the worker pool, when it was last seen
 */
typedef struct
{
  guint64 frames;
  guint64 published;
  guint64 stored;
  guint64 announced;
  GstStructure *dropped;
  GstStructure *pool;
} GstEdgeTally;

void gst_edge_tally_init (GstEdgeTally * self);
void gst_edge_tally_clear (GstEdgeTally * self);

/* The statistics of one element, named after what the element is for; a NULL @stats is nothing. */
void gst_edge_tally_add_stamp (GstEdgeTally * self, const GstStructure * stats);
void gst_edge_tally_add_sink (GstEdgeTally * self, const gchar * way, guint64 * delivered, const GstStructure * stats);
void gst_edge_tally_add_workers (GstEdgeTally * self, const GstStructure * stats);

void gst_edge_tally_add (GstEdgeTally * self, const GstEdgeTally * other);

/* All of @dropped. */
guint64 gst_edge_tally_get_dropped (const GstEdgeTally * self);

G_END_DECLS
