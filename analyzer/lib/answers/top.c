/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_top: how much there is of what. */
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "naming/naming.h"

struct top_result { struct wh_top top; struct arena arena; };

/* Types that make up one row, and its sums. */
struct bucket { uint32_t type; uint64_t count, shallow, retained; };

struct counter {
    const struct model *model;
    uint32_t *bucket_of_type;
    struct bucket *buckets;
    uint32_t bucket_count;
    uint32_t *depth_of_bucket;  /* objects of the row above the current one in the dominator tree */
    struct { uint32_t node, next; } *stack;   /* next: an index of the tree's children */
    size_t stack_count;
};

/* --- rows of types --- */

static int compare_modules(const void *left, const void *right, void *context)
{
    const struct heap *heap = context;
    struct span a = heap->types[*(const uint32_t *)left].module, b = heap->types[*(const uint32_t *)right].module;
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common ? memcmp(a.bytes, b.bytes, common) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

static void bucket_each_type(struct counter *counter)
{
    for (uint32_t type = 0; type < counter->model->heap->type_count; type++) {
        counter->bucket_of_type[type] = type;
        counter->buckets[type].type = type;
    }
    counter->bucket_count = counter->model->heap->type_count;
}

static enum wh_status bucket_by_module(struct counter *counter, struct wh_error *error)
{
    const struct heap *heap = counter->model->heap;
    uint32_t *order = NULL;
    enum wh_status status = array_alloc((size_t)heap->type_count + 1, sizeof(uint32_t), "the order of modules", error, &order);
    if (status)
        return status;
    for (uint32_t type = 0; type < heap->type_count; type++)
        order[type] = type;
    qsort_r(order, heap->type_count, sizeof(*order), compare_modules, (void *)heap);
    for (uint32_t i = 0; i < heap->type_count; i++) {
        if (!i || compare_modules(&order[i - 1], &order[i], (void *)heap))
            counter->buckets[counter->bucket_count++].type = order[i];
        counter->bucket_of_type[order[i]] = counter->bucket_count - 1;
    }
    free(order);
    return WH_OK;
}

/* --- one walk over the dominator tree --- */

static struct bucket *bucket_of(const struct counter *counter, uint32_t node)
{
    return &counter->buckets[counter->bucket_of_type[counter->model->heap->type_of_node[node]]];
}

static void count(struct counter *counter, struct bucket *bucket, uint32_t node)
{
    bucket->count++;
    bucket->shallow += model_shallow(counter->model, node);
    if (!counter->depth_of_bucket[bucket - counter->buckets])
        bucket->retained += model_retained(counter->model, node);
}

static void enter(struct counter *counter, uint32_t node)
{
    if (node < counter->model->heap->node_count) {
        struct bucket *bucket = bucket_of(counter, node);
        count(counter, bucket, node);
        counter->depth_of_bucket[bucket - counter->buckets]++;
    }
    counter->stack[counter->stack_count].node = node;
    counter->stack[counter->stack_count++].next = counter->model->tree->first_child_of_node[node];
}

static void leave(struct counter *counter, uint32_t node)
{
    counter->stack_count--;
    if (node < counter->model->heap->node_count)
        counter->depth_of_bucket[bucket_of(counter, node) - counter->buckets]--;
}

/*
 * The sum of retained sizes over the objects that no object of the same row dominates, for all rows in one pass: as Chrome
 * DevTools computes a class's retained size, and what Eclipse MAT calls the minimum retained size of a set's top ancestors.
 */
static void count_live(struct counter *counter)
{
    const struct dominator_tree *tree = counter->model->tree;
    const uint32_t *count_of_node = counter->model->retained->retained_count_of_node;
    enter(counter, graph_virtual_root(&counter->model->retention->graph));
    while (counter->stack_count) {
        uint32_t node = counter->stack[counter->stack_count - 1].node, next = counter->stack[counter->stack_count - 1].next;
        uint32_t end = tree->first_child_of_node[node + 1];
        for (; next < end && count_of_node[tree->child[next]] == 1; next++) /* those that dominate nothing, which most do */
            count(counter, bucket_of(counter, tree->child[next]), tree->child[next]);
        counter->stack[counter->stack_count - 1].next = next + 1;
        if (next < end)
            enter(counter, tree->child[next]);
        else
            leave(counter, node);
    }
}

static enum wh_status alloc_counter(struct counter *counter, struct wh_error *error)
{
    size_t types = (size_t)counter->model->heap->type_count + 1, nodes = (size_t)counter->model->heap->node_count + 2;
    enum wh_status status = array_alloc_zeroed(types, sizeof(*counter->buckets), "sums by type", error, &counter->buckets);
    if (!status)
        status = array_alloc_zeroed(types, sizeof(uint32_t), "rows of types", error, &counter->bucket_of_type);
    if (!status)
        status = array_alloc_zeroed(types, sizeof(uint32_t), "depths of types", error, &counter->depth_of_bucket);
    if (!status)
        status = array_alloc(nodes, sizeof(*counter->stack), "the walk over the dominator tree", error, &counter->stack);
    return status;
}

/* --- output --- */

static int compare_buckets(const void *left, const void *right)
{
    const struct bucket *a = left, *b = right;
    if (a->retained != b->retained)
        return a->retained > b->retained ? -1 : 1;
    return (a->type > b->type) - (a->type < b->type);
}

static uint32_t drop_empty(struct counter *counter)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < counter->bucket_count; i++) {
        if (counter->buckets[i].count)
            counter->buckets[kept++] = counter->buckets[i];
    }
    return kept;
}

static const char *bucket_name(const struct heap_type *type, enum wh_top_by by, struct arena *arena)
{
    struct text text = {0};
    if (by == WH_TOP_MODULE)
        text_add_name(&text, type->module);
    else
        model_write_type(type, &text);
    const char *name = arena_string(arena, text_string(&text));
    arena->failed |= text.failed;
    text_deinit(&text);
    return name;
}

static void output_buckets(struct counter *counter, enum wh_top_by by, size_t limit, struct top_result *result)
{
    uint32_t count = drop_empty(counter);
    struct wh_top *top = &result->top;
    size_t shown = limit && limit < count ? limit : count;
    qsort(counter->buckets, count, sizeof(*counter->buckets), compare_buckets);
    top->rows = arena_array(&result->arena, shown, sizeof(*top->rows));
    for (uint32_t i = 0; top->rows && i < count; i++) {
        const struct bucket *bucket = &counter->buckets[i];
        if (i < shown) {
            top->rows[top->row_count++] = (struct wh_top_row){
                bucket_name(&counter->model->heap->types[bucket->type], by, &result->arena), bucket->count, bucket->shallow, bucket->retained};
        } else {
            top->omitted_rows++;
            top->omitted_count += bucket->count;
            top->omitted_shallow_bytes += bucket->shallow;
        }
    }
}

static enum wh_status top_of_types(const struct model *model, enum wh_top_by by, size_t limit, struct wh_error *error, struct top_result *result)
{
    struct counter counter = {.model = model};
    enum wh_status status = alloc_counter(&counter, error);
    if (!status && by == WH_TOP_TYPE)
        bucket_each_type(&counter);
    else if (!status)
        status = bucket_by_module(&counter, error);
    if (!status) {
        count_live(&counter);
        output_buckets(&counter, by, limit, result);
    }
    free(counter.buckets);
    free(counter.bucket_of_type);
    free(counter.depth_of_bucket);
    free(counter.stack);
    return status;
}

static enum wh_status holder_row(const struct model *model, const struct accumulation *point, struct arena *arena, struct wh_error *error,
                                 struct wh_top_row *row)
{
    struct text text = {0};
    enum wh_status status = naming_expression(model, point->node, false, error, &text);
    *row = (struct wh_top_row){arena_string(arena, text_string(&text)), point->objects, model_shallow(model, point->node), point->bytes};
    arena->failed |= text.failed;
    text_deinit(&text);
    return status;
}

static enum wh_status top_of_holders(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct top_result *result)
{
    enum wh_status status = analysis_need_accumulations(analysis, error);
    if (status)
        return status;
    const struct accumulations *accumulations = &analysis->accumulations;
    size_t shown = limit && limit < accumulations->count ? limit : accumulations->count;
    result->top.rows = arena_array(&result->arena, shown, sizeof(*result->top.rows));
    for (uint32_t i = 0; !status && result->top.rows && i < shown; i++)
        status = holder_row(&analysis->model, &accumulations->points[i], &result->arena, error, &result->top.rows[result->top.row_count++]);
    for (size_t i = shown; i < accumulations->count; i++) {
        result->top.omitted_rows++;
        result->top.omitted_count += accumulations->points[i].objects;
        result->top.omitted_shallow_bytes += model_shallow(&analysis->model, accumulations->points[i].node);
    }
    return status;
}

enum wh_status wh_top(struct wh_analysis *analysis, enum wh_top_by by, size_t limit, struct wh_error *error, struct wh_top **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_model(analysis, error);
    if (status)
        return status;
    struct top_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the table");
    status = by == WH_TOP_HOLDER ? top_of_holders(analysis, limit, error, result) : top_of_types(&analysis->model, by, limit, error, result);
    if (!status)
        status = arena_status(&result->arena, error);
    if (status)
        wh_top_free(&result->top);
    else
        *ret = &result->top;
    return status;
}

void wh_top_free(struct wh_top *top)
{
    struct top_result *result = (struct top_result *)top;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
