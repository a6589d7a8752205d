/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cameras that send numbered frames into one pipeline, each on a streaming thread of its own. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _Cameras Cameras;

/* @template: what follows each camera, with the camera's number for each {n} */
Cameras *cameras_new (guint n, gsize size, const gchar * template, GError ** error);

/* Stops, sets the pipeline to NULL and frees. */
void cameras_free (Cameras * cameras);

GstElement *cameras_get_pipeline (Cameras * cameras);

/* Frames per second and camera from now on; 0 = none. */
void cameras_set_rate (Cameras * cameras, gdouble rate);

/* Each camera sends @n frames now. */
void cameras_burst (Cameras * cameras, guint n);

void cameras_end_of_stream (Cameras * cameras);

/* Frames that each camera has sent: numbered 1 to this. */
guint64 cameras_get_n_frames (Cameras * cameras);

G_END_DECLS
