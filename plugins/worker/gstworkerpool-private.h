/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The instance of workerpool, shared by its files: gstworkerpool.c (states), -properties.c, -pads.c (activation), -in.c
 * (sink pad), -out.c (on a worker, source pad), -preroll.c (workers that a pipeline holds), -ticks.c (what happens at
 * intervals).
 *
 * Locks, in the order in which they are taken: stream lock of the sink pad, stream lock of the source pad, lock; those of
 * gst/work/ come last. But no function of a lane that calls back is called with lock held. */

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
  gboolean prerolling;          /* lock to write, atomic: sinks may still wait for each other */
  GstEdgeTick *stats_tick;      /* lock */
  GstEdgeTick *deadline_tick;   /* lock: between EOS in and EOS out */
  guint64 n_before_deadline;    /* ticker thread: what went out until the tick before */

  GstFlowReturn srcresult;      /* lock to write, atomic: what the next chain returns */
  guint generation;             /* lock: how many flushes; results from before one mean nothing */
  guint n_reconfigures;         /* lock: how often downstream may have been linked anew */
  gboolean eos;                 /* lock: EOS came in */
  gboolean skipping;            /* lock: downstream is at EOS: drops up to the next segment */
  guint n_restarts;             /* lock: queued events that end skipping */
  GQueue kept_events;           /* lock: sticky events that a flush took out, of GstEvent */
  guint64 n_refused;            /* lock: for the rate of the log */

  GstEdgeCameraRecord *camera;  /* stream lock of the sink pad: whose frames come; nullable */

  GstSegment segment;           /* stream lock of the sink pad */
  gboolean has_delta_units;     /* stream lock of the sink pad: caps allow buffers that need others */
};

/* (transfer full) (nullable) */
GstEdgeLane *gst_worker_pool_ref_lane (GstWorkerPool * self);

typedef enum
{
  QUERY_QUEUED,
  QUERY_RUNNING,
  QUERY_DONE,
  QUERY_ABANDONED,              /* upstream has gone: the query is not ours any more */
} QueryState;

/* A serialized query on its way through the lane. */
typedef struct
{
  GstQuery *query;              /* of the thread that waits */
  GstWorkerPool *self;          /* const */
  gint n_refs;                  /* atomic: who waits, the item in the lane */
  gint state;                   /* atomic: QueryState */
  gboolean result;              /* written before QUERY_DONE */
} QueryJob;

/* Items of the lane are mini objects, or a QueryJob with the lowest bit set. */
#define IS_QUERY_JOB(data) (((guintptr) (data) & 1) != 0)
#define FROM_QUERY_JOB(job) ((gpointer) ((guintptr) (job) | 1))
#define TO_QUERY_JOB(data) ((QueryJob *) ((guintptr) (data) & ~(guintptr) 1))

/* TRUE: @job was in state @from and is in @to now. */
static inline gboolean
query_job_advance (QueryJob * job, QueryState from, QueryState to)
{
  return g_atomic_int_compare_and_exchange (&job->state, (gint) from, (gint) to);
}

static inline void
query_job_unref (QueryJob * job)
{
  if (g_atomic_int_dec_and_test (&job->n_refs))
    g_free (job);
}

/* gstworkerpool-properties.c */
void gst_worker_pool_set_property (GObject * object, guint prop_id, const GValue * value, GParamSpec * pspec);
void gst_worker_pool_get_property (GObject * object, guint prop_id, GValue * value, GParamSpec * pspec);
void gst_worker_pool_install_properties (GObjectClass * object_class);
void gst_worker_pool_init_properties (GstWorkerPool * self);
void gst_worker_pool_apply_limits (GstWorkerPool * self);

/* gstworkerpool-pads.c */
void gst_worker_pool_init_pad_templates (GstElementClass * element_class);
void gst_worker_pool_init_pads (GstWorkerPool * self);
/* The flow begins, or begins to refuse; results of pushes from before mean nothing. */
void gst_worker_pool_reset_flow (GstWorkerPool * self, GstFlowReturn srcresult);
/* Whether @event lets data through again after EOS. */
gboolean gst_worker_pool_is_restart (GstEvent * event);
/* Sticky events that a flush takes out must not get lost, nobody would send them again: they are kept, and stored on
 * the source pad once no worker pushes older ones any more. */
void gst_worker_pool_keep_sticky_locked (GstWorkerPool * self, GstEvent * event);
void gst_worker_pool_store_kept_events (GstWorkerPool * self);

/* gstworkerpool-in.c */
GstFlowReturn gst_worker_pool_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer);
GstFlowReturn gst_worker_pool_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list);
GstFlowReturn gst_worker_pool_sink_event (GstPad * pad, GstObject * parent, GstEvent * event);
gboolean gst_worker_pool_sink_query (GstPad * pad, GstObject * parent, GstQuery * query);

/* gstworkerpool-out.c: GstEdgeLaneRunFunc, GstEdgeLaneDropFunc, source pad */
gint gst_worker_pool_run (gpointer data, guint flags, gpointer user_data);
void gst_worker_pool_drop (gpointer data, gint reason, gpointer user_data);
gboolean gst_worker_pool_src_event (GstPad * pad, GstObject * parent, GstEvent * event);
gboolean gst_worker_pool_src_query (GstPad * pad, GstObject * parent, GstQuery * query);

/* gstworkerpool-preroll.c */

/* Before the lane gets going, or goes on after a flush. */
void gst_worker_pool_begin_preroll (GstWorkerPool * self);
void gst_worker_pool_set_playing (GstWorkerPool * self, gboolean playing);

/* Around each push that a sink may keep: on the worker, no lock held but the pad's. */
void gst_worker_pool_before_push (GstWorkerPool * self);
void gst_worker_pool_after_push (GstWorkerPool * self);

/* gstworkerpool-ticks.c */

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
