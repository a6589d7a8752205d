/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Marks what libgstedgevideo-1.0 exports; everything else is hidden. */

#pragma once

#include <gst/gst.h>

#define GST_EDGE_API extern __attribute__ ((visibility ("default")))
