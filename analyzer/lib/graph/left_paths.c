/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/left_paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/node_vector.h"

static const char *const purpose = "the paths that are left";

/* Of a node whose path stands: its group and one more. */
enum { LABEL_UNKNOWN = 0, LABEL_FIRST = 1, LABEL_BROKEN = UINT8_MAX };

struct rerouter {
    const struct edge_view *view;
    const struct root_groups *groups;
    const struct bfs_tree *before;
    const struct progress *progress;
    struct wh_error *error;
    struct bfs_tree *ret;
    uint8_t *label_of_node;
    uint64_t *steady_bitmap;           /* by node: its path stands */
    uint64_t *pending_bitmap;          /* by node: its path is broken, and no other was found yet */
    bool any_pending;
    struct node_vector queue;          /* nodes that were found anew */
    struct node_vector start_nodes, start_roots;
    uint32_t later_groups;             /* bit i: a node of group i refers to a pending one */
    uint32_t near;                     /* the node that was last looked at */
};

/* --- which paths stand --- */

static uint8_t label_of_root(const struct rerouter *rerouter, uint32_t root)
{
    uint32_t group = 0;
    while (group + 1 < rerouter->groups->group_count && root >= rerouter->groups->group_end[group])
        group++;
    return (uint8_t)(group + LABEL_FIRST);
}

static void label_ends(struct rerouter *rerouter, const struct cut_edges *removed)
{
    const struct bfs_tree *before = rerouter->before;
    /* A start that has a parent is none that a search has found: its way would stand although what it goes through is broken, and could become a ring. */
    for (uint32_t i = 0; i < before->start_count; i++) {
        if (before->parent_of_node[before->start_node[i]] == NODE_NONE)
            rerouter->label_of_node[before->start_node[i]] = label_of_root(rerouter, before->root_of_start[i]);
    }
    for (uint32_t i = 0; i < removed->count; i++) {
        const struct cut_edge *row = &removed->edges[i];
        for (uint32_t edge = row->edge; edge <= row->edge + row->pair; edge++) {
            uint32_t target = rerouter->view->graph->target_of_edge[edge];
            if (before->parent_of_node[target] != row->node || row->node == target)
                continue;
            rerouter->label_of_node[target] = LABEL_BROKEN;
            bitmap_set(rerouter->pending_bitmap, target);
            rerouter->any_pending = true;
        }
    }
}

static void set_label(struct rerouter *rerouter, uint32_t node, uint8_t label)
{
    rerouter->label_of_node[node] = label;
    if (label == LABEL_BROKEN)
        bitmap_set(rerouter->pending_bitmap, node);
}

/* A node's label is its parent's. A way that ends at no start is none that a search has found: a kept file has it. */
static void label_way(struct rerouter *rerouter, uint32_t node)
{
    const uint32_t *parent_of_node = rerouter->before->parent_of_node;
    uint32_t known = node;
    while (rerouter->label_of_node[known] == LABEL_UNKNOWN && parent_of_node[known] != NODE_NONE)
        known = parent_of_node[known];
    if (rerouter->label_of_node[known] == LABEL_UNKNOWN)
        rerouter->label_of_node[known] = LABEL_FIRST;
    for (; node != known; node = parent_of_node[node])
        set_label(rerouter, node, rerouter->label_of_node[known]);
}

/* Most parents stand before their children. */
static enum wh_status label_all(struct rerouter *rerouter)
{
    const uint32_t *parent_of_node = rerouter->before->parent_of_node;
    const uint8_t *label_of_node = rerouter->label_of_node;
    uint32_t node_count = rerouter->before->node_count;
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < node_count; node++) {
        uint32_t parent = parent_of_node[node];
        if (parent != NODE_NONE && label_of_node[node] == LABEL_UNKNOWN) {
            if (label_of_node[parent] != LABEL_UNKNOWN)
                set_label(rerouter, node, label_of_node[parent]);
            else
                label_way(rerouter, node);
        }
        status = progress_tick(rerouter->progress, purpose, node, node_count, rerouter->error);
    }
    return status;
}

static void sort_out(struct rerouter *rerouter)
{
    for (size_t word = 0; word < bitmap_word_count(rerouter->before->node_count); word++)
        rerouter->steady_bitmap[word] = rerouter->before->reached_bitmap[word] & ~rerouter->pending_bitmap[word];
    bitmap_clear(rerouter->steady_bitmap, NODE_NULL);
}

/* --- new paths --- */

static enum wh_status own_parents(struct rerouter *rerouter)
{
    size_t node_count = rerouter->before->node_count;
    uint32_t *parents;
    enum wh_status status = array_alloc(node_count, sizeof(*parents), purpose, rerouter->error, &parents);
    if (status)
        return status;
    memcpy(parents, rerouter->before->parent_of_node, node_count * sizeof(*parents));
    rerouter->ret->parent_of_node = parents;
    rerouter->ret->parents_are_lent = false;
    return WH_OK;
}

/* A pending node has a path again. */
static enum wh_status reach(struct rerouter *rerouter, uint32_t node, uint32_t parent)
{
    enum wh_status status = rerouter->ret->parents_are_lent ? own_parents(rerouter) : WH_OK;
    if (status)
        return status;
    rerouter->ret->parent_of_node[node] = parent;
    bitmap_clear(rerouter->pending_bitmap, node);
    return node_vector_add(&rerouter->queue, node, purpose, rerouter->error);
}

/* A node whose path stands refers to one that waits for one. Earlier groups come first. */
static enum wh_status cross(struct rerouter *rerouter, uint32_t from, uint32_t to, uint32_t group)
{
    uint8_t label = rerouter->label_of_node[from];
    if (label <= group + LABEL_FIRST)
        return reach(rerouter, to, from);
    rerouter->later_groups |= 1u << (label - LABEL_FIRST);
    return WH_OK;
}

static enum wh_status cross_edge(struct rerouter *rerouter, uint32_t edge, uint32_t group)
{
    if (edge_view_is_silent(rerouter->view, edge))
        return WH_OK;
    rerouter->near = edge_view_source(rerouter->view, rerouter->near, edge);
    return cross(rerouter, rerouter->near, rerouter->view->graph->target_of_edge[edge], group);
}

static enum wh_status sweep_edges(struct rerouter *rerouter, uint32_t group)
{
    const struct graph *graph = rerouter->view->graph;
    const uint32_t *target_of_edge = graph->target_of_edge;
    const uint64_t *pending_bitmap = rerouter->pending_bitmap;
    enum wh_status status = WH_OK;
    for (uint32_t begin, end = 0; !status && bitmap_next_run(rerouter->steady_bitmap, graph->node_count, &begin, &end);) {
        uint32_t last = graph->first_edge_of_node[end];
        for (uint32_t edge = graph->first_edge_of_node[begin]; !status && edge < last; edge++) {
            if (bitmap_test(pending_bitmap, target_of_edge[edge]))
                status = cross_edge(rerouter, edge, group);
        }
    }
    return status;
}

/* The edges that all nodes of a kind have. Hardly ever is a class among what waits. */
static enum wh_status sweep_kinds(struct rerouter *rerouter, uint32_t group)
{
    const struct edge_view *view = rerouter->view;
    bool any = false;
    for (uint32_t kind = 0; view->kind_of_node && kind < view->kind_count; kind++)
        any |= bitmap_test(rerouter->pending_bitmap, view->target_of_kind[kind]);
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; any && !status && node < view->graph->node_count; node++) {
        uint32_t target = edge_view_kind_target(view, node);
        if (bitmap_test(rerouter->pending_bitmap, target) && bitmap_test(rerouter->steady_bitmap, node))
            status = cross(rerouter, node, target, group);
    }
    return status;
}

static enum wh_status start_at_roots(struct rerouter *rerouter, uint32_t group)
{
    const struct graph *graph = rerouter->view->graph;
    enum wh_status status = WH_OK;
    for (uint32_t root = group ? rerouter->groups->group_end[group - 1] : 0; !status && root < rerouter->groups->group_end[group]; root++) {
        uint32_t node = graph->root_node[root];
        if (!bitmap_test(rerouter->pending_bitmap, node))
            continue;
        status = reach(rerouter, node, NODE_NONE);
        if (!status)
            status = node_vector_add(&rerouter->start_nodes, node, purpose, rerouter->error);
        if (!status)
            status = node_vector_add(&rerouter->start_roots, root, purpose, rerouter->error);
    }
    return status;
}

static enum wh_status reach_referents(struct rerouter *rerouter, uint32_t node)
{
    const struct edge_view *view = rerouter->view;
    const uint32_t *target_of_edge = view->graph->target_of_edge;
    uint32_t last = edge_view_last(view, node), kind_target = edge_view_kind_target(view, node);
    enum wh_status status = WH_OK;
    for (uint32_t edge = edge_view_first(view, node); !status && edge < last; edge++) {
        if (bitmap_test(rerouter->pending_bitmap, target_of_edge[edge]) && !edge_view_is_silent(view, edge))
            status = reach(rerouter, target_of_edge[edge], node);
    }
    return status || !bitmap_test(rerouter->pending_bitmap, kind_target) ? status : reach(rerouter, kind_target, node);
}

static enum wh_status reach_group(struct rerouter *rerouter, uint32_t group)
{
    enum wh_status status = start_at_roots(rerouter, group);
    bool asked = !group || rerouter->later_groups >> group & 1;   /* the first sweep finds out which groups there are */
    if (!status && asked)
        status = sweep_edges(rerouter, group);
    if (!status && asked)
        status = sweep_kinds(rerouter, group);
    for (uint32_t at = 0; !status && at < rerouter->queue.count; at++) {
        status = progress_tick(rerouter->progress, purpose, at, rerouter->before->node_count, rerouter->error);
        if (!status)
            status = reach_referents(rerouter, rerouter->queue.nodes[at]);
    }
    rerouter->queue.count = 0;
    return status;
}

/* --- all of it --- */

struct start { uint32_t node, root; };

static int compare_starts(const void *left, const void *right)
{
    const struct start *a = left, *b = right;
    return (a->node > b->node) - (a->node < b->node);
}

/* The roots that paths start at: those of before, and those that another path led to. */
static enum wh_status list_starts(const struct rerouter *rerouter)
{
    const struct bfs_tree *before = rerouter->before;
    struct bfs_tree *ret = rerouter->ret;
    struct start *starts;
    ret->start_count = before->start_count + rerouter->start_nodes.count;
    enum wh_status status = array_alloc(ret->start_count, sizeof(*starts), purpose, rerouter->error, &starts);
    if (status)
        return status;
    for (uint32_t i = 0; i < before->start_count; i++)
        starts[i] = (struct start){before->start_node[i], before->root_of_start[i]};
    for (uint32_t i = 0; i < rerouter->start_nodes.count; i++)
        starts[before->start_count + i] = (struct start){rerouter->start_nodes.nodes[i], rerouter->start_roots.nodes[i]};
    qsort(starts, ret->start_count, sizeof(*starts), compare_starts);
    status = array_alloc(ret->start_count, sizeof(uint32_t), purpose, rerouter->error, &ret->start_node);
    if (!status)
        status = array_alloc(ret->start_count, sizeof(uint32_t), purpose, rerouter->error, &ret->root_of_start);
    for (uint32_t i = 0; !status && i < ret->start_count; i++) {
        ret->start_node[i] = starts[i].node;
        ret->root_of_start[i] = starts[i].root;
    }
    free(starts);
    return status;
}

static enum wh_status allocate(struct rerouter *rerouter)
{
    uint32_t node_count = rerouter->before->node_count;
    size_t words = bitmap_word_count(node_count);
    enum wh_status status = array_alloc_zeroed(node_count, sizeof(uint8_t), purpose, rerouter->error, &rerouter->label_of_node);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), purpose, rerouter->error, &rerouter->pending_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), purpose, rerouter->error, &rerouter->steady_bitmap);
    return status ? status : array_alloc(words, sizeof(uint64_t), purpose, rerouter->error, &rerouter->ret->reached_bitmap);
}

static enum wh_status reroute(struct rerouter *rerouter, const struct cut_edges *removed)
{
    const struct bfs_tree *before = rerouter->before;
    enum wh_status status = allocate(rerouter);
    if (status)
        return status;
    label_ends(rerouter, removed);
    if (rerouter->any_pending) {
        status = label_all(rerouter);
        sort_out(rerouter);
    }
    for (uint32_t group = 0; !status && rerouter->any_pending && group < rerouter->groups->group_count; group++)
        status = reach_group(rerouter, group);
    for (size_t word = 0; word < bitmap_word_count(before->node_count); word++)
        rerouter->ret->reached_bitmap[word] = before->reached_bitmap[word] & ~rerouter->pending_bitmap[word];
    return status ? status : list_starts(rerouter);
}

enum wh_status left_paths_init(const struct edge_view *view, const struct root_groups *groups, const struct bfs_tree *before,
                               const struct cut_edges *removed, const struct progress *progress, struct wh_error *error, struct bfs_tree *ret)
{
    *ret = (struct bfs_tree){.node_count = before->node_count, .parent_of_node = before->parent_of_node, .parents_are_lent = true};
    struct rerouter rerouter = {.view = view, .groups = groups, .before = before, .progress = progress, .error = error, .ret = ret};
    enum wh_status status = reroute(&rerouter, removed);
    free(rerouter.label_of_node);
    free(rerouter.pending_bitmap);
    free(rerouter.steady_bitmap);
    node_vector_deinit(&rerouter.queue);
    node_vector_deinit(&rerouter.start_nodes);
    node_vector_deinit(&rerouter.start_roots);
    if (status)
        bfs_tree_deinit(ret);
    return status;
}
