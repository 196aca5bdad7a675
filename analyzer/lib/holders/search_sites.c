/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/search.h"

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
    if (a->level != b->level)
        return a->level < b->level;
    return a->how == STORE_ANEW && b->how == STORE_COMPREHENSION;   /* rows = [*rows, row] is more than a display */
}

static enum wh_status add_site(struct search *s, struct found_site site)
{
    site.line = code_index_line(s->index, site.row, site.offset);
    struct found_site *known = find_site(s, site.row, site.line);
    if (known) {
        unsigned places = known->places | site.places;
        if (is_better(&site, known))
            *known = site;
        known->places = places;
        return WH_OK;
    }
    if (s->found->count >= SITES_MAX) {
        s->found->incomplete = true;
        return WH_OK;
    }
    enum wh_status status = search_grow(s, &s->found->sites, s->found->count, &s->found->capacity, sizeof(site));
    if (!status)
        s->found->sites[s->found->count++] = site;
    return status;
}

/* A site in a library is also one at each call by which the application went there. */
static enum wh_status add_sites_of_callers(struct search *s, const struct found_site *inner)
{
    const struct code_state *state = search_find(s, inner->row);
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
        site.on_new = site.on_self = false;
        site.caller_row = CODE_NONE;
        status = add_site(s, site);
        state = search_find(s, inner->row);
    }
    return status;
}

/* Does the code object see the holder because its caller gives a name to what it returns, and not because it was handed in? */
static bool is_maker(const struct code_state *state)
{
    uint64_t handed_in = 0;
    for (unsigned i = 0; i < PARAMS_MAX; i++)
        handed_in |= step_set_any(state->params[i]);
    return step_set_any(state->result) && !handed_in;
}

/* h[k] = x, del h[k], h.pop(k), h.setdefault(k, x): k. */
static uint32_t key_of(const struct search *s, const struct event *event)
{
    if (event->kind == EVENT_STORE_ITEM || event->kind == EVENT_DELETE_ITEM)
        return event->key;
    return event->kind == EVENT_CALL && event->argument_count ? argument(s, event, 0) : EXPR_UNKNOWN;
}

static unsigned places_of(const struct search *s, const struct event *event, uint32_t target)
{
    uint64_t any = step_set_any(s->sets[target]);
    unsigned depth = any & MATCH_INNERMOST ? 3 : any & MATCH_INNER ? 2 : any & MATCH_ELEMENT ? 1 : 0;
    if (!any || (event->kind != EVENT_STORE_ITEM && event->kind != EVENT_INPLACE))
        return 0;
    const struct expr *at = &s->flow->exprs[target];
    if (event->kind == EVENT_INPLACE && depth && at->kind == EXPR_ITEM && s->flow->exprs[at->b].kind == EXPR_CONST)
        return store_place_bit(PLACE_FIELD, depth - 1);
    if (event->kind == EVENT_INPLACE)
        return store_place_bit(PLACE_WHOLE, depth);
    return store_place_bit(s->flow->exprs[event->key].kind == EXPR_CONST ? PLACE_FIELD : PLACE_ITEM, depth);
}

/* A container that was made here, or is an attribute of an instance that was. */
static bool is_new(const struct search *s, uint32_t expr)
{
    const struct expr *at = &s->flow->exprs[expr];
    while (at->kind == EXPR_ATTR)   /* it comes after its object: the loop ends */
        at = &s->flow->exprs[at->a];
    return at->kind == EXPR_FRESH || at->kind == EXPR_EMPTY || (at->kind == EXPR_CALL && search_is_class(s, at->a));
}

/* self.x[k], self.x.setdefault(k, []), self.x.get(k): self.x. */
static uint32_t container_of(const struct search *s, uint32_t expr)
{
    const struct expr *at = &s->flow->exprs[expr];
    if (at->kind == EXPR_EITHER)
        at = &s->flow->exprs[s->flow->exprs[at->a].kind == EXPR_EMPTY ? at->b : at->a];
    if (at->kind == EXPR_ITEM)
        return at->a;
    if (at->kind == EXPR_CALL && s->flow->exprs[at->a].kind == EXPR_ATTR)
        return s->flow->exprs[at->a].a;
    return expr;
}

/* An attribute of the method's own object, or what is in it. */
static bool is_of_self(const struct search *s, uint32_t expr)
{
    const struct expr *at = &s->flow->exprs[container_of(s, expr)];
    return at->kind == EXPR_ATTR && s->flow->exprs[at->a].kind == EXPR_PARAM && s->flow->exprs[at->a].a == 0;
}

/* holder.name[k] = x, holder.name.append(x): name. */
static uint32_t field_of(const struct search *s, uint32_t expr)
{
    const struct expr *at = &s->flow->exprs[expr];
    return at->kind == EXPR_ATTR && step_set_any(s->sets[at->a]) & s->steps.final ? at->b : NAME_NONE;
}

enum wh_status search_emit(struct search *s, const struct event *event, enum store_how how, enum store_match match, enum site_level level)
{
    return search_emit_to(s, event, EXPR_UNKNOWN, how, match, level);
}

enum wh_status search_emit_to(struct search *s, const struct event *event, uint32_t target, enum store_how how, enum store_match match,
                              enum site_level level)
{
    const struct code_state *state = search_find(s, s->row);
    struct found_site site = {.row = s->row, .offset = event->offset, .executed = event->executed, .how = how, .match = match,
                              .level = level, .in_loop = event->in_loop, .maker = is_maker(state), .on_new = is_new(s, target),
                              .on_self = is_of_self(s, target), .of_element = level == LEVEL_FILLS || level == LEVEL_INSIDE,
                              .places = places_of(s, event, target), .field = field_of(s, target), .key = key_of(s, event), .caller_row = CODE_NONE};
    if (state->caller_count) {
        site.caller_row = state->callers[0].row;
        site.caller_offset = state->callers[0].offset;
    }
    enum wh_status status = add_site(s, site);
    if (!status && s->index->facts[s->row].library && level <= LEVEL_FILLS)
        status = add_sites_of_callers(s, &site);
    return status;
}

static enum wh_status add_removal(struct search *s, struct found_site removal)
{
    struct found_sites *found = s->found;
    if (found->removal_count >= SITES_MAX)
        return WH_OK;
    for (uint32_t i = 0; i < found->removal_count; i++)
        if (found->removals[i].row == removal.row && found->removals[i].offset == removal.offset)
            return WH_OK;
    enum wh_status status = search_grow(s, &found->removals, found->removal_count, &found->removal_capacity, sizeof(*found->removals));
    removal.line = code_index_line(s->index, removal.row, removal.offset);
    if (!status)
        found->removals[found->removal_count++] = removal;
    return status;
}

/* What h.pop() gives is an item of h, as far as the flow knows. */
static bool is_returned(const struct search *s, const struct event *call)
{
    const struct expr *callee = &s->flow->exprs[call->target];
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        uint32_t leaves[EXPR_LEAVES_MAX];
        unsigned count = s->flow->events[i].kind == EVENT_RETURN ? code_flow_leaves(s->flow->exprs, s->flow->events[i].value, leaves) : 0;
        for (unsigned k = 0; k < count; k++) {
            const struct expr *leaf = &s->flow->exprs[leaves[k]];
            bool item = leaf->kind == EXPR_ITEM && callee->kind == EXPR_ATTR && leaf->a == callee->a;
            if (item || (leaf->kind == EXPR_CALL && leaf->a == call->target && leaf->b == call->offset))
                return true;
        }
    }
    return false;
}

/* A removal in a library is also one at each call by which the application went there: pool.get(). */
enum wh_status search_emit_removal(struct search *s, const struct event *event, uint32_t target, enum store_how how)
{
    enum store_match match;
    bool of_element = !step_set_best(s->sets[target], s->steps.final, &match);
    if (of_element && !step_set_best(s->sets[target], MATCH_ELEMENT, &match))
        return WH_OK;
    struct found_site removal = {.row = s->row, .offset = event->offset, .executed = event->executed, .how = how, .match = match,
                                 .in_loop = event->in_loop, .of_element = of_element, .handed_out = event->kind == EVENT_CALL && is_returned(s, event), .key = key_of(s, event),
                                 .caller_row = CODE_NONE};
    enum wh_status status = add_removal(s, removal);
    const struct code_state *state = search_find(s, s->row);
    for (uint32_t i = 0; !status && s->index->facts[s->row].library && i < state->caller_count; i++) {
        const struct caller *caller = &state->callers[i];
        removal.row = caller->row;
        removal.offset = caller->offset;
        removal.executed = caller->executed < event->executed ? caller->executed : event->executed;   /* both, or it has not run */
        removal.in_loop = caller->in_loop;
        removal.key = EXPR_UNKNOWN;
        removal.how = STORE_THROUGH_LIBRARY;
        if (!s->index->facts[caller->row].library)
            status = add_removal(s, removal);
    }
    return status;
}

/* An empty container that nothing in this code object fills. */
bool search_is_empty(const struct search *s, uint32_t expr)
{
    if (s->flow->exprs[expr].kind != EXPR_EMPTY)
        return false;
    for (uint32_t i = 0; i < s->flow->event_count; i++) {
        const struct event *event = &s->flow->events[i];
        const struct expr *callee = event->kind == EVENT_CALL ? &s->flow->exprs[event->target] : NULL;
        uint32_t target = callee && callee->kind == EXPR_ATTR ? callee->a : event->target;
        if (event->kind <= EVENT_ADD && target == expr)
            return false;
    }
    return true;
}

/* What is stored: an element, or only a place for elements. */
enum site_level search_level_of(const struct search *s, uint32_t value)
{
    static const unsigned containers = FAMILY_LIST | FAMILY_DICT | FAMILY_SET | FAMILY_DEQUE;
    const struct expr *expr = &s->flow->exprs[value];
    uint32_t type = expr->kind == EXPR_CALL ? code_index_type_of_class(s->index, value_of(s, expr->a).node) : TYPE_NONE;
    bool container = expr->kind == EXPR_EMPTY || (type != TYPE_NONE && family_of_type(s->heap, type) & containers);
    return container && search_makes_empty(s, value) ? LEVEL_MAKES : LEVEL_STORES;
}

/* Emits for an operation on `target`, which takes things into containers of the holder's family if `fits`. */
enum wh_status search_emit_on(struct search *s, const struct event *event, uint32_t target, enum store_how how, bool fits,
                              enum site_level level)
{
    enum store_match match;
    struct step_set set = s->sets[target];
    if (fits && step_set_best(set, s->steps.final, &match))
        return search_emit_to(s, event, target, how, match, level);
    if (!step_set_best(set, MATCH_ELEMENT, &match))
        return WH_OK;
    if (level != LEVEL_MAKES)
        level = s->steps.families == FAMILY_INSTANCE || search_is_inside(s, target) ? LEVEL_INSIDE : LEVEL_FILLS;
    return search_emit_to(s, event, target, how, match, level);
}
