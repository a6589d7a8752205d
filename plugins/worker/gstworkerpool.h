/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The workerpool element. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_WORKER_POOL (gst_worker_pool_get_type ())
G_DECLARE_FINAL_TYPE (GstWorkerPool, gst_worker_pool, GST, WORKER_POOL, GstElement)

GST_ELEMENT_REGISTER_DECLARE (workerpool);

G_END_DECLS
