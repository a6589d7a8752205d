/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life of a deployment, and its one decision: who must stop and who may start. Whatever changes (a new config, a
 * camera that has ended, a failure, the end), the manager looks at everything again. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-diff.h"
#include "deployment-private.h"

#define GST_CAT_DEFAULT gst_edge_video_bin_debug

/* ---- the manager's thread ---- */

void
gst_edge_deployment_queue (GstEdgeDeployment *self, guint delay_ms, GSourceFunc func, gpointer data,
    GDestroyNotify destroy)
{
  GSource *source = delay_ms > 0 ? g_timeout_source_new (delay_ms) : g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static gboolean reconcile (gpointer user_data);

void
gst_edge_deployment_schedule_locked (GstEdgeDeployment *self)
{
  if (self->scheduled || self->over)
    return;
  self->scheduled = TRUE;
  gst_edge_deployment_queue (self, 0, reconcile, self, NULL);
}

void
gst_edge_deployment_schedule (GstEdgeDeployment *self)
{
  g_mutex_lock (&self->lock);
  gst_edge_deployment_schedule_locked (self);
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer data)
{
  GstEdgeDeployment *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  gst_object_unref (self->bin);
  gst_edge_deployment_unref (self);
  return NULL;
}

static gboolean
quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_status_interval (gpointer user_data)
{
  gst_edge_deployment_tell_system (user_data, TRUE, "regular report");
  return G_SOURCE_CONTINUE;
}

/* ---- slots ---- */

GstEdgeCameraSlot *
gst_edge_deployment_find_slot (GstEdgeDeployment *self, const gchar *id)
{
  guint i;

  for (i = 0; i < self->slots->len; i++) {
    GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (g_str_equal (slot->id, id))
      return slot;
  }
  return NULL;
}

/* A slot for each camera of the config; those of gone ones stay, for the report. */
static void
update_slots (GstEdgeDeployment *self, const GstEdgeConfig *config, gboolean news)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < config->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (config->cameras, i);

    if (gst_edge_deployment_find_slot (self, camera->id) == NULL)
      g_ptr_array_add (self->slots, gst_edge_camera_slot_new (camera->id));
  }
  for (i = 0; i < self->slots->len; i++) {
    GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    gst_edge_camera_slot_set_added (slot, gst_edge_config_find (config, slot->id) != NULL);
    if (news) {
      slot->given_up = FALSE;
      slot->retry_at = 0;
    }
  }
  g_mutex_unlock (&self->lock);
}

/* The one field that another thread sets. */
static gboolean
has_stopped (GstEdgeDeployment *self, const GstEdgeCameraSlot *slot)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = slot->stopped;
  g_mutex_unlock (&self->lock);
  return stopped;
}

static gboolean
must_stop (const GstEdgeCameraSlot *slot, const GstEdgeConfig *wanted, gboolean finishing)
{
  if (slot->camera == NULL || slot->stopping)
    return FALSE;
  return finishing || slot->restart || gst_edge_config_find (wanted, slot->id) == NULL
      || !gst_edge_config_is_same_camera (slot->config, wanted, slot->id);
}

/* What is shared by all must be the same for all that run. */
static gboolean
may_start_any (GstEdgeDeployment *self, const GstEdgeConfig *wanted)
{
  guint i;

  for (i = 0; i < self->slots->len; i++) {
    const GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (slot->camera != NULL && !gst_edge_config_may_coexist (slot->config, wanted))
      return FALSE;
  }
  return TRUE;
}

static void
keep_running (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, GstEdgeConfig *wanted)
{
  GstEdgeVideoCamera *camera = slot->camera;
  GstEdgeConfig *old = NULL;

  if (camera == NULL || slot->stopping || slot->config == wanted)
    return;
  gst_object_ref (camera);
  gst_edge_video_camera_update (camera, wanted);
  g_mutex_lock (&self->lock);
  if (!self->abandoned) {
    old = slot->config;
    slot->config = gst_edge_config_ref (wanted);
  }
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, gst_edge_config_unref);
  gst_object_unref (camera);
}

static void
start_if_due (GstEdgeDeployment *self, GstEdgeCameraSlot *slot, GstEdgeConfig *wanted)
{
  GError *error = NULL;

  if (slot->camera != NULL || slot->given_up || gst_edge_config_find (wanted, slot->id) == NULL
      || slot->retry_at > g_get_monotonic_time ())
    return;
  if (!gst_edge_deployment_start_camera (self, slot, wanted, &error)) {
    gst_edge_deployment_fail_camera (self, slot, error->message, TRUE);
    g_error_free (error);
  }
}

static gboolean
has_camera (GstEdgeDeployment *self)
{
  guint i;

  for (i = 0; i < self->slots->len; i++) {
    if (((GstEdgeCameraSlot *) g_ptr_array_index (self->slots, i))->camera != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
hide_cameras_locked (GstEdgeDeployment *self)
{
  guint i;

  for (i = 0; i < self->slots->len; i++)
    gst_edge_camera_slot_hide (g_ptr_array_index (self->slots, i));
}

static void
end (GstEdgeDeployment *self, gint64 deadline)
{
  gst_edge_deployment_tell_system (self, TRUE, "stopped");
  if (self->events != NULL)
    gst_edge_status_events_drain (self->events, deadline);
  gst_edge_deployment_close_events (self, 0);
  if (self->abandoned)
    return;

  g_mutex_lock (&self->lock);
  self->over = TRUE;
  self->ended_at = g_get_monotonic_time ();
  hide_cameras_locked (self);
  g_mutex_unlock (&self->lock);
  self->settings.finished (self->bin, self->settings.user_data);
}

/* What runs and what is wanted come together here. */
static void
bring_together (GstEdgeDeployment *self, GstEdgeConfig *wanted, gboolean finishing, gint64 deadline)
{
  guint i;

  for (i = 0; i < self->slots->len && !self->abandoned; i++) {
    GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (has_stopped (self, slot))
      gst_edge_deployment_retire_camera (self, slot);
    if (must_stop (slot, wanted, finishing))
      gst_edge_deployment_stop_camera (self, slot, deadline);
    else
      keep_running (self, slot, wanted);
  }
  /* events take the same connection, so they wait as cameras do */
  if (!finishing && !self->abandoned && may_start_any (self, wanted))
    gst_edge_deployment_open_events (self, wanted);
  for (i = 0; !finishing && i < self->slots->len && !self->abandoned && may_start_any (self, wanted); i++)
    start_if_due (self, g_ptr_array_index (self->slots, i), wanted);
  if (self->abandoned)
    return;
  if (finishing && !has_camera (self))
    end (self, deadline);
  else
    gst_edge_deployment_tell_system (self, FALSE, "cameras changed");
}

/* Manager. */
static gboolean
reconcile (gpointer user_data)
{
  GstEdgeDeployment *self = user_data;
  gint64 deadline = g_get_monotonic_time () + self->settings.shutdown_timeout;
  GstEdgeConfig *wanted;
  gboolean finishing, news, over;

  g_mutex_lock (&self->lock);
  self->scheduled = FALSE;
  wanted = gst_edge_config_ref (self->wanted);
  finishing = self->finishing;
  if (finishing)
    deadline = self->deadline;
  news = self->news;
  self->news = FALSE;
  over = self->over;
  g_mutex_unlock (&self->lock);

  if (!over) {
    if (news && !finishing)
      update_slots (self, wanted, TRUE);
    bring_together (self, wanted, finishing, deadline);
  }
  gst_edge_config_unref (wanted);
  return G_SOURCE_REMOVE;
}

/* ---- life ---- */

static gboolean
start_manager (GstEdgeDeployment *self, GError **error)
{
  GError *local = NULL;

  self->started = TRUE;
  /* the thread's: nobody waits for it if a handler that it calls stops the bin */
  gst_object_ref (self->bin);
  gst_edge_deployment_ref (self);
  self->thread = g_thread_try_new ("edgevideo", run, self, &local);
  if (self->thread != NULL)
    return TRUE;
  gst_object_unref (self->bin);
  gst_edge_deployment_unref (self);
  self->started = FALSE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "The thread that looks after the cameras could not be started: %s. Allow this process more threads.",
      local->message);
  g_error_free (local);
  return FALSE;
}

static gboolean
start_initial (GstEdgeDeployment *self, GError **error)
{
  guint i;

  update_slots (self, self->wanted, TRUE);
  for (i = 0; i < self->slots->len; i++) {
    GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (!gst_edge_deployment_start_camera (self, slot, self->wanted, error)) {
      g_prefix_error (error, "camera %s: ", slot->id);
      return FALSE;
    }
    slot->initial = TRUE;
  }
  return TRUE;
}

GstEdgeDeployment *
gst_edge_deployment_new (GstBin *bin, GstEdgeConfig *config, const GstEdgeDeploymentSettings *settings,
    GError **error)
{
  GstEdgeDeployment *self = g_new0 (GstEdgeDeployment, 1);
  gboolean started;

  g_atomic_ref_count_init (&self->refcount);
  self->bin = bin;
  self->settings = *settings;
  self->pool = g_strdup (settings->pool);
  self->started_at = g_get_monotonic_time ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->wanted = gst_edge_config_ref (config);
  self->slots = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_edge_camera_slot_free);

  started = start_initial (self, error);
  if (started) {
    gst_edge_deployment_open_events (self, config);
    if (settings->status_interval > 0)
      gst_edge_deployment_queue (self, (guint) MAX (settings->status_interval / 1000, 1), on_status_interval, self,
          NULL);
    gst_edge_deployment_schedule (self);
    started = start_manager (self, error);
  }
  if (started)
    return self;
  gst_edge_deployment_clear (self);
  gst_edge_deployment_unref (self);
  return NULL;
}

GstMessage *
gst_edge_deployment_set_settled (GstEdgeDeployment *self)
{
  GstMessage *early_error;

  g_mutex_lock (&self->lock);
  self->settled = TRUE;
  early_error = g_steal_pointer (&self->early_error);
  g_mutex_unlock (&self->lock);
  return early_error;
}

GMainContext *
gst_edge_deployment_get_context (GstEdgeDeployment *self)
{
  return self->context;
}

void
gst_edge_deployment_set_config (GstEdgeDeployment *self, GstEdgeConfig *config)
{
  GstEdgeConfig *old;

  g_mutex_lock (&self->lock);
  old = self->wanted;
  self->wanted = gst_edge_config_ref (config);
  self->news = TRUE;
  gst_edge_deployment_schedule_locked (self);
  g_mutex_unlock (&self->lock);
  gst_edge_config_unref (old);
}

void
gst_edge_deployment_finish (GstEdgeDeployment *self)
{
  g_mutex_lock (&self->lock);
  if (!self->finishing) {
    self->finishing = TRUE;
    self->deadline = g_get_monotonic_time () + self->settings.shutdown_timeout;
    gst_edge_deployment_schedule_locked (self);
  }
  g_mutex_unlock (&self->lock);
}

/* Lets all waits of the manager and of those who stop cameras end. */
static void
cancel (GstEdgeDeployment *self)
{
  GPtrArray *cameras = g_ptr_array_new_with_free_func (gst_object_unref);
  guint i;

  g_mutex_lock (&self->lock);
  self->over = TRUE;
  if (self->events != NULL)
    gst_edge_status_events_cancel (self->events);
  for (i = 0; i < self->slots->len; i++) {
    const GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (slot->stopping && !slot->stopped)
      g_ptr_array_add (cameras, gst_object_ref (slot->camera));
  }
  g_mutex_unlock (&self->lock);
  for (i = 0; i < cameras->len; i++)
    gst_edge_video_camera_cancel (g_ptr_array_index (cameras, i));
  g_ptr_array_unref (cameras);
}

/* A handler of what the manager said stops the bin: the thread ends when that returns. */
static void
abandon (GstEdgeDeployment *self)
{
  self->abandoned = TRUE;
  g_main_loop_quit (self->loop);
  g_thread_unref (g_steal_pointer (&self->thread));
}

void
gst_edge_deployment_stop (GstEdgeDeployment *self)
{
  const guint own = gst_edge_deployment_is_stopping_camera (self) ? 1 : 0;

  /* 1. the manager starts nothing more; unblock it, and who stops cameras */
  cancel (self);
  /* 2. join the manager: nobody begins to stop a camera after that */
  if (self->thread == g_thread_self ()) {
    abandon (self);
  } else {
    gst_edge_deployment_queue (self, 0, quit, self->loop, NULL);
    g_thread_join (g_steal_pointer (&self->thread));
  }
  /* 3. wait for those who stop cameras, also for what the manager began after step 1 */
  cancel (self);
  g_mutex_lock (&self->lock);
  while (self->n_stopping > own)
    g_cond_wait (&self->changed, &self->lock);
  if (self->ended_at == 0)
    self->ended_at = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

void
gst_edge_deployment_clear (GstEdgeDeployment *self)
{
  guint i;

  for (i = 0; i < self->slots->len; i++) {
    GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (slot->camera != NULL)
      gst_edge_deployment_retire_camera (self, slot);
  }
  g_mutex_lock (&self->lock);
  hide_cameras_locked (self);
  g_mutex_unlock (&self->lock);
  gst_edge_deployment_close_events (self, 0);
}

GstEdgeDeployment *
gst_edge_deployment_ref (GstEdgeDeployment *self)
{
  g_atomic_ref_count_inc (&self->refcount);
  return self;
}

void
gst_edge_deployment_unref (GstEdgeDeployment *self)
{
  if (!g_atomic_ref_count_dec (&self->refcount))
    return;
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->slots);
  gst_edge_config_unref (self->wanted);
  gst_clear_message (&self->early_error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->pool);
  g_free (self);
}

/* ---- report ---- */

typedef struct
{
  GstEdgeVideoCamera *camera;   /* nullable */
  GstEdgeTally tally;
} Running;

static void
running_clear (gpointer data)
{
  Running *running = data;

  gst_clear_object (&running->camera);
  gst_edge_tally_clear (&running->tally);
}

/* One for each slot. The elements are asked with no lock held. */
static GArray *
count_running (GstEdgeDeployment *self)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (Running));
  guint i;

  g_array_set_clear_func (list, running_clear);
  g_mutex_lock (&self->lock);
  g_array_set_size (list, self->slots->len);
  for (i = 0; i < self->slots->len; i++) {
    const GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);

    if (slot->camera != NULL)
      g_array_index (list, Running, i).camera = gst_object_ref (slot->camera);
  }
  g_mutex_unlock (&self->lock);

  for (i = 0; i < list->len; i++) {
    Running *running = &g_array_index (list, Running, i);

    gst_edge_tally_init (&running->tally);
    if (running->camera != NULL)
      gst_edge_video_camera_add_to_tally (running->camera, &running->tally);
  }
  return list;
}

GstStructure *
gst_edge_deployment_make_report (GstEdgeDeployment *self)
{
  GArray *list = count_running (self);
  GstEdgeReport *report;
  gint64 end;
  guint i;

  g_mutex_lock (&self->lock);
  end = self->ended_at != 0 ? self->ended_at : g_get_monotonic_time ();
  report = gst_edge_report_new (self->wanted->file, (gdouble) (end - self->started_at) / G_USEC_PER_SEC,
      (guint64) gst_edge_config_get_lane_size (self->wanted) * self->wanted->cameras->len);
  for (i = 0; i < list->len; i++) {
    const GstEdgeCameraSlot *slot = g_ptr_array_index (self->slots, i);
    const Running *running = &g_array_index (list, Running, i);

    /* a graph that has ended meanwhile is in the slot's own numbers */
    gst_edge_camera_slot_report (slot, report, slot->camera == running->camera ? &running->tally : NULL);
  }
  g_mutex_unlock (&self->lock);
  g_array_unref (list);
  return gst_edge_report_finish (report);
}
