/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A graph in which some edges do not count, and in which all nodes of a kind may have one edge more, to the same node: the arrays of a graph
 * that is somebody else's, and what differs from them. So nothing is copied.
 */
#ifndef WHOHOLDS_ANALYZER_EDGE_VIEW_H
#define WHOHOLDS_ANALYZER_EDGE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/bitmap.h"
#include "graph/graph.h"

struct edge_view {
    const struct graph *graph;
    const uint64_t *silent_bitmap;    /* by edge: it does not count. NULL: all count */
    const uint32_t *kind_of_node;     /* NULL: no node has an edge more */
    const uint32_t *target_of_kind;   /* of the edge more; NODE_NULL: this kind has none */
    uint32_t kind_count;
};

/* The view of a graph as it is. */
static inline struct edge_view edge_view_of(const struct graph *graph)
{
    return (struct edge_view){.graph = graph};
}

/*
 * A node's edges have the numbers edge_view_first() to edge_view_last(), both included: the last is the one that its kind has more. It has the number of
 * the next node's first edge, so it takes node and number to say which is meant.
 */
static inline uint32_t edge_view_first(const struct edge_view *view, uint32_t node) { return view->graph->first_edge_of_node[node]; }
static inline uint32_t edge_view_last(const struct edge_view *view, uint32_t node) { return view->graph->first_edge_of_node[node + 1]; }

static inline bool edge_view_is_silent(const struct edge_view *view, uint32_t edge)
{
    return view->silent_bitmap && bitmap_test(view->silent_bitmap, edge);
}

/* The target of the edge that the node's kind has more. Node 0 has no edges. */
static inline uint32_t edge_view_kind_target(const struct edge_view *view, uint32_t node)
{
    return view->kind_of_node && node ? view->target_of_kind[view->kind_of_node[node]] : NODE_NULL;
}

/* Where an edge leads: NODE_NULL if it does not count. */
static inline uint32_t edge_view_target(const struct edge_view *view, uint32_t node, uint32_t edge)
{
    if (edge == edge_view_last(view, node))
        return edge_view_kind_target(view, node);
    return edge_view_is_silent(view, edge) ? NODE_NULL : view->graph->target_of_edge[edge];
}

/* The node whose edge it is, of those that all nodes of a kind do not have alike; `near` is one that is not far. */
static inline uint32_t edge_view_source(const struct edge_view *view, uint32_t near, uint32_t edge)
{
    const uint32_t *first_edge_of_node = view->graph->first_edge_of_node;
    while (first_edge_of_node[near] > edge)
        near--;
    while (first_edge_of_node[near + 1] <= edge)
        near++;
    return near;
}

/* The same as a graph of its own, whose roots are borrowed: for algorithms that need one. Free it with edge_view_graph_deinit(). */
enum wh_status edge_view_graph_init(const struct edge_view *view, struct wh_error *error, struct graph *ret) WH_MUST_USE;
void edge_view_graph_deinit(struct graph *graph);

#endif
