/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Immediate dominators of every object, exactly.
 *
 * Live objects hang under the virtual root. Objects that no root reaches are garbage, and no reference from garbage changes the
 * dominators of a live object. Garbage gets a tree of its own under the *garbage root*, which refers to the *entries*: one for
 * each strongly connected group of garbage that no other garbage refers to, namely the group's lowest-numbered object. Every
 * unreachable object can be reached from an entry, so retained sizes within garbage mean something too: what would go if the
 * collector broke the group at its entry. (As with live objects, the root's children are more than the entries: also what several
 * of them share.)
 */
#ifndef WHOHOLDS_ANALYZER_DOMINATORS_H
#define WHOHOLDS_ANALYZER_DOMINATORS_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/bitmap.h"
#include "graph/graph.h"
#include "base/progress.h"

struct dominators {
    uint32_t node_count; /* the graph's */

    /* node_count + 2: the immediate dominator of each node, which may be graph_virtual_root() or graph_garbage_root(). The entries
     * of these two themselves are NODE_NONE. Node 0 is a child of the virtual root. */
    uint32_t *idom_of_node;

    /* node_count + 2: all nodes and both virtual roots, each after its immediate dominator. Forwards it is an order for top-down
     * passes over the dominator tree, backwards for bottom-up ones. The virtual root comes first. NULL after dominators_forget_order(). */
    uint32_t *node_of_rank;

    uint64_t *live_bitmap; /* node_count bits; see dominators_is_live() */

    uint32_t live_count;    /* objects reachable from the roots, without node 0 */
    uint32_t garbage_count; /* all other objects */

    uint32_t *garbage_entry; /* garbage_entry_count nodes, ascending: what the garbage root refers to */
    uint32_t garbage_entry_count;
};

/* Time O(m log n), no recursion. The caller owns `ret` and frees what it points to with dominators_deinit(). */
WH_MUST_USE enum wh_status dominators_init(const struct graph *graph, const struct progress *progress, struct wh_error *error,
                                           struct dominators *ret);

/*
 * The same, with a say in how many steps the plain search for dominators may take before the one with a bound of O(n log n) goes
 * on. The result does not depend on it: it is for tests.
 */
WH_MUST_USE enum wh_status dominators_init_bounded(const struct graph *graph, uint64_t step_budget, const struct progress *progress,
                                                   struct wh_error *error, struct dominators *ret);

/*
 * The same for a graph that nobody needs afterwards: its edges are freed as soon as they have been read. An entry to garbage is, of its group,
 * the node that comes first in node_of_turn[], a permutation of all nodes, and entries are listed in that order.
 */
WH_MUST_USE enum wh_status dominators_init_spending(struct graph *graph, const uint32_t *node_of_turn, const struct progress *progress,
                                                    struct wh_error *error, struct dominators *ret);

/* Harmless on dominators that are all zero. */
void dominators_deinit(struct dominators *dominators);

/* Frees node_of_rank, which fewer need than the rest. */
void dominators_forget_order(struct dominators *dominators);

/* Can the node be reached from the roots? Node 0 can. */
static inline bool dominators_is_live(const struct dominators *dominators, uint32_t node)
{
    return bitmap_test(dominators->live_bitmap, node);
}

#endif
