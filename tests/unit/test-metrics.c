/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of edgemetrics that need no server: text formats, states of cameras, access, parameters. */

#include <gst/check/gstcheck.h>
#include <string.h>

#include "exposition.h"
#include "http-access.h"
#include "metrics-options.h"
#include "process-stats.h"
#include "stats-json.h"

#define SECOND G_TIME_SPAN_SECOND

static gchar *
finish (GstEdgeMetricsWriter *writer)
{
  return g_string_free (gst_edge_metrics_writer_finish (writer), FALSE);
}

static void
expect (const gchar *text, const gchar *line)
{
  fail_unless (strstr (text, line) != NULL, "%s\nis not in\n%s", line, text);
}

GST_START_TEST (labels_are_escaped_and_empty_ones_left_out)
{
  GstEdgeMetricsWriter writer;
  gchar *text;

  gst_edge_metrics_writer_init (&writer, GST_EDGE_FORMAT_PROMETHEUS);
  gst_edge_metrics_begin (&writer, GST_EDGE_METRIC_LINK_STATE);
  gst_edge_metrics_uint (&writer, 1, GST_EDGE_LABELS ("a\"b\\c\nd", "", "ready"));
  gst_edge_metrics_begin (&writer, GST_EDGE_METRIC_PROCESS_THREADS);
  gst_edge_metrics_uint (&writer, G_MAXUINT64, NULL);
  text = finish (&writer);
  expect (text, "\nedge_video_link_state{server=\"a\\\"b\\\\c\\nd\",state=\"ready\"} 1\n");
  expect (text, "\nprocess_threads 18446744073709551615\n");
  fail_unless (g_str_has_prefix (text, "# HELP edge_video_link_state "));
  g_free (text);
}

GST_END_TEST;

GST_START_TEST (openmetrics_names_families_without_total)
{
  GstEdgeMetricsWriter writer;
  gchar *text;

  gst_edge_metrics_writer_init (&writer, GST_EDGE_FORMAT_OPENMETRICS);
  gst_edge_metrics_begin (&writer, GST_EDGE_METRIC_FRAME_BYTES);
  gst_edge_metrics_uint (&writer, 5, GST_EDGE_LABELS ("cam1", "in"));
  text = finish (&writer);
  expect (text, "# TYPE edge_video_frame_bytes counter\n");
  expect (text, "# UNIT edge_video_frame_bytes bytes\n");
  expect (text, "\nedge_video_frame_bytes_total{camera=\"cam1\",stage=\"in\"} 5\n");
  fail_unless (g_str_has_suffix (text, "\n# EOF\n"));
  g_free (text);
}

GST_END_TEST;

GST_START_TEST (histograms_are_cumulative_and_exact_at_their_edges)
{
  GstEdgeHistogram histogram = { {0}, 0 };
  GstEdgeMetricsWriter writer;
  gchar *text;

  gst_edge_histogram_add (&histogram, 127);
  gst_edge_histogram_add (&histogram, 128);
  gst_edge_histogram_add (&histogram, 1023);
  gst_edge_histogram_add (&histogram, 1024);
  gst_edge_histogram_add (&histogram, 100 * SECOND);
  gst_edge_metrics_writer_init (&writer, GST_EDGE_FORMAT_PROMETHEUS);
  gst_edge_metrics_begin (&writer, GST_EDGE_METRIC_POOL_WAIT);
  gst_edge_metrics_histogram (&writer, &histogram, GST_EDGE_LABELS ("default"));
  text = finish (&writer);
  expect (text, "_bucket{pool=\"default\",le=\"0.000128\"} 1\n");
  expect (text, "_bucket{pool=\"default\",le=\"0.000256\"} 2\n");
  expect (text, "_bucket{pool=\"default\",le=\"0.001024\"} 3\n");
  expect (text, "_bucket{pool=\"default\",le=\"0.002048\"} 4\n");
  expect (text, "_bucket{pool=\"default\",le=\"67.108864\"} 4\n");
  expect (text, "_bucket{pool=\"default\",le=\"+Inf\"} 5\n");
  expect (text, "_count{pool=\"default\"} 5\n");
  expect (text, "_sum{pool=\"default\"} 100.002302\n");
  g_free (text);
}

GST_END_TEST;

GST_START_TEST (format_follows_accept)
{
  ck_assert_int_eq (gst_edge_metrics_format_choose (NULL), GST_EDGE_FORMAT_PROMETHEUS);
  ck_assert_int_eq (gst_edge_metrics_format_choose ("*/*"), GST_EDGE_FORMAT_PROMETHEUS);
  ck_assert_int_eq (gst_edge_metrics_format_choose ("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
      GST_EDGE_FORMAT_OPENMETRICS);
}

GST_END_TEST;

GST_START_TEST (every_family_is_written)
{
  GString *text = gst_edge_exposition_make (GST_EDGE_FORMAT_PROMETHEUS, 10 * SECOND);
  guint i;

  for (i = 0; i < GST_EDGE_N_METRICS; i++) {
    gchar *line = g_strdup_printf ("# TYPE %s %s\n", gst_edge_metric_get (i)->name,
        gst_edge_metric_type_get_name (gst_edge_metric_get (i)->type));

    expect (text->str, line);
    g_free (line);
  }
  g_string_free (text, TRUE);
}

GST_END_TEST;

static GstEdgeHealth
judge (GstEdgeCameraState state, gint64 age, gdouble rate, gboolean has_reason)
{
  GstEdgeCameraSnapshot camera = {.id = "cam1",.state = state,.age = age,.rate = rate };
  gchar *reason;
  GstEdgeHealth health = gst_edge_health_judge_camera (&camera, 10 * SECOND, &reason);

  ck_assert_int_eq (reason != NULL, has_reason);
  g_free (reason);
  return health;
}

GST_START_TEST (cameras_are_judged_by_source_and_age)
{
  const GstEdgeCameraState unknown = GST_EDGE_CAMERA_STATE_UNKNOWN;

  ck_assert_int_eq (judge (unknown, -1, 0, TRUE), GST_EDGE_HEALTH_INACTIVE);
  ck_assert_int_eq (judge (unknown, 0, 0, FALSE), GST_EDGE_HEALTH_ACTIVE);
  ck_assert_int_eq (judge (unknown, 9 * SECOND, 0, FALSE), GST_EDGE_HEALTH_ACTIVE);
  ck_assert_int_eq (judge (unknown, 10 * SECOND, 0, TRUE), GST_EDGE_HEALTH_INACTIVE);
  ck_assert_int_eq (judge (unknown, 30 * SECOND, 0, TRUE), GST_EDGE_HEALTH_OFFLINE);
  /* one frame in 20 s is its rate */
  ck_assert_int_eq (judge (unknown, 15 * SECOND, 0.05, FALSE), GST_EDGE_HEALTH_ACTIVE);
  /* the source knows better, unless frames do not come out of it */
  ck_assert_int_eq (judge (GST_EDGE_CAMERA_STATE_OFFLINE, 0, 10, FALSE), GST_EDGE_HEALTH_OFFLINE);
  ck_assert_int_eq (judge (GST_EDGE_CAMERA_STATE_INACTIVE, 0, 10, FALSE), GST_EDGE_HEALTH_INACTIVE);
  ck_assert_int_eq (judge (GST_EDGE_CAMERA_STATE_ACTIVE, 15 * SECOND, 0, TRUE), GST_EDGE_HEALTH_INACTIVE);
}

GST_END_TEST;

GST_START_TEST (ready_wants_links_and_a_camera)
{
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();
  GstEdgeLinkSnapshot link = {.server = (gchar *) "redis://host:6379/0",.group = (gchar *) "",
    .state = GST_EDGE_LINK_READY,.trouble = (gchar *) "no answer"
  };
  GstEdgeCameraSnapshot camera = {.id = "cam1",.age = 0,.rate = 10 };
  gchar *json;

  fail_if (gst_edge_health_is_ready (snapshot, SECOND, &json));
  expect (json, "there is no camera");
  g_free (json);

  g_ptr_array_set_free_func (snapshot->cameras, NULL);
  g_ptr_array_set_free_func (snapshot->links, NULL);
  g_ptr_array_add (snapshot->cameras, &camera);
  g_ptr_array_add (snapshot->links, &link);
  fail_unless (gst_edge_health_is_ready (snapshot, SECOND, &json));
  g_free (json);

  camera.age = 5 * SECOND;
  camera.rate = 0;
  fail_if (gst_edge_health_is_ready (snapshot, SECOND, &json));
  expect (json, "{\"camera\":\"cam1\",\"state\":\"offline\",\"reason\":\"no frame for 5 s\"}");
  g_free (json);

  link.state = GST_EDGE_LINK_BACKING_OFF;
  fail_if (gst_edge_health_is_ready (snapshot, SECOND, &json));
  expect (json, "{\"link\":\"redis://host:6379/0\",\"state\":\"backing-off\",\"reason\":\"no answer\"}");
  g_free (json);
  gst_edge_snapshot_free (snapshot);
}

GST_END_TEST;

GST_START_TEST (access_wants_the_secret)
{
  gchar *basic = g_base64_encode ((const guchar *) "anna:s3cret", strlen ("anna:s3cret"));
  gchar *header = g_strconcat ("Basic ", basic, NULL);

  fail_if (gst_edge_http_is_authorized ("s3cret", NULL));
  fail_if (gst_edge_http_is_authorized ("s3cret", "Bearer s3cre"));
  fail_if (gst_edge_http_is_authorized ("s3cret", "Bearer s3cret1"));
  fail_if (gst_edge_http_is_authorized ("s3cret", "Bearer "));
  fail_if (gst_edge_http_is_authorized ("s3cret", "s3cret"));
  fail_unless (gst_edge_http_is_authorized ("s3cret", "bearer s3cret"));
  fail_unless (gst_edge_http_is_authorized ("s3cret", header));
  fail_unless (gst_edge_http_is_authorized ("anna:s3cret", header));
  fail_if (gst_edge_http_is_authorized ("otto:s3cret", header));
  fail_if (gst_edge_http_is_authorized ("anna:s3cret", "Bearer anna:s3cret"));
  fail_if (gst_edge_http_is_authorized ("s3cret", "Basic ????"));
  fail_if (gst_edge_http_is_authorized ("s3cret", "Basic "));
  g_free (header);
  g_free (basic);
}

GST_END_TEST;

GST_START_TEST (other_names_of_this_machine_are_refused)
{
  fail_unless (gst_edge_http_host_is_local (NULL, "127.0.0.1"));
  fail_unless (gst_edge_http_host_is_local ("localhost", "127.0.0.1"));
  fail_unless (gst_edge_http_host_is_local ("LocalHost:9464", "127.0.0.1"));
  fail_unless (gst_edge_http_host_is_local ("127.0.0.1:9464", "127.0.0.1"));
  fail_unless (gst_edge_http_host_is_local ("[::1]:9464", "127.0.0.1"));
  fail_if (gst_edge_http_host_is_local ("localhost.example.org:9464", "127.0.0.1"));
  fail_if (gst_edge_http_host_is_local ("rebound.example.org", "127.0.0.1"));
  fail_if (gst_edge_http_host_is_local ("", "127.0.0.1"));
  /* any address of loopback can be listened on */
  fail_unless (gst_edge_http_host_is_local ("127.0.0.2:9464", "127.0.0.2"));
  fail_if (gst_edge_http_host_is_local ("127.0.0.20:9464", "127.0.0.2"));
  fail_if (gst_edge_http_host_is_local ("127.0.0.2:9464", "127.0.0.1"));
  fail_unless (gst_edge_http_host_is_local ("[::1]:9464", "::1"));
}

GST_END_TEST;

GST_START_TEST (parameters_are_understood)
{
  GstEdgeMetricsOptions options;

  fail_unless (gst_edge_metrics_options_parse (&options, NULL, NULL));
  ck_assert_int_eq (options.port, 9464);
  ck_assert_str_eq (options.address, "127.0.0.1");
  fail_unless (options.pictures);
  gst_edge_metrics_options_clear (&options);

  fail_unless (gst_edge_metrics_options_parse (&options, "port=1,address=0.0.0.0,stale-after=2.5,pictures=false,"
          "token-file=/etc/edge.token,log-interval=0", NULL));
  ck_assert_int_eq (options.port, 1);
  ck_assert_str_eq (options.address, "0.0.0.0");
  ck_assert_str_eq (options.token_file, "/etc/edge.token");
  ck_assert_int_eq (options.stale_after, 2500000);
  ck_assert_int_eq (options.log_interval, 0);
  fail_if (options.pictures);
  gst_edge_metrics_options_clear (&options);
}

GST_END_TEST;

GST_START_TEST (wrong_parameters_are_named)
{
  static const struct
  {
    const gchar *params;
    const gchar *expected;
  } bad[] = {
    {"port=70000", "port: write 0 to 65535"},
    {"port=many", "port: write 0 to 65535"},
    {"stale-after=-1", "stale-after: write seconds"},
    {"pictures=perhaps", "pictures: write true or false"},
    {"prot=1", "prot: there is no such parameter; there are address, port"},
    {"9464", "cannot be understood"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstEdgeMetricsOptions options;
    GError *error = NULL;

    fail_if (gst_edge_metrics_options_parse (&options, bad[i].params, &error), "%s", bad[i].params);
    expect (error->message, bad[i].expected);
    g_error_free (error);
  }
}

GST_END_TEST;

GST_START_TEST (process_stats_survive_strange_names)
{
  const gchar *text = "42 (a ) (b) R 1 42 42 0 -1 4194304 1 2 3 4 500 250 0 0 20 0 7 0 12345 1000000 300 0 0 0\n";
  GstEdgeProcessStats stats = { 0, };
  guint64 start_ticks;

  fail_unless (gst_edge_process_stats_parse (text, &stats, &start_ticks));
  ck_assert_int_eq (stats.threads, 7);
  ck_assert_int_eq (stats.virtual_bytes, 1000000);
  ck_assert_int_eq (start_ticks, 12345);
  fail_unless (stats.cpu_seconds > 0);
  fail_if (gst_edge_process_stats_parse ("42 (a", &stats, &start_ticks));
  fail_if (gst_edge_process_stats_parse ("42 (a) R 1 2", &stats, &start_ticks));

  gst_edge_process_stats_read (&stats);
  fail_unless (stats.resident_bytes > 100000 && stats.threads >= 1 && stats.open_fds >= 3 && stats.start_time > 1e9);
}

GST_END_TEST;

/* The table in the documentation is this one, to the letter: what is missing there is printed here. */
GST_START_TEST (documentation_has_the_table)
{
  gchar *path = g_build_filename (g_getenv ("EDGE_SOURCE_DIR"), "pipelines", "monitoring", "README.md", NULL);
  gchar *table = gst_edge_metric_table_to_markdown (), *text = NULL;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  expect (text, table);
  g_free (text);
  g_free (table);
  g_free (path);
}

GST_END_TEST;

static Suite *
metrics_suite (void)
{
  Suite *suite = suite_create ("metrics");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, labels_are_escaped_and_empty_ones_left_out);
  tcase_add_test (tc, openmetrics_names_families_without_total);
  tcase_add_test (tc, histograms_are_cumulative_and_exact_at_their_edges);
  tcase_add_test (tc, format_follows_accept);
  tcase_add_test (tc, every_family_is_written);
  tcase_add_test (tc, cameras_are_judged_by_source_and_age);
  tcase_add_test (tc, ready_wants_links_and_a_camera);
  tcase_add_test (tc, access_wants_the_secret);
  tcase_add_test (tc, other_names_of_this_machine_are_refused);
  tcase_add_test (tc, parameters_are_understood);
  tcase_add_test (tc, wrong_parameters_are_named);
  tcase_add_test (tc, process_stats_survive_strange_names);
  tcase_add_test (tc, documentation_has_the_table);
  return suite;
}

GST_CHECK_MAIN (metrics);
