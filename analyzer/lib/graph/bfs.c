/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/bfs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap_ranks.h"
#include "base/prefetch.h"

/* Nodes wait in a queue, so what they will need can be fetched early: first where their edges start, then the edges. */
enum { PREFETCH_EDGES = 16, PREFETCH_NODE = 32 };

struct search {
    const struct graph *graph;
    const struct edge_view *view; /* NULL: the graph as it is */
    const struct progress *progress;
    struct wh_error *error;
    uint32_t *queue;
    uint32_t head;
    uint32_t tail;
};

static enum wh_status allocate(struct search *search, struct bfs_tree *tree)
{
    size_t nodes = search->graph->node_count;
    enum wh_status status = array_alloc(nodes, sizeof(uint32_t), "shortest paths", search->error, &tree->parent_of_node);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(nodes), sizeof(uint64_t), "the reached objects", search->error,
                                    &tree->reached_bitmap);
    if (!status)
        status = array_alloc(nodes, sizeof(uint32_t), "the search queue", search->error, &search->queue);
    return status;
}

static void reach(struct search *search, struct bfs_tree *tree, uint32_t node, uint32_t parent)
{
    bitmap_set(tree->reached_bitmap, node);
    tree->parent_of_node[node] = parent;
    search->queue[search->tail++] = node;
}

static void prefetch_ahead(const struct search *search)
{
    prefetch_is_wanted();
    const struct graph *graph = search->graph;
    const uint32_t *next = search->queue + search->head;
    if (search->tail - search->head <= PREFETCH_NODE)
        return;
    __builtin_prefetch(&graph->first_edge_of_node[next[PREFETCH_NODE]]);
    __builtin_prefetch(&graph->target_of_edge[graph->first_edge_of_node[next[PREFETCH_EDGES]]]);
}

static void reach_targets(struct search *search, struct bfs_tree *tree, uint32_t node)
{
    const struct graph *graph = search->graph;
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
        if (!bitmap_test(tree->reached_bitmap, graph->target_of_edge[edge]))
            reach(search, tree, graph->target_of_edge[edge], node);
    }
}

/* Most targets are reached already: whether the edge counts is asked for the others alone. */
static void reach_viewed_targets(struct search *search, struct bfs_tree *tree, uint32_t node)
{
    const struct edge_view *view = search->view;
    const uint32_t *target_of_edge = view->graph->target_of_edge;
    uint32_t last = edge_view_last(view, node), kind_target = edge_view_kind_target(view, node);
    for (uint32_t edge = edge_view_first(view, node); edge < last; ++edge) {
        if (!bitmap_test(tree->reached_bitmap, target_of_edge[edge]) && !edge_view_is_silent(view, edge))
            reach(search, tree, target_of_edge[edge], node);
    }
    if (!bitmap_test(tree->reached_bitmap, kind_target))
        reach(search, tree, kind_target, node);
}

static enum wh_status drain_queue(struct search *search, struct bfs_tree *tree)
{
    const struct graph *graph = search->graph;
    while (search->head < search->tail) {
        enum wh_status status = progress_tick(search->progress, "shortest paths", search->head, graph->node_count, search->error);
        if (status)
            return status;
        prefetch_ahead(search);
        uint32_t node = search->queue[search->head++];
        if (search->view)
            reach_viewed_targets(search, tree, node);
        else
            reach_targets(search, tree, node);
    }
    return WH_OK;
}

static enum wh_status search_from_roots(struct search *search, struct bfs_tree *tree, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; ++i) {
        uint32_t root = search->graph->root_node[i];
        if (!bitmap_test(tree->reached_bitmap, root)) {
            reach(search, tree, root, NODE_NONE);
            ++tree->start_count;
        }
    }
    return drain_queue(search, tree);
}

static enum wh_status search_all(struct search *search, const struct root_groups *groups, struct bfs_tree *tree)
{
    memset(tree->parent_of_node, 0xff, (size_t)tree->node_count * sizeof(uint32_t)); /* NODE_NONE */
    bitmap_set(tree->reached_bitmap, NODE_NULL); /* never entered, whatever refers to it */
    search->queue[search->tail++] = NODE_NULL;   /* has no references */
    if (!groups)
        return search_from_roots(search, tree, 0, search->graph->root_count);
    uint32_t begin = 0;
    for (uint32_t i = 0; i < groups->group_count; ++i) {
        assert(groups->group_end[i] >= begin && groups->group_end[i] <= search->graph->root_count);
        enum wh_status status = search_from_roots(search, tree, begin, groups->group_end[i]);
        if (status)
            return status;
        begin = groups->group_end[i];
    }
    assert(begin == search->graph->root_count);
    return WH_OK;
}

static bool is_start(const struct bfs_tree *tree, uint32_t node)
{
    return node != NODE_NULL && tree->parent_of_node[node] == NODE_NONE && bitmap_test(tree->reached_bitmap, node);
}

/* Lists the starts in ascending order, each with its first root: `starts` has a bit for each. */
static void collect_starts(const struct graph *graph, const struct bitmap_ranks *starts, struct bfs_tree *tree)
{
    for (uint32_t i = graph->root_count; i-- > 0;) {
        uint32_t node = graph->root_node[i];
        if (!is_start(tree, node))
            continue;
        tree->start_node[bitmap_ranks_get(starts, node)] = node;
        tree->root_of_start[bitmap_ranks_get(starts, node)] = i;
    }
    assert(starts->count == tree->start_count);
}

static enum wh_status number_starts(struct search *search, const uint64_t *start_bitmap, struct bfs_tree *tree)
{
    struct bitmap_ranks starts;
    enum wh_status status = bitmap_ranks_init(start_bitmap, tree->node_count, search->error, &starts);
    if (!status)
        status = array_alloc(tree->start_count, sizeof(uint32_t), "the paths' starts", search->error, &tree->start_node);
    if (!status)
        status = array_alloc(tree->start_count, sizeof(uint32_t), "the starts' roots", search->error, &tree->root_of_start);
    if (!status)
        collect_starts(search->graph, &starts, tree);
    bitmap_ranks_deinit(&starts);
    return status;
}

static enum wh_status list_starts(struct search *search, struct bfs_tree *tree)
{
    const struct graph *graph = search->graph;
    uint64_t *start_bitmap = NULL;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(graph->node_count), sizeof(uint64_t), "the paths' starts", search->error, &start_bitmap);
    for (uint32_t i = 0; !status && i < graph->root_count; i++) {
        if (is_start(tree, graph->root_node[i]))
            bitmap_set(start_bitmap, graph->root_node[i]);
    }
    if (!status)
        status = number_starts(search, start_bitmap, tree);
    free(start_bitmap);
    return status;
}

static enum wh_status init(struct search *search, const struct root_groups *groups, struct bfs_tree *ret)
{
    *ret = (struct bfs_tree){.node_count = search->graph->node_count};
    enum wh_status status = allocate(search, ret);
    if (!status)
        status = search_all(search, groups, ret);
    if (!status)
        status = list_starts(search, ret);
    free(search->queue);
    if (status)
        bfs_tree_deinit(ret);
    return status;
}

enum wh_status bfs_tree_init(const struct graph *graph, const struct root_groups *groups, const struct progress *progress,
                             struct wh_error *error, struct bfs_tree *ret)
{
    struct search search = {.graph = graph, .progress = progress, .error = error};
    return init(&search, groups, ret);
}

enum wh_status bfs_tree_init_view(const struct edge_view *view, const struct root_groups *groups, const struct progress *progress,
                                  struct wh_error *error, struct bfs_tree *ret)
{
    struct search search = {.graph = view->graph, .view = view, .progress = progress, .error = error};
    return init(&search, groups, ret);
}

void bfs_tree_deinit(struct bfs_tree *tree)
{
    if (!tree->parents_are_lent)
        free(tree->parent_of_node);
    free(tree->reached_bitmap);
    free(tree->start_node);
    free(tree->root_of_start);
    *tree = (struct bfs_tree){0};
}

uint32_t bfs_tree_root_of_start(const struct bfs_tree *tree, uint32_t start)
{
    uint32_t low = 0, high = tree->start_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tree->start_node[middle] < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < tree->start_count && tree->start_node[low] == start ? tree->root_of_start[low] : NODE_NONE;
}

uint32_t bfs_tree_root_of_node(const struct bfs_tree *tree, uint32_t node)
{
    while (tree->parent_of_node[node] != NODE_NONE)
        node = tree->parent_of_node[node];
    return bfs_tree_root_of_start(tree, node);
}
