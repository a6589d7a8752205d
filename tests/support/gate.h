/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A gate for tests: threads stop at it until it is opened, and the test can wait until so many stand there. */

#pragma once

#include <gst/gst.h>

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean open;                /* lock */
  guint n_waiting;              /* lock */
  guint n_passed;               /* lock */
} Gate;

static inline void
gate_init (Gate *gate)
{
  memset (gate, 0, sizeof (*gate));
  g_mutex_init (&gate->lock);
  g_cond_init (&gate->changed);
}

static inline void
gate_clear (Gate *gate)
{
  g_mutex_clear (&gate->lock);
  g_cond_clear (&gate->changed);
}

static inline void
gate_set_open (Gate *gate, gboolean open)
{
  g_mutex_lock (&gate->lock);
  gate->open = open;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static inline void
gate_pass (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->n_waiting++;
  g_cond_broadcast (&gate->changed);
  while (!gate->open)
    g_cond_wait (&gate->changed, &gate->lock);
  gate->n_waiting--;
  gate->n_passed++;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

/* Until @n threads stand at the gate. */
static inline void
gate_await_waiting (Gate *gate, guint n)
{
  g_mutex_lock (&gate->lock);
  while (gate->n_waiting < n)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

/* Until @n passes have been made, ever. */
static inline void
gate_await_passed (Gate *gate, guint n)
{
  g_mutex_lock (&gate->lock);
  while (gate->n_passed < n)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static inline GstPadProbeReturn
gate_on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer gate)
{
  gate_pass (gate);
  return GST_PAD_PROBE_OK;
}

/* From now on buffers in @pad pass the gate. */
static inline void
gate_put_in (Gate *gate, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, gate_on_buffer, gate, NULL);
}
