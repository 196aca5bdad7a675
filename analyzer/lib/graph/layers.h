/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the nodes of a small directed graph are drawn: in layers from top to bottom, with few crossings (Sugiyama's method, igraph's). The layers
 * are ours: igraph's own are far more, and fill with nodes that only carry an edge through.
 */
#ifndef WHOHOLDS_LIB_LAYERS_H
#define WHOHOLDS_LIB_LAYERS_H

#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

struct layers_edge { uint32_t from, to; };

/* A place: the layer counts from 0 at the top, x from 0 at the left; nodes of a layer stand 1 apart or more. */
struct layers_point { uint32_t layer; double x; };

struct layers {
    struct layers_point *point_of_node;
    struct layers_point *bends;       /* where an edge passes a layer between its ends, from top to bottom */
    uint32_t *first_bend_of_edge;     /* edge_count + 1 */
};

/* No more nodes, and no more edges, than LAYERS_MAX: else WH_ERR_USAGE. An edge that leads upwards, in a cycle, has no bends. */
enum { LAYERS_MAX = 1000 };
enum wh_status layers_init(uint32_t node_count, const struct layers_edge *edges, uint32_t edge_count, struct wh_error *error,
                           struct layers *ret) WH_MUST_USE;
void layers_deinit(struct layers *layers);

#endif
