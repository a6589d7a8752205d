/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Compares configs by what is in force for each camera, not by how it is written: a default that is written out,
 * or a rate that moves from the file to each camera, changes nothing. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config-diff.h"

static gboolean
same_text (const gchar *a, const gchar *b)
{
  return g_strcmp0 (a, b) == 0;
}

static gboolean
same_frames (const GstEdgeConfig *before, const GstEdgeCameraConfig *x, const GstEdgeConfig *after,
    const GstEdgeCameraConfig *y)
{
  GstEdgeRate old_rate = gst_edge_config_get_rate (before, x);
  GstEdgeRate new_rate = gst_edge_config_get_rate (after, y);
  guint old_width, old_height, new_width, new_height;

  gst_edge_config_get_size (before, x, &old_width, &old_height);
  gst_edge_config_get_size (after, y, &new_width, &new_height);
  return old_rate.n == new_rate.n && old_rate.d == new_rate.d && old_width == new_width
      && old_height == new_height
      && gst_edge_config_get_quality (before, x) == gst_edge_config_get_quality (after, y);
}

static gboolean
same_amqp (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  return same_text (before->amqp_url, after->amqp_url)
      && same_text (before->amqp_exchange, after->amqp_exchange)
      && same_text (before->amqp_key_prefix, after->amqp_key_prefix)
      && before->amqp_delivery_mode == after->amqp_delivery_mode
      && gst_edge_server_config_is_same (&before->amqp, &after->amqp);
}

static gboolean
same_redis (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  if (!before->redis_enabled || !after->redis_enabled)
    return before->redis_enabled == after->redis_enabled;
  return same_text (before->redis_url, after->redis_url) && same_text (before->redis_address, after->redis_address)
      && before->redis_database == after->redis_database && before->redis_tls == after->redis_tls
      && before->redis_latest == after->redis_latest && before->redis_index == after->redis_index
      && gst_edge_server_config_is_same (&before->redis, &after->redis) && before->redis_ttl == after->redis_ttl
      && same_text (before->redis_prefix, after->redis_prefix)
      && same_text (before->redis_username, after->redis_username)
      && same_text (before->redis_password, after->redis_password);
}

gboolean
gst_edge_config_has_same_events (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  if (!before->metadata_enabled || !after->metadata_enabled)
    return before->metadata_enabled == after->metadata_enabled;
  return same_text (before->amqp_url, after->amqp_url)
      && gst_edge_server_config_is_same (&before->amqp, &after->amqp)
      && same_text (before->metadata_exchange, after->metadata_exchange)
      && same_text (before->metadata_key, after->metadata_key);
}

/* What is shared by all cameras has it from the first that opens it: the pool, and the connections. */
static const gchar *
find_shared_change (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  if (before->max_workers != after->max_workers)
    return "optimization.max_workers";
  if (!gst_edge_server_config_is_same_link (&before->amqp, &after->amqp))
    return "how RabbitMQ is spoken to";
  if (before->redis_enabled && after->redis_enabled
      && !gst_edge_server_config_is_same_link (&before->redis, &after->redis))
    return "how Redis is spoken to";
  return NULL;
}

gboolean
gst_edge_config_may_coexist (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  return find_shared_change (before, after) == NULL;
}

gboolean
gst_edge_config_has_same_metrics (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  return before->metrics_port == after->metrics_port && same_text (before->metrics_address, after->metrics_address)
      && same_text (before->metrics_token_file, after->metrics_token_file)
      && before->metrics_pictures == after->metrics_pictures
      && same_text (before->metrics_log_file, after->metrics_log_file)
      && (before->metrics_log_file[0] == '\0' || before->log_interval == after->log_interval);
}

gboolean
gst_edge_config_is_same_camera (const GstEdgeConfig *before, const GstEdgeConfig *after, const gchar *id)
{
  const GstEdgeCameraConfig *x = gst_edge_config_find (before, id), *y = gst_edge_config_find (after, id);

  return same_text (x->url, y->url) && same_text (x->user, y->user) && same_text (x->password, y->password)
      && x->protocol == y->protocol && x->latency_ms == y->latency_ms && x->decode == y->decode
      && x->stall_timeout == y->stall_timeout
      && same_frames (before, x, after, y)
      && before->circuit_max_failures == after->circuit_max_failures
      && before->circuit_reset == after->circuit_reset
      && same_amqp (before, after) && same_redis (before, after)
      && gst_edge_config_has_same_events (before, after) && gst_edge_config_may_coexist (before, after);
}

GstEdgeConfigDiff *
gst_edge_config_diff_new (const GstEdgeConfig *before, const GstEdgeConfig *after)
{
  GstEdgeConfigDiff *self = g_new0 (GstEdgeConfigDiff, 1);
  guint i;

  self->added = g_ptr_array_new_with_free_func (g_free);
  self->removed = g_ptr_array_new_with_free_func (g_free);
  self->changed = g_ptr_array_new_with_free_func (g_free);
  self->unchanged = g_ptr_array_new_with_free_func (g_free);

  for (i = 0; i < after->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (after->cameras, i);
    GPtrArray *list = self->unchanged;

    if (gst_edge_config_find (before, camera->id) == NULL)
      list = self->added;
    else if (!gst_edge_config_is_same_camera (before, after, camera->id))
      list = self->changed;
    g_ptr_array_add (list, g_strdup (camera->id));
  }
  for (i = 0; i < before->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (before->cameras, i);

    if (gst_edge_config_find (after, camera->id) == NULL)
      g_ptr_array_add (self->removed, g_strdup (camera->id));
  }
  self->full_restart = g_strdup (find_shared_change (before, after));
  self->lane_size_changed = gst_edge_config_get_lane_size (before) != gst_edge_config_get_lane_size (after);
  return self;
}

void
gst_edge_config_diff_free (GstEdgeConfigDiff *self)
{
  g_ptr_array_unref (self->added);
  g_ptr_array_unref (self->removed);
  g_ptr_array_unref (self->changed);
  g_ptr_array_unref (self->unchanged);
  g_free (self->full_restart);
  g_free (self);
}

static void
append_list (GString *text, const gchar *what, const GPtrArray *ids)
{
  guint i;

  for (i = 0; i < ids->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : what, (const gchar *) g_ptr_array_index (ids, i));
}

gchar *
gst_edge_config_diff_to_text (const GstEdgeConfigDiff *self)
{
  GString *text = g_string_new (NULL);

  append_list (text, "; added: ", self->added);
  append_list (text, "; removed: ", self->removed);
  append_list (text, "; changed: ", self->changed);
  append_list (text, "; unchanged: ", self->unchanged);
  if (self->full_restart != NULL)
    g_string_append_printf (text, "; all restart because of %s", self->full_restart);
  if (text->len > 0)
    g_string_erase (text, 0, 2);
  return g_string_free (text, FALSE);
}
