/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The latency histogram: edges, quantiles within their promised error, many threads. */

#include <gst/gst.h>

#include "stats/histogram.h"

#define N_THREADS 4
#define N_PER_THREAD 50000

static void
test_empty (void)
{
  GstEdgeHistogram histogram = { 0 };

  g_assert_cmpuint (gst_edge_histogram_get_count (&histogram), ==, 0);
  g_assert_cmpuint (gst_edge_histogram_get_quantile (&histogram, 0.5), ==, 0);
}

static void
test_edges_grow (void)
{
  guint i;

  for (i = 1; i < GST_EDGE_HISTOGRAM_BUCKETS; i++)
    g_assert_cmpuint (gst_edge_histogram_get_bucket_edge (i), >, gst_edge_histogram_get_bucket_edge (i - 1));
}

/* A value lies in the first bucket whose upper edge is not below it, and that edge is near. */
static void
test_buckets (void)
{
  guint64 value = 0;

  while (value < G_GUINT64_CONSTANT (1) << 31) {
    GstEdgeHistogram histogram = { 0 };
    guint64 edge;

    gst_edge_histogram_add (&histogram, (gint64) value);
    edge = gst_edge_histogram_get_quantile (&histogram, 1.0) / GST_USECOND;
    g_assert_cmpuint (edge, >=, value);
    g_assert_cmpuint (edge - value, <=, value / 4);
    value += value / 97 + 1;
  }
}

static void
test_quantiles (void)
{
  GstEdgeHistogram histogram = { 0 };
  gint64 us;
  gdouble quantile;

  for (us = 1; us <= 100000; us++)
    gst_edge_histogram_add (&histogram, us);
  g_assert_cmpuint (gst_edge_histogram_get_count (&histogram), ==, 100000);
  g_assert_cmpuint (histogram.sum, ==, G_GUINT64_CONSTANT (100000) * 100001 / 2);
  for (quantile = 0.01; quantile < 1.0; quantile += 0.01) {
    gdouble expected = quantile * 100000.0 * GST_USECOND;
    gdouble actual = (gdouble) gst_edge_histogram_get_quantile (&histogram, quantile);

    g_assert_cmpfloat (actual, >=, expected * 0.999);
    g_assert_cmpfloat (actual, <=, expected * 1.25);
  }
  g_assert_cmpuint (gst_edge_histogram_get_quantile (&histogram, 0.0), >, 0);
}

/* Clocks that jump back and latencies of years still go somewhere. */
static void
test_extremes (void)
{
  GstEdgeHistogram histogram = { 0 };

  gst_edge_histogram_add (&histogram, -5);
  g_assert_cmpuint (histogram.count[0], ==, 1);
  gst_edge_histogram_add (&histogram, G_MAXINT64);
  g_assert_cmpuint (histogram.count[GST_EDGE_HISTOGRAM_BUCKETS - 1], ==, 1);
  g_assert_cmpuint (gst_edge_histogram_get_count (&histogram), ==, 2);
  g_assert_cmpuint (gst_edge_histogram_get_quantile (&histogram, 1.0), <, GST_CLOCK_TIME_NONE);
}

static gpointer
add_many (gpointer data)
{
  gint64 i;

  for (i = 0; i < N_PER_THREAD; i++)
    gst_edge_histogram_add (data, i % 1000);
  return NULL;
}

static void
test_threads (void)
{
  GstEdgeHistogram histogram = { 0 };
  GThread *threads[N_THREADS];
  guint i;

  for (i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("add", add_many, &histogram);
  while (gst_edge_histogram_get_count (&histogram) < N_THREADS * N_PER_THREAD / 2)
    g_assert_cmpuint (gst_edge_histogram_get_quantile (&histogram, 0.5), <=, 1279 * GST_USECOND);
  for (i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (gst_edge_histogram_get_count (&histogram), ==, N_THREADS * N_PER_THREAD);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/histogram/empty", test_empty);
  g_test_add_func ("/histogram/edges-grow", test_edges_grow);
  g_test_add_func ("/histogram/buckets", test_buckets);
  g_test_add_func ("/histogram/quantiles", test_quantiles);
  g_test_add_func ("/histogram/extremes", test_extremes);
  g_test_add_func ("/histogram/threads", test_threads);
  return g_test_run ();
}
