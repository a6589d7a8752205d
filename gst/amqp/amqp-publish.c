/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way of messages to the socket. Over plain TCP they go into an output that never waits; while a part of it has
 * not left, the thread serves the link and nothing else may be sent. Over TLS librabbitmq sends.
 *
 * librabbitmq sends by itself in two cases only: a call that asks the broker for something, before which the output is
 * finished, and a heartbeat, which a call that reads sends when nothing was sent *by librabbitmq* for the heartbeat's
 * time. So that none gets into the middle of a message, one is sent ahead of time between two messages, and with half
 * a message out nothing is read once the time has nearly come. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <poll.h>

#include "amqp/amqp-private.h"

/* Small messages that follow one another leave together, up to about this size. */
#define BATCH_BYTES (64 * 1024)

static gboolean
is_writable (GstEdgeTransport *self)
{
  struct pollfd fd = { self->fd, POLLOUT, 0 };

  return poll (&fd, 1, 0) > 0;
}

static gboolean
heartbeat_is_due (GstEdgeTransport *self)
{
  return self->heartbeat > 0 && g_get_monotonic_time () - self->library_sent_at > self->heartbeat / 4;
}

/* With output the time is up a good while before the library's own heartbeat. */
gboolean
gst_edge_amqp_may_read (GstEdgeTransport *self)
{
  return !self->writing || self->heartbeat == 0
      || g_get_monotonic_time () - self->library_sent_at < self->heartbeat / 2;
}

/* FALSE when the connection is lost. */
static gboolean
send_heartbeat (GstEdgeTransport *self, GError **error)
{
  const amqp_frame_t frame = {.frame_type = AMQP_FRAME_HEARTBEAT };
  gint64 now = g_get_monotonic_time ();
  gint status;

  gst_edge_link_begin_call (self->link, self->fd);
  status = amqp_send_frame (self->connection, &frame);
  if (!gst_edge_link_end_call (self->link, error))
    return FALSE;
  if (status != AMQP_STATUS_OK) {
    gst_edge_amqp_set_status_error (error, "keep the connection", status);
    return FALSE;
  }
  self->library_sent_at = now;
  return TRUE;
}

/* librabbitmq waits for a full socket without a limit; so look before it sends. */
gboolean
gst_edge_amqp_can_publish (GstEdgeTransport *self)
{
  if (self->writing)
    return FALSE;
  if (!self->is_tls && (self->output.bytes > 0 || !heartbeat_is_due (self)))
    return TRUE;
  self->waits_for_room = !is_writable (self);
  return !self->waits_for_room;
}

gboolean
gst_edge_amqp_flush (GstEdgeTransport *self, GError **error)
{
  if (self->output.bytes == 0)
    return TRUE;
  if (!gst_edge_amqp_output_send (&self->output, self->fd)) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "connection lost: %s", g_strerror (errno));
    return FALSE;
  }
  self->writing = self->output.bytes > 0;
  return TRUE;
}

gboolean
gst_edge_amqp_finish_output (GstEdgeTransport *self, GError **error)
{
  struct pollfd fd = { self->fd, POLLOUT, 0 };
  gboolean ok = TRUE;

  if (self->output.bytes == 0)
    return TRUE;
  gst_edge_link_begin_call (self->link, self->fd);      /* ends the wait by shutting the socket down */
  while (ok && self->output.bytes > 0) {
    ok = gst_edge_amqp_flush (self, error);
    if (ok && self->writing)
      poll (&fd, 1, -1);
  }
  return gst_edge_link_end_call (self->link, error) && ok;
}

/* What cannot be encoded or read now never can. */
static gboolean
refuse (gint status, GError **error)
{
  if (status == AMQP_STATUS_INVALID_PARAMETER)
    g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "its bytes cannot be read");
  else
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, "its headers cannot be sent: %s",
        amqp_error_string2 (status));
  return FALSE;
}

static gboolean
is_refusal (gint status)
{
  return status == AMQP_STATUS_INVALID_PARAMETER || status == AMQP_STATUS_TABLE_TOO_BIG
      || status == AMQP_STATUS_BAD_AMQP_DATA;
}

static gint
publish_tls (GstEdgeTransport *self, GstEdgeMessage *message)
{
  const GstEdgeAmqpTarget *target = (const GstEdgeAmqpTarget *) message->target;
  GstEdgeAmqpProperties properties;
  GstMapInfo map;
  gint status;

  if (!gst_buffer_map (message->payload, &map, GST_MAP_READ))
    return AMQP_STATUS_INVALID_PARAMETER;
  gst_edge_amqp_properties_init (&properties, message);
  /* the library looks at them when the method has left: the broker would wait for what belongs to it */
  status = gst_edge_amqp_output_check (&self->output, &properties, (gsize) amqp_get_frame_max (self->connection));
  if (status == AMQP_STATUS_OK)
    status = amqp_basic_publish (self->connection, GST_EDGE_AMQP_CHANNEL,
        amqp_cstring_bytes (target->exchange), amqp_cstring_bytes (message->destination),
        target->mandatory, FALSE, &properties.basic, (amqp_bytes_t) { map.size, map.data });
  gst_edge_amqp_properties_clear (&properties);
  gst_buffer_unmap (message->payload, &map);
  return status;
}

/* TLS may hold what the socket does not show; only between messages are alarms and lost connections seen in time. */
static gboolean
send_tls (GstEdgeTransport *self, GstEdgeMessage *message, GError **error)
{
  gint status;

  if (!gst_edge_amqp_read_frames (self, error))
    return FALSE;
  gst_edge_link_begin_call (self->link, self->fd);
  status = publish_tls (self, message);
  if (!gst_edge_link_end_call (self->link, error))
    return FALSE;
  if (status == AMQP_STATUS_OK) {
    self->published++;
    return TRUE;
  }
  if (is_refusal (status))
    return refuse (status, error);
  gst_edge_amqp_set_status_error (error, "publish", status);
  return FALSE;
}

gboolean
gst_edge_amqp_publish (GstEdgeTransport *self, GstEdgeMessage *message, GError **error)
{
  gint status;

  if (self->is_tls)
    return send_tls (self, message, error);
  if (self->output.bytes == 0 && heartbeat_is_due (self) && !send_heartbeat (self, error))
    return FALSE;
  status = gst_edge_amqp_output_add (&self->output, message, (gsize) amqp_get_frame_max (self->connection));
  if (status != AMQP_STATUS_OK)
    return refuse (status, error);
  self->published++;
  return self->output.bytes < BATCH_BYTES || gst_edge_amqp_flush (self, error);
}
