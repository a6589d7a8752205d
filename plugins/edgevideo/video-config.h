/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a config file says, as plain structs. A config is immutable once it is made, and reference counted: every
 * camera that runs keeps the one that it was started with. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_EDGE_CONFIG_MAX_RATE 240
#define GST_EDGE_CONFIG_MIN_SIZE 16
#define GST_EDGE_CONFIG_MAX_SIZE 8192
#define GST_EDGE_CONFIG_LOG_INTERVAL 30 /* seconds, when nothing is said; that of the elements, too */

/* Frames per second as a fraction; 0/1 = all that the camera sends. */
typedef struct
{
  gint n;
  gint d;                       /* 0 = not given */
} GstEdgeRate;

/* How frames are made. What is not given is zero; what a camera does not give is that of the whole file. */
typedef struct
{
  GstEdgeRate rate;
  guint frame_quality;          /* 2 (best) … 31, as ffmpeg -q:v */
  guint jpeg_quality;           /* 1 … 100 */
  guint width;
  guint height;
} GstEdgeFrameSettings;

typedef enum
{
  GST_EDGE_CAMERA_TCP,
  GST_EDGE_CAMERA_UDP,
  GST_EDGE_CAMERA_AUTO,
} GstEdgeCameraProtocol;

typedef enum
{
  GST_EDGE_CAMERA_DECODE_AUTO,
  GST_EDGE_CAMERA_DECODE_ALL,
  GST_EDGE_CAMERA_DECODE_KEYFRAMES,
} GstEdgeCameraDecodeMode;

typedef struct
{
  gchar *id;
  gchar *url;                   /* secret: may have credentials */
  gchar *user;                  /* nullable */
  gchar *password;              /* nullable, secret */
  guint protocol;               /* GstEdgeCameraProtocol */
  guint latency_ms;
  guint decode;                 /* GstEdgeCameraDecodeMode */
  guint stall_timeout;          /* seconds */
  GstEdgeFrameSettings frames;
  gboolean from_application;    /* not in the file: stays when the file is read again */
} GstEdgeCameraConfig;

typedef enum
{
  GST_EDGE_FULL_DROP_NEW,
  GST_EDGE_FULL_DROP_OLD,
} GstEdgeFullPolicy;

/* How a server is spoken to. What is not given has the default of the elements. */
typedef struct
{
  gchar *ca_file;               /* nullable */
  gchar *cert_file;             /* nullable */
  gchar *key_file;              /* nullable */
  gboolean tls_verify;
  guint timeout;                /* seconds; of the connection, as is max_in_flight */
  guint max_in_flight;
  guint max_size_buffers;       /* of each camera's queue, as are the others */
  guint max_age;                /* seconds */
  guint leaky;                  /* GstEdgeFullPolicy */
} GstEdgeServerConfig;

typedef struct
{
  gatomicrefcount refcount;
  gchar *file;                  /* for messages */

  gchar *amqp_url;              /* secret */
  gchar *amqp_exchange;
  gchar *amqp_key_prefix;
  guint amqp_delivery_mode;
  GstEdgeServerConfig amqp;

  gboolean redis_enabled;
  gchar *redis_url;             /* secret, nullable: instead of address, user name, password, database and tls */
  gchar *redis_address;         /* host:port */
  guint redis_database;
  gboolean redis_tls;
  guint redis_ttl;              /* seconds */
  gchar *redis_prefix;
  gchar *redis_username;
  gchar *redis_password;        /* secret */
  gboolean redis_latest;
  gboolean redis_index;
  GstEdgeServerConfig redis;

  gboolean metadata_enabled;
  gchar *metadata_exchange;
  gchar *metadata_key;

  guint metrics_port;           /* 0 = none, as without the section; 9464 where the section does not say */
  gchar *metrics_address;
  gchar *metrics_token_file;    /* "" = none */
  gboolean metrics_pictures;
  gchar *metrics_log_file;      /* "" = none */
  guint log_interval;           /* seconds, also of the elements; 0 = never */

  guint max_workers;            /* 0 = 2 x CPUs */
  guint buffer_size;            /* of the pool, in frames; 0 = 100 per camera */
  guint circuit_max_failures;
  guint circuit_reset;          /* seconds */
  GstEdgeFrameSettings frames;

  GPtrArray *cameras;           /* of GstEdgeCameraConfig */
} GstEdgeConfig;

/* With the defaults of all keys and no camera; one reference. */
GstEdgeConfig *gst_edge_config_new (const gchar * file);
GstEdgeConfig *gst_edge_config_ref (GstEdgeConfig * self);
void gst_edge_config_unref (GstEdgeConfig * self);

/* (transfer full): the same with other cameras: @added (transfer full) (nullable) comes last, the one with the id
 * @removed (nullable) goes. */
GstEdgeConfig *gst_edge_config_copy (const GstEdgeConfig * self, GstEdgeCameraConfig * added, const gchar * removed);

/* (nullable) */
const GstEdgeCameraConfig *gst_edge_config_find (const GstEdgeConfig * self, const gchar * id);

/* What is in force for a camera. */
GstEdgeRate gst_edge_config_get_rate (const GstEdgeConfig * self, const GstEdgeCameraConfig * camera);
guint gst_edge_config_get_quality (const GstEdgeConfig * self, const GstEdgeCameraConfig * camera);
void gst_edge_config_get_size (const GstEdgeConfig * self, const GstEdgeCameraConfig * camera, guint * width,
    guint * height);

/* How many frames of one camera may wait for a worker. */
guint gst_edge_config_get_lane_size (const GstEdgeConfig * self);

void gst_edge_server_config_init (GstEdgeServerConfig * self);
void gst_edge_server_config_copy (const GstEdgeServerConfig * self, GstEdgeServerConfig * copy);
void gst_edge_server_config_clear (GstEdgeServerConfig * self);
gboolean gst_edge_server_config_is_same (const GstEdgeServerConfig * a, const GstEdgeServerConfig * b);

/* The same in what the connection has from the first who opens it. */
gboolean gst_edge_server_config_is_same_link (const GstEdgeServerConfig * a, const GstEdgeServerConfig * b);

/* (transfer full): the URI of the cache, with credentials. */
gchar *gst_edge_config_make_redis_uri (const GstEdgeConfig * self);

GstEdgeCameraConfig *gst_edge_camera_config_new (void);
GstEdgeCameraConfig *gst_edge_camera_config_copy (const GstEdgeCameraConfig * self);
void gst_edge_camera_config_free (GstEdgeCameraConfig * self);

/* Overwrites before it frees. Takes NULL. */
void gst_edge_free_secret (gchar * secret);

G_END_DECLS
