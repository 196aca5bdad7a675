/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shallow sizes of nodes: 32 bits each, and a short table for the few objects of 4 GiB and more. */
#ifndef WHOHOLDS_ANALYZER_NODE_SIZES_H
#define WHOHOLDS_ANALYZER_NODE_SIZES_H

#include <assert.h>
#include <stdint.h>

struct node_big_size {
    uint32_t node;
    uint64_t size;
};

/* A view: whoever made the arrays owns them. */
struct node_sizes {
    const uint32_t *size_of_node;         /* bytes; UINT32_MAX means: look in the table */
    const struct node_big_size *big_size; /* exactly the nodes whose entry is UINT32_MAX, ascending by node */
    uint32_t big_size_count;
};

static inline uint64_t node_sizes_find_big(const struct node_sizes *sizes, uint32_t node)
{
    uint32_t low = 0, high = sizes->big_size_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sizes->big_size[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low < sizes->big_size_count && sizes->big_size[low].node == node);
    return sizes->big_size[low].size;
}

/* The shallow size of a node in bytes. */
static inline uint64_t node_sizes_get(const struct node_sizes *sizes, uint32_t node)
{
    uint32_t size = sizes->size_of_node[node];
    return __builtin_expect(size == UINT32_MAX, 0) ? node_sizes_find_big(sizes, node) : size;
}

#endif
