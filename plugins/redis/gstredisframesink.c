/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-redisframesink
 * @title: redisframesink
 * @see_also: metadatapub, amqpsink, framestamp
 *
 * Stores every buffer in Redis under a key of its own, with a time to live in the same command. The streaming
 * thread never waits for the network; commands are pipelined by the connection's own thread.
 *
 * The source pad exists only on request. Where it is linked, a buffer leaves it *after* the server has answered OK,
 * with its Redis key in the identity, pushed by a worker of the shared pool. So whatever is announced behind it
 * exists.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 -e videotestsrc num-buffers=30 ! edgejpegenc ! redisframesink camera-id=cam1 uri=redis://localhost:6379/0 ttl=60
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstredisframesink.h"
#include "stored-output.h"

#include "frame/frame-template.h"
#include "redis/redis-transport.h"

#define DEFAULT_TTL 300
#define MAX_TTL (10 * 365 * 24 * 3600)
#define DEFAULT_TENANT "/"
#define DEFAULT_PREFIX "frames"
#define DEFAULT_KEY "{tenant}:{prefix}:{camera-id}:{capture-time}:{sequence}"

/* Stored frames that wait for a worker, and no more than max-size-bytes of them. */
#define MAX_WAITING_TO_BE_PUSHED 1000

struct _GstRedisFrameSink
{
  GstEdgeLinkSink parent;

  /* Object lock. */
  guint ttl;
  gchar *tenant;
  gchar *prefix;
  gchar *key;
  gchar *pool;
  gboolean latest;
  gboolean index;
  GstPad *srcpad;               /* nullable: only on request */

  /* Set before streaming starts, constant until it has ended. */
  GstEdgeFrameTemplate *key_template;
  GstStoredOutput *output;      /* nullable: no source pad when streaming started */
};

enum
{
  PROP_0,
  PROP_TTL,
  PROP_TENANT,
  PROP_PREFIX,
  PROP_KEY,
  PROP_POOL,
  PROP_LATEST,
  PROP_INDEX,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC,
    GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);

static const gchar *const *
get_protocols (GType type)
{
  static const gchar *protocols[] = { "redis", "redis+unix", "redis+sentinel",
#ifdef HAVE_HIREDIS_SSL
    "rediss",
#endif
    NULL
  };

  return protocols;
}

static void
uri_handler_init (gpointer iface, gpointer data)
{
  gst_edge_link_sink_uri_handler_init (iface);
  ((GstURIHandlerInterface *) iface)->get_protocols = get_protocols;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (GstRedisFrameSink, gst_redis_frame_sink, GST_EDGE_TYPE_LINK_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, uri_handler_init));
GST_ELEMENT_REGISTER_DEFINE (redisframesink, "redisframesink", GST_RANK_NONE, GST_TYPE_REDIS_FRAME_SINK);

/* The source pad that was requested before streaming started; a later one comes with the next start. */
static gboolean
prepare_output (GstRedisFrameSink *self, const gchar *pool, GError **error)
{
  GstEdgeQueueLimits limits = {.max_buffers = MAX_WAITING_TO_BE_PUSHED,.leaky = GST_EDGE_LEAKY_UPSTREAM };
  GstPad *pad;

  g_object_get (self, "max-size-bytes", &limits.max_bytes, NULL);
  GST_OBJECT_LOCK (self);
  pad = self->srcpad != NULL ? gst_object_ref (self->srcpad) : NULL;
  GST_OBJECT_UNLOCK (self);
  if (pad == NULL)
    return TRUE;
  self->output = gst_stored_output_new (pad, pool, &limits, error);
  gst_object_unref (pad);
  return self->output != NULL;
}

static GstEdgeTarget *
gst_redis_frame_sink_prepare (GstEdgeLinkSink *sink, GstEdgeEndpoint *endpoint, const gchar **property,
    GError **error)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);
  GstEdgeRedisTarget *target;
  gchar *key, *tenant, *prefix, *pool, *key_prefix;

  GST_OBJECT_LOCK (self);
  key = g_strdup (self->key != NULL ? self->key : DEFAULT_KEY);
  tenant = g_strdup (self->tenant != NULL ? self->tenant : DEFAULT_TENANT);
  prefix = g_strdup (self->prefix != NULL ? self->prefix : DEFAULT_PREFIX);
  pool = g_strdup (self->pool != NULL ? self->pool : GST_EDGE_WORKER_POOL_DEFAULT);
  key_prefix = g_strconcat (tenant, ":", prefix, ":", NULL);
  target = gst_edge_redis_target_new (self->ttl, key_prefix);
  target->latest = self->latest;
  target->index = self->index;
  GST_OBJECT_UNLOCK (self);

  *property = "key";
  self->key_template = gst_edge_frame_template_new (key, tenant, prefix, error);
  if (self->key_template != NULL) {
    *property = "pool";
    if (!prepare_output (self, pool, error))
      g_clear_pointer (&self->key_template, gst_edge_frame_template_free);
  }
  if (self->key_template == NULL) {
    gst_edge_target_unref (&target->parent);
    target = NULL;
  }
  g_free (key);
  g_free (tenant);
  g_free (prefix);
  g_free (pool);
  g_free (key_prefix);
  return (GstEdgeTarget *) target;
}

static void
gst_redis_frame_sink_unprepare (GstEdgeLinkSink *sink)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);

  g_clear_pointer (&self->output, gst_stored_output_free);
  g_clear_pointer (&self->key_template, gst_edge_frame_template_free);
}

static GstEdgeMessage *
gst_redis_frame_sink_create_message (GstEdgeLinkSink *sink, GstBuffer *buffer,
    const GstEdgeFrameIdentity *identity, GError **error)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);
  GstEdgeMessage *message;

  message = gst_edge_message_new (gst_edge_target_ref (gst_edge_link_sink_get_target (sink)),
      gst_edge_frame_template_format (self->key_template, identity), gst_buffer_ref (buffer), identity);
  if (self->output != NULL) {
    message->context = gst_stored_output_ref_sticky (self->output);
    message->context_free = (GDestroyNotify) g_ptr_array_unref;
  }
  return message;
}

/* Stored: pass it on with its key. The memory is shared with the buffer that came in. */
static void
gst_redis_frame_sink_answered (GstEdgeLinkSink *sink, GstEdgeMessage *message, GstEdgeResult result)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);
  GstEdgeFrameIdentity identity;
  GstBuffer *stored;

  if (result != GST_EDGE_DELIVERED || self->output == NULL)
    return;

  gst_edge_frame_identity_copy (&message->identity, &identity);
  g_clear_pointer (&identity.redis_key, g_ref_string_release);
  identity.redis_key = g_ref_string_new (message->destination);
  stored = gst_buffer_copy (message->payload);
  gst_edge_buffer_set_identity (stored, &identity);
  gst_edge_frame_identity_clear (&identity);
  gst_stored_output_push (self->output, GST_MINI_OBJECT (stored), g_ptr_array_ref (message->context));
}

static GstFlowReturn
gst_redis_frame_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);
  GstFlowReturn flow = GST_FLOW_OK;

  if (self->output != NULL)
    flow = gst_stored_output_get_flow (self->output);
  if (flow == GST_FLOW_ERROR || flow == GST_FLOW_NOT_NEGOTIATED)
    return flow;
  return GST_BASE_SINK_CLASS (gst_redis_frame_sink_parent_class)->render (sink, buffer);
}

/* EOS goes out behind the last stored frame, whenever that is. */
static void
gst_redis_frame_sink_drained (GstEdgeLinkSink *sink, gint64 deadline)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);

  if (self->output == NULL)
    return;
  gst_stored_output_push (self->output, GST_MINI_OBJECT (gst_event_new_eos ()),
      gst_stored_output_ref_sticky (self->output));
  gst_stored_output_drain (self->output, MAX (deadline - g_get_monotonic_time (), 0));
}

static gboolean
gst_redis_frame_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);

  if (self->output != NULL) {
    switch (GST_EVENT_TYPE (event)) {
      case GST_EVENT_FLUSH_START:
        gst_stored_output_set_flushing (self->output, TRUE);
        gst_stored_output_push_flush (self->output, event);
        break;
      case GST_EVENT_FLUSH_STOP:
        gst_stored_output_push_flush (self->output, event);
        gst_stored_output_set_flushing (self->output, FALSE);
        break;
      case GST_EVENT_EOS:      /* see gst_redis_frame_sink_drained() */
        break;
      default:
        if (GST_EVENT_IS_STICKY (event))
          gst_stored_output_add_sticky (self->output, event);
        break;
    }
  }
  return GST_BASE_SINK_CLASS (gst_redis_frame_sink_parent_class)->event (sink, event);
}

static void
set_paused (GstRedisFrameSink *self, gboolean paused)
{
  if (self->output != NULL)
    gst_stored_output_set_paused (self->output, paused);
}

/* What stands behind the source pad may wait for the end of a pause. */
static GstStateChangeReturn
gst_redis_frame_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_paused (self, TRUE);
  result = GST_ELEMENT_CLASS (gst_redis_frame_sink_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_paused (self, FALSE);
  return result;
}

static GstPad *
gst_redis_frame_sink_request_new_pad (GstElement *element, GstPadTemplate *template, const gchar *name,
    const GstCaps *caps)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (element);
  GstPad *pad = gst_pad_new_from_template (template, "src");
  gboolean taken;

  GST_OBJECT_LOCK (self);
  taken = self->srcpad != NULL;
  if (!taken)
    self->srcpad = pad;
  GST_OBJECT_UNLOCK (self);

  if (taken) {
    GST_WARNING_OBJECT (self, "there is only one source pad; put a tee behind it");
    gst_object_unref (pad);
    return NULL;
  }
  gst_pad_use_fixed_caps (pad);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
gst_redis_frame_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (element);

  GST_OBJECT_LOCK (self);
  self->srcpad = NULL;
  GST_OBJECT_UNLOCK (self);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static void
gst_redis_frame_sink_extend_stats (GstEdgeLinkSink *sink, GstStructure *stats)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);

  if (self->output != NULL)
    gst_stored_output_add_stats (self->output, stats);
}

static void
gst_redis_frame_sink_extend_counts (GstEdgeLinkSink *sink, GstEdgeStageCounts *counts)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);

  if (self->output != NULL)
    counts->not_passed_on = gst_stored_output_get_not_pushed (self->output);
}

static void
gst_redis_frame_sink_retired (GstEdgeLinkSink *sink)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (sink);

  if (self->output != NULL)
    gst_stored_output_end (self->output);
}

static void
replace_string (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
}

static void
gst_redis_frame_sink_set_property (GObject *object, guint prop_id, const GValue *value,
    GParamSpec *pspec)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_TTL:
      self->ttl = g_value_get_uint (value);
      break;
    case PROP_TENANT:
      replace_string (&self->tenant, value);
      break;
    case PROP_PREFIX:
      replace_string (&self->prefix, value);
      break;
    case PROP_KEY:
      replace_string (&self->key, value);
      break;
    case PROP_POOL:
      replace_string (&self->pool, value);
      break;
    case PROP_LATEST:
      self->latest = g_value_get_boolean (value);
      break;
    case PROP_INDEX:
      self->index = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_redis_frame_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_TTL:
      g_value_set_uint (value, self->ttl);
      break;
    case PROP_TENANT:
      g_value_set_string (value, self->tenant);
      break;
    case PROP_PREFIX:
      g_value_set_string (value, self->prefix);
      break;
    case PROP_KEY:
      g_value_set_string (value, self->key);
      break;
    case PROP_POOL:
      g_value_set_string (value, self->pool);
      break;
    case PROP_LATEST:
      g_value_set_boolean (value, self->latest);
      break;
    case PROP_INDEX:
      g_value_set_boolean (value, self->index);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_redis_frame_sink_finalize (GObject *object)
{
  GstRedisFrameSink *self = GST_REDIS_FRAME_SINK (object);

  g_free (self->tenant);
  g_free (self->prefix);
  g_free (self->key);
  g_free (self->pool);
  G_OBJECT_CLASS (gst_redis_frame_sink_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  properties[PROP_TTL] = g_param_spec_uint ("ttl", "Time to live",
      "How long a frame stays in Redis, in seconds", 1, MAX_TTL, DEFAULT_TTL, flags);
  properties[PROP_TENANT] = g_param_spec_string ("tenant", "Tenant",
      "What {tenant} is in the key, and the first part of the keys of latest and index: the name of the AMQP vhost, "
      "verbatim", DEFAULT_TENANT, flags);
  properties[PROP_PREFIX] = g_param_spec_string ("prefix", "Prefix",
      "What {prefix} is in the key, and the second part of the keys of latest and index", DEFAULT_PREFIX, flags);
  properties[PROP_KEY] = g_param_spec_string ("key", "Key",
      "Template of the key, with the fields {tenant}, {prefix}, {camera-id}, {capture-time} (Unix ns), "
      "{sequence}, {width}, {height} and {encoding}", DEFAULT_KEY, flags);
  properties[PROP_POOL] = g_param_spec_string ("pool", "Pool",
      "Worker pool of the process whose workers push stored frames out of the source pad; the same name as that of "
      "workerpool shares them",
      GST_EDGE_WORKER_POOL_DEFAULT, flags);
  properties[PROP_LATEST] = g_param_spec_boolean ("latest", "Latest",
      "Also keep the key of the latest frame under TENANT:PREFIX:CAMERA:latest, in the same transaction",
      FALSE, flags);
  properties[PROP_INDEX] = g_param_spec_boolean ("index", "Index",
      "Also keep the keys of a camera's frames in the sorted set TENANT:PREFIX:CAMERA:index, by capture time "
      "in Unix microseconds, in the same transaction", FALSE, flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
gst_redis_frame_sink_class_init (GstRedisFrameSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);
  GstEdgeLinkSinkClass *sink_class = GST_EDGE_LINK_SINK_CLASS (klass);

  object_class->set_property = gst_redis_frame_sink_set_property;
  object_class->get_property = gst_redis_frame_sink_get_property;
  object_class->finalize = gst_redis_frame_sink_finalize;
  install_properties (object_class);

  element_class->change_state = gst_redis_frame_sink_change_state;
  element_class->request_new_pad = gst_redis_frame_sink_request_new_pad;
  element_class->release_pad = gst_redis_frame_sink_release_pad;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Redis frame sink", "Sink/Network",
      "Stores every buffer in Redis under its own key with a time to live; what is linked behind it gets the buffer "
      "once it is stored",
      "the gst-edge-video authors");

  base_class->render = gst_redis_frame_sink_render;
  base_class->event = gst_redis_frame_sink_event;

  sink_class->transport = gst_edge_redis_transport_get_class ();
  sink_class->parse_uri = gst_edge_endpoint_new_redis;
  sink_class->default_uri = "redis://localhost";
  sink_class->stage = GST_EDGE_STAGE_STORED;
  sink_class->max_message_size = GST_EDGE_REDIS_MAX_VALUE;
  sink_class->prepare = gst_redis_frame_sink_prepare;
  sink_class->unprepare = gst_redis_frame_sink_unprepare;
  sink_class->create_message = gst_redis_frame_sink_create_message;
  sink_class->answered = gst_redis_frame_sink_answered;
  sink_class->drained = gst_redis_frame_sink_drained;
  sink_class->retired = gst_redis_frame_sink_retired;
  sink_class->extend_stats = gst_redis_frame_sink_extend_stats;
  sink_class->extend_counts = gst_redis_frame_sink_extend_counts;
}

static void
gst_redis_frame_sink_init (GstRedisFrameSink *self)
{
  self->ttl = DEFAULT_TTL;
  self->tenant = g_strdup (DEFAULT_TENANT);
  self->prefix = g_strdup (DEFAULT_PREFIX);
  self->key = g_strdup (DEFAULT_KEY);
  self->pool = g_strdup (GST_EDGE_WORKER_POOL_DEFAULT);
}
