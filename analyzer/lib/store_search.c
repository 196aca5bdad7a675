/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_search.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "code_flow.h"
#include "holder_match.h"
#include "known_names.h"
#include "mutators.h"

/*
 * Bounds. A name that thousands of functions use (`get`, `data`) says little; what lies beyond is not looked at, and the result says
 * that it is incomplete. A chain of calls longer than CALLS_MAX is not followed.
 */
enum { PARAMS_MAX = 8, CALLERS_MAX = 8, CALLEES_MAX = 4, CALLS_MAX = 6, USERS_MAX = 4096, TURNS_MAX = 20000, SITES_MAX = 512 };

struct caller {
    uint32_t row, offset;
    enum execution executed;
    bool in_loop;
};

/* What is known of one code object in this search. */
struct code_state {
    uint32_t row;
    struct step_set params[PARAMS_MAX];   /* what callers pass */
    struct step_set result;               /* what becomes of what it returns */
    struct step_set returns;              /* what it returns */
    struct caller callers[CALLERS_MAX];
    uint32_t caller_count;
    uint32_t depth;
    bool queued;
};

struct search {
    struct code_index *index;
    const struct heap *heap;
    struct holder_steps steps;
    uint32_t content;                     /* name of the attribute that holds the mass */

    uint32_t *state_of_row;               /* number + 1 */
    struct code_state *states;   uint32_t state_count, state_capacity;
    uint32_t *queue;             uint32_t queue_first, queue_count, queue_capacity;   /* row numbers, a ring */

    /* the code object at hand */
    uint32_t row;
    const struct code_flow *flow;
    struct code_view view;
    struct step_set *sets;       uint32_t set_capacity;   /* by expression */

    struct wh_error *error;
    struct found_sites *found;
};

/* ---- states and queue ---- */

static enum wh_status grow(struct search *s, void *array_pointer, uint32_t count, uint32_t *capacity, size_t size)
{
    void *array, *larger;
    if (count < *capacity)
        return WH_OK;
    memcpy(&array, array_pointer, sizeof(array));
    uint32_t wanted = count < 32 ? 64 : count * 2;
    larger = realloc(array, wanted * size);
    if (!larger)
        return wh_error_set(s->error, WH_ERR_RESOURCE, "out of memory: %u elements of %zu bytes for the search for store sites", wanted, size);
    memcpy(array_pointer, &larger, sizeof(larger));
    *capacity = wanted;
    return WH_OK;
}

static struct code_state *find_state(const struct search *s, uint32_t row)
{
    uint32_t number = s->state_of_row[row];
    return number ? &s->states[number - 1] : NULL;
}

/* The state of a code object, made if need be. */
static enum wh_status touch_state(struct search *s, uint32_t row, uint32_t depth, struct code_state **ret)
{
    *ret = find_state(s, row);
    if (*ret)
        return WH_OK;
    enum wh_status status = grow(s, &s->states, s->state_count, &s->state_capacity, sizeof(*s->states));
    if (status)
        return status;
    *ret = &s->states[s->state_count++];
    memset(*ret, 0, sizeof(**ret));
    (*ret)->row = row;
    (*ret)->depth = depth;
    s->state_of_row[row] = s->state_count;
    return WH_OK;
}

/* Each code object stands in the queue at most once, so it never holds more than there are states. */
static enum wh_status enqueue(struct search *s, struct code_state *state)
{
    if (state->queued)
        return WH_OK;
    state->queued = true;
    enum wh_status status = grow(s, &s->queue, s->queue_count, &s->queue_capacity, sizeof(*s->queue));
    if (!status)
        s->queue[s->queue_count++] = state->row;
    return status;
}

static enum wh_status enqueue_row(struct search *s, uint32_t row, uint32_t depth)
{
    struct code_state *state;
    bool known = find_state(s, row) != NULL;
    enum wh_status status = touch_state(s, row, depth, &state);
    return status || known ? status : enqueue(s, state);
}

/* ---- expressions ---- */

static struct expr_value value_of(const struct search *s, uint32_t expr) { return s->flow->values[expr]; }

static bool is_known(struct expr_value value) { return value.node || value.type != TYPE_NONE; }

static struct span name_text(const struct search *s, uint32_t name) { return s->index->text_of_name[name]; }

static void add_row(uint32_t rows[CALLEES_MAX], unsigned *count, uint32_t row)
{
    for (unsigned i = 0; i < *count; i++)
        if (rows[i] == row)
            return;
    if (row != CODE_NONE && *count < CALLEES_MAX)
        rows[(*count)++] = row;
}

/* The function that a name of an instance of this type means. */
static uint32_t method_row(const struct search *s, uint32_t type, uint32_t name)
{
    uint32_t method = code_index_class_attribute(s->index, type, name);
    uint32_t getter = method && heap_type_is(s->heap, method, "builtins", "property") ? heap_member(s->heap, method, "fget") : method;
    return getter ? code_index_row_of_callable(s->index, getter) : CODE_NONE;
}

/* The code objects of what `object.name` means, if object is on a way to the holder. */
static void add_methods_of_steps(const struct search *s, const struct expr *attr, uint32_t rows[CALLEES_MAX], unsigned *count)
{
    uint64_t steps = step_set_any(s->sets[attr->a]) & s->steps.in_use;
    for (; steps; steps &= steps - 1) {
        uint32_t node = s->steps.node[__builtin_ctzll(steps)];
        if (node)
            add_row(rows, count, method_row(s, s->heap->type_of_node[node], attr->b));
    }
}

/* A function, and the one that a decorator put it around (functools.wraps says which). */
static void add_function(const struct search *s, uint32_t node, uint32_t rows[CALLEES_MAX], unsigned *count)
{
    uint32_t wrapped = heap_attribute(s->heap, node, "__wrapped__");
    add_row(rows, count, code_index_row_of_callable(s->index, node));
    if (wrapped)
        add_row(rows, count, code_index_row_of_callable(s->index, wrapped));
}

/* The code objects that a call of this expression runs. */
static unsigned callee_rows(const struct search *s, uint32_t callee, uint32_t rows[CALLEES_MAX])
{
    unsigned count = 0;
    const struct expr *expr = &s->flow->exprs[callee];
    uint32_t node = value_of(s, callee).node;
    uint32_t class_type = node ? code_index_type_of_class(s->index, node) : TYPE_NONE;
    if (class_type != TYPE_NONE)
        add_row(rows, &count, method_row(s, class_type, NAME_INIT));
    else if (node)
        add_function(s, node, rows, &count);
    if (expr->kind == EXPR_FUNCTION)
        add_row(rows, &count, code_index_row(s->index, expr->a));
    if (expr->kind == EXPR_ATTR)
        add_methods_of_steps(s, expr, rows, &count);
    return count;
}

static struct step_set returned_by(const struct search *s, uint32_t callee)
{
    uint32_t rows[CALLEES_MAX];
    struct step_set set = {{0}};
    unsigned count = callee_rows(s, callee, rows);
    for (unsigned i = 0; i < count; i++) {
        const struct code_state *state = find_state(s, rows[i]);
        if (state)
            step_set_add(&set, state->returns);
    }
    return set;
}

static struct step_set match_param(const struct search *s, uint32_t local)
{
    uint32_t name = code_index_name_of_node(s->index, code_view_local_name(&s->view, local));
    struct step_set set = match_variable(&s->steps, s->row, ACCESS_DEFAULT, name);
    step_set_add(&set, match_variable(&s->steps, s->row, ACCESS_LOCAL, name));
    const struct code_state *state = find_state(s, s->row);
    if (state && local < PARAMS_MAX)
        step_set_add(&set, state->params[local]);
    return set;
}

static bool is_property(const struct search *s, uint32_t expr)
{
    uint32_t node = value_of(s, expr).node;
    return node && heap_type_is(s->heap, node, "builtins", "property");
}

static bool is_thread_local(const struct search *s, uint32_t node)
{
    return node && heap_is_instance(s->heap, node, "_thread", "_local");
}

/* Each thread has a dict of its own for the attributes. */
static struct step_set match_thread_local(const struct search *s, uint32_t node, uint32_t name)
{
    struct step_set set = {{0}};
    uint32_t dicts = heap_member(s->heap, node, "localdicts");
    struct node_run items = dicts ? heap_items(s->heap, dicts) : (struct node_run){NULL, 0};
    for (uint32_t i = 1; i < items.count; i += 2)
        if (items.nodes[i])
            step_set_add(&set, match_node(&s->steps, code_index_lookup(s->index, items.nodes[i], name)));
    return set;
}

static struct step_set match_attr(const struct search *s, uint32_t number, const struct expr *expr)
{
    struct step_set object = s->sets[expr->a];
    if (expr->b == NAME_DICT)
        return object;
    struct step_set set = match_attribute(&s->steps, object, value_of(s, expr->a), is_known(value_of(s, expr->a)), expr->b);
    if (is_thread_local(s, value_of(s, expr->a).node))
        step_set_add(&set, match_thread_local(s, value_of(s, expr->a).node, expr->b));
    if (is_property(s, number) || step_set_any(object) & s->steps.in_use)
        step_set_add(&set, returned_by(s, number));
    return set;
}

static struct step_set match_call(const struct search *s, uint32_t callee)
{
    const struct expr *expr = &s->flow->exprs[callee];
    if (expr->kind == EXPR_GLOBAL && expr->a == NAME_SUPER)
        return s->flow->expr_count > 2 ? match_param(s, 0) : (struct step_set){{0}};
    return returned_by(s, callee);
}

/* One expression against the holder, its operands being done. */
static struct step_set match_expr(const struct search *s, uint32_t number)
{
    const struct expr *expr = &s->flow->exprs[number];
    struct step_set set = match_node(&s->steps, expr->kind == EXPR_CONST ? HEAP_NULL : value_of(s, number).node);
    switch ((enum expr_kind)expr->kind) {
    case EXPR_PARAM:
        step_set_add(&set, match_param(s, expr->a));
        if (expr->a == 0)
            step_set_add(&set, match_self(&s->steps, value_of(s, number)));
        break;
    case EXPR_CELL:
        step_set_add(&set, match_cell(&s->steps, s->row, expr->a));
        break;
    case EXPR_GLOBAL:
        step_set_add(&set, match_global(&s->steps, s->row, expr->a));
        break;
    case EXPR_ATTR:
        step_set_add(&set, match_attr(s, number, expr));
        break;
    case EXPR_ITEM:
        step_set_add(&set, match_item(&s->steps, s->sets[expr->a]));
        break;
    case EXPR_CALL:
        step_set_add(&set, match_call(s, expr->a));
        if (s->flow->exprs[expr->a].kind == EXPR_GLOBAL && s->flow->exprs[expr->a].a == NAME_SUPER)
            step_set_add(&set, match_self(&s->steps, value_of(s, number)));
        break;
    case EXPR_EITHER:
        step_set_add(&set, s->sets[expr->a]);
        step_set_add(&set, s->sets[expr->b]);
        break;
    default:
        break;
    }
    return set;
}

static void match_all(struct search *s)
{
    for (uint32_t i = 0; i < s->flow->expr_count; i++)
        step_set_add(&s->sets[i], match_expr(s, i));
}

/* ---- objects that are made first and bound to the holder's name later ---- */

static bool is_maker(enum expr_kind kind)
{
    return kind == EXPR_FRESH || kind == EXPR_EMPTY || kind == EXPR_CALL || kind == EXPR_COPY;
}

static struct step_set bound_by(const struct search *s, const struct event *event)
{
    switch (event->kind) {
    case EVENT_STORE_GLOBAL:
        return match_global(&s->steps, s->row, event->name);
    case EVENT_STORE_CELL:
        return match_variable(&s->steps, s->row, ACCESS_CLOSURE, event->name);
    case EVENT_STORE_FAST:
        return match_variable(&s->steps, s->row, ACCESS_LOCAL,
                              code_index_name_of_node(s->index, code_view_local_name(&s->view, event->name)));
    case EVENT_STORE_ATTR:
        return match_attribute(&s->steps, s->sets[event->target], value_of(s, event->target), is_known(value_of(s, event->target)), event->name);
    case EVENT_STORE_ITEM: {
        struct step_set set = match_item(&s->steps, s->sets[event->target]);
        for (unsigned match = 0; match < MATCH_COUNT; match++)
            set.bits[match] &= ALL_STEPS;
        return set;
    }
    case EVENT_RETURN:
        return find_state(s, s->row)->result;
    default:
        return (struct step_set){{0}};
    }
}

/* What a name is bound to is what the name means, from its making on. True if something was learnt. */
static bool mark_makers(struct search *s)
{
    bool grown = false;
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        const struct event *event = &s->flow->events[i];
        struct step_set set = bound_by(s, event);
        if (!step_set_any(set))
            continue;
        uint32_t leaves[EXPR_LEAVES_MAX];
        unsigned count = code_flow_leaves(s->flow->exprs, event->value, leaves);
        for (unsigned leaf = 0; leaf < count; leaf++)
            if (is_maker((enum expr_kind)s->flow->exprs[leaves[leaf]].kind))
                grown |= step_set_add(&s->sets[leaves[leaf]], set);
    }
    return grown;
}

/* ---- sites ---- */

static struct found_site *find_site(const struct search *s, uint32_t row, uint32_t line)
{
    for (uint32_t i = 0; i < s->found->count; i++)
        if (s->found->sites[i].row == row && s->found->sites[i].line == line)
            return &s->found->sites[i];
    return NULL;
}

static bool is_better(const struct found_site *a, const struct found_site *b)
{
    if (a->match != b->match)
        return a->match < b->match;
    return a->level < b->level;
}

static enum wh_status add_site(struct search *s, struct found_site site)
{
    site.line = code_index_line(s->index, site.row, site.offset);
    struct found_site *known = find_site(s, site.row, site.line);
    if (known) {
        if (is_better(&site, known))
            *known = site;
        return WH_OK;
    }
    if (s->found->count >= SITES_MAX) {
        s->found->incomplete = true;
        return WH_OK;
    }
    enum wh_status status = grow(s, &s->found->sites, s->found->count, &s->found->capacity, sizeof(site));
    if (!status)
        s->found->sites[s->found->count++] = site;
    return status;
}

/* A site in a library is also one at each call by which the application went there. */
static enum wh_status add_sites_of_callers(struct search *s, const struct found_site *inner)
{
    const struct code_state *state = find_state(s, inner->row);
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < state->caller_count; i++) {
        const struct caller *caller = &state->callers[i];
        if (s->index->facts[caller->row].library)
            continue;
        struct found_site site = *inner;
        site.row = caller->row;
        site.offset = caller->offset;
        site.executed = caller->executed;
        site.in_loop = caller->in_loop;
        site.how = STORE_THROUGH_LIBRARY;
        site.caller_row = CODE_NONE;
        status = add_site(s, site);
        state = find_state(s, inner->row);
    }
    return status;
}

static enum wh_status emit(struct search *s, const struct event *event, enum store_how how, enum store_match match, enum site_level level)
{
    const struct code_state *state = find_state(s, s->row);
    struct found_site site = {.row = s->row, .offset = event->offset, .executed = event->executed, .how = how, .match = match,
                              .level = level, .in_loop = event->in_loop, .caller_row = CODE_NONE};
    if (state->caller_count) {
        site.caller_row = state->callers[0].row;
        site.caller_offset = state->callers[0].offset;
    }
    enum wh_status status = add_site(s, site);
    if (!status && s->index->facts[s->row].library && level <= LEVEL_FILLS)
        status = add_sites_of_callers(s, &site);
    return status;
}

/* An empty container that nothing in this code object fills. */
static bool is_empty(const struct search *s, uint32_t expr)
{
    if (s->flow->exprs[expr].kind != EXPR_EMPTY)
        return false;
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        const struct event *event = &s->flow->events[i];
        uint32_t target = event->kind == EVENT_CALL && s->flow->exprs[event->target].kind == EXPR_ATTR ? s->flow->exprs[event->target].a : event->target;
        if (event->kind <= EVENT_ADD && target == expr)
            return false;
    }
    return true;
}

/* What is stored: an element, or only a place for elements. */
static enum site_level level_of_value(const struct search *s, uint32_t value)
{
    return is_empty(s, value) ? LEVEL_MAKES : LEVEL_STORES;
}

/* Emits for an operation on `target`, which takes things into containers of the holder's family if `fits`. */
static enum wh_status emit_on(struct search *s, const struct event *event, uint32_t target, enum store_how how, bool fits, enum site_level level)
{
    enum store_match match;
    struct step_set set = s->sets[target];
    if (fits && step_set_best(set, s->steps.final, &match))
        return emit(s, event, how, match, level);
    if (step_set_best(set, MATCH_ELEMENT, &match))
        return emit(s, event, how, match, LEVEL_FILLS);
    return WH_OK;
}

/* ---- calls ---- */

static uint32_t argument(const struct search *s, const struct event *event, uint32_t i)
{
    return i < event->argument_count ? s->flow->args[event->first_argument + i] : 0;
}

/* The value that a mutator takes in: its last argument. */
static enum site_level level_of_call(const struct search *s, const struct event *event)
{
    return event->argument_count ? level_of_value(s, argument(s, event, event->argument_count - 1)) : LEVEL_STORES;
}

static bool is_class_object(const struct search *s, uint32_t expr)
{
    uint32_t node = value_of(s, expr).node;
    return node && code_index_type_of_class(s->index, node) != TYPE_NONE;
}

/* h.append(x); dict.update(h, x). A method written in Python is followed instead. */
static enum wh_status visit_method_call(struct search *s, const struct event *event, const struct expr *callee)
{
    struct span name = name_text(s, callee->b);
    if (code_index_row_of_callable(s->index, value_of(s, event->target).node) != CODE_NONE)
        return WH_OK;
    if (is_class_object(s, callee->a))
        return mutator_is_method(name, FAMILY_INSTANCE) ? emit_on(s, event, argument(s, event, 0), STORE_METHOD, mutator_is_method(name, s->steps.families), level_of_call(s, event)) : WH_OK;
    if (!mutator_is_method(name, FAMILY_INSTANCE) || (!event->argument_count && !event->spread))
        return WH_OK;
    return emit_on(s, event, callee->a, STORE_METHOD, mutator_is_method(name, s->steps.families), level_of_call(s, event));
}

/* heapq.heappush(h, x); setattr(h, name, x) */
static enum wh_status visit_function_call(struct search *s, const struct event *event, const struct expr *callee)
{
    uint32_t name = callee->kind == EXPR_ATTR ? callee->b : callee->kind == EXPR_GLOBAL ? callee->a : NAME_NONE;
    if (mutator_is_function(name_text(s, name), FAMILY_INSTANCE))
        return emit_on(s, event, argument(s, event, 0), STORE_FUNCTION, mutator_is_function(name_text(s, name), s->steps.families), LEVEL_STORES);
    if (callee->kind == EXPR_GLOBAL && name == NAME_SETATTR)
        return emit_on(s, event, argument(s, event, 0), STORE_ATTRIBUTE, s->steps.families & FAMILY_INSTANCE, LEVEL_STORES);
    return WH_OK;
}

/* map(h.append, xs), and whoever else is given a way to put things in. */
static enum wh_status visit_arguments(struct search *s, const struct event *event)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < event->argument_count; i++) {
        const struct expr *expr = &s->flow->exprs[argument(s, event, i)];
        if (expr->kind == EXPR_ATTR && mutator_is_method(name_text(s, expr->b), s->steps.families) && !is_class_object(s, expr->a))
            status = emit_on(s, event, expr->a, STORE_FUNCTION, true, LEVEL_STORES);
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
                return emit(s, event, STORE_MEMO, (enum store_match)match, LEVEL_STORES);
    return WH_OK;
}

static bool is_bound_to_holder(const struct search *s, uint32_t node)
{
    return node && heap_type_is(s->heap, node, "builtins", "builtin_function_or_method") &&
           heap_member(s->heap, node, "__self__") == s->steps.holder->node;
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
    return bound && (event->argument_count || event->spread) ? emit(s, event, STORE_METHOD, match, LEVEL_STORES) : WH_OK;
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
static void add_callers(struct search *s, struct code_state *callee, const struct event *event, bool *grown)
{
    const struct code_state *self = find_state(s, s->row);
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

struct passing {
    uint32_t row;                        /* callee */
    uint32_t receiver;                   /* expression that becomes the first parameter, 0 if none */
    bool shifted;                        /* arguments start at the second parameter */
    uint32_t skip;                       /* arguments before them that are not the callee's: partial(f, …) */
};

/* Does the callee take `self` (or `cls`) from what stands before the dot? */
static bool takes_receiver(const struct search *s, const struct event *event, uint32_t row, uint32_t *receiver)
{
    const struct expr *callee = &s->flow->exprs[event->target];
    enum method_kind method = (enum method_kind)s->index->facts[row].method;
    *receiver = 0;
    if (is_class_object(s, event->target))
        return true;
    if (callee->kind != EXPR_ATTR)
        return heap_type_is(s->heap, value_of(s, event->target).node, "builtins", "method");
    if (method == METHOD_INSTANCE && is_class_object(s, callee->a))
        return false;
    if (method == METHOD_INSTANCE)
        *receiver = callee->a;
    return method == METHOD_INSTANCE || method == METHOD_CLASS;
}

static void collect_parameters(const struct search *s, const struct event *event, struct passing passing, struct step_set params[PARAMS_MAX])
{
    struct code_view view;
    code_view_init(s->heap, &s->heap->codes[passing.row], &view);
    struct node_run keywords = event->keywords ? heap_items(s->heap, event->keywords) : (struct node_run){NULL, 0};
    uint32_t positional = event->argument_count > keywords.count ? event->argument_count - keywords.count : 0;
    memset(params, 0, PARAMS_MAX * sizeof(*params));
    if (passing.receiver)
        params[0] = s->sets[passing.receiver];
    for (uint32_t i = passing.skip; i < event->argument_count && !event->spread; i++) {
        uint32_t position = i - passing.skip + passing.shifted;
        uint32_t local = i < positional ? local_of_position(&view, position) : local_of_keyword(&view, node_run_get(keywords, i - positional));
        if (local < PARAMS_MAX && local < view.parameter_count)
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
    uint32_t depth = find_state(s, s->row)->depth + 1;
    bool grown = false;
    if (!any_set(params) || depth > CALLS_MAX)
        return WH_OK;
    enum wh_status status = touch_state(s, row, depth, &state);
    if (status)
        return status;
    for (unsigned i = 0; i < PARAMS_MAX; i++)
        grown |= step_set_add(&state->params[i], params[i]);
    add_callers(s, state, event, &grown);
    return grown ? enqueue(s, state) : WH_OK;
}

static enum wh_status pass_arguments(struct search *s, const struct event *event, struct passing passing)
{
    struct step_set params[PARAMS_MAX];
    collect_parameters(s, event, passing, params);
    return pass_sets(s, event, passing.row, params);
}

/* object[key] = value and object += value, where the object's class says in Python what that means. */
static enum wh_status follow_operator(struct search *s, const struct event *event, uint32_t method)
{
    struct expr attr = {.kind = EXPR_ATTR, .a = event->target, .b = method};
    struct step_set params[PARAMS_MAX] = {s->sets[event->target]};
    uint32_t rows[CALLEES_MAX], type = value_of(s, event->target).type;
    unsigned count = 0;
    enum wh_status status = WH_OK;
    params[1] = event->kind == EVENT_INPLACE ? s->sets[event->value] : s->sets[event->key];
    params[2] = event->kind == EVENT_INPLACE ? (struct step_set){{0}} : s->sets[event->value];
    if (type != TYPE_NONE)
        add_row(rows, &count, method_row(s, type, method));
    add_methods_of_steps(s, &attr, rows, &count);
    for (unsigned i = 0; !status && i < count; i++)
        status = pass_sets(s, event, rows[i], params);
    return status;
}

/* partial(f, h), pool.submit(f, h), Thread-like calls: the first argument is called with the others. */
static enum wh_status pass_to_first_argument(struct search *s, const struct event *event)
{
    uint32_t rows[CALLEES_MAX];
    uint32_t first = argument(s, event, 0);
    if (!first || is_class_object(s, first))
        return WH_OK;
    unsigned count = callee_rows(s, first, rows);
    enum wh_status status = WH_OK;
    for (unsigned i = 0; !status && i < count; i++)
        status = pass_arguments(s, event, (struct passing){.row = rows[i], .skip = 1});
    return status;
}

static enum wh_status follow_call(struct search *s, const struct event *event)
{
    uint32_t rows[CALLEES_MAX];
    unsigned count = callee_rows(s, event->target, rows);
    enum wh_status status = WH_OK;
    for (unsigned i = 0; !status && i < count; i++) {
        struct passing passing = {.row = rows[i]};
        passing.shifted = takes_receiver(s, event, rows[i], &passing.receiver);
        status = pass_arguments(s, event, passing);
    }
    return count || status ? status : pass_to_first_argument(s, event);
}

static enum wh_status visit_call(struct search *s, const struct event *event)
{
    const struct expr *callee = &s->flow->exprs[event->target];
    enum wh_status status = callee->kind == EXPR_ATTR ? visit_method_call(s, event, callee) : WH_OK;
    if (!status)
        status = visit_bound_call(s, event);
    if (!status)
        status = visit_function_call(s, event, callee);
    if (!status)
        status = visit_memo_call(s, event);
    if (!status)
        status = visit_arguments(s, event);
    return status ? status : follow_call(s, event);
}

/* ---- stores ---- */

static enum wh_status visit_statement(struct search *s, const struct event *event)
{
    static const struct { enum mutator_statement statement; enum store_how how; } forms[] = {
        [EVENT_STORE_ITEM] = {MUTATOR_SUBSCRIPT, STORE_SUBSCRIPT},
        [EVENT_STORE_SLICE] = {MUTATOR_SLICE, STORE_SLICE},
        [EVENT_INPLACE] = {MUTATOR_INPLACE, STORE_INPLACE},
    };
    bool fits = mutator_is_statement(forms[event->kind].statement, s->steps.families);
    /* setattr by hand: obj.__dict__[name] = x */
    fits |= s->flow->exprs[event->target].kind == EXPR_ATTR && s->flow->exprs[event->target].b == NAME_DICT;
    enum wh_status status = emit_on(s, event, event->target, forms[event->kind].how, fits, level_of_value(s, event->value));
    if (!status)
        status = follow_operator(s, event, event->kind == EVENT_INPLACE ? NAME_IADD : NAME_SETITEM);
    return status || event->kind != EVENT_INPLACE ? status : follow_operator(s, event, NAME_IOR);
}

static enum wh_status visit_add(struct search *s, const struct event *event)
{
    return emit_on(s, event, event->target, STORE_COMPREHENSION, true, LEVEL_STORES);
}

static const struct event *event_at(const struct search *s, uint32_t offset)
{
    uint32_t low = 0, high = s->flow->event_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->flow->events[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->flow->event_count && s->flow->events[low].offset == offset; low++)
        if (s->flow->events[low].kind == EVENT_CALL)
            return &s->flow->events[low];
    return NULL;
}

/* deque(), defaultdict(list), OrderedDict(): a container class called without contents. */
static bool makes_empty(const struct search *s, uint32_t value)
{
    const struct expr *expr = &s->flow->exprs[value];
    if (expr->kind == EXPR_EMPTY)
        return is_empty(s, value);
    if (expr->kind != EXPR_CALL)
        return false;
    uint32_t type = code_index_type_of_class(s->index, value_of(s, expr->a).node);
    const struct event *event = type != TYPE_NONE ? event_at(s, expr->b) : NULL;
    if (!event || family_of_type(s->heap, type) == FAMILY_INSTANCE)
        return type != TYPE_NONE;
    return event->argument_count == 0 || event->keywords || is_class_object(s, argument(s, event, 0));
}

/* The holder gets its name: how was it made? Constants are no containers. */
static enum wh_status visit_binding(struct search *s, const struct event *event)
{
    enum store_match match, own;
    struct step_set set = bound_by(s, event);
    enum expr_kind kind = (enum expr_kind)s->flow->exprs[event->value].kind;
    if (!step_set_best(set, s->steps.final, &match) || kind == EXPR_CONST)
        return WH_OK;
    if (!is_maker(kind) && step_set_best(s->sets[event->value], s->steps.final, &own))
        return WH_OK;   /* another name for the holder */
    if (makes_empty(s, event->value))
        return emit(s, event, STORE_CREATE, match, LEVEL_CREATES);
    return emit(s, event, STORE_ASSIGN, match, LEVEL_MAKES);
}

/* h.name = x, the holder being an instance: its mass hangs on that attribute. */
static enum wh_status visit_attribute(struct search *s, const struct event *event)
{
    enum store_match match;
    struct expr_value target = value_of(s, event->target);
    if (s->steps.families & FAMILY_INSTANCE && (!s->content || s->content == event->name) && s->flow->exprs[event->value].kind != EXPR_CONST) {
        if (step_set_best(s->sets[event->target], s->steps.final, &match))
            return emit(s, event, STORE_ATTRIBUTE, match, level_of_value(s, event->value));
        if (s->content && !is_known(target))
            return emit(s, event, STORE_ATTRIBUTE, MATCH_NAME, level_of_value(s, event->value));
        if (s->content && !target.node && code_index_is_subtype(s->index, s->heap->type_of_node[s->steps.holder->node], target.type))
            return emit(s, event, STORE_ATTRIBUTE, MATCH_CLASS, level_of_value(s, event->value));
    }
    return visit_binding(s, event);
}

/* name = f(): what f makes becomes the holder. */
static enum wh_status follow_result(struct search *s, const struct event *event)
{
    struct step_set set = bound_by(s, event);
    const struct expr *expr = &s->flow->exprs[event->value];
    uint32_t rows[CALLEES_MAX], depth = find_state(s, s->row)->depth + 1;
    if (!step_set_any(set) || expr->kind != EXPR_CALL || is_class_object(s, expr->a) || depth > CALLS_MAX)
        return WH_OK;
    unsigned count = callee_rows(s, expr->a, rows);
    for (unsigned i = 0; i < count; i++) {
        struct code_state *state;
        enum wh_status status = touch_state(s, rows[i], depth, &state);
        bool grown = !status && step_set_add(&state->result, set);
        if (!status)
            add_callers(s, state, event, &grown);
        if (!status && grown)
            status = enqueue(s, state);
        if (status)
            return status;
    }
    return WH_OK;
}

/* What is returned is what a call of this function means: look at its callers, by its name. */
static enum wh_status visit_return(struct search *s, const struct event *event)
{
    struct code_state *state = find_state(s, s->row);
    uint32_t name = s->index->facts[s->row].name, depth = state->depth + 1;
    struct step_set set = s->sets[event->value];
    for (unsigned match = 0; match < MATCH_COUNT; match++)   /* its caller knows that much */
        set.bits[match] &= ~state->result.bits[match];
    if (!step_set_add(&state->returns, set) || depth > CALLS_MAX || !name)
        return WH_OK;
    uint32_t first = s->index->first_user_of_name[name], end = s->index->first_user_of_name[name + 1];
    enum wh_status status = WH_OK;
    for (uint32_t i = first; !status && i < end && i - first < USERS_MAX; i++) {
        struct code_state *user;
        status = touch_state(s, s->index->users[i], depth, &user);
        if (!status)
            status = enqueue(s, user);
    }
    return status;
}

static enum wh_status visit_stored_name(struct search *s, const struct event *event)
{
    enum wh_status status = visit_binding(s, event);
    return status ? status : follow_result(s, event);
}

static enum wh_status visit_stored_attribute(struct search *s, const struct event *event)
{
    enum wh_status status = visit_attribute(s, event);
    return status ? status : follow_result(s, event);
}

static enum wh_status visit_stored_item(struct search *s, const struct event *event)
{
    enum wh_status status = visit_statement(s, event);
    return status ? status : follow_result(s, event);
}

static enum wh_status visit_returned(struct search *s, const struct event *event)
{
    enum wh_status status = visit_return(s, event);
    return status ? status : follow_result(s, event);
}

/* ---- turns ---- */

static enum wh_status prepare(struct search *s, uint32_t row)
{
    s->row = row;
    code_view_init(s->heap, &s->heap->codes[row], &s->view);
    enum wh_status status = code_index_flow(s->index, row, s->error, &s->flow);
    if (!status)
        status = grow(s, &s->sets, s->flow->expr_count, &s->set_capacity, sizeof(*s->sets));
    if (!status)
        memset(s->sets, 0, s->flow->expr_count * sizeof(*s->sets));
    return status;
}

static enum wh_status take_turn(struct search *s, uint32_t row)
{
    static enum wh_status (*const visit[])(struct search *, const struct event *) = {
        [EVENT_CALL] = visit_call,
        [EVENT_STORE_ITEM] = visit_stored_item,
        [EVENT_STORE_SLICE] = visit_statement,
        [EVENT_INPLACE] = visit_statement,
        [EVENT_ADD] = visit_add,
        [EVENT_STORE_ATTR] = visit_stored_attribute,
        [EVENT_STORE_GLOBAL] = visit_stored_name,
        [EVENT_STORE_CELL] = visit_stored_name,
        [EVENT_STORE_FAST] = visit_stored_name,
        [EVENT_RETURN] = visit_returned,
    };
    enum wh_status status = prepare(s, row);
    if (status)
        return status;
    match_all(s);
    if (mark_makers(s))
        match_all(s);
    s->found->incomplete |= s->flow->partial;
    for (uint32_t i = 0; !status && i < s->flow->event_count; i++)
        status = visit[s->flow->events[i].kind](s, &s->flow->events[i]);
    return status;
}

/* ---- where to begin ---- */

static enum wh_status begin_with_users(struct search *s, uint32_t name)
{
    if (!name)
        return WH_OK;
    uint32_t first = s->index->first_user_of_name[name], end = s->index->first_user_of_name[name + 1];
    s->found->incomplete |= end - first > USERS_MAX;
    enum wh_status status = WH_OK;
    for (uint32_t i = first; !status && i < end && i - first < USERS_MAX; i++)
        status = enqueue_row(s, s->index->users[i], 0);
    return status;
}

static enum wh_status begin_with_methods(struct search *s)
{
    uint32_t type = s->heap->type_of_node[s->steps.holder->node];
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; s->steps.derives && !status && row < s->heap->code_count; row++) {
        uint32_t class_type = s->index->facts[row].class_type;
        if (class_type != TYPE_NONE && code_index_is_subtype(s->index, type, class_type))
            status = enqueue_row(s, row, 0);
    }
    return status;
}

static enum wh_status begin(struct search *s)
{
    enum wh_status status = begin_with_users(s, s->content);
    if (!status)
        status = begin_with_methods(s);
    for (uint64_t left = s->steps.in_use; !status && left; left &= left - 1) {
        unsigned step = (unsigned)__builtin_ctzll(left);
        if (s->steps.owner_row[step] != CODE_NONE)
            status = enqueue_row(s, s->steps.owner_row[step], 0);
        if (!status && s->steps.kind[step] != ACCESS_DEFAULT && s->steps.kind[step] != ACCESS_LOCAL)
            status = begin_with_users(s, s->steps.name[step]);
    }
    return status;
}

static enum wh_status run(struct search *s)
{
    enum wh_status status = begin(s);
    uint32_t turns = 0;
    for (; !status && s->queue_first < s->queue_count && turns < TURNS_MAX; turns++) {
        uint32_t row = s->queue[s->queue_first++];
        find_state(s, row)->queued = false;
        status = take_turn(s, row);
    }
    s->found->incomplete |= turns == TURNS_MAX;
    return status;
}

enum wh_status store_search(struct code_index *index, const struct holder *holder, struct wh_error *error, struct found_sites *ret)
{
    struct search s = {.index = index, .heap = index->heap, .error = error, .found = ret};
    *ret = (struct found_sites){0};
    holder_steps_init(index, holder, &s.steps);
    s.content = holder->content.length ? code_index_find_name(index, holder->content) : NAME_NONE;
    enum wh_status status = array_alloc_zeroed(index->heap->code_count, sizeof(uint32_t), "the search for store sites", error, &s.state_of_row);
    if (!status)
        status = run(&s);
    free(s.state_of_row);
    free(s.states);
    free(s.queue);
    free(s.sets);
    if (status) {
        free(ret->sites);
        *ret = (struct found_sites){0};
    }
    return status;
}
