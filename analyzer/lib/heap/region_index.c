/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/region_index.h"

#include <stdlib.h>

#include <whoholds/formats/schema.h>

#include "base/array.h"

/* Of regions with one base, which no writer makes, the first. */
static int compare_bases(const void *left, const void *right)
{
    const struct region_base *a = left, *b = right;
    if (a->base != b->base)
        return a->base < b->base ? -1 : 1;
    return (a->region > b->region) - (a->region < b->region);
}

enum wh_status region_index_init(const uint64_t *base_of_region, uint64_t count, struct wh_error *error, struct region_index *ret)
{
    *ret = (struct region_index){.count = count};
    enum wh_status status = array_alloc(count, sizeof(*ret->rows), "the order of regions", error, &ret->rows);
    if (status)
        return status;
    for (uint64_t i = 0; i < count; i++)
        ret->rows[i] = (struct region_base){base_of_region[i], i + 1};
    if (count)
        qsort(ret->rows, count, sizeof(*ret->rows), compare_bases);
    return WH_OK;
}

void region_index_deinit(struct region_index *index)
{
    free(index->rows);
    *index = (struct region_index){0};
}

uint64_t region_index_find(const struct region_index *index, uint64_t address)
{
    uint64_t low = 0, high = index->count, base = address >> REGION_BITS;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (index->rows[middle].base < base)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->count && index->rows[low].base == base ? granule_id(index->rows[low].region, address) : 0;
}
