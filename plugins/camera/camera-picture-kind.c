/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What else may refer to a picture, as its slices say. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-picture-kind.h"

/* 1. One NAL unit */

typedef enum
{
  NOT_A_SLICE,
  DISPOSABLE,
  REFERENCE,
  IDR,
} Slice;

typedef struct
{
  gboolean h265;
  guint layers;                 /* of H.265: temporal ones; 0 = not known */
  guint prefix;                 /* bytes of a NAL unit's length before it; 0 = start codes */
} Format;

static Slice
judge_h264 (guint8 header)
{
  const guint type = header & 0x1f, reference = header >> 5 & 3;

  if (type < 1 || type > 5)
    return NOT_A_SLICE;
  if (type == 5)
    return IDR;
  return reference == 0 ? DISPOSABLE : REFERENCE;
}

/* The even types below 16 are no references within their temporal layer, but may be for higher ones. */
static Slice
judge_h265 (const Format *format, const guint8 *nal)
{
  const guint type = nal[0] >> 1 & 0x3f, layer = (nal[1] & 7u) - 1;

  if (type >= 32)
    return NOT_A_SLICE;
  if (type == 19 || type == 20)
    return IDR;
  return type < 16 && type % 2 == 0 && format->layers > 0 && layer + 1 == format->layers ? DISPOSABLE : REFERENCE;
}

static Slice
judge_nal (const Format *format, const guint8 *nal, gsize size)
{
  if (size < 3)
    return NOT_A_SLICE;
  return format->h265 ? judge_h265 (format, nal) : judge_h264 (nal[0]);
}

/* 2. A picture */

/* Returns the NAL unit at @data, and sets @data to what follows it; NULL if it is broken. */
static const guint8 *
next_with_length (const guint8 **data, const guint8 *end, guint prefix, gsize *size)
{
  const guint8 *nal = *data + prefix;
  gsize length = 0;
  guint i;

  if (end - *data < (gssize) prefix)
    return NULL;
  for (i = 0; i < prefix; i++)
    length = length << 8 | (*data)[i];
  if ((gsize) (end - nal) < length)
    return NULL;
  *data = nal + length;
  *size = length;
  return nal;
}

/* The same with start codes, 00 00 01, in front of each. */
static const guint8 *
next_with_start_code (const guint8 **data, const guint8 *end, gsize *size)
{
  const guint8 *nal = NULL, *p = *data;

  while (end - p >= 3) {
    if (p[2] > 1) {
      p += 3;
    } else if (p[0] == 0 && p[1] == 0 && p[2] == 1) {
      if (nal != NULL)
        break;
      nal = p += 3;
    } else {
      p++;
    }
  }
  if (end - p < 3)
    p = end;
  *data = p;
  *size = nal != NULL ? (gsize) (p - nal) : 0;
  return nal;
}

/* Looks at the slices of a picture until one of them is none of the kind @wanted; for IDR the first one tells. */
static gboolean
has_slices (const Format *format, const guint8 *data, gsize size, Slice wanted)
{
  const guint8 *end = data + size, *nal;
  gboolean found = FALSE;
  gsize length;
  Slice slice;

  while (data < end && !(found && wanted == IDR)) {
    nal = format->prefix > 0 ? next_with_length (&data, end, format->prefix, &length)
        : next_with_start_code (&data, end, &length);
    if (nal == NULL)
      return FALSE;
    slice = judge_nal (format, nal, length);
    if (slice != NOT_A_SLICE && slice != wanted)
      return FALSE;
    found |= slice == wanted;
  }
  return found;
}

/* The decoder configuration records of ISO/IEC 14496-15. */
static gboolean
read_format (const GstCaps *caps, Format *format)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *stream_format = gst_structure_get_string (s, "stream-format");
  const GValue *value = gst_structure_get_value (s, "codec_data");
  guint8 record[22];
  gsize size;

  if (g_strcmp0 (stream_format, "byte-stream") == 0) {
    *format = (Format) { gst_structure_has_name (s, "video/x-h265"), 0, 0 };
    return format->h265 || gst_structure_has_name (s, "video/x-h264");
  }
  if (value == NULL || !GST_VALUE_HOLDS_BUFFER (value))
    return FALSE;
  size = gst_buffer_extract (gst_value_get_buffer (value), 0, record, sizeof (record));
  if (gst_structure_has_name (s, "video/x-h264") && size >= 7) {
    *format = (Format) { FALSE, 0, (record[4] & 3u) + 1 };
    return TRUE;
  }
  if (gst_structure_has_name (s, "video/x-h265") && size == sizeof (record)) {
    *format = (Format) { TRUE, record[21] >> 3 & 7u, (record[21] & 3u) + 1 };
    return TRUE;
  }
  return FALSE;
}

static gboolean
consists_of (const GstCaps *caps, GstBuffer *picture, Slice wanted)
{
  gboolean result;
  GstMapInfo map;
  Format format;

  if (caps == NULL || !read_format (caps, &format) || !gst_buffer_map (picture, &map, GST_MAP_READ))
    return FALSE;
  result = has_slices (&format, map.data, map.size, wanted);
  gst_buffer_unmap (picture, &map);
  return result;
}

gboolean
gst_edge_camera_is_disposable (const GstCaps *caps, GstBuffer *picture)
{
  /* a picture with parameter sets is not lost for one that is saved */
  return GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT)
      && !GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_HEADER) && consists_of (caps, picture, DISPOSABLE);
}

gboolean
gst_edge_camera_is_idr (const GstCaps *caps, GstBuffer *picture)
{
  return !GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT) && consists_of (caps, picture, IDR);
}
