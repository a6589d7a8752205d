/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Registers the tracer edgemetrics. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstedgemetrics.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_tracer_register (plugin, "edgemetrics", GST_TYPE_EDGE_METRICS);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, edgemetrics,
    "Metrics, health and a live page of cameras, pools and links over HTTP", plugin_init, VERSION, GST_LICENSE,
    GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN);
