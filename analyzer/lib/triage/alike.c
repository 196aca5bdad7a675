/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "triage/alike.h"

#include <stdlib.h>

#include "base/array.h"

struct print { uint64_t hash; uint32_t type, node; };

static int compare_prints(const void *left, const void *right)
{
    const struct print *a = left, *b = right;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

/* The live ones, once each, alike ones side by side. */
static uint32_t gather(const struct model *model, const uint64_t *except_bitmap, struct print *prints)
{
    const struct heap *heap = model->heap;
    uint32_t count = 0, kept = 0;
    for (uint32_t row = 0; row < heap->fingerprint_count; row++) {
        uint32_t node = heap->fingerprints[row].node;
        if (dominators_is_live(model->dominators, node) && !bitmap_test(except_bitmap, node))
            prints[count++] = (struct print){heap->fingerprints[row].hash, heap->type_of_node[node], node};
    }
    if (count)
        qsort(prints, count, sizeof(*prints), compare_prints);
    for (uint32_t i = 0; i < count; i++) {
        if (!kept || prints[kept - 1].node != prints[i].node)
            prints[kept++] = prints[i];
    }
    return kept;
}

static struct alike_group measure(const struct model *model, const struct print *prints, uint32_t first, uint32_t count)
{
    struct alike_group group = {.first = first, .count = count};
    uint64_t largest = 0;
    for (uint32_t i = first; i < first + count; i++) {
        uint64_t size = model_shallow(model, prints[i].node);
        group.bytes += size;
        largest = size > largest ? size : largest;
    }
    group.wasted = group.bytes - largest;
    return group;
}

static void find_groups(const struct model *model, const struct print *prints, uint32_t count, struct alike *ret)
{
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && prints[end].hash == prints[first].hash && prints[end].type == prints[first].type;)
            end++;
        if (end - first < 2)
            continue;
        struct alike_group group = measure(model, prints, first, end - first);
        ret->groups[ret->group_count++] = group;
        ret->count += group.count;
        ret->wasted += group.wasted;
    }
    for (uint32_t i = 0; i < count; i++)
        ret->nodes[i] = prints[i].node;
}

static int compare_groups(const void *left, const void *right)
{
    const struct alike_group *a = left, *b = right;
    if (a->wasted != b->wasted)
        return a->wasted > b->wasted ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

enum wh_status alike_init(const struct model *model, const uint64_t *except_bitmap, struct wh_error *error, struct alike *ret)
{
    uint32_t rows = model->heap->fingerprint_count;
    struct print *prints = NULL;
    *ret = (struct alike){0};
    enum wh_status status = array_alloc(rows, sizeof(*prints), "fingerprints of strings", error, &prints);
    if (!status)
        status = array_alloc(rows, sizeof(uint32_t), "strings that are alike", error, &ret->nodes);
    if (!status)
        status = array_alloc(rows / 2 + 1, sizeof(*ret->groups), "groups of strings that are alike", error, &ret->groups);
    if (!status)
        find_groups(model, prints, gather(model, except_bitmap, prints), ret);
    free(prints);
    if (status)
        alike_deinit(ret);
    else if (ret->group_count)
        qsort(ret->groups, ret->group_count, sizeof(*ret->groups), compare_groups);
    return status;
}

void alike_deinit(struct alike *alike)
{
    free(alike->nodes);
    free(alike->groups);
    *alike = (struct alike){0};
}
