/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static enum wh_status check_counts(uint64_t node_count, uint64_t edge_count, struct wh_error *error)
{
    if (node_count == 0)
        return wh_error_set(error, WH_ERR_INPUT, "a graph needs at least its NULL node, but has no node at all");
    if (node_count > GRAPH_NODE_COUNT_MAX)
        return wh_error_set(error, WH_ERR_INPUT, "too many objects: %" PRIu64 ", at most %" PRIu32 " are supported", node_count,
                            GRAPH_NODE_COUNT_MAX);
    if (edge_count > GRAPH_EDGE_COUNT_MAX)
        return wh_error_set(error, WH_ERR_INPUT, "too many references: %" PRIu64 ", at most %" PRIu32 " are supported", edge_count,
                            GRAPH_EDGE_COUNT_MAX);
    return WH_OK;
}

static enum wh_status check_edges(uint64_t node_count, const struct graph_edge *edges, uint64_t edge_count, struct wh_error *error)
{
    for (uint64_t i = 0; i < edge_count; ++i) {
        if (edges[i].from >= node_count || edges[i].to >= node_count)
            return wh_error_set(error, WH_ERR_INPUT,
                                "reference %" PRIu64 " goes from object %" PRIu32 " to %" PRIu32 ", but there are only %" PRIu64
                                " objects",
                                i, edges[i].from, edges[i].to, node_count);
        if (edges[i].from == NODE_NULL)
            return wh_error_set(error, WH_ERR_INPUT, "reference %" PRIu64 " starts at the NULL object", i);
    }
    return WH_OK;
}

static enum wh_status check_roots(uint64_t node_count, const uint32_t *root_node, uint32_t root_count, struct wh_error *error)
{
    for (uint32_t i = 0; i < root_count; ++i) {
        if (root_node[i] >= node_count)
            return wh_error_set(error, WH_ERR_INPUT, "root %" PRIu32 " is object %" PRIu32 ", but there are only %" PRIu64 " objects",
                                i, root_node[i], node_count);
    }
    return WH_OK;
}

static enum wh_status allocate(struct graph *graph, struct wh_error *error)
{
    enum wh_status status = array_alloc_zeroed((size_t)graph->node_count + 1, sizeof(uint32_t), "the objects' first references",
                                               error, &graph->first_edge_of_node);
    if (!status)
        status = array_alloc(graph->edge_count, sizeof(uint32_t), "the references", error, &graph->target_of_edge);
    if (!status)
        status = array_alloc(graph->root_count, sizeof(uint32_t), "the roots", error, &graph->root_node);
    return status;
}

/*
 * Turns counts into a counting sort's cursors: on entry entry i + 1 holds the number of items with key i, on return the place of
 * the first item with key i. After each item has been placed at cursor[key + 1]++, entry i is the place of key i's first item.
 */
static void counts_to_cursors(uint32_t *count_of_key, uint32_t key_count)
{
    uint32_t place = 0;
    for (uint32_t key = 0; key < key_count; ++key) {
        uint32_t count = count_of_key[key + 1];
        count_of_key[key + 1] = place;
        place += count;
    }
}

static void place_edges(struct graph *graph, const struct graph_edge *edges)
{
    uint32_t *cursor = graph->first_edge_of_node;
    for (uint32_t i = 0; i < graph->edge_count; ++i)
        ++cursor[(size_t)edges[i].from + 1];
    counts_to_cursors(cursor, graph->node_count);
    for (uint32_t i = 0; i < graph->edge_count; ++i)
        graph->target_of_edge[cursor[(size_t)edges[i].from + 1]++] = edges[i].to;
}

enum wh_status graph_init(uint64_t node_count, const struct graph_edge *edges, uint64_t edge_count, const uint32_t *root_node,
                          uint32_t root_count, struct wh_error *error, struct graph *ret)
{
    *ret = (struct graph){0};
    enum wh_status status = check_counts(node_count, edge_count, error);
    if (!status)
        status = check_edges(node_count, edges, edge_count, error);
    if (!status)
        status = check_roots(node_count, root_node, root_count, error);
    if (status)
        return status;

    struct graph graph = {.node_count = (uint32_t)node_count, .edge_count = (uint32_t)edge_count, .root_count = root_count};
    status = allocate(&graph, error);
    if (status) {
        graph_deinit(&graph);
        return status;
    }
    place_edges(&graph, edges);
    if (root_count)
        memcpy(graph.root_node, root_node, root_count * sizeof(uint32_t));
    *ret = graph;
    return WH_OK;
}

void graph_deinit(struct graph *graph)
{
    free(graph->first_edge_of_node);
    free(graph->target_of_edge);
    free(graph->root_node);
    *graph = (struct graph){0};
}

static enum wh_status check_offsets(const struct graph *graph, struct wh_error *error)
{
    const uint32_t *first_edge = graph->first_edge_of_node;
    if (first_edge[0] != 0 || first_edge[1] != 0)
        return wh_error_set(error, WH_ERR_INPUT, "the NULL object must have no references");
    for (uint32_t node = 1; node < graph->node_count; ++node) {
        if (first_edge[node] > first_edge[node + 1])
            return wh_error_set(error, WH_ERR_INPUT, "the references of object %" PRIu32 " end before they start", node);
    }
    if (first_edge[graph->node_count] != graph->edge_count)
        return wh_error_set(error, WH_ERR_INPUT, "the objects have %" PRIu32 " references together, but there are %" PRIu32,
                            first_edge[graph->node_count], graph->edge_count);
    return WH_OK;
}

static enum wh_status check_targets(const struct graph *graph, struct wh_error *error)
{
    for (uint32_t edge = 0; edge < graph->edge_count; ++edge) {
        if (graph->target_of_edge[edge] >= graph->node_count)
            return wh_error_set(error, WH_ERR_INPUT,
                                "reference %" PRIu32 " goes to object %" PRIu32 ", but there are only %" PRIu32 " objects", edge,
                                graph->target_of_edge[edge], graph->node_count);
    }
    return WH_OK;
}

enum wh_status graph_check(const struct graph *graph, struct wh_error *error)
{
    enum wh_status status = check_counts(graph->node_count, graph->edge_count, error);
    if (!status)
        status = check_offsets(graph, error);
    if (!status)
        status = check_targets(graph, error);
    if (!status)
        status = check_roots(graph->node_count, graph->root_node, graph->root_count, error);
    return status;
}

static void place_referrers(const struct graph *graph, struct reverse_graph *reverse)
{
    uint32_t *cursor = reverse->first_referrer_of_node;
    for (uint32_t edge = 0; edge < graph->edge_count; ++edge)
        ++cursor[(size_t)graph->target_of_edge[edge] + 1];
    counts_to_cursors(cursor, graph->node_count);
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge)
            reverse->referrer[cursor[(size_t)graph->target_of_edge[edge] + 1]++] = node;
    }
}

enum wh_status reverse_graph_init(const struct graph *graph, struct wh_error *error, struct reverse_graph *ret)
{
    struct reverse_graph reverse = {0};
    enum wh_status status = array_alloc_zeroed((size_t)graph->node_count + 1, sizeof(uint32_t), "the objects' first referrers",
                                               error, &reverse.first_referrer_of_node);
    if (!status)
        status = array_alloc(graph->edge_count, sizeof(uint32_t), "the referrers", error, &reverse.referrer);
    if (status) {
        reverse_graph_deinit(&reverse);
        *ret = reverse;
        return status;
    }
    place_referrers(graph, &reverse);
    *ret = reverse;
    return WH_OK;
}

void reverse_graph_deinit(struct reverse_graph *reverse)
{
    free(reverse->first_referrer_of_node);
    free(reverse->referrer);
    *reverse = (struct reverse_graph){0};
}
