/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graphs for tests: written down by hand in a small language, or made at random from a seed. Everything here aborts when memory
 * runs out.
 *
 * The language: statements end at a semicolon or a line's end.
 *     root a b        a and b are roots, in this order
 *     a -> b c 0      a refers to b, c and NULL, in this order
 *     a = 100         a's shallow size (1, if nothing is said; 64-bit sizes are allowed)
 *     group           the roots so far are a group of their own
 * Nodes get the numbers 1, 2, … in the order in which their names first appear.
 */
#ifndef WHOHOLDS_TESTS_GRAPH_BUILDER_H
#define WHOHOLDS_TESTS_GRAPH_BUILDER_H

#include <stdint.h>

#include "graph/bfs.h"
#include "graph/graph.h"
#include "graph/node_sizes.h"
#include "random.h"

/* Edges, roots and sizes as they come; then a graph. */
struct graph_builder {
    uint32_t node_count;
    struct graph_edge *edge;
    uint64_t edge_count, edge_capacity;
    uint32_t *root_node;
    uint32_t root_count, root_capacity;
};

/* Starts with node 0 alone. */
void graph_builder_init(struct graph_builder *builder);
void graph_builder_deinit(struct graph_builder *builder);
uint32_t graph_builder_node(struct graph_builder *builder);
void graph_builder_edge(struct graph_builder *builder, uint32_t from, uint32_t to);
void graph_builder_root(struct graph_builder *builder, uint32_t node);

/* Builds the graph and frees the builder's memory. */
struct graph graph_builder_finish(struct graph_builder *builder);

enum { WRITTEN_NODES_MAX = 64 };

struct written_graph {
    struct graph graph;
    struct node_sizes sizes;
    struct root_groups groups;
    char name[WRITTEN_NODES_MAX][16];
    uint32_t size_of_node[WRITTEN_NODES_MAX];
    struct node_big_size big_size[WRITTEN_NODES_MAX];
    uint32_t group_end[WRITTEN_NODES_MAX];
};

/* Fills in ret, which points into itself: do not copy it. Aborts with the line if the text makes no sense. */
void written_graph_init(const char *text, struct written_graph *ret);
void written_graph_deinit(struct written_graph *written);

/* The number of a node in the text. Aborts if there is none of this name. */
uint32_t written_graph_node(const struct written_graph *written, const char *name);

/* Any graph with node_count nodes (node 0 included): self loops, parallel edges, NULL edges, unreachable parts, repeated roots. */
struct graph random_graph(struct random *random, uint32_t node_count, uint32_t edge_count, uint32_t root_count);

/* A size for each node: small numbers, zero among them. The caller frees. */
uint32_t *random_sizes(struct random *random, uint32_t node_count);

/* The traps: graphs on which a careless algorithm takes quadratic time, or a stack of their depth. */

/* A linked list of `length` cells, each with a value, and an ordinary list that holds all the values too: roots cell 1 and the
 * list. Cell i is node 2 i - 1, its value is node 2 i, the list is node 2 length + 1. */
struct graph trap_linked_list_and_list(uint32_t length);

/* The same, where each value also refers back to the cell before: no node can be peeled. */
struct graph trap_linked_list_knotted(uint32_t length);

/* 1 -> 2 -> … -> length, root 1. With `backwards` numbers descend from the root, which is node `length`. */
struct graph trap_chain(uint32_t length, int backwards);

/* A chain of all nodes from 1 to length at random places, as in a linked list that was sorted, or filled from recycled memory. */
struct graph trap_scattered_chain(uint32_t length);

/* `length` nodes that all refer to one hub (node length + 1), held by one list (node length + 2), the root. */
struct graph trap_hub(uint32_t length);

/* `copies` lists in a chain, which all hold the same `length` items. */
struct graph trap_copied_lists(uint32_t copies, uint32_t length);

/* A ladder of two chains with rungs both ways, and edges back to the start. */
struct graph trap_ladder(uint32_t length);

#endif
