/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties that all sinks with a link have, and the uri of GstURIHandler. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "edge-enumtypes.h"
#include "element/link-sink-private.h"
#include "frame/camera-id.h"

#define DEFAULT_MAX_SIZE_BUFFERS 100
#define DEFAULT_MAX_SIZE_BYTES (64 * 1024 * 1024)
#define DEFAULT_LEAKY GST_EDGE_LEAKY_UPSTREAM
#define DEFAULT_TIMEOUT (GST_EDGE_LINK_DEFAULT_TIMEOUT * GST_USECOND)
#define MIN_TIMEOUT (100 * GST_MSECOND)
#define MAX_TIMEOUT (10 * 60 * GST_SECOND)
#define DEFAULT_DRAIN_TIMEOUT (5 * GST_SECOND)
#define DEFAULT_CIRCUIT_RESET (GST_EDGE_LINK_DEFAULT_CIRCUIT_RESET * GST_USECOND)

enum
{
  PROP_0,
  PROP_URI,
  PROP_LINK_GROUP,
  PROP_CAMERA_ID,
  PROP_MAX_SIZE_BUFFERS,
  PROP_MAX_SIZE_BYTES,
  PROP_MAX_AGE,
  PROP_LEAKY,
  PROP_TIMEOUT,
  PROP_DRAIN_TIMEOUT,
  PROP_MAX_IN_FLIGHT,
  PROP_CIRCUIT_MAX_FAILURES,
  PROP_CIRCUIT_RESET,
  PROP_CA_FILE,
  PROP_CERT_FILE,
  PROP_KEY_FILE,
  PROP_TLS_VERIFY,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

void
gst_edge_link_sink_init_settings (GstEdgeLinkSinkSettings *settings)
{
  settings->limits.max_buffers = DEFAULT_MAX_SIZE_BUFFERS;
  settings->limits.max_bytes = DEFAULT_MAX_SIZE_BYTES;
  settings->limits.leaky = DEFAULT_LEAKY;
  settings->timeout = DEFAULT_TIMEOUT;
  settings->drain_timeout = DEFAULT_DRAIN_TIMEOUT;
  settings->max_in_flight = GST_EDGE_LINK_DEFAULT_MAX_IN_FLIGHT;
  settings->circuit_max_failures = GST_EDGE_LINK_DEFAULT_CIRCUIT_MAX_FAILURES;
  settings->circuit_reset = DEFAULT_CIRCUIT_RESET;
}

static void
replace_secret (gchar **place, gchar *value)
{
  if (*place != NULL)
    memset (*place, 0, strlen (*place));
  g_free (*place);
  *place = value;
}

void
gst_edge_link_sink_clear_settings (GstEdgeLinkSinkSettings *settings)
{
  replace_secret (&settings->uri, NULL);
  g_clear_pointer (&settings->link_group, g_free);
  g_clear_pointer (&settings->camera_id, g_free);
  g_clear_pointer (&settings->tls.ca_file, g_free);
  g_clear_pointer (&settings->tls.cert_file, g_free);
  g_clear_pointer (&settings->tls.key_file, g_free);
}

gchar *
gst_edge_link_sink_dup_uri (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = g_strdup (priv->settings.uri);
  GST_OBJECT_UNLOCK (self);
  return uri != NULL ? uri : g_strdup (GST_EDGE_LINK_SINK_GET_CLASS (self)->default_uri);
}

/* What may be shown: a password is ***, and what cannot be parsed is not shown at all. */
static gchar *
dup_redacted_uri (GstEdgeLinkSink *self)
{
  gchar *uri = gst_edge_link_sink_dup_uri (self), *text = NULL;
  GstEdgeEndpoint *endpoint = GST_EDGE_LINK_SINK_GET_CLASS (self)->parse_uri (uri, NULL);

  if (endpoint != NULL) {
    text = g_strdup (gst_edge_endpoint_get_text (endpoint));
    gst_edge_endpoint_unref (endpoint);
  }
  replace_secret (&uri, NULL);
  return text;
}

/* Queue limits may change while streaming. */
static void
apply_limits (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeQueueLimits limits;

  GST_OBJECT_LOCK (self);
  limits = priv->settings.limits;
  GST_OBJECT_UNLOCK (self);

  g_mutex_lock (&priv->client_lock);
  if (priv->client != NULL)
    gst_edge_link_client_set_limits (priv->client, &limits);
  g_mutex_unlock (&priv->client_lock);
}

/* Where a string property is kept; NULL for the others. */
static gchar **
string_place (GstEdgeLinkSinkSettings *settings, guint prop_id)
{
  switch (prop_id) {
    case PROP_LINK_GROUP:
      return &settings->link_group;
    case PROP_CAMERA_ID:
      return &settings->camera_id;
    case PROP_CA_FILE:
      return &settings->tls.ca_file;
    case PROP_CERT_FILE:
      return &settings->tls.cert_file;
    case PROP_KEY_FILE:
      return &settings->tls.key_file;
    default:
      return NULL;
  }
}

static void
gst_edge_link_sink_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstEdgeLinkSink *self = GST_EDGE_LINK_SINK (object);
  GstEdgeLinkSinkSettings *settings = &gst_edge_link_sink_get_private (self)->settings;
  gchar **place = string_place (settings, prop_id);

  GST_OBJECT_LOCK (self);
  if (place != NULL) {
    g_free (*place);
    *place = g_value_dup_string (value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  switch (prop_id) {
    case PROP_URI:
      replace_secret (&settings->uri, g_value_dup_string (value));
      break;
    case PROP_MAX_SIZE_BUFFERS:
      settings->limits.max_buffers = g_value_get_uint (value);
      break;
    case PROP_MAX_SIZE_BYTES:
      settings->limits.max_bytes = g_value_get_uint64 (value);
      break;
    case PROP_MAX_AGE:
      settings->limits.max_age = (gint64) (g_value_get_uint64 (value) / GST_USECOND);
      break;
    case PROP_LEAKY:
      settings->limits.leaky = g_value_get_enum (value);
      break;
    case PROP_TIMEOUT:
      settings->timeout = g_value_get_uint64 (value);
      break;
    case PROP_DRAIN_TIMEOUT:
      settings->drain_timeout = g_value_get_uint64 (value);
      break;
    case PROP_MAX_IN_FLIGHT:
      settings->max_in_flight = g_value_get_uint (value);
      break;
    case PROP_CIRCUIT_MAX_FAILURES:
      settings->circuit_max_failures = g_value_get_uint (value);
      break;
    case PROP_CIRCUIT_RESET:
      settings->circuit_reset = g_value_get_uint64 (value);
      break;
    case PROP_TLS_VERIFY:
      settings->tls.insecure = !g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);

  if (prop_id >= PROP_MAX_SIZE_BUFFERS && prop_id <= PROP_LEAKY)
    apply_limits (self);
}

static void
gst_edge_link_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeLinkSink *self = GST_EDGE_LINK_SINK (object);
  GstEdgeLinkSinkSettings *settings = &gst_edge_link_sink_get_private (self)->settings;
  gchar **place = string_place (settings, prop_id);

  if (prop_id == PROP_URI) {
    g_value_take_string (value, dup_redacted_uri (self));
    return;
  }
  if (prop_id == PROP_STATS) {
    g_value_take_boxed (value, gst_edge_link_sink_get_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  if (place != NULL) {
    g_value_set_string (value, *place);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  switch (prop_id) {
    case PROP_MAX_SIZE_BUFFERS:
      g_value_set_uint (value, settings->limits.max_buffers);
      break;
    case PROP_MAX_SIZE_BYTES:
      g_value_set_uint64 (value, settings->limits.max_bytes);
      break;
    case PROP_MAX_AGE:
      g_value_set_uint64 (value, (guint64) settings->limits.max_age * GST_USECOND);
      break;
    case PROP_LEAKY:
      g_value_set_enum (value, settings->limits.leaky);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint64 (value, settings->timeout);
      break;
    case PROP_DRAIN_TIMEOUT:
      g_value_set_uint64 (value, settings->drain_timeout);
      break;
    case PROP_MAX_IN_FLIGHT:
      g_value_set_uint (value, settings->max_in_flight);
      break;
    case PROP_CIRCUIT_MAX_FAILURES:
      g_value_set_uint (value, settings->circuit_max_failures);
      break;
    case PROP_CIRCUIT_RESET:
      g_value_set_uint64 (value, settings->circuit_reset);
      break;
    case PROP_TLS_VERIFY:
      g_value_set_boolean (value, !settings->tls.insecure);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

/* The element's own description of uri and camera-id differs; the rest is the same everywhere. */
void
gst_edge_link_sink_install_properties (GObjectClass *klass)
{
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  klass->set_property = gst_edge_link_sink_set_property;
  klass->get_property = gst_edge_link_sink_get_property;

  /**
   * GstEdgeLinkSink:uri:
   *
   * The server and how to log in. Reads back without the password. All sinks of the process that name the same
   * server with the same credentials share one connection.
   */
  properties[PROP_URI] = g_param_spec_string ("uri", "URI",
      "Server and credentials. AMQP: amqp://user:password@host:5672/vhost, where a '/' in the vhost is written %2f; "
      "several hosts, separated by commas, are tried in turn; amqps:// for TLS. Redis: "
      "redis://user:password@host:6379/0, redis+unix:///path, redis+sentinel://host1,host2/name/0, and rediss:// for "
      "TLS. Reads back with *** for the password. NULL = the local server",
      NULL, ready);
  properties[PROP_LINK_GROUP] = g_param_spec_string ("link-group", "Link group",
      "Elements with the same server, credentials and link-group share one connection and its thread; "
      "NULL = the common one. The first of them decides timeout, max-in-flight and circuit-… of the connection", NULL,
      ready);
  properties[PROP_CAMERA_ID] = g_param_spec_string ("camera-id", "Camera id",
      "Camera of frames that carry no identity from framestamp: " GST_EDGE_CAMERA_ID_RULE
      "; NULL = frames must carry one", NULL, ready);
  properties[PROP_MAX_SIZE_BUFFERS] = g_param_spec_uint ("max-size-buffers", "Max. size (buffers)",
      "Most frames that wait to be sent (0 = no limit)", 0, G_MAXUINT, DEFAULT_MAX_SIZE_BUFFERS, playing);
  properties[PROP_MAX_SIZE_BYTES] = g_param_spec_uint64 ("max-size-bytes", "Max. size (bytes)",
      "Most bytes that wait to be sent (0 = no limit)", 0, G_MAXUINT64, DEFAULT_MAX_SIZE_BYTES, playing);
  properties[PROP_MAX_AGE] = g_param_spec_uint64 ("max-age", "Max. age",
      "Frames that waited longer than this are dropped instead of sent, or sent again, in ns (0 = no limit)", 0,
      G_MAXINT64, 0, playing);
  properties[PROP_LEAKY] = g_param_spec_enum ("leaky", "Leaky",
      "What happens when the queue is full: \"upstream\" drops the new frame, \"downstream\" the oldest one, \"no\" "
      "blocks the streaming thread until the server has taken something", GST_TYPE_EDGE_LEAKY, DEFAULT_LEAKY, playing);
  properties[PROP_TIMEOUT] = g_param_spec_uint64 ("timeout", "Timeout",
      "Longest time to connect or to wait for an answer before the connection counts as lost, in ns",
      MIN_TIMEOUT, MAX_TIMEOUT, DEFAULT_TIMEOUT, ready);
  properties[PROP_DRAIN_TIMEOUT] = g_param_spec_uint64 ("drain-timeout", "Drain timeout",
      "Longest time that EOS waits for the server's answers, in ns; what is left then is dropped and counted when "
      "the element stops (0 = do not wait)", 0, MAX_TIMEOUT,
      DEFAULT_DRAIN_TIMEOUT, playing);
  properties[PROP_MAX_IN_FLIGHT] = g_param_spec_uint ("max-in-flight", "Max. in flight",
      "Most frames sent and not yet answered on the connection, and as many events besides. At least as many as come "
      "within one round trip to the server: cameras x frames per second x round trip in seconds", 1, 65535,
      GST_EDGE_LINK_DEFAULT_MAX_IN_FLIGHT, ready);
  properties[PROP_CIRCUIT_MAX_FAILURES] = g_param_spec_uint ("circuit-max-failures",
      "Circuit max. failures", "Failures to connect in a row after which connecting pauses for "
      "circuit-reset; those in the first 10 s of an outage do not count (0 = never)", 0, G_MAXUINT,
      GST_EDGE_LINK_DEFAULT_CIRCUIT_MAX_FAILURES, ready);
  properties[PROP_CIRCUIT_RESET] = g_param_spec_uint64 ("circuit-reset", "Circuit reset",
      "How long connecting pauses before a single new try (state circuit-half-open), in ns", GST_MSECOND, G_MAXINT64,
      DEFAULT_CIRCUIT_RESET, ready);
  properties[PROP_CA_FILE] = g_param_spec_string ("ca-file", "CA file",
      "amqps, rediss: PEM file of the authorities that may sign the server's certificate; NULL = those of "
      "the system", NULL, ready);
  properties[PROP_CERT_FILE] = g_param_spec_string ("cert-file", "Certificate file",
      "amqps, rediss: PEM file of the client's certificate; NULL = none", NULL, ready);
  properties[PROP_KEY_FILE] = g_param_spec_string ("key-file", "Key file",
      "amqps, rediss: PEM file of the client's key; NULL = it is in cert-file", NULL, ready);
  properties[PROP_TLS_VERIFY] = g_param_spec_boolean ("tls-verify", "Verify TLS",
      "amqps, rediss: verify the server's certificate and host name. Without it anybody can pretend to be "
      "the server", TRUE, ready);
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters since the start: in = delivered + unconfirmed + rejected + dropped + queued + in-flight. delivered, "
      "delivered-bytes: confirmed by the server; unconfirmed: sent with confirms=false; rejected: refused by the "
      "server, of which returned: no queue was bound; dropped: not sent, the sum of dropped-full, -circuit-open, -age, "
      "-oversize, -flush and -shutdown; queued, queued-bytes: waiting to be sent; in-flight: waiting for the answer; "
      "resent: sent more than once; connects: of the connection; state, server: see the message link-state; "
      "latency-p50, latency-p99: from the sink to the answer, in ns",
      GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (klass, N_PROPS, properties);
}

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SINK;
}

static gchar *
uri_get_uri (GstURIHandler *handler)
{
  return dup_redacted_uri (GST_EDGE_LINK_SINK (handler));
}

static gboolean
uri_set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  GstEdgeLinkSink *self = GST_EDGE_LINK_SINK (handler);
  GError *local = NULL;
  GstEdgeEndpoint *endpoint = GST_EDGE_LINK_SINK_GET_CLASS (self)->parse_uri (uri, &local);

  if (endpoint == NULL) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, local->message);
    g_error_free (local);
    return FALSE;
  }
  gst_edge_endpoint_unref (endpoint);
  g_object_set (self, "uri", uri, NULL);
  return TRUE;
}

void
gst_edge_link_sink_uri_handler_init (GstURIHandlerInterface *iface)
{
  iface->get_type = uri_get_type;
  iface->get_uri = uri_get_uri;
  iface->set_uri = uri_set_uri;
}
