/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes wrong on the way to a server, sorted by what to do about it. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

#define GST_EDGE_ERROR (gst_edge_error_quark ())

/**
 * GstEdgeError:
 * @GST_EDGE_ERROR_TRANSIENT: heals by itself: wait and try again
 * @GST_EDGE_ERROR_CANCELLED: somebody asked to stop
 * @GST_EDGE_ERROR_AUTH: the server refused the credentials
 * @GST_EDGE_ERROR_NOT_FOUND: vhost, database or exchange does not exist, or may not be used
 * @GST_EDGE_ERROR_SETTINGS: a setting can never work: what it is set to, or together with the server
 * @GST_EDGE_ERROR_MESSAGE: the server ended the connection because of a message that it will never take
 *
 * Those from AUTH to SETTINGS are final on the first contact with a server and transient once it has worked.
 */
typedef enum
{
  GST_EDGE_ERROR_TRANSIENT,
  GST_EDGE_ERROR_CANCELLED,
  GST_EDGE_ERROR_AUTH,
  GST_EDGE_ERROR_NOT_FOUND,
  GST_EDGE_ERROR_SETTINGS,
  GST_EDGE_ERROR_MESSAGE,
} GstEdgeError;

GST_EDGE_API GQuark gst_edge_error_quark (void);

G_END_DECLS
