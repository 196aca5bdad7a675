/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/callers.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap.h"
#include "heap/known_names.h"

enum { DEPTH_MAX = 14, USERS_MAX = 600, ROWS_MAX = 3000, SITES_MAX = 64 };

/* A code object to which the way leads down, and how sure that is. */
struct waiting { uint32_t row; enum store_match match; };

struct climb {
    struct code_index *index;
    struct wh_error *error;
    struct call_sites *ret;
    uint64_t *seen;                /* bitmap of rows that were, or wait to be, looked at */
    struct waiting *rows;          /* a queue */
    uint32_t row_count, first;
    bool hand_over;
    uint32_t holder;               /* HEAP_NULL: distances do not matter */
    bool good;                     /* a call was found that may well have been the one */

    struct waiting target;         /* whose callers are looked for */
    uint32_t row;                  /* the code object at hand */
    const struct code_flow *flow;
};

void call_sites_deinit(struct call_sites *sites)
{
    free(sites->sites);
    *sites = (struct call_sites){0};
}

/* --- which call means the target --- */

static uint32_t method_row(const struct code_index *index, uint32_t type, uint32_t name)
{
    uint32_t found = type == TYPE_NONE ? HEAP_NULL : code_index_class_attribute(index, type, name);
    return found ? code_index_row_of_callable(index, found) : CODE_NONE;
}

/* cls.name(…) in a metaclass: is the class one of those that the metaclass makes? */
static bool is_class_of(const struct climb *climb, uint32_t type, uint32_t metaclass)
{
    uint32_t node = type == TYPE_NONE ? HEAP_NULL : climb->index->heap->types[type].node;
    return node && code_index_is_subtype(climb->index, climb->index->heap->type_of_node[node], metaclass) &&
           !heap_type_is(climb->index->heap, node, "builtins", "type");
}

/* object.name(…), of which the class of the object may be known; a subclass' method may be what runs. */
static bool attribute_fits(const struct climb *climb, const struct expr *callee, enum store_match *match)
{
    const struct code_facts *facts = &climb->index->facts[climb->target.row];
    struct expr_value object = climb->flow->values[callee->a];
    if (callee->b != facts->name)
        return false;
    *match = MATCH_NAME;
    if (object.type == TYPE_NONE)
        return facts->class_type != TYPE_NONE;
    *match = MATCH_CLASS;
    uint32_t type = code_index_type_of_class(climb->index, object.node);
    if (is_class_of(climb, facts->class_type, object.type))
        return true;
    return facts->class_type != TYPE_NONE && code_index_is_subtype(climb->index, facts->class_type, type != TYPE_NONE ? type : object.type);
}

/* super().name(…), which the values take for the class' own method of that name. */
static bool is_super_call(const struct climb *climb, const struct expr *callee, uint32_t found_row)
{
    const struct code_facts *facts = &climb->index->facts[climb->target.row], *own = &climb->index->facts[climb->row];
    return found_row == climb->row && callee->kind == EXPR_ATTR && callee->b == facts->name && facts->class_type != own->class_type &&
           code_index_is_subtype(climb->index, own->class_type, facts->class_type);
}

/* Class(…) runs __init__, and an instance that is called __call__. */
static bool object_fits(const struct climb *climb, uint32_t callee)
{
    struct expr_value value = climb->flow->values[callee];
    uint32_t type = value.node ? code_index_type_of_class(climb->index, value.node) : TYPE_NONE;
    if (type != TYPE_NONE)
        return method_row(climb->index, type, NAME_INIT) == climb->target.row || method_row(climb->index, value.type, NAME_CALL) == climb->target.row;
    if (value.node && code_index_row_of_callable(climb->index, value.node) == climb->target.row)
        return true;
    return method_row(climb->index, value.type, NAME_CALL) == climb->target.row;
}

/* Functions of the standard library in Python that those in C call. */
static const struct native_call { const char *called, *by; } native_calls[] = {
    {"_showwarnmsg", "warn"}, {"_showwarnmsg", "warn_explicit"},
};
enum { NATIVE_CALLS = sizeof(native_calls) / sizeof(native_calls[0]) };

static bool is_called_natively(const struct climb *climb, const struct native_call *call)
{
    const struct code_facts *facts = &climb->index->facts[climb->target.row];
    return facts->library && span_is(climb->index->text_of_name[facts->name], call->called);
}

/* warnings.warn(…) */
static bool leads_there_natively(const struct climb *climb, uint32_t target)
{
    const struct expr *callee = &climb->flow->exprs[target];
    uint32_t node = climb->flow->values[target].node, name = callee->kind == EXPR_ATTR ? callee->b : callee->kind == EXPR_GLOBAL ? callee->a : NAME_NONE;
    bool found = false;
    for (unsigned i = 0; i < NATIVE_CALLS && node && heap_type_is(climb->index->heap, node, "builtins", "builtin_function_or_method"); i++)
        found |= is_called_natively(climb, &native_calls[i]) && span_is(climb->index->text_of_name[name], native_calls[i].by);
    return found;
}

static bool call_fits(const struct climb *climb, const struct event *event, enum store_match *match)
{
    const struct expr *callee = &climb->flow->exprs[event->target];
    *match = MATCH_EXACT;
    if (leads_there_natively(climb, event->target))
        return true;
    if (callee->kind == EXPR_FUNCTION && code_index_row(climb->index, callee->a) == climb->target.row)
        return true;
    if (object_fits(climb, event->target))
        return true;
    uint32_t node = climb->flow->values[event->target].node;
    if (node && is_super_call(climb, callee, code_index_row_of_callable(climb->index, node)))
        return true;
    /* Of an object that is not known, or of the class that a method is called of, a subclass' method may run. */
    bool known = callee->kind == EXPR_ATTR && climb->flow->values[callee->a].node && climb->flow->exprs[callee->a].kind != EXPR_PARAM;
    return callee->kind == EXPR_ATTR && !known && attribute_fits(climb, callee, match);
}

/* f(g): is an argument the target, or a method of that name of an object of its class? Or is a class called whose method it is? */
static bool hands_over(const struct climb *climb, const struct event *event, enum store_match *match)
{
    const struct code_facts *facts = &climb->index->facts[climb->target.row];
    uint32_t type = code_index_type_of_class(climb->index, climb->flow->values[event->target].node);
    *match = MATCH_EXACT;
    if (type != TYPE_NONE && method_row(climb->index, type, facts->name) == climb->target.row && facts->name)
        return true;
    for (uint32_t i = 0; i < event->argument_count; i++) {
        uint32_t value = climb->flow->args[event->first_argument + i];
        const struct expr *expr = &climb->flow->exprs[value];
        uint32_t node = climb->flow->values[value].node;
        if (expr->kind == EXPR_FUNCTION && code_index_row(climb->index, expr->a) == climb->target.row)
            return true;
        if (node && code_index_type_of_class(climb->index, node) == TYPE_NONE && code_index_row_of_callable(climb->index, node) == climb->target.row)
            return true;
        if (expr->kind == EXPR_ATTR && !node && attribute_fits(climb, expr, match))
            return true;
    }
    return false;
}

/* --- the way up --- */

enum { NEAR_REFERENCES = 8, FAR = NEAR_REFERENCES + 1 };

/* How many references lead from an object to the holder: from a logger, say, to its handler's buffer. FAR: too many. */
static enum wh_status find_distance(const struct heap *heap, uint32_t from, uint32_t holder, struct wh_error *error, uint8_t *ret)
{
    enum { NODES_MAX = 8192, REFERENCES_MAX = 256 };
    uint32_t *nodes, count = 1, first = 0;
    uint64_t *seen = NULL;
    bool found = from == holder;
    enum wh_status status = array_alloc(NODES_MAX, sizeof(*nodes), "objects near a caller", error, &nodes);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(heap->node_count), sizeof(*seen), "objects near a caller", error, &seen);
    if (!status)
        nodes[0] = from;
    *ret = 1;
    for (; !status && *ret < FAR && !found; (*ret)++) {
        for (uint32_t end = count; first < end; first++) {
            uint32_t ref = heap->first_ref_of_node[nodes[first]], stop = heap->first_ref_of_node[nodes[first] + 1];
            for (stop = stop - ref > REFERENCES_MAX ? ref + REFERENCES_MAX : stop; ref < stop && count < NODES_MAX; ref++) {
                uint32_t target = heap->target_of_ref[ref];
                found |= target == holder;
                if (!target || bitmap_test(seen, target))
                    continue;
                bitmap_set(seen, target);
                nodes[count++] = target;
            }
        }
    }
    free(nodes);
    free(seen);
    return status;
}

/* Functions of modules and classes themselves are near to all that is theirs. */
static bool has_own_things(const struct code_index *index, uint32_t receiver)
{
    return receiver && code_index_type_of_class(index, receiver) == TYPE_NONE && !heap_is_module(index->heap, receiver) &&
           code_index_row_of_callable(index, receiver) == CODE_NONE;
}

static enum wh_status add_site(struct climb *climb, const struct event *event, enum store_match match)
{
    struct call_sites *ret = climb->ret;
    if (ret->count >= SITES_MAX)
        return WH_OK;
    if (ret->count == ret->capacity) {
        uint32_t capacity = ret->capacity ? ret->capacity * 2 : 8;
        struct call_site *sites = realloc(ret->sites, capacity * sizeof(*sites));
        if (!sites)
            return wh_error_set(climb->error, WH_ERR_RESOURCE, "out of memory for the callers of a library's function");
        ret->sites = sites;
        ret->capacity = capacity;
    }
    const struct expr *callee = &climb->flow->exprs[event->target];
    uint32_t receiver = callee->kind == EXPR_ATTR ? climb->flow->values[callee->a].node : climb->flow->values[event->target].node;
    struct call_site site = {climb->row, event->offset, event->executed, match, event->in_loop, 0};
    enum wh_status status = WH_OK;
    if (climb->holder && has_own_things(climb->index, receiver))
        status = find_distance(climb->index->heap, receiver, climb->holder, climb->error, &site.distance);
    climb->good |= site.distance < FAR && site.executed != EXECUTION_NEVER;
    ret->sites[ret->count++] = site;
    return status;
}

static void add_row(struct climb *climb, uint32_t row, enum store_match match)
{
    if (climb->row_count == ROWS_MAX || bitmap_test(climb->seen, row))
        return;
    bitmap_set(climb->seen, row);
    climb->rows[climb->row_count++] = (struct waiting){row, match};
}

/* start_new_thread(self._bootstrap, ()): a library's function may be run by C code that was given it. */
static bool is_run_natively(const struct climb *climb, const struct event *event, enum store_match *match)
{
    uint32_t callee = climb->flow->values[event->target].node;
    return climb->index->facts[climb->target.row].library && climb->index->facts[climb->row].library && callee &&
           heap_type_is(climb->index->heap, callee, "builtins", "builtin_function_or_method") && hands_over(climb, event, match);
}

static bool is_way_up(const struct climb *climb, const struct event *event, enum store_match *match)
{
    if (climb->hand_over)
        return hands_over(climb, event, match);
    return call_fits(climb, event, match) || is_run_natively(climb, event, match);
}

static enum wh_status look_at(struct climb *climb, uint32_t row)
{
    enum wh_status status = code_index_flow(climb->index, row, climb->error, &climb->flow);
    bool library = climb->index->facts[row].library;
    climb->row = row;
    for (uint32_t i = 0; !status && i < climb->flow->event_count; i++) {
        const struct event *event = &climb->flow->events[i];
        enum store_match match;
        if (event->kind != EVENT_CALL || !is_way_up(climb, event, &match))
            continue;
        if (match < climb->target.match)
            match = climb->target.match;
        if (!library)
            status = add_site(climb, event, match);
        else if (event->executed != EXECUTION_NEVER)
            add_row(climb, row, match);
    }
    return status;
}

static enum wh_status look_at_users(struct climb *climb, uint32_t name)
{
    const struct code_index *index = climb->index;
    uint32_t first = index->first_user_of_name[name], end = index->first_user_of_name[name + 1];
    enum wh_status status = WH_OK;
    for (uint32_t i = first; name && !status && i < end && end - first <= USERS_MAX; i++)
        status = look_at(climb, index->users[i]);
    return status;
}

/* Of __init__, or of a method that is handed over with its object: who makes instances of the class or of a subclass. */
static enum wh_status look_at_users_of_class(struct climb *climb)
{
    const struct code_index *index = climb->index;
    uint32_t class_type = index->facts[climb->target.row].class_type;
    enum wh_status status = WH_OK;
    for (uint32_t type = 0; class_type != TYPE_NONE && !status && type < index->heap->type_count; type++)
        if (code_index_is_subtype(index, type, class_type))
            status = look_at_users(climb, code_index_name_of_class(index, type));
    return status;
}

/* An instance is called without a name being said. */
static enum wh_status look_at_application(struct climb *climb)
{
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; !status && row < climb->index->heap->code_count; row++)
        if (!climb->index->facts[row].library)
            status = look_at(climb, row);
    return status;
}

static enum wh_status look_for_callers(struct climb *climb)
{
    uint32_t name = climb->index->facts[climb->target.row].name;
    enum wh_status status = look_at_users(climb, name);
    if (!status && (name == NAME_INIT || climb->hand_over))
        status = look_at_users_of_class(climb);
    if (!status && name == NAME_CALL)
        status = look_at_application(climb);
    for (unsigned i = 0; i < NATIVE_CALLS && !status; i++) {
        struct span by = {native_calls[i].by, strlen(native_calls[i].by)};
        if (is_called_natively(climb, &native_calls[i]))
            status = look_at_users(climb, code_index_find_name(climb->index, by));
    }
    return status;
}

/* Breadth first, level by level, up to the first one with a good answer. */
static enum wh_status climb_up(struct climb *climb)
{
    enum wh_status status = WH_OK;
    for (unsigned depth = 0; !status && depth < DEPTH_MAX && climb->first < climb->row_count && !climb->good; depth++) {
        uint32_t end = climb->row_count;
        while (!status && climb->first < end) {
            climb->target = climb->rows[climb->first++];
            status = look_for_callers(climb);
        }
    }
    return status;
}

static int compare_sites(const void *left, const void *right)
{
    const struct call_site *a = left, *b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static void drop_repeated(struct call_sites *ret)
{
    uint32_t kept = 0;
    if (ret->count)
        qsort(ret->sites, ret->count, sizeof(*ret->sites), compare_sites);
    for (uint32_t i = 0; i < ret->count; i++)
        if (!kept || compare_sites(&ret->sites[kept - 1], &ret->sites[i]) != 0)
            ret->sites[kept++] = ret->sites[i];
    ret->count = kept;
}

static enum wh_status run(struct climb climb, uint32_t row)
{
    struct code_index *index = climb.index;
    struct wh_error *error = climb.error;
    struct call_sites *ret = climb.ret;
    *ret = (struct call_sites){0};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(index->heap->code_count), sizeof(uint64_t), "callers", error, &climb.seen);
    if (!status)
        status = array_alloc(ROWS_MAX, sizeof(*climb.rows), "callers", error, &climb.rows);
    if (!status) {
        add_row(&climb, row, MATCH_EXACT);
        status = climb_up(&climb);
    }
    free(climb.seen);
    free(climb.rows);
    if (status)
        call_sites_deinit(ret);
    drop_repeated(ret);
    return status;
}

enum wh_status callers_of_application(struct code_index *index, uint32_t row, uint32_t holder, struct wh_error *error, struct call_sites *ret)
{
    return run((struct climb){.index = index, .error = error, .ret = ret, .holder = holder}, row);
}

enum wh_status callers_that_hand_over(struct code_index *index, uint32_t row, struct wh_error *error, struct call_sites *ret)
{
    return run((struct climb){.index = index, .error = error, .ret = ret, .hand_over = true}, row);
}
