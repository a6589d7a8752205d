/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The HTTP server, on libmicrohttpd. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <gio/gio.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>

#include "http-access.h"
#include "http-deadlines.h"
#include "http-server.h"

GST_DEBUG_CATEGORY_EXTERN (gst_edge_metrics_debug);
#define GST_CAT_DEFAULT gst_edge_metrics_debug

#define MAX_CONNECTIONS 64
#define MAX_CONNECTIONS_PER_IP 48       /* one client cannot keep all others out */
#define MAX_HEADER_BYTES (16 * 1024)
#define TIMEOUT 15              /* seconds without a byte */

struct _GstEdgeHttpServer
{
  struct MHD_Daemon *daemon;
  GstEdgeHttpDeadlines *deadlines;
  const GstEdgeHttpRoute *routes;
  gpointer user_data;
  gchar *secret;                /* nullable */
  gchar *local_address;         /* nullable: any name will do */
};

static void
G_GNUC_PRINTF (2, 0)
log_mhd (void *cls, const char *format, va_list args)
{
  gchar *line = g_strdup_vprintf (format, args);

  GST_DEBUG ("%s", g_strchomp (line));
  g_free (line);
}

void
gst_edge_http_reply_set_text (GstEdgeHttpReply *reply, const gchar *content_type, gchar *text)
{
  reply->content_type = content_type;
  reply->body = text;
  reply->length = strlen (text);
  reply->free_body = g_free;
}

void
gst_edge_http_reply_set_error (GstEdgeHttpReply *reply, guint status, const gchar *sentence)
{
  reply->status = status;
  gst_edge_http_reply_set_text (reply, "text/plain; charset=utf-8", g_strconcat (sentence, "\n", NULL));
}

static const GstEdgeHttpRoute *
find_route (GstEdgeHttpServer *server, const gchar *path)
{
  const GstEdgeHttpRoute *route;

  for (route = server->routes; route->path != NULL; route++) {
    gsize length = strlen (route->path);

    if (length > 1 && route->path[length - 1] == '/' ? g_str_has_prefix (path, route->path)
        : g_str_equal (path, route->path))
      return route;
  }
  return NULL;
}

/* A mapped buffer that a response sends. */
typedef struct
{
  GstBuffer *buffer;
  GstMapInfo map;
} MappedBuffer;

static void
mapped_buffer_free (void *data)
{
  MappedBuffer *mapped = data;

  gst_buffer_unmap (mapped->buffer, &mapped->map);
  gst_buffer_unref (mapped->buffer);
  g_free (mapped);
}

static struct MHD_Response *
respond_with_buffer (GstBuffer *buffer)
{
  MappedBuffer *mapped = g_new0 (MappedBuffer, 1);

  mapped->buffer = buffer;
  if (!gst_buffer_map (buffer, &mapped->map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    g_free (mapped);
    return MHD_create_response_from_buffer (0, NULL, MHD_RESPMEM_PERSISTENT);
  }
  return MHD_create_response_from_buffer_with_free_callback_cls (mapped->map.size, mapped->map.data,
      mapped_buffer_free, mapped);
}

static struct MHD_Response *
make_response (GstEdgeHttpReply *reply)
{
  struct MHD_Response *response;

  if (reply->buffer != NULL)
    response = respond_with_buffer (reply->buffer);
  else if (reply->free_body != NULL)
    response = MHD_create_response_from_buffer_with_free_callback (reply->length, reply->body, reply->free_body);
  else
    response = MHD_create_response_from_buffer (reply->length, reply->body, MHD_RESPMEM_PERSISTENT);

  MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
  MHD_add_response_header (response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header (response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header (response, "Referrer-Policy", "no-referrer");
  MHD_add_response_header (response, "Content-Security-Policy",
      reply->policy != NULL ? reply->policy : "default-src 'none'; frame-ancestors 'self'");
  if (reply->status == MHD_HTTP_UNAUTHORIZED)
    MHD_add_response_header (response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
        "Basic realm=\"edge video\", charset=\"UTF-8\"");
  if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
    MHD_add_response_header (response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  return response;
}

static const gchar *
get_header (struct MHD_Connection *connection, const gchar *name)
{
  return MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);
}

static gboolean
has_body (struct MHD_Connection *connection)
{
  const gchar *length = get_header (connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

  return get_header (connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL
      || (length != NULL && g_ascii_strtoull (length, NULL, 10) > 0);
}

static gboolean
is_read (const gchar *method)
{
  return g_str_equal (method, MHD_HTTP_METHOD_GET) || g_str_equal (method, MHD_HTTP_METHOD_HEAD);
}

static void
answer (GstEdgeHttpServer *server, struct MHD_Connection *connection, const gchar *path, const gchar *method,
    GstEdgeHttpReply *reply)
{
  GstEdgeHttpRequest request = {.path = path,.accept = get_header (connection, MHD_HTTP_HEADER_ACCEPT) };
  const GstEdgeHttpRoute *route = find_route (server, path);

  if (!is_read (method))
    gst_edge_http_reply_set_error (reply, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD.");
  else if (has_body (connection))
    gst_edge_http_reply_set_error (reply, MHD_HTTP_CONTENT_TOO_LARGE, "A request here has no body.");
  else if (server->local_address != NULL
      && !gst_edge_http_host_is_local (get_header (connection, MHD_HTTP_HEADER_HOST), server->local_address))
    gst_edge_http_reply_set_error (reply, MHD_HTTP_FORBIDDEN, "This server listens on loopback: ask it by its "
        "address or as localhost. To serve other names, set a token.");
  else if (server->secret != NULL && (route == NULL || !route->open)
      && !gst_edge_http_is_authorized (server->secret, get_header (connection, MHD_HTTP_HEADER_AUTHORIZATION)))
    gst_edge_http_reply_set_error (reply, MHD_HTTP_UNAUTHORIZED, "Wants the token.");
  else if (route == NULL)
    gst_edge_http_reply_set_error (reply, MHD_HTTP_NOT_FOUND, "There is no such page.");
  else
    route->handle (&request, reply, server->user_data);
}

/* MHD calls twice: with the headers, then, when they did not get an answer, after the body, which there is none of. An
 * answer to the first call closes the connection, so that a body that comes is not read. */
static enum MHD_Result
on_request (void *cls, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload_data, size_t *upload_data_size, void **request_data)
{
  static gboolean seen;
  GstEdgeHttpServer *server = cls;
  GstEdgeHttpReply reply = {.status = MHD_HTTP_OK };
  struct MHD_Response *response;
  enum MHD_Result result;

  if (*request_data == NULL && is_read (method) && !has_body (connection)) {
    *request_data = &seen;
    return MHD_YES;
  }
  gst_edge_http_deadlines_request_came (server->deadlines, connection);
  answer (server, connection, url, method, &reply);
  GST_LOG ("%s %s: %u", method, url, reply.status);
  response = make_response (&reply);
  result = MHD_queue_response (connection, reply.status, response);
  MHD_destroy_response (response);
  return result;
}

static gboolean
parse_address (const GstEdgeHttpOptions *options, struct sockaddr_storage *native, GError **error)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string (options->address, options->port);
  gboolean ok;

  if (address == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "address: \"%s\" is not an IP address; use "
        "127.0.0.1 for this machine only, 0.0.0.0 for all", options->address);
    return FALSE;
  }
  ok = g_socket_address_to_native (address, native, sizeof (*native), error);
  g_object_unref (address);
  return ok;
}

GstEdgeHttpServer *
gst_edge_http_server_new (const GstEdgeHttpOptions *options, const GstEdgeHttpRoute *routes,
    gpointer user_data, GError **error)
{
  GstEdgeHttpServer *server;
  struct sockaddr_storage address;
  guint flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ERROR_LOG;

  if (!parse_address (options, &address, error))
    return NULL;
  if (address.ss_family == AF_INET6)
    flags |= MHD_USE_IPv6;

  server = g_new0 (GstEdgeHttpServer, 1);
  server->routes = routes;
  server->user_data = user_data;
  server->secret = g_strdup (options->secret);
  if (options->secret == NULL && gst_edge_http_address_is_loopback (options->address))
    server->local_address = g_strdup (options->address);
  server->deadlines = gst_edge_http_deadlines_new (error);
  if (server->deadlines == NULL) {
    gst_edge_http_server_free (server);
    return NULL;
  }
  server->daemon = MHD_start_daemon (flags, options->port, NULL, NULL, on_request, server,
      MHD_OPTION_EXTERNAL_LOGGER, log_mhd, NULL,
      MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &address,
      MHD_OPTION_CONNECTION_LIMIT, (unsigned int) MAX_CONNECTIONS,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int) MAX_CONNECTIONS_PER_IP,
      MHD_OPTION_NOTIFY_CONNECTION, gst_edge_http_deadlines_notify_connection, server->deadlines,
      MHD_OPTION_NOTIFY_COMPLETED, gst_edge_http_deadlines_notify_completed, server->deadlines,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) MAX_HEADER_BYTES,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int) TIMEOUT, MHD_OPTION_END);
  if (server->daemon == NULL) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot serve on %s port %u: %s",
        options->address, options->port, g_strerror (errno));
    gst_edge_http_server_free (server);
    return NULL;
  }
  return server;
}

void
gst_edge_http_server_free (GstEdgeHttpServer *server)
{
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  g_clear_pointer (&server->deadlines, gst_edge_http_deadlines_free);
  gst_edge_http_secret_free (server->secret);
  g_free (server->local_address);
  g_free (server);
}

guint16
gst_edge_http_server_get_port (GstEdgeHttpServer *server)
{
  return MHD_get_daemon_info (server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
