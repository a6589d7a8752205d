/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The only place that turns a GError into a message on the bus. */

#pragma once

#include "edge-api.h"

G_BEGIN_DECLS

/* Posts an ERROR: the sentence of @error for people, @debug (nullable) for developers, and as details the
 * property (nullable) that has to be changed and the server (nullable, redacted). No lock may be held. */
GST_EDGE_API void gst_edge_element_post_error (GstElement * element, const GError * error, const gchar * property,
    const gchar * server);

/* The same as a WARNING. */
GST_EDGE_API void gst_edge_element_post_warning (GstElement * element, const GError * error,
    const gchar * property, const gchar * server);

/* A WARNING: what @property is for needs a thread, and @error says that the process may not have one. */
GST_EDGE_API void gst_edge_element_warn_of_missing_thread (GstElement * element, const gchar * property,
    const GError * error);

/* For things that happen again and again: TRUE for the first and every 100th. @count: (inout) */
GST_EDGE_API gboolean gst_edge_log_is_due (guint64 * count);

G_END_DECLS
