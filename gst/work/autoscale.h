/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many workers a pool should have. Pure: no clock, no thread; asked at regular ticks. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/* How often the pool asks, in microseconds. */
#define GST_EDGE_AUTOSCALE_TICK (100 * 1000)

/* From this load on the CPUs count as busy. */
#define GST_EDGE_AUTOSCALE_SATURATED 0.9

typedef struct
{
  guint workers;                /* now */
  guint min_workers;
  guint max_workers;
  guint peak_busy;              /* most workers busy at once since the last tick */
  gint64 wait;                  /* longest that a lane waited for a worker since the last tick, microseconds */
  gint64 target_wait;           /* microseconds */
  gdouble cpu_load;             /* 0…1, 1 = all CPUs busy */
  guint n_blocked;              /* workers that sleep in what they run; only looked at when the CPUs are busy */
} GstEdgeAutoscaleSample;

/* All zero is the beginning. */
typedef struct
{
  guint window;                 /* ticks that workers must be idle before some go */
  guint ticks;                  /* of the window so far */
  guint peak_busy;              /* in the window so far */
  guint since_shrink;           /* ticks since workers were removed */
  gboolean shrunk;
} GstEdgeAutoscale;

/* Returns: how many workers there should be from now on. */
GST_EDGE_API guint gst_edge_autoscale_next (GstEdgeAutoscale * autoscale, const GstEdgeAutoscaleSample * sample);

G_END_DECLS
