/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The log as JSON lines. Each line is one write, so that lines of several threads and processes do not mix. Whoever
 * logs must go on, so nothing waits for who reads a pipe: lines that do not go in are counted, and the log says so
 * later. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame/frame-identity.h"
#include "health.h"
#include "json-log.h"
#include "stats-json.h"
#include "work/ticker.h"

struct _GstEdgeJsonLog
{
  GMutex lock;
  gint fd;                      /* lock; -1 = closed */
  gboolean is_pipe;             /* constant */
  GString *rest;                /* lock: of a line that was written only in part */
  guint64 lost;                 /* lock: lines, since the log last said so */
  gint64 stale_after;
  GstEdgeTick *tick;            /* nullable */
};

/* ---- writing ---- */

/* A pipe whose reader is gone must not end the process. */
static gssize
write_to_pipe (gint fd, const gchar *text, gsize length)
{
  const struct timespec at_once = { 0, 0 };
  sigset_t pipe_signal, before;
  gssize n;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &before);
  n = write (fd, text, length);
  if (n < 0 && errno == EPIPE && !sigismember (&before, SIGPIPE)) {
    while (sigtimedwait (&pipe_signal, NULL, &at_once) < 0 && errno == EINTR);
    errno = EPIPE;
  }
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return n;
}

/* Returns: how much of it was written */
static gsize
write_locked (GstEdgeJsonLog *log, const gchar *text, gsize length)
{
  gssize n;

  do {
    n = log->is_pipe ? write_to_pipe (log->fd, text, length) : write (log->fd, text, length);
  } while (n < 0 && errno == EINTR);
  return n > 0 ? (gsize) n : 0;
}

/* The whole line or nothing: where only a part went in, nothing else comes before the rest. @line: ends with '\n' */
static gboolean
put_locked (GstEdgeJsonLog *log, const gchar *line)
{
  gsize length = strlen (line), n;

  if (log->rest->len > 0)
    g_string_erase (log->rest, 0, (gssize) write_locked (log, log->rest->str, log->rest->len));
  if (log->rest->len > 0)
    return FALSE;
  n = write_locked (log, line, length);
  if (n > 0)
    g_string_append (log->rest, line + n);
  return n > 0;
}

static void
tell_lost_locked (GstEdgeJsonLog *log)
{
  gchar time[GST_EDGE_RFC3339_SIZE];
  gchar *line;

  gst_edge_format_rfc3339 (g_get_real_time () * 1000, time);
  line = g_strdup_printf ("{\"time\":\"%s\",\"level\":\"WARN\",\"category\":\"edgemetrics\",\"message\":\"%"
      G_GUINT64_FORMAT " lines are missing here: they could not be written\"}\n", time, log->lost);
  if (put_locked (log, line))
    log->lost = 0;
  g_free (line);
}

/* Takes @line. */
static void
write_line (GstEdgeJsonLog *log, gchar *line)
{
  gchar *whole = g_strconcat (line, "\n", NULL);

  g_mutex_lock (&log->lock);
  if (log->fd >= 0) {
    if (log->lost > 0)
      tell_lost_locked (log);
    if (log->lost > 0 || !put_locked (log, whole))
      log->lost++;
  }
  g_mutex_unlock (&log->lock);
  g_free (whole);
  g_free (line);
}

/* ---- what is told ---- */

static void
add (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* What a log line says may be anything, JSON wants UTF-8. */
static void
add_message (JsonBuilder *builder, const gchar *message)
{
  gchar *valid = g_utf8_make_valid (message != NULL ? message : "", -1);

  add (builder, "message", valid);
  g_free (valid);
}

static const gchar *
name_object (GObject *object)
{
  if (object == NULL)
    return NULL;
  if (GST_IS_OBJECT (object))
    return GST_OBJECT_NAME (object);
  return G_OBJECT_TYPE_NAME (object);
}

static void
log_record (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function,
    gint line, GObject *object, GstDebugMessage *message, gpointer user_data)
{
  JsonBuilder *builder = json_builder_new ();
  gchar time[GST_EDGE_RFC3339_SIZE];
  gchar *level_name = g_strchomp (g_strdup (gst_debug_level_get_name (level)));
  const gchar *name = name_object (object);
  JsonNode *root;

  gst_edge_format_rfc3339 (g_get_real_time () * 1000, time);
  json_builder_begin_object (builder);
  add (builder, "time", time);
  add (builder, "level", level_name);
  g_free (level_name);
  add (builder, "category", gst_debug_category_get_name (category));
  if (name != NULL)
    add (builder, "object", name);
  add_message (builder, gst_debug_message_get (message));
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  write_line (user_data, json_to_string (root, FALSE));
  json_node_unref (root);
  g_object_unref (builder);
}

static void
write_summaries (gpointer data)
{
  GstEdgeJsonLog *log = data;
  GstEdgeSnapshot *snapshot = gst_edge_snapshot_new ();
  guint i;

  for (i = 0; i < snapshot->cameras->len; i++) {
    const GstEdgeCameraSnapshot *camera = g_ptr_array_index (snapshot->cameras, i);

    if (gst_edge_health_is_camera (camera))
      write_line (log, gst_edge_stats_json_make_camera_line (camera, log->stale_after));
  }
  for (i = 0; i < snapshot->pools->len; i++)
    write_line (log, gst_edge_stats_json_make_pool_line (g_ptr_array_index (snapshot->pools, i)));
  for (i = 0; i < snapshot->links->len; i++)
    write_line (log, gst_edge_stats_json_make_link_line (g_ptr_array_index (snapshot->links, i)));
  gst_edge_snapshot_free (snapshot);
}

/* ---- */

static gboolean
is_pipe (gint fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISFIFO (status.st_mode);
}

GstEdgeJsonLog *
gst_edge_json_log_new (const gchar *file, gint64 interval, gint64 stale_after, GError **error)
{
  GstEdgeJsonLog *log;
  gint fd = open (file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);

  if (fd < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "log-json: cannot write %s: %s", file,
        g_strerror (errno));
    return NULL;
  }
  log = g_new0 (GstEdgeJsonLog, 1);
  g_mutex_init (&log->lock);
  log->fd = fd;
  log->is_pipe = is_pipe (fd);
  log->rest = g_string_new (NULL);
  log->stale_after = stale_after;
  gst_debug_add_log_function (log_record, log, NULL);
  if (interval > 0)
    log->tick = gst_edge_ticker_add (interval, write_summaries, log, error);
  if (interval > 0 && log->tick == NULL)
    g_clear_pointer (&log, gst_edge_json_log_free);
  return log;
}

/* To remove a log function does not wait for the threads that are in it, and any may have read the list of them before:
 * so what they look at stays. It is small, and few are ever made. */
static void
keep (GstEdgeJsonLog *log)
{
  static GMutex lock;
  static GSList *closed;

  g_mutex_lock (&lock);
  closed = g_slist_prepend (closed, log);
  g_mutex_unlock (&lock);
}

void
gst_edge_json_log_free (GstEdgeJsonLog *log)
{
  g_clear_pointer (&log->tick, gst_edge_ticker_remove);
  gst_debug_remove_log_function_by_data (log);
  g_mutex_lock (&log->lock);
  if (log->lost > 0)
    tell_lost_locked (log);
  close (log->fd);
  log->fd = -1;
  g_mutex_unlock (&log->lock);
  keep (log);
}
