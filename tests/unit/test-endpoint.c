/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Server URIs: what they mean, what is refused and how, what makes two the same, and that no text shows a password. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "net/edge-error.h"
#include "net/endpoint.h"

/* Stands for the password in all URIs here. No text may ever contain it. */
#define CANARY "c4n4ry"

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define N_RANDOM 10000          /* each takes ten times as long */
#else
#define N_RANDOM 100000
#endif

typedef GstEdgeEndpoint *(*ParseFunc) (const gchar *uri, GError **error);

static GstEdgeEndpoint *
parse (ParseFunc func, const gchar *uri)
{
  GError *error = NULL;
  GstEdgeEndpoint *endpoint;

  g_test_message ("%s", uri);
  endpoint = func (uri, &error);
  g_assert_no_error (error);
  g_assert_nonnull (endpoint);
  g_assert_null (strstr (gst_edge_endpoint_get_text (endpoint), CANARY));
  return endpoint;
}

/* @says: what the sentence must contain */
static void
assert_refused (ParseFunc func, const gchar *uri, const gchar *says)
{
  GError *error = NULL;

  g_test_message ("%s", uri != NULL ? uri : "NULL");
  g_assert_null (func (uri, &error));
  g_assert_error (error, GST_EDGE_ERROR, GST_EDGE_ERROR_SETTINGS);
  g_test_message ("-> %s", error->message);
  g_assert_null (strstr (error->message, CANARY));
  g_assert_nonnull (strstr (error->message, says));
  g_error_free (error);
  g_assert_null (func (uri, NULL));
}

static void
test_good_amqp (void)
{
  static const struct
  {
    const gchar *uri, *text, *user, *password, *vhost, *host;
    guint port, heartbeat;
  } table[] = {
    {"amqp://localhost", "amqp://guest:***@localhost:5672/%2F", "guest", "guest", "/", "localhost", 5672, 10},
    {"amqp://localhost/", "amqp://guest:***@localhost:5672/%2F", "guest", "guest", "/", "localhost", 5672, 10},
    {"amqp://localhost//", "amqp://guest:***@localhost:5672/%2F", "guest", "guest", "/", "localhost", 5672, 10},
    {"amqp://guest:guest@localhost:5672/%2f", "amqp://guest:***@localhost:5672/%2F", "guest", "guest", "/",
        "localhost", 5672, 10},
    {"amqp://u:" CANARY "@h:1/client-a", "amqp://u:***@h:1/client-a", "u", CANARY, "client-a", "h", 1, 10},
    {"amqp://u:" CANARY "@h/a%2fb%20%c3%a4", "amqp://u:***@h:5672/a%2Fb%20\xc3\xa4", "u", CANARY,
        "a/b \xc3\xa4", "h", 5672, 10},
    {"amqp://u:" CANARY "%40%2f%3a%3f%23%25@h/v", "amqp://u:***@h:5672/v", "u", CANARY "@/:?#%", "v", "h",
        5672, 10},
    {"amqp://u:" CANARY ":x@h/v", "amqp://u:***@h:5672/v", "u", CANARY ":x", "v", "h", 5672, 10},
    {"amqp://u%40x:" CANARY "@h", "amqp://u%40x:***@h:5672/%2F", "u@x", CANARY, "/", "h", 5672, 10},
    {"amqp://u@h", "amqp://u@h:5672/%2F", "u", NULL, "/", "h", 5672, 10},
    {"amqp://u:@h", "amqp://u@h:5672/%2F", "u", NULL, "/", "h", 5672, 10},
    {"amqp://:" CANARY "@h", "amqp://:***@h:5672/%2F", NULL, CANARY, "/", "h", 5672, 10},
    {"amqp://@h", "amqp://guest:***@h:5672/%2F", "guest", "guest", "/", "h", 5672, 10},
    {"amqp://127.0.0.1:65535/v?heartbeat=0", "amqp://guest:***@127.0.0.1:65535/v", "guest", "guest", "v",
        "127.0.0.1", 65535, 0},
    {"amqp://h?heartbeat=300", "amqp://guest:***@h:5672/%2F", "guest", "guest", "/", "h", 5672, 300},
    {"amqp://h/v?", "amqp://guest:***@h:5672/v", "guest", "guest", "v", "h", 5672, 10},
    {"amqp://[::1]", "amqp://guest:***@[::1]:5672/%2F", "guest", "guest", "/", "::1", 5672, 10},
    {"amqp://u:" CANARY "@[fe80::1]:7/v", "amqp://u:***@[fe80::1]:7/v", "u", CANARY, "v", "fe80::1", 7, 10},
    {"amqp://my-host_1.example.org/v", "amqp://guest:***@my-host_1.example.org:5672/v", "guest", "guest", "v",
        "my-host_1.example.org", 5672, 10},
    {"amqps://u:" CANARY "@h/v", "amqps://u:***@h:5671/v", "u", CANARY, "v", "h", 5671, 10},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    GstEdgeEndpoint *endpoint = parse (gst_edge_endpoint_new_amqp, table[i].uri);
    const GstEdgeHost *host = gst_edge_endpoint_get_host (endpoint, 0);

    g_assert_cmpstr (gst_edge_endpoint_get_text (endpoint), ==, table[i].text);
    g_assert_cmpstr (gst_edge_endpoint_get_user (endpoint), ==, table[i].user);
    g_assert_cmpstr (gst_edge_endpoint_get_password (endpoint), ==, table[i].password);
    g_assert_cmpstr (gst_edge_endpoint_get_vhost (endpoint), ==, table[i].vhost);
    g_assert_cmpuint (gst_edge_endpoint_get_heartbeat (endpoint), ==, table[i].heartbeat);
    g_assert_cmpuint (gst_edge_endpoint_get_n_hosts (endpoint), ==, 1);
    g_assert_cmpstr (host->name, ==, table[i].host);
    g_assert_cmpuint (host->port, ==, table[i].port);
    gst_edge_endpoint_unref (endpoint);
  }
}

static void
test_several_hosts (void)
{
  GstEdgeEndpoint *endpoint = parse (gst_edge_endpoint_new_amqp, "amqp://u:" CANARY "@a,b:7,[::1]:8,10.0.0.1/v");

  g_assert_cmpstr (gst_edge_endpoint_get_text (endpoint), ==, "amqp://u:***@a:5672,b:7,[::1]:8,10.0.0.1:5672/v");
  g_assert_cmpuint (gst_edge_endpoint_get_n_hosts (endpoint), ==, 4);
  g_assert_cmpstr (gst_edge_endpoint_get_host (endpoint, 2)->name, ==, "::1");
  g_assert_cmpuint (gst_edge_endpoint_get_host (endpoint, 1)->port, ==, 7);
  gst_edge_endpoint_unref (endpoint);
}

static void
test_bad_amqp (void)
{
  static const gchar *table[][2] = {
    {NULL, "must look like amqp://"},
    {"", "must look like amqp://"},
    {"localhost", "must look like amqp://"},
    {"amqp:", "must look like amqp://"},
    {"amqp:/h", "must look like amqp://"},
    {"AMQP://h", "must look like amqp://"},
    {"http://u:" CANARY "@h", "must look like amqp://"},
    {"redis://:" CANARY "@h", "must look like amqp://"},
    {" amqp://h", "must look like amqp://"},
    {"amqp://", "names no host"},
    {"amqp:///v", "names no host"},
    {"amqp://u:" CANARY "@", "names no host"},
    {"amqp://u:" CANARY "@/v", "names no host"},
    {"amqp://u:" CANARY "@:5672/v", "names no host"},
    {"amqp://a,,b", "names no host"},
    {"amqp://a,", "names no host"},
    {"amqp://h:/v", "port"},
    {"amqp://h:0", "port"},
    {"amqp://h:65536", "port"},
    {"amqp://h:-1", "port"},
    {"amqp://h:+1", "port"},
    {"amqp://h:1x", "port"},
    {"amqp://h:0x10", "port"},
    {"amqp://h:99999999999999999999", "port"},
    {"amqp://h: 1", "white space"},
    {"amqp://u:" CANARY " @h", "white space"},
    {"amqp://u:" CANARY "\n@h", "white space"},
    {"amqp://h\t", "white space"},
    {"amqp://u:" CANARY "\xff@h", "not UTF-8"},
    {"amqp://u:" CANARY "#@h", "%23"},
    {"amqp://u:" CANARY "@x@h", "%40"},
    {"amqp://u:" CANARY "%@h", "%25"},
    {"amqp://u:" CANARY "%zz@h", "%25"},
    {"amqp://u:" CANARY "%00@h", "%25"},
    {"amqp://%:" CANARY "@h", "%25"},
    {"amqp://u:" CANARY "/x@h/v", "%2f"},
    {"amqp://u:12/" CANARY "@h", "%2f"},
    {"amqp://u:12/" CANARY "@h/v", "%2f"},
    {"amqp://u:12?" CANARY "@h/v", "heartbeat=NUMBER"},
    {"amqp://u:" CANARY "?x@h/v", "port"},
    {"amqp://h/a/b", "%2f"},
    {"amqp://h/%zz", "vhost"},
    {"amqp://h/%ff", "vhost"},
    {"amqp://h/v?heartbeat=301", "heartbeat=NUMBER"},
    {"amqp://h/v?heartbeat=-1", "heartbeat=NUMBER"},
    {"amqp://h/v?heartbeat=", "heartbeat=NUMBER"},
    {"amqp://h/v?heartbeats=1", "heartbeat=NUMBER"},
    {"amqp://h/v?password=" CANARY, "heartbeat=NUMBER"},
    {"amqp://h/v?heartbeat=1&heartbeat=2", "heartbeat=NUMBER"},
    {"amqp://[::1", "brackets"},
    {"amqp://[::1]x", "brackets"},
    {"amqp://[" CANARY "]", "not an IPv6 address"},
    {"amqp://[::1%25eth0]", "not an IPv6 address"},
    {"amqp://h!" CANARY, "no host name has"},
    {"amqp://" CANARY "%40h", "no host name has"},
    {"amqp://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "more than 16"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++)
    assert_refused (gst_edge_endpoint_new_amqp, table[i][0], table[i][1]);
}

static void
test_too_long (void)
{
  gchar *filler = g_strnfill (256, 'x');
  gchar *host = g_strconcat ("amqp://", filler, NULL);
  gchar *vhost = g_strconcat ("amqp://h/", filler, NULL);
  gchar *path = g_strconcat ("redis+unix:///", filler, NULL);

  assert_refused (gst_edge_endpoint_new_amqp, host, "host name");
  assert_refused (gst_edge_endpoint_new_amqp, vhost, "255");
  assert_refused (gst_edge_endpoint_new_redis, path, "100");
  g_free (filler);
  g_free (host);
  g_free (vhost);
  g_free (path);
}

static void
test_good_redis (void)
{
  static const struct
  {
    const gchar *uri, *text, *user, *password, *host;
    guint port, database;
    const gchar *path, *sentinel;
  } table[] = {
    {"redis://localhost", "redis://localhost:6379/0", NULL, NULL, "localhost", 6379, 0, NULL, NULL},
    {"redis://localhost/", "redis://localhost:6379/0", NULL, NULL, "localhost", 6379, 0, NULL, NULL},
    {"redis://localhost:7/3", "redis://localhost:7/3", NULL, NULL, "localhost", 7, 3, NULL, NULL},
    {"redis://:" CANARY "@h/15", "redis://:***@h:6379/15", NULL, CANARY, "h", 6379, 15, NULL, NULL},
    {"redis://u:" CANARY "@h/0", "redis://u:***@h:6379/0", "u", CANARY, "h", 6379, 0, NULL, NULL},
    {"redis://u:" CANARY "%2f@[::1]:8", "redis://u:***@[::1]:8/0", "u", CANARY "/", "::1", 8, 0, NULL, NULL},
    {"redis+unix:///run/redis.sock", "redis+unix:///run/redis.sock", NULL, NULL, NULL, 0, 0,
        "/run/redis.sock", NULL},
    {"redis+unix:///run/a%20b/redis@1.sock?db=4", "redis+unix:///run/a%20b/redis%401.sock", NULL, NULL, NULL, 0, 4,
        "/run/a b/redis@1.sock", NULL},
    {"redis+unix://u:" CANARY "@/r.sock", "redis+unix://u:***@/r.sock", "u", CANARY, NULL, 0, 0, "/r.sock", NULL},
    {"redis+sentinel://:" CANARY "@a,b:5/mymaster/2", "redis+sentinel://:***@a:26379,b:5/mymaster/2", NULL,
        CANARY, "a", 26379, 2, NULL, "mymaster"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    GstEdgeEndpoint *endpoint = parse (gst_edge_endpoint_new_redis, table[i].uri);

    g_assert_cmpstr (gst_edge_endpoint_get_text (endpoint), ==, table[i].text);
    g_assert_cmpstr (gst_edge_endpoint_get_user (endpoint), ==, table[i].user);
    g_assert_cmpstr (gst_edge_endpoint_get_password (endpoint), ==, table[i].password);
    g_assert_cmpuint (gst_edge_endpoint_get_database (endpoint), ==, table[i].database);
    g_assert_cmpstr (gst_edge_endpoint_get_socket_path (endpoint), ==, table[i].path);
    g_assert_cmpstr (gst_edge_endpoint_get_sentinel_name (endpoint), ==, table[i].sentinel);
    g_assert_cmpint (gst_edge_endpoint_get_n_hosts (endpoint) > 0, ==, table[i].host != NULL);
    if (table[i].host != NULL) {
      g_assert_cmpstr (gst_edge_endpoint_get_host (endpoint, 0)->name, ==, table[i].host);
      g_assert_cmpuint (gst_edge_endpoint_get_host (endpoint, 0)->port, ==, table[i].port);
    }
    gst_edge_endpoint_unref (endpoint);
  }
}

static void
test_bad_redis (void)
{
  static const gchar *table[][2] = {
    {NULL, "must look like redis://"},
    {"", "must look like redis://"},
    {"redis:h", "must look like redis://"},
    {"redis:/h", "must look like redis://"},
    {"amqp://u:" CANARY "@h", "must look like redis://"},
    {"redis+tcp://:" CANARY "@h", "must look like redis://"},
    {"redis://", "names no host"},
    {"redis://:" CANARY "@", "names no host"},
    {"redis://:" CANARY "@/0", "names no host"},
    {"redis://" CANARY "@h", "without a password"},
    {"redis://u@h", "without a password"},
    {"redis://h/x", "database number"},
    {"redis://h/-1", "database number"},
    {"redis://h/65536", "database number"},
    {"redis://h/0/", "database number"},
    {"redis://h/0x1", "database number"},
    {"redis://:" CANARY "/x@h/0", "%2f"},
    {"redis://u:12/" CANARY "@h/0", "%2f"},
    {"redis://h:x/0", "port"},
    {"redis://:" CANARY "%@h", "%25"},
    {"redis://:" CANARY "@x@h", "%40"},
    {"redis+unix://", "redis+unix:///run"},
    {"redis+unix:///", "redis+unix:///run"},
    {"redis+unix://host/x", "redis+unix:///run"},
    {"redis+unix://:" CANARY "/x@/run/r", "%2f"},
    {"redis+unix:///r?db=x", "db=NUMBER"},
    {"redis+unix:///r?database=1", "db=NUMBER"},
    {"redis+unix:///r?db=1#" CANARY, "%23"},
    {"redis+sentinel://:" CANARY "@h", "redis+sentinel://"},
    {"redis+sentinel://:" CANARY "@h//0", "redis+sentinel://"},
    {"redis+sentinel://h/m/x", "database number"},
    {"redis+sentinel://u:12/" CANARY "@h/m", "%2f"},
#ifndef HAVE_HIREDIS_SSL
    {"rediss://:" CANARY "@h/0", "needs hiredis 1.0 or newer"},
    {"rediss://u:" CANARY "@h/0", "use redis:// through stunnel, or a unix socket"},
#endif
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++)
    assert_refused (gst_edge_endpoint_new_redis, table[i][0], table[i][1]);
}

/* Elements share a connection when, and only when, their endpoints are equal. */
static void
test_equal (void)
{
  static const struct
  {
    const gchar *a, *b;
    gboolean equal;
  } table[] = {
    {"amqp://guest:guest@localhost:5672/%2f", "amqp://localhost", TRUE},
    {"amqp://LOCALHOST/%2F", "amqp://localhost//", TRUE},
    {"amqp://u:p@h/v", "amqp://u:%70@h:5672/v?heartbeat=10", TRUE},
    {"amqp://u:p@h/v", "amqp://u:P@h/v", FALSE},
    {"amqp://u:p@h/v", "amqp://u@h/v", FALSE},
    {"amqp://u:p@h/v", "amqp://U:p@h/v", FALSE},
    {"amqp://u:p@h/v", "amqp://u:p@h/V", FALSE},
    {"amqp://u:p@h/v", "amqp://u:p@h:5673/v", FALSE},
    {"amqp://u:p@h/v", "amqp://u:p@h,h2/v", FALSE},
    {"amqp://u:p@a,b/v", "amqp://u:p@b,a/v", FALSE},
    {"amqp://u:p@h/v", "amqp://u:p@h/v?heartbeat=5", FALSE},
    {"amqp://u:p@h/v", "amqps://u:p@h:5672/v", FALSE},
    {"redis://h", "redis://h:6379/0", TRUE},
    {"redis://h/0", "redis://h/1", FALSE},
    {"redis://:p@h", "redis://h", FALSE},
    {"redis://:p@h", "redis://default:p@h", FALSE},
    {"redis+unix:///a", "redis+unix:///%61", TRUE},
    {"redis+unix:///a", "redis+unix:///b", FALSE},
    {"redis+unix:///a", "redis+unix:///a?db=1", FALSE},
    {"redis+sentinel://h/m", "redis+sentinel://h/n", FALSE},
    {"redis+sentinel://h:1/m", "redis://h:1", FALSE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    ParseFunc func = g_str_has_prefix (table[i].a, "amqp") ? gst_edge_endpoint_new_amqp : gst_edge_endpoint_new_redis;
    GstEdgeEndpoint *a = parse (func, table[i].a), *b = parse (func, table[i].b);

    g_assert_cmpint (gst_edge_endpoint_equal (a, b), ==, table[i].equal);
    g_assert_cmpint (gst_edge_endpoint_equal (b, a), ==, table[i].equal);
    g_assert_true (gst_edge_endpoint_equal (a, a));
    gst_edge_endpoint_unref (a);
    gst_edge_endpoint_unref (b);
  }
}

static void
test_tls (void)
{
  GstEdgeTls tls = {.ca_file = (gchar *) "/ca.pem",.insecure = FALSE };
  GstEdgeEndpoint *plain = parse (gst_edge_endpoint_new_amqp, "amqp://h");
  GstEdgeEndpoint *a = parse (gst_edge_endpoint_new_amqp, "amqps://h");
  GstEdgeEndpoint *b = parse (gst_edge_endpoint_new_amqp, "amqps://h");

  g_assert_null (gst_edge_endpoint_get_tls (plain));
  g_assert_null (gst_edge_endpoint_get_tls (a)->ca_file);
  g_assert_false (gst_edge_endpoint_get_tls (a)->insecure);
  gst_edge_endpoint_set_tls (a, &tls);
  g_assert_cmpstr (gst_edge_endpoint_get_tls (a)->ca_file, ==, "/ca.pem");
  g_assert_false (gst_edge_endpoint_equal (a, b));
  gst_edge_endpoint_set_tls (b, &tls);
  g_assert_true (gst_edge_endpoint_equal (a, b));
  tls.insecure = TRUE;
  gst_edge_endpoint_set_tls (b, &tls);
  g_assert_false (gst_edge_endpoint_equal (a, b));
  gst_edge_endpoint_unref (plain);
  gst_edge_endpoint_unref (a);
  gst_edge_endpoint_unref (b);
}

/* Whatever is made of a URI with a password in it: no crash, and no text with the password. Run with --seed to
 * repeat. */
static void
test_random (void)
{
  static const gchar *pieces[] =
      { "amqp", "amqps", "redis", "redis+unix", "redis+sentinel", "://", ":", "/", "@", "?",
    "#", "%", "%2f", "%40", ",", "[", "]", "::1", "h", "7", "u", CANARY, CANARY, "heartbeat=", "db=",
    "\xc3\xa4", "&", "="
  };
  guint i, n;

  for (i = 0; i < N_RANDOM; i++) {
    GString *uri = g_string_new (g_test_rand_bit ()? "amqp://u:" CANARY : "redis://:" CANARY);
    guint f;

    for (n = (guint) g_test_rand_int_range (0, 12); n > 0; n--)
      g_string_append (uri, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
    for (f = 0; f < 2; f++) {
      ParseFunc func = f == 0 ? gst_edge_endpoint_new_amqp : gst_edge_endpoint_new_redis;
      GError *error = NULL;
      GstEdgeEndpoint *endpoint = func (uri->str, &error);
      const gchar *text = endpoint != NULL ? gst_edge_endpoint_get_text (endpoint) : error->message;

      g_assert_true ((endpoint == NULL) == (error != NULL));
      /* the part before the first '@' is the password; behind it the user may write the canary into host or vhost */
      if (strstr (strchr (uri->str, '@') != NULL ? strchr (uri->str, '@') : "", CANARY) == NULL
          && strstr (text, CANARY) != NULL)
        g_error ("%s -> %s", uri->str, text);
      g_clear_error (&error);
      g_clear_pointer (&endpoint, gst_edge_endpoint_unref);
    }
    g_string_free (uri, TRUE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/endpoint/good-amqp", test_good_amqp);
  g_test_add_func ("/endpoint/several-hosts", test_several_hosts);
  g_test_add_func ("/endpoint/bad-amqp", test_bad_amqp);
  g_test_add_func ("/endpoint/too-long", test_too_long);
  g_test_add_func ("/endpoint/good-redis", test_good_redis);
  g_test_add_func ("/endpoint/bad-redis", test_bad_redis);
  g_test_add_func ("/endpoint/equal", test_equal);
  g_test_add_func ("/endpoint/tls", test_tls);
  g_test_add_func ("/endpoint/random", test_random);
  return g_test_run ();
}
