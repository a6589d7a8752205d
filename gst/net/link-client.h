/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An element's end of a link: its own bounded outbox, its own counters. All elements that name the same server
 * with the same credentials share one link. */

#pragma once

#include "net/link.h"
#include "queue/bounded-queue.h"
#include "stats/histogram.h"

G_BEGIN_DECLS

/**
 * GstEdgeLinkSettings:
 * @timeout: longest time to connect, or to wait for an answer, in microseconds
 * @max_in_flight: most messages sent and not answered; as many urgent ones may be in flight besides
 * @circuit_max_failures: failures to connect in a row that open the circuit, 0 = never
 * @circuit_reset: how long it stays open, in microseconds
 * @group: (nullable): elements with another group get another link
 *
 * Of the link. The element that opens it decides; what later ones want otherwise is ignored and logged.
 */
typedef struct
{
  gint64 timeout;
  guint max_in_flight;
  guint circuit_max_failures;
  gint64 circuit_reset;
  const gchar *group;
} GstEdgeLinkSettings;

/* What everybody asks of a link who was not told otherwise: who shares one must agree. In microseconds. A window of 64
 * takes a frame of 40 cameras each in one round trip, see tests/bench/README.md. */
#define GST_EDGE_LINK_DEFAULT_TIMEOUT (5 * G_USEC_PER_SEC)
#define GST_EDGE_LINK_DEFAULT_MAX_IN_FLIGHT 64
#define GST_EDGE_LINK_DEFAULT_CIRCUIT_MAX_FAILURES 20
#define GST_EDGE_LINK_DEFAULT_CIRCUIT_RESET (60 * G_USEC_PER_SEC)

/**
 * GstEdgeLinkClientFuncs:
 * @completed: the server answered @message, which stays owned by the link. Not called with %GST_EDGE_RETRY
 * @state_changed: the link's state, with the reason when it is a bad one; @warn is TRUE once in an outage and for one
 *   client only: the one that should tell people about it. A client whose target is refused after it had been usable
 *   is told that the link backs off, and tried again
 * @failed: this element can never deliver with its settings, @by_target: because of its target and not because of the
 *   endpoint; called once. What it queued was dropped as rejected
 *
 * Called on the link's thread with no lock held, never after gst_edge_link_client_free() has returned.
 */
typedef struct
{
  void (*completed) (GstEdgeMessage * message, GstEdgeResult result, const gchar * detail, gpointer user_data);
  void (*state_changed) (GstEdgeLinkState state, const gchar * reason, gboolean warn, gpointer user_data);
  void (*failed) (const GError * error, gboolean by_target, gpointer user_data);
} GstEdgeLinkClientFuncs;

/**
 * GstEdgeLinkCounters:
 *
 * in = delivered + unconfirmed + rejected + dropped[…] + queued + in_flight, always; returned is a part of
 * rejected.
 */
typedef enum
{
  GST_EDGE_LINK_DROP_FULL,      /* the outbox was full */
  GST_EDGE_LINK_DROP_CIRCUIT,   /* it was full because the circuit is open */
  GST_EDGE_LINK_DROP_AGE,       /* waited longer than max-age */
  GST_EDGE_LINK_DROP_OVERSIZE,  /* larger than can be sent */
  GST_EDGE_LINK_DROP_FLUSH,     /* a seek or flush discarded it */
  GST_EDGE_LINK_DROP_SHUTDOWN,  /* the element stopped first */
  GST_EDGE_LINK_N_DROPS
} GstEdgeLinkDrop;

typedef struct
{
  guint64 in;
  guint64 delivered;
  guint64 delivered_bytes;
  guint64 unconfirmed;          /* sent without asking for an answer */
  guint64 rejected;
  guint64 returned;
  guint64 resent;
  guint64 dropped[GST_EDGE_LINK_N_DROPS];
  guint queued;
  guint64 queued_bytes;
  guint in_flight;
  GstEdgeLinkState state;
  guint connects;               /* of the link: how often it became ready */
} GstEdgeLinkCounters;

GST_EDGE_API const gchar *gst_edge_link_drop_get_name (GstEdgeLinkDrop drop);

/**
 * gst_edge_link_client_new:
 * @transport: protocol
 * @endpoint: server
 * @settings: of the link
 * @target: of the client's messages
 * @urgent: send before clients that are not urgent
 * @error: set when the process may not have the threads of a new link
 *
 * Joins the link to @endpoint or starts it. Returns at once; the link connects by itself.
 *
 * Returns: (nullable): the client, or NULL with @error
 */
GST_EDGE_API GstEdgeLinkClient *gst_edge_link_client_new (const GstEdgeTransportClass * transport,
    GstEdgeEndpoint * endpoint, const GstEdgeLinkSettings * settings, GstEdgeTarget * target, gboolean urgent,
    const GstEdgeLinkClientFuncs * funcs, gpointer user_data, GError ** error);

/* The end of a client: drops what is not delivered as shutdown and waits for a callback that runs, unless it is
 * called from one. After it has returned no callback begins, and the counters are final. */
GST_EDGE_API void gst_edge_link_client_retire (GstEdgeLinkClient * client);

/* Retires the client if need be, leaves the link, and stops the link when it was the last. */
GST_EDGE_API void gst_edge_link_client_free (GstEdgeLinkClient * client);

GST_EDGE_API void gst_edge_link_client_set_limits (GstEdgeLinkClient * client, const GstEdgeQueueLimits * limits);

typedef enum
{
  GST_EDGE_SUBMIT_ACCEPTED,
  GST_EDGE_SUBMIT_DROPPED,      /* counted, the message is gone */
  GST_EDGE_SUBMIT_FLUSHING,     /* would have to wait: not counted, the message is still the caller's */
  GST_EDGE_SUBMIT_OVERSIZE,     /* larger than the server takes: counted as dropped, the message is gone */
  GST_EDGE_SUBMIT_FAILED,       /* failed for good, counted as rejected */
} GstEdgeSubmitResult;

/* @message: (transfer full) unless flushing. Any thread. Blocks only when the limits say leaky=no and the outbox is
 * full. */
GST_EDGE_API GstEdgeSubmitResult gst_edge_link_client_submit (GstEdgeLinkClient * client, GstEdgeMessage * message);

/* Counts a frame that was refused before it became a message. */
GST_EDGE_API void gst_edge_link_client_count_drop (GstEdgeLinkClient * client, GstEdgeLinkDrop reason);

/* TRUE: whoever waits, or would have to wait, in submit or drain returns at once. */
GST_EDGE_API void gst_edge_link_client_set_flushing (GstEdgeLinkClient * client, gboolean flushing);

/* Drops what is queued and not sent yet. */
GST_EDGE_API void gst_edge_link_client_flush (GstEdgeLinkClient * client);

typedef enum
{
  GST_EDGE_DRAIN_DONE,
  GST_EDGE_DRAIN_TIMEOUT,       /* something is left */
  GST_EDGE_DRAIN_FLUSHING,      /* something is left */
} GstEdgeDrainResult;

/* Waits until everything submitted is answered, at most @timeout microseconds. */
GST_EDGE_API GstEdgeDrainResult gst_edge_link_client_drain (GstEdgeLinkClient * client, gint64 timeout);

GST_EDGE_API void gst_edge_link_client_get_counters (GstEdgeLinkClient * client, GstEdgeLinkCounters * counters);

/* The same for those who look on from outside: waits for nobody. The sum holds; between two stages a message may be
 * counted as queued. */
GST_EDGE_API void gst_edge_link_client_read_counters (GstEdgeLinkClient * client, GstEdgeLinkCounters * counters);

/* Time from submit to the server's answer. Owned by the client. */
GST_EDGE_API const GstEdgeHistogram *gst_edge_link_client_get_latency (GstEdgeLinkClient * client);

G_END_DECLS
