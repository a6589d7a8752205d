/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * inotify. GFileMonitor would load GIO's modules into the process, and holds events back for seconds. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <gio/gio.h>
#include <glib-unix.h>

#include "watch.h"

#define DELAY_MS 200
#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

struct _GstEdgeWatch
{
  GMainContext *context;
  GSource *source;
  GSource *timer;               /* nullable: while events come */
  gint fd;
  GSourceFunc changed;
  gpointer user_data;
};

static gboolean
on_delay (gpointer user_data)
{
  GstEdgeWatch *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
start_timer (GstEdgeWatch *self)
{
  self->timer = g_timeout_source_new (DELAY_MS);
  g_source_set_callback (self->timer, on_delay, self, NULL);
  g_source_attach (self->timer, self->context);
}

static gboolean
on_event (gint fd, GIOCondition condition, gpointer user_data)
{
  GstEdgeWatch *self = user_data;
  gchar events[4096];

  while (read (fd, events, sizeof (events)) > 0);
  /* not started anew by each event: other files of the folder may change all the time */
  if (self->timer == NULL)
    start_timer (self);
  return G_SOURCE_CONTINUE;
}

GstEdgeWatch *
gst_edge_watch_new (const gchar *file, GMainContext *context, GSourceFunc changed, gpointer user_data,
    GError **error)
{
  gchar *folder = g_path_get_dirname (file);
  gint fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  GstEdgeWatch *self;

  if (fd < 0 || inotify_add_watch (fd, folder, EVENTS) < 0) {
    g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno),
        "%s cannot be watched for changes: %s", folder, g_strerror (errno));
    if (fd >= 0)
      close (fd);
    g_free (folder);
    return NULL;
  }
  g_free (folder);

  self = g_new0 (GstEdgeWatch, 1);
  self->context = context;
  self->fd = fd;
  self->changed = changed;
  self->user_data = user_data;
  self->source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_event), self, NULL);
  /* it may have changed since it was read */
  start_timer (self);
  g_source_attach (self->source, context);
  return self;
}

void
gst_edge_watch_free (GstEdgeWatch *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  if (self->timer != NULL) {
    g_source_destroy (self->timer);
    g_source_unref (self->timer);
  }
  close (self->fd);
  g_free (self);
}
