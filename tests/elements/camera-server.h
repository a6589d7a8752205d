/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A camera in this process, for what the simulator does not serve: whatever a launch line makes. */

#pragma once

#include <gst/rtsp-server/rtsp-server.h>

G_BEGIN_DECLS

#define SERVER_PICTURES "videotestsrc is-live=true pattern=ball ! " \
    "video/x-raw, format=I420, width=320, height=240, framerate=20/1 ! "

typedef struct
{
  guint port;                   /* 0 = a free one */
  GstRTSPLowerTrans protocols;  /* 0 = all */
  const gchar *user;            /* nullable */
  const gchar *password;
  const gchar *certificate;     /* nullable: PEM file with certificate and key; it is rtsps:// then */
} ServerOptions;

typedef struct _Server Server;

/* Serves at /cam1 what the bin @line makes; @options may be NULL. */
Server *server_start (const gchar * line, const ServerOptions * options);
guint server_get_port (Server * server);

/* Asks all clients to go to @location. */
void server_redirect (Server * server, const gchar * location);

void server_stop (Server * server);

G_END_DECLS
