/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rtspcamerasrc: its properties. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gio/gio.h>

#include "camera-enumtypes.h"
#include "frame/camera-id.h"
#include "gstrtspcamerasrc-private.h"
#include "net/edge-error.h"

GST_DEBUG_CATEGORY_EXTERN (gst_rtsp_camera_src_debug);
#define GST_CAT_DEFAULT gst_rtsp_camera_src_debug

#define DEFAULT_PROTOCOLS GST_RTSP_LOWER_TRANS_TCP
#define DEFAULT_LATENCY (200 * GST_MSECOND)
#define DEFAULT_STALL_TIMEOUT (10 * GST_SECOND)
#define DEFAULT_CONNECT_TIMEOUT (5 * GST_SECOND)
#define DEFAULT_RECONNECT_MIN_DELAY (250 * GST_MSECOND)
#define DEFAULT_RECONNECT_MAX_DELAY (30 * GST_SECOND)
#define DEFAULT_CIRCUIT_MAX_FAILURES 5
#define DEFAULT_CIRCUIT_RESET (60 * GST_SECOND)
#define MIN_TIME (100 * GST_MSECOND)
#define MAX_TIME (24 * 3600 * GST_SECOND)

enum
{
  PROP_0,
  PROP_URI,
  PROP_CAMERA_ID,
  PROP_USER,
  PROP_PASSWORD,
  PROP_PROTOCOLS,
  PROP_CA_FILE,
  PROP_TLS_VALIDATION_FLAGS,
  PROP_LATENCY,
  PROP_FRAMERATE,
  PROP_DECODE,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_STALL_TIMEOUT,
  PROP_CONNECT_TIMEOUT,
  PROP_RECONNECT_MIN_DELAY,
  PROP_RECONNECT_MAX_DELAY,
  PROP_CIRCUIT_MAX_FAILURES,
  PROP_CIRCUIT_RESET,
  PROP_STATE,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

void
gst_rtsp_camera_src_init_properties (GstRtspCameraSrcProperties *p)
{
  p->rate = GST_EDGE_CAMERA_RATE (0, 1);
  p->plain = (GstEdgeCameraSettings) {
  .protocols = DEFAULT_PROTOCOLS,.tls_validation_flags =
        G_TLS_CERTIFICATE_VALIDATE_ALL,.latency =
        DEFAULT_LATENCY,.stall_timeout =
        DEFAULT_STALL_TIMEOUT,.connect_timeout =
        DEFAULT_CONNECT_TIMEOUT,.reconnect_min_delay =
        DEFAULT_RECONNECT_MIN_DELAY,.reconnect_max_delay =
        DEFAULT_RECONNECT_MAX_DELAY,.circuit_max_failures =
        DEFAULT_CIRCUIT_MAX_FAILURES,.circuit_reset =
        DEFAULT_CIRCUIT_RESET,.decode = GST_RTSP_CAMERA_SRC_DECODE_AUTO};
}

void
gst_rtsp_camera_src_clear_properties (GstRtspCameraSrcProperties *p)
{
  gst_edge_camera_uri_clear (&p->uri);
  g_clear_error (&p->uri_error);
  g_clear_pointer (&p->camera_id, g_free);
  g_clear_pointer (&p->user, g_free);
  g_clear_pointer (&p->ca_file, g_free);
  g_clear_pointer (&p->password, gst_edge_camera_free_secret);
}

static void
set_uri_locked (GstRtspCameraSrcProperties *p, const gchar *uri)
{
  gst_edge_camera_uri_clear (&p->uri);
  g_clear_error (&p->uri_error);
  if (!gst_edge_camera_uri_parse (uri, &p->uri, &p->uri_error))
    gst_edge_camera_uri_clear (&p->uri);
}

static const gchar *
get_user_locked (const GstRtspCameraSrcProperties *p)
{
  return p->user != NULL ? p->user : p->uri.user;
}

static const gchar *
get_password_locked (const GstRtspCameraSrcProperties *p)
{
  return p->password != NULL ? p->password : p->uri.password;
}

static gchar *
make_text_locked (const GstRtspCameraSrcProperties *p)
{
  if (p->uri.location == NULL)
    return NULL;
  return gst_edge_camera_uri_make_text (p->uri.location, get_user_locked (p),
      get_password_locked (p) != NULL);
}

static gboolean
check_locked (const GstRtspCameraSrcProperties *p, const gchar **property, GError **error)
{
  if (p->uri.location == NULL) {
    *property = "uri";
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        p->uri_error != NULL ? p->uri_error->message
        : "not set; write it as rtsp://host:554/path");
    return FALSE;
  }
  if (p->camera_id != NULL && !gst_edge_camera_id_is_valid (p->camera_id)) {
    *property = "camera-id";
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "\"%s\" is not a camera id; use %s", p->camera_id,
        GST_EDGE_CAMERA_ID_RULE);
    return FALSE;
  }
  if (get_password_locked (p) != NULL && get_user_locked (p) == NULL) {
    *property = "user";
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "there is a password but no user; set user, or write "
        "rtsp://user:password@host in uri");
    return FALSE;
  }
  return TRUE;
}

/* Not under a lock: reads a file. */
static gboolean
load_authorities (GstEdgeCameraSettings *settings, const gchar *ca_file, GError **error)
{
  GError *why = NULL;
  gchar *path;

  if (ca_file == NULL || ca_file[0] == '\0')
    return TRUE;
  path = g_canonicalize_filename (ca_file, NULL);
  settings->tls_database = g_tls_file_database_new (path, &why);
  g_free (path);
  if (settings->tls_database != NULL)
    return TRUE;
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
      "\"%s\" cannot be read as a PEM file of certificates (%s)", ca_file, why->message);
  g_error_free (why);
  return FALSE;
}

gboolean
gst_rtsp_camera_src_make_settings (GstRtspCameraSrc *self,
    GstEdgeCameraSettings *settings, const gchar **property, GError **error)
{
  GstRtspCameraSrcProperties *p = &self->properties;
  gchar *ca_file = NULL;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  ok = check_locked (p, property, error);
  if (ok) {
    *settings = p->plain;
    settings->camera_id = g_strdup (p->camera_id);
    settings->name = g_strdup (p->camera_id != NULL ? p->camera_id
        : GST_OBJECT_NAME (self));
    settings->location = g_strdup (p->uri.location);
    settings->user = g_strdup (get_user_locked (p));
    settings->password = g_strdup (get_password_locked (p));
    settings->text = make_text_locked (p);
    ca_file = g_strdup (p->ca_file);
  }
  GST_OBJECT_UNLOCK (self);

  if (ok && !load_authorities (settings, ca_file, error)) {
    *property = "ca-file";
    gst_edge_camera_settings_clear (settings);
    ok = FALSE;
  }
  g_free (ca_file);
  if (ok && settings->tls_validation_flags != G_TLS_CERTIFICATE_VALIDATE_ALL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("tls-validation-flags leaves out checks: whoever is between here and %s can read and change everything",
            settings->text), (NULL));
  return ok;
}

static void
replace (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
gst_rtsp_camera_src_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstRtspCameraSrc *self = GST_RTSP_CAMERA_SRC (object);
  GstRtspCameraSrcProperties *p = &self->properties;

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_URI:
      set_uri_locked (p, g_value_get_string (value));
      break;
    case PROP_CAMERA_ID:
      replace (&p->camera_id, value);
      break;
    case PROP_USER:
      replace (&p->user, value);
      break;
    case PROP_PASSWORD:
      gst_edge_camera_free_secret (p->password);
      p->password = g_value_dup_string (value);
      break;
    case PROP_PROTOCOLS:
      p->plain.protocols = g_value_get_flags (value);
      break;
    case PROP_CA_FILE:
      replace (&p->ca_file, value);
      break;
    case PROP_TLS_VALIDATION_FLAGS:
      p->plain.tls_validation_flags = g_value_get_flags (value);
      break;
    case PROP_LATENCY:
      p->plain.latency = g_value_get_uint64 (value);
      break;
    case PROP_FRAMERATE:
      p->rate = GST_EDGE_CAMERA_RATE (gst_value_get_fraction_numerator (value),
          gst_value_get_fraction_denominator (value));
      break;
    case PROP_DECODE:
      p->plain.decode = g_value_get_enum (value);
      break;
    case PROP_WIDTH:
      p->plain.width = g_value_get_uint (value);
      break;
    case PROP_HEIGHT:
      p->plain.height = g_value_get_uint (value);
      break;
    case PROP_STALL_TIMEOUT:
      p->plain.stall_timeout = g_value_get_uint64 (value);
      break;
    case PROP_CONNECT_TIMEOUT:
      p->plain.connect_timeout = g_value_get_uint64 (value);
      break;
    case PROP_RECONNECT_MIN_DELAY:
      p->plain.reconnect_min_delay = g_value_get_uint64 (value);
      break;
    case PROP_RECONNECT_MAX_DELAY:
      p->plain.reconnect_max_delay = g_value_get_uint64 (value);
      break;
    case PROP_CIRCUIT_MAX_FAILURES:
      p->plain.circuit_max_failures = g_value_get_uint (value);
      break;
    case PROP_CIRCUIT_RESET:
      p->plain.circuit_reset = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);

  if (prop_id == PROP_FRAMERATE)
    gst_rtsp_camera_src_rate_changed (self);
}

static void
get_property_locked (const GstRtspCameraSrcProperties *p, guint prop_id, GValue *value)
{
  switch (prop_id) {
    case PROP_URI:
      g_value_take_string (value, make_text_locked (p));
      break;
    case PROP_CAMERA_ID:
      g_value_set_string (value, p->camera_id);
      break;
    case PROP_USER:
      g_value_set_string (value, get_user_locked (p));
      break;
    case PROP_PROTOCOLS:
      g_value_set_flags (value, p->plain.protocols);
      break;
    case PROP_CA_FILE:
      g_value_set_string (value, p->ca_file);
      break;
    case PROP_TLS_VALIDATION_FLAGS:
      g_value_set_flags (value, p->plain.tls_validation_flags);
      break;
    case PROP_LATENCY:
      g_value_set_uint64 (value, p->plain.latency);
      break;
    case PROP_FRAMERATE:
      gst_value_set_fraction (value, (gint) GST_EDGE_CAMERA_RATE_N (p->rate),
          (gint) GST_EDGE_CAMERA_RATE_D (p->rate));
      break;
    case PROP_DECODE:
      g_value_set_enum (value, p->plain.decode);
      break;
    case PROP_WIDTH:
      g_value_set_uint (value, p->plain.width);
      break;
    case PROP_HEIGHT:
      g_value_set_uint (value, p->plain.height);
      break;
    case PROP_STALL_TIMEOUT:
      g_value_set_uint64 (value, p->plain.stall_timeout);
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint64 (value, p->plain.connect_timeout);
      break;
    case PROP_RECONNECT_MIN_DELAY:
      g_value_set_uint64 (value, p->plain.reconnect_min_delay);
      break;
    case PROP_RECONNECT_MAX_DELAY:
      g_value_set_uint64 (value, p->plain.reconnect_max_delay);
      break;
    case PROP_CIRCUIT_MAX_FAILURES:
      g_value_set_uint (value, p->plain.circuit_max_failures);
      break;
    case PROP_CIRCUIT_RESET:
      g_value_set_uint64 (value, p->plain.circuit_reset);
      break;
    default:
      break;
  }
}

static void
gst_rtsp_camera_src_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstRtspCameraSrc *self = GST_RTSP_CAMERA_SRC (object);

  switch (prop_id) {
    case PROP_STATE:
      g_value_set_enum (value, gst_rtsp_camera_src_get_state (self));
      break;
    case PROP_STATS:
      g_value_take_boxed (value, gst_rtsp_camera_src_get_stats (self));
      break;
    default:
      GST_OBJECT_LOCK (self);
      get_property_locked (&self->properties, prop_id, value);
      GST_OBJECT_UNLOCK (self);
      break;
  }
}

static void
make_connection_properties (GParamFlags ready)
{
  const GParamFlags write_only = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  /**
   * GstRtspCameraSrc:uri:
   *
   * The camera. Credentials in it are taken out at once; it reads back with `***` for the password, the query, and a
   * path that contains `=`. Must be set.
   */
  properties[PROP_URI] = g_param_spec_string ("uri", "URI",
      "The camera: rtsp://[user:password@]host[:port]/path, or rtsps:// for "
      "TLS. Reads back with *** for the password and the query. Must be set",
      NULL, ready);
  /**
   * GstRtspCameraSrc:camera-id:
   *
   * The camera's name in log lines, messages and names of threads. What gives frames this id is framestamp.
   */
  properties[PROP_CAMERA_ID] = g_param_spec_string ("camera-id", "Camera id",
      "The camera's name in log lines and messages: " GST_EDGE_CAMERA_ID_RULE
      "; NULL = the element's name", NULL, ready);
  properties[PROP_USER] = g_param_spec_string ("user", "User",
      "User to log in as; counts more than the one in uri", NULL, ready);
  properties[PROP_PASSWORD] = g_param_spec_string ("password", "Password",
      "Password to log in with; counts more than the one in uri. Cannot be "
      "read", NULL, write_only);
  properties[PROP_PROTOCOLS] = g_param_spec_flags ("protocols", "Protocols",
      "How the video may come: tcp (lossless, passes firewalls), udp, or udp+tcp = UDP, "
      "and TCP where the camera refuses it or no packet arrives", GST_TYPE_RTSP_LOWER_TRANS,
      DEFAULT_PROTOCOLS, ready);
  properties[PROP_CA_FILE] = g_param_spec_string ("ca-file", "CA file",
      "PEM file of the certificates to trust for rtsps://, such as the camera's own; NULL = those of the system",
      NULL, ready);
  properties[PROP_TLS_VALIDATION_FLAGS] =
      g_param_spec_flags ("tls-validation-flags", "TLS validation flags",
      "What is checked about the certificate of an rtsps:// camera. Leaving "
      "something out is insecure; better name the camera's certificate in ca-file", G_TYPE_TLS_CERTIFICATE_FLAGS,
      G_TLS_CERTIFICATE_VALIDATE_ALL, ready);
  properties[PROP_LATENCY] = g_param_spec_uint64 ("latency", "Latency",
      "How long late network packets are waited for, in ns; frames come out that much later", 0,
      60 * GST_SECOND, DEFAULT_LATENCY, ready);
}

static void
make_video_properties (GParamFlags ready, GParamFlags playing)
{
  /**
   * GstRtspCameraSrc:framerate:
   *
   * The most frames per second that come out. Frames are dropped by their timestamps, before they are decoded where
   * that is possible, else before they are scaled. In the long run the rate is exact, but for 0.4 % at most, by which
   * the frames that come out are kept in step with keyframes that come regularly: what is between the last frame that
   * is wanted and the next keyframe is not decoded, and so there is most of that.
   */
  properties[PROP_FRAMERATE] = gst_param_spec_fraction ("framerate",
      "Frame rate", "The most frames per second that come out, like 10/1 or 1/5; 0 = all", 0, 1,
      G_MAXINT, 1, 0, 1, playing);
  /**
   * GstRtspCameraSrc:decode:
   *
   * What is decoded. JPEG passes through undecoded in all modes where downstream takes it and no scaling is asked.
   * With `none`, a framerate lets only keyframes through.
   */
  properties[PROP_DECODE] = g_param_spec_enum ("decode", "Decode",
      "What is decoded: auto = only keyframes while they are enough for "
      "framerate, which costs a fraction, else all; none = the video comes out as it is",
      GST_TYPE_RTSP_CAMERA_SRC_DECODE, GST_RTSP_CAMERA_SRC_DECODE_AUTO, ready);
  properties[PROP_WIDTH] = g_param_spec_uint ("width", "Width",
      "Scale to this width in pixels; 0 = follows from height, keeping the shape, or the camera's",
      0, GST_EDGE_CAMERA_MAX_SIDE, 0, ready);
  properties[PROP_HEIGHT] = g_param_spec_uint ("height", "Height",
      "Scale to this height in pixels; 0 = follows from width, keeping the shape, or the camera's",
      0, GST_EDGE_CAMERA_MAX_SIDE, 0, ready);
}

static void
make_recovery_properties (GParamFlags ready)
{
  properties[PROP_STALL_TIMEOUT] = g_param_spec_uint64 ("stall-timeout",
      "Stall timeout", "So long without a frame, the connection is given up "
      "and made anew, in ns", MIN_TIME, MAX_TIME, DEFAULT_STALL_TIMEOUT, ready);
  properties[PROP_CONNECT_TIMEOUT] = g_param_spec_uint64 ("connect-timeout",
      "Connect timeout", "Longest time from connecting to the first video, "
      "in ns", MIN_TIME, MAX_TIME, DEFAULT_CONNECT_TIMEOUT, ready);
  properties[PROP_RECONNECT_MIN_DELAY] =
      g_param_spec_uint64 ("reconnect-min-delay", "Reconnect min. delay",
      "Pause before connecting again after the first failure, in ns; each further one may double it",
      GST_MSECOND, MAX_TIME,
      DEFAULT_RECONNECT_MIN_DELAY, ready);
  properties[PROP_RECONNECT_MAX_DELAY] =
      g_param_spec_uint64 ("reconnect-max-delay", "Reconnect max. delay",
      "Longest pause before connecting again, to which pauses grow, in ns",
      GST_MSECOND, MAX_TIME, DEFAULT_RECONNECT_MAX_DELAY, ready);
  properties[PROP_CIRCUIT_MAX_FAILURES] =
      g_param_spec_uint ("circuit-max-failures", "Circuit max. failures",
      "Failures in a row, those of the first 10 s not counted, after which the "
      "camera is offline and connecting pauses for circuit-reset (0 = never)", 0, G_MAXUINT,
      DEFAULT_CIRCUIT_MAX_FAILURES, ready);
  properties[PROP_CIRCUIT_RESET] = g_param_spec_uint64 ("circuit-reset",
      "Circuit reset", "How long connecting pauses before a single new try, "
      "in ns", GST_MSECOND, MAX_TIME, DEFAULT_CIRCUIT_RESET, ready);
}

void
gst_rtsp_camera_src_install_properties (GObjectClass *klass)
{
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_PLAYING;
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  klass->set_property = gst_rtsp_camera_src_set_property;
  klass->get_property = gst_rtsp_camera_src_get_property;

  make_connection_properties (ready);
  make_video_properties (ready, playing);
  make_recovery_properties (ready);
  properties[PROP_STATE] = g_param_spec_enum ("state", "State",
      "active: frames come; inactive: connecting, or waiting to connect again; offline: failed so often that it "
      "waits for circuit-reset", GST_TYPE_RTSP_CAMERA_SRC_STATE,
      GST_RTSP_CAMERA_SRC_STATE_INACTIVE, readable);
  /**
   * GstRtspCameraSrc:stats:
   *
   * Encoded pictures: `pictures` = `skipped` + `dropped-late` + those decoded (+ those held). Frames: `frames` =
   * `dropped-rate` + `dropped-flushing` + `out` (+ those on their way).
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "State, reason, next-retry, and counters: connects, failures, bytes, pictures (encoded), keyframes, "
      "skipped and dropped-late of them, frames (decoded), dropped-rate and out of them", GST_TYPE_STRUCTURE,
      readable);
  g_object_class_install_properties (klass, N_PROPS, properties);
}
