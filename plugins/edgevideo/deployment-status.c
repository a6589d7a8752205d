/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is heard from cameras, and what is told about them. Messages come on any thread; what they mean is decided by
 * the manager. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-diff.h"
#include "deployment-private.h"
#include "element/element-error.h"
#include "element/link-sink.h"

#define GST_CAT_DEFAULT gst_edge_video_bin_debug

/* ---- events ---- */

/* For those that tell of the last camera's end; cameras have waited for the same server just before. */
#define EVENTS_WAIT (G_TIME_SPAN_SECOND)

/* Link's thread. What can never work the sinks of the cameras say too, as an error. */
static void
on_events_warning (const GError *error, gpointer user_data)
{
  GstEdgeDeployment *self = user_data;

  gst_edge_element_post_warning (GST_ELEMENT (self->bin), error, NULL, NULL);
}

void
gst_edge_deployment_close_events (GstEdgeDeployment *self, gint64 wait)
{
  GstEdgeStatusEvents *events;
  guint64 lost = 0;

  /* cancel() in deployment.c may still end this wait */
  if (self->events != NULL)
    lost = gst_edge_status_events_retire (self->events, wait);
  if (lost > 0)
    GST_WARNING_OBJECT (self->bin, "%" G_GUINT64_FORMAT " status events were not delivered", lost);
  g_mutex_lock (&self->lock);
  events = g_steal_pointer (&self->events);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&events, gst_edge_status_events_free);
  g_clear_pointer (&self->events_config, gst_edge_config_unref);
}

void
gst_edge_deployment_open_events (GstEdgeDeployment *self, GstEdgeConfig *config)
{
  GstEdgeStatusEvents *events;

  if (self->events_config != NULL && gst_edge_config_has_same_events (self->events_config, config))
    return;
  gst_edge_deployment_close_events (self, EVENTS_WAIT);
  self->events_config = gst_edge_config_ref (config);
  if (!config->metadata_enabled)
    return;
  events = gst_edge_status_events_new (config, on_events_warning, self);
  if (events == NULL)           /* not for ever: the next time there is something to do */
    g_clear_pointer (&self->events_config, gst_edge_config_unref);
  if (self->abandoned)          /* by who was warned */
    g_clear_pointer (&events, gst_edge_status_events_free);
  g_mutex_lock (&self->lock);
  self->events = events;
  g_mutex_unlock (&self->lock);
}

void
gst_edge_deployment_tell_camera (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, const gchar *message)
{
  GstEdgeCameraStatus status = { slot->id, slot->state, slot->consecutive_failures, slot->last_error, message };

  if (self->events != NULL)
    gst_edge_status_events_send_camera (self->events, &status);
}

void
gst_edge_deployment_tell_system (GstEdgeDeployment *self, gboolean always, const gchar *message)
{
  guint total = 0, active = 0, i;

  for (i = 0; i < self->slots->len; i++) {
    const GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (slot->added_at == 0)
      continue;
    total++;
    active += g_str_equal (slot->state, "active");
  }
  if (!always && total == self->told_total && active == self->told_active)
    return;
  self->told_total = total;
  self->told_active = active;
  if (self->events != NULL)
    gst_edge_status_events_send_system (self->events, total, active, message);
}

/* ---- news from a camera ---- */

typedef struct
{
  GstEdgeDeployment *deployment;
  GstEdgeVideoCamera *camera;
  GstMessage *message;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  gst_object_unref (news->camera);
  gst_message_unref (news->message);
  g_free (news);
}

static const gchar *
intern_state (const gchar *state)
{
  return g_strcmp0 (state, "active") == 0 ? "active" : g_strcmp0 (state, "offline") == 0 ? "offline" : "inactive";
}

static void
note_state (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, const GstStructure *s)
{
  const gchar *text = gst_structure_get_string (s, "message");
  guint failures = 0;

  gst_structure_get_uint (s, "consecutive-failures", &failures);
  g_mutex_lock (&self->lock);
  slot->state = intern_state (gst_structure_get_string (s, "state"));
  slot->consecutive_failures = failures;
  if (g_str_equal (slot->state, "active"))
    gst_edge_backoff_reset (&slot->backoff);
  else
    gst_edge_camera_slot_set_error (slot, text);
  g_mutex_unlock (&self->lock);
  gst_edge_deployment_tell_camera (self, slot, text != NULL ? text : slot->state);
  gst_edge_deployment_tell_system (self, FALSE, "cameras changed");
}

static gboolean
is_permanent (const GError *error)
{
  return g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED)
      || g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND)
      || g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
}

static void
note_error (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, GstMessage *message)
{
  GError *error = NULL;

  gst_message_parse_error (message, &error, NULL);
  gst_edge_deployment_fail_camera (self, slot, error->message, is_permanent (error));
  g_error_free (error);
}

/* Manager. */
static gboolean
hear (gpointer data)
{
  News *news = data;
  GstEdgeDeployment *self = news->deployment;
  GstEdgeCameraSlot *slot = gst_edge_deployment_find_slot (self, GST_OBJECT_NAME (news->camera));

  if (slot == NULL || slot->camera != news->camera || slot->stopping || slot->restart)
    return G_SOURCE_REMOVE;
  if (GST_MESSAGE_TYPE (news->message) == GST_MESSAGE_ERROR)
    note_error (self, slot, news->message);
  else
    note_state (self, slot, gst_message_get_structure (news->message));
  return G_SOURCE_REMOVE;
}

/* @message: (transfer none) */
static void
queue_news (GstEdgeDeployment *self, GstEdgeVideoCamera *camera, GstMessage *message)
{
  News *news = g_new (News, 1);

  news->deployment = self;
  news->camera = gst_object_ref (camera);
  news->message = gst_message_ref (message);
  gst_edge_deployment_queue (self, 0, hear, news, news_free);
}

/* (transfer full) (nullable) */
static GstEdgeVideoCamera *
find_camera (GstMessage *message)
{
  GstObject *object = GST_MESSAGE_SRC (message) != NULL ? gst_object_ref (GST_MESSAGE_SRC (message)) : NULL;

  while (object != NULL && !GST_EDGE_IS_VIDEO_CAMERA (object)) {
    GstObject *parent = gst_object_get_parent (object);

    gst_object_unref (object);
    object = parent;
  }
  return (GstEdgeVideoCamera *) object;
}

/* An error belongs to the application while the element starts, and as long as nothing else was configured: then a
 * server that can never work ends the pipeline. Later it belongs to the camera. */
static gboolean
is_for_application (GstEdgeDeployment *self, GstEdgeVideoCamera *camera, GstMessage *message)
{
  GstEdgeCameraSlot *slot;
  gboolean result;

  g_mutex_lock (&self->lock);
  slot = gst_edge_deployment_find_slot (self, GST_OBJECT_NAME (camera));
  if (!self->settled && self->early_error == NULL)
    self->early_error = gst_message_ref (message);
  result = !self->settled
      || (slot != NULL && slot->initial && !slot->stopping && GST_EDGE_IS_LINK_SINK (GST_MESSAGE_SRC (message)));
  g_mutex_unlock (&self->lock);
  return result;
}

gboolean
gst_edge_deployment_take_message (GstEdgeDeployment *self, GstMessage *message)
{
  GstEdgeVideoCamera *camera = find_camera (message);
  gboolean taken = FALSE;

  if (camera == NULL)
    return FALSE;
  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_EOS:
      gst_edge_video_camera_set_drained (camera);
      taken = TRUE;
      break;
    case GST_MESSAGE_ERROR:
      taken = !is_for_application (self, camera, message);
      if (taken)
        queue_news (self, camera, message);
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "camera-state"))
        queue_news (self, camera, message);
      break;
    default:
      break;
  }
  if (taken)
    gst_message_unref (message);
  gst_object_unref (camera);
  return taken;
}
