/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/strong.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void silence_weak(const struct heap *heap, struct strong_graph *ret)
{
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (heap_items_kind(heap, node) != FORM_ITEMS_WEAK)
            continue;
        struct heap_sections sections = heap_sections(heap, node);
        for (uint32_t ref = sections.items; ref < sections.end; ref++)
            bitmap_set(ret->silent_bitmap, ref);
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

static void list_classes(const struct heap *heap, struct strong_graph *ret)
{
    for (uint32_t type = 0; type < heap->type_count; type++)
        ret->class_of_type[type] = heap->types[type].flags & TYPE_HEAP ? heap->types[type].node : HEAP_NULL;
}

static enum wh_status build(const struct heap *heap, const struct retention *retention, const uint64_t *live_bitmap, struct wh_error *error,
                            struct strong_graph *ret)
{
    ret->graph.node_count = heap->node_count;
    ret->graph.edge_count = (uint32_t)heap->ref_count;
    ret->graph.target_of_edge = heap->target_of_ref;
    ret->graph.first_edge_of_node = heap->first_ref_of_node;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(heap->ref_count), sizeof(uint64_t), "weak references", error, &ret->silent_bitmap);
    if (!status)
        status = array_alloc(heap->type_count, sizeof(uint32_t), "classes of types", error, &ret->class_of_type);
    if (status)
        return status;
    silence_weak(heap, ret);
    list_classes(heap, ret);
    ret->view = (struct edge_view){&ret->graph, ret->silent_bitmap, heap->type_of_node, ret->class_of_type, heap->type_count};
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
        for (uint32_t ref = sections.items; ref < sections.end; ref++)
            bitmap_clear(strong->silent_bitmap, ref);
    }
}

void strong_graph_deinit(struct strong_graph *strong)
{
    free(strong->graph.root_node);
    free(strong->silent_bitmap);
    free(strong->class_of_type);
    free(strong->roots);
    *strong = (struct strong_graph){0};
}
