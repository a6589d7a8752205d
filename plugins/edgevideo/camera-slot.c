/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bookkeeping. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-slot.h"

#define MIN_RETRY (1 * G_USEC_PER_SEC)
#define MAX_RETRY (60 * G_USEC_PER_SEC)

GstEdgeCameraSlot *
gst_edge_camera_slot_new (const gchar *id)
{
  GstEdgeCameraSlot *self = g_new0 (GstEdgeCameraSlot, 1);

  self->id = g_strdup (id);
  self->state = "inactive";
  self->backoff.min = MIN_RETRY;
  self->backoff.max = MAX_RETRY;
  gst_edge_tally_init (&self->tally);
  return self;
}

void
gst_edge_camera_slot_free (GstEdgeCameraSlot *self)
{
  gst_edge_camera_slot_hide (self);
  g_clear_pointer (&self->config, gst_edge_config_unref);
  gst_clear_object (&self->camera);
  gst_edge_tally_clear (&self->tally);
  g_free (self->last_error);
  g_free (self->id);
  g_free (self);
}

void
gst_edge_camera_slot_set_added (GstEdgeCameraSlot *self, gboolean added)
{
  gint64 now = g_get_monotonic_time ();

  if (added == (self->added_at != 0))
    return;
  if (added) {
    self->source = gst_edge_camera_source_new (self->id);
  } else {
    gst_edge_camera_slot_hide (self);
    self->uptime_before += now - self->added_at;
  }
  self->added_at = added ? now : 0;
}

void
gst_edge_camera_slot_set_camera (GstEdgeCameraSlot *self, GstEdgeVideoCamera *camera, GstEdgeConfig *config)
{
  self->camera = gst_object_ref (camera);
  self->config = gst_edge_config_ref (config);
  self->stopping = self->stopped = self->restart = self->initial = FALSE;
  self->stopping_at = 0;
  self->state = "inactive";
  if (self->source != NULL)     /* from now on the elements say */
    gst_edge_camera_source_set_state (self->source, GST_EDGE_CAMERA_STATE_UNKNOWN, NULL);
  self->starts++;
}

static gint64
get_framing (const GstEdgeCameraSlot *self)
{
  gint64 end = self->stopping_at != 0 ? self->stopping_at : g_get_monotonic_time ();

  return self->framing_before + (self->camera != NULL ? gst_edge_video_camera_get_framing (self->camera, end) : 0);
}

GstEdgeVideoCamera *
gst_edge_camera_slot_take_camera (GstEdgeCameraSlot *self, const GstEdgeTally *tally)
{
  GstEdgeVideoCamera *camera;

  self->framing_before = get_framing (self);
  gst_edge_tally_add (&self->tally, tally);
  g_clear_pointer (&self->config, gst_edge_config_unref);
  camera = g_steal_pointer (&self->camera);
  if (!g_str_equal (self->state, "offline"))
    self->state = "inactive";
  return camera;
}

void
gst_edge_camera_slot_set_error (GstEdgeCameraSlot *self, const gchar *error)
{
  g_free (self->last_error);
  self->last_error = g_strdup (error);
}

void
gst_edge_camera_slot_set_offline (GstEdgeCameraSlot *self, const gchar *error)
{
  gst_edge_camera_slot_set_error (self, error);
  self->state = "offline";
  if (self->source != NULL)
    gst_edge_camera_source_set_state (self->source, GST_EDGE_CAMERA_STATE_OFFLINE, error);
}

void
gst_edge_camera_slot_hide (GstEdgeCameraSlot *self)
{
  g_clear_pointer (&self->source, gst_edge_camera_source_free);
}

void
gst_edge_camera_slot_report (const GstEdgeCameraSlot *self, GstEdgeReport *report, const GstEdgeTally *tally)
{
  gint64 up = self->uptime_before + (self->added_at != 0 ? g_get_monotonic_time () - self->added_at : 0);
  GstEdgeReportCamera camera = {
    .id = self->id,
    .state = self->state,
    .starts = self->starts,
    .uptime = (gdouble) up / G_USEC_PER_SEC,
    .framing = (gdouble) get_framing (self) / G_USEC_PER_SEC,
    .last_error = self->last_error,
  };
  GstEdgeTally sum;

  gst_edge_tally_init (&sum);
  gst_edge_tally_add (&sum, &self->tally);
  if (tally != NULL)
    gst_edge_tally_add (&sum, tally);
  gst_edge_report_add_camera (report, &camera, &sum);
  gst_edge_tally_clear (&sum);
}
