/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a heap that matters for a minimum cut: what lies between that which nobody can take away (the source) and a set of objects (the
 * sink). No graph of all objects is built for it: the references are looked through as they lie.
 *
 * Three steps make it small. What references that nobody can remove connect with the roots is the source, so modules, their functions
 * and their globals do not count. Behind the source only that counts from which the set can be reached. And what is never cheaper to cut behind than
 * before is merged with the sink, so that a million small holders in one list do not count:
 *
 * - an object that refers to the sink by what nobody can remove (its class, a tuple's item) is always on the sink's side;
 * - an object whose references to the sink count as much as all references to it loses nothing by being there. It is on the sink's side of some
 *   minimum cut, but perhaps not of the one that is nearest to the set. So it is noted, and taken back in the end if that costs no more
 *   (crossing.h). To such an object belong those that it alone holds, and by what nobody can remove: an instance has its __dict__ with it.
 */
#ifndef WHOHOLDS_LIB_CUT_REGION_H
#define WHOHOLDS_LIB_CUT_REGION_H

#include "base/bitmap_ranks.h"
#include "base/node_vector.h"
#include "base/progress.h"
#include "graph/cut_rules.h"

struct cut_region {
    const struct edge_view *view;
    const struct cut_rule_set *rules;
    uint64_t *target_bitmap;      /* by node: the set, without those that nothing can free */
    uint64_t *fixed_bitmap;       /* by node: the source */
    uint64_t *behind_bitmap;      /* by node: the set can be reached from it; of the source's nodes those that refer to another such node */
    uint64_t *sink_bitmap;        /* by node: the set, and what was merged with it */
    uint64_t *carried_bitmap;     /* by node: it was merged together with the one that alone holds it */
    uint64_t *idle_bitmap;        /* by node: it was merged because only the sink leads to it, and led to nothing there itself */
    uint32_t target_count, fixed_target_count;
    struct node_vector fixed;     /* the source's nodes from which the set can be reached, in the order in which they were found */
    uint64_t *inner_bitmap;       /* by node: behind, neither the source nor certainly the sink */
    struct bitmap_ranks inner;
    uint64_t *in_of_inner;        /* what all references to it count, or more; scratch memory afterwards */
    struct node_vector merged;    /* nodes that may be taken back, in the order in which they were merged */
};

/* Roots cannot be cut. `targets` are live nodes, each once. What can be merged is looked for in `merge_sweeps` at most. */
enum wh_status cut_region_init(const struct edge_view *view, const struct cut_rule_set *rules, const uint32_t *targets, uint32_t target_count,
                               unsigned merge_sweeps, const struct progress *progress, struct wh_error *error, struct cut_region *ret) WH_MUST_USE;
void cut_region_deinit(struct cut_region *region);

/* Is it between the source and the sink? */
static inline bool cut_region_is_open(const struct cut_region *region, uint32_t node)
{
    return bitmap_test(region->inner_bitmap, node) && !bitmap_test(region->sink_bitmap, node);
}

static inline bool cut_region_crosses(const struct cut_region *region, const struct cut_link *link)
{
    return bitmap_test(region->sink_bitmap, link->target) || bitmap_test(region->sink_bitmap, link->with);
}

#endif
