/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plainest pipelined SET that hiredis allows: as many commands in flight as the window says. */

#include <string.h>

#include <hiredis.h>

#include "bench-links.h"

static void
append_set (redisContext *context, guint number, const gchar *value, gsize size)
{
  gchar key[64];
  const gchar *argv[] = { "SET", key, value, "EX", "60" };
  gsize lengths[] = { 3, 0, size, 2, 2 };

  g_snprintf (key, sizeof (key), "bench:cam%u", number + 1);
  lengths[1] = strlen (key);
  redisAppendCommandArgv (context, G_N_ELEMENTS (argv), argv, lengths);
}

void
bench_raw_redis (const BenchOptions *options, BenchResult *result)
{
  redisContext *context = redisConnect ("127.0.0.1", options->port);
  gchar *value = g_malloc ((gsize) options->size);
  guint64 sent = 0, answered = 0, counted_from = 0;
  gint64 begin = g_get_monotonic_time (), end = 0;
  BenchClock start = { 0 };
  redisReply *reply;

  if (context == NULL || context->err != 0)
    g_error ("could not connect");
  memset (value, 0x55, (gsize) options->size);
  for (;;) {
    gint64 now = g_get_monotonic_time ();

    if (end == 0 && now - begin >= BENCH_WARM_UP) {
      start = bench_clock_read ();
      counted_from = answered;
      end = now + (gint64) (options->seconds * G_USEC_PER_SEC);
    }
    if (end != 0 && now >= end)
      break;
    while (sent - answered < (guint64) options->window)
      append_set (context, (guint) (sent++ % (guint64) options->keys), value, (gsize) options->size);
    if (redisGetReply (context, (void **) &reply) != REDIS_OK || reply->type != REDIS_REPLY_STATUS)
      g_error ("no OK");
    freeReplyObject (reply);
    answered++;
  }
  bench_result_set (result, answered - counted_from, &start);
  redisFree (context);
  g_free (value);
}
