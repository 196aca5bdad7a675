/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/filling.h"

#include <string.h>

#include "code/code_flow.h"
#include "code/library_file.h"
#include "code/mutators.h"
#include "heap/known_names.h"

enum {
    ADDERS_MAX = 16,
    USERS_LOOKED_AT = 64,     /* of a name: one that is used more often is called from all over the place */
    CALLERS_DEPTH_MAX = 3,
    CALL_BYTES = 4,           /* 3.11 calls list.append already in PRECALL, two code units before CALL */
    LIMIT_LEAST = 8,          /* smaller numbers are compared with for other reasons */
};

struct finder {
    const struct model *model;
    const struct heap *heap;
    struct code_index *index;
    const struct accumulation *point;
    const struct naming_path *path;
    const struct store_site_list *sites;
    struct wh_error *error;
    struct filling *ret;
    uint32_t adders[ADDERS_MAX];       /* rows of the code that adds */
    unsigned adder_count;
    uint32_t name;                     /* the last name on the way to the holder */
};

bool filling_site_grows(const struct model *model, const struct accumulation *point, const struct store_site *site)
{
    switch (site->how) {
    case STORE_CREATE:
    case STORE_ASSIGN:
    case STORE_COMPREHENSION:
    case STORE_REMOVE:
        return false;
    case STORE_ATTRIBUTE:
        return point->chain > 0;
    case STORE_SUBSCRIPT:
        return site->of_element || heap_items_kind(model->heap, point->node) != FORM_ITEMS_SEQUENCE;
    default:
        return true;
    }
}

static bool counts(const struct finder *finder, const struct store_site *site)
{
    return filling_concerns(finder->ret, site) && site->executed != EXECUTION_NEVER && filling_site_grows(finder->model, finder->point, site);
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

static bool is_adder(const struct finder *finder, uint32_t row)
{
    for (unsigned i = 0; i < finder->adder_count; i++) {
        if (finder->adders[i] == row)
            return true;
    }
    return false;
}

static enum wh_status flow_of(const struct finder *finder, uint32_t row, const struct code_flow **ret)
{
    return code_index_flow(finder->index, row, finder->error, ret);
}

/* --- what the recorder saw --- */

static uint32_t name_of_callee(const struct code_flow *flow, const struct event *event)
{
    const struct expr *callee = &flow->exprs[event->target];
    return callee->kind == EXPR_ATTR ? callee->b : callee->kind == EXPR_GLOBAL ? callee->a : NAME_NONE;
}

static enum growth_seen seen_by(const struct finder *finder, const struct code_flow *flow, const struct event *event)
{
    if (event->kind == EVENT_ADD)
        return GROWTH_MAKES;
    if (event->kind == EVENT_STORE_ITEM || event->kind == EVENT_STORE_SLICE || event->kind == EVENT_INPLACE)
        return GROWTH_ADDS;
    if (event->kind != EVENT_CALL)
        return GROWTH_OTHERWISE;
    struct span name = finder->index->text_of_name[name_of_callee(flow, event)];
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
    enum wh_status status = flow_of(finder, row, &flow);
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
        adds |= counts(finder, site);
        creates |= site->how == STORE_CREATE && site->code_node == place->code_node && site->line == place->line;
    }
    return adds && creates;
}

static void forget_growth(struct finder *finder)
{
    bool deep = finder->ret->deep;
    *finder->ret = (struct filling){.deep = deep};
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
    return !finder->ret->deep && growth_of_holder(finder->model, finder->point->node, &growth) ? take_growth(finder, growth) : WH_OK;
}

/* --- calls --- */

static bool is_same_file(const struct finder *finder, uint32_t row, uint32_t other)
{
    struct span a = naming_code_file(finder->heap, finder->heap->codes[row].node), b = naming_code_file(finder->heap, finder->heap->codes[other].node);
    return a.length == b.length && !memcmp(a.bytes, b.bytes, a.length);
}

/* Does the call run this code object? By what the callee is known to be, else by its name. */
static bool runs(const struct finder *finder, uint32_t caller, const struct code_flow *flow, const struct event *event, uint32_t row)
{
    if (event->kind != EVENT_CALL || name_of_callee(flow, event) != finder->index->facts[row].name)
        return false;
    uint32_t known = flow->values[event->target].node;
    if (!known && flow->exprs[event->target].kind == EXPR_GLOBAL)
        return is_same_file(finder, caller, row);   /* a module's body, of which the namespace is not known */
    return !known || code_index_row_of_callable(finder->index, known) == CODE_NONE || code_index_row_of_callable(finder->index, known) == row;
}

static enum wh_status calls(const struct finder *finder, uint32_t caller, uint32_t callee, bool *ret)
{
    const struct code_flow *flow;
    *ret = false;
    if (caller == callee || !finder->index->facts[callee].name)
        return WH_OK;
    enum wh_status status = flow_of(finder, caller, &flow);
    for (uint32_t i = 0; !status && !*ret && i < flow->event_count; i++)
        *ret = runs(finder, caller, flow, &flow->events[i], callee);
    return status;
}

/* Only the very key that the same function has put in, once it is done with it: that makes no room for others, and an exception prevents it. */
static bool takes_back(const struct finder *finder, const struct store_site *removal)
{
    bool same = false, other = false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (site->code_node != removal->code_node || !counts(finder, site))
            continue;
        same |= site->key == removal->key && site->key;
        other |= site->key != removal->key || !site->key;
    }
    return same && !other;
}

/* What the standard library takes out of its queues and registries, the application has asked for. */
static bool is_asked_for(const struct store_site *removal)
{
    return removal->how == STORE_THROUGH_LIBRARY || library_file_is_standard(removal->file);
}

/* What adds also takes out, by itself or by what it calls; or what takes out adds by calling. */
static enum wh_status find_room(struct finder *finder)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; i < finder->sites->removal_count; i++) {
        const struct store_site *removal = &finder->sites->removals[i];
        uint32_t row = code_index_row(finder->index, removal->code_node);
        if ((removal->of_element && !finder->ret->deep) || removal->executed == EXECUTION_NEVER || row == CODE_NONE ||
            is_asked_for(removal) || takes_back(finder, removal))
            continue;
        for (unsigned a = 0; !status && !finder->ret->room && a < finder->adder_count; a++) {
            bool near = finder->adders[a] == row, top = finder->index->facts[finder->adders[a]].top_level || finder->index->facts[row].top_level;
            if (!near && !top)
                status = calls(finder, finder->adders[a], row, &near);
            if (!status && !near && !top)
                status = calls(finder, row, finder->adders[a], &near);
            if (!status && near)
                finder->ret->room = removal;
        }
    }
    return status;
}

struct callers { uint32_t rows[2]; unsigned count; bool looped, unclear; };

/* Who calls this function. A use of its name that is no call may be a call of any kind. */
static enum wh_status find_callers(const struct finder *finder, uint32_t row, struct callers *ret)
{
    const struct code_index *index = finder->index;
    uint32_t name = index->facts[row].name, first = index->first_user_of_name[name], end = index->first_user_of_name[name + 1];
    *ret = (struct callers){.unclear = !name || end - first > USERS_LOOKED_AT};
    enum wh_status status = WH_OK;
    for (uint32_t i = first; !status && !ret->unclear && i < end; i++) {
        const struct code_flow *flow;
        unsigned found = 0;
        if (i > first && index->users[i] == index->users[i - 1])
            continue;   /* it binds the name and uses it */
        if (index->facts[index->users[i]].library && !index->facts[row].library)
            continue;   /* a namesake: libraries do not know the application's names */
        status = flow_of(finder, index->users[i], &flow);
        for (uint32_t e = 0; !status && e < flow->event_count; e++) {
            if (!runs(finder, index->users[i], flow, &flow->events[e], row))
                continue;
            found++;
            ret->looped |= flow->events[e].in_loop;
        }
        for (; found; found--) {
            if (ret->count < 2)
                ret->rows[ret->count] = index->users[i];
            ret->count++;
        }
    }
    return status;
}

/* Is the function called once, outside any loop, all the way up to a module's top level? */
static enum wh_status is_called_once(const struct finder *finder, uint32_t row, bool *ret)
{
    *ret = false;
    for (unsigned depth = 0; depth <= CALLERS_DEPTH_MAX; depth++) {
        struct callers callers;
        if (finder->index->facts[row].top_level) {
            *ret = true;
            return WH_OK;
        }
        enum wh_status status = find_callers(finder, row, &callers);
        if (status || callers.unclear || callers.looped || callers.count != 1)
            return status;
        row = callers.rows[0];
    }
    return WH_OK;
}

/* --- who adds --- */

/* By a function of the application that does not add: neither the module's body, which binds the name, nor the holder's own function. */
static bool stores_name(const struct code_flow *flow, uint32_t name)
{
    for (uint32_t i = 0; i < flow->event_count; i++) {
        if ((flow->events[i].kind == EVENT_STORE_ATTR || flow->events[i].kind == EVENT_STORE_GLOBAL) && flow->events[i].name == name)
            return true;
    }
    return false;
}

/* A module's body that binds the name says nothing; one that only reads it does. */
static enum wh_status is_use(const struct finder *finder, uint32_t row, bool *ret)
{
    const struct code_facts *facts = &finder->index->facts[row];
    const struct code_flow *flow;
    *ret = !facts->library && facts->name != NAME_INIT && facts->name != finder->name && !is_adder(finder, row);
    if (!*ret || !facts->top_level)
        return WH_OK;
    enum wh_status status = flow_of(finder, row, &flow);
    if (!status)
        *ret = !stores_name(flow, finder->name);
    return status;
}

static enum wh_status is_used_elsewhere(const struct finder *finder, bool *ret)
{
    const struct code_index *index = finder->index;
    enum wh_status status = WH_OK;
    *ret = false;
    for (uint32_t i = index->first_user_of_name[finder->name]; !status && !*ret && finder->name && i < index->first_user_of_name[finder->name + 1]; i++)
        status = is_use(finder, index->users[i], ret);
    return status;
}

static bool adds_in_loop(const struct finder *finder, uint32_t row)
{
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (counts(finder, site) && site->in_loop && code_index_row(finder->index, site->code_node) == row)
            return true;
    }
    return false;
}

/* A service's loop runs once, too: only the name tells the one that loads a table. */
static bool is_named_as_loader(const struct finder *finder, uint32_t row)
{
    static const char *const words[] = {"load", "read", "build", "parse", "init", "setup", "set_up", "compile", "populate", "fill", "prepare",
                                        "warm", "import", "preload", "create", "make", "register", "index", "configure"};
    struct span name = finder->index->text_of_name[finder->index->facts[row].name];
    while (name.length && name.bytes[0] == '_') {
        name.bytes++;
        name.length--;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (name.length >= strlen(words[i]) && !memcmp(name.bytes, words[i], strlen(words[i])))
            return true;
    }
    return false;
}

/* Is it a loop that runs once: the function's own, or that of a method of the same class which calls it? */
static enum wh_status is_one_loop(const struct finder *finder, uint32_t row, bool *ret)
{
    const struct code_index *index = finder->index;
    struct callers callers;
    *ret = false;
    if (index->facts[row].library)
        return WH_OK;
    if (adds_in_loop(finder, row))
        return is_named_as_loader(finder, row) ? is_called_once(finder, row, ret) : WH_OK;
    enum wh_status status = find_callers(finder, row, &callers);
    if (status || callers.unclear || callers.count != 1 || !callers.looped)
        return status;
    bool own = index->facts[row].class_type != TYPE_NONE && index->facts[callers.rows[0]].class_type == index->facts[row].class_type;
    return own && is_named_as_loader(finder, callers.rows[0]) ? is_called_once(finder, callers.rows[0], ret) : WH_OK;
}

static enum wh_status find_once(struct finder *finder)
{
    bool once = false;
    enum wh_status status = finder->adder_count && !finder->sites->incomplete ? is_used_elsewhere(finder, &once) : WH_OK;
    if (status)
        return status;
    for (unsigned a = 0; once && a < finder->adder_count; a++) {
        status = is_one_loop(finder, finder->adders[a], &once);
        if (status)
            return status;
    }
    finder->ret->once = once;
    return WH_OK;
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
    enum wh_status status = find_callers(finder, row, &callers);
    if (status || callers.unclear || callers.count != 1)
        return status;
    const struct code_facts *caller = &finder->index->facts[callers.rows[0]];
    *ret = caller->name == NAME_INIT && caller->class_type != TYPE_NONE && code_index_is_subtype(finder->index, type, caller->class_type);
    return WH_OK;
}

static enum wh_status find_constructor(struct finder *finder)
{
    const struct naming_step *step = last_attribute(finder->path);
    uint32_t type = step && step->owner < finder->heap->node_count ? code_index_type_of(finder->index, step->owner) : TYPE_NONE;
    bool all = type != TYPE_NONE && code_index_type_of_class(finder->index, step->owner) == TYPE_NONE && finder->adder_count;
    for (uint32_t i = 0; all && i < finder->sites->count; i++)
        all = !counts(finder, &finder->sites->sites[i]) || finder->sites->sites[i].on_self;
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
    if (row == CODE_NONE || !is_adder(finder, row))
        return WH_OK;
    const struct code_flow *flow;
    struct code_view view;
    enum wh_status status = flow_of(finder, row, &flow);
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

/* Where no site fills the containers inside, the recorder may have seen that they were filled while the holder was made. */
static bool fills_with_holder(const struct finder *finder, const struct store_site *site)
{
    return finder->ret->deep && !site->of_element && site->executed != EXECUTION_NEVER && took_part_in_growth(finder, site->code_node) &&
           filling_site_grows(finder->model, finder->point, site);
}

static void find_made_anew(struct finder *finder)
{
    bool any = false, all = true;
    for (uint32_t i = 0; all && i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (!counts(finder, site) && !fills_with_holder(finder, site))
            continue;
        any = true;
        all = site->on_new && !site->on_stack && !site->top_level;
    }
    /* A generator's or a coroutine's own variable: it has not ended. */
    const struct naming_step *last = finder->path->step_count ? &finder->path->steps[finder->path->step_count - 1] : NULL;
    bool local = last && last->kind == STEP_LOCAL && is_adder(finder, code_index_row(finder->index, label_code_of_locals(finder->heap, last->owner)));
    finder->ret->made_anew = any && all && !local;
}

/* --- limits --- */

static uint64_t number_of(const struct heap *heap, uint32_t node)
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

/* `len(holder)`, told by its last name. */
static bool asks_length(const struct finder *finder, const struct code_flow *flow, const struct code_view *view, const struct event *event)
{
    const struct expr *callee = &flow->exprs[event->target];
    if (event->kind != EVENT_CALL || callee->kind != EXPR_GLOBAL || callee->a != NAME_LEN || event->argument_count != 1)
        return false;
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
        return number_of(finder->heap, at->a);
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
    return stores_name(flow, name) ? 0 : number_of(finder->heap, node);
}

static uint64_t length_of(const struct finder *finder)
{
    struct heap_store store;
    return heap_store(finder->heap, finder->point->node, &store) ? store.length : 0;
}

static enum wh_status find_limit_in(struct finder *finder, uint32_t row)
{
    const struct code_flow *flow;
    struct code_view view;
    bool asked = false;
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    enum wh_status status = flow_of(finder, row, &flow);
    for (uint32_t i = 0; !status && !asked && i < flow->event_count; i++)
        asked = asks_length(finder, flow, &view, &flow->events[i]);
    for (uint32_t i = 0; !status && asked && !finder->ret->limit && i < flow->expr_count; i++) {
        uint64_t limit = number_at(finder, flow, i);
        if (is_limit(limit, length_of(finder)))
            finder->ret->limit = limit;
    }
    return status;
}

/* In what adds, and in what it calls to take things out. */
static enum wh_status find_limit(struct finder *finder)
{
    enum wh_status status = WH_OK;
    for (unsigned a = 0; !status && a < finder->adder_count; a++)
        status = find_limit_in(finder, finder->adders[a]);
    if (!status && finder->ret->room)
        status = find_limit_in(finder, code_index_row(finder->index, finder->ret->room->code_node));
    return status;
}

enum wh_status filling_find(const struct model *model, struct code_index *index, const struct accumulation *point,
                            const struct naming_path *path, const struct store_site_list *sites, struct wh_error *error, struct filling *ret)
{
    struct finder finder = {.model = model, .heap = model->heap, .index = index, .point = point, .path = path, .sites = sites,
                            .error = error, .ret = ret};
    *ret = (struct filling){.seen = GROWTH_UNSEEN};
    if (path->step_count)
        finder.name = code_index_find_name(index, path->steps[path->step_count - 1].name);
    enum wh_status status = find_growth(&finder);
    for (uint32_t i = 0; ret->seen == GROWTH_UNSEEN && i < sites->count; i++) {
        if (counts(&finder, &sites->sites[i]))
            add_adder(&finder, sites->sites[i].code_node);
    }
    if (!status)
        status = find_room(&finder);
    if (!status)
        status = find_once(&finder);
    if (!status)
        status = find_constructor(&finder);
    if (!status)
        status = find_limit(&finder);
    find_made_anew(&finder);
    if (!status)
        status = find_made_each_round(&finder);
    return status;
}
