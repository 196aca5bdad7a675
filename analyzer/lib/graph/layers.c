/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/layers.h"

#include <stdlib.h>
#include <string.h>

#include <igraph.h>

#include "base/array.h"

enum { SWEEPS = 100 };   /* igraph's rounds of moving nodes within their layers */

void layers_deinit(struct layers *layers)
{
    free(layers->point_of_node);
    free(layers->bends);
    free(layers->first_bend_of_edge);
    *layers = (struct layers){0};
}

/* Below all that lead to it. In a cycle somebody has to be the first: the rounds end there. */
static void choose_layers(uint32_t node_count, const struct layers_edge *edges, uint32_t edge_count, struct layers_point *point_of_node)
{
    bool moved = true;
    for (uint32_t round = 0; moved && round < node_count; round++) {
        moved = false;
        for (uint32_t i = 0; i < edge_count; i++) {
            uint32_t below = point_of_node[edges[i].from].layer + 1;
            if (point_of_node[edges[i].to].layer >= below || below >= node_count)
                continue;
            point_of_node[edges[i].to].layer = below;
            moved = true;
        }
    }
}

/* --- igraph --- */

struct drawing {
    igraph_t graph, extended;               /* extended: with a node where an edge passes a layer */
    igraph_vector_int_t ends, layers, origin;   /* origin: the edge of which an extended one is a piece */
    igraph_matrix_t places;
    bool has_graph, has_extended;
};

static void drawing_deinit(struct drawing *drawing)
{
    if (drawing->has_graph)
        igraph_destroy(&drawing->graph);
    if (drawing->has_extended)
        igraph_destroy(&drawing->extended);
    igraph_vector_int_destroy(&drawing->ends);
    igraph_vector_int_destroy(&drawing->layers);
    igraph_vector_int_destroy(&drawing->origin);
    igraph_matrix_destroy(&drawing->places);
}

/* Vectors that are all zero may be destroyed. drawn: the edges that lead down, by their number here. */
static igraph_error_t draw(uint32_t node_count, const struct layers_edge *edges, const uint32_t *drawn, uint32_t drawn_count,
                           const struct layers_point *point_of_node, struct drawing *drawing)
{
    igraph_error_t failed = igraph_vector_int_init(&drawing->ends, 2 * (igraph_integer_t)drawn_count);
    if (!failed)
        failed = igraph_vector_int_init(&drawing->layers, node_count);
    if (!failed)
        failed = igraph_vector_int_init(&drawing->origin, 0);
    if (!failed)
        failed = igraph_matrix_init(&drawing->places, 0, 0);
    if (failed)
        return failed;
    for (uint32_t i = 0; i < drawn_count; i++) {
        VECTOR(drawing->ends)[2 * (size_t)i] = edges[drawn[i]].from;
        VECTOR(drawing->ends)[2 * (size_t)i + 1] = edges[drawn[i]].to;
    }
    for (uint32_t node = 0; node < node_count; node++)
        VECTOR(drawing->layers)[node] = point_of_node[node].layer;
    failed = igraph_create(&drawing->graph, &drawing->ends, node_count, IGRAPH_DIRECTED);
    drawing->has_graph = !failed;
    if (!failed)
        failed = igraph_layout_sugiyama(&drawing->graph, &drawing->places, &drawing->extended, &drawing->origin, &drawing->layers, 1, 1, SWEEPS, NULL);
    drawing->has_extended = drawing->has_graph && !failed;
    return failed;
}

/* --- its places as ours --- */

/* Pieces of one edge follow each other from its beginning to its end; a piece that ends in a node of our own is the last. */
static void take_bends(const struct drawing *drawing, uint32_t node_count, const uint32_t *number_of_drawn, uint32_t edge_count, struct layers *ret)
{
    igraph_integer_t pieces = igraph_vector_int_size(&drawing->origin);
    for (igraph_integer_t i = 0; i < pieces; i++) {
        if (IGRAPH_TO(&drawing->extended, i) >= node_count)
            ret->first_bend_of_edge[number_of_drawn[VECTOR(drawing->origin)[i]] + 1]++;
    }
    for (uint32_t edge = 0; edge < edge_count; edge++)
        ret->first_bend_of_edge[edge + 1] += ret->first_bend_of_edge[edge];
    for (igraph_integer_t i = 0; i < pieces; i++) {
        igraph_integer_t to = IGRAPH_TO(&drawing->extended, i);
        if (to < node_count)
            continue;
        uint32_t edge = number_of_drawn[VECTOR(drawing->origin)[i]];
        uint32_t layer = (uint32_t)(MATRIX(drawing->places, to, 1) + 0.5);
        uint32_t at = ret->first_bend_of_edge[edge];
        while (ret->bends[at].layer && ret->bends[at].layer < layer)
            at++;
        ret->bends[at] = (struct layers_point){layer, MATRIX(drawing->places, to, 0)};
    }
}

static void take_places(const struct drawing *drawing, uint32_t node_count, struct layers *ret)
{
    double left = 0;
    for (igraph_integer_t i = 0; i < igraph_matrix_nrow(&drawing->places); i++)
        left = !i || MATRIX(drawing->places, i, 0) < left ? MATRIX(drawing->places, i, 0) : left;
    for (uint32_t node = 0; node < node_count; node++)
        ret->point_of_node[node].x = MATRIX(drawing->places, node, 0) - left;
    for (uint32_t i = 0; ret->bends && ret->bends[i].layer; i++)
        ret->bends[i].x -= left;
}

struct placed { struct layers_point *point; uint32_t number; };

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    if (a->point->layer != b->point->layer)
        return a->point->layer > b->point->layer ? 1 : -1;
    if (a->point->x < b->point->x || a->point->x > b->point->x)
        return a->point->x > b->point->x ? 1 : -1;
    return (a->number > b->number) - (a->number < b->number);
}

/* igraph 0.10 puts neighbours half the distance apart now and then. */
static enum wh_status part_neighbours(uint32_t node_count, uint32_t bend_count, struct wh_error *error, struct layers *layers)
{
    struct placed *placed = NULL;
    enum wh_status status = array_alloc((size_t)node_count + bend_count, sizeof(*placed), "the places of a drawing", error, &placed);
    if (status)
        return status;
    for (uint32_t i = 0; i < node_count + bend_count; i++)
        placed[i] = (struct placed){i < node_count ? &layers->point_of_node[i] : &layers->bends[i - node_count], i};
    qsort(placed, (size_t)node_count + bend_count, sizeof(*placed), compare_placed);
    for (uint32_t i = 1; i < node_count + bend_count; i++) {
        const struct layers_point *before = placed[i - 1].point;
        if (before->layer == placed[i].point->layer && placed[i].point->x < before->x + 1)
            placed[i].point->x = before->x + 1;
    }
    free(placed);
    return WH_OK;
}

/* All bends and an empty one behind them: layer 0 is never passed. */
static enum wh_status take(const struct drawing *drawing, uint32_t node_count, const uint32_t *number_of_drawn, uint32_t edge_count,
                           struct wh_error *error, struct layers *ret)
{
    size_t extended = (size_t)igraph_matrix_nrow(&drawing->places);
    enum wh_status status = array_alloc_zeroed(extended - node_count + 1, sizeof(*ret->bends), "the bends of a drawing", error, &ret->bends);
    if (status)
        return status;
    take_bends(drawing, node_count, number_of_drawn, edge_count, ret);
    take_places(drawing, node_count, ret);
    return part_neighbours(node_count, ret->first_bend_of_edge[edge_count], error, ret);
}

static enum wh_status lay_out(uint32_t node_count, const struct layers_edge *edges, uint32_t edge_count, uint32_t *drawn, struct wh_error *error,
                              struct layers *ret)
{
    struct drawing drawing = {.has_graph = false};
    uint32_t drawn_count = 0;
    for (uint32_t i = 0; i < edge_count; i++) {
        if (ret->point_of_node[edges[i].from].layer < ret->point_of_node[edges[i].to].layer)
            drawn[drawn_count++] = i;
    }
    igraph_error_handler_t *before = igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_error_t failed = draw(node_count, edges, drawn, drawn_count, ret->point_of_node, &drawing);
    igraph_set_error_handler(before);
    enum wh_status status = failed ? wh_error_set(error, WH_ERR_RESOURCE, "cannot lay out a graph: %s", igraph_strerror(failed))
                                   : take(&drawing, node_count, drawn, edge_count, error, ret);
    drawing_deinit(&drawing);
    return status;
}

enum wh_status layers_init(uint32_t node_count, const struct layers_edge *edges, uint32_t edge_count, struct wh_error *error, struct layers *ret)
{
    uint32_t *drawn = NULL;
    *ret = (struct layers){0};
    if (!node_count || node_count > LAYERS_MAX || edge_count > LAYERS_MAX)
        return wh_error_set(error, WH_ERR_USAGE, "a graph of %u nodes and %u edges is not drawn", node_count, edge_count);
    enum wh_status status = array_alloc_zeroed(node_count, sizeof(*ret->point_of_node), "the places of a drawing", error, &ret->point_of_node);
    if (!status)
        status = array_alloc_zeroed((size_t)edge_count + 1, sizeof(uint32_t), "the bends of a drawing", error, &ret->first_bend_of_edge);
    if (!status)
        status = array_alloc((size_t)edge_count + 1, sizeof(uint32_t), "the edges of a drawing", error, &drawn);
    if (!status) {
        choose_layers(node_count, edges, edge_count, ret->point_of_node);
        status = lay_out(node_count, edges, edge_count, drawn, error, ret);
    }
    free(drawn);
    if (status)
        layers_deinit(ret);
    return status;
}
