/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/reduction.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct reducer {
    struct reduction *ret;
    const struct graph *graph;
    const struct cut_rule_set *rules;
    const struct progress *progress;
    struct wh_error *error;
    uint32_t order_count, order_capacity;
    uint32_t edge_limit, edge_capacity;
    uint32_t *edge_of_vertex;      /* the last edge to a vertex: parallel ones are added to it */
};

static unsigned price_of(const struct cut_rule_set *rules, uint32_t node, uint32_t edge)
{
    return rules->price(rules->context, node, edge);
}

static bool is_pair(const struct cut_rule_set *rules, const struct graph *graph, uint32_t node, uint32_t edge)
{
    return edge + 1 < graph->first_edge_of_node[node + 1] && rules->is_pair(rules->context, node, edge);
}

static uint64_t capacity_of(unsigned price)
{
    return price >= REDUCTION_NEVER ? CUT_INFINITE : CUT_UNIT + price;
}

static uint64_t add_capacity(uint64_t a, uint64_t b)
{
    return a + b < CUT_INFINITE ? a + b : CUT_INFINITE;
}

/* --- the source --- */

static void fix(struct reducer *reducer, uint32_t node)
{
    struct reduction *ret = reducer->ret;
    if (bitmap_test(ret->fixed_bitmap, node))
        return;
    bitmap_set(ret->fixed_bitmap, node);
    ret->order[reducer->order_count++] = node;
}

static enum wh_status find_fixed(struct reducer *reducer)
{
    const struct graph *graph = reducer->graph;
    enum wh_status status = WH_OK;
    bitmap_set(reducer->ret->fixed_bitmap, NODE_NULL);
    for (uint32_t i = 0; i < graph->root_count; i++)
        fix(reducer, graph->root_node[i]);
    for (uint32_t at = 0; !status && at < reducer->order_count; at++) {
        uint32_t node = reducer->ret->order[at];
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
            if (!bitmap_test(reducer->ret->fixed_bitmap, graph->target_of_edge[edge]) && price_of(reducer->rules, node, edge) >= REDUCTION_NEVER)
                fix(reducer, graph->target_of_edge[edge]);
        }
        status = progress_tick(reducer->progress, "what nobody can take away", at, graph->node_count, reducer->error);
    }
    reducer->ret->fixed_count = reducer->order_count;
    return status;
}

static void sort_targets(struct reducer *reducer, const uint32_t *targets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool fixed = bitmap_test(reducer->ret->fixed_bitmap, targets[i]);
        reducer->ret->fixed_target_count += fixed;
        reducer->ret->target_count += !fixed;
        if (!fixed)
            bitmap_set(reducer->ret->target_bitmap, targets[i]);
    }
}

/* --- what leads to the set --- */

static void follow_back(struct reducer *reducer, const struct reverse_graph *reverse, uint32_t *queue, uint32_t end)
{
    struct reduction *ret = reducer->ret;
    for (uint32_t begin = 0; begin < end; begin++) {
        uint32_t node = queue[begin];
        for (uint32_t i = reverse->first_referrer_of_node[node]; i < reverse->first_referrer_of_node[node + 1]; i++) {
            uint32_t referrer = reverse->referrer[i];
            if (bitmap_test(ret->behind_bitmap, referrer))
                continue;
            bitmap_set(ret->behind_bitmap, referrer);
            if (!bitmap_test(ret->fixed_bitmap, referrer))
                queue[end++] = referrer;
        }
    }
}

static enum wh_status find_behind(struct reducer *reducer, const uint32_t *targets, uint32_t count)
{
    struct reverse_graph reverse = {0};
    uint32_t *queue = NULL, end = 0;
    enum wh_status status = progress_report(reducer->progress, "what leads to the objects", 0, 1, reducer->error);
    if (!status)
        status = array_alloc(reducer->graph->node_count, sizeof(uint32_t), "the way back", reducer->error, &queue);
    if (!status)
        status = reverse_graph_init(reducer->graph, reducer->error, &reverse);
    for (uint32_t i = 0; !status && i < count; i++) {
        if (!bitmap_test(reducer->ret->target_bitmap, targets[i]) || bitmap_test(reducer->ret->behind_bitmap, targets[i]))
            continue;
        bitmap_set(reducer->ret->behind_bitmap, targets[i]);
        queue[end++] = targets[i];
    }
    if (!status)
        follow_back(reducer, &reverse, queue, end);
    reverse_graph_deinit(&reverse);
    free(queue);
    return status;
}

/* --- the network --- */

static enum wh_status out_of_memory(struct reducer *reducer)
{
    return wh_error_set(reducer->error, WH_ERR_RESOURCE, "out of memory for what holds the objects");
}

static enum wh_status grow_order(struct reducer *reducer)
{
    if (reducer->order_count < reducer->order_capacity)
        return WH_OK;
    uint32_t capacity = reducer->order_capacity < UINT32_MAX / 2 ? reducer->order_capacity * 2 : UINT32_MAX;
    uint32_t *order = realloc(reducer->ret->order, (size_t)capacity * sizeof(*order));
    if (!order)
        return out_of_memory(reducer);
    reducer->ret->order = order;
    uint32_t *edge_of_vertex = realloc(reducer->edge_of_vertex, ((size_t)capacity + VERTEX_FIRST) * sizeof(*edge_of_vertex));
    if (!edge_of_vertex)
        return out_of_memory(reducer);
    reducer->edge_of_vertex = edge_of_vertex;
    reducer->order_capacity = capacity;
    return WH_OK;
}

/* A vertex for a node, or for a pair of references (node 0). */
static enum wh_status new_vertex(struct reducer *reducer, uint32_t node, uint32_t *ret)
{
    enum wh_status status = grow_order(reducer);
    if (status)
        return status;
    *ret = reducer->ret->vertex_count++;
    reducer->ret->order[reducer->order_count++] = node;
    reducer->edge_of_vertex[*ret] = UINT32_MAX;
    if (node)
        reducer->ret->vertex_of_node[node] = *ret;
    return WH_OK;
}

static enum wh_status connect(struct reducer *reducer, uint32_t from, uint32_t to, uint64_t capacity)
{
    struct reduction *ret = reducer->ret;
    if (from == to)
        return WH_OK;
    uint32_t last = reducer->edge_of_vertex[to];
    if (last != UINT32_MAX && ret->edges[last].from == from) {
        ret->edges[last].capacity = add_capacity(ret->edges[last].capacity, capacity);
        return WH_OK;
    }
    if (ret->edge_count == reducer->edge_limit) {
        ret->stopped = true;
        return WH_OK;
    }
    if (ret->edge_count == reducer->edge_capacity) {
        uint32_t capacity_wanted = reducer->edge_capacity ? reducer->edge_capacity * 2 : 1024;
        struct network_edge *edges = realloc(ret->edges, (size_t)capacity_wanted * sizeof(*edges));
        if (!edges)
            return out_of_memory(reducer);
        ret->edges = edges;
        reducer->edge_capacity = capacity_wanted;
    }
    reducer->edge_of_vertex[to] = ret->edge_count;
    ret->edges[ret->edge_count++] = (struct network_edge){from, to, capacity};
    return WH_OK;
}

/* The vertex of a node that matters for the cut; NODE_NONE if it does not. */
static enum wh_status vertex_of(struct reducer *reducer, uint32_t node, uint32_t *ret)
{
    const struct reduction *reduction = reducer->ret;
    *ret = NODE_NONE;
    if (bitmap_test(reduction->fixed_bitmap, node) || !bitmap_test(reduction->behind_bitmap, node))
        return WH_OK;
    if (bitmap_test(reduction->target_bitmap, node)) {
        *ret = VERTEX_SINK;
        return WH_OK;
    }
    *ret = reduction->vertex_of_node[node];
    return *ret == NODE_NONE ? new_vertex(reducer, node, ret) : WH_OK;
}

/* Key and value both lead to the set: one reference to both. A vertex between them counts the pair once. */
static enum wh_status connect_pair(struct reducer *reducer, uint32_t from, uint32_t key, uint32_t value, uint64_t capacity)
{
    uint32_t between;
    enum wh_status status = key == value ? connect(reducer, from, key, capacity) : new_vertex(reducer, NODE_NULL, &between);
    if (status || key == value)
        return status;
    status = connect(reducer, from, between, capacity);
    if (!status)
        status = connect(reducer, between, key, CUT_INFINITE);
    return status ? status : connect(reducer, between, value, CUT_INFINITE);
}

/* Adds a node's edges. Those of vertices between come out of order; they are sorted later. */
static enum wh_status expand(struct reducer *reducer, uint32_t node, uint32_t from)
{
    const struct graph *graph = reducer->graph;
    enum wh_status status = WH_OK;
    for (uint32_t edge = graph->first_edge_of_node[node]; !status && edge < graph->first_edge_of_node[node + 1]; edge++) {
        uint32_t to, with = NODE_NONE, first = edge;
        status = vertex_of(reducer, graph->target_of_edge[edge], &to);
        if (!status && is_pair(reducer->rules, graph, node, edge))
            status = vertex_of(reducer, graph->target_of_edge[++edge], &with);
        if (status || (to == NODE_NONE && with == NODE_NONE))
            continue;
        uint64_t capacity = capacity_of(price_of(reducer->rules, node, first));
        if (to != NODE_NONE && with != NODE_NONE && first != edge)
            status = connect_pair(reducer, from, to, with, capacity);
        else
            status = connect(reducer, from, to != NODE_NONE ? to : with, capacity);
    }
    return status;
}

static enum wh_status make_network(struct reducer *reducer)
{
    struct reduction *ret = reducer->ret;
    enum wh_status status = WH_OK;
    ret->vertex_count = VERTEX_FIRST;
    reducer->edge_of_vertex[VERTEX_SINK] = UINT32_MAX;
    for (uint32_t at = 0; !status && !ret->stopped && at < reducer->order_count; at++) {
        uint32_t node = ret->order[at];
        if (at < ret->fixed_count && !bitmap_test(ret->behind_bitmap, node))
            continue;
        if (node)
            status = expand(reducer, node, at < ret->fixed_count ? VERTEX_SOURCE : at - ret->fixed_count + VERTEX_FIRST);
        if (!status)
            status = progress_tick(reducer->progress, "what holds the objects", at, reducer->graph->node_count, reducer->error);
    }
    return status;
}

static int compare_edges(const void *left, const void *right)
{
    const struct network_edge *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

/* --- peeling --- */

struct peeler {
    struct reduction *ret;
    uint32_t *first_in_of_vertex, *in_edge;   /* edges that lead to a vertex */
    uint32_t *open_of_vertex;                 /* edges that lead to anything but the sink */
    uint64_t *in_of_vertex, *sink_of_vertex;  /* capacities: all that lead to it; from it to the sink */
    bool *peeled;
};

static void peeler_deinit(struct peeler *peeler)
{
    free(peeler->first_in_of_vertex);
    free(peeler->in_edge);
    free(peeler->open_of_vertex);
    free(peeler->in_of_vertex);
    free(peeler->sink_of_vertex);
    free(peeler->peeled);
}

static enum wh_status peeler_init(struct reduction *reduction, struct wh_error *error, struct peeler *ret)
{
    size_t count = reduction->vertex_count;
    *ret = (struct peeler){.ret = reduction};
    enum wh_status status = array_alloc_zeroed(count + 2, sizeof(uint32_t), "the network", error, &ret->first_in_of_vertex);
    if (!status)
        status = array_alloc(reduction->edge_count, sizeof(uint32_t), "the network", error, &ret->in_edge);
    if (!status)
        status = array_alloc_zeroed(count, sizeof(uint32_t), "the network", error, &ret->open_of_vertex);
    if (!status)
        status = array_alloc_zeroed(count, sizeof(uint64_t), "the network", error, &ret->in_of_vertex);
    if (!status)
        status = array_alloc_zeroed(count, sizeof(uint64_t), "the network", error, &ret->sink_of_vertex);
    if (!status)
        status = array_alloc_zeroed(count, sizeof(bool), "the network", error, &ret->peeled);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the network", error, &reduction->peeled);
    return status;
}

static void count_edges(struct peeler *peeler)
{
    const struct reduction *reduction = peeler->ret;
    for (uint32_t i = 0; i < reduction->edge_count; i++) {
        const struct network_edge *edge = &reduction->edges[i];
        peeler->first_in_of_vertex[edge->to + 2]++;
        peeler->in_of_vertex[edge->to] = add_capacity(peeler->in_of_vertex[edge->to], edge->capacity);
        if (edge->to == VERTEX_SINK)
            peeler->sink_of_vertex[edge->from] = add_capacity(peeler->sink_of_vertex[edge->from], edge->capacity);
        else
            peeler->open_of_vertex[edge->from]++;
    }
    for (uint32_t vertex = 0; vertex < reduction->vertex_count; vertex++)
        peeler->first_in_of_vertex[vertex + 2] += peeler->first_in_of_vertex[vertex + 1];
    for (uint32_t i = 0; i < reduction->edge_count; i++)
        peeler->in_edge[peeler->first_in_of_vertex[reduction->edges[i].to + 1]++] = i;
}

/* It is never cheaper to cut behind it than before it. */
static void peel_if_useless(struct peeler *peeler, uint32_t vertex)
{
    if (vertex < VERTEX_FIRST || peeler->peeled[vertex] || peeler->open_of_vertex[vertex] ||
        peeler->sink_of_vertex[vertex] < peeler->in_of_vertex[vertex])
        return;
    peeler->peeled[vertex] = true;
    peeler->ret->peeled[peeler->ret->peeled_count++] = vertex;
}

static void peel(struct peeler *peeler)
{
    const struct reduction *reduction = peeler->ret;
    for (uint32_t vertex = VERTEX_FIRST; vertex < reduction->vertex_count; vertex++)
        peel_if_useless(peeler, vertex);
    for (uint32_t at = 0; at < reduction->peeled_count; at++) {
        uint32_t vertex = reduction->peeled[at];
        for (uint32_t i = peeler->first_in_of_vertex[vertex]; i < peeler->first_in_of_vertex[vertex + 1]; i++) {
            const struct network_edge *edge = &reduction->edges[peeler->in_edge[i]];
            peeler->open_of_vertex[edge->from]--;
            peeler->sink_of_vertex[edge->from] = add_capacity(peeler->sink_of_vertex[edge->from], edge->capacity);
            peel_if_useless(peeler, edge->from);
        }
    }
}

static enum wh_status peel_network(struct reducer *reducer)
{
    struct peeler peeler;
    enum wh_status status = peeler_init(reducer->ret, reducer->error, &peeler);
    if (!status) {
        count_edges(&peeler);
        peel(&peeler);
    }
    peeler_deinit(&peeler);
    return status;
}

/* --- all of it --- */

static enum wh_status allocate(struct reducer *reducer)
{
    struct reduction *ret = reducer->ret;
    size_t count = reducer->graph->node_count, words = bitmap_word_count(count);
    enum wh_status status = array_alloc_zeroed(words, sizeof(uint64_t), "the objects", reducer->error, &ret->target_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "what nobody can take away", reducer->error, &ret->fixed_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "what leads to the objects", reducer->error, &ret->behind_bitmap);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the network", reducer->error, &ret->vertex_of_node);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the network", reducer->error, &ret->order);
    if (!status)
        status = array_alloc(count + VERTEX_FIRST, sizeof(uint32_t), "the network", reducer->error, &reducer->edge_of_vertex);
    if (status)
        return status;
    reducer->order_capacity = (uint32_t)count;
    memset(ret->vertex_of_node, 0xff, count * sizeof(uint32_t));
    return WH_OK;
}

static enum wh_status reduce(struct reducer *reducer, const uint32_t *targets, uint32_t count)
{
    enum wh_status status = allocate(reducer);
    if (!status)
        status = find_fixed(reducer);
    if (status)
        return status;
    sort_targets(reducer, targets, count);
    status = find_behind(reducer, targets, count);
    if (!status)
        status = make_network(reducer);
    if (status || reducer->ret->stopped)
        return status;
    if (!reducer->ret->edge_count)
        return WH_OK;
    qsort(reducer->ret->edges, reducer->ret->edge_count, sizeof(*reducer->ret->edges), compare_edges);
    return peel_network(reducer);
}

enum wh_status reduction_init(const struct graph *graph, const struct cut_rule_set *rules, const uint32_t *targets, uint32_t target_count,
                              uint32_t edge_limit, const struct progress *progress, struct wh_error *error, struct reduction *ret)
{
    *ret = (struct reduction){.graph = graph, .rules = rules};
    struct reducer reducer = {.ret = ret, .graph = graph, .rules = rules, .progress = progress, .error = error, .edge_limit = edge_limit};
    enum wh_status status = reduce(&reducer, targets, target_count);
    free(reducer.edge_of_vertex);
    if (status)
        reduction_deinit(ret);
    return status;
}

void reduction_deinit(struct reduction *reduction)
{
    free(reduction->target_bitmap);
    free(reduction->fixed_bitmap);
    free(reduction->behind_bitmap);
    free(reduction->order);
    free(reduction->vertex_of_node);
    free(reduction->edges);
    free(reduction->peeled);
    *reduction = (struct reduction){0};
}

/* --- from sides to references --- */

/* Capacities from a vertex to the sink's side and to it from the source's side. */
struct side_costs { uint64_t *behind, *before; };

static void count_sides(const struct reduction *reduction, const bool *sink_side, struct side_costs costs)
{
    for (uint32_t i = 0; i < reduction->edge_count; i++) {
        const struct network_edge *edge = &reduction->edges[i];
        if (sink_side[edge->to])
            costs.behind[edge->from] = add_capacity(costs.behind[edge->from], edge->capacity);
        if (!sink_side[edge->from])
            costs.before[edge->to] = add_capacity(costs.before[edge->to], edge->capacity);
    }
}

/* Where a vertex's edges begin. */
static uint32_t first_edge(const struct reduction *reduction, uint32_t vertex)
{
    uint32_t low = 0, high = reduction->edge_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (reduction->edges[middle].from < vertex)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/*
 * The last one peeled first: what leads to it is decided, and what it leads to stands on the sink's side. To the source's side with it
 * if that costs no more.
 */
static void unpeel(const struct reduction *reduction, bool *sink_side, struct side_costs costs)
{
    for (uint32_t at = reduction->peeled_count; at-- > 0;) {
        uint32_t vertex = reduction->peeled[at];
        if (!costs.before[vertex] || costs.behind[vertex] > costs.before[vertex])
            continue;
        sink_side[vertex] = false;
        for (uint32_t i = first_edge(reduction, vertex); i < reduction->edge_count && reduction->edges[i].from == vertex; i++)
            costs.before[reduction->edges[i].to] = add_capacity(costs.before[reduction->edges[i].to], reduction->edges[i].capacity);
    }
}

static enum wh_status decide_peeled(const struct reduction *reduction, bool *sink_side, struct wh_error *error)
{
    struct side_costs costs = {0};
    for (uint32_t i = 0; i < reduction->peeled_count; i++)
        sink_side[reduction->peeled[i]] = true;
    enum wh_status status = array_alloc_zeroed(reduction->vertex_count, sizeof(uint64_t), "the cut", error, &costs.behind);
    if (!status)
        status = array_alloc_zeroed(reduction->vertex_count, sizeof(uint64_t), "the cut", error, &costs.before);
    if (!status) {
        count_sides(reduction, sink_side, costs);
        unpeel(reduction, sink_side, costs);
    }
    free(costs.behind);
    free(costs.before);
    return status;
}

static bool is_on_sink_side(const struct reduction *reduction, const bool *sink_side, uint32_t node)
{
    if (bitmap_test(reduction->target_bitmap, node))
        return true;
    uint32_t vertex = reduction->vertex_of_node[node];
    return vertex != NODE_NONE && sink_side[vertex];
}

/* The edges of one node that cross; with `ret` they are stored as well. */
static uint32_t node_crossing(const struct reduction *reduction, const bool *sink_side, uint32_t node, struct cut_edge *ret)
{
    const struct graph *graph = reduction->graph;
    uint32_t count = 0;
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
        uint32_t first = edge;
        bool crosses = is_on_sink_side(reduction, sink_side, graph->target_of_edge[edge]);
        if (is_pair(reduction->rules, graph, node, edge))
            crosses |= is_on_sink_side(reduction, sink_side, graph->target_of_edge[++edge]);
        if (!crosses)
            continue;
        if (ret)
            ret[count] = (struct cut_edge){node, first, first != edge};
        count++;
    }
    return count;
}

static uint32_t all_crossing(const struct reduction *reduction, const bool *sink_side, struct cut_edge *ret)
{
    uint32_t count = 0, end = reduction->fixed_count + reduction->vertex_count - VERTEX_FIRST;
    for (uint32_t at = 0; at < end; at++) {
        uint32_t node = reduction->order[at];
        bool source_side = at < reduction->fixed_count ? bitmap_test(reduction->behind_bitmap, node)
                                                       : node && !sink_side[at - reduction->fixed_count + VERTEX_FIRST];
        if (source_side)
            count += node_crossing(reduction, sink_side, node, ret ? ret + count : NULL);
    }
    return count;
}

enum wh_status reduction_crossing(const struct reduction *reduction, bool *sink_side_of_vertex, struct wh_error *error,
                                  struct cut_edges *ret)
{
    *ret = (struct cut_edges){0};
    enum wh_status status = decide_peeled(reduction, sink_side_of_vertex, error);
    if (status)
        return status;
    uint32_t count = all_crossing(reduction, sink_side_of_vertex, NULL);
    status = array_alloc(count, sizeof(*ret->edges), "the cut", error, &ret->edges);
    if (!status)
        ret->count = all_crossing(reduction, sink_side_of_vertex, ret->edges);
    return status;
}

void cut_edges_deinit(struct cut_edges *cut)
{
    free(cut->edges);
    *cut = (struct cut_edges){0};
}
