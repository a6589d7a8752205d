/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs for the workers of a pool: functions that run in any order and in parallel, next to the lanes of elements. */

#pragma once

#include "work/lane.h"

G_BEGIN_DECLS

typedef struct _GstEdgeJobs GstEdgeJobs;

/**
 * GstEdgeJobFunc:
 * @data: what was submitted; still owned by the job
 * @error: to set when the job fails
 *
 * Runs on a worker.
 *
 * Returns: FALSE when the job failed
 */
typedef gboolean (*GstEdgeJobFunc) (gpointer data, GError ** error);

/* Called on the worker for each job that failed, before its data is freed. @error may be NULL. */
typedef void (*GstEdgeJobFailedFunc) (gpointer data, const GError * error, gpointer user_data);

/**
 * gst_edge_jobs_new:
 * @pool: whose workers run the jobs
 * @name: for stats and logs
 * @capacity: how many jobs may wait, 0 = any number
 * @failed: (nullable): told about each job that failed; they are counted and logged in any case
 * @user_data: for @failed
 */
GST_EDGE_API GstEdgeJobs *gst_edge_jobs_new (GstEdgeWorkerPool * pool, const gchar * name, guint capacity,
    GstEdgeJobFailedFunc failed, gpointer user_data);

/* Cancels the jobs that wait, waits for those that run. */
GST_EDGE_API void gst_edge_jobs_free (GstEdgeJobs * jobs);

/* @free_func: (nullable): frees @data, in every case: after the job, when it is cancelled, when it is not accepted.
 * @may_block: wait for room; otherwise a job too many is not accepted.
 * Returns: FALSE when the job was not accepted. It is counted as dropped, or as cancelled at the end. */
GST_EDGE_API gboolean gst_edge_jobs_submit (GstEdgeJobs * jobs, GstEdgeJobFunc func, gpointer data,
    GDestroyNotify free_func, gboolean may_block);

/* Accepts no more, waits at most @timeout microseconds (-1: for ever) for all jobs, and cancels what is left of those
 * that wait. Returns: how many that were. */
GST_EDGE_API guint gst_edge_jobs_finish (GstEdgeJobs * jobs, gint64 timeout);

/* Waits until no job waits or runs, at most @timeout microseconds (-1: for ever). Returns: FALSE on timeout. */
GST_EDGE_API gboolean gst_edge_jobs_drain (GstEdgeJobs * jobs, gint64 timeout);

/* (transfer full): "edge-jobs-stats", fields as of gst_edge_lane_get_stats(). */
GST_EDGE_API GstStructure *gst_edge_jobs_get_stats (GstEdgeJobs * jobs);

G_END_DECLS
