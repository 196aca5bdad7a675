/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap_generator.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap.h"
#include "graph_builder.h"

enum { TYPE_COUNT = 40, NAME_COUNT = 60, LEAF_TYPE = 1, DICT_TYPE = 2, LIST_TYPE = 3, FUNCTION_TYPE = 4, CODE_TYPE = 5 };

/* A heap in the making, its objects in the order of allocation: a leaf before the container that holds it. */
struct heap {
    struct graph_builder builder;
    struct random random;
    uint32_t node_target;
    uint32_t node_capacity;
    uint32_t *size_of_node;
    uint64_t *leaf_bitmap;
};

static void *must(void *memory)
{
    if (!memory) {
        fputs("out of memory while generating a heap\n", stderr);
        abort();
    }
    return memory;
}

static void refer(struct heap *heap, uint32_t from, uint32_t to)
{
    graph_builder_edge(&heap->builder, from, to);
}

static uint32_t allocate(struct heap *heap, uint32_t size)
{
    uint32_t node = graph_builder_node(&heap->builder);
    if (node >= heap->node_capacity) {
        fputs("a generated heap is larger than planned\n", stderr);
        abort();
    }
    heap->size_of_node[node] = size;
    return node;
}

/* An object and its reference to its type (the first nodes are the types). */
static uint32_t container(struct heap *heap, uint32_t type, uint32_t size)
{
    uint32_t node = allocate(heap, size);
    refer(heap, node, type);
    return node;
}

static uint32_t leaf(struct heap *heap)
{
    uint32_t node = container(heap, LEAF_TYPE, 24 + 8 * random_below(&heap->random, 12));
    bitmap_set(heap->leaf_bitmap, node);
    return node;
}

static uint32_t a_type(struct heap *heap)
{
    return 10 + random_below(&heap->random, TYPE_COUNT - 10);
}

static uint32_t a_name(struct heap *heap)
{
    return 1 + TYPE_COUNT + random_below(&heap->random, NAME_COUNT);
}

static bool has_room(const struct heap *heap, uint32_t limit)
{
    return heap->builder.node_count < limit && heap->builder.node_count < heap->node_target;
}

static void make_immortals(struct heap *heap)
{
    for (uint32_t i = 0; i < TYPE_COUNT + NAME_COUNT; ++i)
        graph_builder_root(&heap->builder, allocate(heap, i < TYPE_COUNT ? 1064 : 56));
    for (uint32_t type = 1; type <= TYPE_COUNT; ++type)
        refer(heap, type, a_name(heap));
}

static void make_function(struct heap *heap, uint32_t module_dict)
{
    uint32_t code = container(heap, CODE_TYPE, 200), function = container(heap, FUNCTION_TYPE, 136);
    refer(heap, code, a_name(heap));
    refer(heap, code, leaf(heap));
    refer(heap, function, code);
    refer(heap, function, module_dict);
    refer(heap, module_dict, function);
}

static uint32_t make_module(struct heap *heap, uint32_t modules)
{
    uint32_t module = container(heap, a_type(heap), 72), dict = container(heap, DICT_TYPE, 1000);
    refer(heap, modules, module);
    refer(heap, module, dict);
    for (uint32_t i = 0; i < 4; ++i)
        make_function(heap, dict);
    return dict;
}

/* Returns the last module's dict, where the program keeps its data. */
static uint32_t make_modules(struct heap *heap)
{
    uint32_t modules = container(heap, DICT_TYPE, 4000), dict = 0;
    graph_builder_root(&heap->builder, modules);
    uint32_t limit = heap->node_target / 50 < 20000 ? heap->node_target / 50 : 20000;
    do
        dict = make_module(heap, modules);
    while (has_room(heap, limit));
    return dict;
}

/* Instance -> dict -> values and a shared hub; half of them linked both ways with the record before. */
static uint32_t make_record(struct heap *heap, uint32_t hub, uint32_t previous)
{
    uint32_t first_value = leaf(heap), second_value = leaf(heap);
    uint32_t instance = container(heap, a_type(heap), 48), dict = container(heap, DICT_TYPE, 232);
    refer(heap, instance, dict);
    refer(heap, dict, first_value);
    refer(heap, dict, second_value);
    refer(heap, dict, hub);
    if (random_below(&heap->random, 8) == 0)
        refer(heap, dict, NODE_NULL);
    if (previous && random_below(&heap->random, 2)) {
        refer(heap, dict, previous);
        refer(heap, previous, instance);
    }
    return instance;
}

/* Lists of records, most of them short, and an index that holds every other record too. */
static void make_records(struct heap *heap, uint32_t holder, uint32_t hub, uint32_t limit)
{
    uint32_t index = container(heap, DICT_TYPE, 4000);
    refer(heap, holder, index);
    while (has_room(heap, limit)) {
        uint32_t list = container(heap, LIST_TYPE, 56), previous = 0;
        refer(heap, holder, list);
        uint32_t length = random_below(&heap->random, 16) ? 20 : heap->node_target / 40 + 1;
        for (uint32_t i = 0; i < length && has_room(heap, limit); ++i) {
            previous = make_record(heap, hub, previous);
            refer(heap, list, previous);
            if (random_below(&heap->random, 2))
                refer(heap, index, previous);
        }
    }
}

/* Dicts of lists of dicts of leaves, as from json.load(); strings that recur are shared. */
static void make_json(struct heap *heap, uint32_t holder, uint32_t hub, uint32_t limit)
{
    uint32_t list = container(heap, LIST_TYPE, 120), shared = leaf(heap);
    refer(heap, holder, list);
    refer(heap, list, shared); /* no leaf without a referrer: the orders rely on it */
    while (has_room(heap, limit)) {
        uint32_t dict = container(heap, DICT_TYPE, 232), inner = container(heap, LIST_TYPE, 88), last = container(heap, DICT_TYPE, 64);
        refer(heap, list, dict);
        refer(heap, dict, inner);
        refer(heap, dict, hub);
        refer(heap, dict, shared);
        refer(heap, inner, last);
        refer(heap, last, shared);
        refer(heap, dict, leaf(heap));
        refer(heap, inner, leaf(heap));
        refer(heap, last, shared = leaf(heap));
    }
}

/* Cells that refer to the next cell directly. */
static void make_slot_chain(struct heap *heap, uint32_t holder, uint32_t limit)
{
    for (uint32_t previous = holder; has_room(heap, limit);) {
        uint32_t cell = container(heap, a_type(heap), 48);
        refer(heap, previous, cell);
        refer(heap, cell, leaf(heap));
        previous = cell;
    }
}

/* Instances that refer to the next one through their dicts. */
static void make_dict_chain(struct heap *heap, uint32_t holder, uint32_t hub, uint32_t limit)
{
    for (uint32_t previous = holder; has_room(heap, limit);) {
        uint32_t instance = container(heap, a_type(heap), 48), dict = container(heap, DICT_TYPE, 232);
        refer(heap, previous, instance);
        refer(heap, instance, dict);
        refer(heap, dict, hub);
        previous = dict;
    }
}

/* Pairs and rings that nobody refers to, and which refer to live objects. */
static void make_garbage(struct heap *heap, uint32_t hub, uint32_t limit)
{
    while (has_room(heap, limit)) {
        uint32_t first = container(heap, a_type(heap), 48), last = first;
        for (uint32_t length = random_below(&heap->random, 6); length > 0; --length) {
            uint32_t next = container(heap, a_type(heap), 48);
            refer(heap, last, next);
            refer(heap, last, leaf(heap));
            last = next;
        }
        refer(heap, last, first);
        refer(heap, last, hub);
    }
}

static void populate(struct heap *heap)
{
    make_immortals(heap);
    uint32_t module_dict = make_modules(heap), hub = container(heap, DICT_TYPE, 232);
    refer(heap, module_dict, hub);
    for (uint32_t round = 0; round < 4; ++round) {
        uint32_t share = heap->node_target / 4, start = heap->builder.node_count;
        make_records(heap, module_dict, hub, start + share / 100 * 40);
        make_json(heap, module_dict, hub, start + share / 100 * 72);
        if (round == 1)
            make_slot_chain(heap, module_dict, start + share);
        if (round == 2)
            make_dict_chain(heap, module_dict, hub, start + share);
        if (round == 3)
            make_garbage(heap, hub, start + share / 100 * 78);
        make_records(heap, module_dict, hub, start + share);
    }
}

/* ------------------------------------------------------------------------------------------------ orders */

static bool is_leaf(const struct heap *heap, uint32_t node)
{
    return bitmap_test(heap->leaf_bitmap, node);
}

/* Numbers the leaves that a container refers to and that have no number yet. */
static uint32_t number_leaves(const struct heap *heap, const struct graph *graph, uint32_t node, uint32_t next, uint32_t *new_of_old)
{
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
        uint32_t target = graph->target_of_edge[edge];
        if (is_leaf(heap, target) && new_of_old[target] == NODE_NONE)
            new_of_old[target] = next++;
    }
    return next;
}

static void order_by_reference(const struct heap *heap, const struct graph *graph, bool interleaved, uint32_t *new_of_old)
{
    uint32_t next = 0;
    memset(new_of_old, 0xff, (size_t)graph->node_count * sizeof(uint32_t));
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        if (is_leaf(heap, node))
            continue;
        new_of_old[node] = next++;
        if (interleaved)
            next = number_leaves(heap, graph, node, next, new_of_old);
    }
    for (uint32_t node = 0; !interleaved && node < graph->node_count; ++node)
        next = number_leaves(heap, graph, node, next, new_of_old);
}

/* Each size class fills pools of 16 KiB in turn; the address order is by pool, then by place in the pool. */
static void order_by_address(const struct heap *heap, const struct graph *graph, uint32_t *new_of_old)
{
    enum { POOL_BYTES = 16384, CLASSES = 512 };
    uint32_t used_of_class[CLASSES] = {0}, pool_of_class[CLASSES] = {0}, pool_count = 1;
    uint32_t *count_of_pool = must(calloc((size_t)graph->node_count + 2, sizeof(uint32_t)));
    uint32_t *pool_of_node = must(malloc((size_t)graph->node_count * sizeof(uint32_t)));
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        uint32_t class = heap->size_of_node[node] / 16;
        if (used_of_class[class] == 0)
            pool_of_class[class] = pool_count++;
        used_of_class[class] += (class + 1) * 16;
        if (used_of_class[class] > POOL_BYTES - (class + 1) * 16)
            used_of_class[class] = 0;
        pool_of_node[node] = pool_of_class[class];
        ++count_of_pool[pool_of_node[node] + 1];
    }
    for (uint32_t pool = 1; pool <= pool_count; ++pool)
        count_of_pool[pool] += count_of_pool[pool - 1];
    for (uint32_t node = 0; node < graph->node_count; ++node)
        new_of_old[node] = count_of_pool[pool_of_node[node]]++;
    free(count_of_pool);
    free(pool_of_node);
}

static void order_at_random(struct heap *heap, const struct graph *graph, uint32_t *new_of_old)
{
    for (uint32_t node = 0; node < graph->node_count; ++node)
        new_of_old[node] = node;
    for (uint32_t node = graph->node_count - 1; node > 1; --node) {
        uint32_t other = 1 + random_below(&heap->random, node), saved = new_of_old[node];
        new_of_old[node] = new_of_old[other];
        new_of_old[other] = saved;
    }
}

/* Node 0 comes first in every order. */
static void choose_order(struct heap *heap, const struct graph *graph, enum heap_order order, uint32_t *new_of_old)
{
    switch (order) {
    case HEAP_ORDER_DUMP:
    case HEAP_ORDER_INTER:
        order_by_reference(heap, graph, order == HEAP_ORDER_INTER, new_of_old);
        return;
    case HEAP_ORDER_ADDR:
        order_by_address(heap, graph, new_of_old);
        return;
    case HEAP_ORDER_SHUF:
        order_at_random(heap, graph, new_of_old);
        return;
    }
}

static void renumber_offsets(const struct graph *old, const uint32_t *new_of_old, struct graph *graph)
{
    uint32_t *first_edge = graph->first_edge_of_node;
    for (uint32_t node = 0; node < old->node_count; ++node)
        first_edge[new_of_old[node] + 1] = old->first_edge_of_node[node + 1] - old->first_edge_of_node[node];
    for (uint32_t node = 0; node < old->node_count; ++node)
        first_edge[node + 1] += first_edge[node];
}

/* As the library allocates it. */
static uint32_t *array_of(size_t count)
{
    uint32_t *array = NULL;
    struct wh_error error;
    return must(array_alloc(count, sizeof(uint32_t), "a generated heap", &error, &array) ? NULL : array);
}

static struct graph renumber(struct graph *old, const uint32_t *new_of_old)
{
    struct graph graph = {.node_count = old->node_count, .edge_count = old->edge_count, .root_count = old->root_count};
    graph.first_edge_of_node = array_of((size_t)graph.node_count + 1);
    graph.first_edge_of_node[0] = 0;
    graph.target_of_edge = array_of(graph.edge_count);
    graph.root_node = array_of(graph.root_count);
    renumber_offsets(old, new_of_old, &graph);
    for (uint32_t node = 0; node < old->node_count; ++node) {
        uint32_t place = graph.first_edge_of_node[new_of_old[node]];
        for (uint32_t edge = old->first_edge_of_node[node]; edge < old->first_edge_of_node[node + 1]; ++edge)
            graph.target_of_edge[place++] = new_of_old[old->target_of_edge[edge]];
    }
    for (uint32_t i = 0; i < old->root_count; ++i)
        graph.root_node[i] = new_of_old[old->root_node[i]];
    graph_deinit(old);
    return graph;
}

static uint32_t *renumber_sizes(const struct heap *heap, const uint32_t *new_of_old, uint32_t node_count)
{
    uint32_t *size_of_node = must(malloc((size_t)node_count * sizeof(uint32_t)));
    for (uint32_t node = 0; node < node_count; ++node)
        size_of_node[new_of_old[node]] = heap->size_of_node[node];
    return size_of_node;
}

struct heap_graph heap_graph_generate(uint32_t node_count, enum heap_order order, uint64_t seed)
{
    uint32_t capacity = node_count + 1000;
    struct heap heap = {.random = {seed}, .node_target = node_count, .node_capacity = capacity};
    heap.size_of_node = must(calloc(capacity, sizeof(uint32_t)));
    heap.leaf_bitmap = must(calloc(bitmap_word_count(capacity), sizeof(uint64_t)));
    graph_builder_init(&heap.builder);
    populate(&heap);
    struct graph graph = graph_builder_finish(&heap.builder);
    uint32_t *new_of_old = must(malloc((size_t)graph.node_count * sizeof(uint32_t)));
    choose_order(&heap, &graph, order, new_of_old);
    struct heap_graph result = {.size_of_node = renumber_sizes(&heap, new_of_old, graph.node_count)};
    result.graph = renumber(&graph, new_of_old);
    free(new_of_old);
    free(heap.size_of_node);
    free(heap.leaf_bitmap);
    return result;
}

void heap_graph_deinit(struct heap_graph *heap)
{
    graph_deinit(&heap->graph);
    free(heap->size_of_node);
    *heap = (struct heap_graph){0};
}
