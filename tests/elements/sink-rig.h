/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sink in a harness, playing, and what it says on its bus. The servers are those of tests/support/run-with-servers. */

#pragma once

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include "frame/frame-identity.h"

G_BEGIN_DECLS

/* Capture time of the frame with sequence 0; the others follow at a millisecond each. */
#define SINK_RIG_EPOCH (G_GINT64_CONSTANT (1731024000123456789))

/* How long anything may take that will happen. A limit for failing tests, not a measure of good ones. */
#define SINK_RIG_PATIENCE (30 * G_TIME_SPAN_SECOND)

typedef struct
{
  GstElement *element;
  GstHarness *h;                /* NULL before sink_rig_play() */
  GMutex lock;
  GCond changed;
  GPtrArray *messages;          /* lock: of GstMessage, all that were posted */
} SinkRig;

/* @properties: as on a gst-launch line, @uri: (nullable): of the server, default that of run-with-servers. Not started. */
void sink_rig_init (SinkRig * rig, const gchar * factory, const gchar * uri, const gchar * properties);
void sink_rig_play (SinkRig * rig);

/* Stops the element; what it said and its stats can still be read. */
void sink_rig_stop (SinkRig * rig);
void sink_rig_clear (SinkRig * rig);

/* A frame of camera cam1 with @sequence, 640x480 by its identity; the content is its sequence, again and again. */
GstBuffer *sink_rig_frame (guint sequence, gsize size);
gboolean sink_rig_is_frame (gconstpointer data, gsize size, guint sequence, gsize expected_size);
GstFlowReturn sink_rig_push (SinkRig * rig, guint sequence);
void sink_rig_push_range (SinkRig * rig, guint from, guint to);
void sink_rig_push_eos (SinkRig * rig);

guint64 sink_rig_get_stat (SinkRig * rig, const gchar * name);
void sink_rig_await_stat (SinkRig * rig, const gchar * name, guint64 value);
void sink_rig_await_state (SinkRig * rig, const gchar * state);

/* in = delivered + unconfirmed + rejected + dropped + queued + in-flight */
void sink_rig_assert_balanced (GstElement * element);
guint64 sink_rig_element_stat (GstElement * element, const gchar * name);

/* @type: may be several */
guint sink_rig_count (SinkRig * rig, GstMessageType type);
void sink_rig_await_message (SinkRig * rig, GstMessageType type);

/* The text of the only message of @type. */
gchar *sink_rig_dup_sentence (SinkRig * rig, GstMessageType type, gchar ** property);

/* There is one WARNING, and it has @words. */
void sink_rig_assert_warned (SinkRig * rig, const gchar * words);

/* "EDGE_SERVERS freeze redis"; fails the test if that fails. */
void sink_rig_servers (const gchar * command, const gchar * server, const gchar * argument);
void sink_rig_rabbitmqctl (const gchar * arguments);

/* The default uri of @factory's server, and the same with other parts. */
const gchar *sink_rig_uri (const gchar * factory);
gchar *sink_rig_uri_with (const gchar * factory, const gchar * userinfo, const gchar * path);

/* TCP connections of this process to the server of @factory. */
guint sink_rig_count_connections (const gchar * factory);

G_END_DECLS
