/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * inotify. GFileMonitor would load GIO's modules into the process, and holds events back for seconds. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <gio/gio.h>
#include <glib-unix.h>

#include "watch.h"

#define DELAY_MS 200
#define MAX_LINKS 40            /* as the kernel allows */
#define EVENTS (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF \
    | IN_ONLYDIR)

struct _GstEdgeWatch
{
  gchar *file;                  /* absolute */
  GMainContext *context;
  GSource *source;
  GSource *timer;               /* nullable: while events come */
  gint fd;
  GHashTable *folders;          /* watch descriptor → set of names */
  gint trouble;                 /* errno of the last folder on the way to the file, 0 = it is watched */
  GSourceFunc changed;
  gpointer user_data;
};

/* ---- the way to the file ---- */

/* The first part of a path, which is left with the others. (transfer full) (nullable) */
static gchar *
take_name (GString *path)
{
  gsize start = strspn (path->str, "/"), length = strcspn (path->str + start, "/");
  gchar *name = length > 0 ? g_strndup (path->str + start, length) : NULL;

  g_string_erase (path, 0, (gssize) (start + length));
  return name;
}

static void
watch_name (GstEdgeWatch *self, const gchar *folder, const gchar *name)
{
  gint wd = inotify_add_watch (self->fd, folder, EVENTS);
  GHashTable *names;

  self->trouble = wd < 0 ? errno : 0;
  if (wd < 0)
    return;
  names = g_hash_table_lookup (self->folders, GINT_TO_POINTER (wd));
  if (names == NULL) {
    names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_insert (self->folders, GINT_TO_POINTER (wd), names);
  }
  g_hash_table_add (names, g_strdup (name));
}

/* One part of the way: from @folder, which has no links in it, to the next. It is watched before it is looked at, so
 * that no change stays unseen. FALSE at the end. */
static gboolean
step (GstEdgeWatch *self, GString *folder, GString *rest, guint *links)
{
  gchar *name = take_name (rest), *path, *target;

  if (name == NULL)
    return FALSE;
  watch_name (self, folder->str, name);
  path = g_build_filename (folder->str, name, NULL);
  g_free (name);
  target = g_file_read_link (path, NULL);
  if (target != NULL) {
    if (g_path_is_absolute (target))
      g_string_assign (folder, "/");
    g_string_prepend (rest, target);
    ++*links;
  } else {
    g_string_assign (folder, path);
  }
  g_free (path);
  g_free (target);
  return *links <= MAX_LINKS;
}

static void
table_free (gpointer table)
{
  g_hash_table_unref (table);
}

/* Watches what is on the way now, and nothing else. */
static void
walk (GstEdgeWatch *self)
{
  GHashTable *before = self->folders;
  GString *folder = g_string_new ("/"), *rest = g_string_new (self->file);
  GHashTableIter iter;
  gpointer wd;
  guint links = 0;

  self->folders = g_hash_table_new_full (NULL, NULL, NULL, table_free);
  while (step (self, folder, rest, &links));
  g_string_free (folder, TRUE);
  g_string_free (rest, TRUE);

  if (before == NULL)
    return;
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &wd, NULL)) {
    if (!g_hash_table_contains (self->folders, wd))
      inotify_rm_watch (self->fd, GPOINTER_TO_INT (wd));
  }
  g_hash_table_unref (before);
}

/* ---- events ---- */

/* The way may be another one now; what changes from here on is heard. */
static gboolean
on_delay (gpointer user_data)
{
  GstEdgeWatch *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  walk (self);
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

/* Other files of the folders may change all the time. */
static gboolean
is_relevant (GstEdgeWatch *self, const struct inotify_event *event)
{
  GHashTable *names = g_hash_table_lookup (self->folders, GINT_TO_POINTER (event->wd));

  if (event->mask & IN_Q_OVERFLOW)
    return TRUE;
  return names != NULL && (event->len == 0 || g_hash_table_contains (names, event->name));
}

static gboolean
on_event (gint fd, GIOCondition condition, gpointer user_data)
{
  GstEdgeWatch *self = user_data;
  gchar events[4096] __attribute__((aligned (__alignof__ (struct inotify_event))));
  gboolean relevant = FALSE;
  gssize length, at;

  while ((length = read (fd, events, sizeof (events))) > 0) {
    for (at = 0; at < length;) {
      const struct inotify_event *event = (const struct inotify_event *) (gpointer) (events + at);

      relevant |= is_relevant (self, event);
      at += (gssize) (sizeof (*event) + event->len);
    }
  }
  /* not started anew by each event: there may always be another one */
  if (relevant && self->timer == NULL)
    start_timer (self);
  return G_SOURCE_CONTINUE;
}

/* ---- */

static gchar *
make_absolute (const gchar *file)
{
  gchar *here, *path;

  if (g_path_is_absolute (file))
    return g_strdup (file);
  here = g_get_current_dir ();
  path = g_build_filename (here, file, NULL);
  g_free (here);
  return path;
}

static void
set_error (const gchar *file, gint problem, GError **error)
{
  gchar *folder = g_path_get_dirname (file);

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (problem), "%s cannot be watched for changes: %s",
      folder, g_strerror (problem));
  g_free (folder);
}

GstEdgeWatch *
gst_edge_watch_new (const gchar *file, GMainContext *context, GSourceFunc changed, gpointer user_data,
    GError **error)
{
  gint fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  GstEdgeWatch *self;

  if (fd < 0) {
    set_error (file, errno, error);
    return NULL;
  }
  self = g_new0 (GstEdgeWatch, 1);
  self->file = make_absolute (file);
  self->context = context;
  self->fd = fd;
  self->changed = changed;
  self->user_data = user_data;
  self->source = g_unix_fd_source_new (fd, G_IO_IN);
  walk (self);
  if (self->trouble != 0) {
    set_error (file, self->trouble, error);
    gst_edge_watch_free (self);
    return NULL;
  }
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
  g_hash_table_unref (self->folders);
  g_free (self->file);
  g_free (self);
}
