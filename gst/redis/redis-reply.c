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

#define NO_CLUSTER "; uri names a node of a cluster, which is not supported; name a server that holds all keys"

static const struct
{
  const gchar *prefix;
  GstEdgeRedisVerdict verdict;
  const gchar *advice;
} known[] = {
  {"OOM", GST_EDGE_REDIS_BUSY, "; raise maxmemory, lower ttl, or set an eviction policy"},
  {"LOADING", GST_EDGE_REDIS_BUSY, "; the server has just started and reads its data"},
  {"MISCONF", GST_EDGE_REDIS_BUSY, "; the server cannot save to its disk"},
  {"BUSY", GST_EDGE_REDIS_BUSY, "; the server runs a long script"},
  {"TRYAGAIN", GST_EDGE_REDIS_BUSY, ""},
  {"CLUSTERDOWN", GST_EDGE_REDIS_BUSY, "; the cluster has not enough nodes"},
  {"MASTERDOWN", GST_EDGE_REDIS_BUSY, "; the server has lost its primary"},
  {"NOREPLICAS", GST_EDGE_REDIS_BUSY, "; the server wants more replicas, see min-replicas-to-write"},
  {"ERR max number of clients", GST_EDGE_REDIS_RECONNECT, "; raise maxclients"},
  {"READONLY", GST_EDGE_REDIS_RECONNECT, "; uri names a replica, name the primary"},
  {"NOAUTH", GST_EDGE_REDIS_RECONNECT, "; add a password to uri"},
  {"UNBLOCKED", GST_EDGE_REDIS_RECONNECT, ""},
  {"ERR Protocol error: invalid bulk length", GST_EDGE_REDIS_TOO_LARGE, "; raise proto-max-bulk-len"},
  {"NOPERM", GST_EDGE_REDIS_REFUSED, "; grant the user the commands on these keys, or correct user or key"},
  {"MOVED", GST_EDGE_REDIS_REFUSED, NO_CLUSTER},        /* other keys may be of this node */
  {"ASK", GST_EDGE_REDIS_REFUSED, NO_CLUSTER},
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

  /* some keys may be allowed, but a command is, or is not */
  if (g_str_has_prefix (text, "NOPERM") && strstr (text, "command") != NULL)
    return GST_EDGE_REDIS_NEVER;
  return i >= 0 ? known[i].verdict : GST_EDGE_REDIS_REFUSED;
}

const gchar *
gst_edge_redis_advise (const gchar *text)
{
  gint i = find (text);

  return i >= 0 ? known[i].advice : "";
}
