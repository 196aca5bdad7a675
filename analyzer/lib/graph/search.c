/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/search.h"

#include <stdlib.h>

#include "graph/renumbering.h"
#include "graph/take_back.h"

/*
 * A graph that fits into the caches is never scattered. Near is a thousand objects among ten million. In a snapshot's order all references lead
 * near, in that of addresses 98 of 100, in a heap of syntax trees 93; where 93 of 100 do the two ways take about as long, where it is less the
 * plain one soon takes twice as long.
 */
enum { SMALL_GRAPH_NODES = 1 << 18, SAMPLES = 1 << 11, NEAR_DIVISOR = 1 << 13, EDGES_CLOSE_BY = 16, EDGES_OF_NEIGHBOURS = 64, FAR_DIVISOR = 8 };

static uint64_t distance(uint32_t a, uint32_t b)
{
    return a < b ? b - a : a - b;
}

/* The last node whose edges begin at or before the edge. */
static uint32_t source_of_edge(const struct graph *graph, uint32_t edge)
{
    uint32_t low = 0, high = graph->node_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (graph->first_edge_of_node[middle + 1] <= edge)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct edge_range { uint32_t begin, end; };

static struct edge_range edges_around(const struct graph *graph, uint32_t edge, uint32_t radius)
{
    return (struct edge_range){edge > radius ? edge - radius : 0, graph->edge_count - edge > radius ? edge + radius : graph->edge_count};
}

/* Another target of these edges is near. */
static bool has_near_target(const struct graph *graph, struct edge_range range, uint32_t target)
{
    bool near = false;
    for (uint32_t edge = range.begin; !near && edge < range.end; edge++)
        near = graph->target_of_edge[edge] != target && distance(graph->target_of_edge[edge], target) < graph->node_count / NEAR_DIVISOR;
    return near;
}

static bool has_target(const struct graph *graph, struct edge_range range, uint32_t target)
{
    bool found = false;
    for (uint32_t edge = range.begin; !found && edge < range.end; edge++)
        found = graph->target_of_edge[edge] == target;
    return found;
}

/*
 * Is the edge's target near its source, or near the target of an edge close by? Then it was, or will be, in the caches for that one. A target that its
 * neighbours refer to is found from there: another order would not bring it nearer to this source.
 */
static bool is_near(const struct graph *graph, uint32_t edge)
{
    uint32_t target = graph->target_of_edge[edge];
    return distance(source_of_edge(graph, edge), target) < graph->node_count / NEAR_DIVISOR ||
           has_near_target(graph, edges_around(graph, edge, EDGES_CLOSE_BY), target) ||
           has_target(graph, edges_around(graph, graph->first_edge_of_node[target], EDGES_OF_NEIGHBOURS), target);
}

struct sample { uint32_t target; bool near; };

static int compare_samples(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    return (a->target > b->target) - (a->target < b->target);
}

/* Targets that are met twice are such as everything refers to, and always in the caches. */
bool graph_is_scattered(const struct graph *graph)
{
    struct sample samples[SAMPLES];
    uint32_t count = 0, near = 0, single = 0, step = graph->edge_count / SAMPLES + 1;
    if (graph->node_count < SMALL_GRAPH_NODES)
        return false;
    for (uint64_t edge = 0; edge < graph->edge_count; edge += step)
        samples[count++] = (struct sample){graph->target_of_edge[edge], is_near(graph, (uint32_t)edge)};
    qsort(samples, count, sizeof(*samples), compare_samples);
    for (uint32_t i = 0; i < count; i++) {
        if ((i > 0 && samples[i - 1].target == samples[i].target) || (i + 1 < count && samples[i + 1].target == samples[i].target))
            continue;
        single++;
        near += samples[i].near;
    }
    return near < single - single / FAR_DIVISOR;
}

struct search {
    const struct graph *graph;
    const struct root_groups *groups;
    const struct node_sizes *sizes;
    const struct progress *progress;
    struct wh_error *error;
};

static enum wh_status search_in_order(const struct search *search, const struct search_results *ret)
{
    enum wh_status status = dominators_init(search->graph, search->progress, search->error, ret->dominators);
    if (!status && ret->paths)
        status = bfs_tree_init(search->graph, search->groups, search->progress, search->error, ret->paths);
    if (!status)
        status = retained_init(ret->dominators, search->sizes, search->progress, search->error, ret->retained);
    dominators_forget_order(ret->dominators);
    return status;
}

/* Paths first: the dominators free the copied references on the way. */
static enum wh_status search_copy(const struct search *search, struct renumbering *copy, const struct search_results *ret)
{
    enum wh_status status = WH_OK;
    if (ret->paths)
        status = bfs_tree_init(&copy->graph, search->groups, search->progress, search->error, ret->paths);
    if (!status)
        status = dominators_init_spending(&copy->graph, copy->new_of_old, search->progress, search->error, ret->dominators);
    if (!status)
        status = take_back_results(copy, search->sizes, search->progress, search->error, ret->dominators, ret->retained, ret->paths);
    return status;
}

static enum wh_status search_renumbered(const struct search *search, const struct search_results *ret)
{
    struct renumbering copy;
    enum wh_status status = renumbering_init(search->graph, search->progress, search->error, &copy);
    if (!status)
        status = search_copy(search, &copy, ret);
    renumbering_deinit(&copy);
    return status;
}

enum wh_status graph_search(const struct graph *graph, const struct root_groups *groups, const struct node_sizes *sizes,
                            const struct progress *progress, struct wh_error *error, const struct search_results *ret)
{
    return graph_search_as(graph_is_scattered(graph), graph, groups, sizes, progress, error, ret);
}

enum wh_status graph_search_as(bool scattered, const struct graph *graph, const struct root_groups *groups, const struct node_sizes *sizes,
                               const struct progress *progress, struct wh_error *error, const struct search_results *ret)
{
    struct search search = {graph, groups, sizes, progress, error};
    *ret->dominators = (struct dominators){0};
    *ret->retained = (struct retained){0};
    if (ret->paths)
        *ret->paths = (struct bfs_tree){0};
    enum wh_status status = (scattered ? search_renumbered : search_in_order)(&search, ret);
    if (!status)
        return WH_OK;
    dominators_deinit(ret->dominators);
    retained_deinit(ret->retained);
    if (ret->paths)
        bfs_tree_deinit(ret->paths);
    return status;
}
