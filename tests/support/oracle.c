/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle.h"

#include <assert.h>
#include <igraph/igraph.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ------------------------------------------------------------------------------------------------ by deletion */

static uint64_t set_of(uint32_t node)
{
    return UINT64_C(1) << node;
}

static uint64_t targets_of(const struct graph *graph, uint32_t node)
{
    uint64_t targets = 0;
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge)
        targets |= set_of(graph->target_of_edge[edge]);
    return targets;
}

/* What can be reached from starts without leaving `allowed`. */
static uint64_t reach(const uint64_t *targets_of_node, uint64_t starts, uint64_t allowed)
{
    uint64_t reached = 0, fresh = starts & allowed;
    while (fresh) {
        uint32_t node = (uint32_t)__builtin_ctzll(fresh);
        reached |= set_of(node);
        fresh = (fresh | targets_of_node[node]) & allowed & ~reached;
    }
    return reached;
}

/* Lowest node of every strongly connected group that no other garbage refers to. */
static uint64_t find_entries(const uint64_t *targets_of_node, uint64_t garbage)
{
    uint64_t entries = 0, closure[ORACLE_NODES_MAX] = {0};
    for (uint64_t rest = garbage; rest; rest &= rest - 1) {
        uint32_t node = (uint32_t)__builtin_ctzll(rest);
        closure[node] = reach(targets_of_node, set_of(node), garbage);
    }
    for (uint64_t rest = garbage; rest; rest &= rest - 1) {
        uint32_t node = (uint32_t)__builtin_ctzll(rest);
        uint64_t reaching = 0;
        for (uint64_t others = garbage; others; others &= others - 1) {
            uint32_t other = (uint32_t)__builtin_ctzll(others);
            if (closure[other] & set_of(node))
                reaching |= set_of(other);
        }
        uint64_t group = reaching & closure[node];
        if (reaching == group && (group & (set_of(node) - 1)) == 0)
            entries |= set_of(node);
    }
    return entries;
}

/* The dominators in one part of the graph, which hangs under `root`. */
static void dominate(const uint64_t *targets_of_node, uint64_t starts, uint64_t part, uint32_t root, struct oracle *ret)
{
    uint64_t dominators_of_node[ORACLE_NODES_MAX] = {0};
    for (uint64_t rest = part; rest; rest &= rest - 1) {
        uint32_t deleted = (uint32_t)__builtin_ctzll(rest);
        ret->dominated_by_node[deleted] = part & ~reach(targets_of_node, starts, part & ~set_of(deleted));
        for (uint64_t lost = ret->dominated_by_node[deleted] & ~set_of(deleted); lost; lost &= lost - 1)
            dominators_of_node[__builtin_ctzll(lost)] |= set_of(deleted);
    }
    for (uint64_t rest = part; rest; rest &= rest - 1) {
        uint32_t node = (uint32_t)__builtin_ctzll(rest);
        ret->idom_of_node[node] = root;
        /* The immediate one has all the others above it. */
        for (uint64_t above = dominators_of_node[node]; above; above &= above - 1) {
            uint32_t dominator = (uint32_t)__builtin_ctzll(above);
            if ((dominators_of_node[dominator] | set_of(dominator)) == dominators_of_node[node])
                ret->idom_of_node[node] = dominator;
        }
    }
}

void oracle_by_deletion(const struct graph *graph, struct oracle *ret)
{
    assert(graph->node_count <= ORACLE_NODES_MAX);
    uint64_t targets_of_node[ORACLE_NODES_MAX], roots = set_of(NODE_NULL);
    uint64_t all = graph->node_count == 64 ? UINT64_MAX : set_of(graph->node_count) - 1;
    for (uint32_t node = 0; node < graph->node_count; ++node)
        targets_of_node[node] = targets_of(graph, node);
    for (uint32_t i = 0; i < graph->root_count; ++i)
        roots |= set_of(graph->root_node[i]);
    memset(ret, 0, sizeof(*ret));
    ret->live = reach(targets_of_node, roots, all);
    ret->entries = find_entries(targets_of_node, all & ~ret->live);
    dominate(targets_of_node, roots, ret->live, graph->node_count, ret);
    dominate(targets_of_node, ret->entries, all & ~ret->live, graph->node_count + 1, ret);
    ret->idom_of_node[graph->node_count] = NODE_NONE;
    ret->idom_of_node[graph->node_count + 1] = NODE_NONE;
}

/* ------------------------------------------------------------------------------------------------ igraph */

static void must(igraph_error_t code)
{
    if (code) {
        fprintf(stderr, "igraph: %s\n", igraph_strerror(code));
        abort();
    }
}

static void add_edge(igraph_vector_int_t *edges, uint32_t from, uint32_t to)
{
    igraph_vector_int_push_back(edges, from);
    igraph_vector_int_push_back(edges, to);
}

/* The graph and its virtual root; also everything's root (the second extra vertex, node_count + 2) above both virtual roots. */
static void collect_edges(const struct graph *graph, const bool *live, const bool *entry, igraph_vector_int_t *edges)
{
    must(igraph_vector_int_init(edges, 0));
    must(igraph_vector_int_reserve(edges, 2 * ((igraph_integer_t)graph->edge_count + graph->root_count + 3)));
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
            uint32_t target = graph->target_of_edge[edge];
            if (!live || live[node] == live[target])
                add_edge(edges, node, target);
        }
        if (entry && entry[node])
            add_edge(edges, graph_garbage_root(graph), node);
    }
    add_edge(edges, graph_virtual_root(graph), NODE_NULL);
    for (uint32_t i = 0; i < graph->root_count; ++i)
        add_edge(edges, graph_virtual_root(graph), graph->root_node[i]);
    add_edge(edges, graph->node_count + 2, graph_virtual_root(graph));
    add_edge(edges, graph->node_count + 2, graph_garbage_root(graph));
}

static void create(const struct graph *graph, const bool *live, const bool *entry, igraph_t *ret)
{
    igraph_vector_int_t edges;
    collect_edges(graph, live, entry, &edges);
    must(igraph_create(ret, &edges, (igraph_integer_t)graph->node_count + 3, IGRAPH_DIRECTED));
    igraph_vector_int_destroy(&edges);
}

static void find_live(const igraph_t *plain, uint32_t virtual_root, bool *live)
{
    igraph_vector_int_t reached;
    must(igraph_vector_int_init(&reached, 0));
    must(igraph_subcomponent(plain, &reached, virtual_root, IGRAPH_OUT));
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(&reached); ++i)
        live[VECTOR(reached)[i]] = true;
    igraph_vector_int_destroy(&reached);
}

static void mark_entries(const struct graph *graph, const bool *live, const igraph_vector_int_t *group_of_node, bool *entry)
{
    bool *seen = calloc((size_t)graph->node_count + 3, sizeof(bool)), *referred = calloc((size_t)graph->node_count + 3, sizeof(bool));
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
            igraph_integer_t group = VECTOR(*group_of_node)[graph->target_of_edge[edge]];
            if (group != VECTOR(*group_of_node)[node])
                referred[group] = true;
        }
    }
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        igraph_integer_t group = VECTOR(*group_of_node)[node];
        entry[node] = !live[node] && !referred[group] && !seen[group];
        seen[group] = true;
    }
    free(seen);
    free(referred);
}

static void find_entries_with_igraph(const struct graph *graph, const igraph_t *plain, const bool *live, bool *entry)
{
    igraph_vector_int_t group_of_node;
    must(igraph_vector_int_init(&group_of_node, 0));
    must(igraph_connected_components(plain, &group_of_node, NULL, NULL, IGRAPH_STRONG));
    mark_entries(graph, live, &group_of_node, entry);
    igraph_vector_int_destroy(&group_of_node);
}

static void run_dominators(const struct graph *graph, const igraph_t *with_roots, uint32_t *idom_of_node)
{
    igraph_vector_int_t dominator;
    must(igraph_vector_int_init(&dominator, 0));
    must(igraph_dominator_tree(with_roots, (igraph_integer_t)graph->node_count + 2, &dominator, NULL, NULL, IGRAPH_OUT));
    for (uint32_t node = 0; idom_of_node && node < graph->node_count; ++node)
        idom_of_node[node] = (uint32_t)VECTOR(dominator)[node];
    igraph_vector_int_destroy(&dominator);
}

void oracle_igraph_dominators(const struct graph *graph, uint32_t *idom_of_node)
{
    bool *live = calloc((size_t)graph->node_count + 3, sizeof(bool)), *entry = calloc((size_t)graph->node_count + 3, sizeof(bool));
    igraph_t plain, with_roots;
    create(graph, NULL, NULL, &plain);
    find_live(&plain, graph_virtual_root(graph), live);
    find_entries_with_igraph(graph, &plain, live, entry);
    igraph_destroy(&plain);
    create(graph, live, entry, &with_roots);
    run_dominators(graph, &with_roots, idom_of_node);
    igraph_destroy(&with_roots);
    idom_of_node[graph_virtual_root(graph)] = NODE_NONE;
    idom_of_node[graph_garbage_root(graph)] = NODE_NONE;
    free(live);
    free(entry);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void oracle_igraph_measure(const struct graph *graph, struct oracle_igraph_cost *ret)
{
    igraph_t plain;
    double start = cpu_seconds();
    create(graph, NULL, NULL, &plain);
    double created = cpu_seconds();
    run_dominators(graph, &plain, NULL);
    ret->create_seconds = created - start;
    ret->dominators_seconds = cpu_seconds() - created;
    igraph_destroy(&plain);
}

void oracle_igraph_distances(const struct graph *graph, uint32_t *distance_of_node)
{
    igraph_t plain;
    igraph_vector_int_t distance;
    create(graph, NULL, NULL, &plain);
    must(igraph_vector_int_init(&distance, 0));
    must(igraph_bfs(&plain, graph_virtual_root(graph), NULL, IGRAPH_OUT, false, NULL, NULL, NULL, NULL, NULL, NULL, &distance, NULL,
                    NULL));
    for (uint32_t node = 0; node < graph->node_count; ++node)
        distance_of_node[node] = VECTOR(distance)[node] < 1 ? UINT32_MAX : (uint32_t)VECTOR(distance)[node] - 1;
    igraph_vector_int_destroy(&distance);
    igraph_destroy(&plain);
}

/* ------------------------------------------------------------------------------------------------ the rest */

void oracle_retained(const struct graph *graph, const uint32_t *idom_of_node, const uint32_t *size_of_node, uint64_t *bytes_of_node,
                     uint32_t *count_of_node)
{
    memset(bytes_of_node, 0, ((size_t)graph->node_count + 2) * sizeof(uint64_t));
    memset(count_of_node, 0, ((size_t)graph->node_count + 2) * sizeof(uint32_t));
    for (uint32_t node = 1; node < graph->node_count; ++node) {
        for (uint32_t above = node; above != NODE_NONE; above = idom_of_node[above]) {
            bytes_of_node[above] += size_of_node[node];
            ++count_of_node[above];
        }
    }
}

static bool relax(const struct graph *graph, const bool *closed, uint32_t *distance_of_node)
{
    bool changed = false;
    for (uint32_t node = 1; node < graph->node_count; ++node) {
        uint32_t distance = distance_of_node[node];
        if (closed[node] || distance == UINT32_MAX)
            continue;
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
            uint32_t target = graph->target_of_edge[edge];
            if (!closed[target] && distance + 1 < distance_of_node[target]) {
                distance_of_node[target] = distance + 1;
                changed = true;
            }
        }
    }
    return changed;
}

void oracle_distances(const struct graph *graph, const struct root_groups *groups, uint32_t *distance_of_node)
{
    bool *closed = calloc(graph->node_count, sizeof(bool)); /* claimed by an earlier group */
    struct root_groups all = {&graph->root_count, 1};
    groups = groups ? groups : &all;
    memset(distance_of_node, 0xff, graph->node_count * sizeof(uint32_t));
    distance_of_node[NODE_NULL] = 0;
    for (uint32_t group = 0; group < groups->group_count; ++group) {
        for (uint32_t i = group ? groups->group_end[group - 1] : 0; i < groups->group_end[group]; ++i) {
            if (!closed[graph->root_node[i]])
                distance_of_node[graph->root_node[i]] = 0;
        }
        while (relax(graph, closed, distance_of_node))
            continue;
        for (uint32_t node = 0; node < graph->node_count; ++node)
            closed[node] = distance_of_node[node] != UINT32_MAX;
    }
    free(closed);
}
