/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code_view.h"

/* co_flags and co_localspluskinds: Include/cpython/code.h, Include/internal/pycore_code.h. */
enum { CODE_VARARGS = 0x4, CODE_VARKEYWORDS = 0x8 };
enum { LOCAL_IS_FREE = 0x80 };

static struct node_run sequence_member(const struct heap *heap, uint32_t node, const char *name)
{
    uint32_t sequence = heap_member(heap, node, name);
    if (heap_items_kind(heap, sequence) != FORM_ITEMS_SEQUENCE)
        return (struct node_run){NULL, 0};
    return heap_items(heap, sequence);
}

static uint32_t parameter_count(const struct heap_code *code, uint32_t local_count)
{
    uint64_t count = (uint64_t)code->argcount + code->kwonly + !!(code->flags & CODE_VARARGS) + !!(code->flags & CODE_VARKEYWORDS);
    return count < local_count ? (uint32_t)count : local_count;
}

void code_view_init(const struct heap *heap, const struct heap_code *code, struct code_view *ret)
{
    uint32_t node = code->node;
    *ret = (struct code_view){.heap = heap, .code = code};
    ret->names = sequence_member(heap, node, "co_names");
    ret->consts = sequence_member(heap, node, "co_consts");
    if (code->kinds.length) {
        ret->locals = sequence_member(heap, node, "co_localsplusnames");
    } else {
        ret->locals = sequence_member(heap, node, "co_varnames");
        ret->cells = sequence_member(heap, node, "co_cellvars");
        ret->frees = sequence_member(heap, node, "co_freevars");
    }
    ret->filename = heap_member(heap, node, "co_filename");
    ret->name = heap_member(heap, node, "co_name");
    ret->qualname = heap_member(heap, node, "co_qualname");
    if (!ret->qualname)
        ret->qualname = ret->name;
    ret->parameter_count = parameter_count(code, ret->locals.count);
    ret->rest_parameter = code->flags & CODE_VARARGS ? code->argcount + code->kwonly : UINT32_MAX;
}

uint32_t code_view_local_count(const struct code_view *view)
{
    return view->locals.count;
}

/* From 3.11 on, cells are locals: one numbering. */
uint32_t code_view_cell_count(const struct code_view *view)
{
    return view->code->kinds.length ? view->locals.count : view->cells.count + view->frees.count;
}

uint32_t code_view_local_name(const struct code_view *view, uint32_t argument)
{
    return node_run_get(view->locals, argument);
}

uint32_t code_view_cell_name(const struct code_view *view, uint32_t argument)
{
    if (view->code->kinds.length)
        return node_run_get(view->locals, argument);
    if (argument < view->cells.count)
        return view->cells.nodes[argument];
    return node_run_get(view->frees, argument - view->cells.count);
}

uint32_t code_view_parameter_of_cell(const struct code_view *view, uint32_t argument)
{
    if (view->code->kinds.length)
        return argument < view->parameter_count ? argument : UINT32_MAX;
    for (uint32_t i = 0; argument < view->cells.count && i < view->parameter_count; i++)
        if (view->locals.nodes[i] == view->cells.nodes[argument])
            return i;
    return UINT32_MAX;
}

uint32_t code_view_free_name(const struct code_view *view, uint32_t i)
{
    struct span kinds = view->code->kinds;
    if (!kinds.length)
        return node_run_get(view->frees, i);
    for (uint32_t local = 0; local < view->locals.count && local < kinds.length; local++)
        if ((uint8_t)kinds.bytes[local] & LOCAL_IS_FREE && i-- == 0)
            return view->locals.nodes[local];
    return HEAP_NULL;
}

struct span code_view_text(const struct code_view *view, uint32_t str_node)
{
    struct span text = {"", 0};
    if (!str_node || !heap_string(view->heap, str_node, &text))
        return (struct span){"", 0};
    return text;
}
