/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What edgevideobin says about itself: the description, and the report at the end. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/element-error.h"
#include "gstedgevideobin-private.h"
#include "report.h"
#include "status-json.h"
#include "video-camera.h"

#define GST_CAT_DEFAULT gst_edge_video_bin_debug

/* What runs is asked itself; what does not run yet is made for the purpose. */
static gchar *
describe_camera (GstEdgeVideoBin *self, const GstEdgeConfig *config, const gchar *id, const gchar *pool,
    GError **error)
{
  GstElement *running = gst_bin_get_by_name (GST_BIN (self), id);
  GstEdgeVideoCamera *camera;
  gchar *text;

  if (running != NULL && GST_EDGE_IS_VIDEO_CAMERA (running)) {
    text = gst_edge_video_camera_describe (GST_EDGE_VIDEO_CAMERA (running));
    gst_object_unref (running);
    return text;
  }
  gst_clear_object (&running);
  camera = gst_edge_video_camera_new (config, id, pool, error);
  if (camera == NULL)
    return NULL;
  gst_object_ref_sink (camera);
  text = gst_edge_video_camera_describe (camera);
  gst_object_unref (camera);
  return text;
}

gchar *
gst_edge_video_bin_describe (GstEdgeVideoBin *self, GError **error)
{
  GstEdgeConfig *config = gst_edge_video_bin_read_config (self, error);
  GString *text;
  gboolean failed = FALSE;
  gchar *pool;
  guint i;

  if (config == NULL)
    return NULL;
  GST_OBJECT_LOCK (self);
  pool = g_strdup (self->pool);
  GST_OBJECT_UNLOCK (self);
  text = g_string_new (NULL);
  for (i = 0; i < config->cameras->len && !failed; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (config->cameras, i);
    gchar *line = describe_camera (self, config, camera->id, pool, error);
    if (line == NULL)
      failed = TRUE;
    else
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
    g_free (line);
  }
  g_free (pool);
  gst_edge_config_unref (config);
  return g_string_free (text, failed);
}

/* The deployment lives until the next one begins, so that the last numbers can be read. */
GstStructure *
gst_edge_video_bin_make_stats (GstEdgeVideoBin *self)
{
  GstEdgeDeployment *deployment = gst_edge_video_bin_ref_deployment (self);
  GstStructure *report;

  if (deployment == NULL)
    return gst_structure_new_empty ("edge-video-report");
  report = gst_edge_deployment_make_report (deployment);
  gst_edge_deployment_unref (deployment);
  return report;
}

static void
write_report (GstEdgeVideoBin *self, const gchar *file, const GstStructure *report)
{
  gchar *json = gst_edge_structure_to_json (report);
  GError *error = NULL;

  if (!g_file_set_contents (file, json, -1, &error)) {
    g_prefix_error (&error, "report-file: the report could not be written: ");
    gst_edge_element_post_warning (GST_ELEMENT (self), error, "report-file", NULL);
    g_error_free (error);
  }
  g_free (json);
}

void
gst_edge_video_bin_report (GstEdgeVideoBin *self)
{
  GstStructure *report;
  gboolean reported;
  gchar *text, *file;

  GST_OBJECT_LOCK (self);
  reported = self->reported;
  self->reported = TRUE;
  file = g_strdup (self->report_file);
  GST_OBJECT_UNLOCK (self);
  if (!reported) {
    report = gst_edge_video_bin_make_stats (self);
    text = gst_edge_report_to_text (report);
    GST_INFO_OBJECT (self, "final report: %s", text);
    if (file != NULL)
      write_report (self, file, report);
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), report));
    g_free (text);
  }
  g_free (file);
}

/* gst-launch-1.0 shows the debug text of an INFO message. The line can be pasted into a shell. */
static void
post_valid (GstEdgeVideoBin *self, const GstEdgeConfig *config, const gchar *description)
{
  const guint n = config->cameras->len;
  gchar *sentence = g_strdup_printf ("%s: the config is valid: %u %s", config->file, n, n == 1 ? "camera" : "cameras");
  GString *debug = g_string_new (sentence);

  if (n > 0) {
    g_string_append_printf (debug, "\nwhat it runs, with *** for what is secret:\ngst-launch-1.0 -e\n%s", description);
    /* each camera is a line of its own */
    g_string_replace (debug, "\nrtspcamerasrc ", " \\\n  rtspcamerasrc ", 0);
  }
  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_INFO, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, sentence, g_string_free (debug, FALSE), __FILE__, GST_FUNCTION, __LINE__);
}

gboolean
gst_edge_video_bin_report_check (GstEdgeVideoBin *self)
{
  GError *error = NULL;
  gchar *description = gst_edge_video_bin_describe (self, &error);

  if (description == NULL) {
    gst_edge_element_post_error (GST_ELEMENT (self), error, "config", NULL);
    g_error_free (error);
    return FALSE;
  }
  post_valid (self, self->config, description);
  g_free (description);
  return TRUE;
}
