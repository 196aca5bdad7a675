/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_merged: the shortest paths to all objects of a set, put together to a tree with numbers. */
#include <stdlib.h>

#include "base/array.h"
#include "naming/naming.h"
#include "answers/path_scene.h"
#include "naming/query.h"

enum {
    SHOWN_DIVISOR = 100,   /* branches of less than one per cent are summed */
    SAME_PERCENT = 90,     /* an only branch with this much of its stem is the stem: the stem is shown where it ends */
    ROWS_MAX = 200,
};

struct merged_result { struct wh_merged merged; struct arena arena; };

struct merger {
    struct path_scene scene;
    const struct model *model;      /* where names are found */
    struct wh_error *error;
    struct arena *arena;
    struct wh_merged *ret;
    uint64_t *target_bitmap;
    uint32_t *count_of_node;        /* objects of the set at or below the node in the tree of paths */
    uint32_t *first_big_of_node, *next_big_of_node;   /* branches that are shown, most objects first */
    uint32_t first_big_start;
    uint32_t threshold;
    struct text text;
};

/* --- counts, from the tips of the paths upwards --- */

static enum wh_status add_up(struct merger *merger)
{
    const struct bfs_tree *paths = merger->model->paths;
    uint32_t *pending_of_node = NULL, *queue = NULL, end = 0, count = paths->node_count;
    enum wh_status status = array_alloc_zeroed(count, sizeof(uint32_t), "the paths", merger->error, &pending_of_node);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the paths", merger->error, &queue);
    for (uint32_t node = 1; !status && node < count; node++) {
        if (paths->parent_of_node[node] != NODE_NONE)
            pending_of_node[paths->parent_of_node[node]]++;
    }
    for (uint32_t node = 1; !status && node < count; node++) {
        if (!pending_of_node[node])
            queue[end++] = node;
    }
    for (uint32_t begin = 0; !status && begin < end; begin++) {
        uint32_t parent = paths->parent_of_node[queue[begin]];
        if (parent == NODE_NONE)
            continue;
        merger->count_of_node[parent] += merger->count_of_node[queue[begin]];
        if (--pending_of_node[parent] == 0)
            queue[end++] = parent;
    }
    free(pending_of_node);
    free(queue);
    return status;
}

/* --- branches --- */

/* Most objects first, then by node. */
static void insert_big(struct merger *merger, uint32_t *first, uint32_t node)
{
    while (*first != NODE_NONE && merger->count_of_node[*first] >= merger->count_of_node[node])
        first = &merger->next_big_of_node[*first];
    merger->next_big_of_node[node] = *first;
    *first = node;
}

/* An object of the set below which there are no others: what holds it is shown instead. */
static bool is_tip(const struct merger *merger, uint32_t node)
{
    return bitmap_test(merger->target_bitmap, node) && merger->count_of_node[node] == 1 && merger->model->paths->parent_of_node[node] != NODE_NONE;
}

static void find_branches(struct merger *merger)
{
    const struct bfs_tree *paths = merger->model->paths;
    merger->first_big_start = NODE_NONE;
    for (uint32_t node = 0; node < paths->node_count; node++)
        merger->first_big_of_node[node] = NODE_NONE;
    for (uint32_t node = 1; node < paths->node_count; node++) {
        uint32_t parent = paths->parent_of_node[node];
        if (merger->count_of_node[node] < merger->threshold || is_tip(merger, node))
            continue;
        if (parent != NODE_NONE)
            insert_big(merger, &merger->first_big_of_node[parent], node);
        else
            insert_big(merger, &merger->first_big_start, node);
    }
}

/* Where a stem ends: at a fork, at a leaf, or where it has lost too much. */
static uint32_t end_of_stem(const struct merger *merger, uint32_t node)
{
    uint64_t least = (uint64_t)merger->count_of_node[node] * SAME_PERCENT / 100;
    for (;;) {
        uint32_t branch = merger->first_big_of_node[node];
        if (branch == NODE_NONE || merger->next_big_of_node[branch] != NODE_NONE || merger->count_of_node[branch] < least)
            return node;
        node = branch;
    }
}

/* --- rows --- */

/* A namespace goes by its owner: a module, a class, an instance. */
static uint32_t owner_of(const struct merger *merger, uint32_t node)
{
    uint32_t parent = merger->model->paths->parent_of_node[node];
    return parent != NODE_NONE && heap_member(merger->model->heap, parent, "__dict__") == node ? parent : node;
}

static enum wh_status add_row(struct merger *merger, uint32_t node, int64_t parent)
{
    struct wh_merged_row *row = &merger->ret->rows[merger->ret->row_count++];
    uint32_t owner = owner_of(merger, node);
    enum wh_status status = naming_expression(merger->model, owner, false, merger->error, &merger->text);
    *row = (struct wh_merged_row){.parent = parent, .count = merger->count_of_node[node], .hidden = merger->count_of_node[node],
                                  .share = (double)merger->count_of_node[node] / (double)(merger->ret->reached ? merger->ret->reached : 1),
                                  .name = arena_string(merger->arena, text_string(&merger->text)),
                                  .object = model_object(merger->scene.model, owner, merger->arena)};
    merger->arena->failed |= merger->text.failed;
    text_clear(&merger->text);
    if (parent >= 0)
        merger->ret->rows[parent].hidden -= merger->count_of_node[node];
    return status;
}

/* A branch still to be shown: of siblings the next one. */
struct pending { uint32_t node; int64_t parent; };

/* Depth first, with an explicit stack of at most one entry for each row. */
static enum wh_status add_rows(struct merger *merger)
{
    struct pending stack[ROWS_MAX + 1];
    unsigned depth = 0;
    enum wh_status status = WH_OK;
    if (merger->first_big_start != NODE_NONE)
        stack[depth++] = (struct pending){merger->first_big_start, -1};
    while (!status && depth && merger->ret->row_count < ROWS_MAX) {
        struct pending at = stack[--depth];
        uint32_t end = end_of_stem(merger, at.node);
        if (merger->next_big_of_node[at.node] != NODE_NONE)
            stack[depth++] = (struct pending){merger->next_big_of_node[at.node], at.parent};
        status = add_row(merger, end, at.parent);
        if (merger->first_big_of_node[end] != NODE_NONE)
            stack[depth++] = (struct pending){merger->first_big_of_node[end], (int64_t)merger->ret->row_count - 1};
    }
    return status;
}

static uint64_t shown_at_top(const struct wh_merged *merged)
{
    uint64_t shown = 0;
    for (size_t i = 0; i < merged->row_count; i++)
        shown += merged->rows[i].parent < 0 ? merged->rows[i].count : 0;
    return shown;
}

static void count_targets(struct merger *merger, const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (!bfs_tree_is_reached(merger->model->paths, list->nodes[i]))
            continue;
        merger->count_of_node[list->nodes[i]] = 1;
        bitmap_set(merger->target_bitmap, list->nodes[i]);
        merger->ret->reached++;
    }
    merger->ret->matching = list->count;
    merger->threshold = (uint32_t)(merger->ret->reached / SHOWN_DIVISOR);
    merger->threshold += merger->threshold * SHOWN_DIVISOR < merger->ret->reached || !merger->threshold;
}

static enum wh_status merge(struct merger *merger, const struct node_list *list)
{
    size_t count = merger->model->heap->node_count;
    enum wh_status status = array_alloc_zeroed(count, sizeof(uint32_t), "the paths", merger->error, &merger->count_of_node);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(count), sizeof(uint64_t), "the paths", merger->error, &merger->target_bitmap);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the paths", merger->error, &merger->first_big_of_node);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the paths", merger->error, &merger->next_big_of_node);
    if (status)
        return status;
    count_targets(merger, list);
    status = add_up(merger);
    if (status)
        return status;
    find_branches(merger);
    merger->ret->rows = arena_array(merger->arena, ROWS_MAX, sizeof(*merger->ret->rows));
    status = arena_status(merger->arena, merger->error);
    if (!status)
        status = add_rows(merger);
    merger->ret->hidden = merger->ret->reached - shown_at_top(merger->ret);
    return status ? status : arena_status(merger->arena, merger->error);
}

/* Without references to ignore the paths are those of the other views. */
static enum wh_status find_and_merge(struct wh_analysis *analysis, struct merger *merger, const struct node_list *list,
                                     const struct wh_path_options *options)
{
    merger->model = merger->scene.model = &analysis->model;
    enum wh_status status = WH_OK;
    if (options->ignore_count || options->owners || options->weak) {
        status = path_scene_init(analysis, options, merger->error, &merger->scene);
        if (!status)
            status = path_scene_look(&merger->scene, analysis->progress ? &analysis->stage_progress : NULL, merger->error);
        merger->model = &merger->scene.left;
    }
    if (!status)
        status = merge(merger, list);
    path_scene_deinit(&merger->scene);
    free(merger->target_bitmap);
    free(merger->count_of_node);
    free(merger->first_big_of_node);
    free(merger->next_big_of_node);
    text_deinit(&merger->text);
    return status;
}

enum wh_status wh_merged(struct wh_analysis *analysis, const struct wh_query *query, const struct wh_path_options *options,
                         struct wh_error *error, struct wh_merged **ret)
{
    struct node_list list = {0};
    *ret = NULL;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, QUERY_ALL, error, &list);
    if (status)
        return status;
    struct merged_result *result = calloc(1, sizeof(*result));
    if (result) {
        struct merger merger = {.error = error, .arena = &result->arena, .ret = &result->merged};
        status = find_and_merge(analysis, &merger, &list, options);
    } else {
        status = wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the paths");
    }
    node_list_deinit(&list);
    if (status)
        wh_merged_free(result ? &result->merged : NULL);
    else
        *ret = &result->merged;
    return status;
}

void wh_merged_free(struct wh_merged *merged)
{
    struct merged_result *result = (struct merged_result *)merged;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
