/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of metrics and of the live page, as the config and the property metrics-port say. All with config_lock
 * held. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-diff.h"
#include "gstedgevideobin-private.h"
#include "metrics/metrics-service.h"
#include "net/edge-error.h"

#define GST_CAT_DEFAULT gst_edge_video_bin_debug

static guint
get_port (GstEdgeVideoBin *self, const GstEdgeConfig *config)
{
  return self->metrics_port != 0 ? self->metrics_port : config->metrics_port;
}

/* (transfer full) (nullable) */
static GstObject *
start_server (GstEdgeVideoBin *self, const GstEdgeConfig *config, GError **error)
{
  GstStructure *options = gst_structure_new ("metrics", "port", G_TYPE_INT, (gint) get_port (self, config),
      "address", G_TYPE_STRING, config->metrics_address,
      "pictures", G_TYPE_BOOLEAN, config->metrics_pictures,
      "log-interval", G_TYPE_INT, (gint) config->log_interval, NULL);
  gchar *location = NULL;
  GstObject *server;

  if (config->metrics_token_file[0] != '\0')
    gst_structure_set (options, "token-file", G_TYPE_STRING, config->metrics_token_file, NULL);
  if (config->metrics_log_file[0] != '\0')
    gst_structure_set (options, "log-json", G_TYPE_STRING, config->metrics_log_file, NULL);
  server = gst_edge_metrics_service_start (options, &location, error);
  gst_structure_free (options);
  if (server != NULL) {
    GST_INFO_OBJECT (self, "The live page is at %s", location);
    gst_edge_video_bin_tell (self, gst_structure_new ("edge-video-metrics", "location", G_TYPE_STRING, location,
            NULL), NULL);
  }
  g_free (location);
  return server;
}

/* @error: (transfer full) */
static void
warn (GstEdgeVideoBin *self, const gchar *prefix, GError *error)
{
  g_prefix_error (&error, "%s: ", prefix);
  gst_edge_video_bin_tell (self, NULL, error);
}

void
gst_edge_video_bin_forget_refused_metrics (GstEdgeVideoBin *self)
{
  g_clear_pointer (&self->metrics_refused, gst_edge_config_unref);
}

void
gst_edge_video_bin_stop_metrics (GstEdgeVideoBin *self)
{
  gst_clear_object (&self->metrics);
  g_clear_pointer (&self->metrics_config, gst_edge_config_unref);
  gst_edge_video_bin_forget_refused_metrics (self);
}

static void
set_server (GstEdgeVideoBin *self, GstObject *server, GstEdgeConfig *config)
{
  gst_edge_config_ref (config);
  gst_edge_video_bin_stop_metrics (self);
  self->metrics = server;
  self->metrics_config = config;
}

/* @error: (transfer full): why not @config, which is not tried again at every change of a camera. @restart: the page
 * was stopped for it */
static void
refuse (GstEdgeVideoBin *self, GstEdgeConfig *config, gboolean restart, GError *error)
{
  const gchar *what = "metrics: the old settings stay";

  if (restart)
    self->metrics = start_server (self, self->metrics_config, NULL);
  if (self->metrics == NULL) {
    what = self->metrics_config != NULL ? "metrics: there is no live page any more" : "metrics";
    gst_edge_video_bin_stop_metrics (self);
  }
  gst_edge_video_bin_forget_refused_metrics (self);
  self->metrics_refused = gst_edge_config_ref (config);
  warn (self, what, error);
}

/* Without a port there is nobody who writes the log: said once, not at every change of a camera. */
static void
do_without (GstEdgeVideoBin *self, GstEdgeConfig *config)
{
  gst_edge_video_bin_stop_metrics (self);
  if (config->metrics_log_file[0] == '\0')
    return;
  self->metrics_refused = gst_edge_config_ref (config);
  warn (self, "metrics", g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
          "log_json is not written with port: 0. Give a port, or leave log_json out"));
}

/* Two servers cannot have one port: the old one goes first then, and comes back when the new one does not start.
 * Cameras run without any, too. */
void
gst_edge_video_bin_update_metrics (GstEdgeVideoBin *self)
{
  GstEdgeConfig *old = self->metrics_config, *config = self->config;
  gboolean same_port = old != NULL && get_port (self, old) == get_port (self, config);
  GError *error = NULL;
  GstObject *server;

  if (old != NULL && gst_edge_config_has_same_metrics (old, config)) {
    gst_edge_video_bin_forget_refused_metrics (self);
    return;
  }
  if (self->metrics_refused != NULL && gst_edge_config_has_same_metrics (self->metrics_refused, config))
    return;
  if (get_port (self, config) == 0) {
    do_without (self, config);
    return;
  }
  if (same_port)
    gst_clear_object (&self->metrics);
  server = start_server (self, config, &error);
  if (server != NULL)
    set_server (self, server, config);
  else
    refuse (self, config, same_port, error);
}
