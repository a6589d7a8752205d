/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * framestamp: gives each buffer its identity. */

#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_FRAME_STAMP (gst_frame_stamp_get_type ())
G_DECLARE_FINAL_TYPE (GstFrameStamp, gst_frame_stamp, GST, FRAME_STAMP, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE (framestamp);

G_END_DECLS
