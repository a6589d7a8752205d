/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * edgevideobin where nothing answers: no broker, no cache, no camera. With servers: tests/integration. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#define SECRET "tops3cret"

/* Port 1 refuses at once. */
#define HEAD "amqp: { amqp_url: \"amqp://me:" SECRET "@127.0.0.1:1/v\" }\n" \
    "redis: { address: \"127.0.0.1:1\", password: \"" SECRET "\" }\nmetadata: {}\n"
#define CAMERA(id) "  - { id: " id ", url: \"rtsp://me:" SECRET "@127.0.0.1:1/" id "\" }\n"

typedef struct
{
  gchar *folder;
  gchar *file;
  GstElement *pipeline;
  GstElement *bin;
  GstBus *bus;
} Rig;

static void
write_config (Rig *rig, const gchar *text)
{
  fail_unless (g_file_set_contents (rig->file, text, -1, NULL));
}

static void
rig_init (Rig *rig, const gchar *text)
{
  rig->folder = g_dir_make_tmp ("edge-test-XXXXXX", NULL);
  rig->file = g_build_filename (rig->folder, "c.yaml", NULL);
  write_config (rig, text);
  rig->pipeline = gst_pipeline_new (NULL);
  rig->bin = gst_element_factory_make ("edgevideobin", "edge");
  fail_unless (rig->bin != NULL);
  gst_bin_add (GST_BIN (rig->pipeline), rig->bin);
  rig->bus = gst_element_get_bus (rig->pipeline);
  g_object_set (rig->pipeline, "auto-flush-bus", FALSE, NULL);
  g_object_set (rig->bin, "config", rig->file, "shutdown-timeout", (guint64) (100 * GST_MSECOND), NULL);
}

static void
rig_clear (Rig *rig)
{
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  gst_bus_set_flushing (rig->bus, TRUE);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->pipeline);
  g_unlink (rig->file);
  g_rmdir (rig->folder);
  g_free (rig->file);
  g_free (rig->folder);
}

/* The text of the next message of that type; of an INFO what gst-launch-1.0 prints. */
static gchar *
pop_text (Rig *rig, GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered (rig->bus, 20 * GST_SECOND, type);
  GError *error = NULL;
  gchar *debug = NULL, *text;

  fail_unless (message != NULL);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else if (type == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, &debug);
  else
    gst_message_parse_info (message, &error, &debug);
  fail_unless (strstr (error->message, SECRET) == NULL && strstr (debug, SECRET) == NULL);
  text = g_strconcat (error->message, "\n", debug, NULL);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
  return text;
}

static void
expect_text (Rig *rig, GstMessageType type, const gchar *part)
{
  gchar *text = pop_text (rig, type);

  fail_unless (strstr (text, part) != NULL, "%s", text);
  g_free (text);
}

/* The next element message of that name. */
static GstStructure *
pop_structure (Rig *rig, const gchar *name)
{
  for (;;) {
    GstMessage *message = gst_bus_timed_pop_filtered (rig->bus, 20 * GST_SECOND, GST_MESSAGE_ELEMENT);
    GstStructure *s = NULL;

    fail_unless (message != NULL);
    if (gst_message_has_name (message, name))
      s = gst_structure_copy (gst_message_get_structure (message));
    gst_message_unref (message);
    if (s != NULL)
      return s;
  }
}

static void
wait_children (Rig *rig, guint n)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (gst_child_proxy_get_children_count (GST_CHILD_PROXY (rig->bin)) != n) {
    fail_unless (g_get_monotonic_time () < deadline);
    g_usleep (5000);
  }
}

static void
wait_child (Rig *rig, const gchar *id)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  GObject *child;

  while ((child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (rig->bin), id)) == NULL) {
    fail_unless (g_get_monotonic_time () < deadline);
    g_usleep (5000);
  }
  g_object_unref (child);
}

static void
play (Rig *rig)
{
  fail_if (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
}

static void
expect_eos (Rig *rig)
{
  GstMessage *message = gst_bus_timed_pop_filtered (rig->bus, 20 * GST_SECOND, GST_MESSAGE_EOS);

  fail_unless (message != NULL);
  gst_message_unref (message);
}

GST_START_TEST (test_check_only)
{
  Rig rig;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1"));
  g_object_set (rig.bin, "check-only", TRUE, NULL);
  play (&rig);
  expect_text (&rig, GST_MESSAGE_INFO, "c.yaml: the config is valid: 1 camera\nwhat it runs, with *** for what "
      "is secret:\ngst-launch-1.0 -e \\\n  rtspcamerasrc name=source-cam1");
  expect_eos (&rig);
  wait_children (&rig, 0);

  /* it is taken from READY: what was only checked stays that */
  fail_if (gst_element_set_state (rig.pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE);
  g_object_set (rig.bin, "check-only", FALSE, NULL);
  play (&rig);
  expect_eos (&rig);
  wait_children (&rig, 0);

  /* and once more after a real run */
  gst_element_set_state (rig.pipeline, GST_STATE_READY);
  play (&rig);
  wait_children (&rig, 1);
  gst_element_set_state (rig.pipeline, GST_STATE_READY);
  g_object_set (rig.bin, "check-only", TRUE, NULL);
  play (&rig);
  expect_eos (&rig);
  wait_children (&rig, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* After the mistake is corrected the same element works. */
GST_START_TEST (test_bad_config)
{
  Rig rig;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1") "target_fps: fast\n");
  assert_equals_int (gst_element_set_state (rig.pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  expect_text (&rig, GST_MESSAGE_ERROR, "c.yaml:6:13: target_fps: \"fast\" is not allowed");
  gst_element_set_state (rig.pipeline, GST_STATE_NULL);

  write_config (&rig, HEAD "cameras:\n" CAMERA ("cam1"));
  play (&rig);
  wait_children (&rig, 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (test_no_config)
{
  Rig rig;

  rig_init (&rig, "");
  g_object_set (rig.bin, "config", NULL, NULL);
  assert_equals_int (gst_element_set_state (rig.pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  expect_text (&rig, GST_MESSAGE_ERROR, "config: not set; name the config file");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (test_description_has_no_secret)
{
  Rig rig;
  gchar *text;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1")
      "  - { id: cam2, url: \"rtsp://h/2?password=" SECRET "\", user: u, password: " SECRET " }\n");
  g_object_get (rig.bin, "description", &text, NULL);
  fail_unless (strstr (text, "uri=\"rtsp://me:***@127.0.0.1:1/cam1\"") != NULL, "%s", text);
  fail_unless (strstr (text, "user=u password=\"***\"") != NULL, "%s", text);
  fail_unless (strstr (text, SECRET) == NULL, "%s", text);
  g_free (text);
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
add_camera (Rig *rig, const gchar *text)
{
  GstStructure *camera = gst_structure_from_string (text, NULL);
  gboolean ok;

  g_signal_emit_by_name (rig->bin, "add-camera", camera, &ok);
  gst_structure_free (camera);
  return ok;
}

static const struct
{
  const gchar *element;
  const gchar *properties[6];
} defaults[] = {
  {"source-cam1", {"protocols", "latency", "decode", "stall-timeout"}},
  {"publish-cam1", {"timeout", "max-in-flight", "max-size-buffers", "max-age", "leaky", "delivery-mode"}},
  {"store-cam1", {"timeout", "max-in-flight", "max-size-buffers", "max-age", "leaky", "ttl"}},
  {"announce-cam1", {"timeout", "max-in-flight", "max-size-buffers", "max-age", "leaky", "delivery-mode"}},
};

/* What the file leaves out is what the elements do on their own. */
GST_START_TEST (test_defaults_are_those_of_the_elements)
{
  guint i, j;
  Rig rig;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1"));
  play (&rig);
  for (i = 0; i < G_N_ELEMENTS (defaults); i++) {
    GstElement *element = gst_bin_get_by_name (GST_BIN (rig.bin), defaults[i].element);

    fail_unless (element != NULL);
    for (j = 0; j < G_N_ELEMENTS (defaults[i].properties) && defaults[i].properties[j] != NULL; j++) {
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), defaults[i].properties[j]);
      GValue value = G_VALUE_INIT;

      fail_unless (pspec != NULL, "%s", defaults[i].properties[j]);
      g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (pspec));
      g_object_get_property (G_OBJECT (element), pspec->name, &value);
      fail_unless (g_param_value_defaults (pspec, &value), "%s of %s", pspec->name, defaults[i].element);
      g_value_unset (&value);
    }
    gst_object_unref (element);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (test_nothing_answers)
{
  GstStructure *report;
  gboolean ok;
  Rig rig;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1") CAMERA ("cam2"));
  play (&rig);
  wait_children (&rig, 2);
  fail_unless (add_camera (&rig, "camera, id=cam3, url=rtsp://127.0.0.1:1/3, fps=5"));
  wait_children (&rig, 3);
  fail_if (add_camera (&rig, "camera, id=cam3, url=rtsp://127.0.0.1:1/3"));
  g_signal_emit_by_name (rig.bin, "remove-camera", "cam1", &ok);
  fail_unless (ok);
  wait_children (&rig, 2);
  write_config (&rig, HEAD "cameras:\n" CAMERA ("cam4"));
  g_signal_emit_by_name (rig.bin, "reload", &ok);
  fail_unless (ok);
  wait_child (&rig, "cam4");
  wait_children (&rig, 2);      /* and cam3, which the file does not know */
  gst_structure_free (pop_structure (&rig, "camera-state"));

  gst_element_send_event (rig.pipeline, gst_event_new_eos ());
  report = pop_structure (&rig, "edge-video-report");
  assert_equals_int (gst_value_array_get_size (gst_structure_get_value (report, "cameras")), 4);
  gst_structure_free (report);
  expect_eos (&rig);
  wait_children (&rig, 0);
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR) == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

static void
read_description (GstElement *bin)
{
  gchar *text;

  g_object_get (bin, "description", &text, NULL);
  fail_unless (text != NULL);
  g_free (text);
}

static void
on_element_added (GstBin *bin, GstElement *element, gpointer n)
{
  read_description (GST_ELEMENT (bin));
  g_atomic_int_inc ((gint *) n);
}

/* Reloads once. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer n)
{
  GstElement *bin = GST_ELEMENT (GST_MESSAGE_SRC (message));
  gboolean ok;

  if (!gst_message_has_name (message, "edge-video-config"))
    return GST_BUS_PASS;
  read_description (bin);
  if (g_atomic_int_add ((gint *) n, 1) == 0) {
    g_signal_emit_by_name (bin, "reload", &ok);
    fail_unless (ok);
  }
  return GST_BUS_PASS;
}

/* Who hears of a change may ask at once, and change more. */
GST_START_TEST (test_handlers_may_ask)
{
  gint n_added = 0, n_messages = 0;
  Rig rig;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1"));
  g_signal_connect (rig.bin, "element-added", G_CALLBACK (on_element_added), &n_added);
  gst_bus_set_sync_handler (rig.bus, on_message, &n_messages, NULL);
  play (&rig);
  fail_unless (g_atomic_int_get (&n_added) >= 1);
  fail_unless (add_camera (&rig, "camera, id=cam2, url=rtsp://127.0.0.1:1/2"));
  wait_children (&rig, 2);
  assert_equals_int (g_atomic_int_get (&n_messages), 2);
  gst_element_set_state (rig.pipeline, GST_STATE_NULL);
  gst_bus_set_sync_handler (rig.bus, NULL, NULL, NULL);
  rig_clear (&rig);
}

GST_END_TEST;

typedef struct
{
  GstElement *pipeline;
  const gchar *name;            /* of the element message, or of an element that arrives at NULL; NULL = a WARNING */
  GstState next;                /* after it was stopped */
  gint n;                       /* atomic: how often it heard of it */
  GAsyncQueue *stopped;         /* something when it was stopped */
} Stopper;

static gboolean
is_it (const Stopper *stopper, GstMessage *message)
{
  GstState state = GST_STATE_VOID_PENDING;

  if (stopper->name == NULL)
    return GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING
        && g_str_equal (G_OBJECT_TYPE_NAME (GST_MESSAGE_SRC (message)), "GstEdgeVideoBin");
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_STATE_CHANGED)
    return gst_message_has_name (message, stopper->name);
  gst_message_parse_state_changed (message, NULL, &state, NULL);
  return state == GST_STATE_NULL && g_str_equal (GST_MESSAGE_SRC_NAME (message), stopper->name);
}

/* Stops the pipeline at the first such message, on the thread that posts it. */
static GstBusSyncReply
stop_on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Stopper *stopper = user_data;

  if (is_it (stopper, message) && g_atomic_int_add (&stopper->n, 1) == 0) {
    gst_element_set_state (stopper->pipeline, GST_STATE_NULL);
    if (stopper->next > GST_STATE_NULL)
      gst_element_set_state (stopper->pipeline, stopper->next);
    g_async_queue_push (stopper->stopped, stopper);
  }
  return GST_BUS_PASS;
}

/* Posts an error as an element of the camera would that can never work. */
static void
break_camera (Rig *rig, const gchar *element)
{
  GstElement *broken = gst_bin_get_by_name (GST_BIN (rig->bin), element);

  GST_ELEMENT_ERROR (broken, RESOURCE, SETTINGS, ("broken"), (NULL));
  gst_object_unref (broken);
}

static void
cause_report (Rig *rig)
{
  gst_element_send_event (rig->pipeline, gst_event_new_eos ());
}

static void
cause_warning (Rig *rig)
{
  break_camera (rig, "encoder-cam1");
}

static void
cause_new_config (Rig *rig)
{
  write_config (rig, HEAD "cameras:\n" CAMERA ("cam2"));
}

static void
cause_stop_of_camera (Rig *rig)
{
  gboolean ok;

  g_signal_emit_by_name (rig->bin, "remove-camera", "cam1", &ok);
  fail_unless (ok);
}

static const struct
{
  const gchar *name;
  void (*cause) (Rig *rig);
} reasons_to_stop[] = {
  {"edge-video-report", cause_report},
  {NULL, cause_warning},
  {"edge-video-config", cause_new_config},
  {"source-cam1", cause_stop_of_camera},
};

/* Who hears of something on the thread that looks after the cameras, or on one that stops a camera, may stop all, and
 * start it again. */
GST_START_TEST (test_handlers_may_stop)
{
  guint i = (guint) __i__ / 2;
  Rig rig;
  Stopper stopper = { NULL, reasons_to_stop[i].name, __i__ % 2 ? GST_STATE_PLAYING : GST_STATE_NULL, 0,
    g_async_queue_new ()
  };

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1"));
  g_object_set (rig.bin, "watch", TRUE, NULL);
  stopper.pipeline = rig.pipeline;
  play (&rig);
  wait_child (&rig, "cam1");
  gst_element_get_state (rig.pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  gst_bus_set_sync_handler (rig.bus, stop_on_message, &stopper, NULL);
  reasons_to_stop[i].cause (&rig);
  fail_unless (g_async_queue_timeout_pop (stopper.stopped, 20 * G_USEC_PER_SEC) != NULL);
  if (stopper.next == GST_STATE_NULL) {
    assert_equals_int (gst_child_proxy_get_children_count (GST_CHILD_PROXY (rig.bin)), 0);
    play (&rig);
  }

  /* the next run is none the worse for it */
  wait_children (&rig, 1);
  fail_unless (add_camera (&rig, "camera, id=cam3, url=rtsp://127.0.0.1:1/3"));
  wait_children (&rig, 2);
  while (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_EOS) != NULL)
    fail ("an end of a run that goes on");
  gst_element_send_event (rig.pipeline, gst_event_new_eos ());
  expect_eos (&rig);
  gst_element_set_state (rig.pipeline, GST_STATE_NULL);
  gst_bus_set_sync_handler (rig.bus, NULL, NULL, NULL);
  g_async_queue_unref (stopper.stopped);
  rig_clear (&rig);
}

GST_END_TEST;

typedef struct
{
  GstElement *bin;
  gint over;                    /* atomic */
} Reader;

static gpointer
read_stats (gpointer data)
{
  Reader *reader = data;

  while (!g_atomic_int_get (&reader->over)) {
    GstStructure *stats;

    g_object_get (reader->bin, "stats", &stats, NULL);
    fail_unless (stats != NULL);
    gst_structure_free (stats);
  }
  return NULL;
}

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define N_CYCLES 12             /* each takes many times as long */
#else
#define N_CYCLES 30
#endif

/* Somebody reads the numbers all the time, also while one run follows another. */
GST_START_TEST (test_cycles)
{
  Reader reader = { NULL, FALSE };
  GThread *thread;
  guint i;
  gboolean ok;
  Rig rig;

  rig_init (&rig, HEAD "cameras:\n" CAMERA ("cam1") CAMERA ("cam2"));
  g_object_set (rig.bin, "watch", TRUE, NULL);
  reader.bin = rig.bin;
  thread = g_thread_new ("reader", read_stats, &reader);
  for (i = 0; i < N_CYCLES; i++) {
    play (&rig);
    if (i % 3 == 0) {
      write_config (&rig, i % 2 ? HEAD "cameras: []\n" : HEAD "cameras:\n" CAMERA ("cam1") CAMERA ("cam3"));
      g_signal_emit_by_name (rig.bin, "reload", &ok);
      fail_unless (ok);
    }
    if (i % 4 == 0)
      gst_element_send_event (rig.pipeline, gst_event_new_eos ());
    gst_element_set_state (rig.pipeline, i % 2 ? GST_STATE_NULL : GST_STATE_READY);
    gst_structure_free (pop_structure (&rig, "edge-video-report"));
    wait_children (&rig, 0);
  }
  g_atomic_int_set (&reader.over, TRUE);
  g_thread_join (thread);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
edgevideobin_suite (void)
{
  Suite *suite = suite_create ("edgevideobin");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_check_only);
  tcase_add_test (tc, test_bad_config);
  tcase_add_test (tc, test_no_config);
  tcase_add_test (tc, test_description_has_no_secret);
  tcase_add_test (tc, test_defaults_are_those_of_the_elements);
  tcase_add_test (tc, test_nothing_answers);
  tcase_add_test (tc, test_handlers_may_ask);
  tcase_add_loop_test (tc, test_handlers_may_stop, 0, 2 * G_N_ELEMENTS (reasons_to_stop));
  tcase_add_test (tc, test_cycles);
  return suite;
}

GST_CHECK_MAIN (edgevideobin);
