/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The config file of edgevideobin: what is read, what a change means. What is refused: test-config-refused.c. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <gst/check/gstcheck.h>

#include "config-diff.h"
#include "config-reader.h"
#include "jpeg-quality.h"
#include "test-config.h"

/* ---- what is read ---- */

static GstEdgeConfig *
parse (const gchar *text)
{
  GError *error = NULL;
  GstEdgeConfig *config = gst_edge_config_parse ("f.yaml", text, strlen (text), &error);

  fail_unless (config != NULL, "%s", error != NULL ? error->message : "");
  return config;
}

static const GstEdgeCameraConfig *
camera (GstEdgeConfig *config, guint index)
{
  return g_ptr_array_index (config->cameras, index);
}

GST_START_TEST (test_defaults)
{
  GstEdgeConfig *config = parse (AMQP NONE);

  assert_equals_string (config->amqp_url, "amqp://localhost");
  assert_equals_string (config->amqp_exchange, "cameras");
  assert_equals_string (config->amqp_key_prefix, "camera.");
  fail_if (config->redis_enabled);
  fail_if (config->metadata_enabled);
  assert_equals_int (config->frames.rate.n, 10);
  assert_equals_int (config->frames.rate.d, 1);
  assert_equals_int (config->cameras->len, 0);
  assert_equals_int (gst_edge_config_get_lane_size (config), 100);
  assert_equals_int (config->metrics_port, 0);
  gst_edge_config_unref (config);

  /* a section that is there is wanted */
  config = parse (AMQP NONE "redis: {}\nmetadata: {}\nmetrics: { address: \"::\" }\n");
  assert_equals_int (config->metrics_port, 9464);
  fail_unless (config->redis_enabled);
  fail_unless (config->metadata_enabled);
  assert_equals_string (config->redis_address, "localhost:6379");
  assert_equals_int (config->redis_ttl, 300);
  assert_equals_string (config->redis_prefix, "frames");
  assert_equals_string (config->metadata_exchange, "camera.metadata");
  assert_equals_string (config->metadata_key, "camera.metadata.event");
  gst_edge_config_unref (config);
}

GST_END_TEST;

static const gchar all_keys[] =
    "# everything\n"
    "target_fps: 7.5\n"
    "protocol: amqp\n"
    "amqp: { amqp_url: \"amqp://user:pass@host:5672/client-a\", exchange: ex, routing_key_prefix: \"c.\" }\n"
    "redis: { enabled: true, address: \"host:6380\", ttl_seconds: 60, prefix: p, username: \"u\", password: \"s/@\" }\n"
    "metadata: { enabled: false, exchange: m.x, routing_key: m.k }\n"
    "optimization:\n"
    "  max_workers: 4\n"
    "  buffer_size: 90\n"
    "  frame_quality: 5\n"
    "  frame_resolution: \"1280x720\"\n"
    "  circuit_max_failures: 3\n"
    "  circuit_reset_seconds: 20\n"
    "cameras:\n"
    "  - { id: cam1, url: \"rtsp://u:p@h:8554/1\" }\n"
    "  - id: cam-2_X\n"
    "    url: rtsps://[::1]/2?channel=1\n"
    "    user: admin\n"
    "    password: \"x\"\n"
    "    fps: 0\n"
    "    jpeg_quality: 90\n"
    "    resolution: 640x360\n"
    "    protocol: udp\n"
    "    latency_ms: 50\n"
    "  - { id: 3, url: \"rtsp://h\", target_fps: 25, frame_quality: 2, frame_resolution: 320x240 }\n";

static void
check_frames (GstEdgeConfig *config, guint index, gint rate_n, gint rate_d, guint quality, guint width,
    guint height)
{
  GstEdgeRate rate = gst_edge_config_get_rate (config, camera (config, index));
  guint w, h;

  gst_edge_config_get_size (config, camera (config, index), &w, &h);
  assert_equals_int (rate.n, rate_n);
  assert_equals_int (rate.d, rate_d);
  assert_equals_int (gst_edge_config_get_quality (config, camera (config, index)), quality);
  assert_equals_int (w, width);
  assert_equals_int (h, height);
}

GST_START_TEST (test_all_keys)
{
  GstEdgeConfig *config = parse (all_keys);
  gchar *uri;

  assert_equals_string (config->amqp_url, "amqp://user:pass@host:5672/client-a");
  assert_equals_string (config->amqp_exchange, "ex");
  assert_equals_string (config->amqp_key_prefix, "c.");
  fail_unless (config->redis_enabled);
  fail_if (config->metadata_enabled);
  uri = gst_edge_config_make_redis_uri (config);
  assert_equals_string (uri, "redis://u:s%2F%40@host:6380/0");
  g_free (uri);
  assert_equals_int (config->redis_ttl, 60);
  assert_equals_string (config->redis_prefix, "p");
  assert_equals_string (config->metadata_exchange, "m.x");
  assert_equals_string (config->metadata_key, "m.k");
  assert_equals_int (config->max_workers, 4);
  assert_equals_int (gst_edge_config_get_lane_size (config), 30);
  assert_equals_int (config->circuit_max_failures, 3);
  assert_equals_int (config->circuit_reset, 20);

  assert_equals_int (config->cameras->len, 3);
  check_frames (config, 0, 15, 2, gst_edge_jpeg_quality_of (5), 1280, 720);
  check_frames (config, 1, 0, 1, 90, 640, 360);
  check_frames (config, 2, 25, 1, gst_edge_jpeg_quality_of (2), 320, 240);
  assert_equals_string (camera (config, 0)->url, "rtsp://u:p@h:8554/1");
  assert_equals_string (camera (config, 1)->user, "admin");
  assert_equals_string (camera (config, 1)->password, "x");
  assert_equals_int (camera (config, 1)->protocol, GST_EDGE_CAMERA_UDP);
  assert_equals_int (camera (config, 1)->latency_ms, 50);
  assert_equals_string (camera (config, 2)->id, "3");
  fail_unless (gst_edge_config_find (config, "cam-2_X") == camera (config, 1));
  fail_unless (gst_edge_config_find (config, "cam") == NULL);
  gst_edge_config_unref (config);
}

GST_END_TEST;

#define SERVER "timeout_seconds: 7, max_in_flight: 9, max_size_buffers: 11, max_age_seconds: 13, leaky: downstream"

GST_START_TEST (test_servers)
{
  GstEdgeConfig *config = parse ("amqp: { amqp_url: \"amqps://h\", delivery_mode: 2, ca_file: /etc/passwd, cert_file: "
      "/etc/passwd, key_file: /etc/group, tls_verify: false, " SERVER " }\n"
      "redis: { address: \"h:1\", database: 3, latest: true, index: true, " SERVER " }\n" NONE), *copy;
  gchar *uri;

  assert_equals_int (config->amqp_delivery_mode, 2);
  assert_equals_string (config->amqp.ca_file, "/etc/passwd");
  assert_equals_string (config->amqp.cert_file, "/etc/passwd");
  assert_equals_string (config->amqp.key_file, "/etc/group");
  fail_if (config->amqp.tls_verify);
  fail_unless (config->redis.tls_verify);
  assert_equals_int (config->redis.timeout, 7);
  assert_equals_int (config->redis.max_in_flight, 9);
  assert_equals_int (config->redis.max_size_buffers, 11);
  assert_equals_int (config->redis.max_age, 13);
  assert_equals_int (config->redis.leaky, GST_EDGE_FULL_DROP_OLD);
  fail_unless (config->redis_latest && config->redis_index);
  uri = gst_edge_config_make_redis_uri (config);
  assert_equals_string (uri, "redis://h:1/3");
  g_free (uri);
  copy = gst_edge_config_copy (config, NULL, NULL);
  fail_unless (gst_edge_server_config_is_same (&config->amqp, &copy->amqp));
  fail_unless (gst_edge_server_config_is_same (&config->redis, &copy->redis));
  gst_edge_config_unref (copy);
  gst_edge_config_unref (config);

  config = parse (AMQP "redis: { redis_url: \"redis+sentinel://:" SECRET "@h1,h2/mymaster/2\" }\n" NONE);
  uri = gst_edge_config_make_redis_uri (config);
  assert_equals_string (uri, "redis+sentinel://:" SECRET "@h1,h2/mymaster/2");
  g_free (uri);
  gst_edge_config_unref (config);
}

GST_END_TEST;

GST_START_TEST (test_environment)
{
  GstEdgeConfig *config;

  g_setenv ("EDGE_TEST_SECRET", SECRET, TRUE);
  g_setenv ("EDGE_TEST_EMPTY", "", TRUE);
  g_setenv ("EDGE_TEST_NUMBER", "77", TRUE);
  config = parse ("amqp: { amqp_url: \"amqp://u:${EDGE_TEST_SECRET}@h/${EDGE_TEST_NUMBER}\" }\n"
      "redis: { password: \"a$${b}$c${EDGE_TEST_EMPTY}${EDGE_TEST_SECRET}\", database: \"${EDGE_TEST_NUMBER}\", "
      "username: \"${EDGE_TEST_EMPTY}\" }\n"
      "optimization:\n  max_workers: ${EDGE_TEST_NUMBER}\n" NONE);
  assert_equals_string (config->amqp_url, "amqp://u:" SECRET "@h/77");
  assert_equals_string (config->redis_password, "a${b}$c" SECRET);
  assert_equals_string (config->redis_username, "");
  assert_equals_int (config->redis_database, 77);       /* in { } it cannot be written without quotes */
  assert_equals_int (config->max_workers, 77);
  gst_edge_config_unref (config);
}

GST_END_TEST;

GST_START_TEST (test_anchors)
{
  GstEdgeConfig *config = parse (AMQP "cameras:\n  - { id: a, url: &u \"rtsp://h/1\", fps: &f 3 }\n"
      "  - { id: b, url: *u, fps: *f }\n");

  assert_equals_string (camera (config, 1)->url, "rtsp://h/1");
  check_frames (config, 1, 3, 1, gst_edge_jpeg_quality_of (5), 0, 0);
  gst_edge_config_unref (config);
}

GST_END_TEST;

GST_START_TEST (test_quality_scale)
{
  guint q, last = 100;

  assert_equals_int (gst_edge_jpeg_quality_of (5), 59);
  for (q = 2; q <= 31; q++) {
    fail_unless (gst_edge_jpeg_quality_of (q) <= last);
    last = gst_edge_jpeg_quality_of (q);
  }
  fail_unless (last >= 1);
}

GST_END_TEST;

/* ---- from an application ---- */

GST_START_TEST (test_camera_from_structure)
{
  GstStructure *s = gst_structure_new ("camera", "id", G_TYPE_STRING, "door", "url", G_TYPE_STRING,
      "rtsp://h/1", "fps", GST_TYPE_FRACTION, 15, 2, "jpeg-quality", G_TYPE_INT, 70, "resolution",
      G_TYPE_STRING, "640x360", NULL);
  GstEdgeCameraConfig *made = gst_edge_camera_config_from_structure (s, NULL);

  fail_unless (made != NULL);
  fail_unless (made->from_application);
  assert_equals_string (made->id, "door");
  assert_equals_int (made->frames.rate.n, 15);
  assert_equals_int (made->frames.rate.d, 2);
  assert_equals_int (made->frames.jpeg_quality, 70);
  assert_equals_int (made->frames.height, 360);
  gst_edge_camera_config_free (made);
  gst_structure_free (s);
}

GST_END_TEST;

static const struct
{
  const gchar *structure;
  const gchar *says;
} bad_structures[] = {
  {"camera, url=rtsp://h/1", "id: missing"},
  {"camera, id=cam1", "url: missing"},
  {"camera, id=cam.1, url=rtsp://h/1", "id: \"cam.1\" is not allowed"},
  {"camera, id=cam1, url=rtsp://h/1, fps=-2", "fps: \"-2\" is not allowed"},
  {"camera, id=cam1, url=rtsp://h/1, colour=red", "colour: unknown field"},
  {"camera, id=cam1, url=\"" SECRET "\"", "url: must begin with rtsp://"},
  {"camera, id=\"rtsp://u:" SECRET "@h/1\", url=rtsp://h/1", "id: this value is not allowed; write"},
  {"camera, id=cam1, url=rtsp://h/1, decode=\"u:" SECRET "@h\"", "decode: this value is not allowed; write"},
  {"camera, id=cam1, url=rtsp://h/1, quality=5, jpeg_quality=5", "given twice"},
  {"camera, id=cam1, url=rtsp://h/1, fps=5, target_fps=6", "target_fps: target_fps is given already, as fps"},
  {"camera, id=cam1, url=rtsp://h/1, latency_ms=5, latency-ms=6", "latency-ms: latency_ms is given already"},
};

GST_START_TEST (test_bad_structures)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad_structures); i++) {
    GstStructure *s = gst_structure_from_string (bad_structures[i].structure, NULL);
    GError *error = NULL;

    fail_unless (s != NULL);
    fail_unless (gst_edge_camera_config_from_structure (s, &error) == NULL);
    fail_unless (strstr (error->message, bad_structures[i].says) != NULL, "%s", error->message);
    fail_unless (strstr (error->message, SECRET) == NULL);
    g_clear_error (&error);
    gst_structure_free (s);
  }
}

GST_END_TEST;

/* ---- differences ---- */

#define BASE "redis: { enabled: true, address: \"h:1\" }\nmetadata: {}\n"
#define DEFAULTS "timeout_seconds: 5, max_in_flight: 64, max_size_buffers: 100, max_age_seconds: 0, leaky: upstream, " \
    "tls_verify: true"
#define TWO "cameras:\n  - { id: a, url: \"rtsp://h/a\" }\n  - { id: b, url: \"rtsp://h/b\" }\n"

static const struct
{
  const gchar *before;
  const gchar *after;
  const gchar *text;
} diffs[] = {
  {AMQP BASE TWO, AMQP BASE TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "target_fps: 10.0\nprotocol: amqp\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "optimization: { frame_quality: 5 }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "optimization: { jpeg_quality: 59 }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, "amqp: { amqp_url: \"amqp://localhost\", delivery_mode: 1, " DEFAULTS " }\n"
      "redis: { enabled: true, address: \"h:1\", " DEFAULTS " }\nmetadata: {}\ncameras:\n"
      "  - { id: a, url: \"rtsp://h/a\", protocol: tcp, latency_ms: 200, decode: auto, stall_timeout_seconds: 10 }\n"
        "  - { id: b, url: \"rtsp://h/b\" }\n", "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE TWO "  - { id: c, url: \"rtsp://h/c\" }\n", "added: c; unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "cameras:\n  - { id: b, url: \"rtsp://h/b\" }\n", "removed: a; unchanged: b"},
  {AMQP BASE TWO, AMQP BASE "cameras:\n  - { id: b, url: \"rtsp://h/b\" }\n  - { id: a, url: \"rtsp://h/a\" }\n",
      "unchanged: b, a"},
  {AMQP BASE TWO, AMQP BASE "cameras:\n  - { id: a, url: \"rtsp://h/x\" }\n  - { id: b, url: \"rtsp://h/b\" }\n",
      "changed: a; unchanged: b"},
  {AMQP BASE TWO, AMQP BASE "target_fps: 5\ncameras:\n  - { id: a, url: \"rtsp://h/a\", fps: 10 }\n"
      "  - { id: b, url: \"rtsp://h/b\" }\n", "changed: b; unchanged: a"},
  {AMQP BASE TWO, AMQP BASE "cameras:\n  - { id: a, url: \"rtsp://h/a\", user: u, password: p }\n",
      "removed: b; changed: a"},
  {AMQP BASE TWO, AMQP "redis: { enabled: true, address: \"h:2\" }\nmetadata: {}\n" TWO, "changed: a, b"},
  {AMQP BASE TWO, AMQP "redis: { enabled: false, address: \"h:1\" }\nmetadata: {}\n" TWO, "changed: a, b"},
  {AMQP "redis: { enabled: false, address: \"h:1\" }\n" TWO, AMQP "redis: { enabled: false, address: \"h:2\" }\n" TWO,
      "unchanged: a, b"},
  {AMQP "redis: { enabled: false }\n" TWO, AMQP "redis: { enabled: false, timeout_seconds: 9 }\n" TWO,
      "unchanged: a, b"},
  {AMQP BASE TWO, "amqp: { amqp_url: \"amqp://other\" }\n" BASE TWO, "changed: a, b"},
  {AMQP BASE TWO, AMQP BASE "optimization: { circuit_max_failures: 9 }\n" TWO, "changed: a, b"},
  {AMQP BASE TWO, AMQP BASE "optimization: { max_workers: 3 }\n" TWO,
      "changed: a, b; all restart because of optimization.max_workers"},
  {AMQP BASE TWO, AMQP "redis: { enabled: true, address: \"h:1\", max_in_flight: 8 }\nmetadata: {}\n" TWO,
      "changed: a, b; all restart because of how Redis is spoken to"},
  {AMQP BASE TWO, "amqp: { amqp_url: \"amqp://localhost\", timeout_seconds: 8 }\n" BASE TWO,
      "changed: a, b; all restart because of how RabbitMQ is spoken to"},
  {AMQP BASE TWO, "amqp: { amqp_url: \"amqp://localhost\", leaky: downstream }\n" BASE TWO, "changed: a, b"},
  {AMQP BASE TWO, AMQP BASE "metrics: { port: 1234 }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "metrics: { log_json: /tmp/x, pictures: false }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "metrics: { log_interval_seconds: 30 }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "metrics: { log_interval_seconds: 5 }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE "optimization: { buffer_size: 100 }\n" TWO, "unchanged: a, b"},
  {AMQP BASE TWO, AMQP BASE NONE, "removed: a, b"},
};

GST_START_TEST (test_diffs)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (diffs); i++) {
    GstEdgeConfig *before = parse (diffs[i].before), *after = parse (diffs[i].after);
    GstEdgeConfigDiff *diff = gst_edge_config_diff_new (before, after);
    gchar *text = gst_edge_config_diff_to_text (diff);

    assert_equals_string (text, diffs[i].text);
    fail_unless (diff->lane_size_changed == (strstr (diffs[i].after, "buffer_size") != NULL));
    g_free (text);
    gst_edge_config_diff_free (diff);
    gst_edge_config_unref (before);
    gst_edge_config_unref (after);
  }
}

GST_END_TEST;

static const gchar *const shown_defaults[] =
    { "delivery_mode", "max_size_buffers", "leaky", "max_age_seconds",
  "max_in_flight", "timeout_seconds", "tls_verify", "tls", "protocol", "latency_ms", "decode",
  "stall_timeout_seconds",
  NULL
};

/* (transfer full): the line without its #, where it shows a default. @n: (inout): how many did */
static gchar *
show_default (const gchar *line, guint *n)
{
  const gchar *hash = line + strspn (line, " "), *colon = strchr (line, ':');
  gchar *key, *shown;

  if (!g_str_has_prefix (hash, "# ") || colon == NULL)
    return g_strdup (line);
  key = g_strndup (hash + 2, (gsize) (colon - hash - 2));
  if (g_strv_contains (shown_defaults, key)) {
    shown = g_strdup_printf ("%.*s%s", (gint) (hash - line), line, hash + 2);
    (*n)++;
  } else {
    shown = g_strdup (line);
  }
  g_free (key);
  return shown;
}

/* What is left out has the value that the example shows. */
GST_START_TEST (test_example_shows_defaults)
{
  gchar *path = g_build_filename (g_getenv ("EDGE_SOURCE_DIR"), "pipelines", "edge-video.yaml", NULL);
  gchar *text, *more, **lines, *result;
  GstEdgeConfig *before, *after;
  GstEdgeConfigDiff *diff;
  guint i, n = 0;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL; i++) {
    gchar *line = lines[i];

    lines[i] = show_default (line, &n);
    g_free (line);
  }
  assert_equals_int (n, g_strv_length ((gchar **) shown_defaults));
  more = g_strjoinv ("\n", lines);
  before = parse (text);
  after = parse (more);
  diff = gst_edge_config_diff_new (before, after);
  result = gst_edge_config_diff_to_text (diff);
  assert_equals_string (result, "unchanged: cam1, cam2");
  fail_unless (gst_edge_server_config_is_same (&before->redis, &after->redis));
  g_free (result);
  gst_edge_config_diff_free (diff);
  gst_edge_config_unref (before);
  gst_edge_config_unref (after);
  g_free (more);
  g_strfreev (lines);
  g_free (text);
  g_free (path);
}

GST_END_TEST;

GST_START_TEST (test_copy)
{
  GstEdgeConfig *config = parse (all_keys), *more, *less;
  GstEdgeCameraConfig *extra = gst_edge_camera_config_copy (camera (config, 0));
  GstEdgeConfigDiff *diff;

  g_free (extra->id);
  extra->id = g_strdup ("extra");
  more = gst_edge_config_copy (config, extra, NULL);
  less = gst_edge_config_copy (more, NULL, "cam1");
  gst_edge_config_unref (config);
  diff = gst_edge_config_diff_new (more, less);
  assert_equals_int (diff->unchanged->len, 3);
  assert_equals_int (diff->removed->len, 1);
  assert_equals_int (diff->changed->len, 0);
  gst_edge_config_diff_free (diff);
  gst_edge_config_unref (more);
  gst_edge_config_unref (less);
}

GST_END_TEST;

static Suite *
config_suite (void)
{
  Suite *suite = suite_create ("config");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_all_keys);
  tcase_add_test (tc, test_servers);
  tcase_add_test (tc, test_environment);
  tcase_add_test (tc, test_anchors);
  tcase_add_test (tc, test_quality_scale);
  tcase_add_test (tc, test_camera_from_structure);
  tcase_add_test (tc, test_bad_structures);
  tcase_add_test (tc, test_diffs);
  tcase_add_test (tc, test_example_shows_defaults);
  tcase_add_test (tc, test_copy);
  return suite;
}

GST_CHECK_MAIN (config);
