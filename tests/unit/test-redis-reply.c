/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error replies of a Redis server, as the server words them, told apart. */

#include <gst/gst.h>

#include "redis/redis-reply.h"

static const struct
{
  const gchar *text;
  GstEdgeRedisVerdict verdict;
  gboolean has_advice;
} replies[] = {
  {"OOM command not allowed when used memory > 'maxmemory'.", GST_EDGE_REDIS_BUSY, TRUE},
  {"LOADING Redis is loading the dataset in memory", GST_EDGE_REDIS_BUSY, TRUE},
  {"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
      GST_EDGE_REDIS_BUSY, TRUE},
  {"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
      GST_EDGE_REDIS_BUSY, TRUE},
  {"TRYAGAIN Multiple keys request during rehashing of slot", GST_EDGE_REDIS_BUSY, FALSE},
  {"CLUSTERDOWN The cluster is down", GST_EDGE_REDIS_BUSY, TRUE},
  {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      GST_EDGE_REDIS_BUSY, TRUE},
  {"NOREPLICAS Not enough good replicas to write.", GST_EDGE_REDIS_BUSY, TRUE},
  {"READONLY You can't write against a read only replica.", GST_EDGE_REDIS_RECONNECT, TRUE},
  {"NOAUTH Authentication required.", GST_EDGE_REDIS_RECONNECT, TRUE},
  {"ERR max number of clients reached", GST_EDGE_REDIS_RECONNECT, TRUE},
  {"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
      GST_EDGE_REDIS_RECONNECT, FALSE},
  {"NOPERM this user has no permissions to run the 'set' command", GST_EDGE_REDIS_NEVER, TRUE},
  {"NOPERM this user has no permissions to access one of the keys used as arguments", GST_EDGE_REDIS_REFUSED, TRUE},
  {"ERR Protocol error: invalid bulk length", GST_EDGE_REDIS_TOO_LARGE, TRUE},
  {"ERR Protocol error: too big mbulk count string", GST_EDGE_REDIS_REFUSED, FALSE},
  {"ASK 3999 127.0.0.1:6381", GST_EDGE_REDIS_REFUSED, TRUE},
  {"MOVED 3999 127.0.0.1:6381", GST_EDGE_REDIS_REFUSED, TRUE},
  {"WRONGPASS invalid username-password pair or user is disabled.", GST_EDGE_REDIS_REFUSED, FALSE},
  {"WRONGTYPE Operation against a key holding the wrong kind of value", GST_EDGE_REDIS_REFUSED, FALSE},
  {"ERR unknown command `FOO`", GST_EDGE_REDIS_REFUSED, FALSE},
  {"ERR DB index is out of range", GST_EDGE_REDIS_REFUSED, FALSE},
  {"", GST_EDGE_REDIS_REFUSED, FALSE},
  {"x", GST_EDGE_REDIS_REFUSED, FALSE},
};

static void
test_verdicts (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (replies); i++) {
    g_test_message ("%s", replies[i].text);
    g_assert_cmpint (gst_edge_redis_judge_error (replies[i].text), ==, replies[i].verdict);
    g_assert_cmpint (gst_edge_redis_advise (replies[i].text)[0] != '\0', ==, replies[i].has_advice);
  }
}

/* Only a whole first word counts. */
static void
test_prefixes (void)
{
  g_assert_cmpint (gst_edge_redis_judge_error ("OO"), ==, GST_EDGE_REDIS_REFUSED);
  g_assert_cmpint (gst_edge_redis_judge_error ("oom"), ==, GST_EDGE_REDIS_REFUSED);
  g_assert_cmpint (gst_edge_redis_judge_error ("ERR OOM"), ==, GST_EDGE_REDIS_REFUSED);
  g_assert_cmpint (gst_edge_redis_judge_error ("BUSYGROUP Consumer Group name already exists"), ==,
      GST_EDGE_REDIS_REFUSED);
  g_assert_cmpint (gst_edge_redis_judge_error ("BUSYKEY Target key name already exists."), ==,
      GST_EDGE_REDIS_REFUSED);
  g_assert_cmpint (gst_edge_redis_judge_error ("OOM"), ==, GST_EDGE_REDIS_BUSY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/redis-reply/verdicts", test_verdicts);
  g_test_add_func ("/redis-reply/prefixes", test_prefixes);
  return g_test_run ();
}
