/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * workerpool: queries, those that keep their place among the buffers and those that are about what is queued. */

#include <sys/syscall.h>
#include <unistd.h>

#include "workerpool-rig.h"

static GstPadProbeReturn
answer_allocation (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Rig *rig = user_data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&rig->lock);
  g_string_append (rig->log, " allocation");
  g_mutex_unlock (&rig->lock);
  gst_query_add_allocation_meta (query, GST_REFERENCE_TIMESTAMP_META_API_TYPE,
      NULL);
  return GST_PAD_PROBE_HANDLED;
}

static gpointer
query_allocation (gpointer data)
{
  Rig *rig = data;
  GstCaps *caps = gst_caps_from_string (JPEG);
  GstQuery *query = gst_query_new_allocation (caps, FALSE);
  gboolean ok = gst_pad_peer_query (rig->h->srcpad, query);

  if (ok)
    g_assert_cmpuint (gst_query_get_n_allocation_metas (query), ==, 1);
  gst_query_unref (query);
  gst_caps_unref (caps);
  return GINT_TO_POINTER (ok);
}

static void
test_allocation_query (void)
{
  GThread *thread;
  Rig rig;

  rig_init_held (&rig, "", JPEG);
  gst_pad_add_probe (rig.h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM
      | GST_PAD_PROBE_TYPE_PUSH, answer_allocation, &rig, NULL);
  rig_push (&rig, 1);
  /* in its place: after what is queued */
  thread = g_thread_new ("query", query_allocation, &rig);
  gate_set_open (&rig.gate, TRUE);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  rig_assert_log (&rig, BEGIN " 0 1 allocation");

  /* no answer, and no waiting, when a flush comes */
  gate_set_open (&rig.gate, FALSE);
  rig_push (&rig, 2);
  gate_await_waiting (&rig.gate, 1);
  thread = g_thread_new ("query", query_allocation, &rig);
  gst_harness_push_event (rig.h, gst_event_new_flush_start ());
  g_assert_false (GPOINTER_TO_INT (g_thread_join (thread)));
  gst_harness_push_event (rig.h, gst_event_new_flush_stop (TRUE));
  rig_clear (&rig);
}

/* On the way out of workerpool: one that does not keep its place comes by while the first buffer is still held. */
static GstPadProbeReturn
answer_drain (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Rig *rig = user_data;

  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) != GST_QUERY_DRAIN)
    return GST_PAD_PROBE_OK;
  rig_assert_log (rig, BEGIN " 0 1 2 3");
  return GST_PAD_PROBE_HANDLED;
}

typedef struct
{
  Gate *gate;
  gint tid;                     /* of whoever asks */
} Opener;

static gboolean
is_asleep (gint tid)
{
  gchar *path = g_strdup_printf ("/proc/self/task/%d/stat", tid);
  gchar *stat = NULL;
  gboolean asleep;

  g_assert_true (g_file_get_contents (path, &stat, NULL, NULL));
  asleep = g_str_has_prefix (strrchr (stat, ')'), ") S");
  g_free (stat);
  g_free (path);
  return asleep;
}

static gpointer
open_when_asleep (gpointer data)
{
  Opener *opener = data;

  while (!is_asleep (opener->tid))
    g_thread_yield ();
  gate_set_open (opener->gate, TRUE);
  return NULL;
}

static void
test_drain_query (void)
{
  GstQuery *query = gst_query_new_drain ();
  GstElement *element;
  GThread *thread;
  Opener opener;
  GstPad *pad;
  Rig rig;

  rig_init_held (&rig, "", JPEG);
  element = gst_harness_find_element (rig.h, "workerpool");
  pad = gst_element_get_static_pad (element, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH, answer_drain, &rig, NULL);
  rig_push_range (&rig, 1, 3);

  opener.gate = &rig.gate;
  opener.tid = (gint) syscall (SYS_gettid);
  thread = g_thread_new ("open", open_when_asleep, &opener);
  g_assert_true (gst_pad_peer_query (rig.h->srcpad, query));
  g_thread_join (thread);

  rig_assert_conserved (&rig);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (element);
  rig_clear (&rig);
}

static void
assert_latency (const gchar *properties, GstClockTime expected)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;
  Rig rig;

  rig_init (&rig, properties, JPEG);
  gst_harness_set_live (rig.h, TRUE);
  gst_harness_set_upstream_latency (rig.h, GST_SECOND);
  g_assert_true (gst_pad_peer_query (rig.h->sinkpad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  g_assert_cmpuint (min, ==, GST_SECOND);
  g_assert_cmpuint (max, ==, expected);
  gst_query_unref (query);
  rig_clear (&rig);
}

static void
test_latency_query (void)
{
  /* the harness itself answers without a maximum */
  assert_latency ("", GST_CLOCK_TIME_NONE);
  assert_latency ("leaky=no max-size-time=2000000000", GST_CLOCK_TIME_NONE);
}

static GstPadProbeReturn
answer_position (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) == GST_QUERY_POSITION)
    gst_query_set_position (query, GST_FORMAT_TIME, 10 * GST_SECOND);
  else if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    gst_query_set_latency (query, TRUE, GST_SECOND, 3 * GST_SECOND);
  else
    return GST_PAD_PROBE_OK;
  return GST_PAD_PROBE_HANDLED;
}

static void
test_position_query (void)
{
  GstQuery *query;
  GstClockTime min, max;
  gboolean live;
  gint64 position;
  Rig rig;

  rig_init_held (&rig, "leaky=no max-size-time=5000000000", JPEG);
  gst_pad_add_probe (rig.h->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM
      | GST_PAD_PROBE_TYPE_PUSH, answer_position, NULL, NULL);
  rig_push_range (&rig, 1, 3);
  g_assert_true (gst_pad_peer_query_position (rig.h->sinkpad, GST_FORMAT_TIME,
          &position));
  g_assert_cmpint (position, ==, 7 * GST_SECOND);

  query = gst_query_new_latency ();
  g_assert_true (gst_pad_peer_query (rig.h->sinkpad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  g_assert_cmpuint (max, ==, 8 * GST_SECOND);
  gst_harness_set (rig.h, "workerpool", "leaky", 1, NULL);
  g_assert_true (gst_pad_peer_query (rig.h->sinkpad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  g_assert_cmpuint (max, ==, 5 * GST_SECOND);
  gst_query_unref (query);
  rig_clear (&rig);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/workerpool/allocation-query", test_allocation_query);
  g_test_add_func ("/workerpool/drain-query", test_drain_query);
  g_test_add_func ("/workerpool/latency-query", test_latency_query);
  g_test_add_func ("/workerpool/position-query", test_position_query);
  return g_test_run ();
}
