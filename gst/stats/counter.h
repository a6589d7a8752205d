/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers that one thread at a time changes, holding a lock, and that anybody reads without it: whoever looks at a
 * process must not keep it from its work, nor wait for it.
 *
 * Counters of things on their way make sense together in this order. Who moves a thing on takes it from where it was
 * before adding it to where it is; who reads begins at the end of the way and reads the beginning last. Then nothing is
 * counted twice, and what is missing in the sum is what still waits: a reader takes that for the length of the queue
 * instead of reading it. */

#pragma once

#include <glib.h>

#define GST_EDGE_COUNTER_SET(counter, value) __atomic_store_n (&(counter), (value), __ATOMIC_RELEASE)
#define GST_EDGE_COUNTER_ADD(counter, value) GST_EDGE_COUNTER_SET (counter, (counter) + (value))
#define GST_EDGE_COUNTER_SUB(counter, value) GST_EDGE_COUNTER_SET (counter, (counter) - (value))
#define GST_EDGE_COUNTER_GET(counter) __atomic_load_n (&(counter), __ATOMIC_ACQUIRE)
