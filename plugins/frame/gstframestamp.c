/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-framestamp
 * @title: framestamp
 *
 * Gives each buffer its identity: camera id, capture time in UTC, sequence number and, from the caps, width,
 * height and encoding. Put it once, just before the `tee`, so that a frame has the same identity on all its ways.
 * The identity travels as a #GstMeta through `tee`, `queue`, `workerpool` and encoders.
 *
 * The capture time is the sender's NTP time where the buffers carry it (`rtspsrc
 * add-reference-timestamp-meta=true`), else the pipeline clock's time mapped to UTC.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 -v videotestsrc num-buffers=30 ! edgejpegenc ! framestamp camera-id=cam1 ! fakesink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera-summary.h"
#include "gstframestamp.h"

#include "element/element-error.h"
#include "frame/camera-id.h"
#include "frame/capture-clock.h"
#include "frame/frame-stamper.h"
#include "net/edge-error.h"
#include "stats/camera-record.h"
#include "work/ticker.h"

GST_DEBUG_CATEGORY_STATIC (gst_frame_stamp_debug);
#define GST_CAT_DEFAULT gst_frame_stamp_debug

#define DEFAULT_STATS_INTERVAL (30 * GST_SECOND)

struct _GstFrameStamp
{
  GstBaseTransform parent;

  gchar *camera_id;             /* object lock; nullable */
  GstClockTime stats_interval;  /* object lock */

  /* Set before streaming starts, constant until it has ended. */
  gchar *active_camera_id;
  GstEdgeCameraRecord *record;
  GMutex log_lock;              /* one start or end of the log at a time; not taken by its call */
  gboolean logging;             /* log_lock: between start and stop */
  GstEdgeTick *log_tick;        /* log_lock; nullable */

  GstEdgeFrameStamper stamper;  /* streaming thread */
  guint64 stamped;              /* atomic */
  gint64 last_capture_time;     /* atomic */
};

enum
{
  PROP_0,
  PROP_CAMERA_ID,
  PROP_STATS_INTERVAL,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC,
    GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_FINAL_TYPE (GstFrameStamp, gst_frame_stamp, GST_TYPE_BASE_TRANSFORM);
GST_ELEMENT_REGISTER_DEFINE (framestamp, "framestamp", GST_RANK_NONE, GST_TYPE_FRAME_STAMP);

static gboolean
check_camera_id (GstFrameStamp *self)
{
  GError *error;

  GST_OBJECT_LOCK (self);
  g_free (self->active_camera_id);
  self->active_camera_id = g_strdup (self->camera_id);
  GST_OBJECT_UNLOCK (self);

  if (gst_edge_camera_id_is_valid (self->active_camera_id))
    return TRUE;
  if (self->active_camera_id == NULL)
    error = g_error_new_literal (GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "camera-id: not set; say which camera the frames are from, as in camera-id=cam1");
  else
    error = g_error_new (GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "camera-id: \"%s\" is not a camera id; use %s", self->active_camera_id, GST_EDGE_CAMERA_ID_RULE);
  gst_edge_element_post_error (GST_ELEMENT (self), error, "camera-id", NULL);
  g_error_free (error);
  return FALSE;
}

/* "Camera cam1: 300 frames, 0 errors, last frame 100 ms ago": errors are frames that were dropped or refused on one of
 * the ways out. */
static void
log_camera (gpointer data)
{
  GstFrameStamp *self = data;
  GstEdgeCameraSnapshot camera;

  if (gst_debug_category_get_threshold (GST_CAT_DEFAULT) < GST_LEVEL_INFO)
    return;
  gst_edge_camera_record_read (self->record, &camera);
  if (camera.age >= 0)
    GST_INFO_OBJECT (self, "Camera %s: %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " errors, last frame %"
        G_GINT64_FORMAT " ms ago", camera.id, camera.frames, gst_edge_camera_summary_get_errors (camera.id),
        camera.age / G_TIME_SPAN_MILLISECOND);
  else
    GST_INFO_OBJECT (self, "Camera %s: no frames yet", camera.id);
  g_free (camera.reason);
}

/* Frames are worth more than lines in the log: without the thread that writes them, they still go through. */
static void
restart_log_unlock (GstFrameStamp *self)
{
  GError *error = NULL;
  GstClockTime interval;

  GST_OBJECT_LOCK (self);
  interval = self->stats_interval;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->log_tick, gst_edge_ticker_remove);
  if (self->logging && interval > 0)
    self->log_tick = gst_edge_ticker_add ((gint64) MAX (interval / GST_USECOND, 1), log_camera, self, &error);
  g_mutex_unlock (&self->log_lock);
  if (error == NULL)
    return;
  gst_edge_element_warn_of_missing_thread (GST_ELEMENT (self), "stats-interval", error);
  g_error_free (error);
}

static void
set_logging (GstFrameStamp *self, gboolean logging)
{
  g_mutex_lock (&self->log_lock);
  self->logging = logging;
  restart_log_unlock (self);
}

static gboolean
gst_frame_stamp_start (GstBaseTransform *trans)
{
  GstFrameStamp *self = GST_FRAME_STAMP (trans);

  if (!check_camera_id (self))
    return FALSE;
  self->record = gst_edge_camera_record_use (self->active_camera_id);
  gst_edge_camera_summary_use ();
  set_logging (self, TRUE);
  return TRUE;
}

static gboolean
gst_frame_stamp_stop (GstBaseTransform *trans)
{
  GstFrameStamp *self = GST_FRAME_STAMP (trans);

  set_logging (self, FALSE);
  gst_edge_camera_summary_unuse ();
  g_clear_pointer (&self->record, gst_edge_camera_record_unuse);
  return TRUE;
}

static gboolean
gst_frame_stamp_set_caps (GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  gst_edge_frame_stamper_set_caps (&GST_FRAME_STAMP (trans)->stamper, incaps);
  return TRUE;
}

/* The memory stays shared, only the buffer's own head is made writable, for the meta. */
static GstFlowReturn
gst_frame_stamp_prepare_output_buffer (GstBaseTransform *trans, GstBuffer *input, GstBuffer **output)
{
  *output = gst_buffer_is_writable (input) ? input : gst_buffer_copy (input);
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_frame_stamp_transform_ip (GstBaseTransform *trans, GstBuffer *buffer)
{
  GstFrameStamp *self = GST_FRAME_STAMP (trans);
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstEdgeFrameIdentity identity;
  gint64 time;

  time = gst_edge_capture_time (&self->stamper.sender, buffer, &trans->segment, clock,
      gst_element_get_base_time (GST_ELEMENT (self)));
  gst_clear_object (&clock);

  gst_edge_frame_stamper_next (&self->stamper, self->active_camera_id, time, &identity);
  gst_edge_buffer_set_identity (buffer, &identity);
  gst_edge_camera_record_count_frame (self->record, gst_buffer_get_size (buffer));
  if (g_strcmp0 (identity.encoding, "jpeg") == 0)
    gst_edge_camera_record_offer_picture (self->record, buffer, time);
  gst_edge_frame_identity_clear (&identity);

  __atomic_fetch_add (&self->stamped, 1, __ATOMIC_RELAXED);
  __atomic_store_n (&self->last_capture_time, time, __ATOMIC_RELAXED);
  return GST_FLOW_OK;
}

static GstStructure *
get_stats (GstFrameStamp *self)
{
  return gst_structure_new ("frame-stamp-stats",
      "in", G_TYPE_UINT64, __atomic_load_n (&self->stamped, __ATOMIC_RELAXED),
      "last-capture-time", G_TYPE_INT64, __atomic_load_n (&self->last_capture_time, __ATOMIC_RELAXED),
      NULL);
}

static void
gst_frame_stamp_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstFrameStamp *self = GST_FRAME_STAMP (object);

  switch (prop_id) {
    case PROP_CAMERA_ID:
      GST_OBJECT_LOCK (self);
      g_free (self->camera_id);
      self->camera_id = g_value_dup_string (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_STATS_INTERVAL:
      GST_OBJECT_LOCK (self);
      self->stats_interval = g_value_get_uint64 (value);
      GST_OBJECT_UNLOCK (self);
      g_mutex_lock (&self->log_lock);
      restart_log_unlock (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
gst_frame_stamp_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstFrameStamp *self = GST_FRAME_STAMP (object);

  switch (prop_id) {
    case PROP_CAMERA_ID:
      GST_OBJECT_LOCK (self);
      g_value_set_string (value, self->camera_id);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_STATS_INTERVAL:
      GST_OBJECT_LOCK (self);
      g_value_set_uint64 (value, self->stats_interval);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
gst_frame_stamp_finalize (GObject *object)
{
  GstFrameStamp *self = GST_FRAME_STAMP (object);

  gst_edge_frame_stamper_clear (&self->stamper);
  g_free (self->camera_id);
  g_free (self->active_camera_id);
  g_mutex_clear (&self->log_lock);
  G_OBJECT_CLASS (gst_frame_stamp_parent_class)->finalize (object);
}

static void
gst_frame_stamp_class_init (GstFrameStampClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_frame_stamp_debug, "framestamp", 0, "frame identity");

  object_class->set_property = gst_frame_stamp_set_property;
  object_class->get_property = gst_frame_stamp_get_property;
  object_class->finalize = gst_frame_stamp_finalize;

  /**
   * GstFrameStamp:camera-id:
   *
   * Which camera the frames are from. Must be set.
   */
  properties[PROP_CAMERA_ID] = g_param_spec_string ("camera-id", "Camera id",
      "Which camera the frames are from: " GST_EDGE_CAMERA_ID_RULE ". Must be set", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstFrameStamp:stats-interval:
   *
   * Time between two lines about the camera in the log (category `framestamp`, INFO): how many frames, how many were
   * dropped or refused on one of the ways out, and how long ago the last one was. 0 = no lines.
   */
  properties[PROP_STATS_INTERVAL] = g_param_spec_uint64 ("stats-interval", "Stats interval",
      "Time between two lines about the camera in the log (ns, 0 = never)", 0, G_MAXINT64, DEFAULT_STATS_INTERVAL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstFrameStamp:stats:
   *
   * `in` (guint64): frames stamped; `last-capture-time` (gint64): Unix ns of the last one.
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "in: frames stamped; last-capture-time: of the last frame, Unix ns", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Frame stamp", "Filter/Metadata",
      "Gives each frame its identity: camera id, UTC capture time, sequence number",
      "the gst-edge-video authors");

  trans_class->start = gst_frame_stamp_start;
  trans_class->stop = gst_frame_stamp_stop;
  trans_class->set_caps = gst_frame_stamp_set_caps;
  trans_class->prepare_output_buffer = gst_frame_stamp_prepare_output_buffer;
  trans_class->transform_ip = gst_frame_stamp_transform_ip;
  trans_class->transform_ip_on_passthrough = TRUE;
}

static void
gst_frame_stamp_init (GstFrameStamp *self)
{
  g_mutex_init (&self->log_lock);
  self->stats_interval = DEFAULT_STATS_INTERVAL;
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}
