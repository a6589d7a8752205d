/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc: how it ends. */

#include "camera-rig.h"

#define CAMERA "--marked --size 320x240 --fps 20 --gop 10 --loop-frames 100"

static gboolean
is_inactive (Rig *rig)
{
  GstStructure *stats = NULL;
  gboolean result;

  g_object_get (rig_get_camera (rig, 1)->element, "stats", &stats, NULL);
  result = g_strcmp0 (gst_structure_get_string (stats, "state"), "inactive") == 0;
  gst_structure_free (stats);
  return result;
}

/* What it has counted in the end can still be read. */
static void
test_stopped (void)
{
  Simulator *simulator = simulator_start (CAMERA, 0);
  Rig *rig = rig_start (1, simulator_get_port (simulator), "", "fakesink async=false");

  rig_await_state (rig, 1, "active", NULL);
  rig_await_frames (rig, 1, 3);       /* the first of them have been taken */
  g_assert_false (is_inactive (rig));
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  g_assert_true (is_inactive (rig));
  g_assert_cmpuint (rig_get_stat (rig, 1, "out"), >=, 1);
  rig_stop (rig);
  simulator_stop (simulator);
}

typedef struct
{
  Rig *rig;
  GMutex lock;
  GCond changed;
  gboolean restarted;           /* lock */
  gboolean gone;                /* lock */
  gint left_behind;             /* atomic */
  guint n_active;               /* lock: messages that say so */
  gboolean active;              /* lock */
} Stop;

static void
note (Stop *stop, gboolean *what)
{
  g_mutex_lock (&stop->lock);
  *what = TRUE;
  g_cond_signal (&stop->changed);
  g_mutex_unlock (&stop->lock);
}

static void
await (Stop *stop, const gboolean *what)
{
  gint64 deadline = g_get_monotonic_time () + RIG_TIMEOUT / GST_USECOND;

  g_mutex_lock (&stop->lock);
  while (!*what)
    g_assert_true (g_cond_wait_until (&stop->changed, &stop->lock, deadline));
  g_mutex_unlock (&stop->lock);
}

/* What was there before ends only when this returns. */
static void
on_state (GstElement *element, GParamSpec *pspec, gpointer user_data)
{
  Stop *stop = user_data;

  g_signal_handlers_disconnect_by_func (element, on_state, user_data);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_true (gst_element_sync_state_with_parent (element));
  rig_await_frames (stop->rig, 1, 10);
  note (stop, &stop->restarted);
}

static void
on_gone (gpointer user_data, GObject *element)
{
  Stop *stop = user_data;

  note (stop, &stop->gone);
}

static void
on_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
    GObject *object, GstDebugMessage *message, gpointer user_data)
{
  Stop *stop = user_data;

  if (strstr (gst_debug_message_get (message), "left behind") != NULL)
    g_atomic_int_inc (&stop->left_behind);
}

static void
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  const GstStructure *s = gst_message_get_structure (message);
  Stop *stop = user_data;

  if (!gst_structure_has_name (s, "camera-state") || g_strcmp0 (gst_structure_get_string (s, "state"), "active") != 0)
    return;
  g_mutex_lock (&stop->lock);
  stop->n_active++;
  g_mutex_unlock (&stop->lock);
  note (stop, &stop->active);
}

/* By a handler that runs in the camera's own thread, which cannot wait for itself. It begins anew at once, and nothing
 * of what was there before gets into the new stream: GStreamer would complain. Nor does it say any more that it is
 * active. */
static void
test_stopped_by_handler (void)
{
  Simulator *simulator = simulator_start (CAMERA, 0);
  Rig *rig = rig_start (1, simulator_get_port (simulator), "", "fakesink async=false");
  GstElement *element = rig_get_camera (rig, 1)->element;
  Stop stop = { rig, };

  g_mutex_init (&stop.lock);
  g_cond_init (&stop.changed);
  gst_element_set_state (rig->pipeline, GST_STATE_READY);
  rig_get_camera (rig, 1)->frames = 0;
  gst_debug_set_threshold_for_name ("rtspcamerasrc", GST_LEVEL_WARNING);
  gst_debug_add_log_function (on_log, &stop, NULL);
  gst_bus_enable_sync_message_emission (rig->bus);
  g_signal_connect (rig->bus, "sync-message::element", G_CALLBACK (on_message), &stop);
  g_signal_connect (element, "notify::state", G_CALLBACK (on_state), &stop);
  g_object_weak_ref (G_OBJECT (element), on_gone, &stop);
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
  await (&stop, &stop.restarted);
  await (&stop, &stop.active);
  rig_stop (rig);
  await (&stop, &stop.gone);    /* and with it that thread */
  g_assert_cmpuint (stop.n_active, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&stop.left_behind), ==, 0);
  gst_debug_remove_log_function (on_log);
  g_mutex_clear (&stop.lock);
  g_cond_clear (&stop.changed);
  simulator_stop (simulator);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtspcamerasrc/stop/statistics", test_stopped);
  g_test_add_func ("/rtspcamerasrc/stop/by-handler", test_stopped_by_handler);
  return g_test_run ();
}
