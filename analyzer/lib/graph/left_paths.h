/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths in what is left of a graph when edges are removed, from those that were known before. Most stay as they are: what has to be found anew is what
 * they led to through a removed edge. So that little is removed costs little, and so does that little stays.
 */
#ifndef WHOHOLDS_LIB_GRAPH_LEFT_PATHS_H
#define WHOHOLDS_LIB_GRAPH_LEFT_PATHS_H

#include "base/progress.h"
#include "graph/bfs.h"
#include "graph/cut_rules.h"

/*
 * `view` is without the removed edges. `before` are paths by edges of the view and removed ones alone, in groups that are the same, from roots whose
 * numbers are the same; the view may have more roots behind these. Where a path stays, so does the tree's; where it does not, the group
 * decides as it does in bfs_tree_init(), and the new path goes along an old one as far as there is one. `ret` may refer to arrays of `before`. Parents
 * of what is no longer reached mean nothing.
 */
WH_MUST_USE enum wh_status left_paths_init(const struct edge_view *view, const struct root_groups *groups, const struct bfs_tree *before,
                                           const struct cut_edges *removed, const struct progress *progress, struct wh_error *error,
                                           struct bfs_tree *ret);

#endif
