/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes a snapshot: the records of the cameras, the lanes and pools, the sinks and their links. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "metrics/snapshot.h"
#include "net/link-connects.h"

typedef struct
{
  GHashTable *cameras;          /* GstEdgeCameraRecord → GstEdgeCameraSnapshot */
  GPtrArray *pools;
  GPtrArray *links;
} Reader;

static void
camera_free (gpointer data)
{
  GstEdgeCameraSnapshot *camera = data;

  g_free (camera->reason);
  g_free (camera);
}

static void
pool_free (gpointer data)
{
  GstEdgePoolSnapshot *pool = data;

  g_free (pool->name);
  g_free (pool);
}

static void
link_free (gpointer data)
{
  GstEdgeLinkSnapshot *link = data;

  g_free (link->server);
  g_free (link->group);
  g_free (link->trouble);
  g_free (link);
}

static GstEdgeCameraSnapshot *
get_camera (Reader *reader, GstEdgeCameraRecord *record)
{
  GstEdgeCameraSnapshot *camera = g_hash_table_lookup (reader->cameras, record);

  if (camera == NULL) {
    camera = g_new0 (GstEdgeCameraSnapshot, 1);
    gst_edge_camera_record_read (record, camera);
    g_hash_table_insert (reader->cameras, record, camera);
  }
  return camera;
}

static void
read_cameras (Reader *reader)
{
  GPtrArray *records = gst_edge_camera_records_list ();
  guint i;

  for (i = 0; i < records->len; i++)
    get_camera (reader, g_ptr_array_index (records, i));
  g_ptr_array_unref (records);
}

static void
add_lane (GstEdgeCameraRecord *record, const GstEdgeStageCounts *counts, gpointer user_data)
{
  gst_edge_stage_counts_add (&get_camera (user_data, record)->stages[GST_EDGE_STAGE_POOL], counts);
}

static void
add_pool (const GstEdgeWorkerPoolReport *report, gpointer user_data)
{
  Reader *reader = user_data;
  GstEdgePoolSnapshot *pool = g_new0 (GstEdgePoolSnapshot, 1);

  pool->name = g_strdup (report->name);
  pool->workers = report->workers;
  pool->max_workers = report->max_workers;
  pool->busy = report->busy;
  pool->lanes = report->lanes;
  pool->stats = *report->stats;
  g_ptr_array_add (reader->pools, pool);
}

static GstEdgeLinkSnapshot *
get_link (Reader *reader, const gchar *server, const gchar *group)
{
  GstEdgeLinkSnapshot *link;
  guint i;

  for (i = 0; i < reader->links->len; i++) {
    link = g_ptr_array_index (reader->links, i);
    if (g_str_equal (link->server, server) && g_str_equal (link->group, group))
      return link;
  }
  link = g_new0 (GstEdgeLinkSnapshot, 1);
  link->server = g_strdup (server);
  link->group = g_strdup (group);
  link->connects = gst_edge_link_connects_get (server, group);
  g_ptr_array_add (reader->links, link);
  return link;
}

/* The higher the worse. */
static guint
badness (GstEdgeLinkState state)
{
  static const guint order[] = {
    [GST_EDGE_LINK_READY] = 0,
    [GST_EDGE_LINK_CLOSED] = 1,
    [GST_EDGE_LINK_CONNECTING] = 2,
    [GST_EDGE_LINK_BLOCKED] = 3,
    [GST_EDGE_LINK_BACKING_OFF] = 4,
    [GST_EDGE_LINK_CIRCUIT_HALF_OPEN] = 5,
    [GST_EDGE_LINK_CIRCUIT_OPEN] = 6,
    [GST_EDGE_LINK_FAILED] = 7,
  };

  return order[state];
}

static void
add_sink (const GstEdgeLinkSinkReport *report, gpointer user_data)
{
  Reader *reader = user_data;
  GstEdgeLinkSnapshot *link = get_link (reader, report->server, report->group);

  if (report->camera != NULL)
    gst_edge_stage_counts_add (&get_camera (reader, report->camera)->stages[report->stage], &report->counts);

  if (link->sinks == 0 || badness (report->state) > badness (link->state))
    link->state = report->state;
  if (link->trouble == NULL && report->trouble != NULL && report->state != GST_EDGE_LINK_READY)
    link->trouble = g_strdup (report->trouble);
  link->sinks++;
  gst_edge_stage_counts_add (&link->counts, &report->counts);
  gst_edge_histogram_merge (&link->latency, report->latency);
}

static void
add_gone_link (const GstEdgeGoneLinkReport *report, gpointer user_data)
{
  GstEdgeLinkSnapshot *link = get_link (user_data, report->server, report->group);

  gst_edge_stage_counts_add (&link->counts, &report->counts);
  gst_edge_histogram_merge (&link->latency, &report->latency);
}

static void
reader_init (Reader *reader)
{
  reader->cameras = g_hash_table_new_full (NULL, NULL, NULL, camera_free);
  reader->pools = g_ptr_array_new_with_free_func (pool_free);
  reader->links = g_ptr_array_new_with_free_func (link_free);
}

static void
read_all (Reader *reader)
{
  reader_init (reader);
  gst_edge_camera_records_lock ();
  read_cameras (reader);
  gst_edge_worker_pools_report (add_pool, add_lane, reader);
  gst_edge_link_sinks_report (add_sink, add_gone_link, reader);
  gst_edge_camera_records_unlock ();
}

/* cam2 before cam10 */
static gint
compare_names (const gchar *a, const gchar *b)
{
  while (*a != '\0' && *b != '\0') {
    if (g_ascii_isdigit (*a) && g_ascii_isdigit (*b)) {
      guint64 x = g_ascii_strtoull (a, (gchar **) &a, 10), y = g_ascii_strtoull (b, (gchar **) &b, 10);

      if (x != y)
        return x < y ? -1 : 1;
    } else {
      if (*a != *b)
        return (guchar) * a < (guchar) * b ? -1 : 1;
      a++;
      b++;
    }
  }
  return (*a != '\0') - (*b != '\0');
}

static gint
compare_cameras (gconstpointer a, gconstpointer b)
{
  const GstEdgeCameraSnapshot *x = *(gpointer *) a, *y = *(gpointer *) b;
  gint order = compare_names (x->id, y->id);

  return order != 0 ? order : strcmp (x->id, y->id);
}

static gint
compare_pools (gconstpointer a, gconstpointer b)
{
  return compare_names ((*(GstEdgePoolSnapshot **) a)->name, (*(GstEdgePoolSnapshot **) b)->name);
}

static gint
compare_links (gconstpointer a, gconstpointer b)
{
  const GstEdgeLinkSnapshot *x = *(gpointer *) a, *y = *(gpointer *) b;
  gint order = compare_names (x->server, y->server);

  return order != 0 ? order : compare_names (x->group, y->group);
}

static GPtrArray *
take_used_cameras (GHashTable *cameras)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (camera_free);
  GHashTableIter iter;
  gpointer camera;

  g_hash_table_iter_init (&iter, cameras);
  while (g_hash_table_iter_next (&iter, NULL, &camera)) {
    if (!((GstEdgeCameraSnapshot *) camera)->used)
      continue;
    g_hash_table_iter_steal (&iter);
    g_ptr_array_add (list, camera);
  }
  g_hash_table_unref (cameras);
  return list;
}

static void
remove_unused_links (GPtrArray *links)
{
  guint i = links->len;

  while (i-- > 0) {
    if (((GstEdgeLinkSnapshot *) g_ptr_array_index (links, i))->sinks == 0)
      g_ptr_array_remove_index_fast (links, i);
  }
}

GstEdgeSnapshot *
gst_edge_snapshot_new (void)
{
  GstEdgeSnapshot *snapshot = g_new0 (GstEdgeSnapshot, 1);
  Reader reader;

  read_all (&reader);
  remove_unused_links (reader.links);
  snapshot->cameras = take_used_cameras (reader.cameras);
  snapshot->pools = reader.pools;
  snapshot->links = reader.links;
  g_ptr_array_sort (snapshot->cameras, compare_cameras);
  g_ptr_array_sort (snapshot->pools, compare_pools);
  g_ptr_array_sort (snapshot->links, compare_links);
  return snapshot;
}

void
gst_edge_snapshot_free (GstEdgeSnapshot *snapshot)
{
  g_ptr_array_unref (snapshot->cameras);
  g_ptr_array_unref (snapshot->pools);
  g_ptr_array_unref (snapshot->links);
  g_free (snapshot);
}

const GstEdgeCameraSnapshot *
gst_edge_snapshot_find_camera (const GstEdgeSnapshot *snapshot, const gchar *id)
{
  guint i;

  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = g_ptr_array_index (snapshot->cameras, i);

    if (g_str_equal (camera->id, id))
      return camera;
  }
  return NULL;
}

guint64
gst_edge_camera_snapshot_get_errors (const GstEdgeCameraSnapshot *camera)
{
  guint64 errors = 0;
  guint i;

  for (i = 0; i < GST_EDGE_N_STAGES; i++) {
    const GstEdgeStageCounts *counts = &camera->stages[i];

    errors += counts->refused + counts->returned + counts->not_passed_on + gst_edge_stage_counts_get_lost (counts);
  }
  return errors;
}
