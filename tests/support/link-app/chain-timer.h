/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Measures how long the chain function of a pad takes: how long an element holds up whoever pushes. On a busy machine
 * much of that is time in which others had the CPU; the kernel knows how much. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define CHAIN_TIMER_HELD 5000   /* microseconds */

typedef struct
{
  guint64 n;
  gint64 p50;                   /* microseconds, of the last 65536 calls */
  gint64 p99;
  gint64 max;                   /* of all calls that have returned, or have not yet */
  gint64 held;                  /* the longest sleep of all that have returned: neither running nor waiting for a CPU */
  guint64 n_held;               /* how many slept for longer than CHAIN_TIMER_HELD */
} ChainTimes;

/* Once per pad, before data flows. */
void chain_timer_attach (GstPad * pad);

/* FALSE when no timer is attached. */
gboolean chain_timer_read (GstPad * pad, ChainTimes * times);

G_END_DECLS
