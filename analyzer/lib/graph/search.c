/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A graph that fits into the caches is never scattered. A hundredth of the nodes is near. */
enum { SMALL_GRAPH_NODES = 1 << 18, SAMPLES = 1 << 13, NEAR_DIVISOR = 100, NEAR_SHARE_MIN = 8 };

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

bool graph_is_scattered(const struct graph *graph)
{
    uint32_t near = 0, step = graph->edge_count / SAMPLES + 1, samples = 0;
    if (graph->node_count < SMALL_GRAPH_NODES)
        return false;
    for (uint64_t edge = 0; edge < graph->edge_count; edge += step, samples++) {
        uint32_t source = source_of_edge(graph, (uint32_t)edge), target = graph->target_of_edge[edge];
        near += distance(source, target) < graph->node_count / NEAR_DIVISOR;
    }
    return near < samples / NEAR_SHARE_MIN;
}

/* --- the copy --- */

/* What the search left out comes last, in its order: so among garbage, too, the lower number stays the lower one. */
static void complete_order(const struct bfs_tree *paths, uint32_t *old_of_new, uint32_t reached)
{
    for (uint32_t node = 0; node < paths->node_count; node++) {
        if (!bfs_tree_is_reached(paths, node))
            old_of_new[reached++] = node;
    }
}

enum { PREFETCH_NODES = 32 };

static void copy_edges(const struct graph *graph, const uint32_t *old_of_new, const uint32_t *new_of_old, struct graph *ret)
{
    uint32_t count = 0;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        if (node + PREFETCH_NODES < graph->node_count)
            __builtin_prefetch(&graph->first_edge_of_node[old_of_new[node + PREFETCH_NODES]]);
        if (node + PREFETCH_NODES / 2 < graph->node_count)
            __builtin_prefetch(&graph->target_of_edge[graph->first_edge_of_node[old_of_new[node + PREFETCH_NODES / 2]]]);
        uint32_t old = old_of_new[node];
        ret->first_edge_of_node[node] = count;
        for (uint32_t edge = graph->first_edge_of_node[old]; edge < graph->first_edge_of_node[old + 1]; edge++)
            ret->target_of_edge[count++] = graph->target_of_edge[edge];
    }
    ret->first_edge_of_node[graph->node_count] = count;
    for (uint32_t edge = 0; edge < count; edge++) /* independent of each other, so that the processor has many of them under way */
        ret->target_of_edge[edge] = new_of_old[ret->target_of_edge[edge]];
    for (uint32_t i = 0; i < graph->root_count; i++)
        ret->root_node[i] = new_of_old[graph->root_node[i]];
}

static enum wh_status renumber(const struct graph *graph, const uint32_t *old_of_new, const struct progress *progress, struct wh_error *error,
                               struct graph *ret)
{
    uint32_t *new_of_old = NULL;
    *ret = (struct graph){.node_count = graph->node_count, .edge_count = graph->edge_count, .root_count = graph->root_count};
    enum wh_status status = progress_report(progress, "objects in another order", 0, graph->node_count, error);
    if (!status)
        status = array_alloc(graph->node_count, sizeof(uint32_t), "new numbers of objects", error, &new_of_old);
    if (!status)
        status = array_alloc((size_t)graph->node_count + 1, sizeof(uint32_t), "the graph in another order", error, &ret->first_edge_of_node);
    if (!status)
        status = array_alloc(graph->edge_count, sizeof(uint32_t), "the graph in another order", error, &ret->target_of_edge);
    if (!status)
        status = array_alloc(graph->root_count, sizeof(uint32_t), "the graph in another order", error, &ret->root_node);
    if (!status) {
        for (uint32_t node = 0; node < graph->node_count; node++)
            new_of_old[old_of_new[node]] = node;
        copy_edges(graph, old_of_new, new_of_old, ret);
    }
    free(new_of_old);
    return status;
}

/* --- back again --- */

static uint32_t old_number(const uint32_t *old_of_new, uint32_t node_count, uint32_t node)
{
    return node < node_count ? old_of_new[node] : node;
}

static int compare_nodes(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Into arrays in the order of the graph that was asked about. `scratch` has node_count + 2 elements and becomes idom_of_node. */
static void number_back(const uint32_t *old_of_new, uint32_t *scratch, struct dominators *dominators)
{
    uint32_t nodes = dominators->node_count;
    uint64_t *live = dominators->live_bitmap;
    for (uint32_t node = 0; node < nodes; node++)
        scratch[old_of_new[node]] = old_number(old_of_new, nodes, dominators->idom_of_node[node]);
    scratch[nodes] = scratch[nodes + 1] = NODE_NONE;
    free(dominators->idom_of_node);
    dominators->idom_of_node = scratch;
    for (uint32_t rank = 0; rank < nodes + 2; rank++)
        dominators->node_of_rank[rank] = old_number(old_of_new, nodes, dominators->node_of_rank[rank]);
    memset(live, 0, bitmap_word_count(nodes) * sizeof(*live));
    for (uint32_t node = 0; node <= dominators->live_count; node++) /* the first ones are those that the search for paths found */
        bitmap_set(live, old_of_new[node]);
    for (uint32_t i = 0; i < dominators->garbage_entry_count; i++)
        dominators->garbage_entry[i] = old_of_new[dominators->garbage_entry[i]];
    if (dominators->garbage_entry_count)
        qsort(dominators->garbage_entry, dominators->garbage_entry_count, sizeof(uint32_t), compare_nodes);
}

static enum wh_status search_renumbered(const struct graph *graph, const uint32_t *old_of_new, const struct progress *progress,
                                        struct wh_error *error, struct dominators *ret)
{
    struct graph copy;
    uint32_t *idom_of_node = NULL;
    enum wh_status status = renumber(graph, old_of_new, progress, error, &copy);
    if (!status)
        status = dominators_init(&copy, progress, error, ret);
    graph_deinit(&copy);
    if (!status)
        status = array_alloc((size_t)graph->node_count + 2, sizeof(uint32_t), "immediate dominators", error, &idom_of_node);
    if (!status)
        number_back(old_of_new, idom_of_node, ret);
    return status;
}

static enum wh_status search_scattered(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                                       struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths)
{
    uint32_t *old_of_new = NULL, reached = 0;
    enum wh_status status = bfs_tree_init_ordered(graph, groups, progress, error, paths, &old_of_new, &reached);
    if (!status) {
        complete_order(paths, old_of_new, reached);
        status = search_renumbered(graph, old_of_new, progress, error, dominators);
    }
    free(old_of_new);
    return status;
}

static enum wh_status search_in_order(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                                      struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths)
{
    enum wh_status status = dominators_init(graph, progress, error, dominators);
    return status ? status : bfs_tree_init(graph, groups, progress, error, paths);
}

enum wh_status graph_search(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                            struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths)
{
    return graph_search_as(graph_is_scattered(graph), graph, groups, progress, error, dominators, paths);
}

enum wh_status graph_search_dominators(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                                       struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths)
{
    *paths = (struct bfs_tree){0};
    if (graph_is_scattered(graph))
        return graph_search_as(true, graph, groups, progress, error, dominators, paths);
    return dominators_init(graph, progress, error, dominators);
}

enum wh_status graph_search_as(bool scattered, const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                               struct wh_error *error, struct dominators *dominators, struct bfs_tree *paths)
{
    *dominators = (struct dominators){0};
    *paths = (struct bfs_tree){0};
    enum wh_status status = (scattered ? search_scattered : search_in_order)(graph, groups, progress, error, dominators, paths);
    if (status) {
        dominators_deinit(dominators);
        bfs_tree_deinit(paths);
    }
    return status;
}
