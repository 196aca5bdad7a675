/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of code_flow: an interpreter's state, shared by the three files that work on it. */
#ifndef WHOHOLDS_LIB_FLOW_INTERPRETER_H
#define WHOHOLDS_LIB_FLOW_INTERPRETER_H

#include "code/code_flow.h"

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

/* flow_exprs.c */

/* Makes room for one more element of *(T **)array_pointer; false without memory. */
bool flow_grow(struct interpreter *in, void *array_pointer, uint32_t count, uint32_t *capacity, size_t size);

/* The number of an expression, new or already known. One that nests too deep loses its operand. */
uint32_t flow_make(struct interpreter *in, enum expr_kind kind, uint32_t a, uint32_t b);

/* Either of two: what is known of one side stands, even if nothing is known of the other. */
uint32_t flow_join(struct interpreter *in, uint32_t old, uint32_t new);

static inline bool means_nothing(uint32_t expr) { return expr < FIRST_EXPR; }

/* flow_actions.c: the instruction in->at, as far as it goes on to the next one. */
void flow_act(struct interpreter *in);

#endif
