/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What link-sink.c and link-sink-properties.c share. */

#pragma once

#include "element/link-sink.h"
#include "element/link-sink-report.h"
#include "frame/frame-stamper.h"

G_BEGIN_DECLS

/* All guarded by the object lock; copied once under it, then used without. */
typedef struct
{
  gchar *uri;                   /* nullable: the default */
  gchar *link_group;            /* nullable */
  gchar *camera_id;             /* nullable: the frames bring their own */
  GstEdgeTls tls;
  GstEdgeQueueLimits limits;
  GstClockTime timeout;
  GstClockTime drain_timeout;
  GstClockTime circuit_reset;
  guint circuit_max_failures;
  guint max_in_flight;
} GstEdgeLinkSinkSettings;

typedef struct
{
  GstEdgeLinkSinkSettings settings;     /* object lock */

  GMutex client_lock;           /* guards client against stop while somebody else uses it */
  GstEdgeLinkClient *client;    /* client_lock; streaming thread may read without: stop waits for it */
  GstStructure *last_stats;     /* client_lock: of the run before, while there is no client; nullable */

  /* Set before streaming starts, constant until it has ended. */
  GstEdgeEndpoint *endpoint;
  GstEdgeTarget *target;
  gchar *camera_id;             /* nullable */
  gchar *group;                 /* nullable */

  GstEdgeCameraRecord *record;  /* atomic: whose frames it has; written by the streaming thread; nullable */
  gchar *trouble;               /* census lock: why the link is in a bad state; nullable */

  /* Streaming thread. */
  GstEdgeFrameStamper stamper;
  const gchar *media_type;      /* of the caps, lives for ever; nullable */
  guint64 refused;              /* frames that could not become messages, for the log */

  gint warned_oversize;         /* atomic: people know that frames are too large for the server */

  /* Link's thread. */
  guint64 rejections;           /* for the log */
} GstEdgeLinkSinkPrivate;

GstEdgeLinkSinkPrivate *gst_edge_link_sink_get_private (GstEdgeLinkSink * self);

/* link-sink-properties.c */
void gst_edge_link_sink_install_properties (GObjectClass * klass);
void gst_edge_link_sink_init_settings (GstEdgeLinkSinkSettings * settings);
void gst_edge_link_sink_clear_settings (GstEdgeLinkSinkSettings * settings);
gchar *gst_edge_link_sink_dup_uri (GstEdgeLinkSink * self);

/* link-sink-stats.c: (transfer full) */
GstStructure *gst_edge_link_sink_get_stats (GstEdgeLinkSink * self);
GstStructure *gst_edge_link_sink_make_stats (GstEdgeLinkSink * self);

/* link-sink-report.c: between start and stop a sink is in the census */
void gst_edge_link_sink_join_census (GstEdgeLinkSink * self);
void gst_edge_link_sink_leave_census (GstEdgeLinkSink * self);
void gst_edge_link_sink_set_trouble (GstEdgeLinkSink * self, const gchar * reason);

/* Whose frames these are, from the identity of one of them. Streaming thread. */
void gst_edge_link_sink_note_camera (GstEdgeLinkSink * self, const GstEdgeFrameIdentity * identity);

GST_DEBUG_CATEGORY_EXTERN (gst_edge_link_sink_debug);

G_END_DECLS
