/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/top_count.h"

#include <stdlib.h>

#include "base/array.h"

/* How many objects ahead what is noted of one is fetched: the largest families stand in the order of size, not in that of the heap. */
enum { PREFETCH_CHILDREN = 16 };

static inline struct top_bucket *bucket_of(const struct top_counter *counter, uint32_t node)
{
    if (counter->bucket_of_type)
        return &counter->buckets[counter->bucket_of_type[counter->model->heap->type_of_node[node]]];
    return &counter->buckets[counter->bucket_of_node[node]];
}

static inline void count(struct top_counter *counter, struct top_bucket *bucket, uint64_t shallow, uint64_t retained)
{
    bucket->count++;
    bucket->shallow += shallow;
    if (!counter->depth_of_bucket[bucket - counter->buckets])
        bucket->retained += retained;
}

static void enter(struct top_counter *counter, uint32_t node)
{
    if (node < counter->model->heap->node_count) {
        struct top_bucket *bucket = bucket_of(counter, node);
        count(counter, bucket, model_shallow(counter->model, node), model_retained(counter->model, node));
        counter->depth_of_bucket[bucket - counter->buckets]++;
    }
    counter->stack[counter->stack_count].node = node;
    counter->stack[counter->stack_count++].next = counter->model->tree->first_child_of_node[node];
}

static void leave(struct top_counter *counter, uint32_t node)
{
    counter->stack_count--;
    if (node < counter->model->heap->node_count)
        counter->depth_of_bucket[bucket_of(counter, node) - counter->buckets]--;
}

static inline void prefetch_object(const struct top_counter *counter, uint32_t node)
{
    __builtin_prefetch(&counter->model->retained->retained_count_of_node[node]);
    __builtin_prefetch(&counter->model->heap->type_of_node[node]);
    __builtin_prefetch(&counter->model->heap->size_of_node[node]);
}

/* Counts the children from `next` on that dominate nothing, which most do: they retain themselves. Returns the first other one. */
static uint32_t count_leaves(struct top_counter *counter, uint32_t next, uint32_t end)
{
    const uint32_t *child = counter->model->tree->child, *count_of_node = counter->model->retained->retained_count_of_node;
    struct node_sizes sizes = heap_sizes(counter->model->heap);
    for (; next < end; next++) {
        if (end - next > PREFETCH_CHILDREN)
            prefetch_object(counter, child[next + PREFETCH_CHILDREN]);
        uint32_t node = child[next];
        if (count_of_node[node] != 1)
            break;
        uint64_t size = node_sizes_get(&sizes, node);
        count(counter, bucket_of(counter, node), size, size);
    }
    return next;
}

void top_counter_run(struct top_counter *counter)
{
    const struct dominator_tree *tree = counter->model->tree;
    enter(counter, graph_virtual_root(&counter->model->retention->graph));
    while (counter->stack_count) {
        uint32_t node = counter->stack[counter->stack_count - 1].node, end = tree->first_child_of_node[node + 1];
        uint32_t next = count_leaves(counter, counter->stack[counter->stack_count - 1].next, end);
        counter->stack[counter->stack_count - 1].next = next + 1;
        if (next < end)
            enter(counter, tree->child[next]);
        else
            leave(counter, node);
    }
}

enum wh_status top_counter_init(struct top_counter *counter, uint32_t buckets, struct wh_error *error)
{
    size_t rows = (size_t)buckets + 1, nodes = (size_t)counter->model->heap->node_count + 2;
    enum wh_status status = array_alloc_zeroed(rows, sizeof(*counter->buckets), "sums by row", error, &counter->buckets);
    if (!status)
        status = array_alloc_zeroed(rows, sizeof(uint32_t), "depths of rows", error, &counter->depth_of_bucket);
    if (!status)
        status = array_alloc(nodes, sizeof(*counter->stack), "the walk over the dominator tree", error, &counter->stack);
    return status;
}

void top_counter_deinit(struct top_counter *counter)
{
    free(counter->buckets);
    free(counter->depth_of_bucket);
    free(counter->stack);
}

int top_compare_buckets(const void *left, const void *right)
{
    const struct top_bucket *a = left, *b = right;
    if (a->retained != b->retained)
        return a->retained > b->retained ? -1 : 1;
    return (a->type > b->type) - (a->type < b->type);
}
