/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * framestamp: what it writes on frames, and that this survives what stands behind it. */

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include "frame/capture-clock.h"
#include "frame/frame-identity.h"

#define CAPTURED (G_GINT64_CONSTANT (1731024000123456789))

static GstBuffer *
make_buffer (gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstCaps *caps = gst_caps_from_string ("timestamp/x-unix");

  gst_buffer_memset (buffer, 0, 0, size);
  gst_buffer_add_reference_timestamp_meta (buffer, caps, CAPTURED, GST_CLOCK_TIME_NONE);
  gst_caps_unref (caps);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

/* Takes the buffer. */
static void
assert_is (GstBuffer *buffer, const gchar *camera_id, guint sequence, guint width, guint height, const gchar *encoding)
{
  const GstEdgeFrameIdentity *identity = gst_edge_buffer_get_identity (buffer);

  g_assert_nonnull (identity);
  g_assert_cmpstr (identity->camera_id, ==, camera_id);
  g_assert_cmpint (identity->capture_time, ==, CAPTURED);
  g_assert_cmpuint (identity->sequence, ==, sequence);
  g_assert_cmpuint (identity->width, ==, width);
  g_assert_cmpuint (identity->height, ==, height);
  g_assert_cmpstr (identity->encoding, ==, encoding);
  g_assert_null (identity->redis_key);
  gst_buffer_unref (buffer);
}

static guint64
get_in (GstElement *element)
{
  GstStructure *stats;
  guint64 in = 0;

  g_object_get (element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, "in", &in));
  gst_structure_free (stats);
  return in;
}

static void
test_stamps (void)
{
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=cam1");
  GstElement *stamp;
  guint i;

  gst_harness_set_src_caps_str (h, "image/jpeg,width=1280,height=720");
  for (i = 1; i <= 3; i++)
    assert_is (gst_harness_push_and_pull (h, make_buffer (10)), "cam1", i, 1280, 720, "jpeg");
  stamp = gst_harness_find_element (h, "framestamp");
  g_assert_cmpuint (get_in (stamp), ==, 3);
  gst_object_unref (stamp);
  gst_harness_teardown (h);
}

static void
test_new_caps (void)
{
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=cam1");

  gst_harness_set_src_caps_str (h, "image/jpeg,width=1280,height=720");
  assert_is (gst_harness_push_and_pull (h, make_buffer (10)), "cam1", 1, 1280, 720, "jpeg");
  gst_harness_set_src_caps_str (h, "image/jpeg,width=640,height=360");
  assert_is (gst_harness_push_and_pull (h, make_buffer (10)), "cam1", 2, 640, 360, "jpeg");
  gst_harness_set_src_caps_str (h, "application/octet-stream");
  assert_is (gst_harness_push_and_pull (h, make_buffer (10)), "cam1", 3, 0, 0, "octet-stream");
  gst_harness_teardown (h);
}

/* A buffer that somebody else holds is not written to, and its pixels are not copied. */
static void
test_shared_buffer (void)
{
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=cam1");
  GstBuffer *buffer = make_buffer (1000), *out;

  gst_harness_set_src_caps_str (h, "image/jpeg,width=8,height=8");
  out = gst_harness_push_and_pull (h, gst_buffer_ref (buffer));
  g_assert_null (gst_edge_buffer_get_identity (buffer));
  g_assert_true (gst_buffer_peek_memory (buffer, 0) == gst_buffer_peek_memory (out, 0));
  assert_is (out, "cam1", 1, 8, 8, "jpeg");
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

/* No number is used twice for one camera within the life of the element. */
static void
test_restart_goes_on (void)
{
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=cam1");
  GstElement *stamp = gst_harness_find_element (h, "framestamp");

  gst_harness_set_src_caps_str (h, "image/jpeg,width=8,height=8");
  assert_is (gst_harness_push_and_pull (h, make_buffer (10)), "cam1", 1, 8, 8, "jpeg");
  gst_element_set_state (h->element, GST_STATE_NULL);
  g_object_set (stamp, "camera-id", "cam2", NULL);
  gst_object_unref (stamp);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  gst_harness_push_event (h, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (h, "image/jpeg,width=8,height=8");
  assert_is (gst_harness_push_and_pull (h, make_buffer (10)), "cam2", 2, 8, 8, "jpeg");
  gst_harness_teardown (h);
}

static void
assert_refused (const gchar *camera_id, const gchar *says)
{
  GstElement *stamp = gst_element_factory_make ("framestamp", NULL);
  GstBus *bus = gst_bus_new ();
  const GstStructure *details;
  GstMessage *message;
  GError *error;

  gst_element_set_bus (stamp, bus);
  g_object_set (stamp, "camera-id", camera_id, NULL);
  g_assert_cmpint (gst_element_set_state (stamp, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "camera-id"));
  g_assert_nonnull (strstr (error->message, says));
  g_assert_cmpstr (gst_structure_get_string (details, "property"), ==, "camera-id");
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
  g_error_free (error);
  gst_message_unref (message);

  /* nothing is broken: with a good one it starts */
  g_object_set (stamp, "camera-id", "cam1", NULL);
  g_assert_cmpint (gst_element_set_state (stamp, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (stamp, GST_STATE_NULL);
  gst_element_set_bus (stamp, NULL);
  gst_object_unref (bus);
  gst_object_unref (stamp);
}

static void
test_bad_camera_id (void)
{
  assert_refused (NULL, "not set");
  assert_refused ("", "not a camera id");
  assert_refused ("cam.1", "not a camera id");
  assert_refused ("cam 1\n", "not a camera id");
  assert_refused ("0123456789012345678901234567890123456789012345678901234567890123x", "not a camera id");
}

/* Each with raw frames in front and the identity of the stamp behind. */
static void
test_survives (void)
{
  static const gchar *chains[] = { "identity", "queue", "workerpool", "queue ! workerpool ! queue",
    "tee name=t ! queue", "jpegenc", "workerpool ! jpegenc", "videoconvert ! capsfilter caps=video/x-raw,format=RGB",
    "videoscale ! capsfilter caps=video/x-raw,width=160,height=120", "videorate drop-only=true", "jpegenc ! jpegparse",
    "jpegenc ! queue ! jpegdec", "videoconvert ! pngenc", "x264enc tune=zerolatency ! h264parse", "capsfilter",
    "videoflip method=clockwise"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (chains); i++) {
    gchar *line = g_strdup_printf ("framestamp camera-id=cam1 ! %s", chains[i]);
    GstHarness *h;
    guint n;

    g_test_message ("%s", line);
    h = gst_harness_new_parse (line);
    gst_harness_set_src_caps_str (h, "video/x-raw,format=I420,width=320,height=240,framerate=25/1");
    for (n = 0; n < 3; n++) {
      GstBuffer *buffer = make_buffer (320 * 240 * 3 / 2);

      GST_BUFFER_PTS (buffer) = n * GST_SECOND / 25;
      GST_BUFFER_DURATION (buffer) = GST_SECOND / 25;
      g_assert_cmpint (gst_harness_push (h, buffer), ==, GST_FLOW_OK);
    }
    g_assert_true (gst_harness_push_event (h, gst_event_new_eos ()));
    for (n = 1; n <= 3; n++)
      assert_is (gst_harness_pull (h), "cam1", n, 320, 240, "raw");
    gst_harness_teardown (h);
    g_free (line);
  }
}

/* Both branches of a tee see one identity, also when one of them changes it for itself. */
static void
test_tee (void)
{
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=cam1 ! tee name=t"), *one, *other;
  GstElement *tee = gst_harness_find_element (h, "tee");
  GstBuffer *a, *b;
  GstEdgeFrameIdentity identity;

  one = gst_harness_new_with_element (tee, NULL, "src_%u");
  other = gst_harness_new_with_element (tee, NULL, "src_%u");
  gst_harness_set_src_caps_str (h, "image/jpeg,width=8,height=8");
  gst_harness_push (h, make_buffer (10));
  a = gst_harness_pull (one);
  b = gst_harness_pull (other);
  a = gst_buffer_make_writable (a);
  gst_edge_frame_identity_copy (gst_edge_buffer_get_identity (a), &identity);
  identity.redis_key = g_ref_string_new ("key");
  gst_edge_buffer_set_identity (a, &identity);
  gst_edge_frame_identity_clear (&identity);
  g_assert_cmpstr (gst_edge_buffer_get_identity (a)->redis_key, ==, "key");
  gst_buffer_unref (a);
  assert_is (b, "cam1", 1, 8, 8, "jpeg");

  gst_harness_teardown (one);
  gst_harness_teardown (other);
  gst_object_unref (tee);
  gst_harness_teardown (h);
}

/* Two cameras of one pipeline at one running time carry the same capture time, from the clock. */
static void
test_same_instant (void)
{
  GstElement *pipeline = gst_parse_launch ("videotestsrc num-buffers=20 ! video/x-raw,framerate=25/1 ! tee name=t"
      " t. ! queue ! framestamp camera-id=a ! fakesink name=x sync=true enable-last-sample=true"
      " t. ! queue ! framestamp camera-id=b ! fakesink name=y enable-last-sample=true", NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  gint64 times[2] = { 0, 0 };
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS));
  for (i = 0; i < 2; i++) {
    GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), i == 0 ? "x" : "y");
    GstSample *sample;

    g_object_get (sink, "last-sample", &sample, NULL);
    times[i] = gst_edge_buffer_get_identity (gst_sample_get_buffer (sample))->capture_time;
    gst_sample_unref (sample);
    gst_object_unref (sink);
  }
  g_assert_cmpint (times[0], ==, times[1]);
  g_assert_cmpint (ABS (gst_edge_utc_now () - times[0]), <, 10 * GST_SECOND);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

static void
count_line (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
    GObject *object, GstDebugMessage *message, gpointer user_data)
{
  if (g_str_has_prefix (gst_debug_message_get (message), "Camera logged: "))
    g_atomic_int_inc ((gint *) user_data);
}

/* The interval of the lines in the log may change at any time; 0 ends them at once. */
static void
test_log_interval (void)
{
  static gint count;
  GstHarness *h = gst_harness_new_parse ("framestamp camera-id=logged stats-interval=0");
  GstElement *stamp = gst_harness_find_element (h, "framestamp");
  gint i, lines;

  gst_debug_set_threshold_for_name ("framestamp", GST_LEVEL_INFO);
  gst_debug_add_log_function (count_line, &count, NULL);
  for (i = 0; i < 3; i++) {
    lines = g_atomic_int_get (&count);
    g_object_set (stamp, "stats-interval", (guint64) GST_MSECOND, NULL);
    while (g_atomic_int_get (&count) == lines)
      g_thread_yield ();
    g_object_set (stamp, "stats-interval", (guint64) 0, NULL);
    lines = g_atomic_int_get (&count);
    g_thread_yield ();
    g_assert_cmpint (g_atomic_int_get (&count), ==, lines);
  }
  gst_debug_remove_log_function_by_data (&count);
  gst_debug_unset_threshold_for_name ("framestamp");
  gst_object_unref (stamp);
  gst_harness_teardown (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/framestamp/stamps", test_stamps);
  g_test_add_func ("/framestamp/new-caps", test_new_caps);
  g_test_add_func ("/framestamp/shared-buffer", test_shared_buffer);
  g_test_add_func ("/framestamp/restart-goes-on", test_restart_goes_on);
  g_test_add_func ("/framestamp/bad-camera-id", test_bad_camera_id);
  g_test_add_func ("/framestamp/survives", test_survives);
  g_test_add_func ("/framestamp/tee", test_tee);
  g_test_add_func ("/framestamp/same-instant", test_same_instant);
  g_test_add_func ("/framestamp/log-interval", test_log_interval);
  return g_test_run ();
}
