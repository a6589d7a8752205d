/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A harness around workerpool that writes down what comes out, in order, and can hold the worker at a gate. */

#pragma once

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include "../support/gate.h"

/* caps, and what comes out before the buffers of JPEG */
#define JPEG "image/jpeg,framerate=10/1"
#define H264 "video/x-h264,stream-format=byte-stream,alignment=au"
#define BEGIN "stream-start image/jpeg segment"

typedef struct
{
  GstHarness *h;
  Gate gate;                    /* every buffer stops here */
  gint n_inside;                /* atomic: threads that push a buffer */

  GMutex lock;
  GCond changed;
  GString *log;                 /* lock: "caps segment 0 1! list(2) eos" */
  GstFlowReturn result;         /* lock: what downstream returns, GST_FLOW_OK = what the harness says */
} Rig;

/* @properties as on a gst-launch line. */
void rig_init (Rig * rig, const gchar * properties, const gchar * caps);

/* The same, and buffer 0 has gone out and is held by the gate: what comes now is queued. */
void rig_init_held (Rig * rig, const gchar * properties, const gchar * caps);
void rig_clear (Rig * rig);

/* A buffer of @size bytes numbered by its offset. */
GstBuffer *rig_buffer (guint id, gsize size);
GstFlowReturn rig_push (Rig * rig, guint id);
GstFlowReturn rig_push_flags (Rig * rig, guint id, GstBufferFlags flags);
void rig_push_range (Rig * rig, guint from, guint to);

/* Downstream answers each buffer so from now on. */
void rig_set_result (Rig * rig, GstFlowReturn result);

/* Waits until @word was the last thing that came out. */
void rig_await (Rig * rig, const gchar * word);
void rig_assert_log (Rig * rig, const gchar * expected);
void rig_clear_log (Rig * rig);

guint64 rig_get_stat (Rig * rig, const gchar * field);

/* in = out + errors + dropped + cancelled + queued + running */
void rig_assert_conserved (Rig * rig);
