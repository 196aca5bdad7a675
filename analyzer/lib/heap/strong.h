/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every reference that really holds its target, for questions about what happens when references go. Where the retention graph leaves
 * soft references out, so that memory is put down to its owner, here a frame's locals, a function's globals and an instance's class
 * count like any other: only weak references are missing.
 */
#ifndef WHOHOLDS_LIB_STRONG_H
#define WHOHOLDS_LIB_STRONG_H

#include "base/bitmap.h"
#include "graph/edge_view.h"
#include "heap/heap.h"
#include "heap/retention.h"

struct strong_graph {
    /*
     * The heap's own references, edge by edge, of which weak ones are silent. Instances of a heap type have one edge more, to their class. The roots are those
     * of the retention, then the immortal objects, which nothing frees. What is live there is live here.
     */
    struct edge_view view;
    struct graph graph;           /* the view's; only its roots are its own */
    uint64_t *silent_bitmap;      /* by reference of the heap: it is weak, or was removed */
    uint32_t *class_of_type;
    struct retention_root *roots;
    uint32_t group_end[RETENTION_GROUPS];
};

/* `live_bitmap` is that of the dominators. The heap has to stay, and `ret` where it is. Takes a bit a reference. */
enum wh_status strong_graph_init(const struct heap *heap, const struct retention *retention, const uint64_t *live_bitmap,
                                 struct wh_error *error, struct strong_graph *ret) WH_MUST_USE;
/* Puts the weak references back: for questions about who can get at an object. */
void strong_graph_add_weak(struct strong_graph *strong, const struct heap *heap);
void strong_graph_deinit(struct strong_graph *strong);

static inline struct root_groups strong_graph_groups(const struct strong_graph *strong)
{
    return (struct root_groups){strong->group_end, RETENTION_GROUPS};
}

#endif
