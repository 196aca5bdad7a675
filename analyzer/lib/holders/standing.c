/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/standing.h"

#include "code/line_table.h"
#include "heap/label.h"

enum { CONTENTS_DEPTH_MAX = 12 };

static uint32_t line_at(const struct heap *heap, uint32_t code_node, uint32_t instruction)
{
    const struct heap_code *code = heap_code(heap, code_node);
    if (!code)
        return 0;
    uint32_t line = line_table_find(line_format_of(heap->snapshot.hexversion), code->lines, code->firstlineno, instruction);
    return line ? line : code->firstlineno;
}

static bool is_generator(const struct heap *heap, uint32_t node)
{
    return heap_type_is(heap, node, "builtins", "generator") || heap_type_is(heap, node, "builtins", "coroutine") ||
           heap_type_is(heap, node, "builtins", "async_generator");
}

static bool is_traceback(const struct heap *heap, uint32_t node)
{
    return heap_type_is(heap, node, "builtins", "traceback");
}

static const struct heap_frame *running_frame(const struct heap *heap, uint32_t node)
{
    for (uint32_t i = 0; i < heap->frame_count; i++) {
        if (heap->frames[i].node == node)
            return &heap->frames[i];
    }
    return NULL;
}

/* What has local variables, `before` it on the way: a traceback or a generator, if it is a frame object of theirs. */
static bool stand(const struct heap *heap, uint32_t owner, uint32_t before, struct standing *ret)
{
    const struct heap_frame *frame = running_frame(heap, owner);
    *ret = (struct standing){.code_node = label_code_of_locals(heap, owner), .local = {"", 0}, .alike = 1};
    if (frame) {
        ret->line = frame->line;
        ret->thread = frame->thread;
        return true;
    }
    bool by_traceback = before && is_traceback(heap, before);
    const struct heap_place *place = heap_place(heap, by_traceback ? before : owner);
    if (!place)
        return false;
    ret->kind = by_traceback ? STANDING_TRACEBACK : STANDING_LEFT;
    if (is_generator(heap, owner) || (before && is_generator(heap, before)))
        ret->kind = STANDING_SUSPENDED;
    const struct heap_code *code = heap_code(heap, ret->code_node);
    bool started = place->instruction || ret->kind != STANDING_SUSPENDED;
    ret->line = started ? line_at(heap, ret->code_node, place->instruction) : code ? code->firstlineno : 0;
    return ret->line != 0;
}

bool standing_of_path(const struct model *model, const struct naming_path *path, struct standing *ret)
{
    for (uint32_t i = path->step_count; i-- > 1;) {
        const struct naming_step *step = &path->steps[i];
        if (step->kind != STEP_LOCAL && !(step->kind == STEP_OTHER && step->label.kind == LABEL_TEMPORARY))
            continue;
        uint32_t before = i > 1 ? path->steps[i - 1].owner : HEAP_NULL;
        if (before >= model->heap->node_count)
            before = HEAP_NULL;
        if (!stand(model->heap, step->owner, before, ret))
            return false;
        ret->local = step->name;
        return true;
    }
    return false;
}

static bool has_locals(const struct heap *heap, uint32_t node)
{
    return is_generator(heap, node) ? heap_place(heap, node) != NULL : heap_type_is(heap, node, "builtins", "frame");
}

static struct span local_that_holds(const struct model *model, uint32_t owner)
{
    struct node_run children = model_children(model, owner), items = heap_items(model->heap, owner);
    for (uint32_t i = 0; children.count && heap_items_kind(model->heap, owner) == FORM_ITEMS_LOCALS && i < items.count; i++) {
        if (items.nodes[i] == children.nodes[0])
            return label_local_name(model->heap, label_code_of_locals(model->heap, owner), i);
    }
    return (struct span){"", 0};
}

static uint32_t count_alike(const struct model *model, struct node_run children)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < children.count; i++) {
        __builtin_prefetch(&model->heap->type_of_node[node_run_ahead(children, i)]);
        count += model->heap->type_of_node[children.nodes[i]] == model->heap->type_of_node[children.nodes[0]];
    }
    return count;
}

bool standing_of_contents(const struct model *model, uint32_t holder, struct standing *ret)
{
    struct node_run children = model_children(model, holder);
    uint32_t alike = children.count ? count_alike(model, children) : 0, before = holder;
    for (unsigned depth = 0; children.count && depth < CONTENTS_DEPTH_MAX; depth++) {
        uint32_t node = children.nodes[0];
        if (depth && model_retained(model, node) < model_retained(model, before) / 2)
            return false;
        if (has_locals(model->heap, node) && stand(model->heap, node, before, ret)) {
            ret->local = local_that_holds(model, node);
            ret->alike = alike;
            return true;
        }
        before = node;
        children = model_children(model, node);
    }
    return false;
}

const char *standing_evidence(const struct standing *standing)
{
    static const char *const names[] = {[STANDING_RUNNING] = "frame", [STANDING_SUSPENDED] = "suspended",
                                        [STANDING_TRACEBACK] = "traceback", [STANDING_LEFT] = "frame"};
    return names[standing->kind];
}
