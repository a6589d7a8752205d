/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The circuit breaker: opens, lets one probe through, closes or opens again. */

#include <gst/gst.h>

#include "net/breaker.h"

#define S G_TIME_SPAN_SECOND

static GstEdgeBreaker
make (guint max_failures)
{
  GstEdgeBreaker breaker = {.max_failures = max_failures,.reset_after = 60 * S };

  return breaker;
}

static void
test_opens (void)
{
  GstEdgeBreaker breaker = make (3);

  g_assert_true (gst_edge_breaker_allows (&breaker, 0));
  gst_edge_breaker_failure (&breaker, 1 * S);
  gst_edge_breaker_failure (&breaker, 2 * S);
  g_assert_true (gst_edge_breaker_allows (&breaker, 2 * S));
  g_assert_cmpint (gst_edge_breaker_get_wait (&breaker, 2 * S), ==, 0);
  gst_edge_breaker_failure (&breaker, 3 * S);
  g_assert_cmpint (breaker.state, ==, GST_EDGE_BREAKER_OPEN);
  g_assert_false (gst_edge_breaker_allows (&breaker, 3 * S));
  g_assert_false (gst_edge_breaker_allows (&breaker, 63 * S - 1));
  g_assert_cmpint (gst_edge_breaker_get_wait (&breaker, 13 * S), ==, 50 * S);
  g_assert_cmpint (gst_edge_breaker_get_wait (&breaker, 1000 * S), ==, 0);
}

/* Once the time is over, one caller gets through, and only one. */
static void
test_single_probe (void)
{
  GstEdgeBreaker breaker = make (1);

  gst_edge_breaker_failure (&breaker, 0);
  g_assert_true (gst_edge_breaker_allows (&breaker, 60 * S));
  g_assert_cmpint (breaker.state, ==, GST_EDGE_BREAKER_HALF_OPEN);
  g_assert_false (gst_edge_breaker_allows (&breaker, 60 * S));
  g_assert_false (gst_edge_breaker_allows (&breaker, 1000 * S));
}

static void
test_probe_succeeds (void)
{
  GstEdgeBreaker breaker = make (3);
  guint i;

  for (i = 0; i < 3; i++)
    gst_edge_breaker_failure (&breaker, 0);
  g_assert_true (gst_edge_breaker_allows (&breaker, 60 * S));
  gst_edge_breaker_success (&breaker);
  g_assert_cmpint (breaker.state, ==, GST_EDGE_BREAKER_CLOSED);
  g_assert_true (gst_edge_breaker_allows (&breaker, 60 * S));
  /* and counts anew */
  gst_edge_breaker_failure (&breaker, 61 * S);
  gst_edge_breaker_failure (&breaker, 62 * S);
  g_assert_true (gst_edge_breaker_allows (&breaker, 62 * S));
}

static void
test_probe_fails (void)
{
  GstEdgeBreaker breaker = make (5);
  guint i;

  for (i = 0; i < 5; i++)
    gst_edge_breaker_failure (&breaker, 0);
  g_assert_true (gst_edge_breaker_allows (&breaker, 60 * S));
  gst_edge_breaker_failure (&breaker, 61 * S);
  g_assert_cmpint (breaker.state, ==, GST_EDGE_BREAKER_OPEN);
  g_assert_false (gst_edge_breaker_allows (&breaker, 120 * S));
  g_assert_true (gst_edge_breaker_allows (&breaker, 121 * S));
}

static void
test_success_forgets_failures (void)
{
  GstEdgeBreaker breaker = make (2);
  guint i;

  for (i = 0; i < 100; i++) {
    gst_edge_breaker_failure (&breaker, (gint64) i * S);
    g_assert_true (gst_edge_breaker_allows (&breaker, (gint64) i * S));
    gst_edge_breaker_success (&breaker);
  }
}

static void
test_never_opens (void)
{
  GstEdgeBreaker breaker = make (0);
  guint i;

  for (i = 0; i < 1000; i++)
    gst_edge_breaker_failure (&breaker, 0);
  g_assert_true (gst_edge_breaker_allows (&breaker, 0));
  g_assert_cmpint (gst_edge_breaker_get_wait (&breaker, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/breaker/opens", test_opens);
  g_test_add_func ("/breaker/single-probe", test_single_probe);
  g_test_add_func ("/breaker/probe-succeeds", test_probe_succeeds);
  g_test_add_func ("/breaker/probe-fails", test_probe_fails);
  g_test_add_func ("/breaker/success-forgets-failures", test_success_forgets_failures);
  g_test_add_func ("/breaker/never-opens", test_never_opens);
  return g_test_run ();
}
