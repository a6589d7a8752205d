/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gives the frames of one camera their identity. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "frame/frame-stamper.h"

void
gst_edge_frame_stamper_clear (GstEdgeFrameStamper *stamper)
{
  g_clear_pointer (&stamper->camera_id, g_ref_string_release);
  gst_edge_frame_identity_clear (&stamper->caps_part);
}

/* Not interned: GLib lets a string that one thread releases for the last time and another one interns die (2.74). */
static GRefString *
ref_camera_id (GstEdgeFrameStamper *stamper, const gchar *camera_id)
{
  if (g_strcmp0 (stamper->camera_id, camera_id) != 0) {
    g_clear_pointer (&stamper->camera_id, g_ref_string_release);
    stamper->camera_id = g_ref_string_new (camera_id);
  }
  return g_ref_string_acquire (stamper->camera_id);
}

void
gst_edge_frame_stamper_set_caps (GstEdgeFrameStamper *stamper, const GstCaps *caps)
{
  gst_edge_frame_identity_clear (&stamper->caps_part);
  stamper->caps_part.width = 0;
  stamper->caps_part.height = 0;
  gst_edge_frame_identity_set_caps (&stamper->caps_part, caps);
}

static void
take_caps_part (const GstEdgeFrameIdentity *caps_part, GstEdgeFrameIdentity *identity)
{
  if (caps_part->width != 0 && caps_part->height != 0) {
    identity->width = caps_part->width;
    identity->height = caps_part->height;
  }
  if (caps_part->encoding != NULL && caps_part->encoding != identity->encoding) {
    g_clear_pointer (&identity->encoding, g_ref_string_release);
    identity->encoding = g_ref_string_acquire (caps_part->encoding);
  }
}

void
gst_edge_frame_stamper_next (GstEdgeFrameStamper *stamper, const gchar *camera_id,
    gint64 capture_time, GstEdgeFrameIdentity *identity)
{
  stamper->last_sequence = stamper->last_sequence % GST_EDGE_SEQUENCE_MAX + 1;

  memset (identity, 0, sizeof (*identity));
  identity->camera_id = ref_camera_id (stamper, camera_id);
  identity->capture_time = capture_time;
  identity->sequence = stamper->last_sequence;
  take_caps_part (&stamper->caps_part, identity);
}

void
gst_edge_frame_stamper_describe (GstEdgeFrameStamper *stamper, const GstEdgeFrameIdentity *known,
    GstEdgeFrameIdentity *identity)
{
  gst_edge_frame_identity_copy (known, identity);
  take_caps_part (&stamper->caps_part, identity);
}
