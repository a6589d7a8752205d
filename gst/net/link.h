/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A link is the one connection of this process to one server with one set of credentials, and the one thread that
 * owns its socket and the client library's handle. This is the side that transports see; elements see link-client.h. */

#pragma once

#include <gio/gio.h>

#include "net/edge-error.h"
#include "net/endpoint.h"
#include "net/message.h"

G_BEGIN_DECLS

typedef struct _GstEdgeLink GstEdgeLink;
typedef struct _GstEdgeTransport GstEdgeTransport;

/**
 * GstEdgeLinkState:
 * @GST_EDGE_LINK_CLOSED: not started, or stopped
 * @GST_EDGE_LINK_CONNECTING: connecting for the first time or again
 * @GST_EDGE_LINK_READY: messages flow
 * @GST_EDGE_LINK_BLOCKED: connected, but the server takes nothing for now
 * @GST_EDGE_LINK_BACKING_OFF: not connected, waits for the next try
 * @GST_EDGE_LINK_CIRCUIT_OPEN: not connected, gave up for a longer while
 * @GST_EDGE_LINK_CIRCUIT_HALF_OPEN: that while is over: a single try decides
 * @GST_EDGE_LINK_FAILED: can never work with these settings
 */
typedef enum
{
  GST_EDGE_LINK_CLOSED,
  GST_EDGE_LINK_CONNECTING,
  GST_EDGE_LINK_READY,
  GST_EDGE_LINK_BLOCKED,
  GST_EDGE_LINK_BACKING_OFF,
  GST_EDGE_LINK_CIRCUIT_OPEN,
  GST_EDGE_LINK_CIRCUIT_HALF_OPEN,
  GST_EDGE_LINK_FAILED,
} GstEdgeLinkState;

GST_EDGE_API const gchar *gst_edge_link_state_get_name (GstEdgeLinkState state);

/* How the server answered one message. */
typedef enum
{
  GST_EDGE_DELIVERED,           /* it said that it has it */
  GST_EDGE_SENT,                /* nobody waits for its answer */
  GST_EDGE_REJECTED,            /* it refused this message for good */
  GST_EDGE_RETURNED,            /* it found no queue for it (AMQP mandatory) */
  GST_EDGE_OVERSIZE,            /* it is larger than the server takes: counts as dropped */
  GST_EDGE_NEVER,               /* it refused this message, and will refuse all of this element */
  GST_EDGE_RETRY,               /* it cannot take it now: the link keeps it and parks */
} GstEdgeResult;

/**
 * GstEdgeTransportClass:
 * @name: of the protocol, for people
 * @open: connect and log in; blocks until gst_edge_link_get_deadline() at most
 * @close: (transfer full): end the connection without waiting for the server
 * @get_poll: what to poll for while idle
 * @get_timer: monotonic microseconds at which @service wants to be called, or G_MAXINT64
 * @is_blocked: whether the server takes nothing for now; @reason is for people
 * @can_send: whether @send would take a message without waiting for the socket
 * @prepare: make the target usable on this connection; once per connection and target. FALSE with TRANSIENT or
 *   CANCELLED when the connection is lost, else when the target is refused; @lost: that ended the connection, too
 * @send: send one message; the n-th one of a connection has the tag n. Fails with %GST_EDGE_ERROR_SETTINGS when this
 *   message can never be sent and nothing of it was
 * @flush: (nullable): begin to send what @send may have kept back, so that small messages leave together
 * @is_sending: (nullable): whether something that @send took has not been handed to the system yet
 * @service: read what has arrived without waiting for more, serve timers, report answers by
 *   gst_edge_link_complete(); FALSE when the connection is lost
 * @recover: (nullable): after a failure of one of the above: when the connection itself still stands, makes it like a
 *   new one, on which nothing was sent or prepared; else FALSE
 *
 * All are called on the link's thread, with no lock held. GError of domain GST_EDGE_ERROR.
 */
typedef struct
{
  const gchar *name;
  GstEdgeTransport *(*open) (GstEdgeLink * link, guint host_index, GError ** error);
  void (*close) (GstEdgeTransport * transport);
  void (*get_poll) (GstEdgeTransport * transport, gint * fd, gshort * events);
  gint64 (*get_timer) (GstEdgeTransport * transport);
  gboolean (*is_blocked) (GstEdgeTransport * transport, const gchar ** reason);
  gboolean (*can_send) (GstEdgeTransport * transport);
  gboolean (*prepare) (GstEdgeTransport * transport, GstEdgeTarget * target, gboolean * lost, GError ** error);
  gboolean (*send) (GstEdgeTransport * transport, GstEdgeMessage * message, GError ** error);
  gboolean (*flush) (GstEdgeTransport * transport, GError ** error);
  gboolean (*is_sending) (GstEdgeTransport * transport);
  gboolean (*service) (GstEdgeTransport * transport, gshort revents, GError ** error);
  gboolean (*recover) (GstEdgeTransport * transport);
} GstEdgeTransportClass;

GstEdgeEndpoint *gst_edge_link_get_endpoint (GstEdgeLink * link);
GCancellable *gst_edge_link_get_cancellable (GstEdgeLink * link);

/* Monotonic microseconds until which a call that starts now may take. */
gint64 gst_edge_link_get_deadline (GstEdgeLink * link);

/* The same as gst_edge_link_get_deadline(), as a length of time. */
gint64 gst_edge_link_get_timeout (GstEdgeLink * link);

/* Around calls into a library that may hang: the watchdog or a stop of the link shuts @fd down. */
void gst_edge_link_begin_call (GstEdgeLink * link, gint fd);

/* Returns: FALSE and sets @error when the call was ended from outside */
gboolean gst_edge_link_end_call (GstEdgeLink * link, GError ** error);

/* The server's answer to the message with @tag, and with @multiple to all unanswered ones before it.
 * @detail: (nullable): what the server said. Unknown tags are ignored. */
void gst_edge_link_complete (GstEdgeLink * link, guint64 tag, gboolean multiple, GstEdgeResult result,
    const gchar * detail);

/* The server takes no message larger than @max_size: those in flight are settled as oversize, and later ones are not
 * sent, until a connection is lost for another reason. */
void gst_edge_link_limit_size (GstEdgeLink * link, guint64 max_size, const gchar * detail);

/* Size of the unanswered message with @tag, 0 when there is none. */
gsize gst_edge_link_get_size (GstEdgeLink * link, guint64 tag);

/* For the clients for whose target @matches says so, when the server closes the connection because of them. Those that
 * never delivered anything fail: with @error they never will. The others are tried again, later and later.
 * @destination: (nullable): only those that have sent something there */
void gst_edge_link_refuse_clients (GstEdgeLink * link, gboolean (*matches) (GstEdgeTarget * target, gpointer data),
    gpointer data, const gchar * destination, const GError * error);

/* The message-id and the destination of a message that the server returned, and for whose target @matches says so;
 * its confirm follows. */
void gst_edge_link_mark_returned (GstEdgeLink * link, const gchar * message_id, const gchar * destination,
    gboolean (*matches) (GstEdgeTarget * target, gpointer data), gpointer data);

G_END_DECLS
