/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The "stats" structure of the sinks. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/link-sink-private.h"

static void
set_drops (GstStructure *stats, const GstEdgeLinkCounters *counters)
{
  guint64 total = 0;
  guint i;

  for (i = 0; i < GST_EDGE_LINK_N_DROPS; i++) {
    gchar *name = g_strconcat ("dropped-", gst_edge_link_drop_get_name (i), NULL);

    gst_structure_set (stats, name, G_TYPE_UINT64, counters->dropped[i], NULL);
    total += counters->dropped[i];
    g_free (name);
  }
  gst_structure_set (stats, "dropped", G_TYPE_UINT64, total, NULL);
}

static GstStructure *
describe (const GstEdgeLinkCounters *counters, const GstEdgeHistogram *latency, const gchar *server)
{
  GstStructure *stats = gst_structure_new ("link-stats",
      "in", G_TYPE_UINT64, counters->in,
      "delivered", G_TYPE_UINT64, counters->delivered,
      "delivered-bytes", G_TYPE_UINT64, counters->delivered_bytes,
      "unconfirmed", G_TYPE_UINT64, counters->unconfirmed,
      "rejected", G_TYPE_UINT64, counters->rejected,
      "returned", G_TYPE_UINT64, counters->returned,
      "resent", G_TYPE_UINT64, counters->resent,
      "queued", G_TYPE_UINT, counters->queued,
      "queued-bytes", G_TYPE_UINT64, counters->queued_bytes,
      "in-flight", G_TYPE_UINT, counters->in_flight,
      "state", G_TYPE_STRING, gst_edge_link_state_get_name (counters->state),
      "server", G_TYPE_STRING, server,
      "connects", G_TYPE_UINT, counters->connects,
      "latency-p50", GST_TYPE_CLOCK_TIME, gst_edge_histogram_get_quantile (latency, 0.50),
      "latency-p99", GST_TYPE_CLOCK_TIME, gst_edge_histogram_get_quantile (latency, 0.99), NULL);

  set_drops (stats, counters);
  return stats;
}

/* Wants a client that cannot go away: the caller holds client_lock, or is the one who stops. */
GstStructure *
gst_edge_link_sink_make_stats (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  GstEdgeLinkCounters counters;
  GstStructure *stats;

  gst_edge_link_client_get_counters (priv->client, &counters);
  stats = describe (&counters, gst_edge_link_client_get_latency (priv->client),
      gst_edge_endpoint_get_text (priv->endpoint));
  if (klass->extend_stats != NULL)
    klass->extend_stats (self, stats);
  return stats;
}

GstStructure *
gst_edge_link_sink_get_stats (GstEdgeLinkSink *self)
{
  static const GstEdgeHistogram no_latency;
  static const GstEdgeLinkCounters no_counters;
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstStructure *stats;

  g_mutex_lock (&priv->client_lock);
  if (priv->client != NULL) {
    stats = gst_edge_link_sink_make_stats (self);
  } else if (priv->last_stats != NULL) {
    stats = gst_structure_copy (priv->last_stats);
    gst_structure_set (stats, "state", G_TYPE_STRING,
        gst_edge_link_state_get_name (GST_EDGE_LINK_CLOSED), NULL);
  } else {
    stats = describe (&no_counters, &no_latency, "");
  }
  g_mutex_unlock (&priv->client_lock);
  return stats;
}
