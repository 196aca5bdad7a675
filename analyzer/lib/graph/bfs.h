/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shortest path from the roots to every live object, as a tree: breadth first, roots in the order of root_node[], references
 * in the order of their positions. The same graph always gives the same tree.
 *
 * Roots may come in groups, best first: all that can be reached from an earlier group is claimed by it before a later group
 * starts, however long the path. So an object that a module and a frame both hold gets its name from the module.
 */
#ifndef WHOHOLDS_ANALYZER_BFS_H
#define WHOHOLDS_ANALYZER_BFS_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/bitmap.h"
#include "graph/edge_view.h"
#include "graph/graph.h"
#include "base/progress.h"

/* Slices of root_node[]: group i ends before group_end[i]. Ascending, the last is root_count. */
struct root_groups {
    const uint32_t *group_end;
    uint32_t group_count;
};

struct bfs_tree {
    uint32_t node_count;
    uint32_t *parent_of_node;  /* node_count: the referrer on the path; NODE_NONE for starts, unreached nodes and node 0 */
    bool parents_are_lent;     /* they are somebody else's */
    uint64_t *reached_bitmap;  /* node_count bits; node 0 counts as reached */
    uint32_t start_count;      /* roots that no earlier start reached: the tops of the paths */
    uint32_t *start_node;      /* ascending */
    uint32_t *root_of_start;   /* for each of start_node: the first index in root_node[] that names it */
};

/* `groups` may be NULL: all roots are one group. The caller owns `ret`. */
WH_MUST_USE enum wh_status bfs_tree_init(const struct graph *graph, const struct root_groups *groups,
                                         const struct progress *progress, struct wh_error *error, struct bfs_tree *ret);

/* The same for a view; of a node's edges the one that its kind has more comes last. */
WH_MUST_USE enum wh_status bfs_tree_init_view(const struct edge_view *view, const struct root_groups *groups, const struct progress *progress,
                                              struct wh_error *error, struct bfs_tree *ret);

void bfs_tree_deinit(struct bfs_tree *tree);

static inline bool bfs_tree_is_reached(const struct bfs_tree *tree, uint32_t node)
{
    return bitmap_test(tree->reached_bitmap, node);
}

/* The index in root_node[] of the root that a start stands for; NODE_NONE if the node is not a start. O(log start_count). */
uint32_t bfs_tree_root_of_start(const struct bfs_tree *tree, uint32_t start);

/* The index in root_node[] of the root where the path to a node starts; NODE_NONE if it is unreached. O(path length). */
uint32_t bfs_tree_root_of_node(const struct bfs_tree *tree, uint32_t node);

#endif
