/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters that become the holder: who calls with what, as `name = f(x)` says it the other way round. */
#include "holders/search.h"

/* ---- the callee's side ---- */

static struct step_set stored_as(const struct search *s, uint32_t parameter)
{
    struct step_set set = {{0}};
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        const struct event *event = &s->flow->events[i];
        bool stores = event->kind == EVENT_STORE_ATTR || event->kind == EVENT_STORE_GLOBAL || event->kind == EVENT_STORE_CELL;
        uint32_t leaves[EXPR_LEAVES_MAX];
        unsigned count = stores ? code_flow_leaves(s->flow->exprs, event->value, leaves) : 0;
        for (unsigned leaf = 0; leaf < count; leaf++)
            if (s->flow->exprs[leaves[leaf]].kind == EXPR_PARAM && s->flow->exprs[leaves[leaf]].a == parameter)
                step_set_add(&set, search_bound_by(s, event));
    }
    return set;
}

/* Passed on to another function whose parameter becomes the holder. */
static struct step_set passed_on_as(const struct search *s, uint32_t parameter)
{
    struct step_set set = {{0}};
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        struct passed passed[PASSED_MAX];
        unsigned count = s->flow->events[i].kind == EVENT_CALL ? search_passed(s, &s->flow->events[i], passed) : 0;
        for (unsigned k = 0; k < count; k++) {
            const struct expr *expr = &s->flow->exprs[passed[k].value];
            if (expr->kind == EXPR_PARAM && expr->a == parameter)
                step_set_add(&set, passed[k].set);
        }
    }
    return set;
}

static struct step_set wanted(const struct search *s, uint32_t parameter)
{
    uint32_t name = code_index_name_of_node(s->index, code_view_local_name(&s->view, parameter));
    struct step_set set = match_variable(&s->steps, s->row, ACCESS_LOCAL, name);
    step_set_add(&set, match_variable(&s->steps, s->row, ACCESS_CLOSURE, name));
    step_set_add(&set, stored_as(s, parameter));
    step_set_add(&set, passed_on_as(s, parameter));
    return set;
}

enum wh_status search_enqueue_users(struct search *s, uint32_t name, uint32_t depth)
{
    uint32_t first = s->index->first_user_of_name[name], end = s->index->first_user_of_name[name + 1];
    enum wh_status status = WH_OK;
    for (uint32_t i = first; name && !status && i < end && i - first < USERS_MAX; i++) {
        struct code_state *user;
        status = search_touch(s, s->index->users[i], depth, &user);
        if (!status)
            status = search_enqueue(s, user);
    }
    return status;
}

enum wh_status search_want_parameters(struct search *s)
{
    const struct code_facts *facts = &s->index->facts[s->row];
    bool grown = false;
    for (uint32_t i = 0; i < s->view.parameter_count && i < PARAMS_MAX; i++)
        grown |= step_set_add(&search_find(s, s->row)->wanted[i], wanted(s, i));
    uint32_t depth = search_find(s, s->row)->depth + 1;
    if (!grown || depth > CALLS_MAX)
        return WH_OK;
    enum wh_status status = search_enqueue_users(s, facts->name, depth);
    if (!status && facts->name == NAME_INIT && facts->class_type != TYPE_NONE)
        status = search_enqueue_users(s, code_index_name_of_class(s->index, facts->class_type), depth);
    return status;
}

/* ---- the caller's side ---- */

static void add_passed(struct passed ret[PASSED_MAX], unsigned *count, uint32_t value, struct step_set set)
{
    if (*count < PASSED_MAX && step_set_any(set))
        ret[(*count)++] = (struct passed){value, set};
}

static void add_arguments(const struct search *s, const struct event *event, struct passing passing, struct passed ret[PASSED_MAX],
                          unsigned *count)
{
    const struct code_state *callee = search_find(s, passing.row);
    for (uint32_t i = passing.skip; callee && i < event->argument_count && !event->spread; i++) {
        uint32_t local = search_local_of_argument(s, event, passing, i);
        if (local != UINT32_MAX)
            add_passed(ret, count, argument(s, event, i), callee->wanted[local]);
    }
}

/* Thread(target=f, args=(a, b)): the elements of a tuple made here, as arguments of a function that is itself an argument. */
static void add_elements(const struct search *s, uint32_t function, uint32_t row, uint32_t tuple, struct passed ret[PASSED_MAX],
                         unsigned *count)
{
    const struct code_state *callee = search_find(s, row);
    bool is_method = s->flow->exprs[function].kind == EXPR_ATTR && s->index->facts[row].method == METHOD_INSTANCE;
    for (uint32_t i = 0; callee && i < s->flow->event_count; i++) {
        const struct event *element = &s->flow->events[i];
        if (element->kind == EVENT_ELEMENT && element->target == tuple && element->name + is_method < PARAMS_MAX)
            add_passed(ret, count, element->value, callee->wanted[element->name + is_method]);
    }
}

static void add_of_function(const struct search *s, const struct event *event, uint32_t at, struct passed ret[PASSED_MAX], unsigned *count)
{
    uint32_t rows[CALLEES_MAX], function = argument(s, event, at);
    unsigned row_count = search_function_rows(s, function, rows);
    for (unsigned k = 0; k < row_count; k++) {
        add_arguments(s, event, (struct passing){.row = rows[k], .skip = at + 1}, ret, count);
        for (uint32_t i = 0; i < event->argument_count; i++)
            if (s->flow->exprs[argument(s, event, i)].kind == EXPR_FRESH)
                add_elements(s, function, rows[k], argument(s, event, i), ret, count);
    }
}

/* variable.set(x), the variable being a contextvars.ContextVar */
static void add_value_of_variable(const struct search *s, const struct event *event, struct passed ret[PASSED_MAX], unsigned *count)
{
    const struct expr *callee = &s->flow->exprs[event->target];
    if (callee->kind != EXPR_ATTR || callee->b != NAME_SET || event->argument_count != 1)
        return;
    struct step_set set = match_item(&s->steps, s->sets[callee->a]);
    for (uint64_t left = step_set_any(s->sets[callee->a]) & s->steps.in_use; left; left &= left - 1)
        if (s->steps.kind[__builtin_ctzll(left)] == ACCESS_VARIABLE) {
            for (unsigned match = 0; match < MATCH_COUNT; match++)
                set.bits[match] &= ALL_STEPS;
            add_passed(ret, count, argument(s, event, 0), set);
            return;
        }
}

unsigned search_passed(const struct search *s, const struct event *event, struct passed ret[PASSED_MAX])
{
    uint32_t rows[CALLEES_MAX];
    unsigned count = 0, row_count = search_callees(s, event->target, rows);
    add_value_of_variable(s, event, ret, &count);
    for (unsigned i = 0; i < row_count; i++)
        add_arguments(s, event, search_passing(s, event, rows[i]), ret, &count);
    for (uint32_t i = 0; !row_count && i < event->argument_count && i < PARAMS_MAX; i++)
        add_of_function(s, event, i, ret, &count);
    return count;
}

enum wh_status search_visit_passed(struct search *s, const struct event *event)
{
    struct passed passed[PASSED_MAX];
    unsigned count = search_passed(s, event, passed);
    enum wh_status status = WH_OK;
    for (unsigned i = 0; !status && i < count; i++)
        status = search_bind(s, event, passed[i].set, passed[i].value);
    return status;
}
