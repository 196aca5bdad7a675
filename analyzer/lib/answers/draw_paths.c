/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_draw_paths: several paths as one graph with places. */
#include <stdlib.h>
#include <string.h>

#include <whoholds/analyzer.h>

#include "base/arena.h"
#include "base/array.h"
#include "graph/layers.h"

struct drawing_result {
    struct wh_drawing drawing;   /* first: what the caller sees */
    struct arena arena;
};

static size_t count_hops(const struct wh_paths *paths)
{
    size_t count = 0;
    for (size_t i = 0; i < paths->count; i++)
        count += paths->paths[i].hop_count;
    return count;
}

/* The node of a hop's object, made if it is new. */
static size_t node_of_hop(struct drawing_result *result, const struct wh_hop *hop, bool first)
{
    struct wh_drawing *drawing = &result->drawing;
    size_t at = 0;
    while (at < drawing->node_count && drawing->nodes[at].object.address != hop->object.address)
        at++;
    struct wh_drawn_node *node = &drawing->nodes[at];
    if (at == drawing->node_count) {
        drawing->node_count++;
        node->object = hop->object;
        node->object.type = arena_string(&result->arena, hop->object.type);
        node->object.preview = arena_string(&result->arena, hop->object.preview ? hop->object.preview : "");
        node->dominator = hop->dominator;
        node->name = node->object.type;
    }
    if (first && !node->first)
        node->name = arena_string(&result->arena, hop->label);
    node->first |= first;
    return at;
}

static void add_edge(struct drawing_result *result, size_t from, size_t to, const char *label)
{
    struct wh_drawing *drawing = &result->drawing;
    for (size_t i = 0; i < drawing->edge_count; i++) {
        if (drawing->edges[i].from == from && drawing->edges[i].to == to && !strcmp(drawing->edges[i].label, label))
            return;
    }
    drawing->edges[drawing->edge_count++] = (struct wh_drawn_edge){.from = from, .to = to, .label = arena_string(&result->arena, label)};
}

static void add_path(struct drawing_result *result, const struct wh_path *path)
{
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < path->hop_count; i++) {
        if (!path->hops[i].object.address)
            continue;
        size_t at = node_of_hop(result, &path->hops[i], before == SIZE_MAX);
        if (before != SIZE_MAX && before != at)
            add_edge(result, before, at, path->hops[i].label);
        before = at;
    }
    if (before != SIZE_MAX)
        result->drawing.nodes[before].target = true;
}

static void take_layout(const struct layers *layers, struct drawing_result *result)
{
    struct wh_drawing *drawing = &result->drawing;
    for (size_t i = 0; i < drawing->node_count; i++) {
        drawing->nodes[i].layer = layers->point_of_node[i].layer;
        drawing->nodes[i].x = layers->point_of_node[i].x;
    }
    for (size_t i = 0; i < drawing->edge_count; i++) {
        struct wh_drawn_edge *edge = &drawing->edges[i];
        size_t first = layers->first_bend_of_edge[i], count = layers->first_bend_of_edge[i + 1] - first;
        edge->bends = arena_array(&result->arena, count, sizeof(*edge->bends));
        for (; edge->bends && edge->bend_count < count; edge->bend_count++)
            edge->bends[edge->bend_count] = (struct wh_bend){layers->bends[first + edge->bend_count].layer, layers->bends[first + edge->bend_count].x};
    }
}

static enum wh_status lay_out(struct drawing_result *result, struct wh_error *error)
{
    struct wh_drawing *drawing = &result->drawing;
    struct layers_edge *edges = NULL;
    struct layers layers;
    enum wh_status status = array_alloc(drawing->edge_count, sizeof(*edges), "the edges of a drawing", error, &edges);
    if (status)
        return status;
    for (size_t i = 0; i < drawing->edge_count; i++)
        edges[i] = (struct layers_edge){(uint32_t)drawing->edges[i].from, (uint32_t)drawing->edges[i].to};
    status = layers_init((uint32_t)drawing->node_count, edges, (uint32_t)drawing->edge_count, error, &layers);
    if (!status) {
        take_layout(&layers, result);
        layers_deinit(&layers);
    }
    free(edges);
    return status;
}

static enum wh_status draw(const struct wh_paths *paths, struct wh_error *error, struct drawing_result *result)
{
    size_t hops = count_hops(paths);
    result->drawing.nodes = arena_array(&result->arena, hops, sizeof(*result->drawing.nodes));
    result->drawing.edges = arena_array(&result->arena, hops, sizeof(*result->drawing.edges));
    enum wh_status status = arena_status(&result->arena, error);
    for (size_t i = 0; !status && i < paths->count; i++)
        add_path(result, &paths->paths[i]);
    if (!status && result->drawing.node_count)
        status = lay_out(result, error);
    return status ? status : arena_status(&result->arena, error);
}

enum wh_status wh_draw_paths(const struct wh_paths *paths, struct wh_error *error, struct wh_drawing **ret)
{
    *ret = NULL;
    struct drawing_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the drawing of paths");
    enum wh_status status = draw(paths, error, result);
    if (status)
        wh_drawing_free(&result->drawing);
    else
        *ret = &result->drawing;
    return status;
}

void wh_drawing_free(struct wh_drawing *drawing)
{
    struct drawing_result *result = (struct drawing_result *)drawing;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
