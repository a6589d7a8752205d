/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Defaults of the config file, and what follows from it for one camera. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "jpeg-quality.h"
#include "video-config.h"

#define DEFAULT_FRAME_QUALITY 5
#define FRAMES_PER_CAMERA 100

void
gst_edge_free_secret (gchar *secret)
{
  if (secret != NULL)
    memset (secret, 0, strlen (secret));
  g_free (secret);
}

GstEdgeCameraConfig *
gst_edge_camera_config_new (void)
{
  GstEdgeCameraConfig *self = g_new0 (GstEdgeCameraConfig, 1);

  self->protocol = GST_EDGE_CAMERA_TCP;
  self->latency_ms = 200;
  self->stall_timeout = 10;
  return self;
}

GstEdgeCameraConfig *
gst_edge_camera_config_copy (const GstEdgeCameraConfig *self)
{
  GstEdgeCameraConfig *copy = g_new (GstEdgeCameraConfig, 1);

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->url = g_strdup (self->url);
  copy->user = g_strdup (self->user);
  copy->password = g_strdup (self->password);
  return copy;
}

void
gst_edge_camera_config_free (GstEdgeCameraConfig *self)
{
  g_free (self->id);
  gst_edge_free_secret (self->url);
  g_free (self->user);
  gst_edge_free_secret (self->password);
  g_free (self);
}

GstEdgeConfig *
gst_edge_config_new (const gchar *file)
{
  GstEdgeConfig *self = g_new0 (GstEdgeConfig, 1);

  g_atomic_ref_count_init (&self->refcount);
  self->file = g_strdup (file);
  self->amqp_exchange = g_strdup ("cameras");
  self->amqp_key_prefix = g_strdup ("camera.");
  self->amqp_delivery_mode = 1;
  gst_edge_server_config_init (&self->amqp);
  gst_edge_server_config_init (&self->redis);
  self->redis_address = g_strdup ("localhost:6379");
  self->redis_ttl = 300;
  self->redis_prefix = g_strdup ("frames");
  self->redis_username = g_strdup ("");
  self->redis_password = g_strdup ("");
  self->metadata_exchange = g_strdup ("camera.metadata");
  self->metadata_key = g_strdup ("camera.metadata.event");
  self->metrics_address = g_strdup ("127.0.0.1");
  self->metrics_token_file = g_strdup ("");
  self->metrics_pictures = TRUE;
  self->metrics_log_file = g_strdup ("");
  self->log_interval = GST_EDGE_CONFIG_LOG_INTERVAL;
  self->circuit_max_failures = 5;
  self->circuit_reset = 60;
  self->frames.rate.n = 10;
  self->frames.rate.d = 1;
  self->cameras = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_edge_camera_config_free);
  return self;
}

GstEdgeConfig *
gst_edge_config_ref (GstEdgeConfig *self)
{
  g_atomic_ref_count_inc (&self->refcount);
  return self;
}

void
gst_edge_config_unref (GstEdgeConfig *self)
{
  if (!g_atomic_ref_count_dec (&self->refcount))
    return;
  g_free (self->file);
  gst_edge_free_secret (self->amqp_url);
  g_free (self->amqp_exchange);
  g_free (self->amqp_key_prefix);
  gst_edge_server_config_clear (&self->amqp);
  gst_edge_server_config_clear (&self->redis);
  gst_edge_free_secret (self->redis_url);
  g_free (self->redis_address);
  g_free (self->redis_prefix);
  g_free (self->redis_username);
  gst_edge_free_secret (self->redis_password);
  g_free (self->metadata_exchange);
  g_free (self->metadata_key);
  g_free (self->metrics_address);
  g_free (self->metrics_token_file);
  g_free (self->metrics_log_file);
  g_ptr_array_unref (self->cameras);
  g_free (self);
}

GstEdgeConfig *
gst_edge_config_copy (const GstEdgeConfig *self, GstEdgeCameraConfig *added, const gchar *removed)
{
  GstEdgeConfig *copy = g_new (GstEdgeConfig, 1);
  guint i;

  *copy = *self;
  g_atomic_ref_count_init (&copy->refcount);
  copy->file = g_strdup (self->file);
  copy->amqp_url = g_strdup (self->amqp_url);
  copy->amqp_exchange = g_strdup (self->amqp_exchange);
  copy->amqp_key_prefix = g_strdup (self->amqp_key_prefix);
  gst_edge_server_config_copy (&self->amqp, &copy->amqp);
  gst_edge_server_config_copy (&self->redis, &copy->redis);
  copy->redis_url = g_strdup (self->redis_url);
  copy->redis_address = g_strdup (self->redis_address);
  copy->redis_prefix = g_strdup (self->redis_prefix);
  copy->redis_username = g_strdup (self->redis_username);
  copy->redis_password = g_strdup (self->redis_password);
  copy->metadata_exchange = g_strdup (self->metadata_exchange);
  copy->metadata_key = g_strdup (self->metadata_key);
  copy->metrics_address = g_strdup (self->metrics_address);
  copy->metrics_token_file = g_strdup (self->metrics_token_file);
  copy->metrics_log_file = g_strdup (self->metrics_log_file);

  copy->cameras = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_edge_camera_config_free);
  for (i = 0; i < self->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (self->cameras, i);

    if (g_strcmp0 (camera->id, removed) != 0)
      g_ptr_array_add (copy->cameras, gst_edge_camera_config_copy (camera));
  }
  if (added != NULL)
    g_ptr_array_add (copy->cameras, added);
  return copy;
}

const GstEdgeCameraConfig *
gst_edge_config_find (const GstEdgeConfig *self, const gchar *id)
{
  guint i;

  for (i = 0; i < self->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (self->cameras, i);

    if (g_strcmp0 (camera->id, id) == 0)
      return camera;
  }
  return NULL;
}

GstEdgeRate
gst_edge_config_get_rate (const GstEdgeConfig *self, const GstEdgeCameraConfig *camera)
{
  return camera->frames.rate.d != 0 ? camera->frames.rate : self->frames.rate;
}

static guint
quality_of (const GstEdgeFrameSettings *frames)
{
  if (frames->jpeg_quality != 0)
    return frames->jpeg_quality;
  return frames->frame_quality != 0 ? gst_edge_jpeg_quality_of (frames->frame_quality) : 0;
}

guint
gst_edge_config_get_quality (const GstEdgeConfig *self, const GstEdgeCameraConfig *camera)
{
  guint quality = quality_of (&camera->frames);

  if (quality == 0)
    quality = quality_of (&self->frames);
  return quality != 0 ? quality : gst_edge_jpeg_quality_of (DEFAULT_FRAME_QUALITY);
}

void
gst_edge_config_get_size (const GstEdgeConfig *self, const GstEdgeCameraConfig *camera, guint *width,
    guint *height)
{
  const GstEdgeFrameSettings *frames = camera->frames.width != 0 ? &camera->frames : &self->frames;

  *width = frames->width;
  *height = frames->height;
}

guint
gst_edge_config_get_lane_size (const GstEdgeConfig *self)
{
  if (self->buffer_size == 0)
    return FRAMES_PER_CAMERA;
  return MAX (self->buffer_size / MAX (self->cameras->len, 1), 1);
}

gchar *
gst_edge_config_make_redis_uri (const GstEdgeConfig *self)
{
  GString *uri;

  if (self->redis_url != NULL)
    return g_strdup (self->redis_url);
  uri = g_string_new (self->redis_tls ? "rediss://" : "redis://");
  if (self->redis_password[0] != '\0') {
    g_string_append_uri_escaped (uri, self->redis_username, NULL, FALSE);
    g_string_append_c (uri, ':');
    g_string_append_uri_escaped (uri, self->redis_password, NULL, FALSE);
    g_string_append_c (uri, '@');
  }
  g_string_append (uri, self->redis_address);
  g_string_append_printf (uri, "/%u", self->redis_database);
  return g_string_free (uri, FALSE);
}
