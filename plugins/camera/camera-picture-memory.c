/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory of decoded pictures that a decoder and those behind it look at together.
 *
 * A view is no share in GStreamer's sense: sharing locks the original, which is refused while that is mapped for
 * writing. It keeps the original alive and counts itself there, see camera-picture-pool.c for what that is good for. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "camera-picture-memory.h"

#define MEMORY_TYPE "EdgeCameraPicture"

typedef struct
{
  GstMemory memory;

  guint8 *data;                 /* const: of the block, not of what is visible in it */
  GstMemory *original;          /* const, owned: of a view; its data, else the data is ours. Nullable */
  gint lent;                    /* atomic: the next copy is a view */
  gint n_views;                 /* atomic */
} Picture;

/* Blocks of the same size that wait to be used again. A picture lives until the next one is decoded or its view goes,
 * so a few are enough; fetching such blocks from the kernel each time costs a page fault for every 4 kB. */
#define MAX_SPARE 4

typedef struct
{
  GstAllocator parent;

  GMutex lock;
  guint8 *spare[MAX_SPARE];     /* lock */
  guint n_spare;                /* lock */
  gsize spare_size;             /* lock: of each */
  gsize spare_align;            /* lock */
} GstEdgeCameraPictureAllocator;

typedef struct
{
  GstAllocatorClass parent_class;
} GstEdgeCameraPictureAllocatorClass;

static GType gst_edge_camera_picture_allocator_get_type (void);
G_DEFINE_TYPE (GstEdgeCameraPictureAllocator, gst_edge_camera_picture_allocator, GST_TYPE_ALLOCATOR)
     static Picture *get_picture (GstMemory *memory)
{
  return gst_memory_is_type (memory, MEMORY_TYPE) ? (Picture *) memory : NULL;
}

static guint8 *
take_block (GstEdgeCameraPictureAllocator *self, gsize size, gsize align)
{
  guint8 *block = NULL;

  g_mutex_lock (&self->lock);
  if (self->n_spare > 0 && self->spare_size == size && self->spare_align == align)
    block = self->spare[--self->n_spare];
  g_mutex_unlock (&self->lock);
  return block != NULL ? block : g_aligned_alloc (1, size, align + 1);
}

static void
keep_block (GstEdgeCameraPictureAllocator *self, guint8 *block, gsize size, gsize align)
{
  gboolean kept;

  g_mutex_lock (&self->lock);
  if (self->spare_size != size || self->spare_align != align) {
    while (self->n_spare > 0)
      g_aligned_free (self->spare[--self->n_spare]);
    self->spare_size = size;
    self->spare_align = align;
  }
  kept = self->n_spare < MAX_SPARE;
  if (kept)
    self->spare[self->n_spare++] = block;
  g_mutex_unlock (&self->lock);
  if (!kept)
    g_aligned_free (block);
}

/* As system memory does it, what was asked to be zero is. */
static void
clear_padding (Picture *picture, const GstAllocationParams *params, gsize size, gsize max_size)
{
  if (params->prefix > 0 && (params->flags & GST_MEMORY_FLAG_ZERO_PREFIXED))
    memset (picture->data, 0, params->prefix);
  if (params->padding > 0 && (params->flags & GST_MEMORY_FLAG_ZERO_PADDED))
    memset (picture->data + params->prefix + size, 0, max_size - params->prefix - size);
}

static GstMemory *
picture_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  gsize align = MAX (params->align | gst_memory_alignment, sizeof (gpointer) - 1);
  gsize max_size = params->prefix + size + params->padding;
  Picture *picture = g_new0 (Picture, 1);

  picture->data = take_block ((GstEdgeCameraPictureAllocator *) allocator, max_size, align);
  gst_memory_init (GST_MEMORY_CAST (picture), params->flags, allocator, NULL, max_size, align, params->prefix, size);
  clear_padding (picture, params, size, max_size);
  return GST_MEMORY_CAST (picture);
}

static void
picture_free (GstAllocator *allocator, GstMemory *memory)
{
  Picture *picture = (Picture *) memory;

  if (picture->original != NULL) {
    __atomic_sub_fetch (&((Picture *) picture->original)->n_views, 1, __ATOMIC_RELEASE);
    gst_memory_unref (picture->original);
  } else if (memory->parent == NULL) {
    keep_block ((GstEdgeCameraPictureAllocator *) allocator, picture->data, memory->maxsize, memory->align);
  }
  g_free (picture);
}

static gpointer
picture_map (GstMemory *memory, gsize max_size, GstMapFlags flags)
{
  return ((Picture *) memory)->data;
}

static void
picture_unmap (GstMemory *memory)
{
}

static GstMemory *
new_part (Picture *of, GstMemory *parent, gsize offset, gsize size)
{
  GstMemory *memory = &of->memory;
  Picture *part = g_new0 (Picture, 1);
  GstMemoryFlags flags = GST_MINI_OBJECT_FLAGS (memory) | (GstMemoryFlags) GST_MINI_OBJECT_FLAG_LOCK_READONLY;

  part->data = of->data;
  gst_memory_init (&part->memory, flags, memory->allocator, parent, memory->maxsize, memory->align, offset, size);
  return &part->memory;
}

static GstMemory *
new_view (Picture *of)
{
  GstMemory *view = new_part (of, NULL, of->memory.offset, of->memory.size);

  ((Picture *) view)->original = gst_memory_ref (&of->memory);
  __atomic_add_fetch (&of->n_views, 1, __ATOMIC_RELAXED);
  return view;
}

static GstMemory *
picture_copy (GstMemory *memory, gssize offset, gssize size)
{
  Picture *picture = (Picture *) memory;
  GstAllocationParams params = { 0, memory->align, 0, 0, };
  GstMemory *copy;
  GstMapInfo map;

  if (offset == 0 && (size == -1 || (gsize) size == memory->size)
      && g_atomic_int_compare_and_exchange (&picture->lent, TRUE, FALSE))
    return new_view (picture);

  if (size == -1)
    size = (gssize) memory->size > offset ? (gssize) memory->size - offset : 0;
  copy = gst_allocator_alloc (NULL, (gsize) size, &params);
  if (copy == NULL || !gst_memory_map (copy, &map, GST_MAP_WRITE))
    return copy;
  memcpy (map.data, picture->data + memory->offset + offset, (gsize) size);
  gst_memory_unmap (copy, &map);
  return copy;
}

static GstMemory *
picture_share (GstMemory *memory, gssize offset, gssize size)
{
  GstMemory *parent = memory->parent != NULL ? memory->parent : memory;

  if (size == -1)
    size = (gssize) memory->size - offset;
  return new_part ((Picture *) memory, parent, memory->offset + (gsize) offset, (gsize) size);
}

static void
gst_edge_camera_picture_allocator_finalize (GObject *object)
{
  GstEdgeCameraPictureAllocator *self = (GstEdgeCameraPictureAllocator *) object;

  while (self->n_spare > 0)
    g_aligned_free (self->spare[--self->n_spare]);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_edge_camera_picture_allocator_parent_class)->finalize (object);
}

static void
gst_edge_camera_picture_allocator_class_init (GstEdgeCameraPictureAllocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_edge_camera_picture_allocator_finalize;
  GST_ALLOCATOR_CLASS (klass)->alloc = picture_alloc;
  GST_ALLOCATOR_CLASS (klass)->free = picture_free;
}

static void
gst_edge_camera_picture_allocator_init (GstEdgeCameraPictureAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  g_mutex_init (&self->lock);
  allocator->mem_type = MEMORY_TYPE;
  allocator->mem_map = picture_map;
  allocator->mem_unmap = picture_unmap;
  allocator->mem_copy = picture_copy;
  allocator->mem_share = picture_share;
}

GstAllocator *
gst_edge_camera_picture_allocator_new (void)
{
  return gst_object_ref_sink (g_object_new (gst_edge_camera_picture_allocator_get_type (), NULL));
}

void
gst_edge_camera_picture_memory_set_lent (GstMemory *memory, gboolean lent)
{
  Picture *picture = get_picture (memory);

  if (picture != NULL && picture->original == NULL && memory->parent == NULL)
    g_atomic_int_set (&picture->lent, lent);
}

gboolean
gst_edge_camera_picture_memory_has_view (GstMemory *memory)
{
  Picture *picture = get_picture (memory);

  /* what they have read must be read before something else is written there */
  return picture != NULL && __atomic_load_n (&picture->n_views, __ATOMIC_ACQUIRE) > 0;
}
