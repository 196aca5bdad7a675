/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be cut, what it costs, and the references that were chosen: the terms in which the stages of a minimum cut talk. */
#ifndef WHOHOLDS_LIB_CUT_RULES_H
#define WHOHOLDS_LIB_CUT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/edge_view.h"

/* A price is 0 to 14, or REDUCTION_NEVER. The edge that all nodes of a kind have more is never cut. */
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

static inline uint64_t cut_add(uint64_t a, uint64_t b)
{
    return a + b < CUT_INFINITE ? a + b : CUT_INFINITE;
}

/* A reference, or a pair of them, that is to be removed; of a pair the first edge. */
struct cut_edge { uint32_t node, edge; bool pair; };

struct cut_edges { struct cut_edge *edges; uint32_t count; };

void cut_edges_deinit(struct cut_edges *cut);

/* A node's edges one after the other, a pair as one. */
struct cut_link { uint32_t edge, target, with; /* of a pair its second target; NODE_NULL: none, or the same */ bool pair; };

static inline bool cut_link_next(const struct edge_view *view, const struct cut_rule_set *rules, uint32_t node, uint32_t *at, struct cut_link *ret)
{
    uint32_t last = edge_view_last(view, node);
    if (*at > last)
        return false;
    *ret = (struct cut_link){.edge = *at, .target = edge_view_target(view, node, *at), .with = NODE_NULL};
    *at += 1;
    if (*at < last && rules->is_pair(rules->context, node, ret->edge)) {
        uint32_t with = edge_view_target(view, node, *at);
        *at += 1;
        ret->with = with == ret->target ? NODE_NULL : with;
        ret->pair = true;
    }
    return true;
}

static inline uint64_t cut_capacity(const struct edge_view *view, const struct cut_rule_set *rules, uint32_t node, uint32_t edge)
{
    unsigned price = edge == edge_view_last(view, node) ? REDUCTION_NEVER : rules->price(rules->context, node, edge);
    return price >= REDUCTION_NEVER ? CUT_INFINITE : CUT_UNIT + price;
}

#endif
