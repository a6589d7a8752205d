/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The latest frame of a camera over HTTP: sent out of the buffer that the pipeline made, without a copy. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "frame/camera-id.h"
#include "latest-frame.h"
#include "stats/camera-record.h"

#define SUFFIX ".jpg"

/* (transfer full) (nullable) */
static gchar *
parse_camera_id (const gchar *path)
{
  const gchar *name = path + strlen (GST_EDGE_LATEST_FRAME_PATH);
  gchar *id;

  if (!g_str_has_suffix (name, SUFFIX))
    return NULL;
  id = g_strndup (name, strlen (name) - strlen (SUFFIX));
  if (!gst_edge_camera_id_is_valid (id))
    g_clear_pointer (&id, g_free);
  return id;
}

void
gst_edge_latest_frame_serve (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply)
{
  gchar *id = parse_camera_id (request->path);
  GstEdgeCameraRecord *record = id != NULL ? gst_edge_camera_record_find (id) : NULL;
  gint64 capture_time;

  g_free (id);
  if (record != NULL)
    reply->buffer = gst_edge_camera_record_get_picture (record, &capture_time);
  if (reply->buffer == NULL) {
    gst_edge_http_reply_set_error (reply, GST_EDGE_HTTP_NOT_FOUND, "There is no picture of this camera.");
    return;
  }
  reply->content_type = "image/jpeg";
}
