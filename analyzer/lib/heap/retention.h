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

#include "base/bitmap.h"
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

/* A reference that the file does not list: from an instance to its class, where nothing else holds the class. One a node at most. */
struct type_reference { uint32_t node, type_node; };

/* What a reference of the heap was before the graph took its place. */
struct lent_ref { uint32_t source, ref, target; };
struct lent_refs { struct lent_ref *rows; size_t count, capacity; };

enum { RETENTION_GROUPS = 4 };

struct retention {
    /*
     * The graph's edges are the heap's own arrays of references, in which those that hold nothing are NULL and references to classes stand
     * after a node's others: a copy would take half as much memory as all else. They are lent for as long as dominators and paths are
     * looked for; retention_give_back() makes the heap what it was, and then the graph has nodes and roots alone.
     */
    struct graph graph;
    struct heap *lender;
    struct lent_refs soft, weak;

    uint64_t *silent_bitmap;                 /* by reference: it keeps nothing alive */
    struct retention_root *roots;            /* parallel to graph.root_node */
    uint32_t group_end[RETENTION_GROUPS];    /* of graph.root_node: modules | interpreter | threads and frames | native */
    uint32_t native_count;                   /* roots of kind native */
    struct type_reference *type_references;  /* ascending by node */
    uint32_t type_reference_count;
};

/* The heap is not to be read before retention_give_back(). */
enum wh_status retention_init(struct heap *heap, const struct progress *progress, struct wh_error *error, struct retention *ret) WH_MUST_USE;

/* Lends the arrays again, after they were given back. The heap is not to be read meanwhile. */
enum wh_status retention_lend(struct retention *retention, struct wh_error *error) WH_MUST_USE;

/* Also done by retention_deinit. Harmless if nothing is lent. */
void retention_give_back(struct retention *retention);
void retention_deinit(struct retention *retention);

/* What reference number `ref` keeps alive: its target, or NODE_NULL. For a heap that is not lent. */
static inline uint32_t retention_target(const struct retention *retention, const struct heap *heap, uint32_t ref)
{
    return bitmap_test(retention->silent_bitmap, ref) ? NODE_NULL : heap->target_of_ref[ref];
}

uint32_t retention_find_class(const struct retention *retention, uint32_t node);

/* The class that this instance keeps alive, NODE_NULL if something else does. Few heaps have any, and few objects of these. */
static inline uint32_t retention_class(const struct retention *retention, uint32_t node)
{
    const struct type_reference *rows = retention->type_references;
    uint32_t count = retention->type_reference_count;
    bool may_have = count && rows[0].node <= node && node <= rows[count - 1].node;
    return may_have ? retention_find_class(retention, node) : NODE_NULL;
}

/* A root that the file does not have: what native code or the interpreter holds. */
struct native_root { uint32_t node, kind, unaccounted; };

bool retention_is_native_kind(uint32_t kind);

/* The roots of that kind, which the caller frees. */
enum wh_status retention_list_native(const struct retention *retention, struct wh_error *error, struct native_root **ret, uint32_t *count) WH_MUST_USE;

/* What of a retention cannot be read from the heap at once. */
struct kept_retention {
    const uint64_t *silent_bitmap;
    const struct type_reference *type_references;
    uint32_t type_reference_count;
    const struct native_root *native_roots;
    uint32_t native_root_count;
};

/* The retention that this was taken from: nothing is lent, and nothing of `kept` referred to. */
enum wh_status retention_restore(const struct heap *heap, const struct kept_retention *kept, struct wh_error *error, struct retention *ret) WH_MUST_USE;

static inline struct root_groups retention_groups(const struct retention *retention)
{
    return (struct root_groups){retention->group_end, RETENTION_GROUPS};
}

/* The word for a kind of root in output: "module", "frame", "native", … */
const char *root_kind_name(enum root_kind kind);

#endif
