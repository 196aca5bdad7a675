/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/referrers.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap.h"

struct finder {
    const struct heap *heap;
    struct wh_error *error;
    struct referrers *ret;
    uint32_t capacity;
    uint32_t limit;
    const uint32_t *targets;   /* ascending, each once */
    uint32_t target_count;
    uint32_t *found;           /* parallel to targets */
    uint64_t *wanted;          /* bitmap by node */
};

static int compare_nodes(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static uint32_t index_of(const struct finder *finder, uint32_t target)
{
    const uint32_t *at = bsearch(&target, finder->targets, finder->target_count, sizeof(uint32_t), compare_nodes);
    return (uint32_t)(at - finder->targets);
}

static enum wh_status append(struct finder *finder, struct referrer row)
{
    struct referrers *ret = finder->ret;
    if (ret->count == finder->capacity) {
        uint32_t capacity = finder->capacity ? finder->capacity * 2 : 64;
        struct referrer *rows = realloc(ret->rows, (size_t)capacity * sizeof(*rows));
        if (!rows)
            return wh_error_set(finder->error, WH_ERR_RESOURCE, "out of memory for a list of referrers");
        ret->rows = rows;
        finder->capacity = capacity;
    }
    ret->rows[ret->count++] = row;
    return WH_OK;
}

static enum wh_status scan(struct finder *finder)
{
    const struct heap *heap = finder->heap;
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        for (uint32_t ref = heap->first_ref_of_node[node]; !status && ref < heap->first_ref_of_node[node + 1]; ref++) {
            uint32_t target = heap->target_of_ref[ref];
            if (!bitmap_test(finder->wanted, target))
                continue;
            uint32_t index = index_of(finder, target);
            if (!finder->limit || finder->found[index]++ < finder->limit)
                status = append(finder, (struct referrer){target, node, ref});
        }
    }
    return status;
}

static int compare_rows(const void *left, const void *right)
{
    const struct referrer *a = left, *b = right;
    if (a->target != b->target)
        return a->target < b->target ? -1 : 1;
    return (a->ref > b->ref) - (a->ref < b->ref); /* references ascend with their sources */
}

static uint32_t sort_unique(uint32_t *nodes, uint32_t count)
{
    uint32_t kept = 0;
    qsort(nodes, count, sizeof(*nodes), compare_nodes);
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i] != HEAP_NULL && (!kept || nodes[kept - 1] != nodes[i]))
            nodes[kept++] = nodes[i];
    }
    return kept;
}

static enum wh_status find(struct finder *finder, uint32_t *sorted, const uint32_t *targets, uint32_t target_count)
{
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(finder->heap->node_count), sizeof(uint64_t), "wanted objects",
                                               finder->error, &finder->wanted);
    if (!status)
        status = array_alloc_zeroed(target_count, sizeof(uint32_t), "counts of referrers", finder->error, &finder->found);
    if (status)
        return status;
    memcpy(sorted, targets, target_count * sizeof(*sorted));
    finder->targets = sorted;
    finder->target_count = sort_unique(sorted, target_count);
    for (uint32_t i = 0; i < finder->target_count; i++)
        bitmap_set(finder->wanted, sorted[i]);
    status = scan(finder);
    if (!status && finder->ret->count)
        qsort(finder->ret->rows, finder->ret->count, sizeof(*finder->ret->rows), compare_rows);
    return status;
}

enum wh_status referrers_find(const struct heap *heap, const uint32_t *targets, uint32_t target_count, uint32_t limit,
                              struct wh_error *error, struct referrers *ret)
{
    struct finder finder = {.heap = heap, .error = error, .ret = ret, .limit = limit};
    uint32_t *sorted = NULL;
    *ret = (struct referrers){0};
    if (!target_count)
        return WH_OK;
    enum wh_status status = array_alloc(target_count, sizeof(uint32_t), "wanted objects", error, &sorted);
    if (!status)
        status = find(&finder, sorted, targets, target_count);
    free(sorted);
    free(finder.wanted);
    free(finder.found);
    if (status)
        referrers_deinit(ret);
    return status;
}

static bool is_reference(const struct heap *heap, const struct referrer *row)
{
    return row->target < heap->node_count && row->source < heap->node_count && heap->first_ref_of_node[row->source] <= row->ref &&
           row->ref < heap->first_ref_of_node[row->source + 1] && heap->target_of_ref[row->ref] == row->target;
}

bool referrers_restore(const struct heap *heap, const struct referrer *rows, uint64_t count, struct referrers *ret)
{
    *ret = (struct referrers){0};
    if (count >= UINT32_MAX)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        if (!is_reference(heap, &rows[i]) || (i && compare_rows(&rows[i - 1], &rows[i]) >= 0))
            return false;
    }
    if (array_alloc(count, sizeof(*ret->rows), "referrers", NULL, &ret->rows))
        return false;
    if (count)
        memcpy(ret->rows, rows, count * sizeof(*rows));
    ret->count = (uint32_t)count;
    return true;
}

void referrers_deinit(struct referrers *referrers)
{
    free(referrers->rows);
    *referrers = (struct referrers){0};
}

const struct referrer *referrers_of(const struct referrers *referrers, uint32_t target, uint32_t *count)
{
    uint32_t low = 0, high = referrers->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (referrers->rows[middle].target < target)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < referrers->count && referrers->rows[low + *count].target == target; ++*count)
        ;
    return referrers->rows + low;
}
