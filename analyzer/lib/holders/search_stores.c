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

/* app = with_log(app), where the holder is a function that with_log() makes; head = link_to(head) */
static bool makes_holder(const struct search *s, uint32_t callee)
{
    uint32_t row = code_index_row_of_callable(s->index, value_of(s, callee).node);
    uint32_t own = code_index_row_of_callable(s->index, s->steps.holder->node);
    const struct code_state *state = row == CODE_NONE ? NULL : search_find(s, row);
    return row != CODE_NONE && ((own != CODE_NONE && s->index->facts[own].parent == row) || (state && state->makes_anew));
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
    bool makes = event && makes_holder(s, event->target);
    if (!event || (!makes && value_of(s, event->target).node && !search_is_class(s, event->target)))
        return false;   /* sorted(x), filter(f, x): as large as before, or smaller */
    for (uint32_t i = 0; i < event->argument_count; i++)
        itself |= is_final(s, argument(s, event, i));
    return itself && (makes || search_is_class(s, event->target) || callee->kind == EXPR_ATTR);
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

/* scopes = [outermost], which has had many others since. */
static bool makes_few(const struct search *s, uint32_t value)
{
    enum { TIMES_LONGER = 16 };
    const struct expr *expr = &s->flow->exprs[value];
    struct node_run items = heap_items(s->heap, s->steps.holder->node);
    if (expr->kind != EXPR_FRESH || !expr->b || expr->b > items.count / TIMES_LONGER)
        return false;
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        if (s->flow->events[i].kind <= EVENT_ADD && s->flow->events[i].kind != EVENT_CALL && s->flow->events[i].target == value)
            return false;
    }
    return true;
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
    if (search_makes_empty(s, value) || makes_few(s, value))
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

/* return Version(text, before): then the line of interest is the one that gives the old version and keeps the new one. */
static enum wh_status note_maker_of_links(struct search *s, const struct event *event)
{
    struct code_state *state = search_find(s, s->row);
    enum wh_status status = WH_OK;
    if (state->makes_anew || !(step_set_any(state->result) & s->steps.final) || !may_be_made_of_itself(s, event->value))
        return WH_OK;
    state->makes_anew = true;
    for (uint32_t i = 0; !status && i < state->caller_count; i++)
        status = search_enqueue(s, search_find(s, state->callers[i].row));
    return status;
}

/* A lambda has no name by which it is called: the variables of other functions that it is in. */
static enum wh_status enqueue_users_of_lambda(struct search *s, uint32_t depth)
{
    const struct code_index *index = s->index;
    uint32_t first = index->first_function_of_code[s->row], end = index->first_function_of_code[s->row + 1], functions = index->first_function_of_code[s->heap->code_count];
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && first < end && i < functions; i++) {
        uint32_t closure = heap_member(s->heap, index->functions[i], "__closure__");
        struct node_run cells = closure ? heap_items(s->heap, closure) : (struct node_run){NULL, 0};
        bool has = false;
        for (uint32_t k = 0; k < cells.count && !has; k++)
            has = cells.nodes[k] && heap_member(s->heap, cells.nodes[k], "cell_contents") == index->functions[first];
        struct code_state *state;
        uint32_t row = has ? code_index_row_of_callable(index, index->functions[i]) : CODE_NONE;
        if (row == CODE_NONE)
            continue;
        status = search_touch(s, row, depth, &state);
        if (!status)
            status = search_enqueue(s, state);
    }
    return status;
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
    if (span_is(name_text(s, name), "<lambda>"))
        return enqueue_users_of_lambda(s, depth);
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

/* Does other code give the attribute a container of its own? Then what is done to it is not always done to the holder. */
static enum wh_status is_bound_otherwise(const struct search *s, uint32_t type, const struct event *alias, bool *ret)
{
    uint32_t first = s->index->first_user_of_name[alias->name], end = s->index->first_user_of_name[alias->name + 1];
    enum wh_status status = WH_OK;
    *ret = end - first > USERS_MAX;
    for (uint32_t u = first; !status && !*ret && u < end; u++) {
        const struct code_flow *flow;
        status = code_index_flow(s->index, s->index->users[u], s->error, &flow);
        for (uint32_t i = 0; !status && i < flow->event_count; i++) {
            const struct event *event = &flow->events[i];
            bool same = s->index->users[u] == s->row && event->offset == alias->offset;
            *ret |= event->kind == EVENT_STORE_ATTR && event->name == alias->name && !same && flow->values[event->target].type == type &&
                    search_is_maker((enum expr_kind)flow->exprs[event->value].kind);
        }
    }
    return status;
}

/*
 * self.audit = AUDIT in a class of which no instance is alive: what is done to that attribute is done to the holder. Where instances are alive, the
 * heap itself tells whose attribute is the holder.
 */
static enum wh_status learn_alias(struct search *s, const struct event *event)
{
    enum store_match match;
    struct expr_value target = value_of(s, event->target);
    uint32_t depth = search_find(s, s->row)->depth + 1;
    bool unseen = target.type != TYPE_NONE && !target.node && !s->index->sample_of_type[target.type] && s->heap->types[target.type].flags & TYPE_HEAP;
    if (!unseen || event->executed == EXECUTION_NEVER || depth > CALLS_MAX)
        return WH_OK;
    if (!step_set_best(s->sets[event->value], s->steps.final, &match) || match == MATCH_NAME || step_set_any(search_bound_by(s, event)))
        return WH_OK;
    bool otherwise;
    enum wh_status status = is_bound_otherwise(s, target.type, event, &otherwise);
    if (status || otherwise || !holder_steps_add_alias(&s->steps, target.type, event->name))
        return status;
    return search_enqueue_users(s, event->name, depth);
}

enum wh_status search_visit_stored_name(struct search *s, const struct event *event)
{
    return search_bind(s, event, search_bound_by(s, event), event->value);
}

enum wh_status search_visit_stored_attribute(struct search *s, const struct event *event)
{
    enum wh_status status = visit_attribute(s, event);
    if (!status)
        status = learn_alias(s, event);
    return status ? status : follow_own_result(s, event);
}

/* routes["/"] = timed(routes["/"]) */
static enum wh_status visit_item_made_anew(struct search *s, const struct event *event)
{
    enum store_match match;
    if (!step_set_best(search_bound_by(s, event), s->steps.final, &match) || !may_be_made_of_itself(s, event->value))
        return WH_OK;
    return search_emit(s, event, STORE_ANEW, match, LEVEL_STORES);
}

enum wh_status search_visit_stored_item(struct search *s, const struct event *event)
{
    enum wh_status status = search_visit_statement(s, event);
    if (!status)
        status = visit_item_made_anew(s, event);
    return status ? status : follow_own_result(s, event);
}

enum wh_status search_visit_returned(struct search *s, const struct event *event)
{
    enum wh_status status = note_maker_of_links(s, event);
    if (!status)
        status = visit_return(s, event);
    return status ? status : follow_own_result(s, event);
}
