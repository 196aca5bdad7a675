/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/retained.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "graph/node_sums.h"

/* The NULL object, a child of the virtual root that dominates nothing, was counted like any other. */
static void discount_null(uint32_t virtual_root, uint32_t *count_of_node)
{
    count_of_node[NODE_NULL]--;
    count_of_node[virtual_root]--;
}

/* Bottom-up: each node is complete, but for itself, when it is added to its dominator, which comes earlier in the order. */
static enum wh_status add_up(const struct dominators *dominators, const struct node_sizes *sizes, const struct progress *progress,
                             struct wh_error *error, struct node_sums *bytes, uint32_t *count_of_node)
{
    const uint32_t *node_of_rank = dominators->node_of_rank, *idom_of_node = dominators->idom_of_node;
    uint32_t last = dominators->node_count + 1;
    for (uint32_t rank = last; rank > 0; --rank) {
        enum wh_status status = progress_tick(progress, "retained sizes", last - rank, last, error);
        if (status)
            return status;
        uint32_t node = node_of_rank[rank], idom = idom_of_node[node];
        if (idom == NODE_NONE) /* the garbage root */
            continue;
        uint64_t of_node = node_sums_get(bytes, node) + node_sizes_get(sizes, node);
        node_sums_set(bytes, node, of_node);
        node_sums_set(bytes, idom, node_sums_get(bytes, idom) + of_node);
        count_of_node[idom] += ++count_of_node[node];
    }
    discount_null(dominators->node_count, count_of_node);
    return WH_OK;
}

enum wh_status retained_init(const struct dominators *dominators, const struct node_sizes *sizes, const struct progress *progress,
                             struct wh_error *error, struct retained *ret)
{
    struct node_sums bytes = {0};
    uint32_t entries = dominators->node_count + 2;
    *ret = (struct retained){0};
    enum wh_status status = node_sums_init(entries, "retained bytes", error, &bytes);
    if (!status)
        status = array_alloc_zeroed(entries, sizeof(uint32_t), "retained objects", error, &ret->retained_count_of_node);
    if (!status)
        status = add_up(dominators, sizes, progress, error, &bytes, ret->retained_count_of_node);
    if (!status)
        status = node_sums_finish(&bytes, error, &ret->retained_size_of_node, &ret->retained_big_sizes, &ret->retained_big_size_count);
    node_sums_deinit(&bytes);
    if (status)
        retained_deinit(ret);
    return status;
}

void retained_deinit(struct retained *retained)
{
    free(retained->retained_size_of_node);
    free(retained->retained_big_sizes);
    free(retained->retained_count_of_node);
    *retained = (struct retained){0};
}

/* ------------------------------------------------------------------------------------------------ dominator tree */

static enum wh_status allocate_tree(struct dominator_tree *tree, struct wh_error *error)
{
    size_t entries = (size_t)tree->node_count + 3;
    enum wh_status status = array_alloc_zeroed(entries, sizeof(uint32_t), "the dominator tree", error, &tree->first_child_of_node);
    if (!status)
        status = array_alloc(tree->node_count, sizeof(uint32_t), "the dominator tree's children", error, &tree->child);
    if (!status)
        status = array_alloc(bitmap_word_count(entries), sizeof(uint64_t), "the dominator tree's families", error, &tree->unsorted_bitmap);
    if (!status)
        memset(tree->unsorted_bitmap, 0xff, bitmap_word_count(entries) * sizeof(uint64_t));
    return status;
}

/* A counting sort by dominator: children ascend by number. first_child_of_node starts as counts, shifted up by one. */
static void place_children(const struct dominators *dominators, struct dominator_tree *tree)
{
    uint32_t *cursor = tree->first_child_of_node + 1, place = 0;
    for (uint32_t node = 1; node < tree->node_count; ++node)
        ++cursor[dominators->idom_of_node[node]];
    for (uint32_t parent = 0; parent < tree->node_count + 2; ++parent) {
        uint32_t count = cursor[parent];
        cursor[parent] = place;
        place += count;
    }
    for (uint32_t node = 1; node < tree->node_count; ++node)
        tree->child[cursor[dominators->idom_of_node[node]]++] = node;
}

/* Stable. For the families of most nodes. */
static void insertion_sort(const struct node_sizes *bytes, uint32_t *child, uint32_t count)
{
    for (uint32_t i = 1; i < count; ++i) {
        uint32_t node = child[i], place = i;
        for (; place > 0 && node_sizes_get(bytes, child[place - 1]) < node_sizes_get(bytes, node); --place)
            child[place] = child[place - 1];
        child[place] = node;
    }
}

/* Merges the sorted runs [0, middle) and [middle, count) of `from` into `to`, the first run's first if equal. */
static void merge(const struct node_sizes *bytes, const uint32_t *from, uint32_t middle, uint32_t count, uint32_t *to)
{
    uint32_t left = 0, right = middle;
    for (uint32_t i = 0; i < count; ++i) {
        bool take_right = left == middle || (right < count && node_sizes_get(bytes, from[right]) > node_sizes_get(bytes, from[left]));
        to[i] = from[take_right ? right++ : left++];
    }
}

enum { SHORT_RUN = 16 };

static inline uint32_t smaller_of(uint64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

/* Bottom-up and stable. */
static void merge_sort(const struct node_sizes *bytes, uint32_t *child, uint32_t count, uint32_t *scratch)
{
    for (uint64_t start = 0; start < count; start += SHORT_RUN)
        insertion_sort(bytes, child + start, smaller_of(count - start, SHORT_RUN));
    uint32_t *from = child, *to = scratch;
    for (uint64_t run = SHORT_RUN; run < count; run *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * run)
            merge(bytes, from + start, smaller_of(run, (uint32_t)(count - start)),
                  smaller_of(2 * run, (uint32_t)(count - start)), to + start);
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != child)
        memcpy(child, from, count * sizeof(uint32_t));
}

enum { DIGIT_BITS = 8, DIGIT_VALUES = 1 << DIGIT_BITS, LARGE_FAMILY = 1024 };

/* The bits in which sizes differ. */
static uint64_t differing_bits(const struct node_sizes *bytes, const uint32_t *child, uint32_t count)
{
    uint64_t differing = 0;
    for (uint32_t i = 1; i < count; ++i)
        differing |= node_sizes_get(bytes, child[i]) ^ node_sizes_get(bytes, child[0]);
    return differing;
}

static inline uint32_t descending_digit(uint64_t bytes, unsigned shift)
{
    return (uint32_t)(~bytes >> shift) & (DIGIT_VALUES - 1);
}

static void sort_by_digit(const struct node_sizes *bytes, unsigned shift, const uint32_t *from, uint32_t count, uint32_t *to)
{
    uint32_t place_of_digit[DIGIT_VALUES] = {0}, place = 0;
    for (uint32_t i = 0; i < count; ++i)
        ++place_of_digit[descending_digit(node_sizes_get(bytes, from[i]), shift)];
    for (uint32_t digit = 0; digit < DIGIT_VALUES; ++digit) {
        uint32_t with_digit = place_of_digit[digit];
        place_of_digit[digit] = place;
        place += with_digit;
    }
    for (uint32_t i = 0; i < count; ++i)
        to[place_of_digit[descending_digit(node_sizes_get(bytes, from[i]), shift)]++] = from[i];
}

/*
 * Stable: by the lowest digit first. A large family has members of a few sizes, in no order: comparing them would be guesswork for the
 * processor, and sizes of less than 64 KiB have two digits.
 */
static void radix_sort(const struct node_sizes *bytes, uint32_t *child, uint32_t count, uint32_t *scratch)
{
    uint64_t differing = differing_bits(bytes, child, count);
    uint32_t *from = child, *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (!(differing >> shift & (DIGIT_VALUES - 1)))
            continue;
        sort_by_digit(bytes, shift, from, count, to);
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != child)
        memcpy(child, from, count * sizeof(uint32_t));
}

static uint32_t largest_family(const struct dominator_tree *tree)
{
    uint32_t largest = 0;
    for (uint32_t parent = 0; parent < tree->node_count + 2; ++parent) {
        uint32_t count = tree->first_child_of_node[parent + 1] - tree->first_child_of_node[parent];
        if (count > largest)
            largest = count;
    }
    return largest;
}

void dominator_tree_sort_family(const struct dominator_tree *tree, uint32_t parent)
{
    uint32_t first = tree->first_child_of_node[parent], count = tree->first_child_of_node[parent + 1] - first;
    bitmap_clear(tree->unsorted_bitmap, parent);
    if (count >= LARGE_FAMILY)
        radix_sort(&tree->retained_sizes, tree->child + first, count, tree->scratch);
    else if (count > 1)
        merge_sort(&tree->retained_sizes, tree->child + first, count, tree->scratch);
}

enum wh_status dominator_tree_sort(struct dominator_tree *tree, const struct progress *progress, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    for (uint32_t parent = 0; !status && tree->unsorted_bitmap && parent < tree->node_count + 2; ++parent) {
        if (bitmap_test(tree->unsorted_bitmap, parent))
            dominator_tree_sort_family(tree, parent);
        status = progress_tick(progress, "the dominator tree", parent, tree->node_count, error);
    }
    return status;
}

enum wh_status dominator_tree_init(const struct dominators *dominators, const struct retained *retained,
                                   const struct progress *progress, struct wh_error *error, struct dominator_tree *ret)
{
    *ret = (struct dominator_tree){.node_count = dominators->node_count, .retained_sizes = retained_sizes(retained)};
    enum wh_status status = progress_report(progress, "the dominator tree", 0, dominators->node_count, error);
    if (!status)
        status = allocate_tree(ret, error);
    if (!status) {
        place_children(dominators, ret);
        status = array_alloc(largest_family(ret), sizeof(uint32_t), "sorting the dominator tree", error, &ret->scratch);
    }
    if (status)
        dominator_tree_deinit(ret);
    return status;
}

void dominator_tree_deinit(struct dominator_tree *tree)
{
    free(tree->first_child_of_node);
    free(tree->child);
    free(tree->unsorted_bitmap);
    free(tree->scratch);
    *tree = (struct dominator_tree){0};
}
