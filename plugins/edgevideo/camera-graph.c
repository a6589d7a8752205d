/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * source ! JPEGs ! framestamp ! tee, and behind it what is enabled of the three ways out. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-graph.h"
#include "net/endpoint.h"

typedef struct
{
  const GstEdgeConfig *config;
  const GstEdgeCameraConfig *camera;
  const gchar *pool;
  GstEdgeGraph *graph;
} Plan;

static GstEdgeGraphNode *
add (Plan *plan, const gchar *factory, const gchar *role)
{
  gchar *name = g_strdup_printf ("%s-%s", role, plan->camera->id);
  GstEdgeGraphNode *node = gst_edge_graph_add (plan->graph, factory, name);

  g_free (name);
  return node;
}

/* A line in the log now and then. */
static void
set_log_interval (Plan *plan, GstEdgeGraphNode *node)
{
  gst_edge_graph_set_uint (node, "stats-interval", plan->config->log_interval * GST_SECOND);
}

static void
add_source (Plan *plan)
{
  static const gchar *const protocols[] = { "tcp", "udp", "tcp+udp-mcast+udp" };
  static const gchar *const decode_modes[] = { "auto", "all", "keyframes" };
  const GstEdgeCameraConfig *camera = plan->camera;
  GstEdgeGraphNode *node = add (plan, "rtspcamerasrc", GST_EDGE_CAMERA_SOURCE);
  GstEdgeRate rate = gst_edge_config_get_rate (plan->config, camera);
  gchar *framerate = g_strdup_printf ("%d/%d", rate.n, rate.d);
  guint width, height;

  gst_edge_graph_set_secret (node, "uri", camera->url);
  gst_edge_graph_set (node, "camera-id", camera->id);
  if (camera->user != NULL)
    gst_edge_graph_set (node, "user", camera->user);
  if (camera->password != NULL)
    gst_edge_graph_set_secret (node, "password", camera->password);
  if (camera->protocol != GST_EDGE_CAMERA_TCP)
    gst_edge_graph_set (node, "protocols", protocols[camera->protocol]);
  gst_edge_graph_set_uint (node, "latency", camera->latency_ms * GST_MSECOND);
  if (camera->decode != GST_EDGE_CAMERA_DECODE_AUTO)
    gst_edge_graph_set (node, "decode", decode_modes[camera->decode]);
  gst_edge_graph_set_uint (node, "stall-timeout", camera->stall_timeout * GST_SECOND);
  gst_edge_graph_set (node, "framerate", framerate);
  gst_edge_config_get_size (plan->config, camera, &width, &height);
  if (width != 0) {
    gst_edge_graph_set_uint (node, "width", width);
    gst_edge_graph_set_uint (node, "height", height);
  }
  gst_edge_graph_set_uint (node, "circuit-max-failures", plan->config->circuit_max_failures);
  gst_edge_graph_set_uint (node, "circuit-reset", plan->config->circuit_reset * GST_SECOND);
  g_free (framerate);
}

static void
add_encoder (Plan *plan)
{
  GstEdgeGraphNode *node = add (plan, "edgejpegenc", "encoder");

  gst_edge_graph_set_uint (node, "quality", gst_edge_config_get_quality (plan->config, plan->camera));
  node = add (plan, "framestamp", GST_EDGE_CAMERA_STAMP);
  gst_edge_graph_set (node, "camera-id", plan->camera->id);
  set_log_interval (plan, node);
}

/* In a template a brace is written twice. */
static gchar *
escape_template (const gchar *text)
{
  GString *escaped = g_string_new (text);

  g_string_replace (escaped, "{", "{{", 0);
  g_string_replace (escaped, "}", "}}", 0);
  return g_string_free (escaped, FALSE);
}

static void
set_server (GstEdgeGraphNode *node, const GstEdgeServerConfig *server)
{
  if (server->ca_file != NULL)
    gst_edge_graph_set (node, "ca-file", server->ca_file);
  if (server->cert_file != NULL)
    gst_edge_graph_set (node, "cert-file", server->cert_file);
  if (server->key_file != NULL)
    gst_edge_graph_set (node, "key-file", server->key_file);
  if (!server->tls_verify)
    gst_edge_graph_set (node, "tls-verify", "false");
  gst_edge_graph_set_uint (node, "timeout", server->timeout * GST_SECOND);
  gst_edge_graph_set_uint (node, "max-in-flight", server->max_in_flight);
  gst_edge_graph_set_uint (node, "max-size-buffers", server->max_size_buffers);
  if (server->max_age != 0)
    gst_edge_graph_set_uint (node, "max-age", server->max_age * GST_SECOND);
  if (server->leaky == GST_EDGE_FULL_DROP_OLD)
    gst_edge_graph_set (node, "leaky", "downstream");
}

static void
set_broker (Plan *plan, GstEdgeGraphNode *node)
{
  gst_edge_graph_set_secret (node, "uri", plan->config->amqp_url);
  gst_edge_graph_set_uint (node, "delivery-mode", plan->config->amqp_delivery_mode);
  set_server (node, &plan->config->amqp);
}

static void
add_publisher (Plan *plan)
{
  GstEdgeGraphNode *node = add (plan, "amqpsink", GST_EDGE_CAMERA_PUBLISH);
  gchar *prefix = escape_template (plan->config->amqp_key_prefix);
  gchar *key = g_strconcat (prefix, "{camera-id}", NULL);

  set_broker (plan, node);
  gst_edge_graph_set (node, "exchange", plan->config->amqp_exchange);
  gst_edge_graph_set (node, "routing-key", key);
  g_free (key);
  g_free (prefix);
}

static void
add_workers (Plan *plan)
{
  GstEdgeGraphNode *node = add (plan, "workerpool", GST_EDGE_CAMERA_WORKERS);

  gst_edge_graph_set (node, "pool", plan->pool);
  gst_edge_graph_set_uint (node, "max-workers", plan->config->max_workers);
  gst_edge_graph_set_uint (node, "max-size-buffers", gst_edge_config_get_lane_size (plan->config));
  set_log_interval (plan, node);
}

static void
add_store (Plan *plan)
{
  GstEdgeGraphNode *node = add (plan, "redisframesink", GST_EDGE_CAMERA_STORE);
  GstEdgeEndpoint *endpoint = gst_edge_endpoint_new_amqp (plan->config->amqp_url, NULL);
  gchar *uri = gst_edge_config_make_redis_uri (plan->config);

  gst_edge_graph_set_secret (node, "uri", uri);
  set_server (node, &plan->config->redis);
  if (plan->config->redis_latest)
    gst_edge_graph_set (node, "latest", "true");
  if (plan->config->redis_index)
    gst_edge_graph_set (node, "index", "true");
  gst_edge_graph_set_uint (node, "ttl", plan->config->redis_ttl);
  gst_edge_graph_set (node, "tenant", gst_edge_endpoint_get_vhost (endpoint));
  gst_edge_graph_set (node, "prefix", plan->config->redis_prefix);
  gst_edge_graph_set (node, "pool", plan->pool);
  gst_edge_free_secret (uri);
  gst_edge_endpoint_unref (endpoint);
}

static void
add_announcer (Plan *plan)
{
  GstEdgeGraphNode *node = add (plan, "metadatapub", GST_EDGE_CAMERA_ANNOUNCE);
  gchar *key = escape_template (plan->config->metadata_key);

  set_broker (plan, node);
  gst_edge_graph_set (node, "exchange", plan->config->metadata_exchange);
  gst_edge_graph_set (node, "routing-key", key);
  g_free (key);
}

GstEdgeGraph *
gst_edge_camera_graph_new (const GstEdgeConfig *config, const gchar *id, const gchar *pool)
{
  Plan plan = { config, gst_edge_config_find (config, id), pool, gst_edge_graph_new () };
  gboolean has_second_way = config->redis_enabled || config->metadata_enabled;
  gchar *tee = g_strdup_printf ("%s-%s", GST_EDGE_CAMERA_TEE, id);

  gst_edge_graph_begin_chain (plan.graph, NULL);
  add_source (&plan);
  add_encoder (&plan);
  if (has_second_way) {
    add (&plan, "tee", GST_EDGE_CAMERA_TEE);
    gst_edge_graph_begin_chain (plan.graph, tee);
  }
  add_publisher (&plan);
  if (has_second_way) {
    gst_edge_graph_begin_chain (plan.graph, tee);
    add_workers (&plan);
    if (config->redis_enabled)
      add_store (&plan);
    if (config->metadata_enabled)
      add_announcer (&plan);
  }
  g_free (tee);
  return plan.graph;
}
