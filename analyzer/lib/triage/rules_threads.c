/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule about what threads keep: locals of threads other than the main one, and threading.local data. */
#include "naming/naming.h"
#include "triage/rules.h"

/* candidate.group: row of a frame + 1; 0: threading.local data. */
static void write_name(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    const struct model *model = finder->model;
    if (!candidate->group) {
        text_add(text, "threading.local data of ");
        finder->arena->failed |= naming_expression(model, (uint32_t)candidate->a, false, finder->error, text) != WH_OK;
        return;
    }
    const struct heap_frame *frame = &model->heap->frames[candidate->group - 1];
    text_add(text, "locals of ");
    text_add_name(text, naming_code_function(model->heap, frame->code_node));
    text_add(text, " in thread ");
    model_write_thread(model, frame->thread, text);
}

static enum wh_status look_at_frame(struct finder *finder, uint32_t row)
{
    const struct heap *heap = finder->model->heap;
    uint32_t node = heap->frames[row].node;
    struct candidate found = {.node = node, .group = row + 1};
    struct node_run locals = heap_items_kind(heap, node) == FORM_ITEMS_LOCALS ? heap_items(heap, node) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i < locals.count; i++) {
        if (!locals.nodes[i] || finder->model->dominators->idom_of_node[locals.nodes[i]] != node)
            continue;
        found.count++;
        found.bytes += model_retained(finder->model, locals.nodes[i]);
    }
    return found.count ? finder_add(finder, found) : WH_OK;
}

/* The object itself may be gone, as when a class attribute was bound anew: then its threads' dicts are, too. */
static enum wh_status look_at_local(struct finder *finder, uint32_t node)
{
    const struct heap *heap = finder->model->heap;
    uint32_t dicts = heap_member(heap, node, "localdicts");
    struct node_run items = dicts && heap_items_kind(heap, dicts) == FORM_ITEMS_PAIRS ? heap_items(heap, dicts) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 1; !status && i < items.count; i += 2) {
        if (items.nodes[i])
            status = finder_add(finder, (struct candidate){.node = items.nodes[i], .count = 1, .bytes = model_retained(finder->model, items.nodes[i]),
                                                           .a = node});
    }
    return status;
}

enum wh_status find_thread_locals(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    struct node_run nodes = kinds_of(finder->kinds, KIND_THREAD_LOCAL);
    enum wh_status status = WH_OK;
    finder->write_name = write_name;
    for (uint32_t i = 0; !status && i < nodes.count; i++)
        status = look_at_local(finder, nodes.nodes[i]);
    for (uint32_t row = 0; !status && row < heap->frame_count; row++) {
        if (heap->frames[row].node && !(heap->threads[heap->frames[row].thread].flags & THREAD_MAIN))
            status = look_at_frame(finder, row);
    }
    return status;
}
