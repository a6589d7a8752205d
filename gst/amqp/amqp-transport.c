/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An AMQP connection. After any error it is thrown away and built anew: librabbitmq's state is not to be trusted
 * then. That the broker closes a channel is no error of the connection: it is opened again. Every call that may hang
 * stands between gst_edge_link_begin_call() and gst_edge_link_end_call(). */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "amqp/amqp-private.h"

static void
amqp_transport_close (GstEdgeTransport *self)
{
  /* No amqp_connection_close(): it would wait for the broker. The broker takes a closed socket as well. */
  amqp_destroy_connection (self->connection);
  gst_edge_amqp_output_clear (&self->output);
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
      GST_EDGE_AMQP_N_CHANNELS, GST_EDGE_AMQP_FRAME_MAX, (gint) gst_edge_endpoint_get_heartbeat (endpoint), &properties,
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
  self->library_sent_at = g_get_monotonic_time ();
  if (local == NULL)
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

  self->link = link;
  self->fd = -1;
  self->is_tls = gst_edge_endpoint_get_tls (gst_edge_link_get_endpoint (link)) != NULL;
  gst_edge_amqp_output_init (&self->output);
  self->prepared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->connection = amqp_new_connection ();
  if (self->connection == NULL)
    g_error ("out of memory");
  if (!gst_edge_amqp_open_socket (self, host, error) || !set_up (self, error)) {
    amqp_transport_close (self);
    return NULL;
  }
  self->heartbeat = amqp_get_heartbeat (self->connection) * G_USEC_PER_SEC;
  self->service_interval = self->heartbeat > 0 ? self->heartbeat / 2 : 60 * G_USEC_PER_SEC;
  self->service_at = g_get_monotonic_time () + self->service_interval;
  return self;
}

/* In an alarm nobody asks again whether there is room: a socket that has some would wake the thread all the time. */
static void
amqp_transport_get_poll (GstEdgeTransport *self, gint *fd, gshort *events)
{
  gboolean wants_room = self->writing || (self->waits_for_room && self->blocked_reason == NULL);

  *fd = self->fd;
  *events = (gshort) ((gst_edge_amqp_may_read (self) ? POLLIN : 0) | (wants_room ? POLLOUT : 0));
}

/* A call that waited for one answer may have read others: nothing will wake poll() for those. */
static gint64
amqp_transport_get_timer (GstEdgeTransport *self)
{
  gboolean has_unread;

  if (!gst_edge_amqp_may_read (self))   /* until the socket takes the rest */
    return G_MAXINT64;
  has_unread = amqp_frames_enqueued (self->connection) || amqp_data_in_buffer (self->connection);
  return has_unread ? 0 : self->service_at;
}

static gboolean
amqp_transport_is_blocked (GstEdgeTransport *self, const gchar **reason)
{
  *reason = self->blocked_reason;
  return self->blocked_reason != NULL;
}

static gboolean
amqp_transport_prepare (GstEdgeTransport *self, GstEdgeTarget *target, gboolean *lost, GError **error)
{
  return gst_edge_amqp_finish_output (self, error) && gst_edge_amqp_prepare (self, target, lost, error);
}

static gboolean
amqp_transport_is_sending (GstEdgeTransport *self)
{
  return self->output.bytes > 0;
}

static gboolean
amqp_transport_service (GstEdgeTransport *self, gshort revents, GError **error)
{
  if (self->writing && (revents & ~POLLIN) != 0 && !gst_edge_amqp_flush (self, error))
    return FALSE;
  if (!gst_edge_amqp_may_read (self))
    return TRUE;
  if ((revents & ~POLLOUT) == 0 && g_get_monotonic_time () < amqp_transport_get_timer (self))
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
    .can_send = gst_edge_amqp_can_publish,
    .prepare = amqp_transport_prepare,
    .send = gst_edge_amqp_publish,
    .flush = gst_edge_amqp_flush,
    .is_sending = amqp_transport_is_sending,
    .service = amqp_transport_service,
    .recover = gst_edge_amqp_reopen_channel,
  };

  return &klass;
}
