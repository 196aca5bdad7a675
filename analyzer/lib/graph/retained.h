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

/*
 * Both arrays have node_count + 2 entries. The virtual root's is the sum of all live objects, the garbage root's of all garbage.
 * Node 0 is no object: its count is 0.
 */
struct retained {
    uint32_t *retained_size_of_node;             /* bytes as node_sizes.h has them: to be read through retained_bytes() */
    struct node_big_size *retained_big_sizes;
    uint32_t retained_big_size_count;
    uint32_t *retained_count_of_node;
};

/* The retained bytes of all nodes. */
static inline struct node_sizes retained_sizes(const struct retained *retained)
{
    return (struct node_sizes){retained->retained_size_of_node, retained->retained_big_sizes, retained->retained_big_size_count};
}

static inline uint64_t retained_bytes(const struct retained *retained, uint32_t node)
{
    struct node_sizes sizes = retained_sizes(retained);
    return node_sizes_get(&sizes, node);
}

WH_MUST_USE enum wh_status retained_init(const struct dominators *dominators, const struct node_sizes *sizes,
                                         const struct progress *progress, struct wh_error *error, struct retained *ret);
void retained_deinit(struct retained *retained);

/*
 * The children of each node and of both virtual roots in the dominator tree, without node 0. Most families are never looked at, so each is put
 * in order when it is.
 */
struct dominator_tree {
    uint32_t node_count;
    uint32_t *first_child_of_node; /* node_count + 3 */
    uint32_t *child;               /* by number where they are unsorted, else by retained bytes, most first, and equal ones by number */
    uint64_t *unsorted_bitmap;     /* by parent; NULL: all are sorted */
    uint32_t *scratch;             /* as large as the largest family */
    struct node_sizes retained_sizes;   /* the result that it was made from, which has to stay */
};

/* For views that descend the tree: 8 bytes a node, so build it when it is first needed. */
WH_MUST_USE enum wh_status dominator_tree_init(const struct dominators *dominators, const struct retained *retained,
                                               const struct progress *progress, struct wh_error *error,
                                               struct dominator_tree *ret);
void dominator_tree_deinit(struct dominator_tree *tree);

/* Sorts one family, or all of them. The tree is the same tree afterwards: children stay where they are but for their order. */
void dominator_tree_sort_family(const struct dominator_tree *tree, uint32_t parent);
WH_MUST_USE enum wh_status dominator_tree_sort(struct dominator_tree *tree, const struct progress *progress, struct wh_error *error);

/* The place of a node's first child, the children being in order. */
static inline const uint32_t *dominator_tree_family(const struct dominator_tree *tree, uint32_t parent)
{
    if (tree->unsorted_bitmap && bitmap_test(tree->unsorted_bitmap, parent))
        dominator_tree_sort_family(tree, parent);
    return tree->child + tree->first_child_of_node[parent];
}

#endif
