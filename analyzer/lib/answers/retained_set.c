/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_retained: what a set of objects retains together: exactly, and as the sum that tables of all types give. */
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "graph/below.h"
#include "naming/query.h"

struct set {
    const struct model *model;
    const struct wh_retained_query *query;
    struct wh_error *error;
    uint64_t *member_bitmap;
    struct wh_retained *ret;
};

/* Adds the live ones: what nothing holds is no part of what is freed. */
static enum wh_status add_named(struct set *set, struct lookup *lookup, const struct wh_query *query)
{
    struct node_list list;
    enum wh_status status = query_find(set->model, lookup, query, QUERY_ALL, set->error, &list);
    for (uint32_t i = 0; !status && i < list.count; i++) {
        if (dominators_is_live(set->model->dominators, list.nodes[i]))
            bitmap_set(set->member_bitmap, list.nodes[i]);
        else
            set->ret->garbage_members++;
    }
    node_list_deinit(&list);
    return status;
}

static enum wh_status find_members(struct set *set, struct lookup *lookup)
{
    const struct wh_retained_query *query = set->query;
    struct wh_query named = query->query;
    enum wh_status status = WH_OK;
    if (!query->expression_count)
        return add_named(set, lookup, &named);
    for (size_t i = 0; !status && i < query->expression_count; i++) {
        named.expression = query->expressions[i];
        status = add_named(set, lookup, &named);
    }
    return status;
}

static bool is_member(const struct set *set, uint32_t node)
{
    return bitmap_test(set->member_bitmap, node);
}

static uint32_t mark_target(const struct set *set, uint32_t target, uint64_t *marked, uint32_t *queue, uint32_t end)
{
    if (bitmap_test(marked, target))
        return end;
    bitmap_set(marked, target);
    if (!is_member(set, target))
        queue[end++] = target;
    return end;
}

/* Everything that is reached without going through a member. */
static void mark(const struct set *set, uint64_t *marked, uint32_t *queue)
{
    const struct heap *heap = set->model->heap;
    const struct graph *graph = &set->model->retention->graph;
    uint32_t end = 0;
    for (uint32_t i = 0; i < graph->root_count; i++) {
        if (!bitmap_test(marked, graph->root_node[i]) && !is_member(set, graph->root_node[i]))
            queue[end++] = graph->root_node[i];
        bitmap_set(marked, graph->root_node[i]);
    }
    for (uint32_t begin = 0; begin < end; begin++) {
        uint32_t node = queue[begin];
        for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++)
            end = mark_target(set, retention_target(set->model->retention, heap, ref), marked, queue, end);
        end = mark_target(set, retention_class(set->model->retention, node), marked, queue, end);
    }
}

static enum wh_status add_exactly(struct set *set)
{
    uint32_t count = set->model->heap->node_count;
    uint64_t *marked = NULL;
    uint32_t *queue = NULL;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(count), sizeof(uint64_t), "reached objects", set->error, &marked);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "reached objects", set->error, &queue);
    if (!status)
        mark(set, marked, queue);
    for (uint32_t node = 1; !status && node < count; node++) {
        bool retained = is_member(set, node) || (dominators_is_live(set->model->dominators, node) && !bitmap_test(marked, node));
        set->ret->exact.objects += retained;
        set->ret->exact.bytes += retained ? model_shallow(set->model, node) : 0;
    }
    free(marked);
    free(queue);
    return status;
}

static void count_member(const struct set *set, uint32_t node, bool top)
{
    set->ret->members.objects++;
    set->ret->members.bytes += model_shallow(set->model, node);
    if (!top)
        return;
    set->ret->top_members++;
    set->ret->top_sum.objects += set->model->retained->retained_count_of_node[node];
    set->ret->top_sum.bytes += model_retained(set->model, node);
}

/* The live members, and which of them no other one dominates. */
static enum wh_status add_tops(struct set *set)
{
    const struct dominators *dominators = set->model->dominators;
    struct below below;
    enum wh_status status = below_init(dominators, set->member_bitmap, set->error, &below);
    for (uint32_t node = 1; !status && node < dominators->node_count; node++) {
        if (is_member(set, node))
            count_member(set, node, !below_is_in_or_under(&below, dominators->idom_of_node[node]));
    }
    below_deinit(&below);
    return status;
}

enum wh_status wh_retained(struct wh_analysis *analysis, const struct wh_retained_query *query, struct wh_error *error, struct wh_retained *ret)
{
    *ret = (struct wh_retained){0};
    enum wh_status status = analysis_need_paths(analysis, error);
    if (status)
        return status;
    struct set set = {.model = &analysis->model, .query = query, .error = error, .ret = ret};
    status = array_alloc_zeroed(bitmap_word_count(analysis->heap.node_count), sizeof(uint64_t), "the objects", error, &set.member_bitmap);
    if (!status)
        status = find_members(&set, &analysis->lookup);
    if (!status)
        status = add_tops(&set);
    if (!status)
        status = add_exactly(&set);
    free(set.member_bitmap);
    return status;
}
