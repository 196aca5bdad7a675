/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code_flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "code/expr_value.h"
#include "code/flow_interpreter.h"

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
        if (!flow_grow(in, &in->slots, in->slot_capacity, &in->slot_capacity, sizeof(*in->slots)))
            return NULL;
    if (!flow_grow(in, &in->states, in->state_count, &in->state_capacity, sizeof(*in->states)))
        return NULL;
    struct state *state = &in->states[in->state_count++];
    *state = (struct state){.first_slot = in->slot_count, .depth = depth};
    if (size)
        memset(in->slots + in->slot_count, 0, size * sizeof(*in->slots));
    in->slot_count += size;
    in->state_at[offset / 2] = in->state_count;
    in->changed = true;
    return state;
}

static void join_slot(struct interpreter *in, uint32_t *slot, uint32_t value)
{
    uint32_t joined = flow_join(in, *slot, value);
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
    if (state->depth)
        memcpy(in->stack, slots + in->local_count, state->depth * sizeof(*slots));
    in->depth = state->depth;
    in->live = true;
}

static void enter_offset(struct interpreter *in, uint32_t offset)
{
    if (in->live && state_of(in, offset))
        arrive(in, offset, in->locals, in->stack, in->depth);
    const struct state *state = state_of(in, offset);
    if (state)
        load_state(in, state);
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
    if (kind->action != ACTION_SEND)   /* it leaves what was awaited where that lay */
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
        if (in->range.start == offset && in->live)
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
    flow_act(in);
    if (in->at.kind->stops)
        in->live = false;
    if (in->at.kind->stops || in->at.kind->jump)
        close_block(in);
}

static void begin_sweep(struct interpreter *in)
{
    for (uint32_t i = 0; i < in->local_count; i++)
        in->locals[i] = i < in->view.parameter_count ? flow_make(in, EXPR_PARAM, i, 0) : EXPR_NUMBER_UNKNOWN;
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
        if (in->live)   /* else no known way leads here (yet) */
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
        if (!at.kind->jump || at.target > offset)
            continue;
        in->state_at[at.target / 2]++;
        if (at.offset / 2 + 1 < in->unit_count)   /* an endless loop ends the code */
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
    void *const arrays[] = {in->exprs, in->expr_slots, in->events, in->args, in->locals, in->any_local,
                            in->any_cell, in->states, in->state_at, in->slots};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        free(arrays[i]);
    free(in);
}

static void init_variables(struct interpreter *in)
{
    for (uint32_t i = 0; i < in->view.parameter_count; i++)
        in->any_local[i] = flow_make(in, EXPR_PARAM, i, 0);
    for (uint32_t cell = 0; cell < in->cell_count; cell++) {
        uint32_t parameter = code_view_parameter_of_cell(&in->view, cell);
        if (parameter != UINT32_MAX)
            in->any_cell[cell] = flow_make(in, EXPR_PARAM, parameter, 0);
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
