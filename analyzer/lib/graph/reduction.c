/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/reduction.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const char *const purpose = "the network";

struct reducer {
    struct reduction *ret;
    const struct cut_region *region;
    const struct progress *progress;
    struct wh_error *error;
    uint32_t edge_limit, edge_capacity;
    struct bitmap_ranks ranks;        /* of what the region leaves open */
    uint64_t *open_bitmap;
    uint32_t *vertex_of_rank;         /* 0: none yet */
    struct node_vector edge_of_vertex; /* the last edge to a vertex: parallel ones are added to it */
};

/* --- the network --- */

/* A chain of objects each of which leads to the next alone; longer ones are vertices. */
enum { STAND_INS_MAX = 16 };

/* A vertex for a node, or for a pair of references (node 0). */
static enum wh_status new_vertex(struct reducer *reducer, uint32_t node, uint32_t *ret)
{
    *ret = reducer->ret->nodes.count + VERTEX_FIRST;
    enum wh_status status = node_vector_add(&reducer->ret->nodes, node, purpose, reducer->error);
    if (!status)
        status = node_vector_add(&reducer->edge_of_vertex, UINT32_MAX, purpose, reducer->error);
    if (!status)
        reducer->ret->vertex_count++;
    return status;
}

static enum wh_status connect(struct reducer *reducer, uint32_t from, uint32_t to, uint64_t capacity)
{
    struct reduction *ret = reducer->ret;
    if (from == to || (from == VERTEX_SOURCE && to == VERTEX_SINK))
        return WH_OK;
    uint32_t last = reducer->edge_of_vertex.nodes[to];
    if (last != UINT32_MAX && ret->edges[last].from == from) {
        ret->edges[last].capacity = cut_add(ret->edges[last].capacity, capacity);
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
            return wh_error_set(reducer->error, WH_ERR_RESOURCE, "out of memory for what holds the objects");
        ret->edges = edges;
        reducer->edge_capacity = capacity_wanted;
    }
    reducer->edge_of_vertex.nodes[to] = ret->edge_count;
    ret->edges[ret->edge_count++] = (struct network_edge){from, to, capacity};
    return WH_OK;
}

/*
 * The one node to which all that a node holds leads, by what nobody can remove, or the node itself: they are on the same side. So a class stands for its
 * instances.
 */
static uint32_t stand_in_once(const struct reducer *reducer, uint32_t node)
{
    const struct cut_region *region = reducer->region;
    struct cut_link link;
    uint32_t found = node;
    for (uint32_t at = edge_view_first(region->view, node); cut_link_next(region->view, region->rules, node, &at, &link);) {
        bool open = bitmap_test(reducer->open_bitmap, link.target) && link.target != node;
        if (cut_region_crosses(region, &link) || bitmap_test(reducer->open_bitmap, link.with))
            return node;
        if (!open)
            continue;
        if ((found != node && found != link.target) || cut_capacity(region->view, region->rules, node, link.edge) != CUT_INFINITE)
            return node;
        found = link.target;
    }
    return found;
}

static uint32_t stand_in(const struct reducer *reducer, uint32_t node)
{
    for (unsigned step = 0; step < STAND_INS_MAX; step++) {
        uint32_t next = stand_in_once(reducer, node);
        if (next == node)
            break;
        node = next;
    }
    return node;
}

/* The vertex of a node that matters for the cut; NODE_NONE if it does not. */
static enum wh_status vertex_of(struct reducer *reducer, uint32_t node, uint32_t *ret)
{
    *ret = NODE_NONE;
    if (!bitmap_test(reducer->open_bitmap, node))
        return WH_OK;
    uint32_t *known = &reducer->vertex_of_rank[bitmap_ranks_get(&reducer->ranks, node)];
    enum wh_status status = WH_OK;
    if (!*known) {
        uint32_t other = stand_in(reducer, node);
        uint32_t *of_other = &reducer->vertex_of_rank[bitmap_ranks_get(&reducer->ranks, other)];
        status = *of_other ? WH_OK : new_vertex(reducer, other, of_other);
        *known = *of_other;
    }
    *ret = *known;
    return status;
}

/* Key and value both lead to the set: one reference to both. A vertex between them counts the pair once. */
static enum wh_status connect_pair(struct reducer *reducer, uint32_t from, uint32_t key, uint32_t value, uint64_t capacity)
{
    uint32_t between;
    enum wh_status status = new_vertex(reducer, NODE_NULL, &between);
    if (!status)
        status = connect(reducer, from, between, capacity);
    if (!status)
        status = connect(reducer, between, key, CUT_INFINITE);
    return status ? status : connect(reducer, between, value, CUT_INFINITE);
}

/* A link that crosses has to be cut if its node stays, and leads nowhere else. */
static enum wh_status add_link(struct reducer *reducer, uint32_t node, uint32_t from, const struct cut_link *link)
{
    const struct cut_region *region = reducer->region;
    uint32_t to = NODE_NONE, with = NODE_NONE;
    bool crosses = cut_region_crosses(region, link);
    enum wh_status status = crosses ? WH_OK : vertex_of(reducer, link->target, &to);
    if (!status && !crosses)
        status = vertex_of(reducer, link->with, &with);
    if (status || (!crosses && to == NODE_NONE && with == NODE_NONE))
        return status;
    uint64_t capacity = cut_capacity(region->view, region->rules, node, link->edge);
    if (crosses)
        return connect(reducer, from, VERTEX_SINK, capacity);
    if (to != NODE_NONE && with != NODE_NONE)
        return connect_pair(reducer, from, to, with, capacity);
    return connect(reducer, from, to != NODE_NONE ? to : with, capacity);
}

/* Adds a node's edges. Those of vertices between come out of order; they are sorted later. */
static enum wh_status expand(struct reducer *reducer, uint32_t node, uint32_t from)
{
    const struct cut_region *region = reducer->region;
    struct cut_link link;
    enum wh_status status = WH_OK;
    for (uint32_t at = edge_view_first(region->view, node); !status && cut_link_next(region->view, region->rules, node, &at, &link);)
        status = add_link(reducer, node, from, &link);
    return status;
}

static enum wh_status make_network(struct reducer *reducer)
{
    struct reduction *ret = reducer->ret;
    const struct node_vector *fixed = &reducer->region->fixed;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && !ret->stopped && i < fixed->count; i++)
        status = expand(reducer, fixed->nodes[i], VERTEX_SOURCE);
    for (uint32_t i = 0; !status && !ret->stopped && i < ret->nodes.count; i++) {
        if (ret->nodes.nodes[i])
            status = expand(reducer, ret->nodes.nodes[i], i + VERTEX_FIRST);
        if (!status)
            status = progress_tick(reducer->progress, "what holds the objects", i, ret->nodes.count, reducer->error);
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
    uint64_t *in_of_vertex, *sink_of_vertex;  /* capacities: all that lead to it; from it to the sink */
    bool *peeled;
};

static void peeler_deinit(struct peeler *peeler)
{
    free(peeler->first_in_of_vertex);
    free(peeler->in_edge);
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
        peeler->in_of_vertex[edge->to] = cut_add(peeler->in_of_vertex[edge->to], edge->capacity);
        if (edge->to == VERTEX_SINK)
            peeler->sink_of_vertex[edge->from] = cut_add(peeler->sink_of_vertex[edge->from], edge->capacity);
    }
    for (uint32_t vertex = 0; vertex < reduction->vertex_count; vertex++)
        peeler->first_in_of_vertex[vertex + 2] += peeler->first_in_of_vertex[vertex + 1];
    for (uint32_t i = 0; i < reduction->edge_count; i++)
        peeler->in_edge[peeler->first_in_of_vertex[reduction->edges[i].to + 1]++] = i;
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

/* It is never cheaper to cut behind it than before it. */
static void peel_if_useless(struct peeler *peeler, uint32_t vertex)
{
    if (vertex < VERTEX_FIRST || peeler->peeled[vertex] || !peeler->sink_of_vertex[vertex] ||
        peeler->sink_of_vertex[vertex] < peeler->in_of_vertex[vertex])
        return;
    peeler->peeled[vertex] = true;
    peeler->ret->peeled[peeler->ret->peeled_count++] = vertex;
}

/* What leads to a vertex that was peeled leads to the sink; what it leads to has one referrer less. */
static void peel_around(struct peeler *peeler, uint32_t vertex)
{
    const struct reduction *reduction = peeler->ret;
    for (uint32_t i = peeler->first_in_of_vertex[vertex]; i < peeler->first_in_of_vertex[vertex + 1]; i++) {
        const struct network_edge *edge = &reduction->edges[peeler->in_edge[i]];
        peeler->sink_of_vertex[edge->from] = cut_add(peeler->sink_of_vertex[edge->from], edge->capacity);
        peel_if_useless(peeler, edge->from);
    }
    for (uint32_t i = first_edge(reduction, vertex); i < reduction->edge_count && reduction->edges[i].from == vertex; i++) {
        const struct network_edge *edge = &reduction->edges[i];
        if (peeler->in_of_vertex[edge->to] < CUT_INFINITE)
            peeler->in_of_vertex[edge->to] -= edge->capacity;
        peel_if_useless(peeler, edge->to);
    }
}

static void peel(struct peeler *peeler)
{
    const struct reduction *reduction = peeler->ret;
    for (uint32_t vertex = VERTEX_FIRST; vertex < reduction->vertex_count; vertex++)
        peel_if_useless(peeler, vertex);
    for (uint32_t at = 0; at < reduction->peeled_count; at++)
        peel_around(peeler, reduction->peeled[at]);
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

static enum wh_status number_open(struct reducer *reducer)
{
    const struct cut_region *region = reducer->region;
    uint32_t node_count = region->view->graph->node_count;
    enum wh_status status = array_alloc(bitmap_word_count(node_count), sizeof(uint64_t), purpose, reducer->error, &reducer->open_bitmap);
    if (status)
        return status;
    for (size_t word = 0; word < bitmap_word_count(node_count); word++)
        reducer->open_bitmap[word] = region->inner_bitmap[word] & ~region->sink_bitmap[word];
    status = bitmap_ranks_init(reducer->open_bitmap, node_count, reducer->error, &reducer->ranks);
    if (!status)
        status = array_alloc_zeroed(reducer->ranks.count, sizeof(uint32_t), purpose, reducer->error, &reducer->vertex_of_rank);
    for (uint32_t vertex = 0; !status && vertex < VERTEX_FIRST; vertex++)
        status = node_vector_add(&reducer->edge_of_vertex, UINT32_MAX, purpose, reducer->error);
    return status;
}

static enum wh_status reduce(struct reducer *reducer)
{
    struct reduction *ret = reducer->ret;
    enum wh_status status = number_open(reducer);
    if (!status)
        status = make_network(reducer);
    if (status || ret->stopped || !ret->edge_count)
        return status;
    qsort(ret->edges, ret->edge_count, sizeof(*ret->edges), compare_edges);
    return peel_network(reducer);
}

enum wh_status reduction_init(const struct cut_region *region, uint32_t edge_limit, const struct progress *progress, struct wh_error *error,
                              struct reduction *ret)
{
    *ret = (struct reduction){.region = region, .vertex_count = VERTEX_FIRST};
    struct reducer reducer = {.ret = ret, .region = region, .progress = progress, .error = error, .edge_limit = edge_limit};
    enum wh_status status = reduce(&reducer);
    bitmap_ranks_deinit(&reducer.ranks);
    free(reducer.open_bitmap);
    free(reducer.vertex_of_rank);
    node_vector_deinit(&reducer.edge_of_vertex);
    if (status)
        reduction_deinit(ret);
    return status;
}

void reduction_deinit(struct reduction *reduction)
{
    node_vector_deinit(&reduction->nodes);
    free(reduction->edges);
    free(reduction->peeled);
    *reduction = (struct reduction){0};
}

/* --- from sides of vertices to sides of nodes --- */

/* What leads to each vertex from the source's side. */
static void count_before(const struct reduction *reduction, const bool *sink_side, uint64_t *before_of_vertex)
{
    for (uint32_t i = 0; i < reduction->edge_count; i++) {
        const struct network_edge *edge = &reduction->edges[i];
        if (!sink_side[edge->from])
            before_of_vertex[edge->to] = cut_add(before_of_vertex[edge->to], edge->capacity);
    }
}

static uint64_t count_behind(const struct reduction *reduction, const bool *sink_side, uint32_t vertex)
{
    uint64_t behind = 0;
    for (uint32_t i = first_edge(reduction, vertex); i < reduction->edge_count && reduction->edges[i].from == vertex; i++)
        behind = cut_add(behind, sink_side[reduction->edges[i].to] ? reduction->edges[i].capacity : 0);
    return behind;
}

/*
 * The last one peeled first: what was peeled before it stands on the sink's side, and all else is decided. To the source's side with it
 * if that costs no more.
 */
static void unpeel(const struct reduction *reduction, bool *sink_side, uint64_t *before_of_vertex)
{
    for (uint32_t at = reduction->peeled_count; at-- > 0;) {
        uint32_t vertex = reduction->peeled[at];
        if (!before_of_vertex[vertex] || count_behind(reduction, sink_side, vertex) > before_of_vertex[vertex])
            continue;
        sink_side[vertex] = false;
        for (uint32_t i = first_edge(reduction, vertex); i < reduction->edge_count && reduction->edges[i].from == vertex; i++)
            before_of_vertex[reduction->edges[i].to] = cut_add(before_of_vertex[reduction->edges[i].to], reduction->edges[i].capacity);
    }
}

enum wh_status reduction_decide_peeled(const struct reduction *reduction, bool *sink_side, struct wh_error *error)
{
    uint64_t *before_of_vertex = NULL;
    for (uint32_t i = 0; i < reduction->peeled_count; i++)
        sink_side[reduction->peeled[i]] = true;
    enum wh_status status = array_alloc_zeroed(reduction->vertex_count, sizeof(uint64_t), "the cut", error, &before_of_vertex);
    if (!status) {
        count_before(reduction, sink_side, before_of_vertex);
        unpeel(reduction, sink_side, before_of_vertex);
    }
    free(before_of_vertex);
    return status;
}
