/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One direction: read, hold for as long as the delay says, write as fast as the rate says. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "flow.h"

#define READ_SIZE (256 * 1024)

typedef struct
{
  gint64 due;
  gsize length;
  gsize done;
  guint8 data[];
} Chunk;

void
flow_rules_init (FlowRules *rules)
{
  guint64 bytes = rules->bytes;

  memset (rules, 0, sizeof (*rules));
  rules->bytes = bytes;
  rules->truncate_left = -1;
}

void
flow_init (Flow *flow, FlowRules *rules, gint from, gint to)
{
  memset (flow, 0, sizeof (*flow));
  flow->rules = rules;
  flow->from = from;
  flow->to = to;
  g_queue_init (&flow->chunks);
}

void
flow_clear (Flow *flow)
{
  g_queue_clear_full (&flow->chunks, g_free);
}

/* Without a delay the proxy holds next to nothing, so that a slow reader is felt at the other end; with one it has
 * room for what a fast sender sends in that time. */
static gsize
get_room (const Flow *flow)
{
  return READ_SIZE + (gsize) flow->rules->delay * 1000;
}

gboolean
flow_wants_read (const Flow *flow)
{
  return !flow->rules->frozen && !flow->source_ended
      && flow->queued < get_room (flow);
}

gint64
flow_get_time (const Flow *flow, gint64 now)
{
  const Chunk *head = g_queue_peek_head ((GQueue *) & flow->chunks);

  if (flow->rules->frozen || flow->finished)
    return G_MAXINT64;
  if (head == NULL)
    return flow->source_ended ? now : G_MAXINT64;
  return MAX (head->due, flow->rules->rate > 0 ? flow->allowed_at : 0);
}

gboolean
flow_wants_write (const Flow *flow, gint64 now)
{
  return flow_get_time (flow, now) <= now;
}

FlowResult
flow_read (Flow *flow, gint64 now)
{
  static guint8 buffer[READ_SIZE];
  gssize n = recv (flow->from, buffer, sizeof (buffer), MSG_DONTWAIT);
  Chunk *chunk;

  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? FLOW_OK : FLOW_LOST;
  if (n == 0) {
    flow->source_ended = TRUE;
    return FLOW_OK;
  }
  chunk = g_malloc (sizeof (Chunk) + (gsize) n);
  chunk->due = now + flow->rules->delay;
  chunk->length = (gsize) n;
  chunk->done = 0;
  memcpy (chunk->data, buffer, (gsize) n);
  g_queue_push_tail (&flow->chunks, chunk);
  flow->queued += (gsize) n;
  return FLOW_OK;
}

static gsize
get_allowance (const Flow *flow, gsize length)
{
  const FlowRules *rules = flow->rules;

  if (rules->split > 0)
    length = MIN (length, rules->split);
  if (rules->rate > 0)
    length = MIN (length, MAX (rules->rate / 50, 1));   /* 20 ms worth of it */
  if (rules->truncate_left >= 0)
    length = MIN (length, (gsize) rules->truncate_left);
  return length;
}

static void
account (Flow *flow, Chunk *chunk, gsize n, gint64 now)
{
  FlowRules *rules = flow->rules;

  chunk->done += n;
  flow->queued -= n;
  rules->bytes += n;
  if (rules->rate > 0)
    flow->allowed_at =
        MAX (flow->allowed_at,
        now) + (gint64) (n * G_USEC_PER_SEC / rules->rate);
  if (rules->truncate_left >= 0)
    rules->truncate_left -= (gint64) n;
  if (chunk->done == chunk->length)
    g_free (g_queue_pop_head (&flow->chunks));
}

FlowResult
flow_write (Flow *flow, gint64 now)
{
  while (flow_wants_write (flow, now)) {
    Chunk *chunk = g_queue_peek_head (&flow->chunks);
    gssize n;

    if (flow->rules->truncate_left == 0) {
      flow->rules->truncate_left = -1;  /* once */
      return FLOW_TRUNCATED;
    }
    if (chunk == NULL) {
      flow->finished = TRUE;
      shutdown (flow->to, SHUT_WR);
      break;
    }
    n = send (flow->to, chunk->data + chunk->done, get_allowance (flow,
            chunk->length - chunk->done), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0)
      return errno == EAGAIN || errno == EINTR ? FLOW_OK : FLOW_LOST;
    account (flow, chunk, (gsize) n, now);
  }
  return FLOW_OK;
}
