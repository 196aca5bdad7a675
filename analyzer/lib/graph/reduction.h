/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The retaining subgraph of a set of objects, as a network for a minimum cut: one vertex stands for all that nobody can take away
 * (the source), one for the set (the sink), and between them is only what lies on a path from the one to the other.
 *
 * Three steps make it small. What references that nobody can remove connect with the roots is the source, so modules, their functions
 * and their globals do not count. What is reached from the set alone is left out, so the set's own insides do not count. And what leads to the
 * sink only, by more references than lead to it, is taken into the sink (peeled), so a million small holders in one list do not count.
 */
#ifndef WHOHOLDS_LIB_REDUCTION_H
#define WHOHOLDS_LIB_REDUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/bitmap.h"
#include "graph/graph.h"
#include "base/progress.h"

/* What may be cut. A price is 0 to 14, or REDUCTION_NEVER. */
enum { REDUCTION_NEVER = 15 };

struct cut_rule_set {
    const void *context;
    unsigned (*price)(const void *context, uint32_t node, uint32_t edge);
    /* This edge and the node's next one go together and count once. Their prices are the same. */
    bool (*is_pair)(const void *context, uint32_t node, uint32_t edge);
};

/* A reference counts CUT_UNIT and its price, so fewer references always win, and among equally many the lower prices. Exact in doubles. */
#define CUT_UNIT (UINT64_C(1) << 20)
#define CUT_INFINITE (UINT64_C(1) << 50)

enum { VERTEX_SOURCE = 0, VERTEX_SINK = 1, VERTEX_FIRST = 2 };

struct network_edge { uint32_t from, to; uint64_t capacity; };

struct reduction {
    const struct graph *graph;
    const struct cut_rule_set *rules;
    uint64_t *target_bitmap;      /* by node: the set, without those that nothing can free */
    uint64_t *fixed_bitmap;       /* by node: the source */
    uint64_t *behind_bitmap;      /* by node: the set can be reached from it; not complete above the source */
    uint32_t target_count, fixed_target_count;
    uint32_t *order;              /* the source's nodes, then those of the vertices VERTEX_FIRST …; 0 for a vertex that is no node */
    uint32_t fixed_count, vertex_count;
    uint32_t *vertex_of_node;     /* NODE_NONE: not in the network */
    struct network_edge *edges;   /* by `from`, then `to`; references between the same two are one edge, as a rule */
    uint32_t edge_count;
    uint32_t peeled_count;
    uint32_t *peeled;             /* vertices in the order in which the sink took them */
    bool stopped;                 /* there were more edges than edge_limit: the network is not complete */
};

/* Roots cannot be cut. `targets` are live nodes, each once. */
enum wh_status reduction_init(const struct graph *graph, const struct cut_rule_set *rules, const uint32_t *targets, uint32_t target_count,
                              uint32_t edge_limit, const struct progress *progress, struct wh_error *error,
                              struct reduction *ret) WH_MUST_USE;
void reduction_deinit(struct reduction *reduction);

/* A reference, or a pair of them, that is to be removed; of a pair the first edge. */
struct cut_edge { uint32_t node, edge; bool pair; };

struct cut_edges { struct cut_edge *edges; uint32_t count; };

/*
 * The references that lead from the source's side to the sink's. `sink_side_of_vertex` says where a vertex is; for peeled ones the
 * function decides it, nearest to the sink. Ascending by place in `order`, then by edge.
 */
enum wh_status reduction_crossing(const struct reduction *reduction, bool *sink_side_of_vertex, struct wh_error *error,
                                  struct cut_edges *ret) WH_MUST_USE;
void cut_edges_deinit(struct cut_edges *cut);

#endif
