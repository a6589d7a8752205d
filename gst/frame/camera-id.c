/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be the id of a camera. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "frame/camera-id.h"

gboolean
gst_edge_camera_id_is_valid (const gchar *id)
{
  gsize i;

  if (id == NULL || id[0] == '\0')
    return FALSE;
  for (i = 0; id[i] != '\0'; i++) {
    if (i == GST_EDGE_CAMERA_ID_MAX_LENGTH)
      return FALSE;
    if (!g_ascii_isalnum (id[i]) && id[i] != '_' && id[i] != '-')
      return FALSE;
  }
  return TRUE;
}
