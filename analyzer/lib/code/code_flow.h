/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a code object does with values: its bytecode interpreted once over symbolic expressions.
 *
 * Expressions are shared (equal ones have one number) and each comes after its operands, so that one loop over them evaluates them all.
 * Events are what matters to somebody who asks where things are put: calls, stores, returns. The interpretation is a *may*
 * analysis: at a join, a variable is either of what it was on the ways there. It is bounded; what is beyond a bound is EXPR_UNKNOWN.
 */
#ifndef WHOHOLDS_LIB_CODE_FLOW_H
#define WHOHOLDS_LIB_CODE_FLOW_H

#include "code/code_index.h"

enum expr_kind {
    EXPR_UNKNOWN,    /* number 0 */
    EXPR_NULL,       /* number 1: the empty place of the calling convention */
    EXPR_CONST,      /* a: node */
    EXPR_PARAM,      /* a: local number */
    EXPR_CELL,       /* a: name; a variable of an enclosing function, or one that nested functions share */
    EXPR_GLOBAL,     /* a: name */
    EXPR_MODULE,     /* a: name; an imported module */
    EXPR_ATTR,       /* a: object, b: name */
    EXPR_ITEM,       /* a: container, b: key or EXPR_UNKNOWN */
    EXPR_INNER,      /* a: container; an item of it, or of that, and so on: what a loop goes down to */
    EXPR_PAIR,       /* a: dict; a (key, value) out of it */
    EXPR_COPY,       /* a: iterable, b: offset; list(x), sorted(x) */
    EXPR_FRESH,      /* a: offset; a container made here, b: of so many values; 0: not known */
    EXPR_EMPTY,      /* a: offset; the same, without contents */
    EXPR_SLICE,      /* slice object */
    EXPR_CALL,       /* a: callee, b: offset */
    EXPR_FUNCTION,   /* a: node of its code */
    EXPR_EITHER,     /* a, b */
};

struct expr {
    uint32_t kind : 8, depth : 24;
    uint32_t a, b;
};

enum event_kind {
    EVENT_CALL,          /* target: callee; arguments */
    EVENT_STORE_ITEM,    /* target[key] = value */
    EVENT_STORE_SLICE,
    EVENT_INPLACE,       /* target op= value */
    EVENT_ADD,           /* a comprehension's or display's element */
    EVENT_STORE_ATTR,    /* target.name = value */
    EVENT_STORE_GLOBAL,  /* name = value; also a module body's names */
    EVENT_STORE_CELL,    /* name = value, a variable shared with nested functions */
    EVENT_STORE_FAST,    /* local number name = value */
    EVENT_RETURN,        /* value */
    EVENT_ELEMENT,       /* value is number `name` of the tuple target */
    EVENT_DELETE_ITEM,   /* del target[key] */
    EVENT_RAISE,         /* value: that exception */
    EVENT_LOAD_ITEM,     /* target[key]: a defaultdict stores what it lacks */
    EVENT_PART,          /* target was made of value and of something else: value + x, value | x, (*value, x) */
};

struct event {
    enum event_kind kind;
    enum execution executed;    /* the best evidence in the basic block */
    bool in_loop, spread;       /* spread: called with *args; the one argument is args, a tuple */
    uint32_t offset, target, value, name;
    uint32_t key;               /* expression */
    uint32_t first_argument, argument_count;   /* args[]: positional first */
    uint32_t keywords;          /* node of a tuple: the names of the last arguments, HEAP_NULL if there are none */
};

/* What an expression is known to be in the snapshot. */
struct expr_value {
    uint32_t node;   /* this very object, HEAP_NULL if not known */
    uint32_t type;   /* its type, TYPE_NONE if not known */
};

struct code_flow {
    uint32_t expr_count;   struct expr *exprs;   struct expr_value *values;
    uint32_t event_count;  struct event *events;
    uint32_t arg_count;    uint32_t *args;
    bool partial;          /* an unknown instruction or a bound: the end of the code was not read */
};

enum wh_status code_flow_create(struct code_index *index, uint32_t row, struct wh_error *error, struct code_flow **ret) WH_MUST_USE;
void code_flow_destroy(struct code_flow *flow);

/* The alternatives of an expression: EITHER taken apart. At most EXPR_LEAVES_MAX. */
enum { EXPR_LEAVES_MAX = 4 };
unsigned code_flow_leaves(const struct expr *exprs, uint32_t expr, uint32_t ret[EXPR_LEAVES_MAX]);

#endif
