/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The threads of a pool: how many, and how lanes get to them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* pthread_setname_np */
#endif
#include <pthread.h>

#include "work/lane-private.h"
#include "work/worker-pool-private.h"

#define THREAD_NAME_MAX 15      /* of Linux */

/* The pool that this thread works for. */
static __thread GstEdgeWorkerPool *current_pool;

GstDebugCategory *
gst_edge_work_get_debug_category (void)
{
  static GstDebugCategory *category = NULL;

  if (g_once_init_enter (&category)) {
    GstDebugCategory *new_category =
        _gst_debug_category_new ("workerpool", 0, "Shared pool of workers");

    g_once_init_leave (&category, new_category);
  }
  return category;
}

#define GST_CAT_DEFAULT gst_edge_work_get_debug_category ()

static void
set_thread_name (const gchar *pool_name)
{
  gchar thread_name[THREAD_NAME_MAX + 1];

  g_snprintf (thread_name, sizeof (thread_name), "w:%s", pool_name);
  pthread_setname_np (pthread_self (), thread_name);
}

/* What autoscaling wants to know. Maxima may lose a race against each other: the next ones will not. */
static void
note_load (GstEdgeWorkerPool *pool, GstEdgeLane *lane, guint busy)
{
  gint64 since = __atomic_exchange_n (&lane->ready_since, 0, __ATOMIC_RELAXED);
  gint64 wait = since > 0 ? g_get_monotonic_time () - since : 0;

  if (busy > __atomic_load_n (&pool->peak_busy, __ATOMIC_RELAXED))
    __atomic_store_n (&pool->peak_busy, busy, __ATOMIC_RELAXED);
  if (wait > __atomic_load_n (&pool->longest_wait, __ATOMIC_RELAXED))
    __atomic_store_n (&pool->longest_wait, wait, __ATOMIC_RELAXED);
}

static void
serve (GstEdgeWorkerPool *pool, GstEdgeLane *lane)
{
  guint busy = __atomic_add_fetch (&pool->n_busy, 1, __ATOMIC_RELAXED);

  if (__atomic_load_n (&pool->autoscale, __ATOMIC_RELAXED))
    note_load (pool, lane, busy);
  gst_edge_lane_work (lane);
  __atomic_fetch_sub (&pool->n_busy, 1, __ATOMIC_RELAXED);
  gst_edge_lane_unref (lane);
}

/* A worker, from when it is hired until it is dismissed: one task of the thread pool. Lanes do not go through the queue
 * of the thread pool, because that allocates for each and wakes a thread for each. */
static void
work (gpointer task, gpointer user_data)
{
  GstEdgeWorkerPool *pool = user_data;
  GstEdgeLane *lane;
  gint64 took_at = 0;

  current_pool = pool;
  set_thread_name (pool->name);
  while ((lane = gst_edge_ready_queue_take (&pool->ready, &took_at)) != NULL)
    serve (pool, lane);
  current_pool = NULL;
  gst_edge_worker_pool_release (pool);
}

void
gst_edge_worker_pool_schedule (GstEdgeWorkerPool *pool, GstEdgeLane *lane)
{
  if (__atomic_load_n (&pool->autoscale, __ATOMIC_RELAXED))
    __atomic_store_n (&lane->ready_since, g_get_monotonic_time (), __ATOMIC_RELAXED);
  gst_edge_ready_queue_put (&pool->ready, lane);
}

static void
hire_locked (GstEdgeWorkerPool *pool, guint n)
{
  pool->n_tasks += n;
  __atomic_fetch_add (&pool->n_refs, n, __ATOMIC_RELAXED);
  for (; n > 0; n--) {
    /* FALSE means that a thread could not be started; the task waits for one all the same */
    if (!g_thread_pool_push (pool->threads, pool, NULL))
      GST_WARNING ("pool %s: cannot start a thread", pool->name);
  }
}

/* Makes the number of threads follow. */
static void
resize_locked (GstEdgeWorkerPool *pool)
{
  guint wanted = pool->workers + (guint) MAX (pool->n_held, 0);
  GError *error = NULL;

  if (wanted > pool->n_tasks)
    pool->n_tasks += gst_edge_ready_queue_keep (&pool->ready, wanted - pool->n_tasks);
  if (!g_thread_pool_set_max_threads (pool->threads, (gint) wanted, &error)) {
    GST_WARNING ("pool %s: cannot start a thread: %s", pool->name, error->message);
    g_error_free (error);
  }
  if (wanted > pool->n_tasks) {
    hire_locked (pool, wanted - pool->n_tasks);
  } else if (wanted < pool->n_tasks) {
    gst_edge_ready_queue_dismiss (&pool->ready, pool->n_tasks - wanted);
    pool->n_tasks = wanted;
  }
}

void
gst_edge_worker_pool_resize_locked (GstEdgeWorkerPool *pool, guint workers)
{
  __atomic_store_n (&pool->workers, workers, __ATOMIC_RELAXED);
  resize_locked (pool);
}

void
gst_edge_worker_pool_replace_held (GstEdgeWorkerPool *pool, gboolean held)
{
  g_mutex_lock (&pool->lock);
  pool->n_held += held ? 1 : -1;
  resize_locked (pool);
  g_mutex_unlock (&pool->lock);
}

guint
gst_edge_worker_pool_get_max_workers_locked (GstEdgeWorkerPool *pool)
{
  if (pool->options.max_workers > 0)
    return pool->options.max_workers;
  return 2 * g_get_num_processors ();
}

/* Without autoscaling, all; with it, as few as allowed to begin with. */
static guint
get_first_workers_locked (GstEdgeWorkerPool *pool)
{
  guint max_workers = gst_edge_worker_pool_get_max_workers_locked (pool);

  if (!pool->options.autoscale)
    return max_workers;
  return CLAMP (pool->options.min_workers, 1, max_workers);
}

/* Takes the settings of @wanted that nobody has asked for yet; returns those that somebody else decided otherwise. */
static guint
merge_options_locked (GstEdgeWorkerPool *pool, const GstEdgeWorkerPoolOptions *wanted)
{
  GstEdgeWorkerPoolOptions *options = &pool->options;
  guint refused = 0;

#define MERGE(field, member) \
  if (wanted->fields & field) { \
    if ((options->fields & field) == 0) \
      options->member = wanted->member; \
    else if (options->member != wanted->member) \
      refused |= field; \
    options->fields |= field; \
  }
  MERGE (GST_EDGE_WORKER_POOL_MAX_WORKERS, max_workers);
  MERGE (GST_EDGE_WORKER_POOL_MIN_WORKERS, min_workers);
  MERGE (GST_EDGE_WORKER_POOL_AUTOSCALE, autoscale);
  MERGE (GST_EDGE_WORKER_POOL_TARGET_WAIT, target_wait);
  MERGE (GST_EDGE_WORKER_POOL_MAX_TOTAL_BYTES, max_total_bytes);
#undef MERGE
  __atomic_store_n (&pool->max_workers, gst_edge_worker_pool_get_max_workers_locked (pool), __ATOMIC_RELAXED);
  return refused;
}

static gboolean
apply_options_locked (GstEdgeWorkerPool *pool, GError **error)
{
  __atomic_store_n (&pool->max_total_bytes, pool->options.max_total_bytes,
      __ATOMIC_RELAXED);
  return !pool->options.autoscale || gst_edge_worker_pool_start_scaling_locked (pool, error);
}

GstEdgeWorkerPoolFields
gst_edge_worker_pool_merge_options (GstEdgeWorkerPool *pool, const GstEdgeWorkerPoolOptions *options)
{
  guint refused, max_workers;
  GError *error = NULL;

  g_mutex_lock (&pool->lock);
  refused = merge_options_locked (pool, options);
  max_workers = gst_edge_worker_pool_get_max_workers_locked (pool);
  if (!pool->options.autoscale)
    gst_edge_worker_pool_resize_locked (pool, max_workers);
  else if (pool->workers > max_workers)
    gst_edge_worker_pool_resize_locked (pool, max_workers);
  if (!apply_options_locked (pool, &error)) {
    GST_WARNING ("pool %s: its workers stay %u, autoscaling could not be started: %s", pool->name, pool->workers,
        error->message);
    g_error_free (error);
    pool->options.autoscale = FALSE;    /* from now on max-workers is how many there are */
  }
  g_mutex_unlock (&pool->lock);
  return refused;
}

GstEdgeWorkerPool *
gst_edge_worker_pool_new (const gchar *name, const GstEdgeWorkerPoolOptions *options, GError **error)
{
  GstEdgeWorkerPool *pool = g_new0 (GstEdgeWorkerPool, 1);
  gboolean applied;

  pool->n_users = pool->n_refs = 1;
  pool->name = g_strdup (name);
  g_mutex_init (&pool->lock);
  g_mutex_init (&pool->census);
  gst_edge_ready_queue_init (&pool->ready);
  pool->lanes = g_ptr_array_new ();
  pool->options.target_wait = GST_EDGE_WORKER_POOL_DEFAULT_TARGET_WAIT;
  merge_options_locked (pool, options);
  pool->workers = get_first_workers_locked (pool);
  /* no threads at first: GLib 2.84 frees a pool under those that it could start when it cannot start all */
  pool->threads = g_thread_pool_new (work, pool, 0, TRUE, NULL);
  if (!g_thread_pool_set_max_threads (pool->threads, (gint) pool->workers, error)) {
    gst_edge_worker_pool_shut_down (pool);
    return NULL;
  }
  g_mutex_lock (&pool->lock);
  hire_locked (pool, pool->workers);
  applied = apply_options_locked (pool, error);
  g_mutex_unlock (&pool->lock);
  if (!applied) {
    gst_edge_worker_pool_shut_down (pool);
    return NULL;
  }
  GST_INFO ("pool %s: new, %u workers", name, pool->workers);
  return pool;
}

void
gst_edge_worker_pool_release (GstEdgeWorkerPool *pool)
{
  if (__atomic_fetch_sub (&pool->n_refs, 1, __ATOMIC_ACQ_REL) > 1)
    return;
  gst_edge_ready_queue_clear (&pool->ready);
  g_ptr_array_unref (pool->lanes);
  g_mutex_clear (&pool->census);
  g_mutex_clear (&pool->lock);
  g_free (pool->name);
  g_free (pool);
}

void
gst_edge_worker_pool_shut_down (GstEdgeWorkerPool *pool)
{
  GstEdgeLane *lane;

  GST_INFO ("pool %s: gone", pool->name);
  g_assert (pool->lanes->len == 0);

  gst_edge_worker_pool_stop_scaling (pool);
  gst_edge_ready_queue_dismiss (&pool->ready, pool->n_tasks);
  /* a worker cannot wait for itself: it leaves when it is done with what it has in hand */
  if (pool->threads != NULL)
    g_thread_pool_free (pool->threads, FALSE, current_pool != pool);
  /* lanes that were freed while they waited for a worker */
  while ((lane = gst_edge_ready_queue_try_take (&pool->ready)) != NULL)
    gst_edge_lane_unref (lane);
  gst_edge_worker_pool_release (pool);
}

const gchar *
gst_edge_worker_pool_get_name (GstEdgeWorkerPool *pool)
{
  return pool->name;
}

guint
gst_edge_worker_pool_get_max_workers (GstEdgeWorkerPool *pool)
{
  return __atomic_load_n (&pool->max_workers, __ATOMIC_RELAXED);
}

guint
gst_edge_worker_pool_get_workers (GstEdgeWorkerPool *pool)
{
  return __atomic_load_n (&pool->workers, __ATOMIC_RELAXED);
}

void
gst_edge_worker_pool_get_options (GstEdgeWorkerPool *pool, GstEdgeWorkerPoolOptions *options)
{
  g_mutex_lock (&pool->lock);
  *options = pool->options;
  options->max_workers = gst_edge_worker_pool_get_max_workers_locked (pool);
  g_mutex_unlock (&pool->lock);
}
