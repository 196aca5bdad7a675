/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the analyzer must find, found slowly and obviously. Each function fills arrays that the caller gives, with as many entries
 * as the analyzer's own, and aborts when memory runs out.
 */
#ifndef WHOHOLDS_TESTS_ORACLE_H
#define WHOHOLDS_TESTS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/bfs.h"
#include "graph/graph.h"

/* Sets of nodes are 64-bit words here. */
enum { ORACLE_NODES_MAX = 64 };

/* For at most ORACLE_NODES_MAX nodes, by definition: d dominates v if v cannot be reached when d is deleted. */
struct oracle {
    uint64_t live;
    uint64_t entries; /* to the garbage */
    uint32_t idom_of_node[ORACLE_NODES_MAX + 2];
    uint64_t dominated_by_node[ORACLE_NODES_MAX]; /* itself included: the retained set */
};
void oracle_by_deletion(const struct graph *graph, struct oracle *ret);

/* Immediate dominators of a graph of any size from igraph, with the garbage under its own root; node_count + 2 entries. */
void oracle_igraph_dominators(const struct graph *graph, uint32_t *idom_of_node);

/* igraph's time alone, for the benchmark: CPU seconds to create the graph with its virtual root, and to find its dominators. */
struct oracle_igraph_cost {
    double create_seconds;
    double dominators_seconds;
};
void oracle_igraph_measure(const struct graph *graph, struct oracle_igraph_cost *ret);

/* Retained sizes by adding each object to everyone above it. */
void oracle_retained(const struct graph *graph, const uint32_t *idom_of_node, const uint32_t *size_of_node, uint64_t *bytes_of_node,
                     uint32_t *count_of_node);

/* Distances from the roots, group after group, by relaxing all edges until nothing changes. Roots have 0, unreached UINT32_MAX. */
void oracle_distances(const struct graph *graph, const struct root_groups *groups, uint32_t *distance_of_node);

/* Distances from all roots at once, by igraph_bfs(). */
void oracle_igraph_distances(const struct graph *graph, uint32_t *distance_of_node);

#endif
