/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What rtspcamerasrc decodes late, several pictures in a row, or not at all because nobody refers to it, changes
 * nothing about the frames that come out: two of them watch one camera, one of them with all frames. */

#include "camera-rig.h"
#include "camera-server.h"
#include "../support/gate.h"

#define FPS 20

/* Seconds within which the sender's clock becomes known, with a jump of the times, and the frames come in step with the
 * keyframes. */
#define STARTUP 3

/* Frames after that. */
#define COMPARED 20

/* The pictures of one element, as checksums, in order. */
typedef struct
{
  GMutex lock;
  GPtrArray *sums;              /* lock */
} Record;

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Record *record = user_data;
  GstMapInfo map;

  g_assert_true (gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ));
  g_mutex_lock (&record->lock);
  g_ptr_array_add (record->sums, g_compute_checksum_for_data (G_CHECKSUM_MD5, map.data, map.size));
  g_mutex_unlock (&record->lock);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

static void
record_start (Record *record, Rig *rig, guint number)
{
  GstPad *pad = gst_element_get_static_pad (rig_get_camera (rig, number)->element, "src");

  g_mutex_init (&record->lock);
  record->sums = g_ptr_array_new_with_free_func (g_free);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, record, NULL);
  gst_object_unref (pad);
}

static void
record_clear (Record *record)
{
  g_ptr_array_unref (record->sums);
  g_mutex_clear (&record->lock);
}

static guint
find_from (const GPtrArray *sums, guint from, const gchar *sum)
{
  while (from < sums->len && g_strcmp0 (g_ptr_array_index (sums, from), sum) != 0)
    from++;
  return from;
}

/* Each of the few is one of all, bit by bit, and they come in the same order and at equal distances. */
static void
compare (const GPtrArray *few, const GPtrArray *all, guint wanted)
{
  const guint startup = STARTUP * wanted;
  guint i, at = 0, last = 0, found = 0, regular = 0;

  for (i = 0; i < few->len; i++) {
    at = find_from (all, found > 0 ? last + 1 : 0, g_ptr_array_index (few, i));
    if (at == all->len) {
      /* of a time at which only the one or only the other was there */
      g_assert_true (found == 0 || i + 5 > few->len);
      continue;
    }
    regular += i >= startup && at - last == FPS / wanted;
    found++;
    last = at;
  }
  g_test_message ("%u of %u frames found among %u, %u at the right distance", found, few->len, all->len, regular);
  g_assert_cmpuint (found, >=, 2 * few->len / 3);
  g_assert_cmpuint (regular, >=, (few->len - startup) * 8 / 10);
}

/* A camera each of whose pictures is another one. */
static Server *
start_camera (const gchar *encoder)
{
  gchar *line = g_strdup_printf ("( videotestsrc is-live=true pattern=ball motion=sweep animation-mode=frames ! "
      "video/x-raw, format=I420, width=320, height=240, framerate=%d/1 ! %s name=pay0 )", FPS, encoder);
  Server *server = server_start (line, NULL);

  g_free (line);
  return server;
}

/* Returns how many pictures were not decoded of which only @wanted frames per second were. */
static guint64
watch_twice (const gchar *encoder, guint wanted)
{
  Server *server = start_camera (encoder);
  gchar *uri = g_strdup_printf ("uri=rtsp://127.0.0.1:%u/cam1 decode=all", server_get_port (server));
  Rig *rig = rig_start (2, server_get_port (server), uri, "fakesink async=false");
  Record few, all;
  guint64 skipped;

  g_object_set (rig_get_camera (rig, 1)->element, "framerate", (gint) wanted, 1, NULL);
  record_start (&few, rig, 1);
  record_start (&all, rig, 2);
  rig_await_frames (rig, 2, 1);
  rig_await_frames (rig, 1, STARTUP * wanted + COMPARED);
  skipped = rig_get_stat (rig, 1, "skipped");
  g_assert_cmpuint (rig_get_stat (rig, 1, "failures"), ==, 0);
  rig_stop (rig);
  compare (few.sums, all.sums, wanted);
  record_clear (&few);
  record_clear (&all);
  server_stop (server);
  g_free (uri);
  return skipped;
}

/* Of the last frame that went out at one frame per second: PTS, and whether it had the sender's time. When that becomes
 * known the frame rate begins anew. */
typedef struct
{
  GstClockTime last;
  gboolean known;
} Times;

static GstPadProbeReturn
on_rare_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Times *times = user_data;
  GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER (info);
  gboolean known = gst_buffer_get_reference_timestamp_meta (frame, NULL) != NULL;

  if (times->known && known)
    g_assert_cmpuint (GST_BUFFER_PTS (frame), >, times->last + GST_SECOND / 2);
  times->last = GST_BUFFER_PTS (frame);
  times->known = known;
  return GST_PAD_PROBE_OK;
}

/* Where decoding turns to keyframes only, what was held goes nowhere, and neither does what a decoder has kept to put
 * pictures in order: nobody wants it. Of black pictures the bit rate, a tag, hardly ever changes; with an event nothing
 * is held any more. */
static void
test_switch (gconstpointer encoder)
{
  gchar *line = g_strdup_printf ("( videotestsrc is-live=true pattern=black ! video/x-raw, format=I420, width=64, "
      "height=64, framerate=20/1 ! %s name=pay0 )", (const gchar *) encoder);
  Server *server = server_start (line, NULL);
  gchar *uri = g_strdup_printf ("uri=rtsp://127.0.0.1:%u/cam1 decode=auto framerate=1", server_get_port (server));
  Rig *rig = rig_start (1, server_get_port (server), uri, "fakesink async=false");
  GstPad *pad = gst_element_get_static_pad (rig_get_camera (rig, 1)->element, "src");
  Times times = { 0, FALSE };
  gboolean only = FALSE;
  GstStructure *stats;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_rare_frame, &times, NULL);
  while (!only) {
    rig_await_frames (rig, 1, 1);
    g_object_get (rig_get_camera (rig, 1)->element, "stats", &stats, NULL);
    g_assert_true (gst_structure_get_boolean (stats, "keyframes-only", &only));
    gst_structure_free (stats);
  }
  rig_await_frames (rig, 1, 3);
  rig_stop (rig);
  g_assert_true (times.known);
  gst_object_unref (pad);
  server_stop (server);
  g_free (uri);
  g_free (line);
}

static gboolean
has_element (const gchar *name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory == NULL)
    g_test_skip (name);
  else
    gst_object_unref (factory);
  return factory != NULL;
}

#define B_FRAMES "x264enc speed-preset=ultrafast bframes=2 b-adapt=false b-pyramid=false key-int-max=20 ! " \
    "video/x-h264, profile=main ! h264parse config-interval=-1 ! rtph264pay"

/* Its keyframes are no IDR pictures, but for the first one. */
#define OPEN_GOP "x264enc speed-preset=ultrafast bframes=2 b-adapt=false b-pyramid=false key-int-max=20 " \
    "option-string=open-gop=1 ! video/x-h264, profile=main ! h264parse config-interval=-1 ! rtph264pay"

#define REFERENCES_ONLY "x264enc speed-preset=ultrafast tune=zerolatency key-int-max=20 ! " \
    "h264parse config-interval=-1 ! rtph264pay"

/* Every picture is a reference, but for nobody after the last one that is wanted before a keyframe: 3 of 20 at 5 frames
 * per second. */
static void
test_references (void)
{
  guint64 skipped = watch_twice (REFERENCES_ONLY, 5);

  g_assert_cmpuint (skipped, >=, 3 * COMPARED / 5);
}

/* There are more of them than are held otherwise: 9 of 20 at 2 frames per second. */
static void
test_before_keyframe (void)
{
  guint64 skipped = watch_twice (REFERENCES_ONLY, 2);

  g_assert_cmpuint (skipped, >=, 9 * COMPARED / 2 * 8 / 10);
}

/* Some are not: what is neither wanted nor referred to is not decoded. */
static void
test_disposable (void)
{
  guint64 skipped = watch_twice ("x264enc speed-preset=ultrafast bframes=2 b-adapt=false b-pyramid=false "
      "key-int-max=18 ! video/x-h264, profile=main ! h264parse config-interval=-1 ! rtph264pay", 5);

  /* two thirds are of that kind, and three quarters of them are not wanted: without the beginning at least 40 of 120 */
  g_assert_cmpuint (skipped, >=, 30);
}

/* What follows blocks for so long that packets are dropped. What waits before them is good, and so is what comes behind
 * them from where it is whole again: of all frames that go out none has lost what it refers to. */
static void
test_gap (gconstpointer encoder)
{
  Server *server = start_camera (encoder);
  gchar *uri = g_strdup_printf ("uri=rtsp://127.0.0.1:%u/cam1 decode=all", server_get_port (server));
  Rig *rig = rig_start (2, server_get_port (server), uri, "fakesink async=false");
  GstPad *pad = gst_element_get_static_pad (rig_get_camera (rig, 1)->element, "src");
  Record some, all;
  guint i, from;
  Gate gate;

  gate_init (&gate);
  record_start (&some, rig, 1);
  record_start (&all, rig, 2);
  rig_await_frames (rig, 2, 1);
  rig_await_frames (rig, 1, FPS);
  gate_put_in (&gate, pad);
  gate_await_waiting (&gate, 1);
  from = some.sums->len;
  while (rig_get_stat (rig, 1, "dropped-packets") < 3 * FPS / 2)
    rig_await_frames (rig, 2, 1);
  gate_set_open (&gate, TRUE);
  rig_await_frames (rig, 1, 5 * FPS);
  rig_await_frames (rig, 2, FPS);
  rig_stop (rig);
  for (i = from; i + FPS < some.sums->len; i++)
    g_assert_cmpuint (find_from (all.sums, 0, g_ptr_array_index (some.sums, i)), <, all.sums->len);
  record_clear (&some);
  record_clear (&all);
  gate_clear (&gate);
  gst_object_unref (pad);
  server_stop (server);
  g_free (uri);
}

static void
test_h265 (void)
{
  if (has_element ("x265enc") && has_element ("avdec_h265"))
    watch_twice ("x265enc speed-preset=ultrafast option-string=bframes=2:b-adapt=0 key-int-max=18 ! "
        "h265parse config-interval=-1 ! rtph265pay", 5);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtspcamerasrc/batch/references", test_references);
  g_test_add_func ("/rtspcamerasrc/batch/before-keyframe", test_before_keyframe);
  g_test_add_func ("/rtspcamerasrc/batch/disposable", test_disposable);
  g_test_add_func ("/rtspcamerasrc/batch/h265", test_h265);
  g_test_add_data_func ("/rtspcamerasrc/batch/switch/references", REFERENCES_ONLY, test_switch);
  g_test_add_data_func ("/rtspcamerasrc/batch/switch/b-frames", B_FRAMES, test_switch);
  g_test_add_data_func ("/rtspcamerasrc/batch/gap/references", REFERENCES_ONLY, test_gap);
  g_test_add_data_func ("/rtspcamerasrc/batch/gap/open-gop", OPEN_GOP, test_gap);
  return g_test_run ();
}
