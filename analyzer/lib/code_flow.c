/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code_flow.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "expr_value.h"
#include "known_names.h"

enum { EXPR_NUMBER_UNKNOWN, EXPR_NUMBER_NULL, FIRST_EXPR };

/*
 * Bounds. Real functions stay far below: the deepest stack in the standard library is about 60, and 4 sweeps settle all but a few
 * of its loops. A sweep over n instructions costs n steps and the states of its jump targets.
 */
enum { STACK_MAX = 2048, DEPTH_MAX = 8, SWEEPS_MAX = 6, EXPRS_MAX = 1 << 18, STATE_SLOTS_MAX = 1 << 22, EVENTS_MAX = 1 << 18,
       WORK_MAX = 1 << 28 };

/* What is known where ways join: the stack and the locals. */
struct state {
    uint32_t first_slot;   /* locals, then stack */
    uint32_t depth;
};

struct interpreter {
    struct code_index *index;
    struct code_view view;
    uint32_t row;
    const struct instruction_set *set;
    struct instruction at;

    struct expr *exprs;       uint32_t expr_count, expr_capacity;
    uint32_t *expr_slots;     uint32_t expr_mask;
    struct event *events;     uint32_t event_count, event_capacity;
    uint32_t *args;           uint32_t arg_count, arg_capacity;

    uint32_t stack[STACK_MAX], depth;
    uint32_t *locals, local_count;
    uint32_t *any_local;      /* what each local is anywhere */
    uint32_t *any_cell, cell_count;

    struct state *states;     uint32_t state_count, state_capacity;
    uint32_t *state_at;       /* by offset / 2: number of the state + 1 */
    uint32_t unit_count;
    uint32_t *slots, slot_count, slot_capacity;

    uint32_t block_event;     /* first event of the basic block */
    enum execution block_evidence;
    bool block_has_evidence;
    uint32_t keywords;        /* KW_NAMES for the next call */
    struct event discarded;   /* written to while not recording */
    struct exception_range range;   /* 3.11 and newer: the next one */
    uint32_t range_position;
    bool more_ranges;
    uint64_t work;
    bool live, changed, recording, partial, no_memory;
};

/* ---- arrays ---- */

/* Makes room for one more element; false without memory. */
static bool grow(struct interpreter *in, void *array_pointer, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    void *array, *larger;
    memcpy(&array, array_pointer, sizeof(array));
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    larger = realloc(array, wanted * size);
    if (!larger) {
        in->no_memory = true;
        return false;
    }
    memcpy(array_pointer, &larger, sizeof(larger));
    *capacity = wanted;
    return true;
}

/* ---- expressions ---- */

static uint32_t hash_expr(enum expr_kind kind, uint32_t a, uint32_t b)
{
    uint32_t hash = (uint32_t)kind * 0x9e3779b1u ^ a * 0x85ebca77u ^ b * 0xc2b2ae3du;
    return hash ^ hash >> 15;
}

static void rehash_exprs(struct interpreter *in)
{
    uint32_t mask = in->expr_mask ? in->expr_mask * 2 + 1 : 255;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof(*slots));
    if (!slots) {
        in->no_memory = true;
        return;
    }
    for (uint32_t i = FIRST_EXPR; i < in->expr_count; i++) {
        uint32_t slot = hash_expr(in->exprs[i].kind, in->exprs[i].a, in->exprs[i].b) & mask;
        while (slots[slot])
            slot = (slot + 1) & mask;
        slots[slot] = i;
    }
    free(in->expr_slots);
    in->expr_slots = slots;
    in->expr_mask = mask;
}

static bool has_operand(enum expr_kind kind)
{
    return kind == EXPR_ATTR || kind == EXPR_ITEM || kind == EXPR_PAIR || kind == EXPR_COPY || kind == EXPR_CALL;
}

/* The number of an expression, new or already known. One that nests too deep loses its operand. */
static uint32_t make(struct interpreter *in, enum expr_kind kind, uint32_t a, uint32_t b)
{
    if (has_operand(kind) && in->exprs[a].depth >= DEPTH_MAX)
        a = EXPR_NUMBER_UNKNOWN;
    if (in->expr_count * 2 >= in->expr_mask)
        rehash_exprs(in);
    if (in->no_memory || in->expr_count >= EXPRS_MAX)
        return EXPR_NUMBER_UNKNOWN;
    uint32_t slot = hash_expr(kind, a, b) & in->expr_mask;
    for (uint32_t i; (i = in->expr_slots[slot]); slot = (slot + 1) & in->expr_mask)
        if (in->exprs[i].kind == kind && in->exprs[i].a == a && in->exprs[i].b == b)
            return i;
    if (!grow(in, &in->exprs, in->expr_count, &in->expr_capacity, sizeof(*in->exprs)))
        return EXPR_NUMBER_UNKNOWN;
    uint32_t depth = has_operand(kind) ? in->exprs[a].depth + 1u : kind == EXPR_EITHER ? in->exprs[a].depth | in->exprs[b].depth : 0;
    in->exprs[in->expr_count] = (struct expr){.kind = kind, .depth = depth & 0xffffff, .a = a, .b = b};
    return in->expr_slots[slot] = in->expr_count++;
}

unsigned code_flow_leaves(const struct expr *exprs, uint32_t expr, uint32_t ret[EXPR_LEAVES_MAX])
{
    unsigned count = 0;
    for (; exprs[expr].kind == EXPR_EITHER && count + 1 < EXPR_LEAVES_MAX; expr = exprs[expr].a)
        ret[count++] = exprs[expr].b;
    ret[count++] = expr;
    return count;
}

static bool has_leaf(const struct interpreter *in, uint32_t expr, uint32_t leaf)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    unsigned count = code_flow_leaves(in->exprs, expr, leaves);
    for (unsigned i = 0; i < count; i++)
        if (leaves[i] == leaf)
            return true;
    return count == EXPR_LEAVES_MAX;
}

static bool means_nothing(uint32_t expr)
{
    return expr < FIRST_EXPR;
}

/* Either of two: what is known of one side stands, even if nothing is known of the other. */
static uint32_t join(struct interpreter *in, uint32_t old, uint32_t new)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    if (old == new || means_nothing(new))
        return old;
    if (means_nothing(old))
        return new;
    unsigned count = code_flow_leaves(in->exprs, new, leaves);
    while (count--)
        if (!has_leaf(in, old, leaves[count]))
            old = make(in, EXPR_EITHER, old, leaves[count]);
    return old;
}

/* ---- stack ---- */

/* An empty stack gives EXPR_UNKNOWN: 3.8's `finally` blocks are counted deeper than they sometimes are. */
static uint32_t pop(struct interpreter *in)
{
    return in->depth ? in->stack[--in->depth] : EXPR_NUMBER_UNKNOWN;
}

static void push(struct interpreter *in, uint32_t expr)
{
    if (in->depth < STACK_MAX)
        in->stack[in->depth++] = expr;
    else
        in->partial = true;
}

/* The n-th from the top, 1 being the top itself; NULL if the stack is not as deep. */
static uint32_t *peek(struct interpreter *in, uint32_t n)
{
    return n && n <= in->depth ? &in->stack[in->depth - n] : NULL;
}

static void drop(struct interpreter *in, unsigned count)
{
    in->depth -= count < in->depth ? count : in->depth;
}

static void push_unknown(struct interpreter *in, unsigned count)
{
    while (count--)
        push(in, EXPR_NUMBER_UNKNOWN);
}

/* ---- names ---- */

static uint32_t name_at(struct interpreter *in, uint32_t argument)
{
    return code_index_name_of_node(in->index, node_run_get(in->view.names, argument));
}

static uint32_t cell_name(struct interpreter *in, uint32_t argument)
{
    return code_index_name_of_node(in->index, code_view_cell_name(&in->view, argument));
}

/* ---- events ---- */

static struct event *record(struct interpreter *in, enum event_kind kind, uint32_t target, uint32_t value)
{
    if (!in->recording || in->event_count >= EVENTS_MAX || !grow(in, &in->events, in->event_count, &in->event_capacity, sizeof(struct event)))
        return &in->discarded;
    struct event *event = &in->events[in->event_count++];
    *event = (struct event){.kind = kind, .executed = EXECUTION_UNKNOWN, .offset = in->at.offset, .target = target, .value = value};
    return event;
}

static void add_argument(struct interpreter *in, uint32_t expr)
{
    if (in->recording && grow(in, &in->args, in->arg_count, &in->arg_capacity, sizeof(*in->args)))
        in->args[in->arg_count++] = expr;
}

/* ---- calls ---- */

static bool is_global(const struct interpreter *in, uint32_t expr, enum known_name name)
{
    return in->exprs[expr].kind == EXPR_GLOBAL && in->exprs[expr].a == (uint32_t)name;
}

static bool is_method(const struct interpreter *in, uint32_t expr, enum known_name name)
{
    return in->exprs[expr].kind == EXPR_ATTR && in->exprs[expr].b == (uint32_t)name;
}

static bool copies_its_argument(const struct interpreter *in, uint32_t callee)
{
    static const enum known_name copiers[] = {NAME_LIST, NAME_TUPLE, NAME_SORTED, NAME_REVERSED, NAME_ITER};
    for (unsigned i = 0; i < sizeof(copiers) / sizeof(copiers[0]); i++)
        if (is_global(in, callee, copiers[i]))
            return true;
    return false;
}

static bool takes_item(const struct interpreter *in, uint32_t callee)
{
    return is_method(in, callee, NAME_GET) || is_method(in, callee, NAME_SETDEFAULT) || is_method(in, callee, NAME_GETITEM) ||
           is_method(in, callee, NAME_POP);
}

static uint32_t first_of(const uint32_t *arguments, uint32_t count)
{
    return count ? arguments[0] : EXPR_NUMBER_UNKNOWN;
}

static uint32_t const_node(const struct interpreter *in, uint32_t expr)
{
    return in->exprs[expr].kind == EXPR_CONST ? in->exprs[expr].a : HEAP_NULL;
}

/* What a call gives, where that is known of the callee by name. */
static uint32_t call_result(struct interpreter *in, uint32_t callee, const uint32_t *arguments, uint32_t count)
{
    if (takes_item(in, callee))
        return make(in, EXPR_ITEM, in->exprs[callee].a, first_of(arguments, count));
    if (copies_its_argument(in, callee) && count)
        return make(in, EXPR_COPY, first_of(arguments, count), in->at.offset);
    if (is_global(in, callee, NAME_CAST) && count == 2)   /* typing.cast(T, x) is x */
        return arguments[1];
    if (is_global(in, callee, NAME_TYPE) && count == 1)
        return make(in, EXPR_ATTR, arguments[0], NAME_CLASS);
    if (is_global(in, callee, NAME_GETATTR) && count >= 2 && const_node(in, arguments[1]))
        return make(in, EXPR_ATTR, arguments[0], code_index_name_of_node(in->index, const_node(in, arguments[1])));
    if (is_global(in, callee, NAME_ENUMERATE) && count)
        return make(in, EXPR_CALL, make(in, EXPR_ATTR, first_of(arguments, count), NAME_ITEMS), in->at.offset);
    return make(in, EXPR_CALL, callee, in->at.offset);
}

static void call(struct interpreter *in, uint32_t callee, const uint32_t *arguments, uint32_t count, uint32_t keywords)
{
    uint32_t result = call_result(in, callee, arguments, count);
    struct event *event = record(in, EVENT_CALL, callee, result);
    event->first_argument = in->arg_count;
    event->argument_count = count;
    event->keywords = keywords;
    for (uint32_t i = 0; i < count; i++)
        add_argument(in, arguments[i]);
    push(in, result);
}

/* Takes `count` arguments off the stack; they stay readable behind its top until the next push. */
static const uint32_t *pop_arguments(struct interpreter *in, uint32_t *count)
{
    if (*count > in->depth)
        *count = in->depth;
    in->depth -= *count;
    return in->stack + in->depth;
}

static void call_plain(struct interpreter *in)
{
    uint32_t count = in->at.argument;
    const uint32_t *arguments = pop_arguments(in, &count);
    call(in, pop(in), arguments, count, HEAP_NULL);
}

/* Of the two places below the arguments one may be empty; if neither is, the upper one is the first argument. */
static void call_pair_with(struct interpreter *in, uint32_t keywords)
{
    uint32_t count = in->at.argument;
    const uint32_t *arguments = pop_arguments(in, &count);
    bool whole = in->depth >= 2;
    uint32_t upper = pop(in), lower = pop(in);
    if (lower == EXPR_NUMBER_NULL || !whole)
        call(in, upper, arguments, count, keywords);
    else if (upper == EXPR_NUMBER_NULL)
        call(in, lower, arguments, count, keywords);
    else
        call(in, lower, arguments - 1, count + 1, keywords);
}

static void call_pair(struct interpreter *in)
{
    uint32_t keywords = in->keywords;
    in->keywords = HEAP_NULL;
    call_pair_with(in, keywords);
}

static void call_with_keywords(struct interpreter *in)
{
    uint32_t keywords = const_node(in, pop(in)), count = in->at.argument;
    const uint32_t *arguments = pop_arguments(in, &count);
    call(in, pop(in), arguments, count, keywords);
}

static void call_pair_with_keywords(struct interpreter *in)
{
    call_pair_with(in, const_node(in, pop(in)));
}

/* f(*args, **kwargs): the one argument that is recorded is args. */
static void call_spread(struct interpreter *in)
{
    unsigned below = instruction_pops(&in->at);
    bool keywords = in->at.argument & 1, whole = in->depth >= below;
    if (keywords)
        drop(in, 1);
    uint32_t arguments = pop(in), callee = pop(in);
    if (below - keywords == 3) {
        uint32_t lower = pop(in);
        callee = callee == EXPR_NUMBER_NULL || !whole ? lower : callee;
    }
    uint32_t result = call_result(in, callee, NULL, 0);
    struct event *event = record(in, EVENT_CALL, callee, result);
    event->spread = true;
    event->first_argument = in->arg_count;
    event->argument_count = 1;
    add_argument(in, arguments);
    push(in, result);
}

/* ---- loads ---- */

static void push_null(struct interpreter *in) { push(in, EXPR_NUMBER_NULL); }

static void load_const(struct interpreter *in)
{
    uint32_t node = node_run_get(in->view.consts, in->at.argument);
    push(in, node ? make(in, EXPR_CONST, node, 0) : EXPR_NUMBER_UNKNOWN);
}

static void push_local(struct interpreter *in, uint32_t local)
{
    push(in, local < in->local_count ? in->locals[local] : EXPR_NUMBER_UNKNOWN);
}

static void load_fast(struct interpreter *in) { push_local(in, in->at.argument); }

static void load_fast_fast(struct interpreter *in)
{
    push_local(in, in->at.argument >> 4);
    push_local(in, in->at.argument & 15);
}

/* The variable by name, and what this function itself puts into it. */
static void load_cell(struct interpreter *in)
{
    uint32_t cell = in->at.argument, name = cell_name(in, cell);
    uint32_t here = cell < in->cell_count ? in->any_cell[cell] : EXPR_NUMBER_UNKNOWN;
    push(in, join(in, name ? make(in, EXPR_CELL, name, 0) : EXPR_NUMBER_UNKNOWN, here));
}

static void load_cell_of_class(struct interpreter *in)
{
    drop(in, 1);
    load_cell(in);
}

/* LOAD_GLOBAL with its flag also pushes the empty place: before the value, from 3.13 on behind it. */
static void load_global(struct interpreter *in)
{
    bool null_first = in->at.flags && in->set->minor < 13, null_last = in->at.flags && !null_first;
    if (null_first)
        push_null(in);
    push(in, make(in, EXPR_GLOBAL, name_at(in, in->at.argument), 0));
    if (null_last)
        push_null(in);
}

static void load_name(struct interpreter *in)
{
    drop(in, in->at.kind->pops);
    push(in, make(in, EXPR_GLOBAL, name_at(in, in->at.argument), 0));
}

static void load_method(struct interpreter *in)
{
    uint32_t object = pop(in);
    push(in, make(in, EXPR_ATTR, object, name_at(in, in->at.argument)));
    push_null(in);
}

static void load_attr(struct interpreter *in)
{
    if (in->at.flags) {
        load_method(in);
        return;
    }
    uint32_t object = pop(in);
    push(in, make(in, EXPR_ATTR, object, name_at(in, in->at.argument)));
}

/* super().name: the same attribute of self, as far as data go. */
static void load_super_attr(struct interpreter *in)
{
    uint32_t self = pop(in);
    drop(in, 2);
    push(in, make(in, EXPR_ATTR, self, name_at(in, in->at.argument)));
    if (in->at.flags & 1)
        push_null(in);
}

static void import_from(struct interpreter *in)
{
    uint32_t module = pop(in);
    push(in, module);
    push(in, make(in, EXPR_ATTR, module, name_at(in, in->at.argument)));
}

/* ---- items and iteration ---- */

static void load_item(struct interpreter *in)
{
    uint32_t key = pop(in), container = pop(in);
    bool is_globals = in->exprs[container].kind == EXPR_CALL && is_global(in, in->exprs[container].a, NAME_GLOBALS);
    if (in->exprs[key].kind == EXPR_SLICE)
        push(in, make(in, EXPR_COPY, container, in->at.offset));
    else if (is_globals && const_node(in, key))
        push(in, make(in, EXPR_GLOBAL, code_index_name_of_node(in->index, const_node(in, key)), 0));
    else
        push(in, make(in, EXPR_ITEM, container, key));
}

static void iterate(struct interpreter *in)
{
    (void)in;   /* an iterator stands for what it goes over */
}

/* What a loop over `iterable` gets each time. */
static uint32_t element_of(struct interpreter *in, uint32_t iterable)
{
    for (unsigned depth = 0; in->exprs[iterable].kind == EXPR_COPY && depth < DEPTH_MAX; depth++)
        iterable = in->exprs[iterable].a;
    const struct expr *expr = &in->exprs[iterable];
    if (expr->kind == EXPR_CALL && is_method(in, expr->a, NAME_VALUES))
        return make(in, EXPR_ITEM, in->exprs[expr->a].a, 0);
    if (expr->kind == EXPR_CALL && is_method(in, expr->a, NAME_ITEMS))
        return make(in, EXPR_PAIR, in->exprs[expr->a].a, 0);
    return means_nothing(iterable) ? EXPR_NUMBER_UNKNOWN : make(in, EXPR_ITEM, iterable, 0);
}

static void next_element(struct interpreter *in)
{
    const uint32_t *top = peek(in, 1);
    push(in, element_of(in, top ? *top : EXPR_NUMBER_UNKNOWN));
}

/* The first element ends on top. Of a dict's pair the second one is the value. */
static void unpack(struct interpreter *in)
{
    uint32_t sequence = pop(in), count = instruction_pushes(&in->at);
    bool pair = in->exprs[sequence].kind == EXPR_PAIR && count == 2;
    if (pair) {
        push(in, make(in, EXPR_ITEM, in->exprs[sequence].a, 0));
        push_unknown(in, 1);
        return;
    }
    push_unknown(in, count < STACK_MAX ? count : STACK_MAX);
}

static void unpack_ex(struct interpreter *in)
{
    uint32_t count = (in->at.argument & 0xff) + (in->at.argument >> 8) + 1;
    drop(in, 1);
    push_unknown(in, count < STACK_MAX ? count : STACK_MAX);
}

/* ---- shuffling ---- */

static void copy_nth(struct interpreter *in, uint32_t n)
{
    const uint32_t *place = peek(in, n);
    push(in, place ? *place : EXPR_NUMBER_UNKNOWN);
}

static void copy_top(struct interpreter *in) { copy_nth(in, 1); }
static void copy_arg(struct interpreter *in) { copy_nth(in, in->at.argument); }

static void copy_two(struct interpreter *in)
{
    copy_nth(in, 2);
    copy_nth(in, 2);
}

static void swap(struct interpreter *in)
{
    uint32_t *top = peek(in, 1), *other = peek(in, in->at.argument);
    if (!top || !other)
        return;
    uint32_t value = *top;
    *top = *other;
    *other = value;
}

/* The top goes below the n - 1 others. */
static void rotate_by(struct interpreter *in, uint32_t n)
{
    uint32_t *lowest = peek(in, n), *top = peek(in, 1);
    if (!lowest || n < 2)
        return;
    uint32_t value = *top;
    memmove(lowest + 1, lowest, (n - 1) * sizeof(*lowest));
    *lowest = value;
}

static void rotate(struct interpreter *in) { rotate_by(in, in->at.kind->pops); }
static void rotate_arg(struct interpreter *in) { rotate_by(in, in->at.argument); }
static void keep(struct interpreter *in) { (void)in; }

/* ---- makers ---- */

static void build_display(struct interpreter *in)
{
    unsigned count = instruction_pops(&in->at);
    drop(in, count);
    push(in, make(in, count ? EXPR_FRESH : EXPR_EMPTY, in->at.offset, 0));
}

static void build_slice(struct interpreter *in)
{
    drop(in, instruction_pops(&in->at));
    push(in, make(in, EXPR_SLICE, 0, 0));
}

/* Up to 3.10 the qualified name lies on top of the code object. */
static void make_function(struct interpreter *in)
{
    if (in->at.kind->pops == 2)
        drop(in, 1);
    uint32_t code = const_node(in, pop(in));
    drop(in, instruction_pops(&in->at) - in->at.kind->pops);
    push(in, code ? make(in, EXPR_FUNCTION, code, 0) : EXPR_NUMBER_UNKNOWN);
}

static void set_function_attribute(struct interpreter *in)
{
    uint32_t function = pop(in);
    drop(in, 1);
    push(in, function);
}

static void import_name(struct interpreter *in)
{
    drop(in, 2);
    push(in, make(in, EXPR_MODULE, name_at(in, in->at.argument), 0));
}

/* ---- stores ---- */

static void store_local(struct interpreter *in, uint32_t local)
{
    uint32_t value = pop(in);
    if (local >= in->local_count)
        return;
    in->locals[local] = value;
    uint32_t any = join(in, in->any_local[local], value);
    in->changed |= any != in->any_local[local];
    in->any_local[local] = any;
    record(in, EVENT_STORE_FAST, EXPR_NUMBER_UNKNOWN, value)->name = local;
}

static void store_fast(struct interpreter *in) { store_local(in, in->at.argument); }

static void store_fast_load_fast(struct interpreter *in)
{
    store_local(in, in->at.argument >> 4);
    push_local(in, in->at.argument & 15);
}

static void store_fast_store_fast(struct interpreter *in)
{
    store_local(in, in->at.argument >> 4);
    store_local(in, in->at.argument & 15);
}

static void store_cell(struct interpreter *in)
{
    uint32_t cell = in->at.argument, value = pop(in);
    if (cell >= in->cell_count)
        return;
    uint32_t any = join(in, in->any_cell[cell], value);
    in->changed |= any != in->any_cell[cell];
    in->any_cell[cell] = any;
    record(in, EVENT_STORE_CELL, EXPR_NUMBER_UNKNOWN, value)->name = cell_name(in, cell);
}

static void store_global(struct interpreter *in)
{
    record(in, EVENT_STORE_GLOBAL, EXPR_NUMBER_UNKNOWN, pop(in))->name = name_at(in, in->at.argument);
}

/* In a class body the name is the class', not the module's. */
static void store_name(struct interpreter *in)
{
    uint32_t value = pop(in);
    if (in->index->facts[in->row].top_level)
        record(in, EVENT_STORE_GLOBAL, EXPR_NUMBER_UNKNOWN, value)->name = name_at(in, in->at.argument);
}

static void store_attr(struct interpreter *in)
{
    uint32_t object = pop(in);
    record(in, EVENT_STORE_ATTR, object, pop(in))->name = name_at(in, in->at.argument);
}

static void store_item(struct interpreter *in)
{
    uint32_t key = pop(in), container = pop(in), value = pop(in);
    enum event_kind kind = in->exprs[key].kind == EXPR_SLICE ? EVENT_STORE_SLICE : EVENT_STORE_ITEM;
    record(in, kind, container, value)->key = key;
}

static void store_slice(struct interpreter *in)
{
    drop(in, 2);
    uint32_t container = pop(in);
    record(in, EVENT_STORE_SLICE, container, pop(in));
}

/* A container stays what it is; so the result is the left operand. */
static void inplace(struct interpreter *in)
{
    uint32_t value = pop(in), target = pop(in);
    record(in, EVENT_INPLACE, target, value);
    push(in, target);
}

/* Argument of BINARY_OP: Include/opcode.h, NB_INPLACE_ADD and so on, from 3.11 on. */
enum { INPLACE_ADD = 13, INPLACE_MULTIPLY = 18, INPLACE_OR = 20, INPLACE_XOR = 25 };

static void binary_op(struct interpreter *in)
{
    uint32_t operation = in->at.argument;
    if (operation == INPLACE_ADD || operation == INPLACE_MULTIPLY || operation == INPLACE_OR || operation == INPLACE_XOR) {
        inplace(in);
        return;
    }
    drop(in, 2);
    push_unknown(in, 1);
}

static void add_element(struct interpreter *in)
{
    uint32_t value = pop(in);
    drop(in, in->at.kind->pops - 1u);
    const uint32_t *container = peek(in, in->at.argument);
    record(in, EVENT_ADD, container ? *container : EXPR_NUMBER_UNKNOWN, value);
}

static void set_keywords(struct interpreter *in)
{
    in->keywords = node_run_get(in->view.consts, in->at.argument);
}

static void return_value(struct interpreter *in) { record(in, EVENT_RETURN, EXPR_NUMBER_UNKNOWN, pop(in)); }
static void return_const(struct interpreter *in) { (void)in; }

static void other(struct interpreter *in)
{
    drop(in, instruction_pops(&in->at));
    push_unknown(in, instruction_pushes(&in->at));
}

static void (*const actions[ACTION_COUNT])(struct interpreter *) = {
    [ACTION_NONE] = other,
    [ACTION_NULL] = push_null,
    [ACTION_CONST] = load_const,
    [ACTION_FAST] = load_fast,
    [ACTION_FAST_FAST] = load_fast_fast,
    [ACTION_CELL] = load_cell,
    [ACTION_CELL_OF_CLASS] = load_cell_of_class,
    [ACTION_GLOBAL] = load_global,
    [ACTION_NAME] = load_name,
    [ACTION_ATTR] = load_attr,
    [ACTION_METHOD] = load_method,
    [ACTION_SUPER_ATTR] = load_super_attr,
    [ACTION_ITEM] = load_item,
    [ACTION_ITERATE] = iterate,
    [ACTION_NEXT] = next_element,
    [ACTION_UNPACK] = unpack,
    [ACTION_UNPACK_EX] = unpack_ex,
    [ACTION_COPY_TOP] = copy_top,
    [ACTION_COPY_TWO] = copy_two,
    [ACTION_COPY] = copy_arg,
    [ACTION_SWAP] = swap,
    [ACTION_ROTATE] = rotate,
    [ACTION_ROTATE_ARG] = rotate_arg,
    [ACTION_KEEP] = keep,
    [ACTION_DISPLAY] = build_display,
    [ACTION_SLICE] = build_slice,
    [ACTION_FUNCTION] = make_function,
    [ACTION_FUNCTION_ATTRIBUTE] = set_function_attribute,
    [ACTION_IMPORT] = import_name,
    [ACTION_IMPORT_FROM] = import_from,
    [ACTION_STORE_FAST] = store_fast,
    [ACTION_STORE_FAST_LOAD_FAST] = store_fast_load_fast,
    [ACTION_STORE_FAST_STORE_FAST] = store_fast_store_fast,
    [ACTION_STORE_CELL] = store_cell,
    [ACTION_STORE_GLOBAL] = store_global,
    [ACTION_STORE_NAME] = store_name,
    [ACTION_STORE_ATTR] = store_attr,
    [ACTION_STORE_ITEM] = store_item,
    [ACTION_STORE_SLICE] = store_slice,
    [ACTION_INPLACE] = inplace,
    [ACTION_BINARY_OP] = binary_op,
    [ACTION_ADD] = add_element,
    [ACTION_KW_NAMES] = set_keywords,
    [ACTION_CALL] = call_plain,
    [ACTION_CALL_METHOD] = call_pair,
    [ACTION_CALL_KW] = call_with_keywords,
    [ACTION_CALL_PAIR] = call_pair,
    [ACTION_CALL_PAIR_KW] = call_pair_with_keywords,
    [ACTION_CALL_EX] = call_spread,
    [ACTION_RETURN] = return_value,
    [ACTION_RETURN_CONST] = return_const,
};

/* ---- states ---- */

static struct state *state_of(struct interpreter *in, uint32_t offset)
{
    uint32_t number = in->state_at[offset / 2];
    return number ? &in->states[number - 1] : NULL;
}

static struct state *add_state(struct interpreter *in, uint32_t offset, uint32_t depth)
{
    uint32_t size = in->local_count + depth;
    if (in->slot_count + size > STATE_SLOTS_MAX) {
        in->partial = true;
        return NULL;
    }
    while (in->slot_count + size > in->slot_capacity)
        if (!grow(in, &in->slots, in->slot_capacity, &in->slot_capacity, sizeof(*in->slots)))
            return NULL;
    if (!grow(in, &in->states, in->state_count, &in->state_capacity, sizeof(*in->states)))
        return NULL;
    struct state *state = &in->states[in->state_count++];
    *state = (struct state){.first_slot = in->slot_count, .depth = depth};
    memset(in->slots + in->slot_count, 0, size * sizeof(*in->slots));
    in->slot_count += size;
    in->state_at[offset / 2] = in->state_count;
    in->changed = true;
    return state;
}

static void join_slot(struct interpreter *in, uint32_t *slot, uint32_t value)
{
    uint32_t joined = join(in, *slot, value);
    in->changed |= joined != *slot;
    *slot = joined;
}

/* A way arrives at `offset` with these values. A stack of another depth than the first one's counts from the bottom. */
static void arrive(struct interpreter *in, uint32_t offset, const uint32_t *locals, const uint32_t *stack, uint32_t depth)
{
    if (offset / 2 >= in->unit_count)
        return;
    struct state *state = state_of(in, offset);
    if (!state)
        state = add_state(in, offset, depth);
    if (!state)
        return;
    in->work += in->local_count + depth;
    uint32_t *slots = in->slots + state->first_slot;
    for (uint32_t i = 0; i < in->local_count; i++)
        join_slot(in, &slots[i], locals[i]);
    for (uint32_t i = 0; i < state->depth && i < depth; i++)
        join_slot(in, &slots[in->local_count + i], stack[i]);
}

static void load_state(struct interpreter *in, const struct state *state)
{
    const uint32_t *slots = in->slots + state->first_slot;
    if (in->local_count)
        memcpy(in->locals, slots, in->local_count * sizeof(*slots));
    memcpy(in->stack, slots + in->local_count, state->depth * sizeof(*slots));
    in->depth = state->depth;
    in->live = true;
}

/* No known way leads here: whatever the locals are anywhere, they may be here. */
static void load_anything(struct interpreter *in)
{
    if (in->local_count)
        memcpy(in->locals, in->any_local, in->local_count * sizeof(*in->locals));
    in->depth = 0;
    in->live = true;
}

static void enter_offset(struct interpreter *in, uint32_t offset)
{
    if (in->live && state_of(in, offset))
        arrive(in, offset, in->locals, in->stack, in->depth);
    const struct state *state = state_of(in, offset);
    if (state)
        load_state(in, state);
    else if (!in->live)
        load_anything(in);
}

/* The way to a jump's target, from the state before the instruction. */
static void branch(struct interpreter *in)
{
    const struct instruction_kind *kind = in->at.kind;
    uint32_t depth = in->depth > kind->branch_pops ? in->depth - kind->branch_pops : 0, target_depth = depth + kind->branch_pushes;
    if (target_depth > STACK_MAX)
        return;
    uint32_t saved[8];
    memcpy(saved, in->stack + depth, kind->branch_pushes * sizeof(*saved));
    memset(in->stack + depth, 0, kind->branch_pushes * sizeof(*saved));
    arrive(in, in->at.target, kind->handler ? in->any_local : in->locals, in->stack, target_depth);
    memcpy(in->stack + depth, saved, kind->branch_pushes * sizeof(*saved));
}

static void next_range(struct interpreter *in)
{
    in->more_ranges = exception_range_next(in->view.code->exceptions, &in->range_position, &in->range);
}

/* The way from a protected range that begins here to its handler: the stack up to the range's depth, an offset, the exception. */
static void enter_handler(struct interpreter *in)
{
    uint32_t depth = in->range.depth < in->depth ? in->range.depth : in->depth, above = in->range.pushes_offset + 1u;
    if (depth + above > STACK_MAX)
        return;
    uint32_t saved[2];
    memcpy(saved, in->stack + depth, above * sizeof(*saved));
    memset(in->stack + depth, 0, above * sizeof(*saved));
    arrive(in, in->range.handler, in->any_local, in->stack, depth + above);
    memcpy(in->stack + depth, saved, above * sizeof(*saved));
}

/* The ranges that begin here; the table is in the order of their starts. */
static void enter_ranges(struct interpreter *in, uint32_t offset)
{
    for (; in->more_ranges && in->range.start <= offset; next_range(in))
        if (in->range.start == offset)
            enter_handler(in);
}

/* ---- sweeps ---- */

static void close_block(struct interpreter *in)
{
    for (uint32_t i = in->block_event; i < in->event_count; i++)
        in->events[i].executed = in->block_has_evidence ? in->block_evidence : EXECUTION_UNKNOWN;
    in->block_event = in->event_count;
    in->block_has_evidence = false;
    in->block_evidence = EXECUTION_NEVER;
}

static void note_evidence(struct interpreter *in)
{
    if (in->at.executed == EXECUTION_UNKNOWN)
        return;
    in->block_has_evidence = true;
    if (in->at.executed > in->block_evidence)
        in->block_evidence = in->at.executed;
}

static void step(struct interpreter *in)
{
    note_evidence(in);
    if (in->at.kind->jump && in->at.target != UINT32_MAX)
        branch(in);
    actions[in->at.kind->action](in);
    if (in->at.kind->stops)
        in->live = false;
    if (in->at.kind->stops || in->at.kind->jump)
        close_block(in);
}

static void begin_sweep(struct interpreter *in)
{
    for (uint32_t i = 0; i < in->local_count; i++)
        in->locals[i] = i < in->view.parameter_count ? make(in, EXPR_PARAM, i, 0) : EXPR_NUMBER_UNKNOWN;
    in->depth = 0;
    in->live = true;
    in->changed = false;
    in->range_position = 0;
    next_range(in);
    close_block(in);
}

static void sweep(struct interpreter *in)
{
    begin_sweep(in);
    for (uint32_t offset = 0;; offset = in->at.next) {
        enum instruction_state state = instruction_read(in->set, in->view.code, offset, &in->at);
        in->partial |= state == INSTRUCTION_UNKNOWN || in->work > WORK_MAX;
        if (state != INSTRUCTION_READ || in->no_memory || in->work > WORK_MAX)
            break;
        if (state_of(in, offset))
            close_block(in);
        enter_offset(in, offset);
        enter_ranges(in, offset);
        step(in);
    }
    close_block(in);
}

/* ---- loops ---- */

/* Events inside the span of a backward jump. The states are done with: state_at counts the spans that begin less those that end. */
static void mark_loops(struct interpreter *in)
{
    struct instruction at;
    memset(in->state_at, 0, in->unit_count * sizeof(*in->state_at));
    for (uint32_t offset = 0; instruction_read(in->set, in->view.code, offset, &at) == INSTRUCTION_READ; offset = at.next) {
        if (!at.kind->jump || at.target > offset || at.offset / 2 + 1 >= in->unit_count)
            continue;
        in->state_at[at.target / 2]++;
        in->state_at[at.offset / 2 + 1]--;
    }
    for (uint32_t unit = 1; unit < in->unit_count; unit++)
        in->state_at[unit] += in->state_at[unit - 1];
    for (uint32_t i = 0; i < in->event_count; i++)
        in->events[i].in_loop = in->state_at[in->events[i].offset / 2] != 0;
}

/* ---- life ---- */

static void deinit(struct interpreter *in)
{
    void *const arrays[] = {in->exprs, in->expr_slots, in->events, in->args, in->locals, in->any_local, in->any_cell, in->states, in->state_at, in->slots};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        free(arrays[i]);
    free(in);
}

static void init_variables(struct interpreter *in)
{
    for (uint32_t i = 0; i < in->view.parameter_count; i++)
        in->any_local[i] = make(in, EXPR_PARAM, i, 0);
    for (uint32_t cell = 0; cell < in->cell_count; cell++) {
        uint32_t parameter = code_view_parameter_of_cell(&in->view, cell);
        if (parameter != UINT32_MAX)
            in->any_cell[cell] = make(in, EXPR_PARAM, parameter, 0);
    }
}

static enum wh_status init(struct interpreter *in, struct wh_error *error)
{
    static const char purpose[] = "reading bytecode";
    const struct heap_code *code = in->view.code;
    in->local_count = code_view_local_count(&in->view);
    in->cell_count = code_view_cell_count(&in->view);
    in->unit_count = (uint32_t)((code->bytecode.length < INT32_MAX ? code->bytecode.length : INT32_MAX) / 2);
    enum wh_status status = array_alloc_zeroed(in->local_count, sizeof(uint32_t), purpose, error, &in->locals);
    if (!status)
        status = array_alloc_zeroed(in->local_count, sizeof(uint32_t), purpose, error, &in->any_local);
    if (!status)
        status = array_alloc_zeroed(in->cell_count, sizeof(uint32_t), purpose, error, &in->any_cell);
    if (!status)
        status = array_alloc_zeroed((size_t)in->unit_count + 1, sizeof(uint32_t), purpose, error, &in->state_at);
    if (!status)
        status = array_alloc_zeroed(64, sizeof(*in->exprs), purpose, error, &in->exprs);
    if (status)
        return status;
    in->expr_capacity = 64;
    in->expr_count = FIRST_EXPR;
    in->exprs[EXPR_NUMBER_NULL].kind = EXPR_NULL;
    init_variables(in);
    return WH_OK;
}

static void interpret(struct interpreter *in)
{
    for (unsigned n = 0; n < SWEEPS_MAX; n++) {
        sweep(in);
        if (!in->changed || in->no_memory)
            break;
    }
    in->recording = true;
    sweep(in);
    mark_loops(in);
}

/* Hands the arrays over. */
static enum wh_status finish(struct interpreter *in, struct wh_error *error, struct code_flow **ret)
{
    struct code_flow *flow;
    if (in->no_memory)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory while reading bytecode");
    enum wh_status status = array_alloc_zeroed(1, sizeof(*flow), "dataflow", error, &flow);
    if (status)
        return status;
    *flow = (struct code_flow){.expr_count = in->expr_count, .exprs = in->exprs, .event_count = in->event_count, .events = in->events,
                               .arg_count = in->arg_count, .args = in->args, .partial = in->partial};
    in->exprs = NULL;
    in->events = NULL;
    in->args = NULL;
    status = expr_values(in->index, in->row, flow, error);
    if (status) {
        code_flow_destroy(flow);
        return status;
    }
    *ret = flow;
    return WH_OK;
}

enum wh_status code_flow_create(struct code_index *index, uint32_t row, struct wh_error *error, struct code_flow **ret)
{
    struct interpreter *in;
    *ret = NULL;
    enum wh_status status = array_alloc_zeroed(1, sizeof(*in), "reading bytecode", error, &in);
    if (status)
        return status;
    in->index = index;
    in->row = row;
    in->set = &index->instructions;
    code_view_init(index->heap, &index->heap->codes[row], &in->view);
    status = init(in, error);
    if (!status) {
        interpret(in);
        status = finish(in, error, ret);
    }
    deinit(in);
    return status;
}

void code_flow_destroy(struct code_flow *flow)
{
    if (!flow)
        return;
    free(flow->exprs);
    free(flow->values);
    free(flow->events);
    free(flow->args);
    free(flow);
}
