/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dominators, retained sizes and shortest paths of one graph, whatever the order of its nodes. In a snapshot's order an object stands near
 * those that refer to it, and the searches find most of what they need in the caches; at random they wait for memory several times an
 * object. So a scattered graph is copied in a better order first, which can be found without waiting (renumbering.h), and the results are put
 * back into the order that the caller knows.
 */
#ifndef WHOHOLDS_LIB_GRAPH_SEARCH_H
#define WHOHOLDS_LIB_GRAPH_SEARCH_H

#include <stdbool.h>

#include "graph/bfs.h"
#include "graph/dominators.h"
#include "graph/node_sizes.h"
#include "graph/retained.h"

/* Where the results go, which are the caller's. */
struct search_results {
    struct dominators *dominators; /* without node_of_rank */
    struct retained *retained;
    struct bfs_tree *paths;        /* NULL: not asked for */
};

/* What dominators_init, retained_init and bfs_tree_init find. After an error all results are empty. */
WH_MUST_USE enum wh_status graph_search(const struct graph *graph, const struct root_groups *groups, const struct node_sizes *sizes,
                                        const struct progress *progress, struct wh_error *error, const struct search_results *ret);

/* The same, with a say in whether nodes are far from those that refer to them: for tests and measurements. */
WH_MUST_USE enum wh_status graph_search_as(bool scattered, const struct graph *graph, const struct root_groups *groups,
                                           const struct node_sizes *sizes, const struct progress *progress, struct wh_error *error,
                                           const struct search_results *ret);

/* Are nodes far from those that refer to them? Looks at some thousand references. */
bool graph_is_scattered(const struct graph *graph);

#endif
