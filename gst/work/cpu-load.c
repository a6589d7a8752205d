/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Load of the machine from /proc/stat, and that of the process against what its control group lets it have: in a
 * container with a quota the machine may be idle and the process at its limit all the same. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "work/cpu-load.h"

#define CGROUP_CPU_MAX "/sys/fs/cgroup/cpu.max"

static gint64
get_process_time (void)
{
  struct timespec ts;

  if (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &ts) != 0)
    return 0;
  return (gint64) ts.tv_sec * G_USEC_PER_SEC + ts.tv_nsec / 1000;
}

static gboolean
get_machine_jiffies (guint64 *busy, guint64 *total)
{
  guint64 user, nice, sys, idle, iowait, irq, softirq, steal;
  FILE *file = fopen ("/proc/stat", "re");
  gint n;

  if (file == NULL)
    return FALSE;
  n = fscanf (file, "cpu %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %"
      G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %"
      G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
      &user, &nice, &sys, &idle, &iowait, &irq, &softirq, &steal);
  fclose (file);
  if (n != 8)
    return FALSE;
  *busy = user + nice + sys + irq + softirq + steal;
  *total = *busy + idle + iowait;
  return TRUE;
}

static gdouble
get_cpus (void)
{
  gdouble cpus = g_get_num_processors ();
  guint64 quota, period;
  FILE *file = fopen (CGROUP_CPU_MAX, "re");

  if (file == NULL)
    return cpus;
  if (fscanf (file, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &quota,
          &period) == 2 && period > 0)
    cpus = MIN (cpus, (gdouble) quota / (gdouble) period);
  fclose (file);
  return cpus;
}

gdouble
gst_edge_cpu_load_get (GstEdgeCpuLoad *load)
{
  gint64 now = g_get_monotonic_time ();
  gint64 process = get_process_time ();
  guint64 busy = 0, total = 0;
  gdouble machine_load = 0, process_load = 0;

  if (load->cpus <= 0)
    load->cpus = get_cpus ();
  if (load->at != 0 && now > load->at)
    process_load = (gdouble) (process - load->process)
        / (gdouble) (now - load->at) / load->cpus;
  if (get_machine_jiffies (&busy, &total) && load->total != 0
      && total > load->total)
    machine_load = (gdouble) (busy - load->busy)
        / (gdouble) (total - load->total);

  load->at = now;
  load->process = process;
  load->busy = busy;
  load->total = total;
  return CLAMP (MAX (machine_load, process_load), 0, 1);
}

gboolean
gst_edge_cpu_is_thread_asleep (gint tid)
{
  gchar path[64], line[128];
  const gchar *state = NULL;
  FILE *file;

  g_snprintf (path, sizeof (path), "/proc/self/task/%d/stat", tid);
  file = fopen (path, "re");
  if (file == NULL)
    return FALSE;
  /* "tid (name) S …"; the name may have anything in it */
  if (fgets (line, sizeof (line), file) != NULL)
    state = strrchr (line, ')');
  fclose (file);
  return state != NULL && state[1] == ' ' && strchr ("SD", state[2]) != NULL
      && state[2] != '\0';
}
