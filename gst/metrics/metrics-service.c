/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the tracer edgemetrics and makes one that lives as long as somebody has it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/gsttracerfactory.h>

#include "metrics/metrics-service.h"
#include "net/edge-error.h"

static GType
find_type (void)
{
  GstPluginFeature *feature = gst_registry_lookup_feature (gst_registry_get (), "edgemetrics"), *loaded;
  GType type = G_TYPE_INVALID;

  if (feature == NULL)
    return G_TYPE_INVALID;
  loaded = gst_plugin_feature_load (feature);
  if (loaded != NULL && GST_IS_TRACER_FACTORY (loaded))
    type = gst_tracer_factory_get_tracer_type (GST_TRACER_FACTORY (loaded));
  gst_clear_object (&loaded);
  gst_object_unref (feature);
  return type;
}

/* (transfer full): what stands between the brackets in GST_TRACERS */
static gchar *
make_params (const GstStructure *options)
{
  GstStructure *named = gst_structure_copy (options);
  gchar *text, *params;

  gst_structure_set_name (named, "p");
  text = gst_structure_to_string (named);
  params = g_strdup (g_str_has_prefix (text, "p, ") ? text + strlen ("p, ") : "");
  g_free (text);
  gst_structure_free (named);
  return params;
}

GstObject *
gst_edge_metrics_service_start (const GstStructure *options, gchar **location, GError **error)
{
  GType type = find_type ();
  gchar *params, *problem;
  GstObject *service;

  if (type == G_TYPE_INVALID) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "the plugin edgemetrics is not installed; it was built without libmicrohttpd, or is not in GST_PLUGIN_PATH");
    return NULL;
  }
  params = make_params (options);
  service = g_object_new (type, "params", params, "stay", FALSE, NULL);
  g_free (params);
  gst_object_ref_sink (service);
  g_object_get (service, "location", location, "problem", &problem, NULL);
  if (problem != NULL) {
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, problem);
    gst_clear_object (&service);
    g_free (problem);
  }
  return service;
}
