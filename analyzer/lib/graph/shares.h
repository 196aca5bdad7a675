/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leak share: of what several references free together, what each frees alone. Only what is freed is looked at: whatever of it one reference alone
 * leads to is that one's, unless references stand behind each other. Then each becomes an object of its own in a graph of what is freed, and what
 * that object dominates is its share.
 */
#ifndef WHOHOLDS_LIB_SHARES_H
#define WHOHOLDS_LIB_SHARES_H

#include "base/progress.h"
#include "graph/cut_rules.h"
#include "graph/node_sizes.h"

struct share {
    uint32_t edge;              /* the first reference of the holder: an index of the cut's edges */
    uint32_t references;        /* 1, or all of the holder's */
    uint64_t bytes, objects;
};

struct shares { struct share *rows; uint32_t count; uint64_t bytes; /* of all; where one holder stands behind another, counted once */ };

/* Up to this many references are holders by themselves; of more, those of one object are one holder. */
enum { SHARES_BY_REFERENCE_MAX = 32 };

/* What is freed when the references of the cut go, by node, and what is still reached. */
struct freed_nodes { const uint64_t *freed_bitmap, *reached_bitmap; };

/*
 * In the order of the cut. `view` is without the references. There is nothing to find if there is but one holder: its share is all that the cut
 * frees, which shares_fill_single() is told by whoever knows it.
 */
enum wh_status shares_init(const struct edge_view *view, const struct node_sizes *sizes, const struct cut_edges *cut, const struct freed_nodes *freed,
                           const struct progress *progress, struct wh_error *error, struct shares *ret) WH_MUST_USE;
void shares_fill_single(uint64_t bytes, uint64_t objects, struct shares *shares);
static inline bool shares_are_single(const struct shares *shares) { return shares->count == 1; }
void shares_deinit(struct shares *shares);

#endif
