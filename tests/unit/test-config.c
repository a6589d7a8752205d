/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The config file of edgevideobin: what is read, what is refused and with which words, what a change means. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "config-diff.h"
#include "config-reader.h"
#include "jpeg-quality.h"

#define AMQP "amqp: { amqp_url: \"amqp://localhost\" }\n"
#define NONE "cameras: []\n"
#define CAM(rest) "cameras:\n  - { id: cam1, url: \"rtsp://h/1\"" rest " }\n"
#define SECRET "tops3cret"

/* ---- what is refused ---- */

typedef struct
{
  const gchar *text;
  guint line;                   /* from 1 */
  const gchar *path;            /* of the key; "" for the file */
  const gchar *says;            /* part of the sentence */
} BadFile;

static const BadFile bad_files[] = {
  /* the file as a whole */
  {"", 1, "", "the file is empty"},
  {"# only a comment\n", 1, "", "the file is empty"},
  {"- a\n- b\n", 1, "", "a list does not belong here; write the keys target_fps, protocol"},
  {"just text\n", 1, "", "a single value does not belong here"},
  {AMQP NONE "---\n" NONE, 3, "", "a second document starts here"},
  {AMQP NONE "redis: { enabled: true\n", 4, "", "this is not YAML"},
  {AMQP "cameras:\n\t- { id: a }\n", 3, "", "indent with spaces"},
  {"amqp: { amqp_url: ${AMQP_URL} }\n" NONE, 1, "", "${NAME} inside of { }, in quotes"},
  {AMQP NONE "redis: { password: \"abc }\n", 4, "", "this is not YAML"},
  {AMQP "cameras: *nothing\n", 2, "", "undefined alias"},
  {AMQP NONE "redis: { prefix: \"\xff\" }\n", 1, "", "write the file in UTF-8"},

  /* keys */
  {AMQP NONE "target_fsp: 10\n", 3, "", "unknown key \"target_fsp\"; the keys here are target_fps, protocol, amqp, "
      "redis, metadata, metrics, optimization, cameras"},
  {AMQP NONE "redis:\n  enabled: true\n  ttl: 5\n", 5, "redis",
      "unknown key \"ttl\"; the keys here are enabled, address"},
  {AMQP NONE "optimization: { workers: 3 }\n", 3, "optimization", "unknown key \"workers\""},
  {AMQP CAM (", name: door"), 3, "cameras[0]", "unknown key \"name\"; the keys here are id, url, user"},
  {AMQP NONE "<<: { target_fps: 3 }\n", 3, "", "this key is unknown"},
  {AMQP NONE "[a]: 3\n", 3, "", "a list cannot be a key"},
  {AMQP NONE "target_fps: 1\ntarget_fps: 2\n", 4, "target_fps", "given twice, first in line 3"},
  {AMQP NONE "redis: {}\nredis: {}\n", 4, "redis", "given twice, first in line 3"},
  {AMQP NONE "redis: { prefix: a, prefix: b }\n", 3, "redis.prefix", "given twice"},

  /* missing */
  {NONE, 1, "amqp.amqp_url", "missing; write amqp: { amqp_url: \"amqp://user:password@host:5672/vhost\" }"},
  {NONE "amqp:\n  exchange: a\n", 3, "amqp.amqp_url", "missing"},
  {AMQP, 1, "cameras", "missing; write a list of cameras"},
  {AMQP "cameras:\n", 2, "cameras", "nothing does not belong here; write a list of cameras"},
  {AMQP "cameras: { id: cam1 }\n", 2, "cameras", "a mapping of keys does not belong here; write a list"},
  {AMQP "cameras:\n  - cam1\n", 3, "cameras[0]", "a single value does not belong here; write the keys id, url"},
  {AMQP "cameras:\n  - { url: \"rtsp://h/1\" }\n", 3, "cameras[0].id", "missing; every camera needs an id"},
  {AMQP "cameras:\n  - { id: cam1 }\n", 3, "cameras[0].url", "missing; every camera needs a URL like rtsp://"},
  {AMQP NONE "redis:\n  address:\n", 4, "redis.address", "there is no value; write HOST:PORT"},
  {AMQP NONE "redis:\n", 3, "redis", "nothing does not belong here; write the keys enabled"},
  {AMQP NONE "target_fps: ~\n", 3, "target_fps", "there is no value"},

  /* types and ranges */
  {AMQP NONE "target_fps: fast\n", 3, "target_fps",
      "\"fast\" is not allowed; write a number of frames per second from 0"},
  {AMQP NONE "target_fps: 241\n", 3, "target_fps", "\"241\" is not allowed"},
  {AMQP NONE "target_fps: -1\n", 3, "target_fps", "\"-1\" is not allowed"},
  {AMQP NONE "target_fps: 1.2.3\n", 3, "target_fps", "\"1.2.3\" is not allowed"},
  {AMQP NONE "target_fps: \"10\"\n", 3, "target_fps", "\"10\" is not allowed; write a number of frames per second "
      "from 0 to 240 (0 = all that the camera sends) without quotes"},
  {AMQP NONE "target_fps: [10]\n", 3, "target_fps", "a list does not belong here; write a number"},
  {AMQP NONE "target_fps: !!int 10\n", 3, "target_fps", "tags (!…) are not used"},
  {AMQP NONE "protocol: mqtt\n", 3, "protocol", "frames can only be published over amqp"},
  {AMQP NONE "redis: { enabled: yes }\n", 3, "redis.enabled", "\"yes\" is not allowed; write true or false"},
  {AMQP NONE "redis: { enabled: \"true\" }\n", 3, "redis.enabled", "write true or false without quotes"},
  {AMQP NONE "redis: { ttl_seconds: 0 }\n", 3, "redis.ttl_seconds", "a number of seconds from 1 to"},
  {AMQP NONE "redis: { ttl_seconds: 1.5 }\n", 3, "redis.ttl_seconds", "\"1.5\" is not allowed"},
  {AMQP NONE "redis: { address: nowhere:x }\n", 3, "redis.address", "write HOST:PORT"},
  {AMQP NONE "redis: { address: \"redis://h:1/0\" }\n", 3, "redis.address", "write HOST:PORT"},
  {AMQP NONE "redis: { prefix: \"\" }\n", 3, "redis.prefix", "a name of 1 to 255 bytes"},
  {AMQP NONE "redis: { prefix: \"a\\nb\" }\n", 3, "redis.prefix", "this value is not allowed"},
  {AMQP NONE "redis: { username: me }\n", 3, "redis.username", "give redis.password too"},
  {AMQP NONE "metadata: { routing_key: \"\" }\n", 3, "metadata.routing_key", "a text of 1 to 248 bytes"},
  {AMQP NONE "metadata: { exchange: [] }\n", 3, "metadata.exchange", "a list does not belong here"},
  {AMQP NONE "optimization: { max_workers: 1025 }\n", 3, "optimization.max_workers", "from 0 to 1024 (0 = 2 x CPUs)"},
  {AMQP NONE "optimization: { buffer_size: many }\n", 3, "optimization.buffer_size", "\"many\" is not allowed"},
  {AMQP NONE "optimization: { frame_quality: 1 }\n", 3, "optimization.frame_quality", "from 2 (best) to 31"},
  {AMQP NONE "optimization: { jpeg_quality: 101 }\n", 3, "optimization.jpeg_quality", "from 1 to 100"},
  {AMQP NONE "optimization:\n  frame_quality: 5\n  jpeg_quality: 80\n", 5, "optimization.jpeg_quality",
      "the quality is given twice"},
  {AMQP NONE "optimization: { frame_resolution: 1280 }\n", 3, "optimization.frame_resolution", "like 1280x720"},
  {AMQP NONE "optimization: { frame_resolution: 1280x9000 }\n", 3, "optimization.frame_resolution", "like 1280x720"},
  {AMQP NONE "optimization: { circuit_reset_seconds: 0 }\n", 3, "optimization.circuit_reset_seconds",
      "from 1 to 86400"},
  {AMQP NONE "optimization: { circuit_max_failures: -1 }\n", 3, "optimization.circuit_max_failures", "\"-1\""},
  {"amqp: { amqp_url: \"http://h\" }\n" NONE, 1, "amqp.amqp_url", "must look like amqp://"},
  {"amqp: { amqp_url: \"amqp://u:" SECRET "@h:x/v\" }\n" NONE, 1, "amqp.amqp_url", "the port must be a number"},
  {"amqp: { amqp_url: \"amqp://h\", exchange: \"\" }\n" NONE, 1, "amqp.exchange", "a name of 1 to 255 bytes"},

  /* servers */
  {AMQP NONE "redis: { database: -1 }\n", 3, "redis.database", "a number from 0 to 65535"},
  {AMQP NONE "redis: { tls: maybe }\n", 3, "redis.tls", "\"maybe\" is not allowed; write true or false"},
  {AMQP NONE "redis:\n  ca_file: /etc/hosts\n", 4, "redis.ca_file", "there is no TLS here; write tls: true"},
  {AMQP NONE "redis: { redis_url: \"http://" SECRET "\" }\n", 3, "redis.redis_url", "must look like redis://"},
  {AMQP NONE "redis: { redis_url: \"redis://:" SECRET "@h/1\", database: 2 }\n", 3, "redis.database",
      "redis_url says this already"},
  {AMQP NONE "redis: { leaky: no }\n", 3, "redis.leaky", "write upstream (the new frame is dropped) or downstream"},
  {AMQP NONE "redis: { max_size_buffers: 0 }\n", 3, "redis.max_size_buffers", "a number of frames from 1"},
  {"amqp: { amqp_url: \"amqp://h\", tls_verify: false }\n" NONE, 1, "amqp.tls_verify",
      "there is no TLS here; write amqps://… in amqp_url"},
  {"amqp: { amqp_url: \"amqps://h\", ca_file: /nonexistent/ca.pem }\n" NONE, 1, "amqp.ca_file",
      "there is no such file; name a PEM file"},
  {"amqp: { amqp_url: \"amqps://h\", key_file: /etc/passwd }\n" NONE, 1, "amqp.key_file", "give cert_file too"},
  {"amqp: { amqp_url: \"amqp://h\", delivery_mode: 3 }\n" NONE, 1, "amqp.delivery_mode", "1 (transient) or 2"},
  {"amqp: { amqp_url: \"amqp://h\", max_in_flight: 0 }\n" NONE, 1, "amqp.max_in_flight", "from 1 to 65535"},
  {"amqp: { amqp_url: \"amqp://h\", timeout_seconds: 601 }\n" NONE, 1, "amqp.timeout_seconds", "from 1 to 600"},
  {"amqp: { amqp_url: \"amqp://h\", max_age_seconds: old }\n" NONE, 1, "amqp.max_age_seconds", "(0 = no limit)"},
  {AMQP NONE "metrics: { port: 65536 }\n", 3, "metrics.port", "a port from 1 to 65535 (0 = no server)"},
  {AMQP NONE "metrics: { address: \"\" }\n", 3, "metrics.address", "an IP address"},

  /* cameras */
  {AMQP "cameras:\n  - { id: \"cam 1\", url: \"rtsp://h/1\" }\n", 3, "cameras[0].id",
      "\"cam 1\" is not allowed; write an id of 1 to 64 of the characters"},
  {AMQP "cameras:\n  - { id: a.b, url: \"rtsp://h/1\" }\n", 3, "cameras[0].id", "\"a.b\" is not allowed"},
  {AMQP CAM ("") "  - { id: cam2, url: \"rtsp://h/2\" }\n  - { id: cam1, url: \"rtsp://h/3\" }\n", 5, "cameras[2].id",
      "\"cam1\" is already the id of the camera in line 3"},
  {AMQP "cameras:\n  - id: cam1\n    url: http://h/1\n", 4, "cameras[0].url", "must begin with rtsp://"},
  {AMQP "cameras:\n  - id: cam1\n    url: rtsp://u:" SECRET "/x@h/1\n", 4, "cameras[0].url",
      "the port must be a number"},
  {AMQP "cameras:\n  - id: cam1\n    url: rtsp:///1\n", 4, "cameras[0].url", "names no host"},
  {AMQP "cameras:\n  - id: cam1\n    url: rtsp://u:" SECRET "@h/1\n    user: me\n", 4, "cameras[0].url",
      "credentials are given twice"},
  {AMQP CAM (", password: " SECRET), 3, "cameras[0].password", "a password but no user"},
  {AMQP CAM (", fps: 1000"), 3, "cameras[0].fps", "\"1000\" is not allowed"},
  {AMQP CAM (", fps: 5, target_fps: 5"), 3, "cameras[0].target_fps", "fps and target_fps are the same"},
  {AMQP CAM (", quality: 5, jpeg_quality: 50"), 3, "cameras[0].jpeg_quality", "the quality is given twice"},
  {AMQP CAM (", resolution: 1x1"), 3, "cameras[0].resolution", "\"1x1\" is not allowed"},
  {AMQP CAM (", decode: none"), 3, "cameras[0].decode", "write auto, all or keyframes"},
  {AMQP CAM (", stall_timeout_seconds: 0"), 3, "cameras[0].stall_timeout_seconds", "from 1 to 3600"},
  {AMQP CAM (", protocol: http"), 3, "cameras[0].protocol", "write tcp, udp or auto"},

  /* the environment */
  {AMQP NONE "redis: { password: \"${EDGE_TEST_UNDEFINED}\" }\n", 3, "redis.password",
      "the environment variable EDGE_TEST_UNDEFINED is not defined"},
  {AMQP NONE "redis: { password: \"${EDGE TEST}\" }\n", 3, "redis.password", "write $${ for the characters"},
  {AMQP NONE "redis:\n  ttl_seconds: ${EDGE_TEST_SECRET}\n", 4, "redis.ttl_seconds", "this value is not allowed"},
  {AMQP NONE "protocol: \"${EDGE_TEST_SECRET}\"\n", 3, "protocol", "only be published over amqp"},

  /* what may be a part of a secret is not quoted */
  {"amqp: { amqp_url: \"" SECRET "\" }\n" NONE, 1, "amqp.amqp_url", "must look like"},
  {AMQP NONE "redis: { password: ab," SECRET " }\n", 3, "redis", "this key is unknown"},
  {AMQP "cameras:\n  - { id: cam1, url: \"" SECRET "\" }\n", 3, "cameras[0].url", "must begin with rtsp://"},
  {AMQP "cameras: [ { \"rtsp://u:" SECRET "@h\" } ]\n", 2, "cameras[0]", "this key is unknown"},
};

static void
check_bad_file (const BadFile *bad)
{
  GError *error = NULL;
  gchar *place;

  fail_unless (gst_edge_config_parse ("f.yaml", bad->text, strlen (bad->text), &error) == NULL,
      "accepted:\n%s", bad->text);
  place = g_strdup_printf ("f.yaml:%u:", bad->line);
  fail_unless (g_str_has_prefix (error->message, place), "not in line %u: %s\n%s", bad->line, error->message,
      bad->text);
  g_free (place);
  place = g_strdup_printf (": %s: ", bad->path);
  fail_unless (bad->path[0] == '\0' || strstr (error->message, place) != NULL, "not about %s: %s", bad->path,
      error->message);
  fail_unless (strstr (error->message, bad->says) != NULL, "does not say \"%s\": %s", bad->says, error->message);
  fail_unless (strchr (error->message, '\n') == NULL, "more than one mistake: %s", error->message);
  fail_unless (strstr (error->message, SECRET) == NULL, "quotes a secret: %s", error->message);
  g_free (place);
  g_clear_error (&error);
}

/* The number that is promised. */
G_STATIC_ASSERT (G_N_ELEMENTS (bad_files) >= 100);

/* One test for all: a process for each would take ten seconds. */
GST_START_TEST (test_bad_files)
{
  guint i;

  g_setenv ("EDGE_TEST_SECRET", SECRET, TRUE);
  for (i = 0; i < G_N_ELEMENTS (bad_files); i++)
    check_bad_file (&bad_files[i]);
}

GST_END_TEST;

GST_START_TEST (test_all_mistakes_at_once)
{
  static const gchar text[] = "target_fps: x\n" AMQP "redis: { enabled: maybe, ttl_seconds: 0 }\n"
      "cameras:\n  - { id: a b, url: \"rtsp://h/1\" }\n  - { id: c }\n";
  GError *error = NULL;
  gchar **lines;

  fail_unless (gst_edge_config_parse ("f.yaml", text, strlen (text), &error) == NULL);
  lines = g_strsplit (error->message, "\n", -1);
  assert_equals_int (g_strv_length (lines), 5);
  fail_unless (g_str_has_prefix (lines[0], "f.yaml:1:13: target_fps: "));
  fail_unless (g_str_has_prefix (lines[1], "f.yaml:3:19: redis.enabled: "));
  fail_unless (g_str_has_prefix (lines[2], "f.yaml:3:39: redis.ttl_seconds: "));
  fail_unless (g_str_has_prefix (lines[3], "f.yaml:5:11: cameras[0].id: "));
  fail_unless (g_str_has_prefix (lines[4], "f.yaml:6:5: cameras[1].url: "));
  g_strfreev (lines);
  g_clear_error (&error);
}

GST_END_TEST;

GST_START_TEST (test_unreadable_file)
{
  GError *error = NULL;
  gchar *digest = NULL;

  fail_unless (gst_edge_config_read ("/nonexistent/x.yaml", &digest, &error) == NULL);
  fail_unless (strstr (error->message, "/nonexistent/x.yaml: the file cannot be read") != NULL);
  fail_unless (digest == NULL);
  g_clear_error (&error);
  fail_unless (gst_edge_config_read ("/dev/zero", NULL, &error) == NULL);
  fail_unless (strstr (error->message, "larger than 1 MiB") != NULL);
  g_clear_error (&error);
  fail_unless (gst_edge_config_read ("/", NULL, &error) == NULL);
  fail_unless (g_str_has_prefix (error->message, "/: the file cannot be read"), "%s", error->message);
  g_clear_error (&error);
}

GST_END_TEST;

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
  gst_edge_config_unref (config);

  /* a section that is there is wanted */
  config = parse (AMQP NONE "redis: {}\nmetadata: {}\n");
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
      "redis: { password: \"a$${b}$c${EDGE_TEST_EMPTY}${EDGE_TEST_SECRET}\" }\n"
      "optimization:\n  max_workers: ${EDGE_TEST_NUMBER}\n" NONE);
  assert_equals_string (config->amqp_url, "amqp://u:" SECRET "@h/77");
  assert_equals_string (config->redis_password, "a${b}$c" SECRET);
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
  {"camera, id=cam1, url=rtsp://h/1, quality=5, jpeg_quality=5", "given twice"},
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
  tcase_add_test (tc, test_bad_files);
  tcase_add_test (tc, test_all_mistakes_at_once);
  tcase_add_test (tc, test_unreadable_file);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_all_keys);
  tcase_add_test (tc, test_servers);
  tcase_add_test (tc, test_environment);
  tcase_add_test (tc, test_anchors);
  tcase_add_test (tc, test_quality_scale);
  tcase_add_test (tc, test_camera_from_structure);
  tcase_add_test (tc, test_bad_structures);
  tcase_add_test (tc, test_diffs);
  tcase_add_test (tc, test_copy);
  return suite;
}

GST_CHECK_MAIN (config);
