/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of a graph whose nodes are numbered so that neighbours are near each other in memory: roughly breadth first. A search that waits for
 * memory at every step, such as one along a chain, makes no progress however many nodes there are, so where few nodes are waiting the
 * numbering also starts in other places, and goes on from all of them side by side.
 */
#ifndef WHOHOLDS_LIB_GRAPH_RENUMBERING_H
#define WHOHOLDS_LIB_GRAPH_RENUMBERING_H

#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/progress.h"
#include "graph/graph.h"

struct renumbering {
    const struct graph *original;
    struct graph graph;   /* the copy: the same edges in the same order for each node, the same roots in the same order; node 0 stays node 0 */
    uint32_t *old_of_new; /* node_count */
    uint32_t *new_of_old; /* node_count */
};

/* The caller owns `ret`; `original` has to stay. */
WH_MUST_USE enum wh_status renumbering_init(const struct graph *original, const struct progress *progress, struct wh_error *error,
                                            struct renumbering *ret);
void renumbering_deinit(struct renumbering *renumbering);

#endif
