/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/path_scene.h"

#include <stdlib.h>

#include "cut/reference_query.h"

enum wh_status path_scene_init(struct wh_analysis *analysis, const struct wh_path_options *options, struct wh_error *error,
                               struct path_scene *ret)
{
    const struct model *model = &analysis->model;
    *ret = (struct path_scene){.model = model};
    enum wh_status status = strong_graph_init(model->heap, model->retention, model->dominators->live_bitmap, error, &ret->strong);
    if (!status && options->weak)
        strong_graph_add_weak(&ret->strong, model->heap);
    if (!status)
        status = cut_rules_init(model->heap, &ret->strong, error, &ret->rules);
    if (!status)
        status = reference_edges(model, &analysis->lookup, &ret->rules, options->ignore, options->ignore_count, error, &ret->without);
    ret->without_capacity = ret->ignored_count = ret->without.count;
    if (status)
        path_scene_deinit(ret);
    return status;
}

void path_scene_deinit(struct path_scene *scene)
{
    what_if_deinit(&scene->what_if);
    cut_edges_deinit(&scene->without);
    cut_rules_deinit(&scene->rules);
    strong_graph_deinit(&scene->strong);
}

enum wh_status path_scene_look(struct path_scene *scene, const struct progress *progress, struct wh_error *error)
{
    what_if_deinit(&scene->what_if);
    enum wh_status status = what_if_init_shortest(scene->model, &scene->strong, &scene->without, progress, error, &scene->what_if);
    if (!status)
        scene->left = what_if_model(scene->model, &scene->what_if, &scene->left_retention);
    return status;
}

static enum wh_status leave_edge(struct path_scene *scene, struct cut_edge edge, struct wh_error *error)
{
    if (scene->without.count == scene->without_capacity) {
        uint32_t capacity = scene->without_capacity ? scene->without_capacity * 2 : 64;
        struct cut_edge *edges = realloc(scene->without.edges, capacity * sizeof(*edges));
        if (!edges)
            return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the paths");
        scene->without.edges = edges;
        scene->without_capacity = capacity;
    }
    scene->without.edges[scene->without.count++] = edge;
    return WH_OK;
}

void path_scene_leave_nothing(struct path_scene *scene)
{
    what_if_deinit(&scene->what_if);
    scene->without.count = scene->ignored_count;
}

enum wh_status path_scene_leave_hop(struct path_scene *scene, uint32_t from, uint32_t to, struct wh_error *error, bool *more)
{
    const struct edge_view *view = &scene->strong.view;
    enum wh_status status = WH_OK;
    for (uint32_t edge = edge_view_first(view, from); !status && edge < edge_view_last(view, from); edge++) {
        uint32_t first = edge;
        bool pair = cut_rules_is_pair(&scene->rules, from, edge), found = edge_view_target(view, from, edge) == to;
        if (pair)
            found |= edge_view_target(view, from, ++edge) == to;
        if (!found || cut_rules_price(&scene->rules, from, first) >= PRICE_NEVER)
            continue;
        *more = true;
        status = leave_edge(scene, (struct cut_edge){from, first, pair}, error);
    }
    return status;
}

enum wh_status path_scene_leave_path(struct path_scene *scene, uint32_t node, struct wh_error *error, bool *more)
{
    const uint32_t *parent = scene->what_if.paths.parent_of_node;
    enum wh_status status = WH_OK;
    *more = false;
    for (; !status && parent[node] != NODE_NONE; node = parent[node])
        status = path_scene_leave_hop(scene, parent[node], node, error, more);
    return status;
}
