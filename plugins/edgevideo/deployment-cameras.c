/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a camera starts, ends and fails. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "deployment-private.h"
#include "element/element-error.h"
#include "net/edge-error.h"

#define GST_CAT_DEFAULT gst_edge_video_bin_debug

/* Before there is a manager's thread the bin itself brings the camera to its state. */
gboolean
gst_edge_deployment_start_camera (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, GstEdgeConfig *config,
    GError **error)
{
  GstEdgeVideoCamera *camera = gst_edge_video_camera_new (config, slot->id, self->pool, error);

  if (camera == NULL)
    return FALSE;
  GST_INFO_OBJECT (self->bin, "starting camera %s", slot->id);
  g_mutex_lock (&self->lock);
  gst_edge_camera_slot_set_camera (slot, gst_object_ref_sink (camera), config);
  g_mutex_unlock (&self->lock);
  gst_bin_add (self->bin, GST_ELEMENT (camera));

  if (self->started && !self->abandoned && !gst_element_sync_state_with_parent (GST_ELEMENT (camera))
      && !self->abandoned)
    /* heard after what an element of it had to say, and only if that was nothing */
    GST_ELEMENT_ERROR (camera, CORE, STATE_CHANGE, ("the camera could not be started"), (NULL));
  if (self->abandoned)          /* in the middle of it: the rest of its elements may have started after that */
    gst_element_set_state (GST_ELEMENT (camera), GST_STATE_NULL);
  gst_object_unref (camera);
  return TRUE;
}

/* ---- stopping, on a thread of its own ---- */

static GPrivate stopping;       /* the deployment one of whose cameras this thread stops */

gboolean
gst_edge_deployment_is_stopping_camera (GstEdgeDeployment *self)
{
  return g_private_get (&stopping) == self;
}

typedef struct
{
  GstEdgeDeployment *deployment;
  GstEdgeCameraSlot *slot;
  GstEdgeVideoCamera *camera;
  gint64 deadline;
} StopJob;

static gpointer
run_stop (gpointer data)
{
  StopJob *job = data;
  GstEdgeDeployment *self = job->deployment;
  GstEdgeCameraSlot *slot = job->slot;

  g_private_set (&stopping, self);
  gst_edge_video_camera_stop (job->camera, job->deadline);
  g_private_set (&stopping, NULL);

  g_mutex_lock (&self->lock);
  slot->stopped = slot->camera == job->camera;  /* unless a handler has stopped the bin meanwhile */
  gst_edge_deployment_schedule_locked (self);
  g_mutex_unlock (&self->lock);
  gst_object_unref (job->camera);
  g_free (job);

  /* as the last thing: with n_stopping at 0 the bin may go away */
  g_mutex_lock (&self->lock);
  self->n_stopping--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  gst_edge_deployment_unref (self);
  return NULL;
}

void
gst_edge_deployment_stop_camera (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, gint64 deadline)
{
  StopJob *job = g_new (StopJob, 1);
  GThread *thread;

  GST_INFO_OBJECT (self->bin, "stopping camera %s", slot->id);
  job->deployment = gst_edge_deployment_ref (self);
  job->slot = slot;
  job->camera = gst_object_ref (slot->camera);
  job->deadline = deadline;
  g_mutex_lock (&self->lock);
  slot->stopping = TRUE;
  slot->stopping_at = g_get_monotonic_time ();
  if (self->over)               /* cancel() has been here and cannot come again while this thread stops cameras */
    job->deadline = 0;
  self->n_stopping++;
  g_mutex_unlock (&self->lock);
  /* not gst_element_call_async(): where the process may not have a thread, that would wait for one for ever */
  thread = g_thread_try_new ("edgevideo-stop", run_stop, job, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    run_stop (job);
}

void
gst_edge_deployment_retire_camera (GstEdgeDeployment *self, GstEdgeCameraSlot *slot)
{
  GstEdgeVideoCamera *camera = gst_object_ref (slot->camera);
  gboolean is_there;
  GstEdgeTally tally;

  gst_element_set_locked_state (GST_ELEMENT (camera), TRUE);
  gst_element_set_state (GST_ELEMENT (camera), GST_STATE_NULL);
  gst_edge_tally_init (&tally);
  gst_edge_video_camera_add_to_tally (camera, &tally);

  g_mutex_lock (&self->lock);
  is_there = slot->camera == camera;    /* a handler may have stopped the bin meanwhile */
  if (is_there) {
    slot->stopped = slot->stopping = slot->restart = FALSE;
    gst_object_unref (gst_edge_camera_slot_take_camera (slot, &tally));
  }
  g_mutex_unlock (&self->lock);

  gst_edge_tally_clear (&tally);
  if (is_there)
    gst_bin_remove (self->bin, GST_ELEMENT (camera));
  gst_object_unref (camera);
  if (is_there)
    gst_edge_deployment_tell_camera (self, slot, "the camera was stopped");
}

/* ---- failures of the graph: the source heals itself ---- */

static gboolean
on_retry (gpointer user_data)
{
  gst_edge_deployment_schedule (user_data);
  return G_SOURCE_REMOVE;
}

static void
post_warning (GstEdgeDeployment *self, const GstEdgeCameraSlot *slot, const gchar *reason, gint64 wait)
{
  GError *error;

  if (wait < 0)
    error = g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "Camera %s was stopped: %s. It starts again when the config changes; the other cameras go on", slot->id,
        reason);
  else
    error = g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "Camera %s was stopped: %s. It starts again in %.1f s; the other cameras go on", slot->id, reason,
        (gdouble) wait / G_USEC_PER_SEC);
  gst_edge_element_post_warning (GST_ELEMENT (self->bin), error, NULL, NULL);
  g_error_free (error);
}

void
gst_edge_deployment_fail_camera (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, const gchar *reason,
    gboolean permanent)
{
  gint64 now = g_get_monotonic_time (), wait = -1;

  g_mutex_lock (&self->lock);
  gst_edge_camera_slot_set_offline (slot, reason);
  slot->consecutive_failures++;
  slot->restart = slot->camera != NULL;
  slot->given_up = permanent;
  if (!permanent) {
    wait = gst_edge_backoff_next (&slot->backoff, now, g_random_double ());
    slot->retry_at = now + wait;
  }
  gst_edge_deployment_schedule_locked (self);
  g_mutex_unlock (&self->lock);

  post_warning (self, slot, reason, wait);
  if (self->abandoned)
    return;
  gst_edge_deployment_tell_camera (self, slot, reason);
  if (wait >= 0)
    gst_edge_deployment_queue (self, (guint) (wait / 1000) + 1, on_retry, self, NULL);
}
