/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/filling_finder.h"

static bool add_step(const struct finder *finder, struct finder_chain *chain, struct caller step)
{
    if (chain->count == CHAIN_MAX)
        return false;
    if (step.in_loop) {
        chain->loop = chain->count;
        chain->looped = true;
    }
    chain->at[chain->count++] = step;
    chain->complete = finder->index->facts[step.row].top_level;
    return !chain->complete;
}

/* A comprehension is called where it is made. */
static enum wh_status find_maker(const struct finder *finder, uint32_t row, struct callers *ret)
{
    uint32_t parent = finder->index->facts[row].parent;
    const struct code_flow *flow;
    enum wh_status status = finder_flow(finder, parent, &flow);
    *ret = (struct callers){.count = 0};
    for (uint32_t i = 0; !status && !ret->count && i < flow->event_count; i++) {
        const struct event *event = &flow->events[i];
        const struct expr *callee = &flow->exprs[event->target];
        if (event->kind == EVENT_CALL && callee->kind == EXPR_FUNCTION && callee->a == finder->heap->codes[row].node)
            *ret = (struct callers){.at = {{parent, event->offset, event->in_loop, event->executed}}, .count = 1, .looped = event->in_loop};
    }
    return status;
}

/* A function inside another one is called by whoever got it from there, as a decorator is: by those who call the outer one. */
enum wh_status finder_drivers(const struct finder *finder, uint32_t row, struct callers *ret)
{
    enum wh_status status = finder_callers(finder, row, ret);
    uint32_t parent = finder->index->facts[row].parent;
    if (!status && !ret->count && parent != CODE_NONE)
        status = find_maker(finder, row, ret);
    if (status || ret->count || parent == CODE_NONE || finder->index->facts[parent].top_level)
        return status;
    return finder_callers(finder, parent, ret);
}

/* Code that adds, and calls what adds, as where a tree's node hands on to its branches: what drives that drives both. */
static void drop_adders(const struct finder *finder, struct callers *callers)
{
    unsigned kept = 0;
    if (callers->unclear || callers->count > CALLERS_KEPT)
        return;
    for (unsigned i = 0; i < callers->count; i++) {
        if (!finder_is_adder(finder, callers->at[i].row))
            callers->at[kept++] = callers->at[i];
    }
    callers->count = kept;
}

/* All calls are in one function: the last of them, and one in a loop if there is any. False if it is not so. */
static bool is_one_caller(const struct callers *callers, struct caller *ret)
{
    if (callers->unclear || !callers->count || callers->count > CALLERS_KEPT)
        return false;
    *ret = callers->at[0];
    for (unsigned i = 1; i < callers->count; i++) {
        if (callers->at[i].row != ret->row)
            return false;
        if (callers->at[i].in_loop >= ret->in_loop)
            *ret = callers->at[i];
    }
    return true;
}

static struct caller first_step(const struct finder *finder, uint32_t row)
{
    struct caller step = {.row = row};
    for (uint32_t i = 0; i < finder->sites->count && !step.in_loop; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (finder_counts(finder, site) && code_index_row(finder->index, site->code_node) == row)
            step = (struct caller){row, site->offset, site->in_loop, site->executed};
    }
    return step;
}

/* On from the last step as the code tells: where each function is called in one place, there is one way. */
static enum wh_status go_on_by_code(const struct finder *finder, struct finder_chain *ret)
{
    enum wh_status status = WH_OK;
    bool more = !ret->complete;
    while (!status && more) {
        struct callers callers;
        struct caller step = ret->at[ret->count - 1];
        status = finder_drivers(finder, step.row, &callers);
        unsigned count = callers.count;
        drop_adders(finder, &callers);
        ret->within = count && !callers.count;
        if (status || !is_one_caller(&callers, &step))
            return status;
        more = add_step(finder, ret, step);
    }
    return status;
}

enum wh_status finder_chain_by_code(const struct finder *finder, uint32_t row, struct finder_chain *ret)
{
    *ret = (struct finder_chain){.count = 0};
    return add_step(finder, ret, first_step(finder, row)) ? go_on_by_code(finder, ret) : WH_OK;
}

/* Where a thread begins, its function was given to it. */
static bool begins_thread(const struct finder *finder, uint32_t row)
{
    struct span name = finder->index->text_of_name[finder->index->facts[row].name];
    return finder->index->facts[row].library && (span_is(name, "_bootstrap") || span_is(name, "_bootstrap_inner"));
}

/* Only so many frames were recorded: what called the outermost of the application's, the code tells. */
static enum wh_status complete_by_code(const struct finder *finder, struct finder_chain *ret)
{
    unsigned kept = ret->count;
    if (ret->complete || !ret->count)
        return WH_OK;
    if (begins_thread(finder, ret->at[kept - 1].row)) {
        while (kept && finder->index->facts[ret->at[kept - 1].row].library)
            kept--;
    }
    if (!kept || finder->index->facts[ret->at[kept - 1].row].library)
        return WH_OK;
    ret->count = kept;
    return go_on_by_code(finder, ret);
}

static void follow_stack(const struct finder *finder, struct finder_chain *ret)
{
    const struct heap_stack *stack = &finder->heap->stacks[finder->ret->growth.majority];
    *ret = (struct finder_chain){.count = 0};
    for (uint32_t i = 0; i < stack->frame_count; i++) {
        const struct heap_stack_frame *frame = &finder->heap->stack_frames[stack->first_frame + i];
        uint32_t row = code_index_row(finder->index, frame->code_node), first, last;
        if (row == CODE_NONE)
            return;
        if (!ret->count && finder->index->facts[row].library)
            continue;
        if (!add_step(finder, ret, (struct caller){row, frame->instruction, finder_loop_around(finder, row, frame->instruction, &first, &last), EXECUTION_SEEN}))
            return;
    }
}

/* As the recorder saw it: the way by which most of it was added. */
enum wh_status finder_chain_by_stack(const struct finder *finder, struct finder_chain *ret)
{
    follow_stack(finder, ret);
    return complete_by_code(finder, ret);
}
