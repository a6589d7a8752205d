/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages on their way to a plain TCP socket. amqp_basic_publish() copies each body and makes a system call for each
 * AMQP frame, and it waits for a full socket without a limit. Here the frames of one or more messages go to the
 * kernel in one call, the bodies from their own memory, as far as the socket takes them now.
 *
 * librabbitmq stays the owner of the connection. It encodes the methods and properties; what it keeps about sending
 * is only when the next heartbeat is due, see amqp-transport.c. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "amqp/amqp-private.h"

/* type, channel and size before the payload of a frame, the end mark behind it */
#define FRAME_HEAD 7
#define FRAME_OVERHEAD (FRAME_HEAD + 1)

/* method id and reserved number, two short strings, flags */
#define MAX_METHOD (4 + 2 + 2 * (1 + GST_EDGE_AMQP_MAX_NAME) + 1)

/* class, weight and body size before the properties */
#define CONTENT_HEAD 12

#define MAX_VECTORS 64

/* Bodies are not copied, unless that is cheaper than one more piece. */
#define SMALL_BODY 1024

typedef struct
{
  const guint8 *data;           /* NULL: at offset in the text */
  gsize offset;
  gsize length;
} Piece;

typedef struct
{
  GstBuffer *buffer;
  GstMapInfo map;
} Body;

void
gst_edge_amqp_output_init (GstEdgeAmqpOutput *self)
{
  self->text = g_byte_array_new ();
  self->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  self->bodies = g_array_new (FALSE, FALSE, sizeof (Body));
  self->next = 0;
  self->bytes = 0;
}

static void
reset (GstEdgeAmqpOutput *self)
{
  guint i;

  for (i = 0; i < self->bodies->len; i++) {
    Body *body = &g_array_index (self->bodies, Body, i);

    gst_buffer_unmap (body->buffer, &body->map);
    gst_buffer_unref (body->buffer);
  }
  g_array_set_size (self->bodies, 0);
  g_array_set_size (self->pieces, 0);
  g_byte_array_set_size (self->text, 0);
  self->next = 0;
  self->bytes = 0;
}

void
gst_edge_amqp_output_clear (GstEdgeAmqpOutput *self)
{
  reset (self);
  g_byte_array_unref (self->text);
  g_array_unref (self->pieces);
  g_array_unref (self->bodies);
}

static void
add_piece (GstEdgeAmqpOutput *self, const guint8 *data, gsize offset, gsize length)
{
  Piece piece = { data, offset, length };
  Piece *last = self->pieces->len > 0 ? &g_array_index (self->pieces, Piece, self->pieces->len - 1) : NULL;

  self->bytes += length;
  if (data == NULL && last != NULL && last->data == NULL)       /* text follows text */
    last->length += length;
  else
    g_array_append_val (self->pieces, piece);
}

/* Room for a frame whose payload has at most @size bytes; returns where that begins. */
static guint8 *
begin_frame (GstEdgeAmqpOutput *self, gsize size)
{
  guint start = self->text->len;

  g_byte_array_set_size (self->text, (guint) (start + FRAME_OVERHEAD + size));
  return self->text->data + start + FRAME_HEAD;
}

/* The most significant byte first. GST_WRITE_UINT32_BE() expects an aligned place on this machine. */
static void
write_number (guint8 *place, guint64 value, guint n_bytes)
{
  while (n_bytes-- > 0) {
    place[n_bytes] = (guint8) value;
    value >>= 8;
  }
}

static void
write_frame_head (guint8 *head, guint8 type, gsize size)
{
  head[0] = type;
  write_number (head + 1, GST_EDGE_AMQP_CHANNEL, 2);
  write_number (head + 3, size, 4);
}

/* The payload is written, and has @size bytes. */
static void
end_frame (GstEdgeAmqpOutput *self, guint8 *payload, guint8 type, gsize size)
{
  gsize start = (gsize) (payload - FRAME_HEAD - self->text->data);

  write_frame_head (payload - FRAME_HEAD, type, size);
  payload[size] = AMQP_FRAME_END;
  g_byte_array_set_size (self->text, (guint) (start + FRAME_OVERHEAD + size));
  add_piece (self, NULL, start, FRAME_OVERHEAD + size);
}

static gint
add_method (GstEdgeAmqpOutput *self, const GstEdgeMessage *message)
{
  const GstEdgeAmqpTarget *target = (const GstEdgeAmqpTarget *) message->target;
  amqp_basic_publish_t method = {
    .exchange = amqp_cstring_bytes (target->exchange),
    .routing_key = amqp_cstring_bytes (message->destination),
    .mandatory = target->mandatory,
  };
  guint8 *payload = begin_frame (self, MAX_METHOD);
  amqp_bytes_t room = { MAX_METHOD - 4, payload + 4 };
  gint length = amqp_encode_method (AMQP_BASIC_PUBLISH_METHOD, &method, room);

  if (length < 0)
    return length;
  write_number (payload, AMQP_BASIC_PUBLISH_METHOD, 4);
  end_frame (self, payload, AMQP_FRAME_METHOD, 4 + (gsize) length);
  return AMQP_STATUS_OK;
}

static gint
add_properties (GstEdgeAmqpOutput *self, const GstEdgeMessage *message, gsize max_payload)
{
  guint8 *payload = begin_frame (self, max_payload);
  amqp_bytes_t room = { max_payload - CONTENT_HEAD, payload + CONTENT_HEAD };
  GstEdgeAmqpProperties properties;
  gint length;

  gst_edge_amqp_properties_init (&properties, message);
  length = amqp_encode_properties (AMQP_BASIC_CLASS, &properties.basic, room);
  gst_edge_amqp_properties_clear (&properties);
  if (length < 0)
    return length;
  write_number (payload, AMQP_BASIC_CLASS, 2);
  write_number (payload + 2, 0, 2);
  write_number (payload + 4, message->size, 8);
  end_frame (self, payload, AMQP_FRAME_HEADER, CONTENT_HEAD + (gsize) length);
  return AMQP_STATUS_OK;
}

static void
add_small_body (GstEdgeAmqpOutput *self, const GstMapInfo *map)
{
  guint8 *payload;

  if (map->size == 0)
    return;
  payload = begin_frame (self, map->size);
  memcpy (payload, map->data, map->size);
  end_frame (self, payload, AMQP_FRAME_BODY, map->size);
}

static void
add_large_body (GstEdgeAmqpOutput *self, const GstMapInfo *map, gsize max_payload)
{
  gsize done, length;

  for (done = 0; done < map->size; done += length) {
    guint start = self->text->len;

    length = MIN (map->size - done, max_payload);
    g_byte_array_set_size (self->text, start + FRAME_OVERHEAD);
    write_frame_head (self->text->data + start, AMQP_FRAME_BODY, length);
    self->text->data[start + FRAME_HEAD] = AMQP_FRAME_END;
    add_piece (self, NULL, start, FRAME_HEAD);
    add_piece (self, map->data + done, 0, length);
    add_piece (self, NULL, start + FRAME_HEAD, 1);
  }
}

static gint
add_head (GstEdgeAmqpOutput *self, const GstEdgeMessage *message, gsize max_payload)
{
  guint text_length = self->text->len, n_pieces = self->pieces->len;
  gsize bytes = self->bytes;
  gint status = add_method (self, message);

  if (status == AMQP_STATUS_OK)
    status = add_properties (self, message, max_payload);
  if (status == AMQP_STATUS_OK)
    return status;

  /* as if nothing had been added */
  g_byte_array_set_size (self->text, text_length);
  g_array_set_size (self->pieces, n_pieces);
  if (n_pieces > 0)
    g_array_index (self->pieces, Piece, n_pieces - 1).length -= self->bytes - bytes;
  self->bytes = bytes;
  return status;
}

gint
gst_edge_amqp_output_check (GstEdgeAmqpOutput *self, GstEdgeAmqpProperties *properties, gsize frame_max)
{
  guint start = self->text->len;
  amqp_bytes_t room = {.len = frame_max - FRAME_OVERHEAD - CONTENT_HEAD };
  gint length;

  room.bytes = begin_frame (self, room.len);
  length = amqp_encode_properties (AMQP_BASIC_CLASS, &properties->basic, room);
  g_byte_array_set_size (self->text, start);
  return length < 0 ? length : AMQP_STATUS_OK;
}

gint
gst_edge_amqp_output_add (GstEdgeAmqpOutput *self, const GstEdgeMessage *message, gsize frame_max)
{
  gsize max_payload = frame_max - FRAME_OVERHEAD;
  Body body = {.buffer = message->payload };
  gint status;

  if (!gst_buffer_map (body.buffer, &body.map, GST_MAP_READ))
    return AMQP_STATUS_INVALID_PARAMETER;
  status = add_head (self, message, max_payload);
  if (status == AMQP_STATUS_OK && body.map.size > MIN (SMALL_BODY, max_payload)) {
    gst_buffer_ref (body.buffer);
    g_array_append_val (self->bodies, body);
    add_large_body (self, &body.map, max_payload);
    return status;
  }
  if (status == AMQP_STATUS_OK)
    add_small_body (self, &body.map);
  gst_buffer_unmap (body.buffer, &body.map);
  return status;
}

/* The vectors of what is left, as many as one call takes. */
static guint
get_vectors (const GstEdgeAmqpOutput *self, struct iovec vectors[MAX_VECTORS])
{
  guint i, n = 0;

  for (i = self->next; i < self->pieces->len && n < MAX_VECTORS; i++, n++) {
    const Piece *piece = &g_array_index (self->pieces, Piece, i);
    const guint8 *start = piece->data != NULL ? piece->data : self->text->data + piece->offset;

    vectors[n] = (struct iovec) { (guint8 *) start, piece->length };
  }
  return n;
}

static void
drop_sent (GstEdgeAmqpOutput *self, gsize sent)
{
  self->bytes -= sent;
  while (sent > 0) {
    Piece *piece = &g_array_index (self->pieces, Piece, self->next);
    gsize part = MIN (sent, piece->length);

    if (piece->data != NULL)
      piece->data += part;
    piece->offset += part;
    piece->length -= part;
    sent -= part;
    if (piece->length == 0)
      self->next++;
  }
}

gboolean
gst_edge_amqp_output_send (GstEdgeAmqpOutput *self, gint fd)
{
  struct iovec vectors[MAX_VECTORS];
  struct msghdr header = {.msg_iov = vectors };
  gssize n;

  while ((header.msg_iovlen = get_vectors (self, vectors)) > 0) {
    n = sendmsg (fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno == EAGAIN;
    drop_sent (self, (gsize) n);
  }
  reset (self);
  return TRUE;
}
