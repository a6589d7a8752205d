/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base of the sinks that deliver over a link. render() makes a message and gives it to the link; the answer comes
 * back on the link's thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/element-error.h"
#include "element/link-sink-private.h"
#include "frame/camera-id.h"
#include "frame/capture-clock.h"

GST_DEBUG_CATEGORY (gst_edge_link_sink_debug);
#define GST_CAT_DEFAULT gst_edge_link_sink_debug

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstEdgeLinkSink, gst_edge_link_sink, GST_TYPE_BASE_SINK,
    G_ADD_PRIVATE (GstEdgeLinkSink)
    GST_DEBUG_CATEGORY_INIT (gst_edge_link_sink_debug, "edge-linksink", 0,
        "base of amqpsink, redisframesink and metadatapub"));

GstEdgeLinkSinkPrivate *
gst_edge_link_sink_get_private (GstEdgeLinkSink *self)
{
  return gst_edge_link_sink_get_instance_private (self);
}

static const gchar *
server_text (GstEdgeLinkSinkPrivate *priv)
{
  return gst_edge_endpoint_get_text (priv->endpoint);
}

static void
note_delivery (GstEdgeLinkSink *self, GstEdgeMessage *message)
{
  GstEdgeCameraRecord *record = __atomic_load_n (&gst_edge_link_sink_get_private (self)->record, __ATOMIC_ACQUIRE);

  if (record != NULL)
    gst_edge_camera_record_note_delivery (record, GST_EDGE_LINK_SINK_GET_CLASS (self)->stage,
        message->identity.capture_time);
}

/* Once; the counter tells how many. On the link's thread or the streaming thread. */
static void
warn_oversize (GstEdgeLinkSink *self, gsize size, const gchar *detail)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GError *error;

  if (!g_atomic_int_compare_and_exchange (&priv->warned_oversize, FALSE, TRUE))
    return;
  error = g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_MESSAGE, "%s: a frame of %" G_GSIZE_FORMAT " bytes is larger "
      "than the server takes; such frames are dropped%s%s", server_text (priv), size, detail != NULL ? ": " : "",
      detail != NULL ? detail : "");
  gst_edge_element_post_warning (GST_ELEMENT (self), error, NULL, server_text (priv));
  g_error_free (error);
}

static void
on_completed (GstEdgeMessage *message, GstEdgeResult result, const gchar *detail, gpointer user_data)
{
  GstEdgeLinkSink *self = user_data;
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);

  if (result == GST_EDGE_OVERSIZE)
    warn_oversize (self, message->size, detail);
  else if (result != GST_EDGE_DELIVERED && result != GST_EDGE_SENT && gst_edge_log_is_due (&priv->rejections))
    GST_WARNING_OBJECT (self, "%s was refused: %s (%" G_GUINT64_FORMAT " so far)", message->destination,
        result == GST_EDGE_RETURNED ? "no queue is bound for it" : detail, priv->rejections);
  if (result == GST_EDGE_DELIVERED)
    note_delivery (self, message);
  if (klass->answered != NULL)
    klass->answered (self, message, result);
}

/* Every sink of a link posts the state; only one of them also warns, once in an outage. A synchronous bus handler may
 * stop the element in between. */
static void
on_state_changed (GstEdgeLinkState state, const gchar *reason, gboolean warn, gpointer user_data)
{
  GstEdgeLinkSink *self = gst_object_ref (user_data);
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeEndpoint *endpoint = gst_edge_endpoint_ref (priv->endpoint);
  const gchar *server = gst_edge_endpoint_get_text (endpoint);
  GstStructure *s = gst_structure_new ("link-state", "state", G_TYPE_STRING,
      gst_edge_link_state_get_name (state), "server", G_TYPE_STRING, server, NULL);
  GError *error;

  gst_edge_link_sink_set_trouble (self, reason);
  if (reason != NULL)
    gst_structure_set (s, "reason", G_TYPE_STRING, reason, NULL);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), s));

  if (warn) {
    error = g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
        "%s: %s. Frames are kept within the bounds of the queue until it is back", server,
        reason != NULL ? reason : gst_edge_link_state_get_name (state));
    gst_edge_element_post_warning (GST_ELEMENT (self), error, NULL, server);
    g_error_free (error);
  }
  gst_edge_endpoint_unref (endpoint);
  gst_object_unref (self);
}

static void
on_failed (const GError *error, gboolean by_target, gpointer user_data)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (user_data);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (user_data);

  gst_edge_element_post_error (user_data, error, by_target ? klass->target_property : "uri",
      server_text (priv));
}

static gboolean
fail_start (GstEdgeLinkSink *self, const gchar *property, GError *error)
{
  g_prefix_error (&error, "%s: ", property);
  gst_edge_element_post_error (GST_ELEMENT (self), error, property, NULL);
  g_error_free (error);
  return FALSE;
}

static gboolean
check_file (const gchar *file, GError **error)
{
  if (file == NULL || g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "there is no file %s; name a PEM file", file);
  return FALSE;
}

/* The endpoint's TLS settings, from the properties. @property says which one is wrong. */
static gboolean
set_up_tls (GstEdgeLinkSink *self, const gchar **property, GError **error)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  const GstEdgeTls *tls = gst_edge_endpoint_get_tls (priv->endpoint);

  if (tls == NULL)
    return TRUE;
  GST_OBJECT_LOCK (self);
  gst_edge_endpoint_set_tls (priv->endpoint, &priv->settings.tls);
  GST_OBJECT_UNLOCK (self);
  if (tls->insecure)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("tls-verify=false: anybody can pretend to be %s", server_text (priv)), (NULL));
  return (*property = "ca-file", check_file (tls->ca_file, error))
      && (*property = "cert-file", check_file (tls->cert_file, error))
      && (*property = "key-file", check_file (tls->key_file, error));
}

/* Everything that can be known to be wrong before a server is asked. */
static gboolean
check_settings (GstEdgeLinkSink *self, const gchar *uri)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  const gchar *property = "uri";
  GError *error = NULL;

  if (priv->camera_id != NULL && !gst_edge_camera_id_is_valid (priv->camera_id))
    return fail_start (self, "camera-id", g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
            "\"%s\" is not a camera id; use %s", priv->camera_id, GST_EDGE_CAMERA_ID_RULE));
  priv->endpoint = klass->parse_uri (uri, &error);
  if (priv->endpoint == NULL)
    return fail_start (self, "uri", error);
  if (!set_up_tls (self, &property, &error))
    return fail_start (self, property, error);
  priv->target = klass->prepare (self, priv->endpoint, &property, &error);
  if (priv->target == NULL)
    return fail_start (self, property, error);
  return TRUE;
}

static void
forget_settings (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);

  g_clear_pointer (&priv->target, gst_edge_target_unref);
  g_clear_pointer (&priv->endpoint, gst_edge_endpoint_unref);
  g_clear_pointer (&priv->camera_id, g_free);
  g_clear_pointer (&priv->group, g_free);
}

static gboolean
join_link (GstEdgeLinkSink *self, const GstEdgeLinkSettings *settings, const GstEdgeQueueLimits *limits)
{
  static const GstEdgeLinkClientFuncs funcs = { on_completed, on_state_changed, on_failed };
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  GstEdgeLinkClient *client;
  GError *error = NULL;

  client = gst_edge_link_client_new (klass->transport, priv->endpoint, settings, priv->target, klass->urgent, &funcs,
      self, &error);
  if (client == NULL) {
    gst_edge_element_post_error (GST_ELEMENT (self), error, NULL, server_text (priv));
    g_error_free (error);
    if (klass->unprepare != NULL)
      klass->unprepare (self);
    return FALSE;
  }
  gst_edge_link_client_set_limits (client, limits);
  g_mutex_lock (&priv->client_lock);
  priv->client = client;
  g_atomic_int_set (&priv->warned_oversize, FALSE);
  g_clear_pointer (&priv->last_stats, gst_structure_free);
  g_mutex_unlock (&priv->client_lock);
  gst_edge_link_sink_join_census (self);
  return TRUE;
}

static gboolean
start (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  gchar *uri = gst_edge_link_sink_dup_uri (self);
  GstEdgeLinkSettings settings;
  GstEdgeQueueLimits limits;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  priv->camera_id = g_strdup (priv->settings.camera_id);
  priv->group = g_strdup (priv->settings.link_group);
  settings.timeout = (gint64) (priv->settings.timeout / GST_USECOND);
  settings.max_in_flight = priv->settings.max_in_flight;
  settings.circuit_max_failures = priv->settings.circuit_max_failures;
  settings.circuit_reset = (gint64) (priv->settings.circuit_reset / GST_USECOND);
  settings.group = priv->group;
  limits = priv->settings.limits;
  GST_OBJECT_UNLOCK (self);

  ok = check_settings (self, uri) && join_link (self, &settings, &limits);
  if (!ok)
    forget_settings (self);
  if (uri != NULL)
    memset (uri, 0, strlen (uri));
  g_free (uri);
  return ok;
}

/* Shutdown in steps: 1. retire the client: no answer comes any more, and all is counted, 2. take it away from readers
 * of the statistics, 3. leave the link, after which no callback runs, 4. let the element free what it had for the
 * answers. */
static void
stop (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  GstEdgeLinkClient *client;
  GstStructure *stats;
  guint64 lost;

  gst_edge_link_client_retire (priv->client);
  if (klass->retired != NULL)
    klass->retired (self);
  stats = gst_edge_link_sink_make_stats (self);
  gst_edge_link_sink_leave_census (self);
  g_mutex_lock (&priv->client_lock);
  client = g_steal_pointer (&priv->client);
  priv->last_stats = stats;
  g_mutex_unlock (&priv->client_lock);
  gst_edge_link_client_free (client);

  if (klass->unprepare != NULL)
    klass->unprepare (self);
  if (gst_structure_get_uint64 (stats, "dropped-shutdown", &lost) && lost > 0)
    GST_WARNING_OBJECT (self, "stopped with %" G_GUINT64_FORMAT " messages that were not confirmed", lost);
  gst_edge_frame_stamper_set_caps (&priv->stamper, NULL);
  priv->media_type = NULL;
  forget_settings (self);
}

/* Between READY and PAUSED, not in the start() of GstBaseSink: that comes before READY, where properties may still
 * change. */
static GstStateChangeReturn
gst_edge_link_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstEdgeLinkSink *self = GST_EDGE_LINK_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;

  result = GST_ELEMENT_CLASS (gst_edge_link_sink_parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return result;
}

static gboolean
gst_edge_link_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (GST_EDGE_LINK_SINK (sink));

  gst_edge_frame_stamper_set_caps (&priv->stamper, caps);
  priv->media_type = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  return TRUE;
}

static gint64
capture_time (GstBaseSink *sink, GstBuffer *buffer)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (sink));
  GstEdgeSenderClock *sender = &gst_edge_link_sink_get_private (GST_EDGE_LINK_SINK (sink))->stamper.sender;
  gint64 time = gst_edge_capture_time (sender, buffer, &sink->segment, clock,
      gst_element_get_base_time (GST_ELEMENT (sink)));

  gst_clear_object (&clock);
  return time;
}

/* The identity that the frame brings, or a new one. */
static gboolean
identify (GstEdgeLinkSink *self, GstBuffer *buffer, GstEdgeFrameIdentity *identity)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  const GstEdgeFrameIdentity *known = gst_edge_buffer_get_identity (buffer);
  GError *error;

  if (known != NULL) {
    gst_edge_frame_stamper_describe (&priv->stamper, known, identity);
    gst_edge_link_sink_note_camera (self, identity);
    return TRUE;
  }
  if (priv->camera_id != NULL) {
    gst_edge_frame_stamper_next (&priv->stamper, priv->camera_id,
        capture_time (GST_BASE_SINK (self), buffer), identity);
    gst_edge_link_sink_note_camera (self, identity);
    gst_edge_camera_record_count_frame (priv->record, gst_buffer_get_size (buffer));
    return TRUE;
  }
  error = g_error_new_literal (GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "camera-id: the frames do not say "
      "which camera they are from; set camera-id, or put framestamp camera-id=… before this element");
  gst_edge_element_post_error (GST_ELEMENT (self), error, "camera-id", NULL);
  g_error_free (error);
  return FALSE;
}

/* With leaky=no this may wait; a pause interrupts that, and it goes on when the pause is over. */
static GstFlowReturn
submit (GstEdgeLinkSink *self, GstEdgeMessage *message)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeSubmitResult result;
  gsize size = message->size;
  GstFlowReturn flow;

  while ((result = gst_edge_link_client_submit (priv->client, message)) == GST_EDGE_SUBMIT_FLUSHING) {
    flow = gst_base_sink_wait_preroll (GST_BASE_SINK (self));
    if (flow != GST_FLOW_OK) {
      gst_edge_message_free (message);
      gst_edge_link_client_count_drop (priv->client, GST_EDGE_LINK_DROP_FLUSH);
      return flow;
    }
  }
  if (result == GST_EDGE_SUBMIT_OVERSIZE)
    warn_oversize (self, size, NULL);
  /* when it failed, the reason has been posted */
  return result == GST_EDGE_SUBMIT_FAILED ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static GstFlowReturn
gst_edge_link_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstEdgeLinkSink *self = GST_EDGE_LINK_SINK (sink);
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  GstEdgeFrameIdentity identity;
  GstEdgeMessage *message = NULL;
  GError *error = NULL;

  if (!identify (self, buffer, &identity))
    return GST_FLOW_ERROR;
  if (g_strcmp0 (priv->media_type, "image/jpeg") == 0)
    gst_edge_camera_record_offer_picture (priv->record, buffer, identity.capture_time);
  if (gst_buffer_get_size (buffer) > klass->max_message_size)
    g_set_error (&error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "%" G_GSIZE_FORMAT " bytes are more "
        "than the %" G_GUINT64_FORMAT " that can be sent", gst_buffer_get_size (buffer),
        klass->max_message_size);
  else
    message = klass->create_message (self, buffer, &identity, &error);
  if (message == NULL) {
    if (gst_edge_log_is_due (&priv->refused))
      GST_WARNING_OBJECT (self, "frame %u of %s not sent: %s (%" G_GUINT64_FORMAT " so far)",
          identity.sequence, identity.camera_id, error->message, priv->refused);
    g_clear_error (&error);
    gst_edge_link_client_count_drop (priv->client, GST_EDGE_LINK_DROP_OVERSIZE);
  }
  gst_edge_frame_identity_clear (&identity);
  return message != NULL ? submit (self, message) : GST_FLOW_OK;
}

/* What the element still does may wait for elements behind it, which are paused before this one: whoever pauses this
 * one then must not have to wait for the preroll lock.
 *
 * Without the lock, a flush or a stop may have come and gone: it woke whoever waited for the preroll then, and will not
 * wake again. The pad is marked as flushing before GstBaseSink takes the lock for that wake-up, and no flush ends while
 * this thread streams. So with the lock, either the mark is seen, or the wake-up is still to come. */
static GstFlowReturn
finish_drain (GstEdgeLinkSink *self, gint64 deadline)
{
  GstBaseSink *sink = GST_BASE_SINK (self);
  gboolean flushing;

  GST_BASE_SINK_PREROLL_UNLOCK (sink);
  GST_EDGE_LINK_SINK_GET_CLASS (self)->drained (self, deadline);
  GST_BASE_SINK_PREROLL_LOCK (sink);

  GST_OBJECT_LOCK (GST_BASE_SINK_PAD (sink));
  flushing = GST_PAD_IS_FLUSHING (GST_BASE_SINK_PAD (sink));
  GST_OBJECT_UNLOCK (GST_BASE_SINK_PAD (sink));
  if (flushing)
    return GST_FLOW_FLUSHING;
  return sink->need_preroll ? gst_base_sink_wait_preroll (sink) : GST_FLOW_OK;
}

static GstFlowReturn
drain (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstEdgeLinkSinkClass *klass = GST_EDGE_LINK_SINK_GET_CLASS (self);
  GstEdgeDrainResult result;
  gint64 timeout, deadline;

  GST_OBJECT_LOCK (self);
  timeout = (gint64) (priv->settings.drain_timeout / GST_USECOND);
  GST_OBJECT_UNLOCK (self);

  deadline = g_get_monotonic_time () + timeout;
  while ((result = gst_edge_link_client_drain (priv->client, timeout)) == GST_EDGE_DRAIN_FLUSHING) {
    GstFlowReturn flow = gst_base_sink_wait_preroll (GST_BASE_SINK (self));

    if (flow != GST_FLOW_OK)
      return flow;
    deadline = g_get_monotonic_time () + timeout;       /* the pause does not count */
  }
  if (result == GST_EDGE_DRAIN_TIMEOUT)
    GST_WARNING_OBJECT (self, "EOS, but not everything was confirmed within %.1f s",
        (gdouble) timeout / G_USEC_PER_SEC);
  return klass->drained != NULL ? finish_drain (self, deadline) : GST_FLOW_OK;
}

/* What GstBaseSink calls before it posts EOS, with the preroll lock held, so that a flush or a pause is seen. */
static GstFlowReturn
gst_edge_link_sink_wait_event (GstBaseSink *sink, GstEvent *event)
{
  GstFlowReturn flow = GST_BASE_SINK_CLASS (gst_edge_link_sink_parent_class)->wait_event (sink, event);

  if (flow == GST_FLOW_OK && GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    flow = drain (GST_EDGE_LINK_SINK (sink));
  return flow;
}

static gboolean
gst_edge_link_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (GST_EDGE_LINK_SINK (sink));

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    gst_edge_link_client_flush (priv->client);
  return GST_BASE_SINK_CLASS (gst_edge_link_sink_parent_class)->event (sink, event);
}

/* May come from any thread, also while the element stops. */
static void
set_flushing (GstBaseSink *sink, gboolean flushing)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (GST_EDGE_LINK_SINK (sink));

  g_mutex_lock (&priv->client_lock);
  if (priv->client != NULL)
    gst_edge_link_client_set_flushing (priv->client, flushing);
  g_mutex_unlock (&priv->client_lock);
}

static gboolean
gst_edge_link_sink_unlock (GstBaseSink *sink)
{
  set_flushing (sink, TRUE);
  return TRUE;
}

static gboolean
gst_edge_link_sink_unlock_stop (GstBaseSink *sink)
{
  set_flushing (sink, FALSE);
  return TRUE;
}

GstEdgeTarget *
gst_edge_link_sink_get_target (GstEdgeLinkSink *self)
{
  return gst_edge_link_sink_get_private (self)->target;
}

const gchar *
gst_edge_link_sink_get_media_type (GstEdgeLinkSink *self)
{
  return gst_edge_link_sink_get_private (self)->media_type;
}

static void
gst_edge_link_sink_finalize (GObject *object)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (GST_EDGE_LINK_SINK (object));

  gst_edge_frame_stamper_clear (&priv->stamper);
  gst_edge_link_sink_clear_settings (&priv->settings);
  g_clear_pointer (&priv->last_stats, gst_structure_free);
  g_mutex_clear (&priv->client_lock);
  G_OBJECT_CLASS (gst_edge_link_sink_parent_class)->finalize (object);
}

static void
gst_edge_link_sink_class_init (GstEdgeLinkSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  object_class->finalize = gst_edge_link_sink_finalize;
  gst_edge_link_sink_install_properties (object_class);
  GST_ELEMENT_CLASS (klass)->change_state = gst_edge_link_sink_change_state;

  sink_class->set_caps = gst_edge_link_sink_set_caps;
  sink_class->render = gst_edge_link_sink_render;
  sink_class->event = gst_edge_link_sink_event;
  sink_class->wait_event = gst_edge_link_sink_wait_event;
  sink_class->unlock = gst_edge_link_sink_unlock;
  sink_class->unlock_stop = gst_edge_link_sink_unlock_stop;

  gst_type_mark_as_plugin_api (GST_EDGE_TYPE_LINK_SINK, 0);
}

static void
gst_edge_link_sink_init (GstEdgeLinkSink *self)
{
  GstEdgeLinkSinkPrivate *priv = gst_edge_link_sink_get_private (self);
  GstBaseSink *sink = GST_BASE_SINK (self);

  g_mutex_init (&priv->client_lock);
  gst_edge_link_sink_init_settings (&priv->settings);
  gst_base_sink_set_sync (sink, FALSE);
  gst_base_sink_set_async_enabled (sink, FALSE);
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
  gst_base_sink_set_qos_enabled (sink, FALSE);
}
