/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The instance of workerpool, shared by its files: gstworkerpool.c (properties, states), gstworkerpool-flow.c (what
 * goes through) and gstworkerpool-ticks.c (what happens at intervals).
 *
 * Locks, in the order in which they are taken: stream lock of the sink pad, stream lock of the source pad, that of the
 * lane, lock. So no function of a lane is called with lock held. */

#pragma once

#include "gstworkerpool.h"
#include "work/lane.h"
#include "work/ticker.h"

G_BEGIN_DECLS

struct _GstWorkerPool
{
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;

  GMutex lock;

  /* properties: lock */
  gchar *pool_name;
  GstEdgeWorkerPoolOptions pool_options;
  GstEdgeQueueLimits limits;
  GstClockTime drain_timeout;
  gboolean drain_on_stop;
  GstClockTime stats_interval;

  GstEdgeWorkerPool *pool;      /* lock: between READY and PAUSED */
  GstEdgeLane *lane;            /* lock: as long as pool; the streaming thread reads it unlocked */
  GstStructure *last_stats;     /* lock: of the last lane */
  gboolean playing;             /* lock */
  GstEdgeTick *stats_tick;      /* lock */
  GstEdgeTick *deadline_tick;   /* lock: between EOS in and EOS out */
  guint64 n_before_deadline;    /* ticker thread: what went out until the tick before */

  GstFlowReturn srcresult;      /* lock: what the next chain returns */
  guint generation;             /* lock: how many flushes; results from before one mean nothing */
  gboolean eos;                 /* lock: EOS came in */
  gboolean skipping;            /* lock: downstream is at EOS: drops up to the next segment */
  guint n_restarts;             /* lock: queued events that end skipping */
  GQueue flushed_events;        /* lock: sticky events that a flush took out, of GstEvent */
  guint64 n_refused;            /* lock: for the rate of the log */

  GstSegment segment;           /* stream lock of the sink pad */
  gboolean has_delta_units;     /* stream lock of the sink pad: caps allow buffers that need others */
};

/* (transfer full) (nullable) */
GstEdgeLane *gst_worker_pool_ref_lane (GstWorkerPool * self);

void gst_worker_pool_flow_class_init (GstElementClass * element_class);
void gst_worker_pool_flow_init (GstWorkerPool * self);
void gst_worker_pool_flow_reset (GstWorkerPool * self, GstFlowReturn srcresult);

/* GstEdgeLaneRunFunc and GstEdgeLaneDropFunc */
gint gst_worker_pool_run (gpointer data, guint flags, gpointer user_data);
void gst_worker_pool_drop (gpointer data, gint reason, gpointer user_data);

/* (transfer full): of the lane, with "pool" for the whole pool; the last ones when there is no lane. */
GstStructure *gst_worker_pool_get_stats (GstWorkerPool * self);

/* Starts, or starts anew with another interval. */
void gst_worker_pool_start_stats_tick (GstWorkerPool * self);
void gst_worker_pool_stop_stats_tick (GstWorkerPool * self);

/* EOS came in: what is queued must be out within drain-timeout. Until EOS is out, or a flush. */
void gst_worker_pool_start_deadline (GstWorkerPool * self);
void gst_worker_pool_stop_deadline (GstWorkerPool * self);

extern GstDebugCategory *gst_worker_pool_debug;
extern GstDebugCategory *gst_worker_pool_data_debug;

G_END_DECLS
