/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line of edge-rtsp-camera. */

#include "options.h"

#include <stdio.h>

#include "mark.h"

#define MAX_CAMERAS 1000

static gboolean
fail (GError **error, const gchar *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      message);

  return FALSE;
}

static gboolean
parse_size (const gchar *text, GstEdgeMarkedFormat *format, GError **error)
{
  gchar rest;

  if (sscanf (text, "%dx%d%c", &format->width, &format->height, &rest) != 2
      || format->width < 96 || format->width > 7680 || format->width % 2 != 0
      || format->height < 56 || format->height > 4320
      || format->height % 2 != 0)
    return fail (error, "--size: WIDTHxHEIGHT, both even, at least 96x56");

  return TRUE;
}

static gboolean
parse_fps (const gchar *text, GstEdgeMarkedFormat *format, GError **error)
{
  gchar rest;

  format->fps_d = 1;
  if ((sscanf (text, "%d/%d%c", &format->fps_n, &format->fps_d, &rest) != 2
          && sscanf (text, "%d%c", &format->fps_n, &rest) != 1)
      || format->fps_n < 1 || format->fps_d < 1
      || format->fps_n > 240 * format->fps_d)
    return fail (error, "--fps: frames per second, such as 30 or 30000/1001, "
        "at most 240");

  return TRUE;
}

static gboolean
check (const GstEdgeOptions *options, gint gop, gint frames, GError **error)
{
  if (options->marked == (options->clip != NULL))
    return fail (error, "give either --clip FILE or --marked");
  if (options->port < 0 || options->port > 65535)
    return fail (error, "--port: 0 (a free one) to 65535");
  if (options->cameras < 1 || options->cameras > MAX_CAMERAS)
    return fail (error, "--cameras: 1 to 1000");
  if (options->marked && options->cameras > GST_EDGE_MARK_MAX_CAMERA)
    return fail (error, "--cameras: at most 255 with --marked");
  if ((options->user == NULL) != (options->password == NULL))
    return fail (error, "--user and --password go together");
  if (gop < 1)
    return fail (error, "--gop: at least 1 frame");
  if (frames < 1 || frames > GST_EDGE_MARK_MAX_FRAMES)
    return fail (error, "--loop-frames: 1 to 65536");

  return TRUE;
}

/**
 * gst_edge_options_parse:
 * @options: (out): filled in, to be cleared also after a failure
 * @argc: of main
 * @argv: of main
 * @error: return location for a #GError
 *
 * Returns: %FALSE if the command line is wrong
 */
gboolean
gst_edge_options_parse (GstEdgeOptions *options, gint *argc, gchar ***argv, GError **error)
{
  g_autofree gchar *size = NULL;
  g_autofree gchar *second_size = NULL;
  g_autofree gchar *fps = NULL;
  gint gop = 15;
  gint frames = 300;
  const GOptionEntry entries[] = {
    {"port", 'p', 0, G_OPTION_ARG_INT, &options->port,
        "TCP port on 127.0.0.1; 0, the default, takes a free one", "PORT"},
    {"cameras", 'n', 0, G_OPTION_ARG_INT, &options->cameras,
        "Number of mounts, /cam1 to /camN (default 1)", "N"},
    {"clip", 'c', 0, G_OPTION_ARG_FILENAME, &options->clip,
        "H.264 clip that all cameras loop", "FILE"},
    {"marked", 'm', 0, G_OPTION_ARG_NONE, &options->marked,
        "Make clips whose frames show camera and frame number", NULL},
    {"size", 0, 0, G_OPTION_ARG_STRING, &size,
        "Size of marked frames (default 640x360)", "WxH"},
    {"second-size", 0, 0, G_OPTION_ARG_STRING, &second_size,
        "Size that the command second-size changes marked frames to", "WxH"},
    {"fps", 0, 0, G_OPTION_ARG_STRING, &fps,
        "Rate of marked frames (default 30)", "F"},
    {"gop", 0, 0, G_OPTION_ARG_INT, &gop,
        "Marked frames from keyframe to keyframe (default 15)", "N"},
    {"loop-frames", 0, 0, G_OPTION_ARG_INT, &frames,
        "Marked frames in the loop (default 300)", "N"},
    {"no-aud", 0, 0, G_OPTION_ARG_NONE, &options->format.no_aud,
        "Leave out access unit delimiters, as most cameras do", NULL},
    {"user", 'u', 0, G_OPTION_ARG_STRING, &options->user,
        "Ask clients for this user name (digest)", "NAME"},
    {"password", 0, 0, G_OPTION_ARG_STRING, &options->password,
        "and this password", "TEXT"},
    {"exit-with-stdin", 0, 0, G_OPTION_ARG_NONE, &options->exit_with_stdin,
        "Take commands from stdin and exit when it is closed", NULL},
    {NULL}
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- simulated RTSP cameras on 127.0.0.1");

  *options = (GstEdgeOptions) {
  .cameras = 1};
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    return fail (error, "unexpected argument, see --help");
  if ((size != NULL || second_size != NULL || fps != NULL)
      && !options->marked)
    return fail (error,
        "--size and --fps are for --marked; a clip has its own");

  options->format.gop = gop;
  options->format.frames = frames;
  if (!check (options, gop, frames, error)
      || !parse_size (size ? size : "640x360", &options->format, error)
      || !parse_fps (fps ? fps : "30", &options->format, error))
    return FALSE;

  if (second_size == NULL)
    return TRUE;
  options->second_format = options->format;
  return parse_size (second_size, &options->second_format, error);
}

/**
 * gst_edge_options_clear:
 * @options: filled in by gst_edge_options_parse()
 *
 * Frees what @options holds.
 */
void
gst_edge_options_clear (GstEdgeOptions *options)
{
  g_clear_pointer (&options->clip, g_free);
  g_clear_pointer (&options->user, g_free);
  g_clear_pointer (&options->password, g_free);
}
