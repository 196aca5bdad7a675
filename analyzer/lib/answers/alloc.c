/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_alloc: the two classic views of a memory profiler, from the counters of the recorded stacks. */
#include <stdlib.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "holders/growth.h"
#include "base/source.h"

enum { CHURN_LIVE_SHARE = 20, CHURN_BYTES_MIN = 1 << 20, STACK_SHOWN_MAX = 64 };

struct alloc_result {
    struct wh_alloc alloc;    /* first: what the caller sees */
    struct arena arena;
};

/* A stack, and by what its row is told. */
struct counted {
    uint32_t stack;
    struct stack_place place; /* of its innermost frame with a line */
    uint64_t bytes;           /* of the view: live or ever allocated */
};

struct row {
    uint32_t first, count;    /* of the array of struct counted, heaviest first */
    uint64_t bytes;
};

struct counter {
    const struct heap *heap;
    struct counted *counted;
    uint32_t count;
    struct row *rows;
    uint32_t row_count;
};

static struct stack_place innermost_place(const struct heap *heap, const struct heap_stack *stack)
{
    struct stack_place place = {.file = {"", 0}, .function = {"", 0}};
    for (uint32_t i = 0; i < stack->frame_count && !place.code_node; i++)
        place = growth_place(heap, &heap->stack_frames[stack->first_frame + i]);
    return place;
}

/* By the parts of a place that tell rows apart; a place without code by its stack, of which there are two. */
static int compare_places(const struct counted *a, const struct counted *b, enum wh_alloc_by by)
{
    int order = span_compare(a->place.file, b->place.file);
    if (!order && by != WH_ALLOC_FILE)
        order = span_compare(a->place.function, b->place.function);
    if (!order && by == WH_ALLOC_LINE)
        order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
    if (!order && !a->place.code_node && !b->place.code_node)
        order = (a->stack > b->stack) - (a->stack < b->stack);
    return order;
}

static int compare_counted(const struct counted *a, const struct counted *b, enum wh_alloc_by by)
{
    int order = compare_places(a, b, by);
    if (!order)
        order = (a->bytes < b->bytes) - (a->bytes > b->bytes);
    return order ? order : (a->stack > b->stack) - (a->stack < b->stack);
}

static int compare_by_line(const void *a, const void *b) { return compare_counted(a, b, WH_ALLOC_LINE); }
static int compare_by_function(const void *a, const void *b) { return compare_counted(a, b, WH_ALLOC_FUNCTION); }
static int compare_by_file(const void *a, const void *b) { return compare_counted(a, b, WH_ALLOC_FILE); }

/* Rows of the same weight stay in the order of their places. */
static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static void count_stacks(struct counter *counter, bool live)
{
    for (uint32_t i = 0; i < counter->heap->stack_count; i++) {
        const struct heap_stack *stack = &counter->heap->stacks[i];
        uint64_t bytes = live ? stack->live_bytes : stack->alloc_bytes;
        if (bytes)
            counter->counted[counter->count++] = (struct counted){i, innermost_place(counter->heap, stack), bytes};
    }
}

static void make_rows(struct counter *counter, enum wh_alloc_by by)
{
    static int (*const orders[])(const void *, const void *) = {
        [WH_ALLOC_LINE] = compare_by_line, [WH_ALLOC_FUNCTION] = compare_by_function, [WH_ALLOC_FILE] = compare_by_file};
    qsort(counter->counted, counter->count, sizeof(*counter->counted), orders[by]);
    for (uint32_t i = 0; i < counter->count; i++) {
        if (!i || compare_places(&counter->counted[i - 1], &counter->counted[i], by))
            counter->rows[counter->row_count++] = (struct row){.first = i};
        counter->rows[counter->row_count - 1].count++;
        counter->rows[counter->row_count - 1].bytes += counter->counted[i].bytes;
    }
    qsort(counter->rows, counter->row_count, sizeof(*counter->rows), compare_rows);
}

/* --- output --- */

static struct wh_line output_place(const struct stack_place *place, struct arena *arena)
{
    struct text text = {0};
    source_add_line(place->file, place->line, &text);
    struct wh_line line = {.file = arena_span(arena, place->file), .line = place->line, .function = arena_span(arena, place->function),
                           .text = arena_string(arena, text_string(&text)), .evidence = "allocation", .certainty = "exact", .via = ""};
    arena->failed |= text.failed;
    text_deinit(&text);
    return line;
}

static void output_stack(const struct heap *heap, const struct heap_stack *stack, struct arena *arena, struct wh_alloc_row *ret)
{
    uint32_t count = stack->frame_count < STACK_SHOWN_MAX ? stack->frame_count : STACK_SHOWN_MAX;
    ret->stack = arena_array(arena, count, sizeof(*ret->stack));
    for (uint32_t i = 0; ret->stack && i < count; i++) {
        struct stack_place place = growth_place(heap, &heap->stack_frames[stack->first_frame + i]);
        if (place.code_node)
            ret->stack[ret->stack_count++] = output_place(&place, arena);
    }
}

static void output_row(const struct counter *counter, const struct row *row, enum wh_alloc_by by, struct arena *arena, struct wh_alloc_row *ret)
{
    const struct heap *heap = counter->heap;
    const struct counted *heaviest = &counter->counted[row->first];
    ret->place = output_place(&heaviest->place, arena);
    if (!heaviest->place.code_node)
        ret->place.function = heaviest->stack == STACK_LOST ? "(stacks that were not kept)" : "(no Python code)";
    else if (by != WH_ALLOC_LINE)
        ret->place.text = "";
    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        const struct heap_stack *stack = &heap->stacks[counter->counted[i].stack];
        ret->allocated_bytes += stack->alloc_bytes;
        ret->allocated_blocks += stack->alloc_blocks;
        ret->live_bytes += stack->live_bytes;
        ret->live_blocks += stack->live_blocks;
    }
    ret->churn = ret->allocated_bytes >= CHURN_BYTES_MIN && ret->live_bytes < ret->allocated_bytes / CHURN_LIVE_SHARE;
    output_stack(heap, &heap->stacks[heaviest->stack], arena, ret);
}

static void output(const struct counter *counter, enum wh_alloc_by by, size_t limit, struct alloc_result *result)
{
    struct wh_alloc *alloc = &result->alloc;
    size_t shown = limit && limit < counter->row_count ? limit : counter->row_count;
    alloc->rows = arena_array(&result->arena, shown, sizeof(*alloc->rows));
    for (uint32_t i = 0; alloc->rows && i < counter->row_count; i++) {
        if (i < shown) {
            output_row(counter, &counter->rows[i], by, &result->arena, &alloc->rows[alloc->row_count++]);
        } else {
            alloc->omitted_rows++;
            alloc->omitted_bytes += counter->rows[i].bytes;
        }
    }
}

static void output_recorder(const struct wh_analysis *analysis, struct wh_alloc *alloc)
{
    const struct heap *heap = &analysis->heap;
    const struct heap_recorder *recorder = &heap->recorder;
    uint64_t created_ns = heap->snapshot.created_ns;
    alloc->recorder = analysis_recorder_name(analysis);
    alloc->interval = recorder->interval;
    alloc->seconds = created_ns > recorder->started_ns ? (double)(created_ns - recorder->started_ns) / 1e9 : 0;
    alloc->lost_blocks = recorder->lost_blocks;
    alloc->lost_stacks = recorder->lost_stacks;
    for (uint32_t i = 0; i < heap->stack_count; i++) {
        alloc->allocated_bytes += heap->stacks[i].alloc_bytes;
        alloc->allocated_blocks += heap->stacks[i].alloc_blocks;
        alloc->live_bytes += heap->stacks[i].live_bytes;
        alloc->live_blocks += heap->stacks[i].live_blocks;
    }
}

static enum wh_status count_and_output(const struct wh_analysis *analysis, bool live, enum wh_alloc_by by, size_t limit,
                                       struct wh_error *error, struct alloc_result *result)
{
    const struct heap *heap = &analysis->heap;
    struct counter counter = {.heap = heap};
    enum wh_status status = array_alloc(heap->stack_count, sizeof(*counter.counted), "stacks", error, &counter.counted);
    if (!status)
        status = array_alloc_zeroed(heap->stack_count, sizeof(*counter.rows), "rows of allocations", error, &counter.rows);
    if (!status) {
        count_stacks(&counter, live);
        make_rows(&counter, by);
        output_recorder(analysis, &result->alloc);
        output(&counter, by, limit, result);
        status = arena_status(&result->arena, error);
    }
    free(counter.counted);
    free(counter.rows);
    return status;
}

enum wh_status wh_alloc(struct wh_analysis *analysis, bool live, enum wh_alloc_by by, size_t limit, struct wh_error *error, struct wh_alloc **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_recorder(analysis, error);
    if (status)
        return status;
    struct alloc_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the allocations");
    status = count_and_output(analysis, live, by, limit, error, result);
    if (status)
        wh_alloc_free(&result->alloc);
    else
        *ret = &result->alloc;
    return status;
}

void wh_alloc_free(struct wh_alloc *alloc)
{
    struct alloc_result *result = (struct alloc_result *)alloc;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
