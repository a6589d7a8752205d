/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The waits between tries: bounds, growth, jitter, and that a short outage stays cheap. */

#include <gst/gst.h>

#include "net/backoff.h"

#define MS G_TIME_SPAN_MILLISECOND
#define S G_TIME_SPAN_SECOND

static GstEdgeBackoff
make (void)
{
  GstEdgeBackoff backoff = {.min = 100 * MS,.max = 30 * S };

  return backoff;
}

static void
test_first (void)
{
  GstEdgeBackoff backoff = make ();

  g_assert_cmpint (gst_edge_backoff_next (&backoff, 0, 0.999), ==, 100 * MS);
  g_assert_cmpuint (backoff.failures, ==, 1);
}

/* No wait is longer than half a second while the outage is younger than ten. */
static void
test_short_outage (void)
{
  GstEdgeBackoff backoff = make ();
  gint64 now = 12345 * S, start = now;

  while (now - start < 10 * S) {
    gint64 wait = gst_edge_backoff_next (&backoff, now, 0.999999);

    g_assert_cmpint (wait, >=, 100 * MS);
    g_assert_cmpint (wait, <=, 500 * MS);
    now += wait;
  }
}

static void
test_long_outage (void)
{
  GstEdgeBackoff backoff = make ();
  gint64 now = 0, wait = 0;
  guint i;

  for (i = 0; i < 1000; i++) {
    wait = gst_edge_backoff_next (&backoff, now, 0.999999);
    g_assert_cmpint (wait, <=, 30 * S);
    now += wait;
  }
  g_assert_cmpint (wait, >, 29 * S);
  g_assert_cmpint (gst_edge_backoff_next (&backoff, now, 0.0), ==, 100 * MS);
}

static void
test_jitter_and_reset (void)
{
  GstEdgeBackoff backoff = make ();
  guint i;

  for (i = 0; i < 10; i++)
    gst_edge_backoff_next (&backoff, (gint64) i * 60 * S, 0.5);
  g_assert_cmpint (gst_edge_backoff_next (&backoff, 600 * S, 0.5), ==, 100 * MS + (30 * S - 100 * MS) / 2);

  gst_edge_backoff_reset (&backoff);
  g_assert_cmpuint (backoff.failures, ==, 0);
  g_assert_cmpint (gst_edge_backoff_next (&backoff, 601 * S, 0.9), ==, 100 * MS);
  /* a new outage is a short one again */
  g_assert_cmpint (gst_edge_backoff_next (&backoff, 602 * S, 0.999999), <=, 500 * MS);
}

/* Neither the shift nor the count may overflow. */
static void
test_for_ever (void)
{
  GstEdgeBackoff backoff = {.min = 100 * MS,.max = 30 * S,.failures = G_MAXUINT - 1 };
  gint64 wait;
  guint i;

  for (i = 0; i < 4; i++) {
    wait = gst_edge_backoff_next (&backoff, 1000 * S, 0.999999);
    g_assert_cmpint (wait, >, 29 * S);
    g_assert_cmpint (wait, <=, 30 * S);
  }
  g_assert_cmpuint (backoff.failures, ==, G_MAXUINT);
}

static void
test_min_is_max (void)
{
  GstEdgeBackoff backoff = {.min = 2 * S,.max = 2 * S };

  g_assert_cmpint (gst_edge_backoff_next (&backoff, 0, 0.7), ==, 2 * S);
  g_assert_cmpint (gst_edge_backoff_next (&backoff, 60 * S, 0.7), ==, 2 * S);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/backoff/first", test_first);
  g_test_add_func ("/backoff/short-outage", test_short_outage);
  g_test_add_func ("/backoff/long-outage", test_long_outage);
  g_test_add_func ("/backoff/jitter-and-reset", test_jitter_and_reset);
  g_test_add_func ("/backoff/for-ever", test_for_ever);
  g_test_add_func ("/backoff/min-is-max", test_min_is_max);
  return g_test_run ();
}
