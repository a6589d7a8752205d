/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the broker or librabbitmq said, as a GError that says what to do about it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "amqp/amqp-private.h"

/* "connection limit (1) is reached", or of channels "has reached the maximum allowed user limit of (1)": others have
 * taken all places for now. */
static gboolean
is_limit (const gchar *said)
{
  return strstr (said, "limit") != NULL && strstr (said, "reached") != NULL;
}

static GstEdgeError
code_of_close (guint16 reply_code, const gchar *said)
{
  if (reply_code == AMQP_NOT_ALLOWED && is_limit (said))
    return GST_EDGE_ERROR_TRANSIENT;
  switch (reply_code) {
    case AMQP_ACCESS_REFUSED:
      return GST_EDGE_ERROR_AUTH;
    case AMQP_NOT_FOUND:
    case AMQP_NOT_ALLOWED:     /* no such vhost, or not for this user */
      return GST_EDGE_ERROR_NOT_FOUND;
    case AMQP_PRECONDITION_FAILED:
    case AMQP_COMMAND_INVALID: /* unknown exchange type */
      return GST_EDGE_ERROR_SETTINGS;
    default:
      return GST_EDGE_ERROR_TRANSIENT;
  }
}

static void
set_close_error (GError **error, const gchar *doing, guint16 reply_code, amqp_bytes_t text)
{
  /* not NUL-terminated, and not necessarily UTF-8 */
  gchar *reply = g_utf8_make_valid (text.bytes, (gssize) text.len);

  g_set_error (error, GST_EDGE_ERROR, code_of_close (reply_code, reply), "could not %s: the broker says %u %s",
      doing, reply_code, reply);
  g_free (reply);
}

void
gst_edge_amqp_set_status_error (GError **error, const gchar *doing, gint status)
{
  g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not %s: %s", doing,
      amqp_error_string2 (status));
}

void
gst_edge_amqp_set_reply_error (GError **error, const gchar *doing, amqp_rpc_reply_t reply)
{
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) {
    gst_edge_amqp_set_status_error (error, doing, reply.library_error);
  } else if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION
      && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    amqp_connection_close_t *close = reply.reply.decoded;

    set_close_error (error, doing, close->reply_code, close->reply_text);
  } else if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION
      && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
    amqp_channel_close_t *close = reply.reply.decoded;

    if (close->class_id == AMQP_BASIC_CLASS)    /* not about what we do now: about something published before */
      g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not %s: the broker closed the "
          "channel because of a message", doing);
    else
      set_close_error (error, doing, close->reply_code, close->reply_text);
  } else {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT, "could not %s: the broker sent nothing "
        "that could be understood", doing);
  }
}
