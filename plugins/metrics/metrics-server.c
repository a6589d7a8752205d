/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of a process. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "exposition.h"
#include "http-access.h"
#include "http-server.h"
#include "json-log.h"
#include "latest-frame.h"
#include "live-page.h"
#include "metrics-server.h"
#include "stats-json.h"

GST_DEBUG_CATEGORY_EXTERN (gst_edge_metrics_debug);
#define GST_CAT_DEFAULT gst_edge_metrics_debug

#define JSON "application/json; charset=utf-8"
#define STATUS_UNAVAILABLE 503

struct _GstEdgeMetricsServer
{
  guint users;                  /* servers_lock */
  GstEdgeMetricsOptions options;
  GstEdgeHttpServer *http;
  GstEdgeJsonLog *log;          /* nullable */
  gchar *uri;
};

static GMutex servers_lock;
static GPtrArray *servers;      /* servers_lock */

static void
serve_metrics (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply, gpointer user_data)
{
  GstEdgeMetricsServer *self = user_data;
  GstEdgeMetricsFormat format = gst_edge_metrics_format_choose (request->accept);
  GString *text = gst_edge_exposition_make (format, self->options.stale_after);

  reply->content_type = gst_edge_metrics_format_get_content_type (format);
  reply->length = text->len;
  reply->body = g_string_free (text, FALSE);
  reply->free_body = g_free;
}

static void
serve_healthz (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply, gpointer user_data)
{
  gst_edge_http_reply_set_text (reply, "text/plain; charset=utf-8", g_strdup ("ok\n"));
}

static void
serve_readyz (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply, gpointer user_data)
{
  GstEdgeMetricsServer *self = user_data;
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();
  gchar *json;

  if (!gst_edge_health_is_ready (snapshot, self->options.stale_after, &json))
    reply->status = STATUS_UNAVAILABLE;
  gst_edge_http_reply_set_text (reply, JSON, json);
  gst_edge_snapshot_free (snapshot);
}

static void
serve_stats (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply, gpointer user_data)
{
  GstEdgeMetricsServer *self = user_data;
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();

  gst_edge_http_reply_set_text (reply, JSON, gst_edge_stats_json_make (snapshot, self->options.stale_after,
          self->options.pictures));
  gst_edge_snapshot_free (snapshot);
}

/* There may be pictures, for another server of the process. */
static void
serve_picture (const GstEdgeHttpRequest *request, GstEdgeHttpReply *reply, gpointer user_data)
{
  GstEdgeMetricsServer *self = user_data;

  if (self->options.pictures)
    gst_edge_latest_frame_serve (request, reply);
  else
    gst_edge_http_reply_set_error (reply, GST_EDGE_HTTP_NOT_FOUND, "This server shows no pictures.");
}

static const GstEdgeHttpRoute routes[] = {
  {"/", FALSE, gst_edge_live_page_serve},
  {"/metrics", FALSE, serve_metrics},
  {"/healthz", TRUE, serve_healthz},
  {"/readyz", FALSE, serve_readyz},
  {"/stats.json", FALSE, serve_stats},
  {GST_EDGE_LATEST_FRAME_PATH, FALSE, serve_picture},
  {NULL, FALSE, NULL}
};

static void
server_free (GstEdgeMetricsServer *self)
{
  if (self->http != NULL)
    gst_edge_http_server_free (self->http);
  if (self->log != NULL)
    gst_edge_json_log_free (self->log);
  if (self->http != NULL && self->options.pictures)
    gst_edge_camera_pictures_want (FALSE);
  gst_edge_metrics_options_clear (&self->options);
  g_free (self->uri);
  g_free (self);
}

static gboolean
listen (GstEdgeMetricsServer *self, GError **error)
{
  GstEdgeHttpOptions http = {.address = self->options.address,.port = self->options.port };
  GError *local = NULL;
  gchar *secret = gst_edge_http_secret_read (self->options.token_file, &local);

  if (local != NULL) {
    g_propagate_prefixed_error (error, local, "token-file: ");
    return FALSE;
  }
  http.secret = secret;
  self->http = gst_edge_http_server_new (&http, routes, self, error);
  if (self->http != NULL && secret == NULL && !gst_edge_http_address_is_loopback (http.address))
    GST_WARNING ("%s: everyone who reaches this machine sees the cameras; set token-file", http.address);
  gst_edge_http_secret_free (secret);
  return self->http != NULL;
}

static gchar *
make_uri (GstEdgeMetricsServer *self)
{
  gboolean v6 = strchr (self->options.address, ':') != NULL;

  return g_strdup_printf ("http://%s%s%s:%u/", v6 ? "[" : "", self->options.address, v6 ? "]" : "",
      gst_edge_http_server_get_port (self->http));
}

static GstEdgeMetricsServer *
server_new (const GstEdgeMetricsOptions *options, GError **error)
{
  GstEdgeMetricsServer *self = g_new0 (GstEdgeMetricsServer, 1);

  self->users = 1;
  self->options = *options;
  self->options.address = g_strdup (options->address);
  self->options.token_file = g_strdup (options->token_file);
  self->options.log_file = g_strdup (options->log_file);

  if (!listen (self, error)) {
    server_free (self);
    return NULL;
  }
  if (options->pictures)
    gst_edge_camera_pictures_want (TRUE);
  self->uri = make_uri (self);
  if (options->log_file != NULL) {
    self->log = gst_edge_json_log_new (options->log_file, options->log_interval, options->stale_after, error);
    if (self->log == NULL) {
      server_free (self);
      return NULL;
    }
  }
  GST_INFO ("serving %s", self->uri);
  return self;
}

static GstEdgeMetricsServer *
find_locked (const GstEdgeMetricsOptions *options)
{
  guint i;

  for (i = 0; options->port != 0 && i < servers->len; i++) {
    GstEdgeMetricsServer *server = g_ptr_array_index (servers, i);

    if (server->options.port == options->port && g_str_equal (server->options.address, options->address))
      return server;
  }
  return NULL;
}

/* Who asked for a token must not get a page that everybody can see, nor one that wants another token; who wants no
 * pictures shown must not have them shown, nor look for them in vain; who asked for a log must not wait for it. */
static gboolean
may_share (const GstEdgeMetricsServer *server, const GstEdgeMetricsOptions *options, GError **error)
{
  const gchar *what = NULL;

  if (server->options.pictures != options->pictures) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "pictures: this process serves %s already, with "
        "pictures=%s; give both the same, or another port", server->uri, server->options.pictures ? "true" : "false");
    return FALSE;
  }
  if (g_strcmp0 (server->options.token_file, options->token_file) != 0)
    what = "token-file";
  else if (options->log_file != NULL && g_strcmp0 (server->options.log_file, options->log_file) != 0)
    what = "log-json";
  if (what == NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "%s: this process serves %s already, with another %s or "
      "without one; give both the same, or another port", what, server->uri, what);
  return FALSE;
}

GstEdgeMetricsServer *
gst_edge_metrics_server_get (const GstEdgeMetricsOptions *options, GError **error)
{
  GstEdgeMetricsServer *server;

  g_mutex_lock (&servers_lock);
  if (servers == NULL)
    servers = g_ptr_array_new ();
  server = find_locked (options);
  if (server != NULL && !may_share (server, options, error)) {
    server = NULL;
  } else if (server != NULL) {
    server->users++;
  } else {
    server = server_new (options, error);
    if (server != NULL)
      g_ptr_array_add (servers, server);
  }
  g_mutex_unlock (&servers_lock);
  return server;
}

/* Stopped with the lock held, so that the port is free for who asks next. */
void
gst_edge_metrics_server_unref (GstEdgeMetricsServer *server)
{
  g_mutex_lock (&servers_lock);
  if (--server->users == 0) {
    g_ptr_array_remove_fast (servers, server);
    server_free (server);
  }
  if (servers->len == 0)
    g_clear_pointer (&servers, g_ptr_array_unref);
  g_mutex_unlock (&servers_lock);
}

const gchar *
gst_edge_metrics_server_get_uri (GstEdgeMetricsServer *server)
{
  return server->uri;
}
