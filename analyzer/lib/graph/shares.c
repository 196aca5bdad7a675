/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/shares.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "graph/dominators.h"
#include "graph/retained.h"

static enum wh_status list_holders(const struct cut_edges *cut, struct wh_error *error, struct shares *ret)
{
    bool merge = cut->count > SHARES_BY_REFERENCE_MAX;
    enum wh_status status = array_alloc_zeroed(cut->count, sizeof(*ret->rows), "the holders", error, &ret->rows);
    for (uint32_t i = 0; !status && i < cut->count; i++) {
        if (merge && i && cut->edges[i].node == cut->edges[i - 1].node)
            ret->rows[ret->count - 1].references++;
        else
            ret->rows[ret->count++] = (struct share){.edge = i, .references = 1};
    }
    return status;
}

/* Moves a reference from its place to the holder's new object; the place refers to that object if it is the first. */
static void move_edge(struct graph *split, uint32_t edge, uint32_t holder, bool first)
{
    split->target_of_edge[split->edge_count++] = split->target_of_edge[edge];
    split->target_of_edge[edge] = first ? holder : NODE_NULL;
}

static void split_holder(struct graph *split, const struct cut_edges *cut, const struct share *share, uint32_t holder)
{
    for (uint32_t i = share->edge; i < share->edge + share->references; i++) {
        const struct cut_edge *edge = &cut->edges[i];
        move_edge(split, edge->edge, holder, i == share->edge);
        if (edge->pair)
            move_edge(split, edge->edge + 1, holder, false);
    }
    split->first_edge_of_node[holder + 1] = split->edge_count;
}

/* The roots are borrowed. */
static enum wh_status split_graph(const struct graph *graph, const struct cut_edges *cut, const struct shares *shares, struct wh_error *error,
                                  struct graph *ret)
{
    *ret = (struct graph){.node_count = graph->node_count + shares->count, .edge_count = graph->edge_count, .root_count = graph->root_count,
                          .root_node = graph->root_node};
    size_t edges = (size_t)graph->edge_count + 2 * (size_t)cut->count;
    if (edges > GRAPH_EDGE_COUNT_MAX || ret->node_count > GRAPH_NODE_COUNT_MAX)
        return wh_error_set(error, WH_ERR_INPUT, "the snapshot has more references than 32 bits can number");
    enum wh_status status = array_alloc(edges, sizeof(uint32_t), "the shares", error, &ret->target_of_edge);
    if (!status)
        status = array_alloc((size_t)ret->node_count + 1, sizeof(uint32_t), "the shares", error, &ret->first_edge_of_node);
    if (status)
        return status;
    memcpy(ret->target_of_edge, graph->target_of_edge, graph->edge_count * sizeof(uint32_t));
    memcpy(ret->first_edge_of_node, graph->first_edge_of_node, ((size_t)graph->node_count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < shares->count; i++)
        split_holder(ret, cut, &shares->rows[i], graph->node_count + i);
    return WH_OK;
}

/* A holder may stand behind another: how many holders' new objects each node dominates, itself included. */
static void count_holders(const struct dominators *dominators, uint32_t first_holder, uint32_t *count_of_node)
{
    for (uint32_t rank = dominators->node_count + 2; rank-- > 1;) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        count_of_node[node] += node >= first_holder && node < dominators->node_count;
        if (idom != NODE_NONE)
            count_of_node[idom] += count_of_node[node];
    }
}

/* Nodes that a holder dominates. */
static void mark_behind(const struct dominators *dominators, uint32_t first_holder, bool *behind_of_node)
{
    for (uint32_t rank = 1; rank < dominators->node_count + 2; rank++) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        if (idom != NODE_NONE)
            behind_of_node[node] = behind_of_node[idom] || (idom >= first_holder && idom < dominators->node_count);
    }
}

/* References that nothing reaches hold nothing. What is behind another holder counts there too, but in the sum once. */
static enum wh_status add_up(const struct dominators *dominators, const struct retained *retained, uint32_t first_holder,
                             struct wh_error *error, struct shares *ret)
{
    uint32_t *count_of_node = NULL;
    bool *behind_of_node = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)dominators->node_count + 2, sizeof(uint32_t), "the shares", error, &count_of_node);
    if (!status)
        status = array_alloc_zeroed((size_t)dominators->node_count + 2, sizeof(bool), "the shares", error, &behind_of_node);
    if (!status) {
        count_holders(dominators, first_holder, count_of_node);
        mark_behind(dominators, first_holder, behind_of_node);
    }
    for (uint32_t i = 0; !status && i < ret->count; i++) {
        uint32_t node = first_holder + i;
        if (!dominators_is_live(dominators, node))
            continue;
        ret->rows[i].bytes = retained->retained_bytes_of_node[node];
        ret->rows[i].objects = retained->retained_count_of_node[node] - count_of_node[node];
        ret->bytes += behind_of_node[node] ? 0 : ret->rows[i].bytes;
    }
    free(count_of_node);
    free(behind_of_node);
    return status;
}

static enum wh_status compute(const struct graph *split, const struct node_sizes *sizes, uint32_t node_count, const struct progress *progress,
                              struct wh_error *error, struct shares *ret)
{
    struct dominators dominators;
    struct retained retained = {0};
    enum wh_status status = dominators_init(split, progress, error, &dominators);
    if (status)
        return status;
    status = retained_init(&dominators, sizes, progress, error, &retained);
    if (!status)
        status = add_up(&dominators, &retained, node_count, error, ret);
    retained_deinit(&retained);
    dominators_deinit(&dominators);
    return status;
}

/* With sizes of zero for the holders' new objects. */
static enum wh_status extend_sizes(const struct node_sizes *sizes, uint32_t node_count, uint32_t added, struct wh_error *error, uint32_t **ret)
{
    enum wh_status status = array_alloc_zeroed((size_t)node_count + added, sizeof(uint32_t), "the shares", error, ret);
    if (!status)
        memcpy(*ret, sizes->size_of_node, node_count * sizeof(uint32_t));
    return status;
}

enum wh_status shares_init(const struct graph *graph, const struct node_sizes *sizes, const struct cut_edges *cut,
                           const struct progress *progress, struct wh_error *error, struct shares *ret)
{
    struct graph split = {0};
    uint32_t *size_of_node = NULL;
    *ret = (struct shares){0};
    enum wh_status status = list_holders(cut, error, ret);
    bool several = ret->count > 1;
    if (!status && several)
        status = split_graph(graph, cut, ret, error, &split);
    if (!status && several)
        status = extend_sizes(sizes, graph->node_count, ret->count, error, &size_of_node);
    struct node_sizes extended = {size_of_node, sizes->big_size, sizes->big_size_count};
    if (!status && several)
        status = compute(&split, &extended, graph->node_count, progress, error, ret);
    free(size_of_node);
    free(split.target_of_edge);
    free(split.first_edge_of_node);
    if (status)
        shares_deinit(ret);
    return status;
}

void shares_fill_single(uint64_t bytes, uint64_t objects, struct shares *shares)
{
    shares->rows[0].bytes = shares->bytes = bytes;
    shares->rows[0].objects = objects;
}

void shares_deinit(struct shares *shares)
{
    free(shares->rows);
    *shares = (struct shares){0};
}
