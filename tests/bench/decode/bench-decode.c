/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Decodes one clip with N decoders in one thread, which get its pictures in turn, so many at a time. Prints the CPU
 * time of a frame. See run. */

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static gchar *clip = NULL;
static gchar *decoder_line = NULL;
static gint n_decoders = 8;
static gint at_a_time = 1;
static gint n_pictures = 96;

static const GOptionEntry entries[] = {
  {"clip", 0, 0, G_OPTION_ARG_FILENAME, &clip, "an MP4 with H.264", "FILE"},
  {"decoder", 0, 0, G_OPTION_ARG_STRING, &decoder_line, "element with properties", "TEXT"},
  {"decoders", 0, 0, G_OPTION_ARG_INT, &n_decoders, "how many", "N"},
  {"at-a-time", 0, 0, G_OPTION_ARG_INT, &at_a_time, "pictures in a row for each", "N"},
  {"pictures", 0, 0, G_OPTION_ARG_INT, &n_pictures, "for each", "N"},
  {NULL}
};

static GPtrArray *pictures;
static GstCaps *caps;
static guint64 n_frames;

static void
read_clip (void)
{
  gchar *text = g_strdup_printf ("filesrc location=\"%s\" ! qtdemux ! h264parse ! "
      "video/x-h264, stream-format=avc, alignment=au ! appsink name=sink sync=false", clip);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstSample *sample;

  g_free (text);
  pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    gst_caps_replace (&caps, gst_sample_get_caps (sample));
    g_ptr_array_add (pictures, gst_buffer_ref (gst_sample_get_buffer (sample)));
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

static GstFlowReturn
on_frame (GstPad *pad, GstObject *parent, GstBuffer *frame)
{
  n_frames++;
  gst_buffer_unref (frame);
  return GST_FLOW_OK;
}

/* Returns its sink pad. */
static GstPad *
make_decoder (void)
{
  GstElement *decoder = gst_parse_bin_from_description (decoder_line != NULL ? decoder_line
      : "avdec_h264 max-threads=1", TRUE, NULL);
  GstPad *end = gst_pad_new ("end", GST_PAD_SINK), *pad;
  GstSegment segment;

  if (decoder == NULL)
    exit (1);
  gst_pad_set_chain_function (end, on_frame);
  gst_pad_set_active (end, TRUE);
  pad = gst_element_get_static_pad (decoder, "src");
  gst_pad_link (pad, end);
  gst_object_unref (pad);
  gst_element_set_state (decoder, GST_STATE_PLAYING);
  pad = gst_element_get_static_pad (decoder, "sink");
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_send_event (pad, gst_event_new_stream_start ("clip"));
  gst_pad_send_event (pad, gst_event_new_caps (caps));
  gst_pad_send_event (pad, gst_event_new_segment (&segment));
  return pad;
}

static gdouble
cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gdouble) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (gdouble) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
feed (GstPad *decoder, gint first)
{
  gint i;

  for (i = first; i < first + at_a_time; i++)
    gst_pad_chain (decoder, gst_buffer_ref (g_ptr_array_index (pictures, (guint) i % pictures->len)));
}

int
main (int argc, char **argv)
{
  GOptionContext *context = g_option_context_new (NULL);
  GstPad **decoders;
  gdouble before;
  gint i, n;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, NULL) || clip == NULL)
    return 2;
  g_option_context_free (context);
  read_clip ();
  if (pictures->len == 0)
    return 1;
  decoders = g_new (GstPad *, n_decoders);
  for (i = 0; i < n_decoders; i++)
    decoders[i] = make_decoder ();
  before = cpu_time ();
  for (n = 0; n + at_a_time <= n_pictures; n += at_a_time)
    for (i = 0; i < n_decoders; i++)
      feed (decoders[i], n);
  printf ("%.4f\n", 1000 * (cpu_time () - before) / (gdouble) n_frames);
  return 0;
}
