/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A camera in this process, for what the simulator does not serve. */

#include "camera-server.h"

#include <gio/gio.h>

struct _Server
{
  GstRTSPServer *server;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

static gpointer
serve (gpointer data)
{
  Server *server = data;

  g_main_context_push_thread_default (server->context);
  g_main_loop_run (server->loop);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

static void
require_login (GstRTSPAuth *auth, GstRTSPMediaFactory *factory, const ServerOptions *options)
{
  GstRTSPToken *token = gst_rtsp_token_new
      (GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);
  gchar *basic = gst_rtsp_auth_make_basic (options->user, options->password);

  gst_rtsp_auth_add_basic (auth, basic, token);
  gst_rtsp_media_factory_add_role (factory, "viewer",
      GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
      GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
  g_free (basic);
  gst_rtsp_token_unref (token);
}

/* Everybody may do everything, once the connection is encrypted. */
static void
allow_all (GstRTSPAuth *auth, GstRTSPMediaFactory *factory)
{
  GstRTSPToken *token = gst_rtsp_token_new
      (GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "anybody", NULL);

  gst_rtsp_auth_set_default_token (auth, token);
  gst_rtsp_media_factory_add_role (factory, "anybody",
      GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
      GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
  gst_rtsp_token_unref (token);
}

static void
protect (Server *server, GstRTSPMediaFactory *factory, const ServerOptions *options)
{
  GTlsCertificate *certificate;
  GstRTSPAuth *auth;
  GError *error = NULL;

  if (options->user == NULL && options->certificate == NULL)
    return;
  auth = gst_rtsp_auth_new ();
  if (options->user != NULL)
    require_login (auth, factory, options);
  else
    allow_all (auth, factory);
  if (options->certificate != NULL) {
    certificate = g_tls_certificate_new_from_file (options->certificate, &error);
    g_assert_no_error (error);
    gst_rtsp_auth_set_tls_certificate (auth, certificate);
    g_object_unref (certificate);
  }
  gst_rtsp_server_set_auth (server->server, auth);
  g_object_unref (auth);
}

Server *
server_start (const gchar *line, const ServerOptions *options)
{
  const ServerOptions none = { 0, };
  Server *server = g_new0 (Server, 1);
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new ();
  GstRTSPMountPoints *mounts;
  gchar *service;

  if (options == NULL)
    options = &none;
  service = g_strdup_printf ("%u", options->port);
  server->server = gst_rtsp_server_new ();
  gst_rtsp_server_set_address (server->server, "127.0.0.1");
  gst_rtsp_server_set_service (server->server, service);
  g_free (service);
  gst_rtsp_media_factory_set_launch (factory, line);
  gst_rtsp_media_factory_set_shared (factory, TRUE);
  if (options->protocols != 0)
    gst_rtsp_media_factory_set_protocols (factory, options->protocols);
  protect (server, factory, options);
  mounts = gst_rtsp_server_get_mount_points (server->server);
  gst_rtsp_mount_points_add_factory (mounts, "/cam1", factory);
  g_object_unref (mounts);

  server->context = g_main_context_new ();
  server->loop = g_main_loop_new (server->context, FALSE);
  g_assert_cmpuint (gst_rtsp_server_attach (server->server, server->context),
      !=, 0);
  server->thread = g_thread_new ("server", serve, server);
  return server;
}

guint
server_get_port (Server *server)
{
  return (guint) gst_rtsp_server_get_bound_port (server->server);
}

static GstRTSPFilterResult
redirect_session (GstRTSPClient *client, GstRTSPSession *session, gpointer location)
{
  GstRTSPMessage request = { 0, };

  gst_rtsp_message_init_request (&request, GST_RTSP_REDIRECT, "*");
  gst_rtsp_message_add_header (&request, GST_RTSP_HDR_LOCATION, location);
  gst_rtsp_client_send_message (client, session, &request);
  gst_rtsp_message_unset (&request);
  return GST_RTSP_FILTER_KEEP;
}

static GstRTSPFilterResult
redirect_client (GstRTSPServer *server, GstRTSPClient *client, gpointer location)
{
  gst_rtsp_client_session_filter (client, redirect_session, location);
  return GST_RTSP_FILTER_KEEP;
}

void
server_redirect (Server *server, const gchar *location)
{
  gst_rtsp_server_client_filter (server->server, redirect_client, (gpointer) location);
}

static GstRTSPFilterResult
remove_client (GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
  return GST_RTSP_FILTER_REMOVE;
}

void
server_stop (Server *server)
{
  gst_rtsp_server_client_filter (server->server, remove_client, NULL);
  g_main_loop_quit (server->loop);
  g_thread_join (server->thread);
  g_object_unref (server->server);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
  g_free (server);
}
