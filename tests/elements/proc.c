/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What this process holds, from /proc. */

#include "proc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static guint
count_entries (const gchar *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

guint
proc_count_threads (void)
{
  return count_entries ("/proc/self/task");
}

/* The one that reads the folder does not count. */
guint
proc_count_fds (void)
{
  return count_entries ("/proc/self/fd") - 1;
}

guint
proc_get_rss_kb (void)
{
  gulong size = 0, resident = 0;
  gchar *text;

  g_file_get_contents ("/proc/self/statm", &text, NULL, NULL);
  if (sscanf (text, "%lu %lu", &size, &resident) != 2)
    g_error ("statm: %s", text);
  g_free (text);
  return (guint) (resident * (gulong) getpagesize () / 1024);
}

/* The inodes of the sockets that this process has open, as a set of texts. */
static GHashTable *
list_sockets (void)
{
  GHashTable *sockets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_build_filename ("/proc/self/fd", name, NULL);
    gchar *link = g_file_read_link (path, NULL);

    if (link != NULL && g_str_has_prefix (link, "socket:["))
      g_hash_table_add (sockets, g_strndup (link + 8, strlen (link) - 9));
    g_free (link);
    g_free (path);
  }
  g_dir_close (dir);
  return sockets;
}

guint
proc_count_connections (guint16 port)
{
  GHashTable *sockets = list_sockets ();
  gchar *text, **lines;
  guint i, n = 0;

  g_file_get_contents ("/proc/self/net/tcp", &text, NULL, NULL);
  lines = g_strsplit (text, "\n", -1);
  for (i = 1; lines[i] != NULL; i++) {
    guint remote_port, state;
    gchar inode[32];

    if (sscanf (lines[i], "%*d: %*x:%*x %*x:%x %x %*x:%*x %*x:%*x %*x %*d %*d %31s", &remote_port, &state, inode) == 3
        && remote_port == port && state == 1 && g_hash_table_contains (sockets, inode))
      n++;
  }
  g_strfreev (lines);
  g_free (text);
  g_hash_table_unref (sockets);
  return n;
}

void
proc_run (const gchar **argv)
{
  GError *error = NULL;
  gint status = 0;
  gchar **env = g_get_environ ();

  /* what is set for this program is not meant for others */
  env = g_environ_unsetenv (env, "LD_PRELOAD");
  g_spawn_sync (NULL, (gchar **) argv, env, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
  g_strfreev (env);
}
