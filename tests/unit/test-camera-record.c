/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process knows about cameras: counters that only rise, pictures by reference, states. */

#include <gst/check/gstcheck.h>

#include "metrics/snapshot.h"

static const GstEdgeCameraSnapshot *
find (GstEdgeSnapshot **snapshot, const gchar *id)
{
  if (*snapshot != NULL)
    gst_edge_snapshot_free (*snapshot);
  *snapshot = gst_edge_snapshot_new ();
  return gst_edge_snapshot_find_camera (*snapshot, id);
}

GST_START_TEST (cameras_are_there_while_used_and_counters_only_rise)
{
  GstEdgeSnapshot *snapshot = NULL;
  GstEdgeCameraRecord *record = gst_edge_camera_record_use ("cam-a");
  const GstEdgeStageCounts counts = {.in = 5,.out = 3,.lost = {[GST_EDGE_LOSS_FULL] = 2} };

  ck_assert_ptr_eq (gst_edge_camera_record_use ("cam-a"), record);
  ck_assert_int_eq (find (&snapshot, "cam-a")->age, -1);
  gst_edge_camera_record_count_frame (record, 100);
  gst_edge_camera_record_count_frame (record, 100);
  gst_edge_camera_record_add_gone (record, GST_EDGE_STAGE_STORED, &counts);
  gst_edge_camera_record_unuse (record);
  ck_assert_int_eq (find (&snapshot, "cam-a")->frames, 2);
  fail_unless (find (&snapshot, "cam-a")->age >= 0);

  gst_edge_camera_record_unuse (record);
  fail_unless (find (&snapshot, "cam-a") == NULL);

  gst_edge_camera_record_use ("cam-a");
  gst_edge_camera_record_count_frame (record, 100);
  gst_edge_camera_record_add_gone (record, GST_EDGE_STAGE_STORED, &counts);
  ck_assert_int_eq (find (&snapshot, "cam-a")->frames, 3);
  ck_assert_int_eq (find (&snapshot, "cam-a")->bytes, 300);
  ck_assert_int_eq (find (&snapshot, "cam-a")->stages[GST_EDGE_STAGE_STORED].out, 6);
  ck_assert_int_eq (gst_edge_camera_snapshot_get_errors (find (&snapshot, "cam-a")), 4);
  gst_edge_camera_record_unuse (record);
  gst_edge_snapshot_free (snapshot);
}

GST_END_TEST;

GST_START_TEST (cameras_come_in_natural_order)
{
  static const gchar *ids[] = { "cam10", "cam2", "gate", "cam1" };
  static const gchar *order[] = { "cam1", "cam2", "cam10", "gate" };
  GstEdgeCameraRecord *records[G_N_ELEMENTS (ids)];
  GstEdgeSnapshot *snapshot;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ids); i++)
    records[i] = gst_edge_camera_record_use (ids[i]);
  snapshot = gst_edge_snapshot_new ();
  ck_assert_int_eq (snapshot->cameras->len, G_N_ELEMENTS (ids));
  for (i = 0; i < G_N_ELEMENTS (ids); i++) {
    ck_assert_str_eq (((GstEdgeCameraSnapshot *) g_ptr_array_index (snapshot->cameras, i))->id, order[i]);
    gst_edge_camera_record_unuse (records[i]);
  }
  gst_edge_snapshot_free (snapshot);
}

GST_END_TEST;

GST_START_TEST (pictures_are_kept_by_reference_while_wanted)
{
  GstEdgeCameraRecord *record = gst_edge_camera_record_use ("cam-b");
  GstBuffer *first = gst_buffer_new_allocate (NULL, 100, NULL), *second = gst_buffer_new_allocate (NULL, 100, NULL);
  GstBuffer *picture;
  gint64 time;

  gst_edge_camera_record_offer_picture (record, first, 1000);
  fail_unless (gst_edge_camera_record_get_picture (record, &time) == NULL);
  ASSERT_MINI_OBJECT_REFCOUNT (first, "first", 1);

  gst_edge_camera_pictures_want (TRUE);
  gst_edge_camera_record_offer_picture (record, first, 1000);
  ASSERT_MINI_OBJECT_REFCOUNT (first, "first", 2);
  gst_edge_camera_record_offer_picture (record, second, 2000);
  ASSERT_MINI_OBJECT_REFCOUNT (first, "first", 1);
  gst_edge_camera_record_offer_picture (record, first, 1000);   /* older: ignored */
  picture = gst_edge_camera_record_get_picture (record, &time);
  ck_assert_ptr_eq (picture, second);
  ck_assert_int_eq (time, 2000);
  gst_buffer_unref (picture);

  /* the clock is set back by an hour */
  gst_edge_camera_record_offer_picture (record, second, 3600 * GST_SECOND + 2000);
  gst_edge_camera_record_offer_picture (record, first, 2000);
  picture = gst_edge_camera_record_get_picture (record, &time);
  ck_assert_ptr_eq (picture, first);
  ck_assert_int_eq (time, 2000);
  gst_buffer_unref (picture);

  gst_edge_camera_pictures_want (FALSE);
  ASSERT_MINI_OBJECT_REFCOUNT (first, "first", 1);
  ASSERT_MINI_OBJECT_REFCOUNT (second, "second", 1);
  gst_edge_camera_record_unuse (record);
  gst_buffer_unref (first);
  gst_buffer_unref (second);
}

GST_END_TEST;

GST_START_TEST (becoming_active_again_is_a_reconnect)
{
  GstEdgeSnapshot *snapshot = NULL;
  GstEdgeCameraSource *source = gst_edge_camera_source_new ("cam-c"), *other;

  gst_edge_camera_source_set_state (source, GST_EDGE_CAMERA_STATE_INACTIVE, "refuses");
  ck_assert_str_eq (find (&snapshot, "cam-c")->reason, "refuses");
  gst_edge_camera_source_set_state (source, GST_EDGE_CAMERA_STATE_ACTIVE, NULL);
  ck_assert_int_eq (find (&snapshot, "cam-c")->reconnects, 0);
  gst_edge_camera_source_set_state (source, GST_EDGE_CAMERA_STATE_OFFLINE, "gone");
  gst_edge_camera_source_set_state (source, GST_EDGE_CAMERA_STATE_ACTIVE, NULL);
  gst_edge_camera_source_set_state (source, GST_EDGE_CAMERA_STATE_ACTIVE, NULL);
  ck_assert_int_eq (find (&snapshot, "cam-c")->reconnects, 1);

  /* another source is another first time */
  other = gst_edge_camera_source_new ("cam-c");
  gst_edge_camera_source_set_state (other, GST_EDGE_CAMERA_STATE_ACTIVE, NULL);
  ck_assert_int_eq (find (&snapshot, "cam-c")->reconnects, 1);
  gst_edge_camera_source_free (source);
  gst_edge_camera_source_free (other);
  fail_unless (find (&snapshot, "cam-c") == NULL);
  gst_edge_snapshot_free (snapshot);
}

GST_END_TEST;

GST_START_TEST (the_best_source_counts_while_it_is_there)
{
  GstEdgeSnapshot *snapshot = NULL;
  GstEdgeCameraSource *good = gst_edge_camera_source_new ("cam-d"), *bad = gst_edge_camera_source_new ("cam-d");

  ck_assert_int_eq (find (&snapshot, "cam-d")->state, GST_EDGE_CAMERA_STATE_UNKNOWN);
  gst_edge_camera_source_set_state (good, GST_EDGE_CAMERA_STATE_ACTIVE, NULL);
  gst_edge_camera_source_set_state (bad, GST_EDGE_CAMERA_STATE_OFFLINE, "refuses");
  ck_assert_int_eq (find (&snapshot, "cam-d")->state, GST_EDGE_CAMERA_STATE_ACTIVE);
  fail_unless (find (&snapshot, "cam-d")->reason == NULL);

  gst_edge_camera_source_set_state (good, GST_EDGE_CAMERA_STATE_INACTIVE, "stalls");
  ck_assert_str_eq (find (&snapshot, "cam-d")->reason, "stalls");
  gst_edge_camera_source_set_state (good, GST_EDGE_CAMERA_STATE_UNKNOWN, NULL);
  ck_assert_int_eq (find (&snapshot, "cam-d")->state, GST_EDGE_CAMERA_STATE_OFFLINE);
  ck_assert_str_eq (find (&snapshot, "cam-d")->reason, "refuses");

  /* what a source has said goes with it, and what it says later is not heard */
  gst_edge_camera_source_detach (bad);
  gst_edge_camera_source_set_state (bad, GST_EDGE_CAMERA_STATE_OFFLINE, "too late");
  ck_assert_int_eq (find (&snapshot, "cam-d")->state, GST_EDGE_CAMERA_STATE_UNKNOWN);
  fail_unless (find (&snapshot, "cam-d")->reason == NULL);
  gst_edge_camera_source_detach (good);
  gst_edge_camera_source_detach (good);
  fail_unless (find (&snapshot, "cam-d") == NULL);
  gst_edge_camera_source_free (bad);
  gst_edge_camera_source_free (good);
  gst_edge_snapshot_free (snapshot);
}

GST_END_TEST;

static Suite *
camera_record_suite (void)
{
  Suite *suite = suite_create ("camera-record");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, cameras_are_there_while_used_and_counters_only_rise);
  tcase_add_test (tc, cameras_come_in_natural_order);
  tcase_add_test (tc, pictures_are_kept_by_reference_while_wanted);
  tcase_add_test (tc, becoming_active_again_is_a_reconnect);
  tcase_add_test (tc, the_best_source_counts_while_it_is_there);
  return suite;
}

GST_CHECK_MAIN (camera_record);
