/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The listening socket and the connections behind it. */

#pragma once

#include "flow.h"

G_BEGIN_DECLS

typedef enum
{
  RELAY_ACCEPT,                 /* connect to the server and pass bytes */
  RELAY_SILENT,                 /* accept and never say or read anything */
  RELAY_REFUSE,                 /* "connection refused" */
  RELAY_BLACKHOLE,              /* a connect is never answered */
} RelayMode;

typedef struct
{
  guint16 port;                 /* of 127.0.0.1, where clients connect */
  guint16 server_port;          /* of 127.0.0.1 */
  gint receive_buffer;          /* bytes, 0 = the system's choice */
  RelayMode mode;
  gint listener;
  GArray *fillers;              /* of gint: connections that keep the backlog full */
  GPtrArray *connections;       /* of Connection */
  FlowRules rules[N_FLOWS];
  guint accepted;
} Relay;

/* port 0 = any. Returns: FALSE with errno set */
gboolean relay_init (Relay * relay, guint16 port, guint16 server_port, gint receive_buffer);
void relay_clear (Relay * relay);

void relay_set_mode (Relay * relay, RelayMode mode);

/* Ends all connections: @reset TRUE with RST, FALSE in good order. */
void relay_end_connections (Relay * relay, gboolean reset);

/* One poll() over everything and over @control_fd. Returns: TRUE when @control_fd can be read */
gboolean relay_run_once (Relay * relay, gint control_fd);

G_END_DECLS
