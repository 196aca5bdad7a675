/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table that a function fills which nothing calls any more: the body of the module that did is gone, no code that is there still names the
 * function, and nothing but modules refers to it.
 */
#include "holders/filling_finder.h"

/* The modules that have the object under that name. */
static uint32_t count_modules_that_have(const struct heap *heap, uint32_t node, struct span name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < heap->root_count; i++) {
        if (heap->roots[i].kind != ROOT_MODULES || heap_items_kind(heap, heap->roots[i].node) != FORM_ITEMS_PAIRS)
            continue;
        struct node_run modules = heap_items(heap, heap->roots[i].node);
        for (uint32_t k = 1; k < modules.count; k += 2)
            count += heap_is_module(heap, modules.nodes[k]) && heap_attribute_named(heap, modules.nodes[k], name) == node;
    }
    return count;
}

/* The function of a module's top level that the code is, or is inside of. */
static uint32_t outermost(const struct finder *finder, uint32_t row)
{
    const struct code_facts *facts = finder->index->facts;
    while (facts[row].parent != CODE_NONE && !facts[facts[row].parent].top_level)
        row = facts[row].parent;
    return row;
}

static bool is_of_main_script(const struct heap *heap, uint32_t globals)
{
    struct span name;
    uint32_t node = heap_dict_get(heap, globals, "__name__");
    return node && heap_string(heap, node, &name) && span_is(name, "__main__");
}

static bool is_held_by_modules_alone(const struct finder *finder, uint32_t row)
{
    const struct code_facts *facts = &finder->index->facts[row];
    uint32_t function = facts->globals ? code_index_lookup(finder->index, facts->globals, facts->name) : HEAP_NULL;
    if (!function || is_of_main_script(finder->heap, facts->globals) || code_index_row_of_callable(finder->index, function) != row || heap_type_is(finder->heap, function, "builtins", "type"))
        return false;
    return heap_refcount(finder->heap, function) <= count_modules_that_have(finder->heap, function, finder->index->text_of_name[facts->name]);
}

/* Neither called nor in anybody's hands: of a function inside another one, there is none left. */
static enum wh_status is_out_of_reach(const struct finder *finder, uint32_t row, bool *ret)
{
    uint32_t outer = outermost(finder, row);
    struct callers callers = {.count = 0}, outer_callers = {.count = 0};
    *ret = outer == row || heap_refcount(finder->heap, finder->heap->codes[row].node) <= 1;
    if (!*ret)
        return WH_OK;
    enum wh_status status = finder_callers(finder, row, &callers);
    if (!status)
        status = finder_callers(finder, outer, &outer_callers);
    *ret = !callers.unclear && !callers.count && !outer_callers.unclear && !outer_callers.count && is_held_by_modules_alone(finder, outer);
    return status;
}

/* The main script's body is there as long as it runs; and what the recorder saw is better known. */
enum wh_status finder_find_import_only(struct finder *finder)
{
    bool any = false, all = !finder->ret->has_growth && !finder->sites->incomplete;
    enum wh_status status = WH_OK;
    for (unsigned a = 0; !status && all && a < finder->adder_count; a++) {
        any = true;
        const struct code_facts *facts = &finder->index->facts[finder->adders[a]];
        all = !facts->library && !facts->top_level && !facts->on_stack;
        if (all)
            status = is_out_of_reach(finder, finder->adders[a], &all);
    }
    finder->ret->import_only = any && all;
    return status;
}
