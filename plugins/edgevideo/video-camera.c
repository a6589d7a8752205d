/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One running camera. It starts like any bin; how it ends is what this file is about. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-graph.h"
#include "frame/frame-identity.h"
#include "video-camera.h"

GST_DEBUG_CATEGORY_EXTERN (gst_edge_video_bin_debug);
#define GST_CAT_DEFAULT gst_edge_video_bin_debug

#define MAX_BURST (10 * G_USEC_PER_SEC)

struct _GstEdgeVideoCamera
{
  GstBin parent;

  gchar *pool;                  /* constant */
  GstEdgeGraph *graph;          /* lock; changed by one thread, which reads it without */

  GMutex lock;
  GCond changed;
  gboolean drained;             /* lock */
  gboolean cancelled;           /* lock */
  gint64 first_frame_time;      /* lock: monotonic microseconds; 0 = none yet */
  gint64 first_capture_time;    /* lock: Unix ns, as the camera's clock is */
};

enum
{
  PROP_0,
  PROP_DESCRIPTION,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstEdgeVideoCamera, gst_edge_video_camera, GST_TYPE_BIN);

/* (transfer full) (nullable): the element of the graph with that role */
static GstElement *
get_element (GstEdgeVideoCamera *self, const gchar *role)
{
  gchar *name = g_strdup_printf ("%s-%s", role, GST_OBJECT_NAME (self));
  GstElement *element = gst_bin_get_by_name (GST_BIN (self), name);

  g_free (name);
  return element;
}

static GstPadProbeReturn
on_first_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEdgeVideoCamera *self = user_data;
  const GstEdgeFrameIdentity *identity = NULL;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    identity = gst_edge_buffer_get_identity (GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_lock (&self->lock);
  self->first_capture_time = identity != NULL ? identity->capture_time : 0;
  self->first_frame_time = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_REMOVE;
}

static void
watch_first_frame (GstEdgeVideoCamera *self)
{
  GstElement *stamp = get_element (self, GST_EDGE_CAMERA_STAMP);
  GstPad *pad = gst_element_get_static_pad (stamp, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_first_frame, self,
      NULL);
  gst_object_unref (pad);
  gst_object_unref (stamp);
}

GstEdgeVideoCamera *
gst_edge_video_camera_new (const GstEdgeConfig *config, const gchar *id, const gchar *pool, GError **error)
{
  GstEdgeVideoCamera *self = g_object_new (GST_EDGE_TYPE_VIDEO_CAMERA, "name", id, NULL);

  self->pool = g_strdup (pool);
  self->graph = gst_edge_camera_graph_new (config, id, pool);
  if (!gst_edge_graph_build (self->graph, GST_BIN (self), error)) {
    gst_object_unref (gst_object_ref_sink (self));
    return NULL;
  }
  watch_first_frame (self);
  return self;
}

void
gst_edge_video_camera_update (GstEdgeVideoCamera *self, const GstEdgeConfig *config)
{
  GstEdgeGraph *graph = gst_edge_camera_graph_new (config, GST_OBJECT_NAME (self), self->pool), *old;

  g_mutex_lock (&self->lock);
  old = self->graph;
  self->graph = graph;
  g_mutex_unlock (&self->lock);
  gst_edge_graph_update (graph, old, GST_BIN (self));
  gst_edge_graph_free (old);
}

gchar *
gst_edge_video_camera_describe (GstEdgeVideoCamera *self)
{
  gchar *text;

  g_mutex_lock (&self->lock);
  text = gst_edge_graph_to_text (self->graph, GST_BIN (self));
  g_mutex_unlock (&self->lock);
  return text;
}

static gboolean
has_frames (GstEdgeVideoCamera *self)
{
  gboolean result;

  g_mutex_lock (&self->lock);
  result = self->first_frame_time != 0;
  g_mutex_unlock (&self->lock);
  return result;
}

/* ---- the end ---- */

static void
set_flag (GstEdgeVideoCamera *self, gboolean *flag)
{
  g_mutex_lock (&self->lock);
  *flag = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Locked, so that the bin around it does not start it again. */
static void
stop_all (GstEdgeVideoCamera *self)
{
  gst_element_set_locked_state (GST_ELEMENT (self), TRUE);
  gst_element_set_state (GST_ELEMENT (self), GST_STATE_NULL);
}

void
gst_edge_video_camera_set_drained (GstEdgeVideoCamera *self)
{
  set_flag (self, &self->drained);
}

void
gst_edge_video_camera_cancel (GstEdgeVideoCamera *self)
{
  set_flag (self, &self->cancelled);
  stop_all (self);              /* unblocks a sink that waits for answers */
}

/* Stops only the source: locked, so that its bin does not start it again. */
static void
stop_source (GstEdgeVideoCamera *self)
{
  GstElement *source = get_element (self, GST_EDGE_CAMERA_SOURCE);

  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_object_unref (source);
}

static void
set_drain_timeout (GstEdgeVideoCamera *self, const gchar *role, gint64 deadline)
{
  GstElement *element = get_element (self, role);
  gint64 left = MAX (deadline - g_get_monotonic_time (), 0);

  if (element == NULL)
    return;
  /* 0 would mean for ever to some and not at all to others */
  g_object_set (element, "drain-timeout", MAX ((guint64) left, 1) * GST_USECOND, NULL);
  gst_object_unref (element);
}

/* EOS to what follows the source. */
static void
push_eos (GstEdgeVideoCamera *self)
{
  GstElement *source = get_element (self, GST_EDGE_CAMERA_SOURCE);
  GstPad *pad = gst_element_get_static_pad (source, "src");
  GstPad *peer = pad != NULL ? gst_pad_get_peer (pad) : NULL;

  if (peer != NULL) {
    gst_pad_send_event (peer, gst_event_new_eos ());
    gst_object_unref (peer);
  }
  gst_clear_object (&pad);
  gst_object_unref (source);
}

static void
wait_drained (GstEdgeVideoCamera *self, gint64 deadline)
{
  g_mutex_lock (&self->lock);
  while (!self->drained && !self->cancelled) {
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      break;
  }
  if (!self->drained && !self->cancelled)
    GST_WARNING_OBJECT (self, "stopped before everything was delivered");
  g_mutex_unlock (&self->lock);
}

static gboolean
is_playing (GstEdgeVideoCamera *self)
{
  GstState state;

  GST_OBJECT_LOCK (self);
  state = GST_STATE (self);
  GST_OBJECT_UNLOCK (self);
  return state == GST_STATE_PLAYING;
}

void
gst_edge_video_camera_stop (GstEdgeVideoCamera *self, gint64 deadline)
{
  /* 1. no more frames */
  stop_source (self);
  /* 2. those that are here go out; paused they cannot, and without any there is nothing to wait for */
  if (is_playing (self) && has_frames (self)) {
    set_drain_timeout (self, GST_EDGE_CAMERA_PUBLISH, deadline);
    set_drain_timeout (self, GST_EDGE_CAMERA_WORKERS, deadline);
    set_drain_timeout (self, GST_EDGE_CAMERA_STORE, deadline);
    set_drain_timeout (self, GST_EDGE_CAMERA_ANNOUNCE, deadline);
    push_eos (self);
    wait_drained (self, deadline);
  }
  /* 3. the rest is counted as dropped */
  stop_all (self);
}

/* ---- numbers ---- */

/* (transfer full) (nullable) */
static GstStructure *
get_stats (GstEdgeVideoCamera *self, const gchar *role)
{
  GstElement *element = get_element (self, role);
  GstStructure *stats = NULL;

  if (element == NULL)
    return NULL;
  g_object_get (element, "stats", &stats, NULL);
  gst_object_unref (element);
  return stats;
}

void
gst_edge_video_camera_add_to_tally (GstEdgeVideoCamera *self, GstEdgeTally *tally)
{
  GstStructure *stamp = get_stats (self, GST_EDGE_CAMERA_STAMP);
  GstStructure *publish = get_stats (self, GST_EDGE_CAMERA_PUBLISH);
  GstStructure *workers = get_stats (self, GST_EDGE_CAMERA_WORKERS);
  GstStructure *store = get_stats (self, GST_EDGE_CAMERA_STORE);
  GstStructure *announce = get_stats (self, GST_EDGE_CAMERA_ANNOUNCE);

  gst_edge_tally_add_stamp (tally, stamp);
  gst_edge_tally_add_sink (tally, "publish", &tally->published, publish);
  gst_edge_tally_add_workers (tally, workers);
  gst_edge_tally_add_sink (tally, "store", &tally->stored, store);
  gst_edge_tally_add_sink (tally, "announce", &tally->announced, announce);
  g_clear_pointer (&stamp, gst_structure_free);
  g_clear_pointer (&publish, gst_structure_free);
  g_clear_pointer (&workers, gst_structure_free);
  g_clear_pointer (&store, gst_structure_free);
  g_clear_pointer (&announce, gst_structure_free);
}

gint64
gst_edge_video_camera_get_framing (GstEdgeVideoCamera *self, gint64 end)
{
  GstStructure *stamp = get_stats (self, GST_EDGE_CAMERA_STAMP);
  gint64 last = 0, captured, arrived;

  gst_structure_get_int64 (stamp, "last-capture-time", &last);
  gst_structure_free (stamp);
  g_mutex_lock (&self->lock);
  captured = self->first_capture_time != 0 ? (last - self->first_capture_time) / 1000 : 0;
  arrived = self->first_frame_time != 0 ? end - self->first_frame_time : 0;
  g_mutex_unlock (&self->lock);
  /* the first frames come faster than they were captured; but a clock that was set says nothing */
  return captured > arrived && captured < arrived + MAX_BURST ? captured : MAX (arrived, 0);
}

static GstStructure *
make_stats (GstEdgeVideoCamera *self)
{
  GstStructure *stats;
  GstEdgeTally tally;

  gst_edge_tally_init (&tally);
  gst_edge_video_camera_add_to_tally (self, &tally);
  stats = gst_structure_new ("camera-stats",
      "frames", G_TYPE_UINT64, tally.frames,
      "published", G_TYPE_UINT64, tally.published,
      "stored", G_TYPE_UINT64, tally.stored,
      "announced", G_TYPE_UINT64, tally.announced, "dropped", GST_TYPE_STRUCTURE, tally.dropped, NULL);
  gst_edge_tally_clear (&tally);
  return stats;
}

/* ---- object ---- */

static void
gst_edge_video_camera_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstEdgeVideoCamera *self = GST_EDGE_VIDEO_CAMERA (object);

  switch (prop_id) {
    case PROP_DESCRIPTION:
      g_value_take_string (value, gst_edge_video_camera_describe (self));
      break;
    case PROP_STATS:
      g_value_take_boxed (value, make_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
gst_edge_video_camera_finalize (GObject *object)
{
  GstEdgeVideoCamera *self = GST_EDGE_VIDEO_CAMERA (object);

  g_clear_pointer (&self->graph, gst_edge_graph_free);
  g_free (self->pool);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (gst_edge_video_camera_parent_class)->finalize (object);
}

static void
gst_edge_video_camera_class_init (GstEdgeVideoCameraClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gst_edge_video_camera_get_property;
  object_class->finalize = gst_edge_video_camera_finalize;
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", "Description",
      "This camera as a line for gst-launch-1.0, without secrets", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "frames, published, stored, announced, and dropped by way and reason", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Camera of edgevideobin", "Generic/Bin",
      "One camera with its ways out", "the gst-edge-video authors");
}

static void
gst_edge_video_camera_init (GstEdgeVideoCamera *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}
