/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Walks the YAML document along tables of keys. What the tables do not name is a mistake. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <yaml.h>

#include "config-problems.h"
#include "config-reader.h"
#include "net/endpoint.h"

#define MAX_CAMERAS 1000
#define DEFAULT_METRICS_PORT 9464

typedef struct
{
  yaml_document_t document;
  GstEdgeConfigProblems *problems;
  GstEdgeConfig *config;
  GHashTable *nodes;            /* path -> yaml_node_t of its value */
} Reader;

/* @sentence: (transfer full) */
static void
complain (Reader *self, const yaml_node_t *node, const gchar *path, gchar *sentence)
{
  gst_edge_config_problems_add (self->problems, node->start_mark.line, node->start_mark.column, path,
      sentence);
}

static const yaml_node_t *
node_of (Reader *self, const gchar *path)
{
  return g_hash_table_lookup (self->nodes, path);
}

static const gchar *
describe_node (const yaml_node_t *node)
{
  if (node->type == YAML_MAPPING_NODE)
    return "a mapping of keys";
  return node->type == YAML_SEQUENCE_NODE ? "a list" : "a single value";
}

static gboolean
has_own_tag (const yaml_node_t *node)
{
  const gchar *tag = (const gchar *) node->tag;

  return tag != NULL && !g_str_equal (tag, YAML_STR_TAG) && !g_str_equal (tag, YAML_MAP_TAG)
      && !g_str_equal (tag, YAML_SEQ_TAG);
}

/* ---- values ---- */

static gboolean
get_text (Reader *self, const yaml_node_t *node, const gchar *path, const gchar *allowed,
    GstEdgeConfigText *text)
{
  gchar *problem = NULL;

  if (node->type != YAML_SCALAR_NODE)
    problem = g_strdup_printf ("%s does not belong here; write %s", describe_node (node), allowed);
  else if (has_own_tag (node))
    problem = g_strdup_printf ("tags (!…) are not used in this file; write %s", allowed);
  else if (memchr (node->data.scalar.value, '\0', node->data.scalar.length) != NULL)
    problem = g_strdup_printf ("there is a NUL byte in this value; write %s", allowed);
  if (problem == NULL) {
    text->text = g_strndup ((const gchar *) node->data.scalar.value, node->data.scalar.length);
    text->quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    text->hidden = FALSE;
    if (gst_edge_config_text_expand (text, &problem))
      return TRUE;
    gst_edge_config_text_clear (text);
  }
  complain (self, node, path, problem);
  return FALSE;
}

static void
read_value (Reader *self, const yaml_node_t *node, const gchar *path, const GstEdgeConfigKey *key,
    gpointer base)
{
  GstEdgeConfigText text;
  gchar *problem = NULL;

  if (!get_text (self, node, path, key->allowed, &text))
    return;
  if (!gst_edge_config_key_set (key, base, &text, &problem))
    complain (self, node, path, problem);
  gst_edge_config_text_clear (&text);
}

/* ---- mappings ---- */

typedef gboolean (*ReadKeyFunc) (Reader *self, const gchar *name, const yaml_node_t *node, const gchar *path,
    gpointer data);

static gboolean
is_empty (const yaml_node_t *node)
{
  return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0
      && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* A part of a secret may stand where a key should: after a comma in { password: a,b } for example. Only what looks
 * like a key, and has a value, is shown. */
static gchar *
show_key (const gchar *name, const yaml_node_t *value)
{
  gsize length = strlen (name);

  if (length == 0 || length > 40 || is_empty (value)
      || strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != length)
    return g_strdup ("this key is unknown");
  return g_strdup_printf ("unknown key \"%s\"", name);
}

static gchar *
join_path (const gchar *path, const gchar *name)
{
  return path[0] == '\0' ? g_strdup (name) : g_strdup_printf ("%s.%s", path, name);
}

static void
read_pair (Reader *self, const yaml_node_pair_t *pair, const gchar *path, const gchar *allowed,
    ReadKeyFunc read_key, gpointer data)
{
  const yaml_node_t *key = yaml_document_get_node (&self->document, pair->key);
  const yaml_node_t *value = yaml_document_get_node (&self->document, pair->value);
  gchar *name, *key_path, *shown;
  const yaml_node_t *before;

  if (key->type != YAML_SCALAR_NODE) {
    complain (self, key, path, g_strdup_printf ("%s cannot be a key; the keys here are %s",
            describe_node (key), allowed));
    return;
  }
  name = g_strndup ((const gchar *) key->data.scalar.value, key->data.scalar.length);
  key_path = join_path (path, name);
  before = node_of (self, key_path);
  if (before != NULL) {
    complain (self, key, key_path, g_strdup_printf ("given twice, first in line %" G_GSIZE_FORMAT
            "; keep one of them", before->start_mark.line + 1));
  } else if (read_key (self, name, value, key_path, data)) {
    g_hash_table_insert (self->nodes, g_strdup (key_path), (gpointer) value);
  } else {
    shown = show_key (name, value);
    complain (self, key, path, g_strdup_printf ("%s; the keys here are %s", shown, allowed));
    g_free (shown);
  }
  g_free (key_path);
  g_free (name);
}

static gboolean
read_mapping (Reader *self, const yaml_node_t *node, const gchar *path, const gchar *allowed,
    ReadKeyFunc read_key, gpointer data)
{
  const yaml_node_pair_t *pair;

  if (node->type != YAML_MAPPING_NODE || has_own_tag (node)) {
    complain (self, node, path, g_strdup_printf ("%s does not belong here; write the keys %s",
            is_empty (node) ? "nothing" : describe_node (node), allowed));
    return FALSE;
  }
  for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
    read_pair (self, pair, path, allowed, read_key, data);
  return TRUE;
}

/* (transfer full) */
static gchar *
list_keys (const GstEdgeConfigKey *keys)
{
  GString *list = g_string_new (NULL);

  for (; keys->name != NULL; keys++)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", keys->name);
  return g_string_free (list, FALSE);
}

typedef struct
{
  const GstEdgeConfigKey *keys;
  gpointer base;
} Table;

static gboolean
read_table_key (Reader *self, const gchar *name, const yaml_node_t *node, const gchar *path, gpointer data)
{
  const Table *table = data;
  const GstEdgeConfigKey *key;

  for (key = table->keys; key->name != NULL; key++) {
    if (g_str_equal (key->name, name)) {
      read_value (self, node, path, key, table->base);
      return TRUE;
    }
  }
  return FALSE;
}

/* Two names of one field. */
static void
check_synonyms (Reader *self, const gchar *path, const GstEdgeConfigKey *keys)
{
  const GstEdgeConfigKey *a, *b;

  for (a = keys; a->name != NULL; a++) {
    for (b = a + 1; b->name != NULL; b++) {
      gchar *first = join_path (path, a->name), *second = join_path (path, b->name);

      if (gst_edge_config_key_is_same (a, b) && node_of (self, first) != NULL && node_of (self, second) != NULL)
        complain (self, node_of (self, second), second,
            g_strdup_printf ("%s and %s are the same; keep one of them", a->name, b->name));
      g_free (first);
      g_free (second);
    }
  }
}

static void
read_table (Reader *self, const yaml_node_t *node, const gchar *path, const GstEdgeConfigKey *keys,
    gpointer base)
{
  Table table = { keys, base };
  gchar *allowed = list_keys (keys);

  read_mapping (self, node, path, allowed, read_table_key, &table);
  check_synonyms (self, path, keys);
  g_free (allowed);
}

/* ---- cameras ---- */

static void
read_camera (Reader *self, const yaml_node_t *node, guint index)
{
  GstEdgeCameraConfig *camera = gst_edge_camera_config_new ();
  guint n_before = gst_edge_config_problems_get_count (self->problems);
  gchar *path = g_strdup_printf ("cameras[%u]", index), *problem, *key_path;
  const yaml_node_t *where;
  const gchar *name;

  read_table (self, node, path, gst_edge_camera_keys, camera);
  if (gst_edge_config_problems_get_count (self->problems) == n_before
      && !gst_edge_camera_config_check (camera, &name, &problem)) {
    key_path = join_path (path, name);
    where = node_of (self, key_path);
    complain (self, where != NULL ? where : node, key_path, problem);
    g_free (key_path);
  }
  g_ptr_array_add (self->config->cameras, camera);
  g_free (path);
}

static void
check_ids (Reader *self)
{
  GHashTable *ids = g_hash_table_new (g_str_hash, g_str_equal);
  guint i;

  for (i = 0; i < self->config->cameras->len; i++) {
    const GstEdgeCameraConfig *camera = g_ptr_array_index (self->config->cameras, i);
    gchar *path = g_strdup_printf ("cameras[%u].id", i);
    const yaml_node_t *node = node_of (self, path), *first;

    if (camera->id != NULL && node != NULL) {
      first = g_hash_table_lookup (ids, camera->id);
      if (first != NULL)
        complain (self, node, path, g_strdup_printf ("\"%s\" is already the id of the camera in line %"
                G_GSIZE_FORMAT "; every camera needs an id of its own", camera->id, first->start_mark.line + 1));
      else
        g_hash_table_insert (ids, camera->id, (gpointer) node);
    }
    g_free (path);
  }
  g_hash_table_unref (ids);
}

static void
read_cameras (Reader *self, const yaml_node_t *node)
{
  gsize i, n;

  if (node->type != YAML_SEQUENCE_NODE || has_own_tag (node)) {
    complain (self, node, "cameras", g_strdup_printf ("%s does not belong here; write a list of cameras, each "
            "like - { id: cam1, url: \"rtsp://…\" }, or [] for none",
            is_empty (node) ? "nothing" : describe_node (node)));
    return;
  }
  n = (gsize) (node->data.sequence.items.top - node->data.sequence.items.start);
  if (n > MAX_CAMERAS) {
    complain (self, node, "cameras", g_strdup_printf ("%" G_GSIZE_FORMAT " are too many; at most %u are allowed",
            n, MAX_CAMERAS));
    return;
  }
  for (i = 0; i < n; i++)
    read_camera (self, yaml_document_get_node (&self->document, node->data.sequence.items.start[i]), (guint) i);
  check_ids (self);
}

/* ---- the whole file ---- */

static void
read_protocol (Reader *self, const yaml_node_t *node, const gchar *path)
{
  GstEdgeConfigText text;

  if (!get_text (self, node, path, "amqp", &text))
    return;
  if (!g_str_equal (text.text, "amqp"))
    complain (self, node, path, g_strdup ("frames can only be published over amqp; write protocol: amqp, or leave "
            "the key out"));
  gst_edge_config_text_clear (&text);
}

static gboolean
read_top_key (Reader *self, const gchar *name, const yaml_node_t *node, const gchar *path, gpointer data)
{
  Table table = { gst_edge_config_top_keys, self->config };
  guint i;

  if (g_str_equal (name, "protocol")) {
    read_protocol (self, node, path);
    return TRUE;
  }
  if (g_str_equal (name, "cameras")) {
    read_cameras (self, node);
    return TRUE;
  }
  for (i = 0; gst_edge_config_sections[i].name != NULL; i++) {
    if (g_str_equal (name, gst_edge_config_sections[i].name)) {
      /* who configures a section wants it, unless it says otherwise */
      self->config->redis_enabled |= g_str_equal (name, "redis");
      self->config->metadata_enabled |= g_str_equal (name, "metadata");
      if (g_str_equal (name, "metrics"))
        self->config->metrics_port = DEFAULT_METRICS_PORT;
      read_table (self, node, path, gst_edge_config_sections[i].keys, self->config);
      return TRUE;
    }
  }
  return read_table_key (self, name, node, path, &table);
}

/* Where a key is missing, the place to say so is the section, or the file. */
static gboolean
require (Reader *self, const gchar *section, const gchar *path, const gchar *allowed)
{
  const yaml_node_t *node = node_of (self, section);

  if (node_of (self, path) != NULL)
    return TRUE;
  complain (self, node != NULL ? node : yaml_document_get_root_node (&self->document), path,
      g_strdup_printf ("missing; write %s", allowed));
  return FALSE;
}

static void
check_server (Reader *self, const gchar *section, const GstEdgeServerConfig *server,
    const GstEdgeEndpoint *endpoint, const gchar *how)
{
  const gchar *name;
  gchar *problem, *path;

  if (gst_edge_server_config_check (server, gst_edge_endpoint_get_tls (endpoint) != NULL, how, &name, &problem))
    return;
  path = join_path (section, name);
  complain (self, node_of (self, path), path, problem);
  g_free (path);
}

static void
check_amqp (Reader *self)
{
  GError *error = NULL;
  GstEdgeEndpoint *endpoint;

  if (!require (self, "amqp", "amqp.amqp_url", "amqp: { amqp_url: \"amqp://user:password@host:5672/vhost\" }")
      || self->config->amqp_url == NULL)
    return;
  endpoint = gst_edge_endpoint_new_amqp (self->config->amqp_url, &error);
  if (endpoint != NULL) {
    check_server (self, "amqp", &self->config->amqp, endpoint, "amqps://… in amqp_url");
    gst_edge_endpoint_unref (endpoint);
    return;
  }
  complain (self, node_of (self, "amqp.amqp_url"), "amqp.amqp_url", g_strdup (error->message));
  g_error_free (error);
}

/* What redis_url says must not be said twice. */
static gboolean
check_redis_url (Reader *self)
{
  static const gchar *const others[] =
      { "redis.address", "redis.username", "redis.password", "redis.database",
    "redis.tls"
  };
  guint i;

  for (i = 0; node_of (self, "redis.redis_url") != NULL && i < G_N_ELEMENTS (others); i++) {
    if (node_of (self, others[i]) == NULL)
      continue;
    complain (self, node_of (self, others[i]), others[i],
        g_strdup ("redis_url says this already; keep one of them"));
    return FALSE;
  }
  return TRUE;
}

static void
check_redis (Reader *self)
{
  GstEdgeConfig *config = self->config;
  const gchar *path = config->redis_url != NULL ? "redis.redis_url" : config->redis_tls ? "redis.tls" : "redis.address";
  GError *error = NULL;
  GstEdgeEndpoint *endpoint;
  gchar *uri;

  if (config->redis_username[0] != '\0' && config->redis_password[0] == '\0')
    complain (self, node_of (self, "redis.username"), "redis.username",
        g_strdup ("there is a user name but no password; give redis.password too"));
  if (node_of (self, "redis") == NULL || !check_redis_url (self))
    return;
  if (!gst_edge_server_address_is_valid (config->redis_address)) {
    complain (self, node_of (self, "redis.address"), "redis.address",
        g_strdup ("this is no address of a server; write HOST:PORT, like localhost:6379"));
    return;
  }
  uri = gst_edge_config_make_redis_uri (config);
  endpoint = gst_edge_endpoint_new_redis (uri, &error);
  if (endpoint != NULL) {
    check_server (self, "redis", &config->redis, endpoint,
        config->redis_url != NULL ? "rediss://… in redis_url" : "tls: true");
    gst_edge_endpoint_unref (endpoint);
  } else {
    complain (self, node_of (self, path), path, g_strdup (error->message));
    g_error_free (error);
  }
  gst_edge_free_secret (uri);
}

static void
check_metrics (Reader *self)
{
  const gchar *name;
  gchar *problem, *path;

  if (gst_edge_config_check_metrics (self->config, &name, &problem))
    return;
  path = join_path ("metrics", name);
  complain (self, node_of (self, path), path, problem);
  g_free (path);
}

static void
check_quality (Reader *self)
{
  const gchar *problem = gst_edge_frame_settings_check (&self->config->frames);

  if (problem != NULL)
    complain (self, node_of (self, "optimization.jpeg_quality"), "optimization.jpeg_quality",
        g_strdup (problem));
}

static void
read_document (Reader *self)
{
  static const gchar *const allowed =
      "target_fps, protocol, amqp, redis, metadata, metrics, optimization, cameras";
  const yaml_node_t *root = yaml_document_get_root_node (&self->document);

  if (root == NULL) {
    gst_edge_config_problems_add (self->problems, 0, 0, "", g_strdup_printf ("the file is empty; its keys are %s",
            allowed));
    return;
  }
  if (!read_mapping (self, root, "", allowed, read_top_key, NULL))
    return;
  check_amqp (self);
  check_redis (self);
  check_metrics (self);
  check_quality (self);
  require (self, "", "cameras", "a list of cameras, each like - { id: cam1, url: \"rtsp://…\" }, or [] for none");
}

/* What libyaml says names no content of the file. */
static void
complain_syntax (GstEdgeConfigProblems *problems, const yaml_parser_t *parser, const gchar *text,
    gsize length)
{
  GString *sentence = g_string_new ("this is not YAML: ");
  gsize line = parser->problem_mark.line;

  g_string_append (sentence, parser->problem != NULL ? parser->problem : "it cannot be read");
  if (parser->context != NULL)
    g_string_append_printf (sentence, " (%s, line %" G_GSIZE_FORMAT ")", parser->context,
        parser->context_mark.line + 1);
  if (parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR)
    g_string_append (sentence, "; indent with spaces, and put values with special characters, and those with "
        "${NAME} inside of { }, in quotes");
  else if (parser->error == YAML_READER_ERROR)
    g_string_append (sentence, "; write the file in UTF-8");
  gst_edge_config_problems_add (problems, line, parser->problem_mark.column, "", g_string_free (sentence, FALSE));
}

static void
check_end (yaml_parser_t *parser, GstEdgeConfigProblems *problems)
{
  yaml_document_t next;
  const yaml_node_t *root;

  if (!yaml_parser_load (parser, &next)) {
    complain_syntax (problems, parser, NULL, 0);
    return;
  }
  root = yaml_document_get_root_node (&next);
  if (root != NULL)
    gst_edge_config_problems_add (problems, next.start_mark.line, next.start_mark.column, "",
        g_strdup ("a second document starts here; a config file has only one"));
  yaml_document_delete (&next);
}

GstEdgeConfig *
gst_edge_config_parse (const gchar *file, const gchar *text, gsize length, GError **error)
{
  Reader self;
  yaml_parser_t parser;

  self.problems = gst_edge_config_problems_new (file);
  self.config = gst_edge_config_new (file);
  self.nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  yaml_parser_initialize (&parser);
  yaml_parser_set_input_string (&parser, (const guchar *) text, length);

  if (yaml_parser_load (&parser, &self.document)) {
    read_document (&self);
    if (yaml_document_get_root_node (&self.document) != NULL)
      check_end (&parser, self.problems);
    yaml_document_delete (&self.document);
  } else {
    complain_syntax (self.problems, &parser, text, length);
  }

  if (!gst_edge_config_problems_check (self.problems, error))
    g_clear_pointer (&self.config, gst_edge_config_unref);
  yaml_parser_delete (&parser);
  g_hash_table_unref (self.nodes);
  gst_edge_config_problems_free (self.problems);
  return self.config;
}
