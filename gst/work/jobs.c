/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs: a lane that runs several items at once. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/jobs.h"
#include "work/lane-private.h"

#define GST_CAT_DEFAULT gst_edge_work_get_debug_category ()
#define LOG_EVERY 100           /* of repeated failures: the first, then each 100th */

struct _GstEdgeJobs
{
  GstEdgeLane *lane;            /* const */
  gchar *name;                  /* const */
  GstEdgeJobFailedFunc failed;  /* const */
  gpointer user_data;           /* const */
  guint64 n_failed;             /* atomic */
};

typedef struct
{
  GstEdgeJobFunc func;
  gpointer data;
  GDestroyNotify free_func;
} Job;

static void
free_job (Job *job)
{
  if (job->free_func != NULL)
    job->free_func (job->data);
  g_free (job);
}

static void
report_failure (GstEdgeJobs *jobs, Job *job, const GError *error)
{
  guint64 n_failed = __atomic_add_fetch (&jobs->n_failed, 1, __ATOMIC_RELAXED);

  if (n_failed % LOG_EVERY == 1)
    GST_WARNING ("%s: job failed (%" G_GUINT64_FORMAT " so far): %s",
        jobs->name, n_failed,
        error != NULL ? error->message : "no reason given");
  if (jobs->failed != NULL)
    jobs->failed (job->data, error, jobs->user_data);
}

static gint
run_job (gpointer data, guint flags, gpointer user_data)
{
  GstEdgeJobs *jobs = user_data;
  Job *job = data;
  GError *error = NULL;
  gboolean ok = job->func (job->data, &error);

  if (!ok)
    report_failure (jobs, job, error);
  g_clear_error (&error);
  free_job (job);
  return ok ? TRUE : FALSE;
}

static void
drop_job (gpointer data, gint reason, gpointer user_data)
{
  free_job (data);
}

GstEdgeJobs *
gst_edge_jobs_new (GstEdgeWorkerPool *pool, const gchar *name, guint capacity,
    GstEdgeJobFailedFunc failed, gpointer user_data)
{
  const GstEdgeQueueLimits limits = {.max_buffers = capacity,.leaky =
        GST_EDGE_LEAKY_NO
  };
  GstEdgeJobs *jobs = g_new0 (GstEdgeJobs, 1);

  jobs->name = g_strdup (name);
  jobs->failed = failed;
  jobs->user_data = user_data;
  jobs->lane = gst_edge_lane_new_unordered (pool, name, run_job, drop_job,
      jobs);
  gst_edge_lane_set_limits (jobs->lane, &limits);
  return jobs;
}

void
gst_edge_jobs_free (GstEdgeJobs *jobs)
{
  gst_edge_lane_free (jobs->lane);
  g_free (jobs->name);
  g_free (jobs);
}

gboolean
gst_edge_jobs_submit (GstEdgeJobs *jobs, GstEdgeJobFunc func, gpointer data,
    GDestroyNotify free_func, gboolean may_block)
{
  GstEdgeQueueItem item = { NULL, 0, 0, GST_CLOCK_TIME_NONE,
    GST_CLOCK_TIME_NONE
  };
  Job *job = g_new (Job, 1);

  job->func = func;
  job->data = data;
  job->free_func = free_func;
  item.data = job;
  return gst_edge_lane_submit (jobs->lane, &item, may_block)
      == GST_EDGE_LANE_ACCEPTED;
}

guint
gst_edge_jobs_finish (GstEdgeJobs *jobs, gint64 timeout)
{
  gst_edge_lane_set_closed (jobs->lane, TRUE);
  if (gst_edge_lane_drain (jobs->lane, timeout))
    return 0;
  return gst_edge_lane_cancel (jobs->lane);
}

gboolean
gst_edge_jobs_drain (GstEdgeJobs *jobs, gint64 timeout)
{
  return gst_edge_lane_drain (jobs->lane, timeout);
}

GstStructure *
gst_edge_jobs_get_stats (GstEdgeJobs *jobs)
{
  return gst_edge_lane_get_stats (jobs->lane, "edge-jobs-stats");
}
