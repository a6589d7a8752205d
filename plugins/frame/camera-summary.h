/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One look at all cameras for the log lines of each of them: with a look of its own for each, twice as many cameras
 * would cost four times as much. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In pairs: what is known is kept as long as somebody may ask. */
void gst_edge_camera_summary_use (void);
void gst_edge_camera_summary_unuse (void);

/* How many frames of the camera were dropped or refused on one of the ways out, as of a second ago at the most. Between use and
 * unuse. */
guint64 gst_edge_camera_summary_get_errors (const gchar * camera_id);

G_END_DECLS
