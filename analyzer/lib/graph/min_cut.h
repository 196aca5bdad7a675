/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fewest references whose removal frees a set of objects: a minimum cut of the retaining subgraph (cut_region.h, reduction.h), by igraph's
 * push-relabel algorithm (Goldberg and Tarjan, 1988). Of all minimum cuts it is the one nearest to the set, which frees least besides.
 */
#ifndef WHOHOLDS_LIB_MIN_CUT_H
#define WHOHOLDS_LIB_MIN_CUT_H

#include "base/progress.h"
#include "graph/cut_rules.h"

struct min_cut_limits {
    uint32_t edges;            /* before the network is peeled */
    uint32_t peeled_edges;     /* that igraph gets */
    unsigned sweeps;           /* in which objects are merged before there is a network: only the time depends on it */
};
extern const struct min_cut_limits min_cut_limits;

struct min_cut {
    struct cut_edges cut;
    bool complete;             /* it is a minimum cut; else a limit was met, and it is the best known */
    uint32_t fixed_targets;    /* members of the set that no removal frees */
    char stopped_at[96];       /* the limit that was met, as a sentence; "" */
};

/*
 * `targets` are live nodes, each once. Where a limit is met, the answer is the references to one of the set's common dominators, or all
 * that lead from what nobody can take away towards the set, whichever are fewer: they free it too, but may not be the fewest.
 */
enum wh_status min_cut_init(const struct edge_view *view, const struct cut_rule_set *rules, const uint32_t *targets, uint32_t target_count,
                            const struct min_cut_limits *limits, const struct progress *progress, struct wh_error *error,
                            struct min_cut *ret) WH_MUST_USE;
void min_cut_deinit(struct min_cut *cut);

#endif
