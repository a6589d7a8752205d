/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be the id of a camera, and what may not. */

#include <gst/gst.h>

#include "frame/camera-id.h"

static void
test_good (void)
{
  const gchar *ids[] = { "a", "Z", "0", "_", "-", "cam1", "Front-Door_2", "----", "0123456789" };
  gchar *longest = g_strnfill (GST_EDGE_CAMERA_ID_MAX_LENGTH, 'x');
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_true (gst_edge_camera_id_is_valid (ids[i]));
  g_assert_true (gst_edge_camera_id_is_valid (longest));
  g_free (longest);
}

/* Wildcards of routing keys, separators of keys, formats, JSON, paths, header injection, other scripts. */
static void
test_bad (void)
{
  const gchar *ids[] =
      { "", " ", "cam 1", "cam1 ", " cam1", "cam.1", "cam*", "cam#", "a:b", "a/b", "../x", "%s", "%n",
    "{camera-id}", "\"", "a\"b", "\\", "a\nb", "a\r\nb", "a\tb", "\x01", "\x7f", "kamera-\xc3\xa4", "\xff",
    "a,b",
    "a;b", "a=b", "a+b", "a@b", "$(id)", "`id`", "a'b", "a&b", "<a>"
  };
  gchar *too_long = g_strnfill (GST_EDGE_CAMERA_ID_MAX_LENGTH + 1, 'x');
  guint i;

  g_assert_false (gst_edge_camera_id_is_valid (NULL));
  g_assert_false (gst_edge_camera_id_is_valid (too_long));
  for (i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_test_message ("%s", ids[i]);
    g_assert_false (gst_edge_camera_id_is_valid (ids[i]));
  }
  g_free (too_long);
}

/* Each single byte, by the rule as it is written. */
static void
test_each_byte (void)
{
  guint c;

  for (c = 1; c < 256; c++) {
    gchar id[] = { 'c', (gchar) c, '\0' };
    gboolean expected = strchr ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", (gint) c) != NULL;

    g_assert_cmpint (gst_edge_camera_id_is_valid (id), ==, expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/camera-id/good", test_good);
  g_test_add_func ("/camera-id/bad", test_bad);
  g_test_add_func ("/camera-id/each-byte", test_each_byte);
  return g_test_run ();
}
