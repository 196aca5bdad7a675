/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Retained sizes: what each object's disappearance would free, in bytes and in objects, itself included. Exact, from the
 * dominators. And the dominator tree turned round: whom each object dominates, biggest first.
 */
#ifndef WHOHOLDS_ANALYZER_RETAINED_H
#define WHOHOLDS_ANALYZER_RETAINED_H

#include <stdint.h>

#include <whoholds/formats/error.h>

#include "graph/dominators.h"
#include "graph/node_sizes.h"
#include "base/progress.h"

/* Both arrays have node_count + 2 entries. The virtual root's is the sum of all live objects, the garbage root's of all garbage.
 * Node 0 is no object: its count is 0. */
struct retained {
    uint64_t *retained_bytes_of_node;
    uint32_t *retained_count_of_node;
};

WH_MUST_USE enum wh_status retained_init(const struct dominators *dominators, const struct node_sizes *sizes,
                                         const struct progress *progress, struct wh_error *error, struct retained *ret);
void retained_deinit(struct retained *retained);

/* The children of each node and of both virtual roots in the dominator tree, without node 0. */
struct dominator_tree {
    uint32_t node_count;
    uint32_t *first_child_of_node; /* node_count + 3 */
    uint32_t *child;               /* by retained bytes, most first; equal ones by node number */
};

/* For views that descend the tree: 8 bytes a node, so build it when it is first needed. */
WH_MUST_USE enum wh_status dominator_tree_init(const struct dominators *dominators, const struct retained *retained,
                                               const struct progress *progress, struct wh_error *error,
                                               struct dominator_tree *ret);
void dominator_tree_deinit(struct dominator_tree *tree);

#endif
