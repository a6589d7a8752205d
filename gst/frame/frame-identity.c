/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The identity of a frame and the GstMeta that carries it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <time.h>

#include "frame/frame-identity.h"

static GRefString *
ref_or_null (GRefString *string)
{
  return string != NULL ? g_ref_string_acquire (string) : NULL;
}

void
gst_edge_frame_identity_copy (const GstEdgeFrameIdentity *src, GstEdgeFrameIdentity *dest)
{
  *dest = *src;
  ref_or_null (dest->camera_id);
  ref_or_null (dest->encoding);
  ref_or_null (dest->redis_key);
}

void
gst_edge_frame_identity_clear (GstEdgeFrameIdentity *identity)
{
  g_clear_pointer (&identity->camera_id, g_ref_string_release);
  g_clear_pointer (&identity->encoding, g_ref_string_release);
  g_clear_pointer (&identity->redis_key, g_ref_string_release);
}

/* image/jpeg -> jpeg, video/x-h264 -> h264, video/x-raw -> raw */
static const gchar *
encoding_name (const gchar *media_type)
{
  const gchar *slash = strchr (media_type, '/');
  const gchar *name = slash != NULL ? slash + 1 : media_type;

  return g_str_has_prefix (name, "x-") ? name + 2 : name;
}

void
gst_edge_frame_identity_set_caps (GstEdgeFrameIdentity *identity, const GstCaps *caps)
{
  const GstStructure *s;
  const gchar *encoding;
  gint value;

  if (caps == NULL || gst_caps_is_empty (caps) || gst_caps_is_any (caps))
    return;

  s = gst_caps_get_structure (caps, 0);
  if (gst_structure_get_int (s, "width", &value) && value > 0)
    identity->width = (guint) value;
  if (gst_structure_get_int (s, "height", &value) && value > 0)
    identity->height = (guint) value;

  encoding = encoding_name (gst_structure_get_name (s));
  if (g_strcmp0 (identity->encoding, encoding) != 0) {
    g_clear_pointer (&identity->encoding, g_ref_string_release);
    identity->encoding = g_ref_string_new (encoding);   /* not interned, see frame-stamper.c */
  }
}

gchar *
gst_edge_frame_identity_to_message_id (const GstEdgeFrameIdentity *identity)
{
  return g_strdup_printf ("%s-%" G_GINT64_FORMAT "-%05u", identity->camera_id,
      identity->capture_time, identity->sequence);
}

void
gst_edge_format_rfc3339 (gint64 unix_ns, gchar text[GST_EDGE_RFC3339_SIZE])
{
  time_t seconds = (time_t) (unix_ns / GST_SECOND);
  glong ns = (glong) (unix_ns % GST_SECOND);
  struct tm tm;

  if (ns < 0) {                 /* before 1970 */
    ns += GST_SECOND;
    seconds--;
  }
  gmtime_r (&seconds, &tm);
  g_snprintf (text, GST_EDGE_RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ",
      tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ns);
}

/* No tags: the identity does not depend on format, size or memory, so every element may carry it on. */
GType
gst_edge_frame_meta_api_get_type (void)
{
  static gsize type = 0;
  static const gchar *tags[] = { NULL };

  if (g_once_init_enter (&type)) {
    GType api = gst_meta_api_type_register ("GstEdgeFrameMetaAPI", tags);

    g_once_init_leave (&type, api);
  }
  return (GType) type;
}

static gboolean
frame_meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  GstEdgeFrameMeta *frame = (GstEdgeFrameMeta *) meta;

  memset (&frame->identity, 0, sizeof (frame->identity));
  return TRUE;
}

static void
frame_meta_free (GstMeta *meta, GstBuffer *buffer)
{
  gst_edge_frame_identity_clear (&((GstEdgeFrameMeta *) meta)->identity);
}

static gboolean
frame_meta_transform (GstBuffer *dest, GstMeta *meta, GstBuffer *buffer, GQuark type,
    gpointer data)
{
  gst_edge_buffer_set_identity (dest, &((GstEdgeFrameMeta *) meta)->identity);
  return TRUE;
}

const GstMetaInfo *
gst_edge_frame_meta_get_info (void)
{
  static const GstMetaInfo *info = NULL;

  if (g_once_init_enter (&info)) {
    const GstMetaInfo *registered = gst_meta_register (gst_edge_frame_meta_api_get_type (),
        "GstEdgeFrameMeta", sizeof (GstEdgeFrameMeta), frame_meta_init, frame_meta_free,
        frame_meta_transform);

    g_once_init_leave (&info, registered);
  }
  return info;
}

static GstEdgeFrameMeta *
get_meta (GstBuffer *buffer)
{
  return (GstEdgeFrameMeta *) gst_buffer_get_meta (buffer, gst_edge_frame_meta_api_get_type ());
}

const GstEdgeFrameIdentity *
gst_edge_buffer_get_identity (GstBuffer *buffer)
{
  GstEdgeFrameMeta *frame = get_meta (buffer);

  return frame != NULL ? &frame->identity : NULL;
}

void
gst_edge_buffer_set_identity (GstBuffer *buffer, const GstEdgeFrameIdentity *identity)
{
  GstEdgeFrameMeta *frame = get_meta (buffer);
  GstEdgeFrameIdentity copy;

  if (frame == NULL)
    frame = (GstEdgeFrameMeta *) gst_buffer_add_meta (buffer, gst_edge_frame_meta_get_info (), NULL);

  /* copy first: @identity may be the one that is replaced */
  gst_edge_frame_identity_copy (identity, &copy);
  gst_edge_frame_identity_clear (&frame->identity);
  frame->identity = copy;
}
