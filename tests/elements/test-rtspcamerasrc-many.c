/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Many cameras, some of which come and go: the others lose no frame, and nobody gets a frame of another. */

#include <gst/video/video.h>

#include "../support/rtsp-camera/mark.h"
#include "camera-rig.h"
#include "proc.h"

#define N_CAMERAS 30
#define N_FLAPPING 6
#define N_FLAPS 18              /* in all */
#define LOOP 1000

#define CAMERAS "--marked --cameras 30 --size 192x112 --fps 8 --gop 8 --loop-frames 1000"

typedef struct
{
  gint frames;                  /* atomic, as all of them */
  gint unreadable;
  gint of_others;
  gint missing;                 /* numbers that were left out within a connection */
  gint last;                    /* -1: begins anew */
} Seen;

static Seen seen[N_CAMERAS + 1];

static void
look (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Seen *s = user_data;
  guint8 camera;
  guint16 number;
  GstVideoInfo info;
  GstVideoFrame video;
  GstCaps *caps = gst_pad_get_current_caps (pad);

  g_assert_true (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  g_assert_true (gst_video_frame_map (&video, &info, buffer, GST_MAP_READ));
  g_atomic_int_inc (&s->frames);
  if (!gst_edge_mark_read (&video, &camera, &number)) {
    g_atomic_int_inc (&s->unreadable);
  } else {
    if (camera != s - seen)
      g_atomic_int_inc (&s->of_others);
    if (s->last >= 0 && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
      g_atomic_int_add (&s->missing, (number + LOOP - s->last - 1) % LOOP);
    s->last = number;
  }
  gst_video_frame_unmap (&video);
}

static void
watch (Rig *rig)
{
  guint i;

  for (i = 1; i <= N_CAMERAS; i++) {
    GstPad *pad = gst_element_get_static_pad (rig_get_camera (rig, i)->element, "src");
    GstPad *peer = gst_pad_get_peer (pad);
    GstElement *sink = gst_pad_get_parent_element (peer);

    seen[i].last = -1;
    g_signal_connect (sink, "handoff", G_CALLBACK (look), &seen[i]);
    g_object_set (sink, "signal-handoffs", TRUE, NULL);
    gst_object_unref (sink);
    gst_object_unref (peer);
    gst_object_unref (pad);
  }
}

/* The six take turns; now and then it is a fault that has to be found out first. */
static void
flap (Rig *rig, Simulator *simulator, guint i)
{
  const guint camera = 1 + i % N_FLAPPING;
  const gboolean garbage = i % N_FLAPPING == 4;
  gchar *command = g_strdup_printf (garbage ? "garbage %u on" : "hang-up %u", camera), *cure;

  rig_await_frames (rig, camera, 4);
  simulator_command (simulator, command);
  rig_await_state (rig, camera, "inactive", NULL);
  if (garbage) {
    cure = g_strdup_printf ("garbage %u off", camera);
    simulator_command (simulator, cure);
    g_free (cure);
  }
  rig_await_state (rig, camera, "active", NULL);
  g_free (command);
}

static void
test_many (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  Rig *rig = rig_start (N_CAMERAS, simulator_get_port (simulator), "stall-timeout=5000000000 "
      "connect-timeout=20000000000", "fakesink async=false");
  guint i, threads = 0, fds = 0;

  watch (rig);
  for (i = 1; i <= N_CAMERAS; i++)
    rig_await_frames (rig, i, 8);
  threads = proc_count_threads ();
  fds = proc_count_fds ();
  for (i = 0; i < N_FLAPS; i++)
    flap (rig, simulator, i);
  for (i = 1; i <= N_CAMERAS; i++)
    rig_await_frames (rig, i, 8);

  g_assert_cmpuint (proc_count_threads (), <=, threads + 4);
  g_assert_cmpuint (proc_count_fds (), <=, fds + 4);
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  for (i = 1; i <= N_CAMERAS; i++) {
    g_test_message ("camera %u: %d frames, %d missing, %u connections, %u dropped late", i, seen[i].frames,
        seen[i].missing, (guint) rig_get_stat (rig, i, "connects"), (guint) rig_get_stat (rig, i, "dropped-late"));
    g_assert_cmpint (seen[i].frames, >, seen[i].unreadable);
    g_assert_cmpint (seen[i].of_others, ==, 0);
    if (i <= N_FLAPPING)        /* a decoder makes something out of garbage, too */
      continue;
    g_assert_cmpint (seen[i].unreadable, ==, 0);
    g_assert_cmpint (seen[i].missing, ==, 0);
    g_assert_cmpuint (rig_get_stat (rig, i, "connects"), ==, 1);
    g_assert_cmpuint (rig_get_camera (rig, i)->disconts, ==, 1);
  }
  rig_stop (rig);
  simulator_stop (simulator);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  if (RIG_IS_SANITIZED)         /* so many do lose frames then */
    return 77;
  g_test_add_func ("/rtspcamerasrc/many", test_many);
  return g_test_run ();
}
