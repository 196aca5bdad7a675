/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cache of results: what adds to it looks first whether it has it already. */
#include "holders/filling_finder.h"

#include <string.h>

static bool is_named(const struct finder *finder, const struct code_flow *flow, uint32_t expr)
{
    const struct expr *at = &flow->exprs[expr];
    if (flow->values[expr].node == finder->point->node)
        return true;
    bool variable = at->kind == EXPR_GLOBAL || at->kind == EXPR_CELL;
    return finder->name && (at->kind == EXPR_ATTR ? at->b : variable ? at->a : NAME_NONE) == finder->name;
}

/* h[k] or h.get(k); the call itself is not looked at: nobody reads the method for anything else. */
static bool asks(const struct finder *finder, const struct code_flow *flow)
{
    for (uint32_t i = 0; i < flow->expr_count; i++) {
        const struct expr *expr = &flow->exprs[i];
        bool get = expr->kind == EXPR_ATTR && span_is(finder->index->text_of_name[expr->b], "get");
        if ((get || expr->kind == EXPR_ITEM) && is_named(finder, flow, expr->a))
            return true;
    }
    return false;
}

static bool tests_membership(const struct instruction *at)
{
    enum { IN = 6, NOT_IN = 7 };   /* arguments of COMPARE_OP before 3.9: Lib/opcode.py, cmp_op */
    return !strcmp(at->kind->name, "CONTAINS_OP") || (!strcmp(at->kind->name, "COMPARE_OP") && (at->argument == IN || at->argument == NOT_IN));
}

/* number = ids.get(word), …, ids[word] = …: of two containers that are filled together, one is asked for both. */
static bool asks_what_it_fills(const struct finder *finder, const struct code_flow *flow)
{
    for (uint32_t i = 0; i < flow->event_count; i++) {
        for (uint32_t e = 0; flow->events[i].kind == EVENT_STORE_ITEM && e < flow->expr_count; e++) {
            const struct expr *expr = &flow->exprs[e];
            bool get = expr->kind == EXPR_ATTR && span_is(finder->index->text_of_name[expr->b], "get");
            if ((get || expr->kind == EXPR_ITEM) && expr->a == flow->events[i].target)
                return true;
        }
    }
    return false;
}

/* key in h, key not in h: the container is loaded last. */
static bool looks_for(const struct finder *finder, uint32_t row)
{
    struct code_view view;
    struct instruction at;
    bool loaded = false;
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    for (uint32_t i = 0; instruction_read(&finder->index->instructions, view.code, i, &at) == INSTRUCTION_READ; i = at.next) {
        if (loaded && tests_membership(&at))
            return true;
        loaded = finder_reads_name(finder->index, &view, &at, finder->name);
    }
    return false;
}

/* Of what a method remembers, the keys have objects in them: those do not come to an end while the program makes new ones. */
static bool is_memo_of_function(const struct finder *finder)
{
    const struct naming_path *path = finder->path;
    uint32_t owner = path->step_count ? path->steps[path->step_count - 1].owner : HEAP_NULL;
    return heap_is_instance(finder->heap, finder->point->node, "functools", "_lru_cache_wrapper") &&
           (owner >= finder->heap->node_count || !heap_is_class(finder->heap, owner));
}

enum wh_status finder_find_remembers(struct finder *finder)
{
    bool *ret = &finder->ret->remembers, dict = heap_is_instance(finder->heap, finder->point->node, "builtins", "dict");
    enum wh_status status = WH_OK;
    *ret = is_memo_of_function(finder);
    for (unsigned a = 0; !finder->ret->deep && !status && !*ret && a < finder->adder_count; a++) {
        const struct code_flow *flow;
        if (finder->index->facts[finder->adders[a]].library)
            continue;
        status = finder_flow(finder, finder->adders[a], &flow);
        if (!status)
            *ret = dict && (asks(finder, flow) || (finder->name && looks_for(finder, finder->adders[a])));
        if (!status)
            finder->beside_memo |= asks_what_it_fills(finder, flow);
    }
    return status;
}
