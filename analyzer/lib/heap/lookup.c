/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/lookup.h"

#include <stdlib.h>

#include "base/array.h"

enum { SCANS_MAX = 3 };

void lookup_deinit(struct lookup *lookup)
{
    region_index_deinit(&lookup->regions);
    id_index_deinit(&lookup->ids);
    reverse_graph_deinit(&lookup->reverse);
    lookup->built = false;
}

/* All references as a graph, without copying them. */
static struct graph whole_graph(const struct heap *heap)
{
    return (struct graph){.node_count = heap->node_count, .edge_count = (uint32_t)heap->ref_count,
                          .first_edge_of_node = heap->first_ref_of_node, .target_of_edge = heap->target_of_ref};
}

enum wh_status lookup_ask(struct lookup *lookup, struct wh_error *error)
{
    if (lookup->built || ++lookup->questions <= SCANS_MAX)
        return WH_OK;
    const struct heap *heap = lookup->heap;
    struct graph graph = whole_graph(heap);
    uint64_t *ids = NULL;
    enum wh_status status = heap_ids(heap, error, &ids);
    if (!status)
        status = id_index_init(ids, heap->node_count, heap->region_count, error, &lookup->ids);
    free(ids);
    if (!status)
        status = region_index_init(heap->base_of_region, heap->region_count, error, &lookup->regions);
    if (!status)
        status = reverse_graph_init(&graph, error, &lookup->reverse);
    if (status)
        lookup_deinit(lookup);
    lookup->built = !status;
    return status;
}

uint32_t lookup_address(const struct lookup *lookup, uint64_t address)
{
    const struct heap *heap = lookup->heap;
    if (!lookup->built)
        return heap_find_address(heap, address);
    return address % (1 << GRANULE_BITS) ? HEAP_NULL : id_index_find(&lookup->ids, region_index_find(&lookup->regions, address));
}

/* Rows for the referrers up to `end`; one that refers several times stands there as often, and so do its references. */
static void fill_rows(const struct lookup *lookup, uint32_t node, uint32_t limit, struct referrers *ret)
{
    const struct heap *heap = lookup->heap;
    uint32_t first = lookup->reverse.first_referrer_of_node[node], end = lookup->reverse.first_referrer_of_node[node + 1];
    uint32_t previous = HEAP_NULL;
    for (uint32_t i = first; i < end && ret->count < limit; i++) {
        uint32_t source = lookup->reverse.referrer[i];
        if (source == previous)
            continue;
        previous = source;
        for (uint32_t ref = heap->first_ref_of_node[source]; ref < heap->first_ref_of_node[source + 1] && ret->count < limit; ref++) {
            if (heap->target_of_ref[ref] == node)
                ret->rows[ret->count++] = (struct referrer){node, source, ref};
        }
    }
}

enum wh_status lookup_referrers(const struct lookup *lookup, uint32_t node, uint32_t limit, struct wh_error *error, uint64_t *total,
                                struct referrers *ret)
{
    *ret = (struct referrers){0};
    *total = 0;
    if (!lookup->built) {
        enum wh_status status = referrers_find(lookup->heap, &node, 1, 0, error, ret);
        *total = ret->count;
        ret->count = ret->count < limit ? ret->count : limit;
        return status;
    }
    *total = lookup->reverse.first_referrer_of_node[node + 1] - lookup->reverse.first_referrer_of_node[node];
    uint32_t count = *total < limit ? (uint32_t)*total : limit;
    enum wh_status status = array_alloc(count, sizeof(*ret->rows), "a list of referrers", error, &ret->rows);
    if (!status)
        fill_rows(lookup, node, count, ret);
    return status;
}
