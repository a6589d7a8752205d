/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Simulated cameras in a process of their own, and pipelines of rtspcamerasrc that watch them. */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* A sanitizer makes all slow, and keeps memory that was freed. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define RIG_IS_SANITIZED TRUE
#else
#define RIG_IS_SANITIZED FALSE
#endif

/* Generous: it is only reached when something is broken. */
#define RIG_TIMEOUT (60 * GST_SECOND)

typedef struct _Simulator Simulator;

/* @arguments: of edge-rtsp-camera, with spaces between; @port: 0 = a free one. Returns when it accepts clients. */
Simulator *simulator_start (const gchar * arguments, guint port);
guint simulator_get_port (Simulator * simulator);
void simulator_command (Simulator * simulator, const gchar * line);
void simulator_freeze (Simulator * simulator);
void simulator_thaw (Simulator * simulator);
/* Kills it. */
void simulator_stop (Simulator * simulator);

/* A network to the server at port @to that obeys edge-fault-proxy's commands, as a simulator does. */
Simulator *proxy_start (guint to);

typedef struct _Rig Rig;

typedef struct
{
  GstElement *element;
  Rig *rig;

  /* the rig's lock */
  guint frames;
  guint disconts;
  guint disordered;             /* not later than the frame before */
  guint without_time;           /* no sender time, after one that had it */
  guint with_time;
  guint streams;                /* stream-start events */
  guint segments;
  guint breaks;                 /* flushes and ends */
  gint64 age;                   /* of the last frame, in ns by the sender's clock, which is ours; < 0: not known */
  GstClockTime first;
  GstClockTime last;
  GstCaps *caps;
} RigCamera;

struct _Rig
{
  GstElement *pipeline;
  GstBus *bus;
  RigCamera *cameras;
  guint n_cameras;
  guint n_warnings;

  gint64 started;               /* monotonic time */
  gint64 first_active;          /* how long the first camera took that became active; 0 = none yet */

  GMutex lock;
  GCond changed;
};

/* To be called in each test without a rig: see its comment. */
void rig_forgive_rtspsrc (void);

/* A pipeline of @n cameras, cam1 to camN of the simulator at @port, each with @properties, followed by @rest, in state
 * PLAYING. Reconnects quickly, gives up after 2 s of silence, and its circuit never opens, unless told otherwise. */
Rig *rig_start (guint n, guint port, const gchar * properties, const gchar * rest);

/* Ends it. No ERROR may have been posted, no frame may have been out of order. */
void rig_stop (Rig * rig);

/* Until camera @number says that it is in @state, for @reason if that is not NULL. */
void rig_await_state (Rig * rig, guint number, const gchar * state, const gchar * reason);

/* And says what contains @words. */
void rig_await_message (Rig * rig, guint number, const gchar * state, const gchar * reason, const gchar * words);

/* Its video is there again, in the same stream and segment: within 2 s, or on a busy machine within four times what the
 * first connection took. @since: when it could, in monotonic microseconds. */
void rig_await_recovery (Rig * rig, guint number, gint64 since);

/* Until what comes is less than a second old, which takes no longer than a recovery may. */
void rig_await_live (Rig * rig, guint number, gint64 since);

/* Until so many more frames have come. */
void rig_await_frames (Rig * rig, guint number, guint more);

void rig_await_caps (Rig * rig, guint number, const gchar * caps);

void rig_await_eos (Rig * rig);

guint64 rig_get_stat (Rig * rig, guint number, const gchar * field);

RigCamera *rig_get_camera (Rig * rig, guint number);

G_END_DECLS
