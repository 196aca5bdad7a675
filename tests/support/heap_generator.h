/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graphs with the shape of a Python heap, for tests and benchmarks: the same arguments always give the same graph.
 *
 * What is in them: immortal objects and types as roots, which nearly everything refers to; modules with functions; records
 * (instance, its dict, values, half of them doubly linked, all sharing one hub); JSON trees; containers of very different lengths;
 * two chains as deep as an eighth of the nodes; cycles of garbage. About 2.6 references an object, nine in ten objects with a
 * single referrer, four in ten references to a type or another root.
 */
#ifndef WHOHOLDS_TESTS_HEAP_GENERATOR_H
#define WHOHOLDS_TESTS_HEAP_GENERATOR_H

#include <stdint.h>

#include "graph/graph.h"

enum heap_order {
    HEAP_ORDER_DUMP,  /* containers in the order of allocation, then leaves in the order of their first reference */
    HEAP_ORDER_INTER, /* containers in the order of allocation, each leaf right after its first referrer: a snapshot's order */
    HEAP_ORDER_ADDR,  /* by address, in an allocator with pools of equal sizes */
    HEAP_ORDER_SHUF,  /* at random */
};

struct heap_graph {
    struct graph graph;
    uint32_t *size_of_node; /* the caller frees it with heap_graph_deinit() */
};

/* A heap of about node_count objects, at least 200. Aborts when memory runs out. */
struct heap_graph heap_graph_generate(uint32_t node_count, enum heap_order order, uint64_t seed);
void heap_graph_deinit(struct heap_graph *heap);

#endif
