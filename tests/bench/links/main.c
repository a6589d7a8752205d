/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Measures one way to deliver messages and prints messages per second and microseconds of CPU per message, its own
 * and the server's. */

#include <gst/gst.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench-links.h"

static gint server_pid;         /* 0: not known */

/* User and system time, all threads, in microseconds; by ticks of 10 ms. 0 when it cannot be known. */
static gint64
server_cpu (void)
{
  gchar *name = g_strdup_printf ("/proc/%d/stat", server_pid);
  gchar *text = NULL, *end;
  gulong user = 0, system = 0;

  /* after the name in brackets: state and ten numbers before them */
  if (server_pid > 0 && g_file_get_contents (name, &text, NULL, NULL) && (end = strrchr (text, ')')) != NULL)
    sscanf (end + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &system);
  g_free (text);
  g_free (name);
  return (gint64) (user + system) * G_USEC_PER_SEC / sysconf (_SC_CLK_TCK);
}

BenchClock
bench_clock_read (void)
{
  struct rusage usage;
  BenchClock clock = {.wall = g_get_monotonic_time () };

  getrusage (RUSAGE_SELF, &usage);
  clock.cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC
      + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  clock.server_cpu = server_cpu ();
  return clock;
}

void
bench_result_set (BenchResult *result, guint64 messages, const BenchClock *start)
{
  BenchClock end = bench_clock_read ();

  result->messages = messages;
  result->seconds = (gdouble) (end.wall - start->wall) / G_USEC_PER_SEC;
  result->cpu = (gdouble) (end.cpu - start->cpu) / G_USEC_PER_SEC;
  result->server_cpu = (gdouble) (end.server_cpu - start->server_cpu) / G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  BenchOptions options = {.size = 100000,.window = 1,.keys = 1,.elements = 1,.seconds = 3 };
  gchar *sink = NULL, *raw = NULL;
  GOptionEntry entries[] = {
    {"raw", 'r', 0, G_OPTION_ARG_STRING, &raw, "A plain loop", "amqp|redis"},
    {"sink", 'k', 0, G_OPTION_ARG_STRING, &sink, "Elements; {n} is the element's number", "TEXT"},
    {"port", 'p', 0, G_OPTION_ARG_INT, &options.port, "Port of the server, for --raw", "PORT"},
    {"window", 'w', 0, G_OPTION_ARG_INT, &options.window, "Messages in flight, for --raw (1)", "N"},
    {"keys", 'y', 0, G_OPTION_ARG_INT, &options.keys, "Keys in turn, for --raw (1)", "N"},
    {"headers", 'H', 0, G_OPTION_ARG_NONE, &options.headers, "Properties as of amqpsink, for --raw=amqp", NULL},
    {"server-pid", 'i', 0, G_OPTION_ARG_INT, &server_pid, "Process of the server", "PID"},
    {"elements", 'n', 0, G_OPTION_ARG_INT, &options.elements, "Number of elements (1)", "N"},
    {"size", 's', 0, G_OPTION_ARG_INT, &options.size, "Bytes per message (100000)", "BYTES"},
    {"seconds", 't', 0, G_OPTION_ARG_DOUBLE, &options.seconds, "How long (3)", "S"},
    {NULL}
  };
  GOptionContext *context = g_option_context_new ("- messages per second");
  BenchResult result = { 0 };
  GError *error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || (raw == NULL) == (sink == NULL)) {
    fprintf (stderr, "%s\n", error != NULL ? error->message : "either --raw or --sink");
    return 2;
  }
  g_option_context_free (context);
  options.keys = MAX (options.keys, 1);

  if (sink != NULL)
    bench_elements (&options, sink, &result);
  else if (g_str_equal (raw, "amqp"))
    bench_raw_amqp (&options, &result);
  else
    bench_raw_redis (&options, &result);
  printf ("%.0f %.2f %.2f\n", (gdouble) result.messages / result.seconds,
      result.cpu * G_USEC_PER_SEC / (gdouble) MAX (result.messages, 1),
      result.server_cpu * G_USEC_PER_SEC / (gdouble) MAX (result.messages, 1));
  return 0;
}
