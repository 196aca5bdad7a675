/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_other_paths: paths without some references, and several paths to one object that have no removable reference in common. */
#include <stdlib.h>

#include "naming/naming.h"
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

/* Shortest first; each time what can be removed of the path is left out. */
static enum wh_status find_independent(struct finder *finder, uint32_t node, size_t wanted)
{
    bool more = true;
    finder->ret->paths = arena_array(finder->arena, wanted, sizeof(*finder->ret->paths));
    enum wh_status status = arena_status(finder->arena, finder->error);
    while (!status && more && finder->ret->count < wanted) {
        status = path_scene_look(&finder->scene, finder->progress, finder->error);
        if (status || !bfs_tree_is_reached(&finder->scene.what_if.paths, node))
            break;
        status = add_path(finder, node);
        if (!status)
            status = path_scene_leave_path(&finder->scene, node, finder->error, &more);
    }
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
