/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sums by node that nearly always fit into 32 bits, while they are added up; the few that do not carry over into a second array, of which only
 * the pages that are written take memory. Finished, they are like node_sizes.h: four bytes a node instead of eight.
 */
#ifndef WHOHOLDS_ANALYZER_NODE_SUMS_H
#define WHOHOLDS_ANALYZER_NODE_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/bitmap.h"
#include "graph/node_sizes.h"

struct node_sums {
    uint32_t count;
    uint32_t *low_of_node, *high_of_node;
    uint64_t *carried_bitmap;       /* who has a high part, */
    bool carries;                   /* if anyone has: most heaps need not look */
};

/* All are 0. `what`: what the error calls them. */
enum wh_status node_sums_init(uint32_t count, const char *what, struct wh_error *error, struct node_sums *ret) WH_MUST_USE;
void node_sums_deinit(struct node_sums *sums);

/* Sizes as node_sizes.h has them, with their table: the caller's. The sums are spent, also after a failure. */
enum wh_status node_sums_finish(struct node_sums *sums, struct wh_error *error, uint32_t **size_of_node, struct node_big_size **big_size,
                                uint32_t *big_size_count) WH_MUST_USE;

static inline bool node_sums_has_carried(const struct node_sums *sums, uint32_t node)
{
    return sums->carries && bitmap_test(sums->carried_bitmap, node);
}

static inline uint64_t node_sums_get(const struct node_sums *sums, uint32_t node)
{
    uint64_t low = sums->low_of_node[node];
    return __builtin_expect(node_sums_has_carried(sums, node), 0) ? (uint64_t)sums->high_of_node[node] << 32 | low : low;
}

static inline void node_sums_set(struct node_sums *sums, uint32_t node, uint64_t bytes)
{
    sums->low_of_node[node] = (uint32_t)bytes;
    if (__builtin_expect(bytes >> 32 || node_sums_has_carried(sums, node), 0)) {
        sums->carries = true;
        bitmap_set(sums->carried_bitmap, node);
        sums->high_of_node[node] = (uint32_t)(bytes >> 32);
    }
}

#endif
