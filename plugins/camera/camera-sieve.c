/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the network packets of pictures that nobody will decode. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-sieve.h"

/* More packets without any picture data is nothing that is known here. */
#define MAX_HELD 16

/* Nobody has to do without a packet for longer. Whether keyframes have become rare shows after a quarter more than the
 * period (camera-decode.c); the picture that shows it must not be dropped. */
#define MAX_SILENCE (2 * GST_SECOND)
#define SILENCE(period) ((period) + (period) / 4 + GST_MSECOND)

/* Without a keyframe for so long, it is of a kind that is not recognised here. */
#define MAX_BROKEN (10 * GST_SECOND)

typedef enum
{
  KIND_OTHER,                   /* parameters and the like */
  KIND_KEYFRAME,
  KIND_DELTA,
  KIND_UNKNOWN,
} Kind;

/* 1. What is in a packet. */

typedef struct
{
  const guint8 *data;
  gsize n_bits;
  gsize at;
} Bits;

static guint
get_bit (Bits *bits)
{
  guint bit = 0;

  if (bits->at < bits->n_bits)
    bit = (bits->data[bits->at / 8] >> (7 - bits->at % 8)) & 1;
  bits->at++;
  return bit;
}

/* An Exp-Golomb code, the number of leading zeros first. */
static guint
get_ue (Bits *bits)
{
  guint zeros = 0, value = 1;

  while (zeros < 16 && get_bit (bits) == 0)
    zeros++;
  for (guint i = 0; i < zeros; i++)
    value = value << 1 | get_bit (bits);
  return value - 1;
}

static Kind
kind_of_slice (guint type)
{
  return type == 2 || type == 4 ? KIND_KEYFRAME : KIND_DELTA;
}

/* @data: what follows the header of the NAL unit, or of its first fragment; NULL in the other fragments */
static Kind
kind_of_h264 (guint type, const guint8 *data, gsize size)
{
  Bits bits = { data, size * 8, 0 };

  switch (type) {
    case 5:                    /* IDR */
      return KIND_KEYFRAME;
    case 1:                    /* slice */
    case 2:                    /* the first partition of one */
      if (data == NULL)
        return KIND_DELTA;
      get_ue (&bits);           /* first macroblock */
      return kind_of_slice (get_ue (&bits) % 5);
    case 3:
    case 4:
      return KIND_DELTA;
    default:
      return type >= 6 && type <= 23 ? KIND_OTHER : KIND_UNKNOWN;
  }
}

static Kind
kind_of_h265 (guint type, const guint8 *data, gsize size)
{
  Bits bits = { data, size * 8, 0 };

  if (type >= 16 && type <= 23) /* IRAP */
    return KIND_KEYFRAME;
  if (type > 9)
    return type >= 32 && type <= 47 ? KIND_OTHER : KIND_UNKNOWN;
  if (data == NULL || get_bit (&bits) == 0)     /* not the first slice of the picture */
    return KIND_DELTA;
  get_ue (&bits);               /* number of the picture's parameters */
  return get_ue (&bits) == 2 ? KIND_KEYFRAME : KIND_DELTA;
}

static Kind
kind_of_unit (gboolean h265, const guint8 *unit, gsize size)
{
  if (size < 3)
    return KIND_OTHER;
  return h265 ? kind_of_h265 (unit[0] >> 1 & 0x3f, unit + 2, size - 2)
      : kind_of_h264 (unit[0] & 0x1f, unit + 1, size - 1);
}

/* Several small units, each behind its size. */
static Kind
kind_of_aggregate (gboolean h265, const guint8 *data, gsize size)
{
  Kind kind = KIND_OTHER;

  while (kind == KIND_OTHER && size > 2) {
    const gsize length = (gsize) data[0] << 8 | data[1];

    if (length > size - 2)
      return KIND_UNKNOWN;
    kind = kind_of_unit (h265, data + 2, length);
    data += 2 + length;
    size -= 2 + length;
  }
  return kind;
}

/* RFC 6184 and RFC 7798. */
static Kind
kind_of_packet (gboolean h265, const guint8 *data, gsize size)
{
  const gsize header = h265 ? 2 : 1;
  guint type;
  gboolean first;

  if (size < header + 1)
    return KIND_UNKNOWN;
  type = h265 ? data[0] >> 1 & 0x3f : data[0] & 0x1f;
  if (type == (h265 ? 48 : 24))
    return kind_of_aggregate (h265, data + header, size - header);
  if (type != (h265 ? 49 : 28))
    return kind_of_unit (h265, data, size);

  first = (data[header] & 0x80) != 0;
  type = data[header] & (h265 ? 0x3f : 0x1f);
  data = first ? data + header + 1 : NULL;
  return h265 ? kind_of_h265 (type, data, size - header - 1)
      : kind_of_h264 (type, data, size - header - 1);
}

/* 2. What to do with it. */

static gboolean
is_longer (const GstEdgeCameraSieveRules *rules, guint32 ticks, GstClockTime time)
{
  return gst_util_uint64_scale (ticks, GST_SECOND, rules->clock_rate) > time;
}

static gboolean
is_sign_of_life (const GstEdgeCameraSieve *sieve, const GstEdgeCameraSieveRules *rules)
{
  const GstClockTime silence = rules->period > 0 ? MIN (SILENCE (rules->period), MAX_SILENCE) : MAX_SILENCE;

  return !sieve->has_passed || is_longer (rules, sieve->time - sieve->last_passed, silence);
}

static GstEdgeCameraSieveVerdict
judge_delta (GstEdgeCameraSieve *sieve, const GstEdgeCameraSieveRules *rules)
{
  if (rules->keyframes_only && is_sign_of_life (sieve, rules))
    return GST_EDGE_CAMERA_SIEVE_PASS;
  if (!sieve->broken)
    sieve->broken_since = sieve->time;
  sieve->broken = rules->keyframes_only || !is_longer (rules, sieve->time - sieve->broken_since, MAX_BROKEN);
  return sieve->broken ? GST_EDGE_CAMERA_SIEVE_DROP : GST_EDGE_CAMERA_SIEVE_PASS;
}

static GstEdgeCameraSieveVerdict
decide (GstEdgeCameraSieve *sieve, const GstEdgeCameraSieveRules *rules, Kind kind, gboolean last)
{
  switch (kind) {
    case KIND_KEYFRAME:
      sieve->broken = FALSE;
      return GST_EDGE_CAMERA_SIEVE_PASS;
    case KIND_DELTA:
      return judge_delta (sieve, rules);
    case KIND_OTHER:
      return last || sieve->held >= MAX_HELD ? GST_EDGE_CAMERA_SIEVE_PASS : GST_EDGE_CAMERA_SIEVE_HOLD;
    default:
      return GST_EDGE_CAMERA_SIEVE_PASS;
  }
}

gboolean
gst_edge_camera_sieve_is_new_picture (const GstEdgeCameraSieve *sieve, guint32 time)
{
  return !sieve->started || time != sieve->time;
}

GstEdgeCameraSieveVerdict
gst_edge_camera_sieve_judge (GstEdgeCameraSieve *sieve,
    const GstEdgeCameraSieveRules *rules, const guint8 *payload, gsize size, guint32 time, gboolean last)
{
  if (gst_edge_camera_sieve_is_new_picture (sieve, time)) {
    sieve->started = TRUE;
    sieve->time = time;
    sieve->decided = !rules->keyframes_only && !sieve->broken;
    sieve->verdict = GST_EDGE_CAMERA_SIEVE_PASS;
    sieve->held = 0;
  }
  if (!sieve->decided) {
    sieve->verdict = decide (sieve, rules, kind_of_packet (rules->h265, payload, size), last);
    sieve->decided = sieve->verdict != GST_EDGE_CAMERA_SIEVE_HOLD;
    if (!sieve->decided)
      sieve->held++;
  }
  if (sieve->verdict == GST_EDGE_CAMERA_SIEVE_PASS) {
    sieve->has_passed = TRUE;
    sieve->last_passed = time;
  }
  return sieve->verdict;
}
