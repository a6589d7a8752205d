/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One number for each server and group that a link ever had. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/link-connects.h"

static GMutex totals_lock;      /* no other is taken with it */
static GHashTable *totals;      /* totals_lock: server and group → guint64, for ever */

/* (transfer full): no text of a server has a line end in it */
static gchar *
make_key (const gchar *server, const gchar *group)
{
  return g_strconcat (server, "\n", group, NULL);
}

void
gst_edge_link_connects_count (const gchar *server, const gchar *group)
{
  gchar *key = make_key (server, group);
  guint64 *total;

  g_mutex_lock (&totals_lock);
  if (totals == NULL)
    totals = g_hash_table_new (g_str_hash, g_str_equal);
  total = g_hash_table_lookup (totals, key);
  if (total == NULL) {
    total = g_new0 (guint64, 1);
    g_hash_table_insert (totals, g_strdup (key), total);
  }
  ++*total;
  g_mutex_unlock (&totals_lock);
  g_free (key);
}

guint64
gst_edge_link_connects_get (const gchar *server, const gchar *group)
{
  gchar *key = make_key (server, group);
  const guint64 *total;
  guint64 n;

  g_mutex_lock (&totals_lock);
  total = totals != NULL ? g_hash_table_lookup (totals, key) : NULL;
  n = total != NULL ? *total : 0;
  g_mutex_unlock (&totals_lock);
  g_free (key);
  return n;
}
