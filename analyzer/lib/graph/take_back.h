/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results for a renumbered copy of a graph become results for the graph. Retained sizes are added up on the way: in the copy's order a node and its
 * dominator are near each other.
 */
#ifndef WHOHOLDS_LIB_GRAPH_TAKE_BACK_H
#define WHOHOLDS_LIB_GRAPH_TAKE_BACK_H

#include <whoholds/formats/error.h>

#include "base/progress.h"
#include "graph/bfs.h"
#include "graph/dominators.h"
#include "graph/node_sizes.h"
#include "graph/renumbering.h"
#include "graph/retained.h"

/*
 * `dominators` come without node_of_rank; their garbage_entry[] has to be in the original's order. Sizes are the original's. `paths` may be NULL.
 * The caller owns the results, also after a failure, when they mean nothing.
 */
WH_MUST_USE enum wh_status take_back_results(const struct renumbering *renumbering, const struct node_sizes *sizes, const struct progress *progress,
                                             struct wh_error *error, struct dominators *dominators, struct retained *retained,
                                             struct bfs_tree *paths);

#endif
