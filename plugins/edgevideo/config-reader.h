/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The config file: YAML -> GstEdgeConfig. */

#pragma once

#include "config-value.h"

G_BEGIN_DECLS

/* More than any deployment needs; keeps a wrong file from filling the memory. */
#define GST_EDGE_CONFIG_MAX_FILE (1024 * 1024)

/**
 * gst_edge_config_read:
 * @file: its path
 * @digest: (out) (optional) (transfer full): a checksum of the content, also when that is wrong; NULL when it could not
 *   be read
 * @error: one line per mistake: `FILE:LINE:COLUMN: KEY.PATH: what is wrong; what is allowed`. No value of a key
 *   that may hold a secret is quoted, and none that came from the environment
 */
GstEdgeConfig *gst_edge_config_read (const gchar * file, gchar ** digest, GError ** error);

/* The same for a text; @file is what the messages call it. */
GstEdgeConfig *gst_edge_config_parse (const gchar * file, const gchar * text, gsize length, GError ** error);

G_END_DECLS
