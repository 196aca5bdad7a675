/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kind of instruction does to stack, locals and expressions. */
#include <string.h>

#include "code/flow_interpreter.h"
#include "heap/known_names.h"

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
    if (!in->recording || in->event_count >= EVENTS_MAX ||
        !flow_grow(in, &in->events, in->event_count, &in->event_capacity, sizeof(struct event)))
        return &in->discarded;
    struct event *event = &in->events[in->event_count++];
    *event = (struct event){.kind = kind, .executed = EXECUTION_UNKNOWN, .offset = in->at.offset, .target = target, .value = value};
    return event;
}

static void add_argument(struct interpreter *in, uint32_t expr)
{
    if (in->recording && flow_grow(in, &in->args, in->arg_count, &in->arg_capacity, sizeof(*in->args)))
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

static uint32_t name_of_const(struct interpreter *in, uint32_t expr)
{
    return code_index_name_of_node(in->index, const_node(in, expr));
}

/* container[key]; of the dict in which an object keeps its attributes, or a module its globals, the attribute or global. */
static uint32_t item_of(struct interpreter *in, uint32_t container, uint32_t key)
{
    const struct expr *expr = &in->exprs[container];
    uint32_t name = const_node(in, key) ? name_of_const(in, key) : NAME_NONE;
    if (name && is_method(in, container, NAME_DICT))
        return flow_make(in, EXPR_ATTR, expr->a, name);
    if (name && expr->kind == EXPR_CALL && is_global(in, expr->a, NAME_GLOBALS))
        return flow_make(in, EXPR_GLOBAL, name, 0);
    return flow_make(in, EXPR_ITEM, container, key);
}

/* What a call gives, where that is known of the callee by name. */
static uint32_t call_result(struct interpreter *in, uint32_t callee, const uint32_t *arguments, uint32_t count)
{
    if (takes_item(in, callee))
        return item_of(in, in->exprs[callee].a, first_of(arguments, count));
    if (copies_its_argument(in, callee) && count)
        return flow_make(in, EXPR_COPY, first_of(arguments, count), in->at.offset);
    if (is_global(in, callee, NAME_CAST) && count == 2)   /* typing.cast(T, x) is x */
        return arguments[1];
    if (is_global(in, callee, NAME_TYPE) && count == 1)
        return flow_make(in, EXPR_ATTR, arguments[0], NAME_CLASS);
    if (is_global(in, callee, NAME_GETATTR) && count >= 2)
        return flow_make(in, EXPR_ATTR, arguments[0], const_node(in, arguments[1]) ? name_of_const(in, arguments[1]) : NAME_ANY_ATTRIBUTE);
    if (is_global(in, callee, NAME_VARS) && count == 1)
        return flow_make(in, EXPR_ATTR, arguments[0], NAME_DICT);
    if (is_global(in, callee, NAME_ENUMERATE) && count)
        return flow_make(in, EXPR_CALL, flow_make(in, EXPR_ATTR, first_of(arguments, count), NAME_ITEMS), in->at.offset);
    return flow_make(in, EXPR_CALL, callee, in->at.offset);
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

/* f(*args, **kwargs): the one argument that is recorded is args. From 3.14 on there always is a place for kwargs. */
static void call_spread(struct interpreter *in)
{
    unsigned below = instruction_pops(&in->at);
    bool keywords = in->set->minor >= 14 || in->at.argument & 1, whole = in->depth >= below;
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
    push(in, node ? flow_make(in, EXPR_CONST, node, 0) : EXPR_NUMBER_UNKNOWN);
}

/* 3.14: the integer is the argument itself. A constant even where the snapshot does not tell which object it is. */
static void load_small_int(struct interpreter *in)
{
    push(in, flow_make(in, EXPR_CONST, code_index_small_int(in->index, in->at.argument), 0));
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
    push(in, flow_join(in, name ? flow_make(in, EXPR_CELL, name, 0) : EXPR_NUMBER_UNKNOWN, here));
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
    push(in, flow_make(in, EXPR_GLOBAL, name_at(in, in->at.argument), 0));
    if (null_last)
        push_null(in);
}

static void load_name(struct interpreter *in)
{
    drop(in, in->at.kind->pops);
    push(in, flow_make(in, EXPR_GLOBAL, name_at(in, in->at.argument), 0));
}

static void load_method(struct interpreter *in)
{
    uint32_t object = pop(in);
    push(in, flow_make(in, EXPR_ATTR, object, name_at(in, in->at.argument)));
    push_null(in);
}

static void load_attr(struct interpreter *in)
{
    if (in->at.flags) {
        load_method(in);
        return;
    }
    uint32_t object = pop(in);
    push(in, flow_make(in, EXPR_ATTR, object, name_at(in, in->at.argument)));
}

/* super().name, as if super were called: its arguments are the method's own class and self. */
static void load_super_attr(struct interpreter *in)
{
    drop(in, 2);
    uint32_t parent = flow_make(in, EXPR_CALL, pop(in), in->at.offset);
    push(in, flow_make(in, EXPR_ATTR, parent, name_at(in, in->at.argument)));
    if (in->at.flags & 1)
        push_null(in);
}

static void import_from(struct interpreter *in)
{
    uint32_t module = pop(in);
    push(in, module);
    push(in, flow_make(in, EXPR_ATTR, module, name_at(in, in->at.argument)));
}

/* ---- items and iteration ---- */

static void load_item(struct interpreter *in)
{
    uint32_t key = pop(in), container = pop(in);
    if (in->exprs[key].kind == EXPR_SLICE) {
        push(in, flow_make(in, EXPR_COPY, container, in->at.offset));
    } else {
        record(in, EVENT_LOAD_ITEM, container, EXPR_NUMBER_UNKNOWN)->key = key;
        push(in, item_of(in, container, key));
    }
}

static void copy_slice(struct interpreter *in)
{
    drop(in, 2);
    push(in, flow_make(in, EXPR_COPY, pop(in), in->at.offset));
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
        return flow_make(in, EXPR_ITEM, in->exprs[expr->a].a, 0);
    if (expr->kind == EXPR_CALL && is_method(in, expr->a, NAME_ITEMS))
        return flow_make(in, EXPR_PAIR, in->exprs[expr->a].a, 0);
    return means_nothing(iterable) ? EXPR_NUMBER_UNKNOWN : flow_make(in, EXPR_ITEM, iterable, 0);
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
        push(in, flow_make(in, EXPR_ITEM, in->exprs[sequence].a, 0));
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
    push(in, flow_make(in, count ? EXPR_FRESH : EXPR_EMPTY, in->at.offset, count));
}

/* What comes of operands that all go into it. */
static void build_of_parts(struct interpreter *in)
{
    uint32_t count = instruction_pops(&in->at), made = flow_make(in, EXPR_FRESH, in->at.offset, 0);
    const uint32_t *parts = pop_arguments(in, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!means_nothing(parts[i]))
            record(in, EVENT_PART, made, parts[i]);
    push(in, made);
}

/* f"{text}" is text, if that is what it is; with a specification it may be anything. */
static void format_value(struct interpreter *in)
{
    unsigned count = instruction_pops(&in->at);
    if (count == 1)
        return;
    drop(in, count);
    push_unknown(in, 1);
}

/* A tuple made of variables often is a bundle of arguments. */
static void build_tuple(struct interpreter *in)
{
    uint32_t count = in->at.argument, tuple = flow_make(in, count ? EXPR_FRESH : EXPR_EMPTY, in->at.offset, 0);
    const uint32_t *elements = pop_arguments(in, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!means_nothing(elements[i]))
            record(in, EVENT_ELEMENT, tuple, elements[i])->name = i;
    push(in, tuple);
}

static void build_slice(struct interpreter *in)
{
    drop(in, instruction_pops(&in->at));
    push(in, flow_make(in, EXPR_SLICE, 0, 0));
}

/* Up to 3.10 the qualified name lies on top of the code object. */
static void make_function(struct interpreter *in)
{
    if (in->at.kind->pops == 2)
        drop(in, 1);
    uint32_t code = const_node(in, pop(in));
    drop(in, instruction_pops(&in->at) - in->at.kind->pops);
    push(in, code ? flow_make(in, EXPR_FUNCTION, code, 0) : EXPR_NUMBER_UNKNOWN);
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
    push(in, flow_make(in, EXPR_MODULE, name_at(in, in->at.argument), 0));
}

/* ---- stores ---- */

static void store_local(struct interpreter *in, uint32_t local)
{
    uint32_t value = pop(in);
    if (local >= in->local_count)
        return;
    in->locals[local] = value;
    uint32_t any = flow_join(in, in->any_local[local], value);
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
    uint32_t any = flow_join(in, in->any_cell[cell], value);
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

static void delete_item(struct interpreter *in)
{
    uint32_t key = pop(in);
    record(in, EVENT_DELETE_ITEM, pop(in), EXPR_NUMBER_UNKNOWN)->key = key;
}

/* A container stays what it is; so the result is the left operand. */
static void inplace(struct interpreter *in)
{
    uint32_t value = pop(in), target = pop(in);
    record(in, EVENT_INPLACE, target, value);
    push(in, target);
}

/* Argument of BINARY_OP: Include/opcode.h, NB_INPLACE_ADD and so on, from 3.11 on. */
enum { ADD = 0, OR = 7, INPLACE_ADD = 13, INPLACE_MULTIPLY = 18, INPLACE_OR = 20, INPLACE_XOR = 25, SUBSCRIPT = 26 };

static void binary_op(struct interpreter *in)
{
    uint32_t operation = in->at.argument;
    if (operation == INPLACE_ADD || operation == INPLACE_MULTIPLY || operation == INPLACE_OR || operation == INPLACE_XOR) {
        inplace(in);
        return;
    }
    if (operation == SUBSCRIPT) {
        load_item(in);
        return;
    }
    if (operation == ADD || operation == OR) {
        build_of_parts(in);
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
/* await f() is what f() returns. */
static void awaited(struct interpreter *in)
{
    drop(in, 1);   /* what the last round gave; the awaited stays */
}

/* raise exception from cause */
static void raise_exception(struct interpreter *in)
{
    uint32_t count = in->at.argument;
    const uint32_t *arguments = pop_arguments(in, &count);
    if (count)
        record(in, EVENT_RAISE, EXPR_NUMBER_UNKNOWN, arguments[0]);
}

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
    [ACTION_SMALL_INT] = load_small_int,
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
    [ACTION_COPY_SLICE] = copy_slice,
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
    [ACTION_PARTS] = build_of_parts,
    [ACTION_TEXT] = format_value,
    [ACTION_TUPLE] = build_tuple,
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
    [ACTION_DELETE_ITEM] = delete_item,
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
    [ACTION_RAISE] = raise_exception,
    [ACTION_SEND] = other,
    [ACTION_AWAITED] = awaited,
    [ACTION_RETURN_CONST] = return_const,
};

void flow_act(struct interpreter *in)
{
    actions[in->at.kind->action](in);
}
