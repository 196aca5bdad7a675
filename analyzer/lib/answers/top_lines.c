/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of source lines: where each live object was allocated, if the recorder knows that one block; else the best line of the holder in whose mass it
 * is. Each object counts once.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answers/top_count.h"
#include "base/array.h"
#include "holders/line_writer.h"

enum { HOLDERS_MAX = 1000, NO_LINE = 0 };   /* row 0: objects of which no line is known */

struct lines {
    struct wh_analysis *analysis;
    const struct model *model;
    struct wh_error *error;
    struct arena *arena;
    struct line_writer writer;
    struct wh_line *lines;           /* by row; of the first there is none */
    uint32_t count, capacity;
    uint32_t *row_of_node;
    uint32_t *queue;                 /* of the walk over one mass */
};

/* The suspects' strings go with the suspects. */
static struct wh_line copy_line(struct arena *arena, const struct wh_line *line)
{
    return (struct wh_line){.file = arena_string(arena, line->file), .line = line->line, .function = arena_string(arena, line->function),
                            .text = arena_string(arena, line->text), .evidence = arena_string(arena, line->evidence),
                            .certainty = arena_string(arena, line->certainty), .via = arena_string(arena, line->via ? line->via : "")};
}

/* The row of a line, by file, number and kind of evidence. */
static uint32_t row_of_line(struct lines *self, const struct wh_line *line)
{
    bool allocation = !strcmp(line->evidence, "allocation");
    for (uint32_t row = 1; row < self->count; row++) {
        const struct wh_line *other = &self->lines[row];
        if (other->line == line->line && !strcmp(other->file, line->file) && !strcmp(other->evidence, "allocation") == allocation)
            return row;
    }
    if (self->count == self->capacity)
        return NO_LINE;
    self->lines[self->count] = copy_line(self->arena, line);
    return self->count++;
}

/* --- holders --- */

static void mark_mass(struct lines *self, uint32_t top, uint32_t row)
{
    uint32_t end = 0;
    self->queue[end++] = top;
    for (uint32_t begin = 0; begin < end; begin++) {
        struct node_run children = model_children_unordered(self->model, self->queue[begin]);
        self->row_of_node[self->queue[begin]] = row;
        if (children.count)
            memcpy(self->queue + end, children.nodes, children.count * sizeof(*self->queue));
        end += children.count;
    }
}

static void mark_point(struct lines *self, const struct accumulation *point, uint32_t row)
{
    struct node_run children = point->kind == ACCUMULATION_SHARED ? model_children(self->model, point->top) : (struct node_run){&point->top, 1};
    for (uint32_t i = 0; i < children.count; i++) {
        if (point->kind != ACCUMULATION_SHARED || self->model->heap->type_of_node[children.nodes[i]] == point->member_type)
            mark_mass(self, children.nodes[i], row);
    }
}

/* The largest mass first: what lies within another one has the last word. */
static void mark_holders(struct lines *self, const struct wh_suspects *suspects)
{
    const struct accumulations *points = &self->analysis->accumulations;
    for (uint32_t i = 0; i < points->count; i++) {
        uint64_t address = heap_address(self->model->heap, points->points[i].node);
        for (size_t k = 0; k < suspects->count; k++) {
            const struct wh_suspect *suspect = &suspects->suspects[k];
            if (suspect->holder.address != address || suspect->holder.retained_bytes != points->points[i].bytes || !suspect->held_at_count)
                continue;
            mark_point(self, &points->points[i], row_of_line(self, &suspect->held_at[0]));
            break;
        }
    }
}

/* --- allocations --- */

static enum wh_status mark_allocations(struct lines *self)
{
    const struct heap *heap = self->model->heap;
    uint32_t *row_of_stack = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)heap->stack_count + 1, sizeof(uint32_t), "lines of stacks", self->error, &row_of_stack);
    if (!status)
        status = analysis_need_block_owners(self->analysis, self->error);
    for (uint32_t block = 0; !status && block < heap->block_count; block++) {
        uint32_t owner = self->analysis->block_owners.node_of_block[block], stack = heap->blocks[block].stack;
        struct stack_summary summary;
        if (!owner || heap->blocks[block].weight != BLOCK_WEIGHT_ONE)
            continue;
        if (!row_of_stack[stack] && growth_summarize(heap, stack, &summary)) {
            struct wh_line line = line_writer_stack(&self->writer, &summary, "allocation", "exact");
            row_of_stack[stack] = row_of_line(self, &line);
        }
        if (row_of_stack[stack])
            self->row_of_node[owner] = row_of_stack[stack];
    }
    free(row_of_stack);
    return status;
}

/* --- output --- */

static void output_row(struct lines *self, const struct top_bucket *bucket, struct wh_top_row *ret)
{
    struct text text = {0};
    const struct wh_line *line = &self->lines[bucket->type];
    *ret = (struct wh_top_row){.count = bucket->count, .shallow_bytes = bucket->shallow, .retained_bytes = bucket->retained, .line = line};
    if (bucket->type == NO_LINE) {
        ret->name = "no line is known";
        ret->line = NULL;
        return;
    }
    text_add(&text, line->file);
    text_addf(&text, ":%" PRIu32, line->line);
    ret->name = arena_string(self->arena, text_string(&text));
    self->arena->failed |= text.failed;
    text_deinit(&text);
}

static void output(struct lines *self, struct top_counter *counter, size_t limit, struct wh_top *top)
{
    qsort(counter->buckets, self->count, sizeof(*counter->buckets), top_compare_buckets);
    top->rows = arena_array(self->arena, self->count, sizeof(*top->rows));
    for (uint32_t i = 0; top->rows && i < self->count; i++) {
        const struct top_bucket *bucket = &counter->buckets[i];
        if (!bucket->count)
            continue;
        if (limit && top->row_count == limit) {
            top->omitted_rows++;
            top->omitted_count += bucket->count;
            top->omitted_shallow_bytes += bucket->shallow;
        } else {
            output_row(self, bucket, &top->rows[top->row_count++]);
        }
    }
}

static enum wh_status count(struct lines *self, size_t limit, struct wh_top *top)
{
    struct top_counter counter = {.model = self->model, .bucket_of_node = self->row_of_node};
    enum wh_status status = top_counter_init(&counter, self->count, self->error);
    for (uint32_t row = 0; !status && row < self->count; row++)
        counter.buckets[row].type = row;
    if (!status) {
        top_counter_run(&counter);
        output(self, &counter, limit, top);
    }
    top_counter_deinit(&counter);
    return status;
}

static enum wh_status prepare(struct lines *self)
{
    const struct heap *heap = self->model->heap;
    self->capacity = HOLDERS_MAX + heap->stack_count + 1;
    self->lines = arena_array(self->arena, self->capacity, sizeof(*self->lines));
    self->count = 1;
    enum wh_status status = arena_status(self->arena, self->error);
    if (!status)
        status = array_alloc_zeroed(heap->node_count, sizeof(uint32_t), "lines of objects", self->error, &self->row_of_node);
    return status ? status : array_alloc(heap->node_count, sizeof(uint32_t), "the walk over a mass", self->error, &self->queue);
}

enum wh_status top_of_lines(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct top_result *result)
{
    struct lines self = {.analysis = analysis, .model = &analysis->model, .error = error, .arena = &result->arena,
                         .writer = {.model = &analysis->model, .arena = &result->arena}};
    struct wh_suspects *suspects = NULL;
    enum wh_status status = prepare(&self);
    if (!status)
        status = wh_suspects(analysis, true, HOLDERS_MAX, error, &suspects);
    if (!status) {
        mark_holders(&self, suspects);
        status = mark_allocations(&self);
    }
    if (!status)
        status = count(&self, limit, &result->top);
    line_writer_deinit(&self.writer);
    wh_suspects_free(suspects);
    free(self.row_of_node);
    free(self.queue);
    return status;
}
