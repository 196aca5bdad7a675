/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a region (cut_region.h) leaves open, as a network for a minimum cut: one vertex stands for the source, one for the sink, and between them is only what
 * lies on a path from the one to the other. What leads to the sink by as many references as lead to it is taken into the sink here, too (peeled): in
 * whatever order the objects stand.
 */
#ifndef WHOHOLDS_LIB_REDUCTION_H
#define WHOHOLDS_LIB_REDUCTION_H

#include "graph/cut_region.h"

enum { VERTEX_SOURCE = 0, VERTEX_SINK = 1, VERTEX_FIRST = 2 };

struct network_edge { uint32_t from, to; uint64_t capacity; };

struct reduction {
    const struct cut_region *region;
    struct node_vector nodes;     /* of the vertices VERTEX_FIRST …, in the order in which they were found; 0 for a vertex that is no node */
    uint32_t vertex_count;
    struct network_edge *edges;   /* by `from`, then `to`; references between the same two are one edge, as a rule */
    uint32_t edge_count;
    uint32_t peeled_count;
    uint32_t *peeled;             /* vertices in the order in which the sink took them */
    bool stopped;                 /* there were more edges than edge_limit: the network is not complete */
};

/* Nothing of the region changes. */
enum wh_status reduction_init(const struct cut_region *region, uint32_t edge_limit, const struct progress *progress, struct wh_error *error,
                              struct reduction *ret) WH_MUST_USE;
void reduction_deinit(struct reduction *reduction);

/* `sink_side` says by vertex where those are that were not peeled; this decides it for the peeled ones, nearest to the sink. */
enum wh_status reduction_decide_peeled(const struct reduction *reduction, bool *sink_side, struct wh_error *error) WH_MUST_USE;

#endif
