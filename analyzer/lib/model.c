/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "label.h"

void model_write_type(const struct heap_type *type, struct text *text)
{
    if (type->module.length && !span_is(type->module, "builtins")) {
        text_add_span(text, type->module);
        text_add(text, ".");
    }
    text_add_span(text, type->name);
}

static uint64_t length_of(const struct heap *heap, uint32_t node)
{
    const struct heap_store *store = heap_store(heap, node);
    if (store)
        return store->length;
    switch (heap_items_kind(heap, node)) {
    case FORM_ITEMS_SEQUENCE:
    case FORM_ITEMS_KEYS:
        return heap_items(heap, node).count;
    case FORM_ITEMS_PAIRS:
        return heap_items(heap, node).count / 2;
    default: {
        const struct heap_text *text = heap_text(heap, node);
        return text && text->kind <= TEXT_BYTES ? text->length : UINT64_MAX;
    }
    }
}

static const char *preview_of(const struct heap *heap, uint32_t node, struct arena *arena)
{
    struct text text = {0};
    if (!heap_text(heap, node))
        return "";
    label_write_value(heap, node, &text);
    const char *preview = arena_string(arena, text_string(&text));
    arena->failed |= text.failed;
    text_deinit(&text);
    return preview;
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
        .length = length_of(model->heap, node),
        .preview = preview_of(model->heap, node, arena),
    };
    arena->failed |= type.failed;
    text_deinit(&type);
    return object;
}

static uint32_t find_module(const struct heap *heap, const char *name)
{
    for (uint32_t row = 0; row < heap->root_count; row++) {
        if (heap->roots[row].kind == ROOT_MODULES && heap->roots[row].node)
            return heap_dict_get(heap, heap->roots[row].node, name);
    }
    return HEAP_NULL;
}

/* threading._active maps a thread's ident to its Thread object (Lib/threading.py). */
static uint32_t find_thread_object(const struct heap *heap, uint64_t ident)
{
    uint32_t module = find_module(heap, "threading");
    uint32_t active = module ? heap_attribute(heap, module, "_active") : HEAP_NULL;
    struct node_run items = active && heap_items_kind(heap, active) == FORM_ITEMS_PAIRS ? heap_items(heap, active) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i + 1 < items.count; i += 2) {
        const struct heap_text *key = heap_text(heap, items.nodes[i]);
        char digits[24];
        if (!key || key->kind != TEXT_INT || key->data.length >= sizeof(digits))
            continue;
        memcpy(digits, key->data.bytes, key->data.length);
        digits[key->data.length] = '\0';
        if (strtoull(digits, NULL, 10) == ident)
            return items.nodes[i + 1];
    }
    return HEAP_NULL;
}

void model_write_thread(const struct model *model, uint32_t thread, struct text *text)
{
    const struct heap_thread *row = &model->heap->threads[thread];
    uint32_t object = find_thread_object(model->heap, row->ident);
    uint32_t name_node = object ? heap_attribute(model->heap, object, "_name") : HEAP_NULL;
    struct span name;
    if (name_node && heap_string(model->heap, name_node, &name))
        text_add_span(text, name);
    else if (row->flags & THREAD_MAIN)
        text_add(text, "MainThread");
    else if (row->name.length)
        text_add_span(text, row->name);
    else
        text_addf(text, "%" PRIu64, row->ident);
}
