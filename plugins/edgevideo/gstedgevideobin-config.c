/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which config is in force, and who may change it: the file, or the application. What is wrong is refused with the
 * reason, and what was in force stays. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-diff.h"
#include "config-reader.h"
#include "element/element-error.h"
#include "gstedgevideobin-private.h"

#define GST_CAT_DEFAULT gst_edge_video_bin_debug

/* ---- what the application hears ---- */

typedef struct
{
  GstStructure *structure;      /* nullable */
  GError *warning;              /* nullable */
} News;

void
gst_edge_video_bin_tell (GstEdgeVideoBin *self, GstStructure *structure, GError *warning)
{
  News *news = g_new (News, 1);

  news->structure = structure;
  news->warning = warning;
  g_queue_push_tail (&self->news, news);
}

/* A handler on the bus may read the description, or change the config again. */
void
gst_edge_video_bin_unlock_config (GstEdgeVideoBin *self)
{
  GQueue queue = self->news;
  News *news;

  g_queue_init (&self->news);
  g_mutex_unlock (&self->config_lock);
  while ((news = g_queue_pop_head (&queue)) != NULL) {
    if (news->structure != NULL)
      gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), news->structure));
    if (news->warning != NULL)
      gst_edge_element_post_warning (GST_ELEMENT (self), news->warning, "metrics-port", NULL);
    g_clear_error (&news->warning);
    g_free (news);
  }
}

static GError *
as_settings_error (GError *error)
{
  GError *settings = g_error_new_literal (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, error->message);

  g_error_free (error);
  return settings;
}

/* @error: (transfer full) */
static gboolean
refuse (GstEdgeVideoBin *self, const gchar *what, GError *error)
{
  GstStructure *s;

  error = as_settings_error (error);
  g_prefix_error (&error, "%s: ", what);
  s = gst_structure_new ("edge-video-config", "action", G_TYPE_STRING, "refused", "reason", G_TYPE_STRING,
      error->message, NULL);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), s));
  gst_edge_element_post_warning (GST_ELEMENT (self), error, "config", NULL);
  g_error_free (error);
  return FALSE;
}

static void
set_ids (GstStructure *s, const gchar *name, const GPtrArray *ids)
{
  GValue array = G_VALUE_INIT, value = G_VALUE_INIT;
  guint i;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&value, G_TYPE_STRING);
  for (i = 0; i < ids->len; i++) {
    g_value_set_string (&value, g_ptr_array_index (ids, i));
    gst_value_array_append_value (&array, &value);
  }
  g_value_unset (&value);
  gst_structure_take_value (s, name, &array);
}

/* config_lock held. */
static void
tell_change (GstEdgeVideoBin *self, const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  GstEdgeConfigDiff *diff = gst_edge_config_diff_new (before, after);
  GstStructure *s = gst_structure_new ("edge-video-config", "action", G_TYPE_STRING, "accepted",
      "full-restart", G_TYPE_BOOLEAN, diff->full_restart != NULL, NULL);
  gchar *text = gst_edge_config_diff_to_text (diff);

  GST_INFO_OBJECT (self, "new config: %s", text);
  set_ids (s, "added", diff->added);
  set_ids (s, "removed", diff->removed);
  set_ids (s, "changed", diff->changed);
  set_ids (s, "unchanged", diff->unchanged);
  gst_edge_video_bin_tell (self, s, NULL);
  g_free (text);
  gst_edge_config_diff_free (diff);
}

/* config_lock held. @config: (transfer full) */
static void
replace_config (GstEdgeVideoBin *self, GstEdgeConfig *config)
{
  GstEdgeConfig *old;
  gboolean running;

  GST_OBJECT_LOCK (self);
  old = self->config;
  self->config = config;
  running = self->running;
  if (running)
    gst_edge_deployment_set_config (self->deployment, config);
  GST_OBJECT_UNLOCK (self);

  if (running)
    gst_edge_video_bin_update_metrics (self);
  tell_change (self, old, config);
  gst_edge_config_unref (old);
}

/* The file says nothing about what the application has added; where it names the same id, the file counts. */
static GstEdgeConfig *
merge (const GstEdgeConfig *old, GstEdgeConfig *file)
{
  guint i;

  for (i = 0; old != NULL && i < old->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (old->cameras, i);

    if (camera->from_application && gst_edge_config_find (file, camera->id) == NULL)
      g_ptr_array_add (file->cameras, gst_edge_camera_config_copy (camera));
  }
  return file;
}

/* config_lock held. */
static GstEdgeConfig *
read_file (GstEdgeVideoBin *self, gchar **digest, GError **error)
{
  GstEdgeConfig *config;
  gchar *file;

  GST_OBJECT_LOCK (self);
  file = g_strdup (self->config_file);
  GST_OBJECT_UNLOCK (self);
  if (file == NULL || file[0] == '\0') {
    g_set_error (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_FILE,
        "config: not set; name the config file, as in config=pipelines/edge-video.yaml");
    g_free (file);
    return NULL;
  }
  config = gst_edge_config_read (file, digest, error);
  g_free (file);
  return config != NULL ? merge (self->config, config) : NULL;
}

GstEdgeConfig *
gst_edge_video_bin_read_config (GstEdgeVideoBin *self, GError **error)
{
  GstEdgeConfig *config;

  /* what is in force is there at once, also while it is being changed */
  GST_OBJECT_LOCK (self);
  config = self->config != NULL ? gst_edge_config_ref (self->config) : NULL;
  GST_OBJECT_UNLOCK (self);
  if (config != NULL)
    return config;
  g_mutex_lock (&self->config_lock);
  config = self->config != NULL ? gst_edge_config_ref (self->config) : read_file (self, NULL, error);
  gst_edge_video_bin_unlock_config (self);
  return config;
}

gboolean
gst_edge_video_bin_load (GstEdgeVideoBin *self)
{
  GError *error = NULL;
  GstEdgeConfig *config;
  gchar *digest = NULL;

  g_mutex_lock (&self->config_lock);
  config = read_file (self, &digest, &error);
  g_free (self->digest);
  self->digest = digest;
  GST_OBJECT_LOCK (self);
  self->config = config;
  GST_OBJECT_UNLOCK (self);
  gst_edge_video_bin_unlock_config (self);
  if (config != NULL)
    return TRUE;

  error = as_settings_error (error);
  gst_edge_element_post_error (GST_ELEMENT (self), error, "config", NULL);
  g_error_free (error);
  return FALSE;
}

void
gst_edge_video_bin_unload (GstEdgeVideoBin *self)
{
  GstEdgeConfig *config;

  g_mutex_lock (&self->config_lock);
  GST_OBJECT_LOCK (self);
  config = g_steal_pointer (&self->config);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->digest, g_free);
  gst_edge_video_bin_unlock_config (self);
  g_clear_pointer (&config, gst_edge_config_unref);
}

/* @only_if_changed: the file was touched, but that may mean nothing. */
static gboolean
reload (GstEdgeVideoBin *self, gboolean only_if_changed)
{
  GError *error = NULL;
  GstEdgeConfig *config;
  gchar *digest = NULL;
  gboolean same;

  g_mutex_lock (&self->config_lock);
  config = read_file (self, &digest, &error);
  same = g_strcmp0 (digest, self->digest) == 0;
  g_free (self->digest);
  self->digest = digest;
  if (only_if_changed && (same || digest == NULL)) {
    /* gone for a moment, while somebody replaces it, is no news either */
    g_clear_pointer (&config, gst_edge_config_unref);
    g_clear_error (&error);
  } else if (config != NULL && self->config != NULL) {
    if (!only_if_changed)
      gst_edge_video_bin_forget_refused_metrics (self);
    replace_config (self, g_steal_pointer (&config));
  }
  gst_edge_video_bin_unlock_config (self);
  g_clear_pointer (&config, gst_edge_config_unref);
  return error == NULL || refuse (self, "The config was not changed", error);
}

gboolean
gst_edge_video_bin_on_file_changed (gpointer user_data)
{
  reload (user_data, TRUE);
  return G_SOURCE_CONTINUE;
}

gboolean
gst_edge_video_bin_reload (GstEdgeVideoBin *self)
{
  return reload (self, FALSE);
}

/* config_lock held. */
static GstEdgeConfig *
with_camera (GstEdgeVideoBin *self, const GstStructure *structure, GError **error)
{
  GstEdgeCameraConfig *camera;

  if (self->config == NULL) {
    g_set_error (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_CONTENT,
        "there is no config yet; add cameras in the state READY or above");
    return NULL;
  }
  camera = gst_edge_camera_config_from_structure (structure, error);
  if (camera == NULL)
    return NULL;
  if (gst_edge_config_find (self->config, camera->id) != NULL) {
    g_set_error (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_CONTENT,
        "id: there is a camera \"%s\" already; remove it first", camera->id);
    gst_edge_camera_config_free (camera);
    return NULL;
  }
  return gst_edge_config_copy (self->config, camera, NULL);
}

gboolean
gst_edge_video_bin_add_camera (GstEdgeVideoBin *self, const GstStructure *camera)
{
  GError *error = NULL;
  GstEdgeConfig *config = NULL;

  g_mutex_lock (&self->config_lock);
  if (camera != NULL)
    config = with_camera (self, camera, &error);
  else
    g_set_error (&error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_CONTENT, "no structure was given");
  if (config != NULL)
    replace_config (self, config);
  gst_edge_video_bin_unlock_config (self);
  return error == NULL || refuse (self, "The camera was not added", error);
}

gboolean
gst_edge_video_bin_remove_camera (GstEdgeVideoBin *self, const gchar *id)
{
  GError *error = NULL;

  g_mutex_lock (&self->config_lock);
  if (self->config != NULL && gst_edge_config_find (self->config, id) != NULL)
    replace_config (self, gst_edge_config_copy (self->config, NULL, id));
  else
    g_set_error (&error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_CONTENT,
        "there is no camera with this id");
  gst_edge_video_bin_unlock_config (self);
  return error == NULL || refuse (self, "The camera was not removed", error);
}
