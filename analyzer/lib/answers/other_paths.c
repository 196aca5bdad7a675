/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_other_paths: paths without some references, and several paths to one object that have no removable reference in common. */
#include <stdlib.h>

#include "base/array.h"
#include "naming/naming.h"
#include "answers/path_flow.h"
#include "answers/path_scene.h"
#include "answers/paths_result.h"
#include "naming/query.h"

enum { PATHS_DEFAULT = 10 };

struct finder {
    struct path_scene scene;
    const struct progress *progress;
    struct wh_error *error;
    struct arena *arena;
    struct wh_paths *ret;
};

static enum wh_status add_path(struct finder *finder, uint32_t node)
{
    return naming_output(&finder->scene.left, node, finder->arena, finder->error, &finder->ret->paths[finder->ret->count++]);
}

/* One path each. */
static enum wh_status find_each(struct finder *finder, const struct node_list *list)
{
    finder->ret->paths = arena_array(finder->arena, list->count, sizeof(*finder->ret->paths));
    enum wh_status status = arena_status(finder->arena, finder->error);
    if (!status)
        status = path_scene_look(&finder->scene, finder->progress, finder->error);
    for (uint32_t i = 0; !status && i < list->count; i++) {
        if (bfs_tree_is_reached(&finder->scene.what_if.paths, list->nodes[i]))
            status = add_path(finder, list->nodes[i]);
    }
    return status;
}

/* The first root that is this object. */
static uint32_t root_of(const struct finder *finder, uint32_t start)
{
    const struct graph *graph = &finder->scene.strong.graph;
    for (uint32_t root = 0; root < graph->root_count; root++) {
        if (graph->root_node[root] == start)
            return root;
    }
    return NODE_NONE;
}

/* A path is told as if it were the only one: the tree of paths has no other. */
static enum wh_status add_flow_path(struct finder *finder, const struct flow_path *path, uint32_t *parent_of_node)
{
    const struct model *model = &finder->scene.left;
    uint32_t start = path->nodes[path->length - 1], root = root_of(finder, start);
    struct bfs_tree tree = {.node_count = model->heap->node_count, .parent_of_node = parent_of_node, .start_count = 1, .start_node = &start, .root_of_start = &root};
    struct model alone = *model;
    alone.paths = &tree;
    for (uint32_t i = 0; i + 1 < path->length; i++)
        parent_of_node[path->nodes[i]] = path->nodes[i + 1];
    enum wh_status status = naming_output(&alone, path->nodes[0], finder->arena, finder->error, &finder->ret->paths[finder->ret->count++]);
    for (uint32_t i = 0; i + 1 < path->length; i++)
        parent_of_node[path->nodes[i]] = NODE_NONE;
    return status;
}

/* Instead of those that were added so far. */
static enum wh_status add_flow_paths(struct finder *finder, const struct path_flow *flow, uint32_t node)
{
    uint32_t node_count = finder->scene.model->heap->node_count, *parent_of_node = NULL;
    struct flow_path *paths = NULL;
    enum wh_status status = path_flow_paths(flow, node, node_count, finder->error, &paths);
    if (!status)
        status = array_alloc(node_count, sizeof(uint32_t), "the paths", finder->error, &parent_of_node);
    for (uint32_t i = 0; !status && i < node_count; i++)
        parent_of_node[i] = NODE_NONE;
    path_scene_leave_nothing(&finder->scene);   /* so that the paths' references have their names */
    if (!status)
        status = path_scene_look(&finder->scene, finder->progress, finder->error);
    finder->ret->count = 0;
    for (uint32_t i = 0; !status && i < flow->value; i++)
        status = add_flow_path(finder, &paths[i], parent_of_node);
    flow_paths_free(paths, flow->value);
    free(parent_of_node);
    return status;
}

/* More than taking the shortest one after the other has found; then some of those go other ways. */
static enum wh_status find_rest(struct finder *finder, struct path_flow *flow, uint32_t node, size_t wanted)
{
    bool found = true, changed = false;
    enum wh_status status = WH_OK;
    while (!status && found && flow->value < wanted) {
        status = path_flow_find(flow, &finder->scene, node, finder->error, &found);
        changed |= found;
        if (!status && found)
            status = path_scene_look(&finder->scene, finder->progress, finder->error);
    }
    return status || !changed ? status : add_flow_paths(finder, flow, node);
}

/* Shortest first; each time what can be removed of the path is left out. */
static enum wh_status find_independent(struct finder *finder, uint32_t node, size_t wanted)
{
    bool more = true;
    struct path_flow flow = {0};
    finder->ret->paths = arena_array(finder->arena, wanted, sizeof(*finder->ret->paths));
    enum wh_status status = arena_status(finder->arena, finder->error);
    while (!status && more && finder->ret->count < wanted) {
        status = path_scene_look(&finder->scene, finder->progress, finder->error);
        if (status || !bfs_tree_is_reached(&finder->scene.what_if.paths, node))
            break;
        status = add_path(finder, node);
        if (!status)
            status = path_flow_add(&flow, &finder->scene, node, finder->error);
        if (!status)
            status = path_scene_leave_path(&finder->scene, node, finder->error, &more);
    }
    if (!status && more && flow.value)
        status = find_rest(finder, &flow, node, wanted);
    path_flow_deinit(&flow);
    return status;
}

static enum wh_status find(struct finder *finder, const struct node_list *list, const struct wh_path_options *options)
{
    enum wh_status status = options->independent ? find_independent(finder, list->nodes[0], options->independent) : find_each(finder, list);
    finder->ret->matching = list->matching;
    if (!status && !finder->ret->count)
        status = wh_error_set(finder->error, WH_ERR_INPUT, "nothing holds %s but what is to be ignored",
                              list->count > 1 ? "these objects" : "the object");
    return status ? status : arena_status(finder->arena, finder->error);
}

enum wh_status wh_other_paths(struct wh_analysis *analysis, const struct wh_query *query, const struct wh_path_options *options,
                              struct wh_error *error, struct wh_paths **ret)
{
    struct node_list list = {0};
    *ret = NULL;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, query->limit ? query->limit : PATHS_DEFAULT, error, &list);
    if (status)
        return status;
    struct paths_result *result = calloc(1, sizeof(*result));
    struct finder finder = {.progress = analysis->progress ? &analysis->stage_progress : NULL, .error = error};
    status = result ? path_scene_init(analysis, options, error, &finder.scene)
                    : wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the paths");
    if (!status) {
        finder.arena = &result->arena;
        finder.ret = &result->paths;
        status = find(&finder, &list, options);
        path_scene_deinit(&finder.scene);
    }
    node_list_deinit(&list);
    if (status)
        wh_paths_free(result ? &result->paths : NULL);
    else
        *ret = &result->paths;
    return status;
}
