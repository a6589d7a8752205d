/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages and targets of a link. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/message.h"

void
gst_edge_target_init (GstEdgeTarget *target, GDestroyNotify free_func)
{
  g_atomic_ref_count_init (&target->refcount);
  target->free_func = free_func;
}

GstEdgeTarget *
gst_edge_target_ref (GstEdgeTarget *target)
{
  g_atomic_ref_count_inc (&target->refcount);
  return target;
}

void
gst_edge_target_unref (GstEdgeTarget *target)
{
  if (g_atomic_ref_count_dec (&target->refcount))
    target->free_func (target);
}

GstEdgeMessage *
gst_edge_message_new (GstEdgeTarget *target, gchar *destination, GstBuffer *payload,
    const GstEdgeFrameIdentity *identity)
{
  GstEdgeMessage *message = g_slice_new0 (GstEdgeMessage);

  message->target = target;
  message->destination = destination;
  message->payload = payload;
  message->size = gst_buffer_get_size (payload);
  message->node.data = message;
  gst_edge_frame_identity_copy (identity, &message->identity);
  return message;
}

void
gst_edge_message_free (GstEdgeMessage *message)
{
  gst_edge_target_unref (message->target);
  g_free (message->destination);
  gst_buffer_unref (message->payload);
  gst_edge_frame_identity_clear (&message->identity);
  if (message->context_free != NULL)
    message->context_free (message->context);
  g_slice_free (GstEdgeMessage, message);
}
