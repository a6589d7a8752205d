/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the network packets of pictures that nobody will decode, so that they cost next to nothing. Pure. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  GST_EDGE_CAMERA_SIEVE_PASS,   /* with all that is held back */
  GST_EDGE_CAMERA_SIEVE_HOLD,   /* not known yet: what follows tells */
  GST_EDGE_CAMERA_SIEVE_DROP,   /* with all that is held back */
} GstEdgeCameraSieveVerdict;

/**
 * GstEdgeCameraSieve:
 *
 * Zero is a valid start. A picture is what has one RTP timestamp; the first slice in it tells whether it is a keyframe,
 * by the same rules as GStreamer's parsers. What is not understood passes.
 */
typedef struct
{
  gboolean started;
  guint32 time;                 /* of the current picture, as RTP timestamp */
  gboolean decided;
  GstEdgeCameraSieveVerdict verdict;    /* for the current picture */
  guint held;                   /* packets of it */

  gboolean has_passed;
  guint32 last_passed;          /* RTP timestamp */
  gboolean broken;              /* pictures have been dropped since the last keyframe: what comes has no reference */
  guint32 broken_since;
} GstEdgeCameraSieve;

typedef struct
{
  gboolean h265;                /* else H.264 */
  gboolean keyframes_only;      /* nothing else is decoded now */
  GstClockTime period;          /* of the wanted frame rate; 0 = all */
  guint clock_rate;             /* of the RTP timestamps */
} GstEdgeCameraSieveRules;

/* Whether a packet is the first of its picture. What is held back is then of another one, and passes. */
gboolean gst_edge_camera_sieve_is_new_picture (const GstEdgeCameraSieve * sieve, guint32 time);

/**
 * gst_edge_camera_sieve_judge:
 * @sieve: the state
 * @rules: what is wanted; may change at any time
 * @payload: of the packet
 * @size: its bytes
 * @time: its RTP timestamp
 * @last: whether it is the last one of its picture
 *
 * Packets come in order. Now and then a picture passes though it is not wanted, for the sake of those who measure:
 * whether keyframes have become rare, whether the sender is alive.
 */
GstEdgeCameraSieveVerdict gst_edge_camera_sieve_judge (GstEdgeCameraSieve * sieve,
    const GstEdgeCameraSieveRules * rules, const guint8 * payload, gsize size, guint32 time, gboolean last);

G_END_DECLS
