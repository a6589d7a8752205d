/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:tracer-edgemetrics
 * @short_description: metrics, health and a live page over HTTP
 *
 * Serves what the elements of this project count, for any pipeline, without a change to it:
 *
 * - `/` the live page: all cameras with their latest picture, pools and links
 * - `/metrics` for Prometheus (OpenMetrics when asked for)
 * - `/healthz` the process is alive; `/readyz` each link is ready and a camera is active, else 503 and what is not
 * - `/stats.json` everything as JSON
 * - `/cameras/ID.jpg` the latest frame of a camera
 *
 * Parameters: `port` (9464; 0 = any free one), `address` (127.0.0.1), `token-file` (its first line is a token, or
 * user:password; else the environment variable EDGE_METRICS_TOKEN), `stale-after` (10 s without a frame make a camera
 * inactive, three times as long offline, where its source does not say), `pictures` (true), `log-json` (a file for the
 * log as JSON lines) and `log-interval` (30 s between the summaries in it).
 *
 * ## Example
 *
 * |[
 * GST_TRACERS="edgemetrics(port=9464)" gst-launch-1.0 videotestsrc is-live=true ! edgejpegenc \
 *   ! framestamp camera-id=cam1 ! fakesink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstedgemetrics.h"
#include "metrics-server.h"

GST_DEBUG_CATEGORY (gst_edge_metrics_debug);
#define GST_CAT_DEFAULT gst_edge_metrics_debug

struct _GstEdgeMetrics
{
  GstTracer parent;

  gboolean stay;                /* constant: as long as GStreamer, not as long as somebody has it */
  GstEdgeMetricsServer *server; /* NULL when it could not be started */
  gchar *problem;               /* nullable: why not */
};

enum
{
  PROP_0,
  PROP_STAY,
  PROP_LOCATION,
  PROP_PROBLEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE_WITH_CODE (GstEdgeMetrics, gst_edge_metrics, GST_TYPE_TRACER,
    GST_DEBUG_CATEGORY_INIT (gst_edge_metrics_debug, "edgemetrics", 0, "metrics, health and live page"));

static void
on_element_new (GstTracer *self, guint64 timestamp, GstElement *element)
{
}

/* A tracer has no bus to post on, and nobody may have asked for a log: who started it must still learn why there is no
 * page. */
static void
gst_edge_metrics_constructed (GObject *object)
{
  GstEdgeMetrics *self = GST_EDGE_METRICS (object);
  GstEdgeMetricsOptions options = { NULL, };
  GError *error = NULL;
  gchar *params;

  G_OBJECT_CLASS (gst_edge_metrics_parent_class)->constructed (object);
  g_object_get (self, "params", &params, NULL);
  if (gst_edge_metrics_options_parse (&options, params, &error)) {
    self->server = gst_edge_metrics_server_get (&options, &error);
    gst_edge_metrics_options_clear (&options);
  }
  g_free (params);
  if (self->server == NULL) {
    self->problem = g_strdup (error->message);
    GST_WARNING ("%s", error->message);
    if (self->stay)
      g_printerr ("edgemetrics: %s\n", error->message);
    g_error_free (error);
  }
  /* nothing but its hooks keeps a tracer from GST_TRACERS alive; elements tell what they do by themselves */
  if (self->stay)
    gst_tracing_register_hook (GST_TRACER (self), "element-new", G_CALLBACK (on_element_new));
}

static void
gst_edge_metrics_finalize (GObject *object)
{
  GstEdgeMetrics *self = GST_EDGE_METRICS (object);

  g_clear_pointer (&self->server, gst_edge_metrics_server_unref);
  g_free (self->problem);
  G_OBJECT_CLASS (gst_edge_metrics_parent_class)->finalize (object);
}

static void
gst_edge_metrics_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_STAY)
    GST_EDGE_METRICS (object)->stay = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_edge_metrics_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeMetrics *self = GST_EDGE_METRICS (object);

  switch (prop_id) {
    case PROP_STAY:
      g_value_set_boolean (value, self->stay);
      break;
    case PROP_LOCATION:
      g_value_set_string (value, self->server != NULL ? gst_edge_metrics_server_get_uri (self->server) : NULL);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
gst_edge_metrics_class_init (GstEdgeMetricsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = gst_edge_metrics_constructed;
  object_class->finalize = gst_edge_metrics_finalize;
  object_class->set_property = gst_edge_metrics_set_property;
  object_class->get_property = gst_edge_metrics_get_property;

  properties[PROP_STAY] = g_param_spec_boolean ("stay", "Stay", "Serve until GStreamer ends; FALSE: until this object "
      "is freed", TRUE, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOCATION] = g_param_spec_string ("location", "Location", "Address of the live page; NULL = none",
      NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", "Problem", "Why there is no live page; NULL = there is",
      NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gst_edge_metrics_init (GstEdgeMetrics *self)
{
}
