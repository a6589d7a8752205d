/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The config file of edgevideobin: what is refused, and with which words. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <gst/check/gstcheck.h>

#include "config-reader.h"
#include "test-config.h"

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
  {AMQP NONE "metrics: { address: localhost }\n", 3, "metrics.address", "this is no IP address; write 127.0.0.1"},
  {AMQP NONE "metrics: { token_file: /nonexistent }\n", 3, "metrics.token_file", "there is no such file"},
  {AMQP NONE "metrics: { pictures: small }\n", 3, "metrics.pictures", "\"small\" is not allowed; write true or false"},
  {AMQP NONE "metrics: { log_interval_seconds: -1 }\n", 3, "metrics.log_interval_seconds", "0 = no summaries"},
  {AMQP NONE "metrics: { log_json: [a] }\n", 3, "metrics.log_json", "write the name of a file for the log"},

  /* cameras */
  {AMQP "cameras:\n  - { id: \"cam 1\", url: \"rtsp://h/1\" }\n", 3, "cameras[0].id",
      "\"cam 1\" is not allowed; write an id of 1 to 64 of the characters"},
  {AMQP "cameras:\n  - { id: a.b, url: \"rtsp://h/1\" }\n", 3, "cameras[0].id", "\"a.b\" is not allowed"},
  {AMQP CAM ("") "  - { id: cam2, url: \"rtsp://h/2\" }\n  - { id: cam1, url: \"rtsp://h/3\" }\n", 5, "cameras[2].id",
      "\"cam1\" is already the id of the camera in line 3"},
  {AMQP "cameras:\n  - id: cam1\n    url: http://h/1\n", 4, "cameras[0].url", "must begin with rtsp://"},
  {AMQP "cameras:\n  - id: cam1\n    url: rtsp://u:" SECRET "/x@h/1\n", 4, "cameras[0].url",
      "there is an '@' behind the first '/'"},
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
  {AMQP "cameras:\n  - { id: \"rtsp://u:" SECRET "@h/1\", url: \"rtsp://h/1\" }\n", 3, "cameras[0].id",
      "this value is not allowed; write"},
  {AMQP CAM (", protocol: \"u:" SECRET "@h\""), 3, "cameras[0].protocol", "this value is not allowed; write"},
  {AMQP NONE "target_fps: redis://" SECRET "\n", 3, "target_fps", "this value is not allowed; write"},
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

static Suite *
config_refused_suite (void)
{
  Suite *suite = suite_create ("config-refused");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_bad_files);
  tcase_add_test (tc, test_all_mistakes_at_once);
  tcase_add_test (tc, test_unreadable_file);
  return suite;
}

GST_CHECK_MAIN (config_refused);
