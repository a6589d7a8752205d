/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error replies of a Redis server, told apart by their first word. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "redis/redis-reply.h"

static const struct
{
  const gchar *prefix;
  GstEdgeRedisVerdict verdict;
  const gchar *advice;
} known[] = {
  {"OOM", GST_EDGE_REDIS_BUSY, "; raise maxmemory, lower ttl, or set an eviction policy"},
  {"LOADING", GST_EDGE_REDIS_BUSY, ""},
  {"MISCONF", GST_EDGE_REDIS_BUSY, "; the server cannot save to its disk"},
  {"BUSY", GST_EDGE_REDIS_BUSY, ""},
  {"TRYAGAIN", GST_EDGE_REDIS_BUSY, ""},
  {"CLUSTERDOWN", GST_EDGE_REDIS_BUSY, ""},
  {"MASTERDOWN", GST_EDGE_REDIS_BUSY, ""},
  {"NOREPLICAS", GST_EDGE_REDIS_BUSY, ""},
  {"ERR max number of clients", GST_EDGE_REDIS_RECONNECT, "; raise maxclients"},
  {"READONLY", GST_EDGE_REDIS_RECONNECT, "; uri names a replica, name the primary"},
  {"NOAUTH", GST_EDGE_REDIS_RECONNECT, "; add a password to uri"},
  {"UNBLOCKED", GST_EDGE_REDIS_RECONNECT, ""},
  {"NOPERM", GST_EDGE_REDIS_REFUSED, "; grant the user SET on these keys"},
  {"MOVED", GST_EDGE_REDIS_REFUSED, "; a cluster is not supported, name a server that holds all keys"},
};

static gint
find (const gchar *text)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known); i++) {
    gsize length = strlen (known[i].prefix);

    if (strncmp (text, known[i].prefix, length) == 0 && (text[length] == '\0' || text[length] == ' '))
      return (gint) i;
  }
  return -1;
}

GstEdgeRedisVerdict
gst_edge_redis_judge_error (const gchar *text)
{
  gint i = find (text);

  return i >= 0 ? known[i].verdict : GST_EDGE_REDIS_REFUSED;
}

const gchar *
gst_edge_redis_advise (const gchar *text)
{
  gint i = find (text);

  return i >= 0 ? known[i].advice : "";
}
