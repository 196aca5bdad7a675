/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/type_sums.h"

#include <stdlib.h>

#include "answers/top_count.h"
#include "base/array.h"

_Static_assert(sizeof(struct type_sum) == 24, "rows of the file have no padding");

static int compare_names(const void *left, const void *right, void *context)
{
    const struct heap *heap = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = span_compare(heap->types[a].module, heap->types[b].module);
    order = order ? order : span_compare(heap->types[a].name, heap->types[b].name);
    return order ? order : (a > b) - (a < b);
}

static bool has_name_of(const struct heap *heap, uint32_t a, uint32_t b)
{
    return span_compare(heap->types[a].module, heap->types[b].module) == 0 && span_compare(heap->types[a].name, heap->types[b].name) == 0;
}

/* Classes that a function makes anew each time it is called share a name, and nobody tells them apart: they count as the first of them. */
static enum wh_status bucket_by_name(struct top_counter *counter, struct wh_error *error)
{
    const struct heap *heap = counter->model->heap;
    uint32_t *order = NULL;
    enum wh_status status = array_alloc((size_t)heap->type_count + 1, sizeof(uint32_t), "the order of types", error, &order);
    if (status)
        return status;
    for (uint32_t type = 0; type < heap->type_count; type++)
        order[type] = type;
    qsort_r(order, heap->type_count, sizeof(*order), compare_names, (void *)heap);
    for (uint32_t i = 0, first = 0; i < heap->type_count; i++) {
        first = i && has_name_of(heap, order[first], order[i]) ? first : i;
        counter->bucket_of_type[order[i]] = order[first];
    }
    free(order);
    return WH_OK;
}

static void take_sums(const struct top_counter *counter, struct type_sum *ret)
{
    for (uint32_t type = 0; type < counter->model->heap->type_count; type++)
        ret[type] = (struct type_sum){counter->buckets[type].count, counter->buckets[type].shallow, counter->buckets[type].retained};
}

enum wh_status type_sums_make(const struct model *model, struct wh_error *error, struct type_sum **ret)
{
    uint32_t types = model->heap->type_count;
    struct top_counter counter = {.model = model};
    enum wh_status status = array_alloc_zeroed(types, sizeof(**ret), "sums of types", error, ret);
    if (!status)
        status = top_counter_init(&counter, types, error);
    if (!status)
        status = array_alloc(types, sizeof(uint32_t), "rows of types", error, &counter.bucket_of_type);
    if (!status)
        status = bucket_by_name(&counter, error);
    if (!status) {
        top_counter_run(&counter);
        take_sums(&counter, *ret);
    }
    free(counter.bucket_of_type);
    top_counter_deinit(&counter);
    return status;
}
