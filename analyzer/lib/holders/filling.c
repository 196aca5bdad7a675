/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/filling_finder.h"

#include <string.h>

#include "code/library_file.h"
#include "code/mutators.h"
#include "heap/known_names.h"
#include "holders/site_growth.h"

enum {
    LIMIT_LEAST = 8,          /* smaller numbers are compared with for other reasons */
    CALL_BYTES = 4,           /* 3.11 calls list.append already in PRECALL, two code units before CALL */
};

bool finder_counts(const struct finder *finder, const struct store_site *site)
{
    return filling_concerns(finder->ret, site) && site->executed != EXECUTION_NEVER && site_growth_adds(finder->model, finder->point, site);
}

static void add_adder(struct finder *finder, uint32_t code_node)
{
    uint32_t row = code_index_row(finder->index, code_node);
    for (unsigned i = 0; i < finder->adder_count; i++) {
        if (finder->adders[i] == row)
            return;
    }
    if (row != CODE_NONE && finder->adder_count < ADDERS_MAX)
        finder->adders[finder->adder_count++] = row;
}

bool finder_is_adder(const struct finder *finder, uint32_t row)
{
    for (unsigned i = 0; i < finder->adder_count; i++) {
        if (finder->adders[i] == row)
            return true;
    }
    return false;
}

/* --- what the recorder saw --- */

static enum growth_seen seen_by(const struct finder *finder, const struct code_flow *flow, const struct event *event)
{
    if (event->kind == EVENT_ADD)
        return GROWTH_MAKES;
    if (event->kind == EVENT_LOAD_ITEM)
        return heap_is_instance(finder->heap, finder->point->node, "collections", "defaultdict") ? GROWTH_ADDS : GROWTH_OTHERWISE;
    if (event->kind == EVENT_STORE_ITEM || event->kind == EVENT_STORE_SLICE || event->kind == EVENT_INPLACE)
        return GROWTH_ADDS;
    if (event->kind != EVENT_CALL)
        return GROWTH_OTHERWISE;
    struct span name = finder->index->text_of_name[finder_name_of_callee(flow, event)];
    const unsigned any = FAMILY_LIST | FAMILY_DICT | FAMILY_SET | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY | FAMILY_QUEUE | FAMILY_STREAM;
    return mutator_is_method(name, any) || mutator_is_function(name, any) ? GROWTH_ADDS : GROWTH_OTHERWISE;
}

/* What the innermost frame of the stack was doing. */
static enum wh_status find_seen(struct finder *finder, const struct heap_stack_frame *frame)
{
    const struct code_flow *flow;
    uint32_t row = code_index_row(finder->index, frame->code_node);
    finder->ret->seen = GROWTH_OTHERWISE;
    if (row == CODE_NONE)
        return WH_OK;
    enum wh_status status = finder_flow(finder, row, &flow);
    for (uint32_t i = 0; !status && i < flow->event_count; i++) {
        uint32_t offset = flow->events[i].offset;
        if (offset < frame->instruction || offset > frame->instruction + CALL_BYTES || finder->ret->seen != GROWTH_OTHERWISE)
            continue;
        finder->ret->seen = seen_by(finder, flow, &flow->events[i]);
    }
    return status;
}

static bool is_import(const struct finder *finder, const struct stack_place *place)
{
    (void)finder;
    static const char frozen[] = "<frozen importlib";
    return place->file.length >= sizeof(frozen) - 1 && !memcmp(place->file.bytes, frozen, sizeof(frozen) - 1);
}

/* A deque's block that is looked at may be its first one: then what was seen is where the deque was made. */
static bool is_creation(const struct finder *finder, const struct stack_place *place)
{
    bool adds = false, creates = false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        adds |= finder_counts(finder, site);
        creates |= site->how == STORE_CREATE && site->code_node == place->code_node && site->line == place->line;
    }
    return adds && creates;
}

static void forget_growth(struct finder *finder)
{
    *finder->ret = (struct filling){.deep = finder->ret->deep, .length = finder->ret->length};
    finder->adder_count = 0;
}

/* The frames from the innermost to the first one of the application: they add, each in its way. */
static enum wh_status take_growth(struct finder *finder, struct growth growth)
{
    const struct heap_stack *stack = &finder->heap->stacks[growth.majority];
    finder->ret->has_growth = true;
    finder->ret->growth = growth;
    struct stack_place innermost = {0}, application = {0};
    for (uint32_t i = 0; i < stack->frame_count; i++) {
        const struct heap_stack_frame *frame = &finder->heap->stack_frames[stack->first_frame + i];
        struct stack_place place = growth_place(finder->heap, frame);
        if (!place.code_node)
            continue;
        finder->ret->by_import |= is_import(finder, &place);
        if (application.code_node)
            continue;
        add_adder(finder, place.code_node);
        innermost = innermost.code_node ? innermost : place;
        application = place.library ? application : place;
    }
    if (!innermost.code_node || is_creation(finder, &innermost)) {
        forget_growth(finder);
        return WH_OK;
    }
    finder->ret->by_application = application.code_node != HEAP_NULL;
    uint32_t row = code_index_row(finder->index, innermost.code_node);
    finder->ret->by_module_body = !innermost.library && row != CODE_NONE && finder->index->facts[row].top_level;
    finder->ret->by_module_body |= !innermost.library && span_is(innermost.function, "<module>");
    return find_seen(finder, &finder->heap->stack_frames[stack->first_frame]);
}

static bool any_fills(const struct store_site_list *sites)
{
    for (uint32_t i = 0; i < sites->count; i++) {
        if (sites->sites[i].of_element && sites->sites[i].executed != EXECUTION_NEVER)
            return true;
    }
    return false;
}

/* First what fills the containers inside, if the mass is there and they were added to; records with many fields are made, each by itself. */
static enum wh_status find_growth(struct finder *finder)
{
    struct growth growth;
    finder->ret->deep = growth_is_deep(finder->model, finder->point->node) && any_fills(finder->sites);
    if (growth_of_contents(finder->model, finder->point->node, &growth)) {
        finder->ret->deep = true;
        enum wh_status status = take_growth(finder, growth);
        if (status || finder->ret->seen == GROWTH_ADDS)
            return status;
        finder->ret->deep = false;
        forget_growth(finder);
    }
    return !finder->ret->deep && !finder->point->mixed && growth_of_holder(finder->model, finder->point->node, &growth) ? take_growth(finder, growth) : WH_OK;
}

/* Only the very key that the same function has put in, once it is done with it: that makes no room for others, and an exception prevents it. */
static bool takes_back(const struct finder *finder, const struct store_site *removal)
{
    bool same = false, other = false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (site->code_node != removal->code_node || !finder_counts(finder, site))
            continue;
        same |= site->key == removal->key && site->key;
        other |= site->key != removal->key || !site->key;
    }
    return same && !other;
}

/* h.append(h.popleft()), perhaps by way of a variable: is what was taken out put in again by a line of the same function? */
static bool is_put_back(const struct finder *finder, const struct code_flow *flow, const struct store_site *removal, const struct store_site *site)
{
    bool back = false;
    for (uint32_t i = 0; site->code_node == removal->code_node && i < flow->event_count; i++) {
        const struct event *event = &flow->events[i];
        if (event->offset != site->offset || event->kind != EVENT_CALL)
            continue;
        for (uint32_t k = 0; k < event->argument_count; k++) {
            const struct expr *given = &flow->exprs[flow->args[event->first_argument + k]];
            back |= given->kind == EXPR_CALL && given->b == removal->offset;
        }
    }
    return back && finder_counts(finder, site);
}

/* What is tried again and put back makes no room, where other code adds what is new. */
static enum wh_status is_for_another_try(const struct finder *finder, const struct store_site *removal, bool *ret)
{
    const struct code_flow *flow;
    bool back = false, other = false;
    enum wh_status status = finder_flow(finder, code_index_row(finder->index, removal->code_node), &flow);
    for (uint32_t i = 0; !status && i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        back |= is_put_back(finder, flow, removal, site);
        other |= site->code_node != removal->code_node && !site->library && site->executed != EXECUTION_NEVER &&
                 site_growth_adds(finder->model, finder->point, site);
    }
    *ret = back && other;
    return status;
}

/* Never, or, where it stands beside a line that has run and adds, not since its function is warm: a cache that does not get to make room. */
static bool has_not_run(const struct finder *finder, const struct store_site *removal)
{
    bool seen = false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        seen |= site->code_node == removal->code_node && site->executed == EXECUTION_SEEN && finder_counts(finder, site);
    }
    return removal->executed == EXECUTION_NEVER || (removal->executed == EXECUTION_UNLIKELY && seen);
}

/* What the standard library takes out of its queues and registries, the application has asked for; and others take out when they see fit. */
static bool is_asked_for(const struct store_site *removal)
{
    return removal->how == STORE_THROUGH_LIBRARY || removal->how == STORE_REMOVE_GIVEN || library_file_is_standard(removal->file);
}

/* What adds also takes out, by itself or by what it calls. What takes out and adds by calling may put back the very same. */
static enum wh_status find_room(struct finder *finder)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < finder->sites->removal_count; i++) {
        const struct store_site *removal = &finder->sites->removals[i];
        uint32_t row = code_index_row(finder->index, removal->code_node);
        if ((removal->of_element && !finder->ret->deep) || row == CODE_NONE || has_not_run(finder, removal) ||
            is_asked_for(removal) || takes_back(finder, removal))
            continue;
        bool again;
        status = is_for_another_try(finder, removal, &again);
        if (status || again)
            continue;
        for (unsigned a = 0; !status && !finder->ret->room && a < finder->adder_count; a++) {
            bool near = finder->adders[a] == row, top = finder->index->facts[finder->adders[a]].top_level || finder->index->facts[row].top_level;
            if (!near && !top)
                status = finder_calls(finder, finder->adders[a], row, &near);
            if (!status && near)
                finder->ret->room = removal;
        }
    }
    return status;
}

/* --- who adds --- */

bool finder_stores_name(const struct code_flow *flow, uint32_t name)
{
    for (uint32_t i = 0; i < flow->event_count; i++) {
        if ((flow->events[i].kind == EVENT_STORE_ATTR || flow->events[i].kind == EVENT_STORE_GLOBAL) && flow->events[i].name == name)
            return true;
    }
    return false;
}

static const struct naming_step *last_attribute(const struct naming_path *path)
{
    const struct naming_step *step = path->step_count ? &path->steps[path->step_count - 1] : NULL;
    return step && step->kind == STEP_ATTRIBUTE ? step : NULL;
}

static enum wh_status is_construction(const struct finder *finder, uint32_t row, uint32_t type, bool *ret)
{
    const struct code_facts *facts = &finder->index->facts[row];
    *ret = facts->name == NAME_INIT && facts->class_type != TYPE_NONE && code_index_is_subtype(finder->index, type, facts->class_type);
    if (*ret || facts->class_type == TYPE_NONE)
        return WH_OK;
    struct callers callers;
    enum wh_status status = finder_callers(finder, row, &callers);
    if (status || callers.unclear || callers.count != 1)
        return status;
    const struct code_facts *caller = &finder->index->facts[callers.at[0].row];
    *ret = caller->name == NAME_INIT && caller->class_type != TYPE_NONE && code_index_is_subtype(finder->index, type, caller->class_type);
    return WH_OK;
}

static enum wh_status find_constructor(struct finder *finder)
{
    const struct naming_step *step = last_attribute(finder->path);
    uint32_t type = step && step->owner < finder->heap->node_count ? code_index_type_of(finder->index, step->owner) : TYPE_NONE;
    bool all = type != TYPE_NONE && code_index_type_of_class(finder->index, step->owner) == TYPE_NONE && finder->adder_count && !finder->ret->grown_by_reading;
    for (uint32_t i = 0; all && i < finder->sites->count; i++)
        all = !finder_counts(finder, &finder->sites->sites[i]) || finder->sites->sites[i].on_self;
    for (unsigned a = 0; all && a < finder->adder_count; a++) {
        enum wh_status status = is_construction(finder, finder->adders[a], type, &all);
        if (status)
            return status;
    }
    finder->ret->by_constructor = all;
    return WH_OK;
}

/* rows = [] in a loop, where `rows` is a variable of a running function: the one that is there is of this round alone. */
static enum wh_status find_made_each_round(struct finder *finder)
{
    const struct naming_step *last = finder->path->step_count ? &finder->path->steps[finder->path->step_count - 1] : NULL;
    uint32_t row = last && last->kind == STEP_LOCAL ? code_index_row(finder->index, label_code_of_locals(finder->heap, last->owner)) : CODE_NONE;
    if (row == CODE_NONE || !finder_is_adder(finder, row))
        return WH_OK;
    const struct code_flow *flow;
    struct code_view view;
    enum wh_status status = finder_flow(finder, row, &flow);
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    for (uint32_t i = 0; !status && i < flow->event_count; i++) {
        const struct event *event = &flow->events[i];
        if (event->kind == EVENT_STORE_FAST && event->in_loop && flow->exprs[event->value].kind == EXPR_EMPTY &&
            code_index_name_of_node(finder->index, code_view_local_name(&view, event->name)) == finder->name)
            finder->ret->made_anew = true;
    }
    return status;
}

static bool took_part_in_growth(const struct finder *finder, uint32_t code_node)
{
    const struct heap_stack *stack = &finder->heap->stacks[finder->ret->growth.majority];
    for (uint32_t i = 0; finder->ret->has_growth && i < stack->frame_count; i++) {
        if (finder->heap->stack_frames[stack->first_frame + i].code_node == code_node)
            return true;
    }
    return false;
}

/* Where no site fills the containers inside, they were filled when the holder was made; the recorder, if there was one, has seen it. */
static bool fills_with_holder(const struct finder *finder, const struct store_site *site)
{
    return finder->ret->deep && !site->of_element && site->executed != EXECUTION_NEVER &&
           (!finder->ret->has_growth || took_part_in_growth(finder, site->code_node)) && site_growth_adds(finder->model, finder->point, site);
}

/* The end of the innermost branch in which the instruction stands: the target of a jump over it. */
static uint32_t end_of_branch(const struct finder *finder, uint32_t row, uint32_t offset)
{
    struct instruction at;
    uint32_t end = UINT32_MAX;
    for (uint32_t i = 0; instruction_read(&finder->index->instructions, &finder->heap->codes[row], i, &at) == INSTRUCTION_READ && at.offset < offset; i = at.next) {
        if (at.kind->jump && at.target != UINT32_MAX && at.target > offset && at.target < end)
            end = at.target;
    }
    return end;
}

static enum wh_status binds_own(const struct finder *finder, uint32_t row, uint32_t offset, bool *ret)
{
    const struct code_flow *flow;
    enum wh_status status = finder_flow(finder, row, &flow);
    *ret = false;
    for (uint32_t i = 0; !status && i < flow->event_count; i++) {
        const struct expr *object = &flow->exprs[flow->events[i].target];
        *ret |= flow->events[i].offset == offset && flow->events[i].kind == EVENT_STORE_ATTR && object->kind == EXPR_PARAM && object->a == 0;
    }
    return status;
}

/*
 * table = {}, and in the same branch, behind it, table[k] = x: each run begins with an empty one. Of a module's variable, or of an attribute of the
 * method's own object: another object's may be an older one.
 */
static enum wh_status follows_creation(const struct finder *finder, const struct store_site *site, bool *ret)
{
    uint32_t row = code_index_row(finder->index, site->code_node);
    const struct naming_step *last = finder->path->step_count ? &finder->path->steps[finder->path->step_count - 1] : NULL;
    bool global = last && last->kind == STEP_ATTRIBUTE && last->owner < finder->heap->node_count && heap_is_module(finder->heap, last->owner);
    enum wh_status status = WH_OK;
    *ret = false;
    for (uint32_t i = 0; !status && !*ret && row != CODE_NONE && i < finder->sites->count; i++) {
        const struct store_site *create = &finder->sites->sites[i];
        if (create->how != STORE_CREATE || create->code_node != site->code_node || create->offset >= site->offset ||
            site->offset >= end_of_branch(finder, row, create->offset))
            continue;
        *ret = global;
        if (!global && site->on_self)
            status = binds_own(finder, row, create->offset, ret);
    }
    return status;
}

static enum wh_status find_made_anew(struct finder *finder)
{
    bool any = false, all = true, follows;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && all && i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (!finder_counts(finder, site) && !fills_with_holder(finder, site))
            continue;
        any = true;
        status = follows_creation(finder, site, &follows);
        all = (site->on_new || follows) && !site->on_stack && !site->top_level;
    }
    /* A generator's or a coroutine's own variable: it has not ended. */
    const struct naming_step *last = finder->path->step_count ? &finder->path->steps[finder->path->step_count - 1] : NULL;
    bool local = last && last->kind == STEP_LOCAL && finder_is_adder(finder, code_index_row(finder->index, label_code_of_locals(finder->heap, last->owner)));
    bool of_class = last && last->kind == STEP_ATTRIBUTE && last->owner < finder->heap->node_count && heap_is_class(finder->heap, last->owner);
    finder->ret->made_anew = any && all && !local && !of_class;
    return status;
}

/* --- limits --- */

uint64_t finder_number_of(const struct heap *heap, uint32_t node)
{
    const struct heap_text *text = node && heap_type_is(heap, node, "builtins", "int") ? heap_text(heap, node) : NULL;
    uint64_t value = 0;
    for (size_t i = 0; text && i < text->data.length; i++) {
        unsigned digit = (unsigned char)text->data.bytes[i] - '0';
        if (digit > 9 || value > UINT64_MAX / 10 - 9)
            return 0;
        value = value * 10 + digit;
    }
    return value;
}

/* Full up to a limit: it is there, or half way. */
static bool is_limit(uint64_t limit, uint64_t length)
{
    return limit >= LIMIT_LEAST && length <= limit + 1 && length >= limit / 2;
}

bool finder_asks_length(const struct finder *finder, const struct code_flow *flow, const struct code_view *view, const struct event *event, bool any)
{
    const struct expr *callee = &flow->exprs[event->target];
    if (event->kind != EVENT_CALL || callee->kind != EXPR_GLOBAL || callee->a != NAME_LEN || event->argument_count != 1)
        return false;
    if (any)
        return true;
    const struct expr *argument = &flow->exprs[flow->args[event->first_argument]];
    if (argument->kind == EXPR_ATTR)
        return argument->b == finder->name;
    if (argument->kind == EXPR_PARAM)
        return code_index_name_of_node(finder->index, code_view_local_name(view, argument->a)) == finder->name;
    return (argument->kind == EXPR_GLOBAL || argument->kind == EXPR_CELL) && argument->a == finder->name;
}

/* The number that an expression is in this snapshot; 0 if it is none, or changes. */
static uint64_t number_at(const struct finder *finder, const struct code_flow *flow, uint32_t expr)
{
    const struct expr *at = &flow->exprs[expr];
    uint32_t node = flow->values[expr].node;
    if (at->kind == EXPR_CONST)
        return finder_number_of(finder->heap, at->a);
    if (at->kind != EXPR_ATTR && at->kind != EXPR_GLOBAL)
        return 0;
    uint32_t name = at->kind == EXPR_ATTR ? at->b : at->a;
    const struct naming_step *step = last_attribute(finder->path);
    if (!node && at->kind == EXPR_ATTR && flow->exprs[at->a].kind == EXPR_PARAM && flow->exprs[at->a].a == 0 && step) {
        struct span text = finder->index->text_of_name[name];
        char buffer[64];
        if (text.length >= sizeof(buffer))
            return 0;
        memcpy(buffer, text.bytes, text.length);
        buffer[text.length] = '\0';
        node = heap_attribute(finder->heap, step->owner, buffer);
    }
    return finder_stores_name(flow, name) ? 0 : finder_number_of(finder->heap, node);
}

static uint64_t length_of_holder(const struct finder *finder)
{
    uint32_t node = finder->point->node;
    if (heap_is_instance(finder->heap, node, "functools", "_lru_cache_wrapper"))
        node = heap_member(finder->heap, node, "cache");
    return node ? heap_store_length(finder->heap, node) : 0;
}

/* `any`: also of another container's length. */
static enum wh_status find_limit_in(struct finder *finder, uint32_t row, bool any)
{
    const struct code_flow *flow;
    struct code_view view;
    bool asked = false;
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    enum wh_status status = finder_flow(finder, row, &flow);
    for (uint32_t i = 0; !status && !asked && i < flow->event_count; i++)
        asked = finder_asks_length(finder, flow, &view, &flow->events[i], any);
    for (uint32_t i = 0; !status && asked && !finder->ret->limit && i < flow->expr_count; i++) {
        uint64_t limit = number_at(finder, flow, i);
        if (is_limit(limit, finder->ret->length))
            finder->ret->limit = limit;
    }
    return status;
}

/* Who calls both what adds and what takes out may count in another container: the order in which things came. */
static enum wh_status find_limit_of_callers(struct finder *finder, const struct store_site *removal)
{
    struct callers callers = {.count = 0};
    uint32_t row = code_index_row(finder->index, removal->code_node);
    enum wh_status status = row == CODE_NONE || has_not_run(finder, removal) ? WH_OK : finder_callers(finder, row, &callers);
    for (unsigned i = 0; !status && !callers.unclear && i < callers.count && i < CALLERS_KEPT; i++) {
        bool adds = false;
        for (unsigned a = 0; !status && !adds && a < finder->adder_count; a++)
            status = finder_calls(finder, callers.at[i].row, finder->adders[a], &adds);
        if (!status && adds && !finder->ret->limit)
            status = find_limit_in(finder, callers.at[i].row, true);
    }
    return status;
}

/* In what adds, and in what it calls to take things out. */
static enum wh_status find_limit(struct finder *finder)
{
    enum wh_status status = WH_OK;
    for (unsigned a = 0; !status && a < finder->adder_count; a++)
        status = find_limit_in(finder, finder->adders[a], false);
    if (!status && finder->ret->room)
        status = find_limit_in(finder, code_index_row(finder->index, finder->ret->room->code_node), false);
    for (uint32_t i = 0; !status && !finder->ret->limit && i < finder->sites->removal_count; i++) {
        if (filling_concerns(finder->ret, &finder->sites->removals[i]))
            status = find_limit_of_callers(finder, &finder->sites->removals[i]);
    }
    return status;
}

/* Many small lists in a dict that makes them by itself: no line adds to the dict. */
static bool grows_inside_only(const struct finder *finder)
{
    bool inside = false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (site->executed == EXECUTION_NEVER || !site_growth_adds(finder->model, finder->point, site))
            continue;
        if (!site->of_element)
            return false;
        inside = true;
    }
    return inside;
}

enum wh_status filling_find(const struct model *model, struct code_index *index, const struct accumulation *point,
                            const struct naming_path *path, const struct store_site_list *sites, struct wh_error *error, struct filling *ret)
{
    struct finder finder = {.model = model, .heap = model->heap, .index = index, .point = point, .path = path, .sites = sites,
                            .error = error, .ret = ret};
    *ret = (struct filling){.seen = GROWTH_UNSEEN, .length = length_of_holder(&finder)};
    if (path->step_count)
        finder.name = code_index_find_name(index, path->steps[path->step_count - 1].name);
    enum wh_status status = find_growth(&finder);
    ret->deep |= ret->seen == GROWTH_UNSEEN && grows_inside_only(&finder);
    for (uint32_t i = 0; ret->seen == GROWTH_UNSEEN && i < sites->count; i++) {
        if (finder_counts(&finder, &sites->sites[i]))
            add_adder(&finder, sites->sites[i].code_node);
    }
    if (!status)
        status = find_room(&finder);
    if (!status)
        status = finder_find_grown_by_reading(&finder);
    if (!status)
        status = finder_find_remembers(&finder);
    if (!status)
        status = finder_find_once(&finder);
    if (!status)
        status = find_constructor(&finder);
    if (!status)
        status = find_limit(&finder);
    if (!status)
        status = finder_find_modulus(&finder);
    if (!status)
        status = finder_find_drain(&finder);
    if (!status)
        status = finder_find_guard(&finder);
    if (!status)
        status = finder_find_import_only(&finder);
    finder_find_under_way(&finder);
    if (!status)
        status = finder_find_saturated(&finder);
    if (!status)
        status = find_made_anew(&finder);
    if (!status)
        status = find_made_each_round(&finder);
    return status;
}
