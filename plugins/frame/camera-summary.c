/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Remembers for a second how many frames of each camera were lost. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-summary.h"

#include "metrics/snapshot.h"

#define MAX_AGE G_TIME_SPAN_SECOND

static GMutex summary_lock;
static guint n_users;           /* summary_lock */
static GHashTable *errors;      /* summary_lock: camera id, which lives for ever → guint64; nullable */
static gint64 looked_at;        /* summary_lock: monotonic time */

void
gst_edge_camera_summary_use (void)
{
  g_mutex_lock (&summary_lock);
  n_users++;
  g_mutex_unlock (&summary_lock);
}

void
gst_edge_camera_summary_unuse (void)
{
  g_mutex_lock (&summary_lock);
  if (--n_users == 0)
    g_clear_pointer (&errors, g_hash_table_unref);
  g_mutex_unlock (&summary_lock);
}

static GHashTable *
look (void)
{
  GHashTable *seen = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();
  guint i;

  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = g_ptr_array_index (snapshot->cameras, i);
    guint64 *count = g_new (guint64, 1);

    *count = gst_edge_camera_snapshot_get_errors (camera);
    g_hash_table_insert (seen, (gpointer) camera->id, count);
  }
  gst_edge_snapshot_free (snapshot);
  return seen;
}

/* Looks without the lock: who looks takes those of pools and links, and may even end a pool. */
static void
look_again (void)
{
  GHashTable *seen = look (), *before;

  g_mutex_lock (&summary_lock);
  before = errors;
  errors = seen;
  looked_at = g_get_monotonic_time ();
  g_mutex_unlock (&summary_lock);
  if (before != NULL)
    g_hash_table_unref (before);
}

static gboolean
is_fresh (void)
{
  gboolean fresh;

  g_mutex_lock (&summary_lock);
  fresh = errors != NULL && g_get_monotonic_time () - looked_at < MAX_AGE;
  g_mutex_unlock (&summary_lock);
  return fresh;
}

guint64
gst_edge_camera_summary_get_errors (const gchar *camera_id)
{
  const guint64 *count;
  guint64 found;

  if (!is_fresh ())
    look_again ();
  g_mutex_lock (&summary_lock);
  count = g_hash_table_lookup (errors, camera_id);
  found = count != NULL ? *count : 0;
  g_mutex_unlock (&summary_lock);
  return found;
}
