/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the program tells the test, as one line of JSON each. */

#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Adds "elements" (the stats of each element that has some) and "chains" (times of their chain functions). */
void report_pipeline (JsonBuilder * builder, GstElement * pipeline);

/* Adds "process": resident memory, threads, descriptors. */
void report_process (JsonBuilder * builder);

/* Prints a message of the bus if a test may want to know of it. Any thread. */
void report_message (GstMessage * message);

/* (transfer full): prints what has been built. Any thread. */
void report_send (JsonBuilder * builder);

G_END_DECLS
