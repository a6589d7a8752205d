/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which pictures of a camera are decoded. Pure. */

#pragma once

#include "camera-enums.h"

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_CAMERA_VERDICT_SKIP,         /* do not decode it */
  GST_EDGE_CAMERA_VERDICT_DECODE,
  GST_EDGE_CAMERA_VERDICT_LATER,        /* decode it before the next one that is wanted, which may refer to it */
  GST_EDGE_CAMERA_VERDICT_ALONE, /* what comes next will not be decoded: the decoder must not wait for it */
} GstEdgeCameraVerdict;

typedef struct
{
  GstRtspCameraSrcDecode mode;
  gboolean keyframes_only;      /* now */
  gboolean wait_keyframe;       /* what comes before the next keyframe has lost its reference */
  GstClockTime leads_until;     /* decoding began at the keyframe of this time: what is shown before it has lost its
                                 * references, too; 0 = none of that is to come */
  gboolean keyframes_fail;      /* this camera's keyframes do not decode alone */
  GstClockTime last_keyframe;
  GstClockTime interval;        /* between the last two keyframes; 0 = not known */
  gboolean steady;              /* it is as long as the one before */
  guint good;                   /* intervals in a row that were short enough */
  guint needed;                 /* so many make it decode keyframes only */
  guint unanswered;             /* keyframes decoded alone since the last frame that came out */
} GstEdgeCameraDecode;

void gst_edge_camera_decode_init (GstEdgeCameraDecode * decode, GstRtspCameraSrcDecode mode);

/* A new connection. What is known about the camera's keyframes stays. */
void gst_edge_camera_decode_restart (GstEdgeCameraDecode * decode);

/**
 * gst_edge_camera_decode_judge:
 * @decode: the policy
 * @time: of the picture, by any clock
 * @keyframe: whether it can be decoded without others
 * @period: of the frame rate that is wanted; 0 = all frames
 */
GstEdgeCameraVerdict gst_edge_camera_decode_judge (GstEdgeCameraDecode * decode, GstClockTime time,
    gboolean keyframe, GstClockTime period);

/**
 * gst_edge_camera_decode_awaits_keyframe:
 * @decode: the policy
 * @time: of a picture
 * @keyframe: (out): when the next keyframe should come, by the same clock
 *
 * Returns: whether that is known, because they come regularly, and has not passed
 */
gboolean gst_edge_camera_decode_awaits_keyframe (const GstEdgeCameraDecode * decode, GstClockTime time,
    GstClockTime * keyframe);

/* A picture was lost on the way to the decoder. */
void gst_edge_camera_decode_lost (GstEdgeCameraDecode * decode);

/* A picture that is too late to be decoded; the rest as in gst_edge_camera_decode_judge(). */
void gst_edge_camera_decode_late (GstEdgeCameraDecode * decode, GstClockTime time, gboolean keyframe,
    GstClockTime period);

/* The decoder was given a keyframe alone; a frame came out of it. */
void gst_edge_camera_decode_fed_alone (GstEdgeCameraDecode * decode);
void gst_edge_camera_decode_answered (GstEdgeCameraDecode * decode);

G_END_DECLS
