/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Server URIs: parsing and the text that may be shown. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/edge-error.h"
#include "net/endpoint.h"

#define MAX_HOSTS 16
#define DEFAULT_HEARTBEAT 10
#define MAX_HEARTBEAT 300
#define MAX_DATABASE 65535

struct _GstEdgeEndpoint
{
  gatomicrefcount refcount;
  gchar *scheme;
  GArray *hosts;                /* of GstEdgeHost */
  gchar *socket_path;
  gchar *user;
  gchar *password;
  gchar *vhost;
  gchar *sentinel_name;
  gboolean has_tls;
  GstEdgeTls tls;
  guint heartbeat;
  guint database;
  gchar *text;
};

/* The pieces of a URI, still escaped. */
typedef struct
{
  gchar *userinfo;              /* nullable */
  gchar *hosts;
  gchar *path;                  /* without the first slash; NULL when there is none */
  gchar *query;                 /* nullable */
} UriParts;

G_DEFINE_QUARK (gst-edge-error-quark, gst_edge_error);

static gboolean
fail (GError **error, const gchar *sentence)
{
  g_set_error_literal (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS, sentence);
  return FALSE;
}

static void
host_clear (gpointer data)
{
  g_free (((GstEdgeHost *) data)->name);
}

static void
tls_clear (GstEdgeTls *tls)
{
  g_clear_pointer (&tls->ca_file, g_free);
  g_clear_pointer (&tls->cert_file, g_free);
  g_clear_pointer (&tls->key_file, g_free);
}

static GstEdgeEndpoint *
endpoint_alloc (const gchar *scheme)
{
  GstEdgeEndpoint *self = g_new0 (GstEdgeEndpoint, 1);

  g_atomic_ref_count_init (&self->refcount);
  self->scheme = g_strdup (scheme);
  self->hosts = g_array_new (FALSE, FALSE, sizeof (GstEdgeHost));
  g_array_set_clear_func (self->hosts, host_clear);
  return self;
}

GstEdgeEndpoint *
gst_edge_endpoint_ref (GstEdgeEndpoint *self)
{
  g_atomic_ref_count_inc (&self->refcount);
  return self;
}

void
gst_edge_endpoint_unref (GstEdgeEndpoint *self)
{
  if (!g_atomic_ref_count_dec (&self->refcount))
    return;
  if (self->password != NULL)
    memset (self->password, 0, strlen (self->password));
  g_array_unref (self->hosts);
  g_free (self->scheme);
  g_free (self->socket_path);
  g_free (self->user);
  g_free (self->password);
  g_free (self->vhost);
  g_free (self->sentinel_name);
  tls_clear (&self->tls);
  g_free (self->text);
  g_free (self);
}

static void
uri_parts_clear (UriParts *parts)
{
  if (parts->userinfo != NULL)
    memset (parts->userinfo, 0, strlen (parts->userinfo));
  g_free (parts->userinfo);
  g_free (parts->hosts);
  g_free (parts->path);
  g_free (parts->query);
}

static gboolean
split_uri (const gchar *uri, const gchar *scheme, UriParts *parts, GError **error)
{
  const gchar *rest, *end, *at, *slash, *query;

  memset (parts, 0, sizeof (*parts));
  if (strpbrk (uri, " \t\r\n") != NULL || !g_utf8_validate (uri, -1, NULL))
    return fail (error, "the URI contains white space or is not UTF-8");
  if (strchr (uri, '#') != NULL)
    return fail (error, "the URI contains a '#'; write %23 if it is part of a password");

  rest = uri + strlen (scheme) + strlen ("://");
  end = rest + strlen (rest);
  query = strchr (rest, '?');
  if (query != NULL) {
    parts->query = g_strdup (query + 1);
    end = query;
  }
  slash = memchr (rest, '/', (gsize) (end - rest));
  if (slash != NULL) {
    parts->path = g_strndup (slash + 1, (gsize) (end - slash - 1));
    end = slash;
  }
  at = g_strrstr_len (rest, end - rest, "@");
  if (at != NULL) {
    parts->userinfo = g_strndup (rest, (gsize) (at - rest));
    rest = at + 1;
  }
  parts->hosts = g_strndup (rest, (gsize) (end - rest));
  /* it would be taken for a host, a port and a path, and the path is shown */
  if (parts->hosts[0] != '\0' && parts->path != NULL && strchr (parts->path, '@') != NULL)
    return fail (error, "there is an '@' behind the first '/'; if the '/' is part of a password, write %2f for "
        "it, else write %40 for the '@'");
  return TRUE;
}

static gboolean
parse_userinfo (GstEdgeEndpoint *self, const gchar *userinfo, GError **error)
{
  const gchar *colon;

  if (userinfo == NULL)
    return TRUE;
  if (strchr (userinfo, '@') != NULL)
    return fail (error, "the user or password contains an '@'; write %40 for it");

  colon = strchr (userinfo, ':');
  if (colon != NULL) {
    self->password = g_uri_unescape_string (colon + 1, NULL);
    if (self->password == NULL)
      return fail (error, "the password has a '%' that starts no escape; write %25 for it");
  }
  self->user = colon != NULL ? g_uri_unescape_segment (userinfo, colon, NULL)
      : g_uri_unescape_string (userinfo, NULL);
  if (self->user == NULL)
    return fail (error, "the user has a '%' that starts no escape; write %25 for it");
  if (self->user[0] == '\0')
    g_clear_pointer (&self->user, g_free);
  if (self->password != NULL && self->password[0] == '\0')
    g_clear_pointer (&self->password, g_free);
  return TRUE;
}

static gboolean
is_host_name (const gchar *name)
{
  const gchar *p;

  for (p = name; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr (".-_", *p) == NULL)
      return FALSE;
  }
  return p > name && p - name <= 253;
}

static gboolean
parse_host (const gchar *text, guint16 default_port, GstEdgeHost *host, GError **error)
{
  const gchar *port = NULL;
  guint64 number = default_port;

  if (text[0] == '[') {
    const gchar *end = strchr (text, ']');

    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
      return fail (error, "an IPv6 address must stand in brackets: [::1] or [::1]:5672");
    host->name = g_strndup (text + 1, (gsize) (end - text - 1));
    port = end[1] == ':' ? end + 2 : NULL;
    if (!g_hostname_is_ip_address (host->name) || strchr (host->name, '%') != NULL)
      return fail (error, "what stands in brackets is not an IPv6 address without a zone");
  } else {
    const gchar *colon = strchr (text, ':');

    host->name = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
    port = colon != NULL ? colon + 1 : NULL;
    if (host->name[0] == '\0')
      return fail (error, "the URI names no host");
    if (!is_host_name (host->name))
      return fail (error, "the host name contains a character that no host name has; if it comes from "
          "a password, escape it (%40 for '@', %2f for '/', %3a for ':')");
  }

  if (port != NULL && (!g_ascii_string_to_unsigned (port, 10, 1, 65535, &number, NULL)))
    return fail (error, "the port must be a number from 1 to 65535");
  host->port = (guint16) number;
  return TRUE;
}

static gboolean
parse_hosts (GstEdgeEndpoint *self, const gchar *text, guint16 default_port, GError **error)
{
  gchar **names = g_strsplit (text, ",", MAX_HOSTS + 1);
  gboolean ok = TRUE;
  guint i;

  if (names[0] == NULL)
    ok = fail (error, "the URI names no host");
  else if (g_strv_length (names) > MAX_HOSTS)
    ok = fail (error, "the URI names more than 16 hosts");
  for (i = 0; ok && names[i] != NULL; i++) {
    GstEdgeHost host = { NULL, 0 };

    ok = parse_host (names[i], default_port, &host, error);
    g_array_append_val (self->hosts, host);
  }
  g_strfreev (names);
  return ok;
}

/* The only place that makes a text from an endpoint. */
static gchar *
make_text (const GstEdgeEndpoint *self, const gchar *path)
{
  GString *text = g_string_new (self->scheme);
  guint i;

  g_string_append (text, "://");
  if (self->user != NULL)
    g_string_append_uri_escaped (text, self->user, NULL, TRUE);
  if (self->password != NULL)
    g_string_append (text, ":***");
  if (self->user != NULL || self->password != NULL)
    g_string_append_c (text, '@');
  for (i = 0; i < self->hosts->len; i++) {
    const GstEdgeHost *host = &g_array_index (self->hosts, GstEdgeHost, i);
    gboolean v6 = strchr (host->name, ':') != NULL;

    g_string_append_printf (text, "%s%s%s%s:%u", i > 0 ? "," : "", v6 ? "[" : "", host->name,
        v6 ? "]" : "", host->port);
  }
  g_string_append_c (text, '/');
  g_string_append_uri_escaped (text, path,
      self->socket_path != NULL || self->sentinel_name != NULL ? "/" : NULL, TRUE);
  return g_string_free (text, FALSE);
}

static gboolean
parse_vhost (GstEdgeEndpoint *self, const gchar *path, GError **error)
{
  if (path == NULL || path[0] == '\0' || g_str_equal (path, "/")) {
    self->vhost = g_strdup ("/");
    return TRUE;
  }
  if (strchr (path, '/') != NULL)
    return fail (error, "the vhost contains a '/'; write %2f for it");
  self->vhost = g_uri_unescape_string (path, NULL);
  if (self->vhost == NULL || strlen (self->vhost) > 255 || !g_utf8_validate (self->vhost, -1, NULL))
    return fail (error, "the vhost is not a valid name of at most 255 bytes");
  return TRUE;
}

/* @allowed is the one parameter that the scheme knows. */
static gboolean
parse_query (const gchar *query, const gchar *allowed, guint max, guint *value, GError **error)
{
  guint64 number;
  gsize length = strlen (allowed);

  if (query == NULL || query[0] == '\0')
    return TRUE;
  if (!g_str_has_prefix (query, allowed) || query[length] != '=' || strchr (query, '&') != NULL
      || !g_ascii_string_to_unsigned (query + length + 1, 10, 0, max, &number, NULL)) {
    g_set_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS,
        "the only parameter that may follow '?' is %s=NUMBER with a number from 0 to %u", allowed, max);
    return FALSE;
  }
  *value = (guint) number;
  return TRUE;
}

GstEdgeEndpoint *
gst_edge_endpoint_new_amqp (const gchar *uri, GError **error)
{
  GstEdgeEndpoint *self;
  UriParts parts;
  gboolean ok, has_tls;

  has_tls = uri != NULL && g_str_has_prefix (uri, "amqps://");
  if (uri == NULL || (!has_tls && !g_str_has_prefix (uri, "amqp://"))) {
    fail (error, "the URI must look like amqp://user:password@host:5672/vhost, or amqps:// for TLS");
    return NULL;
  }

  self = endpoint_alloc (has_tls ? "amqps" : "amqp");
  self->has_tls = has_tls;
  self->heartbeat = DEFAULT_HEARTBEAT;
  ok = split_uri (uri, self->scheme, &parts, error)
      && parse_userinfo (self, parts.userinfo, error)
      && parse_hosts (self, parts.hosts, has_tls ? 5671 : 5672, error)
      && parse_vhost (self, parts.path, error)
      && parse_query (parts.query, "heartbeat", MAX_HEARTBEAT, &self->heartbeat, error);
  uri_parts_clear (&parts);
  if (!ok) {
    gst_edge_endpoint_unref (self);
    return NULL;
  }
  if (self->user == NULL && self->password == NULL) {   /* written out or not, it is one link */
    self->user = g_strdup ("guest");
    self->password = g_strdup ("guest");
  }
  self->text = make_text (self, self->vhost);
  return self;
}

static gboolean
parse_database (GstEdgeEndpoint *self, const gchar *path, GError **error)
{
  guint64 number;

  if (path == NULL || path[0] == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned (path, 10, 0, MAX_DATABASE, &number, NULL))
    return fail (error, "what follows the host must be a database number, as in redis://host:6379/0");
  self->database = (guint) number;
  return TRUE;
}

static gboolean
parse_socket_path (GstEdgeEndpoint *self, const UriParts *parts, GError **error)
{
  gchar *path;

  if (parts->hosts[0] != '\0' || parts->path == NULL || parts->path[0] == '\0')
    return fail (error, "the URI of a unix socket must look like redis+unix:///run/redis/redis.sock");
  path = g_uri_unescape_string (parts->path, NULL);
  if (path == NULL || strlen (path) > 100) {
    g_free (path);
    return fail (error, "the path of the unix socket is not valid or longer than 100 bytes");
  }
  self->socket_path = g_strconcat ("/", path, NULL);
  g_free (path);
  return TRUE;
}

/* name[/database] */
static gboolean
parse_sentinel_path (GstEdgeEndpoint *self, const gchar *path, GError **error)
{
  const gchar *slash = path != NULL ? strchr (path, '/') : NULL;

  self->sentinel_name = g_uri_unescape_segment (path != NULL ? path : "", slash, NULL);
  if (self->sentinel_name == NULL || self->sentinel_name[0] == '\0')
    return fail (error, "a URI of sentinels must name what they watch, as in "
        "redis+sentinel://host1,host2/mymaster/0");
  return parse_database (self, slash != NULL ? slash + 1 : NULL, error);
}

/* What the parts mean depends on the scheme. Returns the path that is shown, or NULL. */
static gchar *
parse_redis (GstEdgeEndpoint *self, const UriParts *parts, GError **error)
{
  if (!parse_userinfo (self, parts->userinfo, error))
    return NULL;
  if (self->user != NULL && self->password == NULL) {
    fail (error, "the URI names a user without a password; write redis://user:password@host, or "
        "redis://:password@host for the default user");
    return NULL;
  }

  if (g_str_equal (self->scheme, "redis+unix"))
    return parse_socket_path (self, parts, error)
        && parse_query (parts->query, "db", MAX_DATABASE, &self->database, error)
        ? g_strdup (self->socket_path + 1) : NULL;

  if (parts->query != NULL && parts->query[0] != '\0') {
    fail (error, "nothing may follow a '?' here; the database stands behind the host, as in redis://host/0");
    return NULL;
  }
  if (g_str_equal (self->scheme, "redis+sentinel"))
    return parse_hosts (self, parts->hosts, 26379, error)
        && parse_sentinel_path (self, parts->path, error)
        ? g_strdup_printf ("%s/%u", self->sentinel_name, self->database) : NULL;

  return parse_hosts (self, parts->hosts, 6379, error) && parse_database (self, parts->path, error)
      ? g_strdup_printf ("%u", self->database) : NULL;
}

GstEdgeEndpoint *
gst_edge_endpoint_new_redis (const gchar *uri, GError **error)
{
  static const gchar *schemes[] = { "redis", "redis+unix", "redis+sentinel",
#ifdef HAVE_HIREDIS_SSL
    "rediss"
#endif
  };
  GstEdgeEndpoint *self = NULL;
  UriParts parts;
  gchar *path;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (schemes) && uri != NULL && self == NULL; i++) {
    if (g_str_has_prefix (uri, schemes[i]) && g_str_has_prefix (uri + strlen (schemes[i]), "://"))
      self = endpoint_alloc (schemes[i]);
  }
  if (self == NULL) {
    fail (error, uri != NULL && g_str_has_prefix (uri, "rediss://")
        ? "rediss:// needs hiredis 1.0 or newer with TLS, which was not there when this was built; use redis:// "
        "through stunnel, or a unix socket"
        : "the URI must look like redis://user:password@host:6379/0, redis+unix:///run/redis/redis.sock or "
        "redis+sentinel://host1,host2/mymaster/0");
    return NULL;
  }

  self->has_tls = g_str_equal (self->scheme, "rediss");
  path = split_uri (uri, self->scheme, &parts, error) ? parse_redis (self, &parts, error) : NULL;
  uri_parts_clear (&parts);
  if (path == NULL) {
    gst_edge_endpoint_unref (self);
    return NULL;
  }
  self->text = make_text (self, path);
  g_free (path);
  return self;
}

static gboolean
hosts_equal (const GArray *a, const GArray *b)
{
  guint i;

  if (a->len != b->len)
    return FALSE;
  for (i = 0; i < a->len; i++) {
    const GstEdgeHost *x = &g_array_index (a, GstEdgeHost, i);
    const GstEdgeHost *y = &g_array_index (b, GstEdgeHost, i);

    if (x->port != y->port || g_ascii_strcasecmp (x->name, y->name) != 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
tls_equal (const GstEdgeTls *a, const GstEdgeTls *b)
{
  return g_strcmp0 (a->ca_file, b->ca_file) == 0 && g_strcmp0 (a->cert_file, b->cert_file) == 0
      && g_strcmp0 (a->key_file, b->key_file) == 0 && a->insecure == b->insecure;
}

void
gst_edge_endpoint_set_tls (GstEdgeEndpoint *self, const GstEdgeTls *tls)
{
  tls_clear (&self->tls);
  self->tls.ca_file = g_strdup (tls->ca_file);
  self->tls.cert_file = g_strdup (tls->cert_file);
  self->tls.key_file = g_strdup (tls->key_file);
  self->tls.insecure = tls->insecure;
}

const GstEdgeTls *
gst_edge_endpoint_get_tls (const GstEdgeEndpoint *self)
{
  return self->has_tls ? &self->tls : NULL;
}

const gchar *
gst_edge_endpoint_get_sentinel_name (const GstEdgeEndpoint *self)
{
  return self->sentinel_name;
}

gboolean
gst_edge_endpoint_equal (const GstEdgeEndpoint *a, const GstEdgeEndpoint *b)
{
  return g_str_equal (a->scheme, b->scheme) && hosts_equal (a->hosts, b->hosts)
      && g_strcmp0 (a->socket_path, b->socket_path) == 0
      && g_strcmp0 (a->user, b->user) == 0 && g_strcmp0 (a->password, b->password) == 0
      && g_strcmp0 (a->vhost, b->vhost) == 0
      && g_strcmp0 (a->sentinel_name, b->sentinel_name) == 0 && tls_equal (&a->tls, &b->tls)
      && a->heartbeat == b->heartbeat
      && a->database == b->database;
}

const gchar *
gst_edge_endpoint_get_text (const GstEdgeEndpoint *self)
{
  return self->text;
}

guint
gst_edge_endpoint_get_n_hosts (const GstEdgeEndpoint *self)
{
  return self->hosts->len;
}

const GstEdgeHost *
gst_edge_endpoint_get_host (const GstEdgeEndpoint *self, guint index)
{
  return &g_array_index (self->hosts, GstEdgeHost, index);
}

const gchar *
gst_edge_endpoint_get_socket_path (const GstEdgeEndpoint *self)
{
  return self->socket_path;
}

const gchar *
gst_edge_endpoint_get_user (const GstEdgeEndpoint *self)
{
  return self->user;
}

const gchar *
gst_edge_endpoint_get_password (const GstEdgeEndpoint *self)
{
  return self->password;
}

const gchar *
gst_edge_endpoint_get_vhost (const GstEdgeEndpoint *self)
{
  return self->vhost;
}

guint
gst_edge_endpoint_get_heartbeat (const GstEdgeEndpoint *self)
{
  return self->heartbeat;
}

guint
gst_edge_endpoint_get_database (const GstEdgeEndpoint *self)
{
  return self->database;
}
