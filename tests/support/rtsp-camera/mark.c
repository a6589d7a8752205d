/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Draws the mark: the camera's and the frame's number as black and white cells.
 *
 * The picture is divided into 24 x 14 cells, whatever its size, so that the mark
 * is found again after any scaling. The mark fills 12 x 4 of them from column 1,
 * row 1, inside a grey border of half a cell. Read row by row, white is 1:
 *
 *   row 0   1 0 1 0, then the camera's number, 8 bits
 *   row 1   the frame's number, high 12 bits
 *   row 2   the frame's number, low 4 bits, then the checksum, high 8 bits
 *   row 3   the checksum, low 8 bits, then 0 1 0 1
 *
 * Numbers have their highest bit first. The checksum is CRC-16/CCITT-FALSE over
 * camera, frame high byte and frame low byte. The fixed cells give the reader its
 * black and its white. */

#include "mark.h"

#define COLUMNS 24
#define ROWS 14
#define MARK_COLUMNS 12
#define MARK_ROWS 4
#define MARK_LEFT 1
#define MARK_TOP 1
#define LEFT_EYE G_GUINT64_CONSTANT (0xa)
#define RIGHT_EYE G_GUINT64_CONSTANT (0x5)

#define LUMA_BLACK 16
#define LUMA_GREY 126
#define LUMA_WHITE 235
#define CHROMA_NONE 128

/**
 * gst_edge_mark_checksum:
 * @camera: the camera's number
 * @frame: the frame's number
 *
 * Returns: CRC-16/CCITT-FALSE over the three bytes
 */
guint16
gst_edge_mark_checksum (guint8 camera, guint16 frame)
{
  const guint8 bytes[] = { camera, frame >> 8, frame & 0xff };
  guint16 crc = 0xffff;

  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++) {
    crc ^= bytes[i] << 8;
    for (guint bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1;
  }

  return crc;
}

static void
fill (GstVideoFrame *video, guint plane, gint left, gint top, gint right, gint bottom, guint8 value)
{
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (video, plane);
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (video, plane);

  for (gint y = top; y < bottom; y++)
    memset (data + (gsize) y * stride + left, value, right - left);
}

/* The rectangle in half cells of the picture; colours it without chroma. */
static void
fill_cells (GstVideoFrame *video, guint left, guint top, guint right, guint bottom, guint8 luma)
{
  gint width = GST_VIDEO_FRAME_WIDTH (video);
  gint height = GST_VIDEO_FRAME_HEIGHT (video);
  gint x1 = left * width / (2 * COLUMNS), x2 = right * width / (2 * COLUMNS);
  gint y1 = top * height / (2 * ROWS), y2 = bottom * height / (2 * ROWS);

  fill (video, 0, x1, y1, x2, y2, luma);
  for (guint plane = 1; plane < 3; plane++)
    fill (video, plane, x1 / 2, y1 / 2, (x2 + 1) / 2, (y2 + 1) / 2,
        CHROMA_NONE);
}

/**
 * gst_edge_mark_draw:
 * @video: a writable I420 frame
 * @camera: the camera's number
 * @frame: the frame's number
 *
 * Draws the mark over what is there.
 */
void
gst_edge_mark_draw (GstVideoFrame *video, guint8 camera, guint16 frame)
{
  guint64 bits = LEFT_EYE;

  bits = (bits << 8) | camera;
  bits = (bits << 16) | frame;
  bits = (bits << 16) | gst_edge_mark_checksum (camera, frame);
  bits = (bits << 4) | RIGHT_EYE;

  fill_cells (video, 2 * MARK_LEFT - 1, 2 * MARK_TOP - 1,
      2 * (MARK_LEFT + MARK_COLUMNS) + 1, 2 * (MARK_TOP + MARK_ROWS) + 1,
      LUMA_GREY);
  for (guint i = 0; i < MARK_COLUMNS * MARK_ROWS; i++) {
    guint left = 2 * (MARK_LEFT + i % MARK_COLUMNS);
    guint top = 2 * (MARK_TOP + i / MARK_COLUMNS);
    guint shift = MARK_COLUMNS * MARK_ROWS - 1 - i;

    fill_cells (video, left, top, left + 2, top + 2,
        (bits >> shift) & 1 ? LUMA_WHITE : LUMA_BLACK);
  }
}

/* The middle of a cell, where scaling and encoding leave most. */
static gboolean
is_white (GstVideoFrame *video, guint column, guint row)
{
  const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (video, 0);
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (video, 0);
  gint width = GST_VIDEO_FRAME_WIDTH (video);
  gint height = GST_VIDEO_FRAME_HEIGHT (video);
  gint x1 = (4 * column + 1) * width / (4 * COLUMNS), x2 = (4 * column + 3) * width / (4 * COLUMNS);
  gint y1 = (4 * row + 1) * height / (4 * ROWS), y2 = (4 * row + 3) * height / (4 * ROWS);
  gint sum = 0;

  for (gint y = y1; y < y2; y++)
    for (gint x = x1; x < x2; x++)
      sum += data[(gsize) y * stride + x];

  return sum > LUMA_GREY * (x2 - x1) * (y2 - y1);
}

/**
 * gst_edge_mark_read:
 * @video: a readable frame whose first plane is the luma
 * @camera: (out): the camera's number
 * @frame: (out): the frame's number
 *
 * Returns: whether there is a mark that can be read
 */
gboolean
gst_edge_mark_read (GstVideoFrame *video, guint8 *camera, guint16 *frame)
{
  guint64 bits = 0;

  for (guint i = 0; i < MARK_COLUMNS * MARK_ROWS; i++)
    bits = bits << 1 | is_white (video, MARK_LEFT + i % MARK_COLUMNS,
        MARK_TOP + i / MARK_COLUMNS);
  *camera = bits >> 36 & 0xff;
  *frame = bits >> 20 & 0xffff;

  return bits >> 44 == LEFT_EYE && (bits & 0xf) == RIGHT_EYE
      && (bits >> 4 & 0xffff) == gst_edge_mark_checksum (*camera, *frame);
}
