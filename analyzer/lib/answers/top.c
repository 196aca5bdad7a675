/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_top: how much there is of what. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "answers/top_count.h"
#include "naming/naming.h"


/* --- rows of types --- */

static int compare_modules(const void *left, const void *right, void *context)
{
    const struct heap *heap = context;
    struct span a = heap->types[*(const uint32_t *)left].module, b = heap->types[*(const uint32_t *)right].module;
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common ? memcmp(a.bytes, b.bytes, common) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

static enum wh_status bucket_by_module(struct top_counter *counter, struct wh_error *error)
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

/* --- output --- */

static uint32_t drop_empty(struct top_counter *counter)
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

static void output_buckets(struct top_counter *counter, enum wh_top_by by, size_t limit, struct top_result *result)
{
    uint32_t count = drop_empty(counter);
    struct wh_top *top = &result->top;
    size_t shown = limit && limit < count ? limit : count;
    qsort(counter->buckets, count, sizeof(*counter->buckets), top_compare_buckets);
    top->rows = arena_array(&result->arena, shown, sizeof(*top->rows));
    for (uint32_t i = 0; top->rows && i < count; i++) {
        const struct top_bucket *bucket = &counter->buckets[i];
        if (i < shown) {
            top->rows[top->row_count++] = (struct wh_top_row){
                .name = bucket_name(&counter->model->heap->types[bucket->type], by, &result->arena), .count = bucket->count,
                .shallow_bytes = bucket->shallow, .retained_bytes = bucket->retained};
        } else {
            top->omitted_rows++;
            top->omitted_count += bucket->count;
            top->omitted_shallow_bytes += bucket->shallow;
        }
    }
}

static enum wh_status top_of_types(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct top_result *result)
{
    struct top_counter counter = {.model = &analysis->model, .bucket_count = analysis->heap.type_count};
    enum wh_status status = analysis_need_type_sums(analysis, error);
    if (!status)
        status = array_alloc_zeroed((size_t)counter.bucket_count + 1, sizeof(*counter.buckets), "rows of types", error, &counter.buckets);
    for (uint32_t type = 0; !status && type < counter.bucket_count; type++) {
        const struct type_sum *sum = &analysis->type_sums[type];
        counter.buckets[type] = (struct top_bucket){type, sum->count, sum->shallow, sum->retained};
    }
    if (!status)
        output_buckets(&counter, WH_TOP_TYPE, limit, result);
    free(counter.buckets);
    return status;
}

static enum wh_status top_of_modules(const struct model *model, size_t limit, struct wh_error *error, struct top_result *result)
{
    struct top_counter counter = {.model = model};
    enum wh_status status = top_counter_init(&counter, model->heap->type_count, error);
    if (!status)
        status = array_alloc_zeroed((size_t)model->heap->type_count + 1, sizeof(uint32_t), "rows of types", error, &counter.bucket_of_type);
    if (!status)
        status = bucket_by_module(&counter, error);
    if (!status) {
        top_counter_run(&counter);
        output_buckets(&counter, WH_TOP_MODULE, limit, result);
    }
    free(counter.bucket_of_type);
    top_counter_deinit(&counter);
    return status;
}

static enum wh_status holder_row(const struct model *model, const struct accumulation *point, struct arena *arena, struct wh_error *error,
                                 struct wh_top_row *row)
{
    struct text text = {0};
    enum wh_status status = WH_OK;
    if (accumulation_has_no_holder(point)) {   /* as the verdict calls them: by their number and type */
        text_addf(&text, "%" PRIu32 " × ", point->member_count);
        model_write_type(&model->heap->types[point->member_type], &text);
        text_add(&text, point->kind == ACCUMULATION_GARBAGE ? " in cycles that nothing reaches" : " held by native code");
    } else {
        status = naming_expression(model, point->node, false, error, &text);
    }
    *row = (struct wh_top_row){.name = arena_string(arena, text_string(&text)), .count = point->objects,
                               .shallow_bytes = model_shallow(model, point->node), .retained_bytes = point->bytes};
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
    enum wh_status status = by == WH_TOP_TYPE ? analysis_need_retained(analysis, error) :
                            by == WH_TOP_MODULE ? analysis_need_tree(analysis, error) : analysis_need_model(analysis, error);
    if (status)
        return status;
    struct top_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the table");
    if (by == WH_TOP_LINE)
        status = top_of_lines(analysis, limit, error, result);
    else if (by == WH_TOP_HOLDER)
        status = top_of_holders(analysis, limit, error, result);
    else if (by == WH_TOP_MODULE)
        status = top_of_modules(&analysis->model, limit, error, result);
    else
        status = top_of_types(analysis, limit, error, result);
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
