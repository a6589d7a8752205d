/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The keys of the config file, and what each may be. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-value.h"

#define MAX_SHORT_STRING 255    /* of AMQP */

#define FIELD(name) G_STRUCT_OFFSET (GstEdgeConfig, name)
#define REDIS_URL_RULE "redis://user:password@host:6379/0, or one with redis+unix, redis+sentinel or rediss"
#define NAME_RULE "a name of 1 to 255 bytes"
#define FILE_RULE "the name of a PEM file"
#define SIZE_RULE "a size from 16x16 to 8192x8192, like 1280x720"

static const gchar *const full_policies[] = { "upstream", "downstream", NULL };

/* Named as the properties of the sinks are. */
#define SERVER_KEYS(server) \
  {"ca_file", GST_EDGE_VALUE_TEXT, FIELD (server.ca_file), 1, 4096, FILE_RULE}, \
  {"cert_file", GST_EDGE_VALUE_TEXT, FIELD (server.cert_file), 1, 4096, FILE_RULE}, \
  {"key_file", GST_EDGE_VALUE_TEXT, FIELD (server.key_file), 1, 4096, FILE_RULE}, \
  {"tls_verify", GST_EDGE_VALUE_FLAG, FIELD (server.tls_verify), 0, 0, "true or false"}, \
  {"timeout_seconds", GST_EDGE_VALUE_NUMBER, FIELD (server.timeout), 1, 600, "a number of seconds from 1 to 600"}, \
  {"max_in_flight", GST_EDGE_VALUE_NUMBER, FIELD (server.max_in_flight), 1, 65535, "a number from 1 to 65535"}, \
  {"max_size_buffers", GST_EDGE_VALUE_NUMBER, FIELD (server.max_size_buffers), 1, 1000000, \
      "a number of frames from 1 to 1000000"}, \
  {"max_age_seconds", GST_EDGE_VALUE_NUMBER, FIELD (server.max_age), 0, 86400, \
      "a number of seconds from 0 to 86400 (0 = no limit)"}, \
  {"leaky", GST_EDGE_VALUE_CHOICE, FIELD (server.leaky), 0, 0, \
      "upstream (the new frame is dropped) or downstream (the oldest one)", FALSE, full_policies}

const GstEdgeConfigKey gst_edge_config_top_keys[] = {
  {"target_fps", GST_EDGE_VALUE_RATE, FIELD (frames.rate), 0, 0,
      "a number of frames per second from 0 to 240 (0 = all that the camera sends)"},
  {NULL}
};

static const GstEdgeConfigKey amqp_keys[] = {
  {"amqp_url", GST_EDGE_VALUE_TEXT, FIELD (amqp_url), 1, 4096, "amqp://user:password@host:5672/vhost", TRUE},
  {"exchange", GST_EDGE_VALUE_TEXT, FIELD (amqp_exchange), 1, MAX_SHORT_STRING, NAME_RULE},
  {"routing_key_prefix", GST_EDGE_VALUE_TEXT, FIELD (amqp_key_prefix), 0, MAX_SHORT_STRING - 64,
      "a text of at most 191 bytes; the camera id comes behind it"},
  {"delivery_mode", GST_EDGE_VALUE_NUMBER, FIELD (amqp_delivery_mode), 1, 2, "1 (transient) or 2 (persistent)"},
  SERVER_KEYS (amqp),
  {NULL}
};

static const GstEdgeConfigKey redis_keys[] = {
  {"enabled", GST_EDGE_VALUE_FLAG, FIELD (redis_enabled), 0, 0, "true or false"},
  {"address", GST_EDGE_VALUE_TEXT, FIELD (redis_address), 1, 512, "HOST:PORT, like localhost:6379"},
  {"ttl_seconds", GST_EDGE_VALUE_NUMBER, FIELD (redis_ttl), 1, 315360000, "a number of seconds from 1 to 315360000"},
  {"prefix", GST_EDGE_VALUE_TEXT, FIELD (redis_prefix), 1, MAX_SHORT_STRING, NAME_RULE},
  {"username", GST_EDGE_VALUE_TEXT, FIELD (redis_username), 0, 255, "a text of at most 255 bytes, \"\" for none"},
  {"password", GST_EDGE_VALUE_TEXT, FIELD (redis_password), 0, 512, "a text of at most 512 bytes, \"\" for none",
      TRUE},
  {"database", GST_EDGE_VALUE_NUMBER, FIELD (redis_database), 0, 65535, "a number from 0 to 65535"},
  {"tls", GST_EDGE_VALUE_FLAG, FIELD (redis_tls), 0, 0, "true or false"},
  {"redis_url", GST_EDGE_VALUE_TEXT, FIELD (redis_url), 1, 4096, REDIS_URL_RULE, TRUE},
  {"latest", GST_EDGE_VALUE_FLAG, FIELD (redis_latest), 0, 0, "true or false"},
  {"index", GST_EDGE_VALUE_FLAG, FIELD (redis_index), 0, 0, "true or false"},
  SERVER_KEYS (redis),
  {NULL}
};

static const GstEdgeConfigKey metadata_keys[] = {
  {"enabled", GST_EDGE_VALUE_FLAG, FIELD (metadata_enabled), 0, 0, "true or false"},
  {"exchange", GST_EDGE_VALUE_TEXT, FIELD (metadata_exchange), 1, MAX_SHORT_STRING, NAME_RULE},
  {"routing_key", GST_EDGE_VALUE_TEXT, FIELD (metadata_key), 1, MAX_SHORT_STRING - 7,
      "a text of 1 to 248 bytes"},
  {NULL}
};

static const GstEdgeConfigKey metrics_keys[] = {
  {"port", GST_EDGE_VALUE_NUMBER, FIELD (metrics_port), 0, 65535, "a port from 1 to 65535 (0 = no server)"},
  {"address", GST_EDGE_VALUE_TEXT, FIELD (metrics_address), 1, 64,
      "an IP address: 127.0.0.1 for this machine only, 0.0.0.0 for all"},
  {"token_file", GST_EDGE_VALUE_TEXT, FIELD (metrics_token_file), 0, 4096,
      "the name of a file with a token, or user:password, in its first line"},
  {"pictures", GST_EDGE_VALUE_FLAG, FIELD (metrics_pictures), 0, 0, "true or false"},
  {"log_json", GST_EDGE_VALUE_TEXT, FIELD (metrics_log_file), 0, 4096, "the name of a file for the log as JSON lines"},
  {"log_interval_seconds", GST_EDGE_VALUE_NUMBER, FIELD (log_interval), 0, 86400,
      "a number of seconds from 0 to 86400 (0 = no summaries in the log)"},
  {NULL}
};

static const GstEdgeConfigKey optimization_keys[] = {
  {"max_workers", GST_EDGE_VALUE_NUMBER, FIELD (max_workers), 0, 1024, "a number from 0 to 1024 (0 = 2 x CPUs)"},
  {"buffer_size", GST_EDGE_VALUE_NUMBER, FIELD (buffer_size), 0, 1000000,
      "a number of frames from 0 to 1000000 (0 = 100 x cameras)"},
  {"frame_quality", GST_EDGE_VALUE_NUMBER, FIELD (frames.frame_quality), 2, 31,
      "a number from 2 (best) to 31, the scale of ffmpeg -q:v"},
  {"jpeg_quality", GST_EDGE_VALUE_NUMBER, FIELD (frames.jpeg_quality), 1, 100, "a number from 1 to 100 (best)"},
  {"frame_resolution", GST_EDGE_VALUE_SIZE, FIELD (frames.width), 0, 0, SIZE_RULE},
  {"circuit_max_failures", GST_EDGE_VALUE_NUMBER, FIELD (circuit_max_failures), 0, 1000000,
      "a number from 0 to 1000000 (0 = never give up)"},
  {"circuit_reset_seconds", GST_EDGE_VALUE_NUMBER, FIELD (circuit_reset), 1, 86400,
      "a number of seconds from 1 to 86400"},
  {NULL}
};

const GstEdgeConfigSection gst_edge_config_sections[] = {
  {"amqp", amqp_keys},
  {"redis", redis_keys},
  {"metadata", metadata_keys},
  {"metrics", metrics_keys},
  {"optimization", optimization_keys},
  {NULL}
};
