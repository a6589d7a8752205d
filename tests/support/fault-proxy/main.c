/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A TCP proxy on 127.0.0.1 that does on command what networks do by themselves. Prints "port N" when it listens,
 * then reads commands from its standard input, a line each, and answers each with a line "ok …" or "error …".
 * It ends with its standard input. "up" is client to server, "down" the other way, both when not said:
 *
 *   pass                   all faults off; connections that were silent stay so
 *   freeze [up|down]       pass nothing any more, not even the end of a connection
 *   throttle N [up|down]   pass N bytes per second (0 = no limit): a slow reader
 *   delay MS [up|down]     pass bytes MS milliseconds later; half a round trip if not said otherwise
 *   split N [up|down]      pass at most N bytes per write (0 = no limit)
 *   truncate N up|down     pass N more bytes, then close that connection; once
 *   close                  end all connections in good order
 *   reset                  end all connections with RST
 *   silent                 accept new connections, never answer: half-open
 *   refuse                 refuse new connections
 *   blackhole              do not answer attempts to connect
 *   status                 "ok connections=N accepted=N up=BYTES down=BYTES" */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "relay.h"

/* Where a rule applies: FALSE when @word is no direction. */
static gboolean
parse_direction (const gchar *word, gboolean which[N_FLOWS])
{
  which[FLOW_UP] = word == NULL || g_str_equal (word, "up");
  which[FLOW_DOWN] = word == NULL || g_str_equal (word, "down");
  return which[FLOW_UP] || which[FLOW_DOWN];
}

static gboolean
set_rule (Relay *relay, const gchar *rule, guint64 value, const gchar *direction)
{
  gboolean which[N_FLOWS];
  guint i;

  if (!parse_direction (direction, which))
    return FALSE;
  for (i = 0; i < N_FLOWS; i++) {
    FlowRules *rules = &relay->rules[i];

    if (!which[i])
      continue;
    if (g_str_equal (rule, "freeze"))
      rules->frozen = TRUE;
    else if (g_str_equal (rule, "throttle"))
      rules->rate = value;
    else if (g_str_equal (rule, "delay"))
      rules->delay = (gint64) value *1000;
    else if (g_str_equal (rule, "split"))
      rules->split = value;
    else
      rules->truncate_left = (gint64) value;
  }
  return TRUE;
}

static void
pass (Relay *relay)
{
  guint i;

  for (i = 0; i < N_FLOWS; i++)
    flow_rules_init (&relay->rules[i]);
  relay_set_mode (relay, RELAY_ACCEPT);
}

static gboolean
obey_plain (Relay *relay, const gchar *command)
{
  if (g_str_equal (command, "pass"))
    pass (relay);
  else if (g_str_equal (command, "close"))
    relay_end_connections (relay, FALSE);
  else if (g_str_equal (command, "reset"))
    relay_end_connections (relay, TRUE);
  else if (g_str_equal (command, "silent"))
    relay_set_mode (relay, RELAY_SILENT);
  else if (g_str_equal (command, "refuse"))
    relay_set_mode (relay, RELAY_REFUSE);
  else if (g_str_equal (command, "blackhole"))
    relay_set_mode (relay, RELAY_BLACKHOLE);
  else
    return g_str_equal (command, "status");
  return TRUE;
}

static gboolean
obey (Relay *relay, gchar **words)
{
  guint n = g_strv_length (words);
  guint64 value;

  if (n == 1 && !g_str_equal (words[0], "freeze"))
    return obey_plain (relay, words[0]);
  if (n >= 1 && n <= 2 && g_str_equal (words[0], "freeze"))
    return set_rule (relay, words[0], 0, words[1]);
  if (n < 2 || n > 3
      || !g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXINT64 / 1000,
          &value, NULL))
    return FALSE;
  if (g_str_equal (words[0], "truncate"))
    return n == 3 && set_rule (relay, words[0], value, words[2]);
  return (g_str_equal (words[0], "throttle") || g_str_equal (words[0], "delay")
      || g_str_equal (words[0], "split"))
      && set_rule (relay, words[0], value, words[2]);
}

static void
handle_line (Relay *relay, const gchar *line)
{
  gchar **words = g_strsplit (line, " ", 0);

  if (words[0] != NULL && obey (relay, words))
    printf ("ok connections=%u accepted=%u up=%" G_GUINT64_FORMAT " down=%"
        G_GUINT64_FORMAT "\n", relay->connections->len, relay->accepted,
        relay->rules[FLOW_UP].bytes, relay->rules[FLOW_DOWN].bytes);
  else
    printf ("error \"%s\" is no command; see the top of main.c\n", line);
  fflush (stdout);
  g_strfreev (words);
}

/* FALSE at the end of the input. */
static gboolean
read_commands (Relay *relay, GString *input)
{
  gchar buffer[4096], *end;
  gssize n = read (STDIN_FILENO, buffer, sizeof (buffer));

  if (n <= 0)
    return n < 0 && errno == EINTR;
  g_string_append_len (input, buffer, n);
  while ((end = strchr (input->str, '\n')) != NULL) {
    *end = '\0';
    handle_line (relay, input->str);
    g_string_erase (input, 0, end + 1 - input->str);
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  gint port = 0, to = 0, receive_buffer = 0;
  GOptionEntry entries[] = {
    {"to", 't', 0, G_OPTION_ARG_INT, &to, "Port of the server on 127.0.0.1",
        "PORT"},
    {"port", 'p', 0, G_OPTION_ARG_INT, &port, "Port to listen on (any)",
        "PORT"},
    {"receive-buffer", 'r', 0, G_OPTION_ARG_INT, &receive_buffer,
        "What the kernel holds of each connection (its choice)", "BYTES"},
    {NULL}
  };
  GOptionContext *context =
      g_option_context_new ("- a TCP proxy that makes faults");
  GString *input = g_string_new (NULL);
  GError *error = NULL;
  Relay relay;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || to < 1
      || to > 65535 || port < 0 || port > 65535) {
    fprintf (stderr, "%s\n",
        error != NULL ? error->message : "--to is missing");
    return 2;
  }
  g_option_context_free (context);
  if (!relay_init (&relay, (guint16) port, (guint16) to, receive_buffer)) {
    fprintf (stderr, "cannot listen on port %d: %s\n", port,
        g_strerror (errno));
    return 1;
  }
  printf ("port %u\n", relay.port);
  fflush (stdout);

  while (!relay_run_once (&relay, STDIN_FILENO)
      || read_commands (&relay, input)) {
  }
  relay_clear (&relay);
  g_string_free (input, TRUE);
  return 0;
}
