/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Grows fast, because lanes wait; shrinks slowly, because an idle thread costs next to nothing, and ever more slowly
 * when it turns out that a removed worker was needed after all: that is what keeps it from swinging. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "work/autoscale.h"

#define FIRST_WINDOW 30         /* ticks: 3 s */
#define LAST_WINDOW 1200        /* 2 min */

/* A need that shows within this many windows after workers went was there all the time. */
#define REGRET_WINDOWS 2

static guint
grow (GstEdgeAutoscale *autoscale, const GstEdgeAutoscaleSample *sample)
{
  if (autoscale->shrunk
      && autoscale->since_shrink <= REGRET_WINDOWS * autoscale->window)
    autoscale->window = MIN (2 * autoscale->window, LAST_WINDOW);
  autoscale->shrunk = FALSE;
  autoscale->ticks = 0;
  autoscale->peak_busy = 0;
  return sample->workers + MAX (1, sample->workers / 2);
}

/* At the end of a window in which workers were idle all the time: those go, but for one, for the next lane that
 * blocks. */
static guint
shrink (GstEdgeAutoscale *autoscale, const GstEdgeAutoscaleSample *sample)
{
  guint needed = autoscale->peak_busy + 1;

  autoscale->ticks = 0;
  autoscale->peak_busy = 0;
  if (sample->workers <= needed)
    return sample->workers;
  autoscale->shrunk = TRUE;
  autoscale->since_shrink = 0;
  return needed;
}

/* With busy CPUs one more worker would only take turns with the others, unless those do not even want a CPU. */
static gboolean
would_help (const GstEdgeAutoscaleSample *sample)
{
  return sample->cpu_load < GST_EDGE_AUTOSCALE_SATURATED
      || 2 * sample->n_blocked >= sample->workers;
}

guint
gst_edge_autoscale_next (GstEdgeAutoscale *autoscale, const GstEdgeAutoscaleSample *sample)
{
  guint min_workers = MAX (sample->min_workers, 1);
  guint max_workers = MAX (sample->max_workers, min_workers);
  guint workers = sample->workers;

  if (autoscale->window == 0)
    autoscale->window = FIRST_WINDOW;
  autoscale->since_shrink += autoscale->since_shrink < G_MAXUINT;
  autoscale->ticks++;
  autoscale->peak_busy = MAX (autoscale->peak_busy, sample->peak_busy);

  if (sample->wait > sample->target_wait && workers < max_workers
      && would_help (sample))
    workers = grow (autoscale, sample);
  else if (autoscale->ticks >= autoscale->window)
    workers = shrink (autoscale, sample);
  return CLAMP (workers, min_workers, max_workers);
}
