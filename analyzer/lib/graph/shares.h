/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leak share: of what several references free together, what each frees alone. Each becomes an object of its own in a copy of the graph, and
 * what that object dominates is its share.
 */
#ifndef WHOHOLDS_LIB_SHARES_H
#define WHOHOLDS_LIB_SHARES_H

#include "graph/min_cut.h"
#include "graph/node_sizes.h"

struct share {
    uint32_t edge;              /* the first reference of the holder: an index of the cut's edges */
    uint32_t references;        /* 1, or all of the holder's */
    uint64_t bytes, objects;
};

struct shares { struct share *rows; uint32_t count; uint64_t bytes; /* of all; where one holder stands behind another, counted once */ };

/* Up to this many references are holders by themselves; of more, those of one object are one holder. */
enum { SHARES_BY_REFERENCE_MAX = 32 };

/*
 * In the order of the cut. Takes the memory and time of dominators, unless there is but one holder: its share is all that the cut frees, which
 * shares_fill_single() is told by whoever knows it.
 */
enum wh_status shares_init(const struct graph *graph, const struct node_sizes *sizes, const struct cut_edges *cut,
                           const struct progress *progress, struct wh_error *error, struct shares *ret) WH_MUST_USE;
void shares_fill_single(uint64_t bytes, uint64_t objects, struct shares *shares);
static inline bool shares_are_single(const struct shares *shares) { return shares->count == 1; }
void shares_deinit(struct shares *shares);

#endif
