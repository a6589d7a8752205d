/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * edge-rtsp-camera: serves encoded clips as RTSP cameras, at almost no cost. */

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

#include "camera-server.h"
#include "control.h"
#include "options.h"

/* Cameras that show the same clip are this share of its length apart, so that
 * they neither show the same picture nor send their keyframes together. */
#define GOLDEN_RATIO 0.6180339887498949

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_CONTINUE;
}

/* The clip of each camera; marked ones have one each. */
static GPtrArray *
make_clips (const GstEdgeOptions *options, GError **error)
{
  GPtrArray *clips;
  GstEdgeClip *clip;

  if (options->marked)
    return gst_edge_marked_clips_new (&options->format, options->cameras,
        error);

  clip = gst_edge_clip_new_from_file (options->clip, error);
  if (clip == NULL)
    return NULL;

  clips = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_edge_clip_unref);
  for (gint i = 0; i < options->cameras; i++)
    g_ptr_array_add (clips, gst_edge_clip_ref (clip));
  gst_edge_clip_unref (clip);

  return clips;
}

static GstClockTime
get_phase (const GstEdgeOptions *options, const GstEdgeClip *clip, guint i)
{
  gdouble turns = i * GOLDEN_RATIO;

  /* Marked cameras run in step: at one instant all show the same number. */
  if (options->marked)
    return 0;

  return (GstClockTime) ((turns - (guint) turns) * clip->duration);
}

static void
print_camera (const GstEdgeOptions *options, guint camera,
    const GstEdgeClip *clip, GstClockTime phase, gint port)
{
  g_print ("camera number=%u mount=/cam%u uri=rtsp://127.0.0.1:%d/cam%u "
      "width=%d height=%d framerate=%d/%d frames=%u loop-ns=%" G_GUINT64_FORMAT
      " phase-ns=%" G_GUINT64_FORMAT " marked=%s\n", camera, camera, port,
      camera, clip->width, clip->height, clip->fps_n, clip->fps_d,
      clip->units->len, clip->duration, phase, options->marked ? "yes" : "no");
}

/* NULL if there are to be none. */
static GPtrArray *
make_second_clips (const GstEdgeOptions *options, GError **error)
{
  if (options->second_format.width == 0)
    return NULL;

  return gst_edge_marked_clips_new (&options->second_format, options->cameras,
      error);
}

static gboolean
serve (const GstEdgeOptions *options, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstEdgeCameraServer) server = NULL;
  g_autoptr (GPtrArray) clips = NULL;
  g_autoptr (GPtrArray) second_clips = NULL;
  GError *local_error = NULL;
  guint sources[3] = { 0, };
  gint port;

  clips = make_clips (options, error);
  if (clips == NULL)
    return FALSE;

  second_clips = make_second_clips (options, &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, local_error);
    return FALSE;
  }

  server = gst_edge_camera_server_new (options->user, options->password);
  for (guint i = 0; i < clips->len; i++) {
    GstEdgeClip *clip = g_ptr_array_index (clips, i);

    gst_edge_camera_server_add (server, i + 1, clip, get_phase (options, clip,
            i), second_clips ? g_ptr_array_index (second_clips, i) : NULL);
  }

  /* until here a signal just ends the process */
  sources[0] = g_unix_signal_add (SIGINT, on_signal, loop);
  sources[1] = g_unix_signal_add (SIGTERM, on_signal, loop);
  port = gst_edge_camera_server_listen (server, options->port, error);
  if (port < 0)
    return FALSE;

  for (guint i = 0; i < clips->len; i++) {
    GstEdgeClip *clip = g_ptr_array_index (clips, i);

    print_camera (options, i + 1, clip, get_phase (options, clip, i), port);
  }
  g_print ("ready %d\n", port);

  if (options->exit_with_stdin)
    sources[2] = gst_edge_control_start (server, loop);
  g_main_loop_run (loop);

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i] > 0
        && g_main_context_find_source_by_id (NULL, sources[i]) != NULL)
      g_source_remove (sources[i]);

  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  GstEdgeOptions options;
  int status = 0;

  /* Line by line, also into a pipe: somebody waits for "ready". */
  setvbuf (stdout, NULL, _IOLBF, 0);

  if (!gst_edge_options_parse (&options, &argc, &argv, &error)
      || !serve (&options, &error)) {
    g_printerr ("edge-rtsp-camera: %s\n", error->message);
    status = 1;
  }

  gst_edge_options_clear (&options);
  gst_deinit ();

  return status;
}
