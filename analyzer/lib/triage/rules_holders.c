/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about what the interpreter's own objects hold: tracebacks, caches, closures, generators, tasks. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"
#include "naming/naming.h"
#include "triage/rules.h"

enum { CLOSURES_MIN = 10 };   /* in one container: fewer are no registry */

enum wh_status find_tracebacks(struct finder *finder)
{
    return finder_add_tops(finder, kinds_of(finder->kinds, KIND_TRACEBACK));
}

/* --- caches --- */

static void write_entries(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->a, "entry", "entries");
}

static enum wh_status look_at_class(struct finder *finder, uint32_t class_node)
{
    const struct heap *heap = finder->model->heap;
    uint32_t dict = kinds_dict_of(finder->kinds, heap, class_node);
    struct node_run items = dict && heap_items_kind(heap, dict) == FORM_ITEMS_PAIRS ? heap_items(heap, dict) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 1; !status && i < items.count; i += 2) {
        uint32_t cache = items.nodes[i];
        struct heap_store store;
        if (kinds_kind(finder->kinds, heap, cache) == KIND_LRU_CACHE && !(heap->form_of_node[cache] & FORM_BOUNDED) &&
            heap_store(heap, cache, &store) && store.length)
            status = finder_add(finder, (struct candidate){.node = cache, .count = 1, .bytes = model_retained(finder->model, cache),
                                                           .a = store.length});
    }
    return status;
}

enum wh_status find_method_caches(struct finder *finder)
{
    struct node_run classes = kinds_of(finder->kinds, KIND_CLASS);
    enum wh_status status = WH_OK;
    finder->write_detail = write_entries;
    for (uint32_t i = 0; !status && i < classes.count; i++)
        status = look_at_class(finder, classes.nodes[i]);
    return status;
}

/* --- closures --- */

static void write_functions(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "function", "functions");
}

/* Namespaces are no registries: their functions are the program. */
static enum wh_status look_at_registry(struct finder *finder, const uint64_t *closure_bitmap, uint32_t container)
{
    const struct heap *heap = finder->model->heap;
    struct node_run items = heap_items(heap, container);
    struct candidate found = {.node = container};
    if (bitmap_test(finder->kinds->namespace_bitmap, container) || heap_items_kind(heap, container) == FORM_ITEMS_WEAK)
        return WH_OK;
    for (uint32_t i = 0; i < items.count; i++) {
        uint32_t function = items.nodes[i];
        if (!bitmap_test(closure_bitmap, function))
            continue;
        found.count++;
        if (finder->model->dominators->idom_of_node[function] == container)
            found.bytes += model_retained(finder->model, function);
    }
    return found.count >= CLOSURES_MIN ? finder_add(finder, found) : WH_OK;
}

/* Live functions that close over something, and how many. */
static uint32_t mark_closures(const struct finder *finder, uint64_t *closure_bitmap)
{
    struct node_run functions = kinds_of(finder->kinds, KIND_FUNCTION);
    uint32_t count = 0;
    for (uint32_t i = 0; i < functions.count; i++) {
        if (!heap_member(finder->model->heap, functions.nodes[i], "__closure__"))
            continue;
        bitmap_set(closure_bitmap, functions.nodes[i]);
        count++;
    }
    return count;
}

enum wh_status find_closures(struct finder *finder)
{
    static const enum kind containers[] = {KIND_LIST, KIND_DICT, KIND_SET, KIND_DEQUE};
    uint64_t *closure_bitmap = NULL;
    size_t words = bitmap_word_count(finder->model->heap->node_count);
    finder->write_detail = write_functions;
    enum wh_status status = array_alloc_zeroed(words, sizeof(*closure_bitmap), "functions with closures", finder->error, &closure_bitmap);
    bool enough = !status && mark_closures(finder, closure_bitmap) >= CLOSURES_MIN;
    for (size_t kind = 0; enough && kind < sizeof(containers) / sizeof(containers[0]); kind++) {
        struct node_run nodes = kinds_of(finder->kinds, containers[kind]);
        for (uint32_t i = 0; !status && i < nodes.count; i++)
            status = look_at_registry(finder, closure_bitmap, nodes.nodes[i]);
    }
    free(closure_bitmap);
    return status;
}

/* --- generators --- */

static uint32_t frame_of_generator(const struct heap *heap, uint32_t node)
{
    static const char *const members[] = {"gi_frame", "ag_frame", "cr_frame"};
    uint32_t frame = HEAP_NULL;
    for (size_t i = 0; !frame && i < sizeof(members) / sizeof(members[0]); i++)
        frame = heap_member(heap, node, members[i]);
    return frame;
}

/* A generator that has ended has no frame any more: no places for locals (3.11 and newer), or no frame object. */
static bool has_frame(const struct heap *heap, uint32_t node)
{
    return heap_items_kind(heap, node) == FORM_ITEMS_LOCALS || frame_of_generator(heap, node);
}

static bool is_running(const struct finder *finder, uint32_t node)
{
    uint32_t frame = frame_of_generator(finder->model->heap, node);
    return bitmap_test(finder->kinds->running_bitmap, node) || (frame && bitmap_test(finder->kinds->running_bitmap, frame));
}

static void write_generator(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    const struct heap *heap = finder->model->heap;
    const struct heap_code *code = heap_code(heap, candidate->group);
    text_add_name(text, naming_code_function(heap, candidate->group));
    text_add(text, " at ");
    text_add_name(text, naming_code_file(heap, candidate->group));
    text_addf(text, ":%" PRIu32, code ? code->firstlineno : 0);
}

static void write_generators(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "generator", "generators");
}

static uint32_t code_of_generator(const struct finder *finder, uint32_t node)
{
    return label_code_of_locals(finder->model->heap, node);
}

/* By function: of one loop's generators there may be thousands. */
enum wh_status find_generators(struct finder *finder)
{
    struct node_run nodes = kinds_of(finder->kinds, KIND_GENERATOR);
    struct node_vector suspended = {0};
    enum wh_status status = WH_OK;
    finder->write_name = write_generator;
    finder->write_detail = write_generators;
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        if (has_frame(finder->model->heap, nodes.nodes[i]) && !is_running(finder, nodes.nodes[i]))
            status = node_vector_add(&suspended, nodes.nodes[i], "suspended generators", finder->error);
    }
    if (!status)
        status = finder_add_groups(finder, (struct node_run){suspended.nodes, suspended.count}, code_of_generator);
    node_vector_deinit(&suspended);
    return status;
}

/* --- tasks --- */

static bool is_state(const struct heap *heap, uint32_t state)
{
    static const char *const finished[] = {"FINISHED", "CANCELLED", "CANCELLED_AND_NOTIFIED"};
    struct span text;
    if (!state || !heap_string(heap, state, &text))
        return false;
    for (size_t i = 0; i < sizeof(finished) / sizeof(finished[0]); i++) {
        if (span_is(text, finished[i]))
            return true;
    }
    return false;
}

/* A task in C tells its state by a number that is not in the snapshot; but when it is done its coroutine is, too. */
static bool is_finished(const struct heap *heap, uint32_t node)
{
    uint32_t coroutine = heap_member(heap, node, "_coro");
    if (heap_type_is(heap, node, "_asyncio", "Task"))
        return !coroutine || !has_frame(heap, coroutine);
    return is_state(heap, heap_attribute(heap, node, "_state"));
}

static void write_coroutine(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    const struct heap *heap = finder->model->heap;
    uint32_t coroutine = heap_member(heap, candidate->node, "_coro"), qualname = coroutine ? heap_member(heap, coroutine, "__qualname__") : HEAP_NULL;
    struct span name;
    if (qualname && heap_string(heap, qualname, &name))
        text_add_name(text, name);
}

enum wh_status find_finished_tasks(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    struct node_run nodes = kinds_of(finder->kinds, KIND_TASK);
    struct node_vector finished = {0};
    enum wh_status status = WH_OK;
    finder->write_detail = write_coroutine;
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        if (is_finished(heap, nodes.nodes[i]))
            status = node_vector_add(&finished, nodes.nodes[i], "finished tasks", finder->error);
    }
    if (!status)
        status = finder_add_tops(finder, (struct node_run){finished.nodes, finished.count});
    node_vector_deinit(&finished);
    return status;
}
