/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/definitions.h"

#include <string.h>

#include "base/source.h"

static uint32_t code_of(const struct code_index *index, uint32_t callable)
{
    uint32_t row = callable ? code_index_row_of_callable(index, callable) : CODE_NONE;
    return row == CODE_NONE ? HEAP_NULL : index->heap->codes[row].node;
}

/* The cached_property of the class under whose name its result lies in the instance. */
static uint32_t cached_property(const struct code_index *index, const struct naming_step *step)
{
    uint32_t name = code_index_find_name(index, step->name);
    uint32_t found = name ? code_index_class_attribute(index, code_index_type_of(index, step->owner), name) : HEAP_NULL;
    return found && heap_is_instance(index->heap, found, "functools", "cached_property") ? heap_attribute(index->heap, found, "func") : HEAP_NULL;
}

uint32_t definition_of_step(const struct code_index *index, const struct naming_path *path, uint32_t at)
{
    const struct naming_step *step = &path->steps[at];
    if (heap_is_instance(index->heap, step->node, "functools", "_lru_cache_wrapper"))
        return code_of(index, step->node);
    if (step->kind == STEP_DEFAULT)
        return code_of(index, step->owner);
    if (step->kind == STEP_ATTRIBUTE && step->owner < index->heap->node_count)
        return code_of(index, cached_property(index, step));
    return HEAP_NULL;
}

static struct span string_attribute(const struct heap *heap, uint32_t node, const char *name)
{
    struct span text = {"", 0};
    uint32_t value = heap_attribute(heap, node, name);
    return value && heap_string(heap, value, &text) ? text : (struct span){"", 0};
}

static uint32_t module_of_class(const struct code_index *index, uint32_t class_node)
{
    const struct heap *heap = index->heap;
    struct node_run items = index->modules ? heap_items(heap, index->modules) : (struct node_run){NULL, 0};
    struct span wanted = string_attribute(heap, class_node, "__module__"), name;
    for (uint32_t i = 0; i + 1 < items.count; i += 2) {
        if (heap_string(heap, items.nodes[i], &name) && name.length == wanted.length && !memcmp(name.bytes, wanted.bytes, name.length))
            return items.nodes[i + 1];
    }
    return HEAP_NULL;
}

bool definition_in_source(const struct code_index *index, const struct naming_path *path, uint32_t at, struct text *scratch,
                          struct source_definitions *ret)
{
    const struct naming_step *step = &path->steps[at];
    *ret = (struct source_definitions){.file = {"", 0}, .scope = {"", 0}};
    if (step->kind != STEP_ATTRIBUTE || step->owner >= index->heap->node_count)
        return false;
    uint32_t module = step->owner;
    if (heap_is_class(index->heap, step->owner)) {
        ret->scope = string_attribute(index->heap, step->owner, "__qualname__");
        module = module_of_class(index, step->owner);
    } else if (!heap_is_module(index->heap, step->owner)) {
        return false;
    }
    ret->file = module ? string_attribute(index->heap, module, "__file__") : (struct span){"", 0};
    if (source_read(ret->file, scratch))
        ret->count = source_names_find(text_string(scratch), scratch->length, ret->scope, step->name, DEFINITIONS_MAX, ret->names);
    text_clear(scratch);
    return ret->count != 0;
}
