/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GMutex and GCond on pthreads, for tests under ThreadSanitizer. GLib makes them of futexes and is not instrumented
 * itself, so the sanitizer would see no lock at all and report every access under one. These it knows. Recursive
 * mutexes and rw-locks are pthread's in GLib already. GLib's own inner locks stay what they are: Debian links it so
 * that it calls itself directly, so no lock is ever used in both ways.
 *
 * What is handed over inside of GLib is told to the sanitizer: tasks of a thread pool, and the end of its threads. */

#define _GNU_SOURCE             /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <gst/gst.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define SHIM __attribute__ ((visibility ("default")))

void __tsan_acquire (void *address);
void __tsan_release (void *address);

static void
check (gint result)
{
  if (result != 0)
    abort ();
}

static pthread_mutex_t *
get_mutex (GMutex *mutex)
{
  pthread_mutex_t *impl = __atomic_load_n (&mutex->p, __ATOMIC_ACQUIRE);
  pthread_mutex_t *made;
  gpointer expected = NULL;

  if (impl != NULL)
    return impl;
  made = malloc (sizeof (*made));
  check (pthread_mutex_init (made, NULL));
  if (__atomic_compare_exchange_n (&mutex->p, &expected, made, FALSE,
          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  check (pthread_mutex_destroy (made));
  free (made);
  return expected;
}

SHIM void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

SHIM void
g_mutex_clear (GMutex *mutex)
{
  pthread_mutex_t *impl = mutex->p;

  if (impl == NULL)
    return;
  check (pthread_mutex_destroy (impl));
  free (impl);
  mutex->p = NULL;
}

SHIM void
g_mutex_lock (GMutex *mutex)
{
  check (pthread_mutex_lock (get_mutex (mutex)));
}

SHIM gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (get_mutex (mutex)) == 0;
}

SHIM void
g_mutex_unlock (GMutex *mutex)
{
  check (pthread_mutex_unlock (get_mutex (mutex)));
}

static pthread_cond_t *
get_cond (GCond *cond)
{
  pthread_cond_t *impl = __atomic_load_n (&cond->p, __ATOMIC_ACQUIRE);
  pthread_cond_t *made;
  pthread_condattr_t attr;
  gpointer expected = NULL;

  if (impl != NULL)
    return impl;
  made = malloc (sizeof (*made));
  check (pthread_condattr_init (&attr));
  check (pthread_condattr_setclock (&attr, CLOCK_MONOTONIC));
  check (pthread_cond_init (made, &attr));
  check (pthread_condattr_destroy (&attr));
  if (__atomic_compare_exchange_n (&cond->p, &expected, made, FALSE,
          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  check (pthread_cond_destroy (made));
  free (made);
  return expected;
}

SHIM void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

SHIM void
g_cond_clear (GCond *cond)
{
  pthread_cond_t *impl = cond->p;

  if (impl == NULL)
    return;
  check (pthread_cond_destroy (impl));
  free (impl);
  cond->p = NULL;
}

SHIM void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  check (pthread_cond_wait (get_cond (cond), get_mutex (mutex)));
}

SHIM gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  struct timespec until = {.tv_sec = (time_t) (end_time / G_USEC_PER_SEC),
    .tv_nsec = (glong) (end_time % G_USEC_PER_SEC) * 1000
  };
  gint result = pthread_cond_timedwait (get_cond (cond), get_mutex (mutex),
      &until);

  if (result != 0 && result != ETIMEDOUT)
    abort ();
  return result == 0;
}

SHIM void
g_cond_signal (GCond *cond)
{
  check (pthread_cond_signal (get_cond (cond)));
}

SHIM void
g_cond_broadcast (GCond *cond)
{
  check (pthread_cond_broadcast (get_cond (cond)));
}

/* ---- thread pools ---- */

typedef struct
{
  GFunc func;
  gpointer user_data;
} Closure;

static gchar threads_end;       /* stands for the end of all of them */

static void
run_closure (gpointer task, gpointer data)
{
  Closure *closure = data;

  __tsan_acquire (task);
  closure->func (task, closure->user_data);
  __tsan_release (&threads_end);
}

SHIM GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads,
    gboolean exclusive, GError **error)
{
  GThreadPool *(*real) (GFunc, gpointer, gint, gboolean, GError **) =
      dlsym (RTLD_NEXT, "g_thread_pool_new");
  Closure *closure = malloc (sizeof (*closure));        /* as long as the process */

  closure->func = func;
  closure->user_data = user_data;
  return real (run_closure, closure, max_threads, exclusive, error);
}

SHIM gboolean
g_thread_pool_push (GThreadPool *pool, gpointer task, GError **error)
{
  gboolean (*real) (GThreadPool *, gpointer, GError **) =
      dlsym (RTLD_NEXT, "g_thread_pool_push");

  __tsan_release (task);
  return real (pool, task, error);
}

SHIM void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait)
{
  void (*real) (GThreadPool *, gboolean, gboolean) =
      dlsym (RTLD_NEXT, "g_thread_pool_free");

  real (pool, immediate, wait);
  if (wait)
    __tsan_acquire (&threads_end);
}

/* ---- reference counts and queues of GLib and GStreamer ---- */

/* The function that is called if this library does not get in between; looked up once. */
#define REAL(name) \
  static gpointer found = NULL; \
  gpointer real_##name = __atomic_load_n (&found, __ATOMIC_RELAXED); \
  if (real_##name == NULL) \
    __atomic_store_n (&found, real_##name = dlsym (RTLD_NEXT, #name), __ATOMIC_RELAXED)

/* Whoever gives back the last reference frees what all the others have seen. */
#define SHIM_UNREF(name) \
SHIM void \
name (gpointer object) \
{ \
  REAL (name); \
  __tsan_acquire (object); \
  __tsan_release (object); \
  ((void (*) (gpointer)) real_##name) (object); \
}

#define SHIM_PUSH(name) \
SHIM void \
name (GAsyncQueue *queue, gpointer data) \
{ \
  REAL (name); \
  __tsan_release (queue); \
  ((void (*) (GAsyncQueue *, gpointer)) real_##name) (queue, data); \
}

#define SHIM_POP(name) \
SHIM gpointer \
name (GAsyncQueue *queue) \
{ \
  gpointer data; \
  REAL (name); \
  data = ((gpointer (*) (GAsyncQueue *)) real_##name) (queue); \
  __tsan_acquire (queue); \
  return data; \
}

/* *INDENT-OFF* */
SHIM_UNREF (gst_object_unref)
SHIM_UNREF (g_object_unref)
SHIM_PUSH (g_async_queue_push)
SHIM_POP (g_async_queue_pop)
SHIM_POP (g_async_queue_try_pop)
/* *INDENT-ON* */

SHIM gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  gpointer data;

  REAL (g_async_queue_timeout_pop);
  data = ((gpointer (*)(GAsyncQueue *, guint64)) real_g_async_queue_timeout_pop) (queue, timeout);
  __tsan_acquire (queue);
  return data;
}

SHIM void
g_ref_string_release (gchar *string)
{
  REAL (g_ref_string_release);
  __tsan_acquire (string);
  __tsan_release (string);
  ((void (*)(gchar *)) real_g_ref_string_release) (string);
}

/* The last one learns what the others did before they took theirs off, also when they did it just now. */
SHIM gboolean (g_atomic_ref_count_dec) (gatomicrefcount * count)
{
  gboolean last;

  REAL (g_atomic_ref_count_dec);
  __tsan_release (count);
  last = ((gboolean (*)(gatomicrefcount *)) real_g_atomic_ref_count_dec) (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

/* What this thread did with @object is told, and with the memory that a buffer may have in common with copies of it. */
static void
tell (gpointer object)
{
  guint i, n = GST_IS_BUFFER (object) ? gst_buffer_n_memory (object) : 0;

  __tsan_release (object);
  for (i = 0; i < n; i++)
    __tsan_release (gst_buffer_peek_memory (object, i));
}

/* Takes a reference to each memory of @object into @held if it is a buffer; how many. Those of a pool belong to it, and
 * it would throw away what has other references. */
static guint
hold_memory (gpointer object, GstMiniObject **held)
{
  guint i, n = GST_IS_BUFFER (object) && GST_BUFFER (object)->pool == NULL ? gst_buffer_n_memory (object) : 0;

  for (i = 0; i < n; i++)
    held[i] = gst_mini_object_ref (GST_MINI_OBJECT_CAST (gst_buffer_peek_memory (object, i)));
  return n;
}

/* The same, where the last one also frees. A buffer gives back its memory inside of GStreamer, so it is not the last to
 * have it: this function is, and learns what was done with it through other buffers. */
SHIM void
gst_mini_object_unref (GstMiniObject *object)
{
  gint count = __atomic_load_n (&object->refcount, __ATOMIC_ACQUIRE);
  GstMiniObject *held[64];      /* gst_buffer_get_max_memory() is 16 */
  guint i, n;

  REAL (gst_mini_object_unref);
  tell (object);
  while (count > 1)
    if (__atomic_compare_exchange_n (&object->refcount, &count, count - 1, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      return;
  __tsan_acquire (object);
  n = hold_memory (object, held);
  ((void (*)(GstMiniObject *)) real_gst_mini_object_unref) (object);
  for (i = 0; i < n; i++)
    gst_mini_object_unref (held[i]);
}

/* As GStreamer has it, but so that its copy and its unref are seen. */
SHIM GstMiniObject *
gst_mini_object_make_writable (GstMiniObject *object)
{
  GstMiniObject *copy;

  if (gst_mini_object_is_writable (object))
    return object;
  copy = gst_mini_object_copy (object);
  gst_mini_object_unref (object);
  return copy;
}

/* GStreamer gives back references inside of its own library, where nobody gets in between: told are who gives something
 * away, and the end. */
#define SHIM_GIVE(name, Result, To, Object) \
SHIM Result \
name (To *to, Object *object) \
{ \
  REAL (name); \
  tell (object); \
  return ((Result (*) (To *, Object *)) real_##name) (to, object); \
}

/* *INDENT-OFF* */
SHIM_GIVE (gst_pad_push, GstFlowReturn, GstPad, GstBuffer)
SHIM_GIVE (gst_pad_push_list, GstFlowReturn, GstPad, GstBufferList)
SHIM_GIVE (gst_pad_push_event, gboolean, GstPad, GstEvent)
SHIM_GIVE (gst_element_post_message, gboolean, GstElement, GstMessage)
/* *INDENT-ON* */

SHIM void
g_slice_free1 (gsize size, gpointer memory)
{
  REAL (g_slice_free1);
  if (memory != NULL)
    __tsan_acquire (memory);
  ((void (*)(gsize, gpointer)) real_g_slice_free1) (size, memory);
}
