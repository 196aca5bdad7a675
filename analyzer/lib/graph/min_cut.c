/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/min_cut.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <igraph.h>

#include "base/array.h"
#include "graph/crossing.h"
#include "graph/dominators.h"
#include "graph/reduction.h"

const struct min_cut_limits min_cut_limits = {.edges = 4u << 20, .peeled_edges = 1u << 20, .sweeps = 8};

/* --- the network as igraph wants it --- */

struct flow_problem {
    igraph_t graph;
    igraph_vector_int_t ends;          /* from, to, from, to … */
    igraph_vector_t capacities;
    igraph_vector_int_t sink_side;
    bool has_graph;
};

/* Upper bounds of what igraph 0.10 allocates for a maximum flow. */
enum { IGRAPH_BYTES_AN_EDGE = 256, IGRAPH_BYTES_A_VERTEX = 256 };

/* igraph does not check one of its allocations (the queue of igraph_maxflow), so what it needs has to be there before it starts. */
static enum wh_status ensure_memory(uint32_t vertices, uint32_t edges, struct wh_error *error)
{
    char *probe;
    enum wh_status status = array_alloc((size_t)edges * IGRAPH_BYTES_AN_EDGE + (size_t)vertices * IGRAPH_BYTES_A_VERTEX, 1, "the minimum cut",
                                        error, &probe);
    if (!status)
        free(probe);
    return status;
}

/* Vertices as igraph numbers them: the sink and all peeled ones are VERTEX_SINK. */
static void number_vertices(const struct reduction *reduction, uint32_t *number_of_vertex, uint32_t *count)
{
    memset(number_of_vertex, 0, reduction->vertex_count * sizeof(uint32_t));
    for (uint32_t i = 0; i < reduction->peeled_count; i++)
        number_of_vertex[reduction->peeled[i]] = VERTEX_SINK;
    number_of_vertex[VERTEX_SINK] = VERTEX_SINK;
    *count = VERTEX_FIRST;
    for (uint32_t vertex = VERTEX_FIRST; vertex < reduction->vertex_count; vertex++) {
        if (number_of_vertex[vertex] != VERTEX_SINK)
            number_of_vertex[vertex] = (*count)++;
    }
}

/* Edges by `from`, so those of one vertex to the sink can be added up. Returns their number; stores them if there is a problem. */
static uint32_t list_edges(const struct reduction *reduction, const uint32_t *number_of_vertex, struct flow_problem *problem)
{
    uint32_t count = 0, sink_edge = 0, sink_from = UINT32_MAX;
    for (uint32_t i = 0; i < reduction->edge_count; i++) {
        uint32_t from = number_of_vertex[reduction->edges[i].from], to = number_of_vertex[reduction->edges[i].to];
        double capacity = (double)reduction->edges[i].capacity;
        if (from == VERTEX_SINK)
            continue;
        if (to == VERTEX_SINK && sink_from == from) {
            if (problem)
                VECTOR(problem->capacities)[sink_edge] += capacity;
            continue;
        }
        if (to == VERTEX_SINK) {
            sink_edge = count;
            sink_from = from;
        }
        if (problem) {
            VECTOR(problem->ends)[2 * (size_t)count] = from;
            VECTOR(problem->ends)[2 * (size_t)count + 1] = to;
            VECTOR(problem->capacities)[count] = capacity;
        }
        count++;
    }
    return count;
}

static void flow_problem_deinit(struct flow_problem *problem)
{
    if (problem->has_graph)
        igraph_destroy(&problem->graph);
    igraph_vector_int_destroy(&problem->ends);
    igraph_vector_destroy(&problem->capacities);
    igraph_vector_int_destroy(&problem->sink_side);
}

/* Vectors that are all zero may be destroyed. */
static igraph_error_t solve(const struct reduction *reduction, const uint32_t *number_of_vertex, uint32_t vertices, uint32_t edges,
                            struct flow_problem *problem)
{
    igraph_real_t value;
    igraph_error_t failed = igraph_vector_int_init(&problem->ends, 2 * (igraph_integer_t)edges);
    if (!failed)
        failed = igraph_vector_init(&problem->capacities, edges);
    if (!failed)
        failed = igraph_vector_int_init(&problem->sink_side, 0);
    if (failed)
        return failed;
    list_edges(reduction, number_of_vertex, problem);
    failed = igraph_create(&problem->graph, &problem->ends, vertices, IGRAPH_DIRECTED);
    problem->has_graph = !failed;
    if (!failed)
        failed = igraph_maxflow(&problem->graph, &value, NULL, NULL, NULL, &problem->sink_side, VERTEX_SOURCE, VERTEX_SINK,
                                &problem->capacities, NULL);
    return failed;
}

static void take_sides(const struct reduction *reduction, const uint32_t *number_of_vertex, uint32_t vertices,
                       const igraph_vector_int_t *sink_side, bool *side_of_number, bool *side_of_vertex)
{
    memset(side_of_number, 0, vertices * sizeof(bool));
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(sink_side); i++)
        side_of_number[VECTOR(*sink_side)[i]] = true;
    for (uint32_t vertex = 0; vertex < reduction->vertex_count; vertex++)
        side_of_vertex[vertex] = side_of_number[number_of_vertex[vertex]];
}

/* By default igraph aborts when an allocation fails. */
static enum wh_status flow(const struct reduction *reduction, const uint32_t *number_of_vertex, uint32_t vertices, uint32_t edges,
                           bool *side_of_vertex, struct wh_error *error)
{
    struct flow_problem problem = {.has_graph = false};
    bool *side_of_number = NULL;
    enum wh_status status = array_alloc(vertices, sizeof(bool), "the minimum cut", error, &side_of_number);
    if (!status)
        status = ensure_memory(vertices, edges, error);
    if (status) {
        free(side_of_number);
        return status;
    }
    igraph_error_handler_t *before = igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_error_t failed = solve(reduction, number_of_vertex, vertices, edges, &problem);
    igraph_set_error_handler(before);
    if (failed)
        status = wh_error_set(error, WH_ERR_RESOURCE, "cannot compute the minimum cut: %s", igraph_strerror(failed));
    else
        take_sides(reduction, number_of_vertex, vertices, &problem.sink_side, side_of_number, side_of_vertex);
    flow_problem_deinit(&problem);
    free(side_of_number);
    return status;
}

/* --- when a limit is met --- */

enum { DOMINATORS_MAX = 64 };   /* how many nodes above the set are looked at */

/* The nearest node that dominates the whole set, or the virtual root: the first, from the leaves up, below which all of it lies. */
static enum wh_status common_dominator(const struct dominators *dominators, const struct cut_region *region, struct wh_error *error,
                                       uint32_t *ret)
{
    uint32_t *count_of_node = NULL, total = dominators->node_count + 2;
    enum wh_status status = array_alloc_zeroed(total, sizeof(uint32_t), "the common dominator", error, &count_of_node);
    *ret = dominators->node_count;
    for (uint32_t rank = total; !status && rank-- > 1;) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        if (node < dominators->node_count)
            count_of_node[node] += bitmap_test(region->target_bitmap, node);
        if (count_of_node[node] == region->target_count) {
            *ret = node;
            break;
        }
        if (idom != NODE_NONE)
            count_of_node[idom] += count_of_node[node];
    }
    free(count_of_node);
    return status;
}

struct candidate { uint32_t node, references; bool fixed; };

struct candidates { struct candidate rows[DOMINATORS_MAX]; uint32_t count; };

static struct candidates list_candidates(const struct dominators *dominators, const struct cut_region *region, uint32_t node)
{
    struct candidates found = {.count = 0};
    for (; node < dominators->node_count && found.count < DOMINATORS_MAX && !bitmap_test(region->fixed_bitmap, node);
         node = dominators->idom_of_node[node])
        found.rows[found.count++] = (struct candidate){.node = node};
    return found;
}

/* Whatever the nodes from which the candidates are referred to: those behind them are sorted out when one is chosen. */
static void count_references(const struct cut_region *region, struct candidates *candidates)
{
    const struct edge_view *view = region->view;
    for (uint32_t node = 1; node < view->graph->node_count; node++) {
        for (uint32_t edge = edge_view_first(view, node); edge <= edge_view_last(view, node); edge++) {
            uint32_t target = edge_view_target(view, node, edge);
            for (uint32_t i = 0; i < candidates->count; i++) {
                if (candidates->rows[i].node != target)
                    continue;
                candidates->rows[i].references++;
                candidates->rows[i].fixed |= cut_capacity(view, region->rules, node, edge) == CUT_INFINITE;
            }
        }
    }
}

/* The node with the fewest references, `limit` at most; NODE_NONE if there is none. The first is the nearest to the set. */
static uint32_t choose_candidate(const struct candidates *candidates, uint32_t limit)
{
    const struct candidate *best = NULL;
    for (uint32_t i = 0; i < candidates->count; i++) {
        const struct candidate *row = &candidates->rows[i];
        if (!row->fixed && row->references <= limit && (!best || row->references < best->references))
            best = row;
    }
    return best ? best->node : NODE_NONE;
}

/* All that is reached although `blocked` is not passed through. */
static void mark_before(const struct edge_view *view, uint32_t blocked, uint64_t *marked, uint32_t *queue)
{
    const struct graph *graph = view->graph;
    uint32_t end = 0;
    bitmap_set(marked, NODE_NULL);
    bitmap_set(marked, blocked);
    for (uint32_t i = 0; i < graph->root_count; i++) {
        if (!bitmap_test(marked, graph->root_node[i]))
            queue[end++] = graph->root_node[i];
        bitmap_set(marked, graph->root_node[i]);
    }
    for (uint32_t begin = 0; begin < end; begin++) {
        uint32_t node = queue[begin];
        for (uint32_t edge = edge_view_first(view, node); edge <= edge_view_last(view, node); edge++) {
            uint32_t target = edge_view_target(view, node, edge);
            if (!bitmap_test(marked, target))
                queue[end++] = target;
            bitmap_set(marked, target);
        }
    }
}

static uint32_t list_references(const struct cut_region *region, const uint64_t *marked, uint32_t target, struct cut_edge *ret)
{
    uint32_t count = 0;
    struct cut_link link;
    for (uint32_t node = 1; node < region->view->graph->node_count; node++) {
        if (node == target || !bitmap_test(marked, node))
            continue;
        for (uint32_t at = edge_view_first(region->view, node); cut_link_next(region->view, region->rules, node, &at, &link);) {
            if (link.target != target && link.with != target)
                continue;
            if (ret)
                ret[count] = (struct cut_edge){node, link.edge, link.pair};
            count++;
        }
    }
    return count;
}

static enum wh_status cut_dominator(const struct cut_region *region, uint32_t target, struct wh_error *error, struct cut_edges *ret)
{
    uint64_t *marked = NULL;
    uint32_t *queue = NULL, node_count = region->view->graph->node_count;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(node_count), sizeof(uint64_t), "the cut", error, &marked);
    if (!status)
        status = array_alloc(node_count, sizeof(uint32_t), "the cut", error, &queue);
    if (!status) {
        mark_before(region->view, target, marked, queue);
        ret->count = list_references(region, marked, target, NULL);
        status = array_alloc(ret->count, sizeof(*ret->edges), "the cut", error, &ret->edges);
    }
    if (!status)
        list_references(region, marked, target, ret->edges);
    free(marked);
    free(queue);
    return status;
}

/* The nodes above the set, up to the first that nobody can take away. */
static enum wh_status find_candidates(const struct cut_region *region, const struct progress *progress, struct wh_error *error, struct candidates *ret)
{
    struct graph graph;
    struct dominators dominators;
    uint32_t common = NODE_NONE;
    enum wh_status status = edge_view_graph_init(region->view, error, &graph);
    if (status)
        return status;
    status = dominators_init(&graph, progress, error, &dominators);
    edge_view_graph_deinit(&graph);
    if (status)
        return status;
    status = common_dominator(&dominators, region, error, &common);
    *ret = list_candidates(&dominators, region, status ? NODE_NONE : common);
    dominators_deinit(&dominators);
    return status;
}

static enum wh_status best_known(const struct cut_region *region, const struct progress *progress, struct wh_error *error, struct cut_edges *ret)
{
    struct candidates candidates;
    enum wh_status status = find_candidates(region, progress, error, &candidates);
    if (!status)
        status = crossing_list_all(region, error, ret);
    if (status)
        return status;
    count_references(region, &candidates);
    uint32_t node = choose_candidate(&candidates, ret->count);
    if (node == NODE_NONE)
        return WH_OK;
    cut_edges_deinit(ret);
    return cut_dominator(region, node, error, ret);
}

/* --- all of it --- */

static enum wh_status cut_network(struct cut_region *region, const struct reduction *reduction, const uint32_t *number_of_vertex, uint32_t vertices,
                                  uint32_t edges, struct wh_error *error, struct cut_edges *ret)
{
    bool *side_of_vertex = NULL;
    enum wh_status status = array_alloc_zeroed(reduction->vertex_count, sizeof(bool), "the minimum cut", error, &side_of_vertex);
    if (!status && edges)
        status = flow(reduction, number_of_vertex, vertices, edges, side_of_vertex, error);
    if (!status) {
        side_of_vertex[VERTEX_SINK] = true;
        status = reduction_decide_peeled(reduction, side_of_vertex, error);
    }
    if (!status)
        status = crossing_list(region, reduction, side_of_vertex, error, ret);
    free(side_of_vertex);
    return status;
}

static enum wh_status stop(struct min_cut *cut, const char *what, uint32_t limit, const struct cut_region *region,
                           const struct progress *progress, struct wh_error *error)
{
    cut->complete = false;
    snprintf(cut->stopped_at, sizeof(cut->stopped_at), "stopped at %" PRIu32 " references %s", limit, what);
    return best_known(region, progress, error, &cut->cut);
}

static enum wh_status cut_reduction(struct cut_region *region, const struct reduction *reduction, const struct min_cut_limits *limits,
                                    const struct progress *progress, struct wh_error *error, struct min_cut *ret)
{
    uint32_t *number_of_vertex = NULL, vertices;
    if (reduction->stopped)
        return stop(ret, "that lead to the objects", limits->edges, region, progress, error);
    enum wh_status status = array_alloc(reduction->vertex_count, sizeof(uint32_t), "the network", error, &number_of_vertex);
    if (status)
        return status;
    number_vertices(reduction, number_of_vertex, &vertices);
    uint32_t edges = list_edges(reduction, number_of_vertex, NULL);
    if (edges > limits->peeled_edges)
        status = stop(ret, "that matter", limits->peeled_edges, region, progress, error);
    else
        status = progress_report(progress, "the minimum cut", 0, edges, error);
    if (!status && ret->complete)
        status = cut_network(region, reduction, number_of_vertex, vertices, edges, error, &ret->cut);
    free(number_of_vertex);
    return status;
}

static enum wh_status cut_off(struct cut_region *region, const struct min_cut_limits *limits, const struct progress *progress, struct wh_error *error,
                              struct min_cut *ret)
{
    struct reduction reduction;
    ret->complete = true;
    ret->fixed_targets = region->fixed_target_count;
    if (!region->target_count)
        return WH_OK;
    enum wh_status status = reduction_init(region, limits->edges, progress, error, &reduction);
    if (status)
        return status;
    status = cut_reduction(region, &reduction, limits, progress, error, ret);
    reduction_deinit(&reduction);
    return status;
}

enum wh_status min_cut_init(const struct edge_view *view, const struct cut_rule_set *rules, const uint32_t *targets, uint32_t target_count,
                            const struct min_cut_limits *limits, const struct progress *progress, struct wh_error *error,
                            struct min_cut *ret)
{
    struct cut_region region;
    *ret = (struct min_cut){.complete = true};
    enum wh_status status = cut_region_init(view, rules, targets, target_count, limits->sweeps, progress, error, &region);
    if (status)
        return status;
    status = cut_off(&region, limits, progress, error, ret);
    cut_region_deinit(&region);
    if (status)
        min_cut_deinit(ret);
    return status;
}

void min_cut_deinit(struct min_cut *cut)
{
    cut_edges_deinit(&cut->cut);
    *cut = (struct min_cut){0};
}
