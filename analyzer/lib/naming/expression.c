/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths in one line: what a programmer would write, and where that name counts. */
#include "naming/naming.h"

#include <inttypes.h>
#include <string.h>

#include "naming/words.h"

/* --- where a name begins --- */

static bool is_of_type(const struct heap *heap, uint32_t node, const char *name)
{
    return node != HEAP_NULL && node < heap->node_count && span_is(heap_type(heap, node)->name, name);
}

static bool is_frame_root(const struct model *model, const struct naming_path *path)
{
    return path->root != NODE_NONE && model->retention->roots[path->root].kind == ROOT_FRAME;
}

bool naming_can_be_suspended(const struct heap *heap, uint32_t node)
{
    return is_of_type(heap, node, "generator") || is_of_type(heap, node, "coroutine") || is_of_type(heap, node, "async_generator");
}

/* The step that leads out of a generator or coroutine that is suspended, if step number `at` is a local variable of it; else 0. Until 3.10 its frame stands between. */
static uint32_t suspended_before(const struct heap *heap, const struct naming_path *path, uint32_t at)
{
    const struct naming_step *step = &path->steps[at];
    if (!at || step->kind != STEP_LOCAL)
        return 0;
    if (naming_can_be_suspended(heap, step->owner))
        return at;
    bool framed = is_of_type(heap, step->owner, "frame") && step[-1].kind == STEP_ATTRIBUTE && naming_can_be_suspended(heap, step[-1].owner);
    return framed ? at - 1 : 0;
}

bool naming_is_context_variable(const struct heap *heap, uint32_t node)
{
    return is_of_type(heap, node, "ContextVar");
}

static bool is_context_variable(const struct heap *heap, const struct naming_step *step)
{
    return step->kind == STEP_OTHER && step->label.kind == LABEL_VALUE && naming_is_context_variable(heap, step->label.key);
}

/* The step with which the name begins; 0: the path's first. */
static uint32_t first_of_name(const struct model *model, const struct naming_path *path, bool modules)
{
    uint32_t first = is_frame_root(model, path) && path->step_count > 1 && path->steps[1].kind == STEP_LOCAL;
    for (uint32_t i = first + 1; !modules && i < path->step_count; i++) {
        if (suspended_before(model->heap, path, i) || is_context_variable(model->heap, &path->steps[i]))
            first = i;
    }
    return first;
}

/* --- the name --- */

static void write_known(struct span name, struct text *text)
{
    if (name.length)
        text_add_name(text, name);
    else
        text_add(text, "?");
}

/* `ContextVar 'request'`: the name that it was made with. */
void naming_write_context_variable(const struct heap *heap, uint32_t variable, struct text *text)
{
    struct span name;
    uint32_t node = heap_member(heap, variable, "name");
    text_add(text, "ContextVar");
    if (node && heap_string(heap, node, &name)) {
        text_add(text, " ");
        text_add_quoted(text, name, SIZE_MAX, QUOTED_STR);
    }
}

/* A local variable that functions share is in a cell, which is no attribute that anybody writes. */
static bool is_cell_of_local(const struct heap *heap, const struct naming_path *path, uint32_t at)
{
    const struct naming_step *step = &path->steps[at];
    return at && path->steps[at - 1].kind == STEP_LOCAL && step->kind == STEP_ATTRIBUTE && is_of_type(heap, step->owner, "cell") &&
           span_is(step->name, "cell_contents");
}

static void write_later_step(const struct model *model, const struct naming_path *path, uint32_t at, struct text *text)
{
    if (is_cell_of_local(model->heap, path, at))
        return;
    size_t before = text->length;
    naming_write_step(model, path, &path->steps[at], text);
    bool joins = text->length > before && (text->bytes[before] == '.' || text->bytes[before] == '[');
    if (joins || text->failed)
        return;
    struct text rest = {0};
    text_add(&rest, text_string(text) + before);
    text->length = before;
    text_add(text, ARROW);
    text_add(text, text_string(&rest));
    text->failed |= rest.failed;
    text_deinit(&rest);
}

/* `subinterpreter 1`, if the path begins at the modules of one: FORMAT.md, table interpreters. */
static struct span subinterpreter_of(const struct model *model, const struct naming_path *path)
{
    static const char prefix[] = "sys.modules of ";
    const size_t length = sizeof(prefix) - 1;
    struct span name = model->retention->roots[path->root].name;
    if (name.length <= length || memcmp(name.bytes, prefix, length) != 0)
        return (struct span){"", 0};
    return (struct span){name.bytes + length, name.length - length};
}

static void write_module(const struct model *model, const struct naming_path *path, struct text *text)
{
    struct span subinterpreter = subinterpreter_of(model, path);
    if (subinterpreter.length) {
        text_add_name(text, subinterpreter);
        text_add(text, ": ");
    }
    text_add_name(text, path->steps[0].name);
}

/* What no name leads to. Its address tells it from others of its kind: `<list at 0x7f0000100040>`. */
static bool is_nameless(const struct model *model, const struct naming_path *path)
{
    return path->root == NODE_NONE || model->retention->roots[path->root].kind == ROOT_NATIVE;
}

static void write_nameless(const struct model *model, uint32_t node, struct text *text)
{
    text_add(text, "<");
    model_write_type(heap_type(model->heap, node), text);
    text_addf(text, " at %#" PRIx64 ">", heap_address(model->heap, node));
}

static void write_first_step(const struct model *model, const struct naming_path *path, uint32_t first, bool modules, struct text *text)
{
    const struct naming_step *step = &path->steps[first];
    if (step->kind == STEP_LOCAL)
        write_known(step->name, text);
    else if (first)
        naming_write_context_variable(model->heap, step->label.key, text);
    else if (step->kind == STEP_MODULE && !modules)
        write_module(model, path, text);
    else if (step->kind == STEP_ROOT && is_nameless(model, path))
        write_nameless(model, step->node, text);
    else
        naming_write_step(model, path, step, text);
}

void naming_write_name(const struct model *model, const struct naming_path *path, bool modules, struct text *text)
{
    uint32_t first = first_of_name(model, path, modules);
    const struct naming_step *last = &path->steps[path->step_count - 1];
    write_first_step(model, path, first, modules, text);
    for (uint32_t at = first + 1; at < path->step_count; at++)
        write_later_step(model, path, at, text);
    if (last->kind == STEP_LOCAL && is_of_type(model->heap, last->node, "cell"))
        text_add(text, " → cell");   /* the name alone is that of its contents */
}

/* --- where it counts --- */

static void write_thread(const struct model *model, uint32_t thread, struct text *text)
{
    text_add(text, "thread ");
    model_write_thread(model, thread, text);
}

/* `local of load at app.py:12, thread ingest`. */
void naming_write_place_of_frame(const struct model *model, uint32_t root, struct text *text)
{
    const struct heap_frame *frame = &model->heap->frames[model->retention->roots[root].frame];
    text_add(text, "local of ");
    naming_write_code(model->heap, frame->code_node, " at ", frame->line, text);
    text_add(text, ", ");
    write_thread(model, frame->thread, text);
}

/* `local of the task main in app.py`. */
void naming_write_place_of_suspended(const struct heap *heap, uint32_t suspended, uint32_t locals, bool task, struct text *text)
{
    text_add(text, "local of the ");
    text_add_name(text, task ? (struct span){"task", 4} : heap_type(heap, suspended)->name);
    text_add(text, " ");
    naming_write_code(heap, label_code_of_locals(heap, locals), " in ", 0, text);
}

static void write_place_of_suspended(const struct model *model, const struct naming_path *path, uint32_t at, struct text *text)
{
    const struct heap *heap = model->heap;
    const struct naming_step *step = &path->steps[suspended_before(heap, path, at)];
    bool task = step[-1].kind == STEP_ATTRIBUTE && is_of_type(heap, step[-1].owner, "Task");
    naming_write_place_of_suspended(heap, step->owner, path->steps[at].owner, task, text);
}

/* `app.requests.current`. */
static bool has_plain_name(const struct naming_path *path)
{
    bool plain = path->step_count > 1 && path->steps[0].kind == STEP_MODULE;
    for (uint32_t i = 1; plain && i < path->step_count; i++)
        plain = path->steps[i].kind == STEP_ATTRIBUTE;
    return plain;
}

/* `__main__._stack, in the context of thread MainThread`. */
static void write_place_of_context(const struct model *model, const struct naming_path *path, uint32_t at, struct text *text)
{
    struct wh_error error;
    struct naming_path variable;
    uint32_t thread = path->root == NODE_NONE ? UINT32_MAX : model->retention->roots[path->root].thread;
    if (naming_path_init(model, path->steps[at].label.key, &error, &variable))
        text->failed = true;
    else if (has_plain_name(&variable)) {
        write_module(model, &variable, text);
        for (uint32_t i = 1; i < variable.step_count; i++)
            write_later_step(model, &variable, i, text);
        text_add(text, ", ");
    }
    naming_path_deinit(&variable);
    text_add(text, thread == UINT32_MAX ? "in a context" : "in the context of ");
    if (thread != UINT32_MAX)
        write_thread(model, thread, text);
}

/*
 * The thread by which a threading.local knows the object: it is in the dict of the thread's state, or, from 3.13 on, in the state itself. NODE_NONE if
 * there is none.
 */
static uint32_t thread_with(const struct model *model, uint32_t node)
{
    for (uint32_t i = 0; i < model->retention->graph.root_count; i++) {
        const struct retention_root *root = &model->retention->roots[i];
        uint32_t dict = model->retention->graph.root_node[i];
        if (root->kind != ROOT_THREAD || root->thread == UINT32_MAX)
            continue;
        if (dict == node)
            return root->thread;
        if (heap_items_kind(model->heap, dict) != FORM_ITEMS_PAIRS)
            continue;
        struct node_run items = heap_items(model->heap, dict);
        for (uint32_t k = 1; k < items.count; k += 2) {
            if (items.nodes[k] == node)
                return root->thread;
        }
    }
    return NODE_NONE;
}

/* Until 3.12 the key is a weak reference to what is in the thread's dict. */
void naming_write_thread_of_key(const struct model *model, uint32_t key, struct text *text)
{
    struct node_run referent = heap_items_kind(model->heap, key) == FORM_ITEMS_WEAK ? heap_items(model->heap, key) : (struct node_run){&key, 1};
    uint32_t thread = referent.count ? thread_with(model, referent.nodes[0]) : NODE_NONE;
    if (thread != NODE_NONE)
        write_thread(model, thread, text);
}

/* Which thread's the attribute of a threading.local is. */
static void write_place_of_thread_local(const struct model *model, const struct naming_path *path, struct text *text)
{
    uint32_t at = path->step_count;
    while (at && path->steps[at - 1].kind != STEP_THREAD_LOCAL)
        at--;
    if (at)
        naming_write_thread_of_key(model, path->steps[at - 1].label.key, text);
}

void naming_write_place(const struct model *model, const struct naming_path *path, bool modules, struct text *text)
{
    uint32_t first = first_of_name(model, path, modules);
    if (first == 1 && is_frame_root(model, path) && path->steps[1].kind == STEP_LOCAL)
        naming_write_place_of_frame(model, path->root, text);
    else if (first && is_context_variable(model->heap, &path->steps[first]))
        write_place_of_context(model, path, first, text);
    else if (first)
        write_place_of_suspended(model, path, first, text);
    else if (is_nameless(model, path))
        text_add(text, path->root == NODE_NONE ? "garbage" : "held by native code");
    else if (!modules)
        write_place_of_thread_local(model, path, text);
}

void naming_write_expression(const struct model *model, const struct naming_path *path, bool modules, struct text *text)
{
    struct text place = {0};
    naming_write_name(model, path, modules, text);
    naming_write_place(model, path, modules, &place);
    if (place.length) {
        text_add(text, " (");
        text_add(text, text_string(&place));
        text_add(text, ")");
    }
    text->failed |= place.failed;
    text_deinit(&place);
}

enum wh_status naming_expression(const struct model *model, uint32_t node, bool modules, struct wh_error *error, struct text *text)
{
    struct naming_path path;
    enum wh_status status = naming_path_init(model, node, error, &path);
    if (!status)
        naming_write_expression(model, &path, modules, text);
    naming_path_deinit(&path);
    return status;
}
