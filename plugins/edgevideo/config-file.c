/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The config file, from the disk. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config-reader.h"

/* Not g_file_get_contents(): that would follow /dev/zero for ever. */
static GByteArray *
read_bytes (const gchar *file, GError **error)
{
  FILE *stream = fopen (file, "rbe");
  GByteArray *bytes;
  gsize n = 0;

  if (stream != NULL) {
    bytes = g_byte_array_new ();
    g_byte_array_set_size (bytes, GST_EDGE_CONFIG_MAX_FILE + 1);
    errno = 0;
    n = fread (bytes->data, 1, bytes->len, stream);
    if (errno == 0 && n <= GST_EDGE_CONFIG_MAX_FILE) {
      fclose (stream);
      g_byte_array_set_size (bytes, (guint) n);
      return bytes;
    }
    g_byte_array_unref (bytes);
    fclose (stream);
  }
  if (n > GST_EDGE_CONFIG_MAX_FILE)
    g_set_error (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_FILE,
        "%s: larger than 1 MiB; this is no config file", file);
  else
    g_set_error (error, GST_EDGE_CONFIG_ERROR, GST_EDGE_CONFIG_ERROR_FILE,
        "%s: the file cannot be read: %s", file, g_strerror (errno));
  return NULL;
}

GstEdgeConfig *
gst_edge_config_read (const gchar *file, gchar **digest, GError **error)
{
  GByteArray *bytes = read_bytes (file, error);
  GstEdgeConfig *config;

  if (digest != NULL)
    *digest = bytes != NULL ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len) : NULL;
  if (bytes == NULL)
    return NULL;
  config = gst_edge_config_parse (file, (const gchar *) bytes->data, bytes->len, error);
  memset (bytes->data, 0, bytes->len);
  g_byte_array_unref (bytes);
  return config;
}
