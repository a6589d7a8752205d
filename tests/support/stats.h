/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests: the counters of a lane or a pool in a "stats" structure. */

#pragma once

#include <gst/gst.h>

/* It must be there. */
static inline guint64
stats_get (const GstStructure *stats, const gchar *field)
{
  guint64 value = 0;
  guint value32 = 0;

  if (gst_structure_get_uint64 (stats, field, &value))
    return value;
  if (!gst_structure_get_uint (stats, field, &value32))
    g_error ("no number \"%s\" in %s", field, gst_structure_get_name (stats));
  return value32;
}

static inline const GstStructure *
stats_get_pool (const GstStructure *stats)
{
  return gst_value_get_structure (gst_structure_get_value (stats, "pool"));
}

static inline void
stats_assert_conserved (const GstStructure *stats)
{
  g_assert_cmpuint (stats_get (stats, "in"), ==, stats_get (stats, "out") + stats_get (stats, "errors")
      + stats_get (stats, "dropped") + stats_get (stats, "cancelled") + stats_get (stats, "queued")
      + stats_get (stats, "running"));
}
