/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "triage/outermost.h"

#include <stdlib.h>

#include "base/array.h"

enum wh_status outermost_init(const struct model *model, struct node_run nodes, struct wh_error *error, struct outermost *ret)
{
    size_t words = bitmap_word_count(model->heap->node_count);
    *ret = (struct outermost){.model = model};
    enum wh_status status = array_alloc_zeroed(words, sizeof(uint64_t), "the objects of a rule", error, &ret->member_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the objects of a rule", error, &ret->below_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the objects of a rule", error, &ret->clear_bitmap);
    for (uint32_t i = 0; !status && i < nodes.count; i++)
        bitmap_set(ret->member_bitmap, nodes.nodes[i]);
    if (status)
        outermost_deinit(ret);
    return status;
}

void outermost_deinit(struct outermost *outermost)
{
    free(outermost->member_bitmap);
    free(outermost->below_bitmap);
    free(outermost->clear_bitmap);
    *outermost = (struct outermost){0};
}

/* Looks up the chain of dominators as far as nothing is known yet, then marks all that it passed. */
bool outermost_is_below(const struct outermost *outermost, uint32_t node)
{
    const uint32_t *idom_of_node = outermost->model->dominators->idom_of_node;
    uint32_t objects = outermost->model->heap->node_count, end = node;
    bool below = bitmap_test(outermost->below_bitmap, end);
    while (!below && end < objects && !bitmap_test(outermost->clear_bitmap, end)) {
        end = idom_of_node[end];
        below = end < objects && (bitmap_test(outermost->member_bitmap, end) || bitmap_test(outermost->below_bitmap, end));
    }
    for (uint32_t at = node; at != end; at = idom_of_node[at])
        bitmap_set(below ? outermost->below_bitmap : outermost->clear_bitmap, at);
    return below;
}

uint64_t outermost_bytes(const struct outermost *outermost, uint32_t node)
{
    return outermost_is_below(outermost, node) ? 0 : model_retained(outermost->model, node);
}
