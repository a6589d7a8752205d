/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc and cameras that fail in all ways: it recovers, and nobody else notices. */

#include <string.h>

#include "camera-rig.h"
#include "frame/frame-identity.h"
#include "proc.h"

/* Small cameras that cost little; a keyframe each half second. */
#define CAMERAS "--marked --size 320x240 --fps 20 --gop 10 --loop-frames 100"

/* Fifty outages, after some that may fill what is kept for later. */
#define N_FLAPPING 3
#define N_FLAPS_BEFORE 4
#define N_FLAPS 21

/* What a connection takes here and now, for cameras that have not had one when their time is taken. */
static gint64
time_connection (guint port, const gchar *properties)
{
  Rig *rig = rig_start (1, port, properties, "fakesink async=false");
  gint64 took;

  rig_await_state (rig, 1, "active", NULL);
  took = rig->first_active;
  rig_stop (rig);
  return took;
}

static void
test_dead_at_start (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  gint64 usual = time_connection (port, "");
  Rig *rig;

  simulator_stop (simulator);
  rig = rig_start (1, port, "", "fakesink async=false");
  rig->first_active = usual;
  rig_await_state (rig, 1, "inactive", "connect");
  rig_await_state (rig, 1, "inactive", "connect");
  simulator = simulator_start (CAMERAS, port);
  rig_await_recovery (rig, 1, g_get_monotonic_time ());
  rig_await_frames (rig, 1, 10);
  g_assert_cmpuint (rig_get_camera (rig, 1)->disconts, ==, 1);
  g_assert_cmpuint (rig->n_warnings, ==, 1);
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_killed (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (1, port, "", "fakesink async=false");

  rig_await_state (rig, 1, "active", NULL);
  simulator_stop (simulator);
  rig_await_state (rig, 1, "inactive", "eos");
  rig_await_state (rig, 1, "inactive", "connect");
  simulator = simulator_start (CAMERAS, port);
  rig_await_recovery (rig, 1, g_get_monotonic_time ());
  rig_await_frames (rig, 1, 10);
  g_assert_cmpuint (rig_get_camera (rig, 1)->disconts, ==, 2);
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_unauthorized (void)
{
  Simulator *simulator =
      simulator_start (CAMERAS " --user u --password right", 0);
  guint port = simulator_get_port (simulator);
  gint64 usual = time_connection (port, "user=u password=right");
  Rig *rig = rig_start (1, port, "user=u password=wrong", "fakesink async=false");

  rig->first_active = usual;
  rig_await_state (rig, 1, "inactive", "auth");
  simulator_stop (simulator);
  simulator = simulator_start (CAMERAS " --user u --password wrong", port);
  rig_await_recovery (rig, 1, g_get_monotonic_time ());
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_not_found (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (2, port, "", "fakesink async=false");

  rig_await_state (rig, 1, "active", NULL);
  rig_await_state (rig, 2, "inactive", "not-found");
  simulator_stop (simulator);
  simulator = simulator_start (CAMERAS " --cameras 2", port);
  rig_await_recovery (rig, 2, g_get_monotonic_time ());
  rig_stop (rig);
  simulator_stop (simulator);
}

/* The first of three cameras fails by @command; the others do not notice. */
static void
fail_one (const gchar *command, const gchar *reason, const gchar *cure)
{
  Simulator *simulator = simulator_start (CAMERAS " --cameras 3", 0);
  Rig *rig = rig_start (3, simulator_get_port (simulator), "", "fakesink async=false");
  guint i;

  rig_await_state (rig, 1, "active", NULL);
  for (i = 1; i <= 3; i++)
    rig_await_frames (rig, i, 1);
  simulator_command (simulator, command);
  rig_await_state (rig, 1, "inactive", reason);
  if (cure != NULL)
    simulator_command (simulator, cure);
  rig_await_recovery (rig, 1, g_get_monotonic_time ());
  for (i = 1; i <= 3; i++)
    rig_await_frames (rig, i, 10);

  g_assert_cmpuint (rig_get_camera (rig, 1)->disconts, >=, 2);
  for (i = 2; i <= 3; i++) {
    g_assert_cmpuint (rig_get_camera (rig, i)->disconts, ==, 1);
    g_assert_cmpuint (rig_get_stat (rig, i, "connects"), ==, 1);
    g_assert_cmpuint (rig_get_stat (rig, i, "skipped"), ==, 0);
    g_assert_cmpuint (rig_get_stat (rig, i, "dropped-rate"), ==, 0);
  }
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_hangs_up (void)
{
  fail_one ("hang-up 1", "eos", NULL);
}

static void
test_silent (void)
{
  fail_one ("silent 1 on", "stall", "silent 1 off");
}

static void
test_garbage (void)
{
  fail_one ("garbage 1 on", "decode", "garbage 1 off");
}

static void
test_frozen (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  Rig *rig = rig_start (1, simulator_get_port (simulator), "", "fakesink async=false");

  rig_await_state (rig, 1, "active", NULL);
  simulator_freeze (simulator);
  rig_await_state (rig, 1, "inactive", "stall");
  rig_await_state (rig, 1, "inactive", "timeout");
  simulator_thaw (simulator);
  rig_await_recovery (rig, 1, g_get_monotonic_time ());
  rig_await_frames (rig, 1, 10);
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_resolution (void)
{
  Simulator *simulator =
      simulator_start (CAMERAS " --second-size 160x120", 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (1, port, "", "fakesink async=false");

  rig_await_caps (rig, 1, "video/x-raw, width=320, height=240");
  rig_await_frames (rig, 1, 1);
  simulator_command (simulator, "second-size 1 on");
  rig_await_caps (rig, 1, "video/x-raw, width=160, height=120");
  rig_await_frames (rig, 1, 10);
  rig_stop (rig);

  /* scaled, it stays the same */
  simulator_command (simulator, "second-size 1 off");
  rig = rig_start (1, port, "width=200",
      "video/x-raw, width=200, height=150 ! fakesink async=false");
  rig_await_frames (rig, 1, 1);
  simulator_command (simulator, "second-size 1 on");
  rig_await_frames (rig, 1, 30);
  rig_stop (rig);

  /* what follows does not take the new size: this camera waits until it is the old one */
  simulator_command (simulator, "second-size 1 off");
  rig = rig_start (1, port, "", "video/x-raw, width=320 ! fakesink async=false");
  rig_await_frames (rig, 1, 1);
  simulator_command (simulator, "second-size 1 on");
  rig_await_state (rig, 1, "inactive", "decode");
  simulator_command (simulator, "second-size 1 off");
  rig_await_recovery (rig, 1, g_get_monotonic_time ());
  rig_await_frames (rig, 1, 10);
  rig_stop (rig);
  simulator_stop (simulator);
}

/* A wrong password counts at once, what else fails only after ten seconds without video: the unit test of the health
 * knows about those. */
static void
test_offline (void)
{
  Simulator *simulator = simulator_start (CAMERAS " --user u --password right", 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (1, port, "circuit-max-failures=3 circuit-reset=500000000 user=u password=wrong",
      "fakesink async=false");

  rig_await_state (rig, 1, "offline", "auth");
  rig_await_state (rig, 1, "offline", "auth");
  simulator_stop (simulator);
  rig_await_state (rig, 1, "offline", "connect");
  simulator = simulator_start (CAMERAS " --user u --password wrong", port);
  rig_await_state (rig, 1, "active", NULL);
  rig_stop (rig);
  simulator_stop (simulator);
}

/* Not more and not fewer, by their timestamps; from when the sender's clock is known, at which it begins anew. */
static void
test_framerate (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  Rig *rig = rig_start (1, simulator_get_port (simulator), "framerate=5",
      "fakesink async=false");
  RigCamera *camera = rig_get_camera (rig, 1);
  guint64 periods, frames;
  GstClockTime first;

  rig_await_caps (rig, 1, "video/x-raw, framerate=5/1");
  do {
    rig_await_frames (rig, 1, 1);
    g_mutex_lock (&rig->lock);
    frames = camera->with_time;
    g_mutex_unlock (&rig->lock);
  } while (frames < 2);

  g_mutex_lock (&rig->lock);
  first = camera->last;
  frames = camera->frames;
  g_mutex_unlock (&rig->lock);
  rig_await_frames (rig, 1, 24);
  g_mutex_lock (&rig->lock);
  periods = gst_util_uint64_scale_round (camera->last - first, 5, GST_SECOND);
  frames = camera->frames - frames;
  g_mutex_unlock (&rig->lock);
  g_assert_cmpuint (periods, >=, frames - 1);
  g_assert_cmpuint (periods, <=, frames + 1);

  /* it may change at any time */
  g_object_set (camera->element, "framerate", 10, 1, NULL);
  rig_await_caps (rig, 1, "video/x-raw, framerate=10/1");
  rig_stop (rig);
  simulator_stop (simulator);
}

static gboolean
is_keyframes_only (Rig *rig)
{
  GstStructure *stats = NULL;
  gboolean result = FALSE;

  g_object_get (rig_get_camera (rig, 1)->element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_boolean (stats, "keyframes-only", &result));
  gst_structure_free (stats);
  return result;
}

static void
test_keyframes (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (1, port, "framerate=2", "fakesink async=false");
  guint64 frames, skipped;

  /* auto: after the first ones, keyframes are enough. A starved simulator leaves some out; then all are decoded. */
  do {
    while (!is_keyframes_only (rig))
      rig_await_frames (rig, 1, 1);
    frames = rig_get_stat (rig, 1, "frames");
    skipped = rig_get_stat (rig, 1, "skipped");
    rig_await_frames (rig, 1, 5);
    frames = rig_get_stat (rig, 1, "frames") - frames;
    skipped = rig_get_stat (rig, 1, "skipped") - skipped;
  } while (frames > 6 || skipped < 30);
  g_assert_cmpuint (rig_get_camera (rig, 1)->disconts, ==, 1);
  rig_stop (rig);

  rig = rig_start (1, port, "decode=keyframes", "fakesink async=false");
  rig_await_frames (rig, 1, 6);
  g_assert_cmpuint (rig_get_stat (rig, 1, "frames"), <=,
      rig_get_stat (rig, 1, "keyframes"));
  /* nine of ten pictures, of one packet or more each, go no further than the network */
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped"), >=, 40);
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped-packets"), >=, 40);
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_not_decoded (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (1, port, "decode=none",
      "video/x-h264, stream-format=byte-stream, alignment=au ! fakesink async=false");

  rig_await_frames (rig, 1, 30);
  rig_stop (rig);
  rig = rig_start (1, port, "decode=none framerate=1", "h264parse ! fakesink async=false");
  rig_await_frames (rig, 1, 4);
  g_assert_cmpuint (rig_get_stat (rig, 1, "frames"), <=,
      rig_get_stat (rig, 1, "keyframes"));
  rig_stop (rig);
  simulator_stop (simulator);
}

/* The camera's pictures are taken on the beat of the wall clock, which only its own time can show. */
static void
check_capture_time (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  const GstEdgeFrameIdentity *identity = gst_edge_buffer_get_identity (buffer);
  gint64 beat = 50 * GST_MSECOND;
  gint64 off = (identity->capture_time + beat / 2) % beat - beat / 2;

  if (gst_buffer_get_reference_timestamp_meta (buffer, NULL) != NULL)
    g_assert_cmpint (ABS (off), <, (gint64) GST_MSECOND);
}

static void
test_capture_time (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  Rig *rig = rig_start (1, simulator_get_port (simulator), "framerate=10",
      "videorate drop-only=true ! video/x-raw, framerate=5/1 ! videoscale ! "
      "video/x-raw, width=160 ! jpegenc ! framestamp camera-id=cam1 ! "
      "fakesink async=false name=sink signal-handoffs=true");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (rig->pipeline), "sink");

  g_signal_connect (sink, "handoff", G_CALLBACK (check_capture_time), NULL);
  rig_await_frames (rig, 1, 50);
  g_assert_cmpuint (rig_get_camera (rig, 1)->with_time, >=, 10);
  g_assert_cmpuint (rig_get_camera (rig, 1)->without_time, ==, 0);
  gst_object_unref (sink);
  rig_stop (rig);
  simulator_stop (simulator);
}

static void
test_eos (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (2, port, "", "fakesink async=false");

  /* cam2 does not exist, which holds up nobody */
  rig_await_frames (rig, 1, 5);
  rig_await_state (rig, 2, "inactive", "not-found");
  gst_element_send_event (rig->pipeline, gst_event_new_eos ());
  rig_await_eos (rig);
  rig_stop (rig);

  /* at once */
  rig = rig_start (1, port, "", "fakesink async=false");
  gst_element_send_event (rig->pipeline, gst_event_new_eos ());
  rig_await_eos (rig);
  rig_stop (rig);

  /* while the camera hangs */
  simulator_freeze (simulator);
  rig = rig_start (1, port, "", "fakesink async=false");
  rig_await_state (rig, 1, "inactive", "timeout");
  gst_element_send_event (rig->pipeline, gst_event_new_eos ());
  rig_await_eos (rig);
  rig_stop (rig);
  simulator_stop (simulator);
}

/* Whatever the camera does, stopping and starting go on. */
static void
cycle (guint port)
{
  Rig *rig = rig_start (3, port, "", "fakesink async=false");
  guint i;

  for (i = 0; i < 10; i++) {
    gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
    g_usleep (g_random_int_range (0, 100000));
    gst_element_set_state (rig->pipeline, (GstState[]) {
        GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED}
        [i % 3]);
  }
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  rig->cameras[0].disordered = rig->cameras[1].disordered =
      rig->cameras[2].disordered = 0;   /* running time began anew */
  rig_stop (rig);
}

static void
test_cycles (void)
{
  Simulator *simulator = simulator_start (CAMERAS " --cameras 3", 0);
  guint port = simulator_get_port (simulator);

  cycle (port);
  simulator_freeze (simulator);
  cycle (port);
  simulator_stop (simulator);
  cycle (port);
}

/* Three cameras hang up at once, the fourth does not. Until they are back: all frames after a change of "connects" are
 * of the new connection. */
static void
flap (Simulator *simulator, Rig *rig)
{
  guint64 connects[N_FLAPPING];
  gchar *command;
  guint i;

  for (i = 0; i < N_FLAPPING; i++) {
    connects[i] = rig_get_stat (rig, i + 1, "connects");
    command = g_strdup_printf ("hang-up %u", i + 1);
    simulator_command (simulator, command);
    g_free (command);
  }
  for (i = 0; i < N_FLAPPING; i++)
    while (rig_get_stat (rig, i + 1, "connects") == connects[i])
      rig_await_frames (rig, i + 1, 1);
}

/* After many outages everything is as before. */
static void
test_flaps (void)
{
  Simulator *simulator = simulator_start (CAMERAS " --cameras 4", 0);
  Rig *rig = rig_start (N_FLAPPING + 1, simulator_get_port (simulator), "", "fakesink async=false");
  guint i, number, threads = 0, fds = 0, rss = 0;

  for (i = 0; i <= N_FLAPS; i++) {
    if (i > 0)
      flap (simulator, rig);
    for (number = 1; number <= N_FLAPPING + 1; number++)
      rig_await_frames (rig, number, 3);
    if (i == N_FLAPS_BEFORE) {
      threads = proc_count_threads ();
      fds = proc_count_fds ();
      rss = proc_get_rss_kb ();
    }
  }
  g_assert_cmpuint (proc_count_threads (), <=, threads + 2);
  g_assert_cmpuint (proc_count_fds (), <=, fds + 2);
  g_test_message ("RSS: %u kB, after %d flaps %u kB", rss, N_FLAPPING * (N_FLAPS - N_FLAPS_BEFORE), proc_get_rss_kb ());
  if (!RIG_IS_SANITIZED)
    g_assert_cmpuint (proc_get_rss_kb (), <, rss + 16 * 1024);
  for (i = 1; i <= N_FLAPPING; i++) {
    g_assert_cmpuint (rig_get_stat (rig, i, "failures"), >=, N_FLAPS);
    g_assert_cmpuint (rig_get_camera (rig, i)->disconts, >=, N_FLAPS + 1);
  }
  g_assert_cmpuint (rig_get_stat (rig, N_FLAPPING + 1, "connects"), ==, 1);
  g_assert_cmpuint (rig_get_camera (rig, N_FLAPPING + 1)->disconts, ==, 1);
  rig_stop (rig);
  simulator_stop (simulator);
}

/* What is wrong with the pipeline itself is an ERROR, with what to do about it. */
static void
expect_error (const gchar *line, GstState state, const gchar *words)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  g_assert_no_error (error);
  gst_element_set_state (pipeline, state);
  message = gst_bus_timed_pop_filtered (bus, RIG_TIMEOUT, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_nonnull (strstr (error->message, words));
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

static void
test_errors (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  gchar *line = g_strdup_printf ("rtspcamerasrc uri=rtsp://127.0.0.1:%u/cam1 ! "
      "video/x-raw, format=GRAY16_LE ! fakesink async=false",
      simulator_get_port (simulator));

  expect_error ("rtspcamerasrc ! fakesink", GST_STATE_PAUSED, "uri: not set");
  expect_error ("rtspcamerasrc uri=http://h/ ! fakesink async=false", GST_STATE_PAUSED,
      "uri: must begin with rtsp://");
  expect_error ("rtspcamerasrc uri=rtsp://h/ camera-id=a.b ! fakesink async=false",
      GST_STATE_PAUSED, "camera-id: \"a.b\" is not");
  expect_error ("rtspcamerasrc uri=rtsp://h/ password=p ! fakesink async=false",
      GST_STATE_PAUSED, "user: ");
  expect_error (line, GST_STATE_PLAYING, "videoconvert");
  g_free (line);
  simulator_stop (simulator);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtspcamerasrc/dead-at-start", test_dead_at_start);
  g_test_add_func ("/rtspcamerasrc/killed", test_killed);
  g_test_add_func ("/rtspcamerasrc/unauthorized", test_unauthorized);
  g_test_add_func ("/rtspcamerasrc/not-found", test_not_found);
  g_test_add_func ("/rtspcamerasrc/hangs-up", test_hangs_up);
  g_test_add_func ("/rtspcamerasrc/silent", test_silent);
  g_test_add_func ("/rtspcamerasrc/garbage", test_garbage);
  g_test_add_func ("/rtspcamerasrc/frozen", test_frozen);
  g_test_add_func ("/rtspcamerasrc/resolution", test_resolution);
  g_test_add_func ("/rtspcamerasrc/offline", test_offline);
  g_test_add_func ("/rtspcamerasrc/framerate", test_framerate);
  g_test_add_func ("/rtspcamerasrc/keyframes", test_keyframes);
  g_test_add_func ("/rtspcamerasrc/not-decoded", test_not_decoded);
  g_test_add_func ("/rtspcamerasrc/capture-time", test_capture_time);
  g_test_add_func ("/rtspcamerasrc/eos", test_eos);
  g_test_add_func ("/rtspcamerasrc/cycles", test_cycles);
  g_test_add_func ("/rtspcamerasrc/flaps", test_flaps);
  g_test_add_func ("/rtspcamerasrc/errors", test_errors);
  return g_test_run ();
}
