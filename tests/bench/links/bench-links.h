/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is measured, by each of the loops. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_EXCHANGE "bench"  /* nothing is bound to it: the broker confirms at once */

typedef struct
{
  gint port;
  gint size;                    /* bytes per message */
  gint window;
  gint keys;                    /* of the plain loops: Redis keys or routing keys in turn, as of so many elements */
  gboolean headers;             /* the plain AMQP loop sends what amqpsink sends with each message */
  gint elements;
  gdouble seconds;
} BenchOptions;

typedef struct
{
  guint64 messages;             /* answered */
  gdouble seconds;
  gdouble cpu;                  /* seconds, user and system, of this process */
  gdouble server_cpu;           /* the same of the server */
} BenchResult;

/* Between two calls of bench_clock_read() lies what is measured. */
typedef struct
{
  gint64 wall;                  /* microseconds */
  gint64 cpu;
  gint64 server_cpu;
} BenchClock;

BenchClock bench_clock_read (void);
void bench_result_set (BenchResult * result, guint64 messages, const BenchClock * start);

/* Before this much time has passed nothing is counted. */
#define BENCH_WARM_UP (G_USEC_PER_SEC / 2)

void bench_raw_amqp (const BenchOptions * options, BenchResult * result);
void bench_raw_redis (const BenchOptions * options, BenchResult * result);

/* @sink: a description of the element under test, with {n} for its number */
void bench_elements (const BenchOptions * options, const gchar * sink, BenchResult * result);

G_END_DECLS
