/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every reference that really holds its target, for questions about what happens when references go. Where the retention graph leaves
 * soft references out, so that memory is put down to its owner, here a frame's locals, a function's globals and an instance's class
 * count like any other: only weak references are missing.
 */
#ifndef WHOHOLDS_LIB_STRONG_H
#define WHOHOLDS_LIB_STRONG_H

#include "base/bitmap.h"
#include "heap/heap.h"
#include "heap/retention.h"

struct strong_graph {
    /* Edge i of a node is its i-th reference (NODE_NULL for weak ones); an instance of a heap type has one more, to its class. The
     * roots are those of the retention, then the immortal objects, which nothing frees. What is live there is live here. */
    struct graph graph;
    uint64_t *silent_bitmap;      /* by reference of the heap: it is weak, or was removed */
    struct retention_root *roots;
    uint32_t group_end[RETENTION_GROUPS];
};

/* `live_bitmap` is that of the dominators. Takes 8 bytes an object and 4 a reference. */
enum wh_status strong_graph_init(const struct heap *heap, const struct retention *retention, const uint64_t *live_bitmap,
                                 struct wh_error *error, struct strong_graph *ret) WH_MUST_USE;
/* Puts the weak references back: for questions about who can get at an object. */
void strong_graph_add_weak(struct strong_graph *strong, const struct heap *heap);
void strong_graph_deinit(struct strong_graph *strong);

static inline struct root_groups strong_graph_groups(const struct strong_graph *strong)
{
    return (struct root_groups){strong->group_end, RETENTION_GROUPS};
}

/* The number of a reference (an index of heap.target_of_ref) of an edge of `node`; UINT32_MAX for the one to the class. */
static inline uint32_t strong_graph_ref(const struct strong_graph *strong, const struct heap *heap, uint32_t node, uint32_t edge)
{
    uint32_t ref = heap->first_ref_of_node[node] + (edge - strong->graph.first_edge_of_node[node]);
    return ref < heap->first_ref_of_node[node + 1] ? ref : UINT32_MAX;
}

/* And the other way round. */
static inline uint32_t strong_graph_edge(const struct strong_graph *strong, const struct heap *heap, uint32_t node, uint32_t ref)
{
    return strong->graph.first_edge_of_node[node] + (ref - heap->first_ref_of_node[node]);
}

#endif
