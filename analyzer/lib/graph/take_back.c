/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/take_back.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "graph/node_sums.h"

/* What is known of a node besides its path, together: at a random place four bytes cost as much as sixteen. By new number. */
struct node_results { uint64_t retained_bytes; uint32_t retained_count, idom; };

/* Makes old numbers of the new ones in an array, which is in an order in which they are near. The virtual roots and NODE_NONE stay what they are. */
static void name_old_nodes(const struct renumbering *renumbering, uint32_t *nodes, uint32_t count)
{
    uint32_t node_count = renumbering->original->node_count;
    for (uint32_t i = 0; i < count; ++i)
        nodes[i] = nodes[i] < node_count ? renumbering->old_of_new[nodes[i]] : nodes[i];
}

/* Each node by itself. Node 0 and the virtual roots are no objects and do not count. */
static void put_sizes(const struct renumbering *renumbering, const struct node_sizes *sizes, struct node_results *results)
{
    uint32_t nodes = renumbering->original->node_count;
    for (uint32_t node = 0; node < nodes; ++node)
        results[node] = (struct node_results){node_sizes_get(sizes, renumbering->old_of_new[node]), 1, NODE_NONE};
    results[NODE_NULL].retained_count = 0;
    results[nodes] = results[nodes + 1] = (struct node_results){0, 0, NODE_NONE};
}

enum { PREFETCH_RANKS = 24 };

/* Bottom-up, as in retained.c. Along what was a chain of scattered nodes the next one is a few lines of the cache away. */
static enum wh_status add_up(const struct dominators *dominators, const struct progress *progress, struct wh_error *error,
                             struct node_results *results)
{
    uint32_t last = dominators->node_count + 1;
    for (uint32_t rank = last; rank > 0; --rank) {
        enum wh_status status = progress_tick(progress, "retained sizes", last - rank, last, error);
        if (status)
            return status;
        uint32_t ahead = dominators->node_of_rank[rank > PREFETCH_RANKS ? rank - PREFETCH_RANKS : 0];
        __builtin_prefetch(&dominators->idom_of_node[ahead]);
        __builtin_prefetch(&results[ahead], 1);
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        if (idom == NODE_NONE) /* the garbage root */
            continue;
        results[idom].retained_bytes += results[node].retained_bytes;
        results[idom].retained_count += results[node].retained_count;
    }
    return WH_OK;
}

/* By new number, the dominators by old ones. Frees what it has of the dominators. */
static enum wh_status put_together(const struct renumbering *renumbering, const struct node_sizes *sizes, const struct progress *progress,
                                   struct wh_error *error, struct dominators *dominators, struct node_results *results)
{
    uint32_t entries = renumbering->original->node_count + 2;
    put_sizes(renumbering, sizes, results);
    enum wh_status status = add_up(dominators, progress, error, results);
    dominators_forget_order(dominators);
    name_old_nodes(renumbering, dominators->idom_of_node, entries);
    for (uint32_t node = 0; node < entries; ++node)
        results[node].idom = dominators->idom_of_node[node];
    free(dominators->idom_of_node);
    dominators->idom_of_node = NULL;
    return status;
}

static enum wh_status allocate(uint32_t node_count, struct wh_error *error, struct dominators *dominators, struct node_sums *bytes,
                               struct retained *retained)
{
    size_t entries = (size_t)node_count + 2;
    enum wh_status status = array_alloc(entries, sizeof(uint32_t), "immediate dominators", error, &dominators->idom_of_node);
    if (!status)
        status = node_sums_init((uint32_t)entries, "retained bytes", error, bytes);
    if (!status)
        status = array_alloc(entries, sizeof(uint32_t), "retained objects", error, &retained->retained_count_of_node);
    return status;
}

static void take_apart(const struct renumbering *renumbering, const struct node_results *results, struct dominators *dominators,
                       struct node_sums *bytes, struct retained *retained)
{
    uint32_t nodes = renumbering->original->node_count;
    for (uint32_t node = 0; node < nodes + 2; ++node) {
        struct node_results of_node = results[node < nodes ? renumbering->new_of_old[node] : node];
        dominators->idom_of_node[node] = of_node.idom;
        node_sums_set(bytes, node, of_node.retained_bytes);
        retained->retained_count_of_node[node] = of_node.retained_count;
    }
}

static enum wh_status take_back_retained(const struct renumbering *renumbering, const struct node_sizes *sizes, const struct progress *progress,
                                         struct wh_error *error, struct dominators *dominators, struct retained *retained)
{
    uint32_t nodes = renumbering->original->node_count;
    struct node_results *results = NULL;
    struct node_sums bytes = {0};
    enum wh_status status = array_alloc((size_t)nodes + 2, sizeof(*results), "retained sizes in another order", error, &results);
    if (!status)
        status = put_together(renumbering, sizes, progress, error, dominators, results);
    if (!status)
        status = progress_report(progress, "objects in their own order", 0, nodes, error);
    if (!status)
        status = allocate(nodes, error, dominators, &bytes, retained);
    if (!status)
        take_apart(renumbering, results, dominators, &bytes, retained);
    free(results);
    if (!status)
        status = node_sums_finish(&bytes, error, &retained->retained_size_of_node, &retained->retained_big_sizes, &retained->retained_big_size_count);
    node_sums_deinit(&bytes);
    return status;
}

static enum wh_status take_back_live(const struct renumbering *renumbering, struct wh_error *error, uint64_t **bitmap)
{
    uint32_t nodes = renumbering->original->node_count;
    uint64_t *old = NULL;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(nodes), sizeof(uint64_t), "the live objects", error, &old);
    if (status)
        return status;
    for (uint32_t node = 0; node < nodes; ++node)
        old[node / BITMAP_WORD_BITS] |= (uint64_t)bitmap_test(*bitmap, renumbering->new_of_old[node]) << node % BITMAP_WORD_BITS;
    free(*bitmap);
    *bitmap = old;
    return WH_OK;
}

static enum wh_status take_back_parents(const struct renumbering *renumbering, struct wh_error *error, uint32_t **parents)
{
    uint32_t nodes = renumbering->original->node_count, *old = NULL, *new = *parents;
    enum wh_status status = array_alloc(nodes, sizeof(*old), "shortest paths", error, &old);
    if (status)
        return status;
    name_old_nodes(renumbering, new, nodes);
    for (uint32_t node = 0; node < nodes; ++node)
        old[node] = new[renumbering->new_of_old[node]];
    free(new);
    *parents = old;
    return WH_OK;
}

/* In ascending order of the old numbers. */
static void take_back_starts(const struct renumbering *renumbering, const struct bfs_tree *new, struct bfs_tree *old)
{
    uint32_t found = 0;
    for (uint32_t node = 1; node < old->node_count; ++node) {
        if (old->parent_of_node[node] != NODE_NONE || !bfs_tree_is_reached(old, node))
            continue;
        old->start_node[found] = node;
        old->root_of_start[found++] = bfs_tree_root_of_start(new, renumbering->new_of_old[node]);
    }
    assert(found == old->start_count);
}

/* Paths reach what is live. */
static enum wh_status take_back_paths(const struct renumbering *renumbering, const uint64_t *live_bitmap, struct wh_error *error,
                                      struct bfs_tree *paths)
{
    struct bfs_tree new = {.start_count = paths->start_count, .start_node = paths->start_node, .root_of_start = paths->root_of_start};
    paths->start_node = paths->root_of_start = NULL;
    memcpy(paths->reached_bitmap, live_bitmap, bitmap_word_count(paths->node_count) * sizeof(uint64_t));
    enum wh_status status = take_back_parents(renumbering, error, &paths->parent_of_node);
    if (!status)
        status = array_alloc(new.start_count, sizeof(uint32_t), "the paths' starts", error, &paths->start_node);
    if (!status)
        status = array_alloc(new.start_count, sizeof(uint32_t), "the starts' roots", error, &paths->root_of_start);
    if (!status)
        take_back_starts(renumbering, &new, paths);
    bfs_tree_deinit(&new);
    return status;
}

enum wh_status take_back_results(const struct renumbering *renumbering, const struct node_sizes *sizes, const struct progress *progress,
                                 struct wh_error *error, struct dominators *dominators, struct retained *retained, struct bfs_tree *paths)
{
    name_old_nodes(renumbering, dominators->garbage_entry, dominators->garbage_entry_count);
    enum wh_status status = take_back_retained(renumbering, sizes, progress, error, dominators, retained);
    if (!status)
        status = take_back_live(renumbering, error, &dominators->live_bitmap);
    if (!status && paths)
        status = take_back_paths(renumbering, dominators->live_bitmap, error, paths);
    return status;
}
