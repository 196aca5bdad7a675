/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/crossing.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const char *const purpose = "the cut";

/* --- what was merged is taken back --- */

struct returner {
    struct cut_region *region;
    struct node_vector source_side;    /* from which references to the sink's side are counted */
    struct node_vector carried;        /* scratch */
    uint64_t *before_of_inner;         /* what references from the source's side count that nothing but the node makes cross */
    bool shared;                       /* there are pairs of which both ends are on the sink's side: they are not counted */
    bool changed;
    struct wh_error *error;
};

static void count_before(struct returner *returner, uint32_t node)
{
    struct cut_region *region = returner->region;
    struct cut_link link;
    for (uint32_t at = edge_view_first(region->view, node); cut_link_next(region->view, region->rules, node, &at, &link);) {
        bool target = bitmap_test(region->sink_bitmap, link.target), with = bitmap_test(region->sink_bitmap, link.with);
        uint32_t only = target ? link.target : link.with;
        returner->shared |= target & with;
        if (target == with || !bitmap_test(region->inner_bitmap, only))
            continue;
        uint64_t *before = &returner->before_of_inner[bitmap_ranks_get(&region->inner, only)];
        *before = cut_add(*before, cut_capacity(region->view, region->rules, node, link.edge));
    }
}

/* Is it on the sink's side, if these two are not? */
static bool stays(const struct cut_region *region, uint32_t node, uint32_t one, uint32_t other)
{
    return bitmap_test(region->sink_bitmap, node) && node != one && node != other;
}

/* What would cross, `enough` and one more at most, if the node and those that were merged along with it were on the source's side. Lists them. */
static enum wh_status cost_of_return(struct returner *returner, uint32_t node, uint64_t enough, uint64_t *ret)
{
    struct cut_region *region = returner->region;
    struct node_vector *carried = &returner->carried;
    struct cut_link link;
    *ret = 0;
    carried->count = 0;
    enum wh_status status = node_vector_add(carried, node, purpose, returner->error);
    for (uint32_t i = 0; !status && i < carried->count && *ret <= enough; i++) {
        uint32_t from = carried->nodes[i];
        for (uint32_t at = edge_view_first(region->view, from); !status && *ret <= enough && cut_link_next(region->view, region->rules, from, &at, &link);) {
            if (!stays(region, link.target, node, from) && !stays(region, link.with, node, from))
                continue;
            uint64_t capacity = cut_capacity(region->view, region->rules, from, link.edge);
            if (capacity == CUT_INFINITE && !link.pair && bitmap_test(region->carried_bitmap, link.target))
                status = node_vector_add(carried, link.target, purpose, returner->error);
            else
                *ret = cut_add(*ret, capacity);
        }
    }
    return status;
}

static enum wh_status take_back(struct returner *returner)
{
    const struct node_vector *carried = &returner->carried;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; i < carried->count; i++)
        bitmap_clear(returner->region->sink_bitmap, carried->nodes[i]);
    for (uint32_t i = 0; !status && i < carried->count; i++) {
        count_before(returner, carried->nodes[i]);
        status = node_vector_add(&returner->source_side, carried->nodes[i], purpose, returner->error);
    }
    returner->changed = true;
    return status;
}

/*
 * The last one merged first. Merging was of use for each as it was then, so if one goes to the source's side nothing else that was open before it
 * goes along: that is tried for each alone.
 */
static enum wh_status take_back_all(struct returner *returner)
{
    struct cut_region *region = returner->region;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; i < returner->source_side.count; i++)
        count_before(returner, returner->source_side.nodes[i]);
    for (uint32_t at = region->merged.count; !status && at-- > 0;) {
        uint32_t node = region->merged.nodes[at];
        uint64_t before = returner->before_of_inner[bitmap_ranks_get(&region->inner, node)], cost;
        if (!bitmap_test(region->sink_bitmap, node) || (!before && !bitmap_test(region->idle_bitmap, node)))
            continue;
        status = cost_of_return(returner, node, before, &cost);
        if (!status && cost <= before)
            status = take_back(returner);
    }
    return status;
}

/* More rounds are for pairs whose other end has gone to the source's side. */
enum { ROUNDS_MAX = 4 };

static enum wh_status take_back_merged(struct returner *returner)
{
    enum wh_status status = WH_OK;
    returner->shared = returner->changed = true;
    for (unsigned round = 0; !status && returner->shared && returner->changed && round < ROUNDS_MAX; round++) {
        returner->shared = returner->changed = false;
        memset(returner->before_of_inner, 0, returner->region->inner.count * sizeof(*returner->before_of_inner));
        status = take_back_all(returner);
    }
    return status;
}

/* --- the sides of all nodes --- */

static bool leads_to_sink(const struct cut_region *region, uint32_t node)
{
    struct cut_link link;
    for (uint32_t at = edge_view_first(region->view, node); cut_link_next(region->view, region->rules, node, &at, &link);) {
        if (cut_region_crosses(region, &link))
            return true;
    }
    return false;
}

/* Adds what of the rest refers to the sink's side. False: there was none. */
static bool close_sink(struct cut_region *region, const uint64_t *rest_bitmap, bool back)
{
    size_t words = bitmap_word_count(region->view->graph->node_count);
    bool changed = false;
    for (size_t step = 0; step < words; step++) {
        size_t word = back ? words - 1 - step : step;
        for (uint64_t bits = rest_bitmap[word] & ~region->sink_bitmap[word]; bits;) {
            unsigned bit = back ? 63 - (unsigned)__builtin_clzll(bits) : (unsigned)__builtin_ctzll(bits);
            bits &= ~(UINT64_C(1) << bit);
            uint32_t node = (uint32_t)(word * BITMAP_WORD_BITS + bit);
            if (!leads_to_sink(region, node))
                continue;
            bitmap_set(region->sink_bitmap, node);
            changed = true;
        }
    }
    return changed;
}

/* In an order that needs more, all of the rest is put on the sink's side: the cut is as small, but may not be the nearest. */
enum { CLOSING_SWEEPS_MAX = 32 };

/* What the network does not have because only the sink leads to it: of that the part that leads to the sink's side is on it. */
static void place_rest(struct cut_region *region, const uint64_t *rest_bitmap)
{
    bool changed = true;
    for (unsigned sweep = 0; changed && sweep < CLOSING_SWEEPS_MAX; sweep++)
        changed = close_sink(region, rest_bitmap, sweep % 2 == 0);
    for (size_t word = 0; changed && word < bitmap_word_count(region->view->graph->node_count); word++)
        region->sink_bitmap[word] |= rest_bitmap[word];
}

static enum wh_status place_vertices(struct returner *returner, const struct reduction *reduction, const bool *sink_side, uint64_t *rest_bitmap)
{
    struct cut_region *region = returner->region;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < reduction->nodes.count; i++) {
        uint32_t node = reduction->nodes.nodes[i];
        bitmap_clear(rest_bitmap, node);
        if (node && sink_side[i + VERTEX_FIRST])
            bitmap_set(region->sink_bitmap, node);
        else if (node)
            status = node_vector_add(&returner->source_side, node, purpose, returner->error);
    }
    return status;
}

static enum wh_status place_all(struct returner *returner, const struct reduction *reduction, const bool *sink_side)
{
    struct cut_region *region = returner->region;
    uint64_t *rest_bitmap = NULL;
    size_t words = bitmap_word_count(region->view->graph->node_count);
    enum wh_status status = array_alloc(words, sizeof(uint64_t), purpose, returner->error, &rest_bitmap);
    for (uint32_t i = 0; !status && i < region->fixed.count; i++)
        status = node_vector_add(&returner->source_side, region->fixed.nodes[i], purpose, returner->error);
    for (size_t word = 0; !status && word < words; word++)
        rest_bitmap[word] = region->inner_bitmap[word] & ~region->sink_bitmap[word];
    if (!status)
        status = place_vertices(returner, reduction, sink_side, rest_bitmap);
    if (!status)
        place_rest(region, rest_bitmap);
    free(rest_bitmap);
    return status;
}

/* --- what crosses --- */

struct lister {
    const struct cut_region *region;
    const uint64_t *sink_bitmap;
    uint64_t *found_bitmap;
    struct node_vector order;
    struct cut_edges *ret;
    uint32_t capacity;
    struct wh_error *error;
};

static enum wh_status append(struct lister *lister, struct cut_edge edge)
{
    struct cut_edges *ret = lister->ret;
    if (ret->count == lister->capacity) {
        uint32_t capacity = lister->capacity ? lister->capacity * 2 : 16;
        struct cut_edge *edges = realloc(ret->edges, (size_t)capacity * sizeof(*edges));
        if (!edges)
            return wh_error_set(lister->error, WH_ERR_RESOURCE, "out of memory for the cut");
        ret->edges = edges;
        lister->capacity = capacity;
    }
    ret->edges[ret->count++] = edge;
    return WH_OK;
}

static enum wh_status enter(struct lister *lister, uint32_t node)
{
    if (!bitmap_test(lister->region->inner_bitmap, node) || bitmap_test(lister->found_bitmap, node))
        return WH_OK;
    bitmap_set(lister->found_bitmap, node);
    return node_vector_add(&lister->order, node, purpose, lister->error);
}

static enum wh_status list_node(struct lister *lister, uint32_t node)
{
    const struct cut_region *region = lister->region;
    struct cut_link link;
    enum wh_status status = WH_OK;
    for (uint32_t at = edge_view_first(region->view, node); !status && cut_link_next(region->view, region->rules, node, &at, &link);) {
        if (bitmap_test(lister->sink_bitmap, link.target) || bitmap_test(lister->sink_bitmap, link.with)) {
            status = append(lister, (struct cut_edge){node, link.edge, link.pair});
            continue;
        }
        status = enter(lister, link.target);
        if (!status)
            status = enter(lister, link.with);
    }
    return status;
}

static enum wh_status list_crossing(const struct cut_region *region, const uint64_t *sink_bitmap, struct wh_error *error, struct cut_edges *ret)
{
    struct lister lister = {.region = region, .sink_bitmap = sink_bitmap, .ret = ret, .error = error};
    *ret = (struct cut_edges){0};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(region->view->graph->node_count), sizeof(uint64_t), purpose, error, &lister.found_bitmap);
    for (uint32_t i = 0; !status && i < region->fixed.count; i++)
        status = list_node(&lister, region->fixed.nodes[i]);
    for (uint32_t at = 0; !status && at < lister.order.count; at++)
        status = list_node(&lister, lister.order.nodes[at]);
    free(lister.found_bitmap);
    node_vector_deinit(&lister.order);
    if (status)
        cut_edges_deinit(ret);
    return status;
}

/* --- all of it --- */

enum wh_status crossing_list(struct cut_region *region, const struct reduction *reduction, const bool *sink_side, struct wh_error *error,
                             struct cut_edges *ret)
{
    struct returner returner = {.region = region, .before_of_inner = region->in_of_inner, .error = error};
    *ret = (struct cut_edges){0};
    enum wh_status status = place_all(&returner, reduction, sink_side);
    if (!status)
        status = take_back_merged(&returner);
    node_vector_deinit(&returner.source_side);
    node_vector_deinit(&returner.carried);
    return status ? status : list_crossing(region, region->sink_bitmap, error, ret);
}

enum wh_status crossing_list_all(const struct cut_region *region, struct wh_error *error, struct cut_edges *ret)
{
    uint64_t *behind_bitmap;
    size_t words = bitmap_word_count(region->view->graph->node_count);
    *ret = (struct cut_edges){0};
    enum wh_status status = array_alloc(words, sizeof(uint64_t), purpose, error, &behind_bitmap);
    if (status)
        return status;
    for (size_t word = 0; word < words; word++)
        behind_bitmap[word] = region->behind_bitmap[word] & ~region->fixed_bitmap[word];
    status = list_crossing(region, behind_bitmap, error, ret);
    free(behind_bitmap);
    return status;
}
