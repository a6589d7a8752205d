/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What leaves the source pad of redisframesink: stored frames with the sticky events that belong to them, pushed in
 * order by a pool worker. */

#pragma once

#include <gst/gst.h>

#include "work/lane.h"

G_BEGIN_DECLS

typedef struct _GstStoredOutput GstStoredOutput;

/* @limits: of stored frames that wait to be pushed; when downstream is slower, further ones are not pushed. */
GstStoredOutput *gst_stored_output_new (GstPad * pad, const gchar * pool, const GstEdgeQueueLimits * limits,
    GError ** error);

/* Drops what waits, waits for the push that runs; its pad must be inactive or downstream must return. */
void gst_stored_output_free (GstStoredOutput * self);

/* A picture of the sticky events so far; it goes with a frame through the store. Streaming thread. */
void gst_stored_output_add_sticky (GstStoredOutput * self, GstEvent * event);
GPtrArray *gst_stored_output_ref_sticky (GstStoredOutput * self);

/* (transfer full): @object is a buffer or an event; @sticky go before it where the pad does not have them yet. */
void gst_stored_output_push (GstStoredOutput * self, GstMiniObject * object, GPtrArray * sticky);

/* Flush events overtake what waits. (transfer none) */
void gst_stored_output_push_flush (GstStoredOutput * self, GstEvent * event);
void gst_stored_output_set_flushing (GstStoredOutput * self, gboolean flushing);
gboolean gst_stored_output_drain (GstStoredOutput * self, gint64 timeout);

/* TRUE: what is behind the pad may keep the worker that pushes until FALSE is set; the pool then gets another one. */
void gst_stored_output_set_paused (GstStoredOutput * self, gboolean paused);

/* The last result of downstream: GST_FLOW_ERROR and the like must stop the stream. */
GstFlowReturn gst_stored_output_get_flow (GstStoredOutput * self);

/* Drops what waits, and waits for the push that runs, if this is not in it. All is counted then. */
void gst_stored_output_end (GstStoredOutput * self);

guint64 gst_stored_output_get_not_pushed (GstStoredOutput * self);
void gst_stored_output_add_stats (GstStoredOutput * self, GstStructure * stats);

G_END_DECLS
