/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a camera: drops the packets of pictures that will not be decoded, as early as that is possible.
 *
 * Over TCP that is before the RTP session and the jitter buffer, which would cost more than all the rest: packets are
 * complete and in order there. Over UDP, and where they are encrypted, it is after them. The packets that pass are
 * numbered anew, so that what was dropped here does not look as if it had been lost. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/rtp/gstrtpbuffer.h>

#include "camera-session-private.h"

/* In all RTP streams with H.264 and H.265. */
#define CLOCK_RATE 90000

static void
get_rules (GstEdgeCameraSession *session, GstEdgeCameraSieveRules *rules)
{
  const GstEdgeCamera *camera = session->camera;

  rules->h265 = session->codec->is_h265;
  rules->clock_rate = CLOCK_RATE;
  g_mutex_lock (&session->lock);
  rules->period = camera->limiter.period;
  rules->keyframes_only = camera->decode.keyframes_only
      || (camera->settings.decode == GST_RTSP_CAMERA_SRC_DECODE_NONE && rules->period > 0);
  g_mutex_unlock (&session->lock);
}

static void
drop_held (GstEdgeCameraSession *session)
{
  const guint n = g_queue_get_length (&session->held_packets);

  session->packets_dropped += n;
  GST_EDGE_CAMERA_COUNT (session->camera->counters.skipped_packets, n);
  g_queue_clear_full (&session->held_packets, (GDestroyNotify) gst_buffer_unref);
}

static GstBuffer *
renumber (GstEdgeCameraSession *session, GstBuffer *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (session->packets_dropped == 0)
    return packet;
  packet = gst_buffer_make_writable (packet);
  if (gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp)) {
    gst_rtp_buffer_set_seq (&rtp, gst_rtp_buffer_get_seq (&rtp) - session->packets_dropped);
    gst_rtp_buffer_unmap (&rtp);
  }
  return packet;
}

static void
release_held (GstEdgeCameraSession *session, GstPad *pad)
{
  GstBuffer *packet;

  while ((packet = g_queue_pop_head (&session->held_packets)) != NULL) {
    packet = renumber (session, packet);
    session->releasing = TRUE;
    gst_pad_chain (pad, packet);
    session->releasing = FALSE;
  }
}

static void
count_dropped (GstEdgeCameraSession *session, gsize size, gboolean is_new_picture)
{
  GstEdgeCameraCounters *counters = &session->camera->counters;
  const gint64 now = g_get_monotonic_time ();

  GST_EDGE_CAMERA_COUNT (counters->bytes, size);
  GST_EDGE_CAMERA_COUNT (counters->skipped_packets, 1);
  if (is_new_picture) {
    GST_EDGE_CAMERA_COUNT (counters->pictures, 1);
    GST_EDGE_CAMERA_COUNT (counters->skipped, 1);
  }
  g_mutex_lock (&session->lock);
  gst_edge_camera_watch_data (&session->watch, now);
  gst_edge_camera_watch_unit (&session->watch, now);
  g_mutex_unlock (&session->lock);
}

static GstEdgeCameraSieveVerdict
judge (GstEdgeCameraSession *session, GstPad *pad, GstBuffer *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstEdgeCameraSieveVerdict verdict;
  GstEdgeCameraSieveRules rules;
  guint32 time;
  gsize size;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return GST_EDGE_CAMERA_SIEVE_PASS;
  time = gst_rtp_buffer_get_timestamp (&rtp);
  size = gst_rtp_buffer_get_payload_len (&rtp);
  if (gst_edge_camera_sieve_is_new_picture (&session->sieve, time)) {
    release_held (session, pad);
    session->picture_dropped = FALSE;
  }
  get_rules (session, &rules);
  verdict = gst_edge_camera_sieve_judge (&session->sieve, &rules,
      gst_rtp_buffer_get_payload (&rtp), size, time, gst_rtp_buffer_get_marker (&rtp));
  gst_rtp_buffer_unmap (&rtp);

  if (verdict == GST_EDGE_CAMERA_SIEVE_DROP) {
    count_dropped (session, size, !session->picture_dropped);
    session->picture_dropped = TRUE;
  }
  return verdict;
}

static GstPadProbeReturn
sieve (GstEdgeCameraSession *session, GstPad *pad, GstPadProbeInfo *info)
{
  GstBuffer *packet = GST_PAD_PROBE_INFO_BUFFER (info);

  if (session->releasing || session->codec == NULL || session->codec->all_keyframes)
    return GST_PAD_PROBE_OK;
  switch (judge (session, pad, packet)) {
    case GST_EDGE_CAMERA_SIEVE_HOLD:
      g_queue_push_tail (&session->held_packets, packet);
      info->data = NULL;
      return GST_PAD_PROBE_HANDLED;
    case GST_EDGE_CAMERA_SIEVE_DROP:
      drop_held (session);
      session->packets_dropped++;
      return GST_PAD_PROBE_DROP;
    default:
      release_held (session, pad);
      info->data = renumber (session, packet);
      return GST_PAD_PROBE_OK;
  }
}

/* 1. Before the RTP session. */

/* Over TCP the source itself puts packets into the pad, over UDP an element of its own. */
static gboolean
is_over_tcp (GstEdgeCameraSession *session, GstPad *pad)
{
  GstPad *peer = gst_pad_get_peer (pad);
  GstElement *sender = peer != NULL ? gst_pad_get_parent_element (peer) : NULL;
  const gboolean over_tcp = sender == NULL || sender == session->source;

  gst_clear_object (&peer);
  gst_clear_object (&sender);
  return over_tcp;
}

static gboolean
is_plain_rtp (GstPad *pad)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gboolean plain = caps != NULL && gst_structure_has_name (gst_caps_get_structure (caps, 0), "application/x-rtp");

  gst_clear_caps (&caps);
  return plain;
}

static GstPadProbeReturn
on_received (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  if (g_atomic_pointer_get (&session->sieved_at) == NULL) {
    if (!is_over_tcp (session, pad) || !is_plain_rtp (pad))
      return GST_PAD_PROBE_REMOVE;
    g_atomic_pointer_set (&session->sieved_at, pad);
  }
  return g_atomic_pointer_get (&session->sieved_at) == pad ? sieve (session, pad, info) : GST_PAD_PROBE_OK;
}

static void
on_manager_pad (GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
  if (GST_PAD_IS_SINK (pad) && g_str_has_prefix (GST_PAD_NAME (pad), "recv_rtp_sink_"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_received, user_data, NULL);
}

void
gst_edge_camera_session_probe_received (GstEdgeCameraSession *session, GstElement *rtpbin)
{
  g_signal_connect (rtpbin, "pad-added", G_CALLBACK (on_manager_pad), session);
}

/* 2. Before the depayloader. */

static gboolean
get_number (GstBuffer *packet, guint16 *number)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return FALSE;
  *number = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return TRUE;
}

gboolean
gst_edge_camera_session_note_gap (GstEdgeCameraSession *session, GstBuffer *packet)
{
  guint16 number;

  if (packet == NULL || !get_number (packet, &number))
    return FALSE;
  g_mutex_lock (&session->lock);
  g_queue_push_tail (&session->gaps, GUINT_TO_POINTER ((guint) number));
  g_mutex_unlock (&session->lock);
  return TRUE;
}

/* The first packet after a gap may have got lost itself, or come later than the next. */
static gboolean
is_behind_gap_locked (GstEdgeCameraSession *session, GstBuffer *packet)
{
  guint16 number;

  return session->gaps.length > 0 && get_number (packet, &number)
      && gst_rtp_buffer_compare_seqnum ((guint16) GPOINTER_TO_UINT (session->gaps.head->data), number) >= 0;
}

static void
notice_gaps (GstEdgeCameraSession *session, GstBuffer *packet)
{
  g_mutex_lock (&session->lock);
  while (is_behind_gap_locked (session, packet)) {
    g_queue_pop_head (&session->gaps);
    session->gap = TRUE;
  }
  g_mutex_unlock (&session->lock);
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeCameraSession *session = user_data;

  notice_gaps (session, GST_PAD_PROBE_INFO_BUFFER (info));
  g_atomic_pointer_compare_and_exchange (&session->sieved_at, NULL, pad);
  if (g_atomic_pointer_get (&session->sieved_at) == pad) {
    GstPadProbeReturn result = sieve (session, pad, info);

    if (result != GST_PAD_PROBE_OK)
      return result;
  }
  gst_edge_camera_times_note (&session->times, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

void
gst_edge_camera_session_probe_packets (GstEdgeCameraSession *session, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, session, NULL);
}
