/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shares_add_up(): references are put back one after the other, the last first. What each leads to, and none before it led to, is freed no sooner than
 * it goes. What is left when all but the first are back is the first one's, and is not even looked at.
 */
#include <stdlib.h>

#include "base/array.h"
#include "base/node_vector.h"
#include "graph/shares.h"

static const char *const purpose = "what the references free";

/* A reference of the cut, by its node. */
struct placed { uint32_t node, index, place; };

struct adder {
    const struct edge_view *view;
    const struct node_sizes *sizes;
    const struct cut_edges *cut;
    const struct freed_nodes *freed;
    struct wh_error *error;
    uint64_t *back_bitmap;          /* by node: it is held again */
    struct placed *placed;          /* ascending by node; of holders that are freed themselves */
    uint32_t placed_count;
    struct node_vector waiting;
    uint32_t place;
    uint64_t bytes;                 /* of what is held again */
};

static enum wh_status hold(struct adder *adder, uint32_t node)
{
    if (!bitmap_test(adder->freed->freed_bitmap, node) || bitmap_test(adder->back_bitmap, node))
        return WH_OK;
    bitmap_set(adder->back_bitmap, node);
    adder->bytes += node_sizes_get(adder->sizes, node);
    return node_vector_add(&adder->waiting, node, purpose, adder->error);
}

static enum wh_status hold_reference(struct adder *adder, uint32_t index)
{
    const struct cut_edge *row = &adder->cut->edges[index];
    enum wh_status status = WH_OK;
    for (uint32_t edge = row->edge; !status && edge <= cut_edge_last(row); edge++)
        status = hold(adder, adder->view->graph->target_of_edge[edge]);
    return status;
}

static uint32_t first_placed(const struct adder *adder, uint32_t node)
{
    uint32_t low = 0, high = adder->placed_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (adder->placed[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A holder that was freed itself is there again, and with it those of its references that are back. */
static enum wh_status hold_own_references(struct adder *adder, uint32_t node)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = first_placed(adder, node); !status && i < adder->placed_count && adder->placed[i].node == node; i++) {
        if (adder->placed[i].place >= adder->place)
            status = hold_reference(adder, adder->placed[i].index);
    }
    return status;
}

static enum wh_status hold_referents(struct adder *adder)
{
    const struct edge_view *view = adder->view;
    const uint32_t *target_of_edge = view->graph->target_of_edge;
    enum wh_status status = WH_OK;
    while (!status && adder->waiting.count) {
        uint32_t node = adder->waiting.nodes[--adder->waiting.count], last = edge_view_last(view, node);
        for (uint32_t edge = edge_view_first(view, node); !status && edge < last; edge++) {
            if (!edge_view_is_silent(view, edge))
                status = hold(adder, target_of_edge[edge]);
        }
        if (!status)
            status = hold(adder, edge_view_kind_target(view, node));
        if (!status && adder->placed_count)
            status = hold_own_references(adder, node);
    }
    return status;
}

static bool is_there(const struct adder *adder, uint32_t node)
{
    return bitmap_test(adder->freed->reached_bitmap, node) || bitmap_test(adder->back_bitmap, node);
}

static enum wh_status put_back(struct adder *adder, const uint32_t *order, const struct progress *progress, uint64_t *bytes_of_place)
{
    enum wh_status status = WH_OK;
    for (uint32_t place = adder->cut->count; !status && place-- > 0;) {
        bytes_of_place[place] = adder->freed->all.bytes - adder->bytes;
        adder->place = place;
        if (!place)
            break;
        status = progress_tick(progress, purpose, place, adder->cut->count, adder->error);
        if (!status && is_there(adder, adder->cut->edges[order[place]].node))
            status = hold_reference(adder, order[place]);
        if (!status)
            status = hold_referents(adder);
    }
    return status;
}

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static enum wh_status place_references(struct adder *adder, const uint32_t *order)
{
    enum wh_status status = array_alloc(adder->cut->count, sizeof(*adder->placed), purpose, adder->error, &adder->placed);
    for (uint32_t place = 0; !status && place < adder->cut->count; place++) {
        uint32_t node = adder->cut->edges[order[place]].node;
        if (bitmap_test(adder->freed->freed_bitmap, node))
            adder->placed[adder->placed_count++] = (struct placed){node, order[place], place};
    }
    if (!status && adder->placed_count)
        qsort(adder->placed, adder->placed_count, sizeof(*adder->placed), compare_placed);
    return status;
}

enum wh_status shares_add_up(const struct edge_view *view, const struct node_sizes *sizes, const struct cut_edges *cut, const struct freed_nodes *freed,
                             const uint32_t *order, const struct progress *progress, struct wh_error *error, uint64_t *bytes_of_place)
{
    struct adder adder = {.view = view, .sizes = sizes, .cut = cut, .freed = freed, .error = error};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(view->graph->node_count), sizeof(uint64_t), purpose, error, &adder.back_bitmap);
    if (!status)
        status = place_references(&adder, order);
    if (!status)
        status = put_back(&adder, order, progress, bytes_of_place);
    free(adder.back_bitmap);
    free(adder.placed);
    node_vector_deinit(&adder.waiting);
    return status;
}
