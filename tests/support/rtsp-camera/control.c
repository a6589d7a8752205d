/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands on stdin, answers on stdout, one line each. A new command, such as a
 * fault that one camera is to have, is one function and one line in the table. */

#include "control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  GstEdgeCameraServer *server;
  GMainLoop *loop;
} Control;

typedef void (*CommandFunc) (Control *control, gchar **argv);

static void
command_stats (Control *control, gchar **argv)
{
  guint clients, sessions;

  gst_edge_camera_server_count (control->server, &clients, &sessions);
  g_print ("stats clients=%u sessions=%u\n", clients, sessions);
}

/* NAME CAMERA on|off */
static void
command_fault (Control *control, gchar **argv)
{
  GstEdgeFaults *faults = gst_edge_camera_server_get_faults (control->server,
      atoi (argv[1]));
  gint *fault = faults ? gst_edge_faults_find (faults, argv[0]) : NULL;

  if (fault == NULL) {
    g_print ("error no such camera, or no --second-size\n");
    return;
  }
  g_atomic_int_set (fault, g_str_equal (argv[2], "on"));
  g_print ("ok %s\n", argv[0]);
}

/* hang-up CAMERA */
static void
command_hang_up (Control *control, gchar **argv)
{
  gst_edge_camera_server_hang_up (control->server, atoi (argv[1]));
  g_print ("ok %s\n", argv[0]);
}

static void
command_quit (Control *control, gchar **argv)
{
  g_main_loop_quit (control->loop);
}

static const struct
{
  const gchar *name;
  guint n_arguments;
  CommandFunc run;
} commands[] = {
  {"stats", 0, command_stats},
  {"silent", 2, command_fault},
  {"garbage", 2, command_fault},
  {"second-size", 2, command_fault},
  {"hang-up", 1, command_hang_up},
  {"quit", 0, command_quit},
};

static void
run_command (Control *control, gchar *line)
{
  g_auto (GStrv) argv = g_strsplit_set (g_strstrip (line), " \t", -1);
  guint n = g_strv_length (argv);

  if (n == 0)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (g_str_equal (argv[0], commands[i].name)
        && n - 1 == commands[i].n_arguments) {
      commands[i].run (control, argv);
      return;
    }
  }
  g_print ("error unknown command: %s\n", argv[0]);
}

static gboolean
on_stdin (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  Control *control = user_data;
  g_autofree gchar *line = NULL;

  switch (g_io_channel_read_line (channel, &line, NULL, NULL, NULL)) {
    case G_IO_STATUS_NORMAL:
      run_command (control, line);
      return G_SOURCE_CONTINUE;
    case G_IO_STATUS_AGAIN:
      return G_SOURCE_CONTINUE;
    case G_IO_STATUS_ERROR:
    case G_IO_STATUS_EOF:
    default:
      g_main_loop_quit (control->loop);
      return G_SOURCE_REMOVE;
  }
}

/**
 * gst_edge_control_start:
 * @server: what the commands are about
 * @loop: is quit when stdin ends
 *
 * Listens on stdin, in the default main context.
 *
 * Returns: the id of the source, to be removed before @server is freed
 */
guint
gst_edge_control_start (GstEdgeCameraServer *server, GMainLoop *loop)
{
  Control *control = g_new (Control, 1);
  GIOChannel *channel = g_io_channel_unix_new (STDIN_FILENO);
  guint id;

  control->server = server;
  control->loop = loop;
  /* what is not text is an unknown command, not an error */
  g_io_channel_set_encoding (channel, NULL, NULL);
  id = g_io_add_watch_full (channel, G_PRIORITY_DEFAULT,
      G_IO_IN | G_IO_HUP | G_IO_ERR, on_stdin, control, g_free);
  g_io_channel_unref (channel);

  return id;
}
