/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/top_count.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/prefetch.h"

/* How many objects ahead what is noted of one is fetched: a sorted family stands in the order of size, not in that of the heap. */
enum { PREFETCH_CHILDREN = 16 };

/* No row: the virtual root. */
#define BUCKET_NONE UINT32_MAX

static inline uint32_t bucket_of(const struct top_counter *counter, uint32_t node)
{
    return counter->bucket_of_type ? counter->bucket_of_type[counter->model->heap->type_of_node[node]] : counter->bucket_of_node[node];
}

static inline void count(struct top_counter *counter, uint32_t bucket, uint64_t shallow, uint64_t retained)
{
    struct top_bucket *row = &counter->buckets[bucket];
    row->count++;
    row->shallow += shallow;
    row->retained += counter->depth_of_bucket[bucket] ? 0 : retained;
}

static inline void enter(struct top_counter *counter, uint32_t node, uint32_t bucket)
{
    const uint32_t *first = counter->model->tree->first_child_of_node;
    if (bucket != BUCKET_NONE)
        counter->depth_of_bucket[bucket]++;
    counter->stack[counter->stack_count++] = (struct top_step){bucket, first[node], first[node + 1]};
}

static inline void prefetch_object(const struct top_counter *counter, uint32_t node)
{
    prefetch_is_wanted();
    __builtin_prefetch(&counter->model->retained->retained_count_of_node[node]);
    __builtin_prefetch(&counter->model->heap->type_of_node[node]);
    __builtin_prefetch(&counter->model->heap->size_of_node[node]);
}

/*
 * Counts children up to one that dominates something itself, and goes down to that one. Most dominate nothing: they retain themselves.
 */
static void advance(struct top_counter *counter, const struct node_sizes *sizes)
{
    struct top_step *step = &counter->stack[counter->stack_count - 1];
    const uint32_t *child = counter->model->tree->child, *count_of_node = counter->model->retained->retained_count_of_node;
    while (step->next < step->end) {
        if (step->end - step->next > PREFETCH_CHILDREN)
            prefetch_object(counter, child[step->next + PREFETCH_CHILDREN]);
        uint32_t node = child[step->next++], bucket = bucket_of(counter, node);
        bool leaf = count_of_node[node] == 1;
        uint64_t shallow = node_sizes_get(sizes, node);
        count(counter, bucket, shallow, leaf ? shallow : model_retained(counter->model, node));
        if (!leaf) {
            enter(counter, node, bucket);
            return;
        }
    }
    if (step->bucket != BUCKET_NONE)
        counter->depth_of_bucket[step->bucket]--;
    counter->stack_count--;
}

void top_counter_run(struct top_counter *counter)
{
    struct node_sizes sizes = heap_sizes(counter->model->heap);
    enter(counter, graph_virtual_root(&counter->model->retention->graph), BUCKET_NONE);
    while (counter->stack_count)
        advance(counter, &sizes);
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
