/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection, between the files that make it. */

#pragma once

#include "camera-batch.h"
#include "camera-codec.h"
#include "camera-lag.h"
#include "camera-redirections.h"
#include "camera-session.h"
#include "camera-sieve.h"
#include "camera-times.h"
#include "camera-watch.h"

G_BEGIN_DECLS

struct _GstEdgeCameraSession
{
  /* constant */
  GstEdgeCamera *camera;
  GstEdgeCameraSessionFuncs funcs;
  gpointer user_data;
  GstClock *clock;
  GstClockTime base_time;
  GstElement *pipeline;
  GstElement *source;           /* the pipeline's */
  GstPad *inlet;                /* sink pad without an element: everything ends here */

  gint over;                    /* atomic: what happens now does not count any more */
  gint alive;                   /* atomic */
  gint untrusted;               /* atomic: the camera's certificate was refused */
  gint caps_refused;            /* atomic: by what is downstream */

  /* Guards what follows, and decode and limiter of the camera. Never held while something is pushed. */
  GMutex lock;
  GstEdgeCameraWatch watch;
  GstClockTime wanted_time;     /* lock: of the last picture that went to the decoder for its frame; 0 = none */
  GstClockTime frame_time;      /* lock: of the last frame that came out of it; 0 = none */
  GstClockTime alone_time;      /* lock: running time of the last keyframe that was decoded alone; 0 = none */
  gboolean alone_out;           /* lock: its frame is out */

  GstEdgeCameraRedirections redirections;       /* the source's thread */

  /* While what follows blocks, packets are dropped before the jitter buffer. That there is a gap matters where it comes
   * out of it, behind all that waited there: gaps are known by the number of the first packet after them. */
  gboolean dropping;            /* the thread that fills the jitter buffer */
  GQueue gaps;                  /* lock: of sequence numbers */

  /* set when the camera has said what it sends, constant from there */
  const GstEdgeCameraCodec *codec;
  GstElement *decoder;          /* nullable, the pipeline's */
  GstElement *scale_filter;     /* nullable, the pipeline's */

  GstPad *sieved_at;            /* atomic, not owned: where packets of unwanted pictures are dropped; NULL = not known */

  /* the thread that pushes into that pad */
  GstEdgeCameraSieve sieve;
  GQueue held_packets;
  guint16 packets_dropped;
  gboolean picture_dropped;     /* the current one is counted */
  gboolean releasing;           /* what was held is on its way */

  /* streaming thread */
  GstSegment picture_segment;
  GstSegment frame_segment;
  GstEdgeCameraLag lag;
  GstEdgeCameraTimes times;
  GstEdgeCameraBatch batch;
  gboolean patient;             /* what is held now will most likely be dropped */
  gboolean begins_anew;         /* the last keyframe did: no picture after it refers to one before it */
  gboolean skipped;             /* since the last encoded picture that went out */
  gboolean gap;                 /* packets before the next picture were dropped */
  gboolean resumes;             /* the next picture that is decoded does not follow the one before */
};

void gst_edge_camera_session_fail (GstEdgeCameraSession * session, GstEdgeCameraReason reason,
    const gchar * detail);

void gst_edge_camera_session_refuse (GstEdgeCameraSession * session, GstFlowReturn flow);

/* camera-session-source.c */
GstElement *gst_edge_camera_session_make_source (GstEdgeCameraSession * session);
GstBusSyncReply gst_edge_camera_session_on_message (GstBus * bus, GstMessage * message, gpointer user_data);

/* camera-session-chain.c */
/* Builds what follows a stream of the source. Streaming thread of the source. */
void gst_edge_camera_session_build (GstEdgeCameraSession * session, GstPad * stream_pad);

/* camera-session-packets.c */
/* Something was dropped before @packet, on its way into the jitter buffer. FALSE: it has no number. */
gboolean gst_edge_camera_session_note_gap (GstEdgeCameraSession * session, GstBuffer * packet);
/* Where packets come in: the pads that @rtpbin will have. */
void gst_edge_camera_session_probe_received (GstEdgeCameraSession * session, GstElement * rtpbin);
/* Where they leave it: the depayloader's @pad. */
void gst_edge_camera_session_probe_packets (GstEdgeCameraSession * session, GstPad * pad);

/* camera-session-pictures.c */
void gst_edge_camera_session_probe_data (GstEdgeCameraSession * session, GstPad * pad);
void gst_edge_camera_session_probe_pictures (GstEdgeCameraSession * session, GstPad * pad);
void gst_edge_camera_session_probe_frames (GstEdgeCameraSession * session, GstPad * pad);

G_END_DECLS
