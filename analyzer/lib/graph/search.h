/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dominators and shortest paths of one graph, whatever the order of its nodes. In a snapshot's order an object stands near those that refer
 * to it, and the depth-first search for dominators finds most of what it needs in the caches; at random it waits for memory twice an object,
 * one after the other. The search for paths can ask for memory ahead. So of a scattered graph the paths are looked for first, and the dominators
 * then on a copy of the graph in the order in which the paths found its nodes.
 */
#ifndef WHOHOLDS_LIB_GRAPH_SEARCH_H
#define WHOHOLDS_LIB_GRAPH_SEARCH_H

#include <stdbool.h>

#include "graph/bfs.h"
#include "graph/dominators.h"

/* What dominators_init and bfs_tree_init find, node_of_rank aside, which may be another right order. Both results are the caller's. */
WH_MUST_USE enum wh_status graph_search(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                                        struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths);

/* The dominators alone. Where paths are had on the way *paths has them, else it is empty. */
WH_MUST_USE enum wh_status graph_search_dominators(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                                                   struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths);

/* The first, with a say in whether nodes are far from those that refer to them: for tests. */
WH_MUST_USE enum wh_status graph_search_as(bool scattered, const struct graph *graph, const struct root_groups *groups,
                                           const struct progress *progress, struct wh_error *error, struct dominators *dominators,
                                           struct bfs_tree *paths);

/* Are nodes far from those that refer to them? Looks at some thousand references. */
bool graph_is_scattered(const struct graph *graph);

#endif
