/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * RTSP URIs: what is taken out of them, what may be shown, what is refused. */

#include <string.h>

#include "net/camera-uri.h"

typedef struct
{
  const gchar *uri;
  const gchar *location;        /* NULL: refused */
  const gchar *user;
  const gchar *password;
  const gchar *text;
} Case;

static const Case cases[] = {
  {"rtsp://h/p", "rtsp://h/p", NULL, NULL, "rtsp://h/p"},
  {"RTSP://h/p", "rtsp://h/p", NULL, NULL, "rtsp://h/p"},
  {"rtsps://h:322/p", "rtsps://h:322/p", NULL, NULL, "rtsps://h:322/p"},
  {"rtsp://h", "rtsp://h", NULL, NULL, "rtsp://h"},
  {"rtsp://u:s@h/p", "rtsp://h/p", "u", "s", "rtsp://u:***@h/p"},
  {"rtsp://u@h:8554/p", "rtsp://h:8554/p", "u", NULL, "rtsp://u@h:8554/p"},
  {"rtsp://:s@h/p", "rtsp://h/p", NULL, "s", "rtsp://:***@h/p"},
  {"rtsp://u:@h/p", "rtsp://h/p", "u", NULL, "rtsp://u@h/p"},
  /* as people write them */
  {"rtsp://u:a@b:c@h/p", "rtsp://h/p", "u", "a@b:c", "rtsp://u:***@h/p"},
  {"rtsp://u:100%@h/p", "rtsp://h/p", "u", "100%", "rtsp://u:***@h/p"},
  {"rtsp://u:a%40b%2fc@h/p", "rtsp://h/p", "u", "a@b/c", "rtsp://u:***@h/p"},
  {"rtsp://u:#s@h/p", "rtsp://h/p", "u", "#s", "rtsp://u:***@h/p"},
  {"rtsp://[::1]:554/p", "rtsp://[::1]:554/p", NULL, NULL,
      "rtsp://[::1]:554/p"},
  {"rtsp://u:s@[fe80::1]/p", "rtsp://[fe80::1]/p", "u", "s",
      "rtsp://u:***@[fe80::1]/p"},
  /* an '@' after the host belongs to the path, where no password can be meant, and to the query */
  {"rtsp://h/a@b", "rtsp://h/a@b", NULL, NULL, "rtsp://h/a@b"},
  {"rtsp://u:s@h/a%40b", "rtsp://h/a%40b", "u", "s", "rtsp://u:***@h/a%40b"},
  {"rtsp://h:554/p?user=a@b", "rtsp://h:554/p?user=a@b", NULL, NULL, "rtsp://h:554/p?***"},
  /* secrets may stand in the query and in the path */
  {"rtsp://h/p?user=u&pwd=s", "rtsp://h/p?user=u&pwd=s", NULL, NULL,
      "rtsp://h/p?***"},
  {"rtsp://h?a", "rtsp://h?a", NULL, NULL, "rtsp://h?***"},
  {"rtsp://h/user=u_password=s_channel=1",
        "rtsp://h/user=u_password=s_channel=1", NULL, NULL,
      "rtsp://h/***"},

  {NULL}, {""}, {"http://h/p"}, {"rtsp:/h/p"}, {"rtsp://"}, {"rtsp:///p"},
  {"rtsp://u:s@/p"}, {"rtsp://h:0/p"}, {"rtsp://h:65536/p"}, {"rtsp://h:x/p"},
  {"rtsp://h p/"}, {"rtsp://h/\xff"}, {"rtsp://[::1/p"}, {"rtsp://[h]/p"},
  {"rtsp://[::1]x/p"}, {"rtsp://h_$/p"}, {"rtsp://u:a/b@h/p"},
  /* nobody knows which '/' or '?' ends the password */
  {"rtsp://u:12/34@h/p"}, {"rtsp://u:12/34@h/p?q"}, {"rtsp://u:a@b/c@h/p"}, {"rtsp://u:12?34@h/p"},
  {"rtsp://u:/34@h/p"}, {"rtsp://u:a@h:554/p@q"},
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  GstEdgeCameraUri parsed;
  GError *error = NULL;
  gboolean ok = gst_edge_camera_uri_parse (c->uri, &parsed, &error);
  gchar *text;

  if (c->location == NULL) {
    g_assert_false (ok);
    g_assert_nonnull (error);
    g_assert_true (c->uri == NULL || strchr (c->uri, '@') == NULL
        || strstr (error->message, c->uri) == NULL);
    g_error_free (error);
  } else {
    g_assert_no_error (error);
    g_assert_true (ok);
    g_assert_cmpstr (parsed.location, ==, c->location);
    g_assert_cmpstr (parsed.user, ==, c->user);
    g_assert_cmpstr (parsed.password, ==, c->password);
    text = gst_edge_camera_uri_make_text (parsed.location, parsed.user,
        parsed.password != NULL);
    g_assert_cmpstr (text, ==, c->text);
    g_free (text);
  }
  gst_edge_camera_uri_clear (&parsed);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *path = g_strdup_printf ("/camera-uri/%u", i);

    g_test_add_data_func (path, &cases[i], test_parse);
    g_free (path);
  }
  return g_test_run ();
}
