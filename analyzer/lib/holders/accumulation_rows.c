/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/accumulation_rows.h"

#include <string.h>

#include "base/array.h"

_Static_assert(sizeof(struct accumulation_row) == 64, "rows of the file have no padding");

enum wh_status accumulation_rows_make(const struct accumulations *accumulations, struct wh_error *error, struct accumulation_row **ret)
{
    enum wh_status status = array_alloc_zeroed(accumulations->count, sizeof(**ret), "holders to keep", error, ret);
    for (uint32_t i = 0; !status && i < accumulations->count; i++) {
        const struct accumulation *point = &accumulations->points[i];
        (*ret)[i] = (struct accumulation_row){
            .bytes = point->bytes, .objects = point->objects, .kind = point->kind, .node = point->node, .top = point->top,
            .member_type = point->member_type, .member_count = point->member_count, .holder_count = point->holder_count, .chain = point->chain};
        memcpy((*ret)[i].holders, point->holders, point->holder_count * sizeof(point->holders[0]));
    }
    return status;
}

static bool is_node(const struct model *model, uint32_t node)
{
    return node != HEAP_NULL && node < model->heap->node_count;
}

/* The top of what several hold may be a virtual root, which single holders have no need of. */
static bool is_top(const struct model *model, const struct accumulation_row *row)
{
    bool virtual = row->top == graph_virtual_root(&model->retention->graph) || row->top == graph_garbage_root(&model->retention->graph);
    return is_node(model, row->top) || (virtual && row->kind != ACCUMULATION_SINGLE);
}

static bool is_sound(const struct model *model, const struct accumulation_row *row)
{
    bool sound = row->kind <= ACCUMULATION_GARBAGE && is_node(model, row->node) && is_top(model, row) && row->holder_count <= SHARED_HOLDERS_MAX &&
                 (row->kind == ACCUMULATION_SINGLE || row->member_type < model->heap->type_count) && !row->zero;
    for (uint32_t i = 0; sound && i < row->holder_count; i++)
        sound = is_node(model, row->holders[i]);
    return sound;
}

bool accumulations_restore(const struct model *model, const struct accumulation_row *rows, uint64_t count, struct accumulations *ret)
{
    *ret = (struct accumulations){.threshold = accumulation_threshold(model)};
    for (uint64_t i = 0; i < count; i++) {
        if (count > ACCUMULATION_POINTS_MAX || !is_sound(model, &rows[i]))
            return false;
    }
    if (array_alloc_zeroed(count, sizeof(*ret->points), "kept holders", NULL, &ret->points))
        return false;
    ret->count = (uint32_t)count;
    for (uint64_t i = 0; i < count; i++) {
        ret->points[i] = (struct accumulation){
            .kind = (enum accumulation_kind)rows[i].kind, .node = rows[i].node, .top = rows[i].top, .bytes = rows[i].bytes, .objects = rows[i].objects,
            .member_type = rows[i].member_type, .member_count = rows[i].member_count, .holder_count = rows[i].holder_count, .chain = rows[i].chain};
        memcpy(ret->points[i].holders, rows[i].holders, sizeof(rows[i].holders));
    }
    return true;
}
