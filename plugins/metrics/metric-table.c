/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one list of all metrics. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "metric-table.h"

#define COUNTER GST_EDGE_METRIC_COUNTER
#define GAUGE GST_EDGE_METRIC_GAUGE
#define HISTOGRAM GST_EDGE_METRIC_HISTOGRAM

/* *INDENT-OFF* */
static const GstEdgeMetric metrics[] = {
  [GST_EDGE_METRIC_FRAMES] = { "edge_video_frames_total", COUNTER, NULL, "camera,stage",
      "Frames of a camera that came in, were published, stored and announced: confirmed by the server" },
  [GST_EDGE_METRIC_FRAME_BYTES] = { "edge_video_frame_bytes_total", COUNTER, "bytes", "camera,stage",
      "Bytes of the frames in edge_video_frames_total" },
  [GST_EDGE_METRIC_FRAMES_DROPPED] = { "edge_video_frames_dropped_total", COUNTER, NULL, "camera,stage,reason",
      "Frames of a camera that were dropped in a worker pool or on one of the ways out" },
  [GST_EDGE_METRIC_FRAMES_REJECTED] = { "edge_video_frames_rejected_total", COUNTER, NULL, "camera,stage,reason",
      "Frames of a camera that a server refused for good, or returned because no queue is bound for them" },
  [GST_EDGE_METRIC_FRAMES_NOT_PASSED_ON] = { "edge_video_frames_not_passed_on_total", COUNTER, NULL, "camera",
      "Frames of a camera that are stored and were not passed on to be announced, which was too slow or failed" },
  [GST_EDGE_METRIC_FRAMES_PENDING] = { "edge_video_frames_pending", GAUGE, NULL, "camera,stage",
      "Frames of a camera that wait, or were sent and not answered" },
  [GST_EDGE_METRIC_CAMERA_RATE] = { "edge_video_camera_frames_per_second", GAUGE, NULL, "camera",
      "Frame rate of a camera in the last seconds" },
  [GST_EDGE_METRIC_CAMERA_AGE] = { "edge_video_camera_last_frame_age_seconds", GAUGE, "seconds", "camera",
      "Time since the last frame of a camera came in; absent before the first one" },
  [GST_EDGE_METRIC_CAMERA_DELAY] = { "edge_video_camera_delay_seconds", GAUGE, "seconds", "camera,stage",
      "Time from capture to the server's confirmation, averaged over the last frames" },
  [GST_EDGE_METRIC_CAMERA_STATE] = { "edge_video_camera_state", GAUGE, NULL, "camera,state",
      "1 for the state in which a camera is, 0 for the others: active, inactive (stalled or reconnecting), offline" },
  [GST_EDGE_METRIC_CAMERA_RECONNECTS] = { "edge_video_camera_reconnects_total", COUNTER, NULL, "camera",
      "How often a camera was connected to again" },
  [GST_EDGE_METRIC_CAMERAS] = { "edge_video_cameras", GAUGE, NULL, "state",
      "Number of cameras in a state" },
  [GST_EDGE_METRIC_POOL_WORKERS] = { "edge_video_pool_workers", GAUGE, NULL, "pool",
      "Worker threads of a pool" },
  [GST_EDGE_METRIC_POOL_WORKERS_MAX] = { "edge_video_pool_workers_max", GAUGE, NULL, "pool",
      "Most worker threads that a pool may have" },
  [GST_EDGE_METRIC_POOL_WORKERS_BUSY] = { "edge_video_pool_workers_busy", GAUGE, NULL, "pool",
      "Worker threads of a pool that work now" },
  [GST_EDGE_METRIC_POOL_LANES] = { "edge_video_pool_lanes", GAUGE, NULL, "pool",
      "Elements that share a pool" },
  [GST_EDGE_METRIC_POOL_QUEUED_FRAMES] = { "edge_video_pool_queued_frames", GAUGE, NULL, "pool",
      "Frames that wait for a worker" },
  [GST_EDGE_METRIC_POOL_QUEUED_BYTES] = { "edge_video_pool_queued_bytes", GAUGE, "bytes", "pool",
      "Bytes that wait for a worker" },
  [GST_EDGE_METRIC_POOL_CAPACITY] = { "edge_video_pool_capacity_frames", GAUGE, NULL, "pool",
      "Most frames that may wait for a worker; absent without a limit" },
  [GST_EDGE_METRIC_POOL_FRAMES] = { "edge_video_pool_frames_total", COUNTER, NULL, "pool,result",
      "Frames given to a pool (in), and those that were done (done) or failed (error)" },
  [GST_EDGE_METRIC_POOL_FRAMES_DROPPED] = { "edge_video_pool_frames_dropped_total", COUNTER, NULL, "pool,reason",
      "Frames that a pool dropped" },
  [GST_EDGE_METRIC_POOL_WAIT] = { "edge_video_pool_wait_seconds", HISTOGRAM, "seconds", "pool",
      "Time that frames waited for a worker" },
  [GST_EDGE_METRIC_POOL_RUN] = { "edge_video_pool_run_seconds", HISTOGRAM, "seconds", "pool",
      "Time that a worker spent on a frame" },
  [GST_EDGE_METRIC_LINK_STATE] = { "edge_video_link_state", GAUGE, NULL, "server,group,state",
      "1 for the state in which a link is, 0 for the others: closed, connecting, ready, blocked, backing-off, "
      "circuit-open, circuit-half-open (the single try after a pause), failed" },
  [GST_EDGE_METRIC_LINK_ELEMENTS] = { "edge_video_link_elements", GAUGE, NULL, "server,group",
      "Elements that share a link" },
  [GST_EDGE_METRIC_LINK_CONNECTS] = { "edge_video_link_connects_total", COUNTER, NULL, "server,group",
      "How often a link became ready" },
  [GST_EDGE_METRIC_LINK_QUEUED] = { "edge_video_link_queued_messages", GAUGE, NULL, "server,group",
      "Messages that wait to be sent" },
  [GST_EDGE_METRIC_LINK_IN_FLIGHT] = { "edge_video_link_in_flight_messages", GAUGE, NULL, "server,group",
      "Messages that were sent and not answered" },
  [GST_EDGE_METRIC_LINK_MESSAGES] = { "edge_video_link_messages_total", COUNTER, NULL, "server,group,result",
      "Messages given to a link (in), and what became of them" },
  [GST_EDGE_METRIC_LINK_RESENT] = { "edge_video_link_resent_messages_total", COUNTER, NULL, "server,group",
      "Messages that were sent again, because a connection was lost before the answer" },
  [GST_EDGE_METRIC_LINK_LATENCY] = { "edge_video_link_latency_seconds", HISTOGRAM, "seconds", "server,group",
      "Time from giving a message to a link to the server's confirmation" },
  [GST_EDGE_METRIC_PROCESS_CPU] = { "process_cpu_seconds_total", COUNTER, "seconds", "",
      "User and system CPU time of the process" },
  [GST_EDGE_METRIC_PROCESS_RESIDENT] = { "process_resident_memory_bytes", GAUGE, "bytes", "",
      "Resident memory of the process" },
  [GST_EDGE_METRIC_PROCESS_VIRTUAL] = { "process_virtual_memory_bytes", GAUGE, "bytes", "",
      "Virtual memory of the process" },
  [GST_EDGE_METRIC_PROCESS_THREADS] = { "process_threads", GAUGE, NULL, "",
      "Threads of the process" },
  [GST_EDGE_METRIC_PROCESS_OPEN_FDS] = { "process_open_fds", GAUGE, NULL, "",
      "Open file descriptors of the process" },
  [GST_EDGE_METRIC_PROCESS_MAX_FDS] = { "process_max_fds", GAUGE, NULL, "",
      "Most file descriptors that the process may have open" },
  [GST_EDGE_METRIC_PROCESS_START] = { "process_start_time_seconds", GAUGE, "seconds", "",
      "Start time of the process, since the Unix epoch" },
  [GST_EDGE_METRIC_BUILD] = { "edge_video_build_info", GAUGE, NULL, "version,gstreamer",
      "Always 1; the labels say what runs" },
  [GST_EDGE_METRIC_COLLECTION] = { "edge_video_collection_duration_seconds", GAUGE, "seconds", "",
      "Time that it took to collect and write these metrics" },
};
/* *INDENT-ON* */

G_STATIC_ASSERT (G_N_ELEMENTS (metrics) == GST_EDGE_N_METRICS);

const GstEdgeMetric *
gst_edge_metric_get (GstEdgeMetricId id)
{
  return &metrics[id];
}

const gchar *
gst_edge_metric_type_get_name (GstEdgeMetricType type)
{
  static const gchar *names[] = { "counter", "gauge", "histogram" };

  return names[type];
}

gchar *
gst_edge_metric_table_to_markdown (void)
{
  GString *text = g_string_new ("| metric | type | labels | what it says |\n|---|---|---|---|\n");
  guint i;

  for (i = 0; i < GST_EDGE_N_METRICS; i++) {
    gchar **labels = g_strsplit (metrics[i].labels, ",", -1);
    gchar *joined = g_strjoinv (", ", labels);

    g_string_append_printf (text, "| `%s` | %s | %s | %s |\n", metrics[i].name,
        gst_edge_metric_type_get_name (metrics[i].type), joined, metrics[i].help);
    g_free (joined);
    g_strfreev (labels);
  }
  return g_string_free (text, FALSE);
}
