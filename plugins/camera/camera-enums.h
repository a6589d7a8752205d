/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What users of rtspcamerasrc choose from and what they are told. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstRtspCameraSrcDecode:
 * @GST_RTSP_CAMERA_SRC_DECODE_AUTO: only keyframes while they are enough for the frame rate, else all
 * @GST_RTSP_CAMERA_SRC_DECODE_ALL: everything that a frame which goes out needs
 * @GST_RTSP_CAMERA_SRC_DECODE_KEYFRAMES: only keyframes
 * @GST_RTSP_CAMERA_SRC_DECODE_NONE: nothing, the encoded video comes out
 */
typedef enum
{
  GST_RTSP_CAMERA_SRC_DECODE_AUTO,
  GST_RTSP_CAMERA_SRC_DECODE_ALL,
  GST_RTSP_CAMERA_SRC_DECODE_KEYFRAMES,
  GST_RTSP_CAMERA_SRC_DECODE_NONE,
} GstRtspCameraSrcDecode;

/**
 * GstRtspCameraSrcState:
 * @GST_RTSP_CAMERA_SRC_STATE_INACTIVE: no frames: connecting, or waiting to connect again
 * @GST_RTSP_CAMERA_SRC_STATE_ACTIVE: frames come
 * @GST_RTSP_CAMERA_SRC_STATE_OFFLINE: failed so often that connecting pauses for circuit-reset
 */
typedef enum
{
  GST_RTSP_CAMERA_SRC_STATE_INACTIVE,
  GST_RTSP_CAMERA_SRC_STATE_ACTIVE,
  GST_RTSP_CAMERA_SRC_STATE_OFFLINE,
} GstRtspCameraSrcState;

G_END_DECLS
