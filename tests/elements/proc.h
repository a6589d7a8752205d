/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What this process holds, from /proc, and programs it runs. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint proc_count_threads (void);
guint proc_count_fds (void);
guint proc_get_rss_kb (void);

/* Established TCP connections of this process to @port. */
guint proc_count_connections (guint16 port);

/* Fails the test if the program does. */
void proc_run (const gchar ** argv);

G_END_DECLS
