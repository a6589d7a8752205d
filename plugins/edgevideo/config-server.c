/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a server is spoken to: what RabbitMQ and Redis have in common. And where the live page is. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "config-value.h"
#include "net/endpoint.h"
#include "net/link-client.h"

#define DEFAULT_MAX_SIZE_BUFFERS 100

void
gst_edge_server_config_init (GstEdgeServerConfig *self)
{
  self->tls_verify = TRUE;
  self->timeout = GST_EDGE_LINK_DEFAULT_TIMEOUT / G_USEC_PER_SEC;
  self->max_in_flight = GST_EDGE_LINK_DEFAULT_MAX_IN_FLIGHT;
  self->max_size_buffers = DEFAULT_MAX_SIZE_BUFFERS;
}

void
gst_edge_server_config_copy (const GstEdgeServerConfig *self, GstEdgeServerConfig *copy)
{
  *copy = *self;
  copy->ca_file = g_strdup (self->ca_file);
  copy->cert_file = g_strdup (self->cert_file);
  copy->key_file = g_strdup (self->key_file);
}

void
gst_edge_server_config_clear (GstEdgeServerConfig *self)
{
  g_free (self->ca_file);
  g_free (self->cert_file);
  g_free (self->key_file);
}

gboolean
gst_edge_server_config_is_same_link (const GstEdgeServerConfig *a, const GstEdgeServerConfig *b)
{
  return a->timeout == b->timeout && a->max_in_flight == b->max_in_flight;
}

gboolean
gst_edge_server_config_is_same (const GstEdgeServerConfig *a, const GstEdgeServerConfig *b)
{
  return gst_edge_server_config_is_same_link (a, b) && a->max_size_buffers == b->max_size_buffers
      && a->max_age == b->max_age && a->leaky == b->leaky && a->tls_verify == b->tls_verify
      && g_strcmp0 (a->ca_file, b->ca_file) == 0 && g_strcmp0 (a->cert_file, b->cert_file) == 0
      && g_strcmp0 (a->key_file, b->key_file) == 0;
}

gboolean
gst_edge_server_address_is_valid (const gchar *address)
{
  gchar *uri = g_strconcat ("redis://", address, NULL);
  GstEdgeEndpoint *endpoint = strpbrk (address, "/?@#,") == NULL ? gst_edge_endpoint_new_redis (uri, NULL) : NULL;
  gboolean valid = endpoint != NULL;

  g_clear_pointer (&endpoint, gst_edge_endpoint_unref);
  g_free (uri);
  return valid;
}

static gchar *
check_file (const gchar *file)
{
  if (file == NULL || g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return NULL;
  return g_strdup ("there is no such file; name a PEM file");
}

gboolean
gst_edge_server_config_check (const GstEdgeServerConfig *self, gboolean has_tls, const gchar *how,
    const gchar **name, gchar **problem)
{
  const struct
  {
    const gchar *name;
    const gchar *file;
    gboolean given;
  } keys[] = {
    {"ca_file", self->ca_file, self->ca_file != NULL},
    {"cert_file", self->cert_file, self->cert_file != NULL},
    {"key_file", self->key_file, self->key_file != NULL},
    {"tls_verify", NULL, !self->tls_verify},
  };
  guint i;

  *problem = NULL;
  for (i = 0; i < G_N_ELEMENTS (keys) && *problem == NULL; i++) {
    *name = keys[i].name;
    if (keys[i].given && !has_tls)
      *problem = g_strdup_printf ("there is no TLS here; write %s, or leave this key out", how);
    else
      *problem = check_file (keys[i].file);
  }
  if (*problem == NULL && self->key_file != NULL && self->cert_file == NULL) {
    *name = "key_file";
    *problem = g_strdup ("there is a key but no certificate; give cert_file too");
  }
  return *problem == NULL;
}

gboolean
gst_edge_config_check_metrics (const GstEdgeConfig *self, const gchar **name, gchar **problem)
{
  *problem = NULL;
  *name = "address";
  if (!g_hostname_is_ip_address (self->metrics_address))
    *problem = g_strdup ("this is no IP address; write 127.0.0.1 for this machine only, 0.0.0.0 for all");
  if (*problem == NULL && self->metrics_token_file[0] != '\0'
      && !g_file_test (self->metrics_token_file, G_FILE_TEST_IS_REGULAR)) {
    *name = "token_file";
    *problem = g_strdup ("there is no such file; name a file with a token, or user:password, in its first line");
  }
  return *problem == NULL;
}
