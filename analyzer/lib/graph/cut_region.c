/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/cut_region.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const char *const purpose = "what holds the objects";

struct surveyor {
    struct cut_region *ret;
    const struct edge_view *view;
    const struct cut_rule_set *rules;
    const struct progress *progress;
    struct wh_error *error;
    uint64_t *front_bitmap;    /* behind, and not the source: what refers to it is behind, too */
    uint64_t *fresh_bitmap;    /* of these, what was found since the sweep before this one began: all references to the others were looked at */
    uint64_t *found_bitmap;    /* what was found in this sweep */
    bool *front_of_kind, *sink_of_kind;   /* the kind's nodes have been told that they refer to such a node */
    uint32_t near;             /* the node that was last looked at */
    bool changed;
    unsigned merge_sweeps;
    uint32_t looked_at;        /* in this sweep */
    uint64_t turns;            /* blocks that were looked at again */
};

void cut_edges_deinit(struct cut_edges *cut)
{
    free(cut->edges);
    *cut = (struct cut_edges){0};
}

/* --- the source --- */

static enum wh_status fix(struct surveyor *surveyor, uint32_t node)
{
    if (bitmap_test(surveyor->ret->fixed_bitmap, node))
        return WH_OK;
    bitmap_set(surveyor->ret->fixed_bitmap, node);
    return node_vector_add(&surveyor->ret->fixed, node, purpose, surveyor->error);
}

static enum wh_status fix_referents(struct surveyor *surveyor, uint32_t node)
{
    const struct edge_view *view = surveyor->view;
    enum wh_status status = WH_OK;
    for (uint32_t edge = edge_view_first(view, node); !status && edge <= edge_view_last(view, node); edge++) {
        uint32_t target = edge_view_target(view, node, edge);
        if (!bitmap_test(surveyor->ret->fixed_bitmap, target) && cut_capacity(view, surveyor->rules, node, edge) == CUT_INFINITE)
            status = fix(surveyor, target);
    }
    return status;
}

static enum wh_status find_fixed(struct surveyor *surveyor)
{
    const struct graph *graph = surveyor->view->graph;
    const struct node_vector *fixed = &surveyor->ret->fixed;
    enum wh_status status = WH_OK;
    bitmap_set(surveyor->ret->fixed_bitmap, NODE_NULL);
    for (uint32_t i = 0; !status && i < graph->root_count; i++)
        status = fix(surveyor, graph->root_node[i]);
    for (uint32_t at = 0; !status && at < fixed->count; at++) {
        status = progress_tick(surveyor->progress, "what nobody can take away", at, graph->node_count, surveyor->error);
        if (!status)
            status = fix_referents(surveyor, fixed->nodes[at]);
    }
    return status;
}

static void sort_targets(struct surveyor *surveyor, const uint32_t *targets, uint32_t count)
{
    struct cut_region *ret = surveyor->ret;
    for (uint32_t i = 0; i < count; i++) {
        bool fixed = bitmap_test(ret->fixed_bitmap, targets[i]);
        ret->fixed_target_count += fixed;
        ret->target_count += !fixed;
        if (fixed)
            continue;
        bitmap_set(ret->target_bitmap, targets[i]);
        bitmap_set(ret->sink_bitmap, targets[i]);
        bitmap_set(ret->behind_bitmap, targets[i]);
        bitmap_set(surveyor->front_bitmap, targets[i]);
        bitmap_set(surveyor->fresh_bitmap, targets[i]);
    }
}

/* --- what leads to the set --- */

static void note_found(struct surveyor *surveyor, uint32_t node)
{
    bitmap_set(surveyor->front_bitmap, node);
    bitmap_set(surveyor->fresh_bitmap, node);
    bitmap_set(surveyor->found_bitmap, node);
}

/* The node refers to one from which the set can be reached. */
static void look_at(struct surveyor *surveyor, uint32_t node, uint32_t edge, uint32_t target)
{
    struct cut_region *ret = surveyor->ret;
    bool fixed = bitmap_test(ret->fixed_bitmap, node);
    if (!bitmap_test(ret->behind_bitmap, node)) {
        bitmap_set(ret->behind_bitmap, node);
        if (!fixed)
            note_found(surveyor, node);
        surveyor->changed = true;
    }
    if (fixed || bitmap_test(ret->sink_bitmap, node) || !bitmap_test(ret->sink_bitmap, target) ||
        cut_capacity(surveyor->view, surveyor->rules, node, edge) != CUT_INFINITE)
        return;
    bitmap_set(ret->sink_bitmap, node);
    note_found(surveyor, node);
    surveyor->changed = true;
}

static void look_at_edge(struct surveyor *surveyor, uint32_t edge)
{
    const struct graph *graph = surveyor->view->graph;
    if (edge_view_is_silent(surveyor->view, edge))
        return;
    surveyor->near = edge_view_source(surveyor->view, surveyor->near, edge);
    look_at(surveyor, surveyor->near, edge, graph->target_of_edge[edge]);
}

static void sweep_block(struct surveyor *surveyor, uint32_t begin, uint32_t end, bool back)
{
    const uint32_t *target_of_edge = surveyor->view->graph->target_of_edge;
    for (uint32_t edge = back ? end : begin; back && edge-- > begin;) {
        if (bitmap_test(surveyor->fresh_bitmap, target_of_edge[edge]))
            look_at_edge(surveyor, edge);
    }
    for (uint32_t edge = begin; !back && edge < end; edge++) {
        if (bitmap_test(surveyor->fresh_bitmap, target_of_edge[edge]))
            look_at_edge(surveyor, edge);
    }
}

/* References that fit into a cache, how often they are looked at again in a sweep, and how often all of them may be in all sweeps. */
enum { BLOCK_EDGES = 1 << 17, TURNS_MAX = 16, TURNS_EACH = 4 };

/*
 * All references, from the last to the first or the other way round. A snapshot lists most objects behind what refers to them, so the first way
 * finds nearly all at once. What is left are modules, classes and functions, which refer to each other and stand close together: a part in which something
 * was found is looked at `again`.
 */
static enum wh_status sweep(struct surveyor *surveyor, bool back, bool again)
{
    uint32_t edges = surveyor->view->graph->edge_count, blocks = edges / BLOCK_EDGES + 1;
    enum wh_status status = WH_OK;
    bool any = false;
    for (uint32_t step = 0; !status && step < blocks; step++) {
        uint32_t block = back ? blocks - 1 - step : step, begin = block * BLOCK_EDGES, end = block + 1 < blocks ? begin + BLOCK_EDGES : edges;
        bool more = true;
        for (unsigned turn = 0; more && turn < TURNS_MAX; turn++) {
            surveyor->changed = false;
            sweep_block(surveyor, begin, end, back == (turn % 2 == 0));
            any |= surveyor->changed;
            more = again && surveyor->changed && surveyor->turns++ < (uint64_t)blocks * TURNS_EACH + TURNS_MAX;
        }
        status = progress_report(surveyor->progress, "what leads to the objects", step, blocks, surveyor->error);
    }
    surveyor->changed = any;
    return status;
}

/* Tells a kind's nodes of the edge that they have more, when its target is one that matters. */
static void sweep_kinds(struct surveyor *surveyor)
{
    const struct edge_view *view = surveyor->view;
    bool any = false;
    for (uint32_t kind = 0; view->kind_of_node && kind < view->kind_count; kind++) {
        uint32_t target = view->target_of_kind[kind];
        bool front = bitmap_test(surveyor->front_bitmap, target), sink = bitmap_test(surveyor->ret->sink_bitmap, target);
        any |= front != surveyor->front_of_kind[kind] || sink != surveyor->sink_of_kind[kind];
        surveyor->front_of_kind[kind] = front;
        surveyor->sink_of_kind[kind] = sink;
    }
    for (uint32_t node = 1; any && node < view->graph->node_count; node++) {
        if (surveyor->front_of_kind[view->kind_of_node[node]])
            look_at(surveyor, node, edge_view_last(view, node), edge_view_kind_target(view, node));
    }
}

/* However the objects are numbered, this is linear. It finds no more of what is certainly the sink, which is for brevity alone. */
static enum wh_status follow_back(struct surveyor *surveyor, const struct reverse_graph *reverse)
{
    struct node_vector queue = {0};
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < surveyor->view->graph->node_count; node++) {
        if (bitmap_test(surveyor->front_bitmap, node))
            status = node_vector_add(&queue, node, purpose, surveyor->error);
    }
    for (uint32_t at = 0; !status && at < queue.count; at++) {
        uint32_t node = queue.nodes[at];
        for (uint32_t i = reverse->first_referrer_of_node[node]; !status && i < reverse->first_referrer_of_node[node + 1]; i++) {
            uint32_t referrer = reverse->referrer[i];
            bool known = bitmap_test(surveyor->ret->behind_bitmap, referrer);
            bitmap_set(surveyor->ret->behind_bitmap, referrer);
            if (known || bitmap_test(surveyor->ret->fixed_bitmap, referrer))
                continue;
            bitmap_set(surveyor->front_bitmap, referrer);
            status = node_vector_add(&queue, referrer, purpose, surveyor->error);
        }
    }
    node_vector_deinit(&queue);
    return status;
}

static enum wh_status find_rest(struct surveyor *surveyor)
{
    struct graph graph;
    struct reverse_graph reverse = {0};
    enum wh_status status = edge_view_graph_init(surveyor->view, surveyor->error, &graph);
    if (status)
        return status;
    status = reverse_graph_init(&graph, surveyor->error, &reverse);
    edge_view_graph_deinit(&graph);
    if (!status)
        status = follow_back(surveyor, &reverse);
    reverse_graph_deinit(&reverse);
    return status;
}

/* Sweeps until nothing is found any more. Objects in an order that no process leaves them in may need many. */
enum { SWEEPS_MAX = 10 };

static void end_sweep(struct surveyor *surveyor)
{
    uint64_t *found = surveyor->found_bitmap;
    surveyor->found_bitmap = surveyor->fresh_bitmap;
    surveyor->fresh_bitmap = found;
    memset(surveyor->found_bitmap, 0, bitmap_word_count(surveyor->view->graph->node_count) * sizeof(uint64_t));
}

static enum wh_status find_behind(struct surveyor *surveyor)
{
    enum wh_status status = WH_OK;
    surveyor->changed = surveyor->ret->target_count > 0;
    for (unsigned count = 0; !status && surveyor->changed && count < SWEEPS_MAX; count++) {
        status = sweep(surveyor, count % 2 == 0, count > 0);
        if (!status)
            sweep_kinds(surveyor);
        end_sweep(surveyor);
    }
    return status || !surveyor->changed ? status : find_rest(surveyor);
}

/* Of the source only that counts which leads to the set. */
static void keep_fixed_behind(struct cut_region *region)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < region->fixed.count; i++) {
        if (bitmap_test(region->behind_bitmap, region->fixed.nodes[i]))
            region->fixed.nodes[kept++] = region->fixed.nodes[i];
    }
    region->fixed.count = kept;
}

/* --- merging --- */

/* In in_of_inner, references that nobody can remove are counted in the bits above all that the others can come to. */
#define NEVERS_ONE (UINT64_C(1) << 53)
#define NEVERS_MAX (UINT64_MAX - NEVERS_ONE)

static void add_in(struct cut_region *region, uint32_t node, uint64_t capacity)
{
    uint64_t *in = &region->in_of_inner[bitmap_ranks_get(&region->inner, node)];
    capacity = capacity == CUT_INFINITE ? NEVERS_ONE : capacity;
    *in = *in < NEVERS_MAX ? *in + capacity : *in;
}

static void take_in(struct cut_region *region, uint32_t node, uint64_t capacity)
{
    uint64_t *in = &region->in_of_inner[bitmap_ranks_get(&region->inner, node)];
    capacity = capacity == CUT_INFINITE ? NEVERS_ONE : capacity;
    *in = *in < NEVERS_MAX && *in >= capacity ? *in - capacity : *in;
}

/* Adds what a node's references count to what they lead to, or takes it back. Those of a pair that crosses anyway lead nowhere else. */
static void count_links(struct cut_region *region, uint32_t node, void (*count)(struct cut_region *region, uint32_t node, uint64_t capacity))
{
    struct cut_link link;
    for (uint32_t at = edge_view_first(region->view, node); cut_link_next(region->view, region->rules, node, &at, &link);) {
        bool open = cut_region_is_open(region, link.target) && link.target != node, with = cut_region_is_open(region, link.with) && link.with != node;
        if (!(open | with) || cut_region_crosses(region, &link))
            continue;
        uint64_t capacity = cut_capacity(region->view, region->rules, node, link.edge);
        if (open)
            count(region, link.target, capacity);
        if (with)
            count(region, link.with, capacity);
    }
}

static enum wh_status count_all_links(struct surveyor *surveyor)
{
    struct cut_region *region = surveyor->ret;
    uint32_t node_count = surveyor->view->graph->node_count;
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < node_count; node++) {
        if (bitmap_test(region->behind_bitmap, node) && !bitmap_test(region->sink_bitmap, node))
            count_links(region, node, add_in);
        status = progress_tick(surveyor->progress, "what holds the objects", node, node_count, surveyor->error);
    }
    return status;
}

/* Does the link's node alone hold its target, and by what nobody can remove? */
static bool carries(const struct cut_region *region, uint32_t node, const struct cut_link *link)
{
    return !link->pair && link->target != node && cut_region_is_open(region, link->target) &&
           region->in_of_inner[bitmap_ranks_get(&region->inner, link->target)] == NEVERS_ONE &&
           cut_capacity(region->view, region->rules, node, link->edge) == CUT_INFINITE;
}

/*
 * What the references of a node, and of those that it carries, to the sink count, `enough` at most. `carried` gets the node and those that it carries: each has
 * one referrer, so they are a tree.
 */
static enum wh_status sink_capacity(struct surveyor *surveyor, uint32_t node, uint64_t enough, struct node_vector *carried, uint64_t *ret)
{
    struct cut_region *region = surveyor->ret;
    struct cut_link link;
    carried->count = 0;
    *ret = 0;
    enum wh_status status = node_vector_add(carried, node, purpose, surveyor->error);
    for (uint32_t i = 0; !status && i < carried->count && *ret < enough; i++) {
        uint32_t from = carried->nodes[i];
        for (uint32_t at = edge_view_first(region->view, from); !status && *ret < enough && cut_link_next(region->view, region->rules, from, &at, &link);) {
            if (cut_region_crosses(region, &link))
                *ret = cut_add(*ret, cut_capacity(region->view, region->rules, from, link.edge));
            else if (link.target != node && carries(region, from, &link))
                status = node_vector_add(carried, link.target, purpose, surveyor->error);
        }
    }
    return status;
}

/* All that a node carries is merged with it. */
static enum wh_status merge(struct surveyor *surveyor, uint32_t node, struct node_vector *carried)
{
    struct cut_region *region = surveyor->ret;
    uint64_t capacity;
    enum wh_status status = sink_capacity(surveyor, node, UINT64_MAX, carried, &capacity);
    if (!status)
        status = node_vector_add(&region->merged, node, purpose, surveyor->error);
    for (uint32_t i = 0; !status && i < carried->count; i++) {
        bitmap_set(region->sink_bitmap, carried->nodes[i]);
        if (i)
            bitmap_set(region->carried_bitmap, carried->nodes[i]);
    }
    for (uint32_t i = 0; !status && i < carried->count; i++)
        count_links(region, carried->nodes[i], take_in);
    return status;
}

static enum wh_status merge_if_useless(struct surveyor *surveyor, uint32_t node, struct node_vector *carried)
{
    struct cut_region *region = surveyor->ret;
    uint64_t in = region->in_of_inner[bitmap_ranks_get(&region->inner, node)], capacity;
    if (in >= NEVERS_ONE)
        return WH_OK;
    enum wh_status status = sink_capacity(surveyor, node, in ? in : 1, carried, &capacity);
    if (status || capacity < in)
        return status;
    surveyor->changed = true;
    if (!capacity)
        bitmap_set(region->idle_bitmap, node);
    return merge(surveyor, node, carried);
}

static enum wh_status merge_sweep(struct surveyor *surveyor, bool back, struct node_vector *carried)
{
    const struct cut_region *region = surveyor->ret;
    size_t words = bitmap_word_count(surveyor->view->graph->node_count);
    enum wh_status status = WH_OK;
    for (size_t step = 0; !status && step < words; step++) {
        size_t word = back ? words - 1 - step : step;
        uint64_t bits = region->inner_bitmap[word] & ~region->sink_bitmap[word];
        while (!status && bits) {
            unsigned bit = back ? 63 - (unsigned)__builtin_clzll(bits) : (unsigned)__builtin_ctzll(bits);
            bits &= ~(UINT64_C(1) << bit);
            uint32_t node = (uint32_t)(word * BITMAP_WORD_BITS + bit);
            if (bitmap_test(region->sink_bitmap, node))   /* carried along meanwhile */
                continue;
            surveyor->looked_at++;
            status = merge_if_useless(surveyor, node, carried);
        }
        if (!status)
            status = progress_tick(surveyor->progress, "what holds the objects", step, words, surveyor->error);
    }
    return status;
}

/* A sweep that merges less than this part of what it looks at is the last: the network is told of the rest. */
enum { WORTH_A_SWEEP = 64 };

static enum wh_status merge_useless(struct surveyor *surveyor)
{
    struct node_vector carried = {0};
    enum wh_status status = WH_OK;
    bool more = true;
    for (unsigned sweep = 0; !status && more && sweep < surveyor->merge_sweeps; sweep++) {
        uint32_t before = surveyor->ret->merged.count;
        surveyor->looked_at = 0;
        status = merge_sweep(surveyor, sweep % 2 == 0, &carried);
        more = surveyor->ret->merged.count - before > surveyor->looked_at / WORTH_A_SWEEP;
    }
    node_vector_deinit(&carried);
    return status;
}

static enum wh_status number_inner(struct surveyor *surveyor)
{
    struct cut_region *ret = surveyor->ret;
    uint32_t node_count = surveyor->view->graph->node_count;
    for (size_t word = 0; word < bitmap_word_count(node_count); word++)
        ret->inner_bitmap[word] = surveyor->front_bitmap[word] & ~ret->sink_bitmap[word];
    enum wh_status status = bitmap_ranks_init(ret->inner_bitmap, node_count, surveyor->error, &ret->inner);
    return status ? status : array_alloc_zeroed(ret->inner.count, sizeof(uint64_t), purpose, surveyor->error, &ret->in_of_inner);
}

/* --- all of it --- */

static enum wh_status allocate(struct surveyor *surveyor)
{
    struct cut_region *ret = surveyor->ret;
    size_t words = bitmap_word_count(surveyor->view->graph->node_count);
    uint64_t **const bitmaps[] = {&ret->target_bitmap, &ret->fixed_bitmap, &ret->behind_bitmap, &ret->sink_bitmap,
                                  &ret->carried_bitmap, &ret->idle_bitmap, &ret->inner_bitmap, &surveyor->front_bitmap, &surveyor->fresh_bitmap, &surveyor->found_bitmap};
    enum wh_status status = WH_OK;
    for (size_t i = 0; !status && i < sizeof(bitmaps) / sizeof(bitmaps[0]); i++)
        status = array_alloc_zeroed(words, sizeof(uint64_t), purpose, surveyor->error, bitmaps[i]);
    if (!status)
        status = array_alloc_zeroed(surveyor->view->kind_count, sizeof(bool), purpose, surveyor->error, &surveyor->front_of_kind);
    return status ? status : array_alloc_zeroed(surveyor->view->kind_count, sizeof(bool), purpose, surveyor->error, &surveyor->sink_of_kind);
}

static enum wh_status survey(struct surveyor *surveyor, const uint32_t *targets, uint32_t count)
{
    enum wh_status status = allocate(surveyor);
    if (!status)
        status = find_fixed(surveyor);
    if (status)
        return status;
    sort_targets(surveyor, targets, count);
    status = find_behind(surveyor);
    keep_fixed_behind(surveyor->ret);
    if (!status)
        status = number_inner(surveyor);
    if (!status)
        status = count_all_links(surveyor);
    return status ? status : merge_useless(surveyor);
}

enum wh_status cut_region_init(const struct edge_view *view, const struct cut_rule_set *rules, const uint32_t *targets, uint32_t target_count,
                               unsigned merge_sweeps, const struct progress *progress, struct wh_error *error, struct cut_region *ret)
{
    *ret = (struct cut_region){.view = view, .rules = rules};
    struct surveyor surveyor = {.ret = ret, .view = view, .rules = rules, .merge_sweeps = merge_sweeps, .progress = progress, .error = error};
    enum wh_status status = survey(&surveyor, targets, target_count);
    free(surveyor.front_bitmap);
    free(surveyor.fresh_bitmap);
    free(surveyor.found_bitmap);
    free(surveyor.front_of_kind);
    free(surveyor.sink_of_kind);
    if (status)
        cut_region_deinit(ret);
    return status;
}

void cut_region_deinit(struct cut_region *region)
{
    free(region->target_bitmap);
    free(region->fixed_bitmap);
    free(region->behind_bitmap);
    free(region->sink_bitmap);
    free(region->carried_bitmap);
    free(region->idle_bitmap);
    free(region->inner_bitmap);
    free(region->in_of_inner);
    bitmap_ranks_deinit(&region->inner);
    node_vector_deinit(&region->fixed);
    node_vector_deinit(&region->merged);
    *region = (struct cut_region){0};
}
