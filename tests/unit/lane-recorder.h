/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests of lanes: a lane that records what happens to its items, and can be held at a gate. */

#pragma once

#include <string.h>
#include <gst/gst.h>

#include "../support/gate.h"
#include "../support/stats.h"
#include "work/lane.h"

/* Items are numbers. What happens to each is recorded in the order in which it happens. */
typedef struct
{
  GstEdgeLane *lane;
  Gate gate;                    /* in front of every item when gated */
  gboolean gated;
  gint n_inside;                /* atomic: threads in the run function */
  guint fail_every;

  GMutex lock;
  GArray *run;                  /* lock: of guint */
  GArray *dropped;              /* lock: of guint */
  GArray *reasons;              /* lock: of gint */

  gint (*on_run) (guint id, gpointer data);
  gpointer on_run_data;
} Recorder;

static inline gint
record_run (gpointer data, guint flags, gpointer user_data)
{
  Recorder *r = user_data;
  guint id = GPOINTER_TO_UINT (data);
  gint result = TRUE;

  /* the canary: an ordered lane never runs two at once */
  g_assert_cmpint (g_atomic_int_add (&r->n_inside, 1), ==, 0);
  if (r->gated)
    gate_pass (&r->gate);
  if (r->on_run != NULL)
    result = r->on_run (id, r->on_run_data);
  if (r->fail_every > 0 && id % r->fail_every == 0)
    result = FALSE;
  g_mutex_lock (&r->lock);
  g_array_append_val (r->run, id);
  g_mutex_unlock (&r->lock);
  g_atomic_int_add (&r->n_inside, -1);
  return result;
}

static inline void
record_drop (gpointer data, gint reason, gpointer user_data)
{
  Recorder *r = user_data;
  guint id = GPOINTER_TO_UINT (data);

  g_mutex_lock (&r->lock);
  g_array_append_val (r->dropped, id);
  g_array_append_val (r->reasons, reason);
  g_mutex_unlock (&r->lock);
}

static inline void
recorder_init (Recorder *r, GstEdgeWorkerPool *pool, guint max_buffers, GstEdgeLeaky leaky)
{
  const GstEdgeQueueLimits limits = {.max_buffers = max_buffers,.leaky = leaky
  };

  memset (r, 0, sizeof (*r));
  gate_init (&r->gate);
  g_mutex_init (&r->lock);
  r->run = g_array_new (FALSE, FALSE, sizeof (guint));
  r->dropped = g_array_new (FALSE, FALSE, sizeof (guint));
  r->reasons = g_array_new (FALSE, FALSE, sizeof (gint));
  r->lane = gst_edge_lane_new (pool, "recorder", record_run, record_drop, r);
  gst_edge_lane_set_limits (r->lane, &limits);
}

static inline void
recorder_clear (Recorder *r)
{
  if (r->lane != NULL)
    gst_edge_lane_free (r->lane);
  gate_clear (&r->gate);
  g_mutex_clear (&r->lock);
  g_array_unref (r->run);
  g_array_unref (r->dropped);
  g_array_unref (r->reasons);
}

static inline GstEdgeLaneResult
submit_full (Recorder *r, guint id, guint flags, guint64 bytes, gboolean may_block)
{
  GstEdgeQueueItem item = { GUINT_TO_POINTER (id), flags, bytes,
    GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE
  };

  return gst_edge_lane_submit (r->lane, &item, may_block);
}

static inline GstEdgeLaneResult
submit (Recorder *r, guint id)
{
  return submit_full (r, id, 0, 1, TRUE);
}

static inline void
submit_range (Recorder *r, guint from, guint to)
{
  for (; from <= to; from++)
    submit (r, from);
}

static inline gchar *
ids_to_string (Recorder *r, GArray *ids)
{
  GString *text = g_string_new (NULL);
  guint i;

  g_mutex_lock (&r->lock);
  for (i = 0; i < ids->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? " " : "",
        g_array_index (ids, guint, i));
  g_mutex_unlock (&r->lock);
  return g_string_free (text, FALSE);
}

static inline void
assert_ids (Recorder *r, GArray *ids, const gchar *expected)
{
  gchar *actual = ids_to_string (r, ids);

  g_assert_cmpstr (actual, ==, expected);
  g_free (actual);
}

static inline guint64
get_stat (Recorder *r, const gchar *field)
{
  GstStructure *stats = gst_edge_lane_get_stats (r->lane, "stats");
  guint64 value = stats_get (stats, field);

  gst_structure_free (stats);
  return value;
}

static inline GstEdgeWorkerPool *
get_pool (guint workers)
{
  GError *error = NULL;
  GstEdgeWorkerPool *pool = gst_edge_worker_pool_get ("test", workers, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (gst_edge_worker_pool_get_max_workers (pool), ==, workers);
  return pool;
}

/* A lane of 3 whose worker stands at the gate with item 1. */
static inline void
start_gated (Recorder *r, GstEdgeWorkerPool *pool, GstEdgeLeaky leaky)
{
  recorder_init (r, pool, 3, leaky);
  r->gated = TRUE;
  submit (r, 1);
  gate_await_waiting (&r->gate, 1);
}
