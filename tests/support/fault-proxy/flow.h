/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One direction of a relayed connection, and the faults that are done to it. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FLOW_UP,                      /* client to server */
  FLOW_DOWN,                    /* server to client */
  N_FLOWS
} FlowDirection;

/* Shared by all connections of the proxy; all zero but truncate_left is "just pass". */
typedef struct
{
  gboolean frozen;              /* neither read nor written: not even the end of the stream is passed on */
  guint64 rate;                 /* bytes per second, 0 = no limit */
  gint64 delay;                 /* microseconds */
  gsize split;                  /* most bytes per write, 0 = no limit */
  gint64 truncate_left;         /* bytes to pass before the connection is closed, -1 = off */
  guint64 bytes;                /* passed so far */
} FlowRules;

typedef struct
{
  FlowRules *rules;
  gint from;
  gint to;
  GQueue chunks;                /* of Chunk */
  gsize queued;                 /* bytes in chunks */
  gint64 allowed_at;            /* monotonic microseconds: when the rate allows the next write */
  gboolean source_ended;
  gboolean finished;            /* the end of the stream has been passed on */
} Flow;

typedef enum
{
  FLOW_OK,
  FLOW_TRUNCATED,               /* close both ends */
  FLOW_LOST,                    /* an end has gone: reset the other */
} FlowResult;

void flow_rules_init (FlowRules * rules);
void flow_init (Flow * flow, FlowRules * rules, gint from, gint to);
void flow_clear (Flow * flow);

/* What to poll for, and when to look again without an event (G_MAXINT64 = never). */
gboolean flow_wants_read (const Flow * flow);
gboolean flow_wants_write (const Flow * flow, gint64 now);
gint64 flow_get_time (const Flow * flow, gint64 now);

FlowResult flow_read (Flow * flow, gint64 now);
FlowResult flow_write (Flow * flow, gint64 now);

G_END_DECLS
