/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process costs, from /proc/self. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <dirent.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process-stats.h"

/* Fields of /proc/PID/stat that follow the name of the program, which may have spaces and brackets. */
#define FIELD_UTIME 11
#define FIELD_STIME 12
#define FIELD_THREADS 17
#define FIELD_START 19
#define FIELD_VIRTUAL 20
#define FIELD_RESIDENT 21
#define N_FIELDS 22

gboolean
gst_edge_process_stats_parse (const gchar *text, GstEdgeProcessStats *stats, guint64 *start_ticks)
{
  const gchar *end = strrchr (text, ')');
  gdouble ticks = (gdouble) sysconf (_SC_CLK_TCK);
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);
  guint64 value[N_FIELDS];
  gchar **words;
  guint i;

  if (end == NULL || end[1] != ' ')
    return FALSE;
  words = g_strsplit (end + 2, " ", N_FIELDS + 1);
  if (g_strv_length (words) < N_FIELDS) {
    g_strfreev (words);
    return FALSE;
  }
  for (i = 0; i < N_FIELDS; i++)
    value[i] = g_ascii_strtoull (words[i], NULL, 10);
  g_strfreev (words);

  stats->cpu_seconds = (gdouble) (value[FIELD_UTIME] + value[FIELD_STIME]) / ticks;
  stats->threads = (guint) value[FIELD_THREADS];
  stats->virtual_bytes = value[FIELD_VIRTUAL];
  stats->resident_bytes = value[FIELD_RESIDENT] * page;
  *start_ticks = value[FIELD_START];
  return TRUE;
}

static guint
count_fds (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  struct dirent *entry;
  guint n = 0;

  if (dir == NULL)
    return 0;
  while ((entry = readdir (dir)) != NULL)
    n += entry->d_name[0] != '.';
  closedir (dir);
  return n > 0 ? n - 1 : 0;     /* without the one that reads the folder */
}

static gdouble
read_boot_time (void)
{
  gchar *text = NULL;
  const gchar *line;
  gdouble time = 0;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nbtime ");
  if (line != NULL)
    time = (gdouble) g_ascii_strtoull (line + strlen ("\nbtime "), NULL, 10);
  g_free (text);
  return time;
}

/* Does not change, and /proc/stat is long on large machines. */
static gdouble
get_start_time (guint64 start_ticks)
{
  static gdouble start_time;
  static gsize known;

  if (g_once_init_enter (&known)) {
    start_time = read_boot_time () + (gdouble) start_ticks / (gdouble) sysconf (_SC_CLK_TCK);
    g_once_init_leave (&known, 1);
  }
  return start_time;
}

void
gst_edge_process_stats_read (GstEdgeProcessStats *stats)
{
  struct rlimit limit;
  guint64 start_ticks;
  gchar *text = NULL;

  memset (stats, 0, sizeof (*stats));
  if (g_file_get_contents ("/proc/self/stat", &text, NULL, NULL)
      && gst_edge_process_stats_parse (text, stats, &start_ticks))
    stats->start_time = get_start_time (start_ticks);
  g_free (text);
  stats->open_fds = count_fds ();
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    stats->max_fds = limit.rlim_cur;
}
