/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How often the links to a server became ready, for metrics. It outlives each link, so that it only ever rises: links to
 * one server come and go, and several that look the same (with another password, or through status events alone) are
 * there at a time. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @server: as it may be shown; @group: NULL and "" = the common one. Any thread, briefly. */
void gst_edge_link_connects_count (const gchar * server, const gchar * group);
guint64 gst_edge_link_connects_get (const gchar * server, const gchar * group);

G_END_DECLS
