/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-edgevideobin
 * @title: edgevideobin
 * @see_also: rtspcamerasrc, framestamp, workerpool, amqpsink, redisframesink, metadatapub
 *
 * Runs a whole deployment, many cameras and what becomes of their frames, from one YAML file. Nothing it does is
 * impossible by hand: #GstEdgeVideoBin:description is the same as a line for gst-launch-1.0.
 *
 * Its children are one bin for each camera, named by the id of the camera (#GstChildProxy lists them); a bin has the
 * properties `description` and `stats`.
 *
 * ## Changes while it runs
 *
 * The action signal `reload`, or with #GstEdgeVideoBin:watch a change of the file, compares the file with what runs:
 * added cameras start, removed ones stop once their frames are delivered, changed ones restart, and the others go
 * on. A file with a mistake is refused with a WARNING that says why. `add-camera` and `remove-camera` do the same
 * for one camera; one that was added so stays when the file is read again.
 *
 * ## Messages
 *
 * - `edge-video-config`: `action` (accepted or refused), and `added`, `removed`, `changed`, `unchanged` (arrays of
 *   ids) and `full-restart`, or `reason`
 * - `edge-video-report`: the final report, see #GstEdgeVideoBin:stats
 * - `edge-video-metrics`: `location`, the address of the live page, when there is one
 * - `camera-state` of each rtspcamerasrc, as it comes
 *
 * ## Examples
 *
 * |[
 * gst-launch-1.0 -e edgevideobin config=pipelines/edge-video.yaml
 * gst-launch-1.0 edgevideobin config=pipelines/edge-video.yaml check-only=true
 * ]|
 *
 * The second line only checks the file: it ends with status 0, or with another one and an ERROR that names line, key
 * and what is allowed.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/element-error.h"
#include "gstedgevideobin-private.h"
#include "video-camera.h"
#include "work/worker-pool.h"

GST_DEBUG_CATEGORY (gst_edge_video_bin_debug);
#define GST_CAT_DEFAULT gst_edge_video_bin_debug

#define DEFAULT_SHUTDOWN_TIMEOUT (10 * GST_SECOND)
#define DEFAULT_STATUS_INTERVAL (30 * GST_SECOND)
#define MAX_TIME (60 * 60 * GST_SECOND)

enum
{
  PROP_0,
  PROP_CONFIG,
  PROP_CHECK_ONLY,
  PROP_WATCH,
  PROP_POOL,
  PROP_SHUTDOWN_TIMEOUT,
  PROP_STATUS_INTERVAL,
  PROP_REPORT_FILE,
  PROP_METRICS_PORT,
  PROP_DESCRIPTION,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstEdgeVideoBin, gst_edge_video_bin, GST_TYPE_BIN);
GST_ELEMENT_REGISTER_DEFINE (edgevideobin, "edgevideobin", GST_RANK_NONE, GST_TYPE_EDGE_VIDEO_BIN);

/* ---- states ---- */

static void
post_eos (GstEdgeVideoBin *self)
{
  GstMessage *message = gst_message_new_eos (GST_OBJECT (self));
  guint32 seqnum;

  GST_OBJECT_LOCK (self);
  seqnum = self->eos_seqnum;
  GST_OBJECT_UNLOCK (self);
  if (seqnum != GST_SEQNUM_INVALID)
    gst_message_set_seqnum (message, seqnum);
  gst_element_post_message (GST_ELEMENT (self), message);
}

/* The deployment's thread. Who hears the report may stop the bin, and start it again: then the end is another one's. */
static void
on_finished (GstBin *bin, gpointer user_data)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (bin);
  GstEdgeDeployment *deployment = gst_edge_video_bin_ref_deployment (self);
  gboolean is_current;

  gst_edge_video_bin_report (self);
  GST_OBJECT_LOCK (self);
  is_current = self->running && self->deployment == deployment;
  GST_OBJECT_UNLOCK (self);
  if (is_current)
    post_eos (self);
  gst_edge_deployment_unref (deployment);
}

/* A deployment whose file cannot be watched is still one. */
static void
start_watch (GstEdgeVideoBin *self, GstEdgeDeployment *deployment)
{
  GError *error = NULL;

  if (!self->watch)
    return;
  self->file_watch = gst_edge_watch_new (self->config_file, gst_edge_deployment_get_context (deployment),
      gst_edge_video_bin_on_file_changed, self, &error);
  if (self->file_watch != NULL)
    return;
  g_prefix_error (&error, "watch: ");
  gst_edge_element_post_warning (GST_ELEMENT (self), error, "watch", NULL);
  g_error_free (error);
}

GstEdgeDeployment *
gst_edge_video_bin_ref_deployment (GstEdgeVideoBin *self)
{
  GstEdgeDeployment *deployment;

  GST_OBJECT_LOCK (self);
  deployment = self->deployment != NULL ? gst_edge_deployment_ref (self->deployment) : NULL;
  GST_OBJECT_UNLOCK (self);
  return deployment;
}

static void
forget_deployment (GstEdgeVideoBin *self)
{
  GstEdgeDeployment *deployment;

  GST_OBJECT_LOCK (self);
  deployment = g_steal_pointer (&self->deployment);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&deployment, gst_edge_deployment_unref);
}

static gboolean
start (GstEdgeVideoBin *self)
{
  GstEdgeDeploymentSettings settings = { self->pool, (gint64) (self->shutdown_timeout / GST_USECOND),
    (gint64) (self->status_interval / GST_USECOND), on_finished, self
  };
  GstEdgeConfig *config = gst_edge_video_bin_read_config (self, NULL);
  GstEdgeDeployment *deployment;
  GError *error = NULL;

  forget_deployment (self);
  /* cameras are added to the bin, which the application may watch: no lock is held */
  deployment = gst_edge_deployment_new (GST_BIN (self), config, &settings, &error);
  g_mutex_lock (&self->config_lock);
  if (deployment != NULL && self->config != config)
    gst_edge_deployment_set_config (deployment, self->config);
  GST_OBJECT_LOCK (self);
  self->deployment = deployment;
  self->running = deployment != NULL;
  self->finishing = self->reported = FALSE;
  self->eos_seqnum = GST_SEQNUM_INVALID;
  GST_OBJECT_UNLOCK (self);
  if (deployment != NULL)
    gst_edge_video_bin_update_metrics (self);
  gst_edge_video_bin_unlock_config (self);
  gst_edge_config_unref (config);
  if (deployment != NULL) {
    start_watch (self, deployment);
    return TRUE;
  }
  gst_edge_element_post_error (GST_ELEMENT (self), error, "config", NULL);
  g_error_free (error);
  return FALSE;
}

/* Shutdown in steps: 1. no more changes, 2. end the deployment's thread, 3. (the bin stops the cameras),
 * 4. see finish_stop(). */
static void
begin_stop (GstEdgeVideoBin *self)
{
  gboolean running;

  GST_OBJECT_LOCK (self);
  running = self->running;
  self->running = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (!running)
    return;
  gst_edge_deployment_stop (self->deployment);
  g_clear_pointer (&self->file_watch, gst_edge_watch_free);
}

static void
finish_stop (GstEdgeVideoBin *self)
{
  if (self->deployment == NULL)
    return;
  gst_edge_deployment_clear (self->deployment);
  gst_edge_video_bin_report (self);
  g_mutex_lock (&self->config_lock);
  gst_edge_video_bin_stop_metrics (self);
  gst_edge_video_bin_unlock_config (self);
}

/* FALSE when the config was only checked; the deployment of an earlier run may still be there to be read. */
static gboolean
is_running (GstEdgeVideoBin *self)
{
  gboolean running;

  GST_OBJECT_LOCK (self);
  running = self->running;
  GST_OBJECT_UNLOCK (self);
  return running;
}

/* What came as an error on the way here is said again: gst-launch-1.0 prints one that comes before PAUSED is reached,
 * and goes on to PLAYING all the same, where the pipeline would run for ever with nothing to do. */
static void
announce_playing (GstEdgeVideoBin *self)
{
  GstMessage *early_error;

  if (!is_running (self)) {
    post_eos (self);
    return;
  }
  early_error = gst_edge_deployment_set_settled (self->deployment);
  if (early_error != NULL)
    gst_element_post_message (GST_ELEMENT_CAST (self), early_error);
}

static GstStateChangeReturn
gst_edge_video_bin_change_state (GstElement *element, GstStateChange transition)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!gst_edge_video_bin_load (self))
        return GST_STATE_CHANGE_FAILURE;
      if (self->check_only && !gst_edge_video_bin_report_check (self)) {
        gst_edge_video_bin_unload (self);
        return GST_STATE_CHANGE_FAILURE;
      }
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!self->check_only && !start (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      begin_stop (self);
      break;
    default:
      break;
  }

  ret = GST_ELEMENT_CLASS (gst_edge_video_bin_parent_class)->change_state (element, transition);

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret == GST_STATE_CHANGE_FAILURE && is_running (self)) {
        begin_stop (self);
        finish_stop (self);
      }
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      if (ret != GST_STATE_CHANGE_FAILURE)
        announce_playing (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      finish_stop (self);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      gst_edge_video_bin_unload (self);
      break;
    default:
      break;
  }
  return ret;
}

/* EOS ends the cameras, not their sources' streams: those would be taken for an outage. */
static gboolean
gst_edge_video_bin_send_event (GstElement *element, GstEvent *event)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (gst_edge_video_bin_parent_class)->send_event (element, event);

  GST_OBJECT_LOCK (self);
  if (!self->finishing)
    self->eos_seqnum = gst_event_get_seqnum (event);
  self->finishing = TRUE;
  if (self->running)
    gst_edge_deployment_finish (self->deployment);
  GST_OBJECT_UNLOCK (self);
  gst_event_unref (event);
  return TRUE;
}

/* A camera that comes or goes must not take the pipeline's clock with it. */
static GstClock *
gst_edge_video_bin_provide_clock (GstElement *element)
{
  return gst_system_clock_obtain ();
}

static void
gst_edge_video_bin_handle_message (GstBin *bin, GstMessage *message)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (bin);
  GstEdgeDeployment *deployment;
  gboolean taken;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY) {
    /* no sink of a camera waits for its time */
    gst_message_unref (message);
    return;
  }
  deployment = gst_edge_video_bin_ref_deployment (self);
  taken = deployment != NULL && gst_edge_deployment_take_message (deployment, message);
  g_clear_pointer (&deployment, gst_edge_deployment_unref);
  if (taken)
    return;
  GST_BIN_CLASS (gst_edge_video_bin_parent_class)->handle_message (bin, message);
}

/* ---- properties ---- */

static void
replace_string (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
}

static void
gst_edge_video_bin_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_CONFIG:
      replace_string (&self->config_file, value);
      break;
    case PROP_CHECK_ONLY:
      self->check_only = g_value_get_boolean (value);
      break;
    case PROP_WATCH:
      self->watch = g_value_get_boolean (value);
      break;
    case PROP_POOL:
      replace_string (&self->pool, value);
      break;
    case PROP_SHUTDOWN_TIMEOUT:
      self->shutdown_timeout = g_value_get_uint64 (value);
      break;
    case PROP_STATUS_INTERVAL:
      self->status_interval = g_value_get_uint64 (value);
      break;
    case PROP_REPORT_FILE:
      replace_string (&self->report_file, value);
      break;
    case PROP_METRICS_PORT:
      self->metrics_port = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_edge_video_bin_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (object);

  if (prop_id == PROP_DESCRIPTION) {
    g_value_take_string (value, gst_edge_video_bin_describe (self, NULL));
    return;
  }
  if (prop_id == PROP_STATS) {
    g_value_take_boxed (value, gst_edge_video_bin_make_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_CONFIG:
      g_value_set_string (value, self->config_file);
      break;
    case PROP_CHECK_ONLY:
      g_value_set_boolean (value, self->check_only);
      break;
    case PROP_WATCH:
      g_value_set_boolean (value, self->watch);
      break;
    case PROP_POOL:
      g_value_set_string (value, self->pool);
      break;
    case PROP_SHUTDOWN_TIMEOUT:
      g_value_set_uint64 (value, self->shutdown_timeout);
      break;
    case PROP_STATUS_INTERVAL:
      g_value_set_uint64 (value, self->status_interval);
      break;
    case PROP_REPORT_FILE:
      g_value_set_string (value, self->report_file);
      break;
    case PROP_METRICS_PORT:
      g_value_set_uint (value, self->metrics_port);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags reading = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_CONFIG] = g_param_spec_string ("config", "Config",
      "The config file (YAML). Must be set", NULL, ready);
  properties[PROP_CHECK_ONLY] = g_param_spec_boolean ("check-only", "Check only",
      "Only read and check the config, then end", FALSE, ready);
  properties[PROP_WATCH] = g_param_spec_boolean ("watch", "Watch",
      "Apply the config file again whenever it changes", FALSE, ready);
  properties[PROP_POOL] = g_param_spec_string ("pool", "Pool",
      "Name of the worker pool of the process that the cameras share; see workerpool",
      GST_EDGE_WORKER_POOL_DEFAULT, ready);
  properties[PROP_SHUTDOWN_TIMEOUT] = g_param_spec_uint64 ("shutdown-timeout", "Shutdown timeout",
      "Longest time that a camera that ends may take to deliver the frames it has given, in ns", 0, MAX_TIME,
      DEFAULT_SHUTDOWN_TIMEOUT, ready);
  properties[PROP_STATUS_INTERVAL] = g_param_spec_uint64 ("status-interval", "Status interval",
      "Time from one system_status event to the next when nothing changes, in ns (0 = none)", 0, MAX_TIME,
      DEFAULT_STATUS_INTERVAL, ready);
  properties[PROP_REPORT_FILE] = g_param_spec_string ("report-file", "Report file",
      "Write the final report to this file, as JSON; NULL = no file", NULL, ready);
  properties[PROP_METRICS_PORT] = g_param_spec_uint ("metrics-port", "Metrics port",
      "Serve metrics, health and the live page on this port, see edgemetrics (0 = as the config says)", 0, 65535, 0,
      ready);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", "Description",
      "What runs, or would run, as a line for gst-launch-1.0, without secrets", NULL, reading);
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "The report so far: cameras (id, state, frames, fps, published, stored, announced, dropped by way and reason, "
      "starts, uptime in s, last-error), totals, pool, errors, uptime", GST_TYPE_STRUCTURE, reading);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
install_signals (GstEdgeVideoBinClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);
  const GSignalFlags flags = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstEdgeVideoBin::reload:
   *
   * Reads the config file again and begins to apply it. Returns: FALSE when it was refused; a WARNING says why.
   */
  g_signal_new_class_handler ("reload", type, flags, G_CALLBACK (gst_edge_video_bin_reload), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 0);
  /**
   * GstEdgeVideoBin::add-camera:
   * @camera: a #GstStructure whose fields are the keys of a camera in the config file: id, url, user, password, fps,
   *   quality, jpeg_quality, resolution, protocol, latency_ms, decode, stall_timeout_seconds
   *
   * Begins to start one more camera. Returns: FALSE when it was refused; a WARNING says why.
   */
  g_signal_new_class_handler ("add-camera", type, flags, G_CALLBACK (gst_edge_video_bin_add_camera), NULL, NULL,
      NULL, G_TYPE_BOOLEAN, 1, GST_TYPE_STRUCTURE);
  /**
   * GstEdgeVideoBin::remove-camera:
   * @id: of the camera
   *
   * Begins to end a camera. One that the file names comes back with the next reload. Returns: FALSE when there is
   * no such camera; a WARNING says so.
   */
  g_signal_new_class_handler ("remove-camera", type, flags, G_CALLBACK (gst_edge_video_bin_remove_camera), NULL,
      NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
}

static void
gst_edge_video_bin_finalize (GObject *object)
{
  GstEdgeVideoBin *self = GST_EDGE_VIDEO_BIN (object);

  forget_deployment (self);
  g_clear_pointer (&self->config, gst_edge_config_unref);
  g_free (self->digest);
  g_free (self->config_file);
  g_free (self->report_file);
  g_free (self->pool);
  g_mutex_clear (&self->config_lock);
  G_OBJECT_CLASS (gst_edge_video_bin_parent_class)->finalize (object);
}

static void
gst_edge_video_bin_class_init (GstEdgeVideoBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_edge_video_bin_debug, "edgevideobin", 0, "deployment from a config file");

  object_class->set_property = gst_edge_video_bin_set_property;
  object_class->get_property = gst_edge_video_bin_get_property;
  object_class->finalize = gst_edge_video_bin_finalize;
  install_properties (object_class);
  install_signals (klass);

  element_class->change_state = gst_edge_video_bin_change_state;
  element_class->send_event = gst_edge_video_bin_send_event;
  element_class->provide_clock = gst_edge_video_bin_provide_clock;
  GST_BIN_CLASS (klass)->handle_message = gst_edge_video_bin_handle_message;
  gst_element_class_set_static_metadata (element_class, "Edge video bin", "Generic/Bin/Network",
      "Runs many cameras and what becomes of their frames from one config file",
      "the gst-edge-video authors");
}

static void
gst_edge_video_bin_init (GstEdgeVideoBin *self)
{
  const GstElementFlags flags = GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_PROVIDE_CLOCK;

  g_mutex_init (&self->config_lock);
  g_queue_init (&self->news);
  self->pool = g_strdup (GST_EDGE_WORKER_POOL_DEFAULT);
  self->shutdown_timeout = DEFAULT_SHUTDOWN_TIMEOUT;
  self->status_interval = DEFAULT_STATUS_INTERVAL;

  /* with or without cameras it is where the pipeline's EOS begins and ends */
  gst_bin_set_suppressed_flags (GST_BIN (self), flags | GST_ELEMENT_FLAG_REQUIRE_CLOCK);
  GST_OBJECT_FLAG_SET (self, flags);
}
