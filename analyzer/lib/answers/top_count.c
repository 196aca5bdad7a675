/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/top_count.h"

#include <stdlib.h>

#include "base/array.h"

static struct top_bucket *bucket_of(const struct top_counter *counter, uint32_t node)
{
    if (counter->bucket_of_type)
        return &counter->buckets[counter->bucket_of_type[counter->model->heap->type_of_node[node]]];
    return &counter->buckets[counter->bucket_of_node[node]];
}

static void count(struct top_counter *counter, struct top_bucket *bucket, uint32_t node)
{
    bucket->count++;
    bucket->shallow += model_shallow(counter->model, node);
    if (!counter->depth_of_bucket[bucket - counter->buckets])
        bucket->retained += model_retained(counter->model, node);
}

static void enter(struct top_counter *counter, uint32_t node)
{
    if (node < counter->model->heap->node_count) {
        struct top_bucket *bucket = bucket_of(counter, node);
        count(counter, bucket, node);
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

void top_counter_run(struct top_counter *counter)
{
    const struct dominator_tree *tree = counter->model->tree;
    const uint32_t *count_of_node = counter->model->retained->retained_count_of_node;
    enter(counter, graph_virtual_root(&counter->model->retention->graph));
    while (counter->stack_count) {
        uint32_t node = counter->stack[counter->stack_count - 1].node, next = counter->stack[counter->stack_count - 1].next;
        uint32_t end = tree->first_child_of_node[node + 1];
        for (; next < end && count_of_node[tree->child[next]] == 1; next++) /* those that dominate nothing, which most do */
            count(counter, bucket_of(counter, tree->child[next]), tree->child[next]);
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
