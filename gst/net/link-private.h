/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What link.c, link-client.c and link-registry.c share.
 *
 * Lock order: the registry's lock, then a link's lock. Neither is held over a callback, a network call or a free
 * of somebody else's object. */

#pragma once

#include "net/backoff.h"
#include "net/breaker.h"
#include "net/link-client.h"
#include "net/watchdog.h"
#include "stats/counter.h"

G_BEGIN_DECLS

enum
{
  URGENT,
  NORMAL,
  N_CLASSES
};

struct _GstEdgeLink
{
  /* Constant from birth. */
  const GstEdgeTransportClass *klass;
  GstEdgeEndpoint *endpoint;
  gint64 timeout;               /* microseconds */
  guint max_in_flight;
  guint breaker_max_failures;
  gint64 breaker_reset;         /* microseconds */
  gchar *group;
  gint wakeup_fd;               /* eventfd */
  GCancellable *cancellable;    /* cancelled by stop */
  GstEdgeWatch *watch;
  GThread *thread;

  guint users;                  /* registry's lock */

  GMutex lock;
  GPtrArray *clients;           /* lock: of GstEdgeLinkClient, in the order they came */
  GQueue pending[N_CLASSES];    /* lock: clients that have something to send, in turn */
  gboolean stopping;            /* lock */
  gboolean frees_itself;        /* lock: nobody joins the thread, it frees the link when it ends */
  gboolean ended;               /* lock: the thread does not touch the link any more */
  GCond ended_cond;             /* lock */
  gboolean wants_submits;       /* lock: the thread sleeps and a new message is a reason to wake it */
  gboolean client_news;         /* lock: a client wants to be prepared or told the state */
  GstEdgeLinkState state;       /* lock to write: a counter */
  gchar *reason;                /* lock: why the state is a bad one; nullable */
  gchar *park_reason;           /* lock: what the server said when it could not take a message; nullable */
  guint state_serial;           /* lock: counts changes of state */
  gboolean unwarned;            /* lock: nobody has been warned about this outage yet */
  guint connects;               /* lock to write: a counter */

  guint64 max_size;             /* lock: largest message that the server takes, 0 = not known */

  GQueue in_flight;             /* of GstEdgeMessage by their node, in the order they were sent. Changed by the
                                 * link's thread with the lock held; that thread may read it without */

  /* The link's thread only. */
  GstEdgeTransport *transport;  /* NULL while not connected */
  GError *failure;              /* why the last try to connect failed */
  guint in_flight_of[N_CLASSES];
  guint64 in_flight_bytes;
  guint n_unconfirmed;          /* in flight: nobody waits for an answer to them */
  guint64 last_tag;
  guint64 answered_tag;         /* the last message of this connection that the server has answered; it reads them in
                                 * the order of their tags, so that it has accepted all before */
  guint64 sent_tag;             /* the last message of this connection that counts as sent without an answer */
  gint64 ready_since;           /* monotonic microseconds */
  gint64 recovered_at;          /* monotonic microseconds: a failure left the connection as good as new */
  gboolean in_recovery;         /* since then, until a message is answered */
  gint64 retry_at;              /* while not connected */
  gint64 parked_until;          /* 0 = not parked */
  GstEdgeBackoff parking;       /* for servers that say "not now" */
  gboolean found_oversize;      /* why the server is about to close the connection is known and settled */
  gint64 prepare_at;            /* when the next client that was put off is tried again */
  guint suspects;               /* the server closed because of one message, and so many have to be answered, one at a
                                 * time and whether somebody waits for that or not, until it is clear which */
  GstEdgeBackoff backoff;       /* for connecting */
  GstEdgeBreaker breaker;       /* for connecting */
  gboolean blocked;             /* the server takes nothing for now */
  gboolean in_outage;           /* since trouble began and until a message is answered, or all is well for long */
  gboolean was_ready;           /* at least once: no error is final any more */
  guint host_index;
};

struct _GstEdgeLinkClient
{
  gatomicrefcount refcount;     /* one for the element, one for each callback that runs */
  GstEdgeLink *link;            /* valid until the element has left */
  GstEdgeTarget *target;
  GstEdgeLinkClientFuncs funcs;
  gpointer user_data;
  guint class;                  /* URGENT or NORMAL */
  GstEdgeHistogram latency;     /* atomics */

  GstEdgeQueue *queue;          /* link's lock */
  GQueue resend;                /* link's lock: sent on a lost connection; they go first */
  GList pending_node;           /* link's lock: in link->pending while is_pending */
  gboolean is_pending;          /* link's lock */
  gboolean was_prepared;        /* link's thread: its target was usable at least once */
  GstEdgeBackoff preparing;     /* link's thread */
  gint64 prepare_at;            /* link's thread: not before, after its target was refused */
  gchar *trouble;               /* link's thread: why it is put off; nullable */
  gboolean trouble_unwarned;    /* link's thread */
  gboolean is_put_off;          /* link's thread writes: a counter */
  gboolean prepared;            /* link's lock: on the current connection */
  gboolean failed;              /* link's lock */
  gboolean flushing;            /* link's lock */
  gboolean leaving;             /* link's lock */
  gboolean in_callback;         /* link's lock */
  guint told_serial;            /* link's lock: last state_serial it was told */
  guint64 first_sent;           /* link's thread: of this connection, the first message that counts as sent without an
                                 * answer, and of which it is not known that the server took it; 0 = none */
  gboolean worked;              /* link's thread: the server took such a message */
  gchar *sent_to;               /* link's lock: where the last message went that counts as sent without an answer;
                                 * nullable */
  guint in_flight;              /* link's lock to write: a counter */
  GCond cond;                   /* link's lock: room, drained, out of a callback, flushing */
  guint waits_idle;             /* link's lock: how many wait on cond, for an answer or a callback */
  guint waits_room;             /* link's lock: how many wait on cond, for room in the outbox */
  guint room_at;                /* link's lock: they are woken when the outbox is as short as this */
  GstEdgeLinkCounters counters; /* link's lock to write: counters */
};

/* link-registry.c */
GstEdgeLink *gst_edge_link_acquire (const GstEdgeTransportClass * klass, GstEdgeEndpoint * endpoint,
    const GstEdgeLinkSettings * settings, GError ** error);
void gst_edge_link_release (GstEdgeLink * link);

/* link.c */
GstEdgeLink *gst_edge_link_start (const GstEdgeTransportClass * klass, GstEdgeEndpoint * endpoint,
    const GstEdgeLinkSettings * settings, GError ** error);
void gst_edge_link_stop (GstEdgeLink * link);
void gst_edge_link_wake (GstEdgeLink * link);

/* link.c, the link's thread only */
void gst_edge_link_close_connection (GstEdgeLink * link);
void gst_edge_link_lose_connection (GstEdgeLink * link, const GError * error);

/* link-news.c, the link's thread only: the clients are told by the next gst_edge_link_serve_news() */
void gst_edge_link_set_state (GstEdgeLink * link, GstEdgeLinkState state, const gchar * reason);
void gst_edge_link_serve_news (GstEdgeLink * link);

/* link-messages.c: the link's thread only */
gboolean gst_edge_link_send_pending (GstEdgeLink * link, GError ** error);
void gst_edge_link_settle_sent (GstEdgeLink * link);
gboolean gst_edge_link_can_send (GstEdgeLink * link);
gboolean gst_edge_link_has_sendable_locked (GstEdgeLink * link);
void gst_edge_link_requeue_in_flight (GstEdgeLink * link);
gboolean gst_edge_link_suspect_in_flight (GstEdgeLink * link, const gchar * detail);

/* link-client.c: those that end in _locked want the link's lock held */
GstEdgeMessage *gst_edge_link_client_take_locked (GstEdgeLinkClient * client, gint64 now, GArray ** dropped);
void gst_edge_link_client_set_pending_locked (GstEdgeLinkClient * client);
void gst_edge_link_client_changed_locked (GstEdgeLinkClient * client);

/* The link's thread only: whether the server has ever taken something from this client. */
gboolean gst_edge_link_client_has_worked (GstEdgeLinkClient * client);
void gst_edge_link_client_fail (GstEdgeLinkClient * client, const GError * error, gboolean by_target);
void gst_edge_link_free_dropped (GArray * dropped);

/* Between these two the client does not go away; @enter says FALSE when it is about to. */
gboolean gst_edge_link_client_enter_locked (GstEdgeLinkClient * client);
void gst_edge_link_client_leave_locked (GstEdgeLinkClient * client);

GST_DEBUG_CATEGORY_EXTERN (gst_edge_link_debug);

G_END_DECLS
