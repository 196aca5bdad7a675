/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "heap/label.h"

void model_write_type(const struct heap_type *type, struct text *text)
{
    if (type->module.length && !span_is(type->module, "builtins")) {
        text_add_name(text, type->module);
        text_add(text, ".");
    }
    text_add_name(text, type->name);
}

uint64_t model_length(const struct heap *heap, uint32_t node)
{
    /* What refers to its items has as many: looking for its store takes far longer. */
    switch (heap_items_kind(heap, node)) {
    case FORM_ITEMS_SEQUENCE:
    case FORM_ITEMS_KEYS:
        return heap_items(heap, node).count;
    case FORM_ITEMS_PAIRS:
        return heap_items(heap, node).count / 2;
    default: {
        struct heap_store store;
        const struct heap_text *text = heap_text(heap, node);
        if (text && text->kind <= TEXT_BYTES)
            return text->length;
        return heap_store(heap, node, &store) ? store.length : UINT64_MAX;
    }
    }
}

static const char *preview_of(const struct heap *heap, uint32_t node, struct arena *arena)
{
    struct text text = {0};
    if (heap_text(heap, node))
        label_write_value(heap, node, &text);
    else if (heap->form_of_node[node] & FORM_PSEUDO || !label_write_own_name(heap, node, &text))
        return "";
    const char *preview = arena_string(arena, text_string(&text));
    arena->failed |= text.failed;
    text_deinit(&text);
    return preview;
}

int model_compare_retained(const void *left, const void *right, void *model)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    uint64_t size_a = model_retained(model, a), size_b = model_retained(model, b);
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (a > b) - (a < b);
}

struct wh_object model_object(const struct model *model, uint32_t node, struct arena *arena)
{
    struct text type = {0};
    if (model->heap->form_of_node[node] & FORM_PSEUDO)
        text_add(&type, "frame");
    else
        model_write_type(heap_type(model->heap, node), &type);
    struct wh_object object = {
        .address = heap_address(model->heap, node),
        .type = arena_string(arena, text_string(&type)),
        .shallow_bytes = model_shallow(model, node),
        .retained_bytes = model_retained(model, node),
        .retained_objects = model->retained->retained_count_of_node[node],
        .length = model_length(model->heap, node),
        .preview = preview_of(model->heap, node, arena),
    };
    arena->failed |= type.failed;
    text_deinit(&type);
    return object;
}

enum liveness model_liveness(const struct model *model, uint32_t node)
{
    if (!dominators_is_live(model->dominators, node))
        return LIVENESS_GARBAGE;
    uint32_t root = bfs_tree_root_of_node(model->paths, node);
    return root != NODE_NONE && model->retention->roots[root].kind == ROOT_NATIVE ? LIVENESS_NATIVE : LIVENESS_LIVE;
}

/* --- threads --- */

static uint32_t find_module(const struct heap *heap, const char *name)
{
    for (uint32_t row = 0; row < heap->root_count; row++) {
        if (heap->roots[row].kind == ROOT_MODULES && heap->roots[row].node)
            return heap_dict_get(heap, heap->roots[row].node, name);
    }
    return HEAP_NULL;
}

static bool read_ident(const struct heap_text *key, uint64_t *ret)
{
    char digits[24];
    if (!key || key->kind != TEXT_INT || key->data.length >= sizeof(digits))
        return false;
    memcpy(digits, key->data.bytes, key->data.length);
    digits[key->data.length] = '\0';
    *ret = strtoull(digits, NULL, 10);
    return true;
}

static int compare_idents(const void *left, const void *right, void *context)
{
    const struct heap *heap = context;
    uint64_t a = heap->threads[*(const uint32_t *)left].ident, b = heap->threads[*(const uint32_t *)right].ident;
    return (a > b) - (a < b);
}

/* Gives the object to all threads of that ident: `order` has the threads' rows by ident. */
static void assign_thread(const struct heap *heap, const uint32_t *order, uint64_t ident, uint32_t object, uint32_t *object_of_thread)
{
    uint32_t low = 0, high = heap->thread_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (heap->threads[order[middle]].ident < ident)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < heap->thread_count && heap->threads[order[low]].ident == ident && !object_of_thread[order[low]]; low++)
        object_of_thread[order[low]] = object;
}

/* threading._active maps a thread's ident to its Thread object (Lib/threading.py). */
static void assign_threads(const struct heap *heap, const uint32_t *order, uint32_t *object_of_thread)
{
    uint32_t module = find_module(heap, "threading");
    uint32_t active = module ? heap_attribute(heap, module, "_active") : HEAP_NULL;
    struct node_run items = active && heap_items_kind(heap, active) == FORM_ITEMS_PAIRS ? heap_items(heap, active) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i + 1 < items.count; i += 2) {
        uint64_t ident;
        if (read_ident(heap_text(heap, items.nodes[i]), &ident))
            assign_thread(heap, order, ident, items.nodes[i + 1], object_of_thread);
    }
}

enum wh_status model_find_threads(const struct heap *heap, struct wh_error *error, uint32_t **ret)
{
    uint32_t *order = NULL;
    enum wh_status status = array_alloc_zeroed(heap->thread_count, sizeof(uint32_t), "threads' objects", error, ret);
    if (!status)
        status = array_alloc(heap->thread_count, sizeof(uint32_t), "the order of threads", error, &order);
    for (uint32_t thread = 0; !status && thread < heap->thread_count; thread++)
        order[thread] = thread;
    if (!status && heap->thread_count) {
        qsort_r(order, heap->thread_count, sizeof(*order), compare_idents, (void *)heap);
        assign_threads(heap, order, *ret);
    }
    free(order);
    return status;
}

void model_write_thread(const struct model *model, uint32_t thread, struct text *text)
{
    const struct heap_thread *row = &model->heap->threads[thread];
    uint32_t object = model->object_of_thread[thread];
    uint32_t name_node = object ? heap_attribute(model->heap, object, "_name") : HEAP_NULL;
    struct span name;
    if (name_node && heap_string(model->heap, name_node, &name))
        text_add_name(text, name);
    else if (row->flags & THREAD_MAIN)
        text_add(text, "MainThread");
    else if (row->name.length)
        text_add_name(text, row->name);
    else
        text_addf(text, "%" PRIu64, row->ident);
}
