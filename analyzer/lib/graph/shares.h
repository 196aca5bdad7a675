/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leak share: of what several references free together, what each frees alone, and each object that has several of them. Only what is freed is looked
 * at: whatever of it one reference alone leads to is that one's, unless references stand behind each other. Then each becomes an object of its own in
 * a graph of what is freed, and what that object dominates is its share.
 */
#ifndef WHOHOLDS_LIB_SHARES_H
#define WHOHOLDS_LIB_SHARES_H

#include "base/progress.h"
#include "graph/cut_rules.h"
#include "graph/node_sizes.h"

struct share { uint64_t bytes, objects; };

/* A reference, or all those of one object. */
struct holder {
    uint32_t edge;              /* the first reference: an index of the cut's edges */
    uint32_t references;
    struct share alone;
};

struct shares {
    struct share *of_edge;      /* by index of the cut's edges */
    struct holder *holders;     /* in the order of the cut */
    uint32_t count;
    uint64_t bytes;             /* of all holders; where one stands behind another, counted once */
};

/* Up to this many references are holders by themselves; of more, those of one object are one holder. */
enum { SHARES_BY_REFERENCE_MAX = 32 };

/* What is freed when the references of the cut go, by node, and what is still reached. */
struct freed_nodes {
    const uint64_t *freed_bitmap, *reached_bitmap;
    struct share all;
    struct node_sizes weights;  /* by node, any: time is saved where they tell which references free most */
};

/* `view` is without the references. */
enum wh_status shares_init(const struct edge_view *view, const struct node_sizes *sizes, const struct cut_edges *cut, const struct freed_nodes *freed,
                           const struct progress *progress, struct wh_error *error, struct shares *ret) WH_MUST_USE;
void shares_deinit(struct shares *shares);

/*
 * What is freed when the first reference goes, the first two, and so on: bytes, by place in `order`, which are indexes of the cut's edges. The last is all
 * that is freed.
 */
enum wh_status shares_add_up(const struct edge_view *view, const struct node_sizes *sizes, const struct cut_edges *cut, const struct freed_nodes *freed,
                             const uint32_t *order, const struct progress *progress, struct wh_error *error, uint64_t *bytes_of_place) WH_MUST_USE;

/* Of a pair both edges. */
static inline uint32_t cut_edge_last(const struct cut_edge *edge)
{
    return edge->edge + edge->pair;
}

#endif
