/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts with fields: what they become, and what is refused. */

#include <gst/gst.h>

#include "frame/frame-template.h"

static void
make_identity (GstEdgeFrameIdentity *identity)
{
  memset (identity, 0, sizeof (*identity));
  identity->camera_id = g_ref_string_new ("cam4");
  identity->capture_time = G_GINT64_CONSTANT (1731024000123456789);
  identity->sequence = 1;
  identity->width = 1280;
  identity->height = 720;
  identity->encoding = g_ref_string_new ("jpeg");
}

static gchar *
format (const gchar *text, const gchar *tenant, const gchar *prefix, const GstEdgeFrameIdentity *identity)
{
  GError *error = NULL;
  GstEdgeFrameTemplate *template = gst_edge_frame_template_new (text, tenant, prefix, &error);
  gchar *result;

  g_assert_no_error (error);
  result = gst_edge_frame_template_format (template, identity);
  gst_edge_frame_template_free (template);
  return result;
}

static void
test_formats (void)
{
  static const gchar *table[][2] = {
    {"", ""},
    {"plain", "plain"},
    {"camera.{camera-id}", "camera.cam4"},
    {"{tenant}:{prefix}:{camera-id}:{capture-time}:{sequence}",
        "client-a:frames:cam4:1731024000123456789:00001"},
    {"{width}x{height}.{encoding}", "1280x720.jpeg"},
    {"{{literal}}", "{literal}"},
    {"{{{camera-id}}}", "{cam4}"},
    {"{camera-id}{camera-id}", "cam4cam4"},
    {"%s{camera-id}%n", "%scam4%n"},
    {"\xc3\xa4{sequence}", "\xc3\xa4" "00001"},
  };
  GstEdgeFrameIdentity identity;
  guint i;

  make_identity (&identity);
  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    gchar *text = format (table[i][0], "client-a", "frames", &identity);

    g_assert_cmpstr (text, ==, table[i][1]);
    g_free (text);
  }
  gst_edge_frame_identity_clear (&identity);
}

/* The tenant is a name, verbatim: braces in it are no fields. */
static void
test_constants_are_verbatim (void)
{
  GstEdgeFrameIdentity identity;
  gchar *text;

  make_identity (&identity);
  text = format ("{tenant}:{prefix}", "{camera-id}", "/%2f}{", &identity);
  g_assert_cmpstr (text, ==, "{camera-id}:/%2f}{");
  g_free (text);
  gst_edge_frame_identity_clear (&identity);
}

static void
test_numbers (void)
{
  GstEdgeFrameIdentity identity = { 0 };
  gchar *text;

  identity.camera_id = g_ref_string_new ("c");
  identity.sequence = GST_EDGE_SEQUENCE_MAX;
  identity.capture_time = -1;
  text = format ("{sequence} {capture-time} {width} {encoding}", NULL, NULL, &identity);
  g_assert_cmpstr (text, ==, "99999 -1 0 unknown");
  g_free (text);
  gst_edge_frame_identity_clear (&identity);
}

static void
test_errors (void)
{
  static const struct
  {
    const gchar *text, *tenant, *prefix, *says;
  } table[] = {
    {"{camera}", NULL, NULL, "{camera}"},
    {"{}", NULL, NULL, "{}"},
    {"{Camera-Id}", NULL, NULL, "{Camera-Id}"},
    {"{camera-id }", NULL, NULL, "{camera-id }"},
    {"x{tenant}", NULL, "frames", "{tenant}"},
    {"x{prefix}", "a", NULL, "{prefix}"},
    {"{camera-id", NULL, NULL, "character 1"},
    {"abc}", NULL, NULL, "character 4"},
    {"a{b{camera-id}", NULL, NULL, "character 2"},
    {"{{{", NULL, NULL, "character 3"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    GError *error = NULL;

    g_test_message ("%s", table[i].text);
    g_assert_null (gst_edge_frame_template_new (table[i].text, table[i].tenant, table[i].prefix, &error));
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull (strstr (error->message, table[i].says));
    g_clear_error (&error);
    /* nobody has to want the reason */
    g_assert_null (gst_edge_frame_template_new (table[i].text, table[i].tenant, table[i].prefix, NULL));
  }
}

/* The sentence offers what there is, not more. */
static void
test_error_lists_fields (void)
{
  GError *error = NULL;

  g_assert_null (gst_edge_frame_template_new ("{x}", NULL, "p", &error));
  g_assert_nonnull (strstr (error->message, "{camera-id}"));
  g_assert_nonnull (strstr (error->message, "{prefix}"));
  g_assert_null (strstr (error->message, "{tenant}"));
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);

  g_test_add_func ("/template/formats", test_formats);
  g_test_add_func ("/template/constants-are-verbatim", test_constants_are_verbatim);
  g_test_add_func ("/template/numbers", test_numbers);
  g_test_add_func ("/template/errors", test_errors);
  g_test_add_func ("/template/error-lists-fields", test_error_lists_fields);
  return g_test_run ();
}
