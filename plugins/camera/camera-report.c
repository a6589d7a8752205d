/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What rtspcamerasrc says about its camera. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-report.h"
#include "element/element-error.h"

GST_DEBUG_CATEGORY_EXTERN (gst_rtsp_camera_src_debug);
#define GST_CAT_DEFAULT gst_rtsp_camera_src_debug

static const struct
{
  const gchar *sentence;
  GstResourceError code;
} reasons[] = {
  [GST_EDGE_CAMERA_OK] = {"frames come", GST_RESOURCE_ERROR_FAILED},
  [GST_EDGE_CAMERA_CONNECT] = {"cannot be connected to",
      GST_RESOURCE_ERROR_OPEN_READ},
  [GST_EDGE_CAMERA_AUTH] = {"refuses the user or the password",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED},
  [GST_EDGE_CAMERA_NOT_FOUND] = {"does not know the path of the uri",
      GST_RESOURCE_ERROR_NOT_FOUND},
  [GST_EDGE_CAMERA_TIMEOUT] = {"did not send video in time",
      GST_RESOURCE_ERROR_READ},
  [GST_EDGE_CAMERA_EOS] = {"ended the stream", GST_RESOURCE_ERROR_READ},
  [GST_EDGE_CAMERA_STALL] = {"stopped sending video",
      GST_RESOURCE_ERROR_READ},
  [GST_EDGE_CAMERA_DECODE] = {"sends video of which no frame can be made",
      GST_RESOURCE_ERROR_READ},
};

static gchar *
make_sentence (const GstEdgeCameraSettings *settings, const GstEdgeCameraHealth *health, const gchar *detail)
{
  if (health->state == GST_RTSP_CAMERA_SRC_STATE_ACTIVE)
    return g_strdup_printf ("Camera %s is active: %s", settings->name,
        settings->text);
  return g_strdup_printf ("Camera %s %s: %s%s%s%s", settings->name,
      reasons[health->reason].sentence, settings->text,
      detail != NULL ? " (" : "", detail != NULL ? detail : "",
      detail != NULL ? ")" : "");
}

/* For metrics and the live page. */
static void
record_state (GstEdgeCameraSource *source, const GstEdgeCameraHealth *health, const gchar *detail)
{
  static const GstEdgeCameraState states[] = {
    [GST_RTSP_CAMERA_SRC_STATE_INACTIVE] = GST_EDGE_CAMERA_STATE_INACTIVE,
    [GST_RTSP_CAMERA_SRC_STATE_ACTIVE] = GST_EDGE_CAMERA_STATE_ACTIVE,
    [GST_RTSP_CAMERA_SRC_STATE_OFFLINE] = GST_EDGE_CAMERA_STATE_OFFLINE,
  };
  gchar *reason = NULL;

  if (source == NULL)
    return;
  if (health->state != GST_RTSP_CAMERA_SRC_STATE_ACTIVE)
    reason = g_strdup_printf ("%s%s%s%s", reasons[health->reason].sentence,
        detail != NULL ? " (" : "", detail != NULL ? detail : "",
        detail != NULL ? ")" : "");
  gst_edge_camera_source_set_state (source, states[health->state], reason);
  g_free (reason);
}

static void
post_state (GstElement *element, const GstEdgeCameraSettings *settings,
    const GstEdgeCameraHealth *health, const gchar *sentence, GstClockTime wait)
{
  GstStructure *s = gst_structure_new ("camera-state",
      "state", G_TYPE_STRING, gst_edge_camera_state_get_name (health->state),
      "consecutive-failures", G_TYPE_UINT, health->backoff.failures,
      "next-retry", G_TYPE_UINT64, wait,
      "uri", G_TYPE_STRING, settings->text,
      "message", G_TYPE_STRING, sentence, NULL);

  if (settings->camera_id != NULL)
    gst_structure_set (s, "camera-id", G_TYPE_STRING, settings->camera_id,
        NULL);
  if (health->reason != GST_EDGE_CAMERA_OK)
    gst_structure_set (s, "reason", G_TYPE_STRING,
        gst_edge_camera_reason_get_name (health->reason), NULL);
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element), s));
}

static void
post_warning (GstElement *element, const GstEdgeCameraSettings *settings,
    const GstEdgeCameraHealth *health, const gchar *sentence)
{
  GError *error = g_error_new (GST_RESOURCE_ERROR,
      (gint) reasons[health->reason].code,
      "%s. It is tried again until it is back", sentence);

  gst_edge_element_post_warning (element, error, NULL, settings->text);
  g_error_free (error);
}

void
gst_edge_camera_report (GstElement *element,
    const GstEdgeCameraSettings *settings, GstEdgeCameraSource *source,
    const GstEdgeCameraHealth *health, const gchar *detail, gboolean is_news)
{
  gchar *sentence = make_sentence (settings, health, detail);
  const gboolean active = health->state == GST_RTSP_CAMERA_SRC_STATE_ACTIVE;
  const gint64 wait_us = health->retry_at - g_get_monotonic_time ();
  const GstClockTime wait =
      active ? 0 : (GstClockTime) MAX (wait_us, 0) * GST_USECOND;

  if (is_news && active)
    GST_INFO_OBJECT (element, "%s", sentence);
  else if (is_news)
    GST_WARNING_OBJECT (element, "%s; %s, next try in %.1f s", sentence,
        gst_edge_camera_state_get_name (health->state),
        (gdouble) wait / GST_SECOND);
  record_state (source, health, detail);
  post_state (element, settings, health, sentence, wait);
  if (!active && health->backoff.failures == 1)
    post_warning (element, settings, health, sentence);
  g_free (sentence);
}

void
gst_edge_camera_report_refusal (GstElement *element,
    const GstEdgeCameraSettings *settings, GstFlowReturn flow)
{
  GError *error = g_error_new (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      flow == GST_FLOW_NOT_NEGOTIATED
      ? "What follows the camera %s does not accept its video. Put videoconvert "
      "after it, or take away the caps that do not fit"
      : flow == GST_FLOW_NOT_LINKED
      ? "The camera %s is not linked to anything. Link it to an element that "
      "takes its video, or to fakesink"
      : "What follows the camera %s has failed, see its own error",
      settings->name);

  gst_edge_element_post_error (element, error, NULL, NULL);
  g_error_free (error);
}
