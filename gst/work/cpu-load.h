/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How busy the CPUs are that this process may use. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/* All zero is the beginning. */
typedef struct
{
  gint64 at;                    /* monotonic microseconds of the last look */
  gint64 process;               /* CPU time of the process then, microseconds */
  guint64 busy, total;          /* of the machine then, jiffies */
  gdouble cpus;                 /* that the process may use */
} GstEdgeCpuLoad;

/* Returns: the load since the last call, 0…1; the higher one of the machine's and the process's own. */
G_GNUC_INTERNAL gdouble gst_edge_cpu_load_get (GstEdgeCpuLoad * load);

/* Whether thread @tid of this process waits for something other than a CPU. */
G_GNUC_INTERNAL gboolean gst_edge_cpu_is_thread_asleep (gint tid);

G_END_DECLS
