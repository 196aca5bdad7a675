/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the graph core costs: CPU time of each phase, and peak memory, on a generated heap or on a trap.
 *
 *     graph_bench [--nodes N] [--order dump|inter|addr|shuf] [--trap list|knotted|chain|backwards|scattered|hub|copies|ladder]
 *                 [--repeat N] [--tree] [--igraph] [--all]
 *
 * --all makes a table of every order and every trap, each with its ratio to a snapshot's order.
 * Times are CPU time (user and system) of the fastest run. Peak memory is resident memory, the graph and its sizes included.
 */
#include <argp.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "graph/search.h"
#include "graph/dominators.h"
#include "graph_builder.h"
#include "heap_generator.h"
#include "oracle.h"
#include "graph/retained.h"

struct options {
    uint32_t node_count;
    const char *order;
    const char *trap;
    const char *search;
    int repeat;
    bool tree;
    bool igraph;
    bool all;
};

/* ------------------------------------------------------------------------------------------------ measuring */

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void forget_peak_memory(void)
{
    malloc_trim(0);
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file) {
        fputs("5", file);
        fclose(file);
    }
}

static uint64_t peak_memory_bytes(void)
{
    uint64_t kibibytes = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kibibytes = strtoull(line + 6, NULL, 10);
    }
    if (file)
        fclose(file);
    return kibibytes * 1024;
}

enum { PHASES_MAX = 32 };

struct phase {
    const char *name;
    double seconds;
    uint64_t peak_bytes;
};

/* Phases in the order in which they were first reported; the library's progress reports mark where each begins. */
struct stopwatch {
    struct phase phase[PHASES_MAX];
    uint32_t phase_count;
    struct phase *current;
    double since;
    bool memory; /* measure memory instead of time: asking for it takes time */
};

static void stop_phase(struct stopwatch *watch)
{
    if (watch->current) {
        watch->current->seconds += cpu_seconds() - watch->since;
        if (watch->memory && peak_memory_bytes() > watch->current->peak_bytes)
            watch->current->peak_bytes = peak_memory_bytes();
    }
    if (watch->memory)
        forget_peak_memory();
    watch->since = cpu_seconds();
    watch->current = NULL;
}

static void start_phase(struct stopwatch *watch, const char *name)
{
    stop_phase(watch);
    for (uint32_t i = 0; i < watch->phase_count && !watch->current; ++i) {
        if (strcmp(watch->phase[i].name, name) == 0)
            watch->current = &watch->phase[i];
    }
    if (!watch->current && watch->phase_count < PHASES_MAX) {
        watch->current = &watch->phase[watch->phase_count++];
        *watch->current = (struct phase){.name = name};
    }
}

static bool on_report(void *context, const char *name, uint64_t done, uint64_t total)
{
    struct stopwatch *watch = context;
    (void)done, (void)total;
    if (!watch->current || strcmp(watch->current->name, name) != 0)
        start_phase(watch, name);
    return true;
}

static double sum_of_phases(const struct stopwatch *watch)
{
    double sum = 0;
    for (uint32_t i = 0; i < watch->phase_count; ++i)
        sum += watch->phase[i].seconds;
    return sum;
}

/* ------------------------------------------------------------------------------------------------ the graphs */

static void check(enum wh_status status, const struct wh_error *error)
{
    if (status) {
        fprintf(stderr, "graph_bench: %s\n", error->message);
        exit((int)status);
    }
}

static struct graph make_trap(const char *name, uint32_t nodes)
{
    uint32_t root = 1;
    while ((uint64_t)root * root < nodes)
        ++root;
    if (strcmp(name, "list") == 0)
        return trap_linked_list_and_list(nodes / 2);
    if (strcmp(name, "knotted") == 0)
        return trap_linked_list_knotted(nodes / 2);
    if (strcmp(name, "chain") == 0)
        return trap_chain(nodes, 0);
    if (strcmp(name, "backwards") == 0)
        return trap_chain(nodes, 1);
    if (strcmp(name, "scattered") == 0)
        return trap_scattered_chain(nodes);
    if (strcmp(name, "hub") == 0)
        return trap_hub(nodes);
    if (strcmp(name, "copies") == 0)
        return trap_copied_lists(root, root);
    if (strcmp(name, "ladder") == 0)
        return trap_ladder(nodes / 2);
    fprintf(stderr, "graph_bench: no trap \"%s\"\n", name);
    exit(2);
}

static enum heap_order parse_order(const char *name)
{
    static const char *const names[] = {"dump", "inter", "addr", "shuf"};
    for (int i = 0; i < 4; ++i) {
        if (strcmp(name, names[i]) == 0)
            return (enum heap_order)i;
    }
    fprintf(stderr, "graph_bench: no order \"%s\"\n", name);
    exit(2);
}

/* Into memory such as the analysis has: with huge pages where there are any. */
static void move_array(uint32_t **array, size_t count)
{
    struct wh_error error;
    uint32_t *moved;
    check(array_alloc(count, sizeof(*moved), "the graph", &error, &moved), &error);
    memcpy(moved, *array, count * sizeof(*moved));
    free(*array);
    *array = moved;
}

static struct heap_graph make_graph(const struct options *options)
{
    if (!options->trap) {
        struct heap_graph generated = heap_graph_generate(options->node_count, parse_order(options->order), 1);
        move_array(&generated.graph.first_edge_of_node, (size_t)generated.graph.node_count + 1);
        move_array(&generated.graph.target_of_edge, generated.graph.edge_count);
        move_array(&generated.size_of_node, generated.graph.node_count);
        return generated;
    }
    struct heap_graph heap = {.graph = make_trap(options->trap, options->node_count)};
    heap.size_of_node = calloc(heap.graph.node_count, sizeof(uint32_t));
    for (uint32_t node = 1; heap.size_of_node && node < heap.graph.node_count; ++node)
        heap.size_of_node[node] = 16;
    return heap;
}

/* What the generator is supposed to make, next to what was measured in real heaps. */
static void describe(const struct graph *graph)
{
    uint64_t leaves = 0, once = 0, to_roots = 0;
    uint8_t *in_degree = calloc(graph->node_count, 1), *is_root = calloc(graph->node_count, 1);
    for (uint32_t i = 0; i < graph->root_count; ++i)
        is_root[graph->root_node[i]] = 1;
    for (uint32_t edge = 0; edge < graph->edge_count; ++edge) {
        uint32_t target = graph->target_of_edge[edge];
        if (in_degree[target] < 2)
            ++in_degree[target];
        to_roots += is_root[target];
    }
    for (uint32_t node = 1; node < graph->node_count; ++node) {
        uint32_t kept = 0;
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge)
            kept += !is_root[graph->target_of_edge[edge]];
        leaves += kept == 0;
        once += in_degree[node] == 1;
    }
    double nodes = graph->node_count, edges = graph->edge_count;
    printf("%" PRIu32 " nodes, %" PRIu32 " edges, %.2f edges/node, %.0f %% refer to roots only, %.0f %% referred to once, "
           "%.0f %% of edges to roots\n",
           graph->node_count, graph->edge_count, edges / nodes, 100 * (double)leaves / nodes, 100 * (double)once / nodes,
           100 * (double)to_roots / edges);
    free(in_degree);
    free(is_root);
}

/* ------------------------------------------------------------------------------------------------ the run */

struct results {
    struct dominators dominators;
    struct retained retained;
    struct bfs_tree bfs;
    struct dominator_tree tree;
};

static struct results run(const struct options *options, const struct heap_graph *heap, struct stopwatch *watch)
{
    struct results results = {0};
    struct wh_error error;
    struct progress progress = {on_report, watch};
    struct node_sizes sizes = {.size_of_node = heap->size_of_node};
    start_phase(watch, "allocation");
    struct search_results found = {&results.dominators, &results.retained, &results.bfs};
    bool scattered = options->search ? strcmp(options->search, "renumbered") == 0 : graph_is_scattered(&heap->graph);
    check(graph_search_as(scattered, &heap->graph, NULL, &sizes, &progress, &error, &found), &error);
    start_phase(watch, "the dominator tree");
    if (options->tree) {
        check(dominator_tree_init(&results.dominators, &results.retained, &progress, &error, &results.tree), &error);
        check(dominator_tree_sort(&results.tree, &progress, &error), &error);
    }
    stop_phase(watch);
    return results;
}

static void results_deinit(struct results *results)
{
    dominators_deinit(&results->dominators);
    retained_deinit(&results->retained);
    bfs_tree_deinit(&results->bfs);
    dominator_tree_deinit(&results->tree);
}

static void print_phases(const struct stopwatch *fastest, const struct stopwatch *memory, uint32_t node_count)
{
    printf("%10s %12s\n", "ms", "peak B/node");
    for (uint32_t i = 0; i < fastest->phase_count; ++i)
        printf("%10.1f %12.1f  %s\n", fastest->phase[i].seconds * 1e3, (double)memory->phase[i].peak_bytes / node_count,
               fastest->phase[i].name);
}

static void compare_with_igraph(const struct graph *graph, double our_seconds)
{
    struct oracle_igraph_cost cost;
    forget_peak_memory();
    oracle_igraph_measure(graph, &cost);
    double theirs = cost.create_seconds + cost.dominators_seconds;
    printf("igraph: create %.2f s, dominators %.2f s, together %.1f times ours (which also has retained sizes and paths), peak %.1f "
           "bytes/node\n",
           cost.create_seconds, cost.dominators_seconds, theirs / our_seconds, (double)peak_memory_bytes() / graph->node_count);
}

static struct stopwatch measure(const struct options *options, const struct heap_graph *heap, bool memory)
{
    struct stopwatch watch = {.memory = memory};
    struct results results = run(options, heap, &watch);
    results_deinit(&results);
    return watch;
}

/* The fastest of some runs, and the peak of all. */
static struct stopwatch measure_fastest(const struct options *options, const struct heap_graph *heap, double *peak_per_node)
{
    struct stopwatch fastest = {0};
    forget_peak_memory();
    for (int i = 0; i < options->repeat; ++i) {
        struct stopwatch watch = measure(options, heap, false);
        if (i == 0 || sum_of_phases(&watch) < sum_of_phases(&fastest))
            fastest = watch;
    }
    *peak_per_node = (double)peak_memory_bytes() / heap->graph.node_count;
    return fastest;
}

static void bench(const struct options *options)
{
    struct heap_graph heap = make_graph(options);
    double peak;
    describe(&heap.graph);
    struct stopwatch fastest = measure_fastest(options, &heap, &peak), memory = measure(options, &heap, true);
    print_phases(&fastest, &memory, heap.graph.node_count);
    printf("%10.1f %12.1f  in all, the fastest of %d runs: %.1f ns/node\n", sum_of_phases(&fastest) * 1e3, peak, options->repeat,
           sum_of_phases(&fastest) * 1e9 / heap.graph.node_count);
    if (options->igraph)
        compare_with_igraph(&heap.graph, sum_of_phases(&fastest));
    heap_graph_deinit(&heap);
}

/* Returns nanoseconds a node and reference: a trap has fewer or more references a node than a heap. */
static double bench_row(const struct options *options, const char *name, double base)
{
    struct heap_graph heap = make_graph(options);
    double peak, elements = (double)heap.graph.node_count + heap.graph.edge_count;
    struct stopwatch fastest = measure_fastest(options, &heap, &peak);
    double each = sum_of_phases(&fastest) * 1e9 / elements;
    printf("%-10s %11" PRIu32 " %11" PRIu32 " %9.1f %9.1f %7.2f %9.1f\n", name, heap.graph.node_count, heap.graph.edge_count,
           sum_of_phases(&fastest) * 1e3, each, each / (base > 0 ? base : each), peak);
    fflush(stdout);
    heap_graph_deinit(&heap);
    return each;
}

static void bench_all(struct options options)
{
    static const char *const orders[] = {"dump", "addr", "shuf"};
    static const char *const traps[] = {"list", "knotted", "chain", "backwards", "scattered", "hub", "copies", "ladder"};
    printf("%-10s %11s %11s %9s %9s %7s %9s\n", "graph", "nodes", "edges", "ms", "ns each", "ratio", "B/node");
    options.order = "inter";
    double base = bench_row(&options, "inter", 0);
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); ++i) {
        options.order = orders[i];
        bench_row(&options, orders[i], base);
    }
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); ++i) {
        options.trap = traps[i];
        bench_row(&options, traps[i], base);
    }
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'n':
        options->node_count = (uint32_t)strtoul(argument, NULL, 10);
        return 0;
    case 'o':
        options->order = argument;
        return 0;
    case 't':
        options->trap = argument;
        return 0;
    case 's':
        options->search = argument;
        return 0;
    case 'r':
        options->repeat = atoi(argument);
        return 0;
    case 'c':
        options->tree = true;
        return 0;
    case 'i':
        options->igraph = true;
        return 0;
    case 'a':
        options->all = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option table[] = {
        {"nodes", 'n', "N", 0, "Size of the graph (1000000)", 0},
        {"order", 'o', "ORDER", 0, "Of the objects: dump, inter, addr, shuf (inter)", 0},
        {"trap", 't', "NAME", 0, "A trap instead of a heap: list, knotted, chain, backwards, scattered, hub, copies, ladder", 0},
        {"search", 's', "HOW", 0, "plain or renumbered, instead of what suits the graph", 0},
        {"repeat", 'r', "N", 0, "Runs (3)", 0},
        {"tree", 'c', NULL, 0, "Also build the sorted dominator tree", 0},
        {"all", 'a', NULL, 0, "All orders and traps, a line each, with the ratio to a snapshot's order", 0},
        {"igraph", 'i', NULL, 0, "Also run igraph on the same graph", 0},
        {0},
    };
    static const struct argp parser = {.options = table, .parser = parse_option, .doc = "Measure the graph core."};
    struct options options = {.node_count = 1000000, .order = "inter", .repeat = 3};
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    if (options.all)
        bench_all(options);
    else
        bench(&options);
    return 0;
}
