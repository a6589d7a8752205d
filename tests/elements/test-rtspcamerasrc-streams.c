/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc and what cameras send: other codecs, B-frames, no video at all; downstream that blocks; secrets. */

#include <glib/gstdio.h>
#include <string.h>

#include "camera-rig.h"
#include "camera-server.h"
#include "../support/gate.h"

#define USER "operator"
#define CANARY "Kanarienvogel-42"

static gboolean
has_element (const gchar *name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory == NULL)
    g_test_skip (name);
  else
    gst_object_unref (factory);
  return factory != NULL;
}

static void
test_jpeg (void)
{
  Server *server = server_start ("( " SERVER_PICTURES "jpegenc ! rtpjpegpay name=pay0"
      " )", NULL);
  Rig *rig;

  /* as it is */
  rig = rig_start (1, server_get_port (server), "framerate=5", "fakesink async=false");
  rig_await_caps (rig, 1, "image/jpeg, width=320, height=240");
  rig_await_frames (rig, 1, 10);
  g_assert_cmpuint (rig_get_stat (rig, 1, "dropped-rate"), >=, 20);
  rig_stop (rig);

  /* decoded where downstream wants it, and where it has to be scaled */
  rig = rig_start (1, server_get_port (server), "", "video/x-raw ! fakesink async=false");
  rig_await_frames (rig, 1, 10);
  rig_stop (rig);
  rig = rig_start (1, server_get_port (server), "height=60", "fakesink async=false");
  rig_await_caps (rig, 1, "video/x-raw, width=80, height=60");
  rig_await_frames (rig, 1, 10);
  rig_stop (rig);
  /* and then only those that the frame rate wants */
  rig = rig_start (1, server_get_port (server), "height=60 decode=all framerate=2", "fakesink async=false");
  rig_await_frames (rig, 1, 6);
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped"), >=, 30);
  g_assert_cmpuint (rig_get_stat (rig, 1, "dropped-rate"), <=, 3);
  rig_stop (rig);
  server_stop (server);
}

static void
test_h265 (void)
{
  Server *server;
  Rig *rig;

  if (!has_element ("x265enc") || !has_element ("avdec_h265"))
    return;
  server = server_start ("( " SERVER_PICTURES "x265enc speed-preset=ultrafast "
      "key-int-max=10 tune=zerolatency ! h265parse config-interval=-1 ! "
      "rtph265pay name=pay0 )", NULL);
  rig = rig_start (1, server_get_port (server), "framerate=2", "fakesink async=false");
  rig_await_caps (rig, 1, "video/x-raw, width=320, height=240");
  rig_await_frames (rig, 1, 8);
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped"), >, 0);
  rig_stop (rig);
  rig = rig_start (1, server_get_port (server), "decode=none",
      "video/x-h265 ! fakesink async=false");
  rig_await_frames (rig, 1, 20);
  rig_stop (rig);
  server_stop (server);
}

/* The frame of a keyframe is out before the next one comes. */
static GstPadProbeReturn
compare_with_keyframes (GstPad *pad, GstPadProbeInfo *info, gpointer n_late)
{
  GstElement *element = gst_pad_get_parent_element (pad);
  guint64 keyframes, frames;
  GstStructure *stats;

  g_object_get (element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get (stats, "keyframes", G_TYPE_UINT64, &keyframes, "frames", G_TYPE_UINT64, &frames,
          NULL));
  if (keyframes > frames)
    g_atomic_int_inc ((gint *) n_late);
  gst_structure_free (stats);
  gst_object_unref (element);
  return GST_PAD_PROBE_OK;
}

/* A decoder that puts pictures in order waits for later ones; with keyframes alone that would be seconds. */
static void
test_b_frames (void)
{
  /* without that profile there would be none: nobody refers to two of three pictures */
  Server *server = server_start ("( " SERVER_PICTURES "x264enc speed-preset=ultrafast bframes=2 b-adapt=false "
      "b-pyramid=false key-int-max=18 ! video/x-h264, profile=main ! h264parse config-interval=-1 ! "
      "rtph264pay name=pay0 )", NULL);
  Rig *rig = rig_start (1, server_get_port (server), "decode=keyframes", "fakesink async=false");
  GstPad *pad = gst_element_get_static_pad (rig_get_camera (rig, 1)->element, "src");
  guint64 pictures, frames;
  gint n_late = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, compare_with_keyframes, &n_late, NULL);
  rig_await_frames (rig, 1, 4);
  rig_stop (rig);
  g_assert_cmpint (n_late, ==, 0);
  gst_object_unref (pad);

  /* all, in the right order, which the rig looks after */
  rig = rig_start (1, server_get_port (server), "decode=all", "fakesink async=false");
  rig_await_frames (rig, 1, 60);
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped"), ==, 0);
  rig_stop (rig);

  /* one in twenty is wanted, and a third is needed for that, but for what is held when a keyframe comes, two of six at
   * most; from when the sender's clock is known, at which the frame rate begins anew */
  rig = rig_start (1, server_get_port (server), "decode=all framerate=1", "fakesink async=false");
  do
    rig_await_frames (rig, 1, 1);
  while (rig_get_camera (rig, 1)->with_time < 2);
  pictures = rig_get_stat (rig, 1, "pictures");
  frames = rig_get_stat (rig, 1, "frames");
  do
    rig_await_frames (rig, 1, 1);
  while (rig_get_stat (rig, 1, "pictures") < pictures + 60);
  frames = rig_get_stat (rig, 1, "frames") - frames;
  pictures = rig_get_stat (rig, 1, "pictures") - pictures;
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " pictures decoded", frames, pictures);
  g_assert_cmpuint (frames, >=, pictures / 6);
  g_assert_cmpuint (frames, <=, pictures / 2);
  rig_stop (rig);
  server_stop (server);
}

/* ---- pictures that no memory is large enough for ---- */

typedef struct
{
  GByteArray *bytes;
  guint8 byte;
  guint n_bits;
} BitWriter;

static void
put_bits (BitWriter *writer, guint n, guint64 value)
{
  while (n-- > 0) {
    writer->byte = (guint8) (writer->byte << 1 | (value >> n & 1));
    if (++writer->n_bits % 8 == 0)
      g_byte_array_append (writer->bytes, &writer->byte, 1);
  }
}

/* Exp-Golomb, as in the H.264 standard: ue(v). */
static void
put_ue (BitWriter *writer, guint value)
{
  guint n = g_bit_storage (value + 1);

  put_bits (writer, n - 1, 0);
  put_bits (writer, n, value + 1);
}

static void
begin_unit (BitWriter *writer, guint8 type)
{
  put_bits (writer, 32, 1);
  put_bits (writer, 8, 0x60 | type);
}

static void
end_unit (BitWriter *writer)
{
  put_bits (writer, 1, 1);
  while (writer->n_bits % 8 != 0)
    put_bits (writer, 1, 0);
}

/* Parameter sets of H.264 that claim pictures of @width x @height, and the beginning of one. */
static GBytes *
make_h264 (guint width, guint height)
{
  const guint sps[] = { 0, 0, 2, 4 }, pps[] = { 0, 0 }, slice[] = { 0, 7, 0 };
  BitWriter writer = {.bytes = g_byte_array_new () };
  guint i;

  begin_unit (&writer, 7);
  put_bits (&writer, 24, 0x420033);     /* baseline, level 5.1 */
  for (i = 0; i < G_N_ELEMENTS (sps); i++)
    put_ue (&writer, sps[i]);   /* id, bits of frame numbers, kind of order, references */
  put_bits (&writer, 1, 0);
  put_ue (&writer, width / 16 - 1);
  put_ue (&writer, height / 16 - 1);
  put_bits (&writer, 4, 0xc);   /* frames only, direct 8x8; neither cropping nor more */
  end_unit (&writer);

  begin_unit (&writer, 8);
  for (i = 0; i < G_N_ELEMENTS (pps); i++)
    put_ue (&writer, pps[i]);   /* its id and that of the other */
  put_bits (&writer, 2, 0);
  for (i = 0; i < 3; i++)
    put_ue (&writer, 0);        /* groups of slices, references */
  put_bits (&writer, 3, 0);
  for (i = 0; i < 3; i++)
    put_ue (&writer, 0);        /* quantizers */
  put_bits (&writer, 3, 0);
  end_unit (&writer);

  begin_unit (&writer, 5);
  for (i = 0; i < G_N_ELEMENTS (slice); i++)
    put_ue (&writer, slice[i]); /* first macroblock, type, parameter set */
  put_bits (&writer, 4, 0);
  put_ue (&writer, 0);
  put_bits (&writer, 2, 0);
  put_ue (&writer, 0);
  end_unit (&writer);
  return g_byte_array_free_to_bytes (writer.bytes);
}

/* Refused before a decoder takes memory for them; other cameras go on. */
static void
test_huge (void)
{
  GBytes *stream = make_h264 (16384, 16000);
  gchar *folder = g_dir_make_tmp ("huge-XXXXXX", NULL), *path = g_build_filename (folder, "stream.h264", NULL), *line;
  GError *error = NULL;
  Server *server;
  Rig *rig;

  g_file_set_contents (path, g_bytes_get_data (stream, NULL), (gssize) g_bytes_get_size (stream), &error);
  g_assert_no_error (error);
  line = g_strdup_printf ("( multifilesrc location=%s loop=true "
      "caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate=10/1 ! h264parse config-interval=-1 ! "
      "rtph264pay name=pay0 )", path);
  server = server_start (line, NULL);
  rig = rig_start (1, server_get_port (server), "", "fakesink async=false");
  rig_await_message (rig, 1, "inactive", "decode", "16384x16000");
  g_assert_cmpuint (rig_get_stat (rig, 1, "frames"), ==, 0);
  rig_stop (rig);
  server_stop (server);
  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
  g_free (path);
  g_free (line);
  g_bytes_unref (stream);
}

/* ---- packets without a time, as of a jitter buffer that has lost its way ---- */

static GstPadProbeReturn
take_time (GstPad *pad, GstPadProbeInfo *info, gpointer n_packets)
{
  GstBuffer *packet = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  if (g_atomic_int_add ((gint *) n_packets, 1) >= 20)
    GST_BUFFER_PTS (packet) = GST_BUFFER_DTS (packet) = GST_CLOCK_TIME_NONE;
  info->data = packet;
  return GST_PAD_PROBE_OK;
}

static void
on_source_pad (GstElement *source, GstPad *pad, gpointer n_packets)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, take_time, n_packets, NULL);
}

static void
on_source_setup (GstElement *element, GstElement *source, gpointer n_packets)
{
  g_signal_connect (source, "pad-added", G_CALLBACK (on_source_pad), n_packets);
}

/* What comes out has one, and is in order, which the rig looks after. */
static void
watch_without_time (guint port, const gchar *properties, const gchar *rest)
{
  Rig *rig = rig_start (1, port, properties, rest);
  gint n_packets = 0;

  gst_element_set_state (rig->pipeline, GST_STATE_READY);
  rig_get_camera (rig, 1)->frames = 0;
  g_signal_connect (rig_get_camera (rig, 1)->element, "source-setup", G_CALLBACK (on_source_setup), &n_packets);
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
  rig_await_frames (rig, 1, 30);
  g_assert_cmpint (g_atomic_int_get (&n_packets), >, 20);
  g_assert_true (GST_CLOCK_TIME_IS_VALID (rig_get_camera (rig, 1)->last));
  rig_stop (rig);
}

static void
test_no_times (void)
{
  Server *server = server_start ("( " SERVER_PICTURES "jpegenc ! rtpjpegpay name=pay0 )", NULL);

  watch_without_time (server_get_port (server), "", "image/jpeg ! fakesink async=false");
  watch_without_time (server_get_port (server), "", "video/x-raw ! fakesink async=false");
  server_stop (server);
}

static void
test_no_video (void)
{
  Server *server = server_start ("( audiotestsrc is-live=true ! alawenc ! "
      "rtppcmapay name=pay0 )", NULL);
  Rig *rig = rig_start (1, server_get_port (server), "", "fakesink async=false");

  rig_await_state (rig, 1, "inactive", "decode");
  rig_stop (rig);
  server_stop (server);
}

/* Sound beside the video is not even asked for. */
static void
test_sound (void)
{
  Server *server = server_start ("( audiotestsrc is-live=true ! alawenc ! "
      "rtppcmapay name=pay0 " SERVER_PICTURES "jpegenc ! rtpjpegpay name=pay1 )",
      NULL);
  Rig *rig = rig_start (1, server_get_port (server), "", "fakesink async=false");

  rig_await_frames (rig, 1, 10);
  rig_stop (rig);
  server_stop (server);
}

/* Downstream blocks: that is no stall, costs no memory, and afterwards it goes on. */
static void
test_blocked (void)
{
  Simulator *simulator = simulator_start ("--marked --size 320x240 --fps 20 "
      "--gop 10 --loop-frames 100", 0);
  Rig *rig = rig_start (1, simulator_get_port (simulator), "",
      "fakesink async=false name=sink");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (rig->pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  Gate gate;

  gate_init (&gate);
  rig_await_frames (rig, 1, 5);
  gate_put_in (&gate, pad);
  gate_await_waiting (&gate, 1);
  while (rig_get_stat (rig, 1, "dropped-packets") < 100)
    g_usleep (G_USEC_PER_SEC / 10);
  gate_set_open (&gate, TRUE);
  rig_await_frames (rig, 1, 30);
  g_assert_cmpuint (rig_get_stat (rig, 1, "connects"), ==, 1);
  g_assert_cmpuint (rig_get_stat (rig, 1, "failures"), ==, 0);
  rig_stop (rig);
  gate_clear (&gate);
  gst_object_unref (pad);
  gst_object_unref (sink);
  simulator_stop (simulator);
}

/* ---- secrets ---- */

typedef struct
{
  gchar *secrets[3];
  guint lines;                  /* atomic */
  guint found;                  /* atomic */
} Search;

static gboolean
tells (const Search *search, const gchar *text)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (search->secrets); i++)
    if (text != NULL && strstr (text, search->secrets[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
search_log (GstDebugCategory *category, GstDebugLevel level,
    const gchar *file, const gchar *function, gint line, GObject *object,
    GstDebugMessage *message, gpointer user_data)
{
  Search *search = user_data;
  const gchar *text = gst_debug_message_get (message);

  g_atomic_int_inc (&search->lines);
  if (!tells (search, text))
    return;
  g_atomic_int_inc (&search->found);
  g_printerr ("%s:%s: %s\n", gst_debug_category_get_name (category), function,
      text);
}

static Search *printed;

/* There are dumps that go past the log. */
static void
search_print (const gchar *text)
{
  if (tells (printed, text))
    g_atomic_int_inc (&printed->found);
}

static void
search_messages (Search *search, GstBus *bus)
{
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    const GstStructure *s = gst_message_get_structure (message);
    gchar *text = s != NULL ? gst_structure_to_string (s) : NULL;

    g_assert_false (tells (search, text));
    g_free (text);
    gst_message_unref (message);
  }
}

static void
search_properties (Search *search, GstElement *element)
{
  guint n, i;
  GParamSpec **specs = g_object_class_list_properties
      (G_OBJECT_GET_CLASS (element), &n);

  for (i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;
    gchar *text;

    if (!(specs[i]->flags & G_PARAM_READABLE))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (G_OBJECT (element), specs[i]->name, &value);
    text = g_strdup_value_contents (&value);
    g_assert_false (tells (search, text));
    g_free (text);
    g_value_unset (&value);
  }
  g_free (specs);
}

static void
watch_secrets (Search *search, guint port, const gchar *path)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("rtspcamerasrc", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  gchar *uri = g_strdup_printf ("rtsp://" USER ":" CANARY "@127.0.0.1:%u/%s",
      port, path);
  GstMessage *message;
  GPrintFunc print;
  gchar *dot;

  rig_forgive_rtspsrc ();
  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  gst_element_link (source, sink);
  g_object_set (source, "uri", uri, NULL);
  g_free (uri);

  gst_debug_add_log_function (search_log, search, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
  gst_debug_set_threshold_for_name ("rtspclient", GST_LEVEL_NONE);       /* the server */
  printed = search;
  print = g_set_print_handler (search_print);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, RIG_TIMEOUT, GST_MESSAGE_ELEMENT);
  g_assert_nonnull (message);
  gst_message_unref (message);
  dot = gst_debug_bin_to_dot_data (GST_BIN (pipeline),
      GST_DEBUG_GRAPH_SHOW_ALL | GST_DEBUG_GRAPH_SHOW_FULL_PARAMS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (search_log);
  g_set_print_handler (print);

  g_assert_false (tells (search, dot));
  g_free (dot);
  search_properties (search, source);
  search_messages (search, bus);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

static void
test_secrets (void)
{
  Server *server = server_start ("( " SERVER_PICTURES "jpegenc ! rtpjpegpay name=pay0"
      " )", &(ServerOptions) {.user = USER,.password = CANARY});
  Search search = { {g_strdup (CANARY),
          gst_rtsp_auth_make_basic (USER, CANARY),
          g_uri_escape_string (CANARY, NULL, FALSE)}, 0, 0
  };
  guint i;

  watch_secrets (&search, server_get_port (server), "cam1");
  watch_secrets (&search, server_get_port (server), "nothing");
  g_assert_cmpuint (search.lines, >, 1000);
  g_assert_cmpuint (search.found, ==, 0);
  for (i = 0; i < G_N_ELEMENTS (search.secrets); i++)
    g_free (search.secrets[i]);
  server_stop (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  gst_debug_remove_log_function (gst_debug_log_default);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtspcamerasrc/streams/jpeg", test_jpeg);
  g_test_add_func ("/rtspcamerasrc/streams/h265", test_h265);
  g_test_add_func ("/rtspcamerasrc/streams/b-frames", test_b_frames);
  g_test_add_func ("/rtspcamerasrc/streams/huge", test_huge);
  g_test_add_func ("/rtspcamerasrc/streams/no-times", test_no_times);
  g_test_add_func ("/rtspcamerasrc/streams/no-video", test_no_video);
  g_test_add_func ("/rtspcamerasrc/streams/sound", test_sound);
  g_test_add_func ("/rtspcamerasrc/streams/blocked", test_blocked);
  g_test_add_func ("/rtspcamerasrc/streams/secrets", test_secrets);
  return g_test_run ();
}
