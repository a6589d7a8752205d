/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client of the AMQP link, as the sinks are. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "amqp/amqp-transport.h"
#include "net/link-client.h"
#include "status-events.h"

#define MAX_WAITING 1000
#define MAX_AGE (10 * 60 * G_USEC_PER_SEC)

struct _GstEdgeStatusEvents
{
  GstEdgeLinkClient *client;
  GstEdgeAmqpTarget *target;
  gchar *camera_key;
  gchar *system_key;
  guint sequence;
  GstEdgeEndpoint *endpoint;
  GstEdgeStatusWarn warn;
  gpointer user_data;
};

static void
on_completed (GstEdgeMessage *message, GstEdgeResult result, const gchar *detail, gpointer user_data)
{
}

/* One of all who share the link is asked to warn. */
static void
on_state_changed (GstEdgeLinkState state, const gchar *reason, gboolean warn, gpointer user_data)
{
  GstEdgeStatusEvents *self = user_data;
  GError *error;

  if (!warn)
    return;
  error = g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_TRANSIENT,
      "%s: %s. Frames are kept within the bounds of the queue until it is back",
      gst_edge_endpoint_get_text (self->endpoint), reason != NULL ? reason : gst_edge_link_state_get_name (state));
  self->warn (error, self->user_data);
  g_error_free (error);
}

static void
on_failed (const GError *error, gboolean by_target, gpointer user_data)
{
  GstEdgeStatusEvents *self = user_data;

  self->warn (error, self->user_data);
}

/* The sinks of the cameras share the link: what is asked of it must be what they ask. */
static void
fill_settings (const GstEdgeServerConfig *server, GstEdgeLinkSettings *settings)
{
  settings->timeout = (gint64) server->timeout * G_USEC_PER_SEC;
  settings->max_in_flight = server->max_in_flight;
  settings->circuit_max_failures = GST_EDGE_LINK_DEFAULT_CIRCUIT_MAX_FAILURES;
  settings->circuit_reset = GST_EDGE_LINK_DEFAULT_CIRCUIT_RESET;
  settings->group = NULL;
}

static GstEdgeEndpoint *
make_endpoint (const GstEdgeConfig *config)
{
  GstEdgeEndpoint *endpoint = gst_edge_endpoint_new_amqp (config->amqp_url, NULL);
  const GstEdgeServerConfig *server = &config->amqp;
  const GstEdgeTls tls = { server->ca_file, server->cert_file, server->key_file, !server->tls_verify };

  if (gst_edge_endpoint_get_tls (endpoint) != NULL)
    gst_edge_endpoint_set_tls (endpoint, &tls);
  return endpoint;
}

GstEdgeStatusEvents *
gst_edge_status_events_new (const GstEdgeConfig *config, GstEdgeStatusWarn warn, gpointer user_data)
{
  static const GstEdgeLinkClientFuncs funcs = { on_completed, on_state_changed, on_failed };
  GstEdgeQueueLimits limits = {.max_buffers = MAX_WAITING,.max_age = MAX_AGE,.leaky = GST_EDGE_LEAKY_DOWNSTREAM };
  GstEdgeStatusEvents *self = g_new0 (GstEdgeStatusEvents, 1);
  GstEdgeLinkSettings settings;
  GError *error = NULL;

  fill_settings (&config->amqp, &settings);
  self->endpoint = make_endpoint (config);
  self->warn = warn;
  self->user_data = user_data;
  self->camera_key = g_strconcat (config->metadata_key, ".status", NULL);
  self->system_key = g_strconcat (config->metadata_key, ".system", NULL);
  self->target = gst_edge_amqp_target_new (config->metadata_exchange, "topic");
  self->target->declare = TRUE;
  self->client = gst_edge_link_client_new (gst_edge_amqp_transport_get_class (), self->endpoint, &settings,
      &self->target->parent, TRUE, &funcs, self, &error);
  if (self->client == NULL) {
    g_prefix_error (&error, "No status events: ");
    warn (error, user_data);
    g_error_free (error);
    g_clear_pointer (&self, gst_edge_status_events_free);
    return NULL;
  }
  gst_edge_link_client_set_limits (self->client, &limits);
  return self;
}

guint64
gst_edge_status_events_retire (GstEdgeStatusEvents *self, gint64 wait)
{
  GstEdgeLinkCounters counters;

  gst_edge_link_client_drain (self->client, wait);
  gst_edge_link_client_retire (self->client);
  gst_edge_link_client_get_counters (self->client, &counters);
  return counters.in - counters.delivered - counters.unconfirmed;
}

void
gst_edge_status_events_free (GstEdgeStatusEvents *self)
{
  g_clear_pointer (&self->client, gst_edge_link_client_free);
  gst_edge_target_unref (&self->target->parent);
  gst_edge_endpoint_unref (self->endpoint);
  g_free (self->camera_key);
  g_free (self->system_key);
  g_free (self);
}

/* @about makes message ids that no frame has. @json: (transfer full) */
static void
submit (GstEdgeStatusEvents *self, const gchar *key, gint64 time, const gchar *about, gchar *json,
    gsize length)
{
  GstEdgeFrameIdentity identity = { NULL, };
  GstEdgeMessage *message;

  self->sequence = self->sequence % GST_EDGE_SEQUENCE_MAX + 1;
  identity.camera_id = g_ref_string_new (about);
  identity.capture_time = time;
  identity.sequence = self->sequence;
  message = gst_edge_message_new (gst_edge_target_ref (&self->target->parent), g_strdup (key),
      gst_buffer_new_wrapped (json, length), &identity);
  message->content_type = "application/json";
  gst_edge_frame_identity_clear (&identity);
  gst_edge_link_client_submit (self->client, message);
}

void
gst_edge_status_events_send_camera (GstEdgeStatusEvents *self, const GstEdgeCameraStatus *status)
{
  gint64 now = g_get_real_time () * 1000;
  gchar *about = g_strconcat ("status.", status->id, NULL);
  gsize length;
  gchar *json = gst_edge_camera_status_to_json (status, now, &length);

  submit (self, self->camera_key, now, about, json, length);
  g_free (about);
}

void
gst_edge_status_events_send_system (GstEdgeStatusEvents *self, guint total, guint active,
    const gchar *message)
{
  gint64 now = g_get_real_time () * 1000;
  gsize length;
  gchar *json = gst_edge_system_status_to_json (total, active, message, now, &length);

  submit (self, self->system_key, now, "status", json, length);
}

void
gst_edge_status_events_drain (GstEdgeStatusEvents *self, gint64 deadline)
{
  gst_edge_link_client_drain (self->client, MAX (deadline - g_get_monotonic_time (), 0));
}

void
gst_edge_status_events_cancel (GstEdgeStatusEvents *self)
{
  gst_edge_link_client_set_flushing (self->client, TRUE);
}
