/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph_builder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *array, size_t count, size_t element_size)
{
    void *larger = realloc(array, count * element_size);
    if (!larger) {
        fprintf(stderr, "out of memory in a test's graph: %zu elements\n", count);
        abort();
    }
    return larger;
}

void graph_builder_init(struct graph_builder *builder)
{
    *builder = (struct graph_builder){.node_count = 1};
}

void graph_builder_deinit(struct graph_builder *builder)
{
    free(builder->edge);
    free(builder->root_node);
    *builder = (struct graph_builder){0};
}

uint32_t graph_builder_node(struct graph_builder *builder)
{
    return builder->node_count++;
}

void graph_builder_edge(struct graph_builder *builder, uint32_t from, uint32_t to)
{
    if (builder->edge_count == builder->edge_capacity) {
        builder->edge_capacity = builder->edge_capacity * 2 + 16;
        builder->edge = grow(builder->edge, builder->edge_capacity, sizeof(builder->edge[0]));
    }
    builder->edge[builder->edge_count++] = (struct graph_edge){from, to};
}

void graph_builder_root(struct graph_builder *builder, uint32_t node)
{
    if (builder->root_count == builder->root_capacity) {
        builder->root_capacity = builder->root_capacity * 2 + 16;
        builder->root_node = grow(builder->root_node, builder->root_capacity, sizeof(builder->root_node[0]));
    }
    builder->root_node[builder->root_count++] = node;
}

struct graph graph_builder_finish(struct graph_builder *builder)
{
    struct graph graph;
    struct wh_error error;
    if (graph_init(builder->node_count, builder->edge, builder->edge_count, builder->root_node, builder->root_count, &error,
                   &graph)) {
        fprintf(stderr, "a test's graph: %s\n", error.message);
        abort();
    }
    graph_builder_deinit(builder);
    return graph;
}

/* ------------------------------------------------------------------------------------------------ the language */

static void reject(const char *statement, const char *why)
{
    fprintf(stderr, "a test's graph: %s in \"%s\"\n", why, statement);
    abort();
}

static uint32_t node_of_name(struct written_graph *written, struct graph_builder *builder, const char *name)
{
    if (strcmp(name, "0") == 0)
        return NODE_NULL;
    for (uint32_t node = 1; node < builder->node_count; ++node) {
        if (strcmp(written->name[node], name) == 0)
            return node;
    }
    if (builder->node_count == WRITTEN_NODES_MAX || strlen(name) >= sizeof(written->name[0]))
        reject(name, "too many names, or one that is too long");
    uint32_t node = graph_builder_node(builder);
    strcpy(written->name[node], name);
    written->size_of_node[node] = 1;
    return node;
}

static void set_size(struct written_graph *written, uint32_t node, const char *digits)
{
    uint64_t size = strtoull(digits, NULL, 10);
    written->size_of_node[node] = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
    if (size >= UINT32_MAX)
        written->big_size[written->sizes.big_size_count++] = (struct node_big_size){node, size};
}

static void end_group(struct written_graph *written, const struct graph_builder *builder)
{
    written->group_end[written->groups.group_count++] = builder->root_count;
}

/* words: the statement's first word has been taken. */
static void read_statement(struct written_graph *written, struct graph_builder *builder, const char *first, char **words)
{
    const char *word;
    if (strcmp(first, "root") == 0) {
        while ((word = strtok_r(NULL, " ", words)))
            graph_builder_root(builder, node_of_name(written, builder, word));
        return;
    }
    if (strcmp(first, "group") == 0) {
        end_group(written, builder);
        return;
    }
    uint32_t node = node_of_name(written, builder, first);
    const char *operator= strtok_r(NULL, " ", words);
    if (!operator)
        return; /* a name alone: a node that nothing is said of */
    if (strcmp(operator, "=") == 0)
        set_size(written, node, strtok_r(NULL, " ", words));
    else if (strcmp(operator, "->") == 0)
        while ((word = strtok_r(NULL, " ", words)))
            graph_builder_edge(builder, node, node_of_name(written, builder, word));
    else
        reject(first, "neither -> nor =");
}

static int compare_big_sizes(const void *left, const void *right)
{
    const struct node_big_size *a = left, *b = right;
    return (a->node > b->node) - (a->node < b->node);
}

void written_graph_init(const char *text, struct written_graph *ret)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    memset(ret, 0, sizeof(*ret));
    char *copy = strdup(text), *statements;
    for (char *statement = strtok_r(copy, ";\n", &statements); statement; statement = strtok_r(NULL, ";\n", &statements)) {
        char *words, *first = strtok_r(statement, " ", &words);
        if (first)
            read_statement(ret, &builder, first, &words);
    }
    free(copy);
    end_group(ret, &builder);
    qsort(ret->big_size, ret->sizes.big_size_count, sizeof(ret->big_size[0]), compare_big_sizes);
    ret->sizes.size_of_node = ret->size_of_node;
    ret->sizes.big_size = ret->big_size;
    ret->groups.group_end = ret->group_end;
    ret->graph = graph_builder_finish(&builder);
}

void written_graph_deinit(struct written_graph *written)
{
    graph_deinit(&written->graph);
}

uint32_t written_graph_node(const struct written_graph *written, const char *name)
{
    for (uint32_t node = 1; node < written->graph.node_count; ++node) {
        if (strcmp(written->name[node], name) == 0)
            return node;
    }
    reject(name, "no such node");
    return NODE_NONE;
}

/* ------------------------------------------------------------------------------------------------ at random */

/* A target near its source, as in heaps, or anywhere. */
static uint32_t random_target(struct random *random, uint32_t from, uint32_t node_count)
{
    switch (random_below(random, 8)) {
    case 0:
        return from; /* a self loop */
    case 1:
    case 2:
    case 3: {
        uint32_t near = from + random_below(random, 4);
        return near < node_count ? near : from;
    }
    default:
        return random_below(random, node_count); /* now and then NULL */
    }
}

struct graph random_graph(struct random *random, uint32_t node_count, uint32_t edge_count, uint32_t root_count)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    builder.node_count = node_count;
    for (uint32_t i = 0; node_count > 1 && i < edge_count; ++i) {
        uint32_t from = 1 + random_below(random, node_count - 1);
        uint32_t to = random_target(random, from, node_count);
        graph_builder_edge(&builder, from, to);
        if (random_below(random, 16) == 0)
            graph_builder_edge(&builder, from, to);
    }
    for (uint32_t i = 0; i < root_count; ++i)
        graph_builder_root(&builder, random_below(random, node_count));
    return graph_builder_finish(&builder);
}

uint32_t *random_sizes(struct random *random, uint32_t node_count)
{
    uint32_t *size_of_node = grow(NULL, node_count, sizeof(uint32_t));
    size_of_node[NODE_NULL] = 0;
    for (uint32_t node = 1; node < node_count; ++node)
        size_of_node[node] = random_below(random, 1000);
    return size_of_node;
}

/* ------------------------------------------------------------------------------------------------ traps */

static struct graph linked_list_and_list(uint32_t length, int knotted)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    builder.node_count = 2 * length + 2;
    uint32_t list = 2 * length + 1;
    graph_builder_root(&builder, 1);
    graph_builder_root(&builder, list);
    for (uint32_t i = 1; i <= length; ++i) {
        uint32_t cell = 2 * i - 1, value = 2 * i;
        if (i < length)
            graph_builder_edge(&builder, cell, cell + 2);
        graph_builder_edge(&builder, cell, value);
        if (knotted && i > 1)
            graph_builder_edge(&builder, value, cell - 2);
        graph_builder_edge(&builder, list, value);
    }
    return graph_builder_finish(&builder);
}

struct graph trap_linked_list_and_list(uint32_t length)
{
    return linked_list_and_list(length, 0);
}

struct graph trap_linked_list_knotted(uint32_t length)
{
    return linked_list_and_list(length, 1);
}

struct graph trap_chain(uint32_t length, int backwards)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    builder.node_count = length + 1;
    graph_builder_root(&builder, backwards ? length : 1);
    for (uint32_t i = 1; i < length; ++i) {
        if (backwards)
            graph_builder_edge(&builder, i + 1, i);
        else
            graph_builder_edge(&builder, i, i + 1);
    }
    return graph_builder_finish(&builder);
}

/* 1 to length, at random (Fisher and Yates). */
static uint32_t *shuffled_nodes(struct random *random, uint32_t length)
{
    uint32_t *node = grow(NULL, length, sizeof(*node));
    for (uint32_t i = 0; i < length; ++i)
        node[i] = i + 1;
    for (uint32_t i = length; i-- > 1;) {
        uint32_t other = random_below(random, i + 1), saved = node[i];
        node[i] = node[other];
        node[other] = saved;
    }
    return node;
}

struct graph trap_scattered_chain(uint32_t length)
{
    struct graph_builder builder;
    struct random random = {1};
    uint32_t *node = shuffled_nodes(&random, length);
    graph_builder_init(&builder);
    builder.node_count = length + 1;
    graph_builder_root(&builder, node[0]);
    for (uint32_t i = 1; i < length; ++i)
        graph_builder_edge(&builder, node[i - 1], node[i]);
    free(node);
    return graph_builder_finish(&builder);
}

struct graph trap_hub(uint32_t length)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    builder.node_count = length + 3;
    uint32_t hub = length + 1, list = length + 2;
    graph_builder_root(&builder, list);
    for (uint32_t i = 1; i <= length; ++i) {
        graph_builder_edge(&builder, i, hub);
        graph_builder_edge(&builder, list, i);
    }
    return graph_builder_finish(&builder);
}

struct graph trap_copied_lists(uint32_t copies, uint32_t length)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    builder.node_count = copies + length + 1;
    graph_builder_root(&builder, 1);
    for (uint32_t copy = 1; copy <= copies; ++copy) {
        for (uint32_t i = 1; i <= length; ++i)
            graph_builder_edge(&builder, copy, copies + i);
        if (copy < copies)
            graph_builder_edge(&builder, copy, copy + 1);
    }
    return graph_builder_finish(&builder);
}

struct graph trap_ladder(uint32_t length)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    builder.node_count = 2 * length + 2;
    uint32_t top = 2 * length + 1;
    graph_builder_root(&builder, top);
    graph_builder_edge(&builder, top, 1);
    graph_builder_edge(&builder, top, 2);
    for (uint32_t i = 1; i <= length; ++i) {
        uint32_t left = 2 * i - 1, right = 2 * i;
        if (i < length) {
            graph_builder_edge(&builder, left, left + 2);
            graph_builder_edge(&builder, right, right + 2);
        }
        graph_builder_edge(&builder, left, right);
        graph_builder_edge(&builder, right, left);
        graph_builder_edge(&builder, right, 1 + random_below(&(struct random){i}, right));
    }
    return graph_builder_finish(&builder);
}
