/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the process knows about each camera. What the streaming threads write are atomics, one writer at a time as a
 * rule; where there are two, numbers stay right and only the rate blurs. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "stats/camera-record.h"

#define RATE_WINDOW (2 * G_TIME_SPAN_SECOND)
#define ENOUGH_FRAMES 5         /* for a rate before the first window ends */
#define MAX_PICTURE_BYTES (32 * 1024 * 1024)
#define CLOCK_SET_BACK (60 * G_GINT64_CONSTANT (1000000000))    /* frames do not come in another order by so much */
#define DELAY_WEIGHT 8          /* a new delay counts for 1 / 8 */

struct _GstEdgeCameraRecord
{
  gchar *id;                    /* constant */
  guint users;                  /* atomic */

  guint64 frames;               /* atomic */
  guint64 bytes;                /* atomic */
  gint64 last_frame;            /* atomic: monotonic microseconds, 0 = none yet */
  gint64 window_start;          /* atomic: the rate is measured over windows */
  guint window_frames;          /* atomic */
  guint millihertz;             /* atomic: rate of the last window */
  gint64 delay[GST_EDGE_N_STAGES];      /* atomic: microseconds, 0 = none yet */

  GMutex picture_lock;          /* held for a few assignments only; no lock is taken with it */
  GstBuffer *picture;           /* picture_lock: nullable */
  gint64 picture_time;          /* picture_lock to write, atomic: Unix ns, 0 = none */

  GMutex lock;                  /* of what does not change with each frame: streaming threads do not take it */
  GPtrArray *sources;           /* lock: of GstEdgeCameraSource, those that are not detached */
  guint64 reconnects;           /* lock */
  GstEdgeStageCounts gone[GST_EDGE_N_STAGES];   /* lock */
};

struct _GstEdgeCameraSource
{
  GstEdgeCameraRecord *record;  /* constant; its lock is the lock here */
  gboolean attached;            /* lock */
  GstEdgeCameraState state;     /* lock */
  gboolean was_active;          /* lock */
  gchar *reason;                /* lock: nullable */
};

static GMutex departures_lock;  /* before all others: see gst_edge_camera_records_lock() */
static GMutex book_lock;
static GHashTable *book;        /* book_lock: id → GstEdgeCameraRecord */
static guint pictures_wanted;   /* atomic */

#define GET(field) __atomic_load_n (&(field), __ATOMIC_RELAXED)
#define SET(field, value) __atomic_store_n (&(field), (value), __ATOMIC_RELAXED)
#define ADD(field, value) __atomic_add_fetch (&(field), (value), __ATOMIC_RELAXED)

static GstEdgeCameraRecord *
record_new (const gchar *camera_id)
{
  GstEdgeCameraRecord *record = g_new0 (GstEdgeCameraRecord, 1);

  record->id = g_ref_string_new (camera_id);    /* not interned, see frame-stamper.c */
  g_mutex_init (&record->picture_lock);
  g_mutex_init (&record->lock);
  record->sources = g_ptr_array_new ();
  return record;
}

GstEdgeCameraRecord *
gst_edge_camera_record_use (const gchar *camera_id)
{
  GstEdgeCameraRecord *record;

  g_mutex_lock (&book_lock);
  if (book == NULL)
    book = g_hash_table_new (g_str_hash, g_str_equal);
  record = g_hash_table_lookup (book, camera_id);
  if (record == NULL) {
    record = record_new (camera_id);
    g_hash_table_insert (book, record->id, record);
  }
  ADD (record->users, 1);
  g_mutex_unlock (&book_lock);
  return record;
}

static void
drop_picture (GstEdgeCameraRecord *record)
{
  GstBuffer *picture;

  g_mutex_lock (&record->picture_lock);
  picture = g_steal_pointer (&record->picture);
  SET (record->picture_time, 0);
  g_mutex_unlock (&record->picture_lock);
  gst_clear_buffer (&picture);
}

/* The last user takes along what is only true of a camera that is there. */
void
gst_edge_camera_record_unuse (GstEdgeCameraRecord *record)
{
  if (__atomic_sub_fetch (&record->users, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  SET (record->last_frame, 0);
  SET (record->window_start, 0);
  SET (record->millihertz, 0);
  drop_picture (record);
}

const gchar *
gst_edge_camera_record_get_id (const GstEdgeCameraRecord *record)
{
  return record->id;
}

static void
measure_rate (GstEdgeCameraRecord *record, gint64 now)
{
  gint64 start = GET (record->window_start);
  guint frames;

  if (start == 0) {
    SET (record->window_frames, 0);
    SET (record->window_start, now);
    return;
  }
  frames = ADD (record->window_frames, 1);
  if (now - start < RATE_WINDOW)
    return;
  SET (record->millihertz, (guint) (frames * 1000 * G_TIME_SPAN_SECOND / (now - start)));
  SET (record->window_frames, 0);
  SET (record->window_start, now);
}

void
gst_edge_camera_record_count_frame (GstEdgeCameraRecord *record, gsize bytes)
{
  gint64 now = g_get_monotonic_time ();

  ADD (record->frames, 1);
  ADD (record->bytes, bytes);
  SET (record->last_frame, now);
  measure_rate (record, now);
}

void
gst_edge_camera_record_note_delivery (GstEdgeCameraRecord *record, GstEdgeStage stage,
    gint64 capture_time)
{
  gint64 delay = MAX (g_get_real_time () - capture_time / 1000, 1);
  gint64 before = GET (record->delay[stage]);

  SET (record->delay[stage], before == 0 ? delay : before + (delay - before) / DELAY_WEIGHT);
}

/* ---- sources ---- */

GstEdgeCameraSource *
gst_edge_camera_source_new (const gchar *camera_id)
{
  GstEdgeCameraSource *source = g_new0 (GstEdgeCameraSource, 1);
  GstEdgeCameraRecord *record = gst_edge_camera_record_use (camera_id);

  source->record = record;
  source->attached = TRUE;
  g_mutex_lock (&record->lock);
  g_ptr_array_add (record->sources, source);
  g_mutex_unlock (&record->lock);
  return source;
}

void
gst_edge_camera_source_free (GstEdgeCameraSource *source)
{
  gst_edge_camera_source_detach (source);
  g_free (source->reason);
  g_free (source);
}

void
gst_edge_camera_source_set_state (GstEdgeCameraSource *source, GstEdgeCameraState state, const gchar *reason)
{
  GstEdgeCameraRecord *record = source->record;
  gchar *copy = g_strdup (reason), *old;

  g_mutex_lock (&record->lock);
  if (source->attached && state == GST_EDGE_CAMERA_STATE_ACTIVE && source->state != state) {
    record->reconnects += source->was_active;
    source->was_active = TRUE;
  }
  source->state = state;
  old = source->reason;
  source->reason = copy;
  g_mutex_unlock (&record->lock);
  g_free (old);
}

void
gst_edge_camera_source_detach (GstEdgeCameraSource *source)
{
  GstEdgeCameraRecord *record = source->record;
  gboolean attached;

  g_mutex_lock (&record->lock);
  attached = source->attached;
  source->attached = FALSE;
  g_ptr_array_remove (record->sources, source);
  g_mutex_unlock (&record->lock);
  if (attached)
    gst_edge_camera_record_unuse (record);
}

/* The lower the better. */
static guint
rank (GstEdgeCameraState state)
{
  static const guint order[] = {
    [GST_EDGE_CAMERA_STATE_ACTIVE] = 0,
    [GST_EDGE_CAMERA_STATE_INACTIVE] = 1,
    [GST_EDGE_CAMERA_STATE_OFFLINE] = 2,
    [GST_EDGE_CAMERA_STATE_UNKNOWN] = 3,
  };

  return order[state];
}

/* One source that gives frames is enough for the camera to be there. */
static void
read_state_locked (const GstEdgeCameraRecord *record, GstEdgeCameraSnapshot *snapshot)
{
  const gchar *reason = NULL;
  guint i;

  snapshot->state = GST_EDGE_CAMERA_STATE_UNKNOWN;
  for (i = 0; i < record->sources->len; i++) {
    const GstEdgeCameraSource *source = g_ptr_array_index (record->sources, i);

    if (rank (source->state) >= rank (snapshot->state))
      continue;
    snapshot->state = source->state;
    reason = source->reason;
  }
  snapshot->reason = g_strdup (reason);
}

/* ---- */

void
gst_edge_camera_record_add_gone (GstEdgeCameraRecord *record, GstEdgeStage stage,
    const GstEdgeStageCounts *counts)
{
  g_mutex_lock (&record->lock);
  gst_edge_stage_counts_add (&record->gone[stage], counts);
  g_mutex_unlock (&record->lock);
}

void
gst_edge_camera_records_lock (void)
{
  g_mutex_lock (&departures_lock);
}

void
gst_edge_camera_records_unlock (void)
{
  g_mutex_unlock (&departures_lock);
}

void
gst_edge_camera_pictures_want (gboolean wanted)
{
  GPtrArray *records;
  guint i;

  if (wanted) {
    __atomic_add_fetch (&pictures_wanted, 1, __ATOMIC_ACQ_REL);
    return;
  }
  if (__atomic_sub_fetch (&pictures_wanted, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  records = gst_edge_camera_records_list ();
  for (i = 0; i < records->len; i++)
    drop_picture (g_ptr_array_index (records, i));
  g_ptr_array_unref (records);
}

gboolean
gst_edge_camera_pictures_are_wanted (void)
{
  return GET (pictures_wanted) > 0;
}

void
gst_edge_camera_record_offer_picture (GstEdgeCameraRecord *record, GstBuffer *buffer,
    gint64 capture_time)
{
  GstBuffer *old = NULL;

  if (!gst_edge_camera_pictures_are_wanted () || gst_buffer_get_size (buffer) > MAX_PICTURE_BYTES)
    return;
  g_mutex_lock (&record->picture_lock);
  /* wanted still: who looked last has dropped all pictures, or waits for this lock to do so */
  if (gst_edge_camera_pictures_are_wanted () && (record->picture == NULL || capture_time > record->picture_time
          || capture_time < record->picture_time - CLOCK_SET_BACK)) {
    old = record->picture;
    record->picture = gst_buffer_ref (buffer);
    SET (record->picture_time, capture_time);
  }
  g_mutex_unlock (&record->picture_lock);
  gst_clear_buffer (&old);
}

GstBuffer *
gst_edge_camera_record_get_picture (GstEdgeCameraRecord *record, gint64 *capture_time)
{
  GstBuffer *picture;

  g_mutex_lock (&record->picture_lock);
  picture = record->picture != NULL ? gst_buffer_ref (record->picture) : NULL;
  *capture_time = record->picture_time;
  g_mutex_unlock (&record->picture_lock);
  return picture;
}

/* Until the first window ends, what is in it must do. */
static gdouble
measured_rate (GstEdgeCameraRecord *record)
{
  guint millihertz = GET (record->millihertz), frames = GET (record->window_frames);
  gint64 start = GET (record->window_start);

  if (millihertz > 0 || start == 0 || frames < ENOUGH_FRAMES)
    return millihertz / 1000.0;
  return frames * (gdouble) G_TIME_SPAN_SECOND / MAX (g_get_monotonic_time () - start, 1);
}

/* A camera that has stopped has no rate, although no window ends any more. */
static gdouble
current_rate (GstEdgeCameraRecord *record, gint64 age)
{
  gdouble rate = measured_rate (record);

  if (rate > 0 && age > MAX (RATE_WINDOW, 3 * G_TIME_SPAN_SECOND / rate))
    return 0;
  return rate;
}

void
gst_edge_camera_record_read (GstEdgeCameraRecord *record, GstEdgeCameraSnapshot *snapshot)
{
  gint64 last_frame = GET (record->last_frame);
  guint i;

  snapshot->id = record->id;
  snapshot->used = GET (record->users) > 0;
  snapshot->frames = GET (record->frames);
  snapshot->bytes = GET (record->bytes);
  snapshot->age = last_frame == 0 ? -1 : MAX (g_get_monotonic_time () - last_frame, 0);
  snapshot->rate = current_rate (record, snapshot->age);
  snapshot->picture_time = GET (record->picture_time);
  for (i = 0; i < GST_EDGE_N_STAGES; i++) {
    gint64 delay = GET (record->delay[i]);

    snapshot->delay[i] = delay == 0 ? -1 : delay;
  }

  g_mutex_lock (&record->lock);
  read_state_locked (record, snapshot);
  snapshot->reconnects = record->reconnects;
  memcpy (snapshot->stages, record->gone, sizeof (snapshot->stages));
  g_mutex_unlock (&record->lock);
}

GPtrArray *
gst_edge_camera_records_list (void)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer record;

  g_mutex_lock (&book_lock);
  if (book != NULL) {
    g_hash_table_iter_init (&iter, book);
    while (g_hash_table_iter_next (&iter, NULL, &record))
      g_ptr_array_add (list, record);
  }
  g_mutex_unlock (&book_lock);
  return list;
}

GstEdgeCameraRecord *
gst_edge_camera_record_find (const gchar *camera_id)
{
  GstEdgeCameraRecord *record;

  g_mutex_lock (&book_lock);
  record = book != NULL ? g_hash_table_lookup (book, camera_id) : NULL;
  g_mutex_unlock (&book_lock);
  return record;
}
