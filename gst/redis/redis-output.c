/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of one message on their way to the socket. hiredis would copy a frame twice and give back the memory
 * each time, which costs more than all the rest; here the frame goes from its own memory to the kernel. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "redis/redis-private.h"

void
gst_edge_redis_output_init (GstEdgeRedisOutput *self)
{
  memset (self, 0, sizeof (*self));
  self->head = g_string_sized_new (256);
  self->tail = g_string_sized_new (256);
}

void
gst_edge_redis_output_reset (GstEdgeRedisOutput *self)
{
  if (self->payload != NULL)
    gst_buffer_unmap (self->payload, &self->map);
  gst_clear_buffer (&self->payload);
  g_string_truncate (self->head, 0);
  g_string_truncate (self->tail, 0);
  self->sent = 0;
}

void
gst_edge_redis_output_clear (GstEdgeRedisOutput *self)
{
  gst_edge_redis_output_reset (self);
  g_string_free (self->head, TRUE);
  g_string_free (self->tail, TRUE);
}

static void
add_argument (GString *text, const gchar *argument)
{
  g_string_append_printf (text, "$%" G_GSIZE_FORMAT "\r\n%s\r\n", strlen (argument), argument);
}

void
gst_edge_redis_output_add (GstEdgeRedisOutput *self, ...)
{
  GString *text = self->payload != NULL ? self->tail : self->head;
  const gchar *argument;
  guint n = 0;
  va_list args;

  va_start (args, self);
  while (va_arg (args, const gchar *) != NULL)
      n++;
  va_end (args);

  g_string_append_printf (text, "*%u\r\n", n);
  va_start (args, self);
  while ((argument = va_arg (args, const gchar *)) != NULL)
      add_argument (text, argument);
  va_end (args);
}

gboolean
gst_edge_redis_output_add_frame (GstEdgeRedisOutput *self, const gchar *key, GstBuffer *payload,
    const gchar *ttl)
{
  if (!gst_buffer_map (payload, &self->map, GST_MAP_READ))
    return FALSE;
  self->payload = gst_buffer_ref (payload);
  g_string_append (self->head, "*5\r\n$3\r\nSET\r\n");
  add_argument (self->head, key);
  g_string_append_printf (self->head, "$%" G_GSIZE_FORMAT "\r\n", self->map.size);
  g_string_append (self->tail, "\r\n$2\r\nEX\r\n");
  add_argument (self->tail, ttl);
  return TRUE;
}

gboolean
gst_edge_redis_output_is_empty (const GstEdgeRedisOutput *self)
{
  return self->head->len == 0;
}

/* What is left to send; returns how many pieces. */
static guint
get_pieces (const GstEdgeRedisOutput *self, struct iovec pieces[3])
{
  const struct iovec all[3] = {
    {self->head->str, self->head->len},
    {self->payload != NULL ? self->map.data : NULL, self->payload != NULL ? self->map.size : 0},
    {self->tail->str, self->tail->len},
  };
  gsize skip = self->sent;
  guint i, n = 0;

  for (i = 0; i < G_N_ELEMENTS (all); i++) {
    gsize part = MIN (skip, all[i].iov_len);

    skip -= part;
    if (part < all[i].iov_len)
      pieces[n++] = (struct iovec) { (guint8 *) all[i].iov_base + part, all[i].iov_len - part };
  }
  return n;
}

gboolean
gst_edge_redis_output_send (GstEdgeRedisOutput *self, gint fd)
{
  struct iovec pieces[3];
  struct msghdr header = {.msg_iov = pieces };
  gssize n;

  while ((header.msg_iovlen = get_pieces (self, pieces)) > 0) {
    n = sendmsg (fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno == EAGAIN;
    self->sent += (gsize) n;
  }
  gst_edge_redis_output_reset (self);
  return TRUE;
}

gboolean
gst_edge_redis_output_append_to (GstEdgeRedisOutput *self, redisContext *context)
{
  struct iovec pieces[3];
  guint i, n = get_pieces (self, pieces);
  gboolean ok = TRUE;

  for (i = 0; i < n && ok; i++)
    ok = redisAppendFormattedCommand (context, pieces[i].iov_base, pieces[i].iov_len) == REDIS_OK;
  gst_edge_redis_output_reset (self);
  return ok;
}
