/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which links the process has. The registry's lock guards the list and each link's number of users. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/link-private.h"

static GMutex registry_lock;
static GPtrArray *links;        /* registry_lock: NULL while there are none */

static gboolean
matches (GstEdgeLink *link, const GstEdgeTransportClass *klass, GstEdgeEndpoint *endpoint,
    const gchar *group)
{
  return link->klass == klass && g_strcmp0 (link->group, group) == 0
      && gst_edge_endpoint_equal (link->endpoint, endpoint);
}

static void
warn_about_other_settings (GstEdgeLink *link, const GstEdgeLinkSettings *settings)
{
  if (link->timeout != settings->timeout || link->max_in_flight != settings->max_in_flight
      || link->breaker_max_failures != settings->circuit_max_failures
      || link->breaker_reset != settings->circuit_reset)
    GST_CAT_WARNING (gst_edge_link_debug, "%s: the link is open with timeout=%" G_GINT64_FORMAT
        " ms max-in-flight=%u circuit-max-failures=%u; the other settings that are asked for now are "
        "ignored. Use link-group for a link of its own", gst_edge_endpoint_get_text (link->endpoint),
        link->timeout / 1000, link->max_in_flight, link->breaker_max_failures);
}

GstEdgeLink *
gst_edge_link_acquire (const GstEdgeTransportClass *klass, GstEdgeEndpoint *endpoint,
    const GstEdgeLinkSettings *settings, GError **error)
{
  GstEdgeLink *link = NULL;
  guint i;

  g_mutex_lock (&registry_lock);
  for (i = 0; links != NULL && i < links->len && link == NULL; i++) {
    if (matches (g_ptr_array_index (links, i), klass, endpoint, settings->group))
      link = g_ptr_array_index (links, i);
  }
  if (link != NULL) {
    warn_about_other_settings (link, settings);
  } else if ((link = gst_edge_link_start (klass, endpoint, settings, error)) != NULL) {
    if (links == NULL)
      links = g_ptr_array_new ();
    g_ptr_array_add (links, link);
  }
  if (link != NULL)
    link->users++;
  g_mutex_unlock (&registry_lock);
  return link;
}

/* The last user takes the link out of the list first, so that nobody can join a link that is stopping; an element
 * that wants the same server at that moment gets a new link. */
void
gst_edge_link_release (GstEdgeLink *link)
{
  gboolean last;

  g_mutex_lock (&registry_lock);
  last = --link->users == 0;
  if (last) {
    g_ptr_array_remove_fast (links, link);
    if (links->len == 0)
      g_clear_pointer (&links, g_ptr_array_unref);
  }
  g_mutex_unlock (&registry_lock);

  if (last)
    gst_edge_link_stop (link);
}
