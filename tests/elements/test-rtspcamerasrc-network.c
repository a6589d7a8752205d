/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc and what lies between it and the camera: redirects, slow and broken networks, UDP, TLS. */

#include <string.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "camera-rig.h"
#include "camera-server.h"

#define CAMERAS "--marked --size 320x240 --fps 20 --gop 10 --loop-frames 100"
#define LOGIN " --user u --password right"
#define SINK "fakesink async=false"
#define H264 "( " SERVER_PICTURES "x264enc speed-preset=ultrafast tune=zerolatency key-int-max=10 ! " \
    "rtph264pay config-interval=-1 name=pay0 )"
#define H265 "( " SERVER_PICTURES "x265enc speed-preset=ultrafast tune=zerolatency key-int-max=10 ! " \
    "h265parse config-interval=-1 ! rtph265pay name=pay0 )"
#define SMALL_JPEG "( videotestsrc is-live=true ! video/x-raw, format=I420, width=160, height=120, framerate=20/1 ! " \
    "jpegenc ! rtpjpegpay name=pay0 )"
#define JPEG "( " SERVER_PICTURES "jpegenc ! rtpjpegpay name=pay0 )"

/* ---- redirects ---- */

/* Answers each request of a method with "302 Moved Temporarily". */
typedef struct
{
  GSocketListener *listener;
  GCancellable *cancellable;
  GThread *thread;
  guint port;
  const gchar *method;          /* "" = all */
  gchar *location;
  guint answers;                /* atomic */
} Redirector;

static gchar *
make_answer (Redirector *redirector, const gchar *request)
{
  static const gchar sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
      "a=rtpmap:96 H264/90000\r\na=control:stream=0\r\n";

  if (g_str_has_prefix (request, redirector->method)) {
    g_atomic_int_inc (&redirector->answers);
    return g_strdup_printf ("Location: %s\r\n\r\n", redirector->location);
  }
  if (g_str_has_prefix (request, "DESCRIBE "))
    return g_strdup_printf ("Content-Type: application/sdp\r\nContent-Length: %u\r\n\r\n%s", (guint) strlen (sdp), sdp);
  if (g_str_has_prefix (request, "SETUP "))
    return g_strdup ("Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
  return g_strdup ("Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n");
}

static void
answer (Redirector *redirector, GSocketConnection *connection)
{
  GDataInputStream *in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  gchar *line, *request = NULL;
  guint cseq = 0;

  while ((line = g_data_input_stream_read_line (in, NULL, redirector->cancellable, NULL)) != NULL) {
    g_strchomp (line);
    if (request == NULL)
      request = g_strdup (line);
    if (g_str_has_prefix (line, "CSeq: "))
      cseq = (guint) g_ascii_strtoull (line + 6, NULL, 10);
    if (line[0] == '\0') {
      gchar *rest = make_answer (redirector, request);
      gchar *text = g_strdup_printf ("RTSP/1.0 %s\r\nCSeq: %u\r\n%s",
          g_str_has_prefix (rest, "Location") ? "302 Moved Temporarily" : "200 OK", cseq, rest);

      g_output_stream_write_all (out, text, strlen (text), NULL, NULL, NULL);
      g_free (text);
      g_free (rest);
      g_clear_pointer (&request, g_free);
    }
    g_free (line);
  }
  g_free (request);
  g_object_unref (in);
}

static gpointer
redirect (gpointer data)
{
  Redirector *redirector = data;
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (redirector->listener, NULL, redirector->cancellable, NULL)) != NULL) {
    answer (redirector, connection);
    g_object_unref (connection);
  }
  return NULL;
}

/* @port: of the camera; 0 = its own */
static Redirector *
redirector_start (const gchar *method, const gchar *scheme, guint port)
{
  Redirector *redirector = g_new0 (Redirector, 1);
  GInetAddress *loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  GSocketAddress *any = g_inet_socket_address_new (loopback, 0), *bound = NULL;

  redirector->method = method;
  redirector->listener = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (redirector->listener, any, G_SOCKET_TYPE_STREAM,
          G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  redirector->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  redirector->location = g_strdup_printf ("%s://127.0.0.1:%u/cam1", scheme, port != 0 ? port : redirector->port);
  redirector->cancellable = g_cancellable_new ();
  redirector->thread = g_thread_new ("redirector", redirect, redirector);
  g_object_unref (bound);
  g_object_unref (any);
  g_object_unref (loopback);
  return redirector;
}

static void
redirector_stop (Redirector *redirector)
{
  g_cancellable_cancel (redirector->cancellable);
  g_thread_join (redirector->thread);
  g_socket_listener_close (redirector->listener);
  g_object_unref (redirector->listener);
  g_object_unref (redirector->cancellable);
  g_free (redirector->location);
  g_free (redirector);
}

static void
redirected_wrongly (const gchar *scheme, const gchar *words)
{
  Redirector *redirector = redirector_start ("DESCRIBE ", scheme, 0);
  Rig *rig = rig_start (1, redirector->port, "", SINK);

  rig_await_message (rig, 1, "inactive", "connect", words);
  rig_await_message (rig, 1, "inactive", "connect", words);
  g_assert_cmpint (g_atomic_int_get (&redirector->answers), <=, (gint) rig_get_stat (rig, 1, "connects"));
  rig_stop (rig);
  redirector_stop (redirector);
}

/* User and password are for where it leads. */
static void
test_redirect (void)
{
  Simulator *simulator = simulator_start (CAMERAS LOGIN, 0);
  guint port = simulator_get_port (simulator), answers;
  Redirector *redirector = redirector_start ("DESCRIBE ", "rtsp", port);
  Rig *rig = rig_start (1, redirector->port, "user=u password=right", SINK);
  gint64 since;

  rig_await_state (rig, 1, "active", NULL);
  rig_await_frames (rig, 1, 10);
  answers = (guint) g_atomic_int_get (&redirector->answers);
  g_assert_cmpuint (answers, >=, 1);

  /* each connection asks anew */
  simulator_stop (simulator);
  rig_await_state (rig, 1, "inactive", "eos");
  simulator = simulator_start (CAMERAS LOGIN, port);
  since = g_get_monotonic_time ();
  rig_await_recovery (rig, 1, since);
  g_assert_cmpuint (g_atomic_int_get (&redirector->answers), >, answers);
  rig_stop (rig);
  simulator_stop (simulator);
  redirector_stop (redirector);

  redirected_wrongly ("rtsp", "to itself");
  redirected_wrongly ("http", "what is not rtsp://");
  redirected_wrongly ("rtsps", "write that in uri");
}

/* From one to another, and back. */
static void
test_redirected_in_circles (void)
{
  Redirector *one = redirector_start ("DESCRIBE ", "rtsp", 0),
      *other = redirector_start ("DESCRIBE ", "rtsp", one->port);
  Rig *rig;

  g_free (one->location);
  one->location = g_strdup_printf ("rtsp://127.0.0.1:%u/cam1", other->port);
  rig = rig_start (1, one->port, "", SINK);
  rig_await_message (rig, 1, "inactive", "connect", "redirects again and again");
  rig_await_message (rig, 1, "inactive", "connect", "redirects again and again");
  g_assert_cmpint (g_atomic_int_get (&one->answers), <=, 4 * (gint) rig_get_stat (rig, 1, "connects"));
  rig_stop (rig);
  redirector_stop (one);
  redirector_stop (other);
}

/* Not only DESCRIBE may be answered so. */
static void
test_redirected_anywhere (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  Redirector *redirector = redirector_start ("", "rtsp", simulator_get_port (simulator));
  Rig *rig = rig_start (1, redirector->port, "", SINK);

  rig_await_state (rig, 1, "active", NULL);
  rig_stop (rig);
  redirector_stop (redirector);

  redirector = redirector_start ("PLAY ", "rtsp", simulator_get_port (simulator));
  rig = rig_start (1, redirector->port, "", SINK);
  rig_await_state (rig, 1, "active", NULL);
  rig_stop (rig);
  redirector_stop (redirector);
  simulator_stop (simulator);

  redirector = redirector_start ("PLAY ", "rtsp", 0);
  rig = rig_start (1, redirector->port, "", SINK);
  rig_await_message (rig, 1, "inactive", "connect", "redirects again and again");
  rig_await_message (rig, 1, "inactive", "connect", "redirects again and again");
  g_assert_cmpint (g_atomic_int_get (&redirector->answers), <=, 6 * (gint) rig_get_stat (rig, 1, "connects"));
  rig_stop (rig);
  redirector_stop (redirector);

  redirector = redirector_start ("PLAY ", "rtsps", 0);
  rig = rig_start (1, redirector->port, "", SINK);
  rig_await_message (rig, 1, "inactive", "connect", "write that in uri");
  rig_stop (rig);
  redirector_stop (redirector);
}

/* The camera itself says, in the middle, that its clients should go: there once, and from there to where they began. */
static void
test_redirected_later (void)
{
  Server *server = server_start (JPEG, NULL), *other = server_start (SMALL_JPEG, NULL);
  Rig *rig = rig_start (1, server_get_port (server), "", SINK);
  gchar *location = g_strdup_printf ("rtsp://u:p@127.0.0.1:%u/cam1?key=secret", server_get_port (other));
  gint64 since;

  rig_await_state (rig, 1, "active", NULL);
  rig_await_caps (rig, 1, "image/jpeg, width=320");
  rig_await_frames (rig, 1, 5);
  since = g_get_monotonic_time ();
  server_redirect (server, location);
  rig_await_message (rig, 1, "inactive", "eos", "/cam1?***)");
  rig_await_recovery (rig, 1, since);
  rig_await_caps (rig, 1, "image/jpeg, width=160");
  rig_await_frames (rig, 1, 5);

  /* nowhere in particular */
  server_redirect (other, "http://127.0.0.1/elsewhere");
  rig_await_message (rig, 1, "inactive", "eos", "connect anew");
  rig_await_state (rig, 1, "active", NULL);
  rig_await_caps (rig, 1, "image/jpeg, width=320");
  rig_stop (rig);
  server_stop (other);
  server_stop (server);
  g_free (location);
}

/* ---- networks ---- */

typedef struct
{
  Simulator *simulator;
  Simulator *proxy;
  Rig *rig;                     /* through the proxy */
  Rig *other;                   /* not through it; notices nothing */
  guint64 connects[2];          /* of the other: a busy machine may need several attempts at the start */
  guint disconts[2];
} Network;

static void
network_start (Network *network, const gchar *first_command, const gchar *properties)
{
  guint i;

  network->simulator = simulator_start (CAMERAS " --cameras 2", 0);
  network->proxy = proxy_start (simulator_get_port (network->simulator));
  if (first_command != NULL)
    simulator_command (network->proxy, first_command);
  network->other = rig_start (2, simulator_get_port (network->simulator), "", SINK);
  for (i = 1; i <= 2; i++)
    rig_await_frames (network->other, i, 5);
  for (i = 0; i < 2; i++) {
    network->connects[i] = rig_get_stat (network->other, i + 1, "connects");
    network->disconts[i] = rig_get_camera (network->other, i + 1)->disconts;
  }
  network->rig = rig_start (1, simulator_get_port (network->proxy), properties, SINK);
}

static gint64
network_cure (Network *network)
{
  gint64 now = g_get_monotonic_time ();

  simulator_command (network->proxy, "pass");
  return now;
}

static void
network_stop (Network *network)
{
  guint i;

  rig_await_frames (network->rig, 1, 10);
  rig_stop (network->rig);
  for (i = 1; i <= 2; i++) {
    g_assert_cmpuint (rig_get_stat (network->other, i, "connects"), ==, network->connects[i - 1]);
    if (!RIG_IS_SANITIZED)
      g_assert_cmpuint (rig_get_stat (network->other, i, "dropped-late"), ==, 0);
    g_assert_cmpuint (rig_get_camera (network->other, i)->disconts, ==, network->disconts[i - 1]);
  }
  rig_stop (network->other);
  simulator_stop (network->proxy);
  simulator_stop (network->simulator);
}

/* Nobody answers: not the attempt to connect, or nothing after that. */
static void
test_no_answer (gconstpointer command)
{
  Network network;

  network_start (&network, command, "connect-timeout=1500000000");
  rig_await_state (network.rig, 1, "inactive", "timeout");
  rig_await_state (network.rig, 1, "inactive", "timeout");
  g_assert_cmpuint (network.rig->n_warnings, ==, 1);
  network_cure (&network);
  rig_await_state (network.rig, 1, "active", NULL);
  network_stop (&network);
}

/* The connection ends: in good order in the middle of a packet, or not. */
static void
test_cut (gconstpointer command)
{
  Network network;
  gint64 since;

  network_start (&network, NULL, "");
  rig_await_state (network.rig, 1, "active", NULL);
  rig_await_frames (network.rig, 1, 1);
  since = g_get_monotonic_time ();
  simulator_command (network.proxy, command);
  rig_await_state (network.rig, 1, "inactive", "eos");
  rig_await_recovery (network.rig, 1, since);
  g_assert_cmpuint (rig_get_camera (network.rig, 1)->disconts, ==, 2);
  network_stop (&network);
}

/* Before there is any video: within an answer of the camera. Whoever tries again, rtspsrc or the element. */
static void
test_cut_early (void)
{
  const gchar *commands[] = { "truncate 10 down", "truncate 300 down", "truncate 900 down" };
  Network network;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    network_start (&network, commands[i], "");
    rig_await_recovery (network.rig, 1, g_get_monotonic_time ());
    network_stop (&network);
  }
}

static void
test_frozen (void)
{
  Network network;

  network_start (&network, NULL, "");
  rig_await_state (network.rig, 1, "active", NULL);
  simulator_command (network.proxy, "freeze");
  rig_await_state (network.rig, 1, "inactive", "stall");
  rig_await_recovery (network.rig, 1, network_cure (&network));
  network_stop (&network);
}

/* Far away, in small pieces: that is no fault. */
static void
test_far_away (void)
{
  Network network;

  network_start (&network, "delay 100", "");
  simulator_command (network.proxy, "split 50");
  rig_await_state (network.rig, 1, "active", NULL);
  rig_await_frames (network.rig, 1, 40);
  network_cure (&network);
  rig_await_frames (network.rig, 1, 40);
  g_assert_cmpuint (rig_get_stat (network.rig, 1, "connects"), ==, 1);
  network_stop (&network);
}

/* Less than the video needs: what comes is shown, and when there is more again it is live again. */
static void
test_slow (void)
{
  Network network;

  network_start (&network, NULL, "");
  rig_await_state (network.rig, 1, "active", NULL);
  do
    rig_await_frames (network.rig, 1, 1);
  while (rig_get_camera (network.rig, 1)->with_time == 0);
  simulator_command (network.proxy, "throttle 20000 down");
  do
    rig_await_frames (network.rig, 1, 1);
  while (rig_get_camera (network.rig, 1)->age < 3 * (gint64) GST_SECOND / 2);
  rig_await_live (network.rig, 1, network_cure (&network));
  rig_await_frames (network.rig, 1, 100);
  g_assert_cmpint (rig_get_camera (network.rig, 1)->element->current_state, ==, GST_STATE_PLAYING);
  network_stop (&network);
}

/* ---- UDP ---- */

static void
test_udp (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  guint port = simulator_get_port (simulator);
  Rig *rig = rig_start (1, port, "protocols=udp", SINK);
  guint64 frames;
  gint64 since;

  rig_await_state (rig, 1, "active", NULL);
  rig_await_frames (rig, 1, 30);
  simulator_stop (simulator);
  rig_await_state (rig, 1, "inactive", NULL);
  simulator = simulator_start (CAMERAS, port);
  since = g_get_monotonic_time ();
  rig_await_recovery (rig, 1, since);
  rig_stop (rig);

  /* packets of unwanted pictures get less far here too */
  rig = rig_start (1, port, "protocols=udp decode=keyframes", SINK);
  rig_await_frames (rig, 1, 6);
  frames = rig_get_stat (rig, 1, "frames");
  g_assert_cmpuint (frames, <=, rig_get_stat (rig, 1, "keyframes"));
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped"), >=, 40);
  g_assert_cmpuint (rig_get_stat (rig, 1, "skipped-packets"), >=, 40);
  rig_stop (rig);
  simulator_stop (simulator);
}

/* As behind a firewall: the socket hears only a port from which nobody sends. */
static void
deafen (GstBin *source, GstElement *element, gpointer user_data)
{
  GInetAddress *loopback;
  GSocketAddress *nobody;
  GSocket *socket = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "used-socket") == NULL
      || g_object_class_find_property (G_OBJECT_GET_CLASS (element), "buffer-size") == NULL
      || !GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE))
    return;
  g_object_get (element, "used-socket", &socket, NULL);
  if (socket == NULL)
    return;
  loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  nobody = g_inet_socket_address_new (loopback, 9);
  g_assert_true (g_socket_connect (socket, nobody, NULL, NULL));
  g_atomic_int_inc ((gint *) user_data);
  g_object_unref (nobody);
  g_object_unref (loopback);
  g_object_unref (socket);
}

static void
on_source_setup (GstElement *element, GstElement *source, gpointer user_data)
{
  g_signal_connect (source, "element-added", G_CALLBACK (deafen), user_data);
}

static void
test_udp_falls_back (void)
{
  Simulator *simulator = simulator_start (CAMERAS, 0);
  Server *server;
  gint deaf = 0;
  Rig *rig;

  /* nothing arrives over UDP */
  rig = rig_start (1, simulator_get_port (simulator), "protocols=udp+tcp", SINK);
  gst_element_set_state (rig->pipeline, GST_STATE_READY);
  g_signal_connect (rig_get_camera (rig, 1)->element, "source-setup", G_CALLBACK (on_source_setup), &deaf);
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
  rig_await_state (rig, 1, "active", NULL);
  rig_await_frames (rig, 1, 30);
  g_assert_cmpint (g_atomic_int_get (&deaf), >, 0);
  rig_stop (rig);
  simulator_stop (simulator);

  /* the camera refuses UDP */
  server = server_start (JPEG, &(ServerOptions) {.protocols = GST_RTSP_LOWER_TRANS_TCP});
  rig = rig_start (1, server_get_port (server), "protocols=udp+tcp", SINK);
  rig_await_state (rig, 1, "active", NULL);
  rig_stop (rig);
  rig = rig_start (1, server_get_port (server), "protocols=udp", SINK);
  rig_await_message (rig, 1, "inactive", "connect", "protocols");
  rig_stop (rig);
  server_stop (server);
}

/* ---- TLS ---- */

static gchar *
make_certificate (const gchar *folder)
{
  gchar *path = g_build_filename (folder, "camera.pem", NULL);
  const gchar *argv[] =
      { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
    "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
    "-keyout", path, "-out", path, NULL
  };
  gchar *certificate = g_build_filename (folder, "certificate.pem", NULL);
  gchar *key = g_build_filename (folder, "key.pem", NULL), *a = NULL, *b = NULL, *both;
  GError *error = NULL;
  GSubprocess *openssl;

  argv[15] = key;
  argv[17] = certificate;
  openssl = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (openssl, NULL, NULL));
  g_object_unref (openssl);
  g_assert_true (g_file_get_contents (certificate, &a, NULL, NULL));
  g_assert_true (g_file_get_contents (key, &b, NULL, NULL));
  both = g_strconcat (a, b, NULL);
  g_assert_true (g_file_set_contents (path, both, -1, NULL));
  g_unlink (key);
  g_unlink (certificate);
  g_free (both);
  g_free (a);
  g_free (b);
  g_free (certificate);
  g_free (key);
  return path;
}

static Rig *
watch_tls (guint port, const gchar *properties)
{
  gchar *all = g_strdup_printf ("uri=rtsps://localhost:%u/cam1 %s", port, properties);
  Rig *rig = rig_start (1, port, all, SINK);

  g_free (all);
  return rig;
}

static void
test_tls (void)
{
  gchar *folder = g_dir_make_tmp ("edge-camera-XXXXXX", NULL), *certificate, *properties;
  Server *server;
  guint port;
  Rig *rig;

  /* the test passes then, but once GnuTLS was at work gcc 12's LeakSanitizer crashes at the end */
  if (RIG_IS_SANITIZED || !g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_test_skip ("a sanitizer, or GIO has no TLS (glib-networking)");
    g_rmdir (folder);
    g_free (folder);
    return;
  }
  certificate = make_certificate (folder);
  properties = g_strdup_printf ("ca-file=%s", certificate);
  server = server_start (JPEG, &(ServerOptions) {.certificate = certificate});
  port = server_get_port (server);

  rig = watch_tls (port, "");
  rig_await_message (rig, 1, "inactive", "connect", "certificate is not trusted");
  rig_stop (rig);

  rig = watch_tls (port, properties);
  rig_await_state (rig, 1, "active", NULL);
  server_stop (server);
  rig_await_state (rig, 1, "inactive", NULL);   /* eos or stall: GIO does not always tell the end of TLS */
  /* no TLS at all any more */
  server = server_start (JPEG, &(ServerOptions) {.port = port});
  rig_await_state (rig, 1, "inactive", "connect");
  server_stop (server);
  server = server_start (JPEG, &(ServerOptions) {.port = port,.certificate = certificate});
  rig_await_state (rig, 1, "active", NULL);
  rig_stop (rig);

  rig = watch_tls (port, "tls-validation-flags=no-flags");
  rig_await_state (rig, 1, "active", NULL);
  g_assert_cmpuint (rig->n_warnings, ==, 1);
  rig_stop (rig);
  server_stop (server);
  g_unlink (certificate);
  g_rmdir (folder);
  g_free (properties);
  g_free (certificate);
  g_free (folder);
}

/* ---- another camera at the same address ---- */

static void
test_codec (void)
{
  const gchar *lines[] = { H264, JPEG, H265, H264 };
  Server *server = server_start (JPEG, NULL);
  guint port = server_get_port (server), i;
  Rig *rig = rig_start (1, port, "", "video/x-raw ! " SINK);
  GstElementFactory *x265 = gst_element_factory_find ("x265enc");
  gint64 since;

  rig_await_state (rig, 1, "active", NULL);
  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    if (g_str_equal (lines[i], H265) && x265 == NULL)
      continue;
    server_stop (server);
    rig_await_state (rig, 1, "inactive", "eos");
    server = server_start (lines[i], &(ServerOptions) {.port = port});
    since = g_get_monotonic_time ();
    rig_await_recovery (rig, 1, since);
    rig_await_frames (rig, 1, 5);
  }
  rig_stop (rig);
  gst_clear_object (&x265);
  server_stop (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtspcamerasrc/network/redirect", test_redirect);
  g_test_add_func ("/rtspcamerasrc/network/redirected-in-circles", test_redirected_in_circles);
  g_test_add_func ("/rtspcamerasrc/network/redirected-anywhere", test_redirected_anywhere);
  g_test_add_func ("/rtspcamerasrc/network/redirected-later", test_redirected_later);
  g_test_add_data_func ("/rtspcamerasrc/network/black-hole", "blackhole", test_no_answer);
  g_test_add_data_func ("/rtspcamerasrc/network/half-open", "silent", test_no_answer);
  g_test_add_data_func ("/rtspcamerasrc/network/closed-within-a-packet", "truncate 3333 down", test_cut);
  g_test_add_data_func ("/rtspcamerasrc/network/closed", "close", test_cut);
  g_test_add_data_func ("/rtspcamerasrc/network/reset", "reset", test_cut);
  g_test_add_func ("/rtspcamerasrc/network/closed-early", test_cut_early);
  g_test_add_func ("/rtspcamerasrc/network/frozen", test_frozen);
  g_test_add_func ("/rtspcamerasrc/network/far-away", test_far_away);
  g_test_add_func ("/rtspcamerasrc/network/slow", test_slow);
  g_test_add_func ("/rtspcamerasrc/network/udp", test_udp);
  g_test_add_func ("/rtspcamerasrc/network/udp-falls-back", test_udp_falls_back);
  g_test_add_func ("/rtspcamerasrc/network/tls", test_tls);
  g_test_add_func ("/rtspcamerasrc/network/codec", test_codec);
  return g_test_run ();
}
