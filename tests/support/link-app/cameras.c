/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One thread makes the frames of all cameras. A frame is "cam<n> <number>\n", filled up with a byte that depends on
 * both, so that a consumer can tell whose it is and that it is whole. */

#include <gst/app/gstappsrc.h>
#include <string.h>

#include "cameras.h"

struct _Cameras
{
  GstElement *pipeline;
  GPtrArray *sources;           /* of GstAppSrc */
  gsize size;
  GThread *thread;

  GMutex lock;
  GCond cond;                   /* rate or stopping */
  gdouble rate;                 /* lock */
  gboolean stopping;            /* lock */
  guint64 n_frames;             /* lock */
};

static GstBuffer *
make_frame (guint camera, guint64 number, gsize size)
{
  gchar *head = g_strdup_printf ("cam%u %" G_GUINT64_FORMAT "\n", camera, number);
  gsize length = strlen (head);
  guint8 *data;

  size = MAX (size, length);
  data = g_malloc (size);
  memcpy (data, head, length);
  memset (data + length, (gint) ((number * 7 + camera) & 0xff), size - length);
  g_free (head);
  return gst_buffer_new_wrapped (data, size);
}

static void
send_one_locked (Cameras *self)
{
  guint i;

  self->n_frames++;
  for (i = 0; i < self->sources->len; i++)
    gst_app_src_push_buffer (g_ptr_array_index (self->sources, i),
        make_frame (i + 1, self->n_frames, self->size));
}

static gpointer
camera_thread (gpointer data)
{
  Cameras *self = data;
  gint64 due = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    if (self->rate <= 0) {
      g_cond_wait (&self->cond, &self->lock);
      due = g_get_monotonic_time ();
    } else if (g_get_monotonic_time () < due) {
      g_cond_wait_until (&self->cond, &self->lock, due);
    } else {
      send_one_locked (self);
      due += (gint64) (G_USEC_PER_SEC / self->rate);
    }
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gchar *
describe (guint n, const gchar *template)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 1; i <= n; i++) {
    gchar *number = g_strdup_printf ("%u", i);
    GString *part = g_string_new (template);

    g_string_replace (part, "{n}", number, 0);
    g_string_append_printf (text, "appsrc name=camera%u is-live=true do-timestamp=true format=time "
        "max-bytes=0 max-buffers=0 caps=image/jpeg,width=64,height=48,framerate=10/1 ! %s ", i, part->str);
    g_string_free (part, TRUE);
    g_free (number);
  }
  return g_string_free (text, FALSE);
}

Cameras *
cameras_new (guint n, gsize size, const gchar *template, GError **error)
{
  gchar *text = describe (n, template);
  GstElement *pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  Cameras *self;
  guint i;

  g_free (text);
  if (pipeline == NULL)
    return NULL;
  self = g_new0 (Cameras, 1);
  self->pipeline = pipeline;
  self->size = size;
  self->sources = g_ptr_array_new_with_free_func (gst_object_unref);
  for (i = 1; i <= n; i++) {
    gchar *name = g_strdup_printf ("camera%u", i);

    g_ptr_array_add (self->sources, gst_bin_get_by_name (GST_BIN (pipeline), name));
    g_free (name);
  }
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("cameras", camera_thread, self);
  return self;
}

void
cameras_free (Cameras *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_ptr_array_unref (self->sources);
  gst_object_unref (self->pipeline);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

GstElement *
cameras_get_pipeline (Cameras *self)
{
  return self->pipeline;
}

void
cameras_set_rate (Cameras *self, gdouble rate)
{
  g_mutex_lock (&self->lock);
  self->rate = rate;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
cameras_burst (Cameras *self, guint n)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < n; i++)
    send_one_locked (self);
  g_mutex_unlock (&self->lock);
}

void
cameras_end_of_stream (Cameras *self)
{
  guint i;

  cameras_set_rate (self, 0);
  for (i = 0; i < self->sources->len; i++)
    gst_app_src_end_of_stream (g_ptr_array_index (self->sources, i));
}

guint64
cameras_get_n_frames (Cameras *self)
{
  guint64 n;

  g_mutex_lock (&self->lock);
  n = self->n_frames;
  g_mutex_unlock (&self->lock);
  return n;
}
