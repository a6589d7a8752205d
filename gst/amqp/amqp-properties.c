/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties and headers of one message. This is the wire contract of frames and events. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "amqp/amqp-private.h"

static void
set_integer (amqp_table_entry_t *entry, const gchar *key, gint64 value)
{
  entry->key = amqp_cstring_bytes (key);
  entry->value.kind = AMQP_FIELD_KIND_I64;
  entry->value.value.i64 = value;
}

static void
set_string (amqp_table_entry_t *entry, const gchar *key, const gchar *value)
{
  entry->key = amqp_cstring_bytes (key);
  entry->value.kind = AMQP_FIELD_KIND_UTF8;
  entry->value.value.bytes = amqp_cstring_bytes (value);
}

static guint
set_frame_headers (amqp_table_entry_t *entries, const GstEdgeFrameIdentity *identity)
{
  set_string (&entries[0], "camera_id", identity->camera_id);
  set_integer (&entries[1], "timestamp_ns", identity->capture_time);
  set_integer (&entries[2], "sequence", identity->sequence);
  set_integer (&entries[3], "width", identity->width);
  set_integer (&entries[4], "height", identity->height);
  set_string (&entries[5], "encoding", identity->encoding != NULL ? identity->encoding : "");
  return GST_EDGE_AMQP_N_FRAME_HEADERS;
}

static void
set_headers (amqp_basic_properties_t *props, amqp_table_entry_t *entries, const GstEdgeAmqpTarget *target,
    const GstEdgeFrameIdentity *identity)
{
  guint n = target->frame_headers ? set_frame_headers (entries, identity) : 0;

  if (target->headers != NULL) {
    memcpy (entries + n, target->headers->entries, target->headers->n_entries * sizeof (*entries));
    n += target->headers->n_entries;
  }
  if (n == 0)
    return;
  props->_flags |= AMQP_BASIC_HEADERS_FLAG;
  props->headers.num_entries = (gint) n;
  props->headers.entries = entries;
}

static void
set_properties (amqp_basic_properties_t *props, const GstEdgeAmqpTarget *target,
    const GstEdgeMessage *message, const gchar *message_id)
{
  props->_flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG;
  props->delivery_mode = target->persistent ? AMQP_DELIVERY_PERSISTENT : AMQP_DELIVERY_NONPERSISTENT;
  props->message_id = amqp_cstring_bytes (message_id);
  props->timestamp = (guint64) (message->identity.capture_time / GST_SECOND);
  if (message->content_type != NULL) {
    props->_flags |= AMQP_BASIC_CONTENT_TYPE_FLAG;
    props->content_type = amqp_cstring_bytes (message->content_type);
  }
  if (target->priority >= 0) {
    props->_flags |= AMQP_BASIC_PRIORITY_FLAG;
    props->priority = (guint8) target->priority;
  }
  if (target->expiration != NULL) {
    props->_flags |= AMQP_BASIC_EXPIRATION_FLAG;
    props->expiration = amqp_cstring_bytes (target->expiration);
  }
  if (target->app_id != NULL) {
    props->_flags |= AMQP_BASIC_APP_ID_FLAG;
    props->app_id = amqp_cstring_bytes (target->app_id);
  }
}

void
gst_edge_amqp_properties_init (GstEdgeAmqpProperties *self, const GstEdgeMessage *message)
{
  const GstEdgeAmqpTarget *target = (const GstEdgeAmqpTarget *) message->target;

  memset (&self->basic, 0, sizeof (self->basic));
  self->message_id = gst_edge_frame_identity_to_message_id (&message->identity);
  set_properties (&self->basic, target, message, self->message_id);
  set_headers (&self->basic, self->entries, target, &message->identity);
}

void
gst_edge_amqp_properties_clear (GstEdgeAmqpProperties *self)
{
  g_free (self->message_id);
}
