/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/search.h"

#include <string.h>

/* ---- calls ---- */

/* The value that a mutator takes in: its last argument. */
static enum site_level level_of_call(const struct search *s, const struct event *event)
{
    return event->argument_count ? search_level_of(s, argument(s, event, event->argument_count - 1)) : LEVEL_STORES;
}

/* Has the holder's class a method of that name in Python? Then that is what is called if it is the holder. */
static bool is_method_of_holder(const struct search *s, const struct expr *callee)
{
    uint32_t type = code_index_type_of(s->index, s->steps.holder->node);
    return step_set_any(s->sets[callee->a]) & s->steps.final && !(step_set_any(s->sets[callee->a]) & MATCH_ELEMENT) && s->steps.derives &&
           s->flow->exprs[callee->a].kind != EXPR_CALL && search_method(s, type, callee->b) != CODE_NONE;
}

/* node.insert(x), of what the holder contains: a method of their class in Python, which is looked at as itself. */
static bool is_method_of_element(const struct search *s, const struct expr *callee)
{
    return s->steps.element_type != TYPE_NONE && step_set_any(s->sets[callee->a]) & MATCH_ELEMENT &&
           !(step_set_any(s->sets[callee->a]) & s->steps.final) && search_method(s, s->steps.element_type, callee->b) != CODE_NONE;
}

/* h.append(x); dict.update(h, x). A method written in Python is followed instead. */
static enum wh_status visit_method_call(struct search *s, const struct event *event, const struct expr *callee)
{
    struct span name = name_text(s, callee->b);
    if (code_index_row_of_callable(s->index, value_of(s, event->target).node) != CODE_NONE || is_method_of_holder(s, callee) || is_method_of_element(s, callee))
        return WH_OK;
    enum wh_status status = mutator_is_removal(name, s->steps.families) ? search_emit_removal(s, event, callee->a, STORE_REMOVE) : WH_OK;
    if (status)
        return status;
    bool fits = mutator_is_method(name, s->steps.families);
    if ((!fits && !mutator_is_method(name, FAMILY_INSTANCE)) || (!event->argument_count && !event->spread))
        return WH_OK;
    uint32_t target = search_is_class(s, callee->a) ? argument(s, event, 0) : callee->a;
    return search_emit_on(s, event, target, STORE_METHOD, fits, level_of_call(s, event));
}

static bool is_name_constant(const struct search *s, const struct event *event)
{
    return event->argument_count < 2 || s->flow->exprs[argument(s, event, 1)].kind == EXPR_CONST;
}

/* heapq.heappush(h, x); setattr(h, name, x) */
static enum wh_status visit_function_call(struct search *s, const struct event *event, const struct expr *callee)
{
    uint32_t name = callee->kind == EXPR_ATTR ? callee->b : callee->kind == EXPR_GLOBAL ? callee->a : NAME_NONE;
    struct span text = name_text(s, name);
    if (event->argument_count && mutator_is_removal(text, s->steps.families)) {
        enum wh_status status = search_emit_removal(s, event, argument(s, event, 0), STORE_REMOVE);
        if (status)
            return status;
    }
    if (mutator_is_function(text, FAMILY_INSTANCE))
        return search_emit_on(s, event, argument(s, event, 0), STORE_FUNCTION, mutator_is_function(text, s->steps.families), LEVEL_STORES);
    if (callee->kind == EXPR_GLOBAL && name == NAME_SETATTR)
        return search_emit_on(s, event, argument(s, event, 0), is_name_constant(s, event) ? STORE_ATTRIBUTE : STORE_SETATTR,
                              s->steps.families & FAMILY_INSTANCE, LEVEL_STORES);
    return WH_OK;
}

/* map(h.append, xs), and whoever else is given a way to put things in, or to take them out: add_done_callback(h.discard). */
static enum wh_status visit_arguments(struct search *s, const struct event *event)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < event->argument_count; i++) {
        const struct expr *expr = &s->flow->exprs[argument(s, event, i)];
        if (expr->kind != EXPR_ATTR || search_is_class(s, expr->a))
            continue;
        if (mutator_is_removal(name_text(s, expr->b), s->steps.families))
            status = search_emit_removal(s, event, expr->a, STORE_REMOVE_GIVEN);
        if (!status && mutator_is_method(name_text(s, expr->b), s->steps.families))
            status = search_emit_on(s, event, expr->a, STORE_FUNCTION, true, LEVEL_STORES);
    }
    return status;
}

static bool is_memo(const struct search *s, uint32_t node)
{
    return node && heap_type_is(s->heap, node, "functools", "_lru_cache_wrapper");
}

/* f(x), f being a functools.lru_cache: the holder itself, or the owner of the dict that is. */
static enum wh_status visit_memo_call(struct search *s, const struct event *event)
{
    for (unsigned match = 0; match < MATCH_COUNT; match++)
        for (uint64_t left = s->sets[event->target].bits[match] & s->steps.in_use; left; left &= left - 1)
            if (is_memo(s, s->steps.node[__builtin_ctzll(left)]))
                return search_emit(s, event, STORE_MEMO, (enum store_match)match, LEVEL_STORES);
    return WH_OK;
}

/* atexit.register(f), where an extension keeps what it is given out of sight */
static enum wh_status visit_registrar_call(struct search *s, const struct event *event)
{
    const struct holder *holder = s->steps.holder;
    bool own = !holder->registrar_globals || holder->registrar_globals == s->index->facts[s->row].globals;
    if (!holder->registrar || !own || value_of(s, event->target).node != holder->registrar)
        return WH_OK;
    return search_emit(s, event, STORE_FUNCTION, MATCH_EXACT, LEVEL_STORES);
}

static bool is_mock(const struct search *s, uint32_t node)
{
    return node && heap_is_instance(s->heap, node, "unittest.mock", "Base");
}

/* mock.send(x): a mock on the way to the holder remembers the calls of itself and of its attributes, all made up on demand. */
static enum wh_status visit_mock_call(struct search *s, const struct event *event)
{
    uint32_t object = event->target;
    for (;; object = s->flow->exprs[object].a) {
        for (unsigned match = 0; match < MATCH_COUNT; match++)
            for (uint64_t left = s->sets[object].bits[match] & s->steps.in_use; left; left &= left - 1)
                if (is_mock(s, s->steps.node[__builtin_ctzll(left)]))
                    return search_emit(s, event, STORE_MEMO, (enum store_match)match, LEVEL_STORES);
        if (s->flow->exprs[object].kind != EXPR_ATTR)   /* an attribute comes after its object: the loop ends */
            return WH_OK;
    }
}

/* A function of an extension knows its module, which knows its name. */
static struct span name_of_native(const struct search *s, uint32_t function)
{
    struct span name = {"", 0};
    uint32_t own = heap_member(s->heap, function, "__name__"), module = heap_member(s->heap, function, "__self__");
    struct node_run items = module ? heap_items(s->heap, heap_member(s->heap, module, "__dict__")) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; !own && i + 1 < items.count; i += 2)
        own = items.nodes[i + 1] == function ? items.nodes[i] : HEAP_NULL;
    return own && heap_string(s->heap, own, &name) ? name : (struct span){"", 0};
}

/* partial(list.append, h), partial(heapq.heappush, h) */
static bool is_partial_with_holder(const struct search *s, uint32_t node)
{
    uint32_t function = heap_member(s->heap, node, "func"), arguments = heap_member(s->heap, node, "args");
    struct node_run items = arguments ? heap_items(s->heap, arguments) : (struct node_run){NULL, 0};
    if (!function || !items.count || items.nodes[0] != s->steps.holder->node)
        return false;
    struct span name = name_of_native(s, function);
    return heap_type_is(s->heap, function, "builtins", "method_descriptor") ? mutator_is_method(name, s->steps.families)
                                                                             : mutator_is_function(name, s->steps.families);
}

static bool is_bound_method_of_holder(const struct search *s, uint32_t node)
{
    return node && heap_type_is(s->heap, node, "builtins", "builtin_function_or_method") &&
           heap_member(s->heap, node, "__self__") == s->steps.holder->node;
}

static bool is_bound_to_holder(const struct search *s, uint32_t node)
{
    if (node && heap_is_instance(s->heap, node, "functools", "partial"))
        return is_partial_with_holder(s, node) || is_bound_method_of_holder(s, heap_member(s->heap, node, "func"));
    return is_bound_method_of_holder(s, node);
}

/* push = h.append, called by that name */
static enum wh_status visit_bound_call(struct search *s, const struct event *event)
{
    uint64_t steps = step_set_any(s->sets[event->target]) & s->steps.in_use;
    bool bound = is_bound_to_holder(s, value_of(s, event->target).node);
    enum store_match match = MATCH_EXACT;
    for (; steps && !bound; steps &= steps - 1) {
        bound = is_bound_to_holder(s, s->steps.node[__builtin_ctzll(steps)]);
        (void)step_set_best(s->sets[event->target], steps & -steps, &match);
    }
    return bound && (event->argument_count || event->spread) ? search_emit(s, event, STORE_METHOD, match, LEVEL_STORES) : WH_OK;
}

/* ---- flow into callees ---- */

static void add_caller(struct code_state *state, struct caller caller, bool *grown)
{
    for (uint32_t i = 0; i < state->caller_count; i++)
        if (state->callers[i].row == caller.row && state->callers[i].offset == caller.offset)
            return;
    if (state->caller_count == CALLERS_MAX)
        return;
    state->callers[state->caller_count++] = caller;
    *grown = true;
}

/* A library's callers are those of the application that called it, however deep inside. */
void search_add_callers(struct search *s, struct code_state *callee, const struct event *event, bool *grown)
{
    const struct code_state *self = search_find(s, s->row);
    if (!s->index->facts[s->row].library || !self->caller_count) {
        add_caller(callee, (struct caller){s->row, event->offset, event->executed, event->in_loop}, grown);
        return;
    }
    for (uint32_t i = 0; i < self->caller_count; i++)
        add_caller(callee, self->callers[i], grown);
}

/* The local that a positional argument becomes: what is too many goes into *args, which then stands for any of its elements. */
static uint32_t local_of_position(const struct code_view *view, uint32_t position)
{
    return position < view->code->argcount ? position : view->rest_parameter;
}

/* The local that a keyword argument becomes. */
static uint32_t local_of_keyword(const struct code_view *view, uint32_t name_node)
{
    for (uint32_t i = 0; i < view->parameter_count; i++)
        if (code_view_local_name(view, i) == name_node)
            return i;
    return UINT32_MAX;
}

/* Does the callee take `self` (or `cls`) from what stands before the dot? */
static bool takes_receiver(const struct search *s, const struct event *event, uint32_t row, uint32_t *receiver)
{
    const struct expr *callee = &s->flow->exprs[event->target];
    enum method_kind method = (enum method_kind)s->index->facts[row].method;
    *receiver = 0;
    if (search_is_class(s, event->target))
        return true;
    if (callee->kind != EXPR_ATTR)
        return heap_type_is(s->heap, value_of(s, event->target).node, "builtins", "method");
    if (method == METHOD_INSTANCE && search_is_class(s, callee->a))
        return false;
    if (method == METHOD_INSTANCE)
        *receiver = callee->a;
    return method == METHOD_INSTANCE || method == METHOD_CLASS;
}

struct passing search_passing(const struct search *s, const struct event *event, uint32_t row)
{
    struct passing passing = {.row = row};
    passing.shifted = takes_receiver(s, event, row, &passing.receiver);
    return passing;
}

uint32_t search_local_of_argument(const struct search *s, const struct event *event, struct passing passing, uint32_t i)
{
    struct code_view view;
    code_view_init(s->heap, &s->heap->codes[passing.row], &view);
    struct node_run keywords = event->keywords ? heap_items(s->heap, event->keywords) : (struct node_run){NULL, 0};
    uint32_t positional = event->argument_count > keywords.count ? event->argument_count - keywords.count : 0;
    uint32_t local = i < positional ? local_of_position(&view, i - passing.skip + passing.shifted)
                                    : local_of_keyword(&view, node_run_get(keywords, i - positional));
    return local < PARAMS_MAX && local < view.parameter_count ? local : UINT32_MAX;
}

static void collect_parameters(const struct search *s, const struct event *event, struct passing passing,
                               struct step_set params[PARAMS_MAX])
{
    struct code_view view;
    code_view_init(s->heap, &s->heap->codes[passing.row], &view);
    memset(params, 0, PARAMS_MAX * sizeof(*params));
    if (passing.receiver)
        params[0] = s->sets[passing.receiver];
    for (uint32_t i = passing.skip; i < event->argument_count && !event->spread; i++) {
        uint32_t local = search_local_of_argument(s, event, passing, i);
        if (local != UINT32_MAX)
            step_set_add(&params[local], s->sets[argument(s, event, i)]);
    }
    for (uint32_t local = passing.shifted; event->spread && local < PARAMS_MAX && local < view.parameter_count; local++)
        step_set_add(&params[local], s->sets[argument(s, event, 0)]);
}

static bool any_set(const struct step_set *sets)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < PARAMS_MAX; i++)
        any |= step_set_any(sets[i]);
    return any != 0;
}

/* The event runs the code object of this row, with these parameters. */
static enum wh_status pass_sets(struct search *s, const struct event *event, uint32_t row, const struct step_set params[PARAMS_MAX])
{
    struct code_state *state;
    uint32_t depth = search_find(s, s->row)->depth + 1;
    bool grown = false;
    if (!any_set(params) || depth > CALLS_MAX)
        return WH_OK;
    enum wh_status status = search_touch(s, row, depth, &state);
    if (status)
        return status;
    for (unsigned i = 0; i < PARAMS_MAX; i++)
        grown |= step_set_add(&state->params[i], params[i]);
    search_add_callers(s, state, event, &grown);
    return grown ? search_enqueue(s, state) : WH_OK;
}

static enum wh_status pass_arguments(struct search *s, const struct event *event, struct passing passing)
{
    struct step_set params[PARAMS_MAX];
    collect_parameters(s, event, passing, params);
    return pass_sets(s, event, passing.row, params);
}

/* object[key] = value and object += value, where the object's class says in Python what that means. */
enum wh_status search_follow_operator(struct search *s, const struct event *event, uint32_t method)
{
    struct expr attr = {.kind = EXPR_ATTR, .a = event->target, .b = method};
    struct step_set params[PARAMS_MAX] = {s->sets[event->target]};
    uint32_t rows[CALLEES_MAX], type = value_of(s, event->target).type;
    unsigned count = 0;
    enum wh_status status = WH_OK;
    params[1] = event->kind == EVENT_INPLACE ? s->sets[event->value] : s->sets[event->key];
    params[2] = event->kind == EVENT_INPLACE ? (struct step_set){{0}} : s->sets[event->value];
    if (type != TYPE_NONE)
        search_add_row(rows, &count, search_method(s, type, method));
    search_add_methods(s, &attr, rows, &count);
    for (unsigned i = 0; !status && i < count; i++)
        status = pass_sets(s, event, rows[i], params);
    return status;
}

enum { FUNCTION_POSITIONS = 3 };

unsigned search_function_rows(const struct search *s, uint32_t expr, uint32_t rows[CALLEES_MAX])
{
    return expr && !search_is_class(s, expr) ? search_callees(s, expr, rows) : 0;
}

/* partial(f, h), pool.submit(f, h), loop.call_later(1, f, h): the first argument that is a function is called with those after it. */
static enum wh_status pass_to_argument(struct search *s, const struct event *event)
{
    uint32_t rows[CALLEES_MAX], skip = 0;
    unsigned count = 0;
    while (!count && skip < event->argument_count && skip < FUNCTION_POSITIONS)
        count = search_function_rows(s, argument(s, event, skip++), rows);
    enum wh_status status = WH_OK;
    for (unsigned i = 0; !status && i < count; i++)
        status = pass_arguments(s, event, (struct passing){.row = rows[i], .skip = skip});
    return status;
}

/* The elements of a tuple made here, as arguments of `function`. */
static void collect_elements(const struct search *s, uint32_t function, uint32_t row, uint32_t tuple, struct step_set params[PARAMS_MAX])
{
    const struct expr *expr = &s->flow->exprs[function];
    bool is_method = expr->kind == EXPR_ATTR && s->index->facts[row].method == METHOD_INSTANCE;
    memset(params, 0, PARAMS_MAX * sizeof(*params));
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        const struct event *element = &s->flow->events[i];
        if (element->kind == EVENT_ELEMENT && element->target == tuple && element->name + is_method < PARAMS_MAX)
            step_set_add(&params[element->name + is_method], s->sets[element->value]);
    }
    if (is_method && any_set(params))
        step_set_add(&params[0], s->sets[expr->a]);
}

/* Thread(target=f, args=(h, x)), pool.apply_async(f, (h, x)) */
static enum wh_status pass_bundles(struct search *s, const struct event *event, uint32_t function)
{
    uint32_t rows[CALLEES_MAX];
    unsigned count = search_function_rows(s, function, rows);
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; count && !status && i < event->argument_count; i++) {
        struct step_set params[PARAMS_MAX];
        if (s->flow->exprs[argument(s, event, i)].kind != EXPR_FRESH)
            continue;
        for (unsigned k = 0; !status && k < count; k++) {
            collect_elements(s, function, rows[k], argument(s, event, i), params);
            status = pass_sets(s, event, rows[k], params);
        }
    }
    return status;
}

static enum wh_status follow_call(struct search *s, const struct event *event)
{
    uint32_t rows[CALLEES_MAX];
    unsigned count = search_callees(s, event->target, rows);
    enum wh_status status = WH_OK;
    for (unsigned i = 0; !status && i < count; i++) {
        status = pass_arguments(s, event, search_passing(s, event, rows[i]));
    }
    for (uint32_t i = 0; !status && i < event->argument_count && i < PARAMS_MAX; i++)
        status = pass_bundles(s, event, argument(s, event, i));
    return count || status ? status : pass_to_argument(s, event);
}

/* What a call's first argument is, also in f(*(h, x), **attributes), as h, x and **attributes are compiled. */
static uint32_t first_argument(const struct search *s, const struct event *event)
{
    uint32_t first = argument(s, event, 0);
    for (uint32_t i = 0; event->spread && i < s->flow->event_count; i++) {
        const struct event *element = &s->flow->events[i];
        if (element->kind == EVENT_ELEMENT && element->target == first && !element->name)
            return element->value;
    }
    return first;
}

/* pickler.dump(x), SubElement(root, …): an extension's object is given something, or is to a function of an extension. */
static enum wh_status visit_opaque_call(struct search *s, const struct event *event, const struct expr *callee)
{
    enum store_match match;
    uint32_t node = value_of(s, event->target).node, first = first_argument(s, event);
    if (!s->opaque || s->index->facts[s->row].library || !event->argument_count || code_index_row_of_callable(s->index, node) != CODE_NONE || search_is_class(s, event->target))
        return WH_OK;
    if (callee->kind == EXPR_ATTR && mutator_only_asks(name_text(s, callee->b)))
        return WH_OK;
    if (callee->kind == EXPR_ATTR && step_set_best(s->sets[callee->a], s->steps.final, &match))
        return search_emit(s, event, STORE_METHOD, match, LEVEL_STORES);
    bool native = node && heap_type_is(s->heap, node, "builtins", "builtin_function_or_method");
    if (native && (event->argument_count > 1 || event->spread) && step_set_best(s->sets[first], s->steps.final, &match))
        return search_emit(s, event, STORE_FUNCTION, match, LEVEL_STORES);
    return WH_OK;
}

enum wh_status search_visit_call(struct search *s, const struct event *event)
{
    const struct expr *callee = &s->flow->exprs[event->target];
    enum wh_status status = callee->kind == EXPR_ATTR ? visit_method_call(s, event, callee) : WH_OK;
    if (!status)
        status = visit_bound_call(s, event);
    if (!status)
        status = visit_function_call(s, event, callee);
    if (!status)
        status = visit_opaque_call(s, event, callee);
    if (!status)
        status = visit_memo_call(s, event);
    if (!status)
        status = visit_registrar_call(s, event);
    if (!status)
        status = visit_mock_call(s, event);
    if (!status)
        status = visit_arguments(s, event);
    if (!status)
        status = search_visit_passed(s, event);
    return status ? status : follow_call(s, event);
}
