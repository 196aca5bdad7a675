/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/renumbering.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/prefetch.h"

/*
 * Nodes wait in a queue, so what they will need can be fetched early: first where their edges start, then the edges, then the numbers of the
 * first few targets. How far ahead depends on how many wait.
 */
struct distances { uint32_t node, edges, targets; }; /* node 0: when it begins to wait */

static const struct distances many_wait = {72, 48, 24}, some_wait = {0, 10, 5}, few_wait = {0, 0, 0};

enum { TARGETS_FETCHED_MAX = 4 };

/* So many searches side by side keep the memory busy. More of them would put more between one step of a search and the next. */
enum { WAITING_MIN = 16, WAITING_MANY = 73 };

/* The queue is old_of_new: a node gets its number when it is found. */
struct numbering {
    const uint32_t *first_edge_of_node, *target_of_edge;
    uint32_t *old_of_new, *new_of_old; /* the latter NODE_NONE: not found yet */
    uint32_t *copied_first_edge, *copied_target;
    uint32_t head, tail;
    uint32_t edge_count;               /* copied so far */
};

static uint32_t number(struct numbering *numbering, uint32_t node)
{
    if (numbering->new_of_old[node] == NODE_NONE) {
        __builtin_prefetch(&numbering->first_edge_of_node[node]);
        numbering->old_of_new[numbering->tail] = node;
        numbering->new_of_old[node] = numbering->tail++;
    }
    return numbering->new_of_old[node];
}

static inline uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline void prefetch_ahead(const struct numbering *numbering, struct distances ahead)
{
    prefetch_is_wanted();
    const uint32_t *first_edge_of_node = numbering->first_edge_of_node, *next = numbering->old_of_new + numbering->head;
    if (ahead.node)
        __builtin_prefetch(&first_edge_of_node[next[ahead.node]]);
    __builtin_prefetch(&numbering->target_of_edge[first_edge_of_node[next[ahead.edges]]]);
    uint32_t node = next[ahead.targets], edge = first_edge_of_node[node], end = first_edge_of_node[node + 1];
    for (end = edge + lesser(end - edge, TARGETS_FETCHED_MAX); edge < end; ++edge)
        __builtin_prefetch(&numbering->new_of_old[numbering->target_of_edge[edge]], 1);
}

/* Without a branch for what cannot be foreseen: is this the first reference to the target? */
static inline void copy_next(struct numbering *numbering, struct distances ahead)
{
    uint32_t node = numbering->old_of_new[numbering->head];
    numbering->copied_first_edge[numbering->head++] = numbering->edge_count;
    for (uint32_t edge = numbering->first_edge_of_node[node], end = numbering->first_edge_of_node[node + 1]; edge < end; ++edge) {
        uint32_t target = numbering->target_of_edge[edge], known = numbering->new_of_old[target];
        bool found = known == NODE_NONE;
        if (!ahead.node)
            __builtin_prefetch(&numbering->first_edge_of_node[target]);
        known = found ? numbering->tail : known;
        numbering->new_of_old[target] = known;
        numbering->old_of_new[numbering->tail] = target;
        numbering->tail += found;
        numbering->copied_target[numbering->edge_count++] = known;
    }
}

/*
 * While min to max nodes wait, up to the node with number `limit`. Works on a copy of the numbering, which can stay in registers. No address
 * may depend on how many nodes wait, which the last targets decide: so the distances are constants.
 */
static inline void copy_while(struct numbering *numbering, uint32_t min, uint32_t max, uint32_t limit, struct distances ahead)
{
    struct numbering copy = *numbering;
    while (copy.tail - copy.head >= min && copy.tail - copy.head <= max && copy.head < limit) {
        prefetch_ahead(&copy, ahead);
        copy_next(&copy, ahead);
    }
    *numbering = copy;
}

static void copy_waiting(struct numbering *numbering, uint32_t limit)
{
    uint32_t waiting = numbering->tail - numbering->head;
    if (waiting >= WAITING_MANY)
        copy_while(numbering, WAITING_MANY, UINT32_MAX, limit, many_wait);
    else if (waiting >= WAITING_MIN)
        copy_while(numbering, WAITING_MIN, WAITING_MANY - 1, limit, some_wait);
    else
        copy_while(numbering, 1, WAITING_MIN - 1, limit, few_wait);
}

/* Does a node lead to another one without a number? If not, it had better be found by a node that refers to it. */
static bool leads_on(const struct numbering *numbering, uint32_t node)
{
    for (uint32_t edge = numbering->first_edge_of_node[node]; edge < numbering->first_edge_of_node[node + 1]; ++edge) {
        uint32_t target = numbering->target_of_edge[edge];
        if (numbering->new_of_old[target] == NODE_NONE && target != node)
            return true;
    }
    return false;
}

/* From the node `from` on, until enough wait. Returns the node to go on from. */
static uint32_t start_elsewhere(struct numbering *numbering, uint32_t from, uint32_t node_count)
{
    for (; from < node_count && numbering->tail - numbering->head < WAITING_MIN; ++from) {
        if (numbering->new_of_old[from] == NODE_NONE && leads_on(numbering, from))
            (void)number(numbering, from);
    }
    return from;
}

/* Until none waits, with starts elsewhere from the node next_start on. */
static enum wh_status copy_in_new_order(struct numbering *numbering, uint32_t next_start, uint32_t node_count, const struct progress *progress,
                                        struct wh_error *error)
{
    uint32_t limit = 0;
    while (numbering->head < numbering->tail) {
        if (numbering->head >= limit) {
            enum wh_status status = progress_report(progress, "objects in another order", numbering->head, node_count, error);
            if (status)
                return status;
            limit = numbering->head + lesser(node_count - numbering->head, PROGRESS_INTERVAL);
        }
        next_start = start_elsewhere(numbering, next_start, node_count);
        copy_waiting(numbering, limit);
    }
    return WH_OK;
}

static enum wh_status copy_all(struct numbering *numbering, const struct graph *graph, const struct progress *progress, struct wh_error *error,
                               struct graph *copy)
{
    memset(numbering->new_of_old, 0xff, (size_t)graph->node_count * sizeof(uint32_t)); /* NODE_NONE */
    (void)number(numbering, NODE_NULL);
    for (uint32_t i = 0; i < graph->root_count; ++i)
        copy->root_node[i] = number(numbering, graph->root_node[i]);
    enum wh_status status = copy_in_new_order(numbering, 0, graph->node_count, progress, error);
    for (uint32_t node = 0; !status && node < graph->node_count; ++node)
        (void)number(numbering, node); /* the rest leads to nothing new */
    if (!status)
        status = copy_in_new_order(numbering, graph->node_count, graph->node_count, progress, error);
    copy->first_edge_of_node[graph->node_count] = numbering->edge_count;
    return status;
}

enum wh_status renumbering_init(const struct graph *original, const struct progress *progress, struct wh_error *error, struct renumbering *ret)
{
    size_t nodes = original->node_count;
    struct graph *copy = &ret->graph;
    *ret = (struct renumbering){.original = original};
    *copy = (struct graph){.node_count = original->node_count, .edge_count = original->edge_count, .root_count = original->root_count};
    enum wh_status status = array_alloc(nodes, sizeof(uint32_t), "new numbers of objects", error, &ret->new_of_old);
    if (!status)
        status = array_alloc(nodes + 1, sizeof(uint32_t), "old numbers of objects", error, &ret->old_of_new);
    if (!status)
        status = array_alloc(nodes + 1, sizeof(uint32_t), "the graph in another order", error, &copy->first_edge_of_node);
    if (!status)
        status = array_alloc(original->edge_count, sizeof(uint32_t), "the graph in another order", error, &copy->target_of_edge);
    if (!status)
        status = array_alloc(original->root_count, sizeof(uint32_t), "the graph in another order", error, &copy->root_node);
    struct numbering numbering = {.first_edge_of_node = original->first_edge_of_node, .target_of_edge = original->target_of_edge,
                                  .old_of_new = ret->old_of_new, .new_of_old = ret->new_of_old,
                                  .copied_first_edge = copy->first_edge_of_node, .copied_target = copy->target_of_edge};
    if (!status)
        status = copy_all(&numbering, original, progress, error, copy);
    if (status)
        renumbering_deinit(ret);
    return status;
}

void renumbering_deinit(struct renumbering *renumbering)
{
    graph_deinit(&renumbering->graph);
    free(renumbering->old_of_new);
    free(renumbering->new_of_old);
    *renumbering = (struct renumbering){0};
}
