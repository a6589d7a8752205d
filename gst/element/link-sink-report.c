/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The census of the sinks with a link: who is there, and what those counted that are gone.
 *
 * Lock order: that of all records, census lock, then that of a camera's record. No frame waits for the census, and who
 * holds it waits for no link. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/link-sink-private.h"

static GMutex census_lock;
static GPtrArray *census;       /* census_lock: of GstEdgeLinkSink, each with a client */
static GPtrArray *gone_links;   /* census_lock: of GstEdgeGoneLinkReport, its strings owned */

void
gst_edge_link_sink_join_census (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);

  if (priv->camera_id != NULL)
    __atomic_store_n (&priv->record, gst_edge_camera_record_use (priv->camera_id), __ATOMIC_RELEASE);
  g_mutex_lock (&census_lock);
  if (census == NULL)
    census = g_ptr_array_new ();
  g_ptr_array_add (census, self);
  g_mutex_unlock (&census_lock);
}

static void
to_counts (const GstEdgeLinkCounters *counters, GstEdgeStageCounts *counts)
{
  memset (counts, 0, sizeof (*counts));
  counts->in = counters->in;
  counts->out = counters->delivered;
  counts->bytes = counters->delivered_bytes;
  counts->unconfirmed = counters->unconfirmed;
  counts->refused = counters->rejected - counters->returned;
  counts->returned = counters->returned;
  counts->resent = counters->resent;
  counts->lost[GST_EDGE_LOSS_FULL] = counters->dropped[GST_EDGE_LINK_DROP_FULL];
  counts->lost[GST_EDGE_LOSS_CIRCUIT_OPEN] = counters->dropped[GST_EDGE_LINK_DROP_CIRCUIT];
  counts->lost[GST_EDGE_LOSS_AGE] = counters->dropped[GST_EDGE_LINK_DROP_AGE];
  counts->lost[GST_EDGE_LOSS_OVERSIZE] = counters->dropped[GST_EDGE_LINK_DROP_OVERSIZE];
  counts->lost[GST_EDGE_LOSS_FLUSH] = counters->dropped[GST_EDGE_LINK_DROP_FLUSH];
  counts->lost[GST_EDGE_LOSS_SHUTDOWN] = counters->dropped[GST_EDGE_LINK_DROP_SHUTDOWN];
  counts->queued = counters->queued;
  counts->in_flight = counters->in_flight;
}

static void
describe_locked (GstEdgeLinkSink *self, GstEdgeLinkSinkReport *report)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  GstEdgeLinkCounters counters;

  gst_edge_link_client_read_counters (priv->client, &counters);
  report->stage = klass->stage;
  report->camera = __atomic_load_n (&priv->record, __ATOMIC_ACQUIRE);
  report->server = gst_edge_endpoint_get_text (priv->endpoint);
  report->group = priv->group != NULL ? priv->group : "";
  report->state = counters.state;
  report->trouble = priv->trouble;
  report->latency = gst_edge_link_client_get_latency (priv->client);
  to_counts (&counters, &report->counts);
  if (klass->extend_counts != NULL)
    klass->extend_counts (self, &report->counts);
}

static gboolean
is_same_link (const gchar *server, const gchar *group, const GstEdgeLinkSinkReport *report)
{
  return g_str_equal (server, report->server) && g_str_equal (group, report->group);
}

static GstEdgeGoneLinkReport *
get_gone_link_locked (const GstEdgeLinkSinkReport *report)
{
  GstEdgeGoneLinkReport *gone;
  guint i;

  if (gone_links == NULL)
    gone_links = g_ptr_array_new ();
  for (i = 0; i < gone_links->len; i++) {
    gone = g_ptr_array_index (gone_links, i);
    if (is_same_link (gone->server, gone->group, report))
      return gone;
  }
  gone = g_new0 (GstEdgeGoneLinkReport, 1);
  gone->server = g_strdup (report->server);
  gone->group = g_strdup (report->group);
  g_ptr_array_add (gone_links, gone);
  return gone;
}

static void
remember_locked (const GstEdgeLinkSinkReport *report)
{
  GstEdgeGoneLinkReport *gone = get_gone_link_locked (report);

  gst_edge_stage_counts_add (&gone->counts, &report->counts);
  gst_edge_histogram_merge (&gone->latency, report->latency);
  if (report->camera != NULL)
    gst_edge_camera_record_add_gone (report->camera, report->stage, &report->counts);
}

/* The client is retired: its counters are final, and nothing is queued or in flight. */
void
gst_edge_link_sink_leave_census (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeCameraRecord *record = priv->record;
  GstEdgeLinkSinkReport report;

  gst_edge_camera_records_lock ();
  g_mutex_lock (&census_lock);
  describe_locked (self, &report);
  g_ptr_array_remove_fast (census, self);
  remember_locked (&report);
  g_clear_pointer (&priv->trouble, g_free);
  g_mutex_unlock (&census_lock);
  gst_edge_camera_records_unlock ();

  __atomic_store_n (&priv->record, NULL, __ATOMIC_RELEASE);
  if (record != NULL)
    gst_edge_camera_record_unuse (record);
}

void
gst_edge_link_sink_set_trouble (GstEdgeLinkSink *self, const gchar *reason)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);

  g_mutex_lock (&census_lock);
  g_free (priv->trouble);
  priv->trouble = g_strdup (reason);
  g_mutex_unlock (&census_lock);
}

/* A sink that once had frames of several cameras stays one
 * of several: its counters cannot be taken apart. */
void
gst_edge_link_sink_note_camera (GstEdgeLinkSink *self, const GstEdgeFrameIdentity *identity)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeCameraRecord *before = priv->record;
  const gchar *known = before != NULL ? gst_edge_camera_record_get_id (before) : NULL;

  if (known != NULL && (g_str_equal (known, identity->camera_id) || g_str_equal (known, GST_EDGE_CAMERA_SEVERAL)))
    return;
  __atomic_store_n (&priv->record, gst_edge_camera_record_use (before == NULL ? identity->camera_id
          : GST_EDGE_CAMERA_SEVERAL), __ATOMIC_RELEASE);
  if (before != NULL)
    gst_edge_camera_record_unuse (before);
}

void
gst_edge_link_sinks_report (GstEdgeLinkSinkReportFunc sink, GstEdgeGoneLinkReportFunc gone, gpointer user_data)
{
  GstEdgeLinkSinkReport report;
  guint i;

  g_mutex_lock (&census_lock);
  for (i = 0; census != NULL && i < census->len; i++) {
    describe_locked (g_ptr_array_index (census, i), &report);
    sink (&report, user_data);
  }
  for (i = 0; gone_links != NULL && i < gone_links->len; i++)
    gone (g_ptr_array_index (gone_links, i), user_data);
  g_mutex_unlock (&census_lock);
}
