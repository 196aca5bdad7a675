/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/filling_finder.h"

#include <string.h>

#include "heap/known_names.h"

enum { USERS_LOOKED_AT = 64 };   /* of a name: one that is used more often is called from all over the place */

uint32_t finder_name_of_callee(const struct code_flow *flow, const struct event *event)
{
    const struct expr *callee = &flow->exprs[event->target];
    return callee->kind == EXPR_ATTR ? callee->b : callee->kind == EXPR_GLOBAL ? callee->a : NAME_NONE;
}

static bool is_same_file(const struct finder *finder, uint32_t row, uint32_t other)
{
    struct span a = naming_code_file(finder->heap, finder->heap->codes[row].node), b = naming_code_file(finder->heap, finder->heap->codes[other].node);
    return a.length == b.length && !memcmp(a.bytes, b.bytes, a.length);
}

/* A constructor is called by its class' name. */
static uint32_t called_name(const struct code_index *index, uint32_t row)
{
    const struct code_facts *facts = &index->facts[row];
    return facts->name == NAME_INIT && facts->class_type != TYPE_NONE ? code_index_name_of_class(index, facts->class_type) : facts->name;
}

/* `object.name()` of an object that is of another class than the method. */
static bool is_of_other_class(const struct finder *finder, const struct code_flow *flow, uint32_t callee, uint32_t row)
{
    uint32_t own = finder->index->facts[row].class_type;
    uint32_t type = flow->exprs[callee].kind == EXPR_ATTR ? flow->values[flow->exprs[callee].a].type : TYPE_NONE;
    return own != TYPE_NONE && type != TYPE_NONE && !code_index_is_subtype(finder->index, type, own) && !code_index_is_subtype(finder->index, own, type);
}

/* Thread(target=f), pool.submit(f, x): what is given there runs as if it was called there, and ends. */
static bool runs_what_it_is_given(struct span callee)
{
    static const char *const names[] = {"Thread", "Process", "submit", "map", "starmap", "imap", "imap_unordered", "apply_async", "map_async",
                                        "run_in_executor", "to_thread", "start_new_thread"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (span_is(callee, names[i]))
            return true;
    }
    return false;
}

static bool is_given_to_run(const struct finder *finder, const struct code_flow *flow, const struct event *event, uint32_t row)
{
    uint32_t name = called_name(finder->index, row), callee = finder_name_of_callee(flow, event);
    if (!name || callee == NAME_NONE || !runs_what_it_is_given(finder->index->text_of_name[callee]))
        return false;
    for (uint32_t i = 0; i < event->argument_count; i++) {
        const struct expr *argument = &flow->exprs[flow->args[event->first_argument + i]];
        if ((argument->kind == EXPR_ATTR ? argument->b : argument->kind == EXPR_GLOBAL ? argument->a : NAME_NONE) == name)
            return true;
    }
    return false;
}

/* Does the call run this code object? By what the callee is known to be, else by its name. */
bool finder_runs(const struct finder *finder, uint32_t caller, const struct code_flow *flow, const struct event *event, uint32_t row)
{
    if (event->kind != EVENT_CALL)
        return false;
    if (finder_name_of_callee(flow, event) != called_name(finder->index, row))
        return is_given_to_run(finder, flow, event, row);
    uint32_t known = flow->values[event->target].node, class_type = code_index_type_of_class(finder->index, known);
    if (class_type != TYPE_NONE)
        return finder->index->facts[row].name == NAME_INIT && class_type == finder->index->facts[row].class_type;
    if (!known && is_of_other_class(finder, flow, event->target, row))
        return false;
    if (!known && flow->exprs[event->target].kind == EXPR_GLOBAL)
        return is_same_file(finder, caller, row);   /* a module's body, of which the namespace is not known */
    return !known || code_index_row_of_callable(finder->index, known) == CODE_NONE || code_index_row_of_callable(finder->index, known) == row;
}

enum wh_status finder_calls(const struct finder *finder, uint32_t caller, uint32_t callee, bool *ret)
{
    const struct code_flow *flow;
    *ret = false;
    if (caller == callee || !called_name(finder->index, callee))
        return WH_OK;
    enum wh_status status = finder_flow(finder, caller, &flow);
    for (uint32_t i = 0; !status && !*ret && i < flow->event_count; i++)
        *ret = finder_runs(finder, caller, flow, &flow->events[i], callee);
    return status;
}

/* Who calls this function. A use of its name that is no call may be a call of any kind. */
enum wh_status finder_callers(const struct finder *finder, uint32_t row, struct callers *ret)
{
    const struct code_index *index = finder->index;
    uint32_t name = called_name(index, row), first = index->first_user_of_name[name], end = index->first_user_of_name[name + 1];
    uint32_t looked_at = 0;
    *ret = (struct callers){.unclear = !name};
    enum wh_status status = WH_OK;
    for (uint32_t i = first; !status && !ret->unclear && i < end; i++) {
        const struct code_flow *flow;
        if ((i > first && index->users[i] == index->users[i - 1]) || index->users[i] == row)
            continue;   /* it binds the name and uses it; it calls itself */
        if (index->facts[index->users[i]].library && !index->facts[row].library)
            continue;   /* a namesake: libraries do not know the application's names */
        ret->unclear = ++looked_at > USERS_LOOKED_AT;
        status = finder_flow(finder, index->users[i], &flow);
        for (uint32_t e = 0; !status && e < flow->event_count; e++) {
            const struct event *event = &flow->events[e];
            if (!finder_runs(finder, index->users[i], flow, event, row))
                continue;
            if (ret->count < CALLERS_KEPT)
                ret->at[ret->count] = (struct caller){index->users[i], event->offset, event->in_loop, event->executed};
            ret->count++;
            ret->looped |= event->in_loop;
        }
    }
    return status;
}
