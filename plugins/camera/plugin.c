/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Registration only. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-enumtypes.h"
#include "gstrtspcamerasrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gst_type_mark_as_plugin_api (GST_TYPE_RTSP_CAMERA_SRC_DECODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_RTSP_CAMERA_SRC_STATE, 0);
  return GST_ELEMENT_REGISTER (rtspcamerasrc, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, edgecamera,
    "RTSP cameras that heal themselves", plugin_init, VERSION, GST_LICENSE,
    GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
