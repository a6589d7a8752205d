/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A GstRTSPMedia with truthful and frequent sender reports. */

#include "camera-media.h"

/* Sender reports come about this often, and the first after half of it: tests
 * wait for the first one. The default of 5 s is what most cameras have. */
#define RTCP_INTERVAL GST_SECOND

struct _GstEdgeCameraMedia
{
  GstRTSPMedia parent;
};

G_DEFINE_FINAL_TYPE (GstEdgeCameraMedia, gst_edge_camera_media,
    GST_TYPE_RTSP_MEDIA);

static void
on_rtpbin_element_added (GstBin *rtpbin, GstElement *element, gpointer user_data)
{
  g_autoptr (GObject) session = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          "internal-session") == NULL)
    return;

  g_object_get (element, "internal-session", &session, NULL);
  g_object_set (session, "rtcp-min-interval", (guint64) RTCP_INTERVAL, NULL);
}

static gboolean
gst_edge_camera_media_setup_rtpbin (GstRTSPMedia *media, GstElement *rtpbin)
{
  /* The default pairs an RTP time with the moment it was sent, which makes the
   * receiver's capture times as uneven as this machine's scheduling. */
  g_object_set (rtpbin, "rtcp-sync-send-time", FALSE, NULL);
  g_signal_connect (rtpbin, "element-added",
      G_CALLBACK (on_rtpbin_element_added), NULL);

  return TRUE;
}

static void
gst_edge_camera_media_class_init (GstEdgeCameraMediaClass *klass)
{
  GST_RTSP_MEDIA_CLASS (klass)->setup_rtpbin =
      gst_edge_camera_media_setup_rtpbin;
}

static void
gst_edge_camera_media_init (GstEdgeCameraMedia *self)
{
}
