/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "retention": which references keep what alive. From the heap as it was read to the graph that dominators are computed on.
 *
 * - Weak references keep nothing alive: they are left out.
 * - Soft references are left out as long as something else reaches their target. They are those that hold what another object owns:
 *   a running frame's locals and namespaces, a function's __globals__, a descriptor's class, an instance's class. Without this, every
 *   module's contents would hang under the root as soon as one of its functions runs, and a loop variable would take the last item away
 *   from the list that holds it. Where nothing else reaches the target, all soft references to it count, so nothing that is alive
 *   becomes unreachable.
 * - Roots are those of the file, the frames, and what neither reaches although more references to it are counted than objects hold:
 *   native code holds it.
 */
#ifndef WHOHOLDS_LIB_RETENTION_H
#define WHOHOLDS_LIB_RETENTION_H

#include "graph/bfs.h"
#include "graph/graph.h"
#include "heap/heap.h"

struct retention_root {
    enum root_kind kind;
    struct span name;
    uint32_t thread;      /* row of heap->threads, UINT32_MAX: none */
    uint32_t frame;       /* row of heap->frames, UINT32_MAX: none */
    uint32_t unaccounted; /* native: references that no object accounts for */
};

/* A reference that the file does not list: from an instance to its class, where nothing else holds the class. After the node's others. */
struct type_reference { uint32_t node, type_node; };

enum { RETENTION_GROUPS = 4 };

struct retention {
    struct graph graph;
    struct retention_root *roots;            /* parallel to graph.root_node */
    uint32_t group_end[RETENTION_GROUPS];    /* of graph.root_node: modules | interpreter | threads and frames | native */
    uint32_t native_count;                   /* roots of kind native */
    struct type_reference *type_references;  /* ascending by node, then type */
    uint32_t type_reference_count;
};

enum wh_status retention_init(const struct heap *heap, const struct progress *progress, struct wh_error *error,
                              struct retention *ret) WH_MUST_USE;
void retention_deinit(struct retention *retention);

static inline struct root_groups retention_groups(const struct retention *retention)
{
    return (struct root_groups){retention->group_end, RETENTION_GROUPS};
}

/* The word for a kind of root in output: "module", "frame", "native", … */
const char *root_kind_name(enum root_kind kind);

#endif
