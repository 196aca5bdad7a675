/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/memo_keys.h"

enum { KEYS_LOOKED_AT = 16, ARGUMENTS_LOOKED_AT = 4, BASES_MAX = 32 };

/* Of a class written in Python, as are all that it is derived from, none of which says what equals it. */
static bool equals_itself_alone(const struct heap *heap, uint32_t node)
{
    const struct heap_type *type = heap_type(heap, node);
    for (unsigned step = 0; step < BASES_MAX && type->flags & TYPE_HEAP; step++) {
        if (type->node == HEAP_NULL || heap_attribute(heap, type->node, "__eq__") || type->base == TYPE_NONE)
            return false;
        type = &heap->types[type->base];
    }
    return span_is(type->module, "builtins") && span_is(type->name, "object");
}

static bool is_lost(const struct model *model, uint32_t argument, uint32_t key, uint32_t entries)
{
    uint32_t keeper = model->dominators->idom_of_node[argument];
    return (keeper == key || keeper == entries) && equals_itself_alone(model->heap, argument);
}

/* The one argument itself, or a tuple of them. */
static bool has_lost_argument(const struct model *model, uint32_t key, uint32_t entries)
{
    struct node_run arguments = heap_items(model->heap, key);
    if (!heap_type_is(model->heap, key, "builtins", "tuple"))
        return key != HEAP_NULL && is_lost(model, key, entries, entries);
    for (uint32_t i = 0; i < arguments.count && i < ARGUMENTS_LOOKED_AT; i++) {
        if (arguments.nodes[i] != HEAP_NULL && is_lost(model, arguments.nodes[i], key, entries))
            return true;
    }
    return false;
}

bool memo_keys_outlive_their_use(const struct model *model, uint32_t memo)
{
    uint32_t entries = heap_member(model->heap, memo, "cache");
    if (entries == HEAP_NULL || heap_items_kind(model->heap, entries) != FORM_ITEMS_PAIRS)
        return false;
    struct node_run items = heap_items(model->heap, entries);
    for (uint32_t i = 0; i + 1 < items.count && i < 2 * KEYS_LOOKED_AT; i += 2) {
        if (has_lost_argument(model, items.nodes[i], entries))
            return true;
    }
    return false;
}
