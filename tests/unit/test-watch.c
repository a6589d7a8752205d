/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who watches a file hears of each change of it, on whatever way it is reached. */

#include <errno.h>
#include <unistd.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "watch.h"

#define PATIENCE_S 10

typedef struct
{
  gchar *root;
  GMainContext *context;
  GstEdgeWatch *watch;
  guint told;
  gboolean late;
} Rig;

static gboolean
on_changed (gpointer user_data)
{
  ((Rig *) user_data)->told++;
  return G_SOURCE_REMOVE;
}

static gboolean
on_late (gpointer user_data)
{
  ((Rig *) user_data)->late = TRUE;
  return G_SOURCE_REMOVE;
}

/* A path below the folder of the test; lives for ever. */
static const gchar *
at (Rig *rig, const gchar *name)
{
  gchar *path = g_build_filename (rig->root, name, NULL);
  const gchar *kept = g_intern_string (path);

  g_free (path);
  return kept;
}

static void
wait_told (Rig *rig, const gchar *what)
{
  GSource *timer = g_timeout_source_new_seconds (PATIENCE_S);
  guint before = rig->told;

  rig->late = FALSE;
  g_source_set_callback (timer, on_late, rig, NULL);
  g_source_attach (timer, rig->context);
  while (rig->told == before && !rig->late)
    g_main_context_iteration (rig->context, TRUE);
  fail_if (rig->late, "nothing is told: %s", what);
  g_source_destroy (timer);
  g_source_unref (timer);
}

/* What happened is served, and no timer runs: nothing will be told. */
static gboolean
is_at_rest (Rig *rig)
{
  GPollFD fds[8];
  gint priority, timeout;

  while (g_main_context_iteration (rig->context, FALSE));
  fail_unless (g_main_context_acquire (rig->context));
  g_main_context_prepare (rig->context, &priority);
  g_main_context_query (rig->context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
  g_main_context_release (rig->context);
  return timeout < 0;
}

static void
write_file (Rig *rig, const gchar *name)
{
  fail_unless (g_file_set_contents_full (at (rig, name), "x", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL), "%s", name);
}

static void
make_folder (Rig *rig, const gchar *name)
{
  fail_unless (g_mkdir (at (rig, name), 0700) == 0);
}

static void
make_link (Rig *rig, const gchar *target, const gchar *name)
{
  fail_unless (symlink (target, at (rig, name)) == 0);
}

/* As it is done so that the link always leads somewhere. */
static void
swap_link (Rig *rig, const gchar *target, const gchar *name)
{
  make_link (rig, target, "new-link");
  fail_unless (g_rename (at (rig, "new-link"), at (rig, name)) == 0);
}

static void
rig_init (Rig *rig)
{
  *rig = (Rig) {
    .root = g_dir_make_tmp ("edge-watch-XXXXXX", NULL),.context = g_main_context_new ()
  };
}

/* What a watch says first is that the file may have changed since it was read. */
static void
watch (Rig *rig, const gchar *name)
{
  GError *error = NULL;

  rig->watch = gst_edge_watch_new (at (rig, name), rig->context, on_changed, rig, &error);
  g_assert_no_error (error);
  wait_told (rig, "at the beginning");
}

static void
rig_clear (Rig *rig)
{
  gchar *arguments[] = { (gchar *) "rm", (gchar *) "-rf", rig->root, NULL };

  g_clear_pointer (&rig->watch, gst_edge_watch_free);
  fail_unless (g_spawn_sync (NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_main_context_unref (rig->context);
  g_free (rig->root);
}

GST_START_TEST (a_file_and_only_that)
{
  Rig rig;

  rig_init (&rig);
  write_file (&rig, "file");
  watch (&rig, "file");
  write_file (&rig, "file");
  wait_told (&rig, "written");
  write_file (&rig, "file~");
  fail_unless (g_rename (at (&rig, "file~"), at (&rig, "file")) == 0);
  wait_told (&rig, "replaced");
  fail_unless (g_unlink (at (&rig, "file")) == 0);
  wait_told (&rig, "removed");
  write_file (&rig, "file");
  wait_told (&rig, "there again");

  write_file (&rig, "other");
  fail_unless (is_at_rest (&rig));
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (the_target_of_a_link)
{
  Rig rig;

  rig_init (&rig);
  make_folder (&rig, "here");
  make_folder (&rig, "there");
  write_file (&rig, "there/file");
  make_link (&rig, "../there/file", "here/file");
  watch (&rig, "here/file");
  write_file (&rig, "there/file");
  wait_told (&rig, "the target was written");

  /* to another target, which is then watched, too */
  make_folder (&rig, "elsewhere");
  write_file (&rig, "elsewhere/file");
  swap_link (&rig, at (&rig, "elsewhere/file"), "here/file");
  wait_told (&rig, "the link leads elsewhere");
  write_file (&rig, "elsewhere/file");
  wait_told (&rig, "the new target was written");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (the_link_of_a_folder)
{
  Rig rig;

  rig_init (&rig);
  make_folder (&rig, "v1");
  make_folder (&rig, "v2");
  make_folder (&rig, "v3");
  write_file (&rig, "v1/file");
  write_file (&rig, "v2/file");
  write_file (&rig, "v3/file");
  make_link (&rig, "v1", "current");
  watch (&rig, "current/file");
  swap_link (&rig, "v2", "current");
  wait_told (&rig, "the first swap");
  swap_link (&rig, "v3", "current");
  wait_told (&rig, "the second swap");
  write_file (&rig, "v3/file");
  wait_told (&rig, "the file behind the link");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (another_folder_in_its_place)
{
  Rig rig;

  rig_init (&rig);
  make_folder (&rig, "a");
  make_folder (&rig, "a/folder");
  write_file (&rig, "a/folder/file");
  watch (&rig, "a/folder/file");
  fail_unless (g_rename (at (&rig, "a"), at (&rig, "old")) == 0);
  wait_told (&rig, "the folder is away");
  make_folder (&rig, "a");
  wait_told (&rig, "a part of the way is there");
  make_folder (&rig, "a/folder");
  wait_told (&rig, "a new folder");
  write_file (&rig, "a/folder/file");
  wait_told (&rig, "the file in the new folder");
  write_file (&rig, "a/folder/file");
  wait_told (&rig, "it was written again");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (what_cannot_be_watched)
{
  GError *error = NULL;
  Rig rig;

  rig_init (&rig);
  fail_unless (gst_edge_watch_new (at (&rig, "none/file"), rig.context, on_changed, &rig, &error) == NULL);
  fail_unless (strstr (error->message, "none cannot be watched for changes: No such file or directory") != NULL);
  g_clear_error (&error);

  /* links in a circle end somewhere */
  make_link (&rig, "b", "a");
  make_link (&rig, "a", "b");
  watch (&rig, "a");
  fail_unless (g_unlink (at (&rig, "a")) == 0);
  write_file (&rig, "a");
  wait_told (&rig, "a file instead of the circle");
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
watch_suite (void)
{
  Suite *suite = suite_create ("watch");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, a_file_and_only_that);
  tcase_add_test (tc, the_target_of_a_link);
  tcase_add_test (tc, the_link_of_a_folder);
  tcase_add_test (tc, another_folder_in_its_place);
  tcase_add_test (tc, what_cannot_be_watched);
  return suite;
}

GST_CHECK_MAIN (watch);
