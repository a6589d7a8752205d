/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The instance of edgejpegenc, shared by its files: gstedgejpegenc.c (what is in it) and gstedgejpegenc-pads.c (which way
 * things go). */

#pragma once

#include "gstedgejpegenc.h"

G_BEGIN_DECLS

/* sink -> src when the frames are JPEGs already, otherwise sink -> inlet -> (the encoder) -> outlet -> src. */
struct _GstEdgeJpegEnc
{
  GstBin parent;

  GstPad *sink;                 /* the element's */
  GstPad *src;                  /* the element's */
  GstPad *inlet;                /* own: a source pad, linked to the first element inside */
  GstPad *outlet;               /* own: a sink pad, linked to the last one */
  GstElement *encoder;          /* nullable: not installed */
  const gchar *missing;         /* nullable: the element that is not installed */

  gboolean passes;              /* atomic, changed by the streaming thread */
  gboolean back;                /* streaming thread: from JPEGs to what is encoded, of which nothing has come out yet */
};

/* Makes the four pads; @first and @last (nullable) are the ends of what encodes. */
void gst_edge_jpeg_enc_make_pads (GstEdgeJpegEnc * self, GstElement * first, GstElement * last);
/* Of the two that the element owns. */
void gst_edge_jpeg_enc_set_active (GstEdgeJpegEnc * self, gboolean active);
void gst_edge_jpeg_enc_free_pads (GstEdgeJpegEnc * self);

G_END_DECLS
