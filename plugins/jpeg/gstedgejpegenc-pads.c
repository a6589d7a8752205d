/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which way buffers, events and queries go: past the encoder or through it. The caps of the stream decide. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstedgejpegenc-private.h"

static GstEdgeJpegEnc *
element_of (GstPad *pad)
{
  return gst_pad_get_element_private (pad);
}

static gboolean
passes (GstEdgeJpegEnc *self)
{
  return g_atomic_int_get (&self->passes);
}

static gboolean
is_jpeg (const GstCaps *caps)
{
  return gst_caps_get_size (caps) > 0 && gst_structure_has_name (gst_caps_get_structure (caps, 0), "image/jpeg");
}

/* Where what comes downstream goes on. */
static GstPad *
way_down (GstEdgeJpegEnc *self)
{
  return passes (self) ? self->src : self->inlet;
}

/* ---- downstream ---- */

typedef struct
{
  GstPad *pad;
  gboolean before_caps;
} Resend;

static gboolean
resend_sticky (GstPad *pad, GstEvent **event, gpointer user_data)
{
  Resend *resend = user_data;

  if (GST_EVENT_TYPE (*event) != GST_EVENT_CAPS && GST_EVENT_TYPE (*event) != GST_EVENT_EOS
      && (GST_EVENT_TYPE (*event) < GST_EVENT_CAPS) == resend->before_caps)
    gst_pad_push_event (resend->pad, gst_event_ref (*event));
  return TRUE;
}

/* Who did not see the stream so far has to know where it stands. */
static gboolean
take_caps (GstEdgeJpegEnc *self, GstEvent *event)
{
  Resend resend = { NULL, TRUE };
  gboolean jpeg, ok;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  jpeg = is_jpeg (caps);
  if (jpeg == passes (self))
    return gst_pad_push_event (way_down (self), event);

  g_atomic_int_set (&self->passes, jpeg);
  self->back = !jpeg;
  resend.pad = way_down (self);
  gst_pad_sticky_events_foreach (self->sink, resend_sticky, &resend);
  ok = gst_pad_push_event (resend.pad, event);
  resend.before_caps = FALSE;
  gst_pad_sticky_events_foreach (self->sink, resend_sticky, &resend);
  return ok;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstEdgeJpegEnc *self = element_of (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    return take_caps (self, event);
  /* A flush may begin before the way changes and end afterwards: without its end the encoder would refuse everything
   * from then on. What the encoder makes of it ends at the outlet. */
  if ((GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
      && passes (self))
    gst_pad_push_event (self->inlet, gst_event_ref (event));
  return gst_pad_push_event (way_down (self), event);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  return gst_pad_push (way_down (element_of (pad)), buffer);
}

/* An encoder that gets the caps that it had before says nothing, but JPEGs of others went past it meanwhile. */
static void
tell_caps_again (GstEdgeJpegEnc *self)
{
  GstCaps *caps = gst_pad_get_current_caps (self->outlet), *told = gst_pad_get_current_caps (self->src);

  if (caps != NULL && (told == NULL || !gst_caps_is_equal (caps, told)))
    gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_clear_caps (&caps);
  gst_clear_caps (&told);
}

/* The encoder writes each JPEG into memory as large as the picture, most of which stays unused. While JPEGs wait for
 * the network there would be many of those in different places, and what was touched once stays with the process. A
 * copy takes some microseconds, and the encoder's memory serves for the next picture at once. */
static GstBuffer *
pack (GstBuffer *buffer)
{
  GstMemory *memory = gst_buffer_n_memory (buffer) == 1 ? gst_buffer_peek_memory (buffer, 0) : NULL, *copy;

  if (memory == NULL || memory->maxsize < 2 * memory->size)
    return buffer;
  copy = gst_memory_copy (memory, 0, -1);
  if (copy == NULL)
    return buffer;
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_replace_all_memory (buffer, copy);
  return buffer;
}

static GstFlowReturn
outlet_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstEdgeJpegEnc *self = element_of (pad);

  if (self->back)
    tell_caps_again (self);
  self->back = FALSE;
  return gst_pad_push (self->src, pack (buffer));
}

/* What the encoder still has to say about a stream that goes past it now is of no interest. */
static gboolean
outlet_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstEdgeJpegEnc *self = element_of (pad);

  if (!passes (self))
    return gst_pad_push_event (self->src, event);
  gst_event_unref (event);
  return TRUE;
}

/* ---- upstream ---- */

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstEdgeJpegEnc *self = element_of (pad);

  return gst_pad_push_event (passes (self) ? self->sink : self->outlet, event);
}

static gboolean
inlet_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  return gst_pad_push_event (element_of (pad)->sink, event);
}

/* ---- queries ---- */

/* JPEGs first: what need not be decoded is not. */
static void
answer_caps (GstEdgeJpegEnc *self, GstQuery *query)
{
  GstCaps *jpeg = gst_caps_new_empty_simple ("image/jpeg"), *caps, *filter, *raw;

  caps = gst_pad_peer_query_caps (self->src, jpeg);
  raw = gst_pad_peer_query_caps (self->inlet, NULL);
  caps = gst_caps_merge (caps, raw);
  gst_query_parse_caps (query, &filter);
  if (filter != NULL) {
    GstCaps *both = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = both;
  }
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
  gst_caps_unref (jpeg);
}

static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstEdgeJpegEnc *self = element_of (pad);
  GstCaps *caps;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps (self, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_parse_accept_caps (query, &caps);
      return gst_pad_peer_query (is_jpeg (caps) ? self->src : self->inlet, query);
    default:
      return gst_pad_peer_query (way_down (self), query);
  }
}

static gboolean
outlet_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  return gst_pad_peer_query (element_of (pad)->src, query);
}

static gboolean
inlet_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  return gst_pad_peer_query (element_of (pad)->sink, query);
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstEdgeJpegEnc *self = element_of (pad);

  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS || GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS)
    return gst_pad_query_default (pad, parent, query);
  return gst_pad_peer_query (passes (self) ? self->sink : self->outlet, query);
}

/* ---- life ---- */

static GstPad *
make_own_pad (GstEdgeJpegEnc *self, const gchar *name, GstPadDirection direction, GstElement *element)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new (name, direction));
  GstPad *peer;

  gst_pad_set_element_private (pad, self);
  if (element == NULL)
    return pad;
  peer = gst_element_get_static_pad (element, direction == GST_PAD_SRC ? "sink" : "src");
  if (direction == GST_PAD_SRC)
    gst_pad_link (pad, peer);
  else
    gst_pad_link (peer, pad);
  gst_object_unref (peer);
  return pad;
}

static GstPad *
add_pad (GstEdgeJpegEnc *self, const gchar *name)
{
  GstPadTemplate *template = gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name);
  GstPad *pad = gst_pad_new_from_template (template, name);

  gst_pad_set_element_private (pad, self);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

void
gst_edge_jpeg_enc_make_pads (GstEdgeJpegEnc *self, GstElement *first, GstElement *last)
{
  self->inlet = make_own_pad (self, "inlet", GST_PAD_SRC, first);
  gst_pad_set_event_function (self->inlet, inlet_event);
  gst_pad_set_query_function (self->inlet, inlet_query);
  self->outlet = make_own_pad (self, "outlet", GST_PAD_SINK, last);
  gst_pad_set_chain_function (self->outlet, outlet_chain);
  gst_pad_set_event_function (self->outlet, outlet_event);
  gst_pad_set_query_function (self->outlet, outlet_query);

  self->sink = add_pad (self, "sink");
  gst_pad_set_chain_function (self->sink, sink_chain);
  gst_pad_set_event_function (self->sink, sink_event);
  gst_pad_set_query_function (self->sink, sink_query);
  self->src = add_pad (self, "src");
  gst_pad_set_event_function (self->src, src_event);
  gst_pad_set_query_function (self->src, src_query);
}

void
gst_edge_jpeg_enc_set_active (GstEdgeJpegEnc *self, gboolean active)
{
  gst_pad_set_active (self->inlet, active);
  gst_pad_set_active (self->outlet, active);
  if (!active)
    g_atomic_int_set (&self->passes, FALSE);
}

void
gst_edge_jpeg_enc_free_pads (GstEdgeJpegEnc *self)
{
  gst_clear_object (&self->inlet);
  gst_clear_object (&self->outlet);
}
