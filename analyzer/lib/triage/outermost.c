/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "triage/outermost.h"

#include <stdlib.h>

#include "base/array.h"

enum wh_status outermost_init(const struct model *model, struct node_run nodes, struct wh_error *error, struct outermost *ret)
{
    *ret = (struct outermost){.model = model};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(model->heap->node_count), sizeof(uint64_t), "the objects of a rule", error,
                                               &ret->member_bitmap);
    for (uint32_t i = 0; !status && i < nodes.count; i++)
        bitmap_set(ret->member_bitmap, nodes.nodes[i]);
    if (!status)
        status = below_init(model->dominators, ret->member_bitmap, error, &ret->below);
    if (status)
        outermost_deinit(ret);
    return status;
}

void outermost_deinit(struct outermost *outermost)
{
    below_deinit(&outermost->below);
    free(outermost->member_bitmap);
    *outermost = (struct outermost){0};
}

uint64_t outermost_bytes(struct outermost *outermost, uint32_t node)
{
    uint32_t idom = outermost->model->dominators->idom_of_node[node];
    bool below = idom < outermost->model->heap->node_count && below_is_in_or_under(&outermost->below, idom);
    return below ? 0 : model_retained(outermost->model, node);
}
