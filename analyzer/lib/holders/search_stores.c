/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/search.h"

/* ---- stores ---- */

enum wh_status search_visit_statement(struct search *s, const struct event *event)
{
    static const struct { enum mutator_statement statement; enum store_how how; } forms[] = {
        [EVENT_STORE_ITEM] = {MUTATOR_SUBSCRIPT, STORE_SUBSCRIPT},
        [EVENT_STORE_SLICE] = {MUTATOR_SLICE, STORE_SLICE},
        [EVENT_INPLACE] = {MUTATOR_INPLACE, STORE_INPLACE},
    };
    bool fits = mutator_is_statement(forms[event->kind].statement, s->steps.families);
    /* setattr by hand: obj.__dict__[name] = x, globals()[name] = x */
    bool attributes = (s->flow->exprs[event->target].kind == EXPR_ATTR && s->flow->exprs[event->target].b == NAME_DICT) ||
                      (s->steps.namespace_node && value_of(s, event->target).node == s->steps.namespace_node);
    enum store_how how = attributes && s->steps.families & FAMILY_INSTANCE ? STORE_SETATTR : forms[event->kind].how;
    enum wh_status status = search_emit_on(s, event, event->target, how, fits || attributes, search_level_of(s, event->value));
    if (!status)
        status = search_follow_operator(s, event, event->kind == EVENT_INPLACE ? NAME_IADD : NAME_SETITEM);
    return status || event->kind != EVENT_INPLACE ? status : search_follow_operator(s, event, NAME_IOR);
}

enum wh_status search_visit_deleted_item(struct search *s, const struct event *event)
{
    return search_emit_removal(s, event, event->target, STORE_REMOVE);
}

/* raise FAILED: each time, the traceback of that one exception becomes longer. */
enum wh_status search_visit_raise(struct search *s, const struct event *event)
{
    enum store_match match;
    struct expr_value value = value_of(s, event->value);
    struct step_set set = match_attribute(&s->steps, s->sets[event->value], value, is_known(value), NAME_TRACEBACK);
    if (!step_set_best(set, s->steps.final, &match) || match != MATCH_EXACT)
        return WH_OK;
    return search_emit(s, event, STORE_ATTRIBUTE, match, LEVEL_STORES);
}

/* words[key], of a defaultdict, puts in what is not there. */
enum wh_status search_visit_loaded_item(struct search *s, const struct event *event)
{
    enum store_match match;
    bool stores = heap_is_instance(s->heap, s->steps.holder->node, "collections", "defaultdict");
    if (!stores || !step_set_best(s->sets[event->target], s->steps.final, &match))
        return WH_OK;
    return search_emit_to(s, event, event->target, STORE_SUBSCRIPT, match, LEVEL_STORES);
}

enum wh_status search_visit_add(struct search *s, const struct event *event)
{
    return search_emit_on(s, event, event->target, STORE_COMPREHENSION, true, LEVEL_STORES);
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
bool search_makes_empty(const struct search *s, uint32_t value)
{
    const struct expr *expr = &s->flow->exprs[value];
    if (expr->kind == EXPR_EMPTY)
        return search_is_empty(s, value);
    if (expr->kind != EXPR_CALL)
        return false;
    uint32_t type = code_index_type_of_class(s->index, value_of(s, expr->a).node);
    const struct event *event = type != TYPE_NONE ? event_at(s, expr->b) : NULL;
    if (!event || family_of_type(s->heap, type) == FAMILY_INSTANCE)
        return type != TYPE_NONE;
    return event->argument_count == 0 || event->keywords || search_is_class(s, argument(s, event, 0));
}

static bool is_final(const struct search *s, uint32_t expr)
{
    return (step_set_any(s->sets[expr]) & s->steps.final) != 0;
}

/* list(rows), but not rows[1:], which may leave out more than is added. */
static bool copies_whole(const struct search *s, const struct expr *expr)
{
    return expr->kind == EXPR_COPY && event_at(s, expr->b);
}

/* rows = rows + [row], rows = [*rows, row], table = {**table, key: row}, text = f"{text}\n{line}" */
static bool has_itself_as_part(const struct search *s, uint32_t value)
{
    uint32_t made[EXPR_LEAVES_MAX] = {value}, count = 1;
    for (uint32_t next = 0; next < count; next++)
        for (uint32_t i = 0; i < s->flow->event_count; i++) {
            const struct event *event = &s->flow->events[i];
            if ((event->kind != EVENT_PART && event->kind != EVENT_ADD) || event->target != made[next])
                continue;
            const struct expr *part = &s->flow->exprs[event->value];
            if (part->kind == EXPR_FRESH ? false : copies_whole(s, part) ? is_final(s, part->a) : is_final(s, event->value))
                return true;
            if (part->kind == EXPR_FRESH && count < EXPR_LEAVES_MAX)
                made[count++] = event->value;
        }
    return false;
}

/* top = Cell(value, top), scope = scope.new_child(): the old one goes into the new one. */
static bool is_made_of_itself(const struct search *s, uint32_t value)
{
    const struct expr *expr = &s->flow->exprs[value];
    const struct event *event = expr->kind == EXPR_CALL ? event_at(s, expr->b) : NULL;
    const struct expr *callee = event ? &s->flow->exprs[event->target] : NULL;
    bool itself = false;
    if (expr->kind == EXPR_FRESH || expr->kind == EXPR_EMPTY)
        return has_itself_as_part(s, value);
    if (!event || (value_of(s, event->target).node && !search_is_class(s, event->target)))
        return false;   /* sorted(x), filter(f, x): as large as before, or smaller */
    for (uint32_t i = 0; i < event->argument_count; i++)
        itself |= is_final(s, argument(s, event, i));
    return (itself && search_is_class(s, event->target)) || (callee->kind == EXPR_ATTR && itself);
}

static bool may_be_made_of_itself(const struct search *s, uint32_t value)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    unsigned count = code_flow_leaves(s->flow->exprs, value, leaves);
    bool itself = false;
    for (unsigned leaf = 0; leaf < count; leaf++)
        itself |= is_made_of_itself(s, leaves[leaf]);
    return itself;
}

/* The holder gets its name: how was it made? Constants are no containers. */
static enum wh_status visit_binding(struct search *s, const struct event *event, struct step_set set, uint32_t value)
{
    enum store_match match, own;
    enum expr_kind kind = (enum expr_kind)s->flow->exprs[value].kind;
    if (!step_set_best(set, s->steps.final, &match) || kind == EXPR_CONST)
        return WH_OK;
    if (may_be_made_of_itself(s, value))
        return search_emit(s, event, STORE_ANEW, match, LEVEL_STORES);
    if (!search_is_maker(kind) && step_set_best(s->sets[value], s->steps.final, &own))
        return WH_OK;   /* another name for the holder */
    if (search_makes_empty(s, value))
        return search_emit(s, event, STORE_CREATE, match, LEVEL_CREATES);
    return search_emit(s, event, STORE_ASSIGN, match, LEVEL_MAKES);
}

/* h.name = x, the holder being an instance: its mass hangs on that attribute. */
static enum wh_status visit_attribute(struct search *s, const struct event *event)
{
    enum store_match match;
    struct expr_value target = value_of(s, event->target);
    bool is_content = !s->set_by_interpreter && (!s->content || s->content == event->name);
    if (s->steps.families & FAMILY_INSTANCE && is_content && s->flow->exprs[event->value].kind != EXPR_CONST) {
        if (step_set_best(s->sets[event->target], s->steps.final, &match))
            return search_emit(s, event, STORE_ATTRIBUTE, match, search_level_of(s, event->value));
        if (s->content && !is_known(target))
            return search_emit(s, event, STORE_ATTRIBUTE, MATCH_NAME, search_level_of(s, event->value));
        if (s->content && !target.node && code_index_is_subtype(s->index, code_index_type_of(s->index, s->steps.holder->node), target.type))
            return search_emit(s, event, STORE_ATTRIBUTE, MATCH_CLASS, search_level_of(s, event->value));
    }
    return visit_binding(s, event, search_bound_by(s, event), event->value);
}

/* name = f(): what f makes becomes the holder. */
static enum wh_status follow_result(struct search *s, const struct event *event, struct step_set set, uint32_t value)
{
    const struct expr *expr = &s->flow->exprs[value];
    uint32_t rows[CALLEES_MAX], depth = search_find(s, s->row)->depth + 1;
    if (!step_set_any(set) || expr->kind != EXPR_CALL || search_is_class(s, expr->a) || depth > CALLS_MAX)
        return WH_OK;
    unsigned count = search_callees(s, expr->a, rows);
    for (unsigned i = 0; i < count; i++) {
        struct code_state *state;
        enum wh_status status = search_touch(s, rows[i], depth, &state);
        bool grown = !status && step_set_add(&state->result, set);
        if (!status)
            search_add_callers(s, state, event, &grown);
        if (!status && grown)
            status = search_enqueue(s, state);
        if (status)
            return status;
    }
    return WH_OK;
}

/* What is returned is what a call of this function means: look at its callers, by its name. */
static enum wh_status visit_return(struct search *s, const struct event *event)
{
    struct code_state *state = search_find(s, s->row);
    uint32_t name = s->index->facts[s->row].name, depth = state->depth + 1;
    struct step_set set = s->sets[event->value];
    for (unsigned match = 0; match < MATCH_COUNT; match++)   /* its caller knows that much */
        set.bits[match] &= ~state->result.bits[match];
    if (!step_set_add(&state->returns, set) || depth > CALLS_MAX || !name)
        return WH_OK;
    return search_enqueue_users(s, name, depth);
}

enum wh_status search_bind(struct search *s, const struct event *event, struct step_set set, uint32_t value)
{
    enum wh_status status = visit_binding(s, event, set, value);
    return status ? status : follow_result(s, event, set, value);
}

static enum wh_status follow_own_result(struct search *s, const struct event *event)
{
    return follow_result(s, event, search_bound_by(s, event), event->value);
}


enum wh_status search_visit_stored_name(struct search *s, const struct event *event)
{
    return search_bind(s, event, search_bound_by(s, event), event->value);
}

enum wh_status search_visit_stored_attribute(struct search *s, const struct event *event)
{
    enum wh_status status = visit_attribute(s, event);
    return status ? status : follow_own_result(s, event);
}

enum wh_status search_visit_stored_item(struct search *s, const struct event *event)
{
    enum wh_status status = search_visit_statement(s, event);
    return status ? status : follow_own_result(s, event);
}

enum wh_status search_visit_returned(struct search *s, const struct event *event)
{
    enum wh_status status = visit_return(s, event);
    return status ? status : follow_own_result(s, event);
}
