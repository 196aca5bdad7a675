/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/below.h"

#include <stdlib.h>

#include "base/array.h"

enum wh_status below_init(const struct dominators *dominators, const uint64_t *member_bitmap, struct wh_error *error, struct below *ret)
{
    size_t words = bitmap_word_count(dominators->node_count);
    *ret = (struct below){.dominators = dominators, .member_bitmap = member_bitmap};
    enum wh_status status = array_alloc_zeroed(words, sizeof(uint64_t), "what a set dominates", error, &ret->seen);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "what a set dominates", error, &ret->below);
    if (status)
        below_deinit(ret);
    return status;
}

void below_deinit(struct below *below)
{
    free(below->seen);
    free(below->below);
    below->seen = below->below = NULL;
}

bool below_is_in_or_under(struct below *below, uint32_t node)
{
    const struct dominators *dominators = below->dominators;
    uint32_t top = node;
    while (top < dominators->node_count && !bitmap_test(below->seen, top) && !bitmap_test(below->member_bitmap, top))
        top = dominators->idom_of_node[top];
    bool is_below = top < dominators->node_count && (bitmap_test(below->member_bitmap, top) || bitmap_test(below->below, top));
    for (; node != top; node = dominators->idom_of_node[node]) {
        bitmap_set(below->seen, node);
        if (is_below)
            bitmap_set(below->below, node);
    }
    return is_below;
}
