/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/strong.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static uint32_t class_of(const struct heap *heap, uint32_t node)
{
    const struct heap_type *type = heap_type(heap, node);
    return type->flags & TYPE_HEAP ? type->node : HEAP_NULL;
}

static uint64_t count_edges(const struct heap *heap)
{
    uint64_t count = heap->ref_count;
    for (uint32_t node = 1; node < heap->node_count; node++)
        count += class_of(heap, node) != HEAP_NULL;
    return count;
}

static void copy_references(const struct heap *heap, struct strong_graph *ret)
{
    struct graph *graph = &ret->graph;
    uint32_t edge = 0;
    graph->first_edge_of_node[0] = 0;
    for (uint32_t node = 0; node < heap->node_count; node++) {
        uint32_t first = heap->first_ref_of_node[node], count = heap->first_ref_of_node[node + 1] - first;
        uint32_t strong = node && heap_items_kind(heap, node) == FORM_ITEMS_WEAK ? heap_sections(heap, node).items - first : count;
        memcpy(graph->target_of_edge + edge, heap->target_of_ref + first, strong * sizeof(uint32_t));
        memset(graph->target_of_edge + edge + strong, 0, (count - strong) * sizeof(uint32_t));
        for (uint32_t weak = first + strong; weak < first + count; weak++)
            bitmap_set(ret->silent_bitmap, weak);
        edge += count;
        if (node && class_of(heap, node))
            graph->target_of_edge[edge++] = class_of(heap, node);
        graph->first_edge_of_node[node + 1] = edge;
    }
}

/* --- roots --- */

static uint32_t count_immortals(const struct heap *heap)
{
    uint32_t count = 0;
    for (uint32_t node = 1; node < heap->node_count; node++)
        count += (heap->form_of_node[node] & FORM_IMMORTAL) != 0;
    return count;
}

/* An immortal object that no root of the retention reaches is garbage all the same: it was judged there. */
static void add_immortals(const struct heap *heap, const uint64_t *live_bitmap, struct strong_graph *strong)
{
    static const char words[] = "constants of the interpreter";
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (!(heap->form_of_node[node] & FORM_IMMORTAL) || !bitmap_test(live_bitmap, node))
            continue;
        strong->roots[strong->graph.root_count] =
            (struct retention_root){ROOT_INTERPRETER, {words, sizeof(words) - 1}, UINT32_MAX, UINT32_MAX, 0};
        strong->graph.root_node[strong->graph.root_count++] = node;
    }
    strong->group_end[RETENTION_GROUPS - 1] = strong->graph.root_count;
}

static enum wh_status make_roots(const struct heap *heap, const struct retention *retention, const uint64_t *live_bitmap,
                                 struct wh_error *error, struct strong_graph *ret)
{
    uint32_t known = retention->graph.root_count;
    size_t room = (size_t)known + count_immortals(heap);
    enum wh_status status = array_alloc(room, sizeof(uint32_t), "the roots", error, &ret->graph.root_node);
    if (!status)
        status = array_alloc(room, sizeof(*ret->roots), "the roots", error, &ret->roots);
    if (status)
        return status;
    if (known) {
        memcpy(ret->graph.root_node, retention->graph.root_node, known * sizeof(uint32_t));
        memcpy(ret->roots, retention->roots, known * sizeof(*ret->roots));
    }
    ret->graph.root_count = known;
    memcpy(ret->group_end, retention->group_end, sizeof(ret->group_end));
    add_immortals(heap, live_bitmap, ret);
    return WH_OK;
}

static enum wh_status build(const struct heap *heap, const struct retention *retention, const uint64_t *live_bitmap, struct wh_error *error,
                            struct strong_graph *ret)
{
    uint64_t edges = count_edges(heap);
    if (edges > GRAPH_EDGE_COUNT_MAX)
        return wh_error_set(error, WH_ERR_INPUT, "the snapshot has more references than 32 bits can number");
    ret->graph.node_count = heap->node_count;
    ret->graph.edge_count = (uint32_t)edges;
    enum wh_status status = array_alloc(edges, sizeof(uint32_t), "all references", error, &ret->graph.target_of_edge);
    if (!status)
        status = array_alloc((size_t)heap->node_count + 1, sizeof(uint32_t), "all references", error, &ret->graph.first_edge_of_node);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(heap->ref_count), sizeof(uint64_t), "weak references", error, &ret->silent_bitmap);
    if (status)
        return status;
    copy_references(heap, ret);
    return make_roots(heap, retention, live_bitmap, error, ret);
}

enum wh_status strong_graph_init(const struct heap *heap, const struct retention *retention, const uint64_t *live_bitmap,
                                 struct wh_error *error, struct strong_graph *ret)
{
    *ret = (struct strong_graph){0};
    enum wh_status status = build(heap, retention, live_bitmap, error, ret);
    if (status)
        strong_graph_deinit(ret);
    return status;
}

void strong_graph_add_weak(struct strong_graph *strong, const struct heap *heap)
{
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (heap_items_kind(heap, node) != FORM_ITEMS_WEAK)
            continue;
        struct heap_sections sections = heap_sections(heap, node);
        for (uint32_t ref = sections.items; ref < sections.end; ref++) {
            strong->graph.target_of_edge[strong_graph_edge(strong, heap, node, ref)] = heap->target_of_ref[ref];
            bitmap_clear(strong->silent_bitmap, ref);
        }
    }
}

void strong_graph_deinit(struct strong_graph *strong)
{
    graph_deinit(&strong->graph);
    free(strong->silent_bitmap);
    free(strong->roots);
    *strong = (struct strong_graph){0};
}
