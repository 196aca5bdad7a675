/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/search.h"

#include <string.h>

/* ---- expressions ---- */

void search_add_row(uint32_t rows[CALLEES_MAX], unsigned *count, uint32_t row)
{
    for (unsigned i = 0; i < *count; i++)
        if (rows[i] == row)
            return;
    if (row != CODE_NONE && *count < CALLEES_MAX)
        rows[(*count)++] = row;
}

static uint32_t row_of_method(const struct search *s, uint32_t method)
{
    uint32_t getter = method && heap_type_is(s->heap, method, "builtins", "property") ? heap_member(s->heap, method, "fget") : method;
    return getter ? code_index_row_of_callable(s->index, getter) : CODE_NONE;
}

/* The function that a name of an instance of this type means. */
uint32_t search_method(const struct search *s, uint32_t type, uint32_t name)
{
    return row_of_method(s, code_index_class_attribute(s->index, type, name));
}

static bool is_super(const struct search *s, uint32_t expr)
{
    const struct expr *call = &s->flow->exprs[expr], *callee = call->kind == EXPR_CALL ? &s->flow->exprs[call->a] : call;
    return callee->kind == EXPR_GLOBAL && callee->a == NAME_SUPER;
}

static uint32_t method_of(const struct search *s, uint32_t type, const struct expr *attr)
{
    if (!is_super(s, attr->a))
        return search_method(s, type, attr->b);
    return row_of_method(s, code_index_inherited_attribute(s->index, type, s->index->facts[s->row].class_type, attr->b));
}

/* The code objects of what `object.name` means, if object is on a way to the holder. */
void search_add_methods(const struct search *s, const struct expr *attr, uint32_t rows[CALLEES_MAX], unsigned *count)
{
    uint64_t steps = step_set_any(s->sets[attr->a]) & s->steps.in_use;
    for (; steps; steps &= steps - 1) {
        uint32_t node = s->steps.node[__builtin_ctzll(steps)];
        if (node)
            search_add_row(rows, count, method_of(s, s->heap->type_of_node[node], attr));
    }
}

/* A function, and the one that a decorator put it around (functools.wraps says which). */
static void add_function(const struct search *s, uint32_t node, uint32_t rows[CALLEES_MAX], unsigned *count)
{
    uint32_t wrapped = heap_attribute(s->heap, node, "__wrapped__");
    search_add_row(rows, count, code_index_row_of_callable(s->index, node));
    if (wrapped)
        search_add_row(rows, count, code_index_row_of_callable(s->index, wrapped));
}

/* The code objects that a call of this expression runs. */
unsigned search_callees(const struct search *s, uint32_t callee, uint32_t rows[CALLEES_MAX])
{
    unsigned count = 0;
    const struct expr *expr = &s->flow->exprs[callee];
    uint32_t node = value_of(s, callee).node;
    uint32_t class_type = node ? code_index_type_of_class(s->index, node) : TYPE_NONE;
    if (class_type != TYPE_NONE)
        search_add_row(rows, &count, search_method(s, class_type, NAME_INIT));
    else if (node)
        add_function(s, node, rows, &count);
    if (expr->kind == EXPR_FUNCTION)
        search_add_row(rows, &count, code_index_row(s->index, expr->a));
    if (expr->kind == EXPR_ATTR)
        search_add_methods(s, expr, rows, &count);
    return count;
}

bool search_is_class(const struct search *s, uint32_t expr)
{
    uint32_t node = value_of(s, expr).node;
    return node && code_index_type_of_class(s->index, node) != TYPE_NONE;
}

static struct step_set returned_by(const struct search *s, uint32_t callee)
{
    uint32_t rows[CALLEES_MAX];
    struct step_set set = {{0}};
    unsigned count = search_callees(s, callee, rows);
    for (unsigned i = 0; i < count; i++) {
        const struct code_state *state = search_find(s, rows[i]);
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
    const struct code_state *state = search_find(s, s->row);
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

/* Is the container that `object.name` is long enough for what adds to it to matter? Buffers are. */
static bool is_long(const struct search *s, uint32_t object, uint32_t name)
{
    enum { ITEMS_MIN = 16 };
    struct span text = name_text(s, name);
    char buffer[128];
    if (!text.length || text.length >= sizeof(buffer))
        return false;
    memcpy(buffer, text.bytes, text.length);
    buffer[text.length] = '\0';
    uint32_t node = heap_attribute(s->heap, object, buffer);
    return node && (heap_items_kind(s->heap, node) == FORM_ITEMS_NONE || heap_items(s->heap, node).count >= ITEMS_MIN);
}

/* Of the holder, or of one of the first few objects that it contains. */
static bool has_long_part(const struct search *s, bool is_holder, uint32_t name)
{
    enum { OBJECTS_LOOKED_AT = 16 };
    uint32_t holder = s->steps.holder->node;
    struct node_run items = heap_items(s->heap, holder);
    bool found = is_holder && is_long(s, holder, name);
    for (uint32_t i = 0; !is_holder && !found && i < items.count && i < OBJECTS_LOOKED_AT; i++)
        found = items.nodes[i] && is_long(s, items.nodes[i], name);
    return found;
}

bool search_is_inside(const struct search *s, uint32_t expr)
{
    static const unsigned containers = FAMILY_LIST | FAMILY_DICT | FAMILY_SET | FAMILY_DEQUE | FAMILY_ARRAY | FAMILY_BYTES;
    const struct expr *attr = &s->flow->exprs[expr];
    uint32_t type = value_of(s, expr).type;
    if (attr->kind != EXPR_ATTR || type == TYPE_NONE || !(family_of_type(s->heap, type) & containers))
        return false;
    uint64_t object = step_set_any(s->sets[attr->a]);
    bool is_holder = object & s->steps.final && s->steps.families == FAMILY_INSTANCE;
    if (!(is_holder || object & MATCH_ELEMENT) || step_set_any(s->sets[expr]) & s->steps.in_use || s->flow->exprs[attr->a].kind == EXPR_ATTR)
        return false;
    return s->steps.element_type == TYPE_NONE && !is_holder ? true : has_long_part(s, is_holder, attr->b);
}

/* The container counts as an element of the holder. */
static struct step_set match_inside(const struct search *s, uint32_t expr)
{
    struct step_set set = {{0}}, object = s->sets[s->flow->exprs[expr].a];
    for (unsigned match = 0; match < MATCH_COUNT && search_is_inside(s, expr); match++)
        set.bits[match] = object.bits[match] & (s->steps.final | MATCH_ELEMENT) ? MATCH_ELEMENT : 0;
    return set;
}

static struct step_set match_attr(const struct search *s, uint32_t number, const struct expr *expr)
{
    struct step_set object = s->sets[expr->a];
    if (expr->b == NAME_DICT)
        return object;
    if (expr->b == NAME_ANY_ATTRIBUTE)
        return match_any_attribute(&s->steps, object, value_of(s, expr->a));
    struct step_set set = match_attribute(&s->steps, object, value_of(s, expr->a), is_known(value_of(s, expr->a)), expr->b);
    if (is_thread_local(s, value_of(s, expr->a).node))
        step_set_add(&set, match_thread_local(s, value_of(s, expr->a).node, expr->b));
    if (is_property(s, number) || step_set_any(object) & s->steps.in_use)
        step_set_add(&set, returned_by(s, number));
    return set;
}

static struct step_set match_call(const struct search *s, uint32_t callee)
{
    if (is_super(s, callee))
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
        step_set_add(&set, match_inside(s, number));
        break;
    case EXPR_ITEM:
        step_set_add(&set, match_item(&s->steps, s->sets[expr->a]));
        break;
    case EXPR_INNER:
        step_set_add(&set, match_item(&s->steps, s->sets[expr->a]));
        for (unsigned step = 1; step < HOLDER_STEPS_MAX; step++)
            step_set_add(&set, match_item(&s->steps, set));
        break;
    case EXPR_CALL:
        step_set_add(&set, match_call(s, expr->a));
        if (is_super(s, number))
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

void search_match_all(struct search *s)
{
    for (uint32_t i = 0; i < s->flow->expr_count; i++)
        step_set_add(&s->sets[i], match_expr(s, i));
}

/* ---- objects that are made first and bound to the holder's name later ---- */

bool search_is_maker(enum expr_kind kind)
{
    return kind == EXPR_FRESH || kind == EXPR_EMPTY || kind == EXPR_CALL || kind == EXPR_COPY;
}

struct step_set search_bound_by(const struct search *s, const struct event *event)
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
        return match_attribute(&s->steps, s->sets[event->target], value_of(s, event->target), is_known(value_of(s, event->target)),
                               event->name);
    case EVENT_STORE_ITEM: {
        struct step_set set = match_item(&s->steps, s->sets[event->target]);
        for (unsigned match = 0; match < MATCH_COUNT; match++)
            set.bits[match] &= ALL_STEPS;
        return set;
    }
    case EVENT_RETURN:
        return search_find(s, s->row)->result;
    default:
        return (struct step_set){{0}};
    }
}

static bool mark_maker(struct search *s, struct step_set set, uint32_t value)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    unsigned count = step_set_any(set) ? code_flow_leaves(s->flow->exprs, value, leaves) : 0;
    bool grown = false;
    for (unsigned leaf = 0; leaf < count; leaf++)
        if (search_is_maker((enum expr_kind)s->flow->exprs[leaves[leaf]].kind))
            grown |= step_set_add(&s->sets[leaves[leaf]], set);
    return grown;
}

/* What a name is bound to is what the name means, from its making on. True if something was learnt. */
bool search_mark_makers(struct search *s)
{
    bool grown = false;
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        const struct event *event = &s->flow->events[i];
        struct passed passed[PASSED_MAX];
        unsigned count = event->kind == EVENT_CALL ? search_passed(s, event, passed) : 0;
        grown |= mark_maker(s, search_bound_by(s, event), event->value);
        for (unsigned k = 0; k < count; k++)
            grown |= mark_maker(s, passed[k].set, passed[k].value);
    }
    return grown;
}
