/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The identity of a frame: its meta on all kinds of copies, what caps say, its texts, and the stamper. */

#include <gst/gst.h>

#include "frame/frame-identity.h"
#include "frame/frame-stamper.h"

static GstBuffer *
make_buffer (guint sequence)
{
  GstEdgeFrameIdentity identity = { 0 };
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1000, NULL);

  identity.camera_id = g_ref_string_new ("cam1");
  identity.capture_time = G_GINT64_CONSTANT (1731024000123456789);
  identity.sequence = sequence;
  identity.width = 640;
  identity.height = 480;
  identity.encoding = g_ref_string_new ("jpeg");
  identity.redis_key = g_ref_string_new ("a:b:c");
  gst_edge_buffer_set_identity (buffer, &identity);
  gst_edge_frame_identity_clear (&identity);
  return buffer;
}

static void
assert_has_identity (GstBuffer *buffer, guint sequence)
{
  const GstEdgeFrameIdentity *identity = gst_edge_buffer_get_identity (buffer);

  g_assert_nonnull (identity);
  g_assert_cmpstr (identity->camera_id, ==, "cam1");
  g_assert_cmpint (identity->capture_time, ==, G_GINT64_CONSTANT (1731024000123456789));
  g_assert_cmpuint (identity->sequence, ==, sequence);
  g_assert_cmpuint (identity->width, ==, 640);
  g_assert_cmpuint (identity->height, ==, 480);
  g_assert_cmpstr (identity->encoding, ==, "jpeg");
  g_assert_cmpstr (identity->redis_key, ==, "a:b:c");
}

static void
test_copies (void)
{
  GstBuffer *buffer = make_buffer (7), *copy, *deep, *region, *into = gst_buffer_new ();

  copy = gst_buffer_copy (buffer);
  deep = gst_buffer_copy_deep (buffer);
  region = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 100, 200);
  gst_buffer_copy_into (into, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  gst_buffer_unref (buffer);

  assert_has_identity (copy, 7);
  assert_has_identity (deep, 7);
  assert_has_identity (region, 7);
  assert_has_identity (into, 7);
  g_assert_cmpuint (gst_buffer_get_size (region), ==, 200);
  gst_buffer_unref (copy);
  gst_buffer_unref (deep);
  gst_buffer_unref (region);
  gst_buffer_unref (into);
}

/* A shared buffer and its writable copy have identities of their own. */
static void
test_make_writable (void)
{
  GstBuffer *buffer = make_buffer (7), *writable;
  GstEdgeFrameIdentity identity;

  writable = gst_buffer_make_writable (gst_buffer_ref (buffer));
  g_assert_true (writable != buffer);
  gst_edge_frame_identity_copy (gst_edge_buffer_get_identity (writable), &identity);
  identity.sequence = 8;
  gst_edge_buffer_set_identity (writable, &identity);
  gst_edge_frame_identity_clear (&identity);

  assert_has_identity (buffer, 7);
  assert_has_identity (writable, 8);
  g_assert_true (gst_buffer_peek_memory (buffer, 0) == gst_buffer_peek_memory (writable, 0));
  gst_buffer_unref (buffer);
  gst_buffer_unref (writable);
}

/* Also by itself, which must not free what it copies. */
static void
test_replace (void)
{
  GstBuffer *buffer = make_buffer (7);
  gpointer state = NULL;

  gst_edge_buffer_set_identity (buffer, gst_edge_buffer_get_identity (buffer));
  assert_has_identity (buffer, 7);
  g_assert_nonnull (gst_buffer_iterate_meta (buffer, &state));
  g_assert_null (gst_buffer_iterate_meta (buffer, &state));
  gst_buffer_unref (buffer);
}

static void
test_none (void)
{
  GstBuffer *buffer = gst_buffer_new ();

  g_assert_null (gst_edge_buffer_get_identity (buffer));
  gst_buffer_unref (buffer);
}

static void
test_pool (void)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstBuffer *buffer;
  GstEdgeFrameIdentity identity = {.camera_id = g_ref_string_new ("cam1") };
  guint i;

  gst_buffer_pool_config_set_params (config, NULL, 100, 1, 1);
  gst_buffer_pool_set_config (pool, config);
  gst_buffer_pool_set_active (pool, TRUE);
  for (i = 0; i < 3; i++) {
    gst_buffer_pool_acquire_buffer (pool, &buffer, NULL);
    /* a frame never shows up under another one's name */
    g_assert_null (gst_edge_buffer_get_identity (buffer));
    gst_edge_buffer_set_identity (buffer, &identity);
    gst_buffer_unref (buffer);
  }
  gst_edge_frame_identity_clear (&identity);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

static void
test_caps (void)
{
  static const struct
  {
    const gchar *caps;
    guint width, height;
    const gchar *encoding;
  } table[] = {
    {"image/jpeg,width=1280,height=720", 1280, 720, "jpeg"},
    {"video/x-h264,width=640,height=480,stream-format=avc", 640, 480, "h264"},
    {"video/x-raw,format=I420,width=320,height=240", 320, 240, "raw"},
    {"image/png", 0, 0, "png"},
    {"image/jpeg,width=-1,height=0", 0, 0, "jpeg"},
    {"image/jpeg,width=[1,10],height=5", 0, 5, "jpeg"},
    {"image/jpeg;image/png", 0, 0, "jpeg"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    GstEdgeFrameIdentity identity = { 0 };
    GstCaps *caps = gst_caps_from_string (table[i].caps);

    gst_edge_frame_identity_set_caps (&identity, caps);
    g_assert_cmpuint (identity.width, ==, table[i].width);
    g_assert_cmpuint (identity.height, ==, table[i].height);
    g_assert_cmpstr (identity.encoding, ==, table[i].encoding);
    gst_caps_unref (caps);
    gst_edge_frame_identity_clear (&identity);
  }
}

static void
test_caps_that_say_nothing (void)
{
  GstEdgeFrameIdentity identity = { 0 };
  GstCaps *any = gst_caps_new_any (), *empty = gst_caps_new_empty ();

  gst_edge_frame_identity_set_caps (&identity, NULL);
  gst_edge_frame_identity_set_caps (&identity, any);
  gst_edge_frame_identity_set_caps (&identity, empty);
  g_assert_null (identity.encoding);
  gst_caps_unref (any);
  gst_caps_unref (empty);
}

static void
test_message_id (void)
{
  GstEdgeFrameIdentity identity = { 0 };
  gchar *id, *other;

  identity.camera_id = g_ref_string_new ("cam1");
  identity.capture_time = G_GINT64_CONSTANT (1731024000123456789);
  identity.sequence = 17;
  id = gst_edge_frame_identity_to_message_id (&identity);
  g_assert_cmpstr (id, ==, "cam1-1731024000123456789-00017");
  other = gst_edge_frame_identity_to_message_id (&identity);
  g_assert_cmpstr (id, ==, other);
  g_free (other);

  identity.sequence = 18;
  other = gst_edge_frame_identity_to_message_id (&identity);
  g_assert_cmpstr (id, !=, other);
  g_free (other);
  g_free (id);
  gst_edge_frame_identity_clear (&identity);
}

static void
test_rfc3339 (void)
{
  static const struct
  {
    gint64 ns;
    const gchar *text;
  } table[] = {
    {0, "1970-01-01T00:00:00.000000000Z"},
    {1, "1970-01-01T00:00:00.000000001Z"},
    {999999999, "1970-01-01T00:00:00.999999999Z"},
    {GST_SECOND, "1970-01-01T00:00:01.000000000Z"},
    {-1, "1969-12-31T23:59:59.999999999Z"},
    {-(gint64) GST_SECOND, "1969-12-31T23:59:59.000000000Z"},
    {-(gint64) GST_SECOND - 1, "1969-12-31T23:59:58.999999999Z"},
    {G_GINT64_CONSTANT (1731024000123456789), "2024-11-08T00:00:00.123456789Z"},
    {G_GINT64_CONSTANT (951782400000000000), "2000-02-29T00:00:00.000000000Z"},
    {G_GINT64_CONSTANT (4102444799999999999), "2099-12-31T23:59:59.999999999Z"},
    {G_MAXINT64, "2262-04-11T23:47:16.854775807Z"},
    {G_MININT64, "1677-09-21T00:12:43.145224192Z"},
  };
  gchar text[GST_EDGE_RFC3339_SIZE];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    gst_edge_format_rfc3339 (table[i].ns, text);
    g_assert_cmpstr (text, ==, table[i].text);
  }
}

static void
test_stamper (void)
{
  GstEdgeFrameStamper stamper = { 0 };
  GstEdgeFrameIdentity identity, described;
  GstCaps *jpeg = gst_caps_from_string ("image/jpeg,width=640,height=480");
  GstCaps *raw = gst_caps_from_string ("video/x-raw,width=1280,height=720");

  gst_edge_frame_stamper_set_caps (&stamper, raw);
  gst_edge_frame_stamper_next (&stamper, "cam1", 5, &identity);
  g_assert_cmpstr (identity.camera_id, ==, "cam1");
  g_assert_cmpint (identity.capture_time, ==, 5);
  g_assert_cmpuint (identity.sequence, ==, 1);
  g_assert_cmpuint (identity.width, ==, 1280);
  g_assert_cmpstr (identity.encoding, ==, "raw");

  /* scaled and encoded behind the stamp: the caps of the frame itself count */
  gst_edge_frame_stamper_set_caps (&stamper, jpeg);
  gst_edge_frame_stamper_describe (&stamper, &identity, &described);
  g_assert_cmpuint (described.sequence, ==, 1);
  g_assert_cmpuint (described.width, ==, 640);
  g_assert_cmpstr (described.encoding, ==, "jpeg");
  g_assert_cmpstr (identity.encoding, ==, "raw");
  gst_edge_frame_identity_clear (&described);

  /* without caps nothing is left of those before */
  gst_edge_frame_stamper_set_caps (&stamper, NULL);
  gst_edge_frame_stamper_describe (&stamper, &identity, &described);
  g_assert_cmpuint (described.width, ==, 1280);
  g_assert_cmpstr (described.encoding, ==, "raw");
  gst_edge_frame_identity_clear (&described);
  gst_edge_frame_identity_clear (&identity);
  gst_edge_frame_stamper_clear (&stamper);
  gst_caps_unref (jpeg);
  gst_caps_unref (raw);
}

/* 1…99999, then 1 again. */
static void
test_sequence_wraps (void)
{
  GstEdgeFrameStamper stamper = { 0 };
  GstEdgeFrameIdentity identity;
  guint i;

  for (i = 1; i <= GST_EDGE_SEQUENCE_MAX + 2; i++) {
    gst_edge_frame_stamper_next (&stamper, "cam1", 0, &identity);
    g_assert_cmpuint (identity.sequence, ==, i <= GST_EDGE_SEQUENCE_MAX ? i : i - GST_EDGE_SEQUENCE_MAX);
    gst_edge_frame_identity_clear (&identity);
  }
  gst_edge_frame_stamper_clear (&stamper);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/identity/copies", test_copies);
  g_test_add_func ("/identity/make-writable", test_make_writable);
  g_test_add_func ("/identity/replace", test_replace);
  g_test_add_func ("/identity/none", test_none);
  g_test_add_func ("/identity/pool", test_pool);
  g_test_add_func ("/identity/caps", test_caps);
  g_test_add_func ("/identity/caps-that-say-nothing", test_caps_that_say_nothing);
  g_test_add_func ("/identity/message-id", test_message_id);
  g_test_add_func ("/identity/rfc3339", test_rfc3339);
  g_test_add_func ("/identity/stamper", test_stamper);
  g_test_add_func ("/identity/sequence-wraps", test_sequence_wraps);
  return g_test_run ();
}
