/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds pools by name: one per name in the process, made by its first user and freed by its last. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/worker-pool-private.h"

#define GST_CAT_DEFAULT gst_edge_work_get_debug_category ()

/* An application may give each pipeline a pool of another name. */
#define MAX_PAST_POOLS 64

/* All pools of that name that are gone: counters of one that comes back go on where they were. */
typedef struct
{
  gchar *name;
  GstEdgeWorkStats stats;
} PastPool;

static GMutex registry_lock;
static GHashTable *registry;    /* registry_lock: name → GstEdgeWorkerPool, NULL when there is none */
static GQueue past = G_QUEUE_INIT;      /* registry_lock: of PastPool, the one that went last first */

GstEdgeWorkerPool *
gst_edge_worker_pool_get_full (const gchar *name,
    const GstEdgeWorkerPoolOptions *options, GstEdgeWorkerPoolFields *refused, GError **error)
{
  GstEdgeWorkerPoolFields refused_fields = 0;
  GstEdgeWorkerPool *pool;

  g_return_val_if_fail (name != NULL, NULL);

  g_mutex_lock (&registry_lock);
  if (registry == NULL)
    registry = g_hash_table_new (g_str_hash, g_str_equal);
  pool = g_hash_table_lookup (registry, name);
  if (pool != NULL) {
    pool->n_users++;
    refused_fields = gst_edge_worker_pool_merge_options (pool, options);
  } else {
    pool = gst_edge_worker_pool_new (name, options, error);
    if (pool != NULL)
      g_hash_table_insert (registry, pool->name, pool);
  }
  g_mutex_unlock (&registry_lock);

  if (refused != NULL)
    *refused = refused_fields;
  return pool;
}

GstEdgeWorkerPool *
gst_edge_worker_pool_get (const gchar *name, guint max_workers, GError **error)
{
  GstEdgeWorkerPoolOptions options = { 0, };
  GstEdgeWorkerPoolFields refused;
  GstEdgeWorkerPool *pool;

  if (max_workers > 0) {
    options.fields = GST_EDGE_WORKER_POOL_MAX_WORKERS;
    options.max_workers = max_workers;
  }
  pool = gst_edge_worker_pool_get_full (name, &options, &refused, error);
  if (refused != 0)
    GST_WARNING ("pool %s has %u workers already, %u are not applied",
        name, gst_edge_worker_pool_get_max_workers (pool), max_workers);
  return pool;
}

GstEdgeWorkerPool *
gst_edge_worker_pool_ref (GstEdgeWorkerPool *pool)
{
  g_mutex_lock (&registry_lock);
  pool->n_users++;
  g_mutex_unlock (&registry_lock);
  return pool;
}

static GList *
find_past_locked (const gchar *name)
{
  GList *l;

  for (l = past.head; l != NULL; l = l->next) {
    if (g_str_equal (((PastPool *) l->data)->name, name))
      return l;
  }
  return NULL;
}

/* Not one whose name is in use: what is told of that pool must not become less. */
static void
forget_oldest_locked (void)
{
  GList *l = past.tail;
  PastPool *oldest;

  while (l != NULL && g_hash_table_contains (registry, ((PastPool *) l->data)->name))
    l = l->prev;
  if (l == NULL)
    return;
  oldest = l->data;
  g_queue_delete_link (&past, l);
  g_free (oldest->name);
  g_free (oldest);
}

/* Without lanes, what is gone is all there was. */
static void
remember_locked (GstEdgeWorkerPool *pool)
{
  GList *link = find_past_locked (pool->name);
  PastPool *gone;

  if (link != NULL) {
    g_queue_unlink (&past, link);
    g_queue_push_head_link (&past, link);
    gone = link->data;
  } else {
    gone = g_new0 (PastPool, 1);
    gone->name = g_strdup (pool->name);
    g_queue_push_head (&past, gone);
    if (past.length > MAX_PAST_POOLS)
      forget_oldest_locked ();
  }
  g_mutex_lock (&pool->lock);
  gst_edge_work_stats_add (&gone->stats, &pool->gone);
  g_mutex_unlock (&pool->lock);
}

/* Under the lock, and not with a reference of each: who looks at a pool must not be the one that it stays for. Its last
 * user may go at that moment, and the next one wants other settings. */
void
gst_edge_worker_pools_foreach (GstEdgeWorkerPoolFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer name, pool;
  GList *link;

  g_mutex_lock (&registry_lock);
  if (registry != NULL) {
    g_hash_table_iter_init (&iter, registry);
    while (g_hash_table_iter_next (&iter, &name, &pool)) {
      link = find_past_locked (name);
      func (pool, link != NULL ? &((PastPool *) link->data)->stats : NULL, user_data);
    }
  }
  g_mutex_unlock (&registry_lock);
}

void
gst_edge_worker_pool_unref (GstEdgeWorkerPool *pool)
{
  gboolean last;

  g_mutex_lock (&registry_lock);
  last = --pool->n_users == 0;
  if (last) {
    remember_locked (pool);
    g_hash_table_remove (registry, pool->name);
    if (g_hash_table_size (registry) == 0)
      g_clear_pointer (&registry, g_hash_table_unref);
  }
  g_mutex_unlock (&registry_lock);

  if (last)
    gst_edge_worker_pool_shut_down (pool);
}
