/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How far a camera's redirections are followed. */

#include <string.h>

#include "camera-redirections.h"

/* What a client sends that begins at @location, up to the description. What is wrong with that. */
static const gchar *
describe (GstEdgeCameraRedirections *redirections, const gchar *location)
{
  const gchar *wrong = NULL;
  gboolean allowed;

  gst_edge_camera_redirections_begin (redirections, g_strdup (location));
  g_assert_true (gst_edge_camera_redirections_allow (redirections, GST_RTSP_OPTIONS, &wrong));
  g_assert_null (wrong);
  allowed = gst_edge_camera_redirections_allow (redirections, GST_RTSP_DESCRIBE, &wrong);
  g_assert_cmpint (allowed, ==, wrong == NULL);
  return wrong;
}

/* Nothing is sent any more, and what is wrong is said once. */
static void
assert_astray (GstEdgeCameraRedirections *redirections)
{
  const gchar *wrong = NULL;

  g_assert_false (gst_edge_camera_redirections_allow (redirections, GST_RTSP_DESCRIBE, &wrong));
  g_assert_null (wrong);
  gst_edge_camera_redirections_begin (redirections, g_strdup ("rtsp://other/"));
  g_assert_false (gst_edge_camera_redirections_allow (redirections, GST_RTSP_OPTIONS, &wrong));
  g_assert_null (wrong);
  gst_edge_camera_redirections_clear (redirections);
}

static void
assert_wrong (const gchar *from, const gchar *to, const gchar *words)
{
  GstEdgeCameraRedirections redirections = { 0, };

  g_assert_null (describe (&redirections, from));
  g_assert_nonnull (strstr (describe (&redirections, to), words));
  assert_astray (&redirections);
}

static void
test_wrong (void)
{
  assert_wrong ("rtsp://a/", "rtsp://a/", "to itself");
  assert_wrong ("rtsps://a/", "rtsp://b/", "not encrypted");
  assert_wrong ("rtsp://a/", "RTSPS://b/", "write that in uri");
}

static void
test_again_and_again (void)
{
  GstEdgeCameraRedirections redirections = { 0, };
  gchar *location;
  guint i;

  for (i = 0; i <= 5; i++) {
    location = g_strdup_printf ("rtsp://camera%u/", i);
    g_assert_null (describe (&redirections, location));
    g_free (location);
  }
  g_assert_nonnull (strstr (describe (&redirections, "rtsp://camera6/"), "again and again"));
  assert_astray (&redirections);
}

/* After SETUP it is no redirection that answered DESCRIBE: over TCP instead of UDP. */
static void
test_again_over_tcp (void)
{
  GstEdgeCameraRedirections redirections = { 0, };
  const gchar *wrong;

  g_assert_null (describe (&redirections, "rtsp://a/"));
  g_assert_true (gst_edge_camera_redirections_allow (&redirections, GST_RTSP_SETUP, &wrong));
  g_assert_null (describe (&redirections, "rtsp://a/"));
  gst_edge_camera_redirections_clear (&redirections);
}

static void
assert_goes_on (const gchar *from, const gchar *to, const gchar *expected)
{
  gchar *location = gst_edge_camera_redirections_check (from, to);

  g_assert_cmpstr (location, ==, expected);
  g_free (location);
}

static void
test_in_the_middle (void)
{
  assert_goes_on ("rtsp://a/", "rtsp://u:p@b:5/c?d", "rtsp://b:5/c?d");
  assert_goes_on ("rtsps://a/", "rtsps://b/", "rtsps://b/");
  assert_goes_on ("rtsps://a/", "rtsp://b/", NULL);
  assert_goes_on ("rtsp://a/", "rtsps://b/", NULL);
  assert_goes_on ("rtsp://a/", "http://b/", NULL);
  assert_goes_on ("rtsp://a/", "", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-redirections/wrong", test_wrong);
  g_test_add_func ("/camera-redirections/again-and-again", test_again_and_again);
  g_test_add_func ("/camera-redirections/again-over-tcp", test_again_over_tcp);
  g_test_add_func ("/camera-redirections/in-the-middle", test_in_the_middle);
  return g_test_run ();
}
