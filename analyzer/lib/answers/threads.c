/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_threads: every thread's stack with its locals. */
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "heap/label.h"
#include "naming/naming.h"
#include "base/source.h"

struct threads_result { struct wh_threads threads; struct arena arena; };

static struct wh_line frame_line(const struct heap *heap, const struct heap_frame *frame, struct arena *arena)
{
    struct span file = naming_code_file(heap, frame->code_node);
    struct text text = {0};
    source_add_line(file, frame->line, &text);
    struct wh_line line = {.file = arena_span(arena, file), .line = frame->line,
                           .function = arena_span(arena, naming_code_function(heap, frame->code_node)),
                           .text = arena_string(arena, text_string(&text)), .evidence = "frame", .certainty = "exact", .via = ""};
    arena->failed |= text.failed;
    text_deinit(&text);
    return line;
}

/* A local variable that functions share is in a cell, which is no object that anybody means. */
static uint32_t contents_of(const struct heap *heap, uint32_t node)
{
    uint32_t contents = heap_type_is(heap, node, "builtins", "cell") ? heap_member(heap, node, "cell_contents") : HEAP_NULL;
    return contents ? contents : node;
}

static void fill_locals(const struct model *model, uint32_t node, struct arena *arena, struct wh_stack_frame *ret)
{
    const struct heap *heap = model->heap;
    if (!node || heap_items_kind(heap, node) != FORM_ITEMS_LOCALS)
        return;
    struct heap_sections sections = heap_sections(heap, node);
    struct local_names names = label_local_names(heap, label_code_of_locals(heap, node));
    ret->locals = arena_array(arena, sections.end - sections.items, sizeof(*ret->locals));
    for (uint32_t ref = sections.items; ret->locals && ref < sections.end; ref++) {
        struct span name = label_local_names_get(heap, &names, ref - sections.items);
        uint32_t target = heap->target_of_ref[ref];
        if (target && name.length)
            ret->locals[ret->local_count++] = (struct wh_local){arena_span(arena, name), model_object(model, contents_of(heap, target), arena)};
    }
}

static void fill_name(const struct model *model, uint32_t thread, struct arena *arena, struct wh_thread *ret)
{
    struct text name = {0};
    model_write_thread(model, thread, &name);
    ret->name = arena_string(arena, text_string(&name));
    ret->ident = model->heap->threads[thread].ident;
    arena->failed |= name.failed;
    text_deinit(&name);
}

/* Threads with room for their frames, which are not there yet. */
static void fill_threads(const struct model *model, struct arena *arena, struct wh_threads *threads)
{
    const struct heap *heap = model->heap;
    size_t *frames_of_thread = arena_array(arena, heap->thread_count, sizeof(*frames_of_thread));
    threads->threads = arena_array(arena, heap->thread_count, sizeof(*threads->threads));
    for (uint32_t row = 0; threads->threads && row < heap->frame_count; row++)
        frames_of_thread[heap->frames[row].thread]++;
    for (uint32_t thread = 0; threads->threads && thread < heap->thread_count; thread++) {
        struct wh_thread *ret = &threads->threads[threads->count++];
        fill_name(model, thread, arena, ret);
        ret->frames = arena_array(arena, frames_of_thread[thread], sizeof(*ret->frames));
    }
}

static void fill_frames(const struct model *model, struct arena *arena, struct wh_threads *threads)
{
    const struct heap *heap = model->heap;
    for (uint32_t row = 0; !arena->failed && row < heap->frame_count; row++) {
        struct wh_thread *thread = &threads->threads[heap->frames[row].thread];
        struct wh_stack_frame *frame = &thread->frames[thread->frame_count++];
        frame->line = frame_line(heap, &heap->frames[row], arena);
        fill_locals(model, heap->frames[row].node, arena, frame);
    }
}

/* The interpreter lists its threads with the youngest first; whoever reads them looks for the main one. */
static void put_main_first(const struct heap *heap, struct wh_threads *threads)
{
    for (size_t i = 1; i < threads->count; i++) {
        struct wh_thread main = threads->threads[i];
        if (!(heap->threads[i].flags & THREAD_MAIN))
            continue;
        memmove(threads->threads + 1, threads->threads, i * sizeof(*threads->threads));
        threads->threads[0] = main;
        return;
    }
}

enum wh_status wh_threads(struct wh_analysis *analysis, struct wh_error *error, struct wh_threads **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (status)
        return status;
    struct threads_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the threads");
    struct wh_threads *threads = &result->threads;
    fill_threads(&analysis->model, &result->arena, threads);
    fill_frames(&analysis->model, &result->arena, threads);
    status = arena_status(&result->arena, error);
    if (!status)
        put_main_first(&analysis->heap, threads);
    if (status)
        wh_threads_free(threads);
    else
        *ret = threads;
    return status;
}

void wh_threads_free(struct wh_threads *threads)
{
    struct threads_result *result = (struct threads_result *)threads;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
