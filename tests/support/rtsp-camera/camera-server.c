/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The RTSP server with its mounts, on the loopback interface only. */

#include "camera-server.h"

#include "camera-factory.h"

#define LOOPBACK "127.0.0.1"
#define REALM "edge-rtsp-camera"
#define ROLE "viewer"

/* Below the range from which the kernel gives ports to outgoing connections: a
 * camera that is gone for a while gets its port back, and a client that keeps
 * trying does not get connected to itself. */
#define PORT_MIN 20000
#define PORT_MAX 29999
#define PORT_ATTEMPTS 100

#define BACKLOG 128

#define SESSION_SWEEP_SECONDS 2

struct _GstEdgeCameraServer
{
  GstRTSPServer *server;
  GstRTSPAddressPool *addresses;
  GPtrArray *faults;            /* element i: of camera i + 1 */
  gboolean protected;           /* clients must authenticate */
  guint source_id;              /* of the listening socket */
  guint sweep_id;
};

static GstRTSPAuth *
make_auth (const gchar *user, const gchar *password)
{
  GstRTSPAuth *auth = gst_rtsp_auth_new ();
  g_autoptr (GstRTSPToken) token =
      gst_rtsp_token_new (GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING,
      ROLE, NULL);

  gst_rtsp_auth_set_supported_methods (auth, GST_RTSP_AUTH_DIGEST);
  gst_rtsp_auth_set_realm (auth, REALM);
  gst_rtsp_auth_add_digest (auth, user, password, token);

  return auth;
}

/**
 * gst_edge_camera_server_new:
 * @user: (nullable): who may look; %NULL for everybody
 * @password: (nullable): the password for digest authentication
 *
 * Returns: a server without mounts, not listening yet
 */
GstEdgeCameraServer *
gst_edge_camera_server_new (const gchar *user, const gchar *password)
{
  GstEdgeCameraServer *self = g_new0 (GstEdgeCameraServer, 1);
  g_autoptr (GstRTSPThreadPool) threads = NULL;

  self->server = gst_rtsp_server_new ();
  self->protected = user != NULL;
  if (self->protected) {
    g_autoptr (GstRTSPAuth) auth = make_auth (user, password ? password : "");

    gst_rtsp_server_set_auth (self->server, auth);
  }

  /* A client that waits for its first keyframe must not hold up the others, so
   * each has a thread. */
  threads = gst_rtsp_server_get_thread_pool (self->server);
  gst_rtsp_thread_pool_set_max_threads (threads, -1);

  self->faults = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_edge_faults_unref);
  self->addresses = gst_rtsp_address_pool_new ();
  /* RTP over UDP, for clients that do not ask for TCP */
  gst_rtsp_address_pool_add_range (self->addresses, LOOPBACK, LOOPBACK,
      PORT_MIN, PORT_MAX, 0);

  return self;
}

/**
 * gst_edge_camera_server_add:
 * @self: the server
 * @camera: the camera's number, from 1
 * @clip: what it shows
 * @phase: how far it is ahead of the wall clock in its loop
 * @second_clip: (nullable): what it can change to
 *
 * Mounts a camera at /cam@camera. Cameras are added by number.
 */
void
gst_edge_camera_server_add (GstEdgeCameraServer *self, guint camera,
    GstEdgeClip *clip, GstClockTime phase, GstEdgeClip *second_clip)
{
  GstEdgeFaults *faults = gst_edge_faults_new (second_clip);
  GstRTSPMediaFactory *factory =
      gst_edge_camera_factory_new (clip, phase, faults);
  g_autoptr (GstRTSPMountPoints) mounts =
      gst_rtsp_server_get_mount_points (self->server);
  g_autofree gchar *path = g_strdup_printf ("/cam%u", camera);

  gst_rtsp_media_factory_set_address_pool (factory, self->addresses);
  if (self->protected) {
    gst_rtsp_media_factory_add_role (factory, ROLE,
        GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
        GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
  }
  gst_rtsp_mount_points_add_factory (mounts, path, factory);
  g_ptr_array_add (self->faults, faults);
}

/**
 * gst_edge_camera_server_get_faults:
 * @self: the server
 * @camera: a camera's number
 *
 * Returns: (transfer none) (nullable): what is wrong with it, %NULL if there is
 * no such camera
 */
GstEdgeFaults *
gst_edge_camera_server_get_faults (GstEdgeCameraServer *self, guint camera)
{
  if (camera < 1 || camera > self->faults->len)
    return NULL;

  return g_ptr_array_index (self->faults, camera - 1);
}

static GstRTSPFilterResult
note_media (GstRTSPClient *client, GstRTSPSession *session, gpointer user_data)
{
  const gchar **path = user_data;
  gint matched;

  if (*path != NULL
      && gst_rtsp_session_get_media (session, *path, &matched) != NULL)
    *path = NULL;

  return GST_RTSP_FILTER_KEEP;
}

static GstRTSPFilterResult
remove_client_of (GstRTSPServer *server, GstRTSPClient *client, gpointer path)
{
  const gchar *not_found = path;

  gst_rtsp_client_session_filter (client, note_media, &not_found);

  return not_found ? GST_RTSP_FILTER_KEEP : GST_RTSP_FILTER_REMOVE;
}

/**
 * gst_edge_camera_server_hang_up:
 * @self: the server
 * @camera: a camera's number
 *
 * Closes the connections of those who watch this camera.
 */
void
gst_edge_camera_server_hang_up (GstEdgeCameraServer *self, guint camera)
{
  g_autofree gchar *path = g_strdup_printf ("/cam%u", camera);

  gst_rtsp_server_client_filter (self->server, remove_client_of, path);
}

static gboolean
sweep_sessions (gpointer user_data)
{
  GstEdgeCameraServer *self = user_data;
  g_autoptr (GstRTSPSessionPool) sessions =
      gst_rtsp_server_get_session_pool (self->server);

  gst_rtsp_session_pool_cleanup (sessions);

  return G_SOURCE_CONTINUE;
}

static GSource *
bind_port (GstEdgeCameraServer *self, gint port, GError **error)
{
  g_autofree gchar *service = g_strdup_printf ("%d", port);

  gst_rtsp_server_set_service (self->server, service);

  return gst_rtsp_server_create_source (self->server, NULL, error);
}

static GSource *
bind_free_port (GstEdgeCameraServer *self, GError **error)
{
  for (guint i = 1;; i++) {
    g_autoptr (GError) local_error = NULL;
    GSource *source = bind_port (self, g_random_int_range (PORT_MIN,
            PORT_MAX + 1), &local_error);

    if (source != NULL)
      return source;
    if (i == PORT_ATTEMPTS) {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  }
}

/**
 * gst_edge_camera_server_listen:
 * @self: the server
 * @port: the TCP port, 0 for a free one
 * @error: return location for a #GError
 *
 * Accepts clients from here on, in the default main context.
 *
 * Returns: the port, or -1
 */
gint
gst_edge_camera_server_listen (GstEdgeCameraServer *self, gint port, GError **error)
{
  GSource *source;

  gst_rtsp_server_set_address (self->server, LOOPBACK);
  gst_rtsp_server_set_backlog (self->server, BACKLOG);
  source = port ? bind_port (self, port, error) : bind_free_port (self, error);
  if (source == NULL)
    return -1;

  self->source_id = g_source_attach (source, NULL);
  g_source_unref (source);
  self->sweep_id = g_timeout_add_seconds (SESSION_SWEEP_SECONDS,
      sweep_sessions, self);

  return gst_rtsp_server_get_bound_port (self->server);
}

/**
 * gst_edge_camera_server_count:
 * @self: the server
 * @clients: (out): open connections
 * @sessions: (out): RTSP sessions
 *
 * Tells what there is at the moment.
 */
void
gst_edge_camera_server_count (GstEdgeCameraServer *self, guint *clients, guint *sessions)
{
  g_autoptr (GstRTSPSessionPool) pool =
      gst_rtsp_server_get_session_pool (self->server);
  GList *list = gst_rtsp_server_client_filter (self->server, NULL, NULL);

  *clients = g_list_length (list);
  *sessions = gst_rtsp_session_pool_get_n_sessions (pool);
  g_list_free_full (list, g_object_unref);
}

static GstRTSPFilterResult
remove_client (GstRTSPServer *server, GstRTSPClient *client, gpointer user_data)
{
  return GST_RTSP_FILTER_REMOVE;
}

static GstRTSPFilterResult
remove_session (GstRTSPSessionPool *pool, GstRTSPSession *session, gpointer user_data)
{
  return GST_RTSP_FILTER_REMOVE;
}

/**
 * gst_edge_camera_server_free:
 * @self: the server
 *
 * Closes all connections and waits until the pipelines are gone.
 */
void
gst_edge_camera_server_free (GstEdgeCameraServer *self)
{
  g_autoptr (GstRTSPSessionPool) sessions =
      gst_rtsp_server_get_session_pool (self->server);

  /* 1. no new clients */
  g_clear_handle_id (&self->source_id, g_source_remove);
  g_clear_handle_id (&self->sweep_id, g_source_remove);
  /* 2. no old ones */
  gst_rtsp_server_client_filter (self->server, remove_client, NULL);
  gst_rtsp_session_pool_filter (sessions, remove_session, NULL);
  /* 3. join the threads */
  g_clear_object (&self->server);
  gst_rtsp_thread_pool_cleanup ();
  g_clear_object (&self->addresses);
  g_ptr_array_unref (self->faults);
  g_free (self);
}
