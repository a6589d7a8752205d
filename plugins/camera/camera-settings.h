/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the properties of rtspcamerasrc say, copied once before it starts, and what it counts. */

#pragma once

#include <gio/gio.h>
#include <gst/rtsp/rtsp.h>

#include "camera-enums.h"

G_BEGIN_DECLS

/* What is decoded and scaled at most: the largest level of H.264 and H.265 that cameras have (8192x4320) is below it. A
 * stream may claim anything, and a decoder takes memory for up to 17 such pictures. */
#define GST_EDGE_CAMERA_MAX_SIDE 16384
#define GST_EDGE_CAMERA_MAX_PIXELS 40000000

/* Does not change between READY and READY; framerate is apart from it. */
typedef struct
{
  gchar *camera_id;             /* nullable */
  gchar *name;                  /* for people and for the names of objects: the camera id, or the element's name */
  gchar *location;              /* without credentials */
  gchar *user;                  /* nullable */
  gchar *password;              /* nullable */
  gchar *text;                  /* the URI as it may be shown */
  GstRTSPLowerTrans protocols;
  guint tls_validation_flags;
  GTlsDatabase *tls_database;   /* nullable: whom to trust instead of the system's authorities */
  GstClockTime latency;
  GstClockTime connect_timeout;
  GstClockTime stall_timeout;
  GstClockTime reconnect_min_delay;
  GstClockTime reconnect_max_delay;
  guint circuit_max_failures;
  GstClockTime circuit_reset;
  GstRtspCameraSrcDecode decode;
  guint width;                  /* 0 = not scaled */
  guint height;
} GstEdgeCameraSettings;

void gst_edge_camera_settings_clear (GstEdgeCameraSettings * settings);

/* pictures = skipped + late + fed; frames = limited + out + lost. Read and written atomically. */
typedef struct
{
  guint64 connects;
  guint64 failures;
  guint64 bytes;                /* of encoded video */
  guint64 pictures;             /* encoded, found in the stream */
  guint64 keyframes;            /* of them */
  guint64 skipped;              /* of them, not decoded because they were not needed */
  guint64 skipped_packets;      /* network packets of them that were not even looked into */
  guint64 late;                 /* of them, not decoded because decoding was behind */
  guint64 frames;               /* decoded, or encoded ones that go out as they are */
  guint64 limited;              /* of them, dropped for the frame rate */
  guint64 out;                  /* of them, pushed */
  guint64 lost;                 /* of them, dropped because what follows is flushing or stopped */
  guint64 blocked_packets;      /* network packets dropped while what follows blocked */
  GstClockTime keyframe_interval;
  guint keyframes_only;         /* decodes only keyframes now */
} GstEdgeCameraCounters;

#define GST_EDGE_CAMERA_COUNT(counter, n) __atomic_fetch_add (&(counter), (n), __ATOMIC_RELAXED)
#define GST_EDGE_CAMERA_SET(counter, value) __atomic_store_n (&(counter), (value), __ATOMIC_RELAXED)
#define GST_EDGE_CAMERA_GET(counter) __atomic_load_n (&(counter), __ATOMIC_RELAXED)

/* The frame rate, as two numbers in one that can be read at any time. */
typedef guint64 GstEdgeCameraRate;

#define GST_EDGE_CAMERA_RATE(fps_n, fps_d) (((guint64) (fps_n) << 32) | (guint32) (fps_d))
#define GST_EDGE_CAMERA_RATE_N(rate) ((guint) ((rate) >> 32))
#define GST_EDGE_CAMERA_RATE_D(rate) ((guint) ((rate) & 0xffffffff))

G_END_DECLS
