/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests: what the transports of servers that are not there have in common, and who joins their link. */

#pragma once

#include <gst/gst.h>

#include "net/link-client.h"

static inline void
fake_transport_get_poll (GstEdgeTransport *transport, gint *fd, gshort *events)
{
  *fd = -1;
}

static inline gboolean
fake_transport_is_blocked (GstEdgeTransport *transport, const gchar **reason)
{
  *reason = NULL;
  return FALSE;
}

static inline gboolean
fake_transport_can_send (GstEdgeTransport *transport)
{
  return TRUE;
}

static inline gboolean
fake_transport_prepare (GstEdgeTransport *transport, GstEdgeTarget *target, gboolean *lost, GError **error)
{
  return TRUE;
}

/* For on_failed: of these servers none refuses for good. */
static inline void
fake_transport_never_fails (const GError *error, gboolean by_target, gpointer user_data)
{
  g_assert_not_reached ();
}

/* An element on the one link. */
static inline GstEdgeLinkClient *
fake_transport_join (const GstEdgeTransportClass *klass, const GstEdgeLinkSettings *settings, gboolean urgent,
    const GstEdgeLinkClientFuncs *funcs)
{
  GstEdgeEndpoint *endpoint = gst_edge_endpoint_new_redis ("redis://127.0.0.1:1/0", NULL);
  GstEdgeTarget *target = g_new0 (GstEdgeTarget, 1);
  GstEdgeLinkClient *client;

  gst_edge_target_init (target, g_free);
  client = gst_edge_link_client_new (klass, endpoint, settings, target, urgent, funcs, NULL, NULL);
  gst_edge_target_unref (target);
  gst_edge_endpoint_unref (endpoint);
  return client;
}
