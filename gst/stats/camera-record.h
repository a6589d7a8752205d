/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process knows about each camera, for metrics, health and the live page: one record per camera id, filled by
 * whatever elements handle its frames. A record is never freed, so that its counters only ever rise, over restarts of
 * elements, pipelines and cameras. */

#pragma once

#include "stats/stage-counts.h"

G_BEGIN_DECLS

/* The camera of an element that handles frames of several cameras. No camera can have this id. */
#define GST_EDGE_CAMERA_SEVERAL "*"

typedef struct _GstEdgeCameraRecord GstEdgeCameraRecord;
typedef struct _GstEdgeCameraSource GstEdgeCameraSource;

typedef enum
{
  GST_EDGE_CAMERA_STATE_UNKNOWN,        /* no source says: to be judged by the age of the last frame */
  GST_EDGE_CAMERA_STATE_ACTIVE,
  GST_EDGE_CAMERA_STATE_INACTIVE,
  GST_EDGE_CAMERA_STATE_OFFLINE,
} GstEdgeCameraState;

/**
 * gst_edge_camera_record_use:
 * @camera_id: a valid camera id, or %GST_EDGE_CAMERA_SEVERAL
 *
 * Says that an element handles frames of the camera, until gst_edge_camera_record_unuse(). A camera that nobody uses is
 * not shown.
 *
 * Returns: (transfer none): the record of that camera, valid for ever
 */
GST_EDGE_API GstEdgeCameraRecord *gst_edge_camera_record_use (const gchar * camera_id);
GST_EDGE_API void gst_edge_camera_record_unuse (GstEdgeCameraRecord * record);

/* Lives for ever. */
GST_EDGE_API const gchar *gst_edge_camera_record_get_id (const GstEdgeCameraRecord * record);

/* A frame of @bytes came from the camera. Streaming thread, no lock. */
GST_EDGE_API void gst_edge_camera_record_count_frame (GstEdgeCameraRecord * record, gsize bytes);

/* A frame that was captured at @capture_time (Unix ns) has just passed @stage. No lock. */
GST_EDGE_API void gst_edge_camera_record_note_delivery (GstEdgeCameraRecord * record, GstEdgeStage stage,
    gint64 capture_time);

/**
 * gst_edge_camera_source_new:
 * @camera_id: a valid camera id
 *
 * Who knows how the camera is. It uses the camera's record until gst_edge_camera_source_detach(). Several may speak of
 * one camera, each for itself: the best of what they say counts.
 *
 * Returns: (transfer full): a source that says %GST_EDGE_CAMERA_STATE_UNKNOWN
 */
GST_EDGE_API GstEdgeCameraSource *gst_edge_camera_source_new (const gchar * camera_id);

/* Detaches it, too. */
GST_EDGE_API void gst_edge_camera_source_free (GstEdgeCameraSource * source);

/* @reason: (nullable): why it is not active, for people, without credentials. To become active again is a reconnect.
 * Nobody hears it after gst_edge_camera_source_detach(). Any thread. */
GST_EDGE_API void gst_edge_camera_source_set_state (GstEdgeCameraSource * source, GstEdgeCameraState state,
    const gchar * reason);

/* It says nothing more, though somebody may still have it. */
GST_EDGE_API void gst_edge_camera_source_detach (GstEdgeCameraSource * source);

/* What an element counted that ends now; with gst_edge_camera_records_lock() held, in one with taking it out of where its
 * counters are read. */
GST_EDGE_API void gst_edge_camera_record_add_gone (GstEdgeCameraRecord * record, GstEdgeStage stage,
    const GstEdgeStageCounts * counts);

/* Held by who reads records and elements, so that no element goes meanwhile: what it counted would be read twice or not
 * at all. Elements that stop may have to wait for that, frames do not. No other lock of gst/ is held when it is taken. */
GST_EDGE_API void gst_edge_camera_records_lock (void);
GST_EDGE_API void gst_edge_camera_records_unlock (void);

/* Whether somebody looks at pictures; while nobody does, none is kept. Calls with TRUE and FALSE come in pairs. */
GST_EDGE_API void gst_edge_camera_pictures_want (gboolean wanted);
GST_EDGE_API gboolean gst_edge_camera_pictures_are_wanted (void);

/* The latest frame of the camera, a JPEG, kept by reference; an older one than what is there is ignored, unless it is so
 * much older that the clock was set, as is one that nobody wants. */
GST_EDGE_API void gst_edge_camera_record_offer_picture (GstEdgeCameraRecord * record, GstBuffer * buffer,
    gint64 capture_time);

/* (transfer full) (nullable) */
GST_EDGE_API GstBuffer *gst_edge_camera_record_get_picture (GstEdgeCameraRecord * record, gint64 * capture_time);

/**
 * GstEdgeCameraSnapshot:
 * @id: lives for ever
 * @used: an element handles it now
 * @rate: frames per second of late
 * @age: of the last frame, microseconds, -1 = none yet
 * @delay: from capture to delivery of late, microseconds, -1 = none yet
 * @state: the best that its sources say
 * @reason: (nullable): why it is not active, from the source that says so
 * @stages: what became of its frames
 *
 * One moment of a camera.
 */
typedef struct
{
  const gchar *id;
  gboolean used;
  guint64 frames;
  guint64 bytes;
  gdouble rate;
  gint64 age;
  gint64 delay[GST_EDGE_N_STAGES];
  GstEdgeCameraState state;
  gchar *reason;
  guint64 reconnects;
  gint64 picture_time;          /* Unix ns, 0 = none */
  GstEdgeStageCounts stages[GST_EDGE_N_STAGES];
} GstEdgeCameraSnapshot;

/* @snapshot->stages: only what elements counted that are gone. Free reason. Waits for no streaming thread. */
GST_EDGE_API void gst_edge_camera_record_read (GstEdgeCameraRecord * record, GstEdgeCameraSnapshot * snapshot);

/* (transfer container): all records there are, of GstEdgeCameraRecord. */
GST_EDGE_API GPtrArray *gst_edge_camera_records_list (void);

/* (nullable): without using it. */
GST_EDGE_API GstEdgeCameraRecord *gst_edge_camera_record_find (const gchar * camera_id);

G_END_DECLS
