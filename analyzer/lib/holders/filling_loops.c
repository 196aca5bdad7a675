/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/filling_finder.h"

#include <string.h>

bool finder_loop_around(const struct finder *finder, uint32_t row, uint32_t offset, uint32_t *first, uint32_t *last)
{
    struct instruction at;
    bool found = false;
    for (uint32_t i = 0; instruction_read(&finder->index->instructions, &finder->heap->codes[row], i, &at) == INSTRUCTION_READ; i = at.next) {
        /* An await jumps back, too, and from a place behind the whole function. */
        bool waits = !strcmp(at.kind->name, "JUMP_BACKWARD_NO_INTERRUPT");
        if (!at.kind->jump || waits || at.target > at.offset || at.target > offset || at.offset < offset)
            continue;
        *first = found && *first < at.target ? *first : at.target;
        *last = at.offset;   /* they come in ascending order */
        found = true;
    }
    return found;
}

bool finder_is_under_way(const struct finder *finder, uint32_t row, uint32_t first, uint32_t last)
{
    for (uint32_t i = 0; i < finder->heap->frame_count; i++) {
        const struct heap_frame *frame = &finder->heap->frames[i];
        if (frame->code_node == finder->heap->codes[row].node && frame->instruction >= first && frame->instruction <= last)
            return true;
    }
    return false;
}

uint32_t finder_loaded_name(const struct code_index *index, const struct code_view *view, const struct instruction *at)
{
    enum action action = (enum action)at->kind->action;
    bool loads = action == ACTION_GLOBAL || action == ACTION_NAME || action == ACTION_ATTR;
    return loads ? code_index_name_of_node(index, node_run_get(view->names, at->argument)) : NAME_NONE;
}

/* Does the instruction read a variable or attribute of that name? */
bool finder_reads_name(const struct code_index *index, const struct code_view *view, const struct instruction *at, uint32_t name)
{
    switch ((enum action)at->kind->action) {
    case ACTION_GLOBAL:
    case ACTION_NAME:
    case ACTION_ATTR:
    case ACTION_METHOD:
    case ACTION_SUPER_ATTR:
        return code_index_name_of_node(index, node_run_get(view->names, at->argument)) == name;
    case ACTION_CELL:
        return code_index_name_of_node(index, code_view_cell_name(view, at->argument)) == name;
    case ACTION_FAST:
        return code_index_name_of_node(index, code_view_local_name(view, at->argument)) == name;
    case ACTION_FAST_FAST:
        return code_index_name_of_node(index, code_view_local_name(view, at->argument >> 4)) == name ||
               code_index_name_of_node(index, code_view_local_name(view, at->argument & 15)) == name;
    default:
        return false;
    }
}

struct reading finder_reading(const struct finder *finder, uint32_t row, uint32_t after)
{
    struct reading ret = {false, false};
    struct code_view view;
    struct instruction at;
    uint32_t first, last;
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    for (uint32_t i = 0; finder->name && instruction_read(&finder->index->instructions, view.code, i, &at) == INSTRUCTION_READ; i = at.next) {
        if (at.offset < after || !finder_reads_name(finder->index, &view, &at, finder->name))
            continue;
        ret.any = true;
        ret.in_loop |= finder_loop_around(finder, row, at.offset, &first, &last);
    }
    return ret;
}
