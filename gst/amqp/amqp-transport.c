/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An AMQP connection. After any error it is thrown away and built anew: librabbitmq's state is not to be trusted
 * then. Every call that may hang stands between gst_edge_link_begin_call() and gst_edge_link_end_call(). */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "amqp/amqp-private.h"

/* 0 would negotiate 4096 bytes: many small frames, many calls. */
#define FRAME_MAX 131072

static void
amqp_transport_close (GstEdgeTransport *self)
{
  /* No amqp_connection_close(): it would wait for the broker. The broker takes a closed socket as well. */
  amqp_destroy_connection (self->connection);
  g_free (self->blocked_reason);
  g_free (self->return_exchange);
  g_free (self->return_key);
  g_hash_table_unref (self->prepared);
  g_free (self);
}

/* What the broker's list of connections shows, and the wish to be told of alarms. */
static amqp_rpc_reply_t
log_in (GstEdgeTransport *self)
{
  GstEdgeEndpoint *endpoint = gst_edge_link_get_endpoint (self->link);
  const gchar *user = gst_edge_endpoint_get_user (endpoint);
  const gchar *password = gst_edge_endpoint_get_password (endpoint);
  gchar *name = g_strdup_printf ("gst-edge-video %s pid %d", g_get_host_name (), (gint) getpid ());
  amqp_table_entry_t capabilities[3], entries[2];
  amqp_table_t properties;
  amqp_rpc_reply_t reply;
  guint i;

  capabilities[0].key = amqp_cstring_bytes ("connection.blocked");
  capabilities[1].key = amqp_cstring_bytes ("publisher_confirms");
  capabilities[2].key = amqp_cstring_bytes ("basic.nack");
  for (i = 0; i < G_N_ELEMENTS (capabilities); i++) {
    capabilities[i].value.kind = AMQP_FIELD_KIND_BOOLEAN;
    capabilities[i].value.value.boolean = TRUE;
  }
  entries[0].key = amqp_cstring_bytes ("capabilities");
  entries[0].value.kind = AMQP_FIELD_KIND_TABLE;
  entries[0].value.value.table.num_entries = G_N_ELEMENTS (capabilities);
  entries[0].value.value.table.entries = capabilities;
  entries[1].key = amqp_cstring_bytes ("connection_name");
  entries[1].value.kind = AMQP_FIELD_KIND_UTF8;
  entries[1].value.value.bytes = amqp_cstring_bytes (name);
  properties.num_entries = G_N_ELEMENTS (entries);
  properties.entries = entries;

  reply = amqp_login_with_properties (self->connection, gst_edge_endpoint_get_vhost (endpoint),
      1, FRAME_MAX, (gint) gst_edge_endpoint_get_heartbeat (endpoint), &properties,
      AMQP_SASL_METHOD_PLAIN, user != NULL ? user : "", password != NULL ? password : "");
  g_free (name);
  return reply;
}

/* What a person can do about a refused login. */
static void
explain (GError **error, GstEdgeEndpoint *endpoint)
{
  if (error == NULL || *error == NULL)
    return;
  if ((*error)->code == GST_EDGE_ERROR_AUTH)
    g_prefix_error (error, "%s refused user or password; correct them in uri: ",
        gst_edge_endpoint_get_text (endpoint));
  else if ((*error)->code == GST_EDGE_ERROR_NOT_FOUND)
    g_prefix_error (error, "vhost \"%s\" does not exist or is not for this user; correct the end of uri, or "
        "add the vhost to the broker: ", gst_edge_endpoint_get_vhost (endpoint));
}

static gboolean
set_up (GstEdgeTransport *self, GError **error)
{
  gint64 timeout = gst_edge_link_get_timeout (self->link);
  struct timeval tv = { timeout / G_USEC_PER_SEC, timeout % G_USEC_PER_SEC };
  GError *local = NULL;
  amqp_rpc_reply_t reply;

  amqp_set_handshake_timeout (self->connection, &tv);
  amqp_set_rpc_timeout (self->connection, &tv);

  gst_edge_link_begin_call (self->link, self->fd);
  reply = log_in (self);
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    gst_edge_amqp_set_reply_error (&local, "log in", reply);
  else
    gst_edge_amqp_open_channel (self, &local);
  gst_edge_link_end_call (self->link, &local);
  if (local == NULL)
    return TRUE;
  explain (&local, gst_edge_link_get_endpoint (self->link));
  g_propagate_error (error, local);
  return FALSE;
}

static GstEdgeTransport *
amqp_transport_open (GstEdgeLink *link, guint host_index, GError **error)
{
  const GstEdgeHost *host = gst_edge_endpoint_get_host (gst_edge_link_get_endpoint (link), host_index);
  GstEdgeTransport *self = g_new0 (GstEdgeTransport, 1);
  gint heartbeat;

  self->link = link;
  self->fd = -1;
  self->prepared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->connection = amqp_new_connection ();
  if (self->connection == NULL)
    g_error ("out of memory");
  if (!gst_edge_amqp_open_socket (self, host, error) || !set_up (self, error)) {
    amqp_transport_close (self);
    return NULL;
  }
  heartbeat = amqp_get_heartbeat (self->connection);
  self->service_interval = heartbeat > 0 ? heartbeat * G_USEC_PER_SEC / 2 : 60 * G_USEC_PER_SEC;
  self->service_at = g_get_monotonic_time () + self->service_interval;
  return self;
}

static void
amqp_transport_get_poll (GstEdgeTransport *self, gint *fd, gshort *events)
{
  *fd = self->fd;
  *events = (gshort) (POLLIN | (self->wants_write ? POLLOUT : 0));
}

/* A call that waited for one answer may have read others: nothing will wake poll() for those. */
static gint64
amqp_transport_get_timer (GstEdgeTransport *self)
{
  gboolean has_unread = amqp_frames_enqueued (self->connection)
      || amqp_data_in_buffer (self->connection);

  return has_unread ? 0 : self->service_at;
}

static gboolean
amqp_transport_is_blocked (GstEdgeTransport *self, const gchar **reason)
{
  *reason = self->blocked_reason;
  return self->blocked_reason != NULL;
}

/* librabbitmq waits for a full socket without a limit; so look first, and see at the same time whether there is
 * anything to read. */
static gboolean
amqp_transport_can_send (GstEdgeTransport *self)
{
  struct pollfd fd = { self->fd, POLLIN | POLLOUT, 0 };

  poll (&fd, 1, 0);
  self->wants_write = (fd.revents & ~POLLIN) == 0;
  self->wants_read = (fd.revents & ~POLLOUT) != 0;
  return !self->wants_write;
}

/* TLS may hold what the socket does not show. */
static gboolean
may_read (GstEdgeTransport *self)
{
  return self->wants_read || amqp_transport_get_timer (self) <= g_get_monotonic_time ()
      || gst_edge_endpoint_get_tls (gst_edge_link_get_endpoint (self->link)) != NULL;
}

static gboolean
amqp_transport_send (GstEdgeTransport *self, GstEdgeMessage *message, GError **error)
{
  gint status;

  /* Between any two messages: only so are alarms and lost connections seen in time. */
  if (may_read (self) && !gst_edge_amqp_read_frames (self, error))
    return FALSE;

  gst_edge_link_begin_call (self->link, self->fd);
  status = gst_edge_amqp_publish (self, message);
  if (!gst_edge_link_end_call (self->link, error))
    return FALSE;
  if (status == AMQP_STATUS_OK)
    return TRUE;
  if (status == AMQP_STATUS_INVALID_PARAMETER)
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "its bytes cannot be read");
  else
    gst_edge_amqp_set_status_error (error, "publish", status);
  return FALSE;
}

static gboolean
amqp_transport_service (GstEdgeTransport *self, gshort revents, GError **error)
{
  if (revents == 0 && g_get_monotonic_time () < amqp_transport_get_timer (self))
    return TRUE;
  return gst_edge_amqp_read_frames (self, error);
}

const GstEdgeTransportClass *
gst_edge_amqp_transport_get_class (void)
{
  static const GstEdgeTransportClass klass = {
    .name = "amqp",
    .open = amqp_transport_open,
    .close = amqp_transport_close,
    .get_poll = amqp_transport_get_poll,
    .get_timer = amqp_transport_get_timer,
    .is_blocked = amqp_transport_is_blocked,
    .can_send = amqp_transport_can_send,
    .prepare = gst_edge_amqp_prepare,
    .send = amqp_transport_send,
    .service = amqp_transport_service,
  };

  return &klass;
}
