/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heap as a directed graph in compressed sparse rows: nodes are objects, edges are references in the order of their
 * positions in the object. Built once (by the loader, or from a list of edges), then constant for all later stages.
 *
 * Node 0 is the NULL object: a permanent direct child of the virtual root, of size 0, without edges. A reference slot that holds
 * NULL is an edge to node 0, so that an edge's place among its siblings says which slot it is. Node 0 is no object: no stage
 * counts it or lists it.
 */
#ifndef WHOHOLDS_ANALYZER_GRAPH_H
#define WHOHOLDS_ANALYZER_GRAPH_H

#include <stdint.h>

#include <whoholds/formats/error.h>

/* "No node", wherever a map to nodes has nothing to say. */
#define NODE_NONE UINT32_MAX

/* The NULL object. */
#define NODE_NULL UINT32_C(0)

/* So that the two virtual roots have numbers too, and NODE_NONE stays free. */
#define GRAPH_NODE_COUNT_MAX (UINT32_MAX - 2)
#define GRAPH_EDGE_COUNT_MAX UINT32_MAX

struct graph {
    uint32_t node_count; /* at least 1: nodes are 0..node_count-1 */
    uint32_t edge_count;
    uint32_t *first_edge_of_node; /* node_count + 1; node's edges are [first_edge_of_node[node], first_edge_of_node[node + 1]) */
    uint32_t *target_of_edge;     /* edge_count */
    uint32_t root_count;
    uint32_t *root_node; /* root_count: targets of the virtual root, in order of priority; may repeat */
};

struct graph_edge {
    uint32_t from;
    uint32_t to;
};

/* The index of the virtual root, whose children are the roots, in results that map to dominators. */
static inline uint32_t graph_virtual_root(const struct graph *graph)
{
    return graph->node_count;
}

/* The index of the virtual garbage root, whose children are the entries to the unreachable part (see dominators.h). */
static inline uint32_t graph_garbage_root(const struct graph *graph)
{
    return graph->node_count + 1;
}

/*
 * A graph from a list of edges in any order. A node's edges keep the order that they have in the list. The caller owns `ret` and
 * the input arrays; graph_deinit() frees what ret points to. WH_ERR_INPUT: an index out of range, an edge from node 0, or more
 * nodes or edges than 32 bits can number.
 */
WH_MUST_USE enum wh_status graph_init(uint64_t node_count, const struct graph_edge *edges, uint64_t edge_count,
                                      const uint32_t *root_node, uint32_t root_count, struct wh_error *error, struct graph *ret);

/* Frees the arrays. Harmless on a graph that is all zero. */
void graph_deinit(struct graph *graph);

/*
 * Checks everything that the algorithms take for granted: offsets that never go down and end at edge_count, targets and roots
 * that exist, no edge from node 0. For whoever fills in a struct graph by other means. WH_ERR_INPUT with the first fault.
 */
WH_MUST_USE enum wh_status graph_check(const struct graph *graph, struct wh_error *error);

/* Who refers to a node: the same graph with its edges turned round, without the virtual root. */
struct reverse_graph {
    uint32_t *first_referrer_of_node; /* node_count + 1 */
    uint32_t *referrer;               /* edge_count; a node's referrers ascend, one entry for each reference */
};

WH_MUST_USE enum wh_status reverse_graph_init(const struct graph *graph, struct wh_error *error, struct reverse_graph *ret);
void reverse_graph_deinit(struct reverse_graph *reverse);

#endif
