/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table whose keys are always the same grows until all of them have come, and what adds to it goes on running. The recorder tells when a
 * container's store last grew, and when each stack last allocated anything.
 */
#include "holders/filling_finder.h"

/*
 * A container of which one item comes after the other makes room for some more at once: a list for an eighth and some, a dict for as many
 * again, a set for three times as many. If the work for one item grows with their number, as where each request looks at all that have been, the later items take most of
 * the time: 1 − (7/8)², 1 − (1/2)², 1 − (1/4)². So much of it a container may stand still, and grow all the same; and the clock is coarse, as blocks are sampled.
 */
enum { STILL_PERCENT_DICT = 75, STILL_PERCENT_SET = 94, STILL_PERCENT_ALL = 98 /* where what adds may not have been called */, BLOCKS_MIN = 16 };
enum { LIST_ROOM_PERCENT = 13, LIST_ROOM_ITEMS = 8 };

struct span_of_code {
    uint32_t code_node, first, last;
    uint32_t call, called; /* the instruction that calls the next step, and that one's code object; NODE_NONE: it is the last */
    bool dispatches;       /* that instruction calls others, too: a loop over functions adds only while it calls the right one */
};

/* What may add, of one step on the way: its loop; of a function without one all. */
static struct span_of_code span_of_step(const struct finder *finder, const struct finder_chain *chain, unsigned at)
{
    const struct caller *step = &chain->at[at];
    uint32_t called = at ? finder->heap->codes[chain->at[at - 1].row].node : NODE_NONE;
    struct span_of_code span = {finder->heap->codes[step->row].node, 0, UINT32_MAX, step->offset, called, false};
    finder_loop_around(finder, step->row, step->offset, &span.first, &span.last);
    return span;
}

static bool is_in_span(const struct heap_stack_frame *frames, uint32_t at, const struct span_of_code *span)
{
    if (frames[at].code_node != span->code_node || frames[at].instruction < span->first || frames[at].instruction > span->last)
        return false;
    return !span->dispatches || (at && frames[at - 1].code_node == span->called);
}

static void find_dispatch(const struct finder *finder, struct span_of_code *span)
{
    for (uint32_t i = 0; i < finder->heap->stack_count && span->called != NODE_NONE && !span->dispatches; i++) {
        const struct heap_stack *stack = &finder->heap->stacks[i];
        const struct heap_stack_frame *frames = finder->heap->stack_frames + stack->first_frame;
        for (uint32_t at = 1; at < stack->frame_count; at++)
            span->dispatches |= frames[at].code_node == span->code_node && frames[at].instruction == span->call &&
                                frames[at - 1].code_node != span->called;
    }
}

static bool passes(const struct finder *finder, const struct heap_stack *stack, const struct span_of_code *spans, unsigned count)
{
    const struct heap_stack_frame *frames = finder->heap->stack_frames + stack->first_frame;
    for (uint32_t i = 0; i < stack->frame_count; i++) {
        for (unsigned k = 0; k < count; k++) {
            if (is_in_span(frames, i, &spans[k]))
                return true;
        }
    }
    return false;
}

struct run { uint32_t first, last; };

/* From when to when did the code that adds, or a loop of the application that calls it, allocate anything? An event loop runs all there is. */
static struct run time_of_run(const struct finder *finder, const struct finder_chain *chain)
{
    struct span_of_code spans[CHAIN_MAX];
    unsigned count = 0;
    struct run run = {UINT32_MAX, 0};
    for (unsigned i = 0; i < chain->count; i++) {
        if (i == 0 || (chain->at[i].in_loop && !finder->index->facts[chain->at[i].row].library))
            spans[count++] = span_of_step(finder, chain, i);
    }
    for (unsigned i = 0; i < count; i++)
        find_dispatch(finder, &spans[i]);
    for (uint32_t i = 0; i < finder->heap->stack_count; i++) {
        const struct heap_stack *stack = &finder->heap->stacks[i];
        if ((stack->last_serial <= run.last && stack->first_serial >= run.first) || !passes(finder, stack, spans, count))
            continue;
        run.first = stack->first_serial < run.first ? stack->first_serial : run.first;
        run.last = stack->last_serial > run.last ? stack->last_serial : run.last;
    }
    return run;
}

static unsigned percent_of_list(uint64_t length)
{
    uint64_t room = LIST_ROOM_PERCENT + (length ? 100 * LIST_ROOM_ITEMS / length : 100), full = room < 100 ? 100 - room : 0;
    return (unsigned)(100 - full * full / 100);
}

static unsigned percent_needed(const struct finder *finder, uint32_t blocks)
{
    const struct heap *heap = finder->heap;
    uint32_t node = finder->point->node;
    unsigned deviation = 1;
    while (deviation * deviation < blocks)
        deviation++;
    unsigned coarse = 2 * 50 / deviation;   /* two standard deviations of the share of half of the blocks */
    if (heap_is_instance(heap, node, "builtins", "set"))
        return STILL_PERCENT_SET + coarse;
    bool list = heap_is_instance(heap, node, "builtins", "list") && !finder->ret->deep;
    return (list ? percent_of_list(finder->ret->length) : STILL_PERCENT_DICT) + coarse;
}

/* How much of that time it has not grown; 0 if it may have. */
static unsigned percent_still(const struct finder *finder, struct run run)
{
    uint32_t grown = finder->ret->growth.serial;
    if (run.first > grown || run.last < grown + BLOCKS_MIN)
        return 0;
    unsigned still = (unsigned)((uint64_t)(run.last - grown) * 100 / (run.last - run.first));
    return still >= percent_needed(finder, run.last - run.first) ? still : 0;
}

/* A deque from which things are taken uses its blocks again: it may grow to as many as it had before, and no block is seen to come. */
static bool grows_unseen(const struct finder *finder)
{
    bool taken = false;
    for (uint32_t i = 0; i < finder->sites->removal_count; i++)
        taken |= finder->sites->removals[i].executed != EXECUTION_NEVER;
    return taken && heap_is_instance(finder->heap, finder->point->node, "collections", "deque");
}

enum wh_status finder_find_saturated(struct finder *finder)
{
    struct finder_chain chain;
    uint32_t grown = finder->ret->growth.serial;
    if (!finder->ret->has_growth || grows_unseen(finder) || finder->heap->last_serial < grown + BLOCKS_MIN)
        return WH_OK;
    enum wh_status status = finder_chain_by_stack(finder, &chain);
    if (status)
        return status;
    struct run run = time_of_run(finder, &chain);
    unsigned still = percent_still(finder, (struct run){run.first, finder->heap->last_serial});
    finder->ret->still_percent = still >= STILL_PERCENT_ALL || finder->ret->remembers ? still : 0;
    finder->ret->saturated_percent = percent_still(finder, run);
    return WH_OK;
}
