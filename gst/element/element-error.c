/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GError -> bus message. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "element/element-error.h"
#include "net/edge-error.h"

static gint
resource_code (const GError *error)
{
  if (error->domain == GST_RESOURCE_ERROR)
    return error->code;
  if (error->domain != GST_EDGE_ERROR)
    return GST_RESOURCE_ERROR_FAILED;
  switch (error->code) {
    case GST_EDGE_ERROR_AUTH:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case GST_EDGE_ERROR_NOT_FOUND:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case GST_EDGE_ERROR_SETTINGS:
      return GST_RESOURCE_ERROR_SETTINGS;
    default:
      return GST_RESOURCE_ERROR_WRITE;
  }
}

static void
post (GstElement *element, GstMessageType type, const GError *error, const gchar *property,
    const gchar *server)
{
  GstStructure *details = gst_structure_new_empty ("details");

  if (property != NULL)
    gst_structure_set (details, "property", G_TYPE_STRING, property, NULL);
  if (server != NULL)
    gst_structure_set (details, "server", G_TYPE_STRING, server, NULL);
  gst_element_message_full_with_details (element, type, GST_RESOURCE_ERROR, resource_code (error),
      g_strdup (error->message), server != NULL ? g_strdup_printf ("server: %s", server) : NULL,
      __FILE__, GST_FUNCTION, __LINE__, details);
}

void
gst_edge_element_post_error (GstElement *element, const GError *error, const gchar *property,
    const gchar *server)
{
  post (element, GST_MESSAGE_ERROR, error, property, server);
}

void
gst_edge_element_post_warning (GstElement *element, const GError *error, const gchar *property,
    const gchar *server)
{
  post (element, GST_MESSAGE_WARNING, error, property, server);
}

void
gst_edge_element_warn_of_missing_thread (GstElement *element, const gchar *property, const GError *error)
{
  GError *warning = g_error_new (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "%s has no effect: %s. Allow this process more threads, or set %s=0.", property, error->message, property);

  gst_edge_element_post_warning (element, warning, property, NULL);
  g_error_free (warning);
}

gboolean
gst_edge_log_is_due (guint64 *count)
{
  return (*count)++ % 100 == 0;
}
