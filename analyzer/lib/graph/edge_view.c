/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/edge_view.h"

#include <stdlib.h>

#include "base/array.h"

static uint64_t count_edges(const struct edge_view *view)
{
    uint64_t count = view->graph->edge_count;
    for (uint32_t node = 1; view->kind_of_node && node < view->graph->node_count; node++)
        count += edge_view_kind_target(view, node) != NODE_NULL;
    return count;
}

static void copy_edges(const struct edge_view *view, struct graph *ret)
{
    uint32_t count = 0;
    for (uint32_t node = 0; node < ret->node_count; node++) {
        uint32_t last = edge_view_last(view, node);
        ret->first_edge_of_node[node] = count;
        for (uint32_t edge = edge_view_first(view, node); edge < last; edge++)
            ret->target_of_edge[count++] = edge_view_target(view, node, edge);
        if (edge_view_kind_target(view, node) != NODE_NULL)
            ret->target_of_edge[count++] = edge_view_kind_target(view, node);
    }
    ret->first_edge_of_node[ret->node_count] = count;
}

enum wh_status edge_view_graph_init(const struct edge_view *view, struct wh_error *error, struct graph *ret)
{
    uint64_t edges = count_edges(view);
    *ret = (struct graph){.node_count = view->graph->node_count, .edge_count = (uint32_t)edges, .root_count = view->graph->root_count,
                          .root_node = view->graph->root_node};
    if (edges > GRAPH_EDGE_COUNT_MAX)
        return wh_error_set(error, WH_ERR_INPUT, "the snapshot has more references than 32 bits can number");
    enum wh_status status = array_alloc(edges, sizeof(uint32_t), "all references", error, &ret->target_of_edge);
    if (!status)
        status = array_alloc((size_t)ret->node_count + 1, sizeof(uint32_t), "all references", error, &ret->first_edge_of_node);
    if (status)
        edge_view_graph_deinit(ret);
    else
        copy_edges(view, ret);
    return status;
}

void edge_view_graph_deinit(struct graph *graph)
{
    free(graph->target_of_edge);
    free(graph->first_edge_of_node);
    *graph = (struct graph){0};
}
