/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Simulated cameras in a process of their own, and pipelines of rtspcamerasrc that watch them. */

#include "camera-rig.h"

#include <signal.h>
#include <string.h>

#define DEFAULTS "reconnect-min-delay=50000000 reconnect-max-delay=300000000 circuit-max-failures=0"
#define TIMEOUTS "stall-timeout=2000000000 connect-timeout=4000000000"
#define SANITIZED_TIMEOUTS "stall-timeout=5000000000 connect-timeout=15000000000"

struct _Simulator
{
  GSubprocess *process;
  GDataInputStream *answers;
  guint port;
};

static gchar *
read_line (Simulator *simulator)
{
  GError *error = NULL;
  gchar *line = g_data_input_stream_read_line (simulator->answers, NULL, NULL,
      &error);

  g_assert_no_error (error);
  return line;
}

/* Returns when the process has said @prefix and its port. */
static Simulator *
spawn (const gchar *program, const gchar *arguments, const gchar *prefix)
{
  Simulator *simulator = g_new0 (Simulator, 1);
  gchar *command = g_strdup_printf ("%s/tests/support/%s %s", g_getenv ("EDGE_BUILD_DIR"), program, arguments);
  gchar **argv = g_strsplit (command, " ", -1), *line;
  GError *error = NULL;

  simulator->process = g_subprocess_newv ((const gchar *const *) argv,
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  simulator->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe
      (simulator->process));
  while (simulator->port == 0) {
    line = read_line (simulator);
    g_assert_nonnull (line);
    if (g_str_has_prefix (line, prefix))
      simulator->port = (guint) g_ascii_strtoull (line + strlen (prefix), NULL, 10);
    g_free (line);
  }
  g_strfreev (argv);
  g_free (command);
  return simulator;
}

Simulator *
simulator_start (const gchar *arguments, guint port)
{
  gchar *all = g_strdup_printf ("--exit-with-stdin --port %u %s", port, arguments);
  Simulator *simulator = spawn ("rtsp-camera/edge-rtsp-camera", all, "ready ");

  g_free (all);
  return simulator;
}

Simulator *
proxy_start (guint to)
{
  gchar *arguments = g_strdup_printf ("--to %u", to);
  Simulator *proxy = spawn ("fault-proxy/edge-fault-proxy", arguments, "port ");

  g_free (arguments);
  return proxy;
}

guint
simulator_get_port (Simulator *simulator)
{
  return simulator->port;
}

void
simulator_command (Simulator *simulator, const gchar *line)
{
  gchar *text = g_strdup_printf ("%s\n", line), *answer;
  GError *error = NULL;

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (simulator->process),
      text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
  g_free (text);
  answer = read_line (simulator);
  g_assert_true (g_str_has_prefix (answer, "ok"));
  g_free (answer);
}

void
simulator_freeze (Simulator *simulator)
{
  g_subprocess_send_signal (simulator->process, SIGSTOP);
}

void
simulator_thaw (Simulator *simulator)
{
  g_subprocess_send_signal (simulator->process, SIGCONT);
}

void
simulator_stop (Simulator *simulator)
{
  g_subprocess_force_exit (simulator->process);
  g_subprocess_wait (simulator->process, NULL, NULL);
  g_object_unref (simulator->answers);
  g_object_unref (simulator->process);
  g_free (simulator);
}

static GstPadProbeReturn
on_event (RigCamera *camera, GstEvent *event)
{
  GstCaps *caps;

  g_mutex_lock (&camera->rig->lock);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&camera->caps, caps);
      g_cond_broadcast (&camera->rig->changed);
      break;
    case GST_EVENT_STREAM_START:
      camera->streams++;
      break;
    case GST_EVENT_SEGMENT:
      camera->segments++;
      break;
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_EOS:
      camera->breaks++;
      break;
    default:
      break;
  }
  g_mutex_unlock (&camera->rig->lock);
  return GST_PAD_PROBE_OK;
}

/* As RTP's sender reports count, in ns. */
static gint64
now_since_1900 (void)
{
  return (g_get_real_time () + G_GINT64_CONSTANT (2208988800) * G_TIME_SPAN_SECOND) * 1000;
}

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  RigCamera *camera = user_data;
  GstReferenceTimestampMeta *captured;
  GstBuffer *buffer;

  if (GST_PAD_PROBE_INFO_TYPE (info) & (GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH))
    return on_event (camera, GST_PAD_PROBE_INFO_EVENT (info));

  buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_mutex_lock (&camera->rig->lock);
  if (camera->frames++ == 0)
    camera->first = GST_BUFFER_PTS (buffer);
  else if (GST_BUFFER_PTS (buffer) <= camera->last && camera->disordered++ == 0)
    g_test_message ("frame %u: %" GST_TIME_FORMAT " after %" GST_TIME_FORMAT, camera->frames,
        GST_TIME_ARGS (GST_BUFFER_PTS (buffer)), GST_TIME_ARGS (camera->last));
  camera->last = GST_BUFFER_PTS (buffer);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT)) {
    camera->disconts++;
    camera->with_time = 0;
  }
  captured = gst_buffer_get_reference_timestamp_meta (buffer, NULL);
  camera->age = captured != NULL ? now_since_1900 () - (gint64) captured->timestamp : -1;
  if (captured != NULL)
    camera->with_time++;
  else if (camera->with_time > 0)
    camera->without_time++;
  g_cond_broadcast (&camera->rig->changed);
  g_mutex_unlock (&camera->rig->lock);
  return GST_PAD_PROBE_OK;
}

static void
add_camera (Rig *rig, guint index)
{
  RigCamera *camera = &rig->cameras[index];
  gchar *name = g_strdup_printf ("camera%u", index + 1);
  GstPad *pad;

  camera->rig = rig;
  camera->element = gst_bin_get_by_name (GST_BIN (rig->pipeline), name);
  pad = gst_element_get_static_pad (camera->element, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
      | GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_frame, camera, NULL);
  gst_object_unref (pad);
  g_free (name);
}

/* The rtspsrc of GStreamer 1.22 says this when a connection ends before PLAY was answered. It has no consequence. */
static gboolean
is_fatal (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data)
{
  return strstr (message, "gst_event_set_seqnum: assertion") == NULL;
}

void
rig_forgive_rtspsrc (void)
{
  g_test_log_set_fatal_handler (is_fatal, NULL);
}

Rig *
rig_start (guint n, guint port, const gchar *properties, const gchar *rest)
{
  Rig *rig = g_new0 (Rig, 1);
  GString *line = g_string_new (NULL);
  GError *error = NULL;
  guint i;

  rig_forgive_rtspsrc ();
  for (i = 1; i <= n; i++)
    g_string_append_printf (line, "rtspcamerasrc name=camera%u camera-id=cam%u "
        "uri=rtsp://127.0.0.1:%u/cam%u " DEFAULTS " %s %s ! %s ", i, i, port, i,
        RIG_IS_SANITIZED ? SANITIZED_TIMEOUTS : TIMEOUTS, properties, rest);
  rig->pipeline = gst_parse_launch (line->str, &error);
  g_assert_no_error (error);
  g_string_free (line, TRUE);

  g_mutex_init (&rig->lock);
  g_cond_init (&rig->changed);
  rig->bus = gst_element_get_bus (rig->pipeline);
  rig->n_cameras = n;
  rig->cameras = g_new0 (RigCamera, n);
  for (i = 0; i < n; i++)
    add_camera (rig, i);
  rig->started = g_get_monotonic_time ();
  g_assert_cmpint (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
  return rig;
}

static void
note_message (Rig *rig, GstMessage *message)
{
  GError *error = NULL;
  gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    rig->n_warnings++;
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return;
  gst_message_parse_error (message, &error, &debug);
  g_error ("ERROR on the bus: %s (%s)", error->message, debug);
}

void
rig_stop (Rig *rig)
{
  GstMessage *message;
  guint i;

  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  while ((message = gst_bus_pop (rig->bus)) != NULL) {
    note_message (rig, message);
    gst_message_unref (message);
  }
  for (i = 0; i < rig->n_cameras; i++) {
    g_assert_cmpuint (rig->cameras[i].disordered, ==, 0);
    gst_object_unref (rig->cameras[i].element);
    gst_clear_caps (&rig->cameras[i].caps);
  }
  gst_object_unref (rig->bus);
  gst_object_unref (rig->pipeline);
  g_mutex_clear (&rig->lock);
  g_cond_clear (&rig->changed);
  g_free (rig->cameras);
  g_free (rig);
}

static GstMessage *
await_message (Rig *rig)
{
  GstMessage *message = gst_bus_timed_pop (rig->bus, RIG_TIMEOUT);

  g_assert_nonnull (message);
  note_message (rig, message);
  return message;
}

void
rig_await_message (Rig *rig, guint number, const gchar *state, const gchar *reason, const gchar *words)
{
  GstElement *element = rig_get_camera (rig, number)->element;
  gboolean found = FALSE;

  while (!found) {
    GstMessage *message = await_message (rig);
    const GstStructure *s = gst_message_get_structure (message);
    const gchar *text = s != NULL ? gst_structure_get_string (s, "message") : NULL;
    gboolean is_state = s != NULL && gst_structure_has_name (s, "camera-state");

    if (is_state && rig->first_active == 0 && g_strcmp0 (gst_structure_get_string (s, "state"), "active") == 0)
      rig->first_active = g_get_monotonic_time () - rig->started;
    found = is_state && GST_MESSAGE_SRC (message) == GST_OBJECT (element)
        && g_strcmp0 (gst_structure_get_string (s, "state"), state) == 0
        && (reason == NULL || g_strcmp0 (gst_structure_get_string (s, "reason"), reason) == 0)
        && (words == NULL || (text != NULL && strstr (text, words) != NULL));
    gst_message_unref (message);
  }
}

void
rig_await_state (Rig *rig, guint number, const gchar *state, const gchar *reason)
{
  rig_await_message (rig, number, state, reason, NULL);
}

static void
check_time (Rig *rig, guint number, gint64 since)
{
  const gint64 allowed = MAX (2 * G_TIME_SPAN_SECOND, 4 * rig->first_active);
  const gint64 took = g_get_monotonic_time () - since;

  g_test_message ("camera %u was back after %.2f s", number, (gdouble) took / G_TIME_SPAN_SECOND);
  if (!RIG_IS_SANITIZED)
    g_assert_cmpint (took, <, allowed);
}

void
rig_await_recovery (Rig *rig, guint number, gint64 since)
{
  const RigCamera *camera = rig_get_camera (rig, number);

  rig_await_state (rig, number, "active", NULL);
  rig_await_frames (rig, number, 1);
  check_time (rig, number, since);

  g_mutex_lock (&rig->lock);
  g_assert_cmpuint (camera->streams, ==, 1);
  g_assert_cmpuint (camera->segments, ==, 1);
  g_assert_cmpuint (camera->breaks, ==, 0);
  g_mutex_unlock (&rig->lock);
}

void
rig_await_live (Rig *rig, guint number, gint64 since)
{
  RigCamera *camera = rig_get_camera (rig, number);
  gint64 deadline = g_get_monotonic_time () + RIG_TIMEOUT / GST_USECOND;

  g_mutex_lock (&rig->lock);
  do
    g_assert_true (g_cond_wait_until (&rig->changed, &rig->lock, deadline));
  while (camera->age < 0 || camera->age >= (gint64) GST_SECOND);
  g_mutex_unlock (&rig->lock);
  check_time (rig, number, since);
}

void
rig_await_eos (Rig *rig)
{
  gboolean found = FALSE;

  while (!found) {
    GstMessage *message = await_message (rig);

    found = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    gst_message_unref (message);
  }
}

void
rig_await_frames (Rig *rig, guint number, guint more)
{
  RigCamera *camera = rig_get_camera (rig, number);
  gint64 deadline = g_get_monotonic_time () + RIG_TIMEOUT / GST_USECOND;
  guint wanted;

  g_mutex_lock (&rig->lock);
  wanted = camera->frames + more;
  while (camera->frames < wanted)
    g_assert_true (g_cond_wait_until (&rig->changed, &rig->lock, deadline));
  g_mutex_unlock (&rig->lock);
}

void
rig_await_caps (Rig *rig, guint number, const gchar *text)
{
  RigCamera *camera = rig_get_camera (rig, number);
  gint64 deadline = g_get_monotonic_time () + RIG_TIMEOUT / GST_USECOND;
  GstCaps *caps = gst_caps_from_string (text);

  g_mutex_lock (&rig->lock);
  while (camera->caps == NULL || !gst_caps_is_subset (camera->caps, caps))
    g_assert_true (g_cond_wait_until (&rig->changed, &rig->lock, deadline));
  g_mutex_unlock (&rig->lock);
  gst_caps_unref (caps);
}

guint64
rig_get_stat (Rig *rig, guint number, const gchar *field)
{
  GstStructure *stats = NULL;
  guint64 value = 0;

  g_object_get (rig_get_camera (rig, number)->element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, field, &value));
  gst_structure_free (stats);
  return value;
}

RigCamera *
rig_get_camera (Rig *rig, guint number)
{
  g_assert_cmpuint (number, >=, 1);
  g_assert_cmpuint (number, <=, rig->n_cameras);
  return &rig->cameras[number - 1];
}
