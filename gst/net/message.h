/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What travels over a link: a payload, where it goes, and the identity it carries. */

#pragma once

#include "frame/frame-identity.h"

G_BEGIN_DECLS

typedef struct _GstEdgeLinkClient GstEdgeLinkClient;

/**
 * GstEdgeTarget:
 *
 * What all messages of one element have in common (an exchange with its settings, a TTL). Immutable, embedded as
 * the first member of the transport's own struct; reference counted because messages outlive elements.
 */
typedef struct
{
  gatomicrefcount refcount;
  GDestroyNotify free_func;     /* frees the whole struct */
  gboolean unconfirmed;         /* sent is done: do not wait for the server's answer */
  gboolean urgent;              /* small messages that shall not stand behind large ones */
} GstEdgeTarget;

/* Starts with one reference. */
GST_EDGE_API void gst_edge_target_init (GstEdgeTarget * target, GDestroyNotify free_func);
GST_EDGE_API GstEdgeTarget *gst_edge_target_ref (GstEdgeTarget * target);
GST_EDGE_API void gst_edge_target_unref (GstEdgeTarget * target);

/**
 * GstEdgeMessage:
 * @target: (transfer full)
 * @destination: (transfer full): routing key or Redis key
 * @payload: (transfer full): the bytes; never copied by the link
 * @content_type: (nullable): media type of the payload, a string that lives for ever
 * @identity: the frame that the message is or speaks of
 */
typedef struct _GstEdgeMessage GstEdgeMessage;
struct _GstEdgeMessage
{
  GstEdgeTarget *target;
  gchar *destination;
  GstBuffer *payload;
  const gchar *content_type;
  GstEdgeFrameIdentity identity;
  gpointer context;             /* the element's own; nullable */
  GDestroyNotify context_free;

  /* The rest belongs to the link. */
  GList node;                   /* link thread, or the link's lock while waiting to be resent */
  GstEdgeLinkClient *client;    /* link's lock; NULL once the element has gone */
  gsize size;
  gint64 submitted_at;          /* monotonic microseconds */
  gint64 sent_at;               /* link thread */
  guint64 tag;                  /* link thread */
  guint sends;                  /* link thread */
  guint class;                  /* link thread */
  gboolean returned;            /* link thread */
};

GST_EDGE_API GstEdgeMessage *gst_edge_message_new (GstEdgeTarget * target, gchar * destination,
    GstBuffer * payload, const GstEdgeFrameIdentity * identity);
GST_EDGE_API void gst_edge_message_free (GstEdgeMessage * message);

G_END_DECLS
